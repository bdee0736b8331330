//! Cgroups with the name of a container that another user has made, or may have.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};

use nix::mount::{MsFlags, mount};

use super::{SHOW, enter, id, with_cgroups};
use crate::cgroup::Cgroup;
use crate::fixture::{Caller, Container, TESTER};
use testkit::{Outcome, Pid, Scratch, require};

/// A user who has nothing to do with the tests.
const OTHER: u32 = 54321;

/// A container of that user's, with a mount namespace of its own.
fn theirs() -> Option<Container> {
    Container::unshared_as(|tool| tool.as_user(OTHER, OTHER, &[]), &["-r", "-m", "-u"])
}

/// A cgroup that is delegated to that user.
fn delegated(top: &Cgroup) -> Cgroup {
    let cgroup = top.child("delegated");
    chown(cgroup.path(), Some(OTHER), Some(OTHER)).unwrap();
    cgroup
}

/// Asserts that root is shown whose container this is, and does not enter it.
#[track_caller]
fn belongs_to(outcome: &Outcome, id: &str, reason: &str, process: Pid) {
    let start = format!("rnsenter: container {id} {reason}: name its process, --target {process}");
    assert_eq!(outcome.code(), 1, "{outcome}");
    assert!(outcome.err().starts_with(&start), "{outcome}");
    assert_eq!(outcome.out(), "");
}

#[test]
fn a_container_that_another_user_has_named_is_not_entered() {
    with_cgroups(|top| {
        let Some(theirs) = theirs() else { return };
        let id = id('a');
        let delegated = delegated(top);
        let fake = delegated.child(&format!("docker-{id}.scope"));
        fake.take(theirs.pid());
        let reason = format!("belongs to user {OTHER}");
        for (target, more) in [(&id[..], "-a"), (&id[..12], "-a"), (&id, "-u")] {
            let outcome = enter(target).args([more, "echo", "entered"]).run();
            belongs_to(&outcome, target, &reason, theirs.pid());
        }
        // What the message names is entered.
        let outcome = enter(&id).args(["-a", "true"]).run();
        let target = outcome.err();
        let target = target.trim_end().rsplit(' ').next().unwrap().to_owned();
        let outcome = enter(&target).arg("-u").args(SHOW).run().ok();
        assert_eq!(outcome.out().trim_end(), theirs.namespace("uts"));
        // The hint names what was passed over.
        let tool = enter(&id).env("NSUTILS_HINTS", "always");
        let outcome = tool.args(["-a", "true"]).run();
        let hint = format!("rnsenter: hint: ignored: cgroup {}, because ", fake.name());
        assert!(outcome.err().contains(&hint), "{outcome}");
        // The owner's own are entered by the owner.
        let tool = enter(&id).as_user(OTHER, OTHER, &[]);
        let outcome = tool.arg("-U").arg("-u").args(SHOW).run().ok();
        assert_eq!(outcome.out().trim_end(), theirs.namespace("uts"));
    });
}

#[test]
fn a_fake_beside_it_does_not_keep_anybody_out_of_the_real_one() {
    with_cgroups(|top| {
        let (Some(theirs), Some(real)) = (theirs(), Container::plain()) else {
            return;
        };
        let id = id('a');
        let (slice, delegated) = (top.child("system.slice"), delegated(top));
        let scope = format!("docker-{id}.scope");
        let cgroups = [slice.child(&scope), delegated.child(&scope)];
        cgroups[0].take(real.pid());
        cgroups[1].take(theirs.pid());
        // The owner of the container's own cgroup does not matter.
        for owner in [0, OTHER, TESTER] {
            chown(cgroups[0].path(), Some(owner), Some(owner)).unwrap();
            for target in [&id[..], &id[..12]] {
                let outcome = enter(target).arg("-u").args(SHOW).run().ok();
                assert_eq!(outcome.out().trim_end(), real.namespace("uts"));
            }
        }
        // Nor what somebody in it calls a cgroup below.
        let inside = cgroups[0].child(&format!("docker-{}.scope", "e".repeat(64)));
        chown(cgroups[0].path(), Some(OTHER), Some(OTHER)).unwrap();
        inside.take(real.pid());
        let outcome = enter(&id).arg("-u").args(SHOW).run().ok();
        assert_eq!(outcome.out().trim_end(), real.namespace("uts"));
        top.take(real.pid());
    });
}

