//! Names that others choose: of networks, mount points, users, groups and processes. None of them reaches the terminal
//! with a control character or one that turns the direction, and none that is inserted is more than a word.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use testkit::{Running, Scratch, Tool, eventually};

use crate::bash::{self, INSERT_AND_PRINT, LIST_AND_PRINT};
use crate::fish;
use crate::fixture::{Fixture, ours};
use crate::zsh;

/// What a terminal acts upon, in bytes, which need not be characters.
const ODD: [&[u8]; 5] = [
    b"\x1b[31m",
    b"\xc2\x9b31m",
    b"\xff\xc2\x9b31m",
    "\u{202e}".as_bytes(),
    "\u{2067}".as_bytes(),
];
/// What a shell would run if it were inserted as it is.
const COMMANDS: [&str; 7] = [
    "semi;touch harm",
    "amp&touch harm",
    "quote'\"touch harm",
    "dollar$(touch harm)",
    "back`touch harm`",
    "line\ntouch harm",
    "!touch\\ harm",
];

/// What is typed, and what the shells show of it.
const LISTED: [(&str, &str); 12] = [
    ("rnsenter --target netns:", "blue"),
    ("rlsns --task netns:", "blue"),
    ("rlsns --compare 1,netns:", "blue"),
    ("rlsns --holders netns:", "blue"),
    ("rlsns netns:", "blue"),
    // The command in a namespace.
    ("rlsns ", "named\\x1b[31m"),
    ("rnsenter --net=", "semi"),
    ("runshare --net=", "amp"),
    ("runshare --setuid sem", "semi"),
    ("rnsenter -G sem", "semi"),
    ("rchroot --groups sem", "semi"),
    ("rchroot --userspec sem", "semi"),
];

/// What is typed, and completed as far as it is clear.
const INSERTED: [&str; 9] = [
    "rnsenter --target netns:semi",
    "rnsenter --target=netns:amp",
    "rlsns netns:quote",
    "rlsns --compare 1,netns:semi",
    "rnsenter --net={dir}/points/amp",
    "runshare --net=/run/netns/amp",
    "runshare -S semi",
    "rnsenter --groups amp",
    "rchroot --userspec semi",
];

/// Makes the names: `netns` with networks, of which one is a pipe, `points` for namespaces, `passwd` and `group`.
pub(crate) fn make(scratch: &Scratch) {
    let networks = scratch.dir("netns");
    let points = scratch.dir("points");
    scratch.file("netns/blue", "");
    mkfifo(&networks.join("pipe"), Mode::from_bits_truncate(0o600)).expect("a pipe");
    // Digits behind a blank, which is octal digits in mountinfo.
    scratch.file("points/7 7", "");
    let mut users = fs::read("/etc/passwd").expect("users");
    let mut groups = fs::read("/etc/group").expect("groups");
    for name in all_names() {
        for directory in [&networks, &points] {
            fs::write(directory.join(OsStr::from_bytes(&name)), "").expect("a file");
        }
        if !name.contains(&b'\n') {
            users.extend([&name[..], b":x:4711:4711::/:/bin/sh\n"].concat());
            groups.extend([&name[..], b":x:4711:\n"].concat());
        }
    }
    scratch.file("passwd", users);
    scratch.file("group", groups);
}

fn all_names() -> impl Iterator<Item = Vec<u8>> {
    let odd = ODD.iter().map(|bytes| [b"semi", *bytes, b"odd"].concat());
    odd.chain(COMMANDS.map(|name| name.as_bytes().to_vec()))
}

/// A process in a namespace of its own that calls itself what a terminal acts upon.
fn named_process() -> Running {
    let name = "named\u{1b}[31m\u{9b}31m\u{202e}";
    let code = r#"exec -a "$1" sleep 1000"#;
    let tool = Tool::new(ours("runshare")).args(["--uts", "bash", "-c", code, "bash", name]);
    let process = tool.spawn();
    let path = format!("/proc/{}/cmdline", process.pid());
    eventually("it has its name", || {
        fs::read(&path).is_ok_and(|words| words.starts_with(b"named"))
    });
    process
}

/// Fails if a terminal would act upon what is shown, or what is to be there is not.
#[track_caller]
fn assert_listed(line: &str, shown: &str, expected: &str) {
    assert!(
        shown.contains(expected),
        "{line}: no {expected:?}: {shown:?}"
    );
    for odd in ["\u{1b}[31m", "\u{9b}", "\u{202e}", "\u{2067}"] {
        assert!(!shown.contains(odd), "{line}: {shown:?}");
    }
}

/// Fails unless the line that a shell has made of what was typed is longer, and runs nothing.
#[track_caller]
fn assert_harmless(shell: &mut Running, directory: &Path, typed: &str, line: &str) {
    assert!(line.starts_with(typed), "{typed}: {line:?}");
    assert!(line.len() > typed.len() + 5, "{typed}: {line:?}");
    shell.type_in(&format!(": {line}\rprintf '\\1run\\2'\r"));
    shell.read_until("\u{1}run\u{2}");
    assert!(!directory.join("harm").exists(), "{line}");
}

/// Asks all of the lists of a shell that is typed at.
fn list_all(shell: &mut Running) {
    let _process = named_process();
    for (line, expected) in LISTED {
        shell.type_in(&format!("{line}{LIST_AND_PRINT}"));
        let shown = shell.read_until("\u{2}");
        assert_listed(line, &shown, expected);
    }
}

/// Has a shell insert all that can be inserted, by this key.
fn insert_all(shell: &mut Running, directory: &Path, key: &str) {
    for typed in INSERTED {
        let typed = typed.replace("{dir}", &directory.display().to_string());
        shell.type_in(&format!("{typed}{key}"));
        shell.read_until("\u{1}");
        let line = shell.read_until("\u{2}");
        let line = line.trim_end_matches('\u{2}');
        assert_harmless(shell, directory, &typed, line);
    }
}

#[test]
fn bash_shows_and_inserts_names_of_others_as_names() {
    let Some(fixture) = Fixture::set_for_root("bash") else {
        return;
    };
    let Some(mut bash) = bash::start(&fixture) else {
        return;
    };
    list_all(&mut bash);
    insert_all(&mut bash, fixture.path(), INSERT_AND_PRINT);
}

#[test]
fn zsh_shows_and_inserts_names_of_others_as_names() {
    let Some(fixture) = Fixture::set_for_root("zsh") else {
        return;
    };
    let mut zsh = zsh::start(&fixture);
    list_all(&mut zsh);
    insert_all(&mut zsh, fixture.path(), "\u{18}c\u{18}p");
}

#[test]
fn fish_shows_names_of_others_as_names() {
    let Some(fixture) = Fixture::set_for_root("fish") else {
        return;
    };
    let _process = named_process();
    for (line, expected) in LISTED {
        assert_listed(line, &fish::shown(&fixture, line), expected);
    }
    assert!(!fixture.path().join("harm").exists());
}
