//! Root and working directory of the program.

use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, openat};
use nix::libc::S_IFDIR;
use nix::sys::stat::Mode;
use nix::unistd::{AccessFlags, chdir, chroot, faccessat, fchdir, getcwd};
use nscore::sys::directory::status_of;
use nscore::sys::file::{move_above_stdio, open};

use crate::options::Options;
use crate::selection::Origin;
use crate::target::{Target, missing_target};

/// What was opened of both before anything is entered.
pub(crate) struct Directories {
    root: Option<OwnedFd>,
    working: Option<OwnedFd>,
    /// To be opened inside.
    inside: Option<PathBuf>,
}

impl Directories {
    /// Opens what is the target's.
    ///
    /// # Errors
    /// That there is no target; `cannot open /proc/PID/root`, `…/cwd`.
    pub(crate) fn open(options: &mut Options, target: Option<&Target>) -> Result<Directories> {
        let resolve = |source: Option<Origin>, name: &str| match source {
            None => Ok(None),
            Some(Origin::Opened(directory)) => Ok(Some(directory)),
            Some(Origin::Target) => target
                .ok_or_else(|| missing_target(name))?
                .open(name)
                .map(Some),
        };
        Ok(Directories {
            root: resolve(options.root.take(), "root")?,
            working: resolve(options.directory.take(), "cwd")?,
            inside: options.directory_inside.take(),
        })
    }

    /// Returns whether the root will be another one.
    pub(crate) fn changes_root(&self) -> bool {
        self.root.is_some()
    }

    /// Changes both. To be called inside, when every namespace is joined.
    ///
    /// # Errors
    /// Whichever step fails.
    pub(crate) fn enter(self) -> Result<()> {
        match &self.root {
            Some(root) if self.working.is_none() && self.inside.is_none() => {
                let here = open(Path::new("."), OFlag::O_PATH | OFlag::O_DIRECTORY);
                let here = here.context("cannot open current working directory")?;
                enter_root(root)?;
                stay_if_reachable(here)?;
            }
            Some(root) => enter_root(root)?,
            None => {}
        }
        if let Some(path) = &self.inside {
            let directory = open_inside(path).context("cannot open current working directory")?;
            enter_directory(directory)?;
        }
        match self.working {
            Some(directory) => enter_directory(directory),
            None => Ok(()),
        }
    }
}

/// Opens a directory in a root that may be anybody's. Opening what else may be there, a device, could do something; so
/// it is opened only to be told by `fchdir(2)`, after the kernel was asked whether it may be read, as it must.
fn open_inside(path: &Path) -> Result<OwnedFd, Errno> {
    let found = open(path, OFlag::O_PATH)?;
    if status_of(&found)?.file_type == S_IFDIR {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        return move_above_stdio(openat(&found, ".", flags, Mode::empty())?);
    }
    faccessat(AT_FDCWD, path, AccessFlags::R_OK, AtFlags::AT_EACCESS)?;
    Ok(found)
}

fn enter_root(root: &OwnedFd) -> Result<()> {
    fchdir(root.as_fd()).context("change directory by root file descriptor failed")?;
    chroot(".").context("chroot failed")?;
    chdir("/").context("cannot change directory to /")
}

fn enter_directory(directory: OwnedFd) -> Result<()> {
    fchdir(directory).context("change directory by working directory file descriptor failed")
}

/// Keeps the directory from before if there is a way to it from the new root; else the program would start outside of
/// its root, with the host's files at `..`. `getcwd(3)` fails where there is none.
fn stay_if_reachable(here: OwnedFd) -> Result<()> {
    let stayed = fchdir(here).and_then(|()| getcwd());
    match stayed {
        Ok(_) => Ok(()),
        Err(_) => chdir("/").context("cannot change directory to /"),
    }
}
