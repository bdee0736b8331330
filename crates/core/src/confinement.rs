//! `--close-fds`, `--no-new-privs` and `--new-session`: what the program is not to have of its caller's, though no
//! namespace takes it away. Descriptors lead out of every namespace, set-user-ID programs give rights back, and who
//! shares the caller's session can type into its terminal.

use anyhow::{Context, Result};
use nix::sys::prctl::set_no_new_privs;
use nix::unistd::setsid;

use crate::sys::file::keep_standard_alone;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confinement {
    close_descriptors: bool,
    no_new_privileges: bool,
    new_session: bool,
}

impl Confinement {
    /// Takes an option if it is one of these three.
    pub fn take(&mut self, option: &str) -> bool {
        let asked = match option {
            "close-fds" => &mut self.close_descriptors,
            "no-new-privs" => &mut self.no_new_privileges,
            "new-session" => &mut self.new_session,
            _ => return false,
        };
        *asked = true;
        true
    }

    /// Whether the program is to lead a session, which takes a child: the first of a job cannot leave its session.
    pub fn takes_child(self) -> bool {
        self.new_session
    }

    /// Confines this process, as its last step before it becomes the program.
    ///
    /// # Errors
    /// `setsid failed`, `prctl(PR_SET_NO_NEW_PRIVS) failed`, `close_range failed`.
    pub fn enter(self) -> Result<()> {
        if self.new_session {
            setsid().context("setsid failed")?;
        }
        if self.no_new_privileges {
            set_no_new_privs().context("prctl(PR_SET_NO_NEW_PRIVS) failed")?;
        }
        if self.close_descriptors {
            keep_standard_alone().context("close_range failed")?;
        }
        Ok(())
    }
}
