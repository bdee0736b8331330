//! `--as-target`: the program is what the target is, by what the kernel shows of both.

mod rights;

use std::fs;
use std::path::PathBuf;

use testkit::{Outcome, Pid, Tool, eventually, require};

use crate::fixture::{Caller, Container, TESTER, namespace_of, rnsenter};

/// The lines of /proc/PID/status that say who a process is.
const LINES: [&str; 11] = [
    "Uid",
    "Gid",
    "Groups",
    "CapInh",
    "CapPrm",
    "CapEff",
    "CapBnd",
    "CapAmb",
    "NoNewPrivs",
    "Umask",
    "Seccomp",
];

const NAMESPACES: [&str; 8] = ["user", "mnt", "uts", "ipc", "net", "pid", "cgroup", "time"];

fn lines_of(status: &str) -> Vec<String> {
    let lines = status.lines().filter(|line| {
        LINES.iter().any(|name| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(':'))
        })
    });
    lines.map(str::to_owned).collect()
}

fn enter(caller: Caller, container: &Container, words: &[&str]) -> Outcome {
    let pid = container.pid().to_string();
    let tool = caller.runs(rnsenter()).env("OUTSIDE", "1");
    tool.args(["-t", &pid, "--as-target"]).args(words).run()
}

/// The number that the target has in the /proc that is mounted inside: its own PID namespace's, or the caller's.
fn number_inside(container: &Container) -> String {
    let status = fs::read_to_string(container.proc("root/proc/self/status"));
    // A /proc of a PID namespace that the reader is not in shows it no process of its own.
    match status {
        Ok(_) => container.pid().to_string(),
        Err(_) => {
            let status = fs::read_to_string(container.proc("status")).unwrap();
            let numbers = status.lines().find(|line| line.starts_with("NSpid:"));
            numbers
                .unwrap()
                .split_whitespace()
                .next_back()
                .unwrap()
                .to_owned()
        }
    }
}

/// Asserts that a program is as the target is. What the kernel shows to this process is compared with what it shows to
/// a program of the target's kind, which prints it.
pub(crate) fn assert_same(caller: Caller, container: &Container) {
    let show = |file: &str| enter(caller, container, &["cat", &format!("/proc/self/{file}")]).ok();
    let inside = |file: &str| {
        // Read by a process of the same user namespace, for ids are shown as the reader calls them.
        let pid = container.pid().to_string();
        let is_own = |name| container.namespace(name) == namespace_of(Pid::this(), name);
        if ["user", "cgroup"].into_iter().all(is_own) {
            return fs::read_to_string(container.proc(file)).unwrap();
        }
        let tool = rnsenter().args(["-t", &pid, "-a", "-F", "--preserve-credentials"]);
        let number = number_inside(container);
        let tool = tool.args(["cat", &format!("/proc/{number}/{file}")]);
        caller.runs(tool).run().ok().out()
    };
    assert_eq!(lines_of(&show("status").out()), lines_of(&inside("status")));
    assert_eq!(show("limits").out(), inside("limits"));
    assert_eq!(show("cgroup").out(), inside("cgroup"));
    assert_eq!(show("oom_score_adj").out(), inside("oom_score_adj"));
    let mut own: Vec<u8> = show("environ").stdout;
    let mut theirs = fs::read(container.proc("environ")).unwrap();
    for environment in [&mut own, &mut theirs] {
        let mut variables: Vec<&[u8]> = environment.split(|byte| *byte == 0).collect();
        variables.sort_unstable();
        *environment = variables.join(&b'\n');
    }
    assert_eq!(
        String::from_utf8_lossy(&own),
        String::from_utf8_lossy(&theirs)
    );
    let links = NAMESPACES.map(|name| format!("/proc/self/ns/{name}"));
    let mut words = vec!["readlink", "/proc/self/cwd", "/proc/self/root"];
    words.extend(links.iter().map(String::as_str));
    let shown = enter(caller, container, &words).ok().out();
    let mut expected: Vec<PathBuf> = ["cwd", "root"]
        .map(|name| fs::read_link(container.proc(name)).unwrap())
        .into();
    expected.extend(NAMESPACES.map(|name| PathBuf::from(container.namespace(name))));
    let expected: Vec<String> = expected
        .iter()
        .map(|path| format!("{}\n", path.display()))
        .collect();
    assert_eq!(shown, expected.concat());
}

