//! Dividing the processes among the processors.
//!
//! Reading /proc is all system calls, and those of different processes do not wait for each other, so a second
//! processor halves the time. This is the one place in the project that starts threads: this program neither forks
//! nor enters anything.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::sys::directory::Directory;
use nix::errno::Errno;
use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;

use super::process::ProcessReader;
use super::processes::list_numbers;
use super::{ScanOptions, Snapshot};

/// How many processes a worker takes at a time: enough that taking costs nothing, few enough that both end together.
const SHARE: usize = 32;
/// From how many processes on a second worker is worth starting.
const MANY: usize = 256;
/// The most workers. It was measured with one and two alone, on two processors; that more than four would only wait for
/// each other in the kernel is a guess.
const MOST_WORKERS: usize = 4;

/// Reads every process below `proc`.
pub(super) fn read_processes(proc: &Directory, wanted: &ScanOptions) -> Result<Snapshot, Errno> {
    let pids = list_numbers(proc)?;
    // At least this one is there, or it is no procfs.
    if pids.is_empty() {
        return Err(Errno::ENOENT);
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut reader = ProcessReader::new(proc, wanted);
        loop {
            let start = next.fetch_add(SHARE, Ordering::Relaxed);
            let Some(share) = pids.get(start..) else {
                break;
            };
            for pid in share.iter().take(SHARE) {
                reader.read_process(*pid);
            }
        }
        reader.into_snapshot()
    };
    let mut snapshot = Snapshot::default();
    thread::scope(|scope| {
        let helpers = workers(pids.len()) - 1;
        // Where no thread can be started, the others have more to do.
        let started: Vec<_> = (0..helpers)
            .filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok())
            .collect();
        snapshot = work();
        for worker in started {
            if let Ok(part) = worker.join() {
                snapshot.merge(part);
            }
        }
    });
    Ok(snapshot)
}

/// Returns how many workers so many processes are worth.
fn workers(processes: usize) -> usize {
    if processes < MANY {
        return 1;
    }
    let allowed = sched_getaffinity(Pid::from_raw(0)).unwrap_or_default();
    let processors = (0..CpuSet::count()).filter(|cpu| allowed.is_set(*cpu) == Ok(true));
    processors.count().clamp(1, MOST_WORKERS)
}
