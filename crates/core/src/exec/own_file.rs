//! This tool's own file, which another root must not have the kernel run, CVE-2019-5736.
//!
//! `/proc/self/exe` leads to the tool's own file until the program runs. A container whose shell is a script that
//! begins with `#!/proc/self/exe` has the kernel run that file with the container's libraries, and whoever may write to
//! it can then overwrite it. So the way to the program, and to the interpreter of each script, is walked before: where
//! it goes through a link of /proc (a magic link, `openat2(2)`) and ends at our own file, the program is not run. Our
//! own file reached by an ordinary path is a program like any other.
//!
//! Not covered: a file that is exchanged between this and exec, a script that may be run but not read, interpreters of
//! `binfmt_misc`, and kernels or sandboxes without `openat2`, before Linux 5.6.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, OpenHow, ResolveFlag, openat2};
use nix::libc::S_IFREG;
use nix::sys::statvfs::{FsFlags, fstatvfs};
use nix::unistd::{AccessFlags, faccessat};

use crate::regular_file::open_regular;
use crate::search_path::candidates;
use crate::self_fds::SAFE_FLAGS;
use crate::sys::directory::{FileStatus, status_of};
use crate::sys::file::{move_above_stdio, open};

/// How much of a file the kernel looks at for `#!` and the name behind it.
const HEAD: u64 = 256;

/// The kernel follows at most five interpreters, `execve(2)`; one more is no harm.
const MOST_INTERPRETERS: usize = 6;

/// What a file is run by that has no format of its own.
pub(super) const SCRIPT_SHELL: &str = "/bin/sh";

/// The owner of a file whose real owner has no id in the user namespace: the default of kernel.overflowuid.
const OVERFLOW_UID: u32 = 65534;

/// The file that this tool was started from.
#[derive(Debug)]
pub struct OwnFile {
    file: OwnedFd,
    status: FileStatus,
}

/// How a program is found by the call that runs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Search {
    /// `execvp(3)`: along PATH, and `/bin/sh` for what has no format of its own.
    Path,
    /// `execv(3)`: it is a path.
    None,
}

/// What is known of a way to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route {
    /// There is something that the kernel runs.
    Runs,
    /// There is something without a format that is known.
    NoFormat,
    /// There is nothing, or nothing that may be run: a search continues.
    Nothing,
    /// It leads to our own file by a link of /proc.
    Own,
}

impl OwnFile {
    /// Holds it. Call it before another root or mount namespace is entered. `None` where no /proc shows it.
    pub fn hold() -> Option<OwnFile> {
        let file = open(Path::new("/proc/self/exe"), OFlag::O_PATH).ok()?;
        let status = status_of(&file).ok()?;
        Some(OwnFile { file, status })
    }

    /// Returns whether running `program` would run this file by a link of /proc where somebody may write to it.
    pub(super) fn is_run_by(&self, program: &OsStr, search: Search) -> bool {
        let leads_here = match search {
            Search::None => self.route(Path::new(program)) == Route::Own,
            Search::Path if program.as_bytes().contains(&b'/') => {
                self.with_shell(self.route(Path::new(program))) == Route::Own
            }
            Search::Path => self.found_in_path(program) == Route::Own,
        };
        leads_here && self.is_writable()
    }

    /// Returns whether anybody in this user namespace may write to it: root there can become any of its users. An owner
    /// whom the kernel now shows as the overflow ID, and did not before, is not one of them.
    fn is_writable(&self) -> bool {
        let read_only =
            |found: nix::sys::statvfs::Statvfs| found.flags().contains(FsFlags::ST_RDONLY);
        if fstatvfs(&self.file).is_ok_and(read_only) {
            return false;
        }
        let Ok(now) = status_of(&self.file) else {
            return true;
        };
        let has_owner = now.uid != OVERFLOW_UID || self.status.uid == OVERFLOW_UID;
        has_owner || now.permissions & 0o022 != 0
    }

    fn is(&self, status: &FileStatus) -> bool {
        status.is_same_file(&self.status)
    }

    /// Returns the first that `execvp(3)` would not pass over.
    fn found_in_path(&self, program: &OsStr) -> Route {
        for candidate in candidates(program) {
            match self.route(&candidate) {
                Route::Nothing => {}
                way => return self.with_shell(way),
            }
        }
        Route::Nothing
    }

    fn with_shell(&self, way: Route) -> Route {
        match way {
            Route::NoFormat => self.route(Path::new(SCRIPT_SHELL)),
            way => way,
        }
    }

