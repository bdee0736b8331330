//! A program that has just been written can be run only when nobody has it open for writing any more.

use std::fs;
use std::os::fd::OwnedFd;
use std::path::Path;

use crate::eventually::eventually;
use crate::sys::is_written_to;

/// Waits until nobody has a file open for writing that is to be run: a process that another test has just forked holds
/// every descriptor of this one until it becomes a program, and the kernel runs no file that is written to (ETXTBSY).
pub fn wait_for_writers(path: &Path) {
    let Ok(file) = fs::File::open(path).map(OwnedFd::from) else {
        return;
    };
    eventually("nobody writes to it", || !is_written_to(&file));
}