#[test]
fn a_name_that_a_group_could_have_given_is_not_trusted() {
    with_cgroups(|top| {
        let Some(container) = Container::plain() else {
            return;
        };
        let id = id('a');
        let slice = top.child("slice");
        let cgroup = slice.child(&format!("docker-{id}.scope"));
        cgroup.take(container.pid());
        for (mode, who) in [(0o775, "its group"), (0o1777, "everybody")] {
            fs::set_permissions(slice.path(), fs::Permissions::from_mode(mode)).unwrap();
            let path = slice.path().display();
            let reason = format!("may belong to any user, because {path} is writable by {who}");
            let outcome = enter(&id).args(["-a", "true"]).run();
            belongs_to(&outcome, &id, &reason, container.pid());
        }
        fs::set_permissions(slice.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let _ = enter(&id).args(["-a", "true"]).run().ok();
        top.take(container.pid());
    });
}

#[test]
fn a_container_of_another_user_is_reported_with_its_owner() {
    with_cgroups(|top| {
        let Some(theirs) = theirs() else { return };
        let id = id('a');
        let delegated = delegated(top);
        let fake = delegated.child(&id);
        fake.take(theirs.pid());
        let tool = Caller::Tester.runs(enter(&id));
        let outcome = tool.args(["-a", "true"]).run();
        let reason = format!("belongs to user {OTHER}");
        belongs_to(&outcome, &id, &reason, theirs.pid());
    });
}

/// A hierarchy of version 1, mounted for the test alone, and a cgroup in it; none, and the test skipped, where there is
/// no such hierarchy.
fn version_1(scratch: &Scratch) -> Option<Cgroup> {
    let (none, point) = (None::<&str>, scratch.dir("v1"));
    let options = Some("none,name=systemd");
    let mounted = mount(
        Some("cgroup"),
        &point,
        Some("cgroup"),
        MsFlags::empty(),
        options,
    )
    .or_else(|_| mount(none, &point, Some("cgroup"), MsFlags::empty(), Some("pids")));
    let has_mounted = require::condition(mounted.is_ok(), "there is no cgroup v1 here");
    has_mounted.then(|| Cgroup::below(&point))
}

#[test]
fn on_a_hybrid_machine_every_hierarchy_is_searched_and_two_must_not_disagree() {
    let scratch = Scratch::new();
    with_cgroups(|top| {
        let (Some(old), Some(container)) = (version_1(&scratch), Container::plain()) else {
            return;
        };
        let (one, other) = (id('a'), id('b'));
        let in_old = old.child(&format!("docker-{one}.scope"));
        in_old.take(container.pid());
        let outcome = enter(&one).arg("-u").args(SHOW).run().ok();
        assert_eq!(outcome.out().trim_end(), container.namespace("uts"));
        let same = top.child(&format!("docker-{one}.scope"));
        same.take(container.pid());
        let outcome = enter(&one).arg("-u").args(SHOW).run().ok();
        assert_eq!(outcome.out().trim_end(), container.namespace("uts"));
        let contradicts = top.child(&format!("docker-{other}.scope"));
        contradicts.take(container.pid());
        for id in [&one, &other] {
            let outcome = enter(id).args(["-a", "true"]).run();
            let start = format!(
                "rnsenter: process {} is in two containers: ",
                container.pid()
            );
            assert_eq!(outcome.code(), 1, "{outcome}");
            assert!(outcome.err().starts_with(&start), "{outcome}");
            assert!(outcome.err().contains(&contradicts.name()), "{outcome}");
        }
        // What another user has named contradicts nothing.
        chown(top.path(), Some(OTHER), Some(OTHER)).unwrap();
        let outcome = enter(&one).arg("-u").args(SHOW).run().ok();
        assert_eq!(outcome.out().trim_end(), container.namespace("uts"));
        top.take(container.pid());
        old.take(container.pid());
    });
}
