//! Where ours differs on purpose: each row of tests/differences.md, both sides asserted, so that a change of the
//! original's is noticed as well as one of ours. What nobody inside may do to the tool is in `hidden`, cgroups beside
//! those of version 1 are in `cgroup`.

use std::path::Path;

use crate::fixture::{
    Caller, Container, RNSENTER, SampleTargets, differential_test, each, original, rnsenter,
    socket_holder,
};
use crate::pid_reuse::{holds_a_pidfd, numbers_can_be_chosen, pidfds_have_inodes, reuse, target};
use nix::sys::signal::kill;
use testkit::{Scratch, Signal, Tool, children_of, eventually, require};

/// Asserts how each ends with these arguments and what it says.
pub(crate) fn differ(setup: impl Fn(Tool) -> Tool, ours: (i32, &str), theirs: (i32, &str)) {
    if let Some(diff) = differential_test() {
        diff.assert_differ(setup, ours, theirs);
    }
}

#[test]
fn the_help_is_our_own() {
    let Some(diff) = differential_test() else {
        return;
    };
    for option in ["--help", "-h", "--he"] {
        let (ours, theirs) = diff.run_both(|tool| tool.arg(option));
        let (ours, theirs) = (ours.ok().out(), theirs.ok().out());
        assert!(
            ours.contains("--wdns") && ours.contains("\nUsage:\n nsenter "),
            "{ours}"
        );
        assert!(theirs.contains("Usage:"), "{theirs}");
    }
}

/// Tells whether `.` is a directory from which the machine's own files can be reached, and what it is called.
fn where_am_i(outside: &Scratch) -> [String; 3] {
    let mark = outside.file("mark", "");
    // The same path, from the directory that the program starts in.
    let script = format!("[ -e .{} ] && echo outside; /bin/pwd", mark.display());
    ["sh".to_owned(), "-c".to_owned(), script]
}

#[test]
fn the_program_never_starts_outside_its_root() {
    if !require::root() {
        return;
    }
    let Some(root) = require::debian_root() else {
        return;
    };
    let root = root.canonicalize().unwrap().display().to_string();
    let outside = Scratch::new();
    let (Some(plain), Some(chrooted)) = (
        Container::plain(),
        Container::unshared(Caller::Whoever, &["-muip", "-f", "-R", &root]),
    ) else {
        return;
    };
    let (plain, chrooted) = (plain.pid().to_string(), chrooted.pid().to_string());
    let named = format!("-r{root}");
    for line in [
        &["-t", &chrooted, "-m", "-r"][..],
        &["-t", &chrooted, "-a", "-r"],
        &["-t", &chrooted, "-m", "-p", "-r"],
        &["-t", &chrooted, "-u", "-r", "-W"],
        &["-t", &plain, "-m", &named],
        &["-t", &plain, "-u", &named],
    ] {
        each(|tool, ours| {
            let outcome = tool().args(line).args(where_am_i(&outside)).run();
            if ours {
                assert_eq!(outcome.clone().ok().out(), "/\n", "{outcome}");
            } else {
                assert!(outcome.out().starts_with("outside\n"), "{outcome}");
                assert_eq!(outcome.code(), 1, "it has no name there\n{outcome}");
            }
        });
    }
}

#[test]
fn with_usr_as_root_the_program_starts_in_it() {
    if !require::root() || !require::condition(Path::new("/usr/bin/sh").exists(), "no /usr/bin/sh")
    {
        return;
    }
    let own = std::process::id().to_string();
    each(|tool, ours| {
        let script = "[ -e usr/bin/sh ] && echo outside; :";
        let tool = tool().args(["-t", &own, "-u", "-r/usr", "sh", "-c", script]);
        let expected = if ours { "" } else { "outside\n" };
        assert_eq!(tool.run().ok().out(), expected);
    });
}

#[test]
fn a_directory_that_exists_in_the_new_root_is_used() {
    if !require::root() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let own = std::process::id().to_string();
    let scratch = Scratch::new();
    for line in [&["-u", "-r/"][..], &["-u", "-r"], &["-n", "-r", "-W"]] {
        diff.assert_same_with(|tool| {
            let tool = tool.current_dir(scratch.path());
            tool.args(["-t", &own]).args(line).arg("pwd")
        });
    }
}

