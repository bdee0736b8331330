//! A Debian system as root: packages are installed, terminals open, names are looked up, and neither the machine's
//! mounts nor a file of the system is another one afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown, symlink};
use std::path::{Path, PathBuf};

use crate::fixture::{RCHROOT, TESTER};
use testkit::{Scratch, Tool, require};

/// What a file is: its kind and permissions, owner, size, time of its last change, and what a link leads to.
type Seen = (u32, u32, u32, u64, i64, i64, Option<PathBuf>);

/// Every file below a directory.
fn everything(directory: &Path) -> BTreeMap<PathBuf, Seen> {
    let mut found = BTreeMap::new();
    let mut left = vec![directory.to_owned()];
    while let Some(path) = left.pop() {
        let status = path.symlink_metadata().unwrap();
        if status.is_dir() {
            left.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
        let (time, more) = (status.mtime(), status.mtime_nsec());
        let (mode, target) = (status.mode(), fs::read_link(&path).ok());
        let seen = (
            mode,
            status.uid(),
            status.gid(),
            status.size(),
            time,
            more,
            target,
        );
        found.insert(path, seen);
    }
    found
}

fn mounts() -> String {
    fs::read_to_string("/proc/self/mountinfo").unwrap()
}

/// Two packages, the second of which depends on the first and is set up by a program that needs devices.
fn make_packages(scratch: &Scratch) {
    for (name, depends) in [("one", ""), ("two", "Depends: one\n")] {
        scratch.dir(format!("{name}/DEBIAN"));
        scratch.dir(format!("{name}/usr/share/{name}"));
        scratch.file(format!("{name}/usr/share/{name}/file"), name);
        let control = format!(
            "Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\n{depends}Description: {name}\n"
        );
        scratch.file(format!("{name}/DEBIAN/control"), control);
    }
    let postinst = "#!/bin/bash\nset -e\necho lost >/dev/null; read -r name < <(cat /proc/self/comm); \
        file=$(mktemp); rm \"$file\"; [ -c /dev/urandom ]; echo x >/dev/shm/x; echo set up\n";
    scratch.program("two/DEBIAN/postinst", postinst);
    scratch.dir("packages");
    for name in ["one", "two"] {
        let line = ["--build", "--root-owner-group", name];
        let tool = Tool::new("/usr/bin/dpkg-deb").args(line);
        let package = format!("packages/{name}.deb");
        tool.arg(package).current_dir(scratch.path()).run().ok();
    }
}

/// What is done in the system, `$1` being who is not root there, if there is anybody.
const USE: &str = r#"set -e
export PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive TERM=dumb
dpkg -i /mnt/one.deb /mnt/two.deb >/tmp/log 2>&1 || { cat /tmp/log; exit 1; }
grep '^set up$' /tmp/log; cat /usr/share/one/file /usr/share/two/file; echo
apt-get check >/dev/null && echo checked
[ -z "$1" ] || su -s /bin/sh -c 'id -un' "$1"
script -qec tty /dev/null | tr -d '\r'
cat <(echo substituted); echo shared >/dev/shm/y; cat /dev/shm/y
echo lost >/dev/full || echo full"#;

fn expected(user: &str) -> String {
    let terminal = "/dev/pts/0";
    format!("set up\nonetwo\nchecked\n{user}{terminal}\nsubstituted\nshared\nfull\n")
}

#[test]
fn packages_are_installed_above_a_debian_system_that_stays_as_it_is() {
    let Some(system) = require::debian_root().filter(|_| require::root()) else {
        return;
    };
    if !require::installed("dpkg-deb") {
        return;
    }
    let scratch = Scratch::new();
    make_packages(&scratch);
    let packages = scratch.path().join("packages");
    let bind = format!("{}:/mnt", packages.display());
    let kept = scratch.path().join("kept").display().to_string();
    let (before, machine) = (everything(&system), mounts());
    for options in [&["--ephemeral"][..], &["--overlay", &kept]] {
        for mode in ["--mount-api=host", "--mount-api=private"] {
            let tool = Tool::new(RCHROOT)
                .args(options)
                .args([mode, "--bind-ro", &bind]);
            let line = ["bash", "-c", USE, "bash", "nobody"];
            let outcome = tool.arg(&system).args(line).run().ok();
            assert_eq!(outcome.out(), expected("nobody\n"), "{options:?} {mode}");
        }
    }
    assert!(
        everything(&system) == before,
        "a file of the system differs"
    );
    assert_eq!(mounts(), machine);
    let list = Tool::new(RCHROOT).args(["--changes", &kept]).run().ok();
    let lines = list.out();
    for line in ["added    /usr/share/two/file", "changed  /var/lib/dpkg"] {
        assert!(lines.lines().any(|found| found == line), "{line}: {lines}");
    }
}

/// Reads the caller's resolv.conf through each kind of link. `enter` is a way into the system with an overlay
/// directory.
fn sees_the_callers_file(scratch: &Scratch, enter: impl Fn(&Path) -> Tool) {
    let callers = scratch.file("callers", "nameserver 192.0.2.1\n");
    let targets = ["/run/nowhere", "../run/nowhere", "/etc/motd", "resolv.conf"];
    for (name, target) in targets.into_iter().enumerate() {
        let kept = scratch.dir(name.to_string());
        scratch.dir(format!("{name}/upper/etc"));
        symlink(target, kept.join("upper/etc/resolv.conf")).unwrap();
        let tool = enter(&kept).bind_over(&callers, "/etc/resolv.conf");
        let outcome = tool.args(["cat", "/etc/resolv.conf"]).run().ok();
        assert_eq!(outcome.out(), "nameserver 192.0.2.1\n", "{target}");
        let link = fs::read_link(kept.join("upper/etc/resolv.conf")).unwrap();
        assert_eq!(link, Path::new(target));
    }
}

#[test]
fn names_are_looked_up_through_every_resolv_conf_of_a_debian_system() {
    let Some(system) = require::debian_root().filter(|_| require::root()) else {
        return;
    };
    let scratch = Scratch::new();
    let (before, machine) = (everything(&system), mounts());
    sees_the_callers_file(&scratch, |kept| {
        let tool = Tool::new(RCHROOT).args(["--mount-api", "--overlay"]);
        tool.arg(kept).arg(&system)
    });
    assert!(
        everything(&system) == before,
        "a file of the system differs"
    );
    assert_eq!(mounts(), machine);
}

/// Makes a file and what is below it belong to the ordinary user.
fn give_away(path: &Path) {
    for path in everything(path).into_keys() {
        if !path.is_symlink() {
            chown(path, Some(TESTER), Some(TESTER)).unwrap();
        }
    }
}

#[test]
fn a_user_installs_packages_above_a_debian_system_of_his_own() {
    let Some(runshare) = require::workspace_program("runshare").filter(|_| require::root()) else {
        return;
    };
    let Some(system) = require::debian_root()
        .filter(|_| require::installed("dpkg-deb") && require::installed("newuidmap"))
    else {
        return;
    };
    let scratch = Scratch::new();
    make_packages(&scratch);
    let own = scratch.path().join("own");
    let copy = Tool::new("/bin/cp").args(["-r", "--preserve=mode,links,timestamps"]);
    copy.arg(&system).arg(&own).run().ok();
    scratch.file("passwd", format!("tester:x:{TESTER}:{TESTER}::/:/bin/sh\n"));
    for file in ["subuid", "subgid"] {
        scratch.file(file, "tester:100000:65536\n");
    }
    give_away(scratch.path());
    let (before, machine) = (everything(&own), mounts());
    let bind = format!("{}:/mnt", scratch.path().join("packages").display());
    let kept = scratch.path().join("kept").display().to_string();
    let as_tester = || {
        let tool = Tool::new(&runshare).as_user(TESTER, TESTER, &[]);
        let files = ["passwd", "subuid", "subgid"].into_iter();
        files.fold(tool, |tool, file| {
            tool.bind_over(scratch.path().join(file), Path::new("/etc").join(file))
        })
    };
    for options in [&["--ephemeral"][..], &["--overlay", &kept]] {
        // With one ID there is nobody else whom he could become.
        for (ids, other) in [(&["-r"][..], ""), (&["-r", "--map-auto"], "nobody")] {
            let tool = as_tester().args(ids).args(options);
            let tool = tool.args(["--mount-api", "--bind-ro", &bind]);
            let line = ["bash", "-c", USE, "bash", other];
            let outcome = tool.arg("--root").arg(&own).args(line).run().ok();
            let user = if other.is_empty() { "" } else { "nobody\n" };
            assert_eq!(outcome.out(), expected(user), "{ids:?} {options:?}");
        }
    }
    sees_the_callers_file(&scratch, |kept| {
        give_away(kept);
        let tool = as_tester().args(["-r", "--mount-api", "--overlay"]);
        tool.arg(kept).arg("--root").arg(&own)
    });
    assert!(everything(&own) == before, "a file of the system differs");
    assert_eq!(mounts(), machine);
}
