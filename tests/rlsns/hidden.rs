//! The places where a namespace can hide, each of which keeps it alive while no process is in it: ours finds every one,
//! and says in HELD what it is that holds it; the original finds a few.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use nix::sched::{CloneFlags, unshare};
use testkit::{Outcome, Running, Tool, World, eventually, originals};

use crate::stage::{Scene, Stage, TESTER};

/// A namespace that no process is in.
struct Hidden {
    inode: u64,
    kind: &'static str,
    /// What holds it.
    held: &'static str,
    /// Whether the original finds it.
    is_known: bool,
    /// What must live as long.
    _holders: Vec<Running>,
}

/// A place to hide in.
type Place = fn(&Stage) -> Hidden;

const PLACES: [Place; 9] = [
    in_a_thread,
    mounted_elsewhere,
    mounted_mount_namespace,
    mounted_in_a_mount_namespace_without_a_process,
    in_a_socket,
    behind_a_descriptor,
    as_a_parent,
    for_children_of_a_dead_init,
    for_children_in_other_times,
];

/// A thread is in it, and its process is not.
fn in_a_thread(_: &Stage) -> Hidden {
    let (sender, receiver) = channel();
    // Its life is the act's.
    thread::spawn(move || {
        unshare(CloneFlags::CLONE_NEWUTS).unwrap();
        sender.send(inode("/proc/thread-self/ns/uts")).unwrap();
        loop {
            thread::park();
        }
    });
    hidden(receiver.recv().unwrap(), "uts", "thread", false, vec![])
}

/// It is mounted in the mount namespace of another process alone.
fn mounted_elsewhere(stage: &Stage) -> Hidden {
    let point = stage.scratch.file("elsewhere", "");
    let script = "\"$1\" --uts=\"$0\" true && exec sleep 1000";
    let tool = unshared(&["-m"]).args(["sh", "-c", script]).arg(&point);
    let holder = asleep(tool.arg(original("unshare")));
    let there = format!("/proc/{}/root{}", holder.pid(), point.display());
    hidden(inode(there), "uts", "mount", false, vec![holder])
}

/// A mount namespace that is itself mounted here.
fn mounted_mount_namespace(stage: &Stage) -> Hidden {
    let point = stage.scratch.file("kept mnt", "");
    let keep = format!("--mount={}", point.display());
    unshared(&[&keep, "true"]).run().ok();
    hidden(inode(point), "mnt", "mount", true, vec![])
}

/// It is mounted in a mount namespace that no process is in.
fn mounted_in_a_mount_namespace_without_a_process(stage: &Stage) -> Hidden {
    let outer = stage.scratch.file("outer", "");
    let inner = stage.scratch.file("inner", "");
    let keep = format!("--mount={}", outer.display());
    let script = "\"$1\" --uts=\"$0\" true && stat -L -c %i \"$0\"";
    let tool = unshared(&[&keep, "sh", "-c", script]).arg(&inner);
    let inode = tool.arg(original("unshare")).run().ok().out();
    let inode = inode.trim_end().parse().unwrap();
    hidden(inode, "uts", "mount", false, vec![])
}

/// A socket belongs to it.
fn in_a_socket(_: &Stage) -> Hidden {
    let (socket, inode) = thread::spawn(|| {
        unshare(CloneFlags::CLONE_NEWNET).unwrap();
        let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
        (socket, inode("/proc/thread-self/ns/net"))
    })
    .join()
    .unwrap();
    let holder = asleep(sleep().fd(5, socket));
    hidden(inode, "net", "socket", true, vec![holder])
}

/// Its file is open.
fn behind_a_descriptor(_: &Stage) -> Hidden {
    let world = World::new(CloneFlags::CLONE_NEWIPC);
    let file = File::open(format!("/proc/{}/ns/ipc", world.pid())).unwrap();
    let inode = file.metadata().unwrap().ino();
    let holder = asleep(sleep().fd(5, file));
    hidden(inode, "ipc", "fd", true, vec![holder])
}

/// A user namespace was made in it, and that has a process.
fn as_a_parent(_: &Stage) -> Hidden {
    let script = "stat -L -c %i /proc/self/ns/user; exec \"$0\" -r sleep 1000";
    let tool = unshared(&["-r", "sh", "-c", script]).arg(original("unshare"));
    let mut holder = tool.spawn();
    let inode = holder.until("\n").trim_end().parse().unwrap();
    sleeps(&holder);
    hidden(inode, "user", "child", false, vec![holder])
}

