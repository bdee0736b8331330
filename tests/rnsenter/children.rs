//! `--kill-child`, `--forward-signals` and `--init`: what becomes of the program and of its descendants when a signal
//! ends the tool, or the program ends.

use std::fs;
use std::path::Path;

use crate::fixture::{Caller, Container, rnsenter};
use nix::sys::ptrace;
use nix::sys::signal::kill;
use nix::sys::wait::{WaitPidFlag, waitpid};
use testkit::{
    Pid, Running, Signal, Status, Tool, children_of, eventually, is_stopped, lives, require,
};

/// The container of an ordinary user, and who that is.
fn container() -> Option<(Caller, Container)> {
    let caller = Caller::ordinary();
    let container = require::user_namespaces().then(|| Container::owned_by(caller));
    Some((caller, container.flatten()?))
}

/// With a PID namespace and without one.
fn ways(container: &Container) -> [Vec<String>; 2] {
    let pid = container.pid().to_string();
    let ways = [
        &["-t", &pid, "-U", "-p", "--preserve-credentials"][..],
        &["-t", &pid, "-U", "-u", "--preserve-credentials"],
    ];
    ways.map(|words| words.iter().map(|word| (*word).to_owned()).collect())
}

/// Starts the tool with these options and `script`, which prints `up`.
fn start(caller: Caller, way: &[String], options: &[&str], script: &str) -> Running {
    let tool = caller.runs(rnsenter()).args(way).args(options);
    let mut tool = tool.args(["sh", "-c", script]).spawn();
    tool.read_until("up\n");
    tool
}

/// All descendants of a process.
fn descendants(pid: Pid) -> Vec<Pid> {
    let children = children_of(pid);
    let below: Vec<Pid> = children
        .iter()
        .flat_map(|child| descendants(*child))
        .collect();
    [children, below].concat()
}

fn assert_all_end(processes: &[Pid], when: &str) {
    assert!(!processes.is_empty(), "{when}: there is something to end");
    for process in processes {
        eventually(&format!("{when}: process {process} ends"), || {
            !lives(*process)
        });
    }
}

#[test]
fn the_program_dies_with_the_tool() {
    let Some((caller, container)) = container() else {
        return;
    };
    for way in ways(&container) {
        for options in [
            &["--kill-child"][..],
            &["--kill-child=TERM"],
            &["--kill-child", "--new-session"],
            &["--kill-child", "--forward-signals"],
        ] {
            let tool = start(caller, &way, options, "echo up; exec sleep 1000");
            let program = descendants(tool.pid());
            tool.signal(Signal::SIGKILL);
            assert_all_end(&program, &format!("{options:?}"));
        }
    }
}

#[test]
fn without_the_option_it_lives_on() {
    let Some((caller, container)) = container() else {
        return;
    };
    let [way, _] = ways(&container);
    let mut tool = start(caller, &way, &[], "echo up; exec sleep 1000");
    let program = children_of(tool.pid());
    tool.signal(Signal::SIGKILL);
    tool.wait();
    assert!(lives(program[0]));
    kill(program[0], Signal::SIGKILL).unwrap();
}

#[test]
fn a_program_that_timeout_ends_does_not_survive() {
    let Some((caller, container)) = container() else {
        return;
    };
    if !require::installed("timeout") {
        return;
    }
    let path = Path::new("/usr/bin/timeout");
    for way in ways(&container) {
        let tool = Tool::new(path)
            .arg("1000")
            .arg(crate::fixture::RNSENTER.path());
        let tool = tool.args(&way).arg("--kill-child");
        let tool = tool.args(["sh", "-c", "echo up; exec sleep 1000"]);
        let mut tool = caller.runs(tool).spawn();
        tool.read_until("up\n");
        let program = descendants(tool.pid());
        tool.signal(Signal::SIGTERM);
        assert_all_end(&program, "timeout");
    }
}

