//! `--target` with the inode number of a namespace, as lsns shows it.

mod several_processes;

use std::fs::{self, File};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::signal::kill;

use crate::fixture::{
    Caller, Container, RNSENTER, bind, in_private_mounts, namespace_of, rnsenter, socket_holder,
};
use crate::pid_reuse::{holds_a_pidfd, numbers_can_be_chosen, reuse, target};
use testkit::{Pid, Scratch, Signal, Tool, children_of, eventually, require};

/// Prints the network and the host name's namespace that the program is in.
const SHOW: [&str; 3] = ["readlink", "/proc/self/ns/net", "/proc/self/ns/uts"];

/// What `SHOW` prints where these are.
fn shown(net: &str, uts: &str) -> String {
    format!("{net}\n{uts}\n")
}

/// The number in `net:[4026532281]`.
fn number(name: &str) -> String {
    let number = name.split(['[', ']']).nth(1);
    number.expect("a namespace's name").to_owned()
}

fn here(name: &str) -> String {
    namespace_of(Pid::this(), name)
}

/// Asserts that nothing is entered by this number but the network, whatever is asked for.
#[track_caller]
fn is_entered_alone(net: &str) {
    for more in [&[][..], &["-n"]] {
        let tool = rnsenter().args(["-t", &number(net)]).args(more).args(SHOW);
        assert_eq!(tool.run().ok().out(), shown(net, &here("uts")), "{more:?}");
    }
    let refused = format!(
        "rnsenter: no process is in net namespace {}, so it can only be entered alone\n",
        number(net)
    );
    for more in [&["-a"][..], &["-n", "-u"], &["-u"], &["--user-parent"]] {
        let tool = rnsenter().args(["-t", &number(net)]).args(more).arg("true");
        tool.run().fails(1, &refused);
    }
}

#[test]
fn it_is_entered_alone_or_with_what_else_its_process_has() {
    if !require::root() {
        return;
    }
    let Some(container) = Container::plain() else {
        return;
    };
    let [net, uts] = ["net", "uts"].map(|name| container.namespace(name));
    for (of, options, inside) in [
        (&net, &[][..], shown(&net, &here("uts"))),
        (&net, &["-n"], shown(&net, &here("uts"))),
        (&net, &["-u"], shown(&here("net"), &uts)),
        (&net, &["-n", "-u"], shown(&net, &uts)),
        (&net, &["-a"], shown(&net, &uts)),
        (&uts, &[], shown(&here("net"), &uts)),
        (&uts, &["-n"], shown(&net, &here("uts"))),
    ] {
        let tool = rnsenter().args(["-t", &number(of)]).args(options);
        let outcome = tool.args(SHOW).run().ok();
        assert_eq!(outcome.out(), inside, "{of} {options:?}");
    }
    for of in ["mnt", "uts", "ipc", "net", "pid", "cgroup", "time"] {
        let inside = container.namespace(of);
        let link = format!("/proc/self/ns/{of}");
        let tool = rnsenter().args(["-t", &number(&inside), "readlink", &link]);
        assert_eq!(tool.run().ok().out().trim_end(), inside);
    }
    // The last target counts.
    let own = std::process::id().to_string();
    let tool = rnsenter().args(["-t", &number(&net), "-t", &own, "-n"]);
    assert_eq!(
        tool.args(SHOW).run().ok().out(),
        shown(&here("net"), &here("uts"))
    );
}

#[test]
fn an_ordinary_user_enters_what_is_their_own() {
    let caller = Caller::ordinary();
    if !require::user_namespaces() {
        return;
    }
    let Some(container) = Container::owned_by(caller) else {
        return;
    };
    let [net, uts, user] = ["net", "uts", "user"].map(|name| container.namespace(name));
    for (of, options, inside) in [
        (&user, &[][..], shown(&here("net"), &here("uts"))),
        (&user, &["-a"], shown(&net, &uts)),
        (&net, &["-U", "-n"], shown(&net, &here("uts"))),
        (&net, &["-a"], shown(&net, &uts)),
    ] {
        let tool = caller.runs(rnsenter()).args(["-t", &number(of)]);
        let outcome = tool.args(options).args(SHOW).run().ok();
        assert_eq!(outcome.out(), inside, "{of} {options:?}");
    }
    let tool = caller.runs(rnsenter()).args(["-t", &number(&user)]);
    let outcome = tool.args(["readlink", "/proc/self/ns/user"]).run().ok();
    assert_eq!(outcome.out().trim_end(), user);
}

/// A new network that nothing but this descriptor keeps.
fn network() -> (OwnedFd, String) {
    let made = thread::spawn(|| {
        unshare(CloneFlags::CLONE_NEWNET).unwrap();
        File::open("/proc/thread-self/ns/net").unwrap()
    });
    let file = OwnedFd::from(made.join().unwrap());
    let link = format!("/proc/self/fd/{}", file.as_raw_fd());
    let name = fs::read_link(link).unwrap().display().to_string();
    (file, name)
}

#[test]
fn a_namespace_held_by_a_descriptor_is_entered_alone() {
    if require::root() {
        let (_file, net) = network();
        is_entered_alone(&net);
    }
}

