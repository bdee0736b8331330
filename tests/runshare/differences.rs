//! Where ours differs on purpose: each row of tests/differences.md, both sides asserted, so that a change of the
//! original's is noticed as well as one of ours.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::fixture::{Machine, differential_test, ordinary};
use crate::mounts::beside_shared_mount;
use crate::signals::child_of;
use testkit::{Running, Scratch, Signal, Tool, eventually, lives, require};

/// Has `check` look at ours (it is told `true`), then at the original.
fn each(check: impl Fn(Tool, bool)) {
    let Some(original) = require::original("unshare") else {
        return;
    };
    check(Tool::new(crate::fixture::RUNSHARE).argv0("unshare"), true);
    check(Tool::new(original).argv0("unshare"), false);
}

/// Asserts how each ends with these arguments and what it says.
fn differ(setup: impl Fn(Tool) -> Tool, ours: (i32, &str), theirs: (i32, &str)) {
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
            ours.contains("--whitelist-env LIST") && ours.contains("\nUsage:\n unshare "),
            "{ours}"
        );
        assert!(theirs.contains("Usage:"), "{theirs}");
    }
}

#[test]
fn numbers_out_of_range_are_refused_not_wrapped() {
    if !require::root() {
        return;
    }
    let uid = |line: &'static [&str]| move |tool: Tool| tool.args(line).args(["id", "-u"]);
    let refused = "unshare: failed to parse uid: '4294967296': Numerical result out of range\n";
    differ(uid(&["-S", "4294967296"]), (1, refused), (0, "0\n"));
    differ(
        uid(&["--owner", "4294967296:0"]),
        (1, "unshare: failed to parse owner\n"),
        (0, "65534\n"),
    );
    differ(
        uid(&["--owner", "0:-5"]),
        (1, "unshare: failed to parse owner\n"),
        (0, "65534\n"),
    );
    differ(
        uid(&["--owner", "4294967295:0"]),
        (1, "unshare: setuid() failed: Invalid argument\n"),
        (0, "65534\n"),
    );
    let invalid = "unshare: invalid mapping '4294967301:0:1'\n";
    differ(
        uid(&["--map-users", "4294967301:0:1"]),
        (1, invalid),
        (0, "5\n"),
    );
    let signal = "unshare: unknown signal: RTMIN+4294967297\n";
    differ(
        uid(&["--kill-child=RTMIN+4294967297"]),
        (1, signal),
        (0, "0\n"),
    );
}

/// Asserts that the child of a killed tool dies, or that it lives on.
#[track_caller]
fn assert_child_dies(tool: Tool, dies: bool, what: &str) {
    let mut tool = tool.args(["sh", "-c", "echo up; exec sleep 1000"]).spawn();
    tool.read_until("up\n");
    let child = child_of(&tool);
    // Until then it is a shell, and some shells catch INT.
    eventually("the child sleeps", || {
        fs::read_to_string(format!("/proc/{child}/comm")).is_ok_and(|name| name == "sleep\n")
    });
    tool.signal(Signal::SIGKILL);
    tool.wait();
    if dies {
        eventually(&format!("the child dies: {what}"), || !lives(child));
        return;
    }
    // What would kill it was sent when the tool ended, and is delivered before it stops for this.
    let _ = nix::sys::signal::kill(child, Signal::SIGSTOP);
    eventually("it is stopped, or gone", || {
        let stat = fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        stat.rsplit(") ")
            .next()
            .is_none_or(|rest| !rest.starts_with(['S', 'R']))
    });
    let alive = lives(child);
    let _ = nix::sys::signal::kill(child, Signal::SIGKILL);
    assert!(alive, "the child died: {what}");
}

#[test]
fn kill_child_survives_setuid() {
    if !require::root() {
        return;
    }
    for option in [["-S", "1001"], ["-G", "1001"]] {
        each(|tool, ours| {
            let tool = tool.arg("--kill-child").args(option);
            assert_child_dies(tool, ours, &format!("{option:?}"));
        });
    }
}

