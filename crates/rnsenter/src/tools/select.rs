//! Which namespaces `--tools` enters.

use anyhow::{Result, bail};
use nscore::cli::sentence;
use nscore::ns_type::NsType;
use nscore::sys::capability::{self, CAP_SYS_ADMIN};

use crate::join::differs;
use crate::options::Options;
use crate::selection::Origin;
use crate::target::Target;

/// Those that say what a program sees of the network and the machine, and nothing of files or processes.
const ALWAYS: [NsType; 4] = [NsType::Net, NsType::Ipc, NsType::Uts, NsType::Cgroup];

/// Checks that no option contradicts it: the program's files are the caller's.
///
/// # Errors
/// `options --tools and … cannot be combined`; that the target is not a process.
pub(crate) fn check_options(options: &Options) -> Result<()> {
    options.check_own_files("tools")?;
    if options.target.is_none() {
        bail!(sentence("option %s requires a process", &[&"--tools"]));
    }
    Ok(())
}

/// Selects the types that differ from the caller's.
///
/// The user namespace is entered by a caller who has no rights over the others otherwise. The PID namespace is entered
/// if nobody in it may look into the program: root inside reads /proc/PID/root, which is the caller's root directory,
/// of every process of its own user namespace.
///
/// # Errors
/// `stat of /proc/PID/ns/… failed`.
pub(super) fn select_types(options: &mut Options, target: &Target) -> Result<()> {
    for ns_type in ALWAYS {
        select_differing(options, target, ns_type)?;
    }
    if !differs(target, NsType::User)? {
        return Ok(());
    }
    let is_privileged = capability::get().is_ok_and(|own| own.has_effective(CAP_SYS_ADMIN));
    match is_privileged || options.selection.selects(NsType::User) {
        true if options.selection.selects(NsType::User) => Ok(()),
        true => select_differing(options, target, NsType::Pid),
        false => select_differing(options, target, NsType::User),
    }
}

fn select_differing(options: &mut Options, target: &Target, ns_type: NsType) -> Result<()> {
    if !options.selection.selects(ns_type) && differs(target, ns_type)? {
        options.selection.select(ns_type, Origin::Target);
    }
    Ok(())
}
