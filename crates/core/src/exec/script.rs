//! A script without `#!`, which the GNU C library's `execvp(3)` has `/bin/sh` run. That of musl reports ENOEXEC
//! instead.

use std::ffi::{OsStr, OsString};

use nix::errno::Errno;
use nix::unistd::execv;

use super::own_file::SCRIPT_SHELL;
use super::{ExecError, become_by};
use crate::search_path::paths_of;

/// Whether this has to be done here.
const IS_LEFT_TO_US: bool = cfg!(target_env = "musl");

/// Becomes the shell that runs `program`, which `execvp(3)` has refused for this reason; returns the error that is to
/// be reported if there is nothing to run.
pub(super) fn exec_by_shell(refused: ExecError, program: &OsStr, words: &[OsString]) -> ExecError {
    if !IS_LEFT_TO_US || refused != ExecError::Refused(Errno::ENOEXEC) {
        return refused;
    }
    for path in paths_of(program) {
        // The search goes on where that of execvp(3) does; it has ended at the first with another error than these.
        match become_by(execv, &path, words) {
            ExecError::Refused(Errno::ENOENT | Errno::ENOTDIR | Errno::EACCES) => {}
            ExecError::Refused(Errno::ENOEXEC) => {
                let shell = [OsString::from(SCRIPT_SHELL), path];
                let operands = words.iter().skip(1).cloned();
                let words: Vec<OsString> = shell.into_iter().chain(operands).collect();
                return become_by(execv, OsStr::new(SCRIPT_SHELL), &words);
            }
            other => return other,
        }
    }
    refused
}