#[test]
fn kill_child_with_term_ends_a_pid_1_without_handler() {
    if !require::user_namespaces() {
        return;
    }
    for signal in ["TERM", "INT", "USR1", "RTMIN+1"] {
        each(|tool, ours| {
            let tool = ordinary(tool)
                .arg("-rp")
                .arg(format!("--kill-child={signal}"));
            assert_child_dies(tool, ours, signal);
        });
    }
}

#[test]
fn newuidmap_comes_from_the_system_directories_first() {
    if !require::root() || !require::installed("newuidmap") {
        return;
    }
    let scratch = Scratch::new();
    scratch.program("newuidmap", "#!/bin/sh\necho fake; exit 1\n");
    let machine = Machine::new();
    let path = format!("{}:/usr/bin:/bin", scratch.path().display());
    let line = |tool: Tool| {
        let tool = machine.tester(tool).env("PATH", &path);
        tool.args([
            "--map-users",
            "0:100000:7",
            "sh",
            "-c",
            "read map < /proc/self/uid_map; echo $map",
        ])
    };
    differ(line, (0, "0 100000 7\n"), (1, "fake\n"));
}

#[test]
fn a_single_id_past_the_end_of_a_block_costs_nothing() {
    if !require::root() {
        return;
    }
    let show = "while read map; do echo $map; done < /proc/self/uid_map";
    let line =
        |tool: Tool| tool.args(["--map-user=15", "--map-users=5:100000:10", "sh", "-c", show]);
    differ(
        line,
        (0, "15 0 1\n5 100000 10\n"),
        (0, "15 0 1\n5 100000 9\n"),
    );
    let empty = |tool: Tool| tool.args(["-r", "--map-users=5:0:0", "sh", "-c", show]);
    let Some(diff) = differential_test() else {
        return;
    };
    let (ours, theirs) = diff.run_both(empty);
    assert_eq!(ours.ok().out(), "0 0 1\n");
    assert!(
        theirs.err().contains("/uid_map: Invalid argument"),
        "{theirs}"
    );
}

#[test]
fn a_block_that_leaves_the_range_of_ids_is_for_the_kernel_to_refuse() {
    if !require::root() {
        return;
    }
    let Some(diff) = differential_test() else {
        return;
    };
    let (ours, theirs) =
        diff.run_both(|tool| tool.args(["--map-users", "5:4294967290:10", "true"]));
    assert_eq!(ours.code(), 1);
    assert!(
        ours.err().ends_with("/uid_map: Invalid argument\n"),
        "{ours}"
    );
    assert_eq!(theirs.code(), 0, "{theirs}");
}

#[test]
fn root_gets_its_own_subordinate_ids() {
    if !require::root() {
        return;
    }
    let show = "while read map; do echo $map; done < /proc/self/uid_map";
    let line = |tool: Tool| tool.args(["--map-auto", "sh", "-c", show]);
    let both = Machine::new().subids("tester:100000:5\nroot:300000:5\n");
    differ(
        |tool| line(both.root(tool)),
        (0, "0 300000 5\n"),
        (0, "0 100000 5\n"),
    );
    let number = Machine::new().subids("tester:100000:5\n0:300000:5\n");
    differ(
        |tool| line(number.root(tool)),
        (0, "0 300000 5\n"),
        (0, "0 100000 5\n"),
    );
}

#[test]
fn a_proc_on_a_directory_that_is_not_a_mount_point_is_not_left_outside() {
    if !require::root() {
        return;
    }
    let Some(original) = require::original("unshare") else {
        return;
    };
    let script = "$0 --propagation shared --mount-proc=$1/plain true; grep -c \" $1/plain\" /proc/self/mountinfo || :";
    let ours = crate::fixture::RUNSHARE.path();
    assert_eq!(beside_shared_mount(ours, script), "0\n");
    assert_eq!(beside_shared_mount(&original, script), "1\n");
}

#[test]
fn subordinate_ids_out_of_range_are_refused_not_wrapped() {
    if !require::root() {
        return;
    }
    let machine = Machine::new().subids("root:4294967297:5\n");
    let refused =
        "unshare: failed to parse subid map: '4294967297': Numerical result out of range\n";
    let line = |tool: Tool| machine.root(tool).args(["--map-auto", "id", "-u"]);
    differ(line, (1, refused), (0, "65534\n"));
}

