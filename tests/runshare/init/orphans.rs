//! Every process whose parent ends becomes the child of PID 1, which reaps it when it ends.

use std::fs;
use std::time::Duration;

use super::{each, program_of, settled_init, status};
use crate::fixture::ordinary;
use crate::signals::child_of;
use testkit::{Pid, Tool, children_of, eventually, require};

fn is_zombie(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ")
        .next()
        .is_some_and(|rest| rest.starts_with('Z'))
}

/// A script that has this many processes lose their parent, and end; then waits for ever.
fn orphans(count: u32) -> String {
    format!(
        "i=0; while [ $i -lt {count} ]; do (sleep 0.02 & ); i=$((i + 1)); done; echo made; exec \
         sleep 1000"
    )
}

#[test]
fn a_thousand_orphans_are_reaped() {
    each(|tool| {
        let script = format!("echo up; read line; {}", orphans(1000));
        let tool = tool().args(["sh", "-c", &script]).terminal(80, 24);
        let mut tool = tool.timeout(Duration::from_secs(60)).spawn();
        tool.read_until("up\n");
        let (init, program) = (child_of(&tool), program_of(&tool));
        tool.type_in("\n");
        tool.read_until("made\n");
        // One that is not reaped stays for ever: the program sleeps, and no other of its children ends.
        eventually("none is left", || children_of(init) == [program]);
    });
}

#[test]
fn without_init_they_stay_zombies() {
    let Some(original) = require::original("unshare") else {
        return;
    };
    if !require::user_namespaces() {
        return;
    }
    let tool = ordinary(Tool::new(original)).arg("-rpf");
    let mut tool = tool.args(["sh", "-c", &orphans(20)]).spawn();
    tool.read_until("made\n");
    let first = child_of(&tool);
    // Some end while the shell is there still, which reaps what is its child.
    eventually("all have ended", || {
        children_of(first).into_iter().all(is_zombie)
    });
    assert!(!children_of(first).is_empty());
}

#[test]
fn its_memory_stays_small_and_does_not_grow() {
    each(|tool| {
        let script = format!("echo up; read line; {}", orphans(200));
        let mut tool = tool().args(["sh", "-c", &script]).terminal(80, 24).spawn();
        tool.read_until("up\n");
        let init = settled_init(&tool);
        let memory = || -> u32 {
            let size = status(init, "RssAnon");
            size.trim().trim_end_matches(" kB").parse().unwrap()
        };
        // The pages that it has touched since it was forked, and those of its stack.
        tool.type_in("\n");
        tool.read_until("made\n");
        eventually("all are reaped", || children_of(init).len() == 1);
        let after_some = memory();
        assert!(after_some < 400, "{after_some} kB");
        let script = "for i in $(seq 50); do kill -CONT 1; done";
        let join = Tool::new("/bin/sh").args(["-c", &script.replace(" 1;", &format!(" {init};"))]);
        join.run().ok();
        assert_eq!(memory(), after_some);
    });
}
