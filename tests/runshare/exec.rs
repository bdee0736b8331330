//! Which program runs, and how it is found.

use crate::fixture::{Machine, differential_test, runshare};
use testkit::{Scratch, Tool, require};

#[test]
fn without_a_program_the_shell_of_the_environment_is_a_login_shell() {
    let scratch = Scratch::new();
    let shell = scratch.program("my shell", "#!/bin/sh\ntr '\\0' ' ' < /proc/$$/cmdline\n");
    let outcome = runshare().env("SHELL", &shell).run().ok();
    // A script's own argv[0] is lost on the way; a binary's is not.
    assert!(outcome.out().contains("my shell"), "{outcome}");
    let outcome = runshare().env("SHELL", "/usr/bin/env").run().ok();
    assert!(outcome.out().contains("SHELL=/usr/bin/env"), "{outcome}");
}

#[test]
fn the_shell_is_chosen_as_the_original_chooses_it() {
    let Some(diff) = differential_test() else {
        return;
    };
    let argv0 = "printf '%s\\n' $0; id -u";
    for shell in [
        "/bin/sh",
        "sh",
        "",
        "/nosuch/sh",
        "/etc",
        "/bin/sh -i",
        "bash",
    ] {
        diff.assert_same_with(|tool| tool.env("SHELL", shell).stdin(argv0));
        diff.assert_same_with(|tool| tool.env("SHELL", shell).args(["-r"]).stdin(argv0));
        diff.assert_same_with(|tool| {
            tool.env("SHELL", shell)
                .args(["-r", "-R", "/"])
                .stdin(argv0)
        });
        diff.assert_same_with(|tool| {
            tool.env("SHELL", shell)
                .args(["-r", "-f", "--"])
                .stdin(argv0)
        });
    }
    for options in [&[][..], &["-r"], &["-rR", "/"], &["-U"], &["-c"]] {
        diff.assert_same_with(|tool| {
            tool.no_env()
                .env("PATH", "/usr/bin:/bin")
                .args(options)
                .stdin(argv0)
        });
    }
}

#[test]
fn the_shell_of_the_passwd_entry_is_that_of_the_user_one_has_become() {
    if !require::root() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let machine = Machine::new();
    let no_shell = |tool: Tool| tool.no_env().env("PATH", "/usr/bin:/bin").stdin("echo $0");
    for options in [
        &[][..],
        &["-r"],
        &["-c"],
        &["-U"],
        &["--map-auto"],
        &["--map-user", "65534"],
    ] {
        diff.assert_same_with(|tool| machine.tester(no_shell(tool)).args(options));
        diff.assert_same_with(|tool| machine.root(no_shell(tool)).args(options));
    }
    diff.assert_same_with(|tool| machine.root(no_shell(tool)).args(["-S", "1001"]));
    diff.assert_same_with(|tool| machine.root(no_shell(tool)).args(["-S", "65534"]));
    diff.assert_same_with(|tool| machine.root(no_shell(tool)).args(["-S", "4711"]));
}

#[test]
fn the_path_is_searched_as_execvp_searches_it() {
    let Some(diff) = differential_test() else {
        return;
    };
    let scratch = Scratch::new();
    let (first, second) = (scratch.dir("first"), scratch.dir("second"));
    scratch.program("first/both", "#!/bin/sh\necho first\n");
    scratch.program("second/both", "#!/bin/sh\necho second\n");
    scratch.program("second/plain", "echo no interpreter line $0\n");
    scratch.program("second/lost", "#!/nosuch/interpreter\n");
    scratch.program("second/empty", "");
    scratch.file("first/closed", "x");
    scratch.program("second/closed", "#!/bin/sh\necho open\n");
    scratch.file("second/data", "x");
    scratch.dir("second/folder");
    let paths = [
        format!("{}:{}:/usr/bin:/bin", first.display(), second.display()),
        format!("{}:{}", second.display(), first.display()),
        format!("/nosuch::{}", second.display()),
        String::new(),
        "/etc/passwd:/nosuch".to_owned(),
        ":".to_owned(),
    ];
    for path in &paths {
        for program in [
            "both", "plain", "lost", "empty", "closed", "data", "folder", "./both", "nosuch",
        ] {
            let setup = |tool: Tool| {
                tool.env("PATH", path.as_str())
                    .current_dir(&second)
                    .arg(program)
            };
            diff.assert_same_with(setup);
        }
    }
    diff.assert_same_with(|tool| {
        tool.no_env()
            .current_dir(&second)
            .arg("sh")
            .stdin("echo found")
    });
}

#[test]
fn the_path_is_searched_inside_the_new_root_and_directory() {
    if !require::user_namespaces() {
        return;
    }
    let scratch = Scratch::new();
    scratch.program("tool", "#!/bin/sh\npwd\n");
    let setup = |tool: Tool| tool.env("PATH", ".:/usr/bin:/bin");
    let outcome = setup(runshare())
        .args(["-w"])
        .arg(scratch.path())
        .arg("tool")
        .run()
        .ok();
    assert_eq!(outcome.out().trim_end(), scratch.path().to_str().unwrap());
}
