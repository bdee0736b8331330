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
mod judge;

use std::path::PathBuf;

use case::Case;
use fixture::Fixture;
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

#[test]
fn rlsns_lists_everything_or_fails() {
    if !require::user_namespaces() || !can_refuse("rlsns") {
        return;
    }
    let fixture = Fixture::new();
    let lines = [
        "-o NS,TYPE,NPROCS,PID,PPID,UID",
        "-t uts -t net -o NS,TYPE,NPROCS,PID,NETNSID,NSFS",
        "-T -o NS,TYPE,PNS,ONS,NPROCS",
        "-J -o NS,TYPE,NPROCS,PID,COMMAND",
        "-r -n -o NS,NSID,HELD,OWNER,CGROUP",
        "-P -o NS,TYPE,NPROCS,HELD",
        "-p {pid} -o NS,TYPE,NPROCS,PID",
        "-n -o PID,PPID,USER {uts}",
        "-Q NPROCS==1 -o NS,TYPE,NPROCS",
        "--holders {uts}",
        "--holders {open} -J",
        "--compare {pid}",
        "--compare {pid},{pid2} -J",
        "--graph",
        "--graph=mermaid -t uts",
    ];
    let cases = lines.map(|line| Case::of_rlsns(line, &fixture));
    refuse_all("rlsns", &cases);
}

/// What a program is run for: it shows the namespaces that it is in.
const LINKS: &str = "/usr/bin/readlink /proc/self/ns/uts /proc/self/ns/net /proc/self/ns/pid /proc/self/ns/mnt \
                     /proc/self/ns/user /proc/self/ns/ipc /proc/self/ns/time";
/// It shows who is who.
const MAPS: &str = "/usr/bin/cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups";
/// It shows who it is.
const IDS: &str = "/usr/bin/grep -E ^(Uid|Gid|Groups) /proc/self/status";
/// It shows its capabilities.
const CAPABILITIES: &str = "/usr/bin/grep ^Cap /proc/self/status";
/// It shows what it has open.
const DESCRIPTORS: &str = "/usr/bin/ls -U /proc/self/fd";

#[test]
fn runshare_does_all_or_fails() {
    if !require::root() || !can_refuse("runshare") {
        return;
    }
    let scratch = Scratch::new();
    let directory = scratch.path().join("box");
    let persist = format!("--persist {} --uts --net", directory.display());
    let lines = [
        ("--uts --net", LINKS),
        ("--mount --ipc --time --boottime 5", LINKS),
        ("-r", MAPS),
        ("-r --uts", LINKS),
        ("--map-users 0:0:5 --map-groups 0:0:5", MAPS),
        ("--pid --fork", LINKS),
        ("--pid --fork --mount-proc --kill-child", LINKS),
        ("--pid --fork --kill-child=TERM", LINKS),
        ("--pid --init", LINKS),
        ("--init --mount-proc", LINKS),
        ("--net --loopback --hostname moon", LINKS),
        ("--mount --propagation slave --root / --wd /tmp", LINKS),
        ("-S 5 -G 6", IDS),
        ("--cap-drop all", CAPABILITIES),
        (
            "--map-users 0:0:5 --map-groups 0:0:5 --bind /usr/share:/mnt:idmap",
            "/usr/bin/stat -c %u:%g /mnt/doc",
        ),
        ("--uts --close-fds", DESCRIPTORS),
        ("--uts --new-session --no-new-privs", LINKS),
    ];
    let mut cases: Vec<Case> = Vec::new();
    for (line, runs) in lines {
        cases.push(Case::running("runshare", line, runs));
    }
    cases.push(Case::running("runshare", &persist, LINKS).persistent(directory));
    for line in ["--check", "--check --json", "--check --uts --user"] {
        cases.push(Case::running("runshare", line, ""));
    }
    refuse_all("runshare", &cases);
}

#[test]
fn rnsenter_enters_all_or_fails() {
    if !require::root() || !can_refuse("rnsenter") {
        return;
    }
    let fixture = Fixture::new();
    let lines = [
        ("-t {pid} -a", LINKS),
        ("-t {pid} -u -n -m -i", LINKS),
        ("-t {pid} -u -r -w -e", LINKS),
        ("-t {pid2} -p", LINKS),
        ("-t {pid2} -U -u --preserve-credentials", LINKS),
        ("-t {pid2} -U -S 0 -G 0", IDS),
        ("-t {uts}", LINKS),
        ("-t {uts} --net", LINKS),
        ("-t {open}", LINKS),
        ("-n/proc/{pid}/ns/net", LINKS),
        ("-n/proc/{pid}/ns/net --close-fds", DESCRIPTORS),
        ("-t {pid} -u --new-session --no-new-privs", LINKS),
        ("-t {pid2} -p --init --kill-child", LINKS),
        ("-t {pid} -u --forward-signals", LINKS),
    ];
    let case = |(line, runs): (&str, _)| Case::running("rnsenter", &fixture.fill(line), runs);
    refuse_all("rnsenter", &lines.map(case));
}

#[test]
fn rchroot_changes_all_or_fails() {
    if !require::root() || !can_refuse("rchroot") {
        return;
    }
    let lines = [
        ("/", IDS),
        ("--userspec=5:6 /", IDS),
        ("--userspec=daemon /", IDS),
        ("--userspec=daemon:games --groups=7,8 /", IDS),
        ("--groups=daemon,games /", IDS),
        ("--groups= /", IDS),
        ("--skip-chdir /", IDS),
        ("--chdir=/tmp --close-fds /", DESCRIPTORS),
    ];
    let case = |(line, runs): (&str, _)| Case::running("rchroot", line, runs);
    refuse_all("rchroot", &lines.map(case));
}
