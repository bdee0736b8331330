//! Who the program runs as, in a user namespace or without one.

use anyhow::Result;
use nix::errno::Errno;
use nscore::cli::Message;
use nscore::credentials::{become_group, become_user, drop_groups, keep_capabilities};

use crate::setid::Ids;

/// What is to be done about the credentials.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Credentials {
    /// A user namespace is entered.
    pub(crate) enters_user: bool,
    /// `--preserve-credentials`.
    pub(crate) preserve: bool,
    /// `--keep-caps`.
    pub(crate) keep_caps: bool,
}

impl Credentials {
    /// Drops the supplementary groups before the user namespace is entered, where the caller may still do so; returns
    /// whether that failed.
    pub(crate) fn drop_groups_outside(self) -> bool {
        self.enters_user && !self.preserve && drop_groups().is_err()
    }

    /// Changes to the group and the user of the program; in a user namespace that is entered the default is 0.
    ///
    /// # Errors
    /// `setgroups failed`, `setgid() failed`, `setuid() failed`, and what `--keep-caps` and `--as-target` may meet
    /// with.
    pub(crate) fn become_inside(
        self,
        ids: &Ids,
        groups_left: bool,
        warn: &dyn Fn(&Message),
    ) -> Result<()> {
        let root = (self.enters_user && !self.preserve).then_some(0);
        let group = ids.group.or(root);
        match (&ids.groups, group) {
            (Some(groups), _) => groups.apply(warn)?,
            (None, Some(_)) => {
                let dropped = drop_groups();
                if groups_left && !self.is_forbidden_inside(&dropped) {
                    dropped?;
                }
            }
            (None, None) => {}
        }
        if let Some(group) = group {
            become_group(group)?;
        }
        let user = ids.user.or(root);
        match ids.capabilities.filter(|_| !self.keep_caps) {
            Some(sets) => sets.become_user_with(user, warn)?,
            None => {
                if let Some(user) = user {
                    become_user(user)?;
                }
            }
        }
        if self.keep_caps && self.enters_user {
            keep_capabilities()?;
        }
        Ok(())
    }

    /// Returns whether the user namespace that was entered denies setgroups: one who has just joined has every
    /// capability in it, so EPERM has no other reason. The groups are then no more than they were outside.
    fn is_forbidden_inside(self, dropped: &Result<()>) -> bool {
        let reason = dropped
            .as_ref()
            .err()
            .and_then(|error| error.downcast_ref());
        self.enters_user && reason == Some(&Errno::EPERM)
    }
}
