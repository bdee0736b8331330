//! The steps inside, in the process that becomes the program.

use anyhow::Result;
use nscore::cli::Diagnostics;
use nscore::exec::OwnFile;
use nscore::hardening::hide_process;
use nscore::pdeathsig::ParentDeathSignal;

use crate::as_target::AsTarget;
use crate::credentials::Credentials;
use crate::environment::LoginEnvironment;
use crate::options::Options;
use crate::setid::Ids;
use crate::tools::Tools;

/// What is still to be done once everything has been entered.
pub(crate) struct Inside<'a> {
    pub(crate) diagnostics: &'a Diagnostics,
    pub(crate) ids: Ids,
    pub(crate) credentials: Credentials,
    /// Whether the supplementary groups could not be dropped outside.
    pub(crate) groups_left: bool,
    pub(crate) login: Option<LoginEnvironment>,
    pub(crate) tools: Option<Tools>,
    pub(crate) as_target: Option<AsTarget>,
    pub(crate) own_file: Option<OwnFile>,
    /// Whether the program sees other files than the caller does.
    pub(crate) changes_root: bool,
}

impl Inside<'_> {
    /// Mounts the /proc of `--tools`, which requires the capabilities that a change of user may take, and becomes the
    /// program's user.
    ///
    /// # Errors
    /// As [`Credentials::become_inside`]; `prctl failed`.
    pub(crate) fn become_user(&self) -> Result<()> {
        let warn = |text: &_| self.diagnostics.warn(text);
        if let Some(tools) = &self.tools {
            tools.mount_proc(&warn);
        }
        self.credentials
            .become_inside(&self.ids, self.groups_left, &warn)?;
        let changes_ids = self.ids.user.is_some() || self.ids.group.is_some();
        if self.credentials.enters_user || changes_ids {
            hide_process()?;
        }
        Ok(())
    }

    /// Sets the variables of `--reset-env` and `--tools`.
    pub(crate) fn set_environment(&self) {
        if let Some(login) = &self.login {
            login.apply(self.changes_root);
        }
        if let Some(tools) = &self.tools {
            tools.set_variables();
        }
    }

    /// Gives the program the target's restrictions and those of the hardening options.
    ///
    /// # Errors
    /// That a step fails.
    pub(crate) fn restrict(
        &self,
        options: &Options,
        death_signal: Option<&ParentDeathSignal>,
    ) -> Result<()> {
        if let Some(as_target) = &self.as_target {
            as_target.finish()?;
        }
        options
            .hardening
            .apply(|text| self.diagnostics.warn(text))?;
        if let Some(death_signal) = death_signal {
            // The last step, because a change of credentials clears it.
            death_signal.arm()?;
        }
        Ok(())
    }
}