    /// Goes from a file to its interpreter, and on to that one's.
    fn route(&self, program: &Path) -> Route {
        let mut next = PathBuf::from(program);
        for _ in 0..=MOST_INTERPRETERS {
            let found = match resolve(&next, ResolveFlag::RESOLVE_NO_MAGICLINKS) {
                Err(Errno::ELOOP) => match self.behind_links(&next) {
                    Ok(true) => return Route::Own,
                    Ok(false) => resolve(&next, ResolveFlag::empty()),
                    Err(errno) => Err(errno),
                },
                found => found,
            };
            let Ok(found) = found else {
                return Route::Nothing;
            };
            if !is_executable(&found, &next) {
                return Route::Nothing;
            }
            let Some(head) = head_of(&next) else {
                return Route::Runs;
            };
            match interpreter(&head) {
                Some(interpreter) => next = interpreter.into(),
                None if head.starts_with(b"\x7fELF") => return Route::Runs,
                None => return Route::NoFormat,
            }
        }
        Route::Nothing
    }

    fn behind_links(&self, path: &Path) -> Result<bool, Errno> {
        let found = resolve(path, ResolveFlag::empty())?;
        Ok(self.is(&status_of(&found)?))
    }
}

fn resolve(path: &Path, flags: ResolveFlag) -> Result<OwnedFd, Errno> {
    let how = OpenHow::new()
        .flags(OFlag::O_PATH | OFlag::O_CLOEXEC)
        .resolve(flags);
    move_above_stdio(openat2(AT_FDCWD, path, how)?)
}

fn is_executable(found: &OwnedFd, path: &Path) -> bool {
    let is_regular = status_of(found).is_ok_and(|status| status.file_type == S_IFREG);
    is_regular && faccessat(AT_FDCWD, path, AccessFlags::X_OK, AtFlags::AT_EACCESS).is_ok()
}

/// Returns the beginning of a regular file; `None` if it may not be read.
fn head_of(path: &Path) -> Option<Vec<u8>> {
    // `open_regular` requires a /proc, which a container could leave out to keep a script from being read.
    let by_name = |_| open(path, OFlag::O_RDONLY | SAFE_FLAGS).map(File::from);
    let file = open_regular(path).or_else(by_name).ok()?;
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head).ok()?;
    Some(head)
}

/// Returns the interpreter that the first line of a script names, `execve(2)`.
fn interpreter(head: &[u8]) -> Option<OsString> {
    let line = head.strip_prefix(b"#!")?;
    let line = line.split(|byte| *byte == b'\n').next()?;
    let is_end = |byte: &u8| matches!(byte, b' ' | b'\t' | 0);
    let start = line.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
    let name = line[start..].split(is_end).next()?;
    (!name.is_empty()).then(|| OsStr::from_bytes(name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interpreter_is_what_the_kernel_takes_for_it() {
        let named = |head: &[u8]| interpreter(head).map(|name| name.to_string_lossy().into_owned());
        let cases: [(&[u8], Option<&str>); 7] = [
            (b"#!/bin/sh\n", Some("/bin/sh")),
            (b"#! \t/proc/self/exe -x\necho", Some("/proc/self/exe")),
            (b"#!/bin/sh", Some("/bin/sh")),
            (b"#!a\0b\n", Some("a")),
            (b"#!\n/bin/sh", None),
            (b"#!  \n", None),
            (b"\x7fELF", None),
        ];
        for (head, expected) in cases {
            assert_eq!(named(head).as_deref(), expected, "{head:?}");
        }
    }

    #[test]
    fn our_own_file_is_refused_by_a_link_of_proc_and_not_by_its_path() {
        let own = OwnFile::hold().expect("there is a /proc");
        let path = std::env::current_exe().expect("a test knows its program");
        assert_eq!(own.route(Path::new("/proc/self/exe")), Route::Own);
        assert_eq!(own.route(Path::new("/proc/thread-self/exe")), Route::Own);
        assert_eq!(own.route(&path), Route::Runs);
        assert_eq!(own.route(Path::new("/bin/sh")), Route::Runs);
        assert_eq!(own.route(Path::new("/no/such/file")), Route::Nothing);
        assert_eq!(own.route(Path::new("/etc/passwd")), Route::Nothing);
        assert!(!own.is_run_by(OsStr::new("sh"), Search::Path));
    }
}