#[test]
fn signals_are_forwarded_to_the_program() {
    let Some((caller, container)) = container() else {
        return;
    };
    let script =
        "trap 'echo int' INT; trap 'echo term; exit 5' TERM; echo up; while :; do sleep 0.05; done";
    for way in ways(&container) {
        for options in [
            &["--forward-signals"][..],
            &["--init"],
            &["--init", "--new-session"],
        ] {
            let mut tool = start(caller, &way, options, script);
            tool.signal(Signal::SIGINT);
            tool.read_until("int\n");
            tool.signal(Signal::SIGTERM);
            tool.read_until("term\n");
            assert_eq!(tool.wait().code(), 5, "{options:?}");
        }
        let mut tool = start(
            caller,
            &way,
            &["--forward-signals"],
            "echo up; exec sleep 1000",
        );
        tool.signal(Signal::SIGTERM);
        assert_eq!(tool.wait().status, Status::Killed(15));
    }
}

#[test]
fn a_signal_that_the_caller_ignores_stays_ignored() {
    let Some((caller, container)) = container() else {
        return;
    };
    let [way, _] = ways(&container);
    let tool = caller.runs(rnsenter().ignoring(Signal::SIGINT)).args(&way);
    let tool = tool
        .arg("--forward-signals")
        .args(["sh", "-c", "kill -INT $$; exit 3"]);
    assert_eq!(tool.run().code(), 3);
}

#[test]
fn the_tool_still_stops_and_continues_with_its_program() {
    let Some((caller, container)) = container() else {
        return;
    };
    for way in ways(&container) {
        for options in [
            &["--kill-child"][..],
            &["--forward-signals"],
            &["--init"],
            &["--init", "--kill-child=TERM"],
        ] {
            let script = "echo up; kill -STOP $$; echo on; exit 4";
            let mut tool = start(caller, &way, options, script);
            eventually("the tool is stopped", || is_stopped(tool.pid()));
            tool.signal(Signal::SIGCONT);
            tool.read_until("on\n");
            assert_eq!(tool.wait().code(), 4, "{options:?}");
        }
    }
}

/// Leaves an orphan that ignores what can be ignored, and its child, below whoever adopts them.
const ORPHANS: &str = "sh -c '(trap \"\" HUP INT TERM; sleep 1000 & wait) & :'";

#[test]
fn init_kills_what_the_program_leaves_behind() {
    let Some((caller, container)) = container() else {
        return;
    };
    for way in ways(&container) {
        for (options, end, status) in [
            (&["--init"][..], "exit 7", Status::Exited(7)),
            (&["--init"], "kill -KILL $$", Status::Killed(9)),
            (&["--init", "--new-session"], "exit 7", Status::Exited(7)),
            (
                &["--init", "--kill-child=TERM"],
                "kill -TERM $$",
                Status::Killed(15),
            ),
        ] {
            let script = format!("{ORPHANS}; setsid sleep 1000 & echo up; read go; {end}");
            let tool = caller.runs(rnsenter()).args(&way).args(options);
            let tool = tool.terminal(80, 24).args(["sh", "-c", &script]);
            let mut tool = tool.spawn();
            tool.read_until("up\n");
            eventually("the orphans are there", || {
                descendants(tool.pid()).len() >= 5
            });
            let all = descendants(tool.pid());
            tool.type_in("\n");
            assert_eq!(tool.wait().status, status, "{options:?}");
            assert_all_end(&all, &format!("{options:?} {end}"));
        }
    }
}

/// A process that this one traces until this goes out of scope: killed before, it stays a zombie, ptrace(2).
struct Traced(Pid);

impl Traced {
    fn seize(pid: Pid) -> Traced {
        ptrace::seize(pid, ptrace::Options::empty()).unwrap();
        Traced(pid)
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        let _ = kill(self.0, Signal::SIGKILL);
        let _ = waitpid(self.0, Some(WaitPidFlag::__WALL));
    }
}

