//! `--changes`: what differs in the directory of `--overlay` from the root below, as overlayfs has marked it,
//! <https://docs.kernel.org/filesystems/overlayfs.html>.
//!
//! | in the upper layer | means |
//! |---|---|
//! | a device 0:0, or an empty file with the attribute `whiteout` | it was deleted |
//! | a directory with the attribute `opaque` | it was deleted and made anew, or renamed |
//! | the attribute `origin` | it was copied, to be changed; a directory, also because something in it was |
//! | anything else | it was added |
//!
//! The attributes are of the class `trusted` or, in a user namespace, `user`, which links and devices cannot have: a
//! link that was changed there is listed as added.

use std::ffi::{CStr, CString, OsStr};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc::{S_IFCHR, S_IFDIR, S_IFREG};
use nix::sys::stat::fstat;
use nix::unistd::geteuid;

use super::overlay_dir::{MOUNTS, UPPER, unescape_path};
use crate::escape::printable;
use crate::hint::{self, Explanation, WithHint, explanation};
use crate::message::{Message, sentence};
use crate::ns_type::NsType;
use crate::procfs::Proc;
use crate::safe_open::open_path;
use crate::sys::directory::{Directory, FileStatus, status_of};
use crate::sys::file::{fd_path, open};
use crate::sys::xattr::attribute;

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChangeKind {
    /// It is new.
    Added,
    /// It was changed, or something in it.
    Changed,
    /// It was deleted and made anew.
    Replaced,
    /// It is gone.
    Deleted,
}

impl ChangeKind {
    /// The word in the list.
    fn name(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Changed => "changed",
            ChangeKind::Replaced => "replaced",
            ChangeKind::Deleted => "deleted",
        }
    }
}

/// A file that differs from the one below.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    /// Its path in the root.
    path: PathBuf,
    kind: ChangeKind,
}

/// The differences, in the order of their paths.
#[derive(Debug, Default)]
pub struct Changes(Vec<Change>);

impl Changes {
    /// Reads what the directory of `--overlay` holds.
    ///
    /// # Errors
    /// `cannot open DIR`, `cannot read PATH`.
    pub fn read_directory(directory: &Path) -> Result<Changes> {
        let opened = open(directory, OFlag::O_PATH | OFlag::O_DIRECTORY);
        let opened = opened
            .with_hint_for(directory, hint::explain_path)
            .with_context(|| sentence("cannot open %s", &[&directory]))?;
        let (attributes, mut changes) = (Attributes::of_caller(), Changes::default());
        let shown = directory.join("upper");
        if let Some(layer) = open_layer(&opened, UPPER, &shown)? {
            changes.read_layer(&layer, attributes, &shown, Path::new("/"))?;
        }
        let mounts = directory.join("mounts");
        if let Some(parent) = open_layer(&opened, MOUNTS, &mounts)? {
            for name in names(&parent, &mounts)? {
                let shown = mounts.join(OsStr::from_bytes(name.to_bytes()));
                if let Some(layer) = open_layer(&parent, &name, &shown)? {
                    changes.read_layer(&layer, attributes, &shown, &unescape_path(&name))?;
                }
            }
        }
        changes.0.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(changes)
    }

    /// Reads a directory of a layer, which is `shown` in messages and is `path` in the root. Returns whether it has
    /// entries.
    fn read_layer(
        &mut self,
        layer: &OwnedFd,
        attributes: &Attributes,
        shown: &Path,
        path: &Path,
    ) -> Result<bool> {
        if path.components().count() > DEEPEST {
            return Err(Errno::ENAMETOOLONG).with_context(|| cannot_read(shown));
        }
        let entries = names(layer, shown)?;
        let has_entries = !entries.is_empty();
        for name in entries {
            let entry = OsStr::from_bytes(name.to_bytes());
            let (shown, path) = (shown.join(entry), path.join(entry));
            let file = match open_path(layer, &name, OFlag::O_NOFOLLOW) {
                // It has gone meanwhile.
                Err(Errno::ENOENT) => continue,
                opened => opened.with_context(|| cannot_read(&shown))?,
            };
            let read = classify(&file, attributes);
            let (kind, is_marked, status) = read.with_context(|| cannot_read(&shown))?;
            let is_directory = status.file_type == S_IFDIR;
            let is_filled = is_directory && self.read_layer(&file, attributes, &shown, &path)?;
            // A directory that was made to be a layer, and in which nothing was changed, is no change.
            if is_directory && !is_filled && is_marked {
                continue;
            }
            self.0.push(Change { path, kind });
        }
        Ok(has_entries)
    }

