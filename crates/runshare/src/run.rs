//! The steps of `runshare`, in the order of the man page. The order is visible from outside and is that of unshare(1).

use anyhow::{Context, Result};
use nix::libc::SIGCHLD;
use nscore::cli::{Diagnostics, Invocation};
use nscore::environment::OutsideLogin;
use nscore::exec::{OwnFile, Program};
use nscore::hardening::hide_process;
use nscore::ns_type::NsType;
use nscore::pdeathsig::ParentDeathSignal;
use nscore::rootfs::MappedSources;
use nscore::sys::process::ExitReason;
use nscore::sys::signal::set_default;

use crate::cgroup::LimitedCgroup;
use crate::fork::{self, Exposure, Held, Watchdog};
use crate::hint::{is_shell_alone, nothing_unshared, root_of_nobody};
use crate::idmap::hint::foreign_subordinate_ids;
use crate::idmap::mounts::map_sources;
use crate::idmap::write::IdMapWriter;
use crate::network::{self, Network};
use crate::option_id::OptionId;
use crate::options::Options;
use crate::persist::{NamespaceBinder, unpersist};
use crate::unshare::unshare;
use crate::{check, credentials, init, limits, mounts, timens, uts_net};

/// Runs `runshare`. Returns how the child ended that ran the program, or an error; does not return if this process
/// became the program.
pub(crate) fn run(invocation: &Invocation<OptionId>) -> Result<ExitReason> {
    let mut options = Options::from_invocation(invocation)?;
    if let Some(directory) = &options.extensions.unpersist {
        return unpersist::run(directory);
    }
    if options.extensions.check {
        return check::run(&options, &invocation.diagnostics);
    }
    // Before the namespaces are made: another resolv.conf requires a mount namespace.
    let network = options.extensions.network.as_mut();
    if let Some(text) = network.and_then(network::replace_name_server) {
        options.replace_resolv_conf(text)?;
    }
    run_program(&options, invocation)
}

/// The steps outside, unshare(2), and those that follow it immediately; [`Inside`] has the others.
fn run_program(options: &Options, invocation: &Invocation<OptionId>) -> Result<ExitReason> {
    let diagnostics = &invocation.diagnostics;
    let program = named_program(options, invocation);
    let login = options.environment.look_up_outside();
    let own_file = hold_files_outside(options, diagnostics);
    // If the caller ignores SIGCHLD, the kernel reaps children itself and waitpid(2) fails.
    set_default(SIGCHLD).context("sigaction failed")?;

    let OutsideProcesses {
        cgroup,
        network,
        binder,
        mut id_maps,
        watchdog,
    } = OutsideProcesses::start(options, diagnostics)?;

    limits::raise_hard_limits(&options.extensions.limits)?;
    let mapped_sources = map_sources(&options.mounts, &options.users, &options.groups)?;
    credentials::become_owner(options)?;
    let mut held = Held::prepare(options, network, cgroup)?;
    unshare(options.flags())?;
    held.reopen_overlay()?;
    binder.renew_mount_namespace()?;
    id_maps.write_ranges()?;
    timens::set_offsets(options)?;
    if let Some(directory) = options.mounts.changes() {
        id_maps.write_own(options.setgroups)?;
        return diagnostics.list_changes(directory, options.extensions.json);
    }

    let inside = Inside {
        options,
        diagnostics,
        program,
        own_file,
        login,
        id_maps,
        mapped_sources,
        held: &held,
    };
    inside.run(binder, watchdog)
}

/// Returns the program that the command line names, or the caller's shell.
fn named_program<'a>(options: &'a Options, invocation: &'a Invocation<OptionId>) -> Program<'a> {
    if invocation.options().is_empty() && is_shell_alone(&options.operands) {
        invocation.diagnostics.print_hint(nothing_unshared);
    }
    Program::from_operands(
        &options.operands,
        invocation.preceding_option(),
        options.environment.passes("SHELL"),
    )
}

/// Opens this program's own file, and what messages and hints read, if another root or mount namespace will be entered.
fn hold_files_outside(options: &Options, diagnostics: &Diagnostics) -> Option<OwnFile> {
    if options.root.is_some() || options.unshares(NsType::Mount) {
        diagnostics.load_language();
    }
    let root = options.root.as_ref()?;
    diagnostics.print_hint(|| root_of_nobody(root, &options.users));
    diagnostics.hold_proc();
    OwnFile::hold()
}

