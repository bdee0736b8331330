//! Targets: containers are offered first, then processes or namespaces, then networks that have a name. A process in a
//! cgroup called as Docker calls those of its containers is a container.

use std::fs;
use std::path::{Path, PathBuf};

use testkit::{Running, Tool, eventually, require};

use crate::fixture::{Fixture, ours};
use crate::{bash, fish, zsh};

/// What is typed: the command by its name, and by its path, beside which `rlsns` is.
const LINES: [&str; 4] = [
    "rnsenter --target ",
    "{dir}/bin/rnsenter --target ",
    "rlsns --compare=1,",
    "rlsns ",
];

/// A process in namespaces and a cgroup of its own; its id begins as no other test's, and sorts behind all numbers.
struct Container {
    id: String,
    process: Option<Running>,
    above: PathBuf,
}

impl Container {
    #[track_caller]
    fn new() -> Option<Container> {
        let mounted = cgroup2();
        if !require::machine_feature(mounted.is_some(), "cgroup2 is not mounted here") {
            return None;
        }
        let number = format!("f{:07x}", nix::unistd::gettid().as_raw());
        let above = mounted?.join(format!("nsutils-completions-{number}"));
        let mut container = Container {
            id: format!("{number}c0de"),
            process: None,
            above,
        };
        let scope = container.scope();
        fs::create_dir_all(&scope).expect("a cgroup");
        let tool = Tool::new(ours("runshare")).args(["--uts", "--mount", "/bin/sleep", "1000"]);
        let process = container.process.insert(tool.spawn());
        let pid = process.pid().to_string();
        fs::write(scope.join("cgroup.procs"), &pid).expect("a cgroup to be joined");
        eventually("it runs", || {
            fs::read(format!("/proc/{pid}/comm")).is_ok_and(|name| name == b"sleep\n")
        });
        Some(container)
    }

    fn scope(&self) -> PathBuf {
        let rest = "0123456789abcdef".repeat(4);
        let scope = format!("docker-{}{}.scope", self.id, &rest[12..]);
        self.above.join(scope)
    }

    /// Fails unless the container is offered in these lines, with its engine and before what `process` begins, and
    /// a network at the end.
    #[track_caller]
    fn comes_first(&self, shown: &str, engine: &str, process: &str) {
        let container = format!("{}{engine}", self.id);
        let first = shown.find(&container);
        let first = first.unwrap_or_else(|| panic!("no {container:?}: {shown:?}"));
        let processes = shown.find(process);
        let processes = processes.unwrap_or_else(|| panic!("no {process:?}: {shown:?}"));
        let networks = shown.find("netns:blue");
        let networks = networks.unwrap_or_else(|| panic!("no network: {shown:?}"));
        assert!(first < processes && processes < networks, "{shown:?}");
        // The row of a namespace may show what runs in it; of processes there is none of the kernel's.
        let namespaces = shown.contains("mnt ");
        assert!(namespaces || !shown.contains("kthreadd"), "{shown:?}");
        assert_eq!(shown.matches(&self.id).count(), 1, "{shown:?}");
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // Its process ends here. A cgroup is busy until the process is gone.
        self.process = None;
        let scope = self.scope();
        eventually("the cgroup is empty", || {
            !scope.exists() || fs::remove_dir(&scope).is_ok()
        });
        let _ = fs::remove_dir(&self.above);
    }
}

/// Where the hierarchy of version 2 is mounted, beside those of version 1 or alone.
fn cgroup2() -> Option<PathBuf> {
    let mounts = fs::read_to_string("/proc/self/mounts").expect("a mount table");
    let mut lines = mounts.lines().map(|line| line.split(' '));
    let path = lines.find_map(|mut fields| {
        let path = fields.nth(1)?;
        (fields.next() == Some("cgroup2")).then(|| Path::new(path).to_owned())
    });
    path.filter(|path| path.join("cgroup.procs").exists())
}

fn lines(fixture: &Fixture) -> [String; 4] {
    let path = fixture.path().display().to_string();
    LINES.map(|line| line.replace("{dir}", &path))
}

/// What this shell lists on its terminal for each line.
fn listed(shell: &mut Running, fixture: &Fixture) -> Vec<String> {
    let mut all = Vec::new();
    for line in lines(fixture) {
        shell.type_in(&format!("{line}{}", bash::LIST_AND_PRINT));
        all.push(shell.read_until("\u{2}"));
    }
    all
}

#[test]
fn bash_offers_containers_before_processes() {
    let Some(fixture) = Fixture::set_for_root("bash") else {
        return;
    };
    let (Some(mut bash), Some(container)) = (bash::start(&fixture), Container::new()) else {
        return;
    };
    for shown in listed(&mut bash, &fixture) {
        container.comes_first(&shown, "  (docker)", "sleep");
    }
}

#[test]
fn zsh_offers_containers_before_processes() {
    let Some(fixture) = Fixture::set_for_root("zsh") else {
        return;
    };
    let Some(container) = Container::new() else {
        return;
    };
    for shown in listed(&mut zsh::start(&fixture), &fixture) {
        container.comes_first(&shown, "  -- docker", "sleep");
    }
}

#[test]
fn fish_offers_containers_before_processes() {
    let Some(fixture) = Fixture::set_for_root("fish") else {
        return;
    };
    let Some(container) = Container::new() else {
        return;
    };
    for line in lines(&fixture) {
        container.comes_first(&fish::shown(&fixture, &line), "\tdocker", "sleep");
    }
}
