//! `--tools`: a program of this machine in the namespaces of a target that has none, and what nobody inside gains by
//! it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use testkit::{Outcome, Pid, Scratch, Tool, mount_points, require};

use crate::fixture::{Caller, Container, namespace_of, rnsenter};

/// A root directory with one static program, and a secret beside it.
struct Image {
    scratch: Scratch,
}

impl Image {
    fn new() -> Option<Image> {
        let busybox = require::busybox()?;
        let scratch = Scratch::shared();
        for name in ["root", "root/proc", "root/etc"] {
            scratch.dir(name);
        }
        for name in ["root/sleep", "root/cat"] {
            fs::copy(&busybox, scratch.path().join(name)).unwrap();
        }
        scratch.file("root/etc/marker", "inside\n");
        let secret = scratch.file("secret", "the host's\n");
        fs::set_permissions(secret, fs::Permissions::from_mode(0o644)).unwrap();
        Some(Image { scratch })
    }

    fn root(&self) -> PathBuf {
        self.scratch.path().join("root")
    }

    fn container(&self, caller: Caller, options: &[&str]) -> Option<Container> {
        let unshare = Tool::new(require::original("unshare")?).argv0("unshare");
        let tool = caller
            .runs(unshare)
            .args(options)
            .arg("-R")
            .arg(self.root());
        Some(Container::made_by(tool.args(["/sleep", "1000"])))
    }
}

fn enter(caller: Caller, container: &Container, words: &[&str]) -> Outcome {
    let pid = container.pid().to_string();
    caller
        .runs(rnsenter())
        .args(["-t", &pid, "--tools"])
        .args(words)
        .run()
}

/// Shows what a program sees of the target, and which namespaces it is in.
const SHOW: [&str; 3] = [
    "sh",
    "-c",
    "cat $TARGET_ROOT/etc/marker; echo $TARGET_ROOT $TARGET_PID; readlink /proc/$TARGET_PID/exe; \
     readlink /proc/self/ns/net /proc/self/ns/uts /proc/self/ns/ipc /proc/self/ns/pid /proc/self/ns/user",
];

/// Asserts that it sees the target, in these namespaces of its own and in the caller's of the types that are named.
fn assert_sees(outcome: &Outcome, container: &Container, pid: &str, of_caller: &[&str]) {
    let namespaces =
        ["net", "uts", "ipc", "pid", "user"].map(|name| match of_caller.contains(&name) {
            true => namespace_of(Pid::this(), name),
            false => container.namespace(name),
        });
    let exe = if outcome.out().contains("/sleep") {
        "/sleep"
    } else {
        "?"
    };
    let shown = outcome.out();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[..2], ["inside", &format!("/mnt {pid}")], "{outcome}");
    assert!(lines[2].ends_with(exe), "{outcome}");
    assert_eq!(lines[3..], namespaces, "{outcome}");
}

const WARNING: &str = "rnsenter: warning: process IDs are the caller's, since the target's PID namespace is not entered; \
                       the target is process ";

#[test]
fn root_sees_a_container_with_its_own_tools() {
    if !require::root() {
        return;
    }
    let Some(image) = Image::new() else { return };
    let Some(container) = image.container(Caller::Whoever, &["-muinpCf", "--mount-proc"]) else {
        return;
    };
    let pid = container.pid().to_string();
    let outcome = enter(Caller::Whoever, &container, &SHOW).ok();
    assert_sees(&outcome, &container, &pid, &["pid", "user"]);
    assert_eq!(outcome.err(), format!("{WARNING}{pid}\n"));
    // With the PID namespace: its own /proc shows the target.
    let outcome = enter(Caller::Whoever, &container, &[&["-p"], &SHOW[..]].concat()).ok();
    assert_sees(&outcome, &container, "1", &["user"]);
    assert_eq!(outcome.err(), "");
}

#[test]
fn root_sees_a_rootless_container_and_stays_out_of_its_user_namespace() {
    if !require::root() || !require::user_namespaces() {
        return;
    }
    let Some(image) = Image::new() else { return };
    let Some(container) = image.container(Caller::Tester, &["-r", "-muinpf", "--mount-proc"])
    else {
        return;
    };
    let outcome = enter(Caller::Whoever, &container, &SHOW).ok();
    assert_sees(&outcome, &container, "1", &["user"]);
    assert_eq!(outcome.err(), "");
    let words = [&["-U"], &SHOW[..]].concat();
    let outcome = enter(Caller::Whoever, &container, &words).ok();
    let pid = container.pid().to_string();
    assert_sees(&outcome, &container, &pid, &["pid"]);
}

