//! What `runshare` does, step by step. The order can be seen from outside and is unshare(1)'s.

use anyhow::{Context, Result};
use nix::libc::SIGCHLD;
use nscore::cli::{Diagnostics, Invocation};
use nscore::exec::{OwnFile, Program};
use nscore::hardening::make_undumpable;
use nscore::hint::{self, WithHint};
use nscore::ns_type::NsType;
use nscore::sys::namespace::unshare;
use nscore::sys::process::ExitReason;
use nscore::sys::signal::set_default;

use crate::fork::watchdog::Watcher;
use crate::fork::{self, Exposure, Tie};
use crate::idmap::write::Mapper;
use crate::init::monitor;
use crate::options::Options;
use crate::persist::Keeper;
use crate::persist::unpersist;
use crate::{check, credentials, environment, mounts, timens, uts_net};

/// Runs the program in its namespaces; returns if it could not be run, or once the child that runs it has ended.
pub(crate) fn run(invocation: &Invocation) -> Result<ExitReason> {
    let options = Options::read(invocation)?;
    if let Some(directory) = &options.beyond.unpersist {
        return unpersist::let_go(directory);
    }
    let diagnostics = &invocation.diagnostics;
    if options.beyond.check {
        return check::run(&options, diagnostics);
    }
    let program = Program::from_operands(&options.operands, environment::keeps_shell(&options));
    let own = if options.root.is_some() {
        OwnFile::hold()
    } else {
        None
    };
    let runs = (&program, own.as_ref());
    // A caller that ignores SIGCHLD would leave nothing to wait for.
    set_default(SIGCHLD).context("sigaction failed")?;
    let keeper = Keeper::leave_behind(&options, diagnostics)?;
    if let Some(whose) = crate::hint::borrowed_ids(&options) {
        diagnostics.print_hint(|| Some(whose));
    }
    let mut mapper = Mapper::leave_behind(&options, diagnostics)?;
    let watcher = Watcher::leave_behind(&options, diagnostics)?;
    credentials::become_owner(&options)?;
    let flags = options.flags();
    unshare(flags)
        .with_hint(move |errno| hint::unshare(errno, flags))
        .context("unshare failed")?;
    keeper.renew_mount_namespace()?;
    mapper.write_blocks()?;
    timens::shift(&options)?;
    if options.init {
        return monitor::run(&options, diagnostics, keeper, |init| {
            settle(&options, &mapper)?;
            init.run(diagnostics, || {
                become_program(&options, diagnostics, runs, None)
            })
        });
    }
    let inside = |tie: Option<&Tie>| {
        settle(&options, &mapper)?;
        become_program(&options, diagnostics, runs, tie)
    };
    if options.fork {
        return fork::run(&options, diagnostics, keeper, watcher, inside);
    }
    keeper.keep()?;
    inside(None)
}

/// The steps inside the new namespaces that all processes in there have in common.
fn settle(options: &Options, mapper: &Mapper) -> Result<()> {
    mapper.write_own(options.setgroups)?;
    uts_net::set_up(&options.beyond)?;
    if options.unshares(NsType::Mount) {
        mounts::set_root_propagation(options)?;
    }
    mounts::register_before_root(options)?;
    let new_root = mounts::change_root_and_directory(options)?;
    mounts::mount_proc_and_binfmt(options)?;
    mounts::settle(new_root, options)
}

/// The steps that are the program's own, in the process that becomes it.
fn become_program(
    options: &Options,
    diagnostics: &Diagnostics,
    (program, own): (&Program<'_>, Option<&OwnFile>),
    tie: Option<&Tie>,
) -> Result<ExitReason> {
    credentials::become_program_user(options)?;
    if Exposure::new(options) == Exposure::Hidden {
        // Another user's process is as dumpable as /proc/sys/fs/suid_dumpable has it.
        make_undumpable().context("prctl failed")?;
    }
    tie.map_or(Ok(()), Tie::fasten)?;
    environment::reduce(options);
    options
        .beyond
        .hardening
        .apply(|text| diagnostics.warn(text))?;
    Err(program.run(options.root.is_some(), own))
}
