//! `--changes` on what a hostile program has written: its names are text, and its depth has an end.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::{Mode, mkdirat};

use crate::fixture::{Fixture, RCHROOT};
use testkit::{Tool, require};

#[test]
fn a_hostile_tree_is_an_error_in_text_and_no_end_of_the_tool() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let upper = fixture.scratch.path().join("kept/upper");
    fs::create_dir_all(&upper).unwrap();
    fs::set_permissions(upper.parent().unwrap(), Permissions::from_mode(0o700)).unwrap();
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY;
    let mut here = open(&upper, flags, Mode::empty()).unwrap();
    for depth in 0..3_000 {
        let name = if depth == 0 { "a\u{1b}[31m" } else { "d" };
        mkdirat(&here, name, Mode::S_IRWXU).unwrap();
        here = openat(&here, name, flags, Mode::empty()).unwrap();
    }
    drop(here);
    let changes = ["--changes", "kept"];
    let all = fixture
        .root(Tool::new(RCHROOT).argv0("rchroot"))
        .args(changes)
        .run();
    let few = Tool::new("/usr/bin/prlimit")
        .arg("--nofile=64")
        .arg(RCHROOT);
    let few = fixture.root(few).args(changes).run();
    // The scratch directory would be removed with a descriptor for each level.
    let removal = Tool::new("/usr/bin/rm").arg("-r").arg(upper).run();
    let begin = "rchroot: cannot read kept/upper/a\\x1b[31m/d/d/d";
    for (outcome, end) in [
        (all, "/d: File name too long\n"),
        (few, "/d: Too many open files\n"),
    ] {
        let said = outcome.err();
        assert!(
            outcome.code() == 125 && outcome.out().is_empty(),
            "{outcome}"
        );
        assert!(said.starts_with(begin) && said.ends_with(end), "{said}");
    }
    removal.ok();
}
