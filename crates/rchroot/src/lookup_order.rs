//! What wins where names are known on both sides of the change of root.
//!
//! **The new root is the old one**: there is one side, the name service, asked before `chroot("/")`.
//!
//! **It is another root**: what was asked for is read inside. If that answers it as a whole, this is the answer. If it
//! does not, because a name is not there or a user has no entry to take the login group from, it is read outside, and
//! if that answers it as a whole, this is the answer. Else what was wrong inside is the error. So no answer is ever
//! put together from both sides, which would give one side's user the other side's groups.
//!
//! The outside is asked before the root is changed, and only if the inside may fail to answer. What it says is held
//! until then: that a directory cannot be entered is told before that a user is unknown.

use crate::userdb::{NoDatabase, UserDatabase};

/// What the outside has said.
pub(crate) enum Outside<T, E> {
    /// There is no other side: this is the answer.
    Alone(Result<T, E>),
    /// The answer if there is none inside, and it has one.
    Fallback(Option<T>),
}

impl<T, E> Outside<T, E> {
    /// Asks `outside` as far as it needs to be asked; `read` is how a side is asked.
    pub(crate) fn prefetch(
        outside: &dyn UserDatabase,
        old_root: bool,
        read: impl Fn(&dyn UserDatabase) -> Result<T, E>,
    ) -> Self {
        if old_root {
            return Outside::Alone(read(outside));
        }
        let inside_will_do = read(&NoDatabase).is_ok();
        Outside::Fallback((!inside_will_do).then(|| read(outside).ok()).flatten())
    }

    /// The answer of both sides; the outside's counts only if it is `admitted`.
    ///
    /// # Errors
    /// What was wrong inside.
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
