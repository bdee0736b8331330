//! The directory that becomes the root.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use nix::unistd::{chdir, chroot};
use nscore::cli::message;
use nscore::cli::quote::Quotes;
use nscore::hint::{self, Explain};

use crate::options::Options;

/// Whether `newroot` is the root that the process already has: by its name with every symbolic link resolved, not by
/// what it is. A bind mount of `/` elsewhere is another root, and so is what cannot be resolved.
pub(crate) fn is_old_root(newroot: &OsStr) -> bool {
    fs::canonicalize(newroot).is_ok_and(|path| path == Path::new("/"))
}

/// Makes NEWROOT the root, and the working directory too unless that is to stay or to be another one inside.
///
/// # Errors
/// Those of `chroot(2)` and `chdir(2)`.
pub(crate) fn enter(options: &Options, quotes: &Quotes) -> Result<()> {
    let newroot = options.newroot.as_os_str();
    let explained = chroot(newroot).explain_for(Path::new(newroot), |errno, path| {
        hint::chroot(
            errno,
            path,
            "run this in a user namespace (runshare --map-root-user rchroot ...)",
        )
    });
    explained.with_context(|| {
        let named = quotes.shell(newroot);
        message(&[&"cannot change root directory to ", &named])
    })?;
    if !options.skip_chdir {
        // A working directory outside the root would be a way out of it.
        chdir("/").context("cannot chdir to root directory")?;
    }
    options.directory.as_deref().map_or(Ok(()), |directory| {
        let explained = chdir(directory).explain_for(Path::new(directory), hint::path);
        explained.with_context(|| {
            let named = quotes.shell(directory);
            message(&[&"cannot change directory to ", &named])
        })
    })
}
