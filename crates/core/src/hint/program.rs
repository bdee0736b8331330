//! Why a program could not be run, `execve(2)`: the kernel has one error number for a program that is not there and for
//! a loader or interpreter that it names and that is not there.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{AccessFlags, eaccess};

use super::path::{self, explain_lookup};
use super::{Explanation, escape_for_terminal, explain_refused_file, explanation};
use crate::elf::{Bytes, Elf};
use crate::message::{Message, sentence};
use crate::procfs::{Proc, mount_of};
use crate::regular_file::open_regular;
use crate::search_path::{candidates, search_path};

/// What runs a file that the kernel does not know.
const SHELL: &str = "/bin/sh";
/// Where an administrator's programs are, and everybody's.
const SYSTEM_DIRECTORIES: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
];
/// How often one interpreter may name another; the kernel stops here too.
const MOST_INTERPRETERS: u32 = 5;
/// How much of a script's first line the kernel reads.
const LONGEST_LINE: usize = 256;

/// Explains why the program called `name`, searched for as `execvp(3)` does, could not be run.
pub fn explain_exec(errno: Errno, name: &OsStr) -> Option<Explanation> {
    if name.is_empty() || name.as_bytes().contains(&b'/') {
        return explain_file(errno, Path::new(name));
    }
    let directories = search_path();
    let (found, others): (Vec<PathBuf>, Vec<PathBuf>) = candidates(name)
        .into_iter()
        .partition(|path| path.symlink_metadata().is_ok());
    // If nothing was found anywhere, the hint lists where was looked; else one of the places is the reason.
    if errno == Errno::ENOENT && found.is_empty() {
        if let Some(hint) = beyond_path(name) {
            return Some(hint);
        }
        let (name, directories) = (escape_for_terminal(name), escape_for_terminal(directories));
        return Some(explanation(
            "program-not-in-path",
            "no directory of PATH contains %s in this root: PATH is %s",
            &[&name, &directories],
        ));
    }
    let unfound = others.iter().filter(|_| errno != Errno::ENOENT);
    found
        .iter()
        .chain(unfound)
        .find_map(|path| explain_file(errno, path))
}

/// Returns where else programs are: what is called `name` there, and is not found because PATH lacks the directory.
fn beyond_path(name: &OsStr) -> Option<Explanation> {
    let mut directories = SYSTEM_DIRECTORIES.iter().map(Path::new);
    let directory = directories.find(|directory| directory.join(name).is_file())?;
    let (path, directory) = (
        escape_for_terminal(directory.join(name)),
        escape_for_terminal(directory),
    );
    Some(explanation(
        "program-not-in-path",
        "the program is %s, and PATH lacks %s: name it %s",
        &[&path, &directory, &path],
    ))
}

/// Explains why the file at `path` could not be run.
fn explain_file(errno: Errno, path: &Path) -> Option<Explanation> {
    match errno {
        Errno::ENOENT => explain_lookup(errno, path).or_else(|| missing(path, MOST_INTERPRETERS)),
        Errno::ENOTDIR => explain_lookup(errno, path),
        Errno::EACCES => explain_lookup(errno, path)
            .or_else(|| forbidden(path, MOST_INTERPRETERS))
            .or_else(|| explain_refused_file(&Proc::for_hint(), "execve")),
        Errno::ENOEXEC => foreign(path, MOST_INTERPRETERS),
        _ => None,
    }
}

/// What a file asks for to be run.
enum FileKind {
    /// A program of this machine's or another's, and its loader.
    Program(Elf),
    /// The interpreter behind the `#!`.
    Script(PathBuf),
    /// Nothing that the kernel knows: the C library hands it to the shell.
    Unknown,
}

impl FileKind {
    fn detect(path: &Path) -> Option<FileKind> {
        let file = open_regular(path).ok()?;
        if let Some(elf) = Elf::parse(&file) {
            return Some(FileKind::Program(elf));
        }
        let length = file.metadata().ok()?.len().min(LONGEST_LINE as u64);
        let head = file.read_at(0, usize::try_from(length).ok()?)?;
        Some(interpreter(&head).map_or(FileKind::Unknown, FileKind::Script))
    }

    /// Returns what runs it, and what that is to it.
    fn runs_by(&self) -> Option<(PathBuf, Message)> {
        match self {
            FileKind::Program(elf) => {
                Some((elf.interpreter()?.into(), sentence("the loader", &[])))
            }
            FileKind::Script(interpreter) => {
                Some((interpreter.clone(), sentence("the interpreter", &[])))
            }
            FileKind::Unknown => {
                Some((SHELL.into(), sentence("the shell (it has no #! line)", &[])))
            }
        }
    }
}

