//! Hints about a namespace that could not be joined: whose it is, and what is missing over it, `setns(2)`.
//!
//! To join a namespace requires CAP_SYS_ADMIN over the user namespace that owns it, and, unless that is entered with
//! it, over the own one too. Who owns a user namespace has every capability over it, if it is a child of the own.

use std::os::fd::{BorrowedFd, OwnedFd};

use anyhow::Error;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::{Pid, geteuid};
use nscore::cli::{Message, sentence};
use nscore::hint::{
    self, CAP_SYS_ADMIN, CAP_SYS_CHROOT, Explanation, Hint, ProbeCall, explanation,
};
use nscore::ns_type::NsType;
use nscore::procfs::Proc;
use nscore::safe_open::is_namespace;
use nscore::sys::file::open;
use nscore::sys::nsfs::{parent_of, type_of};
use nscore::sys::process::{exists, has_ended};

use crate::ownership::{Ownership, is_same_file, own_namespace};
use nscore::target::hint::process;

/// What could not be joined, in one call.
pub(crate) struct SetnsFailure {
    /// The types that were to be joined.
    pub(crate) types: Vec<NsType>,
    /// Whether a user namespace is among all that is entered.
    pub(crate) enters_user: bool,
    /// Whose they are; `None` once /proc is another mount namespace's, which says nothing of them.
    pub(crate) source: Option<NsSource>,
}

/// Where the namespaces come from.
pub(crate) enum NsSource {
    /// A process, and its pidfd.
    Process(Pid, OwnedFd),
    File(OwnedFd),
}

impl NsSource {
    /// Returns the process of this pidfd, if there is a descriptor left for it.
    pub(crate) fn process(pid: Pid, pidfd: BorrowedFd<'_>) -> Option<NsSource> {
        Some(NsSource::Process(pid, pidfd.try_clone_to_owned().ok()?))
    }

    /// This file likewise.
    pub(crate) fn file(file: &OwnedFd) -> Option<NsSource> {
        Some(NsSource::File(file.try_clone().ok()?))
    }
}

impl SetnsFailure {
    /// Returns the error that it is, with the hint why.
    pub(crate) fn into_error(self, errno: Errno) -> Error {
        Error::new(errno).context(Hint::new(move || self.with_hint(errno)))
    }

    fn with_hint(&self, errno: Errno) -> Option<Explanation> {
        if let Some(NsSource::Process(pid, pidfd)) = &self.source {
            if let Some(hint) = ended_hint(*pid, pidfd) {
                return Some(hint);
            }
        }
        let flags = self
            .types
            .iter()
            .fold(0, |flags, ns_type| flags | ns_type.flag());
        let mut types = self.types.iter().copied();
        match errno {
            Errno::EINVAL => types.find_map(|ns_type| self.einval_reason(ns_type)),
            Errno::EPERM => types
                .clone()
                .filter(|ns_type| !self.is_own(*ns_type))
                .find_map(|ns_type| self.eperm_reason(ns_type))
                .or_else(|| types.find_map(|ns_type| self.eperm_reason(ns_type)))
                .map(|reason| self.with_enterable(reason))
                .or_else(|| hint::explain_refusal(ProbeCall::Setns(flags), errno)),
            Errno::ENOSYS => hint::explain_refusal(ProbeCall::Setns(flags), errno),
            _ => None,
        }
    }

    /// Returns the reason, and the types that this user can enter in spite of it.
    fn with_enterable(&self, reason: Explanation) -> Explanation {
        let types = self.types.iter().filter(|of| self.is_owned(**of));
        let options: Vec<String> = types.map(|of| format!("--{}", of.option())).collect();
        match options[..] {
            [] => reason,
            // The user namespace alone is no help where it was named alone.
            _ if options.len() == self.types.len() => reason,
            _ => reason.within(|reason| {
                sentence("%s; this user can enter %s", &[reason, &options.join(" ")])
            }),
        }
    }

    /// Returns whether this process is in the namespace already, so that it need not be entered.
    fn is_own(&self, of: NsType) -> bool {
        let (theirs, own) = (self.open(of), own_namespace(of));
        matches!((theirs, own), (Ok(theirs), Some(own)) if is_same_file(&theirs, &own))
    }

    /// Returns whether a namespace belongs to a user namespace of this user, which is entered as well.
    fn is_owned(&self, of: NsType) -> bool {
        let owner = self
            .open(of)
            .ok()
            .and_then(|file| Ownership::find(file, of));
        let is_users =
            matches!(owner, Some(Ownership::Descendant(owner)) if owner == geteuid().as_raw());
        self.enters_user && is_users
    }

