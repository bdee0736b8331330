//! The order of lookups where a name may be known on both sides of the change of root.
//!
//! **The new root is the old one**: there is one side, the name service, which is asked before `chroot("/")`.
//!
//! **It is another root**: the lookup inside counts if it succeeds as a whole. If it fails, because a name is unknown
//! or a user has no entry with a login group, the lookup outside counts if it succeeds as a whole. Otherwise the error
//! is that of the inside. So no answer combines both sides, which would give one side's user the other side's groups.
//!
//! The outside is asked before the root is changed, and only if the inside may fail. Its answer is kept until then: a
//! directory that cannot be entered is reported before an unknown user.

use crate::userdb::{NoDatabase, UserDatabase};

/// The answer of the outside.
pub(crate) enum Outside<T, E> {
    /// There is no other side.
    Alone(Result<T, E>),
    /// The answer, if it has one, counts if the inside has none.
    Fallback(Option<T>),
}

impl<T, E> Outside<T, E> {
    /// Looks up outside, if that is needed; `read` is the lookup on one side.
    pub(crate) fn prefetch(
        outside: &dyn UserDatabase,
        old_root: bool,
        read: impl Fn(&dyn UserDatabase) -> Result<T, E>,
    ) -> Self {
        if old_root {
            return Outside::Alone(read(outside));
        }
        match read(&NoDatabase) {
            // No name is in it: the inside will do.
            Ok(_) => Outside::Fallback(None),
            Err(_) => Outside::Fallback(read(outside).ok()),
        }
    }

    /// The answer, after the lookup inside; that of the outside counts only if it is `admitted`.
    ///
    /// # Errors
    /// The error of the inside.
    pub(crate) fn resolve(
        self,
        inside: impl FnOnce() -> Result<T, E>,
        admitted: impl FnOnce(&T) -> bool,
    ) -> Result<T, E> {
        match self {
            Outside::Alone(answer) => answer,
            Outside::Fallback(fallback) => {
                inside().or_else(|wrong| fallback.filter(admitted).ok_or(wrong))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(fallback: Option<u8>, inside: Result<u8, u8>, admitted: bool) -> Result<u8, u8> {
        Outside::Fallback(fallback).resolve(|| inside, |_| admitted)
    }

    #[test]
    fn the_inside_wins_if_it_answers() {
        assert_eq!(resolved(Some(1), Ok(2), true), Ok(2));
        assert_eq!(resolved(None, Ok(2), true), Ok(2));
    }

    #[test]
    fn the_outside_stands_in_where_it_is_admitted() {
        assert_eq!(resolved(Some(1), Err(3), true), Ok(1));
        assert_eq!(resolved(Some(1), Err(3), false), Err(3));
        assert_eq!(resolved(None, Err(3), true), Err(3));
    }

    #[test]
    fn with_one_side_nothing_else_is_asked() {
        for answer in [Ok(1), Err(3)] {
            assert_eq!(Outside::Alone(answer).resolve(|| Ok(2), |_| true), answer);
        }
    }

    #[test]
    fn the_outside_is_not_asked_what_needs_no_database() {
        let asked = Outside::<u8, u8>::prefetch(&NoDatabase, false, |_| Ok(2));
        assert!(matches!(asked, Outside::Fallback(None)));
        let asked = Outside::<u8, u8>::prefetch(&NoDatabase, true, |_| Ok(2));
        assert!(matches!(asked, Outside::Alone(Ok(2))));
    }
}
