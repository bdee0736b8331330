//! The two databases of users and groups: the name service of the caller's root, and the files of the new one.
//!
//! The name service is asked before the root is changed, because it may load code, and afterwards it would load the new
//! root's code with the privileges of this process. Inside, passwd(5) and group(5) are read as files.

use std::cell::OnceCell;
use std::ffi::OsStr;
use std::path::Path;

use nix::errno::Errno;
use nscore::regular_file::read_regular;
use nscore::users::{self, Login, User, group_entries, passwd_entries};

/// Not an ID: the kernel takes this number as "leave it unchanged".
pub(crate) const NO_ID: u32 = u32::MAX;

/// A database of users and groups.
pub(crate) trait UserDatabase {
    /// The user of this name.
    fn user_by_name(&self, name: &OsStr) -> Option<User>;
    /// The first user with this number.
    fn user_by_uid(&self, uid: u32) -> Option<User>;
    /// The number of the group of this name.
    fn group(&self, name: &OsStr) -> Option<u32>;
    /// `gid`, then the groups that have `user` as a member, `getgrouplist(3)`.
    ///
    /// # Errors
    /// EINVAL if they are more than a process can have.
    fn groups_of(&self, user: &OsStr, gid: u32) -> Result<Vec<u32>, Errno>;
}

/// Knows nobody: what can be resolved by it needs no lookup.
pub(crate) struct NoDatabase;

impl UserDatabase for NoDatabase {
    fn user_by_name(&self, _: &OsStr) -> Option<User> {
        None
    }
    fn user_by_uid(&self, _: u32) -> Option<User> {
        None
    }
    fn group(&self, _: &OsStr) -> Option<u32> {
        None
    }
    fn groups_of(&self, _: &OsStr, gid: u32) -> Result<Vec<u32>, Errno> {
        Ok(vec![gid])
    }
}

/// The name service of the current root. Ask it only before the root changes.
pub(crate) struct NameService;

impl UserDatabase for NameService {
    fn user_by_name(&self, name: &OsStr) -> Option<User> {
        users::user_by_name(name)
    }
    fn user_by_uid(&self, uid: u32) -> Option<User> {
        users::user_by_uid(uid)
    }
    fn group(&self, name: &OsStr) -> Option<u32> {
        users::group_id(name)
    }
    fn groups_of(&self, user: &OsStr, gid: u32) -> Result<Vec<u32>, Errno> {
        users::groups_of(user, gid)
    }
}

/// `/etc/passwd` and `/etc/group` of the current root, each read when it is first needed. A file that is missing or
/// cannot be read knows nobody.
#[derive(Default)]
pub(crate) struct Files {
    passwd: OnceCell<Vec<u8>>,
    group: OnceCell<Vec<u8>>,
}

impl Files {
    /// Files with these contents.
    #[cfg(test)]
    pub(crate) fn with_contents(passwd: &str, group: &str) -> Files {
        Files {
            passwd: OnceCell::from(passwd.as_bytes().to_vec()),
            group: OnceCell::from(group.as_bytes().to_vec()),
        }
    }

    fn passwd(&self) -> &[u8] {
        self.passwd.get_or_init(|| read_or_empty("/etc/passwd"))
    }
    fn group_file(&self) -> &[u8] {
        self.group.get_or_init(|| read_or_empty("/etc/group"))
    }
    fn find(&self, wanted: impl Fn(&users::PasswdEntry<'_>) -> bool) -> Option<User> {
        passwd_entries(self.passwd()).find(wanted).map(User::from)
    }
}

impl Files {
    /// The name, home directory and shell of the first user with this number.
    pub(crate) fn login(&self, uid: u32) -> Option<Login> {
        Login::find(self.passwd(), uid)
    }
}

impl UserDatabase for Files {
    fn user_by_name(&self, name: &OsStr) -> Option<User> {
        self.find(|entry| entry.name == name)
    }
    fn user_by_uid(&self, uid: u32) -> Option<User> {
        self.find(|entry| entry.uid == uid)
    }
    fn group(&self, name: &OsStr) -> Option<u32> {
        users::gid_in(self.group_file(), name)
    }
    fn groups_of(&self, user: &OsStr, gid: u32) -> Result<Vec<u32>, Errno> {
        let entries = group_entries(self.group_file());
        let others = entries.filter(|entry| entry.gid != gid && entry.has_member(user));
        Ok([gid]
            .into_iter()
            .chain(others.map(|entry| entry.gid))
            .collect())
    }
}

/// The contents of a file, or nothing if it cannot be read.
fn read_or_empty(path: &str) -> Vec<u8> {
    read_regular(Path::new(path)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_of_a_user_begin_with_the_given_one_and_keep_the_files_order() {
        let files = Files::with_contents(
            "",
            "a:x:9:u\nb:x:3:v,u\nc:x:7:v\nd:x:6:u\ne:x:3:u\n#f:x:8:u\n+g:x:8:u\n",
        );
        assert_eq!(files.groups_of("u".as_ref(), 6), Ok(vec![6, 9, 3, 3]));
        assert_eq!(files.groups_of("w".as_ref(), 6), Ok(vec![6]));
    }

    #[test]
    fn the_first_entry_counts() {
        let files = Files::with_contents("u:x:1:2\nu:x:3:4\nv:x:1:5\n", "g:x:1:\ng:x:2:\n");
        let user = |name: &str, uid, gid| {
            Some(User {
                name: name.into(),
                uid,
                gid,
            })
        };
        assert_eq!(files.user_by_name("u".as_ref()), user("u", 1, 2));
        assert_eq!(files.user_by_uid(1), user("u", 1, 2));
        assert_eq!(files.user_by_uid(3), user("u", 3, 4));
        assert_eq!(files.group("g".as_ref()), Some(1));
    }
}
