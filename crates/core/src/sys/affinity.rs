//! The processors that this process may run on, `sched_setaffinity(2)`.

use nix::errno::Errno;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// Calls `attempt` on one processor of the cpuset after the other, those among them that this process is kept from by
/// its own mask, until it returns true or fails; whether it has. The mask is then what it was.
///
/// # Errors
/// Those of `attempt`, and of the system calls: EINVAL where there are more processors than the C library counts.
pub fn on_each_processor(mut attempt: impl FnMut() -> Result<bool, Errno>) -> Result<bool, Errno> {
    let this = Pid::from_raw(0);
    let before = sched_getaffinity(this)?;
    let mut all = CpuSet::new();
    for number in 0..CpuSet::count() {
        all.set(number)?;
    }
    sched_setaffinity(this, &all)?;
    let cpuset = sched_getaffinity(this)?;
    let mut done = Ok(false);
    for number in 0..CpuSet::count() {
        let mut one = CpuSet::new();
        one.set(number)?;
        if cpuset.is_set(number)? && sched_setaffinity(this, &one).is_ok() {
            done = attempt();
        }
        if done != Ok(false) {
            break;
        }
    }
    // A process without a mask of its own gets none: its cpuset may grow.
    let restored = if before == cpuset { all } else { before };
    sched_setaffinity(this, &restored)?;
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_is_restored_after_a_success_and_after_a_failure() {
        let mask = || sched_getaffinity(Pid::from_raw(0));
        let before = mask();
        for result in [Ok(true), Ok(false), Err(Errno::EPERM)] {
            let mut calls = 0;
            let returned = on_each_processor(|| {
                calls += 1;
                result
            });
            assert_eq!(returned, result);
            assert!(calls > 0);
            assert_eq!(mask(), before);
        }
    }
}
