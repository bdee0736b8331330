//! Every system call of the programs' main paths is refused, every time, by a seccomp filter: with ENOSYS, as an old
//! kernel or a sandbox does, and with EPERM, as a container's engine does.
//!
//! What comes of it is what would have come of it otherwise, or what the original does under the same filter, or an
//! error in the program's own name and a status that is not 0: never a list that is shorter, with status 0, never a
//! panic, and it ends. `faults.rs` beside this has each call fail once.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![allow(clippy::print_stdout, reason = "how many there were is worth knowing")]

mod calls;
mod case;
mod fixture;
mod jail;
mod judge;
#[path = "../killed/network.rs"]
mod network;
mod rchroot;
mod rlsns;
mod rnsenter;
mod runshare;

use std::path::PathBuf;

use case::Case;
use nix::errno::Errno;
use testkit::{Scratch, require};

/// The program of this name, for which `can_refuse` has asked.
fn built(name: &str) -> PathBuf {
    require::workspace_program(name).expect("it was asked for")
}

/// What the tests cannot do without.
fn can_refuse(program: &str) -> bool {
    require::installed("strace") && require::workspace_program(program).is_some()
}

/// Refuses every call of these cases with both errors, and reports all that came out wrong.
fn refuse_all(program: &str, cases: &[Case]) {
    let scratch = Scratch::new();
    let mut faults = Vec::new();
    let mut refused = 0;
    for case in cases {
        let usual = case.tool().run();
        case.clean_up();
        assert_eq!(usual.code(), 0, "{usual}");
        for call in calls::calls_for(case, &scratch) {
            for errno in [Errno::ENOSYS, Errno::EPERM] {
                refused += 1;
                faults.extend(judge::fault(case, &usual, &call, errno));
            }
        }
    }
    println!(
        "{program}: {refused} refusals in {} command lines",
        cases.len()
    );
    let (all, first) = (faults.len(), faults.join("\n"));
    assert!(faults.is_empty(), "{all} of {refused} went wrong\n{first}");
    assert!(refused >= 100, "no more than {refused} calls were refused");
}

/// What a program is run for: it shows the namespaces that it is in.
pub(crate) const LINKS: &str = "/usr/bin/readlink /proc/self/ns/uts /proc/self/ns/net /proc/self/ns/pid /proc/self/ns/mnt \
                     /proc/self/ns/user /proc/self/ns/ipc /proc/self/ns/time";
/// It shows who is who.
pub(crate) const MAPS: &str =
    "/usr/bin/cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups";
/// It shows who it is.
pub(crate) const IDS: &str = "/usr/bin/grep -E ^(Uid|Gid|Groups) /proc/self/status";
/// It shows its capabilities.
pub(crate) const CAPABILITIES: &str = "/usr/bin/grep ^Cap /proc/self/status";
/// It shows what it has open.
pub(crate) const DESCRIPTORS: &str = "/usr/bin/ls -U /proc/self/fd";
