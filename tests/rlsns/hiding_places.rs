//! The places where a namespace can hide, each of which keeps it alive while no process is in it.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::sync::mpsc::channel;
use std::thread;

use nix::sched::{CloneFlags, unshare};
use testkit::{NamespaceFixture, Running, eventually};

use crate::fixture::Fixture;
use crate::processes::{asleep, inode, original, sleep, sleeps, unshared};

/// A namespace that no process is in.
pub(crate) struct Hidden {
    pub(crate) inode: u64,
    pub(crate) kind: &'static str,
    /// What holds it.
    pub(crate) held: &'static str,
    /// Whether the original finds it.
    pub(crate) is_known: bool,
    /// What must live as long.
    _holders: Vec<Running>,
}

/// A place to hide in.
pub(crate) type Place = fn(&Fixture) -> Hidden;

pub(crate) const PLACES: [Place; 9] = [
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
pub(crate) fn in_a_thread(_: &Fixture) -> Hidden {
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
pub(crate) fn mounted_elsewhere(fixture: &Fixture) -> Hidden {
    let point = fixture.scratch.file("elsewhere", "");
    let script = "\"$1\" --uts=\"$0\" true && exec sleep 1000";
    let tool = unshared(&["-m"]).args(["sh", "-c", script]).arg(&point);
    let holder = asleep(tool.arg(original("unshare")));
    let there = format!("/proc/{}/root{}", holder.pid(), point.display());
    hidden(inode(there), "uts", "mount", false, vec![holder])
}

/// A mount namespace that is itself mounted here.
pub(crate) fn mounted_mount_namespace(fixture: &Fixture) -> Hidden {
    let point = fixture.scratch.file("kept mnt", "");
    let keep = format!("--mount={}", point.display());
    unshared(&[&keep, "true"]).run().ok();
    hidden(inode(point), "mnt", "mount", true, vec![])
}

/// It is mounted in a mount namespace that no process is in.
pub(crate) fn mounted_in_a_mount_namespace_without_a_process(fixture: &Fixture) -> Hidden {
    let outer = fixture.scratch.file("outer", "");
    let inner = fixture.scratch.file("inner", "");
    let keep = format!("--mount={}", outer.display());
    let script = "\"$1\" --uts=\"$0\" true && stat -L -c %i \"$0\"";
    let tool = unshared(&[&keep, "sh", "-c", script]).arg(&inner);
    let inode = tool.arg(original("unshare")).run().ok().out();
    let inode = inode.trim_end().parse().unwrap();
    hidden(inode, "uts", "mount", false, vec![])
}

/// A socket belongs to it.
pub(crate) fn in_a_socket(_: &Fixture) -> Hidden {
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
pub(crate) fn behind_a_descriptor(_: &Fixture) -> Hidden {
    let (file, inode) = ipc_file();
    let holder = asleep(sleep().fd(5, file));
    hidden(inode, "ipc", "fd", true, vec![holder])
}

/// Its file is open under a number that is as high as there are descriptors: a lower one was closed.
pub(crate) fn behind_the_descriptor_after_the_lowest(_: &Fixture) -> Hidden {
    let (file, inode) = ipc_file();
    let holder = asleep(sleep().close_fd(0).fd(3, file));
    hidden(inode, "ipc", "fd", true, vec![holder])
}

/// The file of an IPC namespace that nothing else holds, and its inode number.
fn ipc_file() -> (File, u64) {
    let world = NamespaceFixture::new(CloneFlags::CLONE_NEWIPC);
    let file = File::open(format!("/proc/{}/ns/ipc", world.pid())).unwrap();
    let inode = file.metadata().unwrap().ino();
    (file, inode)
}

/// A user namespace was made in it, and that has a process.
pub(crate) fn as_a_parent(_: &Fixture) -> Hidden {
    let script = "stat -L -c %i /proc/self/ns/user; exec \"$0\" -r sleep 1000";
    let tool = unshared(&["-r", "sh", "-c", script]).arg(original("unshare"));
    let mut holder = tool.spawn();
    let inode = holder.read_until("\n").trim_end().parse().unwrap();
    sleeps(&holder);
    hidden(inode, "user", "child", false, vec![holder])
}

/// A process's children would be in it, had its first not ended.
pub(crate) fn for_children_of_a_dead_init(_: &Fixture) -> Hidden {
    let tool = unshared(&["-p", "sh", "-c", "/bin/true; exec sleep 1000"]);
    let holder = asleep(tool);
    let link = format!("/proc/{}/ns/pid_for_children", holder.pid());
    hidden(inode(link), "pid", "children", false, vec![holder])
}

/// A process's children would be in it. A program that it becomes would be, too, so it is stopped before that.
pub(crate) fn for_children_in_other_times(_: &Fixture) -> Hidden {
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
pub(crate) fn two_mount_namespaces_deep(fixture: &Fixture) -> Hidden {
    let files = ["first", "second", "third"].map(|name| fixture.scratch.file(name, ""));
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