#[test]
fn an_unset_whitelist_empties_the_environment() {
    let line = |tool: Tool| tool.args(["--whitelist-env", "NOSUCH", "env"]);
    let unknown = "unshare: unrecognized option '--whitelist-env'\nTry 'unshare --help' for more information.\n";
    differ(line, (0, ""), (1, unknown));
}

/// Whether a namespace is mounted on this file.
fn is_bound(file: &Path) -> bool {
    fs::metadata(file).unwrap().ino() > 0xe000_0000
}

#[test]
fn a_file_that_cannot_be_bound_undoes_the_others() {
    if !require::root() {
        return;
    }
    for extra in [&[][..], &["--mount"], &["--fork"]] {
        each(|tool, ours| {
            let scratch = Scratch::new();
            let file = scratch.file("uts", "");
            let tool = tool
                .arg(format!("--uts={}", file.display()))
                .arg("--net=/nosuch/file");
            let outcome = tool.args(extra).arg("true").run();
            assert_eq!(outcome.code(), 1, "{outcome}");
            assert_eq!(is_bound(&file), !ours, "{outcome}");
        });
    }
}

#[test]
fn the_program_waits_until_its_namespaces_are_persistent() {
    if !require::root() {
        return;
    }
    each(|tool, ours| {
        let scratch = Scratch::new();
        let note = scratch.path().join("note");
        let tool = tool
            .args(["--fork", "--uts=/nosuch/file", "touch"])
            .arg(&note);
        let mut tool = tool.spawn();
        assert_eq!(tool.wait().code(), 1);
        if ours {
            assert!(!note.exists());
        } else {
            eventually("the original's program runs all the same", || note.exists());
        }
    });
}

/// Whether any process of the tool's process group is left.
fn leaves_something(tool: &Running) -> bool {
    let group = tool.pid().to_string();
    let stats = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok());
    let mut fields = stats.filter_map(|stat| {
        let rest = stat.rsplit(") ").next()?.to_owned();
        let fields: Vec<String> = rest.split(' ').map(str::to_owned).collect();
        Some((fields.first()?.clone(), fields.get(2)?.clone()))
    });
    fields.any(|(state, of)| of == group && state != "Z")
}

#[test]
fn no_helper_is_left_when_unshare_fails() {
    each(|tool, ours| {
        let mut tool = ordinary(tool)
            .args(["--mount=/nosuch/file", "true"])
            .spawn();
        let outcome = tool.wait();
        assert_eq!(
            outcome.err(),
            "unshare: unshare failed: Operation not permitted\n"
        );
        assert_eq!(leaves_something(&tool), !ours);
    });
}

#[test]
fn an_ignored_signal_stays_ignored_where_signals_are_forwarded() {
    let script =
        "case $(grep SigIgn /proc/$$/status) in *[2367abef]) echo ignored;; *) echo caught;; esac";
    let line = |tool: Tool| {
        tool.ignoring(Signal::SIGINT)
            .args(["--forward-signals", "sh", "-c", script])
    };
    differ(line, (0, "ignored\n"), (0, "caught\n"));
}

#[test]
fn pid_1_that_cannot_die_by_a_signal_ends_with_128_plus_n() {
    if !require::user_namespaces() {
        return;
    }
    each(|tool, ours| {
        let inner = if ours {
            crate::fixture::RUNSHARE.into()
        } else {
            require::original("unshare").unwrap()
        };
        let tool = ordinary(tool)
            .arg("-rpf")
            .arg(inner)
            .args(["-f", "sh", "-c", "kill -TERM $$"]);
        let outcome = tool.run();
        let expected = if ours { 128 + 15 } else { 1 };
        assert_eq!(outcome.code(), expected, "{outcome}");
        assert_eq!(
            outcome.err().contains("child exit failed"),
            !ours,
            "{outcome}"
        );
    });
}
