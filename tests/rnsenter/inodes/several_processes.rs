//! Several processes in one namespace: which of them is entered, and when none is.

use super::{SHOW, here, number, shown};
use crate::fixture::{Caller, Container, RNSENTER, rnsenter};
use testkit::{Outcome, Tool, require};

/// A user who has nothing to do with the tests.
const OTHER: u32 = 54321;

/// A process that is in this network of the other's, and in nothing else of it, but for what `more` does.
fn beside(first: &Container, more: impl FnOnce(Tool) -> Tool) -> Container {
    let enter = Tool::new(RNSENTER).args(["-t", &first.pid().to_string(), "-n"]);
    Container::made_by(more(enter).args(["sleep", "1000"]))
}

#[track_caller]
fn lists(outcome: &Outcome, net: &str, processes: &[&Container]) {
    let start = format!(
        "rnsenter: the processes in net namespace {net} differ in other namespaces or in their \
         root: name one, --target "
    );
    let err = outcome.err();
    let rest = err
        .strip_prefix(&start)
        .unwrap_or_else(|| panic!("{outcome}"));
    assert_eq!(outcome.code(), 1, "{outcome}");
    assert_eq!(outcome.out(), "", "{outcome}");
    let listed: Vec<&str> = rest.trim_end().split(", ").collect();
    assert_eq!(listed.len(), processes.len().min(5), "{outcome}");
    for process in processes.iter().take(5) {
        let pid = process.pid();
        let is_it =
            |word: &&&str| **word == pid.to_string() || word.starts_with(&format!("{pid}:"));
        assert_eq!(listed.iter().filter(is_it).count(), 1, "{pid} {outcome}");
    }
}

/// Every way to ask for more than the network alone.
const MORE: [&[&str]; 10] = [
    &["-a"],
    &["-n", "-u"],
    &["-u"],
    &["-m"],
    &["-n", "-r"],
    &["-n", "-w"],
    &["-n", "-e"],
    &["-n", "-S", "follow"],
    &["-n", "--user-parent"],
    &["-r"],
];

#[test]
fn where_they_differ_the_namespace_is_entered_alone_and_nothing_is_taken_from_one_of_them() {
    if !require::root() {
        return;
    }
    let Some(first) = Container::unshared(Caller::Whoever, &["-n", "-u", "-m"]) else {
        return;
    };
    let second = beside(&first, |tool| tool);
    let net = number(&first.namespace("net"));
    for options in [&[][..], &["-n"]] {
        let tool = rnsenter().args(["-t", &net]).args(options).args(SHOW);
        let alone = shown(&first.namespace("net"), &here("uts"));
        assert_eq!(tool.run().ok().out(), alone, "{options:?}");
    }
    for options in MORE {
        let tool = rnsenter().args(["-t", &net]).args(options);
        let outcome = tool.args(["echo", "entered"]).run();
        lists(&outcome, &net, &[&first, &second]);
    }
    // What the message lists is a target.
    let outcome = rnsenter().args(["-t", &net, "-a", "true"]).run();
    let err = outcome.err();
    let list = err.trim_end().rsplit("--target ").next().unwrap();
    for (target, party) in list.split(", ").zip([&first, &second]) {
        let outcome = rnsenter().args(["-t", target, "-u", "-n"]).args(SHOW).run();
        let expected = shown(&party.namespace("net"), &party.namespace("uts"));
        assert_eq!(outcome.ok().out(), expected, "{target}");
    }
}

#[test]
fn a_root_of_its_own_makes_a_difference_and_a_user_makes_none() {
    if !require::root() {
        return;
    }
    let Some(first) = Container::unshared(Caller::Whoever, &["-n", "-u"]) else {
        return;
    };
    let net = number(&first.namespace("net"));
    let pid = first.pid().to_string();
    let same = |tool: Tool| tool.args(["-t", &pid, "-u"]);
    let uid = OTHER.to_string();
    let _user = beside(&first, |tool| same(tool).args(["-S", &uid, "-G", &uid]));
    let outcome = rnsenter().args(["-t", &net, "-a", "-e", "-S", "follow"]);
    let outcome = outcome.args(SHOW).run().ok();
    let inside = shown(&first.namespace("net"), &first.namespace("uts"));
    assert_eq!(outcome.out(), inside);
    let scratch = testkit::Scratch::new();
    let Some(sleep) = chroot_with_sleep(&scratch) else {
        return;
    };
    let other = beside(&first, |tool| same(tool).arg(format!("-r{sleep}")));
    let outcome = rnsenter().args(["-t", &net, "-a", "true"]).run();
    lists(&outcome, &net, &[&first, &other]);
}

/// A directory in which everything is that is in the root.
fn chroot_with_sleep(scratch: &testkit::Scratch) -> Option<String> {
    let root = scratch.dir("root");
    let flags = nix::mount::MsFlags::MS_BIND | nix::mount::MsFlags::MS_REC;
    let bound = nix::mount::mount(Some("/"), &root, None::<&str>, flags, None::<&str>);
    require::condition(bound.is_ok(), "the root cannot be bound")
        .then(|| root.display().to_string())
}

#[test]
fn of_processes_that_are_alike_the_oldest_is_the_target() {
    if !require::root() {
        return;
    }
    let Some(first) = Container::unshared(Caller::Whoever, &["-n", "-u"]) else {
        return;
    };
    let pid = first.pid().to_string();
    let young = beside(&first, |tool| {
        tool.args(["-t", &pid, "-u"]).env("WHO", "young")
    });
    assert_eq!(young.namespace("uts"), first.namespace("uts"));
    let net = number(&first.namespace("net"));
    let tool = rnsenter().args(["-t", &net, "-a", "-e", "sh", "-c", "echo $WHO"]);
    assert_eq!(tool.run().ok().out(), "\n");
}

#[test]
fn the_waiting_tool_is_not_counted_inside() {
    if !require::root() {
        return;
    }
    for options in [&["-n", "-u", "-p", "-f"][..], &["-n", "-u", "-T", "-f"]] {
        let Some(container) = Container::unshared(Caller::Whoever, options) else {
            return;
        };
        let net = number(&container.namespace("net"));
        let tool = rnsenter().args(["-t", &net, "-a", "readlink"]);
        let links = ["/proc/self/ns/pid", "/proc/self/ns/time"];
        let outcome = tool.args(links).run().ok();
        let inside = ["pid", "time"].map(|name| container.namespace(name));
        assert_eq!(outcome.out(), format!("{}\n{}\n", inside[0], inside[1]));
    }
}

#[test]
fn five_are_listed_of_many() {
    if !require::root() {
        return;
    }
    let Some(first) = Container::unshared(Caller::Whoever, &["-n"]) else {
        return;
    };
    let Some(unshare) = require::original("unshare") else {
        return;
    };
    let own = |tool: Tool| tool.arg(&unshare).arg("-u");
    let others: Vec<Container> = (0..6).map(|_| beside(&first, own)).collect();
    let net = number(&first.namespace("net"));
    let outcome = rnsenter().args(["-t", &net, "-a", "true"]).run();
    let mut parties = vec![&first];
    parties.extend(&others);
    lists(&outcome, &net, &parties[..5]);
}
