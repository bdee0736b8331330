//! `--clear-env`, `--close-fds`, `--no-new-privs` and `--new-session`: what the program does not get from its caller.

use std::fs::File;

use crate::fixture::{Caller, Container, differential_test, rnsenter};
use testkit::{Signal, Status, Tool, children_of, lives, require};

/// The container of an ordinary user, and who that is.
fn container() -> Option<(Caller, Container)> {
    let caller = Caller::ordinary();
    let container = require::user_namespaces().then(|| Container::owned_by(caller));
    Some((caller, container.flatten()?))
}

/// Each way into it that anybody has: in the same process, and in a child.
fn ways(container: &Container) -> [Vec<String>; 2] {
    let pid = container.pid().to_string();
    [
        &["-t", &pid, "-U", "--preserve-credentials", "-u"][..],
        &["-t", &pid, "-U", "--preserve-credentials", "-u", "-p"],
    ]
    .map(|words| words.iter().map(|word| (*word).to_owned()).collect())
}

/// Prints the numbers of the open descriptors below 10, without opening one.
const SHOW: [&str; 3] = [
    "sh",
    "-c",
    "n=0; while [ $n -lt 10 ]; do (eval \": >&$n\") 2>/dev/null && echo $n; n=$((n + 1)); done; :",
];

#[test]
fn no_descriptor_is_inherited_but_the_standard_ones() {
    let Some((caller, container)) = container() else {
        return;
    };
    for way in ways(&container) {
        for more in [&[][..], &["--new-session"], &["-r", "-w"]] {
            let null = || File::options().write(true).open("/dev/null").unwrap();
            let tool = || {
                caller
                    .runs(rnsenter())
                    .fd(0, null())
                    .fd(5, null())
                    .args(&way)
                    .args(more)
            };
            let outcome = tool().arg("--close-fds").args(SHOW).run().ok();
            assert_eq!(outcome.out(), "0\n1\n2\n", "{outcome}");
            let outcome = tool().args(SHOW).run().ok();
            assert_eq!(outcome.out(), "0\n1\n2\n5\n", "{outcome}");
        }
    }
}

#[test]
fn the_program_can_gain_no_privileges() {
    let Some((caller, container)) = container() else {
        return;
    };
    let show = ["grep", "^NoNewPrivs", "/proc/self/status"];
    for way in ways(&container) {
        for (option, expected) in [("--no-new-privs", "1"), ("-u", "0")] {
            let tool = caller.runs(rnsenter()).args(&way).arg(option);
            let outcome = tool.args(show).run().ok();
            assert_eq!(outcome.out(), format!("NoNewPrivs:\t{expected}\n"));
        }
    }
}

#[test]
fn the_environment_is_empty_or_the_targets() {
    let Some((caller, container)) = container() else {
        return;
    };
    let Some(diff) = differential_test() else {
        return;
    };
    for way in ways(&container) {
        let tool = || caller.runs(rnsenter()).env("OUTSIDE", "1").args(&way);
        assert_eq!(tool().args(["--clear-env", "env"]).run().ok().out(), "");
        let unset = "echo ${HOME-none} ${OUTSIDE-none}";
        let tool = tool().args(["--clear-env", "sh", "-c", unset]);
        assert_eq!(tool.run().ok().out(), "none none\n");
        // Of the target's nothing was the caller's anyway.
        let (ours, _) = diff.run_both(|tool| caller.runs(tool).args(&way).args(["-e", "env"]));
        for both in [["-e", "--clear-env"], ["--clear-env", "-e"]] {
            let tool = caller.runs(rnsenter()).args(&way).args(both);
            assert_eq!(tool.arg("env").run().ok().out(), ours.out());
        }
    }
}

/// The process's session and its terminal's number, 0 for none. The shell's own number is not what the container's
/// /proc has, so it asks by `self`.
const SESSION: &str = "read -r stat </proc/self/stat; set -- $stat; echo $(($6 == $1)) $(($7 != 0)); \
                       if (: </dev/tty) 2>/dev/null; then echo terminal; else echo none; fi";

#[test]
fn the_program_leads_a_session_that_has_no_terminal() {
    let Some((caller, container)) = container() else {
        return;
    };
    let script = ["sh", "-c", SESSION];
    for way in ways(&container) {
        let tool = || caller.runs(rnsenter()).terminal(80, 24).args(&way);
        let outcome = tool().arg("--new-session").args(script).run().ok();
        assert_eq!(outcome.out(), "1 0\nnone\n");
        let outcome = tool().args(script).run().ok();
        assert!(outcome.out().ends_with(" 1\nterminal\n"), "{outcome}");
    }
}

#[test]
fn ctrl_c_and_what_ends_a_job_reach_the_program_and_its_status_is_passed_on() {
    let Some((caller, container)) = container() else {
        return;
    };
    for way in ways(&container) {
        let tool = || caller.runs(rnsenter()).args(&way).arg("--new-session");
        let script = "trap 'echo int' INT; trap 'echo hup; exit 5' HUP; echo up; while :; do sleep 0.05; done";
        let mut tool_on_terminal = tool().terminal(80, 24).args(["sh", "-c", script]).spawn();
        tool_on_terminal.read_until("up\n");
        tool_on_terminal.type_in("\u{3}");
        tool_on_terminal.read_until("int\n");
        tool_on_terminal.signal(Signal::SIGHUP);
        tool_on_terminal.read_until("hup\n");
        assert_eq!(tool_on_terminal.wait().code(), 5);

        let mut killed = tool()
            .args(["sh", "-c", "echo up; exec sleep 1000"])
            .spawn();
        killed.read_until("up\n");
        let program = children_of(killed.pid())[0];
        killed.signal(Signal::SIGTERM);
        assert_eq!(killed.wait().status, Status::Killed(15));
        assert!(!lives(program));
    }
}

#[test]
fn it_requires_a_child() {
    let Some((caller, container)) = container() else {
        return;
    };
    let [way, _] = ways(&container);
    let refused = "rnsenter: options --no-fork and --new-session cannot be combined\n";
    for both in [["-F", "--new-session"], ["--new-session", "--no-fork"]] {
        caller
            .runs(rnsenter())
            .args(&way)
            .args(both)
            .arg("true")
            .run()
            .fails(1, refused);
    }
    let tool = |tool: Tool| caller.runs(tool).args(&way).arg("--new-session");
    let outcome = tool(rnsenter().ignoring(Signal::SIGCHLD))
        .args(["sh", "-c", "exit 9"])
        .run();
    assert_eq!(outcome.code(), 9, "{outcome}");
}
