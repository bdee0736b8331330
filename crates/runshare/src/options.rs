//! From the words of the command line to what `runshare` is to do.
//!
//! The options are walked in their order, because the first mistake wins, a later option overrides an earlier one,
//! and some look at what came before them (`--load-interp` at `--mount-binfmt=DIR`).

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use anyhow::{Result, bail};
use nix::libc::{SIGKILL, c_int};
use nix::unistd::{getegid, geteuid};
use nscore::cli::getopt::ParsedOption;
use nscore::cli::{Invocation, number};
use nscore::ns_type::NsType;
use nscore::sys::mount::Propagation;
use nscore::users;

use crate::extensions::{self, Extensions};
use crate::idmap::{IdMap, Kind};
use crate::parse::{
    parse_mapped_id, parse_owner, parse_propagation, parse_setgroups, parse_signal,
};
use crate::persist::BindTargets;

/// Where proc and binfmt_misc go unless told otherwise.
const PROC: &str = "/proc";
pub(crate) const BINFMT_MISC: &str = "/proc/sys/fs/binfmt_misc";

/// A namespace to leave, and the file that is to keep the new one alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unshared {
    pub(crate) namespace: NsType,
    pub(crate) file: Option<PathBuf>,
}

/// Whether `setgroups(2)` may be called in the user namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setgroups {
    Allow,
    Deny,
}

/// What is to be done, with everything that one option implies for another worked in.
#[derive(Debug, Default)]
pub(crate) struct Options {
    unshared: Vec<Unshared>,
    pub(crate) fork: bool,
    /// The signal that the child gets when its parent dies.
    pub(crate) kill_child: Option<c_int>,
    pub(crate) forward_signals: bool,
    /// Whether an init of ours is PID 1.
    pub(crate) init: bool,
    pub(crate) mount_proc: Option<PathBuf>,
    pub(crate) mount_binfmt: Option<PathBuf>,
    /// The line for binfmt_misc's `register`.
    pub(crate) interpreter: Option<OsString>,
    pub(crate) users: IdMap,
    pub(crate) groups: IdMap,
    pub(crate) owner: Option<(u32, u32)>,
    /// `None`: leave it unchanged.
    pub(crate) propagation: Option<Propagation>,
    pub(crate) setgroups: Option<Setgroups>,
    pub(crate) keep_caps: bool,
    pub(crate) setuid: Option<u32>,
    pub(crate) setgid: Option<u32>,
    pub(crate) root: Option<PathBuf>,
    pub(crate) directory: Option<PathBuf>,
    pub(crate) monotonic: Option<i64>,
    pub(crate) boottime: Option<i64>,
    pub(crate) clear_environment: bool,
    /// The variables that stay, in the order in which they were named.
    pub(crate) whitelist: Option<Vec<OsString>>,
    pub(crate) extensions: Extensions,
    pub(crate) operands: Vec<OsString>,
}

impl Options {
    /// Reads a call.
    ///
    /// # Errors
    /// The first mistake on the command line, in the original's words.
    pub(crate) fn from_invocation(invocation: &Invocation) -> Result<Options> {
        let mut options = Options {
            propagation: Some(Propagation::Private),
            ..Options::default()
        };
        for option in invocation.options() {
            options.apply(option)?;
        }
        options.operands = invocation.operands()?.to_vec();
        if options.extensions.unpersist.is_some()
            && (invocation.options().len() > 1 || !options.operands.is_empty())
        {
            bail!("option --unpersist takes no other option and no program");
        }
        options.check_combinations()?;
        Ok(options)
    }

    /// Sees what options mean for each other that may stand in any order.
    ///
    /// # Errors
    /// That one takes another, or forbids it.
    fn check_combinations(&mut self) -> Result<()> {
        // A pid namespace is there to be kept only once its first process is.
        self.fork |= self.extensions.hardening.needs_fork()
            || self.persists(|namespace| namespace == NsType::Pid);
        let shifts_clocks = self.monotonic.is_some() || self.boottime.is_some();
        if shifts_clocks && !self.unshares(NsType::Time) {
            bail!("options --monotonic and --boottime require unsharing of a time namespace (-T)");
        }
        extensions::check(self)
    }