#[test]
fn a_namespace_held_by_a_socket_is_entered_alone() {
    if !require::root() {
        return;
    }
    let Some(container) = Container::unshared(Caller::Whoever, &["-n"]) else {
        return;
    };
    let net = container.namespace("net");
    let _socket = socket_holder(Caller::Whoever, Some(&container));
    drop(container);
    is_entered_alone(&net);
}

#[test]
fn one_that_a_thread_is_in() {
    if !require::root() {
        return;
    }
    let ((tell, inode), (stay, stays)) = (channel(), channel::<()>());
    let thread = thread::spawn(move || {
        unshare(CloneFlags::CLONE_NEWNET).unwrap();
        let name = fs::read_link("/proc/thread-self/ns/net").unwrap();
        tell.send(name.display().to_string()).unwrap();
        let _ = stays.recv();
    });
    is_entered_alone(&inode.recv().unwrap());
    drop(stay);
    thread.join().unwrap();
}

#[test]
fn one_that_is_mounted_here_or_where_another_process_is() {
    if !require::root() {
        return;
    }
    let scratch = Scratch::new();
    in_private_mounts(|| {
        let (none, path) = (None::<&str>, scratch.path());
        mount(none, path, Some("tmpfs"), MsFlags::empty(), none).unwrap();
        let (file, net) = network();
        let kept = scratch.file("a file", "");
        let link = format!("/proc/self/fd/{}", file.as_raw_fd());
        bind(Path::new(&link), &kept);
        drop(file);
        is_entered_alone(&net);
        // From outside, where that is not mounted: through the root of this thread's child.
        let Some(container) = Container::unshared(Caller::Whoever, &["-m"]) else {
            return;
        };
        nix::mount::umount(&kept).unwrap();
        assert!(
            container
                .proc("root")
                .join(kept.strip_prefix("/").unwrap())
                .exists()
        );
        is_entered_alone(&net);
        drop(container);
        let refused = format!("rnsenter: no namespace {} was found\n", number(&net));
        eventually("the namespace is gone", || {
            let outcome = rnsenter().args(["-t", &number(&net), "true"]).run();
            outcome.err() == refused
        });
    });
}

#[test]
fn one_that_only_owns_what_is_there() {
    let caller = Caller::ordinary();
    if !require::user_namespaces() {
        return;
    }
    let Some(unshare) = require::original("unshare") else {
        return;
    };
    // In the inner user namespace, that of the shell between them being gone.
    let shell = Tool::new(&unshare).args(["-r", "-n", "sh", "-c"]);
    let script = format!(
        "readlink /proc/self/ns/user; exec {} -U sleep 1000",
        unshare.display()
    );
    let mut running = caller.runs(shell.arg(script)).spawn();
    let outer = running.read_until("]\n").trim_end().to_owned();
    eventually("the inner one is entered", || {
        namespace_of(running.pid(), "user") != outer
    });
    let tool = caller.runs(rnsenter()).args(["-t", &number(&outer)]);
    let outcome = tool.args(["readlink", "/proc/self/ns/user"]).run().ok();
    assert_eq!(outcome.out().trim_end(), outer);
}

#[test]
fn a_number_of_none_is_reported() {
    for number in ["4294967294", "4026531824"] {
        let refused = format!("rnsenter: no namespace {number} was found\n");
        for options in [&[][..], &["-n"], &["-a"]] {
            let tool = rnsenter().args(["-t", number]).args(options).arg("true");
            tool.run().fails(1, &refused);
        }
    }
}

#[test]
fn a_process_that_has_the_number_of_the_one_that_was_found_is_left_alone() {
    if !require::root() || !numbers_can_be_chosen() || !require::installed("strace") {
        return;
    }
    for options in [&["-n"][..], &["-a"]] {
        let Some(first) = target() else { return };
        let (pid, net) = (first.pid(), number(&first.namespace("net")));
        // It is stopped with the pidfd in its hands, before it has made sure.
        let strace = Tool::new("/usr/bin/strace").args(["-qq", "-o", "/dev/null"]);
        let strace = strace.args(["-e", "inject=pidfd_open:signal=STOP:when=1"]);
        let strace = strace.arg(RNSENTER).args(["-t", &net]).args(options);
        let mut strace = strace.args(["echo", "entered"]).spawn();
        let held = || children_of(strace.pid()).first().copied();
        eventually("the tool holds its target", || {
            held().is_some_and(holds_a_pidfd)
        });
        let tool = held().expect("it holds its target");
        drop(first);
        let _second = reuse(pid);
        kill(tool, Signal::SIGCONT).unwrap();
        let outcome = strace.wait();
        assert_eq!(
            (outcome.code(), outcome.out()),
            (1, String::new()),
            "{outcome}"
        );
        let refused = format!("no namespace {net} was found\n");
        assert!(outcome.err().ends_with(&refused), "{outcome}");
    }
}

#[test]
fn without_descriptors_it_is_an_error_and_not_reported_as_missing() {
    let own = number(&here("uts"));
    for (target, most) in [(&*own, "6"), ("4026999999", "6"), ("abcdefabcdef", "5")] {
        let script = format!("ulimit -n {most}; exec \"$@\"");
        let tool = Tool::new("/bin/sh").args(["-c", &script, "sh", &RNSENTER]);
        let outcome = tool.args(["-t", target, "-u", "true"]).run();
        outcome.fails(1, "rnsenter: openat failed: Too many open files\n");
    }
}
