//! Hints about a namespace that could not be joined: whose it is, and what is missing over it, `setns(2)`.
//!
//! To join a namespace takes CAP_SYS_ADMIN over the user namespace that owns it, and, unless that is entered with it,
//! over the own one too. Who owns a user namespace has every capability over it, if it is a child of the own.

use std::os::fd::{BorrowedFd, OwnedFd};

use anyhow::Error;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::{Pid, geteuid};
use nscore::hint::{self, CAP_SYS_ADMIN, CAP_SYS_CHROOT, Hint, ProbeCall};
use nscore::ns_type::NsType;
use nscore::procfs::Proc;
use nscore::sys::file::open;
use nscore::sys::nsfs::{parent_of, type_of};
use nscore::sys::process::{exists, has_ended};

use crate::hint::process;
use crate::ownership::{Standing, is_namespace, is_same, own};

/// What could not be joined, in one call.
pub(crate) struct Refusal {
    /// The types that were to be joined.
    pub(crate) types: Vec<NsType>,
    /// Whether a user namespace is among all that is entered.
    pub(crate) enters_user: bool,
    /// Whose they are; `None` once /proc is another mount namespace's, which says nothing of them.
    pub(crate) of: Option<Of>,
}

/// Where the namespaces come from.
pub(crate) enum Of {
    /// A process, and its pidfd.
    Process(Pid, OwnedFd),
    File(OwnedFd),
}

impl Of {
    /// The process of this pidfd, if there is a descriptor left for it.
    pub(crate) fn process(pid: Pid, pidfd: BorrowedFd<'_>) -> Option<Of> {
        Some(Of::Process(pid, pidfd.try_clone_to_owned().ok()?))
    }

    /// This file likewise.
    pub(crate) fn file(file: &OwnedFd) -> Option<Of> {
        Some(Of::File(file.try_clone().ok()?))
    }
}

impl Refusal {
    /// The error that it is, with the hint why.
    pub(crate) fn error(self, errno: Errno) -> Error {
        Error::new(errno).context(Hint::new(move || self.with_hint(errno)))
    }

    fn with_hint(&self, errno: Errno) -> Option<String> {
        if let Some(Of::Process(pid, pidfd)) = &self.of {
            if let Some(told) = ended(*pid, pidfd) {
                return Some(told);
            }
        }
        let flags = self.types.iter().fold(0, |flags, of| flags | of.flag());
        let mut types = self.types.iter().copied();
        match errno {
            Errno::EINVAL => types.find_map(|of| self.unfit(of)),
            Errno::EPERM => types
                .find_map(|of| self.not_permitted(of))
                .or_else(|| hint::refuses(ProbeCall::Setns(flags), errno)),
            Errno::ENOSYS => hint::refuses(ProbeCall::Setns(flags), errno),
            _ => None,
        }
    }

    /// The namespace of this type.
    fn open(&self, of: NsType) -> Result<OwnedFd, Errno> {
        match self.of.as_ref().ok_or(Errno::ENOENT)? {
            Of::File(file) => file.try_clone().map_err(|_| Errno::EMFILE),
            Of::Process(pid, pidfd) => {
                let path = Proc::mounted().path(&format!("{pid}/ns/{}", of.file()));
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

    /// What it is called in a sentence.
    fn name(&self, of: NsType) -> String {
        let name = of.option();
        match &self.of {
            Some(Of::Process(pid, _)) => format!("the {name} namespace of process {pid}"),
            _ => format!("this {name} namespace"),
        }
    }

    /// Why a namespace can be joined by nobody, or not by this process.
    fn unfit(&self, of: NsType) -> Option<String> {
        let namespace = self.open(of).ok()?;
        if !is_namespace(&namespace) {
            return Some(
                "the file is no namespace: a namespace is a file below /proc/PID/ns, or mounted from \
                 there"
                    .to_owned(),
            );
        }
        let real = type_of(&namespace).ok().and_then(NsType::from_flag);
        if let Some(real) = real.filter(|real| *real != of) {
            let (real, wanted) = (real.option(), of.option());
            return Some(format!(
                "the file is a {real} namespace, and no {wanted} namespace: --{real} enters it"
            ));
        }
        let (name, own) = (self.name(of), own(of)?);
        match of {
            NsType::User if is_same(&namespace, &own) => Some(format!(
                "{name} is the one that this process is in already, which nobody can enter: leave --user out"
            )),
            NsType::Pid if !is_same(&namespace, &own) && is_elsewhere(&namespace) => Some(format!(
                "{name} is not below the one that this process is in, and there is no way out of a pid namespace"
            )),
            _ => None,
        }
    }

    /// Who may join a namespace, if it is not this process.
    fn not_permitted(&self, of: NsType) -> Option<String> {
        let namespace = match (self.open(of), &self.of) {
            (Ok(namespace), _) => namespace,
            (Err(errno), Some(Of::Process(pid, _))) => return process::of_file(errno, *pid, ""),
            _ => return None,
        };
        let name = self.name(of);
        let status = Proc::mounted().status("self")?;
        let privileged = CAP_SYS_ADMIN.is_held(&status)?;
        let user = geteuid().as_raw();
        match Standing::of(namespace, of)? {
            Standing::Own => {
                let needed = [CAP_SYS_ADMIN, CAP_SYS_CHROOT];
                let needed = &needed[..if of == NsType::Mount { 2 } else { 1 }];
                let missing = needed
                    .iter()
                    .find_map(|capability| capability.missing(&status, None))?;
                Some(format!(
                    "{name} belongs to the user namespace that this process is in: {missing}"
                ))
            }
            Standing::Below(owner) if !privileged && owner != user => Some(format!(
                "{name} belongs to a user namespace of user {owner}'s: to enter it takes CAP_SYS_ADMIN over that, which \
                 user {user} has not: be user {owner}, or root"
            )),
            Standing::Below(_) if !privileged && !self.enters_user => Some(format!(
                "{name} belongs to a user namespace of your own: enter that with it, by --user, for CAP_SYS_ADMIN over \
                 both"
            )),
            Standing::Below(_) => None,
            Standing::Outside => Some(format!(
                "{name} belongs to a user namespace that is not below the one that this process is in, over which \
                 nobody in here has rights: enter it from outside"
            )),
        }
    }
}

fn ended(pid: Pid, pidfd: &OwnedFd) -> Option<String> {
    if !has_ended(pidfd).ok()? {
        return None;
    }
    let zombie = exists(pidfd).then(|| process::has_nothing(pid)).flatten();
    Some(zombie.unwrap_or_else(|| format!("process {pid} has ended")))
}

/// The kernel tells the parent of a pid namespace below the own one, and of no other.
fn is_elsewhere(pid_namespace: &OwnedFd) -> bool {
    parent_of(pid_namespace).err() == Some(Errno::EPERM)
}
