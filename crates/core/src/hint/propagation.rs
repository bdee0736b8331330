//! Why the propagation of the mounts could not be changed, which is the first thing that is done in a new mount
//! namespace.

use nix::errno::Errno;

use super::chroot::begins_no_mount;
use super::{
    CAP_SYS_ADMIN, Explanation, ProbeCall, escape_for_terminal, explain_seccomp, explanation,
};
use crate::message::sentence;
use crate::procfs::Proc;

/// Explains why `mount(2)` refused to change the propagation of `/`.
pub fn explain_propagation(errno: Errno) -> Option<Explanation> {
    match errno {
        Errno::EINVAL if begins_no_mount() => Some(explanation(
            "inside-chroot",
            "/ is not a mount point, as in a chroot, and has no propagation: add --propagation \
             unchanged",
            &[],
        )),
        Errno::EACCES => {
            security_module(&Proc::for_hint()).or_else(|| explain_seccomp(ProbeCall::Mount, errno))
        }
        Errno::EPERM => {
            let status = Proc::for_hint().status("self");
            let missing = status.and_then(|status| CAP_SYS_ADMIN.missing(&status, None));
            missing.or_else(|| explain_seccomp(ProbeCall::Mount, errno))
        }
        _ => explain_seccomp(ProbeCall::Mount, errno),
    }
}

/// Returns the security module that confines this process, and the label that it does so by.
fn security_module(proc: &Proc) -> Option<Explanation> {
    let label = proc.read_file("self/attr/current")?;
    let label = label
        .trim_ascii_end()
        .strip_suffix(b"\0")
        .unwrap_or(label.trim_ascii_end());
    let label = std::str::from_utf8(label).ok()?;
    let (module, remedy) = match label {
        "" | "unconfined" => return None,
        // AppArmor: PROFILE (MODE); SELinux: USER:ROLE:TYPE:LEVEL.
        _ if label.ends_with(')') => ("AppArmor", sentence("its profile must allow `mount`", &[])),
        _ if label.matches(':').count() >= 2 => {
            ("SELinux", sentence("`ausearch -m AVC` shows the rule", &[]))
        }
        _ => return None,
    };
    let label = escape_for_terminal(label);
    Some(explanation(
        "security-module",
        "%s, which confines this process as %s, may refuse mount(2): %s",
        &[&module, &label, &remedy],
    ))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_security_module_is_recognised_by_its_label() {
        let scratch = testkit::Scratch::new();
        let directory = scratch.path().join("self/attr");
        fs::create_dir_all(&directory).unwrap();
        for (label, module) in [
            ("docker-default (enforce)\n", Some("AppArmor, which")),
            ("unconfined\n", None),
            (
                "system_u:system_r:container_t:s0:c1,c2\0",
                Some("SELinux, which"),
            ),
            ("", None),
            ("_", None),
        ] {
            fs::write(directory.join("current"), label).unwrap();
            let hint = security_module(&Proc::from_root(scratch.path()));
            let start = hint
                .as_ref()
                .map(|hint| hint.to_string().starts_with(module.unwrap_or("none")));
            assert_eq!(start, module.map(|_| true), "{label:?}: {hint:?}");
        }
    }
}
