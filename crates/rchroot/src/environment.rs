//! `--clear-env`, `--whitelist-env`, `--reset-env`: what environment the command gets.

use std::env;
use std::ffi::{CString, OsStr, OsString};
use std::iter;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use nix::unistd::geteuid;
use nscore::language;
use nscore::sys::environment::replace;

use crate::identity::Identity;
use crate::userdb::{Files, Login};

/// PATH of a login of root, and of any other user, as setpriv(1) has them.
const ROOT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const USER_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// What the command gets; of several options the last one counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Environment {
    /// All of the caller's.
    Callers,
    /// Nothing.
    Empty,
    /// These variables of the caller's, where they are set.
    Only(Vec<OsString>),
    /// TERM of the caller's, and what a login of the user in the new root would have.
    Login,
}

impl Environment {
    /// Allows the variables of a list with commas between them, besides those of lists before.
    pub(crate) fn allow(&mut self, list: &OsStr) {
        let names = list.as_bytes().split(|byte| *byte == b',');
        let names = names.filter(|name| !name.is_empty());
        let names = names.map(|name| OsStr::from_bytes(name).to_owned());
        match self {
            Environment::Only(listed) => listed.extend(names),
            _ => *self = Environment::Only(names.collect()),
        }
    }

    /// Returns what the new root knows of the user that the command runs as, if it is needed.
    pub(crate) fn login(&self, inside: &Files, identity: &Identity) -> Option<Login> {
        match self {
            Environment::Login => inside.login(identity.uid.unwrap_or(geteuid().as_raw())),
            _ => None,
        }
    }

    /// Makes it this process's own. The user has changed by now.
    pub(crate) fn apply(&self, login: Option<&Login>) {
        if *self != Environment::Callers {
            language::remember();
        }
        match self {
            Environment::Callers => {}
            Environment::Empty => replace(iter::empty()),
            Environment::Only(names) => replace(names.iter().filter_map(|name| callers(name))),
            Environment::Login => {
                let terminal = callers("TERM".as_ref()).into_iter();
                replace(terminal.chain(variables(login)));
            }
        }
    }
}

/// The variables of a login; a user whom the new root does not know has no name, and `/` as home.
fn variables(login: Option<&Login>) -> Vec<CString> {
    let path = if geteuid().is_root() {
        ROOT_PATH
    } else {
        USER_PATH
    };
    let (mut home, mut shell) = (OsStr::new("/"), OsStr::new("/bin/sh"));
    let mut names = Vec::new();
    if let Some(login) = login {
        for name in ["USER", "LOGNAME"] {
            names.extend(entry(name.as_ref(), &login.name));
        }
        if !login.home.is_empty() {
            home = &login.home;
        }
        if !login.shell.is_empty() {
            shell = &login.shell;
        }
    }
    let others = [("HOME", home), ("SHELL", shell), ("PATH", path.as_ref())];
    let others = others
        .into_iter()
        .filter_map(|(name, value)| entry(name.as_ref(), value));
    names.into_iter().chain(others).collect()
}

/// `NAME=VALUE` of the caller's environment, if the variable is set.
fn callers(name: &OsStr) -> Option<CString> {
    entry(name, &env::var_os(name)?)
}

fn entry(name: &OsStr, value: &OsStr) -> Option<CString> {
    let mut entry = name.to_owned();
    entry.push("=");
    entry.push(value);
    CString::new(entry.into_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_add_up_until_another_option_takes_their_place() {
        let mut environment = Environment::Empty;
        environment.allow("A,,B".as_ref());
        environment.allow("C".as_ref());
        assert_eq!(
            environment,
            Environment::Only(vec!["A".into(), "B".into(), "C".into()])
        );
    }

    #[test]
    fn a_user_who_is_not_known_has_a_home_and_a_shell() {
        let variables = variables(None);
        assert!(
            variables.contains(&c"HOME=/".into()) && variables.contains(&c"SHELL=/bin/sh".into())
        );
        assert!(
            !variables
                .iter()
                .any(|entry| entry.to_bytes().starts_with(b"USER"))
        );
    }
}
