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

use crate::fork::watchdog::Watchdog;
use crate::fork::{self, Exposure, ParentDeathSignal};
use crate::idmap::write::IdMapWriter;
use crate::init::monitor;
use crate::options::Options;
use crate::persist::NamespaceBinder;
use crate::persist::unpersist;
use crate::{check, credentials, environment, mounts, timens, uts_net};

/// Runs the program in its namespaces; returns if it could not be run, or once the child that runs it has ended.
pub(crate) fn run(invocation: &Invocation) -> Result<ExitReason> {
    let options = Options::from_invocation(invocation)?;
    if let Some(directory) = &options.extensions.unpersist {
        return unpersist::run(directory);
    }
    let diagnostics = &invocation.diagnostics;
    if options.extensions.check {
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
    let binder = NamespaceBinder::prepare(&options, diagnostics)?;
    if let Some(whose) = crate::hint::foreign_subordinate_ids(&options) {
        diagnostics.print_hint(|| Some(whose));
    }
    let mut id_map_writer = IdMapWriter::prepare(&options, diagnostics)?;
    let watchdog = Watchdog::spawn(&options, diagnostics)?;
    credentials::become_owner(&options)?;
    let flags = options.flags();
    unshare(flags)
        .with_hint(move |errno| hint::unshare(errno, flags))
        .context("unshare failed")?;
    binder.renew_mount_namespace()?;
    id_map_writer.write_ranges()?;
    timens::set_offsets(&options)?;
    if options.init {
        return monitor::run(&options, diagnostics, binder, |init| {
            set_up_namespaces(&options, &id_map_writer)?;
            init.run(diagnostics, || {
                become_program(&options, diagnostics, runs, None)
            })
        });
    }
    let inside = |death_signal: Option<&ParentDeathSignal>| {
        set_up_namespaces(&options, &id_map_writer)?;
        become_program(&options, diagnostics, runs, death_signal)
    };
    if options.fork {
        return fork::run(&options, diagnostics, binder, watchdog, inside);
    }
    binder.bind()?;
    inside(None)
}

/// The steps inside the new namespaces that all processes in there have in common.
fn set_up_namespaces(options: &Options, id_map_writer: &IdMapWriter) -> Result<()> {
    id_map_writer.write_own(options.setgroups)?;
    uts_net::set_up(&options.extensions)?;
    if options.unshares(NsType::Mount) {
        mounts::set_root_propagation(options)?;
    }
    mounts::register_before_root(options)?;
    let new_root = mounts::change_root_and_directory(options)?;
    mounts::mount_proc_and_binfmt(options)?;
    mounts::pivot_root(new_root, options)
}

/// The steps that are the program's own, in the process that becomes it.
fn become_program(
    options: &Options,
    diagnostics: &Diagnostics,
    (program, own): (&Program<'_>, Option<&OwnFile>),
    death_signal: Option<&ParentDeathSignal>,
) -> Result<ExitReason> {
    credentials::become_program_user(options)?;
    if Exposure::new(options) == Exposure::Hidden {
        // Another user's process is as dumpable as /proc/sys/fs/suid_dumpable has it.
        make_undumpable().context("prctl failed")?;
    }
    death_signal.map_or(Ok(()), ParentDeathSignal::arm)?;
    environment::apply(options);
    options
        .extensions
        .hardening
        .apply(|text| diagnostics.warn(text))?;
    Err(program.run(options.root.is_some(), own))
}
