//! Why something is not there to be listed, asked after the fact, see [`nscore::hint`]: a number may be another kind of
//! number, and not all_info sees everything.

use std::ffi::{CStr, CString};

use anyhow::Error;
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use nscore::hint::Hint;
use nscore::procfs::parse_digits;
use nscore::sys::directory::{Directory, EntryBuffer};

use nscore::scan::{NsTypes, ScanOptions, nslink, scan};

/// The inode number of the first pid namespace of a machine, PROC_PID_INIT_INO of linux/proc_ns.h.
const FIRST_PID: u32 = 0xefff_fffc;

/// Why there is nothing to read below /proc.
pub(crate) fn of_all() -> Option<String> {
    let is_missing = matches!(Directory::open(c"/proc/self"), Err(Errno::ENOENT));
    is_missing.then(|| "no procfs is mounted on /proc: mount -t proc proc /proc".to_owned())
}

/// Why nothing is told of the process with this number.
pub(crate) fn of_process(pid: u32) -> Option<String> {
    let proc = Directory::open(c"/proc").ok()?;
    let number = Pid::from_raw(i32::try_from(pid).ok()?);
    let is_gone = kill(number, None) == Err(Errno::ESRCH);
    let why = match inside(&proc, pid) {
        Err(Errno::EACCES) => "is there, but this user may not read its namespaces",
        Err(Errno::ENOENT) if is_gone => "does not exist",
        Err(Errno::ENOENT) => "is there, but /proc is mounted with hidepid and does not show it",
        _ => return None,
    };
    of_all().or_else(|| Some(format!("process {pid} {why}")))
}

/// That there is no namespace with this inode number, and the question why; `hidden` is whether those were looked at
/// that the original does not find.
pub(crate) fn namespace(number: u64, hidden: bool) -> Error {
    let find = move || other_number(number, hidden).or_else(unseen);
    Error::msg(format!("not found namespace: {number}")).context(Hint::new(find))
}

/// What else this is the number of.
fn other_number(number: u64, hidden: bool) -> Option<String> {
    let everything = ScanOptions {
        fds: true,
        hidden: true,
        mounts: true,
        ..ScanOptions::members_of(NsTypes::ALL)
    };
    let snapshot = scan(&everything).ok()?;
    let pid = u32::try_from(number).ok();
    if pid.is_some_and(|pid| snapshot.process(pid).is_some()) {
        return Some(format!(
            "that is a process: --task {number} lists the namespaces that it is in"
        ));
    }
    let mut namespaces = snapshot.namespaces.iter();
    namespaces.find_map(|(inode, found)| match found.kind.file() {
        kind if u64::from(*inode) == number && !hidden && !found.is_known_to_original() => Some(
            format!("that is a {kind} namespace that no process is in: --hidden finds it"),
        ),
        kind if u64::from(*inode) == number => {
            Some(format!("it is of the type {kind}, which --type leaves out"))
        }
        kind if found.id == Some(number) => {
            Some(format!("that is the NSID of {kind} namespace {inode}"))
        }
        _ => None,
    })
}

/// What this caller cannot see: a namespace with any number may be there.
fn unseen() -> Option<String> {
    let proc = Directory::open(c"/proc").ok()?;
    let mut processes = Vec::new();
    let note = |name: &CStr| processes.extend(parse_digits::<u32>(name.to_bytes()));
    proc.entries(&mut EntryBuffer::default(), note).ok()?;
    processes.retain(|pid| inside(&proc, *pid) == Err(Errno::EACCES));
    let mut target = [0; 64];
    let own = proc.read_link_into(c"self/ns/pid", &mut target).ok()?;
    let mut causes = String::new();
    if !processes.is_empty() {
        causes = format!(", {} of which this user may not read", processes.len());
    }
    // The first process of all is there, whether it is shown or not.
    if inside(&proc, 1) == Err(Errno::ENOENT) {
        causes += ", those that /proc shows, being mounted with hidepid";
    }
    if nslink::parse_link(own)?.1 != FIRST_PID {
        causes += ", those of this pid namespace and no others";
    }
    (!causes.is_empty()).then(|| format!("it was looked for among the processes of /proc{causes}"))
}

/// Whether the process tells what it is in: EACCES if this user may not read it, `ptrace(2)`.
fn inside(proc: &Directory, pid: u32) -> Result<(), Errno> {
    let path = CString::new(format!("{pid}/ns/user")).unwrap_or_default();
    proc.read_link_into(&path, &mut [0; 64]).map(drop)
}
