//! Hints: why something is not listed, found out after the fact, see [`nscore::hint`]. A number may be of another
//! kind, and not every user sees everything.

use std::ffi::{CStr, CString, OsStr};
use std::os::unix::ffi::OsStrExt;

use anyhow::Error;
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use nscore::cli::sentence;
use nscore::hint::{Explanation, Hint, explanation, nearest};
use nscore::ns_type::NsType;
use nscore::procfs::{Proc, ProcStatus, parse_digits};
use nscore::scan::{NsRecord, NsTypes, ScanOptions, scan};
use nscore::sys::directory::{Directory, EntryBuffer};

/// Returns that no procfs is mounted on /proc, if so.
pub(crate) fn missing_procfs() -> Option<Explanation> {
    let is_missing = matches!(Directory::open(c"/proc/self"), Err(Errno::ENOENT));
    is_missing.then(|| {
        explanation(
            "missing-procfs",
            "no procfs is mounted on /proc: mount -t proc proc /proc",
            &[],
        )
    })
}

/// Returns the hint for a type that does not exist: the nearest one, by the names of /proc/PID/ns and of options.
pub(crate) fn unknown_type(given: &OsStr) -> Hint {
    let given = given.to_owned();
    Hint::new(move || {
        let words = NsType::ALL.map(|of| [of.file(), of.option()]).concat();
        let word = nearest(given.as_bytes(), words.iter().copied());
        let near =
            word.and_then(|word| NsType::from_option(word).or(NsType::from_file(word.as_bytes())));
        let files = NsType::ALL.map(NsType::file).join(", ");
        Some(match near {
            Some(near) => explanation(
                "did-you-mean-value",
                "did you mean `%s`? possible values: %s",
                &[&near.file(), &files],
            ),
            None => explanation("possible-values", "possible values: %s", &[&files]),
        })
    })
}

/// Returns why the namespaces of a process cannot be listed.
pub(crate) fn unreadable_process(pid: u32) -> Option<Explanation> {
    let proc = Directory::open(c"/proc").ok()?;
    let number = Pid::from_raw(i32::try_from(pid).ok()?);
    let is_gone = kill(number, None) == Err(Errno::ESRCH);
    if let Some(process) = process_of_thread(&proc, pid) {
        return Some(explanation(
            "thread-id",
            "%s is a thread of process %s: --task %s lists its namespaces",
            &[&pid, &process, &process],
        ));
    }
    let why = match read_user_link(&proc, pid) {
        Err(Errno::EACCES) => explanation(
            "not-owner",
            "process %s exists, but this user may not read its namespaces",
            &[&pid],
        ),
        Err(Errno::ENOENT) if is_gone => {
            explanation("no-such-process", "process %s does not exist", &[&pid])
        }
        Err(Errno::ENOENT) => explanation(
            "hidden-process",
            "process %s exists, but /proc is mounted with hidepid and does not show it",
            &[&pid],
        ),
        _ => return None,
    };
    Some(missing_procfs().unwrap_or(why))
}

/// Returns the process whose thread, and not whose first one, this is. /proc shows threads that it does not list.
fn process_of_thread(proc: &Directory, thread: u32) -> Option<u32> {
    let path = CString::new(format!("{thread}/status")).ok()?;
    let mut buffer = [0; 4096];
    let status = ProcStatus::new(proc.read_into(&path, &mut buffer).ok()?);
    let process = status.field("Tgid")?.parse().ok()?;
    (process != thread).then_some(process)
}

/// Returns the error that no namespace has this inode number, with a hint; `hidden` is whether the namespaces that lsns
/// does not find were scanned too.
pub(crate) fn namespace_not_found(number: u64, hidden: bool) -> Error {
    let find = move || other_meaning(number, hidden).or_else(scan_limits);
    Error::new(sentence("not found namespace: %ju", &[&number])).context(Hint::new(find))
}

