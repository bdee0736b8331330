//! `--target` with the id of a container, in cgroups called as the engines call them, mounted for the test alone.

mod trust;

use crate::cgroup::{Cgroup, knows_cgroup2};
use crate::fixture::{
    ALL_BUT_USER, Caller, Container, TESTER, differential_test, in_private_mounts, namespace_of,
    rnsenter,
};
use testkit::{Pid, Tool, eventually, require};

/// Prints the host name's namespace that the program is in.
const SHOW: [&str; 2] = ["readlink", "/proc/self/ns/uts"];

/// An id of 64 digits that no other test has; the first twelve are those that people see, of them this is the last.
fn id(last: char) -> String {
    let thread = nix::unistd::gettid().as_raw();
    let rest = "0123456789abcdef".repeat(4);
    format!("{thread:08x}abc{last}{}", &rest[12..])
}

/// Runs `test` in a cgroup of its own.
fn with_cgroups(test: impl FnOnce(&Cgroup) + Send) {
    if require::root() && require::machine_feature(knows_cgroup2(), "there is no cgroup2 here") {
        in_private_mounts(|| test(&Cgroup::new()));
    }
}

fn enter(target: &str) -> Tool {
    rnsenter().args(["-t", target])
}

#[test]
fn whatever_the_engine_it_is_found_by_its_cgroup() {
    with_cgroups(|top| {
        let Some(container) = Container::plain() else {
            return;
        };
        let uts = container.namespace("uts");
        for name in [
            "docker-ID.scope",
            "libpod-ID.scope",
            "cri-containerd-ID.scope",
            "crio-ID.scope",
            "libpod-ID",
            "ID",
            "slice:cri-containerd:ID",
        ] {
            let id = id('a');
            let cgroup = top.child(&name.replace("ID", &id));
            cgroup.take(container.pid());
            for target in [&id[..], &id[..12], &id[..40]] {
                let outcome = enter(target).arg("-u").args(SHOW).run().ok();
                assert_eq!(outcome.out().trim_end(), uts, "{name} {target}");
            }
            // As podman and systemd inside have it.
            let below = cgroup.child("container");
            below.take(container.pid());
            let outcome = enter(&id[..12]).args(["-a", "-r", "-w"]).args(SHOW).run();
            assert_eq!(outcome.ok().out().trim_end(), uts, "{name}");
            top.take(container.pid());
        }
    });
}

#[test]
fn nothing_is_entered_that_is_not_asked_for_as_with_a_number() {
    with_cgroups(|top| {
        let Some(container) = Container::plain() else {
            return;
        };
        let id = id('a');
        let cgroup = top.child(&id);
        cgroup.take(container.pid());
        let refused = "rnsenter: no namespace specified\n";
        enter(&id).arg("true").run().fails(1, refused);
        let outcome = enter(&id).arg("-n").args(SHOW).run().ok();
        assert_eq!(outcome.out().trim_end(), namespace_of(Pid::this(), "uts"));
    });
}

#[test]
fn it_is_the_containers_first_process_that_is_the_target() {
    with_cgroups(|top| {
        let id = id('a');
        let cgroup = top.child(&format!("docker-{id}.scope"));
        // An engine's helper that waits in the cgroup, with the namespaces of the machine; a process that was sent in
        // and has more of its own; a container in the container.
        let helper = Container::none(|tool| tool);
        let made = ["-u", "-p", "-m", "-f", "--mount-proc"];
        let Some(first) = Container::unshared(Caller::Whoever, &made) else {
            return;
        };
        let sent = rnsenter().args(["-t", &first.pid().to_string(), "-p", "-m"]);
        let sent = Container::made_by(sent.args(["sleep", "1000"]));
        let Some(unshare) = require::original("unshare") else {
            return;
        };
        let inner = rnsenter().args(["-t", &first.pid().to_string(), "-p", "-m"]);
        let inner = inner
            .arg(unshare)
            .args([ALL_BUT_USER, "-f", "sleep", "1000"]);
        let inner = Container::made_by(inner);
        for process in [&helper, &sent, &inner, &first] {
            cgroup.take(process.pid());
        }
        let nested = cgroup.child(&"f".repeat(64));
        nested.take(inner.pid());
        let outcome = enter(&id).arg("-u").args(SHOW).run().ok();
        assert_eq!(outcome.out().trim_end(), first.namespace("uts"));
        // What is left once it is gone: nothing of this container's, for the nested one has an id of its own.
        drop(first);
        let refused = format!(
            "rnsenter: no process of container {id} is in a pid or mount namespace other than the \
             caller's\n"
        );
        eventually("all of it is gone", || {
            enter(&id).args(["-u", "true"]).run().err() == refused
        });
    });
}

