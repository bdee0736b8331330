//! The processes that /proc shows, each through a descriptor of its directory: once a process is gone that directory is
//! empty, whoever has its number by then.

use std::cell::{RefCell, RefMut};
use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::Read;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::unistd::Pid;
use nscore::sys::directory::{Directory, EntryBuffer};
use nscore::sys::probe::Call;
use nscore::unread::Unread;

/// All of them, as they were listed.
pub(super) struct Processes {
    proc: Directory,
    numbers: Vec<i32>,
    /// What a look at them did not see.
    unread: RefCell<Unread>,
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
            Ok::<_, Errno>(Processes {
                proc,
                numbers,
                unread: RefCell::default(),
            })
        };
        list().context("cannot open /proc")
    }

    /// Those that are there still, the lowest number first.
    pub(super) fn each(&self) -> impl Iterator<Item = (Pid, Directory)> {
        self.numbers.iter().filter_map(|number| {
            let pid = Pid::from_raw(*number);
            let directory = self.proc.open_dir(&name(*number));
            Some((pid, self.note(pid, Call::Open, directory)?))
        })
    }

    /// The one that has this number now.
    pub(super) fn one(&self, pid: Pid) -> Option<Directory> {
        let one = self.proc.open_dir(&name(pid.as_raw()));
        self.note(pid, Call::Open, one)
    }

    /// This process itself.
    pub(super) fn own(&self) -> Option<(Pid, Directory)> {
        let own = self.proc.open_dir(c"self");
        Some((Pid::this(), self.note(Pid::this(), Call::Open, own)?))
    }

    /// What a look at them did not see so far.
    pub(super) fn unread(&self) -> RefMut<'_, Unread> {
        self.unread.borrow_mut()
    }

    /// What `call` has found of a process, if it has; if not, why is noted.
    pub(super) fn note<T>(&self, pid: Pid, call: Call, found: Result<T, Errno>) -> Option<T> {
        self.unread().note(pid.as_raw().unsigned_abs(), call, found)
    }

    /// [`Unread::note_optional`].
    pub(super) fn note_optional<T>(&self, call: Call, found: Result<T, Errno>) -> Option<T> {
        self.unread().note_optional(call, found)
    }

    /// What `call` has found of a file of a process, which may be on any file system.
    pub(super) fn note_file<T>(&self, pid: Pid, call: Call, found: Result<T, Errno>) -> Option<T> {
        found
            .map_err(|errno| {
                let pid = pid.as_raw().unsigned_abs();
                self.unread().note_file_error(pid, call, errno);
            })
            .ok()
    }

    /// The contents of a file of this process.
    pub(super) fn read(&self, pid: Pid, process: &Directory, name: &CStr) -> Option<Vec<u8>> {
        let file = File::from(self.note(pid, Call::Open, process.open_file(name))?);
        self.note(pid, Call::Read, contents(file))
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

/// All that is in a file.
fn contents(mut file: File) -> Result<Vec<u8>, Errno> {
    let mut text = Vec::new();
    match file.read_to_end(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => Err(error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)),
    }
}
