//! `--join-cgroup`, in a cgroup2 mounted for the test alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::fixture::{
    Caller, Container, TESTER, bind, differential_test, each, in_private_mounts, rnsenter,
};
use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use testkit::{Pid, Scratch, Tool, require};

const ROOT: &str = "/sys/fs/cgroup";

/// A cgroup of the test's own, gone at its end with whatever is in it.
pub(crate) struct Cgroup(PathBuf);

impl Cgroup {
    /// Makes it, and mounts cgroup2 where systems that know no other have it. The thread must be apart.
    pub(crate) fn new() -> Cgroup {
        let none = None::<&str>;
        match mount(none, ROOT, Some("cgroup2"), MsFlags::empty(), none) {
            // It is there already, as on most machines.
            Ok(()) | Err(Errno::EBUSY) => {}
            Err(errno) => panic!("cgroup2 cannot be mounted at {ROOT}: {errno}"),
        }
        let thread = nix::unistd::gettid();
        Cgroup::made(format!("{ROOT}/nsutils-test-{thread}").into())
    }

    /// Makes one in this one.
    pub(crate) fn child(&self, name: &str) -> Cgroup {
        Cgroup::made(self.0.join(name))
    }

    /// Makes one of the test's own where a hierarchy is mounted.
    pub(crate) fn below(mount: &Path) -> Cgroup {
        let thread = nix::unistd::gettid();
        Cgroup::made(mount.join(format!("nsutils-test-{thread}")))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    fn made(path: PathBuf) -> Cgroup {
        fs::create_dir(&path).unwrap();
        Cgroup(path)
    }

    pub(crate) fn take(&self, pid: Pid) {
        fs::write(self.0.join("cgroup.procs"), pid.to_string()).unwrap();
    }

    /// As /proc/PID/cgroup has it.
    pub(crate) fn name(&self) -> String {
        self.0.display().to_string().replacen(ROOT, "", 1)
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        let _ = fs::write(self.0.join("cgroup.kill"), "1");
        // It is busy until the last process is gone; no error could be told while a panic is under way.
        for _ in 0..1000 {
            if fs::remove_dir(&self.0).is_ok() {
                break;
            }
            sleep(Duration::from_millis(5));
        }
    }
}

/// Runs `test` with a cgroup and a container whose process is in it; for root alone.
fn with_cgroup(caller: Caller, test: impl FnOnce(&Cgroup, &Container) + Send) {
    if !require::root() || !require::machine_feature(knows_cgroup2(), "there is no cgroup2 here") {
        return;
    }
    in_private_mounts(|| {
        let cgroup = Cgroup::new();
        let Some(container) = Container::unshared(caller, &["-r", "-u", "-p", "-f"]) else {
            return;
        };
        cgroup.take(container.pid());
        test(&cgroup, &container);
    });
}

/// Has the container's file in /proc tell its cgroup of version 2 alone, as on systems that know no other: where there
/// is version 1 as well, its hierarchies come first, and the original takes the first line for the one. The file is
/// gone with the thread.
fn without_version_1(cgroup: &Cgroup, container: &Container) -> Scratch {
    let scratch = Scratch::new();
    let file = scratch.file("cgroup", format!("0::{}\n", cgroup.name()));
    bind(&file, &container.proc("cgroup"));
    scratch
}

pub(crate) fn knows_cgroup2() -> bool {
    let known = fs::read_to_string("/proc/filesystems").unwrap();
    known.lines().any(|line| line == "nodev\tcgroup2")
}

/// The line of version 2.
const SHOW: [&str; 3] = ["grep", "^0::", "/proc/self/cgroup"];

#[test]
fn the_program_is_in_the_targets_cgroup() {
    with_cgroup(Caller::Whoever, |cgroup, container| {
        let pid = container.pid().to_string();
        for forks in [&["-u"][..], &["-p"], &["-a"], &["-p", "-F"]] {
            let inside = |tool: Tool| tool.args(["-t", &pid]).args(forks);
            let joined = inside(rnsenter()).arg("-c").args(SHOW).run().ok();
            assert_eq!(joined.out(), format!("0::{}\n", cgroup.name()), "{forks:?}");
            let not = inside(rnsenter()).args(SHOW).run().ok();
            assert_ne!(not.out(), joined.out(), "{forks:?}");
        }
    });
}

#[test]
fn the_original_joins_alike() {
    with_cgroup(Caller::Whoever, |cgroup, container| {
        let Some(diff) = differential_test() else {
            return;
        };
        let _file = without_version_1(cgroup, container);
        let pid = container.pid().to_string();
        for options in [
            &["-u", "-c"][..],
            &["-p", "-c"],
            &["-a", "--join-cgroup"],
            &["-C", "-c"],
            &["-u", "-c", "-S", "5"],
            &["-U", "-c"],
            &["-c"],
        ] {
            diff.assert_same_with(|tool| tool.args(["-t", &pid]).args(options).args(SHOW));
        }
    });
}

#[test]
fn a_cgroup_that_is_not_writable_is_reported() {
    with_cgroup(Caller::Tester, |cgroup, container| {
        let pid = container.pid().to_string();
        let _file = without_version_1(cgroup, container);
        each(|tool, _| {
            let outcome = |setup: &dyn Fn(Tool) -> Tool| {
                let tool = setup(Caller::Tester.runs(tool()).args(["-t", &pid]));
                let options = ["-U", "-u", "--preserve-credentials", "-c"];
                tool.args(options).args(SHOW).run()
            };
            let refused = "nsenter: failed to open cgroup.procs: Permission denied\n";
            outcome(&|tool| tool).fails(1, refused);
        });
        // A cgroup of their own does not help those who come from another's.
        let procs = cgroup.0.join("cgroup.procs");
        nix::unistd::chown(&procs, Some(TESTER.into()), Some(TESTER.into())).unwrap();
        let Some(diff) = differential_test() else {
            return;
        };
        diff.assert_same_with(|tool| {
            let tool = Caller::Tester.runs(tool).args(["-t", &pid]);
            let options = ["-U", "-u", "--preserve-credentials", "-c"];
            tool.args(options).args(SHOW)
        });
    });
}

#[test]
fn beside_version_1_the_cgroup_of_version_2_is_joined_and_not_the_first() {
    let known = fs::read_to_string("/proc/self/cgroup").unwrap();
    if !require::machine_feature(known.lines().count() > 1, "there is version 2 alone here") {
        return;
    }
    with_cgroup(Caller::Whoever, |cgroup, container| {
        let pid = container.pid().to_string();
        each(|tool, ours| {
            let tool = tool().args(["-t", &pid, "-u", "-c"]).args(SHOW);
            let joined = tool.run().ok().out() == format!("0::{}\n", cgroup.name());
            assert_eq!(joined, ours);
        });
    });
}

#[test]
fn cgroups_of_version_1_are_refused() {
    if !require::root() {
        return;
    }
    in_private_mounts(|| {
        let none = None::<&str>;
        mount(none, ROOT, Some("tmpfs"), MsFlags::empty(), none).unwrap();
        let Some(diff) = differential_test() else {
            return;
        };
        let own = std::process::id().to_string();
        for line in [
            &["-t", &own, "-u", "-c", "true"][..],
            &["-t", &own, "-c", "true"],
            &["-c", "true"],
        ] {
            diff.assert_same(line);
        }
        let tool = rnsenter().args(["-t", &own, "-u", "-c", "true"]);
        let refused = "rnsenter: --join-cgroup is only supported in cgroup v2\n";
        tool.run().fails(1, refused);
    });
}
