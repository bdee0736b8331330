//! The caller's locale, as far as quoting needs it: what is a character, and is it one that can be shown.
//!
//! A locale is files that the C library reads, and for some encodings code that it loads. So it is loaded only where
//! something is to be quoted, and never once another root was entered: those files would be the other root's. It is
//! the locale of characters alone: messages are not translated, and what another category names does not matter.

use std::ffi::{CStr, CString};
use std::ptr;

use super::environment::variable;
use super::threads::has_one_thread;
use nix::libc::{self, c_char, c_int, c_uint, size_t, wchar_t};

/// `mbstate_t`, larger than any C library's own; all zeros represent the beginning of a text.
#[repr(C, align(16))]
struct Conversion([u8; 128]);

unsafe extern "C" {
    fn mbrtowc(
        wide: *mut wchar_t,
        text: *const c_char,
        length: size_t,
        state: *mut Conversion,
    ) -> size_t;
    fn iswprint(wide: c_uint) -> c_int;
    fn wcwidth(wide: wchar_t) -> c_int;
}

/// A locale other than C, which is this process's own from now on.
#[derive(Clone, Copy, Debug)]
pub struct Locale(());

/// What a text begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodedPrefix {
    /// How many bytes it is.
    pub length: usize,
    /// The character, if it is one that can be shown.
    pub character: Option<LocaleCharacter>,
}

/// A character that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocaleCharacter {
    /// How many cells of a terminal it takes: 0, 1 or 2.
    pub width: usize,
    /// Its code point; the GNU C library numbers characters so in every locale.
    pub code: u32,
}

impl Locale {
    /// Returns whether the environment names a locale that has to be loaded; setlocale looks in this order.
    pub fn is_wanted() -> bool {
        let is_other =
            |value: &[u8]| (!value.is_empty()).then_some(!matches!(value, b"C" | b"POSIX"));
        let mut names = [c"LC_ALL", c"LC_CTYPE", c"LANG"].into_iter();
        names
            .find_map(|name| variable(name, is_other))
            .unwrap_or(false)
    }

    /// Loads the locale for characters that the environment names, `setlocale(3)`; `None` if that is C, or is not
    /// there.
    pub fn from_environment() -> Option<Locale> {
        if !Locale::is_wanted() {
            return None;
        }
        Locale::named(c"")
    }

    /// Loads the locale of this name; `None` if it is not there. The empty name is what the environment says.
    /// A process that has not promised to have one thread keeps the C locale, see
    /// [`Arguments`](super::arguments::Arguments::new).
    pub fn named(name: &CStr) -> Option<Locale> {
        if !has_one_thread() {
            return None;
        }
        // SAFETY: the name is a string, and this is the process's one thread.
        let loaded = unsafe { libc::setlocale(libc::LC_CTYPE, name.as_ptr()) };
        if loaded.is_null() {
            return None;
        }
        let locale = Locale(());
        // The first conversion is what loads the encoding's code: now, since a later one may find another root.
        let _ = locale.decode_prefix(b" ");
        Some(locale)
    }

    /// Returns whether the encoding is UTF-8, `nl_langinfo(3)`.
    pub fn is_utf8(&self) -> bool {
        // SAFETY: nl_langinfo takes a number.
        let name = unsafe { libc::nl_langinfo(libc::CODESET) };
        // SAFETY: it is a string, never null, and the next setlocale, which may free it, comes after the comparison.
        let name = unsafe { CStr::from_ptr(name) };
        name == c"UTF-8"
    }

    /// Returns what `text`, which is not empty, begins with, `mbrtowc(3)`, `iswprint(3)` and `wcwidth(3)`.
    pub fn decode_prefix(&self, text: &[u8]) -> DecodedPrefix {
        let mut wide: wchar_t = 0;
        let mut state = Conversion([0; 128]);
        let (start, length) = (text.as_ptr().cast(), text.len());
        // SAFETY: it reads no more than the length that goes with the pointer; the other two are to locals.
        let read = unsafe { mbrtowc(&raw mut wide, start, length, &raw mut state) };
        let (length, is_character) = match read {
            // A byte of zero is a character of no length, and what is not whole is so up to the end of the text.
            0 | size_t::MAX => (1, false),
            INCOMPLETE => (length, false),
            read => (read, is_printable(wide)),
        };
        let character = is_character.then(|| LocaleCharacter {
            width: width(wide),
            code: wint(wide),
        });
        DecodedPrefix { length, character }
    }
}

/// Loads the caller's order of characters, `setlocale(3)`, which a range in a pattern such as `[a-z]` follows; the C
/// locale's stays where there is none.
pub fn load_order() {
    if !has_one_thread() {
        return;
    }
    // SAFETY: the name is a string, and this is the process's one thread.
    let _ = unsafe { libc::setlocale(libc::LC_COLLATE, c"".as_ptr()) };
}