    /// Returns the namespace of this type.
    fn open(&self, ns_type: NsType) -> Result<OwnedFd, Errno> {
        match self.source.as_ref().ok_or(Errno::ENOENT)? {
            NsSource::File(file) => file.try_clone().map_err(|_| Errno::EMFILE),
            NsSource::Process(pid, pidfd) => {
                let path = Proc::for_hint().path(&format!("{pid}/ns/{}", ns_type.file()));
                let opened = open(&path.ok_or(Errno::ENOENT)?, OFlag::O_RDONLY);
                // Only now is it known whose that was.
                if exists(pidfd) {
                    opened
                } else {
                    Err(Errno::ESRCH)
                }
            }
        }
    }

    /// Returns what it is called in a sentence.
    fn name(&self, ns_type: NsType) -> Message {
        let name = ns_type.option();
        match &self.source {
            Some(NsSource::Process(pid, _)) => {
                sentence("the %s namespace of process %s", &[&name, &pid])
            }
            _ => sentence("this %s namespace", &[&name]),
        }
    }

    /// Explains why a namespace can be joined by nobody, or not by this process.
    fn einval_reason(&self, ns_type: NsType) -> Option<Explanation> {
        let namespace = self.open(ns_type).ok()?;
        if is_namespace(&namespace) != Ok(true) {
            return Some(explanation(
                "not-a-namespace",
                "the file is not a namespace: use a file below /proc/PID/ns, or a bind mount of one",
                &[],
            ));
        }
        let real = type_of(&namespace).ok().and_then(NsType::from_flag);
        if let Some(real) = real.filter(|real| *real != ns_type) {
            let (real, wanted) = (real.option(), ns_type.option());
            return Some(explanation(
                "wrong-namespace-type",
                "the file is a %s namespace, not a %s namespace: enter it with --%s",
                &[&real, &wanted, &real],
            ));
        }
        let (name, own) = (self.name(ns_type), own_namespace(ns_type)?);
        match ns_type {
            NsType::User if is_same_file(&namespace, &own) => Some(explanation(
                "already-in-namespace",
                "this process is already in %s, and it cannot be entered again: omit --user",
                &[&name],
            )),
            NsType::Pid if !is_same_file(&namespace, &own) && is_outside(&namespace) => {
                Some(explanation(
                    "unrelated-pid-namespace",
                    "%s is not a descendant of this process's own PID namespace, so it cannot \
                     be entered",
                    &[&name],
                ))
            }
            _ => None,
        }
    }

    /// Explains who may join a namespace, if it is not this process.
    fn eperm_reason(&self, ns_type: NsType) -> Option<Explanation> {
        let namespace = match (self.open(ns_type), &self.source) {
            (Ok(namespace), _) => namespace,
            (Err(errno), Some(NsSource::Process(pid, _))) => {
                return process::explain_open_failure(errno, *pid, "");
            }
            _ => return None,
        };
        let name = self.name(ns_type);
        let status = Proc::for_hint().status("self")?;
        let privileged = CAP_SYS_ADMIN.is_held(&status)?;
        let user = geteuid().as_raw();
        match Ownership::find(namespace, ns_type)? {
            Ownership::Current => {
                let needed = [CAP_SYS_ADMIN, CAP_SYS_CHROOT];
                let needed = &needed[..if ns_type == NsType::Mount { 2 } else { 1 }];
                let missing = needed
                    .iter()
                    .find_map(|capability| capability.missing(&status, None))?;
                Some(explanation(
                    "missing-capability",
                    "%s belongs to the user namespace that this process is in: %s",
                    &[&name, &missing],
                ))
            }
            Ownership::Descendant(owner) if !privileged && owner != user => Some(explanation(
                "not-owner",
                "%s belongs to a user namespace owned by user %s; entering it requires \
                 CAP_SYS_ADMIN there: run this as user %s or as root",
                &[&name, &owner, &owner],
            )),
            Ownership::Descendant(_) if !privileged && !self.enters_user => Some(explanation(
                "user-namespace-not-entered",
                "%s belongs to a user namespace that you own: enter that too, with --user, to \
                 have CAP_SYS_ADMIN in it",
                &[&name],
            )),
            Ownership::Descendant(_) => None,
            Ownership::Unrelated => Some(explanation(
                "unrelated-user-namespace",
                "%s belongs to a user namespace that is not a descendant of this process's \
                 own; no process in here can have capabilities there: enter it from outside",
                &[&name],
            )),
        }
    }
}

fn ended_hint(pid: Pid, pidfd: &OwnedFd) -> Option<Explanation> {
    if !has_ended(pidfd).ok()? {
        return None;
    }
    let zombie = exists(pidfd)
        .then(|| process::zombie_or_kernel_thread(pid))
        .flatten();
    Some(zombie.unwrap_or_else(|| explanation("no-such-process", "process %s has exited", &[&pid])))
}

/// The kernel reports the parent of a pid namespace below the own one, and of no other.
fn is_outside(pid_namespace: &OwnedFd) -> bool {
    parent_of(pid_namespace).err() == Some(Errno::EPERM)
}
