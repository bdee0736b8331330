//! `--overlay` and who else has the directory: processes that outlive the command, and users who want to be in the way.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::libc::SYS_fsopen;

use crate::fixture::{Fixture, RCHROOT, TESTER};
use testkit::{Signal, Status, Tool, eventually, require};

const IN_USE: &str = "rchroot: kept is in use: another process has it as its overlay\n";

/// The tool with the overlay `kept` on the root `nodb`.
fn above(fixture: &Fixture, script: &str) -> Tool {
    let tool = fixture.root(Tool::new(RCHROOT).argv0("rchroot"));
    tool.args(["--overlay", "kept", "nodb", "sh", "-c", script])
}

/// Starts a process in the background that writes a file once it has read a line from its descriptor 7.
const DAEMON: &str = "(read -r line <&7; echo $line >/late) >&- 2>&- & echo up";

#[test]
fn a_process_that_outlives_the_command_has_the_directory_and_can_write() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let kept = fixture.scratch.path().join("kept");
    // The shell has a process in the background read it.
    fixture.file("nodb/dev/null", "");
    for (then, status) in [
        (":", Status::Exited(0)),
        ("kill -STOP $$", Status::Killed(9)),
    ] {
        let (reader, writer) = nix::unistd::pipe().expect("a pipe can be made");
        let tool = above(&fixture, &format!("{DAEMON}; {then}")).fd(7, reader);
        let mut first = tool.spawn();
        first.read_until("up");
        if status == Status::Killed(9) {
            first.signal(Signal::SIGKILL);
        }
        assert_eq!(first.wait().status, status);
        above(&fixture, "echo no").run().fails(125, IN_USE);
        // The file that it writes now is made in the directory to work in.
        assert!(kept.join("work/0/work").exists());
        nix::unistd::write(&writer, b"late\n").expect("it reads");
        let late = kept.join("upper/late");
        eventually("the file is written", || {
            fs::read_to_string(&late).is_ok_and(|text| text == "late\n")
        });
        eventually("the directory is free", || {
            above(&fixture, "echo yes").run().out() == "yes\n"
        });
        assert!(!kept.join("work").exists());
        fs::remove_file(late).unwrap();
    }
}

#[test]
fn a_refused_question_is_no_answer_that_the_directory_is_free() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let kept = fixture.scratch.path().join("kept");
    fixture.file("nodb/dev/null", "");
    let (reader, writer) = nix::unistd::pipe().expect("a pipe can be made");
    let mut first = above(&fixture, DAEMON).fd(7, reader).spawn();
    first.read_until("up");
    assert_eq!(first.wait().status, Status::Exited(0));
    // Without fsopen(2) it is mount(2) that is asked, and says so.
    let refused = "rchroot: cannot use kept as an overlay: Operation not permitted\n";
    for (errno, message) in [(Errno::EPERM, refused), (Errno::ENOSYS, IN_USE)] {
        let second = above(&fixture, "echo no").refusing_past_loader(SYS_fsopen, errno);
        second.run().fails(125, message);
        assert!(kept.join("work/0/work").exists(), "{errno}");
    }
    above(&fixture, "echo no").run().fails(125, IN_USE);
    drop(writer);
    eventually("the directory is free", || {
        above(&fixture, "echo yes").run().out() == "yes\n"
    });
}

