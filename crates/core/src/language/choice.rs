//! Which languages the environment asks for, `setlocale(3)` and `gettext(3)`.

use super::file::has_directory;
use crate::sys::environment::variable;
use crate::sys::locale::MessageLocale;

/// How many entries of LANGUAGE are read.
const MOST_ENTRIES: usize = 8;

/// Whether setlocale(3) accepts a locale that is not installed, as musl's does.
const ACCEPTS_ANY_NAME: bool = cfg!(target_env = "musl");

/// The variables that name the locale of messages: the first that is set and not empty.
const VARIABLES: [&std::ffi::CStr; 3] = [c"LC_ALL", c"LC_MESSAGES", c"LANG"];

fn has_language(locale: &[u8]) -> bool {
    !matches!(locale, b"C" | b"POSIX" | [b'C', b'.', ..])
}

/// What the environment says of the language; nothing is opened for it.
pub(super) struct Choice {
    locale: MessageLocale,
    /// The name of that locale.
    name: String,
    list: String,
}

impl Choice {
    /// Reads the environment; `None` in the C locale. The one that is named need not be installed.
    pub(super) fn from_environment() -> Option<Choice> {
        let text = |value: &[u8]| {
            let text = String::from_utf8_lossy(value).into_owned();
            (!text.is_empty()).then_some(text)
        };
        let name = VARIABLES.iter().find_map(|name| variable(name, text))?;
        if !has_language(name.as_bytes()) {
            return None;
        }
        let list = variable(c"LANGUAGE", text).unwrap_or_else(|| name.clone());
        Some(Choice {
            locale: MessageLocale::from_environment(),
            name,
            list,
        })
    }

    /// Returns the names of the directories in which the reader's catalogues are, in their order; none if messages are
    /// not translated: in a locale that is not installed, and in one whose encoding is not UTF-8.
    pub(super) fn languages(&self) -> Vec<String> {
        match self.locale.encoding().as_deref() {
            Some(b"UTF-8") if !ACCEPTS_ANY_NAME || is_installed(&self.name, has_directory) => {
                expand(&self.list)
            }
            _ => Vec::new(),
        }
    }
}

/// Returns whether a locale has catalogues, which is what shows that it is installed where any name is accepted.
pub(crate) fn is_installed(locale: &str, has_directory: impl Fn(&str) -> bool) -> bool {
    is_plain(locale) && fallbacks(locale).iter().any(|name| has_directory(name))
}

/// Returns the directories of a list of locales such as `zh_TW:zh_CN.UTF-8`.
pub(crate) fn expand(list: &str) -> Vec<String> {
    let entries = list.split(':').filter(|entry| !entry.is_empty());
    let until_c = entries.take_while(|entry| has_language(entry.as_bytes()));
    let mut names = Vec::new();
    for entry in until_c.filter(|entry| is_plain(entry)).take(MOST_ENTRIES) {
        for name in fallbacks(entry) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// Returns whether an entry can be a name in a directory and nothing else.
fn is_plain(entry: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_@.-".contains(&byte);
    entry.len() < usize::from(u8::MAX) && entry.bytes().all(is_allowed) && !entry.contains("..")
}

/// Returns `sr_RS@latin`, `sr@latin`, `sr_RS`, `sr` of `sr_RS.UTF-8@latin`: what the C library tries, but for the
/// directories of an encoding, of which there is one today.
pub(crate) fn fallbacks(entry: &str) -> Vec<String> {
    let (rest, modifier) = split(entry, '@');
    let (rest, _) = split(rest, '.');
    let (language, territory) = split(rest, '_');
    if language.is_empty() {
        return Vec::new();
    }
    let mut names = Vec::new();
    for modifier in [modifier, ""] {
        for territory in [territory, ""] {
            names.push(format!("{language}{territory}{modifier}"));
        }
    }
    names.dedup();
    names
}

/// Returns what is before the separator, and the rest with it.
fn split(text: &str, separator: char) -> (&str, &str) {
    text.split_at(text.find(separator).unwrap_or(text.len()))
}
