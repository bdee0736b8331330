//! What `rnsenter` is to do.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Result, bail};
use nscore::cli::sentence;
use nscore::environment::Environment;
use nscore::hardening::Hardening;
use nscore::ns_type::NsType;

use crate::fork::ForkOptions;
use crate::id_source::{GroupsSource, IdSource};
use crate::selection::{Origin, Selection};
use crate::target::Target;

/// What is to be done.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The process that it names, or leads to.
    pub(crate) target: Option<Target>,
    /// The namespaces to enter.
    pub(crate) selection: Selection,
    pub(crate) setuid: Option<IdSource>,
    pub(crate) setgid: Option<IdSource>,
    pub(crate) groups: Option<GroupsSource>,
    /// `--netns-etc`.
    pub(crate) netns_etc: bool,
    /// The name of the network namespace that is named in /run/netns.
    pub(crate) netns_name: Option<OsString>,
    /// The directory of `--tools`.
    pub(crate) tools: Option<PathBuf>,
    /// `--as-target`.
    pub(crate) as_target: bool,
    /// Whether `--as-target` makes the program the target's user.
    pub(crate) is_targets_user: bool,
    pub(crate) root: Option<Origin>,
    pub(crate) directory: Option<Origin>,
    /// The working directory as it is called inside.
    pub(crate) directory_inside: Option<PathBuf>,
    pub(crate) environment: bool,
    pub(crate) fork: ForkOptions,
    pub(crate) join_cgroup: bool,
    pub(crate) preserve_credentials: bool,
    pub(crate) keep_caps: bool,
    pub(crate) follow_context: bool,
    /// What the program gets of the caller's environment, if not the target's.
    pub(crate) own_environment: Environment,
    pub(crate) hardening: Hardening,
    pub(crate) operands: Vec<OsString>,
}

impl Options {
    /// Returns whether anything is to come from a target.
    pub(crate) fn needs_target(&self) -> bool {
        self.needs_process() || self.selection.needs_target()
    }

    /// Returns whether something besides namespaces is to come from the target, which only a process has.
    pub(crate) fn needs_process(&self) -> bool {
        let is_target = |source: &Option<Origin>| matches!(source, Some(Origin::Target));
        let follows = |source: &Option<IdSource>| *source == Some(IdSource::Follow);
        is_target(&self.root)
            || is_target(&self.directory)
            || follows(&self.setuid)
            || follows(&self.setgid)
            || self.groups == Some(GroupsSource::Follow)
            || self.as_target
            || self.tools.is_some()
            || self.environment
            || self.join_cgroup
            || self.follow_context
    }

    /// Checks that nothing contradicts `option`, with which the program sees the caller's files.
    ///
    /// # Errors
    /// `options --… and --… cannot be combined`.
    pub(crate) fn check_own_files(&self, option: &str) -> Result<()> {
        let contradicting = [
            ("as-target", self.as_target),
            ("all", self.selection.all),
            ("mount", self.selection.selects(NsType::Mount)),
            ("root", self.root.is_some()),
        ];
        match contradicting.into_iter().find(|(_, is_given)| *is_given) {
            Some((other, _)) => bail!(sentence(
                "options %s%s and %s%s cannot be combined",
                &[&"--", &option, &"--", &other]
            )),
            None => Ok(()),
        }
    }
}
