//! What another user controls: `--persist` and `--unpersist` refuse it, and nothing else is removed instead.

use std::fs;
use std::os::unix::fs::{chown, lchown, symlink};
use std::path::Path;

use nix::sys::signal::kill;

use super::{in_shared_mounts, names, persist, persist_types, state, unpersist};
use crate::fixture::{RUNSHARE, runshare};
use testkit::{Scratch, Signal, Tool, children_of, eventually, require};

/// A user who has nothing to do with the tests.
const OTHER: u32 = 54321;

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

/// Asserts that both options refuse this directory, with this sentence, and change nothing.
#[track_caller]
fn refused(scratch: &Scratch, directory: &Path, sentence: &str) {
    let before = state(scratch.path());
    let refused = format!("cannot use {}: {sentence}", directory.display());
    let line = |tool: Tool, words: &[&str]| {
        let outcome = tool.args(words).run();
        assert_eq!(outcome.code(), 1, "{outcome}");
        assert!(
            outcome.err().ends_with(&format!("{refused}\n")),
            "{refused}\n{outcome}"
        );
    };
    line(persist(directory), &["--net", "--uts", "true"]);
    line(persist(directory), &["-mun", "true"]);
    line(runshare().arg("--unpersist").arg(directory), &[]);
    assert_eq!(state(scratch.path()), before);
}

#[test]
fn a_directory_of_another_user_is_refused() {
    if !require::root() {
        return;
    }
    in_shared_mounts(|scratch| {
        chmod(scratch.path(), 0o1777);
        let theirs = scratch.dir("box");
        chown(&theirs, Some(OTHER), Some(OTHER)).unwrap();
        let belongs = format!("{} belongs to user {OTHER}", theirs.display());
        refused(scratch, &theirs, &belongs);
        // What is below it is the other user's to replace, whosever it is.
        let below = scratch.dir("box/below");
        refused(scratch, &below, &belongs);
        // So is where a link of theirs leads.
        scratch.dir("safe");
        let link = scratch.path().join("link");
        symlink("safe", &link).unwrap();
        lchown(&link, Some(OTHER), Some(OTHER)).unwrap();
        let belongs = format!(
            "the symbolic link {} belongs to user {OTHER}",
            link.display()
        );
        refused(scratch, &link, &belongs);
        let new = theirs.join("new");
        let outcome = persist(&new).args(["--uts", "true"]).run();
        assert_eq!(outcome.code(), 1, "{outcome}");
        assert!(!new.exists());
    });
}

#[test]
fn a_directory_that_others_can_write_to_is_refused_with_what_mends_it() {
    if !require::root() {
        return;
    }
    in_shared_mounts(|scratch| {
        let open = scratch.dir("open");
        let below = scratch.dir("open/below");
        for (mode, who, mends) in [
            (0o775, "its group", "chmod g-w"),
            (0o777, "everybody", "chmod go-w"),
        ] {
            chmod(&open, mode);
            let sentence = format!("{} is writable by {who}", open.display());
            refused(scratch, &open, &sentence);
            refused(scratch, &below, &sentence);
            let tool = runshare().env("NSUTILS_HINTS", "always").arg("--unpersist");
            let outcome = tool.arg(&below).run();
            let mends = format!("`{mends} {}`\n", open.display());
            assert!(outcome.err().ends_with(&mends), "{outcome}");
        }
        // With the sticky bit, names are their owners' alone.
        chmod(&open, 0o1777);
        let _ = persist(&below).args(["--uts", "true"]).run().ok();
        unpersist(&below);
    });
}

#[test]
fn a_directory_that_has_taken_the_name_is_not_removed() {
    if !require::root() || !require::installed("strace") {
        return;
    }
    in_shared_mounts(|scratch| {
        let directory = persist_types(scratch, "-u");
        let [moved, other] = ["moved", "other"].map(|name| scratch.path().join(name));
        fs::create_dir(&other).unwrap();
        // The signal is there before the call is made, and stops the tool as soon as the last file is removed.
        let strace = Tool::new("/usr/bin/strace").args(["-qq", "-o", "/dev/null"]);
        let strace = strace.args([
            "-e",
            "trace=unlinkat",
            "-e",
            "inject=unlinkat:signal=STOP:when=1",
        ]);
        let line = strace.arg(RUNSHARE).arg("--unpersist").arg(&directory);
        let mut strace = line.spawn();
        let file = directory.join("uts");
        eventually("the file is removed", || !file.exists());
        let tool = children_of(strace.pid())[0];
        fs::rename(&directory, &moved).unwrap();
        symlink("other", &directory).unwrap();
        kill(tool, Signal::SIGCONT).unwrap();
        let outcome = strace.wait();
        let sentence = format!(
            "runshare: cannot remove {}: something else has its name now\n",
            directory.display()
        );
        outcome.fails(1, &sentence);
        assert!(other.is_dir() && moved.is_dir());
        assert_eq!(names(&moved), Vec::<String>::new());
    });
}
