//! `--clear-env`, `--whitelist-env`, `--reset-env`: the environment of the program. The last of these options counts.

use std::env;
use std::ffi::{CString, OsStr, OsString};
use std::iter;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use nix::unistd::geteuid;

use crate::language;
use crate::regular_file::read_small;
use crate::sys::environment::replace;
use crate::users::{Login, login_of};

/// PATH of a login of root, and of any other user, as setpriv(1) has them.
const ROOT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const USER_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// What the program gets of the environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Environment {
    /// All of it.
    #[default]
    Inherited,
    /// Nothing.
    Empty,
    /// These variables, where they are set.
    Only(Vec<OsString>),
    /// TERM, and what a login of the user would have.
    Login,
}

/// What was looked up of the user before another root or namespace was entered.
#[derive(Debug)]
pub struct OutsideLogin {
    uid: u32,
    login: Option<Login>,
}

impl Environment {
    /// Allows the variables of a list with commas between them, besides those of the lists right before.
    pub fn allow(&mut self, list: &OsStr) {
        if !matches!(self, Environment::Only(_)) {
            *self = Environment::Only(Vec::new());
        }
        let Environment::Only(listed) = self else {
            return;
        };
        let names = list.as_bytes().split(|byte| *byte == b',');
        for name in names.filter(|name| !name.is_empty()) {
            let name = OsStr::from_bytes(name);
            if !listed.iter().any(|known| known == name) {
                listed.push(name.to_owned());
            }
        }
    }

    /// Returns whether the program gets this variable as it is.
    pub fn passes(&self, name: &str) -> bool {
        match self {
            Environment::Inherited => true,
            Environment::Empty => false,
            Environment::Only(names) => names.iter().any(|listed| listed == name),
            Environment::Login => name == "TERM",
        }
    }

    /// Looks up what may be needed of the caller, by the name service: to be called before anything is entered.
    pub fn look_up_outside(&self) -> Option<OutsideLogin> {
        (*self == Environment::Login).then(|| {
            let uid = geteuid().as_raw();
            let login = login_of(uid);
            OutsideLogin { uid, login }
        })
    }

    /// Replaces this process's environment, once the user has changed, for a user with this entry. The variables of a
    /// list are in its reverse order, as the originals have them.
    pub fn apply(&self, login: Option<&Login>) {
        if *self != Environment::Inherited {
            language::remember();
        }
        match self {
            Environment::Inherited => {}
            Environment::Empty => replace(iter::empty()),
            Environment::Only(names) => {
                replace(names.iter().rev().filter_map(|name| inherited(name)));
            }
            Environment::Login => {
                let terminal = inherited("TERM".as_ref()).into_iter();
                replace(terminal.chain(variables(login)));
            }
        }
    }

    /// [`Apply`](Environment::apply)s it for the user of this process: with what was looked up outside, if the user and
    /// the root are the same as then, else with the entry in /etc/passwd, which is read as a file.
    pub fn apply_for_user(&self, outside: Option<&OutsideLogin>, root_changed: bool) {
        let login = outside.and_then(|outside| outside.of_this_user(root_changed));
        self.apply(login.as_ref());
    }
}

impl OutsideLogin {
    fn of_this_user(&self, root_changed: bool) -> Option<Login> {
        let uid = geteuid().as_raw();
        if self.uid == uid && !root_changed {
            return self.login.clone();
        }
        Login::find(&read_small(Path::new("/etc/passwd")).ok()?, uid)
    }
}

/// Returns the variables of a login; a user who is not known has no name, and `/` as home.
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

/// Returns `NAME=VALUE`, if the variable is set.
fn inherited(name: &OsStr) -> Option<CString> {
    entry(name, &env::var_os(name)?)
}

/// Has these variables in the environment, in the place of those of the same names.
pub fn set_variables(own: &[(&str, &OsStr)]) {
    let is_own = |name: &OsStr| own.iter().any(|(own_name, _)| name == *own_name);
    let others = env::vars_os().filter(|(name, _)| !is_own(name));
    let mut entries: Vec<CString> = others
        .filter_map(|(name, value)| entry(&name, &value))
        .collect();
    let own = own.iter();
    entries.extend(own.filter_map(|(name, value)| entry(name.as_ref(), value)));
    replace(entries);
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
        environment.allow("C,A".as_ref());
        let only = Environment::Only(vec!["A".into(), "B".into(), "C".into()]);
        assert_eq!(environment, only);
        assert!(environment.passes("B") && !environment.passes("D"));
        environment = Environment::Login;
        environment.allow("D".as_ref());
        assert_eq!(environment, Environment::Only(vec!["D".into()]));
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

    #[test]
    fn the_first_entry_of_a_user_is_the_login() {
        let login = Login::find(b"u:x:5:5::/home/u:/bin/u\nv:x:5:5::/v:\n", 5);
        let login = login.expect("there is one");
        assert_eq!((login.name, login.home), ("u".into(), "/home/u".into()));
        assert_eq!(Login::find(b"u:x:5:5::/:\n", 6), None);
    }
}
