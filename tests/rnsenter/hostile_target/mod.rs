//! A target whose files, environment, cgroup or /proc are hostile, against `--as-target` and `--tools`, of root and of
//! an ordinary user in a container of his own: the program runs as what the kernel shows of the target, or does not
//! run, and nothing else is read, run, written or waited for. What is printed is text.

mod files;

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use testkit::{Outcome, Scratch, Tool, require};

use crate::cgroup::{Cgroup, knows_cgroup2};
use crate::fixture::{Caller, Container, TESTER, in_private_mounts, rnsenter};

/// What is outside, and never to be seen.
const SECRET: &str = "the secret of the host";

/// What no terminal is to receive.
const EVIL: &str = "\x1b]0;evil\x07\x1b[31m\r\u{202e}";

/// A root directory with static programs, which a hostile hand has changed.
struct HostileRoot {
    scratch: Scratch,
}

impl HostileRoot {
    fn new(spoil: &dyn Fn(&Path)) -> Option<HostileRoot> {
        let busybox = require::busybox()?;
        let scratch = Scratch::shared();
        scratch.file("secret", SECRET);
        for name in ["bin", "etc", "proc", "mnt"] {
            scratch.dir(format!("root/{name}"));
        }
        for name in ["sh", "cat", "env", "id", "sleep"] {
            let program = scratch.path().join("root/bin").join(name);
            fs::copy(&busybox, program).unwrap();
        }
        let root = scratch.path().join("root");
        spoil(&root);
        Some(HostileRoot { scratch })
    }

    /// A process in it, in namespaces of its own that `owner` has made, with this set up.
    fn container(
        &self,
        owner: Caller,
        options: &[&str],
        setup: impl FnOnce(Tool) -> Tool,
    ) -> Option<Container> {
        let unshare = Tool::new(require::original("unshare")?).argv0("unshare");
        let tool = setup(owner.runs(unshare)).args(options).arg("-R");
        let tool = tool.arg(self.scratch.path().join("root"));
        Some(Container::made_by(tool.args(["/bin/sleep", "1000"])))
    }
}

/// What changes a file of a root directory.
type MakeFile = fn(&Path);

/// Who enters whose container, and the options that made it.
const PARTIES: [(Caller, Caller, &[&str]); 3] = [
    (Caller::Whoever, Caller::Whoever, &["-muinpCf"]),
    (Caller::Whoever, Caller::Tester, &["-r", "-muinpf"]),
    (Caller::Tester, Caller::Tester, &["-r", "-muinpf"]),
];

fn enter(caller: Caller, container: &Container, words: &[&str]) -> Outcome {
    let pid = container.pid().to_string();
    let tool = caller.runs(rnsenter()).args(["-t", &pid]).args(words);
    // What a shell would be told to do, where it is one.
    tool.stdin("echo shell $0\n").run()
}

/// Asserts that what came of it is text, and shows nothing from outside.
#[track_caller]
fn is_harmless(outcome: &Outcome, what: &str) {
    for text in [outcome.out(), outcome.err()] {
        assert!(!text.contains(SECRET), "{what}\n{outcome}");
    }
    let is_text = |byte: &u8| *byte == b'\n' || *byte == b'\t' || (b' '..=b'~').contains(byte);
    assert!(outcome.stderr.iter().all(is_text), "{what}\n{outcome}");
    assert!(
        [0, 1, 126, 127].contains(&outcome.code()),
        "{what}\n{outcome}"
    );
}

