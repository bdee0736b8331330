//! The C library's words for an error number.

use std::error::Error;
use std::io;

use nix::errno::Errno;

/// Returns the text of `strerror(3)` in the C locale: `No such file or directory`.
///
/// nix's own texts differ from the C library's in 17 places, and the standard library adds `(os error 2)`, which is
/// taken off again here.
pub fn reason(errno: Errno) -> String {
    let number = errno as i32;
    let text = io::Error::from_raw_os_error(number).to_string();
    let suffix = format!(" (os error {number})");
    text.strip_suffix(&suffix).unwrap_or(&text).to_owned()
}

/// Returns the error number that one error of a chain is, if it is one.
pub fn of_error(error: &(dyn Error + 'static)) -> Option<Errno> {
    if let Some(errno) = error.downcast_ref::<Errno>() {
        return Some(*errno);
    }
    let number = error.downcast_ref().and_then(io::Error::raw_os_error);
    number.map(Errno::from_raw)
}

/// Returns the error number of an error of the standard library; EIO for one that has none.
pub fn of_io_error(error: &io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_c_librarys_text_alone() {
        assert_eq!(reason(Errno::ENOENT), "No such file or directory");
        assert_eq!(
            reason(Errno::EWOULDBLOCK),
            "Resource temporarily unavailable"
        );
        assert_eq!(reason(Errno::E2BIG), "Argument list too long");
    }
}
