//! From the options of the command line to what `runshare` is to do.
//!
//! The options are applied in their order, because the first error wins, a later option overrides an earlier one,
//! and some depend on what came before them (`--load-interp` on `--mount-binfmt=DIR`).

mod combinations;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use anyhow::{Result, bail};
use nix::libc::{SIGKILL, c_int};
use nix::unistd::{getegid, geteuid};
use nscore::cli::getopt::ParsedOption;
use nscore::cli::{Invocation, number, signal};
use nscore::environment::Environment;
use nscore::ns_type::NsType;
use nscore::procfs::{IdKind, Proc};
use nscore::rootfs::{Requests, RootfsOption};
use nscore::sys::mount::Propagation;
use nscore::users;

use crate::duration::parse_duration;
use crate::extensions::{ExtensionId, Extensions};
use crate::hint::not_seconds;
use crate::id_source::IdSource;
use crate::idmap::ranges::MapArg;
use crate::idmap::{IdMap, Setgroups};
use crate::option_id::{MapOption, OptionId};
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
    /// Whether the tool was called by the name of unshare(1).
    is_original: bool,
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
    pub(crate) setuid: Option<IdSource>,
    pub(crate) setgid: Option<IdSource>,
    pub(crate) root: Option<PathBuf>,
    pub(crate) directory: Option<PathBuf>,
    pub(crate) monotonic: Option<i64>,
    pub(crate) boottime: Option<i64>,
    pub(crate) environment: Environment,
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
            is_original: invocation.is_original,
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
        options.unshare_all();
        options.look_up_names()?;
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
            OptionId::KillChild => self.set_kill_child(option.optional_value())?,
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
            OptionId::Setuid => self.setuid = Some(self.parse_id(IdKind::Users, value)?),
            OptionId::Setgid => self.setgid = Some(self.parse_id(IdKind::Groups, value)?),
            OptionId::Root => self.root = Some(value.into()),
            OptionId::Wd => self.directory = Some(value.into()),
            OptionId::Monotonic => {
                let failed = "failed to parse monotonic offset";
                self.monotonic = Some(self.parse_offset("monotonic", failed, value)?);
            }
            OptionId::Boottime => {
                let failed = "failed to parse boottime offset";
                self.boottime = Some(self.parse_offset("boottime", failed, value)?);
            }
            OptionId::LoadInterp => {
                if self.mount_binfmt.is_none() {
                    self.set_binfmt(None);
                }
                self.interpreter = Some(value.to_owned());
            }
            OptionId::ClearEnv => self.environment = Environment::Empty,
            OptionId::WhitelistEnv => self.environment.allow(value),
            OptionId::ResetEnv => self.environment = Environment::Login,
            OptionId::Init => {
                self.init = true;
                self.fork = true;
                self.unshare(NsType::Pid);
            }
            OptionId::Rootfs(id) => self.set_rootfs(id, option.optional_value())?,
            OptionId::Extension(id) => self.set_extension(id, value)?,
        }
        Ok(())
    }

    fn set_kill_child(&mut self, signal_name: Option<&OsStr>) -> Result<()> {
        self.kill_child = match signal_name {
            Some(name) => Some(signal::parse(name)?),
            None => Some(SIGKILL),
        };
        self.fork = true;
        Ok(())
    }

    fn set_rootfs(&mut self, id: RootfsOption, value: Option<&OsStr>) -> Result<()> {
        if id.mounts() {
            self.unshare(NsType::Mount);
        }
        self.mounts.set(id, value)?;
        Ok(())
    }

    fn set_extension(&mut self, id: ExtensionId, value: &OsStr) -> Result<()> {
        if let Some(ns_type) = id.implied_namespace() {
            self.unshare(ns_type);
        }
        self.extensions.set(id, value)
    }

    /// Parses an offset; what unshare(1) does not understand is understood under our own name alone.
    fn parse_offset(
        &mut self,
        option: &'static str,
        what: &'static str,
        value: &OsStr,
    ) -> Result<i64> {
        if !self.is_original {
            self.unshare(NsType::Time);
            return parse_duration(what, value);
        }
        number::seconds(what, value).map_err(|error| error.context(not_seconds(option, value)))
    }

    /// Parses an ID, or under our own name the name of one.
    fn parse_id(&self, kind: IdKind, value: &OsStr) -> Result<IdSource> {
        IdSource::parse(kind, value, !self.is_original)
    }

    /// Looks up names of users and groups outside, if that is where they are meant.
    fn look_up_names(&mut self) -> Result<()> {
        if self.root.is_some() {
            return Ok(());
        }
        for (kind, id) in [
            (IdKind::Users, &mut self.setuid),
            (IdKind::Groups, &mut self.setgid),
        ] {
            if let Some(id) = id {
                *id = IdSource::Number(id.look_up(kind)?);
            }
        }
        Ok(())
    }

    /// Applies `--all` once the other options are known.
    fn unshare_all(&mut self) {
        if !self.extensions.all {
            return;
        }
        let proc = Proc::mounted();
        let types = NsType::ALL.into_iter();
        for ns_type in types.filter(|ns_type| proc.has_type(*ns_type) != Some(false)) {
            self.unshare(ns_type);
        }
        self.fork = true;
        let is_mapped = self.users.is_requested() || self.groups.is_requested();
        if !geteuid().is_root() && !is_mapped {
            self.users.single = Some(geteuid().as_raw());
            self.groups.single = Some(getegid().as_raw());
        }
    }

    fn apply_map(&mut self, option: MapOption, value: &OsStr) -> Result<()> {
        self.unshare(NsType::User);
        match option {
            MapOption::User => {
                self.users.single = Some(parse_mapped_id(
                    value,
                    "failed to parse uid '%s'",
                    users::user_id,
                )?);
            }
            MapOption::Group => {
                self.groups.single = Some(parse_mapped_id(
                    value,
                    "failed to parse gid '%s'",
                    users::group_id,
                )?);
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

    /// Returns whether something is to be undone when the program has ended.
    pub(crate) fn needs_waiter(&self) -> bool {
        self.mounts.needs_waiter() || !self.extensions.cgroup_limits.is_empty()
    }

    /// Returns the signal that the child gets when its parent dies. A program must not outlive the process that holds
    /// the lock on the directory that it writes to, nor its cgroup.
    pub(crate) fn death_signal(&self) -> Option<c_int> {
        match self.kill_child {
            None if self.needs_waiter() => Some(SIGKILL),
            signal => signal,
        }
    }

    /// Returns the flags for `unshare(2)`.
    pub(crate) fn flags(&self) -> c_int {
        self.unshared
            .iter()
            .fold(0, |flags, unshared| flags | unshared.ns_type.flag())
    }

    /// Returns whether a namespace of this type is unshared.
    pub(crate) fn unshares(&self, ns_type: NsType) -> bool {
        let mut unshared = self.unshared.iter();
        unshared.any(|unshared| unshared.ns_type == ns_type)
    }

    /// Returns the namespaces to unshare, in the order of the command line.
    pub(crate) fn unshared(&self) -> &[Unshared] {
        &self.unshared
    }

    /// Returns whether `--persist` binds a namespace of such a type in its directory.
    fn persists(&self, is_such: impl Fn(NsType) -> bool) -> bool {
        let mut unshared = self.unshared.iter();
        self.extensions.persist.is_some()
            && unshared.any(|unshared| unshared.file.is_none() && is_such(unshared.ns_type))
    }

    /// Returns whether the new namespace of this type may outlive the program.
    fn is_persistent(&self, wanted: NsType) -> bool {
        let mut unshared = self.unshared.iter();
        let has_file =
            unshared.any(|unshared| unshared.ns_type == wanted && unshared.file.is_some());
        has_file || self.persists(|ns_type| ns_type == wanted)
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
