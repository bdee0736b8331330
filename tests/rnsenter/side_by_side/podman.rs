//! Containers of a real podman: root's, and those of an ordinary user, entered by that user and by root.

use testkit::{Podman, Tool};

use super::{Difference, Differences, Reason, assert_alike, assert_warns_only_of_filter};
use crate::fixture::{Caller, TESTER, rnsenter};

/// A kind of container: the options of `podman run`, and how `--as-target` differs from `podman exec`.
type Kind = (&'static [&'static str], Differences);

const UNFILTERED: Differences = &[HOME, HOST_NAME];
const FILTERED: Differences = &[HOME, HOST_NAME, super::FILTERED[0], super::FILTERED[1]];
/// Of a user for whom podman itself has made an entry in /etc/passwd.
const OF_USER: Differences = &[GROUPS, HOST_NAME, super::FILTERED[0], super::FILTERED[1]];

/// Of a container with a host name that was named, and so is no variable, and a umask.
const OF_UMASK: Differences = &[
    HOME,
    ("Umask:", Reason::LeftOut),
    ("umask", Reason::LeftOut),
    super::FILTERED[0],
    super::FILTERED[1],
];

const HOME: Difference = ("HOME=", Reason::LeftOut);
const HOST_NAME: Difference = ("HOSTNAME=", Reason::LeftOut);
const GROUPS: Difference = ("Groups:", Reason::LeftOut);

const KINDS: &[Kind] = &[
    (&[], FILTERED),
    (&["--security-opt=seccomp=unconfined"], UNFILTERED),
    (
        &[
            "--user=1000:1000",
            "--group-add=7",
            "--env=KEY=a value",
            "--workdir=/etc",
            "--security-opt=no-new-privileges",
        ],
        OF_USER,
    ),
    (
        &[
            "--cap-drop=ALL",
            "--cap-add=KILL",
            "--ulimit=core=0",
            "--hostname=box",
            "--umask=0027",
        ],
        OF_UMASK,
    ),
];

#[test]
fn root_is_what_podman_exec_is() {
    let Some(podman) = Podman::start(None) else {
        return;
    };
    for (options, differences) in KINDS {
        let id = podman.run(options, &["/sleep", "1000"]);
        let engine = || podman.client(&["exec", &id]);
        let ours = || rnsenter().args(["-t", &id, "--as-target"]);
        assert_alike(&format!("{options:?}"), &engine, &ours, differences);
        assert_warns_only_of_filter(&ours().arg("/env").run().ok(), differences);
    }
}

#[test]
fn a_user_and_root_are_what_podman_exec_is_in_a_rootless_container() {
    let Some(podman) = Podman::start(Some(TESTER)) else {
        return;
    };
    for (options, differences) in KINDS {
        let id = podman.run(options, &["/sleep", "1000"]);
        let pid = podman.pid(&id).to_string();
        for caller in [Caller::Tester, Caller::Whoever] {
            let engine = || podman.client(&["exec", &id]);
            let ours = || -> Tool {
                let tool = rnsenter().args(["-t", &pid, "--as-target"]);
                caller.runs(tool)
            };
            let what = format!("{options:?}, root: {}", caller.is_root());
            assert_alike(&what, &engine, &ours, differences);
            assert_warns_only_of_filter(&ours().arg("/env").run().ok(), differences);
        }
    }
}
