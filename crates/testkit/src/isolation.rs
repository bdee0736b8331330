//! A thread with a mount namespace of its own, the processor that it runs on, and files of another user.

use std::os::unix::fs::chown;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, CpuSet, sched_getaffinity, sched_setaffinity, unshare};
use nix::unistd::{Pid, geteuid};

const NONE: Option<&str> = None;

/// Has this thread, and what it starts, run on one processor. A mount namespace can be mounted in an older one alone;
/// by the numbers from which Linux 6.18 derives their age, they are older only on the processor that made both.
///
/// # Panics
/// If the kernel refuses it.
pub fn stay_on_one_processor() {
    let this = Pid::from_raw(0);
    let allowed = sched_getaffinity(this).expect("the affinity of this thread");
    let first = (0..CpuSet::count()).find(|number| allowed.is_set(*number) == Ok(true));
    let mut one = CpuSet::new();
    one.set(first.expect("a processor"))
        .expect("a number of a processor");
    sched_setaffinity(this, &one).expect("a processor that this thread may use");
}

/// Runs `run` in a thread of this test's name, by which it reports what it lacks, and fails as it fails.
pub fn in_thread<R: Send>(run: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| {
        let named = thread::Builder::new().name(thread::current().name().unwrap_or("?").into());
        let thread = named.spawn_scoped(scope, run);
        let thread = thread.expect("a thread can be made");
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// Runs `test` in a thread with a mount namespace of its own, which ends with it; for root alone. All of its mounts
/// have this propagation, and none leads to the caller's.
///
/// # Panics
/// If no mount namespace can be made.
pub fn in_mount_namespace<R: Send>(propagation: MsFlags, test: impl FnOnce() -> R + Send) -> R {
    in_thread(|| {
        stay_on_one_processor();
        unshare(CloneFlags::CLONE_NEWNS).expect("a mount namespace");
        for propagation in [MsFlags::MS_PRIVATE, propagation] {
            mount(NONE, "/", NONE, MsFlags::MS_REC | propagation, NONE).expect("the propagation");
        }
        test()
    })
}

/// Gives these files to the ordinary user `uid`, where root runs the tests: what belongs to a user without a number in
/// a user namespace cannot be copied there.
///
/// # Panics
/// If root may not.
pub fn give_to_user<'a>(uid: u32, paths: impl IntoIterator<Item = &'a Path>) {
    if geteuid().is_root() {
        for path in paths {
            chown(path, Some(uid), Some(uid)).expect("root may give files away");
        }
    }
}
