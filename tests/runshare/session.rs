//! `--close-fds`, `--no-new-privs` and `--new-session`: what the program does not get from its caller.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;

use crate::fixture::{ordinary, runshare};
use crate::init::terminal::child_named;
use crate::signals::child_of;
use testkit::{Scratch, Signal, Status, Tool, eventually, lives, require};

/// Lines that take the tool through each of its descriptors, and its processes.
const LINES: [&[&str]; 5] = [
    &[],
    &["-r"],
    &["-rpf", "--kill-child=TERM"],
    &["-rTf", "--boottime", "5"],
    &["-rpfR", "/", "--mount-proc", "--new-session"],
];

/// Prints the numbers of the open descriptors below 20, without opening one.
const SHOW: [&str; 3] = [
    "sh",
    "-c",
    "n=0; while [ $n -lt 20 ]; do [ -e /proc/self/fd/$n ] && echo $n; n=$((n + 1)); done; :",
];

#[test]
fn no_descriptor_is_inherited_but_the_standard_ones() {
    if !require::user_namespaces() {
        return;
    }
    for line in LINES {
        let null = || File::open("/dev/null").unwrap();
        let tool = || ordinary(runshare()).fd(3, null()).fd(19, null()).args(line);
        let outcome = tool().arg("--close-fds").args(SHOW).run().ok();
        assert_eq!(outcome.out(), "0\n1\n2\n", "{line:?}");
        let outcome = tool().close_fd(0).arg("--close-fds").args(SHOW).run().ok();
        assert_eq!(outcome.out(), "1\n2\n", "{line:?}");
        let outcome = tool().args(SHOW).run().ok();
        assert_eq!(outcome.out(), "0\n1\n2\n3\n19\n", "{line:?}");
    }
}

#[test]
fn hardening_options_do_not_hide_a_failed_exec() {
    let tool = runshare().args(["--close-fds", "--no-new-privs", "--new-session", "/nosuch"]);
    tool.run().fails(
        127,
        "runshare: failed to execute /nosuch: No such file or directory\n",
    );
}

/// The value of a line of /proc/self/status inside.
fn status_inside(tool: Tool, key: &str) -> String {
    let outcome = tool
        .args(["grep", &format!("^{key}:"), "/proc/self/status"])
        .run()
        .ok();
    outcome
        .out()
        .trim_start_matches(key)
        .trim_matches([':', '\t', '\n'])
        .to_owned()
}

#[test]
fn the_program_can_gain_no_privileges() {
    for (options, expected) in [(&["--no-new-privs"][..], "1"), (&[], "0")] {
        assert_eq!(
            status_inside(ordinary(runshare()).args(options), "NoNewPrivs"),
            expected
        );
    }
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    let program = scratch.path().join("id");
    fs::copy("/usr/bin/id", &program).unwrap();
    testkit::wait_for_writers(&program);
    fs::set_permissions(&program, fs::Permissions::from_mode(0o4755)).unwrap();
    for (options, expected) in [(&["--no-new-privs"][..], "1001\n"), (&[], "0\n")] {
        let tool = ordinary(runshare()).args(options).arg(&program).arg("-u");
        assert_eq!(tool.run().ok().out(), expected);
    }
}

#[test]
fn the_ids_and_maps_that_take_privileges_are_there_before_they_are_given_up() {
    if !require::root() {
        return;
    }
    let tool = runshare().args(["--no-new-privs", "-S", "1001", "-G", "1001", "id", "-u"]);
    assert_eq!(tool.run().ok().out(), "1001\n");
    if !require::installed("newuidmap") {
        return;
    }
    let machine = crate::fixture::Machine::new();
    let line = ["--no-new-privs", "--map-users", "0:100000:7"];
    let tool = machine.tester(runshare()).args(line);
    let outcome = tool
        .args(["grep", "-c", "100000", "/proc/self/uid_map"])
        .run()
        .ok();
    assert_eq!(outcome.out(), "1\n");
}

/// The process's session and its terminal's number, 0 for none.
const SESSION: &str = "set -- $(cat /proc/$$/stat); echo $(($6 == $$)) $(($7 != 0)); \
                       if (: </dev/tty) 2>/dev/null; then echo terminal; else echo none; fi";

#[test]
fn the_program_leads_a_session_that_has_no_terminal() {
    for (options, expected) in [
        (&["--new-session"][..], "1 0\nnone\n"),
        (&["--fork"], "0 1\nterminal\n"),
    ] {
        let tool = runshare().terminal(80, 24).args(options);
        let outcome = tool.args(["sh", "-c", SESSION]).run().ok();
        assert_eq!(outcome.out(), expected, "{options:?}");
    }
    if require::user_namespaces() {
        let tool =
            ordinary(runshare())
                .terminal(80, 24)
                .args(["-rp", "--new-session", "--mount-proc"]);
        let outcome = tool.args(["sh", "-c", SESSION]).run().ok();
        assert_eq!(outcome.out(), "1 0\nnone\n");
    }
}

