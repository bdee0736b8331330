//! Questions that the kernel, or what stands in its place, does not answer for any namespace, `ioctl_nsfs(2)`.

use std::os::fd::AsFd;

use crate::sys::nsfs::type_of;
use nix::errno::Errno;

/// A question that is put to a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Which user namespace owns it.
    Owner,
    /// What it was made in.
    Parent,
    /// Of which type it is.
    Type,
    /// Who made it.
    OwnerUid,
}

impl Request {
    const ALL: [Request; 4] = [
        Request::Owner,
        Request::Parent,
        Request::Type,
        Request::OwnerUid,
    ];

    /// Its name in linux/nsfs.h.
    pub fn name(self) -> &'static str {
        match self {
            Request::Owner => "NS_GET_USERNS",
            Request::Parent => "NS_GET_PARENT",
            Request::Type => "NS_GET_NSTYPE",
            Request::OwnerUid => "NS_GET_OWNER_UID",
        }
    }
}

/// A set of questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests(u8);

impl Requests {
    /// Whose a namespace is and what it was made in: what a tree needs.
    pub const RELATIVES: Requests = Requests::NONE.with(Request::Owner).with(Request::Parent);
    /// None.
    pub const NONE: Requests = Requests(0);

    /// The set with this question in it.
    pub const fn with(self, request: Request) -> Requests {
        Requests(self.0 | 1 << request as u8)
    }

    /// The first question that is in both sets.
    pub fn first_common(self, other: Requests) -> Option<Request> {
        let both = self.0 & other.0;
        Request::ALL
            .into_iter()
            .find(|request| both & 1 << *request as u8 != 0)
    }
}

/// The questions that were not answered, and whether any was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsupported {
    requests: Requests,
    is_any_answered: bool,
}

impl Unsupported {
    /// Which they are.
    pub fn requests(self) -> Requests {
        self.requests
    }

    /// Takes over what is known elsewhere.
    pub(super) fn absorb(&mut self, other: Unsupported) {
        self.requests.0 |= other.requests.0;
        self.is_any_answered |= other.is_any_answered;
    }

    /// Notes what became of a question to this namespace, and returns the answer if there was one.
    ///
    /// EPERM says that the answer is outside of the caller's user namespace, and so it does to root for the initial one.
    /// Where nothing at all is answered, not even of which type the namespace is, it is the question that is refused.
    pub(super) fn note<T>(
        &mut self,
        request: Request,
        namespace: impl AsFd,
        answer: Result<T, Errno>,
    ) -> Result<T, Errno> {
        let refused = match &answer {
            Ok(_) => {
                self.is_any_answered = true;
                false
            }
            Err(Errno::ENOTTY | Errno::ENOSYS) => true,
            Err(Errno::EPERM) if !self.is_any_answered => {
                let tried = type_of(namespace);
                self.is_any_answered |= tried.is_ok();
                tried == Err(Errno::EPERM)
            }
            Err(_) => false,
        };
        if refused {
            self.requests = self.requests.with(request);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    #[test]
    fn a_question_that_is_unknown_is_told_from_one_that_is_not_answered() {
        let own = File::open("/proc/self/ns/uts").expect("its own");
        let mut unsupported = Unsupported::default();
        for (request, errno) in [
            (Request::Owner, Errno::EPERM),
            (Request::Parent, Errno::EINVAL),
            (Request::OwnerUid, Errno::ENOTTY),
        ] {
            let answer = unsupported.note::<()>(request, &own, Err(errno));
            assert_eq!(answer, Err(errno));
        }
        let unanswered = unsupported.requests();
        assert_eq!(unanswered, Requests::NONE.with(Request::OwnerUid));
        assert_eq!(unanswered.first_common(Requests::RELATIVES), None);
        let wanted = Requests::RELATIVES.with(Request::OwnerUid);
        assert_eq!(unanswered.first_common(wanted), Some(Request::OwnerUid));
    }

    #[test]
    fn what_answers_nothing_refuses_the_question() {
        // No namespace: nothing is answered there.
        let null = File::open("/dev/null").expect("it is there");
        let mut unsupported = Unsupported::default();
        let _ = unsupported.note::<()>(Request::Owner, &null, Err(Errno::EPERM));
        assert_eq!(unsupported.requests(), Requests::NONE);
        let _ = unsupported.note::<()>(Request::Owner, &null, Err(Errno::ENOSYS));
        assert_eq!(unsupported.requests(), Requests::NONE.with(Request::Owner));
    }
}
