//! `--init`: PID 1 is ours, and the program a process like any other. What init is, and what the program gets of it;
//! below, how the two end, what becomes of orphans, where signals go, and what the terminal sees.
//!
//! Every test runs as root and as an ordinary user in a user namespace, unless it says why not.

mod exit_status;
mod multi_process;
mod orphans;
mod signals;
pub(crate) mod terminal;

use std::fs;
use std::os::unix::fs::MetadataExt;

use nix::unistd::{geteuid, getpgid, getsid};

use crate::fixture::{TESTER, ordinary, runshare};
use crate::signals::child_of;
use testkit::{Outcome, Pid, Running, Scratch, Tool, children_of, eventually, require};

/// Runs a test with the tool as root, if root runs the tests, and as an ordinary user.
fn each(test: impl Fn(&dyn Fn() -> Tool)) {
    each_by(&runshare, test);
}

/// The same where `start` starts the tool.
fn each_by(start: &dyn Fn() -> Tool, test: impl Fn(&dyn Fn() -> Tool)) {
    if geteuid().is_root() {
        test(&|| start().arg("--init"));
    }
    if require::user_namespaces() {
        test(&|| ordinary(start()).args(["-r", "--init"]));
    }
}

/// The program of a tool that runs, as the host counts it; it must have said something already.
fn program_of(tool: &Running) -> Pid {
    children_of(child_of(tool))[0]
}

/// The value of this field of `/proc/PID/status`.
fn status(pid: Pid, field: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let value = status.lines().find_map(|line| line.strip_prefix(field));
    value
        .and_then(|value| value.strip_prefix(":\t"))
        .unwrap_or_default()
        .to_owned()
}

/// Waits until init has let go of all that it does not need, which it does while the program runs already.
fn settled_init(tool: &Running) -> Pid {
    let init = child_of(tool);
    let waits = || fs::read_to_string(format!("/proc/{init}/syscall")).unwrap_or_default();
    let number = nix::libc::SYS_rt_sigtimedwait.to_string();
    let settled = || waits().split(' ').next() == Some(number.as_str());
    // The system call of another user's process is not for everybody to see; its name is.
    let named = || status(init, "Name") == "runshare-init";
    eventually("init waits for signals", || {
        named() && (!geteuid().is_root() || settled())
    });
    init
}

#[test]
fn the_program_is_the_child_of_a_pid_1_called_runshare_init() {
    each(|tool| {
        let script = "echo $$ $PPID; read line; cat /proc/1/comm; tr '\\0' ' ' </proc/1/cmdline";
        let mut tool = tool()
            .args(["--mount-proc", "sh", "-c", script, "x"])
            .terminal(80, 24)
            .spawn();
        tool.read_until("2 1\n");
        settled_init(&tool);
        tool.type_in("\n");
        tool.read_until("runshare-init\n");
        let line = tool.read_until("sh -c ");
        assert!(line.starts_with("runshare "), "{line}");
        assert_eq!(tool.wait().code(), 0);
    });
}

#[test]
fn a_prefix_means_what_it_means_to_the_original() {
    let namespaces = |tool: Tool, option: &str| {
        let tool = tool.arg(option).args(["sh", "-c", "echo $$"]);
        tool.run().out()
    };
    if require::user_namespaces() {
        for (option, inside) in [("--init", true), ("--ini", true), ("--in", true)] {
            let pid = namespaces(ordinary(runshare()).arg("-r"), option);
            assert_eq!(pid == "2\n", inside, "{option}");
        }
        // --ipc, which has no pid namespace.
        assert_ne!(namespaces(ordinary(runshare()).arg("-r"), "--i"), "2\n");
    }
    let Some(original) = require::original("unshare") else {
        return;
    };
    let outcome = Tool::new(original)
        .argv0("unshare")
        .args(["--init", "true"])
        .run();
    let unknown =
        "unshare: unrecognized option '--init'\nTry 'unshare --help' for more information.\n";
    outcome.fails(1, unknown);
}

/// What the program sees of its signals: without init, below it.
fn signals_of(tool: Tool) -> Outcome {
    let fields = "^(SigPnd|ShdPnd|SigBlk|SigIgn|SigCgt)";
    tool.args(["grep", "-E", fields, "/proc/self/status"])
        .run()
        .ok()
}

#[test]
fn dispositions_and_the_mask_are_the_callers() {
    use testkit::Signal::{SIGALRM, SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGPIPE, SIGTERM, SIGTTOU};
    if !require::user_namespaces() {
        return;
    }
    let signals = [
        SIGALRM, SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGPIPE, SIGTERM, SIGTTOU,
    ];
    for signal in signals {
        for change in [Tool::ignoring, Tool::blocking] {
            let tool = || change(ordinary(runshare()).arg("-r"), signal);
            let plain = signals_of(tool());
            assert_eq!(signals_of(tool().arg("--init")).out(), plain.out());
        }
    }
}

#[test]
fn descriptors_are_the_callers_and_no_other() {
    let show =
        "n=0; while [ $n -lt 20 ]; do [ -e /proc/self/fd/$n ] && echo $n; n=$((n + 1)); done; :";
    each(|tool| {
        let null = fs::File::open("/dev/null").unwrap();
        let outcome = tool().fd(7, null).args(["sh", "-c", show]).run().ok();
        assert_eq!(outcome.out(), "0\n1\n2\n7\n");
        let outcome = tool().close_fd(0).args(["sh", "-c", show]).run().ok();
        assert_eq!(outcome.out(), "1\n2\n");
    });
}

