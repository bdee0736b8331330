//! A process number that is another process's by now: what is entered is the process that was named, or nothing.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::FileTypeExt;

use crate::fixture::{
    Caller, Container, differential_test, namespace_of, rnsenter, socket_holder, zombie,
};
use nix::sys::signal::kill;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use testkit::{Pid, Running, Scratch, Signal, Tool, children_of, eventually, lives, require};

/// A process with a network of its own that has not forked, so that its pidfd's inode can be told.
pub(crate) fn target() -> Option<Container> {
    Container::unshared(Caller::Whoever, &["-n", "-u"])
}

#[test]
fn the_right_inode_names_the_process_and_any_other_does_not() {
    if !require::root() || !pidfds_have_inodes() {
        return;
    }
    let Some(target) = target() else { return };
    let show = ["readlink", "/proc/self/ns/net"];
    let with = |inode: &str| {
        let named = format!("{}:{inode}", target.pid());
        rnsenter().args(["-t", &named, "-n"]).args(show).run()
    };
    let inode: u64 = target.inode().parse().unwrap();
    let entered = with(&inode.to_string()).ok();
    assert_eq!(entered.out().trim_end(), target.namespace("net"));
    let refused = format!(
        "rnsenter: failed to obtain a valid file descriptor for PID {}: No such process\n",
        target.pid()
    );
    for wrong in [inode + 1, inode - 1, 1, u64::from(u32::MAX), u64::MAX] {
        with(&wrong.to_string()).fails(1, &refused);
    }
}

#[test]
fn an_ordinary_user_may_name_the_inode_too() {
    let caller = Caller::ordinary();
    let target = socket_holder(caller, None);
    let Some(diff) = differential_test() else {
        return;
    };
    let (pid, inode) = (target.pid(), target.inode());
    for named in [
        format!("{pid}:{inode}"),
        format!("{pid}:{inode}1"),
        format!("{pid}:1"),
    ] {
        diff.assert_same_with(|tool| caller.runs(tool).args(["-t", &named, "-u", "true"]));
        diff.assert_same_with(|tool| caller.runs(tool).args(["-t", &named, "true"]));
    }
}

/// Starts processes until one has this number, which must be free.
pub(crate) fn reuse(number: Pid) -> Container {
    for _ in 0..1000 {
        // Whatever else is started on this machine may come first.
        fs::write(LAST_PID, (number.as_raw() - 1).to_string()).unwrap();
        let next = Container::none(|tool| tool);
        if next.pid() == number {
            return next;
        }
    }
    panic!("the number {number} was never reused");
}

/// The number that was given last, proc_sys_kernel(5).
const LAST_PID: &str = "/proc/sys/kernel/ns_last_pid";

pub(crate) fn numbers_can_be_chosen() -> bool {
    let file = File::options().write(true).open(LAST_PID);
    require::condition(file.is_ok(), "process numbers cannot be chosen here")
}

/// Whether pidfds have inodes of their own, as since Linux 6.9.
pub(crate) fn pidfds_have_inodes() -> bool {
    let [one, other] = [0, 1].map(|_| Container::none(|tool| tool));
    require::machine_feature(
        one.inode() != other.inode(),
        "all pidfds have one inode here",
    )
}

#[test]
fn a_number_that_is_anothers_by_now_is_refused_by_its_inode() {
    if !require::root() || !numbers_can_be_chosen() || !pidfds_have_inodes() {
        return;
    }
    let Some(first) = target() else { return };
    let (pid, inode) = (first.pid(), first.inode());
    drop(first);
    let second = reuse(pid);
    let named = format!("{pid}:{inode}");
    let refused = format!(
        "rnsenter: failed to obtain a valid file descriptor for PID {pid}: No such process\n"
    );
    let tool = rnsenter().args(["-t", &named, "-n", "echo", "entered"]);
    tool.run().fails(1, &refused);
    // Without the inode it is a number like any other.
    let number = pid.to_string();
    let tool = rnsenter().args(["-t", &number, "-n", "true"]);
    let _ = tool.run().ok();
    assert!(
        lives(second.pid()),
        "the process that has the PID now was killed"
    );
}

/// Holds the tool after it has looked at its target and before it joins: it asks for the caller's shell in /etc/passwd,
/// which is a pipe here, and waits until somebody opens it to write.
fn held(arguments: &[&str]) -> (Running, Scratch) {
    let scratch = Scratch::new();
    let passwd = scratch.path().join("passwd");
    mkfifo(&passwd, Mode::from_bits_retain(0o644)).unwrap();
    assert!(fs::metadata(&passwd).unwrap().file_type().is_fifo());
    let tool = rnsenter().no_env().bind_over(&passwd, "/etc/passwd");
    let tool = tool.args(arguments).spawn();
    eventually("the tool holds its target", || holds_a_pidfd(tool.pid()));
    (tool, scratch)
}

pub(crate) fn holds_a_pidfd(pid: Pid) -> bool {
    let entries = fs::read_dir(format!("/proc/{pid}/fdinfo")).ok();
    let mut message = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path()).ok());
    message.any(|info| info.contains("\nPid:\t"))
}

/// Lets it continue: a pipe cannot be searched, so the GNU C library opens it and gives up. musl's reads it, and must find
/// the user, or getent(1) is asked for them.
fn release(scratch: &Scratch) {
    let passwd = scratch.path().join("passwd");
    let mut pipe = File::options().write(true).open(passwd).unwrap();
    let _ = pipe.write_all(b"root:x:0:0::/:/bin/sh\n");
}

