//! From the options of the command line to what `runshare` is to do.
//!
//! The options are applied in their order, because the first error wins, a later option overrides an earlier one,
//! and some depend on what came before them (`--load-interp` on `--mount-binfmt=DIR`).

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use anyhow::{Error, Result, bail};
use nix::libc::{SIGKILL, c_int};
use nix::unistd::{getegid, geteuid};
use nscore::cli::getopt::ParsedOption;
use nscore::cli::{Invocation, number, sentence, signal};
use nscore::ns_type::NsType;
use nscore::procfs::IdKind;
use nscore::rootfs::Requests;
use nscore::sys::mount::Propagation;
use nscore::users;

use crate::cli::{MapOption, OptionId};
use crate::extensions::Extensions;
use crate::hint::time_is_missing;
use crate::idmap::ranges::MapArg;
use crate::idmap::{IdMap, Setgroups};
use crate::network::check_ports;
use crate::parse::{parse_map, parse_mapped_id, parse_owner, parse_propagation, parse_setgroups};

/// Where proc and binfmt_misc are mounted by default.
const PROC: &str = "/proc";
pub(crate) const BINFMT_MISC: &str = "/proc/sys/fs/binfmt_misc";

/// A namespace to unshare, and the file on which it is bind-mounted to be persistent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unshared {
    pub(crate) ns_type: NsType,
    pub(crate) file: Option<PathBuf>,
}

/// What is to be done, including everything that one option implies for another.
#[derive(Debug, Default)]
pub(crate) struct Options {
    unshared: Vec<Unshared>,
    pub(crate) fork: bool,
    /// The signal that the child gets when its parent dies.
    pub(crate) kill_child: Option<c_int>,
    pub(crate) forward_signals: bool,
    /// Whether a small init is PID 1.
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
    /// The variables that remain, in the order of the command line.
    pub(crate) whitelist: Option<Vec<OsString>>,
    /// What is to be mounted below the root.
    pub(crate) mounts: Requests,
    pub(crate) extensions: Extensions,
    pub(crate) operands: Vec<OsString>,
}

