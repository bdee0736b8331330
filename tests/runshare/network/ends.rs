//! How the tool, its program and the helper end, and what is left.

use std::fs;

use nix::sys::signal::kill;
use nix::unistd::Pid;
use testkit::{Signal, Status, Tool, eventually, parent_of, require};

use crate::fixture::{Machine, runshare};
use crate::network::fixture::{FETCH, GREETING, in_outside_network};
use crate::network::{CALLERS, called_by};

/// The processes that run this program in the network of this test, or were forked from such: its network namespace is
/// this process's own.
pub(crate) fn helpers(program: &str) -> Vec<i32> {
    let own = fs::read_link("/proc/self/ns/net").unwrap();
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid: &i32| {
        let is_here = fs::read_link(format!("/proc/{pid}/ns/net")).ok() == Some(own.clone());
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        // The test itself is called runshare-HASH; pasta is a link to passt and runs that again, perhaps passt.avx2.
        let name = name.trim_end().trim_end_matches(".avx2");
        is_here && (name == program || program == "pasta" && name == "passt")
    })
    .collect()
}

fn ends_with_the_tool(helper: &str) {
    in_outside_network(helper, |_| {
        for (is_ordinary, options) in CALLERS {
            for signal in [None, Some(Signal::SIGKILL)] {
                let tool = called_by(is_ordinary, options).arg(format!("--network={helper}"));
                let script = "echo up; read line; exit 7";
                let mut tool = tool.terminal(80, 24).args(["sh", "-c", script]).spawn();
                tool.read_until("up");
                assert_eq!(helpers(helper).len(), 1, "{options:?}");
                match signal {
                    Some(signal) => {
                        tool.signal(signal);
                        let _ = tool.wait();
                        eventually("the helper has ended", || helpers(helper).is_empty());
                        eventually("the watcher has ended", || helpers("runshare").is_empty());
                    }
                    None => {
                        tool.type_in("\n");
                        assert_eq!(tool.wait().code(), 7, "{options:?}");
                        // The tool has waited for it.
                        assert_eq!(helpers(helper), [0; 0], "{options:?}");
                    }
                }
            }
        }
    });
}

#[test]
fn slirp4netns_ends_with_the_tool_however_that_ends() {
    ends_with_the_tool("slirp4netns");
}

#[test]
fn pasta_ends_with_the_tool_however_that_ends() {
    ends_with_the_tool("pasta");
}

/// The one process of this helper.
#[track_caller]
fn only_helper(helper: &str) -> i32 {
    let [pid] = helpers(helper)[..] else {
        panic!("not one {helper}: {:?}", helpers(helper));
    };
    pid
}

fn ends_with_the_watcher(helper: &str) {
    in_outside_network(helper, |_| {
        for (is_ordinary, options) in CALLERS {
            kill_the_watcher(helper, called_by(is_ordinary, options));
        }
        if !require::root() || !require::installed("newuidmap") {
            return;
        }
        // There the helper becomes another user.
        let machine = Machine::new();
        for options in [&["--map-auto"][..], &["-r", "--map-auto"]] {
            kill_the_watcher(helper, machine.tester(runshare().args(options)));
        }
    });
}

#[track_caller]
fn kill_the_watcher(helper: &str, tool: Tool) {
    let tool = tool.arg(format!("--network={helper}"));
    let script = "echo up; read line; exit 7";
    let mut tool = tool.terminal(80, 24).args(["sh", "-c", script]).spawn();
    tool.read_until("up");
    let watcher = parent_of(&only_helper(helper).to_string()).expect("it has a parent");
    kill(Pid::from_raw(watcher.parse().unwrap()), Signal::SIGKILL).unwrap();
    eventually("the helper has ended", || helpers(helper).is_empty());
    tool.type_in("\n");
    assert_eq!(tool.wait().code(), 7);
    eventually("nothing is left", || helpers("runshare").is_empty());
}

#[test]
fn slirp4netns_ends_with_the_watcher_that_is_killed() {
    ends_with_the_watcher("slirp4netns");
}

#[test]
fn pasta_ends_with_the_watcher_that_is_killed() {
    ends_with_the_watcher("pasta");
}

fn its_end_is_one_line(helper: &str) {
    in_outside_network(helper, |_| {
        for (is_ordinary, options) in CALLERS {
            let tool = called_by(is_ordinary, options).arg(format!("--network={helper}"));
            let script = format!("{FETCH}; read line; ! {FETCH} 2>/dev/null; echo on; exit 3");
            let tool = tool.terminal(80, 24).args(["bash", "-c", &script]);
            let mut tool = tool.spawn();
            tool.read_until(GREETING.trim_end());
            kill(Pid::from_raw(only_helper(helper)), Signal::SIGKILL).unwrap();
            let line = format!("warning: {helper} ended (killed by signal 9): the network is lost");
            tool.read_until(&line);
            tool.type_in("\n");
            tool.read_until("on");
            assert_eq!(tool.wait().code(), 3, "{options:?}");
        }
    });
}

#[test]
fn the_end_of_slirp4netns_is_one_line_and_the_program_continues() {
    its_end_is_one_line("slirp4netns");
}

#[test]
fn the_end_of_pasta_is_one_line_and_the_program_continues() {
    its_end_is_one_line("pasta");
}

#[test]
fn the_tool_ends_as_its_program() {
    in_outside_network("slirp4netns", |_| {
        let ways = [
            ("exit 42", Status::Exited(42)),
            ("kill -TERM $$", Status::Killed(15)),
        ];
        for (script, expected) in ways {
            let tool = called_by(true, &["-r"]).arg("--network=slirp4netns");
            let outcome = tool.args(["sh", "-c", script]).run();
            assert_eq!(outcome.status, expected, "{script}");
        }
    });
}