#[test]
fn where_setgroups_is_denied_the_groups_stay_and_the_user_namespace_is_entered() {
    if !require::user_namespaces() {
        return;
    }
    let caller = Caller::ordinary();
    let Some(container) = Container::owned_by(caller) else {
        return;
    };
    let pid = container.pid().to_string();
    let denied = "nsenter: setgroups failed: Operation not permitted\n";
    for options in [&["-U"][..], &["-U", "-m", "-n"], &["-U", "-p"], &["-a"]] {
        if options == ["-a"] && caller == Caller::Whoever && !caller.is_root() {
            continue;
        }
        let line = |tool: Tool| {
            let tool = caller.runs(tool).args(["-t", &pid]).args(options);
            tool.args(["sh", "-c", "id -u; id -g"])
        };
        differ(line, (0, "0\n0\n"), (1, denied));
    }
    let message = |tool: Tool| {
        let tool = caller
            .runs(tool)
            .args(["-t", &pid, "-U", "-S", "0", "-G", "0"]);
        tool.args(["id", "-u"])
    };
    differ(message, (0, "0\n"), (1, denied));
}

#[test]
fn capabilities_are_kept_where_the_user_namespace_is_all_that_is_entered() {
    if !require::user_namespaces() {
        return;
    }
    let caller = Caller::ordinary();
    let Some(container) = Container::owned_by(caller) else {
        return;
    };
    let pid = container.pid().to_string();
    let file = format!("--user=/proc/{pid}/ns/user");
    for (options, forgotten) in [
        (&["-t", &pid, "-U"][..], true),
        (&[&file], true),
        (&["-t", &pid, "-U", "-u"], false),
        (&["-t", &pid, "-U", "-p"], false),
    ] {
        each(|tool, ours| {
            let tool = caller.runs(tool()).args(options);
            let tool = tool.args(["--preserve-credentials", "--keep-caps"]);
            let outcome = tool.args(["grep", "^CapAmb", "/proc/self/status"]).run();
            let none = outcome.clone().ok().out() == "CapAmb:\t0000000000000000\n";
            assert_eq!(none, forgotten && !ours, "{outcome}");
        });
    }
}

#[test]
fn numbers_out_of_range_are_refused_not_wrapped() {
    if !require::root() {
        return;
    }
    let Some(samples) = SampleTargets::new(Caller::Whoever) else {
        return;
    };
    let line = |words: &'static [&'static str]| {
        let words: Vec<String> = words.iter().map(|word| samples.substitute(word)).collect();
        move |tool: Tool| tool.args(&words)
    };
    let range = "Numerical result out of range";
    let refused =
        |what: &str, value: &str| format!("nsenter: failed to parse {what}: '{value}': {range}\n");
    differ(
        line(&["-t", "{P}", "-u", "-S", "4294967296", "id", "-u"]),
        (1, &refused("uid", "4294967296")),
        (0, "0\n"),
    );
    differ(
        line(&["-t", "{P}", "-u", "-S", "4294967301", "id", "-u"]),
        (1, &refused("uid", "4294967301")),
        (0, "5\n"),
    );
    differ(
        line(&["-t", "{P}", "-u", "-G", "4294967301", "id", "-g"]),
        (1, &refused("gid", "4294967301")),
        (0, "5\n"),
    );
    // The original takes this for 5, the socket.
    differ(
        line(&["-t", "{S}", "-N", "-4294967291", "true"]),
        (1, &refused("file descriptor", "-4294967291")),
        (0, ""),
    );
}

#[test]
fn numbers_of_descriptors_in_messages_are_our_own() {
    let caller = Caller::ordinary();
    let holder = socket_holder(caller, None);
    let pid = holder.pid().to_string();
    let both = |options: &[&str]| {
        let run = |tool: Tool| {
            caller
                .runs(tool)
                .args(["-t", &pid])
                .args(options)
                .run()
                .err()
        };
        (run(rnsenter().argv0("nsenter")), run(original()))
    };
    let Some(_) = differential_test() else { return };
    let masked = |text: &str| crate::fixture::descriptors(text.as_bytes());
    for (options, alike) in [
        (&["-N", "6", "true"][..], true),
        (&["-N", "77", "true"], true),
        // Ours holds the target's directory besides.
        (&["-r", "-w", "-N", "77", "true"], true),
        (&["-r", "-w", "-N", "6", "true"], false),
    ] {
        let (ours, theirs) = both(options);
        assert_eq!(ours == theirs, alike, "{ours}{theirs}");
        assert_eq!(masked(&ours), masked(&theirs));
    }
}

