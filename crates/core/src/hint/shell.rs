//! Why the caller's shell, which runs if no program is named, could not be run.

use std::env;
use std::ffi::OsStr;
use std::path::Path;

use nix::errno::Errno;

use super::{Explanation, escape_for_terminal, explain_exec, explanation};
use crate::message::{Message, message, sentence};

/// Returns the advice to name a shell that every system has.
fn remedy() -> Message {
    sentence("name a program, such as /bin/sh", &[])
}

/// Explains why the shell at this path could not be run: the caller's SHELL, or that of the user's entry.
pub fn explain_shell(errno: Errno, shell: &OsStr) -> Option<Explanation> {
    let variable = env::var_os("SHELL");
    let is_missing = Path::new(shell).symlink_metadata().is_err();
    if errno != Errno::ENOENT || !is_missing {
        return explain_exec(errno, shell);
    }
    if shell.is_empty() {
        return Some(explanation(
            "missing-shell",
            "SHELL is empty: %s",
            &[&remedy()],
        ));
    }
    let is_callers = variable.as_deref() == Some(shell);
    let whose = if is_callers {
        message(&[&"SHELL"])
    } else {
        sentence("the login shell of this user", &[])
    };
    let shell = escape_for_terminal(shell);
    Some(explanation(
        "missing-shell",
        "%s is %s, which does not exist in this root: %s",
        &[&whose, &shell, &remedy()],
    ))
}