#[test]
fn a_mount_that_cannot_be_a_layer_is_no_answer_that_the_directory_is_free() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let kept = fixture.scratch.dir("kept");
    fixture.scratch.dir("again");
    fixture.file("nodb/dev/null", "");
    let (reader, writer) = nix::unistd::pipe().expect("a pipe can be made");
    let mut first = above(&fixture, DAEMON).fd(7, reader).spawn();
    first.read_until("up");
    assert_eq!(first.wait().status, Status::Exited(0));
    // The waiting process asks at the end as well.
    for (how, message) in [
        (
            "--make-unbindable",
            "again is in use: another process has it as its overlay",
        ),
        (
            "-o remount,bind,ro",
            "cannot lock again: Read-only file system",
        ),
    ] {
        let script = format!("mount --bind kept again && mount {how} again && exec \"$@\"");
        let tool = fixture.root(Tool::new("/usr/bin/unshare"));
        let tool = tool.args(["-m", "sh", "-c", &script, "sh"]).arg(&*RCHROOT);
        let second = tool.args(["--overlay", "again", "nodb", "sh", "-c", "echo no"]);
        let refused = format!("rchroot: {message}\n");
        second.run().fails(125, &refused);
        assert!(kept.join("work/0/work").exists(), "{how}");
    }
    drop(writer);
}

#[test]
fn nobody_else_can_lock_the_directory() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let kept = fixture.scratch.dir("kept");
    fs::set_permissions(&kept, Permissions::from_mode(0o755)).unwrap();
    above(&fixture, ":").run().ok();
    // What another user may open there, they may lock: that is the directory alone.
    let lock = "for file in . ./*; do flock -n \"$file\" true && echo $file; done; exec 9<.; flock 9; echo locked; cat";
    let attacker = Tool::new("/bin/sh").args(["-c", lock]).current_dir(&kept);
    let mut attacker = attacker.as_user(TESTER, TESTER, &[]).spawn();
    assert_eq!(attacker.read_until("locked"), ".\n./upper\nlocked");
    assert_eq!(above(&fixture, "echo yes").run().ok().out(), "yes\n");
    let lock = kept.join("lock");
    assert_eq!(fs::metadata(&lock).unwrap().mode() & 0o7777, 0o600);
    attacker.signal(Signal::SIGKILL);
    attacker.wait();
    // One that was made for all to open is closed to them.
    fs::set_permissions(&lock, Permissions::from_mode(0o666)).unwrap();
    above(&fixture, ":").run().ok();
    assert_eq!(fs::metadata(&lock).unwrap().mode() & 0o7777, 0o600);
}

#[test]
fn what_stands_in_the_place_of_the_lock_is_neither_followed_nor_waited_for() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let kept = fixture.scratch.dir("kept");
    let lock = kept.join("lock");
    symlink("../outside", &lock).unwrap();
    let refused = above(&fixture, "echo no").run();
    refused.fails(
        125,
        "rchroot: cannot lock kept: Too many levels of symbolic links\n",
    );
    assert!(!fixture.scratch.path().join("outside").exists());
    fs::remove_file(&lock).unwrap();
    nix::unistd::mkfifo(&lock, nix::sys::stat::Mode::from_bits_retain(0o600)).unwrap();
    let refused = above(&fixture, "echo no").run();
    refused.fails(125, "rchroot: cannot lock kept: Invalid argument\n");
}

#[test]
fn a_directory_in_which_others_may_make_names_is_refused() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let kept = fixture.scratch.dir("kept");
    for (mode, who) in [
        (0o1777, "everybody"),
        (0o1770, "its group"),
        (0o777, "everybody"),
    ] {
        fs::set_permissions(&kept, Permissions::from_mode(mode)).unwrap();
        let refused = above(&fixture, "echo no").run();
        let expected = format!("rchroot: cannot use kept: kept is writable by {who}\n");
        refused.fails(125, &expected);
    }
    assert_eq!(fs::read_dir(&kept).unwrap().count(), 0);
}

#[test]
fn the_lock_is_held_as_long_as_the_tool_lives() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let mut first = above(&fixture, "echo up; read -r line").spawn();
    first.read_until("up");
    let lock = fs::File::open(fixture.scratch.path().join("kept/lock")).unwrap();
    let try_lock = |file| Flock::lock(file, FlockArg::LockExclusiveNonblock);
    assert!(try_lock(lock.try_clone().unwrap()).is_err());
    first.signal(Signal::SIGTERM);
    first.wait();
    assert!(try_lock(lock).is_ok());
    assert!(!Path::new(&fixture.path("kept/work")).exists());
}