/// A target that differs from its caller in whatever can differ.
const RICH: &str = "cd /usr; umask 027; ulimit -n 77; ulimit -u 3000; ulimit -c 0; echo 500 >/proc/self/oom_score_adj; \
                    exec setpriv --reuid 1001 --regid 1001 --groups 7,8 --bounding-set=-all,+chown,+kill,+setpcap \
                    --inh-caps=-all,+kill --ambient-caps=-all,+kill --no-new-privs \
                    env -i KEY=value HOME=/nowhere PATH=/usr/bin:/bin sleep 1000";

fn container(caller: Caller, options: &[&str], script: &str) -> Option<Container> {
    let unshare = Tool::new(require::original("unshare")?).argv0("unshare");
    Some(Container::made_by(
        caller
            .runs(unshare)
            .args(options)
            .args(["sh", "-c", script]),
    ))
}

#[test]
fn root_gets_every_property_of_a_container() {
    if !require::root() || !require::installed("setpriv") {
        return;
    }
    for options in [&["-muinpCTf"][..], &["-n"]] {
        let Some(container) = container(Caller::Whoever, options, RICH) else {
            return;
        };
        assert_same(Caller::Whoever, &container);
    }
}

/// What an ordinary user's container is like.
const ROOTLESS: &str = "cd /usr; umask 027; ulimit -n 77; echo 600 >/proc/self/oom_score_adj; \
                        exec env -i KEY=value HOME=/nowhere PATH=/usr/bin:/bin sleep 1000";

#[test]
fn a_user_is_what_a_container_of_his_own_is() {
    if !require::user_namespaces() {
        return;
    }
    let caller = Caller::ordinary();
    for options in [
        &["-r", "-mupf"][..],
        &["-r", "-muinpCTf"],
        &["-c", "-mupf"],
        &["-r", "-u"],
    ] {
        let Some(container) = container(caller, options, ROOTLESS) else {
            return;
        };
        assert_same(caller, &container);
    }
}

/// The rest of a container of several users: it becomes another one of them when it is told to.
const ANOTHER_USER: &str = "read go; exec setpriv --reuid 5 --regid 5 --clear-groups \
                            env -i KEY=value PATH=/usr/bin:/bin sleep 1000";

#[test]
fn a_user_is_what_another_user_of_his_container_is() {
    if !require::root() || !require::user_namespaces() || !require::installed("setpriv") {
        return;
    }
    let Some(unshare) = require::original("unshare") else {
        return;
    };
    let tool = Tool::new(unshare).argv0("unshare");
    let tool = tool.args(["-U", "sh", "-c", &format!("echo up; {ANOTHER_USER}")]);
    let mut running = Caller::Tester.runs(tool).terminal(80, 24).spawn();
    running.read_until("up");
    let pid = running.pid();
    for file in ["uid_map", "gid_map"] {
        // Only root may map IDs of several users for another one.
        let map = format!("0 {TESTER} 1\n1 200000 1000\n");
        fs::write(format!("/proc/{pid}/{file}"), map).unwrap();
    }
    running.type_in("go\n");
    eventually("it is the other user", || {
        fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "sleep\n")
    });
    let line = [
        "-t",
        &pid.to_string(),
        "--as-target",
        "sh",
        "-c",
        "id -u; echo $KEY",
    ];
    let outcome = Caller::Tester.runs(rnsenter()).args(line).run().ok();
    assert_eq!(outcome.out(), "5\nvalue\n");
}

#[test]
fn a_user_is_what_a_process_of_his_own_is() {
    let caller = Caller::ordinary();
    let container =
        Container::none(|tool| caller.runs(tool).env("KEY", "value").current_dir("/usr"));
    assert_same(caller, &container);
}

#[test]
fn root_is_what_a_rootless_container_is() {
    if !require::root() || !require::user_namespaces() {
        return;
    }
    for options in [&["-r", "-mupf"][..], &["-r", "-muinpCTf"], &["-c", "-mu"]] {
        let Some(container) = container(Caller::Tester, options, ROOTLESS) else {
            return;
        };
        assert_same(Caller::Whoever, &container);
    }
}