#[test]
fn a_user_sees_a_container_of_his_own() {
    if !require::user_namespaces() {
        return;
    }
    let Some(image) = Image::new() else { return };
    let caller = Caller::ordinary();
    let Some(container) = image.container(caller, &["-r", "-muinpf", "--mount-proc"]) else {
        return;
    };
    let pid = container.pid().to_string();
    let outcome = enter(caller, &container, &SHOW).ok();
    assert_sees(&outcome, &container, &pid, &["pid"]);
    let outcome = enter(caller, &container, &[&["-p"], &SHOW[..]].concat()).ok();
    assert_sees(&outcome, &container, "1", &[]);
}

/// Traces the target until it is traced, lists its root, its processes and its sockets.
const USE_TOOLS: &str = "
    strace -q -p $TARGET_PID -o /dev/null &
    until grep -q '^TracerPid:.[1-9]' /proc/$TARGET_PID/status; do
        kill -0 $! || exit 1
    done
    kill $!; wait $!; echo traced
    ls $TARGET_ROOT
    ps -o pid= -o comm= -p $TARGET_PID
    ss -Hltn";

#[test]
fn tools_of_this_machine_work_where_there_is_one_program_and_nothing_else() {
    if !require::root() || !["strace", "ps", "ss"].into_iter().all(require::installed) {
        return;
    }
    let Some(image) = Image::new() else { return };
    fs::remove_file(image.root().join("cat")).unwrap();
    fs::remove_dir_all(image.root().join("etc")).unwrap();
    fs::remove_dir(image.root().join("proc")).unwrap();
    let own = "-muinpCf";
    for (caller, owner, user) in [
        (Caller::Whoever, Caller::Whoever, None),
        (Caller::Whoever, Caller::Tester, Some("-r")),
        (Caller::Tester, Caller::Tester, Some("-r")),
    ] {
        let made = [user.unwrap_or("-m"), own];
        let Some(container) = image.container(owner, &made) else {
            return;
        };
        let port = listen_inside(&container);
        for options in [&[][..], &["-p"]] {
            let words = [options, &["sh", "-c", USE_TOOLS]].concat();
            let outcome = enter(caller, &container, &words).ok();
            let shown = outcome.out();
            let lines: Vec<&str> = shown.lines().map(str::trim).collect();
            assert_eq!(lines[..2], ["traced", "sleep"], "{outcome}");
            assert!(lines[2].ends_with(" sleep"), "{outcome}");
            if options == ["-p"] {
                assert_eq!(lines[2], "1 sleep", "{outcome}");
            }
            assert_eq!(lines.len(), 4, "{outcome}");
            assert!(lines[3].contains(&format!(":{} ", port.port)), "{outcome}");
        }
    }
}

/// A socket that listens in the container's network.
struct Listener {
    port: u16,
    _socket: std::net::TcpListener,
}

fn listen_inside(container: &Container) -> Listener {
    let net = fs::File::open(container.proc("ns/net")).unwrap();
    // A thread of its own: only it goes there.
    let socket = std::thread::spawn(move || {
        nix::sched::setns(net, nix::sched::CloneFlags::CLONE_NEWNET).unwrap();
        std::net::TcpListener::bind("0.0.0.0:0").unwrap()
    });
    let socket = socket.join().unwrap();
    Listener {
        port: socket.local_addr().unwrap().port(),
        _socket: socket,
    }
}

#[test]
fn what_is_mounted_is_private_and_grants_nothing() {
    if !require::root() {
        return;
    }
    let Some(image) = Image::new() else { return };
    let Some(container) = image.container(Caller::Whoever, &["-muinpCf", "--propagation=shared"])
    else {
        return;
    };
    let tables = || {
        [
            PathBuf::from("/proc/self/mountinfo"),
            container.proc("mountinfo"),
        ]
        .map(|path| fs::read_to_string(path).unwrap())
    };
    let before = tables();
    // A mount of the program's own below the target's root reaches neither.
    let script = "mount -t tmpfs none $TARGET_ROOT/etc && grep ' /mnt' /proc/self/mountinfo";
    let outcome = enter(Caller::Whoever, &container, &["sh", "-c", script]).ok();
    assert_eq!(tables(), before);
    for line in outcome
        .out()
        .lines()
        .filter(|line| !line.contains("tmpfs none"))
    {
        assert!(line.contains("nosuid") && line.contains("nodev"), "{line}");
        assert!(!line.contains("shared:"), "{line}");
    }
}

