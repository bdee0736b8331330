//! The options of nsenter(1) that `--as-target` implies.

use anyhow::{Result, bail};
use nix::errno::Errno;
use nscore::cli::sentence;
use nscore::environment::Environment;
use nscore::ns_type::NsType;
use nscore::sys::directory::{status, status_of};

use crate::id_source::{GroupsSource, IdSource};
use crate::options::Options;
use crate::selection::Origin;
use crate::target::{Target, init};

/// Adds the options that it represents; what the command line says itself counts.
pub(crate) fn expand_options(options: &mut Options) {
    options.selection.all = true;
    options.selection.differing_only = true;
    options.root.get_or_insert(Origin::Target);
    if options.directory.is_none() && options.directory_inside.is_none() {
        options.directory = Some(Origin::Target);
    }
    options.is_targets_user = !options.preserve_credentials
        && matches!(options.setuid, None | Some(IdSource::Follow))
        && matches!(options.setgid, None | Some(IdSource::Follow))
        && matches!(options.groups, None | Some(GroupsSource::Follow));
    if options.is_targets_user || options.environment {
        options.environment = options.own_environment == Environment::Inherited;
    } else if options.own_environment == Environment::Inherited {
        // Neither the target's, which would run its user's code as another user, nor the caller's.
        options.own_environment = Environment::Empty;
    }
    options.follow_context = true;
    if options.preserve_credentials {
        return;
    }
    if options.groups.is_none() && options.setgid.is_none() {
        options.groups = Some(GroupsSource::Follow);
    }
    options.setuid.get_or_insert(IdSource::Follow);
    options.setgid.get_or_insert(IdSource::Follow);
}

/// If the target is the init of `runshare --init`, selects its oldest child: the program that the user started.
///
/// # Errors
/// That the target is not a process.
pub(crate) fn select_target(options: &mut Options) -> Result<()> {
    let Some(target) = &options.target else {
        bail!(sentence("option %s requires a process", &[&"--as-target"]));
    };
    if let Some(child) = init::oldest_child(target.pid()) {
        options.target = Some(child);
    }
    Ok(())
}

/// Leaves out the root if the target has the caller's, which only a privileged caller could change.
pub(crate) fn omit_own_root(options: &mut Options) {
    let is_mount_selected = options.selection.selects(NsType::Mount);
    let is_targets = matches!(options.root, Some(Origin::Target));
    if let (Some(target), true, false) = (&options.target, is_targets, is_mount_selected) {
        if has_own_root(target).unwrap_or(false) {
            options.root = None;
        }
    }
}

/// Returns whether the root of the target is that of this process: to change it requires a capability.
fn has_own_root(target: &Target) -> Result<bool, Errno> {
    let theirs = target.open("root").map_err(|_| Errno::EACCES)?;
    let (own, theirs) = (status(c"/")?, status_of(&theirs)?);
    Ok(own.is_same_place(&theirs))
}