#[test]
fn nothing_is_taken_from_a_process_that_has_the_targets_number_by_now() {
    if !require::root() || !numbers_can_be_chosen() || !pidfds_have_inodes() {
        return;
    }
    let (Some(theirs), true) = (require::original("nsenter"), require::installed("strace")) else {
        return;
    };
    for option in ["-r", "-w", "-e"] {
        for (program, ours) in [(RNSENTER.path(), true), (&theirs, false)] {
            let Some(first) = target() else { return };
            let (pid, named) = (first.pid(), format!("{}:{}", first.pid(), first.inode()));
            // It is stopped with the pidfd in its hands.
            let strace = Tool::new("/usr/bin/strace").args(["-qq", "-o", "/dev/null"]);
            let strace = strace.args(["-e", "inject=pidfd_open:signal=STOP"]);
            let line = ["-t", &named, "-u/proc/self/ns/uts", option, "true"];
            let mut strace = strace.arg(program).args(line).spawn();
            let held = || children_of(strace.pid()).first().copied();
            eventually("the tool holds its target", || {
                held().is_some_and(holds_a_pidfd)
            });
            let tool = held().expect("it holds its target");
            drop(first);
            let _second = reuse(pid);
            kill(tool, Signal::SIGCONT).unwrap();
            let outcome = strace.wait();
            assert_eq!(outcome.code(), i32::from(ours), "{option}\n{outcome}");
            assert_eq!(outcome.err().contains("No such file"), ours, "{outcome}");
        }
    }
}

#[test]
fn what_is_no_directory_is_not_opened_as_the_working_directory() {
    if !require::root() || !require::installed("strace") {
        return;
    }
    let scratch = Scratch::new();
    let socket = scratch.path().join("socket");
    let _listens = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let line = |tool: Tool| {
        let directory = format!("--wdns={}", socket.display());
        tool.args(["-u/proc/self/ns/uts", &directory, "true"])
    };
    let failed = |what: &str| format!("nsenter: {what}\n");
    let ours =
        failed("change directory by working directory file descriptor failed: Not a directory");
    let theirs = failed("cannot open current working directory: No such device or address");
    differ(line, (1, &ours), (1, &theirs));
    // Opening a device may do something.
    let log = scratch.path().join("log");
    let strace = Tool::new("/usr/bin/strace").args(["-qq", "-e", "trace=openat,open", "-o"]);
    let tool = strace.arg(&log).arg(RNSENTER);
    let tool = tool.args(["-u/proc/self/ns/uts", "--wdns=/dev/zero", "true"]);
    let refused =
        "rnsenter: change directory by working directory file descriptor failed: Not a directory\n";
    tool.run().fails(1, refused);
    let log = std::fs::read_to_string(log).unwrap();
    let mut opened = log.lines().filter(|line| line.contains("\"/dev/zero\""));
    assert!(opened.all(|line| line.contains("O_PATH")), "{log}");
    assert!(log.contains("\"/dev/zero\""), "{log}");
}

#[test]
fn a_program_that_dies_by_a_signal_which_the_tool_ignores_is_reported() {
    if !require::root() {
        return;
    }
    let own = std::process::id().to_string();
    let dies = ["--default-signal=TERM", "sh", "-c", "kill -TERM $$"];
    let setup = |tool: Tool| {
        let tool = tool.args(["-t", &own, "-p", "env"]).args(dies);
        tool.ignoring(Signal::SIGTERM)
    };
    differ(setup, (128 + 15, ""), (1, ""));
}

#[test]
fn a_fifo_is_no_namespace_and_is_not_waited_for() {
    let Some(diff) = differential_test() else {
        return;
    };
    let scratch = Scratch::new();
    let fifo = scratch.path().join("fifo");
    Tool::new("/usr/bin/mkfifo").arg(&fifo).run().ok();
    let option = format!("--net={}", fifo.display());
    let refused = "nsenter: reassociate to namespace 'ns/net' failed: Invalid argument\n";
    let enter = |tool: Tool| tool.args([option.as_str(), "true"]);
    enter(rnsenter().argv0("nsenter")).run().fails(1, refused);
    drop(diff);
    let mut theirs = enter(original()).spawn();
    // It can be opened for writing at once only if somebody waits to read.
    eventually("the original waits for a writer", || {
        let flags = nix::fcntl::OFlag::O_WRONLY | nix::fcntl::OFlag::O_NONBLOCK;
        nix::fcntl::open(&fifo, flags, nix::sys::stat::Mode::empty()).is_ok()
    });
    theirs.wait().fails(1, refused);
}
