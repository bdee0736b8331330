//! Sandboxes of bubblewrap, which has no `exec`: what is entered is compared with the target itself.

use testkit::{Tool, require};

use crate::as_target::assert_same;
use crate::fixture::{Caller, Container};

const KINDS: [&[&str]; 4] = [
    &["--unshare-all", "--ro-bind", "/", "/"],
    &[
        "--unshare-all",
        "--ro-bind",
        "/",
        "/",
        "--dev",
        "/dev",
        "--proc",
        "/proc",
    ],
    &[
        "--unshare-user",
        "--unshare-net",
        "--bind",
        "/",
        "/",
        "--uid",
        "0",
        "--gid",
        "0",
    ],
    &[
        "--bind",
        "/",
        "/",
        "--unshare-pid",
        "--unshare-uts",
        "--hostname",
        "box",
    ],
];

fn sandbox(owner: Caller, options: &[&str]) -> Container {
    let tool = owner.runs(Tool::new("/usr/bin/bwrap").args(options));
    let tool = tool.args(["--chdir", "/usr", "--setenv", "KEY", "value"]);
    Container::made_by(tool.args(["/bin/sh", "-c", "umask 027; ulimit -n 77; exec sleep 1000"]))
}

#[test]
fn a_user_is_what_a_sandbox_of_his_own_is() {
    if !require::user_namespaces() || !require::installed("bwrap") {
        return;
    }
    for options in KINDS {
        let caller = Caller::ordinary();
        assert_same(caller, &sandbox(caller, options));
    }
}

#[test]
fn root_is_what_a_sandbox_is() {
    if !require::root() || !require::user_namespaces() || !require::installed("bwrap") {
        return;
    }
    for options in KINDS {
        for owner in [Caller::Whoever, Caller::Tester] {
            assert_same(Caller::Whoever, &sandbox(owner, options));
        }
    }
}
