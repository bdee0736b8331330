//! A program that traces the tool that waits for it, and looks for a way out in what /proc shows of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use nix::unistd::geteuid;
use testkit::{Pid, Running, Scratch, Tool, children_of, require};

use crate::fixture::{built, can_run};

/// The user who runs it where root runs the tests.
const USER: u32 = 1001;

/// The tool as an ordinary user.
fn ordinary(tool: Tool) -> Tool {
    match geteuid().is_root() {
        true => tool.as_user(USER, USER, &[]),
        false => tool,
    }
}

/// What a program reaches of the tool that runs it with these words.
#[track_caller]
fn reached(tool: &str, words: &[&str], by: impl Fn(Tool) -> Tool) -> String {
    let fixture = require::fixture_program().expect("it was asked for");
    let run = Tool::new(built(tool)).argv0(tool).args(words);
    let outcome = by(run.arg(fixture).args(["ancestors", tool])).run().ok();
    outcome.out().trim_end().to_owned()
}

/// Whether the programs are there.
fn can_probe() -> bool {
    can_run() && require::fixture_program().is_some()
}

#[test]
fn the_tool_that_waits_shows_nothing_to_its_program() {
    if !can_probe() {
        return;
    }
    // As the original's: whoever runs it reads its own process.
    let plain = reached("runshare", &["-r", "--fork"], ordinary);
    assert!(plain.contains("environ exe cwd root fd"), "{plain}");
    for words in [
        &["--new-session"][..],
        &["-r", "--new-session"],
        &["-r", "-m", "--new-session", "--pid"],
        &["-r", "--new-session", "--pid", "--kill-child=TERM"],
        &["-r", "--pid", "--init"],
        &["-r", "--pid", "--init", "--mount-proc"],
        &["-r", "--pid", "--init", "--mount-proc", "--new-session"],
    ] {
        assert_eq!(reached("runshare", words, ordinary), "", "{words:?}");
    }
}

#[test]
fn nor_does_it_where_another_user_is_what_the_program_becomes() {
    if !can_probe() || !require::root() {
        return;
    }
    let user = USER.to_string();
    let spec = format!("--userspec={user}:{user}");
    for (tool, words) in [
        ("rchroot", &["--new-session", &spec, "/"][..]),
        ("runshare", &["--new-session", "-S", &user, "-G", &user]),
        ("runshare", &["--init", "--pid", "-S", &user, "-G", &user]),
        (
            "rnsenter",
            &["-u/proc/self/ns/uts", "--new-session", "-S", &user],
        ),
    ] {
        assert_eq!(reached(tool, words, |tool| tool), "", "{tool} {words:?}");
    }
}

/// A container of an ordinary user's, and its process inside.
fn container() -> (Running, Pid) {
    let tool = Tool::new(built("runshare")).args(["-r", "-p", "--kill-child", "-f"]);
    let mut tool = ordinary(tool.args(["sh", "-c", "echo up; exec sleep 1000"])).spawn();
    tool.read_until("up\n");
    let [child] = children_of(tool.pid())[..] else {
        panic!("it has one child")
    };
    (tool, child)
}

#[test]
fn rnsenter_shows_nothing_while_it_waits_inside() {
    if !can_probe() {
        return;
    }
    let (_container, inside) = container();
    let target = inside.to_string();
    for words in [
        &["-t", &target, "-U", "-p"][..],
        &["-t", &target, "-U", "-p", "--new-session"],
        &["-t", &target, "-U", "--new-session"],
    ] {
        assert_eq!(reached("rnsenter", words, ordinary), "", "{words:?}");
    }
}

/// The program's environment lacks what the caller's has; PID 1 must not have it in its stead.
#[test]
fn pid_1_shows_no_secret_of_the_callers() {
    if !can_run() {
        return;
    }
    let options = ["--pid", "--init", "--mount-proc", "--clear-env"];
    let read = [
        "sh",
        "-c",
        "tr '\\0' '\\n' </proc/1/environ; tr '\\0' ' ' </proc/1/cmdline",
    ];
    let tool = || {
        Tool::new(built("runshare"))
            .argv0("runshare")
            .env("SECRET", "x")
    };
    let outcome = ordinary(tool().arg("-r").args(options).args(read)).run();
    assert!(!outcome.out().contains("SECRET"), "{outcome}");
    assert!(outcome.out().contains("runshare -r --pid"), "{outcome}");
    if require::root() {
        // Who may trace every process finds nothing there either.
        let outcome = tool().args(options).args(read).run().ok();
        assert!(!outcome.out().contains("SECRET"), "{outcome}");
        assert!(outcome.out().contains("runshare --pid"), "{outcome}");
        // It is the program's all the same, unless it was not to have it.
        let options = [
            "--pid",
            "--init",
            "--mount-proc",
            "sh",
            "-c",
            "echo $SECRET",
        ];
        assert_eq!(tool().args(options).run().ok().out(), "x\n");
    }
}

/// The user's own copy of the tool is on the host, where root inside must not make it set-user-ID.
#[test]
fn pid_1_does_not_expose_the_tools_file() {
    if !can_run() {
        return;
    }
    let scratch = Scratch::new();
    let own = scratch.path().join("runshare");
    fs::copy(built("runshare"), &own).expect("a copy can be made");
    testkit::wait_for_writers(&own);
    if geteuid().is_root() {
        let given = std::os::unix::fs::chown(&own, Some(USER), Some(USER));
        given.expect("root gives it away");
    }
    let options = ["-r", "--pid", "--init", "--mount-proc"];
    let tool = Tool::new(&own).args(options);
    let outcome = ordinary(tool.args(["chmod", "4777", "/proc/1/exe"])).run();
    assert_eq!(outcome.code(), 1, "{outcome}");
    let mode = fs::metadata(&own)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o7022, 0, "{mode:o}");
}
