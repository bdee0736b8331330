//! `--holders`: everybody and everything that keeps one namespace alive is named, and nothing else.

use std::fmt::Display;
use std::fs::{self, File};
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::gettid;
use testkit::{CLONE_NEWTIME, Outcome, Running, Tool};

use crate::players::{asleep, inode, namespace, original, sleep, sleeps, unshared};
use crate::stage::{Scene, Stage};

/// A holder: the process, if one is shown, and how it holds.
type Held = (String, String);

/// What ours tells of the holders of this namespace.
#[track_caller]
fn told(tool: Tool, inode: u64) -> Vec<Held> {
    let outcome = tool.args(["-rn", "--holders", &inode.to_string()]).run();
    let outcome = outcome.ok();
    assert!(outcome.stderr.is_empty(), "{outcome}");
    let text = outcome.out();
    let cells = |line: &str| {
        let mut cells = line.split(' ').map(|cell| cell.replace("\\x20", " "));
        Some((cells.next()?, cells.next()?))
    };
    text.lines().filter_map(cells).collect()
}

fn held(pid: impl Display, how: impl Into<String>) -> Held {
    (pid.to_string(), how.into())
}

/// Mounts the file of a namespace here.
fn mount_at(stage: &Stage, file: impl AsRef<Path>, name: &str) -> PathBuf {
    let point = stage.scratch.file(name, "");
    let none = None::<&str>;
    mount(Some(file.as_ref()), &point, none, MsFlags::MS_BIND, none).unwrap();
    point
}

/// A network namespace that the act has left a thread, a file and a socket in.
struct Network {
    inode: u64,
    thread: i32,
    file: File,
    socket: UdpSocket,
}

impl Network {
    fn new() -> Network {
        let (sender, receiver) = channel();
        // Its life is the act's.
        thread::spawn(move || {
            unshare(CloneFlags::CLONE_NEWNET).unwrap();
            let file = File::open("/proc/thread-self/ns/net").unwrap();
            let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
            sender.send((gettid().as_raw(), file, socket)).unwrap();
            loop {
                thread::park();
            }
        });
        let (thread, file, socket) = receiver.recv().unwrap();
        let inode = inode(format!("/proc/self/fd/{}", file.as_raw_fd()));
        Network {
            inode,
            thread,
            file,
            socket,
        }
    }

    /// What the act holds.
    fn own(&self) -> [Held; 3] {
        let act = std::process::id();
        [
            held(act, format!("thread {}", self.thread)),
            held(act, format!("fd {}", self.file.as_raw_fd())),
            held(act, format!("socket {}", self.socket.as_raw_fd())),
        ]
    }
}

