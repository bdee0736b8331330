//! A directory of persistent namespaces, as `runshare --persist` makes it: one file for each, called as in
//! /proc/PID/ns, which is such a directory too. There is no process, so nothing but namespaces can come from it.

use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Context, Error, Result, bail};
use nix::errno::Errno;
use nix::libc::S_IFREG;
use nscore::cli::sentence;
use nscore::hint::{Explanation, Hint, escape_for_terminal, explanation};
use nscore::namespace_dir::NamespaceDir;
use nscore::ns_type::NsType;

use crate::ownership::{is_same_file, own_namespace};
use crate::selection::{Origin, Selection};

/// Selects from the directory: all that are there if no type is selected, or all are.
///
/// # Errors
/// That a type which was asked for is not there, or nothing is.
pub(super) fn apply(dir: &NamespaceDir, selection: &mut Selection) -> Result<()> {
    let asked: Vec<NsType> = selection.selected_from_target().collect();
    if !selection.selects_none() && !selection.all {
        for ns_type in asked {
            selection.select(ns_type, Origin::Opened(open_namespace(dir, ns_type)?));
        }
        return Ok(());
    }
    let mut is_any_there = false;
    for ns_type in NsType::ALL {
        let is_asked = asked.contains(&ns_type);
        if selection.selects(ns_type) && !is_asked {
            // A file of its own was named for it.
            continue;
        }
        match open_namespace(dir, ns_type) {
            // Nobody can enter the user namespace that they are in.
            Ok(file) if !is_asked && is_own_user(ns_type, &file) => is_any_there = true,
            Ok(file) => {
                is_any_there = true;
                selection.select(ns_type, Origin::Opened(file));
            }
            Err(error) if is_missing(&error) && !is_asked => {}
            Err(error) => return Err(error),
        }
    }
    if !is_any_there {
        bail!(sentence(
            "there is no persistent namespace in %s",
            &[&dir.path()]
        ));
    }
    selection.all = false;
    Ok(())
}

/// Opens the namespace of this type.
///
/// # Errors
/// `cannot open DIR/TYPE`; that no namespace is mounted there.
fn open_namespace(dir: &NamespaceDir, ns_type: NsType) -> Result<OwnedFd> {
    let path = dir.file_path(ns_type);
    let opened = dir.namespace(ns_type);
    if let Some(file) = opened.with_context(|| sentence("cannot open %s", &[&path]))? {
        return Ok(file);
    }
    let error = Error::new(sentence("there is no persistent namespace in %s", &[&path]));
    Err(error.context(Hint::new(move || left_over(&path))))
}

fn is_missing(error: &Error) -> bool {
    error.downcast_ref() == Some(&Errno::ENOENT)
}

fn is_own_user(ns_type: NsType, file: &OwnedFd) -> bool {
    ns_type == NsType::User && own_namespace(ns_type).is_some_and(|own| is_same_file(&own, file))
}

/// The file upon which `--persist` mounts a namespace is empty and has no permissions; the mount goes when the machine
/// is restarted.
fn left_over(path: &Path) -> Option<Explanation> {
    let found = path.symlink_metadata().ok()?;
    (found.mode() == S_IFREG && found.len() == 0).then(|| {
        let (file, directory) = (
            escape_for_terminal(path),
            path.parent().map(escape_for_terminal).unwrap_or_default(),
        );
        explanation(
            "namespace-not-mounted",
            "no namespace is mounted on %s, as after a restart, which no namespace survives: \
             remove what is left with `runshare --unpersist %s`",
            &[&file, &directory],
        )
    })
}
