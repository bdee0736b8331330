//! The words of strerror(3) and regerror(3) in what a program writes. The originals have those of the GNU C library,
//! and so has what the tests expect. Our programs have those of the C library that they and the tests are built with:
//! those of musl are put into the other's words, one error for one error, before anything is compared.

use std::io;

use nix::libc::{self, c_int};

/// The errors that musl has words of its own for, with those of the GNU C library.
const GNU_WORDS: [(c_int, &str); 20] = [
    (libc::EADDRINUSE, "Address already in use"),
    (libc::EBUSY, "Device or resource busy"),
    (libc::ECHILD, "No child processes"),
    (libc::EDEADLK, "Resource deadlock avoided"),
    (libc::EDQUOT, "Disk quota exceeded"),
    (libc::EIO, "Input/output error"),
    (libc::ELOOP, "Too many levels of symbolic links"),
    (libc::EMFILE, "Too many open files"),
    (libc::EMSGSIZE, "Message too long"),
    (libc::ENAMETOOLONG, "File name too long"),
    (libc::ENOMEM, "Cannot allocate memory"),
    (libc::ENOTSOCK, "Socket operation on non-socket"),
    (libc::ENOTTY, "Inappropriate ioctl for device"),
    (libc::EOPNOTSUPP, "Operation not supported"),
    (libc::EOVERFLOW, "Value too large for defined data type"),
    (libc::ERANGE, "Numerical result out of range"),
    (libc::ESPIPE, "Illegal seek"),
    (libc::ETIMEDOUT, "Connection timed out"),
    (libc::EUSERS, "Too many users"),
    (libc::EXDEV, "Invalid cross-device link"),
];

/// The words of regerror(3), musl's and the GNU C library's.
const REGEX_WORDS: [(&str, &str); 8] = [
    ("Missing ')'", "Unmatched ( or \\("),
    ("Missing ']'", "Unmatched [, [^, [:, [., or [="),
    ("Missing '}'", "Unmatched \\{"),
    ("Invalid contents of {}", "Invalid content of \\{\\}"),
    ("Invalid character range", "Invalid range end"),
    (
        "Unknown character class name",
        "Invalid character class name",
    ),
    ("Unknown collating element", "Invalid collation character"),
    (
        "Repetition not preceded by valid expression",
        "Invalid preceding regular expression",
    ),
];

/// Returns what was written with the GNU C library's words for an error at the end of a line.
pub(crate) fn in_gnu_words(written: &[u8]) -> Vec<u8> {
    if !cfg!(target_env = "musl") {
        return written.to_vec();
    }
    let lines = written.split_inclusive(|byte| *byte == b'\n');
    lines.flat_map(reworded).collect()
}

/// Returns whether the line ends with words that no catalogue translates, since the C library has others for the error.
pub(crate) fn is_untranslated(line: &str) -> bool {
    let of_gnu = |(_, words): &(c_int, &str)| line.ends_with(&format!(": {words}"));
    cfg!(target_env = "musl") && GNU_WORDS.iter().any(of_gnu)
}

/// The line, which says an error at its end or not.
fn reworded(line: &[u8]) -> Vec<u8> {
    let text = line.trim_ascii_end();
    let (text, end) = line.split_at(text.len());
    let errors = GNU_WORDS.map(|(errno, words)| (strerror(errno), words));
    let of_regex = REGEX_WORDS.map(|(own, words)| (own.to_owned(), words));
    for (own, words) in errors.into_iter().chain(of_regex) {
        if let Some(before) = text.strip_suffix(format!(": {own}").as_bytes()) {
            return [before, b": ", words.as_bytes(), end].concat();
        }
    }
    line.to_vec()
}

/// The words of this C library.
fn strerror(errno: c_int) -> String {
    let text = io::Error::from_raw_os_error(errno).to_string();
    match text.rsplit_once(" (os error ") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use nix::libc;

    use super::{GNU_WORDS, in_gnu_words, reworded, strerror};

    #[test]
    fn the_words_are_those_of_the_gnu_c_library_and_no_others_are_listed() {
        for (errno, words) in GNU_WORDS {
            if cfg!(target_env = "musl") {
                assert_ne!(strerror(errno), words, "it need not be listed");
            } else {
                assert_eq!(strerror(errno), words);
            }
        }
    }

    #[test]
    fn no_two_errors_are_mixed_up() {
        let own: BTreeSet<String> = GNU_WORDS.map(|(errno, _)| strerror(errno)).into();
        let gnu: BTreeSet<&str> = GNU_WORDS.map(|(_, words)| words).into();
        assert_eq!((own.len(), gnu.len()), (GNU_WORDS.len(), GNU_WORDS.len()));
    }

    #[test]
    fn the_end_of_a_line_is_reworded() {
        let busy = strerror(libc::EBUSY);
        let line = format!("unshare: umount /x failed: {busy}\r\n");
        let gnu = b"unshare: umount /x failed: Device or resource busy\r\n";
        assert_eq!(*reworded(line.as_bytes()), *gnu);
        let other = format!("{busy}\nunshare: {busy} it says\nunshare: unshare failed: no");
        assert_eq!(in_gnu_words(other.as_bytes()), other.as_bytes());
    }
}
