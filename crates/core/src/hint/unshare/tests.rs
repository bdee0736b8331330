//! Machines that this one is not, as far as a directory in the shape of /proc can be one.

use std::fs;

use super::*;
use testkit::Scratch;

/// Returns a /proc with these files.
fn machine(files: &[(&str, &str)]) -> (Scratch, Proc) {
    let scratch = Scratch::new();
    for (name, contents) in files {
        let path = scratch.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }
    let proc = Proc::from_root(scratch.path());
    (scratch, proc)
}

fn shown(hint: Option<Explanation>) -> Option<String> {
    hint.map(|hint| hint.to_string())
}

const UNPRIVILEGED: (&str, &str) = ("self/status", "CapEff:\t0000000000000000\nSeccomp:\t0\n");
const PRIVILEGED: (&str, &str) = ("self/status", "CapEff:\t000001ffffffffff\nSeccomp:\t0\n");

#[test]
fn debians_setting_is_named_with_the_command_that_changes_it() {
    let setting = |value| ("sys/kernel/unprivileged_userns_clone", value);
    let hint = |files: &[(&str, &str)]| shown(forbidden_by_sysctl(&machine(files).1));
    assert!(hint(&[UNPRIVILEGED, setting("0\n")]).is_some_and(|hint| {
        hint.starts_with("kernel.unprivileged_userns_clone is 0,")
            && hint.contains("`sysctl -w kernel.unprivileged_userns_clone=1`")
    }));
    assert_eq!(hint(&[UNPRIVILEGED, setting("1\n")]), None);
    assert_eq!(hint(&[PRIVILEGED, setting("0\n")]), None);
    assert_eq!(hint(&[UNPRIVILEGED]), None);
    assert_eq!(hint(&[setting("0\n")]), None);
}

#[test]
fn ubuntus_setting_is_named_where_no_profile_of_its_own_decides() {
    let setting = |value| ("sys/kernel/apparmor_restrict_unprivileged_userns", value);
    let label = |value| ("self/attr/current", value);
    let hint = |files: &[(&str, &str)]| shown(restricted_by_apparmor(&machine(files).1));
    for ours in ["unconfined\n", "unprivileged_userns (enforce)\n"] {
        assert!(hint(&[setting("1\n"), label(ours)]).is_some_and(|hint| {
            hint.starts_with("kernel.apparmor_restrict_unprivileged_userns is 1,")
                && hint.contains("`sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`")
        }));
    }
    assert_eq!(
        hint(&[setting("1\n"), label("docker-default (enforce)\n")]),
        None
    );
    assert_eq!(hint(&[setting("1\n")]), None);
    assert_eq!(hint(&[setting("0\n"), label("unconfined\n")]), None);
    assert_eq!(hint(&[label("unconfined\n")]), None);
}

#[test]
fn a_type_that_the_kernel_lacks_is_named() {
    let files = [("self/ns/mnt", ""), ("self/ns/user", "")];
    let (_scratch, proc) = machine(&files);
    let hint = |ns_type: NsType| shown(unknown_type(&proc, ns_type.flag()));
    assert_eq!(hint(NsType::User), None);
    let time = hint(NsType::Time).expect("it is missing");
    assert!(time.starts_with(
        "this kernel does not support time namespaces, which require Linux 5.6 with CONFIG_TIME_NS:"
    ));
    assert!(
        time.ends_with("/proc/self/ns/time does not exist"),
        "{time}"
    );
    let (_scratch, empty) = machine(&[]);
    assert_eq!(unknown_type(&empty, NsType::Time.flag()), None);
}

#[test]
fn no_hint_is_given_without_proc() {
    let nowhere = Proc::from_root(Path::new("/no/such/directory"));
    assert_eq!(forbidden_by_sysctl(&nowhere), None);
    assert_eq!(restricted_by_apparmor(&nowhere), None);
    assert_eq!(unmapped(&nowhere), None);
    assert_eq!(unknown_type(&nowhere, NsType::Time.flag()), None);
    assert_eq!(between_namespaces(&nowhere, NsType::Pid.flag()), None);
}
