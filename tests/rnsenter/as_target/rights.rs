//! What another user would gain by `--as-target` of a process of theirs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use testkit::{Scratch, Tool, require};

use super::enter;
use crate::fixture::{Caller, Container, TESTER, rnsenter};

/// A process of an ordinary user's, with a variable that only it has.
fn of_tester() -> Container {
    Container::none(|tool| tool.as_user(TESTER, TESTER, &[]).env("EVIL", "1"))
}

#[test]
fn another_user_does_not_get_the_targets_environment() {
    if !require::root() {
        return;
    }
    let container = of_tester();
    for options in [
        &["-S", "0"][..],
        &["-G", "0"],
        &["--groups", "0"],
        &["--preserve-credentials"],
    ] {
        let words = [options, &["/usr/bin/env"]].concat();
        let outcome = enter(Caller::Whoever, &container, &words).ok();
        assert_eq!(outcome.out(), "", "{options:?}");
    }
    let shown = enter(Caller::Whoever, &container, &["/usr/bin/env"]).ok();
    assert!(shown.out().contains("EVIL=1\n"));
}

/// A copy of sleep(1) that `give` gives more rights than its user has.
fn privileged_sleep(scratch: &Scratch, give: impl FnOnce(&Path)) -> PathBuf {
    let program = scratch.program("sleep", fs::read("/bin/sleep").unwrap());
    give(&program);
    program
}

/// Asserts that a process of this program, started by a user, is refused as a target.
fn assert_refused(program: &Path) {
    let tool = Tool::new(program).arg("1000").env("LD_PRELOAD", "/evil.so");
    let target = Container::made_by(tool.as_user(TESTER, TESTER, &[]));
    let pid = target.pid().to_string();
    let refused = format!(
        "rnsenter: process {pid} has other rights than the user who has started it: --as-target would combine them \
         with that user's environment\n"
    );
    for options in [&[][..], &["-S", "0"], &["--clear-env"]] {
        let line = [&["-t", &pid, "--as-target"][..], options, &["true"]].concat();
        rnsenter().args(line).run().fails(1, &refused);
    }
}

#[test]
fn a_set_user_id_program_is_no_target() {
    if !require::root() {
        return;
    }
    for mode in [0o4755, 0o2755] {
        let scratch = Scratch::shared();
        let program = privileged_sleep(&scratch, |program| {
            fs::set_permissions(program, PermissionsExt::from_mode(mode)).unwrap();
        });
        assert_refused(&program);
    }
}

/// All its IDs are the user's.
#[test]
fn a_program_with_capabilities_of_its_file_is_no_target() {
    if !require::root() || !require::installed("setcap") {
        return;
    }
    let scratch = Scratch::shared();
    let program = privileged_sleep(&scratch, |program| {
        let tool = Tool::new("/usr/bin/env").args(["setcap", "cap_net_raw+ep"]);
        tool.arg(program).run().ok();
    });
    assert_refused(&program);
}

/// execve(2) lets nobody have so much, but prctl(2) lets everybody show it.
#[test]
fn an_environment_of_more_than_8_mib_is_an_error() {
    let caller = Caller::ordinary();
    if !require::user_namespaces() {
        return;
    }
    let (Some(unshare), Some(fixture)) = (require::original("unshare"), require::fixture_program())
    else {
        return;
    };
    let shows = |mebibytes: &str| {
        let tool = Tool::new(&unshare).argv0("unshare").args(["-r", "-u"]);
        let tool = tool.arg(&fixture).args(["environ", mebibytes]);
        let mut target = caller.runs(tool).spawn();
        target.read_until("up\n");
        target
    };
    for (mebibytes, is_read) in [("8", true), ("9", false), ("1000", false)] {
        let target = shows(mebibytes);
        let pid = target.pid().to_string();
        for options in [&["--as-target"][..], &["-U", "-u", "-e"]] {
            let tool = rnsenter().args(["-t", &pid]).args(options);
            let outcome = caller.runs(tool).arg("/bin/true").run();
            match is_read {
                true => drop(outcome.ok()),
                false => outcome.fails(
                    1,
                    "rnsenter: failed to get environment variables: Argument list too long\n",
                ),
            }
        }
    }
}
