//! A directory of a test's own, gone at its end with all that the test put or mounted there, even if it fails.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::unistd::mkdtemp;

use crate::accessible::temporary_directory;
use crate::mounts;
use crate::writers::wait_for_writers;

/// A directory in the system's temporary one, named `nsutils-…` and open to every user.
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Makes one.
    ///
    /// # Panics
    /// If that cannot be done.
    #[must_use]
    pub fn new() -> Self {
        let template = temporary_directory().join("nsutils-XXXXXX");
        let made = mkdtemp(&template)
            .unwrap_or_else(|errno| panic!("mkdtemp {}: {errno}", template.display()));
        // As mountinfo will name it: the temporary directory may be a symbolic link.
        let scratch = Self {
            path: made.canonicalize().expect("it has just been made"),
        };
        chmod(&scratch.path, 0o755);
        scratch
    }

    /// Makes one in which every user may make files, as in /tmp.
    ///
    /// # Panics
    /// If that cannot be done.
    #[must_use]
    pub fn shared() -> Self {
        let scratch = Self::new();
        chmod(&scratch.path, 0o1777);
        scratch
    }

    /// Returns where it is, with no symbolic link on the way.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file in it, readable by every user, and returns its path.
    pub fn file(&self, name: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path.join(name);
        fs::write(&path, contents).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        chmod(&path, 0o644);
        wait_for_writers(&path);
        path
    }

    /// Writes a program in it, which every user can run, and returns its path.
    pub fn program(&self, name: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name, contents);
        chmod(&path, 0o755);
        path
    }

    /// Makes a directory in it, and those on the way, open to every user, and returns its path.
    pub fn dir(&self, name: impl AsRef<Path>) -> PathBuf {
        let path = self.path.join(name);
        fs::create_dir_all(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path.ancestors()
            .take_while(|dir| *dir != self.path)
            .for_each(|dir| chmod(dir, 0o755));
        path
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        mounts::detach_below(&self.path);
        if fs::remove_dir_all(&self.path).is_err() {
            open_up(&self.path);
            // What is left now belongs to another user; no error could be told while a panic is under way.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// Sets a mode whatever the umask.
fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// Lets us, an ordinary user, into the directories that a test has closed to see a tool refused.
fn open_up(dir: &Path) {
    let _ = fs::set_permissions(dir, Permissions::from_mode(0o700));
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_up(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use nix::mount::{MsFlags, mount};

    use super::{Scratch, chmod};
    use crate::require;

    #[test]
    fn goes_away_with_the_test_even_if_it_panics() {
        let place = catch_unwind(|| {
            let scratch = Scratch::new();
            scratch.file("kept", "by no one");
            std::panic::panic_any(scratch.path().to_owned());
        });
        let path = *place
            .expect_err("it panics")
            .downcast::<std::path::PathBuf>()
            .expect("with a path");
        assert!(!path.exists());
    }

    #[test]
    fn goes_away_with_a_directory_closed_to_its_owner() {
        let scratch = Scratch::new();
        let path = scratch.path().to_owned();
        scratch.dir("a/b");
        chmod(&path.join("a"), 0);
        drop(scratch);
        assert!(!path.exists());
    }

    #[test]
    fn goes_away_with_what_is_mounted_below() {
        if !require::root() {
            return;
        }
        let scratch = Scratch::new();
        let path = scratch.path().to_owned();
        for below in ["a b", "a b/c"] {
            let point = scratch.dir(below);
            let tmpfs = Some("tmpfs");
            mount(tmpfs, &point, tmpfs, MsFlags::empty(), None::<&str>)
                .expect("root may mount a tmpfs");
        }
        drop(scratch);
        assert!(!path.exists());
        let table = std::fs::read_to_string("/proc/self/mountinfo").expect("it is always there");
        assert!(!table.contains(path.to_str().expect("it is plain")));
    }
}