#[test]
fn init_holds_nothing_that_it_does_not_need() {
    if !require::root() {
        // The descriptors and the directory of a process with capabilities are for root to see.
        return;
    }
    each(|tool| {
        let null = fs::File::open("/dev/null").unwrap();
        let directory = Scratch::new();
        let tool = tool().fd(7, null).current_dir(directory.path());
        let mut tool = tool.args(["sh", "-c", "echo up; exec sleep 1000"]).spawn();
        tool.read_until("up\n");
        let init = settled_init(&tool);
        let open = fs::read_dir(format!("/proc/{init}/fd")).unwrap().count();
        // To the tool, and of the program.
        assert_eq!(open, 2);
        let at = fs::read_link(format!("/proc/{init}/cwd")).unwrap();
        assert_eq!(at.to_str(), Some("/"));
        let kill = format!("{:016x}", 1 << 5);
        for set in ["CapPrm", "CapEff"] {
            assert_eq!(status(init, set), kill, "{set}");
        }
        assert_eq!(status(init, "CapInh"), "0000000000000000");
        let own = fs::read_link(format!("/proc/{}/cwd", program_of(&tool))).unwrap();
        assert_eq!(own, directory.path());
    });
}

#[test]
fn whoever_reads_from_the_program_sees_that_it_has_closed_its_output() {
    let script = "$* sh -c 'exec >&- 2>&-; exec sleep 1000' | (cat; echo end of file)";
    let of = |line: &[&str]| {
        let shell = Tool::new("/bin/sh").args(["-c", script, "sh"]);
        shell.args(line)
    };
    if require::user_namespaces() {
        let line = [&crate::fixture::RUNSHARE, "-r", "--init"];
        let mut tool = ordinary(of(&line)).spawn();
        tool.read_until("end of file\n");
    }
}

#[test]
fn ids_change_in_the_program_alone_and_signals_reach_it_all_the_same() {
    if !require::root() {
        return;
    }
    let (uid, gid) = (TESTER.to_string(), "1002");
    let ids = ["--setuid", uid.as_str(), "--setgid", gid];
    let mut tool = runshare()
        .arg("--init")
        .args(ids)
        .args(["sh", "-c", "id -u; id -g; id -G; exec sleep 1000"])
        .spawn();
    tool.read_until("1001\n1002\n1002\n");
    let init = settled_init(&tool);
    assert_eq!(status(init, "Uid"), "0\t0\t0\t0");
    tool.signal(testkit::Signal::SIGTERM);
    assert_eq!(tool.wait().status, testkit::Status::Killed(15));
}

#[test]
fn capabilities_are_preserved_for_the_program_on_request() {
    if !require::user_namespaces() {
        return;
    }
    let line = ["-c", "--init", "--keep-caps"];
    let outcome = ordinary(runshare())
        .args(line)
        .args(["grep", "CapEff", "/proc/self/status"])
        .run()
        .ok();
    let (_, set) = outcome
        .out()
        .trim()
        .rsplit_once('\t')
        .map(|(name, set)| (name.to_owned(), set.to_owned()))
        .unwrap();
    assert!(u64::from_str_radix(&set, 16).unwrap() > 1 << 38, "{set}");
}

#[test]
fn init_is_in_the_new_root_too() {
    if !require::root() {
        // The root of a process with capabilities is for root to see.
        return;
    }
    let Some(root) = require::debian_root() else {
        return;
    };
    let mut tool = runshare()
        .arg("--init")
        .arg("--root")
        .arg(&root)
        .args(["sh", "-c", "echo up; exec sleep 1000"])
        .spawn();
    tool.read_until("up\n");
    let inode = |pid| fs::metadata(format!("/proc/{pid}/root/.")).unwrap().ino();
    assert_eq!(inode(settled_init(&tool)), root.metadata().unwrap().ino());
    assert_eq!(inode(program_of(&tool)), root.metadata().unwrap().ino());
}

#[test]
fn its_namespace_can_persist() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    let file = scratch.file("pid", "");
    let option = format!("--pid={}", file.display());
    let script = ["sh", "-c", "readlink /proc/self/ns/pid"];
    let outcome = runshare().args(["--init", &option]).args(script).run().ok();
    let inode = fs::metadata(&file).unwrap().ino();
    assert_eq!(outcome.out(), format!("pid:[{inode}]\n"));
    let missing = format!("--pid={}/nosuch/file", scratch.path().display());
    let outcome = runshare().args(["--init", &missing]).args(script).run();
    assert_eq!((outcome.code(), outcome.out()), (1, String::new()));
}

#[test]
fn the_program_stays_in_the_callers_group_and_init_does_not() {
    each(|tool| {
        let tool = tool().args(["sh", "-c", "echo up; exec sleep 1000"]);
        let mut tool = tool.spawn();
        tool.read_until("up\n");
        let (init, program) = (settled_init(&tool), program_of(&tool));
        // At a terminal of its own it is otherwise, see `terminal`.
        assert_eq!(getpgid(Some(program)), Ok(tool.pid()));
        assert_eq!(getsid(Some(program)), Ok(tool.pid()));
        assert_eq!(getsid(Some(init)), Ok(init));
    });
}
