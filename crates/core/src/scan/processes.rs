//! The processes that /proc shows, each through a descriptor of its directory: once a process is gone that directory is
//! empty, whoever has its number by then.

use std::cell::{RefCell, RefMut};
use std::ffi::CStr;
use std::fs::File;
use std::io::Read;

use crate::procfs::parse_digits;
use crate::sys::directory::{Directory, EntryBuffer};
use crate::sys::errno::of_io_error;
use crate::sys::probe::Call;
use crate::sys::procfs::ensure_procfs;
use crate::unread::Unread;
use nix::errno::Errno;

use super::proc_name::ProcName;

/// All of them, as they were listed.
#[derive(Debug)]
pub struct ProcessList {
    pub(super) proc: Directory,
    pub(super) pids: Vec<u32>,
    /// What could not be read of them.
    unread: RefCell<Unread>,
}

impl ProcessList {
    /// Lists them.
    ///
    /// # Errors
    /// Those of opening and reading /proc; EXDEV if that is not procfs.
    pub fn list() -> Result<ProcessList, Errno> {
        let proc = Directory::open(super::PROC)?;
        ensure_procfs(&proc)?;
        // procfs lists processes in the order of their numbers.
        let pids = list_numbers(&proc)?;
        Ok(ProcessList {
            proc,
            pids,
            unread: RefCell::default(),
        })
    }

    /// Returns those that are there still, the lowest number first.
    pub fn each(&self) -> impl Iterator<Item = (u32, Directory)> {
        let pids = self.pids.iter();
        pids.filter_map(|pid| Some((*pid, self.get(*pid)?)))
    }

    /// Returns the directory of the one that has this number now.
    pub fn get(&self, pid: u32) -> Option<Directory> {
        let directory = self.proc.open_dir(ProcName::default().write(pid, ""));
        self.note(pid, Call::Open, directory)
    }

    /// Returns what could not be read so far.
    pub fn unread(&self) -> RefMut<'_, Unread> {
        self.unread.borrow_mut()
    }

    /// [`Unread::note`].
    pub fn note<T>(&self, pid: u32, call: Call, found: Result<T, Errno>) -> Option<T> {
        self.unread().note(pid, call, found)
    }

    /// Returns what `call` has found of a file of a process, which may be on any file system.
    pub fn note_file<T>(&self, pid: u32, call: Call, found: Result<T, Errno>) -> Option<T> {
        match found {
            Ok(found) => Some(found),
            Err(errno) => {
                self.unread().note_file_error(pid, call, errno);
                None
            }
        }
    }

    /// Returns the contents of a file of this process.
    pub fn read_file(&self, pid: u32, process: &Directory, name: &CStr) -> Option<Vec<u8>> {
        let file = File::from(self.note(pid, Call::Open, process.open_file(name))?);
        self.note(pid, Call::Read, read_to_end(file))
    }
}

/// Returns the entries of a directory that are numbers, in no order.
pub(super) fn list_numbers(directory: &Directory) -> Result<Vec<u32>, Errno> {
    let mut numbers = Vec::new();
    directory.entries(&mut EntryBuffer::default(), |name| {
        numbers.extend(parse_digits::<u32>(name.to_bytes()));
    })?;
    Ok(numbers)
}

/// Returns all that is in a file.
pub(super) fn read_to_end(mut file: File) -> Result<Vec<u8>, Errno> {
    let mut text = Vec::new();
    match file.read_to_end(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => Err(of_io_error(&error)),
    }
}
