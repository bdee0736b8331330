//! Containers of a real dockerd.

use testkit::{Docker, Tool};

use super::{Differences, FILTERED, Reason, assert_alike, assert_warns_only_of_filter};
use crate::fixture::rnsenter;

/// A kind of container: the options of `docker run`, its program, and how `--as-target` differs from `docker exec`.
type Kind = (
    &'static [&'static str],
    &'static [&'static str],
    Differences,
);

const SLEEP: &[&str] = &["/sleep", "1000"];

/// A program that changes what it is once it runs.
const CHANGING: &[&str] = &[
    "/sh",
    "-c",
    "umask 027; ulimit -n 50; cd /tmp; exec /sleep 1000",
];

const KINDS: &[Kind] = &[
    (&[], SLEEP, FILTERED),
    (&["--security-opt=seccomp=unconfined"], SLEEP, &[]),
    (
        &[
            "--user=1000:1000",
            "--group-add=7",
            "--group-add=70",
            "--env=KEY=a value",
            "--workdir=/etc",
            "--security-opt=no-new-privileges",
        ],
        SLEEP,
        FILTERED,
    ),
    (
        &[
            "--cap-drop=ALL",
            "--cap-add=KILL",
            // A soft limit below the hard one is raised at times: by the runtime of Go, in runc(8).
            "--ulimit=nofile=200:200",
            "--ulimit=nproc=900:1000",
            "--ulimit=core=0",
            "--oom-score-adj=500",
            "--hostname=box",
            "--read-only",
        ],
        SLEEP,
        FILTERED,
    ),
    // What runs is a child of an init, and the container's first process is that.
    (&["--init", "--user=5"], SLEEP, FILTERED),
    (&["--pid=host", "--ipc=host", "--uts=host"], SLEEP, FILTERED),
    (
        &["--security-opt=seccomp=unconfined"],
        CHANGING,
        &[
            ("Umask:", Reason::Changed),
            ("umask", Reason::Changed),
            ("Max open files", Reason::Changed),
            ("open files", Reason::Changed),
            ("cwd", Reason::Changed),
            ("/", Reason::Changed),
            ("PWD=", Reason::Changed),
            ("OLDPWD=", Reason::Changed),
            ("SHLVL=", Reason::Changed),
        ],
    ),
];

fn enter(id: &str) -> Tool {
    rnsenter().args(["-t", id, "--as-target"])
}

#[test]
fn root_is_what_docker_exec_is() {
    let Some(docker) = Docker::start() else {
        return;
    };
    for (options, program, differences) in KINDS {
        let id = docker.run(options, program);
        let engine = || docker.client(&["exec", &id]);
        let what = format!("{options:?} {program:?}");
        assert_alike(&what, &engine, &|| enter(&id[..12]), differences);
        // By its process likewise, which no engine is asked for.
        let pid = docker.pid(&id).to_string();
        let outcome = enter(&pid).arg("/env").run().ok();
        assert_warns_only_of_filter(&outcome, differences);
    }
}