#[test]
fn each_property_of_the_target_is_overridden_by_its_option() {
    if !require::root() || !require::installed("setpriv") {
        return;
    }
    let Some(container) = container(Caller::Whoever, &["-muipf"], RICH) else {
        return;
    };
    let shown = |words: &[&str]| enter(Caller::Whoever, &container, words).ok().out();
    assert_eq!(shown(&["-S", "0", "id", "-u"]), "0\n");
    assert_eq!(shown(&["-G", "5", "id", "-G"]), "5\n");
    assert_eq!(shown(&["--groups", "5", "id", "-G"]), "1001 5\n");
    assert_eq!(shown(&["--wd=/etc", "pwd"]), "/etc\n");
    assert_eq!(shown(&["--wdns=/dev", "pwd"]), "/dev\n");
    assert_eq!(shown(&["--clear-env", "/usr/bin/env"]), "");
    let file = format!("--uts={}", container.proc("ns/uts").display());
    let uts = shown(&[&file, "readlink", "/proc/self/ns/uts"]);
    assert_eq!(uts, container.namespace("uts") + "\n");
    assert_eq!(
        shown(&["--uts=/proc/self/ns/uts", "readlink", "/proc/self/ns/uts"]),
        fs::read_link("/proc/self/ns/uts")
            .unwrap()
            .display()
            .to_string()
            + "\n"
    );
}

#[test]
fn a_seccomp_filter_is_not_copied_and_a_warning_says_so() {
    let caller = Caller::ordinary();
    let errno = nix::errno::Errno::EPERM;
    let call = nix::libc::SYS_keyctl;
    let container = Container::none(|tool| caller.runs(tool).refusing(call, errno));
    let outcome = enter(caller, &container, &["true"]).ok();
    let warning = "rnsenter: warning: the target has a seccomp filter, which cannot be copied: the program is \
                   confined less\n";
    assert_eq!(outcome.err(), warning);
}

#[test]
fn without_a_program_it_is_a_shell_that_exists_inside() {
    let caller = Caller::ordinary();
    for (shell, expected) in [
        ("/bin/bash", "/bin/bash"),
        ("/no/such/shell", ""),
        ("/etc/passwd", ""),
    ] {
        let container = Container::none(|tool| caller.runs(tool).env("SHELL", shell));
        let pid = container.pid().to_string();
        let tool = caller.runs(rnsenter()).args(["-t", &pid, "--as-target"]);
        let outcome = tool.stdin("readlink /proc/$$/exe\n").run().ok();
        let shown = outcome.out();
        let is_it = match expected {
            "" => shown != "\n" && !shown.is_empty(),
            _ => fs::canonicalize(expected).unwrap().display().to_string() + "\n" == shown,
        };
        assert!(is_it, "{shell}: {outcome}");
    }
}

#[test]
fn the_init_of_runshare_is_replaced_by_its_program() {
    if !require::root() {
        return;
    }
    let Some(runshare) = require::workspace_program("runshare") else {
        return;
    };
    let options = ["-m", "-u", "--pid", "--init", "--mount-proc", "sh", "-c"];
    let script = "cd /usr; echo up; exec env KEY=value sleep 1000";
    let mut tool = Tool::new(runshare).args(options).arg(script).spawn();
    tool.read_until("up\n");
    let init = testkit::children_of(tool.pid())[0].to_string();
    eventually("it has its name", || {
        fs::read_to_string(format!("/proc/{init}/comm")).is_ok_and(|name| name == "runshare-init\n")
    });
    eventually("the program runs", || {
        let tool = rnsenter().args(["-t", &init, "--as-target", "sh", "-c", "echo $KEY; pwd"]);
        tool.run().ok().out() == "value\n/usr\n"
    });
}

#[test]
fn it_requires_a_process() {
    rnsenter()
        .args(["--as-target", "true"])
        .run()
        .fails(1, "rnsenter: option --as-target requires a process\n");
    let own = format!("/proc/{}/ns", std::process::id());
    if require::root() {
        let tool = rnsenter().args(["-t", &own, "--as-target", "true"]);
        tool.run()
            .fails(1, "rnsenter: option --as-target requires a process\n");
    }
}
