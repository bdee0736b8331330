//! A thread from which scenarios can be started, and the processor that their namespaces are made on.

use std::fs;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, CpuSet, sched_getaffinity, sched_setaffinity, unshare};
use nix::unistd::geteuid;
use testkit::{Pid, in_thread, mount_points, stay_on_one_processor};

/// This thread, to sched_setaffinity(2).
const THIS_THREAD: Pid = Pid::from_raw(0);

/// Runs `enter` where no namespace of other programs is mounted, which would be listed too, and gone when they like.
/// For an ordinary user there is nothing to be done about them.
pub(crate) fn isolated<R: Send>(enter: impl FnOnce() -> R + Send) -> R {
    in_thread(|| {
        stay_on_one_processor();
        if geteuid().is_root() {
            leave_mounted_namespaces();
        }
        enter()
    })
}

/// The processor that a fixture was made on.
pub(crate) struct Processor(CpuSet);

impl Processor {
    /// The one that this thread runs on, being in a program that [`apart`] has started. From now on it may use all.
    pub(crate) fn leave() -> Processor {
        let processor = sched_getaffinity(THIS_THREAD).unwrap();
        use_all_processors();
        Processor(processor)
    }

    /// Makes mount namespaces that can be mounted on the fixture, see [`stay_on_one_processor`].
    pub(crate) fn on<R>(&self, make: impl FnOnce() -> R) -> R {
        sched_setaffinity(THIS_THREAD, &self.0).unwrap();
        let made = make();
        use_all_processors();
        made
    }
}

fn use_all_processors() {
    let mut all = CpuSet::new();
    for number in 0..CpuSet::count() {
        all.set(number).unwrap();
    }
    sched_setaffinity(THIS_THREAD, &all).unwrap();
}

/// Gives this thread a mount namespace of its own, without the files of namespaces that are mounted in the old one.
fn leave_mounted_namespaces() {
    let none = None::<&str>;
    unshare(CloneFlags::CLONE_NEWNS).unwrap();
    let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    mount(none, "/", none, private, none).unwrap();
    let table = fs::read("/proc/thread-self/mountinfo").unwrap();
    let mark = b" - nsfs ";
    let lines = table.split(|byte| *byte == b'\n');
    for line in lines.filter(|line| line.windows(mark.len()).any(|part| part == mark)) {
        for point in mount_points(line) {
            // One that another program has taken away meanwhile is gone here as well.
            let _ = umount2(&point, MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW);
        }
    }
}
