//! What mounts are asked for: the values of the options that `runshare` and `rchroot` share.

use std::ffi::{CString, OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use nix::libc;

use super::OverlayDir;
use super::attach::{NO_PRIVILEGE, NewFilesystem};
use crate::message::{Message, sentence};

/// How much of the machine the API file systems show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiMode {
    /// `Host` in the initial user namespace, `Private` in any other.
    Default,
    /// The caller's devices; the variables of the firmware can be read.
    Host,
    /// A /dev with a few devices; /sys cannot be written to.
    Private,
    /// As `Host`, and the variables of the firmware can be written.
    Rescue,
}

/// Whether the new root gets the caller's resolv.conf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResolvConf {
    Auto,
    Off,
}

/// One mount of its own option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MountRequest {
    /// `--bind`, `--bind-ro`
    Bind(BindRequest),
    /// `--tmpfs`
    Tmpfs(PathBuf, NewFilesystem),
    /// `--mount-sys`
    Sys(PathBuf),
    /// `--mount-dev`
    Dev(PathBuf),
}

/// What is to be seen where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BindRequest {
    pub(super) source: PathBuf,
    pub(super) target: PathBuf,
    /// `MOUNT_ATTR_…`
    pub(super) attributes: u64,
    /// Whether owners are mapped as in the new user namespace, `idmap`.
    pub(super) maps_ids: bool,
}

/// All mounts that are asked for below the new root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requests {
    pub(super) api: Option<ApiMode>,
    resolv_conf: Option<ResolvConf>,
    /// What is in the resolv.conf, if it is not the caller's.
    pub(super) resolv_conf_text: Option<String>,
    pub(super) omit_proc: bool,
    pub(super) is_ephemeral: bool,
    overlay: Option<PathBuf>,
    changes: Option<PathBuf>,
    /// In the order of the command line.
    pub(super) mounts: Vec<MountRequest>,
}

impl Requests {
    /// Whether nothing is to be mounted.
    pub fn is_empty(&self) -> bool {
        let nothing = self.mounts.is_empty() && !self.has_root_of_its_own();
        nothing && self.api.is_none() && !self.wants_resolv_conf()
    }

