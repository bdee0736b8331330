//! `--setuid` and `--setgid`: numbers, or the target's own.

use std::os::fd::OwnedFd;

use anyhow::{Context, Result};
use nscore::sys::directory::{Status, status_of};

use crate::options::{IdSource, Options};
use crate::target::{Target, missing_target};

/// The ids to become, once they can be told.
pub(crate) struct SetIds {
    user: Option<IdSource>,
    group: Option<IdSource>,
    /// The target's directory in /proc, which belongs to it.
    target: Option<OwnedFd>,
}

impl SetIds {
    /// Opens what tells the target's ids, if they are to be followed.
    ///
    /// # Errors
    /// That there is no target; `cannot open /proc/PID/`.
    pub(crate) fn open(options: &Options, target: Option<&Target>) -> Result<SetIds> {
        let (user, group) = (options.setuid, options.setgid);
        let follow = [user, group].contains(&Some(IdSource::Follow));
        let target = match follow {
            // The original names nothing here.
            true => Some(target.ok_or_else(|| missing_target(""))?.open("")?),
            false => None,
        };
        Ok(SetIds {
            user,
            group,
            target,
        })
    }

    /// The user and the group to become. The target's are told as they are called in the user namespace that this
    /// process is in by now.
    ///
    /// # Errors
    /// That the target's cannot be read.
    pub(crate) fn resolve(self) -> Result<(Option<u32>, Option<u32>)> {
        let number = |identity, of: fn(&Status) -> u32| -> Result<Option<u32>> {
            match (identity, &self.target) {
                (Some(IdSource::Number(number)), _) => Ok(Some(number)),
                (Some(IdSource::Follow), Some(target)) => {
                    let status = status_of(target).context("failed to get the target's ids")?;
                    Ok(Some(of(&status)))
                }
                _ => Ok(None),
            }
        };
        let user = number(self.user, |status| status.uid)?;
        let group = number(self.group, |status| status.gid)?;
        Ok((user, group))
    }
}
