//! Why the kernel said no: what an error number does not say, found out after the failure and reported in a second
//! line.
//!
//! A [`Hint`] travels in the chain of an `anyhow::Error` as a context that shows nothing, so the sentence stays the
//! original's to the byte. It is a question, not an answer: [`cli`](crate::cli) asks it once the sentence is out, in
//! the process in which the call failed, and only where a user will see the answer. So a call that succeeds costs
//! nothing, and neither does a failure on a pipe.
//!
//! Three rules hold for what is asked here:
//!
//! 1. **Nothing is guessed.** A hint names a cause that was seen to hold and that suffices for the failure, with the
//!    value that was found; where there may be others that cannot be distinguished, it names them all or says nothing.
//! 2. **Nothing is changed.** What has to be tried is tried in a throw-away child.
//! 3. **Nothing is trusted.** It may run in another's root, with another's /proc: what is read is read as a file, within
//!    bounds, and a path that is printed is escaped ([`escape_for_terminal`]).

mod bind_mount;
mod capability;
mod chroot;
mod explanation;
mod fork;
mod kernel_version;
mod limit;
mod mapped_mount;
mod mount_point;
mod overlay;
mod path;
mod preceding_option;
mod proc;
mod program;
mod propagation;
mod refusal;
mod seccomp;
mod security_module;
mod setuid;
mod shell;
mod unshare;
mod untrusted_dir;
mod word;

use std::borrow::Borrow;
use std::fmt;

use anyhow::Error;
use nix::errno::Errno;

pub use crate::escape::escape_for_terminal;
pub use crate::sys::capability::{
    CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN, CAP_SYS_CHROOT, Capability,
};
pub use bind_mount::explain_bind;
pub use chroot::explain_chroot;
pub use explanation::{Explanation, explanation};
pub use fork::explain_fork;
pub use kernel_version::{explain_missing_ids, explain_mount_binfmt};
pub use mapped_mount::explain_mapped_mount;
pub use mount_point::explain_mount_point;
pub use overlay::explain_overlay;
pub use path::explain_path;
pub use preceding_option::PrecedingOption;
pub use proc::{explain_missing_process, explain_mount_proc};
pub use program::explain_exec;
pub use propagation::explain_propagation;
pub(crate) use refusal::explain_refused_mount;
pub use refusal::{explain_refusal, explain_set_propagation};
pub use seccomp::ProbeCall;
pub(crate) use security_module::explain_refused_file;
pub use setuid::{explain_setgroups, explain_setid};
pub use shell::explain_shell;
pub use unshare::{explain_map, explain_unshare};
pub use word::{nearest, unknown_word};

use crate::message::{Message, sentence};
use crate::procfs::IdKind;
use crate::sys::errno::of_error;

/// Returns what an ID is of, at the start of a sentence.
fn id_kind(kind: IdKind) -> Message {
    match kind {
        IdKind::Users => sentence("user", &[]),
        IdKind::Groups => sentence("group", &[]),
    }
}

/// A question about the cause of a failure, asked only if a hint is printed. As a context it adds no text.
pub struct Hint(Box<dyn Fn() -> Option<Explanation> + Send + Sync>);

impl Hint {
    /// Creates the hint that `find` returns: one sentence without a full stop and its code, or nothing.
    pub fn new(find: impl Fn() -> Option<Explanation> + Send + Sync + 'static) -> Hint {
        Hint(Box::new(find))
    }

    /// Finds the cause, and returns the sentence.
    pub(crate) fn evaluate(&self) -> Option<Explanation> {
        (self.0)()
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl fmt::Debug for Hint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Hint")
    }
}

/// Adding a hint to a failure.
pub trait WithHint<T>: Sized {
    /// Adds `find`, which is called with the error number if a hint is printed.
    ///
    /// # Errors
    /// The same as before.
    fn with_hint(
        self,
        find: impl Fn(Errno) -> Option<Explanation> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        self.with_hint_for(&(), move |errno, ()| find(errno))
    }

    /// Like [`WithHint::with_hint`]; `find` also receives `subject`, which is copied only if the call failed.
    ///
    /// # Errors
    /// The same as before.
    fn with_hint_for<S: ToOwned<Owned: Send + Sync + 'static> + ?Sized>(
        self,
        subject: &S,
        find: impl Fn(Errno, &S) -> Option<Explanation> + Send + Sync + 'static,
    ) -> Result<T, Error>;
}

impl<T, E: Into<Error>> WithHint<T> for Result<T, E> {
    fn with_hint_for<S: ToOwned<Owned: Send + Sync + 'static> + ?Sized>(
        self,
        subject: &S,
        find: impl Fn(Errno, &S) -> Option<Explanation> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        self.map_err(|error| {
            let error = error.into();
            let Some(errno) = error.chain().find_map(of_error) else {
                return error;
            };
            let subject = subject.to_owned();
            error.context(Hint::new(move || find(errno, subject.borrow())))
        })
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn a_hint_is_asked_through_every_context_and_leaves_the_error_as_it_was() {
        let failed: Result<(), Errno> = Err(Errno::EPERM);
        let explained =
            failed.with_hint(|errno| Some(explanation("test", "%s", &[&(errno as i32)])));
        let error = explained.context("a").context("b").expect_err("it failed");
        let hint: &Hint = error.downcast_ref().expect("it is in the chain");
        let found = hint.evaluate().map(|found| found.to_string());
        assert_eq!(found.as_deref(), Some("1"));
        assert_eq!(error.downcast_ref(), Some(&Errno::EPERM));
    }

    #[test]
    fn what_is_no_error_of_the_kernels_has_nothing_to_be_asked() {
        let failed: Result<(), Error> = Err(Error::msg("no number"));
        let error = failed
            .with_hint(|_| Some(explanation("test", "", &[])))
            .expect_err("it failed");
        assert!(error.downcast_ref::<Hint>().is_none());
    }
}