    /// The first option of these that is about a root of its own: `--mount-api`, `--resolv-conf`.
    pub fn option_for_root(&self) -> Option<&'static str> {
        match (self.api, self.resolv_conf) {
            (Some(_), _) => Some("--mount-api"),
            (None, Some(_)) => Some("--resolv-conf"),
            (None, None) => None,
        }
    }

    /// `--ephemeral`
    pub fn set_ephemeral(&mut self) {
        self.is_ephemeral = true;
    }

    /// Whether the root that [`mount_all`](super::mount_all) returns is another one than the directory that it is
    /// given.
    pub fn has_root_of_its_own(&self) -> bool {
        self.is_ephemeral || self.overlay.is_some()
    }

    /// `--overlay`
    pub fn set_overlay(&mut self, directory: &OsStr) {
        self.overlay = Some(directory.into());
    }

    /// `--changes`
    pub fn set_changes(&mut self, directory: &OsStr) {
        self.changes = Some(directory.into());
    }

    /// The directory whose changes are to be listed, instead of running anything.
    pub fn changes(&self) -> Option<&Path> {
        self.changes.as_deref()
    }

    /// Whether a process has to wait for the program, to undo something when that has ended.
    pub fn needs_waiter(&self) -> bool {
        self.overlay.is_some()
    }

    /// Locks the directory of `--overlay`, which is made if it is missing.
    ///
    /// # Errors
    /// As [`OverlayDir::lock`].
    pub fn lock_overlay(&self) -> anyhow::Result<Option<OverlayDir>> {
        self.overlay.as_deref().map(OverlayDir::lock).transpose()
    }

    /// Whether a bind is to have its owners mapped, for which [`Requests::map_sources`] is to be called.
    pub fn maps_ids(&self) -> bool {
        let is_mapped =
            |mount: &MountRequest| matches!(mount, MountRequest::Bind(bind) if bind.maps_ids);
        self.mounts.iter().any(is_mapped)
    }

    /// Checks what options exclude each other.
    ///
    /// # Errors
    /// The sentence.
    pub fn check(&self) -> Result<(), Message> {
        if self.is_ephemeral && self.overlay.is_some() {
            let both = "options --ephemeral and --overlay cannot be combined";
            return Err(sentence(both, &[]));
        }
        if self.changes.is_some() && !self.is_empty() {
            let both =
                "option --changes lists changes: it cannot be combined with options that mount";
            return Err(sentence(both, &[]));
        }
        Ok(())
    }

    /// Leaves /proc to somebody else.
    pub fn omit_proc(&mut self) {
        self.omit_proc = true;
    }

    /// Gives the new root a resolv.conf with this text, unless `--resolv-conf=off` was given.
    pub fn replace_resolv_conf(&mut self, text: String) {
        self.resolv_conf_text = Some(text);
    }

    /// Whether the new root is to get the caller's resolv.conf.
    pub fn wants_resolv_conf(&self) -> bool {
        match self.resolv_conf {
            Some(chosen) => chosen == ResolvConf::Auto,
            None => self.api.is_some() || self.resolv_conf_text.is_some(),
        }
    }

    /// `--mount-api[=MODE]`
    ///
    /// # Errors
    /// That there is no such mode.
    pub fn set_api(&mut self, mode: Option<&OsStr>) -> Result<(), Message> {
        let mode = match mode.map(OsStr::as_bytes) {
            None => ApiMode::Default,
            Some(b"host") => ApiMode::Host,
            Some(b"private") => ApiMode::Private,
            Some(b"rescue") => ApiMode::Rescue,
            Some(other) => return Err(unsupported("--mount-api", other)),
        };
        self.api = Some(mode);
        Ok(())
    }

    /// `--resolv-conf=auto|off`
    ///
    /// # Errors
    /// That it is neither.
    pub fn set_resolv_conf(&mut self, value: &OsStr) -> Result<(), Message> {
        self.resolv_conf = Some(match value.as_bytes() {
            b"auto" => ResolvConf::Auto,
            b"off" => ResolvConf::Off,
            other => return Err(unsupported("--resolv-conf", other)),
        });
        Ok(())
    }

    /// `--mount-sys[=DIR]`
    pub fn add_sys(&mut self, directory: Option<&OsStr>) {
        let directory = directory.unwrap_or(OsStr::new("/sys"));
        self.mounts.push(MountRequest::Sys(directory.into()));
    }

    /// `--mount-dev[=DIR]`
    pub fn add_dev(&mut self, directory: Option<&OsStr>) {
        let directory = directory.unwrap_or(OsStr::new("/dev"));
        self.mounts.push(MountRequest::Dev(directory.into()));
    }

    /// `--bind SRC[:DST[:OPTIONS]]`, and `--bind-ro` with `is_read_only`.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn add_bind(&mut self, value: &OsStr, is_read_only: bool) -> Result<(), Message> {
        let option = if is_read_only { "--bind-ro" } else { "--bind" };
        let invalid = |why| invalid(option, value, why);
        let mut fields = split_at_colons(value).into_iter();
        let source = fields.next().unwrap_or_default();
        if source.is_empty() || source.as_bytes().starts_with(b"+") {
            return Err(invalid("SRC must not be empty or begin with '+'"));
        }
        let target = match fields.next() {
            None => source.clone(),
            Some(target) if target.is_empty() => return Err(invalid("DST must not be empty")),
            Some(target) => target,
        };
        let mut attributes = if is_read_only {
            libc::MOUNT_ATTR_RDONLY
        } else {
            0
        };
        let options = fields.next().unwrap_or_default();
        let mut maps_ids = false;
        for word in options.as_bytes().split(|byte| *byte == b',') {
            maps_ids |= word == b"idmap";
            attributes |= match word {
                b"" | b"idmap" => 0,
                word => match attribute(word) {
                    Some(attribute) => attribute,
                    None => return Err(unknown_word(option, value, word)),
                },
            };
        }
        if fields.next().is_some() {
            return Err(invalid(
                "it has more than three fields; write a colon in a path as '\\:'",
            ));
        }
        self.mounts.push(MountRequest::Bind(BindRequest {
            source: source.into(),
            target: target.into(),
            attributes,
            maps_ids,
        }));
        Ok(())
    }

    /// `--tmpfs DIR[:OPTIONS]`
    ///
    /// # Errors
    /// What is wrong with the value.
    pub fn add_tmpfs(&mut self, value: &OsStr) -> Result<(), Message> {
        let mut fields = split_at_colons(value).into_iter();
        let target = fields.next().unwrap_or_default();
        if target.is_empty() {
            return Err(invalid("--tmpfs", value, "DIR must not be empty"));
        }
        let options = fields.next().unwrap_or_default();
        if fields.next().is_some() {
            let why = "it has more than two fields; write a colon in a path as '\\:'";
            return Err(invalid("--tmpfs", value, why));
        }
        let tmpfs =
            tmpfs(&options).ok_or_else(|| invalid("--tmpfs", value, "an option has no name"))?;
        self.mounts.push(MountRequest::Tmpfs(target.into(), tmpfs));
        Ok(())
    }
}