/// A process's children would be in it, had its first not ended.
fn for_children_of_a_dead_init(_: &Stage) -> Hidden {
    let tool = unshared(&["-p", "sh", "-c", "/bin/true; exec sleep 1000"]);
    let holder = asleep(tool);
    let link = format!("/proc/{}/ns/pid_for_children", holder.pid());
    hidden(inode(link), "pid", "children", false, vec![holder])
}

/// A process's children would be in it. A program that it becomes would be, too, so it is stopped before that.
fn for_children_in_other_times(_: &Stage) -> Hidden {
    let holder = unshared(&["-T", "-f", "sh", "-c", "kill -STOP $PPID"]).spawn();
    let directory = format!("/proc/{}", holder.pid());
    eventually("it is stopped, and its child gone", || {
        let stat = fs::read_to_string(format!("{directory}/stat"));
        let children = format!("{directory}/task/{}/children", holder.pid());
        let children = fs::read_to_string(children).unwrap();
        let is_zombie = |pid: &str| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
            stat.is_ok_and(|stat| stat.contains(") Z "))
        };
        stat.is_ok_and(|stat| stat.contains(") T ")) && children.split_whitespace().all(is_zombie)
    });
    let link = format!("{directory}/ns/time_for_children");
    hidden(inode(link), "time", "children", false, vec![holder])
}

/// It is mounted in a mount namespace that is mounted in another, neither of which has a process.
fn two_mount_namespaces_deep(stage: &Stage) -> Hidden {
    let files = ["first", "second", "third"].map(|name| stage.scratch.file(name, ""));
    let [first, second, third] = files.map(|file| file.display().to_string());
    let keep = format!("--mount={first}");
    let deeper = "\"$0\" --mount=\"$1\" sh -c '\"$0\" --uts=\"$1\" true && stat -L -c %i \"$1\"' \"$0\" \"$2\"";
    let tool = unshared(&[&keep, "sh", "-c", deeper]).arg(original("unshare"));
    let inode = tool.args([second, third]).run().ok().out();
    let inode = inode.trim_end().parse().unwrap();
    hidden(inode, "uts", "mount", false, vec![])
}

fn hidden(
    inode: u64,
    kind: &'static str,
    held: &'static str,
    is_known: bool,
    holders: Vec<Running>,
) -> Hidden {
    Hidden {
        inode,
        kind,
        held,
        is_known,
        _holders: holders,
    }
}

fn inode(file: impl AsRef<Path>) -> u64 {
    let file = file.as_ref();
    let status = fs::metadata(file);
    status
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        .ino()
}

fn original(name: &str) -> std::path::PathBuf {
    originals().join("bin").join(name)
}

fn unshared(options: &[&str]) -> Tool {
    let tool = Tool::new(original("unshare")).argv0("unshare");
    tool.args(options)
}

fn sleep() -> Tool {
    Tool::new("/bin/sleep").argv0("sleep").arg("1000")
}

/// Starts what becomes `sleep`, and waits until it has.
fn asleep(tool: Tool) -> Running {
    let running = tool.spawn();
    sleeps(&running);
    running
}

fn sleeps(running: &Running) {
    eventually("it sleeps", || {
        let name = fs::read_to_string(format!("/proc/{}/comm", running.pid()));
        name.is_ok_and(|name| name == "sleep\n")
    });
}

/// The cells of the row of this namespace, if there is one.
fn row(outcome: &Outcome, inode: u64) -> Option<Vec<String>> {
    let text = outcome.clone().ok().out();
    let mut rows = text.lines().map(|line| line.split(' ').map(str::to_owned));
    let mut row = rows.find(|row| row.clone().next() == Some(inode.to_string()))?;
    Some(row.by_ref().collect())
}

/// Asserts that ours lists what hides there and says why, and what the original does.
fn reveal(place: Place) {
    let stage = Stage::entered();
    let hidden = stage.on_its_processor(|| place(&stage));
    let list = |tool: Tool, columns: &str| tool.args(["-rnlo", columns]).run();
    let ours = list(stage.ours(), "NS,TYPE,NPROCS,HELD");
    let inode = hidden.inode.to_string();
    let expected = [&inode, hidden.kind, "0", hidden.held];
    let seen = row(&ours, hidden.inode).unwrap_or_else(|| panic!("no {inode}\n{ours}"));
    assert_eq!(seen, expected, "{ours}");
    let theirs = list(stage.original(), "NS,TYPE,NPROCS");
    let known = row(&theirs, hidden.inode).is_some();
    assert_eq!(known, hidden.is_known, "{inode}\n{theirs}");
    is_in_every_view(&stage, &hidden);
}

