//! `--netns-etc`: the files of a named network namespace are in the place of those in /etc.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use nix::mount::{MsFlags, mount};
use testkit::{Outcome, require};

use crate::fixture::{Container, bind, in_private_mounts, rnsenter};

/// Has /etc and /run be empty for this thread, but for a network namespace called blue and files for it.
fn prepare(container: &Container) {
    const NONE: Option<&str> = None;
    for directory in ["/etc", "/run"] {
        mount(NONE, directory, Some("tmpfs"), MsFlags::empty(), NONE).unwrap();
    }
    for directory in ["/run/netns", "/run/resolver", "/etc/netns/blue"] {
        fs::create_dir_all(directory).unwrap();
    }
    fs::write("/run/netns/blue", "").unwrap();
    bind(&container.proc("ns/net"), Path::new("/run/netns/blue"));
    fs::write("/run/resolver/resolv.conf", "host\n").unwrap();
    symlink("../run/resolver/resolv.conf", "/etc/resolv.conf").unwrap();
    fs::write("/etc/hosts", "host\n").unwrap();
    for name in ["resolv.conf", "hosts", "missing"] {
        fs::write(Path::new("/etc/netns/blue").join(name), "blue\n").unwrap();
    }
}

fn enter(words: &[&str]) -> Outcome {
    rnsenter()
        .args(words)
        .args(["cat", "/etc/resolv.conf", "/etc/hosts"])
        .run()
}

#[test]
fn files_of_the_name_are_seen_by_the_program_alone() {
    if !require::root() {
        return;
    }
    let Some(container) = Container::plain() else {
        return;
    };
    in_private_mounts(|| {
        prepare(&container);
        let before = fs::read_to_string("/proc/thread-self/mountinfo").unwrap();
        let warning = "rnsenter: warning: mount /etc/netns/blue/missing on /etc/missing failed: No such file or \
                       directory\n";
        for target in [&["--net=/run/netns/blue"][..], &["-t", "netns:blue", "-n"]] {
            let outcome = enter(&[target, &["--netns-etc"]].concat()).ok();
            assert_eq!(outcome.out(), "blue\nblue\n", "{outcome}");
            assert_eq!(outcome.err(), warning);
            assert_eq!(enter(target).ok().out(), "host\nhost\n");
        }
        assert_eq!(
            fs::read_to_string("/proc/thread-self/mountinfo").unwrap(),
            before
        );
        // A name without files.
        fs::write("/run/netns/red", "").unwrap();
        bind(&container.proc("ns/net"), Path::new("/run/netns/red"));
        let outcome = enter(&["--net=/run/netns/red", "--netns-etc"]).ok();
        assert_eq!(outcome.out(), "host\nhost\n");
    });
}

#[test]
fn it_requires_a_name() {
    let own = std::process::id().to_string();
    let refused =
        "rnsenter: option --netns-etc requires a network namespace that is named in /run/netns\n";
    rnsenter()
        .args(["-t", &own, "-n", "--netns-etc", "true"])
        .run()
        .fails(1, refused);
    for option in ["--as-target", "--all", "--mount", "--root"] {
        let tool = rnsenter().args(["-t", &own, "--netns-etc", option, "true"]);
        tool.run().fails(
            1,
            &format!("rnsenter: options --netns-etc and {option} cannot be combined\n"),
        );
    }
}
