//! The steps of `rnsenter`, in the order of the man page. The order is visible from outside and is that of nsenter(1).

use std::cell::RefCell;

use anyhow::{Context, Error, Result, anyhow};
use nix::errno::Errno;
use nscore::cli::{Invocation, Message, sentence};
use nscore::exec::{OwnFile, Program};
use nscore::hardening::make_undumpable;
use nscore::hint::Hint;
use nscore::ns_type::NsType;
use nscore::pdeathsig::ParentDeathSignal;
use nscore::sys::errno::of_error;
use nscore::sys::process::ExitReason;

use crate::as_target::{AsTarget, omit_own_root};
use crate::cgroup::Cgroup;
use crate::cli::OptionId;
use crate::credentials::Credentials;
use crate::environment::{Environment, LoginEnvironment};
use crate::fork::Processes;
use crate::hint::usage::{missing_target, nothing_named};
use crate::join::{NamespaceSet, select_all};
use crate::netns_etc;
use crate::options::Options;
use crate::parse;
use crate::program::{self, searches_target};
use crate::rootdir::Directories;
use crate::selinux;
use crate::setid::{Ids, SetIds};
use crate::target::Target;
use crate::target::init;
use crate::tools::Tools;

/// Runs the program in the namespaces; returns if it could not be run, or once the child that runs it has ended.
pub(crate) fn run(invocation: &Invocation<OptionId>) -> Result<ExitReason> {
    let options = parse::parse(invocation)?;
    let target = options.target.as_ref().map(Target::pid);
    let is_target_missing = target.is_none() && options.needs_target();
    let mut may_have_joined = false;
    let ended = enter_and_run(invocation, options, &mut may_have_joined);
    match (ended, target) {
        // Only now, so that a target that can be looked into costs nothing more.
        (Err(error), Some(pid)) if !may_have_joined && is_permission_error(&error) => {
            let Some(child) = init::readable_child(pid)? else {
                return Err(error);
            };
            let mut options = parse::parse(invocation)?;
            options.target = Some(child);
            enter_and_run(invocation, options, &mut may_have_joined)
        }
        (Err(error), None) if is_target_missing => Err(error.context(missing_target(invocation))),
        (ended, _) => ended,
    }
}

/// Whether the kernel did not permit something.
fn is_permission_error(error: &Error) -> bool {
    let mut causes = error.chain().filter_map(of_error);
    causes.any(|errno| matches!(errno, Errno::EACCES | Errno::EPERM))
}

/// Enters what the options name, and runs the program; sets `may_have_joined` once this process may have joined
/// anything.
fn enter_and_run(
    invocation: &Invocation<OptionId>,
    mut options: Options,
    may_have_joined: &mut bool,
) -> Result<ExitReason> {
    let keeps_shell = !options.environment && options.own_environment.passes("SHELL");
    let operands = std::mem::take(&mut options.operands);
    let mut program = Program::from_operands(&operands, invocation.preceding_option(), keeps_shell);
    if let (Program::Shell(shell), true) = (&mut program, options.as_target) {
        *shell = shell.clone().that_exists();
    }
    selinux::set_exec_context(&options, options.target.as_ref())?;
    if options.selection.all {
        select_all(&mut options)?;
    }
    if options.as_target {
        omit_own_root(&mut options);
    }
    let searches_target = searches_target(&options, invocation.is_original);
    let diagnostics = &invocation.diagnostics;
    let warn = |text: &Message| diagnostics.warn(text);
    let target = options.target.take();
    let tools = match target.as_ref().filter(|_| options.tools.is_some()) {
        Some(target) => Some(Tools::open(&mut options, target, &warn)?),
        None => None,
    };
    let login = LoginEnvironment::look_up(&options);
    let mut prepared = Prepared::open(&mut options, target.as_ref())?;
    let credentials = Credentials {
        enters_user: prepared.namespaces.contains(NsType::User),
        preserve: options.preserve_credentials,
        keep_caps: options.keep_caps,
    };
    let root_changed = prepared.changes_root;
    let own = if root_changed { OwnFile::hold() } else { None };
    if root_changed {
        diagnostics.hold_proc();
        diagnostics.load_language();
    }
    let enters_pid = prepared.namespaces.contains(NsType::Pid);
    let new_session = options.hardening.needs_fork();
    let processes = Processes::prepare(&options.fork, new_session, enters_pid)?;
    let as_target = match target.as_ref().filter(|_| options.as_target) {
        Some(target) => Some(AsTarget::prepare(target, &warn)?),
        None => None,
    };
    let groups_left = match prepared.ids.names_groups() {
        true => {
            prepared.ids.follow_groups_outside();
            false
        }
        false => credentials.drop_groups_outside(),
    };
    // From here until exec nobody inside may look into this process: it still holds what is outside.
    make_undumpable().context("prctl failed")?;
    if let Some(tools) = &tools {
        *may_have_joined = true;
        prepared.namespaces.enter_user()?;
        // The kernel has made this process dumpable as /proc/sys/fs/suid_dumpable has it.
        make_undumpable().context("prctl failed")?;
        tools.mount(diagnostics)?;
    }
    let ids = prepared.enter(target.as_ref(), as_target.as_ref(), may_have_joined)?;
    if let Some(name) = options.netns_name.as_ref().filter(|_| options.netns_etc) {
        netns_etc::bind_files(name, &warn)?;
    }
    // The process that waits closes it.
    let target = RefCell::new(target);
    let become_program = |death_signal: Option<&ParentDeathSignal>| -> Result<ExitReason> {
        if let Some(tools) = &tools {
            tools.mount_proc(&warn);
        }
        credentials.become_inside(&ids, groups_left, &warn)?;
        if credentials.enters_user || ids.user.is_some() || ids.group.is_some() {
            make_undumpable().context("prctl failed")?;
        }
        if let Some(login) = &login {
            login.apply(root_changed);
        }
        if let Some(tools) = &tools {
            tools.set_variables();
        }
        if let Some(as_target) = &as_target {
            as_target.finish()?;
        }
        options.hardening.apply(warn)?;
        if let Some(death_signal) = death_signal {
            // The last step, because a change of credentials clears it.
            death_signal.arm()?;
        }
        let target = target.borrow();
        let searched = target.as_ref().filter(|_| searches_target);
        Err(program::become_program(
            &program,
            root_changed,
            own.as_ref(),
            searched,
        ))
    };
    let release = || drop(target.take());
    processes.run(&options.fork, diagnostics, become_program, release)
}