/// Returns the interpreter that a script's first line names: what is behind the `#!` and blanks, up to the next one.
fn interpreter(head: &[u8]) -> Option<PathBuf> {
    let line = head
        .strip_prefix(b"#!")?
        .split(|byte| matches!(byte, b'\n' | 0))
        .next()?;
    let name = line
        .split(|byte| matches!(byte, b' ' | b'\t'))
        .find(|word| !word.is_empty())?;
    Some(OsString::from_vec(name.to_vec()).into())
}

/// Explains why a program that exists was not found: its interpreter is missing.
fn missing(path: &Path, left: u32) -> Option<Explanation> {
    let (runs, what) = FileKind::detect(path)?.runs_by()?;
    if runs.exists() {
        return missing(&runs, left.checked_sub(1)?);
    }
    if runs.as_os_str().as_bytes().ends_with(b"\r") {
        let name = escape_for_terminal(path);
        return Some(explanation(
            "script-with-crlf",
            "the first line of %s ends in CR LF, and the CR is taken for a part of the \
             interpreter's name: `sed -i 's/\\r$//' %s` removes it",
            &[&name, &name],
        ));
    }
    let missing = sentence(
        "%s requires %s %s, which does not exist in this root",
        &[
            &escape_for_terminal(path),
            &what,
            &escape_for_terminal(&runs),
        ],
    );
    let missing = match path::dangling(&runs) {
        Some(why) => sentence("%s: %s", &[&missing, &why]),
        None => missing,
    };
    Some(Explanation::new("missing-interpreter", missing))
}

/// Explains why a program may not be run, or its interpreter.
fn forbidden(path: &Path, left: u32) -> Option<Explanation> {
    let (name, found) = (escape_for_terminal(path), path.metadata().ok()?);
    if found.is_dir() {
        return Some(explanation("not-a-program", "%s is a directory", &[&name]));
    }
    if !found.is_file() {
        return Some(explanation(
            "not-a-program",
            "%s is not a regular file",
            &[&name],
        ));
    }
    if statvfs(path).ok()?.flags().contains(FsFlags::ST_NOEXEC) {
        return Some(noexec(path));
    }
    if eaccess(path, AccessFlags::X_OK) == Err(Errno::EACCES) {
        return Some(explanation(
            "not-executable",
            "%s is not executable: `chmod a+x %s` makes it executable",
            &[&name, &name],
        ));
    }
    let (runs, _) = FileKind::detect(path)?.runs_by()?;
    explain_lookup(Errno::EACCES, &runs).or_else(|| forbidden(&runs, left.checked_sub(1)?))
}

fn noexec(path: &Path) -> Explanation {
    let name = escape_for_terminal(path);
    let point = || {
        let table = Proc::for_hint().read_file("self/mountinfo")?;
        mount_of(&table, &path.canonicalize().ok()?).map(|mount| escape_for_terminal(mount.path))
    };
    match point() {
        Some(point) => explanation(
            "noexec-mount",
            "%s is on %s, which is mounted noexec: `mount -o remount,exec %s` \
             allows programs to run there",
            &[&name, &point, &point],
        ),
        None => explanation(
            "noexec-mount",
            "%s is on a filesystem that is mounted noexec",
            &[&name],
        ),
    }
}

/// It, or something that it asks for, is for another processor.
fn foreign(path: &Path, left: u32) -> Option<Explanation> {
    let kind = FileKind::detect(path)?;
    let processors = match &kind {
        FileKind::Program(elf) => elf.foreign(),
        _ => None,
    };
    if let Some((required, present)) = processors {
        return Some(explanation(
            "foreign-architecture",
            "%s is a program for %s, and this machine is %s: register an emulator, \
             such as qemu-user, with binfmt_misc",
            &[&escape_for_terminal(path), &required, &present],
        ));
    }
    foreign(&kind.runs_by()?.0, left.checked_sub(1)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_scripts_interpreter_is_the_first_word_of_its_first_line() {
        for (head, name) in [
            (&b"#!/bin/sh\n"[..], Some("/bin/sh")),
            (b"#! \t/usr/bin/env -S a b\nx", Some("/usr/bin/env")),
            (b"#!/bin/sh\r\n", Some("/bin/sh\r")),
            (b"#!sh", Some("sh")),
            (b"#!/a\0b", Some("/a")),
            (b"#!\n/bin/sh", None),
            (b"#!", None),
            (b"# !/bin/sh", None),
            (b"", None),
        ] {
            assert_eq!(interpreter(head), name.map(PathBuf::from), "{head:?}");
        }
    }

    proptest! {
        #[test]
        fn any_script_is_answered(head in any::<Vec<u8>>()) {
            if let Some(name) = interpreter(&head) {
                prop_assert!(!name.as_os_str().is_empty());
            }
        }
    }
}
