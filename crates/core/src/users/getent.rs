//! What `getent(1)` knows of a user or a group: the modules of the name service need the C library that they were made
//! for, which a static program does not have. It is run by its path and with an empty environment.

use std::ffi::OsStr;
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, Stdio};

use nix::errno::Errno;

use super::{Account, each_once, gid_in, passwd_entries};
use crate::procfs::parse_digits;
use crate::sys::errno::of_io_error;

const PROGRAM: &str = "/usr/bin/getent";
/// Its status where the database has no such entry.
const NOT_FOUND: i32 = 2;

/// Returns the user of this name.
pub(super) fn account_by_name(name: &OsStr) -> Option<Account> {
    let answer = query("passwd", name).unwrap_or_default();
    account_in(&answer, |account| account.user.name == name)
}

/// Returns the user with this ID.
pub(super) fn account_by_uid(uid: u32) -> Option<Account> {
    let answer = query("passwd", uid.to_string().as_ref()).unwrap_or_default();
    account_in(&answer, |account| account.user.uid == uid)
}

/// Returns the ID of the group of this name.
pub(super) fn group_id(name: &OsStr) -> Option<u32> {
    gid_in(&query("group", name).unwrap_or_default(), name)
}

/// Returns `gid` and the groups that the user is a member of, each once.
///
/// # Errors
/// That getent(1) fails: a program is not run with fewer groups.
pub(super) fn groups_of(name: &OsStr, gid: u32) -> Result<Vec<u32>, Errno> {
    Ok(groups_in(&query("initgroups", name)?, name, gid))
}

/// Returns the first user for whom `is_wanted` holds: what is asked with digits may be meant as a name or as an ID.
fn account_in(answer: &[u8], is_wanted: impl Fn(&Account) -> bool) -> Option<Account> {
    passwd_entries(answer).map(Account::from).find(is_wanted)
}

/// The answer is the name, then the IDs, with blanks between them.
fn groups_in(answer: &[u8], name: &OsStr, gid: u32) -> Vec<u32> {
    let listed = answer.strip_prefix(name.as_bytes()).unwrap_or_default();
    let listed = listed.split(u8::is_ascii_whitespace);
    each_once([gid].into_iter().chain(listed.filter_map(parse_digits)))
}

/// Returns what getent(1) writes, nothing where it is not installed. What would be an option or more than one field is
/// no name of anybody.
///
/// # Errors
/// Those of running it; EIO if it was killed, or ended otherwise than with an answer or without one.
fn query(database: &str, key: &OsStr) -> Result<Vec<u8>, Errno> {
    let bytes = key.as_bytes();
    if bytes.is_empty() || bytes[0] == b'-' || bytes.iter().any(|byte| b":\n\0".contains(byte)) {
        return Ok(Vec::new());
    }
    let mut getent = Command::new(PROGRAM);
    getent.arg(database).arg(key).env_clear().current_dir("/");
    getent
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut process = match getent.spawn() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        spawned => spawned.map_err(|error| of_io_error(&error))?,
    };
    let mut answer = Vec::new();
    let pipe = process.stdout.take();
    let read = pipe.map(|mut pipe| pipe.read_to_end(&mut answer));
    // Its status may be lost, where SIGCHLD is ignored.
    let status = process.wait().ok();
    read.transpose().map_err(|error| of_io_error(&error))?;
    match status.map(|status| status.code()) {
        None | Some(Some(0 | NOT_FOUND)) => Ok(answer),
        Some(_) => Err(Errno::EIO),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_key_of_digits_is_the_name_or_the_id_that_was_meant() {
        let answer = b"u:*:4711:12:of a directory:/home/u:/bin/sh\n";
        let account = account_by(answer, |account| account.user.uid == 4711);
        assert_eq!(account.as_deref(), Some("u 12 /home/u /bin/sh"));
        assert_eq!(
            account_by(answer, |account| account.user.name == "4711"),
            None
        );
        assert_eq!(account_by(b"", |_| true), None);
        assert_eq!(gid_in(b"g:*:7:u,v\n", "g".as_ref()), Some(7));
        assert_eq!(gid_in(b"g:*:7:u,v\n", "7".as_ref()), None);
    }

    fn account_by(answer: &[u8], is_wanted: impl Fn(&Account) -> bool) -> Option<String> {
        let account = account_in(answer, is_wanted)?;
        let (name, home) = (account.user.name.to_str()?, account.home.to_str()?);
        Some(format!(
            "{name} {} {home} {}",
            account.user.gid,
            account.shell.to_str()?
        ))
    }

    #[test]
    fn each_group_is_named_once_and_the_given_one_first() {
        let groups = |answer: &[u8]| groups_in(answer, "u".as_ref(), 12);
        assert_eq!(groups(b"u                     12 7 9 7\n"), [12, 7, 9]);
        assert_eq!(groups(b"u                     \n"), [12]);
        assert_eq!(groups(b""), [12]);
    }

    #[test]
    fn what_can_be_no_name_is_not_asked_for() {
        let knows_root = query("passwd", "root".as_ref()).is_ok_and(|answer| !answer.is_empty());
        assert_eq!(knows_root, Path::new(PROGRAM).exists());
        for key in ["", "-s", "--service=evil", "root:x", "root\nroot", "root\0"] {
            assert_eq!(query("passwd", key.as_ref()), Ok(Vec::new()), "{key:?}");
        }
    }
}
