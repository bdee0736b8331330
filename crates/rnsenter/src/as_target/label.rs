//! The AppArmor profile of the target, `apparmor(7)`, for the program; SELinux contexts are those of
//! `--follow-context`.

use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nscore::procfs::try_open_verified;
use nscore::sys::file::write_all;

use crate::target::Target;

/// Has the next exec change to the profile of the target. Without AppArmor there is none.
///
/// # Errors
/// That the kernel refuses the change.
pub(super) fn set_exec_profile(target: &Target) -> Result<(), Errno> {
    // Where the module is built in and not enabled, the file is there and cannot be read.
    let Ok(label) = target.read_file("attr/apparmor/current") else {
        return Ok(());
    };
    let Some(profile) = profile_name(&label) else {
        return Ok(());
    };
    let path = Path::new("/proc/thread-self/attr/apparmor/exec");
    let exec = try_open_verified(path, OFlag::O_WRONLY)?;
    write_all(&exec, &[b"exec ", profile].concat())
}

/// Returns the profile of `docker-default (enforce)`; none for what is not confined.
fn profile_name(label: &[u8]) -> Option<&[u8]> {
    let label = label.strip_suffix(b"\n").unwrap_or(label);
    let label = label.strip_suffix(b"\0").unwrap_or(label);
    let mode = match label.ends_with(b")") {
        true => label.windows(2).rposition(|pair| pair == b" ("),
        false => None,
    };
    let name = mode.map_or(label, |start| &label[..start]);
    (!name.is_empty() && name != b"unconfined").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::profile_name;

    #[test]
    fn a_profile_is_named_without_its_mode() {
        for (label, name) in [
            (
                &b"docker-default (enforce)\n"[..],
                Some(&b"docker-default"[..]),
            ),
            (b"a (b) (complain)\n", Some(b"a (b)")),
            (b"plain\n", Some(b"plain")),
            (b"unconfined\n", None),
            (b"", None),
        ] {
            assert_eq!(profile_name(label), name);
        }
    }
}
