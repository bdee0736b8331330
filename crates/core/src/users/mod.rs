//! Names and numbers of users and groups, from the two places that they come from.
//!
//! The **name service** (`getpwnam(3)` and its kin) loads whatever modules the machine is set up with, so it is asked
//! only before a root or a namespace is entered. What is inside another root is read from its **files**,
//! `passwd(5)` and `group(5)`, as files: nothing from a container is ever loaded.

mod getent;
mod name_service;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use nix::errno::Errno;

use crate::procfs::{IdKind, parse_digits};

/// Whom a database knows under a name or a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The login name.
    pub name: OsString,
    /// The user id.
    pub uid: u32,
    /// The login group.
    pub gid: u32,
}

/// Returns the user called `name`, as the name service knows it.
pub fn user_by_name(name: &OsStr) -> Option<User> {
    name_service::account_by_name(name).map(User::from)
}

/// Returns the first user with this id, as the name service knows it.
pub fn user_by_uid(uid: u32) -> Option<User> {
    name_service::account_by_uid(uid).map(User::from)
}

/// What passwd(5) has of a user but for the password and the comment.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Account {
    user: User,
    home: OsString,
    shell: OsString,
}

impl From<Account> for User {
    fn from(account: Account) -> User {
        account.user
    }
}

impl From<Account> for Login {
    fn from(account: Account) -> Login {
        Login {
            name: account.user.name,
            home: account.home,
            shell: account.shell,
        }
    }
}

impl From<PasswdEntry<'_>> for User {
    fn from(entry: PasswdEntry<'_>) -> User {
        Account::from(entry).user
    }
}

impl From<PasswdEntry<'_>> for Account {
    fn from(entry: PasswdEntry<'_>) -> Account {
        Account {
            user: User {
                name: entry.name.to_owned(),
                uid: entry.uid,
                gid: entry.gid,
            },
            home: entry.home.to_owned(),
            shell: entry.shell.to_owned(),
        }
    }
}

/// Returns the user id of `name`, as the name service knows it.
pub fn user_id(name: &OsStr) -> Option<u32> {
    name_service::account_by_name(name).map(|account| account.user.uid)
}

/// Returns the group id of `name`, as the name service knows it.
pub fn group_id(name: &OsStr) -> Option<u32> {
    name_service::group_id(name)
}

/// Returns the ID of the user or group of this name, as the name service has it.
pub fn id_of(kind: IdKind, name: &OsStr) -> Option<u32> {
    match kind {
        IdKind::Users => user_id(name),
        IdKind::Groups => group_id(name),
    }
}

/// Returns the ID of the first entry of this name in a passwd or group file. 4294967295 is none: setuid(2), setgid(2)
/// and setgroups(2) refuse it.
pub fn id_in(kind: IdKind, file: &[u8], name: &OsStr) -> Option<u32> {
    let found = match kind {
        IdKind::Users => passwd_entries(file)
            .find(|entry| entry.name == name)
            .map(|entry| entry.uid),
        IdKind::Groups => gid_in(file, name),
    };
    found.filter(|id| *id != u32::MAX)
}

/// Returns the number of the first entry of this name in a group file.
pub fn gid_in(file: &[u8], name: &OsStr) -> Option<u32> {
    let found = group_entries(file).find(|entry| entry.name == name);
    found.map(|entry| entry.gid)
}

/// Returns the groups in their order, each once.
fn each_once(groups: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let mut once = Vec::new();
    for group in groups {
        if !once.contains(&group) {
            once.push(group);
        }
    }
    once
}

/// Returns `gid` and the groups that `name` is a member of, as the name service knows them, `getgrouplist(3)`.
///
/// # Errors
/// EINVAL if they are more than a process can have.
pub fn groups_of(name: &OsStr, gid: u32) -> Result<Vec<u32>, Errno> {
    name_service::groups_of(name, gid)
}

/// Returns the name of `uid`, as the name service knows it.
pub fn name_of(uid: u32) -> Option<OsString> {
    name_service::account_by_uid(uid).map(|account| account.user.name)
}

/// Returns the name, home directory and shell of `uid`, as the name service knows it.
pub fn login_of(uid: u32) -> Option<Login> {
    name_service::account_by_uid(uid).map(Login::from)
}

/// What a login of a user has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The user's name.
    pub name: OsString,
    /// The home directory.
    pub home: OsString,
    /// The login shell.
    pub shell: OsString,
}

impl Login {
    /// Returns the first entry of a passwd file with this number.
    pub fn find(passwd: &[u8], uid: u32) -> Option<Login> {
        let entry = passwd_entries(passwd).find(|entry| entry.uid == uid)?;
        Some(Account::from(entry).into())
    }
}

/// Returns the login shell of `uid`, as the name service knows it.
pub fn shell_of(uid: u32) -> Option<OsString> {
    name_service::account_by_uid(uid).map(|account| account.shell)
}

/// A line of `passwd(5)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswdEntry<'a> {
    /// The login name.
    pub name: &'a OsStr,
    /// The user id.
    pub uid: u32,
    /// The login group.
    pub gid: u32,
    /// The home directory.
    pub home: &'a OsStr,
    /// The login shell; empty represents /bin/sh.
    pub shell: &'a OsStr,
}

