//! Until the program starts, no process of the entered container gets at the tool, which still holds what is outside.
//!
//! The tool looks for a program that is not there, along a PATH so long that it can be stopped on the way: by then it
//! has joined, and has not become the program. Whoever is inside tries it then; the original beside it lets them.

use crate::fixture::{Caller, Container, each, namespace_of, original, rnsenter};
use testkit::{Pid, Running, Signal, Tool, children_of, eventually, is_stopped, lives, require};

/// How the container is entered. Only a child is in its pid namespace.
struct Entry {
    /// What the container is made of.
    made: &'static [&'static str],
    entered: &'static [&'static str],
    forks: bool,
}

const ENTRIES: [Entry; 2] = [
    // It owns its pid namespace, and sees the tool's child under another number.
    Entry {
        made: &["-r", "-m", "-p", "-f", "--mount-proc"],
        entered: &["-U", "-m", "-p", "--preserve-credentials"],
        forks: true,
    },
    // It shares the host's, and sees the tool itself.
    Entry {
        made: &["-r", "-m"],
        entered: &["-U", "-m", "--preserve-credentials"],
        forks: false,
    },
];

/// Prints what can be done to the process $1 and its files in /proc; `ptrace` is PTRACE_ATTACH by another name.
const PROBE: &str = r#"p=/proc/$1
head -c 4 $p/exe >/dev/null 2>&1 && echo exe
readlink $p/fd/0 >/dev/null 2>&1 && echo fd
(: <$p/mem) 2>/dev/null && echo mem
(: >>$p/mem) 2>/dev/null && echo mem-write
cat $p/environ >/dev/null 2>&1 && echo environ
ls $p/root/ >/dev/null 2>&1 && echo root
ls $p/cwd/ >/dev/null 2>&1 && echo cwd
timeout -s INT 1 strace -o /dev/null -p $1 2>&1 | grep -q attached && echo ptrace
:"#;

const EVERYTHING: &str = "exe\nfd\nmem\nmem-write\nenviron\nroot\ncwd\nptrace\n";

/// Runs the tool so that it searches for long, and stops it (its child) once it has joined the container. On a busy
/// machine it may have searched to the end by then, and is run again.
fn stopped_inside(
    tool: &dyn Fn() -> Tool,
    caller: Caller,
    container: &Container,
    entry: &Entry,
) -> (Running, Pid) {
    let mut attempts = (0..50).filter_map(|_| stopped_in_time(tool(), caller, container, entry));
    attempts.next().expect("it searches for longer than this")
}

/// The same, if it can be stopped before it ends.
fn stopped_in_time(
    tool: Tool,
    caller: Caller,
    container: &Container,
    entry: &Entry,
) -> Option<(Running, Pid)> {
    let tool = caller.runs(tool).args(["-t", &container.pid().to_string()]);
    let tool = tool.args(entry.entered).arg("nosuch-program");
    let tool = tool.env("PATH", "/a:".repeat(40_000)).spawn();
    let mut victim = tool.pid();
    eventually("the tool has joined", || {
        if entry.forks {
            let child = children_of(tool.pid()).first().copied();
            victim = child.unwrap_or(victim);
            child.is_some() || !lives(tool.pid())
        } else {
            !lives(victim) || map_of(victim) == map_of(container.pid())
        }
    });
    nix::sys::signal::kill(victim, Signal::SIGSTOP).ok()?;
    eventually("the tool is stopped", || {
        is_stopped(victim) || !lives(victim)
    });
    if !lives(victim) {
        return None;
    }
    assert_eq!(map_of(victim), map_of(container.pid()), "it has not joined");
    Some((tool, victim))
}

/// Whose ids are whose, which anybody may read of anybody.
fn map_of(pid: Pid) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/uid_map")).unwrap()
}

/// What this process is called inside the innermost pid namespace that it is in.
fn number_inside(pid: Pid) -> String {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("NSpid:"));
    line.unwrap().rsplit('\t').next().unwrap().to_owned()
}

/// What the probe, run inside the container by its own root, finds that it can do.
fn probed(caller: Caller, container: &Container, entered: &[&str], number: &str) -> String {
    let pid = container.pid().to_string();
    let inside = caller.runs(original()).args(["-t", &pid]).args(entered);
    let probe = inside.args(["sh", "-c", PROBE, "sh", number]);
    probe.run().ok().out()
}

fn nobody_inside_gets_at_it(caller: Caller) {
    if !require::user_namespaces() || !require::installed("strace") {
        return;
    }
    each(|tool, ours| {
        for entry in &ENTRIES {
            let Some(container) = Container::unshared(caller, entry.made) else {
                return;
            };
            let (_tool, victim) = stopped_inside(&tool, caller, &container, entry);
            let found = probed(caller, &container, entry.entered, &number_inside(victim));
            let expected = if ours { "" } else { EVERYTHING };
            assert_eq!(found, expected, "{:?}, ours: {ours}", entry.entered);
        }
    });
}

#[test]
fn nobody_inside_gets_at_the_tool_of_an_ordinary_user_between_join_and_exec() {
    nobody_inside_gets_at_it(Caller::ordinary());
}

#[test]
fn nobody_inside_gets_at_the_tool_of_root_between_join_and_exec() {
    if require::root() {
        nobody_inside_gets_at_it(Caller::Whoever);
    }
}

#[test]
fn nobody_inside_gets_at_the_parent_that_waits() {
    if !require::user_namespaces() || !require::installed("strace") {
        return;
    }
    let caller = Caller::ordinary();
    each(|tool, ours| {
        let Some(container) = Container::unshared(caller, &["-r", "-m", "-p", "-f"]) else {
            return;
        };
        let pid = container.pid().to_string();
        let entered = ["-U", "-m", "-p", "--preserve-credentials"];
        let tool = caller.runs(tool()).args(["-t", &pid]).args(entered);
        let mut tool = tool.args(["sh", "-c", "echo up; exec sleep 1000"]).spawn();
        tool.read_until("up\n");
        // The container's /proc is the host's here; its strace counts otherwise.
        let found = probed(caller, &container, &entered, &tool.pid().to_string());
        let expected = if ours {
            ""
        } else {
            EVERYTHING.trim_end_matches("ptrace\n")
        };
        assert_eq!(found, expected, "ours: {ours}");
    });
}

#[test]
fn the_program_itself_is_as_open_as_any() {
    if !require::user_namespaces() {
        return;
    }
    let caller = Caller::ordinary();
    let Some(container) = Container::owned_by(caller) else {
        return;
    };
    let pid = container.pid().to_string();
    for more in [&["-u"][..], &["-p"], &["-m", "-r", "-w"]] {
        let tool = caller.runs(rnsenter()).args(["-t", &pid]);
        let tool = tool.args(["-U", "--preserve-credentials"]).args(more);
        let mut tool = tool.args(["sh", "-c", "echo up; exec sleep 1000"]).spawn();
        tool.read_until("up\n");
        let program = *children_of(tool.pid()).first().unwrap_or(&tool.pid());
        assert_eq!(namespace_of(program, "user"), container.namespace("user"));
        assert!(std::fs::read_link(format!("/proc/{program}/exe")).is_ok());
    }
}
