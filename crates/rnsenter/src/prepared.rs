//! What must be opened before anything is entered, for it is the caller's view or needs the caller's privilege, and how
//! it is entered.

use anyhow::{Error, Result, anyhow};
use nscore::cli::Diagnostics;
use nscore::exec::OwnFile;
use nscore::hardening::hide_process;
use nscore::hint::{Hint, explanation};
use nscore::ns_type::NsType;

use crate::as_target::AsTarget;
use crate::cgroup::TargetCgroup;
use crate::credentials::Credentials;
use crate::environment::{EnvironmentSource, LoginEnvironment};
use crate::hint::usage::nothing_named;
use crate::inside::Inside;
use crate::join::NamespaceSet;
use crate::netns_etc;
use crate::options::Options;
use crate::rootdir::Directories;
use crate::setid::SetIds;
use crate::target::Target;
use crate::tools::Tools;

/// Everything that will be entered, opened in the caller's view.
pub(crate) struct Prepared<'target, 'tool> {
    diagnostics: &'tool Diagnostics,
    namespaces: NamespaceSet<'target>,
    directories: Directories,
    environment: EnvironmentSource,
    cgroup: TargetCgroup,
    ids: SetIds,
    credentials: Credentials,
    login: Option<LoginEnvironment>,
    tools: Option<Tools>,
    as_target: Option<AsTarget>,
    own_file: Option<OwnFile>,
    /// Whether the supplementary groups could not be dropped outside.
    groups_left: bool,
    /// Whether the program will see other files than the caller does.
    changes_root: bool,
}

impl<'target, 'tool> Prepared<'target, 'tool> {
    /// Opens everything in the order of nsenter(1), which shows in the error that comes first.
    ///
    /// # Errors
    /// That something cannot be opened; `no namespace specified`.
    pub(crate) fn open(
        options: &mut Options,
        target: Option<&'target Target>,
        diagnostics: &'tool Diagnostics,
    ) -> Result<Prepared<'target, 'tool>> {
        let warn = |text: &_| diagnostics.warn(text);
        let tools = match target.filter(|_| options.tools.is_some()) {
            Some(target) => Some(Tools::open(options, target, &warn)?),
            None => None,
        };
        let login = LoginEnvironment::look_up(options);
        let mut namespaces = NamespaceSet::open(options, target)?;
        let directories = Directories::open(options, target)?;
        let environment = EnvironmentSource::open(options, target)?;
        let cgroup = TargetCgroup::open(options, target)?;
        let changes_root = directories.changes_root() || namespaces.contains(NsType::Mount);
        let ids = SetIds::open(options, target, changes_root)?;
        if options.selection.user_parent {
            namespaces.add_user_parent(target)?;
        }
        if let Some(number) = options.selection.net_socket {
            namespaces.add_net_socket(target, number)?;
        }
        if namespaces.is_empty() && !options.as_target && tools.is_none() {
            return Err(nothing_to_enter(target));
        }
        let credentials = Credentials {
            enters_user: namespaces.contains(NsType::User),
            preserve: options.preserve_credentials,
            keep_caps: options.keep_caps,
        };
        Ok(Prepared {
            diagnostics,
            namespaces,
            directories,
            environment,
            cgroup,
            ids,
            credentials,
            login,
            tools,
            as_target: None,
            own_file: None,
            groups_left: false,
            changes_root,
        })
    }

    /// Returns whether a namespace of this type will be entered.
    pub(crate) fn enters(&self, ns_type: NsType) -> bool {
        self.namespaces.contains(ns_type)
    }

    /// Opens this program's own file, and what messages and hints read, if another root will be entered.
    pub(crate) fn hold_files_outside(&mut self) {
        if self.changes_root {
            self.own_file = OwnFile::hold();
            self.diagnostics.hold_proc();
            self.diagnostics.load_language();
        }
    }

    /// Reads what `--as-target` copies from the target.
    ///
    /// # Errors
    /// That the target cannot be read.
    pub(crate) fn read_attributes(
        &mut self,
        options: &Options,
        target: Option<&Target>,
    ) -> Result<()> {
        if let Some(target) = target.filter(|_| options.as_target) {
            let warn = |text: &_| self.diagnostics.warn(text);
            self.as_target = Some(AsTarget::prepare(target, &warn)?);
        }
        Ok(())
    }

    /// Drops the supplementary groups while the caller's privilege over them is at hand.
    pub(crate) fn drop_groups_outside(&mut self) {
        if self.ids.names_groups() {
            self.ids.follow_groups_outside();
        } else {
            self.groups_left = self.credentials.drop_groups_outside();
        }
    }

    /// Enters everything, and returns what the program gets inside; sets `may_have_joined` once this process may have
    /// joined anything.
    ///
    /// # Errors
    /// That a step fails.
    pub(crate) fn enter(
        mut self,
        options: &Options,
        target: Option<&Target>,
        may_have_joined: &mut bool,
    ) -> Result<Inside<'tool>> {
        let diagnostics = self.diagnostics;
        let enters_user = self.credentials.enters_user;
        if let Some(tools) = &self.tools {
            *may_have_joined = true;
            self.namespaces.enter_user()?;
            // The change of the user namespace has made it as dumpable as /proc/sys/fs/suid_dumpable says.
            hide_process()?;
            tools.mount(diagnostics)?;
        }
        // The namespaces of a process are joined all or none, if that process may not be looked into.
        *may_have_joined |= self.namespaces.has_files();
        self.namespaces.enter(target)?;
        *may_have_joined = true;
        if enters_user {
            hide_process()?;
        }
        self.directories.enter()?;
        if let Some(as_target) = &self.as_target {
            as_target.set_umask()?;
        }
        self.environment.apply(target)?;
        let ids = self.ids.resolve(target)?;
        self.cgroup.join()?;
        if let Some(name) = options.netns_name.as_ref().filter(|_| options.netns_etc) {
            netns_etc::bind_files(name, &|text| diagnostics.warn(text))?;
        }
        Ok(Inside {
            diagnostics,
            ids,
            credentials: self.credentials,
            groups_left: self.groups_left,
            login: self.login,
            tools: self.tools,
            as_target: self.as_target,
            own_file: self.own_file,
            changes_root: self.changes_root,
        })
    }
}

/// Returns the original's error, with a hint.
fn nothing_to_enter(target: Option<&Target>) -> Error {
    let error = anyhow!("no namespace specified");
    match target {
        None => error.context(Hint::new(|| Some(nothing_named()))),
        Some(_) => error.context(Hint::new(|| {
            Some(explanation(
                "no-namespace-requested",
                "no type of namespace was selected: --all enters all namespaces of the target",
                &[],
            ))
        })),
    }
}
