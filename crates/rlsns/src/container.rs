//! Which container a process is in, told by the path of its cgroup: engines name the cgroup after the container, each
//! in its own way, and differently with systemd's help and without.

/// What the original's users know of a container with 64 digits.
const SHORT: usize = 12;
/// How many digits an id has.
const LONG: usize = 64;

/// What stands before an id in the name of a cgroup, and whose it is. What only watches a container has `conmon-` there
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

/// The cgroup above one that is an id and nothing else, and whose that is.
const PARENTS: [(&str, &str); 4] = [
    ("docker", "docker"),
    ("moby", "docker"),
    ("k8s.io", "containerd"),
    ("default", "containerd"),
];

/// The innermost container in a cgroup's path, as `ENGINE:ID`: of an id its first twelve digits, a name in full.
pub(crate) fn of(path: &[u8]) -> Option<Vec<u8>> {
    let path = path.strip_suffix(b" (deleted)").unwrap_or(path);
    let mut names = path.rsplit(|byte| *byte == b'/');
    let mut name = names.next()?;
    for parent in names {
        if let Some((engine, id)) = by_name(name).or_else(|| by_place(parent, name)) {
            return Some([engine.as_bytes(), b":", &id].concat());
        }
        name = parent;
    }
    None
}

/// A cgroup whose own name tells whose it is.
fn by_name(name: &[u8]) -> Option<(&'static str, Vec<u8>)> {
    let unit = name
        .strip_suffix(b".scope")
        .or(name.strip_suffix(b".service"));
    let stem = unit.unwrap_or(name);
    // `slice:prefix:id` is what runc is told for systemd; where it does without, that is the name.
    let mut parts = stem.rsplitn(3, |byte| *byte == b':');
    let stem = match (parts.next(), parts.next(), parts.next()) {
        (Some(id), Some(prefix), Some(_)) => [prefix, b"-", id].concat(),
        _ => stem.to_vec(),
    };
    let of_engine = |(prefix, engine): (&str, &'static str)| {
        let rest = stem.strip_prefix(prefix.as_bytes())?;
        Some((engine, short(rest.strip_prefix(b"-")?)?))
    };
    PREFIXES
        .into_iter()
        .find_map(of_engine)
        .or_else(|| of_system(name, unit))
}

/// Whole systems: those of LXC and of systemd-nspawn, which have names.
fn of_system(name: &[u8], unit: Option<&[u8]>) -> Option<(&'static str, Vec<u8>)> {
    if let Some(payload) = name.strip_prefix(b"lxc.payload.") {
        return Some(("lxc", payload.to_vec()));
    }
    let unit = unit?;
    let machine = unit.strip_prefix(b"systemd-nspawn@");
    let machine = unescaped(machine.or(unit.strip_prefix(b"machine-"))?);
    // So libvirt registers its virtual machines, which are no containers, and its containers.
    match machine.strip_prefix(b"lxc-") {
        Some(rest) => Some(("libvirt", rest.to_vec())),
        None if machine.starts_with(b"qemu-") => None,
        None => Some(("nspawn", machine)),
    }
}

/// A cgroup that is told by the one above it.
fn by_place(parent: &[u8], name: &[u8]) -> Option<(&'static str, Vec<u8>)> {
    if matches!(parent, b"lxc" | b"lxc.payload") {
        return Some(("lxc", name.to_vec()));
    }
    let id = short(name)?;
    let known = PARENTS
        .into_iter()
        .find(|(above, _)| above.as_bytes() == parent);
    Some(match known {
        Some((_, engine)) => (engine, id),
        None if parent.starts_with(b"pod") => ("kubepods", id),
        // An id it is, whosever.
        None => ("container", id),
    })
}

/// The first digits of an id.
fn short(id: &[u8]) -> Option<Vec<u8>> {
    let digits = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (id.len() == LONG && id.iter().all(digits)).then(|| id[..SHORT].to_vec())
}

/// A part of a unit's name with `\x2d` and the like as the bytes that they stand for, `systemd-escape(1)`.
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
