//! `--setuid`, `--setgid` and `--groups`: numbers, names, or the target's own.

use std::os::fd::OwnedFd;

use anyhow::{Context, Result};
use nix::unistd::{Gid, getgroups};
use nscore::cli::{Message, sentence};
use nscore::credentials::set_groups;
use nscore::procfs::{IdKind, ProcStatus};
use nscore::sys::directory::status_of;

use crate::as_target::{CapabilitySets, status_of_one_user};
use crate::id_source::{GroupsSource, IdSource};
use crate::options::Options;
use crate::target::{Target, missing_target};

/// What represents a group without an id in a user namespace: the default of kernel.overflowgid.
const OVERFLOW_GID: u32 = 65534;

/// The ids to become, once they are known.
pub(crate) struct SetIds {
    user: Option<IdSource>,
    group: Option<IdSource>,
    groups: Option<GroupsSource>,
    /// The target's directory in /proc, which belongs to it.
    target: Option<OwnedFd>,
    /// Whether the target's status shows its user and group: `--as-target`.
    by_status: bool,
    /// The target's supplementary groups, by the caller's numbers.
    outer_groups: Option<Vec<u32>>,
    /// Whether this process has them already.
    has_groups: bool,
}

/// The ids to become.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    pub(crate) user: Option<u32>,
    pub(crate) group: Option<u32>,
    pub(crate) groups: Option<Groups>,
    /// With `--as-target`, of the same status as the ids.
    pub(crate) capabilities: Option<CapabilitySets>,
}

/// The supplementary groups to have.
#[derive(Debug)]
pub(crate) enum Groups {
    List(Vec<u32>),
    /// The target's, which this process has already.
    HasTargets,
    /// The target's, by the numbers of the user namespace that was entered.
    Targets(Vec<u32>),
}

impl SetIds {
    /// Opens what reports the target's ids, if they are to be followed; looks up names, unless they are to be read
    /// `inside`.
    ///
    /// # Errors
    /// That there is no target; `cannot open /proc/PID/`; that there is no such name.
    pub(crate) fn open(
        options: &mut Options,
        target: Option<&Target>,
        inside: bool,
    ) -> Result<SetIds> {
        let (mut user, mut group) = (options.setuid.take(), options.setgid.take());
        let mut groups = options.groups.take();
        if !inside {
            user = user
                .map(|source| source.look_up_outside(IdKind::Users))
                .transpose()?;
            group = group
                .map(|source| source.look_up_outside(IdKind::Groups))
                .transpose()?;
            groups = groups.map(GroupsSource::look_up_outside).transpose()?;
        }
        let follow = [&user, &group].contains(&&Some(IdSource::Follow));
        let target_dir = match follow && !options.as_target {
            // The original names nothing here.
            true => Some(target.ok_or_else(|| missing_target(""))?.open("")?),
            false => None,
        };
        let outer_groups = match groups {
            Some(GroupsSource::Follow) => {
                let target = target.ok_or_else(|| missing_target("status"))?;
                Some(groups_of(&target.status()?))
            }
            _ => None,
        };
        Ok(SetIds {
            user,
            group,
            groups,
            target: target_dir,
            by_status: options.as_target,
            outer_groups,
            has_groups: false,
        })
    }

    /// Returns whether something is said about supplementary groups.
    pub(crate) fn names_groups(&self) -> bool {
        self.groups.is_some()
    }

    /// Sets the target's supplementary groups before anything is entered, if they are to be followed and the caller
    /// may: only then are groups kept that have no ID inside.
    pub(crate) fn follow_groups_outside(&mut self) {
        if let Some(groups) = &self.outer_groups {
            self.has_groups = set_groups(groups).is_ok();
            if !self.has_groups {
                // Fewer than the target's rather than the caller's.
                let _ = set_groups(&[]);
            }
        }
    }

    /// Returns the ids to become. The target's are reported as they are called in the user namespace that this process
    /// is in by now.
    ///
    /// # Errors
    /// That the target's cannot be read; that there is no such name inside.
    pub(crate) fn resolve(self, target: Option<&Target>) -> Result<Ids> {
        let needs_status = self.by_status || matches!(self.groups, Some(GroupsSource::Follow));
        let status = match target.filter(|_| needs_status) {
            // The environment has been read before.
            Some(target) if self.by_status => Some(status_of_one_user(target)?),
            Some(target) => Some(target.status()?),
            None => None,
        };
        let owner = match &self.target {
            Some(target) => {
                let status = status_of(target).context("failed to get the target's ids")?;
                (Some(status.uid), Some(status.gid))
            }
            None => match &status {
                Some(status) => (status.user(), status.group()),
                None => (None, None),
            },
        };
        let groups = match self.groups {
            None => None,
            Some(GroupsSource::Follow) if self.has_groups => Some(Groups::HasTargets),
            Some(GroupsSource::Follow) => status
                .as_ref()
                .map(|status| Groups::Targets(groups_of(status))),
            Some(list) => numbers_of(list.look_up_inside()?).map(Groups::List),
        };
        let with_capabilities = status.as_ref().filter(|_| self.by_status);
        Ok(Ids {
            capabilities: with_capabilities.map(CapabilitySets::parse),
            user: number_of(self.user, IdKind::Users, owner.0)?,
            group: number_of(self.group, IdKind::Groups, owner.1)?,
            groups,
        })
    }
}

impl Groups {
    /// Sets them as this process's supplementary groups.
    ///
    /// # Errors
    /// `setgroups failed`.
    pub(crate) fn apply(&self, warn: &dyn Fn(&Message)) -> Result<()> {
        match self {
            Groups::HasTargets => Ok(()),
            Groups::List(list) => set_groups(list),
            Groups::Targets(list) => {
                let mut known = list.clone();
                known.retain(|group| *group != OVERFLOW_GID);
                let is_whole = set_groups(&known).is_ok() && known.len() == list.len();
                if !is_whole && !has_groups(list) {
                    warn(&sentence(
                        "warning: the target's supplementary groups cannot be set here",
                        &[],
                    ));
                }
                Ok(())
            }
        }
    }
}

/// Returns whether these are this process's supplementary groups, in whatever order.
fn has_groups(list: &[u32]) -> bool {
    let own = getgroups().unwrap_or_default();
    let mut own: Vec<u32> = own.into_iter().map(Gid::as_raw).collect();
    let mut list = list.to_vec();
    own.sort_unstable();
    list.sort_unstable();
    own == list
}

fn groups_of(status: &ProcStatus) -> Vec<u32> {
    let numbers = status.field("Groups").unwrap_or_default();
    let numbers = numbers.split_ascii_whitespace();
    numbers.filter_map(|number| number.parse().ok()).collect()
}

fn number_of(
    source: Option<IdSource>,
    kind: IdKind,
    of_target: Option<u32>,
) -> Result<Option<u32>> {
    match source
        .map(|source| source.look_up_inside(kind))
        .transpose()?
    {
        Some(IdSource::Number(number)) => Ok(Some(number)),
        Some(IdSource::Follow) => of_target
            .context("failed to get the target's ids")
            .map(Some),
        Some(IdSource::Name(_)) | None => Ok(None),
    }
}

fn numbers_of(source: GroupsSource) -> Option<Vec<u32>> {
    let GroupsSource::List(list) = source else {
        return None;
    };
    let numbers = list.into_iter().filter_map(|source| match source {
        IdSource::Number(number) => Some(number),
        _ => None,
    });
    Some(numbers.collect())
}