/// The processes that stay outside the new namespaces, of which most options require none.
struct OutsideProcesses {
    cgroup: Option<LimitedCgroup>,
    network: Option<Network>,
    binder: NamespaceBinder,
    id_maps: IdMapWriter,
    watchdog: Option<Watchdog>,
}

impl OutsideProcesses {
    /// Starts them, before unshare(2).
    ///
    /// # Errors
    /// That one of them cannot be made or cannot do its part.
    fn start(options: &Options, diagnostics: &Diagnostics) -> Result<OutsideProcesses> {
        let cgroup = LimitedCgroup::make(&options.extensions.cgroup_limits, diagnostics)?;
        let network = match &options.extensions.network {
            Some(network) => {
                let ports = &options.extensions.published;
                Some(Network::spawn(network, ports, diagnostics)?)
            }
            None => None,
        };
        let binder = NamespaceBinder::prepare(options, diagnostics)?;
        if let Some((kind, owner)) = options.foreign_range_owner() {
            diagnostics.print_hint(|| Some(foreign_subordinate_ids(kind, owner)));
        }
        let has_owner = options.owner.is_some();
        let id_maps =
            IdMapWriter::prepare(&options.users, &options.groups, has_owner, diagnostics)?;
        let watchdog = Watchdog::spawn(options, diagnostics)?;
        Ok(OutsideProcesses {
            cgroup,
            network,
            binder,
            id_maps,
            watchdog,
        })
    }
}

/// The steps inside the new namespaces.
struct Inside<'a> {
    options: &'a Options,
    diagnostics: &'a Diagnostics,
    program: Program<'a>,
    own_file: Option<OwnFile>,
    login: Option<OutsideLogin>,
    id_maps: IdMapWriter,
    /// What is to be bound with its owners mapped.
    mapped_sources: MappedSources,
    held: &'a Held,
}

impl Inside<'_> {
    /// Runs the program: below an init, as a child, or in this process.
    fn run(&self, binder: NamespaceBinder, watchdog: Option<Watchdog>) -> Result<ExitReason> {
        let (options, diagnostics, held) = (self.options, self.diagnostics, self.held);
        if options.init {
            return init::run(options, diagnostics, binder, held, |init| {
                self.set_up_namespaces()?;
                init.run(diagnostics, || self.become_program(None))
            });
        }
        let set_up_and_become_program = |death_signal: Option<&ParentDeathSignal>| {
            self.set_up_namespaces()?;
            self.become_program(death_signal)
        };
        if options.fork {
            let inside = set_up_and_become_program;
            return fork::run(options, diagnostics, binder, held, watchdog, inside);
        }
        binder.bind()?;
        set_up_and_become_program(None)
    }

    /// Does what applies to all processes in the namespaces.
    fn set_up_namespaces(&self) -> Result<()> {
        let options = self.options;
        if let Some(cgroup) = self.held.cgroup() {
            cgroup.join(options.unshares(NsType::Cgroup))?;
        }
        self.id_maps.write_own(options.setgroups)?;
        uts_net::set_host_names(&options.extensions)?;
        uts_net::set_loopback(&options.extensions)?;
        if let Some(network) = self.held.network() {
            network.connect()?;
        }
        if options.unshares(NsType::Mount) {
            mounts::set_root_propagation(options)?;
        }
        mounts::register_before_root(options)?;
        if self.held.overlay().is_some() {
            mounts::leave_to_waiter()?;
        }
        let (overlay, mapped) = (self.held.overlay(), &self.mapped_sources);
        let new_root = mounts::change_root_and_directory(options, overlay, mapped, &|text| {
            self.diagnostics.warn(text);
        })?;
        mounts::mount_proc_and_binfmt(options)?;
        mounts::pivot_root(new_root, options)
    }

    /// Does what applies to the program alone, and executes it.
    fn become_program(&self, death_signal: Option<&ParentDeathSignal>) -> Result<ExitReason> {
        let options = self.options;
        limits::apply(&options.extensions.limits)?;
        credentials::become_program_user(options)?;
        if Exposure::new(options) == Exposure::Hidden {
            // A change of credentials makes a process dumpable if /proc/sys/fs/suid_dumpable says so.
            hide_process()?;
        }
        if let Some(death_signal) = death_signal {
            // A change of credentials has cleared it.
            death_signal.arm()?;
        }
        let changed_root = options.root.is_some();
        options
            .environment
            .apply_for_user(self.login.as_ref(), changed_root);
        let hardening = options.extensions.hardening;
        hardening.apply(|text| self.diagnostics.warn(text))?;
        Err(self.program.exec(changed_root, self.own_file.as_ref()))
    }
}
