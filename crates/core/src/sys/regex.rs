//! POSIX extended regular expressions, those of the C library, `regex(7)`.
//!
//! What a character, a class or a range is, the locale says, which has to be loaded before: see
//! [`Locale::from_environment`] and [`load_order`]. A pattern and a text end where a byte of zero is in them, as
//! every string of the C library does.
//!
//! The C library reads a pattern by recursion, and what it makes of it grows with the square of the length: twenty
//! thousand parentheses crash it. So both length and depth have a limit, which is lower where the stack is small.
//!
//! [`Locale::from_environment`]: super::locale::Locale::from_environment
//! [`load_order`]: super::locale::load_order

use std::ffi::CStr;
use std::fmt;
use std::mem::MaybeUninit;
use std::ptr;

use nix::libc::{self, c_int, regex_t};

/// A pattern that is ready to be looked for. The C library does not say that what it compiled may be moved.
pub struct Regex(Box<regex_t>);

/// The longest pattern, in bytes; the worst one takes a quarter of a gigabyte of memory.
const LONGEST: usize = 8 << 10;

/// How much stack a byte of it may take; at most half of that was measured.
const STACK_PER_BYTE: usize = 512;

/// How many parentheses may be open at once.
const DEEPEST: usize = 1000;

/// How much stack each of them may take, likewise.
const STACK_PER_PARENTHESIS: usize = 2048;

impl Regex {
    /// Reads `pattern`, `regcomp(3)`, to be looked for anywhere in a text.
    ///
    /// # Errors
    /// What `regerror(3)` says: `Unmatched ( or \(`.
    pub fn new(pattern: &[u8]) -> Result<Regex, String> {
        if is_too_big(pattern) {
            return Err(TOO_BIG.to_owned());
        }
        let mut compiled = Box::new(MaybeUninit::<regex_t>::uninit());
        let pattern = terminated(pattern);
        let flags = libc::REG_EXTENDED | libc::REG_NOSUB;
        // SAFETY: the first is room for a regex_t, the second a string that ends by a zero.
        let code =
            unsafe { libc::regcomp(compiled.as_mut_ptr(), string(&pattern).as_ptr(), flags) };
        if code != 0 {
            return Err(reason(code));
        }
        // SAFETY: regcomp has returned 0, and filled it.
        Ok(Regex(unsafe { compiled.assume_init() }))
    }

    /// Returns whether the pattern is found in `text`, `regexec(3)`.
    pub fn is_match(&self, text: &[u8]) -> bool {
        let text = terminated(text);
        // SAFETY: the pattern is a compiled one as long as self lives, the text a string that ends by a zero; no place
        // of a match is asked for, so none is written.
        let code = unsafe {
            libc::regexec(
                &raw const *self.0,
                string(&text).as_ptr(),
                0,
                ptr::null_mut(),
                0,
            )
        };
        code == 0
    }
}

impl Drop for Regex {
    fn drop(&mut self) {
        // SAFETY: regcomp has filled it, and it is freed here alone.
        unsafe { libc::regfree(&raw mut *self.0) };
    }
}

impl fmt::Debug for Regex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Regex(compiled)")
    }
}

/// `regerror(3)` for REG_ESIZE.
const TOO_BIG: &str = "Regular expression too big";

/// Returns whether reading it could take more stack or memory than there is.
fn is_too_big(pattern: &[u8]) -> bool {
    let stack = stack_limit();
    pattern.len() > LONGEST.min(stack / STACK_PER_BYTE)
        || depth(pattern) > DEEPEST.min(stack / STACK_PER_PARENTHESIS)
}

/// Returns how many parentheses are open at once; one that represents itself counts too.
fn depth(pattern: &[u8]) -> usize {
    let depths = pattern.iter().scan(0_usize, |open, byte| {
        match byte {
            b'(' => *open += 1,
            b')' => *open = open.saturating_sub(1),
            _ => {}
        }
        Some(*open)
    });
    depths.max().unwrap_or(0)
}

