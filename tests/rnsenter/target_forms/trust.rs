//! A namespace file that another user may have chosen is not entered, and one that several parties share not with more
//! than itself.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use super::{bind_namespace, enter, with_container};
use crate::fixture::{Container, rnsenter};
use testkit::require;

/// A user who has nothing to do with the tests.
const OTHER: u32 = 54321;

#[test]
fn a_file_in_another_users_directory_is_not_entered() {
    with_container(|container, directory| {
        let theirs = directory.join("theirs");
        fs::create_dir(&theirs).unwrap();
        let file = theirs.join("net");
        bind_namespace(container, "net", &file);
        let target = file.to_str().unwrap();
        enter(rnsenter(), target, &[]).ok();
        chown(&theirs, Some(OTHER), Some(OTHER)).unwrap();
        let message = format!(
            "rnsenter: cannot use {target}: {theirs} belongs to user {OTHER}\nrnsenter: hint: to \
             enter another user's namespace, name its file: --net={target}\n",
            theirs = theirs.display()
        );
        let hinting = || rnsenter().env("NSUTILS_HINTS", "always");
        for options in [&[][..], &["-a"], &["-n"], &["-m"]] {
            enter(hinting(), target, options).fails(1, &message);
        }
        chown(&theirs, Some(0), Some(0)).unwrap();
        fs::set_permissions(&theirs, fs::Permissions::from_mode(0o777)).unwrap();
        let message = format!(
            "rnsenter: cannot use {target}: {} is writable by everybody\n",
            theirs.display()
        );
        enter(rnsenter(), target, &[]).fails(1, &message);
    });
}

#[test]
fn a_file_that_is_a_link_leads_nowhere() {
    with_container(|container, directory| {
        let link = directory.join("net");
        for leads_to in [
            container.proc("ns/mnt"),
            container.proc("ns/net"),
            Path::new("/proc/self/fd/0").into(),
        ] {
            symlink(&leads_to, &link).unwrap();
            let target = link.to_str().unwrap();
            let outcome = enter(rnsenter(), target, &[]);
            outcome.fails(1, "rnsenter: invalid PID argument\n");
            fs::remove_file(&link).unwrap();
        }
    });
}

#[test]
fn a_file_that_two_parties_are_in_is_entered_alone() {
    if !require::root() {
        return;
    }
    with_container(|container, directory| {
        let file = directory.join("net");
        bind_namespace(container, "net", &file);
        let target = file.to_str().unwrap();
        let other = rnsenter().args(["-t", target]);
        let Some(unshare) = require::original("unshare") else {
            return;
        };
        let _other = Container::made_by(other.arg(unshare).args(["-u", "sleep", "1000"]));
        enter(rnsenter(), target, &[]).ok();
        let outcome = enter(rnsenter(), target, &["-a"]);
        assert_eq!(outcome.code(), 1, "{outcome}");
        let start = format!(
            "rnsenter: the processes in net namespace {} differ in other namespaces or in their \
             root: name one, --target ",
            fs::metadata(&file)
                .map(|file| std::os::unix::fs::MetadataExt::ino(&file))
                .unwrap()
        );
        assert!(outcome.err().starts_with(&start), "{outcome}");
    });
}
