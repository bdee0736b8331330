//! What mounts are asked for: the values of the options that `runshare` and `rchroot` share.

use std::ffi::{CString, OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use nix::libc;

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
}

/// All mounts that are asked for below the new root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requests {
    pub(super) api: Option<ApiMode>,
    resolv_conf: Option<ResolvConf>,
    pub(super) omit_proc: bool,
    pub(super) is_ephemeral: bool,
    /// In the order of the command line.
    pub(super) mounts: Vec<MountRequest>,
}

impl Requests {
    /// Whether nothing is to be mounted.
    pub fn is_empty(&self) -> bool {
        let nothing = self.mounts.is_empty() && !self.is_ephemeral;
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

    /// Whether the root that [`mount_all`](super::mount_all) returns is another one than the directory that it is given.
    pub fn has_root_of_its_own(&self) -> bool {
        self.is_ephemeral
    }

    /// Leaves /proc to somebody else.
    pub fn omit_proc(&mut self) {
        self.omit_proc = true;
    }

    /// Whether the new root is to get the caller's resolv.conf.
    pub(super) fn wants_resolv_conf(&self) -> bool {
        match self.resolv_conf {
            Some(chosen) => chosen == ResolvConf::Auto,
            None => self.api.is_some(),
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
        for word in options.as_bytes().split(|byte| *byte == b',') {
            attributes |= match word {
                b"" => 0,
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bind(value: &str, is_read_only: bool) -> Result<BindRequest, String> {
        let mut requests = Requests::default();
        let added = requests.add_bind(value.as_ref(), is_read_only);
        added.map_err(|error| error.to_string())?;
        match requests.mounts.pop() {
            Some(MountRequest::Bind(bind)) => Ok(bind),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn a_bind_has_up_to_three_fields() {
        let expected = |source: &str, target: &str, attributes| {
            Ok(BindRequest {
                source: source.into(),
                target: target.into(),
                attributes,
            })
        };
        assert_eq!(bind("/a", false), expected("/a", "/a", 0));
        assert_eq!(
            bind("/a:/b", true),
            expected("/a", "/b", libc::MOUNT_ATTR_RDONLY)
        );
        assert_eq!(
            bind(r"/a\:b:/c\\d\e", false),
            expected("/a:b", r"/c\d\e", 0)
        );
        let set = libc::MOUNT_ATTR_NOEXEC | libc::MOUNT_ATTR_NODEV;
        assert_eq!(bind("a:/b:noexec,nodev", false), expected("a", "/b", set));
        for (value, why) in [
            ("", "SRC must not be empty or begin with '+'"),
            (":/b", "SRC must not be empty or begin with '+'"),
            ("+/a", "SRC must not be empty or begin with '+'"),
            ("/a:", "DST must not be empty"),
            ("/a:/b:rw", "unknown option 'rw'"),
            (
                "/a:/b:nodev:x",
                "it has more than three fields; write a colon in a path as '\\:'",
            ),
        ] {
            assert_eq!(
                bind(value, false),
                Err(format!("invalid --bind argument '{value}': {why}"))
            );
        }
    }

    #[test]
    fn a_tmpfs_is_for_its_owner_alone_to_write_to_unless_it_is_said_otherwise() {
        let one = |value: &str| {
            let mut requests = Requests::default();
            requests
                .add_tmpfs(value.as_ref())
                .map_err(|error| error.to_string())?;
            match requests.mounts.pop() {
                Some(MountRequest::Tmpfs(path, tmpfs)) => Ok((path, tmpfs)),
                other => Err(format!("{other:?}")),
            }
        };
        let plain = NewFilesystem::new(c"tmpfs", NO_PRIVILEGE);
        let expected = plain.clone().with(c"mode", c"0755");
        assert_eq!(one("/a"), Ok(("/a".into(), expected)));
        let mut expected = plain.with(c"size", c"1m").with(c"mode", c"1777");
        expected.attributes |= libc::MOUNT_ATTR_NOEXEC;
        assert_eq!(
            one("/a:size=1m,noexec,mode=1777"),
            Ok(("/a".into(), expected))
        );
        for value in ["", ":size=1m", "/a:=1", "/a:b:c"] {
            assert!(one(value).is_err(), "{value}");
        }
    }

    #[test]
    fn resolv_conf_comes_with_the_api_unless_it_is_refused() {
        let mut requests = Requests::default();
        assert!(requests.is_empty());
        requests
            .set_resolv_conf("off".as_ref())
            .expect("a word that is known");
        assert!(requests.is_empty());
        assert_eq!(requests.option_for_root(), Some("--resolv-conf"));
        requests.set_api(None).expect("no mode is one");
        assert!(!requests.wants_resolv_conf() && !requests.is_empty());
        requests
            .set_resolv_conf("auto".as_ref())
            .expect("a word that is known");
        assert!(requests.wants_resolv_conf());
        assert!(requests.set_api(Some("hots".as_ref())).is_err());
        assert!(requests.set_resolv_conf("".as_ref()).is_err());
    }

    proptest! {
        #[test]
        fn any_value_is_answered(value in any::<Vec<u8>>()) {
            let value = OsString::from_vec(value);
            let mut requests = Requests::default();
            let _ = requests.add_bind(&value, true);
            let _ = requests.add_tmpfs(&value);
        }
    }
}
