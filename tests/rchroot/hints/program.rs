//! Why a command cannot be run in a root: what it needs is missing, or it may not be.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::{hint, hint_with};
use crate::fixture::{Fixture, differential_test};
use testkit::{Tool, require};

/// A copy of the shell with other bytes at these places.
fn patched(fixture: &Fixture, name: &str, patches: &[(usize, &[u8])]) {
    let mut program = fs::read("/bin/sh").unwrap();
    for (at, bytes) in patches {
        program[*at..at + bytes.len()].copy_from_slice(bytes);
    }
    fixture.file(name, program);
    fs::set_permissions(fixture.path(name), Permissions::from_mode(0o755)).unwrap();
}

/// Where a program has the name of its loader, and how long that is.
fn loader_in(program: &[u8]) -> (usize, usize) {
    let mark = b"/lib64/ld-linux";
    let at = program.windows(mark.len()).position(|part| part == mark);
    let at = at.expect("it is linked dynamically");
    let length = program[at..].iter().position(|byte| *byte == 0).unwrap();
    (at, length)
}

#[test]
fn a_program_whose_loader_is_missing_is_reported_with_its_name() {
    if !require::root()
        || !require::machine_feature(
            cfg!(target_arch = "x86_64"),
            "loaders have other names here",
        )
    {
        return;
    }
    let fixture = Fixture::new();
    let (at, length) = loader_in(&fs::read("/bin/sh").unwrap());
    let name = format!("/lib/ld-musl-{}.so", "x".repeat(length - 16));
    patched(&fixture, "jail/bin/other", &[(at, name.as_bytes())]);
    let hint_text =
        format!("/bin/other requires the loader {name}, which does not exist in this root");
    for command in ["/bin/other", "other"] {
        let Some(said) = hint(&fixture, &["jail", command]) else {
            return;
        };
        let found = said.replace(&said[..said.find("bin/other").unwrap()], "/");
        assert_eq!(found, hint_text, "{command}");
    }
    // A script whose interpreter is such a program.
    fixture.script("jail/tmp/script", "#!/bin/other\n");
    let Some(said) = hint(&fixture, &["jail", "/tmp/script"]) else {
        return;
    };
    assert_eq!(said, hint_text);
    // A root whose loader is taken away.
    let loader = fs::read("/bin/sh")
        .map(|program| program[at..at + length].to_vec())
        .unwrap();
    let loader = String::from_utf8(loader).unwrap();
    fs::remove_file(fixture.path(&format!("jail{loader}"))).unwrap();
    let Some(said) = hint(&fixture, &["jail", "/bin/sh"]) else {
        return;
    };
    assert_eq!(
        said,
        format!("/bin/sh requires the loader {loader}, which does not exist in this root")
    );
}

#[test]
fn a_script_whose_interpreter_is_missing_is_reported_with_its_name() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    fixture.script("jail/tmp/script", "#! /usr/bin/python3 -E\n");
    let Some(hint_text) = hint(&fixture, &["jail", "/tmp/script"]) else {
        return;
    };
    assert_eq!(
        hint_text,
        "/tmp/script requires the interpreter /usr/bin/python3, which does not exist in this root"
    );
    symlink("/opt/gone/python", fixture.path("jail/usr/bin/python3")).unwrap();
    let Some(hint_text) = hint(&fixture, &["jail", "/tmp/script"]) else {
        return;
    };
    let end = "does not exist in this root: /opt does not exist: the symbolic link /usr/bin/python3 leads to it";
    assert!(hint_text.ends_with(end), "{hint_text}");
    fixture.script("jail/tmp/bare", "echo bare\n");
    fs::remove_file(fixture.path("jail/bin/sh")).unwrap();
    let Some(hint_text) = hint(&fixture, &["jail", "/tmp/bare"]) else {
        return;
    };
    let shell = "/tmp/bare requires the shell (it has no #! line) /bin/sh, which does not exist in this root";
    assert_eq!(hint_text, shell);
}

#[test]
fn a_root_for_another_processor_is_reported() {
    if !require::root()
        || !require::machine_feature(cfg!(target_arch = "x86_64"), "this is another processor")
    {
        return;
    }
    let fixture = Fixture::new();
    // The number of the processor is at 18: 183 is aarch64.
    for program in ["jail/bin/sh", "jail/bin/cat"] {
        patched(&fixture, program, &[(18, &[183, 0])]);
    }
    for command in ["/bin/cat", "/show"] {
        let Some(hint_text) = hint(&fixture, &["jail", command]) else {
            return;
        };
        let name = if command == "/show" {
            "/bin/sh"
        } else {
            command
        };
        let start = format!("{name} is a program for aarch64, and this machine is x86_64: ");
        assert!(hint_text.starts_with(&start), "{hint_text}");
    }
}

