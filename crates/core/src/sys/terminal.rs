//! The terminal that standard output may be.

use std::env;
use std::ffi::OsStr;

use nix::libc::{self, winsize};

/// How many cells wide a terminal is that does not say.
const DEFAULT_WIDTH: usize = 80;

/// Returns how many cells wide the terminal is that standard output is, `ioctl_tty(2)`; `None` if it is no terminal.
///
/// COLUMNS counts only for a terminal that does not know its size, as on a serial line.
pub fn width() -> Option<usize> {
    let size = size()?;
    if size.ws_col > 0 {
        return Some(usize::from(size.ws_col));
    }
    let named = env::var_os("COLUMNS");
    Some(named.as_deref().and_then(number).unwrap_or(DEFAULT_WIDTH))
}

fn size() -> Option<winsize> {
    let mut size = winsize {
        ws_row: 0,
        ws_col: 0,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: TIOCGWINSZ writes one winsize to where the pointer, which is to a local, says.
    let result = unsafe { libc::ioctl(libc::STDOUT_FILENO, libc::TIOCGWINSZ, &raw mut size) };
    (result == 0).then_some(size)
}

/// Parses a width as the environment may have it: blanks and a sign may come before it, nothing after it.
fn number(text: &OsStr) -> Option<usize> {
    let number: i32 = text.to_str()?.trim_start().parse().ok()?;
    usize::try_from(number).ok().filter(|width| *width > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_is_a_number_above_zero() {
        for (text, width) in [
            ("40", Some(40)),
            (" +040", Some(40)),
            ("2147483647", Some(2_147_483_647)),
            ("2147483648", None),
            ("0", None),
            ("-5", None),
            ("40 ", None),
            ("0x28", None),
            ("", None),
        ] {
            assert_eq!(number(OsStr::new(text)), width, "{text:?}");
        }
    }
}
