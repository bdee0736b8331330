//! Why `mount(2)` did not bind a namespace to a file.

use std::path::{Path, PathBuf};

use nix::errno::Errno;

use super::path::explain_lookup;
use super::{
    CAP_SYS_ADMIN, Explanation, ProbeCall, escape_for_terminal, explain_refusal, explanation,
};
use crate::ns_type::NsType;
use crate::procfs::{Proc, mount_of};
use crate::regular_file::open_regular;
use crate::sys::nsfs::mount_id_of;

/// Explains why the namespace `source` could not be bound to `file`.
pub fn explain_bind(
    errno: Errno,
    namespace: NsType,
    source: &Path,
    file: &Path,
) -> Option<Explanation> {
    match errno {
        Errno::EINVAL if namespace == NsType::Mount => {
            on_shared_mount(&Proc::for_hint(), file).or_else(|| numbered_lower(source))
        }
        Errno::EPERM => {
            let missing = CAP_SYS_ADMIN.missing(&Proc::for_hint().status("self")?, None);
            missing.or_else(|| explain_refusal(ProbeCall::Mount, errno))
        }
        Errno::ENOENT if file.symlink_metadata().is_err() && parent(file).is_dir() => {
            let file = escape_for_terminal(file);
            Some(explanation(
                "missing-mount-point",
                "the file must exist already: `touch %s` creates it",
                &[&file],
            ))
        }
        _ => explain_lookup(errno, file).or_else(|| explain_refusal(ProbeCall::Mount, errno)),
    }
}

/// Explains that the file is on a shared mount. A mount there would appear in the mount namespaces of its peers, and a
/// mount namespace must not be mounted in itself: it would never end.
fn on_shared_mount(proc: &Proc, file: &Path) -> Option<Explanation> {
    let directory = parent(file).canonicalize().ok()?;
    let table = proc.read_file("self/mountinfo")?;
    let mount = mount_of(&table, &directory.join(file.file_name()?))?;
    if !mount.is_shared {
        return None;
    }
    let (point, directory) = (
        escape_for_terminal(&mount.path),
        escape_for_terminal(&directory),
    );
    let remedy = match point == directory {
        true => format!("mount --make-private {directory}"),
        false => format!("mount --bind --make-private {directory} {directory}"),
    };
    let file = escape_for_terminal(file);
    Some(explanation(
        "shared-mount",
        "%s is on the mount %s, which is shared, but a mount namespace can be bound only \
         on a private mount: `%s` makes its directory one",
        &[&file, &point, &remedy],
    ))
}

/// Explains that the namespace has a lower ID than this process's own: the kernel takes it for older, and mounts a mount
/// namespace only in an older one.
fn numbered_lower(source: &Path) -> Option<Explanation> {
    let number = |path: &Path| mount_id_of(open_regular(path).ok()?).ok();
    let around = Proc::for_hint().path("self/ns/mnt")?;
    by_numbers(number(source)?, number(&around)?)
}

fn by_numbers(number: u64, around: u64) -> Option<Explanation> {
    (number < around).then(|| {
        explanation(
            "lower-namespace-number",
            "Linux refuses to bind a mount namespace whose number is lower (%s) than that \
             of the mount namespace it is bound in (%s): run it again, or on another CPU \
             with taskset(1)",
            &[&number, &around],
        )
    })
}

fn parent(file: &Path) -> PathBuf {
    match file.parent() {
        Some(parent) if parent.as_os_str().is_empty() => ".".into(),
        Some(parent) => parent.into(),
        None => "/".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_namespace_with_a_lower_number_is_what_the_kernel_refuses() {
        let hint = by_numbers(4097, 8193).expect("it is lower").to_string();
        assert!(hint.contains("(4097)") && hint.contains("(8193)"), "{hint}");
        assert!(hint.contains("run it again") && hint.contains("taskset"));
        assert_eq!(by_numbers(8193, 4097), None);
        // This process's own is not lower than itself, so this is not why.
        assert_eq!(numbered_lower(Path::new("/proc/self/ns/mnt")), None);
    }
}
