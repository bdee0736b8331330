//! The name service: the C library's functions, and under musl, which knows the files alone, `getent(1)` of this system
//! for what they lack.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::OsStrExt;

use nix::errno::Errno;
use nix::unistd::{Gid, getgrouplist};
use uzers::os::unix::UserExt;

use super::{Account, User, each_once, getent};

/// Whether the C library's functions read the files and load no modules.
const FILES_ALONE: bool = cfg!(target_env = "musl");

/// Asks getent(1) for what was not found, where the C library knows the files alone.
fn or_ask_getent<T>(found: Option<T>, ask: impl FnOnce() -> Option<T>) -> Option<T> {
    match found {
        None if FILES_ALONE => ask(),
        found => found,
    }
}

/// Returns the user of this name.
pub(super) fn account_by_name(name: &OsStr) -> Option<Account> {
    let found = uzers::get_user_by_name(name).map(Account::from);
    or_ask_getent(found, || getent::account_by_name(name))
}

/// Returns the first user with this ID.
pub(super) fn account_by_uid(uid: u32) -> Option<Account> {
    let found = uzers::get_user_by_uid(uid).map(Account::from);
    or_ask_getent(found, || getent::account_by_uid(uid))
}

/// Returns the ID of the group of this name.
pub(super) fn group_id(name: &OsStr) -> Option<u32> {
    let found = uzers::get_group_by_name(name).map(|group| group.gid());
    or_ask_getent(found, || getent::group_id(name))
}

/// Returns `gid` and the groups that the user is a member of, `getgrouplist(3)`, each once.
///
/// # Errors
/// EINVAL if they are more than a process can have; that getent(1) fails.
pub(super) fn groups_of(name: &OsStr, gid: u32) -> Result<Vec<u32>, Errno> {
    if FILES_ALONE && uzers::get_user_by_name(name).is_none() {
        return getent::groups_of(name, gid);
    }
    let name = CString::new(name.as_bytes()).map_err(|_| Errno::EINVAL)?;
    // musl's names a group again for each of its lines, and `gid` once more where it is among them.
    let groups = getgrouplist(&name, Gid::from_raw(gid))?;
    Ok(each_once(groups.into_iter().map(Gid::as_raw)))
}

impl From<uzers::User> for Account {
    fn from(user: uzers::User) -> Account {
        Account {
            user: User {
                name: user.name().to_owned(),
                uid: user.uid(),
                gid: user.primary_group_id(),
            },
            home: user.home_dir().as_os_str().to_owned(),
            shell: user.shell().as_os_str().to_owned(),
        }
    }
}
