//! Real containers, each entered as a user would.

use std::fs;
use std::path::PathBuf;

use crate::fixture::{
    Caller, Container, differential_test, in_private_mounts, namespace_of, original, rnsenter,
};
use nix::mount::{MsFlags, mount};
use testkit::{Pid, Scratch, Tool, require};

/// What each type is called on the command line and in /proc.
const TYPES: [(&str, &str); 8] = [
    ("-U", "user"),
    ("-m", "mnt"),
    ("-u", "uts"),
    ("-i", "ipc"),
    ("-n", "net"),
    ("-p", "pid"),
    ("-C", "cgroup"),
    ("-T", "time"),
];

/// Has the program say where it is: one namespace a line, in the order of `TYPES`.
fn tell() -> [String; 3] {
    let names = TYPES.map(|(_, name)| format!("/proc/self/ns/{name}"));
    let script = format!("readlink {}", names.join(" "));
    ["sh".to_owned(), "-c".to_owned(), script]
}

/// Asserts that, with these options, the program is in all the namespaces of the container that are not the caller's.
fn enters_all(tool: Tool, container: &Container) {
    let outcome = tool.args(tell()).run().ok();
    let inside: Vec<String> = outcome.out().lines().map(str::to_owned).collect();
    let expected = TYPES.map(|(_, name)| container.namespace(name));
    assert_eq!(inside, expected, "{outcome}");
}

#[test]
fn a_namespace_set_made_by_runshare_without_a_user_namespace() {
    if !require::root() {
        return;
    }
    let Some(runshare) = require::workspace_program("runshare") else {
        return;
    };
    let tool = Tool::new(runshare).args(["-muinpCT", "--fork", "--mount-proc"]);
    let container = Container::made_by(tool.args(["sleep", "1000"]));
    let pid = container.pid().to_string();
    for options in [&["-a"][..], &["-m", "-u", "-i", "-n", "-p", "-C", "-T"]] {
        enters_all(rnsenter().args(["-t", &pid]).args(options), &container);
    }
    // In its own /proc the container's first process is 1.
    let tool = rnsenter().args(["-t", &pid, "-m", "-p", "cat", "/proc/1/comm"]);
    assert_eq!(tool.run().ok().out(), "sleep\n");
}

#[test]
fn each_type_is_entered_alone_and_no_other_with_it() {
    if !require::user_namespaces() {
        return;
    }
    let Some(runshare) = require::workspace_program("runshare") else {
        return;
    };
    let caller = Caller::ordinary();
    let tool = caller
        .runs(Tool::new(runshare))
        .args(["-r", "-muinpCT", "--fork"]);
    let container = Container::made_by(tool.args(["sleep", "1000"]));
    let pid = container.pid().to_string();
    for (option, entered) in TYPES {
        let tool = caller.runs(rnsenter()).args(["-t", &pid, "-U", option]);
        let outcome = tool.args(tell()).run().ok();
        for ((_, name), seen) in TYPES.iter().zip(outcome.out().lines()) {
            let inside = *name == entered || *name == "user";
            let expected = match inside {
                true => container.namespace(name),
                false => namespace_of(Pid::this(), name),
            };
            assert_eq!(seen, expected, "{option} and {name}\n{outcome}");
        }
    }
}

#[test]
fn a_namespace_set_made_by_runshare_with_a_user_namespace() {
    if !require::user_namespaces() {
        return;
    }
    let Some(runshare) = require::workspace_program("runshare") else {
        return;
    };
    let caller = Caller::ordinary();
    let tool = caller
        .runs(Tool::new(runshare))
        .args(["-r", "-muinpCT", "--fork"]);
    let container = Container::made_by(tool.args(["sleep", "1000"]));
    let pid = container.pid().to_string();
    for options in [
        &["-a"][..],
        &["-a", "--preserve-credentials"],
        &["-U", "-m", "-u", "-i", "-n", "-p", "-C", "-T"],
    ] {
        let tool = caller.runs(rnsenter()).args(["-t", &pid]).args(options);
        enters_all(tool, &container);
    }
    let tool = caller.runs(rnsenter()).args(["-t", &pid, "-a", "id", "-u"]);
    assert_eq!(tool.run().ok().out(), "0\n");
}

