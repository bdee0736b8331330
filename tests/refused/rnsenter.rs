//! Namespaces that are entered.

use std::fs;
use std::path::Path;

use nix::mount::{MsFlags, mount};
use testkit::{in_mount_namespace, require};

use crate::case::Case;
use crate::fixture::Fixture;
use crate::jail::Jail;
use crate::{DESCRIPTORS, IDS, LINKS, can_refuse, refuse_all};

#[test]
fn rnsenter_enters_all_or_fails() {
    if !require::root() || !can_refuse("rnsenter") {
        return;
    }
    let fixture = Fixture::new();
    let lines = [
        ("-t {pid} -a", LINKS),
        ("-t {pid} -u -n -m -i", LINKS),
        ("-t {pid} -u -r -w -e", LINKS),
        ("-t {pid2} -p", LINKS),
        ("-t {pid2} -U -u --preserve-credentials", LINKS),
        ("-t {pid2} -U -S 0 -G 0", IDS),
        ("-t {uts}", LINKS),
        ("-t {uts} --net", LINKS),
        ("-t {open}", LINKS),
        ("-n/proc/{pid}/ns/net", LINKS),
        ("-n/proc/{pid}/ns/net --close-fds", DESCRIPTORS),
        ("-t {pid} -u --new-session --no-new-privs", LINKS),
        ("-t {pid2} -p --init --kill-child", LINKS),
        ("-t {pid} -u --forward-signals", LINKS),
    ];
    let case = |(line, runs): (&str, _)| Case::running("rnsenter", &fixture.fill(line), runs);
    refuse_all("rnsenter", &lines.map(case));
}

/// Has the network of a process be called blue, with a file for it, for this thread alone.
fn name_network(fixture: &Fixture, jail: &Jail) {
    const NONE: Option<&str> = None;
    let etc = ["passwd", "group", "nsswitch.conf", "ld.so.cache"];
    let etc = etc.map(|name| {
        (
            name,
            fs::read(Path::new("/etc").join(name)).unwrap_or_default(),
        )
    });
    for directory in ["/etc", "/run"] {
        mount(NONE, directory, Some("tmpfs"), MsFlags::empty(), NONE).expect("root may");
    }
    for directory in ["/run/netns", "/etc/netns/blue"] {
        fs::create_dir_all(directory).expect("it is ours");
    }
    for (name, contents) in etc {
        fs::write(Path::new("/etc").join(name), contents).expect("it is ours");
    }
    for file in ["/run/netns/blue", "/etc/hosts", "/etc/netns/blue/hosts"] {
        fs::write(file, file).expect("it is ours");
    }
    let network = jail.fill(&fixture.fill("/proc/{pid}/ns/net"));
    let file = "/run/netns/blue";
    mount(Some(network.as_str()), file, NONE, MsFlags::MS_BIND, NONE).expect("root may");
}

#[test]
fn a_program_is_as_the_target_is_or_does_not_run() {
    let Some(jail) = Jail::new().filter(|_| require::root() && can_refuse("rnsenter")) else {
        return;
    };
    in_mount_namespace(MsFlags::MS_PRIVATE, || {
        let fixture = Fixture::new();
        name_network(&fixture, &jail);
        let lines = [
            ("-t {pid} --as-target", LINKS),
            ("-t {pid2} --as-target", IDS),
            ("-t {pid} --tools", LINKS),
            ("-t {pid} --tools -p", "/usr/bin/ls /mnt"),
            ("-t {pid} -u --groups 7,8", IDS),
            ("-t {pid} -u --groups follow -G 0", IDS),
            ("-t {pid} -u -S daemon -G games --groups tty", IDS),
            ("-t {pid} -u --reset-env -S daemon", "/usr/bin/env"),
            (
                "--net=/run/netns/blue --netns-etc",
                "/usr/bin/cat /etc/hosts",
            ),
            ("-t netns:blue --init --kill-child=TERM", LINKS),
            ("-t {pid2} -a --init --forward-signals", LINKS),
        ];
        let case = |(line, runs): (&str, _)| {
            Case::running("rnsenter", &fixture.fill(line), runs).inside(&jail)
        };
        refuse_all("rnsenter, targets", &lines.map(case));
    });
}