/// Returns what else has this number.
fn other_meaning(number: u64, hidden: bool) -> Option<Explanation> {
    let everything = ScanOptions {
        fds: true,
        hidden: true,
        mounts: true,
        ..ScanOptions::members_of(NsTypes::ALL)
    };
    let snapshot = scan(&everything).ok()?;
    let pid = u32::try_from(number).ok();
    if pid.is_some_and(|pid| snapshot.process(pid).is_some()) {
        return Some(explanation(
            "pid-not-inode",
            "that is a PID: --task %s lists the namespaces of the process",
            &[&number],
        ));
    }
    let mut namespaces = snapshot.namespaces.iter();
    namespaces.find_map(|(inode, found)| match found.ns_type.file() {
        name if u64::from(*inode) == number && !hidden && !found.is_known_to_original() => {
            Some(explanation(
                "hidden-namespace",
                "that is a %s namespace without processes: --hidden finds it",
                &[&name],
            ))
        }
        _ if u64::from(*inode) == number && found.processes == 0 => Some(kept_by(number, found)),
        name if u64::from(*inode) == number => Some(explanation(
            "excluded-type",
            "its type is %s, which --type excludes",
            &[&name],
        )),
        name if found.id == Some(number) => Some(explanation(
            "nsid-not-inode",
            "that is the NSID of %s namespace %s",
            &[&name, &inode],
        )),
        _ => None,
    })
}

/// Returns what keeps a namespace that was found, if no process is in it.
pub(crate) fn empty_namespace(number: u32, found: &NsRecord) -> Option<Explanation> {
    (found.processes == 0).then(|| kept_by(number.into(), found))
}

/// Returns what keeps a namespace that no process is in.
fn kept_by(number: u64, found: &NsRecord) -> Explanation {
    let refs: Vec<&str> = found.refs.words().collect();
    let kind = found.ns_type.file();
    match refs[..] {
        [] => explanation(
            "empty-namespace",
            "no process is in this %s namespace; `rlsns --holders %s` lists what keeps it",
            &[&kind, &number],
        ),
        _ => explanation(
            "empty-namespace",
            "no process is in this %s namespace, and it is held by: %s; `rlsns --holders %s` lists what \
         keeps it",
            &[&kind, &refs.join(", "), &number],
        ),
    }
}

/// Returns what this caller cannot see: a namespace with any number may exist there.
fn scan_limits() -> Option<Explanation> {
    let proc = Directory::open(c"/proc").ok()?;
    let mut processes = Vec::new();
    let note = |name: &CStr| processes.extend(parse_digits::<u32>(name.to_bytes()));
    proc.entries(&mut EntryBuffer::default(), note).ok()?;
    processes.retain(|pid| read_user_link(&proc, *pid) == Err(Errno::EACCES));
    let is_initial = Proc::mounted().is_initial(NsType::Pid)?;
    let mut limits = Vec::new();
    if !processes.is_empty() {
        limits.push(sentence(
            "this user may not read %s of them",
            &[&processes.len()],
        ));
    }
    // PID 1 exists, whether /proc shows it or not.
    if read_user_link(&proc, 1) == Err(Errno::ENOENT) {
        limits.push(sentence("hidepid hides others", &[]));
    }
    if !is_initial {
        limits.push(sentence("/proc shows only this PID namespace", &[]));
    }
    let both = |one, other| sentence("%s; %s", &[&one, &other]);
    let limits = limits.into_iter().reduce(both)?;
    Some(explanation(
        "limited-search",
        "only the processes in /proc were searched: %s",
        &[&limits],
    ))
}

/// Tries to read a link to a namespace of a process: EACCES if this user may not, ptrace(2).
fn read_user_link(proc: &Directory, pid: u32) -> Result<(), Errno> {
    let path = CString::new(format!("{pid}/ns/user")).unwrap_or_default();
    proc.read_link_into(&path, &mut [0; 64]).map(drop)
}
