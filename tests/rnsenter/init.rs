//! The init of `runshare --init` as a target: its user may not look into it, and enters its oldest child in its stead.

use std::fs;

use crate::fixture::{Caller, namespace_of, rnsenter};
use testkit::{Pid, Running, Tool, children_of, eventually, require};

/// The init of a container of the caller's that runs this script, and the tool outside.
fn init(caller: Caller, script: &str) -> Option<(Running, Pid)> {
    let runshare = require::workspace_program("runshare")?;
    let options = ["-r", "-m", "-u", "--pid", "--init", "--mount-proc"];
    let tool = Tool::new(runshare).env("KEY", "value").args(options);
    let mut tool = caller.runs(tool.args(["sh", "-c", script])).spawn();
    tool.read_until("up\n");
    let init = children_of(tool.pid())[0];
    eventually("the init has let go of what is the program's", || {
        fs::read_to_string(format!("/proc/{init}/comm")).is_ok_and(|name| name == "runshare-init\n")
    });
    Some((tool, init))
}

#[test]
fn entering_the_init_enters_its_oldest_child() {
    if !require::user_namespaces() {
        return;
    }
    let caller = Caller::ordinary();
    let script = "sleep 1000 & echo up; exec sleep 1000";
    let Some((_tool, init)) = init(caller, script) else {
        return;
    };
    let program = children_of(init)[0];
    let pid = init.to_string();
    let enter = |options: &[&str], words: &[&str]| {
        let tool = rnsenter().args(["-t", &pid]).args(options).args(words);
        caller.runs(tool).run().ok().out()
    };
    let types = ["-U", "-m", "-u", "-p", "--preserve-credentials"];
    for name in ["user", "mnt", "uts", "pid"] {
        let shown = enter(&types, &["readlink", &format!("/proc/self/ns/{name}")]);
        assert_eq!(shown.trim_end(), namespace_of(program, name), "{name}");
    }
    // What belongs to a process and not to a namespace is the child's too.
    let types = ["-U", "-u", "--preserve-credentials", "-e", "-w"];
    assert_eq!(enter(&types, &["sh", "-c", "echo $KEY"]), "value\n");
    assert_eq!(enter(&["-U", "-S", "follow"], &["id", "-u"]), "0\n");
}

#[test]
fn a_child_elsewhere_is_not_entered() {
    if !require::user_namespaces() || !require::installed("unshare") {
        return;
    }
    let caller = Caller::ordinary();
    for more in ["-m", "-n", "-U"] {
        let script = format!("exec unshare {more} sh -c 'echo up; exec sleep 1000'");
        let Some((_tool, init)) = init(caller, &script) else {
            return;
        };
        let tool = rnsenter().args(["-t", &init.to_string(), "-U", "-u", "true"]);
        let refused = format!(
            "rnsenter: process {init} is the init of runshare, which its user may not inspect, \
             and has no child in its namespaces that you may enter\n"
        );
        caller.runs(tool).run().fails(1, &refused);
    }
}

#[test]
fn root_enters_the_init_itself() {
    if !require::root() || !require::user_namespaces() {
        return;
    }
    let script = "exec unshare -m sh -c 'echo up; exec sleep 1000'";
    let Some((_tool, init)) = init(Caller::ordinary(), script) else {
        return;
    };
    let show = ["readlink", "/proc/self/ns/mnt"];
    let tool = rnsenter()
        .args(["-t", &init.to_string(), "-m", "-p"])
        .args(show);
    assert_eq!(tool.run().ok().out().trim_end(), namespace_of(init, "mnt"));
}
