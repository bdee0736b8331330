//! A process that puts one file after another under the numbers of its descriptors: whoever looks at them from outside
//! must not open what it happens to be by then. Opening a FIFO, a terminal or a tape drive does something.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use nix::sys::stat::Mode;
use nix::unistd::{dup2, mkfifo};
use testkit::{CloneFlags, NamespaceFixture, Scratch, Tool};

use crate::fixture::{built, can_run};

/// How many descriptors change all the time. The first that is a namespace when it is opened is opened alone.
const SLOTS: usize = 64;
/// How often a program looks. An open by name has met the FIFO within five times.
const LOOKS: usize = 40;

/// A namespace that nothing but the descriptors of this process keeps.
fn held_by_descriptors() -> File {
    let world = NamespaceFixture::new(CloneFlags::CLONE_NEWIPC);
    File::open(format!("/proc/{}/ns/ipc", world.pid())).expect("it is this test's own")
}

/// A FIFO, a descriptor of it, and what is told of everybody who opens it from now on.
fn watched_fifo(scratch: &Scratch) -> (OwnedFd, Inotify) {
    let path = scratch.path().join("fifo");
    mkfifo(&path, Mode::S_IRWXU).expect("a FIFO");
    let fifo = open(&path, OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty()).expect("it is ours");
    let watch = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC).expect("inotify");
    watch
        .add_watch(&path, AddWatchFlags::IN_OPEN)
        .expect("a watch");
    (fifo, watch)
}

/// Has descriptors be the namespace and the FIFO by turns while `look` is called with the namespace's number.
fn while_they_change(fifo: &OwnedFd, look: impl Fn(u64)) {
    let done = AtomicBool::new(false);
    // Those that change have the lower numbers: they are looked at before the file that they are made of.
    let mut slots: Vec<OwnedFd> = (0..SLOTS)
        .map(|_| fifo.try_clone().expect("a descriptor"))
        .collect();
    let namespace = held_by_descriptors();
    let inode = namespace.metadata().expect("it is open").ino();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for slot in &mut slots {
                    dup2(&namespace, slot).expect("both are open");
                }
                for slot in &mut slots {
                    dup2(fifo, slot).expect("both are open");
                }
            }
        });
        for _ in 0..LOOKS {
            look(inode);
        }
        done.store(true, Ordering::Relaxed);
    });
}

/// Asserts that nobody has opened the FIFO.
#[track_caller]
fn is_unopened(watch: &Inotify, by: &str) {
    let opened = watch.read_events().map(|events| events.len());
    assert_eq!(opened, Err(Errno::EAGAIN), "{by} has opened the FIFO");
}

#[test]
fn nothing_but_a_namespace_is_opened_where_descriptors_change() {
    if !can_run() {
        return;
    }
    for (name, options) in [
        ("rlsns", &["-t", "ipc"][..]),
        ("rlsns", &["--holders"]),
        ("rnsenter", &["-t"]),
    ] {
        let scratch = Scratch::new();
        let (fifo, watch) = watched_fifo(&scratch);
        while_they_change(&fifo, |inode| {
            let mut tool = Tool::new(built(name)).args(options);
            if options.len() == 1 {
                tool = tool.arg(inode.to_string());
            }
            let tool = if name == "rnsenter" {
                tool.arg("true")
            } else {
                tool
            };
            let outcome = tool.run();
            assert!(matches!(outcome.code(), 0 | 1), "{outcome}");
        });
        is_unopened(&watch, &format!("{name} {}", options[0]));
    }
}
