//! What is opened only if it is what it seems to be.

use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::os::unix::fs::symlink;

use nix::libc::{S_IFCHR, S_IFREG};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::*;
use crate::safe_open::trusted_dir::tests::scratch;
use crate::sys::directory::Directory;

fn is_regular(status: &FileStatus) -> bool {
    status.file_type == S_IFREG
}

#[test]
fn a_file_is_opened_if_the_descriptor_that_was_checked_is_of_the_expected_type() {
    let scratch = scratch();
    let within = |name: &str| scratch.path().join(name);
    fs::write(within("file"), "text").unwrap();
    symlink("file", within("link")).unwrap();
    symlink("/dev/zero", within("device")).unwrap();
    mkfifo(&within("fifo"), Mode::from_bits_truncate(0o600)).unwrap();
    let directory = File::open(scratch.path()).unwrap();
    let fds = SelfFds::open().unwrap();
    let opens = |name: &CStr| {
        let opened = open_checked(&fds, &directory, name, OFlag::O_RDONLY, is_regular);
        opened.map(|file| file.is_some())
    };
    assert_eq!(opens(c"file"), Ok(true));
    assert_eq!(opens(c"link"), Ok(true));
    assert_eq!(opens(c"device"), Ok(false));
    assert_eq!(opens(c"fifo"), Ok(false));
    assert_eq!(opens(c"none"), Err(Errno::ENOENT));
}

#[test]
fn what_has_the_name_after_the_check_is_not_opened() {
    let scratch = scratch();
    let within = |name: &str| scratch.path().join(name);
    fs::write(within("file"), "checked").unwrap();
    let directory = File::open(scratch.path()).unwrap();
    let fds = SelfFds::open().unwrap();
    let swap = |status: &FileStatus| {
        fs::remove_file(within("file")).unwrap();
        symlink("/dev/zero", within("file")).unwrap();
        is_regular(status)
    };
    let opened = open_checked(&fds, &directory, c"file", OFlag::O_RDONLY, swap);
    let file = File::from(opened.unwrap().expect("it was a regular file"));
    assert_eq!(std::io::read_to_string(file).unwrap(), "checked");
}

#[test]
fn a_descriptor_of_a_process_is_checked_and_not_its_name() {
    // The descriptor is another file's as soon as it was looked at.
    let null = File::open("/dev/null").unwrap();
    let regular = File::open("/proc/self/status").unwrap();
    let mut flipping = OwnedFd::from(null.try_clone().unwrap());
    let number = std::ffi::CString::new(flipping.as_raw_fd().to_string()).unwrap();
    let directory = Directory::open(c"/proc/self/fd").unwrap();
    let fds = SelfFds::open().unwrap();
    let flip = |status: &FileStatus| {
        nix::unistd::dup2(&regular, &mut flipping).unwrap();
        status.file_type == S_IFCHR
    };
    let opened = open_checked(&fds, &directory, &number, OFlag::O_RDONLY, flip);
    let status = status_of(opened.unwrap().expect("it was a device")).unwrap();
    assert_eq!(status, status_of(&null).unwrap());
}

#[test]
fn nothing_but_a_mounted_namespace_is_one() {
    let scratch = scratch();
    symlink("/proc/self/ns/uts", scratch.path().join("uts")).unwrap();
    fs::write(scratch.path().join("net"), "").unwrap();
    mkfifo(&scratch.path().join("ipc"), Mode::from_bits_truncate(0o600)).unwrap();
    let directory = File::open(scratch.path()).unwrap();
    for name in [c"uts", c"net", c"ipc"] {
        let opened = open_namespace(&directory, name).unwrap();
        assert!(opened.is_none(), "{name:?}");
    }
    let missing = open_namespace(&directory, c"mnt").expect_err("it is not there");
    assert_eq!(missing, Errno::ENOENT);
    let links = File::open("/proc/self/ns").unwrap();
    assert!(open_namespace(&links, c"uts").unwrap().is_none());
}

#[test]
fn what_is_opened_again_is_above_the_standard_descriptors_and_close_on_exec() {
    let file = open_path(File::open("/proc/self").unwrap(), c"status", OFlag::empty()).unwrap();
    let fds = SelfFds::open().unwrap();
    let again = fds.reopen(&file, OFlag::O_RDONLY).unwrap();
    let flags = nix::fcntl::fcntl(&again, nix::fcntl::FcntlArg::F_GETFD).unwrap();
    assert!(again.as_raw_fd() > 2 && flags == libc::FD_CLOEXEC);
    assert_eq!(status_of(&again), status_of(&file));
}
