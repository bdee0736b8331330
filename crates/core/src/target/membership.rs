//! Which container a process belongs to, by the lines of its /proc/PID/cgroup, as far as the names in them can be
//! trusted.
//!
//! A process has a cgroup in each hierarchy, and on a machine with both versions any of them may carry the container's
//! name. A name counts if nobody but root or the caller could have given it, see [`NameOwners`].

use crate::container_id::{NameOwner, NameOwners, containers_in};
use crate::procfs::cgroup_lines;

/// A cgroup that is named after a container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HierarchyCgroup {
    /// The controllers of its hierarchy; empty is version 2.
    pub(super) hierarchy: String,
    pub(super) path: String,
}

/// What the cgroups of one process say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Membership {
    /// Nothing about a container that is looked for.
    None,
    /// It is in this container, by these cgroups.
    Member {
        id: String,
        cgroups: Vec<HierarchyCgroup>,
    },
    /// Only cgroups that somebody else may have named say so.
    Ignored {
        cgroup: HierarchyCgroup,
        owner: NameOwner,
    },
    /// Two hierarchies name two containers.
    Contradiction {
        ids: [String; 2],
        cgroups: [HierarchyCgroup; 2],
    },
}

/// A name in one hierarchy.
struct Name {
    id: String,
    cgroup: HierarchyCgroup,
}

/// Returns the container whose id begins with `prefix` in which a process with these cgroups is.
///
/// Of several on one path the innermost counts that can be trusted: a container may make cgroups below its own, and
/// call them what it likes. Where one hierarchy has a container in a container, another may have the outer one alone.
pub(super) fn find_membership(cgroups: &[u8], prefix: &str, owners: &mut NameOwners) -> Membership {
    let matches = |name: &Name| name.id.starts_with(prefix);
    let lines: Vec<Vec<Name>> = container_names(cgroups).collect();
    // Nothing is looked up for a process that has nothing to do with it.
    if !lines.iter().flatten().any(matches) {
        return Membership::None;
    }
    let mut ignored = None;
    let mut trusted: Vec<Vec<Name>> = Vec::new();
    for line in lines {
        let mut names = Vec::new();
        for name in line {
            let owner = owners.find(
                name.cgroup.hierarchy.as_bytes(),
                name.cgroup.path.as_bytes(),
            );
            if owner == NameOwner::Trusted {
                names.push(name);
            } else if matches(&name) && ignored.is_none() {
                let cgroup = name.cgroup;
                ignored = Some(Membership::Ignored { cgroup, owner });
            }
        }
        if !names.is_empty() {
            trusted.push(names);
        }
    }
    // The longest says where the process is in all of them, so it comes first.
    let longest = trusted.iter().map(Vec::len).max();
    let place = trusted
        .iter()
        .position(|names| Some(names.len()) == longest);
    if let Some(place) = place {
        trusted[..=place].rotate_right(1);
    }
    let member = combine(trusted);
    match (&member, ignored) {
        (Membership::Member { id, .. }, _) if id.starts_with(prefix) => member,
        (Membership::Contradiction { ids, .. }, _)
            if ids.iter().any(|id| id.starts_with(prefix)) =>
        {
            member
        }
        (_, Some(ignored)) => ignored,
        _ => Membership::None,
    }
}

/// Returns the names in each hierarchy, the innermost first.
fn container_names(cgroups: &[u8]) -> impl Iterator<Item = Vec<Name>> {
    cgroup_lines(cgroups).map(|line| {
        let with_ids = containers_in(line.path).filter(|found| found.has_id);
        let names = with_ids.filter_map(|found| {
            let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
            Some(Name {
                id: text(&found.container)?,
                cgroup: HierarchyCgroup {
                    hierarchy: text(line.hierarchy)?,
                    path: text(found.path)?,
                },
            })
        });
        names.collect()
    })
}

/// Returns what the hierarchies say together: the innermost name of the first, which all others have as well, or one
/// around it.
fn combine(hierarchies: Vec<Vec<Name>>) -> Membership {
    let mut hierarchies = hierarchies.into_iter();
    let Some(first) = hierarchies.next() else {
        return Membership::None;
    };
    let mut cgroups = Vec::new();
    for other in hierarchies {
        let Some(innermost) = other.into_iter().next() else {
            continue;
        };
        if first.iter().all(|name| name.id != innermost.id) {
            let [one, other] = [&first[0], &innermost];
            return Membership::Contradiction {
                ids: [one.id.clone(), other.id.clone()],
                cgroups: [one.cgroup.clone(), other.cgroup.clone()],
            };
        }
        if innermost.id == first[0].id {
            cgroups.push(innermost.cgroup);
        }
    }
    match first.into_iter().next() {
        Some(name) => {
            cgroups.insert(0, name.cgroup);
            Membership::Member {
                id: name.id,
                cgroups,
            }
        }
        None => Membership::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const OTHER: &str = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

    /// Returns what trusted names on these lines say.
    fn combined(lines: &[&str]) -> Membership {
        let text = lines.join("\n").replace("ONE", ONE).replace("OTHER", OTHER);
        combine(
            container_names(text.as_bytes())
                .filter(|names| !names.is_empty())
                .collect(),
        )
    }

    fn member_of(membership: &Membership) -> Option<&str> {
        match membership {
            Membership::Member { id, .. } => Some(id),
            _ => None,
        }
    }

    #[test]
    fn any_hierarchy_may_name_the_container() {
        for lines in [
            &["0::/docker/ONE"][..],
            &["9:memory:/docker/ONE", "0::/"],
            &["9:memory:/", "0::/system.slice/docker-ONE.scope"],
            &["9:memory:/docker/ONE", "0::/docker/ONE"],
            &["0::/docker/OTHER/docker/ONE", "9:memory:/docker/OTHER"],
        ] {
            assert_eq!(member_of(&combined(lines)), Some(ONE), "{lines:?}");
        }
        assert_eq!(combined(&["9:memory:/", "0::/lxc/web"]), Membership::None);
        assert_eq!(combined(&[]), Membership::None);
    }

    #[test]
    fn hierarchies_that_name_two_containers_contradict_each_other() {
        let found = combined(&["9:memory:/docker/ONE", "0::/docker/OTHER"]);
        let Membership::Contradiction { ids, .. } = found else {
            panic!("{found:?}");
        };
        assert_eq!(ids, [ONE, OTHER]);
    }
}