#[test]
fn the_environment_of_the_target_is_its_programs_alone() {
    if !require::root() || !require::user_namespaces() {
        return;
    }
    let Some(root) = HostileRoot::new(&|_| {}) else {
        return;
    };
    let scratch = Scratch::shared();
    let trap = scratch.path().join("trap");
    let library = scratch.program("evil.so", "not a library");
    let setup = |tool: Tool| {
        let tool = tool.no_env().env("LD_PRELOAD", &library);
        let tool = tool.env("LD_LIBRARY_PATH", scratch.path());
        let tool = tool.env("ENV", format!("$(>{})", trap.display()));
        let tool = tool.env("LANGUAGE", EVIL).env("LC_ALL", "../../evil");
        let tool = tool
            .env("NSUTILS_HINTS", "always")
            .env("NSUTILS_ERRORS", "json");
        let tool = tool.env("SHELL", format!("/bin/{EVIL}"));
        tool.env("PATH", "/evil:.::relative")
            .env("TWO", "a\nLINES=b")
    };
    for (caller, owner, options) in PARTIES {
        let Some(container) = root.container(owner, options, setup) else {
            return;
        };
        // Every variable, newline and all; and the dynamic loader has complained only where there is one.
        let outcome = enter(caller, &container, &["--as-target", "/bin/env"]).ok();
        assert!(outcome.out().contains("TWO=a\nLINES=b\n"), "{outcome}");
        assert_eq!(outcome.err(), "");
        let outcome = enter(caller, &container, &["--as-target"]);
        is_harmless(&outcome, "SHELL");
        assert_eq!(outcome.out(), "shell -sh\n", "{outcome}");
        // A program is not searched for in a directory that is relative.
        let outcome = enter(caller, &container, &["--as-target", "nosuch"]);
        outcome.fails(
            127,
            "rnsenter: failed to execute nosuch: No such file or directory\n",
        );
        let outcome = enter(caller, &container, &["--tools", "/usr/bin/env"]).ok();
        assert!(!outcome.out().contains("evil"), "{outcome}");
        is_harmless(&outcome, "the environment of --tools");
        assert!(!trap.exists());
    }
}

#[test]
fn whatever_stands_in_the_targets_proc_the_kernels_is_believed() {
    if !require::root() || !require::user_namespaces() {
        return;
    }
    let kinds: [(&str, MakeFile); 4] = [
        ("nothing", |_| {}),
        ("a file", |proc| {
            fs::remove_dir(proc).unwrap();
            fs::write(proc, SECRET).unwrap();
        }),
        ("a link out", |proc| {
            fs::remove_dir(proc).unwrap();
            symlink("../..", proc).unwrap();
        }),
        ("files like those of /proc", |proc| {
            for directory in ["self", "1", "self/ns", "1/ns", "self/fd"] {
                fs::create_dir_all(proc.join(directory)).unwrap();
            }
            for file in ["self/status", "1/status"] {
                fs::write(
                    proc.join(file),
                    "Uid:\t0\t0\t0\t0\nNSpid:\t77\nCapEff:\tffffffffffffffff\n",
                )
                .unwrap();
            }
            for file in ["self/environ", "1/environ"] {
                fs::write(proc.join(file), "FORGED=1\0").unwrap();
            }
        }),
    ];
    for (what, make) in kinds {
        let Some(root) = HostileRoot::new(&|root| make(&root.join("proc"))) else {
            return;
        };
        for (caller, owner, options) in PARTIES {
            let setup = |tool: Tool| tool.env("REAL", "1");
            let Some(container) = root.container(owner, options, setup) else {
                return;
            };
            let outcome = enter(caller, &container, &["--as-target", "/bin/env"]).ok();
            is_harmless(&outcome, what);
            assert!(outcome.out().contains("REAL=1\n"), "{what}\n{outcome}");
            assert!(!outcome.out().contains("FORGED"), "{what}\n{outcome}");
            for pid in [&["-p"][..], &[]] {
                let show = ["--tools", "sh", "-c", "readlink /proc/$TARGET_PID/exe"];
                let outcome = enter(caller, &container, &[pid, &show].concat()).ok();
                is_harmless(&outcome, what);
                assert!(outcome.out().ends_with("/bin/sleep\n"), "{what}\n{outcome}");
            }
        }
    }
}

#[test]
fn another_process_that_is_mounted_over_the_targets_own_is_not_believed() {
    if !require::root() {
        return;
    }
    // In the container, whose /proc shows all processes, that of another one is bound over its own.
    let script = "mount --bind /proc/1 /proc/self; mount --bind /proc/1 /proc/$$; exec sleep 1000";
    let Some(unshare) = require::original("unshare") else {
        return;
    };
    let tool = Tool::new(unshare).args(["-m", "-u", "-n", "sh", "-c", script]);
    let container = Container::made_by(tool.env("REAL", "1"));
    let outcome = enter(
        Caller::Whoever,
        &container,
        &["--as-target", "/usr/bin/env"],
    )
    .ok();
    assert!(outcome.out().contains("REAL=1\n"), "{outcome}");
    let show = [
        "--tools",
        "sh",
        "-c",
        "readlink /proc/$TARGET_PID/exe; cat $TARGET_ROOT/proc/self/comm",
    ];
    let outcome = enter(Caller::Whoever, &container, &show);
    assert!(outcome.out().contains("/sleep\n"), "{outcome}");
}