/// Returns how far the first thread's stack may grow, `getrlimit(2)`, in bytes.
fn stack_limit() -> usize {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: it writes to one rlimit, which this is. Where it failed the limit would stay 0, and no pattern be read.
    unsafe { libc::getrlimit(libc::RLIMIT_STACK, &raw mut limit) };
    usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX)
}

/// Returns the words for a pattern that cannot be read, `regerror(3)`.
fn reason(code: c_int) -> String {
    let mut words = [0_u8; 128];
    // SAFETY: without a pattern the words are those of the code alone; no more is written than the length says, and
    // that ends by a zero.
    unsafe { libc::regerror(code, ptr::null(), words.as_mut_ptr().cast(), words.len()) };
    string(&words).to_string_lossy().into_owned()
}

/// Returns the text with a zero behind it.
fn terminated(text: &[u8]) -> Vec<u8> {
    [text, b"\0"].concat()
}

/// Returns what is before the first zero.
fn string(terminated: &[u8]) -> &CStr {
    CStr::from_bytes_until_nul(terminated).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns whether the pattern, which can be read, is found in the text.
    fn is_found(pattern: &str, text: &[u8]) -> bool {
        Regex::new(pattern.as_bytes())
            .expect("the pattern can be read")
            .is_match(text)
    }

    /// Returns why the pattern cannot be read.
    fn refused(pattern: &[u8]) -> String {
        Regex::new(pattern).expect_err("the pattern cannot be read")
    }

    #[test]
    fn finds_an_extended_pattern_anywhere() {
        assert!(is_found("t+y", b"gettty"));
        assert!(is_found("^(a|b)c$", b"bc"));
        assert!(!is_found("^(a|b)c$", b"abc"));
        assert!(!is_found("UTS", b"uts"));
        assert!(is_found("", b""));
        assert!(is_found("^$", b""));
    }

    #[test]
    fn any_bytes_are_a_text_up_to_the_first_zero() {
        assert!(is_found("a\nb", b"a\nb"));
        assert!(!is_found("b", b"a\0b"));
        assert!(is_found("^a$", b"a\0b"));
        assert!(
            Regex::new(b"a\0(")
                .expect("it ends before the (")
                .is_match(b"a")
        );
    }

    #[test]
    fn reports_errors_in_the_c_librarys_words() {
        let words = if cfg!(target_env = "musl") {
            [
                "Missing ')'",
                "Repetition not preceded by valid expression",
                "Unknown character class name",
            ]
        } else {
            [
                "Unmatched ( or \\(",
                "Invalid preceding regular expression",
                "Invalid character class name",
            ]
        };
        let said = [&b"("[..], b"*", b"[[:foo:]]"].map(refused);
        assert_eq!(said, words);
        assert_eq!(refused(b"\\"), "Trailing backslash");
    }

    #[test]
    fn refuses_what_would_overflow_the_stack() {
        let nested = |depth: usize| [vec![b'('; depth], vec![b')'; depth]].concat();
        assert!(Regex::new(&nested(DEEPEST)).is_ok());
        assert!(Regex::new(&nested(1).repeat(DEEPEST + 1)).is_ok());
        assert_eq!(refused(&nested(DEEPEST + 1)), TOO_BIG);
        assert_eq!(refused(&vec![b'('; 100_000]), TOO_BIG);
        assert!(Regex::new(&b"()".repeat(LONGEST / 2)).is_ok());
        assert_eq!(refused(&vec![b'a'; LONGEST + 1]), TOO_BIG);
    }

    // Of the GNU C library: musl has no such error.
    #[cfg(target_env = "gnu")]
    #[test]
    fn reports_too_big_in_the_c_librarys_words() {
        assert_eq!(reason(libc::REG_ESIZE), TOO_BIG);
    }
}