/// A program that pushes an `x` into its standard input as if it were typed, `ioctl_tty(2)`, and says whether it may.
const PUSH: [&str; 3] = [
    "perl",
    "-e",
    "$key = 'x'; print(ioctl(STDIN, 0x5412, $key) ? 'pushed' : 'not pushed')",
];

#[test]
fn nothing_can_be_pushed_into_the_terminal() {
    if !require::installed("perl") {
        return;
    }
    // Since Linux 6.2 a machine may forbid it altogether.
    let setting = fs::read_to_string("/proc/sys/dev/tty/legacy_tiocsti");
    let otherwise = match setting {
        Ok(setting) if setting == "0\n" => "not pushed",
        _ => "pushed",
    };
    for (option, expected) in [("--new-session", "not pushed"), ("--fork", otherwise)] {
        let tool = ordinary(runshare()).terminal(80, 24).arg(option);
        assert_eq!(tool.args(PUSH).run().ok().out(), expected, "{option}");
    }
}

#[test]
fn it_reads_and_writes_the_terminal_and_its_status_is_passed_on() {
    let tool = runshare().terminal(80, 24).arg("--new-session");
    let mut tool = tool
        .args(["sh", "-c", "echo ask; read word; echo got $word; exit 7"])
        .spawn();
    tool.read_until("ask\n");
    tool.type_in("this\n");
    tool.read_until("got this\n");
    assert_eq!(tool.wait().code(), 7);
}

#[test]
fn ctrl_c_reaches_the_program_and_what_it_waits_for() {
    for (script, ending) in [
        ("sleep 1000; exit 4", Status::Killed(2)),
        (
            "trap 'echo caught; exit 3' INT; sleep 1000; exit 4",
            Status::Exited(3),
        ),
    ] {
        let tool = runshare().terminal(80, 24).arg("--new-session");
        let mut tool = tool.args(["sh", "-c", script]).spawn();
        let shell = child_named(tool.pid(), "sh");
        // Only then is there somebody to wait for: a shell that a key ends waits for nobody.
        let sleeper = child_named(shell, "sleep");
        tool.type_in("\u{3}");
        let outcome = tool.wait();
        assert_eq!(outcome.status, ending, "{outcome}");
        assert_eq!(
            outcome.out().contains("caught"),
            ending == Status::Exited(3)
        );
        assert!(!lives(shell));
        eventually("the other is gone too", || !lives(sleeper));
    }
}

#[test]
fn signals_that_end_a_job_are_forwarded() {
    for signal in [
        Signal::SIGHUP,
        Signal::SIGINT,
        Signal::SIGQUIT,
        Signal::SIGTERM,
    ] {
        let script = format!(
            "ulimit -c 0; trap 'echo caught; exit 5' {}; echo up; while :; do sleep 0.05; done",
            &signal.as_str()[3..]
        );
        let mut tool = runshare()
            .args(["--new-session", "sh", "-c", &script])
            .spawn();
        tool.read_until("up\n");
        tool.signal(signal);
        tool.read_until("caught\n");
        assert_eq!(tool.wait().code(), 5, "{signal}");
    }
}

#[test]
fn a_program_that_dies_with_its_caller_does_so_in_its_own_session() {
    let mut tool = runshare()
        .args([
            "--new-session",
            "--kill-child",
            "sh",
            "-c",
            "echo up; exec sleep 1000",
        ])
        .spawn();
    tool.read_until("up\n");
    let child = child_of(&tool);
    tool.signal(Signal::SIGKILL);
    tool.wait();
    eventually("the child is gone", || !lives(child));
}

#[test]
fn beside_an_init_it_is_the_program_that_leads_the_session() {
    if !require::user_namespaces() {
        return;
    }
    let tool = || {
        ordinary(runshare())
            .terminal(80, 24)
            .args(["-r", "--init", "--new-session"])
    };
    let outcome = tool()
        .args(["--mount-proc", "sh", "-c", SESSION])
        .run()
        .ok();
    assert_eq!(outcome.out(), "1 0\nnone\n");
    for (script, ending) in [
        ("echo up; sleep 1000; exit 4", Status::Killed(2)),
        (
            "trap 'exit 6' INT; echo up; sleep 1000; exit 7",
            Status::Exited(6),
        ),
    ] {
        let mut tool = tool().args(["sh", "-c", script]).spawn();
        tool.read_until("up\n");
        // Both must have it: the shell, and what it waits for.
        let init = child_of(&tool);
        let shell = child_named(init, "sh");
        let sleeper = child_named(shell, "sleep");
        tool.type_in("\u{3}");
        assert_eq!(tool.wait().status, ending, "{script}");
        assert!(!lives(shell));
        assert!(!lives(sleeper));
    }
}
