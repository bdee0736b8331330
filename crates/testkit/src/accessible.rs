//! What other users are to run, where they can reach it. Root's tests start programs as other users, and a clone below
//! `/root`, or in a directory that `mktemp -d` has made, is closed to them: there they get a copy.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::ops::Deref;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::{env, fmt, fs};

use nix::unistd::{geteuid, mkdtemp};

use crate::sys;

/// Names the directory of the copies to a test binary that another one starts, perhaps as a user who could not make
/// them.
pub const PROGRAMS: &str = "NSUTILS_PROGRAMS";

/// A program that cargo has built for a test, `Program::built(env!("CARGO_BIN_EXE_runshare"))`: used as a path, it is
/// one that every user can reach.
#[derive(Clone, Copy)]
pub struct Program {
    built: &'static str,
}

impl Program {
    /// The program at this path.
    #[must_use]
    pub const fn built(path: &'static str) -> Self {
        Self { built: path }
    }

    /// Returns where every user can reach it.
    ///
    /// # Panics
    /// If it cannot be copied.
    #[must_use]
    pub fn path(self) -> &'static Path {
        accessible_copy(Path::new(self.built))
    }
}

impl Deref for Program {
    type Target = str;

    fn deref(&self) -> &str {
        self.path().to_str().expect("the path of a build is UTF-8")
    }
}

impl AsRef<Path> for Program {
    fn as_ref(&self) -> &Path {
        self.path()
    }
}

impl AsRef<OsStr> for Program {
    fn as_ref(&self) -> &OsStr {
        self.path().as_os_str()
    }
}

impl From<Program> for PathBuf {
    fn from(program: Program) -> Self {
        program.path().to_owned()
    }
}

impl From<Program> for OsString {
    fn from(program: Program) -> Self {
        program.path().into()
    }
}

impl fmt::Display for Program {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self)
    }
}

/// The program at this path, or a copy of it, where every user can reach it.
///
/// # Panics
/// If it cannot be copied.
#[must_use]
pub fn accessible_copy(program: &Path) -> &'static Path {
    static KNOWN: Mutex<Option<HashMap<PathBuf, &'static Path>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some(path) = known.get(program) {
        return path;
    }
    let path: &'static Path = Box::leak(find_or_copy(program).into_boxed_path());
    known.insert(program.to_owned(), path);
    path
}

fn find_or_copy(program: &Path) -> PathBuf {
    let name = program.file_name().expect("a program has a name");
    if let Some(dir) = env::var_os(PROGRAMS) {
        let copy = Path::new(&dir).join(name);
        if copy.exists() {
            return copy;
        }
    }
    if !geteuid().is_root() || is_open_to_all(program) {
        return program.to_owned();
    }
    let copy = copies().join(name);
    fs::copy(program, &copy).unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).expect("it was made here");
    crate::wait_for_writers(&copy);
    copy
}

/// The directory of this process's copies, which goes when the process exits.
fn copies() -> &'static Path {
    static COPIES: OnceLock<PathBuf> = OnceLock::new();
    COPIES.get_or_init(|| {
        let template = temporary_directory().join("nsutils-programs-XXXXXX");
        let made = mkdtemp(&template)
            .unwrap_or_else(|errno| panic!("mkdtemp {}: {errno}", template.display()));
        fs::set_permissions(&made, fs::Permissions::from_mode(0o755)).expect("it was made here");
        sys::at_exit(|| {
            // A child of ours that exits has no part in it.
            if let Some(dir) = COPIES.get().filter(|_| is_maker()) {
                let _ = fs::remove_dir_all(dir);
            }
        });
        is_maker();
        made
    })
}

/// Returns whether this process is the one that has asked first.
fn is_maker() -> bool {
    static MAKER: OnceLock<u32> = OnceLock::new();
    *MAKER.get_or_init(std::process::id) == std::process::id()
}

/// Returns whether every directory on the way to `path` lets every user pass.
#[must_use]
pub fn is_open_to_all(path: &Path) -> bool {
    let mut ancestors = path.ancestors().skip(1);
    ancestors.all(|dir| dir.metadata().is_ok_and(|dir| dir.mode() & 0o001 != 0))
}

/// The directory for temporary files; for root one that other users can reach, whatever `$TMPDIR` says.
#[must_use]
pub fn temporary_directory() -> PathBuf {
    let dir = env::temp_dir();
    match geteuid().is_root() && !is_open_to_all(&dir.join("any")) {
        true => "/tmp".into(),
        false => dir,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::{accessible_copy, is_open_to_all};
    use crate::{Scratch, Tool, require};

    #[test]
    fn what_stands_in_a_closed_directory_is_not_open_to_all() {
        let scratch = Scratch::new();
        let program = scratch.dir("closed/inner").join("program");
        assert!(is_open_to_all(&program));
        let closed = scratch.path().join("closed");
        fs::set_permissions(closed, fs::Permissions::from_mode(0o700)).expect("it is ours");
        assert!(!is_open_to_all(&program));
    }

    #[test]
    fn another_user_runs_a_program_of_a_closed_directory() {
        if !require::root() {
            return;
        }
        let scratch = Scratch::new();
        let closed = scratch.dir("closed");
        let program = closed.join("program-of-a-closed-directory");
        fs::copy("/bin/true", &program).expect("it can be read");
        fs::set_permissions(closed, fs::Permissions::from_mode(0o700)).expect("it is ours");
        let copy = accessible_copy(&program);
        assert_ne!(copy, program);
        assert_eq!(accessible_copy(&program), copy);
        Tool::new(copy).as_user(1001, 1001, &[]).run().ok();
    }

    #[test]
    fn what_everybody_can_reach_is_not_copied() {
        assert_eq!(
            accessible_copy(Path::new("/bin/true")),
            Path::new("/bin/true")
        );
    }
}
