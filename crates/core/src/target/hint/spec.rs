//! Hints about a target that names nothing, or nothing that was found.

use std::ffi::{CStr, CString, OsStr};
use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::errno::Errno;
use nix::libc::S_IFREG;
use nix::unistd::geteuid;

use crate::container_id::is_hexadecimal;
use crate::hint::{self, Explanation, escape_for_terminal, explanation};
use crate::message::sentence;
use crate::ns_type::NsType;
use crate::procfs::Proc;
use crate::sys::directory::{Directory, EntryBuffer};

/// How many digits are not those of a container by chance.
const MEANT: usize = 4;
/// How many names a hint lists.
const LISTED: usize = 20;

/// Returns the forms that a target may have.
fn forms() -> Explanation {
    explanation(
        "invalid-target",
        "a target is a PID, PID:INODE, the inode number of a namespace, TYPE:[INODE], \
                     the path (with a slash) of a namespace file or of a directory of persistent \
                     namespaces, a container ID, or netns:NAME",
        &[],
    )
}

/// Returns why a word is no target.
pub(in crate::target) fn invalid_target(
    text: &OsStr,
    container_ids: fn(&str) -> Vec<String>,
) -> Option<Explanation> {
    let path = Path::new(text);
    if text.as_bytes().contains(&b'/') {
        return not_a_target(path);
    }
    if path.is_dir() {
        let name = escape_for_terminal(Path::new(".").join(path));
        return Some(explanation(
            "directory-without-slash",
            "name a directory of persistent namespaces with a slash: %s",
            &[&name],
        ));
    }
    let prefix = text.to_str().filter(|text| is_hexadecimal(text.as_bytes()));
    // What begins so by chance is not meant.
    let prefix = prefix.filter(|prefix| prefix.len() >= MEANT);
    let id = prefix.and_then(|prefix| container_ids(prefix).into_iter().next());
    match id {
        Some(id) => Some(explanation(
            "container-id-too-short",
            "a container ID requires at least 6 digits, or 12 if none is a letter: %s is one that \
             begins so",
            &[&&id[..12]],
        )),
        None => Some(forms()),
    }
}

/// Returns why a path is neither a namespace file nor a directory.
fn not_a_target(path: &Path) -> Option<Explanation> {
    let name = escape_for_terminal(path);
    if let Ok(link) = path.read_link() {
        return Some(explanation(
            "symbolic-link",
            "%s is a symbolic link: name what it leads to, %s",
            &[
                &name,
                &escape_for_terminal(path.parent().unwrap_or(path).join(link)),
            ],
        ));
    }
    match path.symlink_metadata() {
        Ok(found) if is_left_over(&found) => Some(explanation(
            "namespace-not-mounted",
            "no namespace is mounted on %s",
            &[&name],
        )),
        Ok(_) => Some(explanation(
            "not-a-namespace",
            "%s is neither a namespace nor a directory",
            &[&name],
        )),
        Err(error) => {
            let errno = Errno::from_raw(error.raw_os_error()?);
            hint::explain_path(errno, path).or_else(|| {
                (error.kind() == ErrorKind::NotFound)
                    .then(|| explanation("missing-path", "%s does not exist", &[&name]))
            })
        }
    }
}

/// Returns whether this is a file that a namespace was mounted on: it is empty and has no permissions.
fn is_left_over(found: &Metadata) -> bool {
    found.mode() == S_IFREG && found.len() == 0
}

/// Returns what network namespaces have names, where `path` is none of them.
pub(in crate::target) fn netns_names(path: &Path) -> Option<Explanation> {
    let mut names = Vec::new();
    let note = |name: &CStr| names.push(escape_for_terminal(OsStr::from_bytes(name.to_bytes())));
    let directory = CString::new(path.parent()?.as_os_str().as_bytes()).ok()?;
    // Where there is no directory, none has a name.
    if let Ok(directory) = Directory::open(&directory) {
        directory.entries(&mut EntryBuffer::default(), note).ok()?;
    }
    names.sort();
    let more = if names.len() > LISTED { ", ..." } else { "" };
    names.truncate(LISTED);
    match names.is_empty() {
        true => Some(explanation(
            "unknown-netns-name",
            "no network namespace has a name: `ip netns add NAME` gives one",
            &[],
        )),
        false => Some(explanation(
            "unknown-netns-name",
            "the names are %s%s",
            &[&names.join(", "), &more],
        )),
    }
}

/// Returns why a namespace may be there all the same: so many processes cannot be looked into.
pub(in crate::target) fn unreadable_processes(closed: usize) -> Option<Explanation> {
    let user = geteuid();
    let what = match closed {
        0 => return None,
        1 => sentence("that of a process", &[]),
        _ => sentence("that of one of %s processes", &[&closed]),
    };
    Some(explanation(
        "unreadable-processes",
        "it may be %s that user %s may not inspect: that requires CAP_SYS_PTRACE, or \
         being the process's user",
        &[&what, &user],
    ))
}

/// Returns why no container is found at all, or not that one.
pub(in crate::target) fn no_container(
    unreadable: usize,
    container_ids: fn(&str) -> Vec<String>,
) -> Option<Explanation> {
    if Proc::for_hint().is_initial(NsType::Pid) == Some(false) {
        return Some(explanation(
            "inside-pid-namespace",
            "this process is in a PID namespace, and cannot see the processes outside of it",
            &[],
        ));
    }
    if unreadable > 0 {
        return unreadable_processes(unreadable);
    }
    container_ids("").is_empty().then(|| {
        explanation(
            "no-containers",
            "no process here is in a cgroup that is named after a container ID",
            &[],
        )
    })
}