/// A container of bubblewrap's; `--dev` and a user that is not root make it two user namespaces deep.
fn bubble(caller: Caller, options: &[&str]) -> Option<Container> {
    let found = require::user_namespaces() && require::installed("bwrap");
    if !found {
        return None;
    }
    let bwrap = ["/usr/bin/bwrap", "/bin/bwrap"].map(PathBuf::from);
    let bwrap = bwrap.into_iter().find(|path| path.exists())?;
    let tool = caller.runs(Tool::new(bwrap));
    let tool = tool.args(["--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc"]);
    let tool = tool.args(["--dev", "/dev", "--tmpfs", "/tmp", "--dir", "/tmp/inside"]);
    Some(Container::made_by(
        tool.args(options).args(["sleep", "1000"]),
    ))
}

/// The user namespace that this one was made in, as far as this process may see: one level up.
fn parent_of(caller: Caller, container: &Container) -> String {
    let pid = container.pid().to_string();
    let tool = caller.runs(rnsenter()).args(["-t", &pid, "--user-parent"]);
    let tool = tool.args(["--preserve-credentials", "readlink", "/proc/self/ns/user"]);
    tool.run().ok().out().trim_end().to_owned()
}

#[test]
fn a_container_of_bubblewraps_two_user_namespaces_deep() {
    let caller = Caller::ordinary();
    let Some(container) = bubble(caller, &["--uid", "4711", "--gid", "4711"]) else {
        return;
    };
    let pid = container.pid().to_string();
    let enter = || caller.runs(rnsenter()).args(["-t", &pid]);
    let options = ["-U", "-m", "-u", "-i", "-n", "-p", "--preserve-credentials"];
    let outcome = enter().args(options).args(tell()).run().ok();
    let inside: Vec<String> = outcome.out().lines().map(str::to_owned).collect();
    for ((_, name), seen) in TYPES.iter().zip(&inside).take(6) {
        assert_eq!(*seen, container.namespace(name), "{name}\n{outcome}");
    }
    let tool = enter()
        .args(options)
        .args(["sh", "-c", "id -u; ls /tmp; ls -d /proc/1"]);
    assert_eq!(tool.run().ok().out(), "4711\ninside\n/proc/1\n");
    let parent = parent_of(caller, &container);
    assert_ne!(parent, container.namespace("user"));
    assert_ne!(parent, namespace_of(Pid::this(), "user"));
    // The original goes the same ways.
    let Some(diff) = differential_test() else {
        return;
    };
    for line in [
        &["-U", "--preserve-credentials", "id"][..],
        &[
            "-U",
            "-m",
            "-p",
            "--preserve-credentials",
            "-r",
            "-w",
            "pwd",
        ],
        &["--user-parent", "--preserve-credentials", "id"],
        &["-U", "-S", "follow", "--preserve-credentials", "id"],
        &["-U", "-e", "--preserve-credentials", "env"],
        &["-n", "true"],
    ] {
        diff.assert_same_with(|tool| caller.runs(tool).args(["-t", &pid]).args(line));
    }
    // The original enters the user namespace last, and may not: a row of tests/differences.md.
    let line = ["--user-parent", "--preserve-credentials", "-m", "-n"];
    let list = |tool: Tool| tool.args(line).args(["ls", "/tmp"]).run();
    assert_eq!(list(enter()).ok().out(), "inside\n");
    let theirs = list(caller.runs(original()).args(["-t", &pid]));
    theirs.fails(
        1,
        "nsenter: reassociate to namespaces failed: Operation not permitted\n",
    );
}

#[test]
fn a_container_of_bubblewraps_made_by_root() {
    if !require::root() {
        return;
    }
    let Some(container) = bubble(Caller::Whoever, &["--unshare-user"]) else {
        return;
    };
    let pid = container.pid().to_string();
    enters_all(rnsenter().args(["-t", &pid, "-a"]), &container);
    let tool = rnsenter().args(["-t", &pid, "-a", "-r", "-w", "sh", "-c", "pwd; ls /tmp"]);
    assert_eq!(tool.run().ok().out(), "/\ninside\n");
}

