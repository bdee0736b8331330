//! The meaning of the parsed command line. No name is looked up here.

use std::ffi::{OsStr, OsString};

use nscore::cli::{Invocation, Usage, sentence};
use nscore::environment::Environment;
use nscore::hardening::Hardening;
use nscore::rootfs::Requests;

use crate::cli::OptionId;

/// The parsed options and operands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// The directory that becomes the root, as it was typed.
    pub(crate) newroot: OsString,
    /// The command and its arguments; empty for a shell.
    pub(crate) command: Vec<OsString>,
    /// The user and group to run as; `None` to change nothing.
    pub(crate) userspec: Option<OsString>,
    /// The list of supplementary groups, which may be empty.
    pub(crate) groups: Option<OsString>,
    /// Whether the working directory stays as it is.
    pub(crate) skip_chdir: bool,
    /// The working directory, a path inside the new root.
    pub(crate) directory: Option<OsString>,
    /// What the command does not inherit.
    pub(crate) hardening: Hardening,
    /// What is to be mounted inside.
    pub(crate) mounts: Requests,
    /// Whether changes are listed as JSON.
    pub(crate) json: bool,
    /// What the command is to have of the caller's environment.
    pub(crate) environment: Environment,
}

impl Options {
    /// Interprets the options. If one is repeated, the last one counts.
    ///
    /// # Errors
    /// The first error of the command line, a missing NEWROOT, or two options that exclude each other.
    pub(crate) fn parse(invocation: &Invocation<OptionId>) -> Result<Options, Usage> {
        let (mut userspec, mut groups, mut skip_chdir) = (None, None, false);
        let (mut directory, mut hardening, mut json) = (None, Hardening::default(), false);
        let (mut mounts, mut environment) = (Requests::default(), Environment::Inherited);
        for option in invocation.options() {
            match option.id() {
                OptionId::Groups => groups = Some(option.value().to_owned()),
                OptionId::Userspec => userspec = Some(option.value().to_owned()),
                OptionId::SkipChdir => skip_chdir = true,
                OptionId::Chdir => directory = Some(option.value().to_owned()),
                OptionId::Hardening(option) => hardening.set(option),
                OptionId::Rootfs(id) => mounts
                    .set(id, option.optional_value())
                    .map_err(Usage::InvalidUsage)?,
                OptionId::Json => json = true,
                OptionId::ClearEnv => environment = Environment::Empty,
                OptionId::WhitelistEnv => environment.allow(option.value()),
                OptionId::ResetEnv => environment = Environment::Login,
            }
        }
        let operands = invocation.operands()?;
        check_changes(&mounts, json, operands)?;
        let (newroot, command) = match operands.split_first() {
            Some((newroot, command)) => (newroot.clone(), command.to_vec()),
            None if mounts.changes().is_some() => (OsString::new(), Vec::new()),
            None => return Err(Usage::InvalidUsage(sentence("missing operand", &[]))),
        };
        if skip_chdir && directory.is_some() {
            let both = "options --chdir and --skip-chdir cannot be combined";
            return Err(Usage::InvalidUsage(sentence(both, &[])));
        }
        mounts.check().map_err(Usage::InvalidUsage)?;
        if mounts.maps_ids() {
            let requires = "idmap of --bind requires a new user namespace: use runshare --root";
            return Err(Usage::InvalidUsage(sentence(requires, &[])));
        }
        Ok(Options {
            newroot,
            command,
            userspec: userspec.filter(|spec: &OsString| *spec != OsStr::new("")),
            groups,
            skip_chdir,
            directory,
            hardening,
            mounts,
            json,
            environment,
        })
    }
}

/// Checks what `--changes` and `--json` require of each other and of the operands.
fn check_changes(mounts: &Requests, json: bool, operands: &[OsString]) -> Result<(), Usage> {
    let invalid = match (mounts.changes(), operands) {
        (Some(_), [_, ..]) => "option --changes does not run a command",
        (None, _) if json => "option --json requires --changes",
        _ => return Ok(()),
    };
    Err(Usage::InvalidUsage(sentence(invalid, &[])))
}