/// `(size_t) -2`: the text ends before the character does.
const INCOMPLETE: size_t = size_t::MAX - 1;

/// The names of the locale in which messages are shown, as the environment has them. Nothing is opened for them, and
/// the process's own locale stays what it is: Rust's texts of errors follow that.
#[derive(Debug)]
pub struct MessageLocale(Vec<(c_int, CString)>);

impl MessageLocale {
    /// Returns what the environment says: LC_ALL, else a category's own variable, else LANG.
    pub fn from_environment() -> MessageLocale {
        let value = |name: &CStr| {
            let copy = |value: &[u8]| CString::new(value).ok().filter(|name| !name.is_empty());
            variable(name, copy)
        };
        let needed = libc::LC_CTYPE_MASK | libc::LC_MESSAGES_MASK;
        if let Some(all) = value(c"LC_ALL") {
            return MessageLocale(vec![(needed, all)]);
        }
        let lang = value(c"LANG").map(|lang| (needed, lang));
        // A locale that lacks one category is not installed; a category without a name of its own is LANG's.
        let named = CATEGORIES.iter();
        let named = named.filter_map(|(name, category)| Some((*category, value(name)?)));
        MessageLocale(lang.into_iter().chain(named).collect())
    }

    /// Returns its encoding; `None` if it is not installed.
    pub fn encoding(&self) -> Option<Vec<u8>> {
        let mut locale = ptr::null_mut();
        for (categories, name) in &self.0 {
            // SAFETY: the name is a string, and the locale to be changed is none or the one that was made before.
            locale = unsafe { libc::newlocale(*categories, name.as_ptr(), locale) };
            if locale.is_null() {
                return None;
            }
        }
        if locale.is_null() {
            return None;
        }
        // SAFETY: the locale was just made, and is never freed.
        let name = unsafe { libc::nl_langinfo_l(libc::CODESET, locale) };
        // SAFETY: it is a string of the locale's, never null.
        let name = unsafe { CStr::from_ptr(name) };
        Some(name.to_bytes().to_owned())
    }
}

/// The variables of the categories that LC_ALL represents.
const CATEGORIES: [(&CStr, c_int); 6] = [
    (c"LC_CTYPE", libc::LC_CTYPE_MASK),
    (c"LC_MESSAGES", libc::LC_MESSAGES_MASK),
    (c"LC_COLLATE", libc::LC_COLLATE_MASK),
    (c"LC_MONETARY", libc::LC_MONETARY_MASK),
    (c"LC_NUMERIC", libc::LC_NUMERIC_MASK),
    (c"LC_TIME", libc::LC_TIME_MASK),
];

/// Returns the `wint_t` of a character. `wchar_t` has a sign on some processors and none on others; a character is
/// never negative, and what is becomes WEOF, which no locale prints.
fn wint(wide: wchar_t) -> c_uint {
    c_uint::try_from(wide).unwrap_or(c_uint::MAX)
}

fn is_printable(wide: wchar_t) -> bool {
    // SAFETY: iswprint takes any number, of the locale that is set.
    let printable = unsafe { iswprint(wint(wide)) };
    printable != 0
}

/// Returns how many cells of a terminal a printable character takes.
fn width(wide: wchar_t) -> usize {
    // SAFETY: wcwidth takes any number, of the locale that is set.
    let width = unsafe { wcwidth(wide) };
    usize::try_from(width).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_takes_as_many_cells_as_a_terminal_gives_it() {
        let locale = Locale::named(c"C.UTF-8").expect("the C library has it built in");
        let beginning = |text: &[u8]| {
            let DecodedPrefix { length, character } = locale.decode_prefix(text);
            (
                length,
                character.map(|character| (character.width, character.code)),
            )
        };
        assert_eq!(beginning(b"ab"), (1, Some((1, 0x61))));
        assert_eq!(beginning("ï and more".as_bytes()), (2, Some((1, 0xef))));
        assert_eq!(beginning("世界".as_bytes()), (3, Some((2, 0x4e16))));
        assert_eq!(beginning("\u{301}".as_bytes()), (2, Some((0, 0x301))));
        assert_eq!(beginning("\u{85}a".as_bytes()), (2, None));
        assert_eq!(beginning(b"\xffa"), (1, None));
        assert_eq!(beginning(b"\xe4\xb8"), (2, None));
        assert_eq!(beginning(b"\0a"), (1, None));
        assert!(locale.is_utf8(), "C.UTF-8 is UTF-8");
    }
}
