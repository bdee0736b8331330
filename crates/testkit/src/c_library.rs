//! What the C library makes of a text: the judge of what our programs read in its stead.

use std::ffi::{CString, OsStr, OsString, c_int, c_long};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::sys::c_library;

/// What the GNU C library does in its own way, and musl does not: all that the tests do not compare with musl. Its
/// words for errors are not among it: those of musl are put into them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GnuTrait {
    /// iswprint(3) and wcwidth(3) of characters that are not in every version of Unicode.
    CharacterTables,
    /// Which locale the environment names.
    LocaleNames,
    /// The databases of users and groups are found by nsswitch.conf(5).
    NameServiceSwitch,
    /// Which of its reasons regcomp(3) gives for a pattern with more than one mistake.
    RegexReasons,
    /// fgetpwent(3) and fgetgrent(3) accept lines with fields that are missing, as our readers of another root's files
    /// do.
    UserFiles,
}

impl GnuTrait {
    /// Returns whether the C library of this test, and so of our programs, has it.
    #[must_use]
    pub fn is_here(self) -> bool {
        cfg!(target_env = "gnu")
    }

    /// Returns why a test is left out elsewhere.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            GnuTrait::CharacterTables => "musl has tables of another version of Unicode",
            GnuTrait::LocaleNames => {
                "musl accepts every name of a locale, all with UTF-8, and has C.UTF-8 where none is named"
            }
            GnuTrait::NameServiceSwitch => "musl does not read nsswitch.conf",
            GnuTrait::RegexReasons => "musl's regcomp finds another mistake first",
            GnuTrait::UserFiles => "musl reads no lines of passwd(5) and group(5) that lack fields",
        }
    }
}

/// The system call of open(3): musl has the older one where the processor has it.
pub const OPEN_CALL: c_long = OPEN;

#[cfg(not(all(target_env = "musl", target_arch = "x86_64")))]
use nix::libc::SYS_openat as OPEN;

#[cfg(all(target_env = "musl", target_arch = "x86_64"))]
use nix::libc::SYS_open as OPEN;

/// Whether an option takes a value, as `has_arg` of `struct option` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HasArg {
    /// None.
    No = 0,
    /// It must have one.
    Required = 1,
    /// It may have one.
    Optional = 2,
}

/// An option as getopt_long(3) knows it.
#[derive(Debug, Clone, Copy)]
pub struct LongOption<'a> {
    /// Its long name.
    pub long: &'a str,
    /// Its short one, if it has one.
    pub short: Option<char>,
    /// Of the long one.
    pub has_arg: HasArg,
    /// Of the short one.
    pub short_has_arg: HasArg,
}

/// A command line as getopt_long(3) reads it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Getopt {
    /// The options before the first mistake, by their places in the table, with their values.
    pub options: Vec<(usize, Option<OsString>)>,
    /// The operands; `None` after a mistake.
    pub operands: Option<Vec<OsString>>,
}

/// The numbers that represent long options begin behind those of all short ones.
const FIRST: c_int = 1000;

