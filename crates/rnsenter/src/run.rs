//! The steps of `rnsenter`, in the order of the man page. The order is visible from outside and is that of nsenter(1).

use std::cell::RefCell;
use std::ffi::OsString;

use anyhow::{Error, Result};
use nix::errno::Errno;
use nscore::cli::Invocation;
use nscore::exec::Program;
use nscore::hardening::hide_process;
use nscore::ns_type::NsType;
use nscore::sys::errno::of_error;
use nscore::sys::process::ExitReason;

use crate::as_target::omit_own_root;
use crate::cli::OptionId;
use crate::fork::ForkMode;
use crate::hint::usage::missing_target;
use crate::join::select_all;
use crate::options::Options;
use crate::parse;
use crate::prepared::Prepared;
use crate::program::{self, searches_target};
use crate::selinux;
use crate::target::Target;
use crate::target::init;

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

/// Returns whether the kernel did not permit something.
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
    let diagnostics = &invocation.diagnostics;
    let operands = std::mem::take(&mut options.operands);
    let program = choose_program(invocation, &options, &operands);
    selinux::set_exec_context(&options, options.target.as_ref())?;
    expand_selection(&mut options)?;
    let searches_target = searches_target(&options, invocation.is_original);
    let target = options.target.take();

    let mut prepared = Prepared::open(&mut options, target.as_ref(), diagnostics)?;
    prepared.hold_files_outside();
    let enters_pid = prepared.enters(NsType::Pid);
    let new_session = options.hardening.needs_fork();
    let processes = ForkMode::prepare(&options.fork, new_session, enters_pid)?;
    prepared.read_attributes(&options, target.as_ref())?;
    prepared.drop_groups_outside();
    // From here until exec nobody inside may look into this process: it still holds what is outside.
    hide_process()?;
    let inside = prepared.enter(&options, target.as_ref(), may_have_joined)?;

    // The process that waits closes it.
    let target = RefCell::new(target);
    let release = || drop(target.take());
    processes.run(
        &options.fork,
        diagnostics,
        |death_signal| {
            inside.become_user()?;
            inside.set_environment();
            inside.restrict(&options, death_signal)?;
            let target = target.borrow();
            let searched = target.as_ref().filter(|_| searches_target);
            let (root_changed, own_file) = (inside.changes_root, inside.own_file.as_ref());
            Err(program::become_program(
                &program,
                root_changed,
                own_file,
                searched,
            ))
        },
        release,
    )
}

/// Returns the program that the operands name, or a shell.
fn choose_program<'a>(
    invocation: &'a Invocation<OptionId>,
    options: &Options,
    operands: &'a [OsString],
) -> Program<'a> {
    let keeps_shell = !options.environment && options.own_environment.passes("SHELL");
    match Program::from_operands(operands, invocation.preceding_option(), keeps_shell) {
        Program::Shell(shell) if options.as_target => Program::Shell(shell.that_exists()),
        program => program,
    }
}

/// Replaces what `--all` and `--as-target` select by what of it differs from the caller's.
fn expand_selection(options: &mut Options) -> Result<()> {
    if options.selection.all {
        select_all(options)?;
    }
    if options.as_target {
        omit_own_root(options);
    }
    Ok(())
}