/// A line of `group(5)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupEntry<'a> {
    /// The group's name.
    pub name: &'a OsStr,
    /// The group id.
    pub gid: u32,
    members: &'a [u8],
}

impl GroupEntry<'_> {
    /// Returns whether `user` has it as a supplementary group.
    pub fn has_member(&self, user: &OsStr) -> bool {
        let mut members = self.members.split(|byte| *byte == b',').map(after_blanks);
        members.any(|member| !member.is_empty() && member == user.as_bytes())
    }
}

/// Returns the entries of a passwd file in their order. A line that is none is passed over, as the C library does.
pub fn passwd_entries(file: &[u8]) -> impl Iterator<Item = PasswdEntry<'_>> {
    lines(file).filter_map(|line| {
        // The shell is the rest of the line, whatever is there.
        let mut fields = line.splitn(7, |byte| *byte == b':').map(OsStr::from_bytes);
        let name = fields.next()?;
        let uid = number(fields.nth(1)?)?;
        let gid = number(fields.next()?)?;
        let home = fields.nth(1).unwrap_or_default();
        let shell = fields.next().unwrap_or_default();
        Some(PasswdEntry {
            name,
            uid,
            gid,
            home,
            shell,
        })
    })
}

/// Returns the entries of a group file in their order. A line that is none is passed over, as the C library does.
pub fn group_entries(file: &[u8]) -> impl Iterator<Item = GroupEntry<'_>> {
    lines(file).filter_map(|line| {
        let mut fields = line.splitn(4, |byte| *byte == b':');
        let name = OsStr::from_bytes(fields.next()?);
        let gid = number(OsStr::from_bytes(fields.nth(1)?))?;
        let members = fields.next().unwrap_or_default();
        Some(GroupEntry { name, gid, members })
    })
}

/// Returns the lines that may be entries: not empty, no comment, no line of the old NIS syntax. The C library reads a
/// line as a string, which blanks may begin and a byte of zero ends.
fn lines(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    file.split(|byte| *byte == b'\n')
        .filter_map(|line| line.split(|byte| *byte == 0).next())
        .map(after_blanks)
        .filter(|line| !matches!(line.first(), None | Some(b'#' | b'+' | b'-')))
}

/// Parses an id in a file, as `strtoul(3)` takes it but for a minus: blanks, one plus, then decimal digits alone.
fn number(text: &OsStr) -> Option<u32> {
    let text = after_blanks(text.as_bytes());
    parse_digits(text.strip_prefix(b"+").unwrap_or(text))
}

/// Returns the text without the blanks that it begins with, as `isspace(3)` has them.
fn after_blanks(text: &[u8]) -> &[u8] {
    let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let start = text.iter().position(|byte| !blank(byte));
    &text[start.unwrap_or(text.len())..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(file: &str) -> Option<(&str, u32, u32)> {
        let entry = passwd_entries(file.as_bytes()).next()?;
        Some((entry.name.to_str()?, entry.uid, entry.gid))
    }

    #[test]
    fn reads_what_the_c_library_takes_for_an_entry() {
        let entry = Some(("u", 5, 6));
        for line in [
            "u:x:5:6::/:/bin/sh",
            "u:x:5:6",
            " \x0b\tu:x:5:6",
            "u:x: 5:+6:",
            "u:x:05:6",
            "u:x:5:6:\0:",
            "u\nu:x\n#\n\n+u:x:1:1\nu:x:5:6",
        ] {
            assert_eq!(user(line), entry, "{line:?}");
        }
    }

    #[test]
    fn the_shell_is_the_rest_of_the_line() {
        let shell = |line: &'static [u8]| passwd_entries(line).next().map(|entry| entry.shell);
        assert_eq!(shell(b"u:x:5:6::/:/bin/sh"), Some("/bin/sh".as_ref()));
        assert_eq!(shell(b"u:x:5:6::/:/bin/a:b:"), Some("/bin/a:b:".as_ref()));
        assert_eq!(shell(b"u:x:5:6"), Some("".as_ref()));
    }

    #[test]
    fn passes_over_what_the_c_library_does_not() {
        for line in [
            "",
            "u:x:5",
            "u:x::6",
            "u:x:5:",
            "u:x:5:6\r",
            "u:x:5 :6",
            "u:x:-5:6",
            "u:x:++5:6",
            "u:x:0x5:6",
            "u:x:4294967296:6",
            "u\0:x:5:6",
            " #u:x:5:6",
            "+u:x:5:6",
            "-u:x:5:6",
        ] {
            assert_eq!(user(line), None, "{line:?}");
        }
    }

    #[test]
    fn knows_the_members_of_a_group() {
        let group = |line| {
            let entry = group_entries(line).next()?;
            Some((entry.gid, entry.has_member("u".as_ref())))
        };
        for line in [&b"g:x:7:u"[..], b"g:x:7:a,u", b"g::7:,, u,"] {
            assert_eq!(group(line), Some((7, true)));
        }
        for line in [&b"g:x:7"[..], b"g:x:7:", b"g:x:7:u ,a", b"g:x:7:a:u"] {
            assert_eq!(group(line), Some((7, false)));
        }
        assert_eq!(group(b"g:x"), None);
        assert_eq!(group(b"g:x:"), None);
    }
}