/// The attribute of a mount that this word of OPTIONS is.
fn attribute(word: &[u8]) -> Option<u64> {
    match word {
        b"noexec" => Some(libc::MOUNT_ATTR_NOEXEC),
        b"nosuid" => Some(libc::MOUNT_ATTR_NOSUID),
        b"nodev" => Some(libc::MOUNT_ATTR_NODEV),
        _ => None,
    }
}

/// A tmpfs with these options: attributes of the mount, and what the file system knows. `None` if one has no name.
fn tmpfs(options: &OsStr) -> Option<NewFilesystem> {
    let mut attributes = NO_PRIVILEGE;
    let mut parameters = Vec::new();
    let mut has_mode = false;
    for word in options.as_bytes().split(|byte| *byte == b',') {
        if word.is_empty() {
            continue;
        }
        if word == b"ro" {
            attributes |= libc::MOUNT_ATTR_RDONLY;
            continue;
        }
        if let Some(attribute) = attribute(word) {
            attributes |= attribute;
            continue;
        }
        let mut parts = word.splitn(2, |byte| *byte == b'=');
        let key = parts.next().filter(|key| !key.is_empty())?;
        has_mode |= key == b"mode";
        let value = match parts.next() {
            Some(value) => Some(CString::new(value).ok()?),
            None => None,
        };
        parameters.push((CString::new(key).ok()?, value));
    }
    let mut tmpfs = NewFilesystem::new(c"tmpfs", attributes);
    if !has_mode {
        // The file system's own default is 1777: a directory for everybody has to be asked for.
        tmpfs = tmpfs.with(c"mode", c"0755");
    }
    tmpfs.parameters.extend(parameters);
    Some(tmpfs)
}

/// The fields of a value, with colons between them; `\:` is a colon in a field, `\\` a backslash.
fn split_at_colons(value: &OsStr) -> Vec<OsString> {
    let mut fields = Vec::new();
    let mut field = Vec::new();
    let mut bytes = value.as_bytes().iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, bytes.peek()) {
            (b'\\', Some(escaped @ (b':' | b'\\'))) => {
                field.push(*escaped);
                bytes.next();
            }
            (b':', _) => fields.push(OsString::from_vec(std::mem::take(&mut field))),
            (byte, _) => field.push(byte),
        }
    }
    fields.push(OsString::from_vec(field));
    fields
}

fn unsupported(option: &str, value: &[u8]) -> Message {
    let value = OsStr::from_bytes(value);
    sentence("unsupported %s argument '%s'", &[&option, &value])
}

fn invalid(option: &str, value: &OsStr, why: &'static str) -> Message {
    let why = sentence(why, &[]);
    sentence("invalid %s argument '%s': %s", &[&option, &value, &why])
}

fn unknown_word(option: &str, value: &OsStr, word: &[u8]) -> Message {
    let word = OsStr::from_bytes(word);
    let why = sentence("unknown option '%s'", &[&word]);
    sentence("invalid %s argument '%s': %s", &[&option, &value, &why])
}

#[cfg(test)]
mod tests;