impl Options {
    /// Reads the options of an invocation.
    ///
    /// # Errors
    /// The first error on the command line, in the original's words.
    pub(crate) fn from_invocation(invocation: &Invocation<OptionId>) -> Result<Options> {
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
            bail!("option --unpersist cannot be combined with another option or a program");
        }
        if options.mount_proc.is_some() {
            options.mounts.omit_proc();
        }
        options.imply_fork();
        options.check_combinations()?;
        Ok(options)
    }

    fn apply(&mut self, option: &ParsedOption<OptionId>) -> Result<()> {
        let value = option.value();
        match option.id() {
            OptionId::Namespace(ns_type) => {
                self.unshare_into(ns_type, option.optional_value().map(PathBuf::from));
            }
            OptionId::Fork => self.fork = true,
            OptionId::KillChild => {
                self.kill_child = match option.optional_value() {
                    Some(name) => Some(signal::parse(name)?),
                    None => Some(SIGKILL),
                };
                self.fork = true;
            }
            OptionId::ForwardSignals => {
                self.forward_signals = true;
                self.fork = true;
            }
            OptionId::MountProc => {
                self.unshare(NsType::Mount);
                self.mount_proc = Some(option.optional_value().unwrap_or(PROC.as_ref()).into());
            }
            OptionId::MountBinfmt => self.set_binfmt(option.optional_value()),
            OptionId::Map(map) => self.apply_map(map, value)?,
            OptionId::Propagation => self.propagation = parse_propagation(value)?,
            OptionId::Setgroups => self.setgroups = Some(parse_setgroups(value)?),
            OptionId::KeepCaps => self.keep_caps = true,
            OptionId::Setuid => self.setuid = Some(number::id("failed to parse uid", value)?),
            OptionId::Setgid => self.setgid = Some(number::id("failed to parse gid", value)?),
            OptionId::Root => self.root = Some(value.into()),
            OptionId::Wd => self.directory = Some(value.into()),
            OptionId::Monotonic => {
                self.monotonic = Some(number::seconds("failed to parse monotonic offset", value)?);
            }
            OptionId::Boottime => {
                self.boottime = Some(number::seconds("failed to parse boottime offset", value)?);
            }
            OptionId::LoadInterp => {
                if self.mount_binfmt.is_none() {
                    self.set_binfmt(None);
                }
                self.interpreter = Some(value.to_owned());
            }
            OptionId::ClearEnv => self.clear_environment = true,
            OptionId::WhitelistEnv => self.add_to_whitelist(value),
            OptionId::Init => {
                self.init = true;
                self.fork = true;
                self.unshare(NsType::Pid);
            }
            OptionId::Rootfs(id) => {
                if id.mounts() {
                    self.unshare(NsType::Mount);
                }
                self.mounts.set(id, option.optional_value())?;
            }
            OptionId::Extension(extension) => {
                if let Some(ns_type) = extension.implied_namespace() {
                    self.unshare(ns_type);
                }
                self.extensions.set(extension, value)?;
            }
        }
        Ok(())
    }

    fn apply_map(&mut self, option: MapOption, value: &OsStr) -> Result<()> {
        self.unshare(NsType::User);
        match option {
            MapOption::User => {
                self.users.single = Some(parse_mapped_id(value, "uid", users::user_id)?);
            }
            MapOption::Group => {
                self.groups.single = Some(parse_mapped_id(value, "gid", users::group_id)?);
            }
            MapOption::RootUser => {
                self.users.single = Some(0);
                self.groups.single = Some(0);
            }
            MapOption::CurrentUser => {
                self.users.single = Some(geteuid().as_raw());
                self.groups.single = Some(getegid().as_raw());
            }
            MapOption::Users => self
                .users
                .add(IdKind::Users, parse_map(IdKind::Users, value)?)?,
            MapOption::Groups => self
                .groups
                .add(IdKind::Groups, parse_map(IdKind::Groups, value)?)?,
            MapOption::Auto => self.map_both(MapArg::Auto)?,
            MapOption::Subids => self.map_both(MapArg::Subids)?,
            MapOption::Owner => self.owner = Some(parse_owner(value)?),
        }
        Ok(())
    }

    fn map_both(&mut self, map: MapArg) -> Result<()> {
        self.users.add(IdKind::Users, map)?;
        self.groups.add(IdKind::Groups, map)
    }

    /// Applies `--mount-binfmt`, which `--load-interp` implies. Without a directory, binfmt_misc is mounted on a new
    /// proc, which is mounted too.
    fn set_binfmt(&mut self, directory: Option<&OsStr>) {
        self.unshare(NsType::Mount);
        self.unshare(NsType::User);
        if directory.is_none() && self.mount_proc.is_none() {
            self.mount_proc = Some(PROC.into());
        }
        self.mount_binfmt = Some(directory.unwrap_or(BINFMT_MISC.as_ref()).into());
    }

    fn add_to_whitelist(&mut self, names: &OsStr) {
        let whitelist = self.whitelist.get_or_insert_default();
        let names = names.as_bytes().split(|byte| *byte == b',');
        for name in names.filter(|name| !name.is_empty()).map(OsStr::from_bytes) {
            if !whitelist.iter().any(|listed| listed == name) {
                whitelist.push(name.to_owned());
            }
        }
    }

    /// Has the program see a resolv.conf with this text, unless it has a root with a file of its own.
    ///
    /// # Errors
    /// That the mount would propagate to other mount namespaces.
    pub(crate) fn replace_resolv_conf(&mut self, text: String) -> Result<()> {
        if self.root.is_none() || self.mounts.wants_resolv_conf() {
            self.unshare(NsType::Mount);
            self.mounts.replace_resolv_conf(text);
        }
        self.check_combinations()
    }

    fn unshare(&mut self, ns_type: NsType) {
        self.unshare_into(ns_type, None);
    }

    /// Adds a namespace; without a file, a file that an earlier option named still counts.
    fn unshare_into(&mut self, ns_type: NsType, file: Option<PathBuf>) {
        let mut unshared = self.unshared.iter_mut();
        match unshared.find(|unshared| unshared.ns_type == ns_type) {
            Some(unshared) => unshared.file = file.or(unshared.file.take()),
            None => self.unshared.push(Unshared { ns_type, file }),
        }
    }

    fn imply_fork(&mut self) {
        // A PID namespace can be bound only once its first process exists.
        let binds_pid_namespace = self.persists(|ns_type| ns_type == NsType::Pid);
        self.fork |= self.extensions.hardening.needs_fork() || binds_pid_namespace;
        self.fork |= self.needs_waiter() || self.extensions.network.is_some();
    }

    /// Whether something is to be undone when the program has ended.
    pub(crate) fn needs_waiter(&self) -> bool {
        self.mounts.needs_waiter()
    }

    /// Returns the signal that the child gets when its parent dies. A program must not outlive the process that holds the
    /// lock on the directory that it writes to.
    pub(crate) fn death_signal(&self) -> Option<c_int> {
        match self.kill_child {
            None if self.needs_waiter() => Some(SIGKILL),
            signal => signal,
        }
    }

    /// Checks what options require of each other, whatever their order.
    ///
    /// # Errors
    /// That one requires another, or that they exclude each other.
    fn check_combinations(&self) -> Result<()> {
        let sets_clocks = self.monotonic.is_some() || self.boottime.is_some();
        if sets_clocks && !self.unshares(NsType::Time) {
            let sentence =
                "options --monotonic and --boottime require unsharing of a time namespace (-T)";
            return Err(Error::msg(sentence).context(time_is_missing()));
        }
        let extensions = &self.extensions;
        match &extensions.network {
            Some(network) => check_ports(network, &extensions.published)?,
            None if extensions.published.is_empty() => {}
            None => bail!("option --publish requires --network"),
        }
        let changes = self.mounts.changes().is_some();
        if extensions.json && !extensions.check && !changes {
            bail!("option --json requires --check or --changes");
        }
        if changes && !self.operands.is_empty() {
            bail!("option --changes does not run a program");
        }
        if extensions.check && !self.operands.is_empty() {
            bail!("option --check does not run a program");
        }
        if extensions.persist.is_some() && !self.persists(|_| true) {
            bail!("option --persist requires a new namespace without a FILE");
        }
        if extensions.pivot_root && self.root.is_none() {
            bail!("option --pivot-root requires --root");
        }
        // pivot_root(2) fails if the change would propagate to other mount namespaces.
        let propagates = !matches!(
            self.propagation,
            Some(Propagation::Private | Propagation::Slave)
        );
        if extensions.pivot_root && propagates {
            bail!("option --pivot-root requires --propagation private or slave");
        }
        self.mounts.check()?;
        if self.mounts.needs_waiter() && self.persists_mounts() {
            bail!("option --overlay cannot be combined with a persistent mount namespace");
        }
        if !self.mounts.is_empty() && propagates {
            bail!("mounts below the root require --propagation private or slave");
        }
        match self.mounts.option_for_root() {
            Some(option) if self.root.is_none() => {
                bail!(sentence("option %s requires --root", &[&option]))
            }
            _ => Ok(()),
        }
    }

    /// Returns the flags for `unshare(2)`.
    pub(crate) fn flags(&self) -> c_int {
        self.unshared
            .iter()
            .fold(0, |flags, unshared| flags | unshared.ns_type.flag())
    }

    /// Whether a namespace of this type is unshared.
    pub(crate) fn unshares(&self, ns_type: NsType) -> bool {
        let mut unshared = self.unshared.iter();
        unshared.any(|unshared| unshared.ns_type == ns_type)
    }

    /// Returns the namespaces to unshare, in the order of the command line.
    pub(crate) fn unshared(&self) -> &[Unshared] {
        &self.unshared
    }

    /// Whether `--persist` binds a namespace of such a type in its directory.
    fn persists(&self, is_such: impl Fn(NsType) -> bool) -> bool {
        let mut unshared = self.unshared.iter();
        self.extensions.persist.is_some()
            && unshared.any(|unshared| unshared.file.is_none() && is_such(unshared.ns_type))
    }

    /// Whether the mount namespace may outlive the program.
    fn persists_mounts(&self) -> bool {
        let mut unshared = self.unshared.iter();
        let has_file =
            unshared.any(|unshared| unshared.ns_type == NsType::Mount && unshared.file.is_some());
        has_file || self.persists(|ns_type| ns_type == NsType::Mount)
    }

    /// Returns whose subordinate IDs are mapped, if they are not the caller's, and the file that lists them.
    pub(crate) fn foreign_range_owner(&self) -> Option<(IdKind, &OsStr)> {
        match (&self.users.foreign_owner, &self.groups.foreign_owner) {
            (Some(owner), _) => Some((IdKind::Users, owner)),
            (None, Some(owner)) => Some((IdKind::Groups, owner)),
            (None, None) => None,
        }
    }
}
