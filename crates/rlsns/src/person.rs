//! What a person wants to read of a process: its command line, its user's name, its cgroup. Each is looked up when a row
//! shows it, and a name once for each user.

use std::cell::RefCell;
use std::ffi::CStr;

use nix::errno::Errno;
use nscore::sys::directory::Directory;
use nscore::users::name_of;

use nscore::scan::Process;

/// The most of a command line that is shown, as the original does it, in bytes. Of cgroups no more are read.
const MOST: usize = 8192;

/// What a process was called with, its words joined by blanks; its name where it has no command line: a thread of the
/// kernel's, a zombie, or one that has gone by now.
pub(crate) fn command(process: &Process) -> Vec<u8> {
    read_command(process.pid)
        .ok()
        .flatten()
        .unwrap_or_else(|| match &process.info {
            Some(person) => person.name.clone(),
            None => Vec::new(),
        })
}

fn read_command(pid: u32) -> Result<Option<Vec<u8>>, Errno> {
    let mut words = contents(pid, c"cmdline")?;
    let length = words.len();
    // The last byte ends the last word, or is where the original's room ends.
    if length == MOST || words.last() == Some(&0) {
        words.pop();
    }
    let blank = |byte: u8| if byte == 0 { b' ' } else { byte };
    let command = words.into_iter().map(blank).collect();
    Ok((length > 0).then_some(command))
}

/// What the kernel says of a process's cgroups, `proc_pid_cgroup(5)`: a line for each of its hierarchies.
pub(crate) fn cgroups(process: &Process) -> Result<Vec<u8>, Errno> {
    contents(process.pid, c"cgroup")
}

/// What a file below /proc/PID begins with.
fn contents(pid: u32, name: &CStr) -> Result<Vec<u8>, Errno> {
    let path = format!("/proc/{pid}\0").into_bytes();
    let path = CStr::from_bytes_until_nul(&path).map_err(|_| Errno::EINVAL)?;
    let mut bytes = vec![0; MOST];
    let length = Directory::open(path)?.read_into(name, &mut bytes)?.len();
    bytes.truncate(length);
    Ok(bytes)
}

/// The names of users, in the order of their numbers.
#[derive(Debug, Default)]
pub(crate) struct Users(RefCell<Vec<(u32, Vec<u8>)>>);

impl Users {
    /// The name of this user; the number where there is no name.
    pub(crate) fn name(&self, uid: u32) -> Vec<u8> {
        let mut known = self.0.borrow_mut();
        let place = match known.binary_search_by_key(&uid, |user| user.0) {
            Ok(place) => place,
            Err(place) => {
                let named = name_of(uid).map(std::os::unix::ffi::OsStringExt::into_vec);
                let name = named.unwrap_or_else(|| uid.to_string().into_bytes());
                known.insert(place, (uid, name));
                place
            }
        };
        known[place].1.clone()
    }
}