    /// The word for each change, and its path in the root.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let changes = self.0.iter();
        changes.map(|change| (change.kind.name(), change.path.as_path()))
    }
}

/// How deep a tree may be: as deep as the longest path, `PATH_MAX`, with names of one letter.
const DEEPEST: usize = 2048;

/// Opens a directory of the layers; `None` if it is not there.
fn open_layer(parent: &OwnedFd, name: &CStr, shown: &Path) -> Result<Option<OwnedFd>> {
    match open_path(parent, name, OFlag::O_NOFOLLOW | OFlag::O_DIRECTORY) {
        Err(Errno::ENOENT) => Ok(None),
        opened => opened
            .map(Some)
            .with_hint(explain_unreadable)
            .with_context(|| cannot_read(shown)),
    }
}

/// The names in a directory; none if it has been removed meanwhile.
fn names(directory: &OwnedFd, shown: &Path) -> Result<Vec<CString>> {
    let read = || -> Result<Vec<CString>, Errno> {
        Directory::from(open(&fd_path(directory), OFlag::O_RDONLY)?).names()
    };
    match read() {
        Err(Errno::ENOENT) => Ok(Vec::new()),
        read => read
            .with_hint(explain_unreadable)
            .with_context(|| cannot_read(shown)),
    }
}

fn cannot_read(path: &Path) -> Message {
    // Names in it are the choice of whoever was root in the overlay.
    sentence("cannot read %s", &[&printable(path.as_os_str())])
}

fn explain_unreadable(errno: Errno) -> Option<Explanation> {
    (errno == Errno::EACCES).then(|| {
        explanation(
            "unmapped-owner",
            "it belongs to another ID: give runshare the options with which it was \
             written, such as --map-root-user --map-auto, beside --changes",
            &[],
        )
    })
}

/// What became of a file, and whether it has the mark of a directory that was made to be a layer.
fn classify(
    file: &OwnedFd,
    attributes: &Attributes,
) -> Result<(ChangeKind, bool, FileStatus), Errno> {
    let status = status_of(file)?;
    let is_device_0 = status.file_type == S_IFCHR && fstat(file)?.st_rdev == 0;
    let is_empty = status.file_type == S_IFREG && status.size == 0;
    if is_device_0 || is_empty && read_attribute(file, attributes.whiteout)?.is_some() {
        return Ok((ChangeKind::Deleted, false, status));
    }
    let opaque = read_attribute(file, attributes.opaque)?;
    if status.file_type == S_IFDIR && opaque.as_deref() == Some(b"y") {
        return Ok((ChangeKind::Replaced, false, status));
    }
    Ok(match read_attribute(file, attributes.origin)? {
        Some(origin) => (ChangeKind::Changed, origin.is_empty(), status),
        None => (ChangeKind::Added, false, status),
    })
}

fn read_attribute(file: &OwnedFd, name: &CStr) -> Result<Option<Vec<u8>>, Errno> {
    let mut buffer = [0; 256];
    let value = attribute(&fd_path(file), name, &mut buffer)?;
    Ok(value.map(<[u8]>::to_vec))
}

/// The names of overlayfs's attributes, which are of one class.
pub(super) struct Attributes {
    whiteout: &'static CStr,
    opaque: &'static CStr,
    pub(super) origin: &'static CStr,
}

pub(super) const TRUSTED: Attributes = Attributes {
    whiteout: c"trusted.overlay.whiteout",
    opaque: c"trusted.overlay.opaque",
    origin: c"trusted.overlay.origin",
};

pub(super) const USER: Attributes = Attributes {
    whiteout: c"user.overlay.whiteout",
    opaque: c"user.overlay.opaque",
    origin: c"user.overlay.origin",
};

impl Attributes {
    /// Those of the class `user` are no layer's of root's: the programs in the overlay may have set them.
    fn of_caller() -> &'static Attributes {
        let is_root = geteuid().is_root() && Proc::mounted().is_initial(NsType::User) == Some(true);
        if is_root { &TRUSTED } else { &USER }
    }
}
