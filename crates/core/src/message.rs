//! A sentence that may hold any bytes: a path in it need not be UTF-8, and the original prints it as it is.
//!
//! A sentence is a format and its arguments. The format is English, and the msgid by which a translation is looked up
//! once the sentence is printed: see [`language`](crate::language).

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::unistd::{Pid, Uid};

use crate::language::{Domain, format, translation};
use crate::sys::errno::reason;

/// What a tool has to say. [`fmt::Display`] shows it in English and lossily; `cli` prints the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Where it is looked up, if not in the catalogue of the program's original.
    domain: Option<Domain>,
    msgid: &'static str,
    arguments: Vec<Argument>,
}

/// What is in a sentence in the place of a `%s`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// A word, as it is in every language.
    Word(OsString),
    /// A sentence, translated by itself.
    Sentence(Message),
    /// The C library's text for an error number.
    Reason(Errno),
}

/// What can be an argument of a sentence.
pub trait ToArgument {
    /// Returns the argument.
    fn to_argument(&self) -> Argument;
}

impl<T: ToArgument + ?Sized> ToArgument for &T {
    fn to_argument(&self) -> Argument {
        (**self).to_argument()
    }
}

macro_rules! words {
    ($($kind:ty)*) => {$(
        impl ToArgument for $kind {
            fn to_argument(&self) -> Argument {
                let word: &OsStr = self.as_ref();
                Argument::Word(word.to_owned())
            }
        }
    )*};
}

macro_rules! numbers {
    ($($kind:ty)*) => {$(
        impl ToArgument for $kind {
            fn to_argument(&self) -> Argument {
                Argument::Word(self.to_string().into())
            }
        }
    )*};
}

words!(str String OsStr OsString Path PathBuf);
numbers!(u32 i32 u64 i64 usize Pid Uid);

impl ToArgument for Errno {
    fn to_argument(&self) -> Argument {
        Argument::Reason(*self)
    }
}

impl ToArgument for Message {
    fn to_argument(&self) -> Argument {
        Argument::Sentence(self.clone())
    }
}

impl ToArgument for Argument {
    fn to_argument(&self) -> Argument {
        self.clone()
    }
}

/// Words that are the same in every language, put together from texts and paths.
pub fn message(parts: &[&dyn AsRef<OsStr>]) -> Message {
    let mut words = OsString::new();
    for part in parts {
        words.push(part);
    }
    sentence("%s", &[&words])
}

/// Returns a sentence with a format of printf(3), in which each conversion (`%s`, `%d`, …) represents a text of
/// `arguments`. It is looked up in the catalogue of the program's original, then in ours.
///
/// ```
/// use nscore::cli::sentence;
/// let failed = sentence("mount %s on %s failed", &[&"/dev/sda1", &"/mnt"]);
/// assert_eq!(failed.to_string(), "mount /dev/sda1 on /mnt failed");
/// ```
pub fn sentence(msgid: &'static str, arguments: &[&dyn ToArgument]) -> Message {
    let arguments = arguments.iter().map(|argument| argument.to_argument());
    Message {
        domain: None,
        msgid,
        arguments: arguments.collect(),
    }
}

impl Message {
    /// Returns the same sentence, looked up in the catalogue of this domain.
    #[must_use]
    pub fn in_domain(self, domain: Domain) -> Message {
        let domain = Some(domain);
        Message { domain, ..self }
    }

    /// Returns the format, in English, by which a program knows a sentence whatever its arguments and language are.
    pub fn msgid(&self) -> &'static str {
        self.msgid
    }

    /// Returns the sentence in English.
    pub fn english(&self) -> OsString {
        let arguments: Vec<OsString> = self.arguments.iter().map(Argument::english).collect();
        format::fill(self.line(), &arguments)
    }

    /// Returns the format without the line feed at the end of some msgids.
    fn line(&self) -> &'static str {
        self.msgid.trim_end_matches('\n')
    }

    /// Returns the sentence in the reader's language, looked up in the catalogue of `original` where it names no other.
    pub fn translated(&self, original: Domain) -> OsString {
        let domain = self.domain.unwrap_or(original);
        let arguments = self.arguments.iter();
        let arguments: Vec<OsString> = arguments
            .map(|argument| argument.translated(original))
            .collect();
        let format = match self.msgid {
            "%s" => None,
            msgid => translation(domain, msgid),
        };
        format::fill(format.unwrap_or(self.line()), &arguments)
    }
}

impl Argument {
    fn english(&self) -> OsString {
        match self {
            Argument::Word(word) => word.clone(),
            Argument::Sentence(message) => message.english(),
            Argument::Reason(errno) => reason(*errno).into(),
        }
    }

    fn translated(&self, original: Domain) -> OsString {
        match self {
            Argument::Word(word) => word.clone(),
            Argument::Sentence(message) => message.translated(original),
            Argument::Reason(errno) => translated_reason(*errno),
        }
    }
}

/// Returns the C library's text for an error number, in the reader's language.
pub(crate) fn translated_reason(errno: Errno) -> OsString {
    let english = reason(errno);
    match translation(Domain::Libc, &english) {
        Some(text) => text.into(),
        None => english.into(),
    }
}

impl fmt::Display for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.english().to_string_lossy().fmt(formatter)
    }
}

impl std::error::Error for Message {}
