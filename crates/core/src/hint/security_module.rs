//! A security module that refuses what the process has every capability for: AppArmor, SELinux, Landlock.
//!
//! The kernel does not report who has refused a call. What can be seen is which modules are active, and the label by
//! which AppArmor or SELinux confines this process; the others show nothing of a process that they confine.

use std::path::Path;

use nix::sys::statfs::{FsType, SECURITYFS_MAGIC, SELINUX_MAGIC, fstatfs};

use super::{Explanation, escape_for_terminal, explanation};
use crate::message::sentence;
use crate::ns_type::NsType;
use crate::procfs::Proc;
use crate::regular_file::{MOST_READ, open_regular, read_whole_lines};
use crate::sys::capability::CAP_DAC_OVERRIDE;

/// The modules that may refuse a call to a process that has all capabilities.
const REFUSING: [&str; 6] = ["selinux", "apparmor", "smack", "tomoyo", "landlock", "bpf"];
/// Where the kernel lists the modules that are active.
const LIST: &str = "/sys/kernel/security/lsm";
/// Whether SELinux refuses anything, or only reports it.
const ENFORCE: &str = "/sys/fs/selinux/enforce";

/// Explains that a security module may have refused this system call, where no other cause was found.
pub(super) fn explain_security_module(proc: &Proc, call: &str) -> Option<Explanation> {
    confined_by(proc, call).or_else(|| active_modules(proc, call))
}

/// Explains the same of opening or executing a file. Only a label counts: a file system may refuse it to root as well.
pub(crate) fn explain_refused_file(proc: &Proc, call: &str) -> Option<Explanation> {
    let may_access_all = CAP_DAC_OVERRIDE.is_held(&proc.status("self")?)?;
    // Elsewhere the file may belong to an ID that is not mapped.
    if !may_access_all || !proc.is_initial(NsType::User)? {
        return None;
    }
    confined_by(proc, call)
}

/// Returns the security module that confines this process, and the label that it does so by.
fn confined_by(proc: &Proc, call: &str) -> Option<Explanation> {
    let labels = ["self/attr/apparmor/current", "self/attr/current"];
    let (label, module) = labels.iter().find_map(|file| confining_label(proc, file))?;
    let remedy = match module {
        "AppArmor" => sentence("its profile must allow it", &[]),
        _ if !is_enforcing() => return None,
        _ => sentence("`ausearch -m AVC` shows the rule", &[]),
    };
    Some(explanation(
        "security-module",
        "%s, which confines this process as %s, may refuse %s(2): %s",
        &[&module, &escape_for_terminal(label), &call, &remedy],
    ))
}

/// Returns the label in a file of this process, and whose it is.
fn confining_label(proc: &Proc, file: &str) -> Option<(String, &'static str)> {
    let label = proc.read_file(file)?;
    let label = std::str::from_utf8(&label).ok()?;
    let label = label.trim_end_matches(['\0', '\n', ' ']);
    // AppArmor: PROFILE (MODE); SELinux: USER:ROLE:TYPE:LEVEL.
    let module = match label.rsplit_once(" (") {
        Some((_, "complain)" | "unconfined)")) => return None,
        Some((_, mode)) if mode.ends_with(')') => "AppArmor",
        _ if label.matches(':').count() >= 2 => "SELinux",
        _ => return None,
    };
    Some((label.to_owned(), module))
}

/// Returns the active modules that show nothing of what they confine, if this process lacks no capability.
fn active_modules(proc: &Proc, call: &str) -> Option<Explanation> {
    if !has_all_capabilities(proc)? || !proc.is_initial(NsType::User)? {
        return None;
    }
    let listed = read_from(LIST, SECURITYFS_MAGIC)?;
    let modules = possible_modules(&listed);
    (!modules.is_empty()).then(|| {
        explanation(
            "possible-security-module",
            "this process has all capabilities, so a security module may refuse %s(2); of these, %s lists %s",
            &[&call, &LIST, &modules.join(", ")],
        )
    })
}