#[test]
fn a_link_of_the_target_leads_the_mount_nowhere_else() {
    if !require::root() {
        return;
    }
    let Some(image) = Image::new() else { return };
    // Followed in the target it is its own /etc, followed from the target's root outside it is the host's.
    symlink("/etc", image.root().join("mnt")).unwrap();
    let Some(container) = image.container(Caller::Whoever, &["-muinpCf"]) else {
        return;
    };
    let outcome = enter(
        Caller::Whoever,
        &container,
        &["cat", "/mnt/etc/marker", "/proc/self/mountinfo"],
    );
    let shown = outcome.ok().out();
    let mountinfo = shown.strip_prefix("inside\n").expect("the target's marker");
    let own = fs::read("/proc/self/mountinfo").unwrap();
    let before: Vec<PathBuf> = mount_points(&own).collect();
    let after: Vec<PathBuf> = mount_points(mountinfo.as_bytes()).collect();
    let added: Vec<&PathBuf> = after
        .iter()
        .filter(|point| !before.contains(point))
        .collect();
    assert!(
        added.iter().any(|point| point.as_os_str() == "/mnt"),
        "the tools are on /mnt: {added:?}"
    );
    let elsewhere = added.iter().find(|point| !point.starts_with("/mnt"));
    assert_eq!(elsewhere, None, "nothing is mounted elsewhere: {added:?}");
    let etc = |points: &[PathBuf]| {
        let mut etc = points.to_vec();
        etc.retain(|point| point.as_os_str() == "/etc");
        etc.len()
    };
    assert_eq!(etc(&after), etc(&before), "nothing is mounted on /etc");
}

/// What root inside the container reads through the /proc entries of other processes.
fn secrets_read(image: &Image, container: &Container) -> String {
    let pid = container.pid().to_string();
    let secret = image.scratch.path().join("secret");
    let words = ["-t", &pid, "-a", "-r", "--", "/cat"];
    let paths = (1..200).map(|pid| format!("/proc/{pid}/root{}", secret.display()));
    rnsenter().args(words).args(paths).run().out()
}

#[test]
fn a_container_does_not_reach_the_hosts_files_through_the_program() {
    if !require::root() {
        return;
    }
    let Some(image) = Image::new() else { return };
    let Some(plain) = image.container(Caller::Whoever, &["-muinpCf", "--mount-proc"]) else {
        return;
    };
    let Some(rootless) = image.container(Caller::Tester, &["-r", "-muinpf", "--mount-proc"]) else {
        return;
    };
    for (container, options, is_reached) in [
        (&plain, &[][..], false),
        (&rootless, &[], false),
        (&rootless, &["-U"], false),
        // That is the danger of which the page warns: the test sees it.
        (&plain, &["-p"], true),
    ] {
        let pid = container.pid().to_string();
        let tool = rnsenter().args(["-t", &pid, "--tools"]).args(options);
        let mut tool = tool
            .terminal(80, 24)
            .args(["sh", "-c", "echo up; read end"])
            .spawn();
        tool.read_until("up\n");
        let read = secrets_read(&image, container);
        assert_eq!(
            read.contains("the host's"),
            is_reached,
            "{options:?}: {read}"
        );
        tool.type_in("\n");
        tool.wait();
    }
}

#[test]
fn its_own_files_contradict_those_of_the_target() {
    let own = std::process::id().to_string();
    for option in ["--as-target", "--all", "--mount", "--root"] {
        let tool = rnsenter().args(["-t", &own, "--tools", option, "true"]);
        tool.run().fails(
            1,
            &format!("rnsenter: options --tools and {option} cannot be combined\n"),
        );
    }
    rnsenter()
        .args(["--tools", "true"])
        .run()
        .fails(1, "rnsenter: option --tools requires a process\n");
    if require::root() {
        let tool = rnsenter().args(["-t", &own, "--tools=/no/such/directory", "true"]);
        tool.run().fails(
            1,
            "rnsenter: cannot open /no/such/directory: No such file or directory\n",
        );
        let tool = rnsenter().args(["-t", &own, "--tools=/", "true"]);
        tool.run().fails(
            1,
            "rnsenter: the directory of --tools cannot be the root directory\n",
        );
    }
}