    fn apply(&mut self, option: &ParsedOption) -> Result<()> {
        let value = option.value();
        if let Some(implied) = self.extensions.take(option.name(), value) {
            if let Some(namespace) = implied {
                self.unshare(namespace);
            }
            return Ok(());
        }
        match option.name() {
            "fork" => self.fork = true,
            "kill-child" => {
                self.kill_child = Some(option.optional_value().map_or(Ok(SIGKILL), parse_signal)?);
                self.fork = true;
            }
            "forward-signals" => {
                self.forward_signals = true;
                self.fork = true;
            }
            "init" => {
                self.init = true;
                self.fork = true;
                self.unshare(NsType::Pid);
            }
            "propagation" => self.propagation = parse_propagation(value)?,
            "setgroups" => self.setgroups = Some(parse_setgroups(value)?),
            "keep-caps" => self.keep_caps = true,
            "setuid" => self.setuid = Some(number::id("failed to parse uid", value)?),
            "setgid" => self.setgid = Some(number::id("failed to parse gid", value)?),
            "root" => self.root = Some(value.into()),
            "wd" => self.directory = Some(value.into()),
            "monotonic" => {
                self.monotonic = Some(number::seconds("failed to parse monotonic offset", value)?);
            }
            "boottime" => {
                self.boottime = Some(number::seconds("failed to parse boottime offset", value)?);
            }
            "mount-proc" => {
                self.unshare(NsType::Mount);
                self.mount_proc = Some(option.optional_value().unwrap_or(PROC.as_ref()).into());
            }
            "mount-binfmt" => self.set_binfmt(option.optional_value()),
            "load-interp" => {
                if self.mount_binfmt.is_none() {
                    self.set_binfmt(None);
                }
                self.interpreter = Some(value.to_owned());
            }
            "clear-env" => self.clear_environment = true,
            "whitelist-env" => self.add_to_whitelist(value),
            name => match NsType::from_option(name) {
                Some(namespace) => {
                    let file = option.optional_value().map(PathBuf::from);
                    self.unshare_into(namespace, file);
                }
                None => return self.apply_map(name, value),
            },
        }
        Ok(())
    }

    /// The options that say who is who in the user namespace; each asks for one.
    fn apply_map(&mut self, name: &str, value: &OsStr) -> Result<()> {
        self.unshare(NsType::User);
        match name {
            "map-user" => self.users.single = Some(parse_mapped_id(value, "uid", users::user_id)?),
            "map-group" => {
                self.groups.single = Some(parse_mapped_id(value, "gid", users::group_id)?);
            }
            "map-root-user" => {
                self.users.single = Some(0);
                self.groups.single = Some(0);
            }
            "map-current-user" => {
                self.users.single = Some(geteuid().as_raw());
                self.groups.single = Some(getegid().as_raw());
            }
            "map-users" => self.users.add(Kind::Users, value)?,
            "map-groups" => self.groups.add(Kind::Groups, value)?,
            "map-auto" => self.add_blocks("auto")?,
            "map-subids" => self.add_blocks("subids")?,
            "owner" => self.owner = Some(parse_owner(value)?),
            _ => bail!("option --{name} is in the table but not in the program"),
        }
        Ok(())
    }

    fn add_blocks(&mut self, name: &str) -> Result<()> {
        self.users.add(Kind::Users, name.as_ref())?;
        self.groups.add(Kind::Groups, name.as_ref())
    }

    /// `--mount-binfmt`, and what `--load-interp` implies. Without a directory, binfmt_misc stands on a proc of its
    /// own, which is mounted too.
    fn set_binfmt(&mut self, directory: Option<&OsStr>) {
        self.unshare(NsType::Mount);
        self.unshare(NsType::User);
        if directory.is_none() && self.mount_proc.is_none() {
            self.mount_proc = Some(PROC.into());
        }
        self.mount_binfmt = Some(directory.unwrap_or(BINFMT_MISC.as_ref()).into());
    }

    fn add_to_whitelist(&mut self, names: &OsStr) {
        let listed = self.whitelist.get_or_insert_default();
        let names = names.as_bytes().split(|byte| *byte == b',');
        for name in names.filter(|name| !name.is_empty()).map(OsStr::from_bytes) {
            if !listed.iter().any(|known| known == name) {
                listed.push(name.to_owned());
            }
        }
    }

    fn unshare(&mut self, namespace: NsType) {
        self.unshare_into(namespace, None);
    }

    /// Marks a namespace; a file that was named once stays named.
    fn unshare_into(&mut self, namespace: NsType, file: Option<PathBuf>) {
        let known = self
            .unshared
            .iter_mut()
            .find(|known| known.namespace == namespace);
        match known {
            Some(known) => known.file = file.or(known.file.take()),
            None => self.unshared.push(Unshared { namespace, file }),
        }
    }

    /// The flags for `unshare(2)`.
    pub(crate) fn flags(&self) -> c_int {
        self.unshared
            .iter()
            .fold(0, |flags, unshared| flags | unshared.namespace.flag())
    }

    /// Whether this namespace is left.
    pub(crate) fn unshares(&self, namespace: NsType) -> bool {
        self.unshared
            .iter()
            .any(|unshared| unshared.namespace == namespace)
    }

    /// The namespaces that are to be kept alive and their files, in the order of binding.
    pub(crate) fn bind_targets(&self) -> BindTargets {
        let directory = self.extensions.persist.clone();
        let mut unshared: Vec<&Unshared> = self.unshared.iter().collect();
        unshared.sort_by_key(|unshared| unshared.namespace);
        let kept = unshared
            .into_iter()
            .filter(|unshared| unshared.file.is_some() || directory.is_some())
            .map(|unshared| (unshared.namespace, unshared.file.clone()));
        BindTargets {
            namespaces: kept.collect(),
            directory,
        }
    }

    /// Whether a namespace of this type is to be kept in the directory of `--persist`.
    pub(crate) fn persists(&self, wanted: impl Fn(NsType) -> bool) -> bool {
        let mut unshared = self.unshared.iter();
        self.extensions.persist.is_some()
            && unshared.any(|unshared| unshared.file.is_none() && wanted(unshared.namespace))
    }
}
