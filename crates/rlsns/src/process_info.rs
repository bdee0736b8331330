//! What is shown of a process: its command line, the name of its user, its cgroup. Each is read when a row shows it,
//! and a name once for each user.

use std::cell::RefCell;
use std::ffi::CStr;

use nix::errno::Errno;
use nscore::sys::directory::Directory;
use nscore::users::name_of;

use nscore::scan::Process;

/// How many bytes of a command line are shown, as by lsns. Of the cgroup file no more are read.
const MAX_BYTES: usize = 8192;

/// Returns the command line of a process, its arguments joined by spaces. Without one it is the name of the process:
/// for a kernel thread, a zombie, or a process that has ended.
pub(crate) fn command_line(process: &Process) -> Vec<u8> {
    read_command_line(process.pid)
        .ok()
        .flatten()
        .unwrap_or_else(|| match &process.info {
            Some(info) => info.name.clone(),
            None => Vec::new(),
        })
}

fn read_command_line(pid: u32) -> Result<Option<Vec<u8>>, Errno> {
    let mut words = read_proc_file(pid, c"cmdline")?;
    let length = words.len();
    // The last byte ends the last argument, or is where the buffer of lsns ends.
    if length == MAX_BYTES || words.last() == Some(&0) {
        words.pop();
    }
    let blank = |byte: u8| if byte == 0 { b' ' } else { byte };
    let command = words.into_iter().map(blank).collect();
    Ok((length > 0).then_some(command))
}

/// Reads the cgroups of a process, proc_pid_cgroup(5): a line for each hierarchy.
pub(crate) fn cgroup_file(process: &Process) -> Result<Vec<u8>, Errno> {
    read_proc_file(process.pid, c"cgroup")
}

/// Reads the beginning of a file below /proc/PID.
fn read_proc_file(pid: u32, name: &CStr) -> Result<Vec<u8>, Errno> {
    let path = format!("/proc/{pid}\0").into_bytes();
    let path = CStr::from_bytes_until_nul(&path).map_err(|_| Errno::EINVAL)?;
    let mut bytes = vec![0; MAX_BYTES];
    let length = Directory::open(path)?.read_into(name, &mut bytes)?.len();
    bytes.truncate(length);
    Ok(bytes)
}

/// The names of users, sorted by user ID.
#[derive(Debug, Default)]
pub(crate) struct UserNames(RefCell<Vec<(u32, Vec<u8>)>>);

impl UserNames {
    /// Returns the name of this user, or the number if it has no name.
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
