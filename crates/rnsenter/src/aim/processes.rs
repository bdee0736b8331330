//! The processes that /proc shows, each through a descriptor of its directory: once a process is gone that directory is
//! empty, whoever has its number by then.

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::Read;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::unistd::Pid;
use nscore::sys::directory::{Directory, EntryBuffer};

/// All of them, as they were listed.
pub(super) struct Processes {
    proc: Directory,
    numbers: Vec<i32>,
}

impl Processes {
    /// Lists them.
    ///
    /// # Errors
    /// `cannot open /proc`.
    pub(super) fn list() -> Result<Processes> {
        let list = || {
            let proc = Directory::open(c"/proc")?;
            let numbers = numbers_in(&proc)?;
            Ok::<_, Errno>(Processes { proc, numbers })
        };
        list().context("cannot open /proc")
    }

    /// Those that are there still, the lowest number first.
    pub(super) fn each(&self) -> impl Iterator<Item = (Pid, Directory)> {
        self.numbers.iter().filter_map(|number| {
            let directory = self.proc.directory(&name(*number)).ok()?;
            Some((Pid::from_raw(*number), directory))
        })
    }

    /// The one that has this number now.
    pub(super) fn one(&self, pid: Pid) -> Option<Directory> {
        self.proc.directory(&name(pid.as_raw())).ok()
    }

    /// This process itself.
    pub(super) fn own(&self) -> Option<Directory> {
        self.proc.directory(c"self").ok()
    }
}

/// The entries that are numbers, in their order.
pub(super) fn numbers_in(directory: &Directory) -> Result<Vec<i32>, Errno> {
    let mut numbers = Vec::new();
    directory.entries(&mut EntryBuffer::default(), |name| {
        numbers.extend(name.to_str().ok().and_then(|name| name.parse::<i32>().ok()));
    })?;
    numbers.sort_unstable();
    Ok(numbers)
}

/// The name of an entry that is a number.
pub(super) fn name(number: i32) -> CString {
    // Digits have no zero byte among them.
    CString::new(number.to_string()).unwrap_or_default()
}

/// The contents of a file of this process.
pub(super) fn read(process: &Directory, name: &CStr) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let mut file = File::from(process.file(name).ok()?);
    file.read_to_end(&mut text).ok()?;
    Some(text)
}