#[test]
fn a_program_that_is_nowhere_is_reported_with_where_it_was_looked_for() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let nowhere = |tool: Tool| tool.env("PATH", "/bin:/a b").args(["jail", "nosuch"]);
    let Some(hint_text) = hint_with(&fixture, nowhere) else {
        return;
    };
    assert_eq!(
        hint_text,
        "no directory of PATH contains nosuch in this root: PATH is '/bin:/a b'"
    );
    let Some(hint_text) = hint(&fixture, &["jail", "/opt/tool/bin/x"]) else {
        return;
    };
    assert_eq!(hint_text, "/opt does not exist");
    symlink("busybox", fixture.path("jail/usr/bin/ls")).unwrap();
    let Some(hint_text) = hint(&fixture, &["jail", "/bin/ls"]) else {
        return;
    };
    assert_eq!(
        hint_text,
        "/bin/busybox does not exist: the symbolic link /bin/ls leads to it"
    );
    // The sentence has said it all.
    assert_eq!(
        differential_test()
            .unwrap()
            .hint(|tool| fixture.root(tool).args(["jail", "/nosuch"])),
        None
    );
}

#[test]
fn the_callers_shell_that_is_not_inside_is_reported() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let shell = |tool: Tool| tool.env("SHELL", "/usr/bin/zsh").arg("jail");
    let Some(hint_text) = hint_with(&fixture, shell) else {
        return;
    };
    let expected = "SHELL is /usr/bin/zsh, which does not exist in this root: ";
    assert!(
        hint_text.starts_with(expected) && hint_text.ends_with("/bin/sh"),
        "{hint_text}"
    );
}

#[test]
fn what_may_not_be_run_is_reported_with_what_is_in_the_way() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    fixture.file("jail/tmp/plain", "#!/bin/sh\n");
    fixture.script("jail/tmp/by-plain", "#!/tmp/plain\n");
    for (command, expected) in [
        (
            "/tmp/plain",
            "/tmp/plain is not executable: `chmod a+x /tmp/plain` makes it executable",
        ),
        (
            "/tmp/by-plain",
            "/tmp/plain is not executable: `chmod a+x /tmp/plain` makes it executable",
        ),
        ("/tmp", "/tmp is a directory"),
        ("/dev/null", "/dev/null is not a regular file"),
        ("/tmp/plain/x", "/tmp/plain is not a directory"),
    ] {
        let with_device = |tool: Tool| {
            tool.bind_over("/dev", fixture.path("jail/dev"))
                .args(["jail", command])
        };
        let Some(hint_text) = hint_with(&fixture, with_device) else {
            return;
        };
        assert_eq!(hint_text, expected);
    }
    fixture.scratch.dir("jail/closed/inner");
    fixture.script("jail/closed/inner/tool", "#!/bin/sh\n");
    fs::set_permissions(fixture.path("jail/closed"), Permissions::from_mode(0o700)).unwrap();
    let Some(hint_text) = hint(&fixture, &["--userspec=5:6", "jail", "/closed/inner/tool"]) else {
        return;
    };
    assert_eq!(
        hint_text,
        "user 5 may not search the directory /closed (mode 0700, owner 0): `chmod a+x /closed` \
         allows it"
    );
}

#[test]
fn a_hostile_root_cannot_speak_to_the_terminal_or_hold_us_up() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    fixture.script("jail/tmp/evil", "#!/\x1b[2Jx\n");
    let Some(hint_text) = hint(&fixture, &["jail", "/tmp/evil"]) else {
        return;
    };
    assert!(hint_text.contains("'/\\u{1b}[2Jx'"), "{hint_text}");
    // What is no regular file is not even opened.
    nix::unistd::mkfifo(
        Path::new(&fixture.path("jail/tmp/fifo")),
        nix::sys::stat::Mode::from_bits_truncate(0o755),
    )
    .unwrap();
    fixture.script("jail/tmp/by-fifo", "#!/tmp/fifo\n");
    let Some(hint_text) = hint(&fixture, &["jail", "/tmp/by-fifo"]) else {
        return;
    };
    assert_eq!(hint_text, "/tmp/fifo is not a regular file");
    for name in ["a", "b"] {
        let other = if name == "a" { "b" } else { "a" };
        fixture.script(&format!("jail/tmp/{name}"), &format!("#!/tmp/{other}\n"));
    }
    assert_eq!(
        differential_test()
            .unwrap()
            .hint(|tool| fixture.root(tool).args(["jail", "/tmp/a"])),
        None
    );
}
