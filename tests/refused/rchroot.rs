//! Roots that are entered.

use testkit::{Tool, require};

use crate::case::Case;
use crate::jail::{Jail, MOUNTS};
use crate::{DESCRIPTORS, IDS, built, can_refuse, refuse_all};

#[test]
fn rchroot_changes_all_or_fails() {
    if !require::root() || !can_refuse("rchroot") {
        return;
    }
    let lines = [
        ("/", IDS),
        ("--userspec=5:6 /", IDS),
        ("--userspec=daemon /", IDS),
        ("--userspec=daemon:games --groups=7,8 /", IDS),
        ("--groups=daemon,games /", IDS),
        ("--groups= /", IDS),
        ("--skip-chdir /", IDS),
        ("--chdir=/tmp --close-fds /", DESCRIPTORS),
    ];
    let case = |(line, runs): (&str, _)| Case::running("rchroot", line, runs);
    refuse_all("rchroot", &lines.map(case));
}

#[test]
fn mounts_and_environment_are_as_they_were_asked_for() {
    let Some(jail) = Jail::new().filter(|_| require::root() && can_refuse("rchroot")) else {
        return;
    };
    let layer = Tool::new(built("rchroot")).args(["--overlay", &jail.fill("{changed}")]);
    let _ = layer.args([&jail.fill("{jail}"), "/write"]).run().ok();
    let lines = [
        ("--mount-api=private --tmpfs=/mnt:size=1m {jail}", MOUNTS),
        ("--mount-api=host --bind-ro=/usr/share:/mnt {jail}", MOUNTS),
        (
            "--mount-sys --mount-dev --bind=/proc --resolv-conf=auto {jail}",
            MOUNTS,
        ),
        ("--ephemeral --bind=/proc {jail}", MOUNTS),
        ("--overlay={layer} --bind=/proc {jail}", MOUNTS),
        (
            "--overlay={layer} --new-session --bind=/proc {jail}",
            MOUNTS,
        ),
        ("--changes={changed}", ""),
        ("--changes={changed} --json", ""),
        ("--whitelist-env=HOME,SHELL {jail}", "/bin/env"),
        (
            "--reset-env --userspec=5:6 --no-new-privs {jail}",
            "/bin/env",
        ),
    ];
    let case = |(line, runs)| Case::running("rchroot", line, runs).inside(&jail);
    refuse_all("rchroot, mounts", &lines.map(case));
}
