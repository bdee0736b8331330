//! `--target` in the forms that name a namespace by something else than a number: TYPE:[INODE], a file, netns:NAME.

mod table;
mod trust;

use std::fs::{self, File};
use std::path::Path;

use nix::mount::{MsFlags, mount};
use nix::sys::signal::kill;

use crate::fixture::{Caller, Container, bind, in_private_mounts, namespace_of, rnsenter};
use testkit::{Outcome, Pid, Scratch, Signal, Tool, eventually, require};

/// Prints the network and the host name's namespace that the program is in.
const SHOW: [&str; 3] = ["readlink", "/proc/self/ns/net", "/proc/self/ns/uts"];

fn here(name: &str) -> String {
    namespace_of(Pid::this(), name)
}

/// What comes of entering this target with these options.
fn enter(tool: Tool, target: &str, options: &[&str]) -> Outcome {
    tool.args(["-t", target]).args(options).args(SHOW).run()
}

/// Asserts that root enters the network of this target alone, or with what else its process has.
#[track_caller]
fn is_entered_as_a_network(target: &str, container: &Container) {
    let [net, uts] = ["net", "uts"].map(|name| container.namespace(name));
    for (options, inside) in [
        (&[][..], [&net, &here("uts")]),
        (&["-n"], [&net, &here("uts")]),
        (&["-u"], [&here("net"), &uts]),
        (&["-n", "-u"], [&net, &uts]),
        (&["-a", "-r"], [&net, &uts]),
    ] {
        let outcome = enter(rnsenter(), target, options).ok();
        let expected = format!("{}\n{}\n", inside[0], inside[1]);
        assert_eq!(outcome.out(), expected, "{target} {options:?}");
    }
}

/// Runs `test` with a container, and a directory in a mount namespace of the test's own.
fn with_container(test: impl FnOnce(&Container, &Path) + Send) {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    in_private_mounts(|| {
        let (none, path) = (None::<&str>, scratch.path());
        mount(none, path, Some("tmpfs"), MsFlags::empty(), none).unwrap();
        let Some(container) = Container::plain() else {
            return;
        };
        test(&container, path);
    });
}

/// Mounts a namespace of the container on a file.
fn bind_namespace(container: &Container, name: &str, file: &Path) {
    File::create(file).unwrap();
    bind(&container.proc(&format!("ns/{name}")), file);
}

#[test]
fn a_link_of_proc_is_a_namespace() {
    with_container(|container, _| {
        let net = container.namespace("net");
        is_entered_as_a_network(&net, container);
        let number = net.trim_matches(|character: char| !character.is_ascii_digit());
        let message = format!(
            "rnsenter: no uts namespace {number} was found\nrnsenter: hint: namespace {number} is \
             a namespace of another type: net\n"
        );
        let tool = rnsenter().env("NSUTILS_HINTS", "always");
        enter(tool, &format!("uts:[{number}]"), &[]).fails(1, &message);
        for bad in ["net:[]", "net:[x]", "net:5", "nets:[5]", "net:[4294967296]"] {
            enter(rnsenter(), bad, &[]).fails(1, "rnsenter: invalid PID argument\n");
        }
    });
}

#[test]
fn a_file_is_a_namespace_whichever_path_leads_to_it() {
    with_container(|container, directory| {
        let file = directory.join("network here");
        bind_namespace(container, "net", &file);
        is_entered_as_a_network(file.to_str().unwrap(), container);
        let link = container.proc("ns/net");
        is_entered_as_a_network(link.to_str().unwrap(), container);
        let tool = rnsenter().current_dir(directory);
        let outcome = enter(tool, "./network here", &[]).ok();
        assert!(outcome.out().starts_with(&container.namespace("net")));
        // In /proc/PID/fd, whatever has a number there.
        let held = File::open(container.proc("ns/net")).unwrap();
        let tool = rnsenter().fd(7, held);
        let outcome = enter(tool, "/proc/self/fd/7", &[]).ok();
        assert!(outcome.out().starts_with(&container.namespace("net")));
        for bad in ["/etc/passwd", "/dev/null", "/nosuch", "/proc/self/exe"] {
            enter(rnsenter(), bad, &[]).fails(1, "rnsenter: invalid PID argument\n");
        }
    });
}

#[test]
fn a_file_that_alone_holds_a_namespace_is_entered_alone() {
    with_container(|container, directory| {
        let file = directory.join("net");
        bind_namespace(container, "net", &file);
        let net = container.namespace("net");
        let pid = container.pid();
        kill(pid, Signal::SIGKILL).unwrap();
        eventually("the process has left it", || {
            !fs::exists(format!("/proc/{pid}/ns/net")).unwrap()
        });
        let target = file.to_str().unwrap();
        let outcome = enter(rnsenter(), target, &[]).ok();
        assert_eq!(outcome.out(), format!("{net}\n{}\n", here("uts")));
        let number = net.trim_matches(|character: char| !character.is_ascii_digit());
        let message = format!(
            "rnsenter: no process is in net namespace {number}, so it can only be entered alone\n"
        );
        enter(rnsenter(), target, &["-u"]).fails(1, &message);
    });
}

#[test]
fn a_network_has_the_name_that_ip_netns_gave_it() {
    with_container(|container, directory| {
        // An empty /run of the test's own.
        fs::create_dir(directory.join("netns")).unwrap();
        bind(directory, Path::new("/run"));
        let hinting = || rnsenter().env("NSUTILS_HINTS", "always");
        let missing = |name: &str| {
            format!(
                "rnsenter: cannot open /run/netns/{name}: No such file or directory\nrnsenter: \
                 hint: "
            )
        };
        let message = "no network namespace has a name: `ip netns add NAME` gives one\n";
        enter(hinting(), "netns:gone", &[]).fails(1, &(missing("gone") + message));
        bind_namespace(container, "net", Path::new("/run/netns/blue"));
        bind_namespace(container, "uts", Path::new("/run/netns/uts"));
        is_entered_as_a_network("netns:blue", container);
        let message = missing("gone") + "the names are blue, uts\n";
        enter(hinting(), "netns:gone", &[]).fails(1, &message);
        let message = "rnsenter: /run/netns/uts is not a network namespace\n";
        enter(rnsenter(), "netns:uts", &[]).fails(1, message);
        File::create("/run/netns/plain").unwrap();
        let message = "rnsenter: /run/netns/plain is not a network namespace\n";
        enter(rnsenter(), "netns:plain", &[]).fails(1, message);
        for name in ["", ".", ".."] {
            let message = format!("rnsenter: invalid name of a network namespace: '{name}'\n");
            enter(rnsenter(), &format!("netns:{name}"), &[]).fails(1, &message);
        }
    });
}

#[test]
fn an_ordinary_user_names_the_namespaces_of_a_container_of_their_own() {
    let caller = Caller::ordinary();
    if !require::user_namespaces() {
        return;
    }
    let Some(container) = Container::owned_by(caller) else {
        return;
    };
    let [user, net, uts] = ["user", "net", "uts"].map(|name| container.namespace(name));
    for target in [user, container.proc("ns/user").display().to_string()] {
        let outcome = enter(caller.runs(rnsenter()), &target, &["-a"]).ok();
        assert_eq!(outcome.out(), format!("{net}\n{uts}\n"), "{target}");
    }
    // Without the user namespace nothing of it is open to them.
    let refused = enter(caller.runs(rnsenter()), &net, &[]);
    assert_eq!(refused.code(), 1, "{refused}");
    assert!(
        refused.err().ends_with("Operation not permitted\n"),
        "{refused}"
    );
}
