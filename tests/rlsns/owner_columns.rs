//! The columns that say whose something is: OWNER, CGROUP, CONTAINER.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use nix::mount::{MsFlags, mount};
use testkit::{Running, eventually, require};

use crate::fixture::Fixture;
use crate::json::is_valid;
use crate::processes::{asleep, namespace, unshared};
use crate::scenario::{Scenario, TESTER};

/// The cells of one namespace's row, raw.
fn row(fixture: &Fixture, inode: u64, columns: &str) -> Vec<String> {
    let filter = format!("NS == {inode}");
    let line = ["-rnl", "-o", columns, "-Q", &filter];
    let text = fixture.ours().args(line).run().ok().out();
    let cells = text.trim_end_matches('\n').split(' ');
    cells.map(str::to_owned).collect()
}

#[test]
fn a_namespace_is_of_the_one_who_made_its_user_namespace() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root, Scenario::User]) else {
        return;
    };
    let tool = unshared(&["-r", "-n", "sleep", "1000"]);
    let (tool, owner) = match fixture.scenario {
        Scenario::Root => (tool.as_user(TESTER, TESTER, &[]), TESTER),
        _ => (tool, 0),
    };
    let maker = asleep(tool);
    let owner = owner.to_string();
    for name in ["user", "net"] {
        let cells = row(&fixture, namespace(&maker, name), "OWNER,TYPE");
        assert_eq!(cells, [&owner, name], "{name}");
    }
    // A number, to the filter and to JSON.
    let line = [
        "-J",
        "-lo",
        "OWNER",
        "-t",
        "user",
        "-Q",
        &format!("OWNER == {owner}"),
    ];
    let outcome = fixture.ours().args(line).run().ok();
    assert!(
        outcome.out().contains(&format!("\"owner\": {owner}\n")),
        "{outcome}"
    );
}

/// A cgroup of the test's own, and those below it; gone at the end, when all that was in them is.
struct Cgroups(PathBuf);

impl Cgroups {
    /// One in the unified hierarchy, which is mounted for this fixture alone.
    fn new(fixture: &Fixture) -> Option<Cgroups> {
        let mounted = fixture.scratch.dir("cgroups");
        let (none, flags) = (None::<&str>, MsFlags::empty());
        let done = mount(none, &mounted, Some("cgroup2"), flags, none);
        if !require::machine_feature(done.is_ok(), "cgroups cannot be mounted here") {
            return None;
        }
        let name = fixture.scratch.path().file_name().unwrap();
        let own = mounted.join(name);
        fs::create_dir(&own).unwrap();
        Some(Cgroups(own))
    }

    /// Moves a process into the cgroup of this path below it; the cgroup as the kernel shows it.
    fn put(&self, process: &Running, path: &str) -> String {
        let directory = self.0.join(path.trim_start_matches('/'));
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("cgroup.procs"), process.pid().to_string()).unwrap();
        let name = self.0.file_name().unwrap().to_string_lossy();
        format!("/{name}{path}")
    }
}

impl Drop for Cgroups {
    fn drop(&mut self) {
        eventually("the cgroups are empty", || remove(&self.0).is_ok());
    }
}

fn remove(directory: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove(&entry.path())?;
        }
    }
    fs::remove_dir(directory)
}

#[test]
fn a_process_is_in_a_cgroup_and_in_a_container() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let Some(cgroups) = Cgroups::new(&fixture) else {
        return;
    };
    let id = "0123456789abcdef".repeat(4);
    let pod = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice";
    for (path, container) in [
        (
            format!("/system.slice/docker-{id}.scope"),
            "docker:0123456789ab",
        ),
        (format!("/docker/{id}"), "docker:0123456789ab"),
        (
            format!("{pod}/cri-containerd-{id}.scope"),
            "containerd:0123456789ab",
        ),
        (
            format!("/kubepods/burstable/pod1/{id}"),
            "kubepods:0123456789ab",
        ),
        (
            format!("/machine.slice/libpod-{id}.scope/container"),
            "podman:0123456789ab",
        ),
        (format!("/machine.slice/libpod-conmon-{id}.scope"), ""),
        ("/user.slice/session-1.scope".to_owned(), ""),
    ] {
        let process = asleep(unshared(&["-u", "sleep", "1000"]));
        let shown = cgroups.put(&process, &path);
        let cells = row(&fixture, namespace(&process, "uts"), "CGROUP,CONTAINER");
        assert_eq!(cells, [shown.as_str(), container], "{path}");
    }
}

#[test]
fn a_container_that_another_user_may_have_named_is_marked_with_that_user() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let Some(cgroups) = Cgroups::new(&fixture) else {
        return;
    };
    let process = asleep(unshared(&["-u", "sleep", "1000"]));
    let container = || row(&fixture, namespace(&process, "uts"), "CONTAINER");
    let scope = format!("docker-{}.scope", "0123456789abcdef".repeat(4));
    cgroups.put(&process, &format!("/slice/{scope}"));
    assert_eq!(container(), ["docker:0123456789ab"]);
    let slice = cgroups.0.join("slice");
    let (own, above) = (slice.join(&scope), slice.as_path());
    for (path, uid, shown) in [
        (own.as_path(), 54321, "docker:0123456789ab"),
        (above, 54321, "docker:0123456789ab@54321"),
        (above, 0, "docker:0123456789ab"),
    ] {
        chown(path, Some(uid), Some(uid)).unwrap();
        assert_eq!(container(), [shown], "{uid} {}", path.display());
    }
    fs::set_permissions(above, fs::Permissions::from_mode(0o775)).unwrap();
    assert_eq!(container(), ["docker:0123456789ab@?"]);
}

#[test]
fn the_name_of_a_cgroup_is_shown_as_harmlessly_as_all_else() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let Some(cgroups) = Cgroups::new(&fixture) else {
        return;
    };
    let process = asleep(unshared(&["-u", "sleep", "1000"]));
    cgroups.put(&process, "/lxc.payload.\"a\" \u{1b}[31m\u{202e}b");
    let filter = format!("PID == {}", process.pid());
    let shown = |line: &[&str]| {
        let line = [&["-lo", "CGROUP,CONTAINER", "-Q", &filter], line].concat();
        let tool = fixture.ours().env("LC_ALL", "C.UTF-8").args(line);
        tool.output_terminal(500, 24).run().ok().out()
    };
    let human = shown(&["-n"]);
    let name = "\"a\" \\x1b[31m\\xe2\\x80\\xaeb";
    assert!(
        human.contains(&format!("/lxc.payload.{name} lxc:{name}")),
        "{human}"
    );
    let raw = shown(&["-rn"]);
    let name = "\"a\"\\x20\\x1b[31m\\xe2\\x80\\xaeb";
    assert!(
        raw.contains(&format!("/lxc.payload.{name} lxc:{name}")),
        "{raw}"
    );
    let json = shown(&["-J"]);
    assert!(is_valid(json.as_bytes()), "{json}");
    assert!(json.contains("\"lxc:\\\"a\\\" \\u001b[31m"), "{json}");
}
