//! The words of the command line, as the C library hands them to `main`.

use std::ffi::{CStr, OsStr, c_char, c_int};
use std::os::unix::ffi::OsStrExt;

use super::threads::promise_one_thread;

/// The arguments of a C `main`.
///
/// They are read here because `std::env::args_os` knows them only where the C library passes them to the functions of
/// `.init_array`, as the GNU C library does; musl does not, and the iterator is empty there.
#[derive(Clone, Debug)]
pub struct Arguments {
    count: usize,
    array: *const *const c_char,
}

impl Arguments {
    /// Takes over what a C `main` was called with.
    ///
    /// # Safety
    /// `argv` must point at `argc` pointers to strings that end with a null byte, and neither they nor the strings may
    /// change while the process lives: what ISO C, 5.1.2.2.1, says of the arguments of `main`.
    ///
    /// The process must have one thread whenever it forks, changes its environment or sets its locale: the safe
    /// functions for that rely on it, and panic in a process that has never called this.
    pub unsafe fn new(argc: c_int, argv: *const *const c_char) -> Arguments {
        // SAFETY: the caller promises it.
        unsafe { promise_one_thread() };
        Arguments {
            count: usize::try_from(argc).unwrap_or_default(),
            array: argv,
        }
    }
}

impl Iterator for Arguments {
    type Item = &'static OsStr;

    fn next(&mut self) -> Option<&'static OsStr> {
        self.count = self.count.checked_sub(1)?;
        // SAFETY: `new` requires `count` pointers here, and one of them at least is left.
        let word = unsafe { *self.array };
        // SAFETY: this is the next of the pointers, or the place behind the last.
        self.array = unsafe { self.array.add(1) };
        // SAFETY: `new` requires that it ends with a null byte and that nobody changes it while the process lives.
        let word: &'static CStr = unsafe { CStr::from_ptr(word) };
        Some(OsStr::from_bytes(word.to_bytes()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count, Some(self.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_the_words_in_their_order() {
        let words = [c"rlsns".as_ptr(), c"".as_ptr(), c"\xff \n".as_ptr()];
        // SAFETY: the array has three strings, which are constants.
        let arguments = unsafe { Arguments::new(3, words.as_ptr()) };
        let read: Vec<&OsStr> = arguments.collect();
        assert_eq!(
            read,
            [&b"rlsns"[..], b"", b"\xff \n"].map(OsStr::from_bytes)
        );
    }

    #[test]
    fn may_be_none_at_all() {
        // SAFETY: nothing is read from an array without elements.
        let mut arguments = unsafe { Arguments::new(0, std::ptr::null()) };
        assert_eq!(arguments.next(), None);
    }
}