#[test]
fn a_helper_outside_is_not_the_container() {
    with_cgroups(|top| {
        let Some(container) = Container::plain() else {
            return;
        };
        let id = id('a');
        let cgroup = top.child(&format!("libpod-conmon-{id}.scope"));
        cgroup.take(container.pid());
        let refused = format!("rnsenter: no container was found whose id begins with {id}\n");
        enter(&id).args(["-a", "true"]).run().fails(1, &refused);
    });
}

#[test]
fn a_prefix_of_two_ids_names_neither() {
    with_cgroups(|top| {
        let (Some(one), Some(other)) = (Container::plain(), Container::plain()) else {
            return;
        };
        let ids = [
            id('a'),
            id('a').replacen("abca", "abca5", 1)[..64].to_owned(),
        ];
        let cgroups = [
            top.child(&format!("docker-{}.scope", ids[0])),
            top.child(&format!("crio-{}.scope", ids[1])),
        ];
        cgroups[0].take(one.pid());
        cgroups[1].take(other.pid());
        let prefix = &ids[0][..12];
        let refused = format!(
            "rnsenter: container {prefix} is ambiguous; possibilities: {} {}\n",
            cgroups[1].name(),
            cgroups[0].name()
        );
        enter(prefix).args(["-a", "true"]).run().fails(1, &refused);
        for (id, container) in ids.iter().zip([&one, &other]) {
            let outcome = enter(&id[..13]).arg("-u").args(SHOW).run().ok();
            assert_eq!(outcome.out().trim_end(), container.namespace("uts"));
        }
    });
}

#[test]
fn a_cgroup_with_a_forged_container_name_does_not_lead_elsewhere() {
    with_cgroups(|top| {
        let (Some(first), Some(other)) = (Container::plain(), Container::plain()) else {
            return;
        };
        let id = id('a');
        let [mine, theirs] = ["a", "b"].map(|name| top.child(name));
        let scope = format!("docker-{id}.scope");
        let cgroups = [mine.child(&scope), theirs.child(&scope)];
        cgroups[0].take(first.pid());
        cgroups[1].take(other.pid());
        let refused = format!(
            "rnsenter: container {id} is ambiguous; possibilities: {} {}\n",
            cgroups[0].name(),
            cgroups[1].name()
        );
        enter(&id).args(["-a", "true"]).run().fails(1, &refused);
        drop(cgroups);
    });
}

#[test]
fn one_digit_less_is_no_id_and_none_is_found_by_another() {
    with_cgroups(|top| {
        let Some(container) = Container::plain() else {
            return;
        };
        let id = format!("ab{}", &id('a')[2..]);
        let cgroup = top.child(&id);
        cgroup.take(container.pid());
        let Some(diff) = differential_test() else {
            return;
        };
        for enough in [&id[..8], &id[..11]] {
            enter(enough).args(["-a", "true"]).run().ok();
        }
        for none in [
            &id[..5],
            &id.to_uppercase(),
            &format!("{id}0"),
            "abcdefabcdeg",
        ] {
            diff.assert_same(&["-t", none, "-a", "true"]);
        }
        let other = format!("{}5", &id[..20]);
        let refused = format!("rnsenter: no container was found whose id begins with {other}\n");
        enter(&other).args(["-a", "true"]).run().fails(1, &refused);
    });
}

#[test]
fn a_number_of_twelve_digits_stays_a_number() {
    let Some(diff) = differential_test() else {
        return;
    };
    let own = format!("{:012}", std::process::id());
    diff.assert_same(&["-t", &own, "-u", "true"]);
    diff.assert_same(&["-t", &own, "-u", "readlink", "/proc/self/ns/uts"]);
}

#[test]
fn an_id_of_decimal_digits_is_an_id_if_there_is_one() {
    with_cgroups(|top| {
        let Some(container) = Container::plain() else {
            return;
        };
        let id = format!("9{:011}{}", nix::unistd::gettid().as_raw(), "ab".repeat(26));
        let cgroup = top.child(&id);
        cgroup.take(container.pid());
        let outcome = enter(&id[..12]).arg("-u").args(SHOW).run().ok();
        assert_eq!(outcome.out().trim_end(), container.namespace("uts"));
    });
}

#[test]
fn an_ordinary_user_enters_their_own_and_gets_a_hint_about_others() {
    with_cgroups(|top| {
        let (own, others) = (id('a'), id('b'));
        let made = (Container::owned_by(Caller::Tester), Container::plain());
        let (Some(container), Some(foreign)) = made else {
            return;
        };
        let cgroups = [top.child(&own), top.child(&others)];
        cgroups[0].take(container.pid());
        cgroups[1].take(foreign.pid());
        let tool = |id: &str| Caller::Tester.runs(enter(&id[..12]));
        let outcome = tool(&own).arg("-a").args(SHOW).run().ok();
        assert_eq!(outcome.out().trim_end(), container.namespace("uts"));
        assert_ne!(TESTER, 0);
        let refused = "rnsenter: reassociate to namespaces failed: Operation not permitted\n";
        tool(&others).args(["-u", "true"]).run().fails(1, refused);
    });
}
