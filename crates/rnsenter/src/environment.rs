//! `--env`: the program gets the environment that the target was started with. `--clear-env`: it gets none.
//! `--reset-env`: it gets that of a login, which is known only once the program's user and root are.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::fs::File;
use std::iter;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nscore::environment::{Environment, OutsideLogin};
use nscore::language;
use nscore::sys::environment::replace;

use crate::options::Options;
use crate::target::{Target, missing_target, read_limited};

/// What environment the program gets.
pub(crate) enum EnvironmentSource {
    /// The caller's.
    Own,
    /// None.
    Empty,
    /// The target's, opened while it could be.
    Target(File),
    /// The target's, to be opened inside: before, it may not be the caller's to read.
    TargetInside,
}

impl EnvironmentSource {
    /// Opens /proc/PID/environ of the target, if `--env` or `--as-target` asks for it.
    ///
    /// # Errors
    /// That there is no target; `cannot open /proc/PID/environ`.
    pub(crate) fn open(options: &Options, target: Option<&Target>) -> Result<EnvironmentSource> {
        if options.environment && options.as_target {
            return Ok(EnvironmentSource::TargetInside);
        }
        if options.environment {
            let target = target.ok_or_else(|| missing_target("environ"))?;
            return Ok(EnvironmentSource::Target(target.open("environ")?.into()));
        }
        Ok(match options.own_environment {
            Environment::Empty => EnvironmentSource::Empty,
            _ => EnvironmentSource::Own,
        })
    }

    /// Replaces this process's environment.
    ///
    /// # Errors
    /// That it cannot be read.
    pub(crate) fn apply(self, target: Option<&Target>) -> Result<()> {
        if !matches!(self, EnvironmentSource::Own) {
            language::remember();
        }
        let mut file: File = match self {
            EnvironmentSource::Own => return Ok(()),
            EnvironmentSource::Empty => {
                replace(iter::empty());
                return Ok(());
            }
            EnvironmentSource::Target(file) => file,
            EnvironmentSource::TargetInside => {
                let target = target.ok_or_else(|| missing_target("environ"))?;
                target.open("environ")?.into()
            }
        };
        let bytes = read_limited(&mut file).context("failed to get environment variables")?;
        let variables = parse_environ(&bytes).context("failed to set environment variables")?;
        replace(
            variables
                .into_iter()
                .filter_map(|entry| CString::new(entry).ok()),
        );
        Ok(())
    }
}

/// The environment of `--reset-env`.
pub(crate) struct LoginEnvironment(OutsideLogin);

impl LoginEnvironment {
    /// Looks up the caller, if this environment is wanted: before anything is entered.
    pub(crate) fn look_up(options: &Options) -> Option<LoginEnvironment> {
        // That of the target counts, if both are wanted.
        let own = &options.own_environment;
        let login = own.look_up_outside().filter(|_| !options.environment);
        login.map(LoginEnvironment)
    }

    /// Replaces this process's environment, once it has become the program's user.
    pub(crate) fn apply(&self, root_changed: bool) {
        Environment::Login.apply_for_user(Some(&self.0), root_changed);
    }
}

/// Returns the variables of an environment as /proc has it, the last first, as the original passes them on: of two with
/// one name the last, and nothing that is no `NAME=VALUE`.
///
/// # Errors
/// EINVAL where a name is empty.
pub(crate) fn parse_environ(environment: &[u8]) -> Result<Vec<&[u8]>, Errno> {
    let (mut names, mut variables) = (BTreeSet::new(), Vec::new());
    for entry in environment.rsplit(|byte| *byte == 0) {
        match entry.iter().position(|byte| *byte == b'=') {
            None => {}
            Some(0) => return Err(Errno::EINVAL),
            Some(end) if names.insert(&entry[..end]) => variables.push(entry),
            Some(_) => {}
        }
    }
    Ok(variables)
}

#[cfg(test)]
mod tests {
    use super::parse_environ;
    use nix::errno::Errno;

    #[test]
    fn variables_come_last_first_and_each_name_once() {
        let list: [&[u8]; 3] = [b"B=9", b"A=", b"C=x=y"];
        assert_eq!(
            parse_environ(b"A=1\0B=2\0\0A=3\0C=x=y\0none\0A=\0B=9\0"),
            Ok(list.to_vec())
        );
        assert_eq!(parse_environ(b""), Ok(Vec::new()));
    }

    #[test]
    fn an_empty_name_is_none() {
        assert_eq!(parse_environ(b"A=1\0=x\0"), Err(Errno::EINVAL));
    }
}
