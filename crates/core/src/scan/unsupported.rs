//! Questions that the kernel, or what is in its place, does not answer for any namespace, `ioctl_nsfs(2)`.

use std::os::fd::AsFd;

use crate::sys::nsfs::type_of;
use nix::errno::Errno;

/// A question that is put to a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NsRequest {
    /// Which user namespace owns it.
    Owner,
    /// What it was made in.
    Parent,
    /// Of which type it is.
    Type,
    /// Who made it.
    OwnerUid,
}

impl NsRequest {
    const ALL: [NsRequest; 4] = [
        NsRequest::Owner,
        NsRequest::Parent,
        NsRequest::Type,
        NsRequest::OwnerUid,
    ];

    /// Returns its name in linux/nsfs.h.
    pub fn name(self) -> &'static str {
        match self {
            NsRequest::Owner => "NS_GET_USERNS",
            NsRequest::Parent => "NS_GET_PARENT",
            NsRequest::Type => "NS_GET_NSTYPE",
            NsRequest::OwnerUid => "NS_GET_OWNER_UID",
        }
    }
}

/// A set of questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NsRequests(u8);

impl NsRequests {
    /// Whose a namespace is and what it was made in: what a tree needs.
    pub const RELATIVES: NsRequests = NsRequests::NONE
        .with(NsRequest::Owner)
        .with(NsRequest::Parent);
    /// None.
    pub const NONE: NsRequests = NsRequests(0);

    /// Returns the set with this question in it.
    pub const fn with(self, request: NsRequest) -> NsRequests {
        NsRequests(self.0 | 1 << request as u8)
    }

    /// Returns the first question that is in both sets.
    pub fn first_common(self, other: NsRequests) -> Option<NsRequest> {
        let both = self.0 & other.0;
        NsRequest::ALL
            .into_iter()
            .find(|request| both & 1 << *request as u8 != 0)
    }
}

/// The questions that were not answered, and whether any was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsupported {
    requests: NsRequests,
    is_any_answered: bool,
}

impl Unsupported {
    /// Returns which they are.
    pub fn requests(self) -> NsRequests {
        self.requests
    }

    /// Takes over what is known elsewhere.
    pub(super) fn merge(&mut self, other: Unsupported) {
        self.requests.0 |= other.requests.0;
        self.is_any_answered |= other.is_any_answered;
    }

    /// Notes what became of a question to this namespace, and returns the answer if there was one.
    ///
    /// EPERM says that the answer is outside of the caller's user namespace, and so it does to root for the initial
    /// one. Where nothing at all is answered, not even of which type the namespace is, it is the question that is
    /// refused.
    pub(super) fn record<T>(
        &mut self,
        request: NsRequest,
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
    fn an_unknown_request_is_distinguished_from_an_unanswered_one() {
        let own = File::open("/proc/self/ns/uts").expect("its own");
        let mut unsupported = Unsupported::default();
        for (request, errno) in [
            (NsRequest::Owner, Errno::EPERM),
            (NsRequest::Parent, Errno::EINVAL),
            (NsRequest::OwnerUid, Errno::ENOTTY),
        ] {
            let answer = unsupported.record::<()>(request, &own, Err(errno));
            assert_eq!(answer, Err(errno));
        }
        let unanswered = unsupported.requests();
        assert_eq!(unanswered, NsRequests::NONE.with(NsRequest::OwnerUid));
        assert_eq!(unanswered.first_common(NsRequests::RELATIVES), None);
        let wanted = NsRequests::RELATIVES.with(NsRequest::OwnerUid);
        assert_eq!(unanswered.first_common(wanted), Some(NsRequest::OwnerUid));
    }

    #[test]
    fn what_answers_nothing_refuses_the_question() {
        // No namespace: nothing is answered there.
        let null = File::open("/dev/null").expect("it is there");
        let mut unsupported = Unsupported::default();
        let _ = unsupported.record::<()>(NsRequest::Owner, &null, Err(Errno::EPERM));
        assert_eq!(unsupported.requests(), NsRequests::NONE);
        let _ = unsupported.record::<()>(NsRequest::Owner, &null, Err(Errno::ENOSYS));
        assert_eq!(
            unsupported.requests(),
            NsRequests::NONE.with(NsRequest::Owner)
        );
    }
}
