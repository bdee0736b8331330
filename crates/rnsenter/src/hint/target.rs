//! Hints about a target that names nothing, or nothing that was found.

use std::ffi::OsStr;
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::unistd::geteuid;
use nscore::container_id::is_hexadecimal;
use nscore::hint::{self, escape_for_terminal};
use nscore::ns_type::NsType;
use nscore::procfs::Proc;
use nscore::safe_open::is_namespace;
use nscore::sys::nsfs::type_of;

/// Why a word is no target.
pub(crate) fn invalid_target(
    text: &OsStr,
    container_ids: fn(&str) -> Vec<String>,
) -> Option<String> {
    let path = Path::new(text);
    if text.as_bytes().contains(&b'/') {
        return not_a_directory(path);
    }
    if path.is_dir() {
        let name = escape_for_terminal(Path::new(".").join(path));
        return Some(format!(
            "name a directory of persistent namespaces with a slash: {name}"
        ));
    }
    let prefix = text
        .to_str()
        .filter(|text| is_hexadecimal(text.as_bytes()))?;
    let id = container_ids(prefix).into_iter().next()?;
    Some(format!(
        "a container ID requires at least 12 digits: {} is one that begins so",
        &id[..12]
    ))
}

/// Why a path is none of a directory.
fn not_a_directory(path: &Path) -> Option<String> {
    let name = escape_for_terminal(path);
    match path.metadata() {
        Ok(found) if found.is_dir() => None,
        Ok(found) if found.is_file() => {
            let Some(ns_type) = ns_type_at(path).map(NsType::option) else {
                return Some(format!("{name} is not a directory"));
            };
            Some(format!(
                "{name} is not a directory but a {ns_type} namespace: \
                 enter it with --{ns_type}={name}"
            ))
        }
        Ok(_) => Some(format!("{name} is not a directory")),
        Err(error) => {
            let errno = Errno::from_raw(error.raw_os_error()?);
            hint::explain_path(errno, path).or_else(|| {
                (error.kind() == ErrorKind::NotFound).then(|| format!("{name} does not exist"))
            })
        }
    }
}

fn ns_type_at(path: &Path) -> Option<NsType> {
    let file = File::open(path)
        .ok()
        .filter(|file| is_namespace(file) == Ok(true))?;
    type_of(file).ok().and_then(NsType::from_flag)
}

/// Why a namespace may be there all the same: so many processes cannot be looked into.
pub(crate) fn unreadable_processes(closed: usize) -> Option<String> {
    let user = geteuid();
    let what = match closed {
        0 => return None,
        1 => "that of a process".to_owned(),
        _ => format!("that of one of {closed} processes"),
    };
    Some(format!(
        "it may be {what} that user {user} may not inspect: that requires CAP_SYS_PTRACE, or being the process's user"
    ))
}

/// Why no container is found at all, or not that one.
pub(crate) fn no_container(
    unreadable: usize,
    container_ids: fn(&str) -> Vec<String>,
) -> Option<String> {
    if Proc::mounted().is_initial(NsType::Pid) == Some(false) {
        return Some(
            "this process is in a PID namespace, and cannot see the processes outside of it"
                .to_owned(),
        );
    }
    if unreadable > 0 {
        return unreadable_processes(unreadable);
    }
    container_ids("")
        .is_empty()
        .then(|| "no process here is in a cgroup that is named after a container ID".to_owned())
}
