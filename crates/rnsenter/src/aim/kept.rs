//! A directory of kept namespaces, as `runshare --persist` makes it: one file for each, called as in /proc/PID/ns, which
//! is such a directory too. There is no process, so nothing but namespaces can come from it.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, bail};
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::libc::S_IFREG;
use nix::sys::stat::Mode;
use nscore::cli::message;
use nscore::hint::{Hint, shown};
use nscore::namespace::Namespace;
use nscore::sys::file::{above_standard, open};

use crate::options::{Options, Source};
use crate::standing::{is_namespace, is_same, own};

/// The directory, open.
#[derive(Debug)]
pub(crate) struct Kept {
    path: PathBuf,
    directory: OwnedFd,
}

impl Kept {
    /// Opens it.
    ///
    /// # Errors
    /// Those of `open(2)`; ENOTDIR for what is none.
    pub(super) fn open(path: &OsStr) -> Result<Kept, Errno> {
        let path = PathBuf::from(path);
        let directory = open(&path, OFlag::O_PATH | OFlag::O_DIRECTORY)?;
        Ok(Kept { path, directory })
    }

    /// All that are there if no type is chosen, or all are.
    pub(super) fn settle(self, options: &mut Options) -> Result<()> {
        if !options.chooses_none() && !options.all {
            let chosen: Vec<Namespace> = options.chosen_of_target().collect();
            for of in chosen {
                let file = self.file(of)?;
                options.enter(of, Source::Opened(file));
            }
            return Ok(());
        }
        let asked: Vec<Namespace> = options.chosen_of_target().collect();
        let mut any = false;
        for of in Namespace::ALL {
            if options.enters(of) && !asked.contains(&of) {
                // A file of its own was named for it.
                continue;
            }
            match self.file(of) {
                // Nobody can enter the user namespace that they are in.
                Ok(file) if !asked.contains(&of) && is_own_user(of, &file) => any = true,
                Ok(file) => {
                    any = true;
                    options.enter(of, Source::Opened(file));
                }
                Err(error) if is_missing(&error) && !asked.contains(&of) => {}
                Err(error) => return Err(error),
            }
        }
        if !any {
            bail!(message(&[&"no namespace is kept in ", &self.path]));
        }
        options.all = false;
        Ok(())
    }

    /// The namespace of this type.
    ///
    /// # Errors
    /// `cannot open DIR/TYPE`; that no namespace is mounted there.
    fn file(&self, of: Namespace) -> Result<OwnedFd> {
        let path = self.path.join(of.file());
        let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let opened = openat(&self.directory, of.file(), flags, Mode::empty());
        let file = opened
            .and_then(above_standard)
            .with_context(|| message(&[&"cannot open ", &path]))?;
        if is_namespace(&file) {
            return Ok(file);
        }
        let error = Error::new(message(&[&"no namespace is kept in ", &path]));
        Err(error.context(Hint::new(move || left_over(&path))))
    }
}

fn is_missing(error: &Error) -> bool {
    error.downcast_ref() == Some(&Errno::ENOENT)
}

fn is_own_user(of: Namespace, file: &OwnedFd) -> bool {
    of == Namespace::User && own(of).is_some_and(|own| is_same(&own, file))
}

/// The file upon which `--persist` mounts a namespace is empty and has no permissions; the mount goes when the machine is
/// restarted.
fn left_over(path: &Path) -> Option<String> {
    let found = path.symlink_metadata().ok()?;
    (found.mode() == S_IFREG && found.len() == 0).then(|| {
        let (file, directory) = (shown(path), path.parent().map(shown).unwrap_or_default());
        format!(
            "nothing is mounted on the file {file}, as after a restart, which no namespace outlives: `runshare \
             --unpersist {directory}` takes what is left away"
        )
    })
}
