//! Namespaces, roots, networks and cgroups that are made.

use nix::mount::MsFlags;
use testkit::{Scratch, in_mount_namespace, require};

use crate::case::Case;
use crate::jail::{Jail, MOUNTS};
use crate::{CAPABILITIES, DESCRIPTORS, IDS, LINKS, MAPS, can_refuse, network, refuse_all};

/// The ordinary user.
const USER: u32 = 1001;

#[test]
fn runshare_does_all_or_fails() {
    if !require::root() || !can_refuse("runshare") {
        return;
    }
    let scratch = Scratch::new();
    let directory = scratch.path().join("box");
    let persist = format!("--persist {} --uts --net", directory.display());
    let lines = [
        ("--uts --net", LINKS),
        ("--mount --ipc --time --boottime 5", LINKS),
        ("-r", MAPS),
        ("-r --uts", LINKS),
        ("--map-users 0:0:5 --map-groups 0:0:5", MAPS),
        ("--pid --fork", LINKS),
        ("--pid --fork --mount-proc --kill-child", LINKS),
        ("--pid --fork --kill-child=TERM", LINKS),
        ("--pid --init", LINKS),
        ("--init --mount-proc", LINKS),
        ("--net --loopback --hostname moon", LINKS),
        ("--mount --propagation slave --root / --wd /tmp", LINKS),
        ("-S 5 -G 6", IDS),
        ("--cap-drop all", CAPABILITIES),
        (
            "--map-users 0:0:5 --map-groups 0:0:5 --bind /usr/share:/mnt:idmap",
            "/usr/bin/stat -c %u:%g /mnt/doc",
        ),
        ("--uts --close-fds", DESCRIPTORS),
        ("--uts --new-session --no-new-privs", LINKS),
    ];
    let mut cases: Vec<Case> = Vec::new();
    for (line, runs) in lines {
        cases.push(Case::running("runshare", line, runs));
    }
    cases.push(Case::running("runshare", &persist, LINKS).persistent(directory));
    for line in ["--check", "--check --json", "--check --uts --user"] {
        cases.push(Case::running("runshare", line, ""));
    }
    refuse_all("runshare", &cases);
}

#[test]
fn a_root_is_as_it_was_asked_for_or_is_not_entered() {
    let Some(jail) = Jail::new().filter(|_| require::root() && can_refuse("runshare")) else {
        return;
    };
    let lines = [
        "--root {jail} --mount-api=private --tmpfs /mnt:size=1m",
        "--root {jail} --mount-api=host --resolv-conf auto",
        "--root {jail} --mount-proc --mount-sys --bind-ro /usr/share:/mnt",
        "--root {jail} --ephemeral --pid --fork --mount-proc",
        "--root {jail} --overlay {layer} --bind /proc",
        "--root {jail} --pivot-root --bind /usr/share:/mnt --ephemeral --mount-proc",
    ];
    let case = |line: &str| Case::running("runshare", line, MOUNTS).inside(&jail);
    let mut cases: Vec<_> = lines.into_iter().map(case).collect();
    cases.push(case("-r --pid --root {jail} --mount-api --tmpfs /mnt").run_by(USER));
    refuse_all("runshare, roots", &cases);
}

#[test]
fn limits_environment_and_types_are_as_they_were_asked_for() {
    let Some(jail) = Jail::new().filter(|_| require::root() && can_refuse("runshare")) else {
        return;
    };
    let root = [
        ("--all", LINKS),
        (
            "--limit nofile=64:128 --limit core=0",
            "/usr/bin/cat /proc/self/limits",
        ),
        ("--cap-drop sys_admin,kill -S daemon -G games", IDS),
        ("--reset-env -S daemon", "/usr/bin/env"),
        ("--whitelist-env HOME,SHELL", "/usr/bin/env"),
    ];
    let user = [
        ("--all", LINKS),
        ("-c --limit nofile=64 --uts", LINKS),
        ("-r --cap-drop all --no-new-privs", CAPABILITIES),
        ("-r --init --mount-proc --uts", LINKS),
    ];
    let case = |(line, runs)| Case::running("runshare", line, runs).inside(&jail);
    let root = root.into_iter().map(case);
    let user = user.into_iter().map(|line| case(line).run_by(USER));
    refuse_all("runshare, limits", &root.chain(user).collect::<Vec<_>>());
}

#[test]
fn a_network_is_connected_or_the_program_does_not_run() {
    let Some(jail) = Jail::new().filter(|_| require::root() && can_refuse("runshare")) else {
        return;
    };
    if !network::is_possible() {
        return;
    }
    in_mount_namespace(MsFlags::MS_PRIVATE, || {
        network::set_up();
        let show = "/usr/sbin/ip -o -4 address";
        let case = |line| Case::running("runshare", line, show).inside(&jail);
        let cases = [
            case("--network=pasta --publish 8080:80"),
            case("--network=slirp4netns --publish 8080:80"),
            case("-c --network=pasta --publish 8080:80/udp").run_by(USER),
            case("-r --network=slirp4netns --publish 8080:80").run_by(USER),
        ];
        refuse_all("runshare, networks", &cases);
    });
}
