//! A directory that another user controls is not entered.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::path::Path;

use super::with_kept;
use crate::fixture::{Container, rnsenter};
use testkit::{Scratch, require};

/// A user who has nothing to do with the tests.
const OTHER: u32 = 54321;

/// Asserts that the directory is not entered, whatever is asked for, because of `reason`.
#[track_caller]
fn refused(directory: &Path, reason: &str) {
    let sentence = format!("rnsenter: cannot use {}: {reason}\n", directory.display());
    for options in [&[][..], &["-a"], &["-m"], &["-u"]] {
        let tool = rnsenter().arg("-t").arg(directory).args(options);
        tool.args(["echo", "entered"]).run().fails(1, &sentence);
    }
}

#[test]
fn another_users_directory_does_not_lead_into_their_mount_namespace() {
    if !require::root() || !require::user_namespaces() {
        return;
    }
    let theirs = Container::unshared_as(|tool| tool.as_user(OTHER, OTHER, &[]), &["-r", "-m"]);
    let Some(theirs) = theirs else { return };
    let scratch = Scratch::shared();
    let directory = scratch.dir("box");
    symlink(theirs.proc("ns/mnt"), directory.join("mnt")).unwrap();
    chown(&directory, Some(OTHER), Some(OTHER)).unwrap();
    let reason = format!("{} belongs to user {OTHER}", directory.display());
    refused(&directory, &reason);
    let link = scratch.path().join("link");
    symlink(theirs.proc("ns"), &link).unwrap();
    lchown(&link, Some(OTHER), Some(OTHER)).unwrap();
    let reason = format!(
        "the symbolic link {} belongs to user {OTHER}",
        link.display()
    );
    refused(&link, &reason);
    // Were the directory root's own, the link in it would not be followed.
    chown(&directory, Some(0), Some(0)).unwrap();
    let file = directory.join("mnt").display().to_string();
    let none = format!("rnsenter: there is no persistent namespace in {file}\n");
    let tool = rnsenter().arg("-t").arg(&directory).args(["-m", "echo"]);
    tool.run().fails(1, &none);
    // On purpose, root names the file.
    let mount = theirs.namespace("mnt");
    let tool = rnsenter().arg(format!("-m{file}"));
    let outcome = tool.args(["readlink", "/proc/self/ns/mnt"]).run().ok();
    assert_eq!(outcome.out().trim_end(), mount);
}

#[test]
fn another_users_directory_of_namespaces_is_entered_by_the_name_of_its_file_alone() {
    with_kept(&["-u"], |kept| {
        chown(kept, Some(OTHER), Some(OTHER)).unwrap();
        let [path, file] =
            [kept.to_path_buf(), kept.join("uts")].map(|path| path.display().to_string());
        let tool = rnsenter()
            .env("NSUTILS_HINTS", "always")
            .arg("-t")
            .arg(kept);
        let message = format!(
            "rnsenter: cannot use {path}: '{path}' belongs to user {OTHER}\nrnsenter: hint: to \
             enter another user's namespace, name its file: --uts='{file}'\n"
        );
        tool.args(["-u", "true"])
            .run()
            .fails(1, &message.replace("--uts='", "'--uts="));
        let tool = rnsenter().arg(format!("--uts={file}"));
        let outcome = tool.args(["readlink", "/proc/self/ns/uts"]).run().ok();
        let inode = fs::metadata(&file).unwrap().ino();
        assert_eq!(outcome.out(), format!("uts:[{inode}]\n"));
    });
}

#[test]
fn a_directory_that_the_group_can_write_to_is_refused_with_what_mends_it() {
    let scratch = Scratch::new();
    let directory = scratch.dir("box");
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o775)).unwrap();
    let path = directory.display();
    refused(&directory, &format!("{path} is writable by its group"));
    let tool = rnsenter()
        .env("NSUTILS_HINTS", "always")
        .arg("-t")
        .arg(&directory);
    let outcome = tool.args(["-u", "true"]).run();
    assert!(
        outcome.err().ends_with(&format!("`chmod g-w {path}`\n")),
        "{outcome}"
    );
}