/// What a user traces below the tool does not keep it from ending: it waits for such a one only for some seconds.
#[test]
fn init_does_not_wait_for_ever_for_what_is_traced() {
    let Some((caller, container)) = container() else {
        return;
    };
    let started = ways(&container).map(|way| {
        let tool = caller.runs(rnsenter()).args(&way).arg("--init");
        let script = "sleep 1000 & sleep 1000 & echo up; read go; exit 7";
        let mut tool = tool.terminal(80, 24).args(["sh", "-c", script]).spawn();
        tool.read_until("up\n");
        let mut sleeping = Vec::new();
        eventually("the program's children sleep", || {
            sleeping = descendants(tool.pid());
            sleeping.retain(|pid| {
                let name = fs::read_to_string(format!("/proc/{pid}/comm"));
                name.is_ok_and(|name| name == "sleep\n")
            });
            sleeping.len() == 2
        });
        let traced = Traced::seize(sleeping[0]);
        tool.type_in("\n");
        (tool, traced, sleeping)
    });
    for (mut tool, traced, sleeping) in started {
        assert_eq!(tool.wait().status, Status::Exited(7));
        assert!(lives_or_is_zombie(traced.0), "its tracer has not waited");
        // The other one is gone, and so is this one as soon as it may.
        drop(traced);
        assert_all_end(&sleeping, "after the trace");
    }
}

/// Whether there is a process with this number, reaped by nobody yet.
fn lives_or_is_zombie(pid: Pid) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

#[test]
fn init_ends_all_with_the_tool() {
    let Some((caller, container)) = container() else {
        return;
    };
    for way in ways(&container) {
        for options in [
            &["--init"][..],
            &["--init", "--kill-child"],
            &["--init", "--new-session"],
        ] {
            let script =
                format!("trap '' HUP INT TERM; {ORPHANS}; echo up; while :; do sleep 1; done");
            let tool = start(caller, &way, options, &script);
            eventually("the orphans are there", || {
                descendants(tool.pid()).len() >= 4
            });
            let all = descendants(tool.pid());
            tool.signal(Signal::SIGKILL);
            assert_all_end(&all, &format!("{options:?}"));
        }
    }
}

#[test]
fn init_reaps_and_shows_nothing_of_the_caller() {
    let Some((caller, container)) = container() else {
        return;
    };
    for way in ways(&container) {
        let tool = caller.runs(rnsenter()).env("SECRET", "x").args(&way);
        let script = format!("{ORPHANS}; (:) & (:) & echo up; exec sleep 1000");
        let mut tool = tool.args(["--init", "sh", "-c", &script]).spawn();
        tool.read_until("up\n");
        let init = children_of(tool.pid())[0];
        let name = |pid: Pid| fs::read_to_string(format!("/proc/{pid}/comm")).unwrap();
        eventually("it has its name", || name(init) == "rnsenter-init\n");
        eventually("nothing is left to reap", || {
            children_of(init).iter().all(|child| lives(*child))
        });
        let shown = fs::read(format!("/proc/{init}/environ"));
        let shown = shown.unwrap_or_default();
        assert!(!String::from_utf8_lossy(&shown).contains("SECRET"));
    }
}

#[test]
fn the_reader_of_the_output_sees_its_end() {
    let Some((caller, container)) = container() else {
        return;
    };
    let [way, _] = ways(&container);
    let tool = caller.runs(rnsenter()).args(&way).arg("--init");
    let outcome = tool.args(["sh", "-c", "echo text"]).run().ok();
    assert_eq!(outcome.out(), "text\n");
    let missing = caller.runs(rnsenter()).args(&way);
    let missing = missing.args(["--init", "/no/such/program"]).run();
    missing.fails(
        127,
        "rnsenter: failed to execute /no/such/program: No such file or directory\n",
    );
}

#[test]
fn they_require_a_child() {
    let own = std::process::id().to_string();
    for option in ["--kill-child", "--forward-signals", "--init"] {
        for words in [["--no-fork", option], [option, "-F"]] {
            let tool = rnsenter().args(["-t", &own, "-p"]).args(words).arg("true");
            let refused = format!("rnsenter: options --no-fork and {option} cannot be combined\n");
            tool.run().fails(1, &refused);
        }
    }
    let unknown = "rnsenter: unknown signal: NONE\n";
    rnsenter()
        .args(["--kill-child=NONE", "true"])
        .run()
        .fails(1, unknown);
}
