//! Namespaces that are held by a mount, and one that is held by what nobody can be seen to have.

use std::fs::File;
use std::io::IoSlice;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use nix::mount::{MsFlags, mount};
use nix::sched::CloneFlags;
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};
use testkit::NamespaceFixture;

use super::{held, holders_of};
use crate::fixture::Fixture;
use crate::processes::{inode, namespace, original, sleeps, unshared};
use crate::scenario::Scenario;

/// Mounts the file of a namespace here.
pub(super) fn mount_at(fixture: &Fixture, file: impl AsRef<Path>, name: &str) -> PathBuf {
    let point = fixture.scratch.file(name, "");
    let none = None::<&str>;
    mount(Some(file.as_ref()), &point, none, MsFlags::MS_BIND, none).unwrap();
    point
}

#[test]
fn a_mount_in_a_mount_namespace_without_a_process_is_named() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root, Scenario::User]) else {
        return;
    };
    let outer = fixture.scratch.file("outer", "");
    let inner = fixture.scratch.file("inner", "");
    let keep = format!("--mount={}", outer.display());
    let script = "\"$1\" --uts=\"$0\" true && stat -L -c %i \"$0\"";
    let made = fixture.processor.on(|| {
        let tool = unshared(&[&keep, "sh", "-c", script]).arg(&inner);
        tool.arg(original("unshare")).run().ok()
    });
    let uts = made.out().trim_end().parse().unwrap();
    let mnt = inode(&outer);
    let how = format!("mount {} in mnt {mnt}", inner.display());
    assert_eq!(holders_of(fixture.ours(), uts), [held("", how)]);
    let how = format!("mount {}", outer.display());
    assert_eq!(holders_of(fixture.ours(), mnt), [held("", how)]);
}

#[test]
fn a_mount_outside_of_the_root_of_those_who_have_it_is_named() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Host]) else {
        return;
    };
    let uts = fixture.scratch.file("uts", "");
    let root = fixture.scratch.dir("root");
    let script = "\"$2\" --uts=\"$1\" true && stat -L -c %i \"$1\" && mount --bind / \"$0\" \
        && exec chroot \"$0\" sleep 1000";
    let tool = unshared(&["-m", "sh", "-c", script]).args([&root, &uts]);
    let mut holder = tool.arg(original("unshare")).spawn();
    let inode = holder.read_until("\n").trim_end().parse().unwrap();
    sleeps(&holder);
    let mnt = namespace(&holder, "mnt");
    let how = format!("mount {} in mnt {mnt}", uts.display());
    assert_eq!(holders_of(fixture.ours(), inode), [held(holder.pid(), how)]);
}

#[test]
fn an_empty_proc_is_reported() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Host]) else {
        return;
    };
    let (letter, _box) = UnixStream::pair().unwrap();
    let world = NamespaceFixture::new(CloneFlags::CLONE_NEWNS);
    let file = File::open(format!("/proc/{}/ns/mnt", world.pid())).unwrap();
    let number = world.ns("mnt").to_string();
    // What is in a message that nobody has read is in nobody's list of descriptors.
    let (text, file_in) = ([IoSlice::new(b"x")], [file.as_raw_fd()]);
    let enclosed = [ControlMessage::ScmRights(&file_in)];
    sendmsg::<()>(
        letter.as_raw_fd(),
        &text,
        &enclosed,
        MsgFlags::empty(),
        None,
    )
    .unwrap();
    drop((file, world));
    let outcome = fixture.ours().args(["--holders", &number]).run().ok();
    let sentence = format!("lsns: nothing visible holds namespace {number}\n");
    assert_eq!((outcome.out().as_str(), outcome.err()), ("", sentence));
}
