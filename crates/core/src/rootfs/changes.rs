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
use std::os::fd::{AsFd, OwnedFd};
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
use crate::hint::{self, WithHint};
use crate::message::sentence;
use crate::ns_type::NsType;
use crate::procfs::Proc;
use crate::safe_open::open_path;
use crate::sys::directory::{Directory, EntryBuffer, Status, status_of};
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
    pub fn read(directory: &Path) -> Result<Changes> {
        let opened = open(directory, OFlag::O_PATH | OFlag::O_DIRECTORY);
        let opened = opened
            .with_hint_for(directory, hint::explain_path)
            .with_context(|| sentence("cannot open %s", &[&directory]))?;
        let mut changes = Changes::default();
        let layer = directory.join("upper");
        changes.read_layer(&opened, UPPER, &layer, Path::new("/"))?;
        let mounts = directory.join("mounts");
        for name in names(&opened, MOUNTS, &mounts)? {
            let parent = open_path(&opened, MOUNTS, OFlag::O_NOFOLLOW | OFlag::O_DIRECTORY)?;
            let layer = mounts.join(OsStr::from_bytes(name.to_bytes()));
            changes.read_layer(&parent, &name, &layer, &unescape_path(&name))?;
        }
        changes.0.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(changes)
    }

    /// Reads the directory `name`, which is `shown` in messages and is `path` in the root.
    fn read_layer(
        &mut self,
        parent: impl AsFd,
        name: &CStr,
        shown: &Path,
        path: &Path,
    ) -> Result<bool> {
        let entries = names(&parent, name, shown)?;
        if entries.is_empty() {
            return Ok(false);
        }
        let directory = open_path(parent, name, OFlag::O_NOFOLLOW | OFlag::O_DIRECTORY)?;
        for name in entries {
            let entry = OsStr::from_bytes(name.to_bytes());
            let (shown, path) = (shown.join(entry), path.join(entry));
            let file = match open_path(&directory, &name, OFlag::O_NOFOLLOW) {
                // It has gone meanwhile.
                Err(Errno::ENOENT) => continue,
                opened => opened.with_context(|| cannot_read(&shown))?,
            };
            let read = classify(&file);
            let (kind, is_marked, status) = read.with_context(|| cannot_read(&shown))?;
            let is_directory = status.file_type == S_IFDIR;
            let place = self.0.len();
            let has_entries = is_directory && self.read_layer(&directory, &name, &shown, &path)?;
            // A directory that was made to be a layer, and in which nothing was changed, is no change.
            if is_directory && !has_entries && is_marked {
                continue;
            }
            self.0.insert(place, Change { path, kind });
        }
        Ok(true)
    }

    /// The list: JSON, in which `write_string` adds a word between quotes, or one change on a line.
    pub fn format(&self, is_json: bool, write_string: fn(&mut Vec<u8>, &[u8])) -> Vec<u8> {
        match is_json {
            true => self.to_json(write_string),
            false => self.to_text(),
        }
    }

    fn to_text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for change in &self.0 {
            let path = printable(change.path.as_os_str());
            text.extend(format!("{:<8} ", change.kind.name()).into_bytes());
            text.extend(path.as_bytes());
            text.push(b'\n');
        }
        text
    }

    fn to_json(&self, write_string: fn(&mut Vec<u8>, &[u8])) -> Vec<u8> {
        let mut json = b"{\"changes\":[".to_vec();
        for (index, change) in self.0.iter().enumerate() {
            json.extend(if index == 0 { "\n   " } else { ",\n   " }.bytes());
            json.extend(b"{\"change\":");
            write_string(&mut json, change.kind.name().as_bytes());
            json.extend(b", \"path\":");
            write_string(&mut json, change.path.as_os_str().as_bytes());
            json.push(b'}');
        }
        json.extend(b"\n]}\n");
        json
    }
}

/// The names in a directory; none if it is not there.
fn names(parent: impl AsFd, name: &CStr, shown: &Path) -> Result<Vec<CString>> {
    let read = || -> Result<Vec<CString>, Errno> {
        let found = open_path(&parent, name, OFlag::O_NOFOLLOW | OFlag::O_DIRECTORY)?;
        let directory = Directory::from(open(&fd_path(&found), OFlag::O_RDONLY)?);
        let mut names = Vec::new();
        directory.entries(&mut EntryBuffer::default(), |name| {
            names.push(name.to_owned());
        })?;
        Ok(names)
    };
    match read() {
        Err(Errno::ENOENT) => Ok(Vec::new()),
        read => read
            .with_hint(explain_unreadable)
            .with_context(|| cannot_read(shown)),
    }
}

fn cannot_read(path: &Path) -> crate::message::Message {
    sentence("cannot read %s", &[&path])
}

fn explain_unreadable(errno: Errno) -> Option<String> {
    (errno == Errno::EACCES).then(|| {
        "it belongs to another ID: give runshare the options with which it was written, such as \
         --map-root-user --map-auto, beside --changes"
            .to_owned()
    })
}

/// What became of a file, and whether it has the mark of a directory that was made to be a layer.
fn classify(file: &OwnedFd) -> Result<(ChangeKind, bool, Status), Errno> {
    let status = status_of(file)?;
    let is_device_0 = status.file_type == S_IFCHR && fstat(file)?.st_rdev == 0;
    let is_empty = status.file_type == S_IFREG && status.size == 0;
    if is_device_0 || is_empty && overlay_attribute(file, "whiteout")?.is_some() {
        return Ok((ChangeKind::Deleted, false, status));
    }
    let opaque = overlay_attribute(file, "opaque")?;
    if status.file_type == S_IFDIR && opaque.as_deref() == Some(b"y") {
        return Ok((ChangeKind::Replaced, false, status));
    }
    Ok(match overlay_attribute(file, "origin")? {
        Some(origin) => (ChangeKind::Changed, origin.is_empty(), status),
        None => (ChangeKind::Added, false, status),
    })
}

/// The value of an attribute of overlayfs. Those of the class `user` are no layer's of root's: the programs in the
/// overlay may have set them.
fn overlay_attribute(file: &OwnedFd, name: &str) -> Result<Option<Vec<u8>>, Errno> {
    let is_root = geteuid().is_root() && Proc::mounted().is_initial(NsType::User) == Some(true);
    let class = if is_root { "trusted" } else { "user" };
    let name = format!("{class}.overlay.{name}");
    let name = CString::new(name).map_err(|_| Errno::EINVAL)?;
    let mut buffer = [0; 256];
    let value = attribute(&fd_path(file), &name, &mut buffer)?;
    Ok(value.map(<[u8]>::to_vec))
}
