//! The option right before PROGRAM: a value that is meant for it, and is not attached to it, is taken for PROGRAM.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::fcntl::OFlag;

use super::{Explanation, escape_for_terminal, explanation};
use crate::safe_open::is_namespace;
use crate::sys::file::open;

/// The last option of a command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrecedingOption<'a> {
    /// Its long name.
    pub name: &'static str,
    /// Whether it may have a value, attached to it.
    pub may_have_value: bool,
    /// Its value.
    pub value: Option<&'a OsStr>,
}

impl PrecedingOption<'_> {
    /// Returns the question whether this program is a value of the option, to be asked later.
    pub fn question(
        self,
        program: &OsStr,
    ) -> impl Fn() -> Option<Explanation> + Send + Sync + 'static {
        let (name, may_have_value) = (self.name, self.may_have_value);
        let (value, program) = (self.value.map(OsStr::to_owned), program.to_owned());
        move || detached_value(name, may_have_value, value.as_ref(), &program)
    }
}

fn detached_value(
    name: &str,
    may_have_value: bool,
    value: Option<&OsString>,
    program: &OsStr,
) -> Option<Explanation> {
    let word = escape_for_terminal(program);
    match (name, value) {
        ("bind" | "bind-ro", Some(source)) if is_second_path(source, program) => Some(explanation(
            "detached-value",
            "source and destination of --%s are one word: --%s %s:%s",
            &[&name, &name, &escape_for_terminal(source), &word],
        )),
        ("ephemeral", None) if Path::new(program).is_dir() => Some(explanation(
            "option-without-value",
            "--ephemeral has no value: --root %s --ephemeral is for the directory %s",
            &[&word, &word],
        )),
        (_, None) if may_have_value && is_value_of_option(Path::new(program)) => Some(explanation(
            "detached-value",
            "a value of --%s is attached: --%s=%s",
            &[&name, &name, &word],
        )),
        _ => None,
    }
}

/// Returns whether the destination is in a word of its own.
fn is_second_path(source: &OsStr, program: &OsStr) -> bool {
    let is_program = || {
        let found = Path::new(program).metadata();
        found.is_ok_and(|found| found.is_file())
    };
    !source.as_bytes().contains(&b':') && program.as_bytes().starts_with(b"/") && !is_program()
}

/// Returns whether a path cannot be a program: a directory, or the file of a namespace.
fn is_value_of_option(path: &Path) -> bool {
    let is_namespace =
        || open(path, OFlag::O_PATH).is_ok_and(|file| is_namespace(file) == Ok(true));
    // The links of another user's process lead nowhere for this one.
    let is_link = || {
        let directory = path.parent().is_some_and(|above| above.ends_with("ns"));
        directory && path.starts_with("/proc") && path.is_symlink()
    };
    path.is_dir() || is_link() || is_namespace()
}