#[test]
fn all_that_hold_a_network_are_named() {
    Scene::Root.play("holders::network_act");
    Scene::User.play("holders::network_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn network_act() {
    let stage = Stage::entered();
    let network = Network::new();
    let (file, socket) = (&network.file, &network.socket);
    let point = mount_at(&stage, format!("/proc/self/fd/{}", file.as_raw_fd()), "a b");
    let point = point.display();
    let enter = Tool::new(original("nsenter")).arg(format!("--net={point}"));
    let member = asleep(enter.args(["sleep", "1000"]));
    // Two with the same file and the same socket, one of them under two numbers.
    let copy = || socket.try_clone().unwrap();
    let one = asleep(sleep().fd(5, file.try_clone().unwrap()).fd(6, copy()));
    let other = asleep(sleep().fd(17, copy()).fd(9, copy()));
    let elsewhere = asleep(unshared(&["-m", "sleep", "1000"]));
    let mut expected = network.own().to_vec();
    expected.extend([
        held(member.pid(), "process"),
        held(one.pid(), "fd 5"),
        held(one.pid(), "socket 6"),
        held(other.pid(), "socket 9"),
        held(other.pid(), "socket 17"),
        held("", format!("mount {point}")),
    ]);
    let mnt = namespace(&elsewhere, "mnt");
    expected.push(held(elsewhere.pid(), format!("mount {point} in mnt {mnt}")));
    assert_eq!(told(stage.ours(), network.inode), expected);
    if stage.scene == Scene::Root {
        // One who may not walk through the mount namespaces reads them in /proc.
        let less = stage.ours().without_capability(21);
        assert_eq!(told(less, network.inode), expected);
    }
}

#[test]
fn what_the_caller_hands_down_is_named_and_nothing_of_the_tools_own() {
    Scene::Root.play("holders::own_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn own_act() {
    let stage = Stage::entered();
    let network = Network::new();
    // Many processes, so that there are several workers, one of which looks at what the others have open.
    let script = "n=0; while [ $n -lt 400 ]; do sleep 1000 & n=$((n + 1)); done; exec sleep 1000";
    let _many = asleep(Tool::new("/bin/sh").args(["-c", script]));
    for _ in 0..20 {
        assert_eq!(told(stage.ours(), network.inode), network.own());
    }
    let file = network.file.try_clone().unwrap();
    let outcome = told(stage.ours().fd(5, file), network.inode);
    let [.., (_, how)] = &outcome[..] else {
        panic!("{outcome:?}")
    };
    assert_eq!((outcome.len(), how.as_str()), (4, "fd 5"));
}

#[test]
fn a_thread_with_descriptors_of_its_own_is_named() {
    Scene::Root.play("holders::thread_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn thread_act() {
    let stage = Stage::entered();
    let network = Network::new();
    let (sender, receiver) = channel();
    let (file, socket) = (network.file.as_raw_fd(), network.socket.as_raw_fd());
    thread::spawn(move || {
        unshare(CloneFlags::CLONE_FILES).unwrap();
        sender.send(gettid().as_raw()).unwrap();
        loop {
            thread::park();
        }
    });
    let thread = receiver.recv().unwrap();
    let mut expected = network.own().to_vec();
    // Those are copies; the network's own thread shares the process's.
    let own = |how: String| held(std::process::id(), format!("{how} of thread {thread}"));
    expected.push(own(format!("fd {file}")));
    expected.push(own(format!("socket {socket}")));
    let mut seen = told(stage.ours(), network.inode);
    // A thread's are behind the process's, and it may be the elder one.
    expected.sort();
    seen.sort();
    assert_eq!(seen, expected);
}

#[test]
fn the_children_to_come_are_named() {
    Scene::Root.play("holders::children_act");
    Scene::User.play("holders::children_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn children_act() {
    let stage = Stage::entered();
    let holder = asleep(unshared(&["-p", "sh", "-c", "/bin/true; exec sleep 1000"]));
    let pid = namespace(&holder, "pid_for_children");
    let expected = [held(holder.pid(), "children")];
    assert_eq!(told(stage.ours(), pid), expected);
    if stage.scene == Scene::Root {
        let (time, thread) = thread_with_other_times();
        let how = format!("children of thread {thread}");
        let expected = [held(std::process::id(), how)];
        assert_eq!(told(stage.ours(), time), expected);
    }
}

/// A thread whose children would be in a time namespace that nobody is in.
fn thread_with_other_times() -> (u64, i32) {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        unshare(CLONE_NEWTIME).unwrap();
        let inode = inode("/proc/thread-self/ns/time_for_children");
        sender.send((inode, gettid().as_raw())).unwrap();
        loop {
            thread::park();
        }
    });
    receiver.recv().unwrap()
}

#[test]
fn namespaces_made_in_it_are_named() {
    Scene::Root.play("holders::child_act");
    Scene::User.play("holders::child_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn child_act() {
    let stage = Stage::entered();
    // A user namespace without a process; one inside it that has one and owns another.
    let script = "stat -L -c %i /proc/self/ns/user; exec \"$0\" -r -u sleep 1000";
    let tool = unshared(&["-r", "sh", "-c", script]).arg(original("unshare"));
    let mut holder = tool.spawn();
    let outer = holder.until("\n").trim_end().parse().unwrap();
    sleeps(&holder);
    let (inner, uts) = (namespace(&holder, "user"), namespace(&holder, "uts"));
    let pid = holder.pid();
    let expected = [held(pid, format!("child user {inner}"))];
    assert_eq!(told(stage.ours(), outer), expected);
    let expected = [held(pid, "process"), held(pid, format!("child uts {uts}"))];
    assert_eq!(told(stage.ours(), inner), expected);
    let nested = asleep_inside(unshared(&["-p", "-f", "sleep", "1000"]));
    let child = nested.1;
    let seen = told(stage.ours(), inode("/proc/1/ns/pid"));
    let how = format!("child pid {}", inode(format!("/proc/{child}/ns/pid")));
    assert!(seen.contains(&held(child, how)), "{seen:?}");
}

/// Starts what has a child that becomes `sleep`, and waits for it.
fn asleep_inside(tool: Tool) -> (Running, i32) {
    let running = tool.spawn();
    let pid = running.pid();
    let mut child = None;
    testkit::eventually("its child sleeps", || {
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        child = children.ok().and_then(|list| list.trim().parse().ok());
        let name = child.map(|child: i32| fs::read_to_string(format!("/proc/{child}/comm")));
        matches!(name, Some(Ok(name)) if name == "sleep\n")
    });
    (running, child.unwrap())
}

#[test]
fn a_mount_in_a_mount_namespace_without_a_process_is_named() {
    Scene::Root.play("holders::kept_act");
    Scene::User.play("holders::kept_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn kept_act() {
    let stage = Stage::entered();
    let outer = stage.scratch.file("outer", "");
    let inner = stage.scratch.file("inner", "");
    let keep = format!("--mount={}", outer.display());
    let script = "\"$1\" --uts=\"$0\" true && stat -L -c %i \"$0\"";
    let made = stage.processor.on(|| {
        let tool = unshared(&[&keep, "sh", "-c", script]).arg(&inner);
        tool.arg(original("unshare")).run().ok()
    });
    let uts = made.out().trim_end().parse().unwrap();
    let mnt = inode(&outer);
    let how = format!("mount {} in mnt {mnt}", inner.display());
    assert_eq!(told(stage.ours(), uts), [held("", how)]);
    let how = format!("mount {}", outer.display());
    assert_eq!(told(stage.ours(), mnt), [held("", how)]);
}

#[test]
fn a_mount_outside_of_the_root_of_those_who_have_it_is_named() {
    Scene::Machine.play("holders::chrooted_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn chrooted_act() {
    let stage = Stage::entered();
    let uts = stage.scratch.file("uts", "");
    let root = stage.scratch.dir("root");
    let script = "\"$2\" --uts=\"$1\" true && stat -L -c %i \"$1\" && mount --bind / \"$0\" \
        && exec chroot \"$0\" sleep 1000";
    let tool = unshared(&["-m", "sh", "-c", script]).args([&root, &uts]);
    let mut holder = tool.arg(original("unshare")).spawn();
    let inode = holder.until("\n").trim_end().parse().unwrap();
    sleeps(&holder);
    let mnt = namespace(&holder, "mnt");
    let how = format!("mount {} in mnt {mnt}", uts.display());
    assert_eq!(told(stage.ours(), inode), [held(holder.pid(), how)]);
}

/// One process in a namespace, and ours told to show it in one of its forms.
fn shown(stage: &Stage, setup: impl Fn(Tool) -> Tool) -> (i32, Outcome) {
    let holder = asleep(unshared(&["-u", "sleep", "1000"]));
    let inode = namespace(&holder, "uts").to_string();
    let tool = stage.ours().args(["--holders", &inode]);
    (holder.pid().as_raw(), setup(tool).run().ok())
}

#[test]
fn the_table_has_every_form() {
    Scene::Root.play("holders::forms_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn forms_act() {
    let stage = Stage::entered();
    // Four digits are as wide as the column likes to be with one blank more.
    let args = |words: &'static [&str]| move |tool: Tool| tool.args(words);
    crate::stage::next_pid(1234);
    let (pid, outcome) = shown(&stage, args(&[]));
    let human = format!("  PID HOW     USER COMMAND\n {pid} process root sleep 1000\n");
    assert_eq!((pid, outcome.out()), (1234, human));
    let (pid, outcome) = shown(&stage, args(&["-n"]));
    assert_eq!(outcome.out(), format!(" {pid} process root sleep 1000\n"));
    let (pid, outcome) = shown(&stage, args(&["-r"]));
    let raw = format!("PID HOW USER COMMAND\n{pid} process root sleep\\x201000\n");
    assert_eq!(outcome.out(), raw);
    let (pid, outcome) = shown(&stage, args(&["-J"]));
    let json = format!(
        r#"{{
   "holders": [
      {{
         "pid": {pid},
         "how": "process",
         "user": "root",
         "command": "sleep 1000"
      }}
   ]
}}
"#
    );
    assert_eq!(outcome.out(), json);
    let (_, outcome) = shown(&stage, |tool| tool.display(28, 24));
    assert!(
        outcome.out().ends_with(" process root sleep 1\r\n"),
        "{outcome}"
    );
    let (_, outcome) = shown(&stage, |tool| tool.display(28, 24).arg("-u"));
    assert!(
        outcome.out().ends_with(" process root sleep 1000\r\n"),
        "{outcome}"
    );
}

#[test]
fn what_cannot_be_asked_is_refused() {
    Scene::Root.play("holders::mistakes_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn mistakes_act() {
    let stage = Stage::entered();
    for number in ["0", "5", "4294967296", "18446744073709551615"] {
        let outcome = stage.ours().args(["--holders", number, "-J"]).run();
        outcome.fails(1, &format!("lsns: not found namespace: {number}\n"));
    }
    for (line, sentence) in [
        (
            &["--holders=x"][..],
            "lsns: invalid namespace argument: 'x'\n",
        ),
        (
            &["--holders", "5", "6"],
            "lsns: --holders is mutually exclusive with <namespace>\n",
        ),
        (
            &["-o", "NS", "--holders", "5"],
            "lsns: options --output and --holders cannot be combined\n",
        ),
        (
            &["--holders", "5", "--graph"],
            "lsns: options --holders and --graph cannot be combined\n",
        ),
    ] {
        stage.ours().args(line).run().fails(1, sentence);
    }
}

#[test]
fn that_nobody_can_be_seen_is_said() {
    Scene::Root.play("holders::unseen_act");
}

/// Mount namespaces of the machine are seen from the stage, and their processes are not.
#[test]
#[ignore = "an act, played on a stage"]
fn unseen_act() {
    let stage = Stage::entered();
    let list = ["-rnlo", "NS", "-t", "mnt", "-Q", "!HELD"];
    let listed = stage.ours().args(list).run().ok().out();
    let number = listed.lines().next().expect("the machine's own at least");
    let outcome = stage.ours().args(["--holders", number]).run().ok();
    let sentence = format!("lsns: nothing that can be seen holds namespace {number}\n");
    assert_eq!((outcome.out().as_str(), outcome.err()), ("", sentence));
}
