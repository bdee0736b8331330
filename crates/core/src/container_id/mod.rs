//! Which container a process is in, by the path of its cgroup: engines name the cgroup after the container, each in its
//! own way, and differently with systemd's help and without: `docker-ID.scope`, `libpod-ID.scope/container`,
//! `/kubepods/podU/ID`, `slice:cri-containerd:ID`.
//!
//! This is the one list of engines. A name proves nothing by itself: whoever may make a cgroup can give it the name of
//! any container. [`NameOwners`] finds out who that was.

mod owner;

use std::borrow::Cow;
use std::iter;

pub use owner::{NameOwner, NameOwners};

/// How many digits of an id are shown.
const SHORT: usize = 12;
/// How many digits an id has.
const LONG: usize = 64;

/// A cgroup that is named after a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerCgroup<'a> {
    /// The path of the cgroup.
    pub path: &'a [u8],
    /// Whose container it is: `docker`, `podman`; `container` if the name does not say.
    pub engine: &'static str,
    /// Its id of 64 digits, or the name of a whole system.
    pub container: Cow<'a, [u8]>,
    /// Whether that is an id.
    pub has_id: bool,
}

impl ContainerCgroup<'_> {
    /// Returns `ENGINE:ID` with the first twelve digits of an id, or `ENGINE:NAME`.
    pub fn short_name(&self) -> Vec<u8> {
        let length = if self.has_id {
            SHORT
        } else {
            self.container.len()
        };
        let shown = &self.container[..length];
        [self.engine.as_bytes(), b":", shown].concat()
    }
}

/// Returns the cgroups on a path that are named after a container, the innermost first.
///
/// ```
/// use nscore::container_id::containers_in;
///
/// let id = "0123456789abcdef".repeat(4);
/// let path = format!("/system.slice/docker-{id}.scope/init");
/// let names: Vec<_> = containers_in(path.as_bytes()).map(|found| found.short_name()).collect();
/// assert_eq!(names, [b"docker:0123456789ab"]);
/// ```
pub fn containers_in(path: &[u8]) -> impl Iterator<Item = ContainerCgroup<'_>> {
    let mut path = path.strip_suffix(b" (deleted)").unwrap_or(path);
    iter::from_fn(move || {
        loop {
            let slash = path.iter().rposition(|byte| *byte == b'/')?;
            let (cgroup, above, name) = (path, &path[..slash], &path[slash + 1..]);
            path = above;
            let parent = above
                .rsplit(|byte| *byte == b'/')
                .next()
                .unwrap_or_default();
            let with_id = engine_and_id(parent, name).map(|(engine, id)| (engine, Cow::from(id)));
            let has_id = with_id.is_some();
            if let Some((engine, container)) = with_id.or_else(|| whole_system(parent, name)) {
                return Some(ContainerCgroup {
                    path: cgroup,
                    engine,
                    container,
                    has_id,
                });
            }
        }
    })
}

/// Returns whether these are digits of an id, which engines write with small letters.
pub fn is_hexadecimal(text: &[u8]) -> bool {
    let digits = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    !text.is_empty() && text.iter().all(digits)
}

/// What is before an id in the name of a cgroup, and whose it is. What only watches a container has `conmon-` there
/// as well, and no id behind it.
const PREFIXES: [(&str, &str); 8] = [
    ("docker", "docker"),
    ("libpod", "podman"),
    ("libpod-payload", "podman"),
    ("cri-containerd", "containerd"),
    ("nerdctl", "containerd"),
    ("crio", "crio"),
    ("cri-o", "crio"),
    ("buildah", "buildah"),
];

/// The engine of an id whose cgroup names none.
const UNKNOWN: &str = "container";

/// The cgroup above one that is an id and nothing else, and whose that is.
const PARENTS: [(&str, &str); 4] = [
    ("docker", "docker"),
    ("moby", "docker"),
    ("k8s.io", "containerd"),
    ("default", "containerd"),
];

/// Returns the id at the end of a cgroup's name, and the engine that what is before it names, or the cgroup above.
///
/// A unit whose name ends with `.service` is no container: podman's health checks run outside, in `ID.service`. What
/// watches a container from outside has its id behind `conmon`.
fn engine_and_id<'a>(parent: &[u8], name: &'a [u8]) -> Option<(&'static str, &'a [u8])> {
    let name = name.strip_suffix(b".scope").unwrap_or(name);
    let (before, id) = name.split_at_checked(name.len().checked_sub(LONG)?)?;
    if !is_hexadecimal(id) {
        return None;
    }
    let Some((separator, prefix)) = before.split_last() else {
        return Some((engine_of_parent(parent), id));
    };
    if !matches!(separator, b'-' | b':') || prefix.ends_with(b"conmon") {
        return None;
    }
    // `slice:prefix:id` is what runc receives for systemd; where it does without, that is the name.
    let prefix = prefix.rsplit(|byte| *byte == b':').next()?;
    let known = PREFIXES
        .into_iter()
        .find(|(known, _)| known.as_bytes() == prefix);
    Some((known.map_or(UNKNOWN, |(_, engine)| engine), id))
}

/// Returns whose container the cgroup is that is an id and nothing else.
fn engine_of_parent(parent: &[u8]) -> &'static str {
    let known = PARENTS
        .into_iter()
        .find(|(above, _)| above.as_bytes() == parent);
    match known {
        Some((_, engine)) => engine,
        None if parent.starts_with(b"pod") => "kubepods",
        None => UNKNOWN,
    }
}

/// Whole systems: those of LXC and of systemd-nspawn, which have names.
fn whole_system<'a>(parent: &[u8], name: &'a [u8]) -> Option<(&'static str, Cow<'a, [u8]>)> {
    if matches!(parent, b"lxc" | b"lxc.payload") && !name.is_empty() {
        return Some(("lxc", name.into()));
    }
    if let Some(payload) = name.strip_prefix(b"lxc.payload.") {
        return Some(("lxc", payload.into()));
    }
    let scope = name.strip_suffix(b".scope");
    let unit = scope.or_else(|| name.strip_suffix(b".service"))?;
    let machine = unit.strip_prefix(b"systemd-nspawn@");
    let machine = unescaped(machine.or_else(|| unit.strip_prefix(b"machine-"))?);
    // So libvirt registers its virtual machines, which are no containers, and its containers.
    match machine.strip_prefix(b"lxc-") {
        Some(rest) => Some(("libvirt", rest.to_vec().into())),
        None if machine.starts_with(b"qemu-") => None,
        None => Some(("nspawn", machine.into())),
    }
}

/// Returns a part of a unit's name with `\x2d` and the like as the bytes that they represent, `systemd-escape(1)`.
fn unescaped(name: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(name.len());
    let mut rest = name;
    while let [first, tail @ ..] = rest {
        match rest {
            [b'\\', b'x', high, low, after @ ..] if hex(*high).is_some() && hex(*low).is_some() => {
                plain.extend(hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low));
                rest = after;
            }
            _ => {
                plain.push(*first);
                rest = tail;
            }
        }
    }
    plain
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests;