/// The forms of the list that it must be in, and one that it must not be in.
fn is_in_every_view(stage: &Stage, hidden: &Hidden) {
    let inode = hidden.inode.to_string();
    let listed = |line: &[&str]| {
        let outcome = stage.ours().args(line).run().ok();
        (outcome.out().contains(&inode), outcome)
    };
    let by_number = format!("NS == {inode}");
    for line in [
        &[][..],
        &["-T"],
        &["-J"],
        &["-P"],
        &["--output-all"],
        &["-t", hidden.kind],
        &["-Q", &by_number],
        &["-Q", "NPROCS == 0", "-o", "NS,HELD"],
    ] {
        let (is_listed, outcome) = listed(line);
        assert!(is_listed, "{outcome}");
    }
    let other = if hidden.kind == "net" { "ipc" } else { "net" };
    let (is_listed, outcome) = listed(&["-t", other, "-o", "NS,TYPE"]);
    assert!(!is_listed, "{outcome}");
    // It has no process to list.
    let outcome = stage.ours().arg(&inode).run().ok();
    assert!(outcome.stdout.is_empty(), "{outcome}");
}

/// Plays an act as root and as root of a user namespace.
fn as_both(act: &str) {
    Scene::Root.play(act);
    Scene::User.play(act);
}

#[test]
fn held_by_a_thread_alone() {
    as_both("hidden::thread_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn thread_act() {
    reveal(in_a_thread);
}

#[test]
fn mounted_in_another_mount_namespace_alone() {
    as_both("hidden::elsewhere_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn elsewhere_act() {
    reveal(mounted_elsewhere);
}

#[test]
fn a_mount_namespace_without_a_process() {
    as_both("hidden::kept_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn kept_act() {
    reveal(mounted_mount_namespace);
}

#[test]
fn mounted_inside_a_mount_namespace_without_a_process() {
    as_both("hidden::nested_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn nested_act() {
    reveal(mounted_in_a_mount_namespace_without_a_process);
}

#[test]
fn held_by_a_socket_alone() {
    as_both("hidden::socket_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn socket_act() {
    reveal(in_a_socket);
}

#[test]
fn held_by_a_descriptor_alone() {
    as_both("hidden::descriptor_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn descriptor_act() {
    reveal(behind_a_descriptor);
}

#[test]
fn a_parent_user_namespace_without_a_process() {
    as_both("hidden::parent_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn parent_act() {
    reveal(as_a_parent);
}

#[test]
fn the_pid_namespace_of_children_that_cannot_be() {
    as_both("hidden::pid_for_children_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn pid_for_children_act() {
    reveal(for_children_of_a_dead_init);
}

#[test]
fn the_time_namespace_of_children_yet_to_come() {
    as_both("hidden::time_for_children_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn time_for_children_act() {
    reveal(for_children_in_other_times);
}

#[test]
fn mounted_two_mount_namespaces_without_a_process_deep() {
    Scene::Machine.play("hidden::deep_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn deep_act() {
    reveal(two_mount_namespaces_deep);
}

/// A process with what a careless reader would wait for, or be misled by.
fn trap(stage: &Stage) -> Running {
    let path = stage.scratch.path().join("fifo");
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let fifo = File::options().read(true).write(true).open(&path).unwrap();
    let pty = nix::pty::openpty(None, None).unwrap();
    let (pipe, _) = std::io::pipe().unwrap();
    let tool = sleep().fd(5, fifo).fd(6, pty.master).fd(7, pipe);
    let misleading = stage.scratch.file("net:[4026531840]", "");
    asleep(tool.fd(8, File::open(misleading).unwrap()))
}

#[test]
fn with_less_privilege_it_neither_fails_nor_waits() {
    Scene::Root.play("hidden::privilege_act");
    Scene::User.play("hidden::privilege_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn privilege_act() {
    let stage = Stage::entered();
    let _trap = trap(&stage);
    let _hidden = stage.on_its_processor(|| PLACES.map(|place| place(&stage)));
    let strangers: &[fn(Tool) -> Tool] = match stage.scene {
        Scene::User => &[|tool| tool, |tool| tool.without_capability(21)],
        _ => &[
            |tool| tool,
            |tool| tool.as_user(TESTER, TESTER, &[]),
            |tool| tool.without_capability(21),
            |tool| tool.without_capability(19),
            |tool| tool.without_capability(21).without_capability(19),
        ],
    };
    for caller in strangers {
        for line in [
            &[][..],
            &["-T"],
            &["-J", "-o", "NS,HELD"],
            &["--output-all"],
            &["-P"],
            &["-p", "1"],
            &["-t", "mnt"],
            &["0"],
        ] {
            let tool = caller(stage.ours()).timeout(Duration::from_secs(10));
            let outcome = tool.args(line).run().ok();
            assert!(outcome.stderr.is_empty(), "{outcome}");
        }
    }
}