#[test]
fn a_network_held_by_ip_netns() {
    if !require::root() || !require::installed("ip") {
        return;
    }
    in_private_mounts(|| {
        // Where `ip netns` keeps its files: it all goes with the thread's mounts.
        let none = None::<&str>;
        mount(none, "/run", Some("tmpfs"), MsFlags::empty(), none).unwrap();
        let name = format!("nsutils-{}", nix::unistd::gettid());
        let ip = ["/usr/sbin/ip", "/usr/bin/ip", "/sbin/ip"].map(PathBuf::from);
        let ip = ip.into_iter().find(|path| path.exists()).unwrap();
        let ip = |words: &[&str]| Tool::new(&ip).args(words).run().ok();
        ip(&["netns", "add", &name]);
        let file = format!("/run/netns/{name}");
        let expected = ip(&["netns", "exec", &name, "readlink", "/proc/self/ns/net"]).out();
        assert_ne!(expected.trim_end(), namespace_of(Pid::this(), "net"));
        for form in [
            format!("-n{file}"),
            format!("-n={file}"),
            format!("--net={file}"),
        ] {
            let tool = rnsenter()
                .arg(&form)
                .args(["readlink", "/proc/self/ns/net"]);
            assert_eq!(tool.run().ok().out(), expected, "{form}");
        }
        let Some(diff) = differential_test() else {
            return;
        };
        for words in [
            &["ip", "-o", "link"][..],
            &["cat", "/proc/net/dev"],
            &["sh", "-c", "exit 5"],
        ] {
            diff.assert_same_with(|tool| tool.arg(format!("-n{file}")).args(words));
        }
        diff.assert_same(&[&format!("-n{file}"), "-p", "true"]);
        diff.assert_same(&[&format!("-u{file}"), "true"]);
        ip(&["netns", "delete", &name]);
        diff.assert_same(&[&format!("-n{file}"), "true"]);
    });
}

#[test]
fn namespaces_held_by_bind_mounts_alone() {
    if !require::root() {
        return;
    }
    let Some(unshare) = require::original("unshare") else {
        return;
    };
    let scratch = Scratch::new();
    in_private_mounts(|| {
        // Mount namespaces can be kept in a private mount alone.
        let (none, path) = (None::<&str>, scratch.path());
        mount(none, path, Some("tmpfs"), MsFlags::empty(), none).unwrap();
        let kept = ["mount", "uts", "ipc", "net", "cgroup", "time", "user"];
        let options: Vec<String> = kept
            .iter()
            .map(|kind| format!("--{kind}={}", scratch.file(kind, "").display()))
            .collect();
        let unshare = Tool::new(&unshare).arg("-r").args(&options);
        let _ = unshare.args(["hostname", "kept-by-a-mount"]).run().ok();
        let named = |kind: &str| {
            let words = options.iter().find(|word| word.contains(kind)).unwrap();
            words.to_owned()
        };
        let tool = rnsenter().arg(named("uts")).arg("hostname");
        assert_eq!(tool.run().ok().out(), "kept-by-a-mount\n");
        // Every namespace is there, and nothing else is in it.
        let names = ["mnt", "uts", "ipc", "net", "cgroup", "time", "user"];
        for (kind, name) in kept.iter().zip(names) {
            let link = format!("/proc/self/ns/{name}");
            let tool = rnsenter().arg(named(kind)).arg("--preserve-credentials");
            let inside = tool.args(["readlink", &link]).run().ok().out();
            let inode =
                std::os::unix::fs::MetadataExt::ino(&fs::metadata(path.join(kind)).unwrap());
            assert_eq!(inside, format!("{name}:[{inode}]\n"));
        }
        let Some(diff) = differential_test() else {
            return;
        };
        for chosen in [
            &["uts"][..],
            &["uts", "net"],
            &["mount", "ipc", "uts"],
            &["user", "net"],
            &["user", "uts", "cgroup"],
        ] {
            let words: Vec<String> = chosen.iter().map(|kind| named(kind)).collect();
            diff.assert_same_with(|tool| {
                let tool = tool.args(&words).arg("--preserve-credentials");
                tool.args(["sh", "-c", "hostname; readlink /proc/self/ns/net"])
            });
        }
    });
}