/// Reads `words`, a command line without argv\[0\]. A word with a byte of zero in it is none: `None`.
pub fn getopt_long(
    table: &[LongOption<'_>],
    operands_anywhere: bool,
    words: &[OsString],
) -> Option<Getopt> {
    let mut short = if operands_anywhere { "" } else { "+" }.to_owned();
    let mut long = Vec::new();
    for (option, number) in table.iter().zip(FIRST..) {
        if let Some(letter) = option.short {
            short.push(letter);
            short.push_str(["", ":", "::"][option.short_has_arg as usize]);
        }
        let name = CString::new(option.long).ok()?;
        long.push((name, option.has_arg as c_int, number));
    }
    let short = CString::new(short).ok()?;
    let mut argv = vec![c"tool".to_owned()];
    for word in words {
        argv.push(CString::new(word.as_bytes()).ok()?);
    }
    let (met, rest) = c_library::getopt(&short, &long, &argv);
    let word = |word: CString| OsString::from_vec(word.into_bytes());
    let mut read = Getopt {
        options: Vec::new(),
        operands: Some(rest.into_iter().map(word).collect()),
    };
    for (code, value) in met {
        let place =
            |option: &LongOption<'_>| option.short.map(u32::from) == u32::try_from(code).ok();
        let place = match usize::try_from(code - FIRST) {
            Ok(place) => Some(place),
            Err(_) => table.iter().position(place),
        };
        match place {
            Some(place) => read.options.push((place, value.map(word))),
            None => read.operands = None,
        }
    }
    Some(read)
}

/// The number that the whole of `text` is, as strtoll(3) reads it in base ten; `Err` with whether it is one that 64
/// bits cannot hold.
///
/// # Errors
/// That it is none, or out of range.
pub fn number(text: &OsStr) -> Result<i64, bool> {
    let Ok(terminated) = CString::new(text.as_bytes()) else {
        return Err(false);
    };
    let (number, taken, in_range) = c_library::strtoll(&terminated);
    if taken == 0 || taken != text.len() {
        return Err(false);
    }
    if in_range { Ok(number) } else { Err(true) }
}

/// An entry of passwd(5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passwd {
    /// The login name.
    pub name: OsString,
    /// The user id.
    pub uid: u32,
    /// The login group.
    pub gid: u32,
    /// The login shell.
    pub shell: OsString,
}

/// The file as it can be given to the C library. When glibc 2.36 takes blanks off the beginning of a line, it moves the
/// rest without the zero behind it, so that what was there before continues: ` g:x:5:6` without a newline has a member
/// `66`. So each line gets its newline here, and a line that begins with a blank ends at its first zero.
fn mended(file: &[u8]) -> Vec<u8> {
    let mut mended = Vec::with_capacity(file.len() + 1);
    for line in file.split(|byte| *byte == b'\n') {
        let line = match line.first() {
            Some(first) if is_blank(*first) => line.split(|byte| *byte == 0).next().unwrap_or(line),
            _ => line,
        };
        mended.extend(line);
        mended.push(b'\n');
    }
    mended
}

/// Returns whether a field of a file begins with a minus. The C library takes `-0` for an id, and others that come
/// round to one; our programs do not.
pub fn has_minus(file: &[u8]) -> bool {
    let mut fields = file.split(|byte| matches!(byte, b':' | b'\n'));
    fields.any(|field| {
        let first = field.iter().find(|byte| !is_blank(**byte));
        first == Some(&b'-')
    })
}

/// The entries of a passwd file, as fgetpwent(3) reads them, without those that are NIS's.
pub fn passwd_entries(file: &[u8]) -> Vec<Passwd> {
    let entries = c_library::passwd_entries(&mended(file)).into_iter();
    let entries = entries.map(|(name, uid, gid, shell)| Passwd {
        name: OsString::from_vec(name.into_bytes()),
        uid,
        gid,
        shell: OsString::from_vec(shell.into_bytes()),
    });
    entries.filter(|entry| !is_of_nis(&entry.name)).collect()
}

/// The entries of a group file, as fgetgrent(3) reads them, without those that are NIS's: name, id, members.
pub fn group_entries(file: &[u8]) -> Vec<(OsString, u32, Vec<OsString>)> {
    let owned = |text: CString| OsString::from_vec(text.into_bytes());
    let entries = c_library::group_entries(&mended(file)).into_iter();
    let entries = entries
        .map(|(name, gid, members)| (owned(name), gid, members.into_iter().map(owned).collect()));
    entries.filter(|(name, _, _)| !is_of_nis(name)).collect()
}

/// Returns whether the name begins as those of the old NIS syntax.
fn is_of_nis(name: &OsStr) -> bool {
    matches!(name.as_bytes().first(), Some(b'+' | b'-'))
}

/// isspace(3), outside of any language.
fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}