#[test]
fn links_of_the_targets_root_lead_nowhere_outside() {
    if !require::root() || !require::user_namespaces() {
        return;
    }
    let spoil = |root: &Path| {
        symlink("../../../../../../secret", root.join("up")).unwrap();
        symlink("/proc/1/root", root.join("root")).unwrap();
        fs::remove_dir(root.join("mnt")).unwrap();
        symlink("../..", root.join("mnt")).unwrap();
        symlink("/../../bin/cat", root.join("bin/escape")).unwrap();
    };
    let Some(root) = HostileRoot::new(&spoil) else {
        return;
    };
    for (caller, owner, options) in PARTIES {
        let Some(container) = root.container(owner, options, |tool| tool) else {
            return;
        };
        for file in [
            "/up",
            "/root/secret",
            "/mnt/secret",
            "/../secret",
            "/mnt/../secret",
        ] {
            let outcome = enter(caller, &container, &["--as-target", "/bin/cat", file]);
            is_harmless(&outcome, file);
            assert_eq!(outcome.code(), 1, "{outcome}");
            let file = format!("/mnt{file}");
            if !file.contains("..") {
                // There the link is followed as the caller's, from the caller's root: never mounted over anything.
                let tool = ["--tools", "readlink", &file];
                is_harmless(&enter(caller, &container, &tool), &file);
            }
        }
        let outcome = enter(
            caller,
            &container,
            &["--as-target", "--wd=/", "/bin/escape", "/up"],
        );
        is_harmless(&outcome, "a program that is a link");
    }
}

#[test]
fn a_cgroup_with_a_hostile_name_is_joined_or_reported_as_text() {
    if !require::root() || !require::machine_feature(knows_cgroup2(), "there is no cgroup2 here") {
        return;
    }
    let Some(root) = HostileRoot::new(&|_| {}) else {
        return;
    };
    in_private_mounts(|| {
        let top = Cgroup::new();
        for name in [
            "\x1b[31m\x07",
            "..\\",
            "a..b",
            " (deleted)",
            "docker-\u{202e}",
            "0::x",
        ] {
            let Some(container) = root.container(Caller::Whoever, &["-muinpf"], |tool| tool) else {
                return;
            };
            let cgroup = top.child(name);
            cgroup.take(container.pid());
            let outcome = enter(
                Caller::Whoever,
                &container,
                &["--as-target", "/bin/sleep", "0"],
            );
            is_harmless(&outcome.ok(), name);
            let pid = container.pid().to_string();
            let words = ["-t", &pid, "--as-target", "/bin/sleep", "1000"];
            let inside = Container::made_by(rnsenter().args(words));
            let [own, theirs] =
                [&inside, &container].map(|it| fs::read(it.proc("cgroup")).unwrap());
            assert_eq!(
                String::from_utf8_lossy(&own),
                String::from_utf8_lossy(&theirs)
            );
            // Another user's cgroup, which that user cannot move root's processes out of, is joined all the same.
            chown(cgroup.path(), Some(TESTER), Some(TESTER)).unwrap();
            is_harmless(
                &enter(Caller::Whoever, &container, &["--tools", "true"]),
                name,
            );
        }
    });
}

#[test]
fn a_root_that_is_gone_or_closed_runs_nothing() {
    if !require::root() || !require::user_namespaces() {
        return;
    }
    for (caller, owner, options) in PARTIES {
        let Some(root) = HostileRoot::new(&|_| {}) else {
            return;
        };
        let Some(container) = root.container(owner, options, |tool| tool) else {
            return;
        };
        let directory = root.scratch.path().join("root");
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o000)).unwrap();
        let outcome = enter(caller, &container, &["--as-target", "/bin/cat", "/up"]);
        is_harmless(&outcome, "a closed root");
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
        fs::remove_dir_all(directory).unwrap();
        let outcome = enter(caller, &container, &["--as-target"]);
        is_harmless(&outcome, "a root that is gone");
        assert_ne!(outcome.code(), 0, "{outcome}");
        assert_eq!(outcome.out(), "");
        is_harmless(
            &enter(caller, &container, &["--tools", "true"]),
            "a root that is gone",
        );
    }
}