#[test]
fn a_target_whose_number_is_reused_between_look_up_and_join_is_not_entered() {
    if !require::root() || !numbers_can_be_chosen() || !pidfds_have_inodes() {
        return;
    }
    let gone = |file: &str| format!("cannot open /proc/PID/{file}: No such file or directory");
    for (options, words) in [
        (
            &["-n"][..],
            "reassociate to namespaces failed: No such process".to_owned(),
        ),
        (&["-n", "-r"], gone("root")),
        (&["-n", "-w"], gone("cwd")),
        (&["-n", "-e"], gone("environ")),
        (&["-n", "-S", "follow"], gone("")),
        (
            &["-a"],
            "stat of /proc/PID/ns/user failed: No such file or directory".to_owned(),
        ),
        (
            &["-n", "-N", "5"],
            "pidfd_getfd(3, 5): No such process".to_owned(),
        ),
    ] {
        let Some(first) = target() else { return };
        refuses_a_reused(first, options, &words);
    }
}

/// Asserts that the target, whose number is another's by the time of the join, is refused with these words.
fn refuses_a_reused(first: Container, options: &[&str], words: &str) {
    let pid = first.pid();
    let named = format!("{pid}:{}", first.inode());
    let mut arguments = vec!["-t", &named];
    arguments.extend(options);
    let (mut tool, scratch) = held(&arguments);
    drop(first);
    let second = reuse(pid);
    release(&scratch);
    let words = words.replace("PID", &pid.to_string());
    tool.wait().fails(1, &format!("rnsenter: {words}\n"));
    assert!(
        lives(second.pid()),
        "the process that has the PID now was killed"
    );
}

#[test]
fn a_target_that_dies_between_look_up_and_join_is_not_entered() {
    if !require::root() || !pidfds_have_inodes() {
        return;
    }
    let Some(target) = target() else { return };
    let named = format!("{}:{}", target.pid(), target.inode());
    let (mut tool, scratch) = held(&["-t", &named, "-n", "-u"]);
    drop(target);
    release(&scratch);
    let refused = "rnsenter: reassociate to namespaces failed: No such process\n";
    tool.wait().fails(1, refused);
}

#[test]
fn a_target_that_lives_on_is_entered_after_the_same_wait() {
    if !require::root() || !pidfds_have_inodes() {
        return;
    }
    let Some(target) = target() else { return };
    let named = format!("{}:{}", target.pid(), target.inode());
    let (tool, scratch) = held(&["-t", &named, "-n"]);
    assert_ne!(namespace_of(tool.pid(), "net"), target.namespace("net"));
    release(&scratch);
    eventually("the tool has joined", || {
        namespace_of(tool.pid(), "net") == target.namespace("net")
    });
}

#[test]
fn a_target_that_dies_at_the_join_itself_is_not_entered() {
    if !require::user_namespaces() || !require::installed("strace") {
        return;
    }
    let caller = Caller::ordinary();
    let Some(target) = Container::unshared(caller, &["-r", "-n", "-u"]) else {
        return;
    };
    let scratch = Scratch::new();
    let note = scratch.path().join("note");
    let pid = target.pid().to_string();
    // Each setns is held up for a second, which is when the target dies.
    let strace = Tool::new("/usr/bin/strace").args(["-qq", "-o", "/dev/null"]);
    let strace = strace.args([
        "-e",
        "trace=setns",
        "-e",
        "inject=setns:delay_enter=1000000",
    ]);
    let tool = strace.arg(rnsenter_path()).args(["-t", &pid, "-U", "-n"]);
    let tool = tool.args(["--preserve-credentials", "touch"]).arg(&note);
    let mut tool = caller.runs(tool).spawn();
    eventually("the tool is about to join", || {
        children_of(tool.pid())
            .first()
            .is_some_and(|child| is_about_to_join(*child))
    });
    let child = children_of(tool.pid())[0];
    let before = map_of(child);
    kill(target.pid(), Signal::SIGKILL).unwrap();
    drop(target);
    let outcome = tool.wait();
    assert_eq!(before, map_of(Pid::this()), "it had joined already");
    let name = "rnsenter";
    outcome.fails(
        1,
        &format!("{name}: reassociate to namespaces failed: No such process\n"),
    );
    assert!(!note.exists());
}

/// Whether the tool has opened its target, and hidden itself or not.
fn is_about_to_join(pid: Pid) -> bool {
    let hidden = fs::read_dir(format!("/proc/{pid}/fdinfo"))
        .and_then(|mut entries| entries.next().transpose())
        .is_err();
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    name == "rnsenter\n" && (hidden || holds_a_pidfd(pid))
}

fn map_of(pid: Pid) -> String {
    fs::read_to_string(format!("/proc/{pid}/uid_map")).unwrap()
}

fn rnsenter_path() -> &'static str {
    crate::fixture::RNSENTER.path().to_str().unwrap()
}

#[test]
fn a_zombie_has_no_namespaces_to_enter() {
    let Some(diff) = differential_test() else {
        return;
    };
    let ended = zombie();
    let pid = ended.pid().to_string();
    for options in [&["-a"][..], &["-m"], &["-n", "-u"], &["-U"], &["-u", "-r"]] {
        diff.assert_same_with(|tool| tool.args(["-t", &pid]).args(options).arg("true"));
    }
    assert!(!lives(ended.pid()));
    assert!(namespace_of(Pid::this(), "net").starts_with("net:["));
}