/// Returns those of a list that may refuse a call to a process that has no label.
fn possible_modules(listed: &str) -> Vec<&str> {
    let names = listed.trim().split(',');
    let has_label = |name: &str| matches!(name, "selinux" | "apparmor");
    names
        .filter(|name| REFUSING.contains(name) && !has_label(name))
        .collect()
}

/// Returns whether all capabilities that the kernel knows are effective.
fn has_all_capabilities(proc: &Proc) -> Option<bool> {
    let status = proc.status("self")?;
    let last = u32::try_from(proc.sysctl("kernel.cap_last_cap")?).ok()?;
    let mut all = (0..=last.min(63)).map(|number| status.has_capability("CapEff", number));
    all.try_fold(true, |all, has| Some(all && has?))
}

/// Returns whether SELinux refuses what it reports.
fn is_enforcing() -> bool {
    may_enforce(read_from(ENFORCE, SELINUX_MAGIC).as_deref())
}

/// Returns whether SELinux may refuse anything by the contents of its file; where that cannot be read, it may.
fn may_enforce(enforce: Option<&str>) -> bool {
    enforce.is_none_or(|value| value.trim() != "0")
}

/// Returns the text of a file, if it is on a file system of this type and nothing that was put in its place.
fn read_from(path: &str, filesystem: FsType) -> Option<String> {
    let file = open_regular(Path::new(path)).ok()?;
    if fstatfs(&file).ok()?.filesystem_type() != filesystem {
        return None;
    }
    String::from_utf8(read_whole_lines(file, MOST_READ).ok()?).ok()
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
            ("docker-default (enforce)\n", Some("AppArmor")),
            ("name with blanks (kill)\n", Some("AppArmor")),
            ("docker-default (complain)\n", None),
            ("chrome (unconfined)\n", None),
            ("unconfined\n", None),
            ("system_u:system_r:container_t:s0:c1,c2\0", Some("SELinux")),
            ("", None),
            ("_", None),
        ] {
            fs::write(directory.join("current"), label).unwrap();
            let hint = confined_by(&Proc::from_root(scratch.path()), "mount");
            let hint = hint.map(|hint| (hint.code(), hint.to_string()));
            let Some(module) = module else {
                assert_eq!(hint, None, "{label:?}");
                continue;
            };
            let (code, hint) = hint.expect("it confines");
            assert_eq!(code, "security-module");
            let label = label.trim_end_matches(['\n', '\0']);
            assert!(hint.starts_with(&format!("{module}, which confines this process as ")));
            assert!(hint.contains(label) && hint.contains(" may refuse mount(2): "));
        }
    }

    #[test]
    fn selinux_is_not_blamed_where_it_only_reports() {
        assert!(!may_enforce(Some("0")));
        assert!(!may_enforce(Some("0\n")));
        assert!(may_enforce(Some("1")));
        assert!(may_enforce(None));
    }

    #[test]
    fn of_the_active_modules_those_without_a_label_remain() {
        let debian = "lockdown,capability,landlock,yama,apparmor,tomoyo,bpf,ipe,ima,evm";
        assert_eq!(possible_modules(debian), ["landlock", "tomoyo", "bpf"]);
        assert_eq!(possible_modules("capability,yama,selinux\n"), [""; 0]);
        assert_eq!(possible_modules(""), [""; 0]);
    }

    #[test]
    fn a_process_that_lacks_a_capability_is_not_refused_for_another_reason() {
        let scratch = testkit::Scratch::new();
        for (directory, file, text) in [
            ("self", "status", "CapEff:\t000001ffffffffff\n"),
            ("sys/kernel", "cap_last_cap", "40\n"),
        ] {
            fs::create_dir_all(scratch.path().join(directory)).unwrap();
            fs::write(scratch.path().join(directory).join(file), text).unwrap();
        }
        let proc = Proc::from_root(scratch.path());
        assert_eq!(has_all_capabilities(&proc), Some(true));
        fs::write(
            scratch.path().join("self/status"),
            "CapEff:\t000001ffffdfffff\n",
        )
        .unwrap();
        assert_eq!(has_all_capabilities(&proc), Some(false));
    }
}