fn nothing_to_enter(target: Option<&Target>) -> Error {
    let error = anyhow!("no namespace specified");
    match target {
        None => error.context(Hint::new(|| Some(nothing_named()))),
        Some(_) => error.context(Hint::new(|| {
            Some(sentence(
                "no type of namespace was selected: --all enters all namespaces of the target",
                &[],
            ))
        })),
    }
}

/// All that must be opened before anything is entered, for it is the caller's view or needs the caller's privilege.
struct Prepared<'a> {
    namespaces: NamespaceSet<'a>,
    directories: Directories,
    environment: Environment,
    cgroup: Cgroup,
    ids: SetIds,
    /// Whether the program will see other files than the caller does.
    changes_root: bool,
}

impl<'a> Prepared<'a> {
    /// Opens it in the original's order, which its first complaint shows.
    fn open(options: &mut Options, target: Option<&'a Target>) -> Result<Prepared<'a>> {
        let mut namespaces = NamespaceSet::open(options, target)?;
        let directories = Directories::open(options, target)?;
        let environment = Environment::open(options, target)?;
        let cgroup = Cgroup::open(options, target)?;
        let changes_root = directories.changes_root() || namespaces.contains(NsType::Mount);
        let ids = SetIds::open(options, target, changes_root)?;
        if options.selection.user_parent {
            namespaces.add_user_parent(target)?;
        }
        if let Some(number) = options.selection.net_socket {
            namespaces.add_net_socket(target, number)?;
        }
        if namespaces.is_empty() && !options.as_target && options.tools.is_none() {
            return Err(nothing_to_enter(target));
        }
        Ok(Prepared {
            namespaces,
            directories,
            environment,
            cgroup,
            ids,
            changes_root,
        })
    }

    /// Enters everything, and returns the IDs that the program gets inside.
    fn enter(
        self,
        target: Option<&Target>,
        as_target: Option<&AsTarget>,
        may_have_joined: &mut bool,
    ) -> Result<Ids> {
        let enters_user = self.namespaces.contains(NsType::User);
        // The namespaces of a process are joined all or none, if that process may not be looked into.
        *may_have_joined = self.namespaces.has_files();
        self.namespaces.enter(target)?;
        *may_have_joined = true;
        if enters_user {
            // The kernel has made this process dumpable as /proc/sys/fs/suid_dumpable has it.
            make_undumpable().context("prctl failed")?;
        }
        self.directories.enter()?;
        if let Some(as_target) = as_target {
            as_target.set_umask();
        }
        self.environment.apply(target)?;
        let ids = self.ids.resolve(target)?;
        self.cgroup.join()?;
        Ok(ids)
    }
}
