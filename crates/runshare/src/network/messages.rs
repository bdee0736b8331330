//! What the helper writes to its standard error: the last of it is the reason if it ends.

use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;

use nix::errno::Errno;
use nix::unistd::read;
use nscore::escape::printable;

/// How much of it is held.
const LIMIT: usize = 4096;
/// How many lines of it are reported.
const LINES: usize = 3;

/// Beginnings of lines that say nothing about a failure.
const NOISE: [&str; 9] = [
    "sent tapfd=",
    "received tapfd=",
    "WARNING: Support for seccomp",
    "Starting slirp",
    "* ",
    "seccomp: The following syscalls",
    "Failed to send ",
    "No external routable interface for",
    "No interfaces with usable",
];

/// The end of what the helper has written.
pub(super) struct Messages {
    /// The reading end of a pipe, which does not block; `None` once the other end is closed.
    pipe: Option<OwnedFd>,
    text: Vec<u8>,
}

impl Messages {
    pub(super) fn new(pipe: OwnedFd) -> Messages {
        Messages {
            pipe: Some(pipe),
            text: Vec::new(),
        }
    }

    /// Returns the descriptor to wait for, unless it is closed.
    pub(super) fn pipe(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(AsFd::as_fd)
    }

    /// Reads what there is, so that the helper never waits for a reader.
    pub(super) fn read_available(&mut self) {
        let mut part = [0; 1024];
        while let Some(pipe) = &self.pipe {
            match read(pipe, &mut part) {
                Ok(length @ 1..) => self.push(&part[..length]),
                Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return,
                Ok(_) | Err(_) => self.pipe = None,
            }
        }
    }

    fn push(&mut self, part: &[u8]) {
        self.text.extend_from_slice(part);
        let excess = self.text.len().saturating_sub(LIMIT);
        self.text.drain(..excess);
    }

    /// Returns the last lines in one, printable; `None` if there is none that says something.
    pub(super) fn last_lines(&self) -> Option<String> {
        let is_noise = |line: &[u8]| NOISE.iter().any(|noise| line.starts_with(noise.as_bytes()));
        let lines = self
            .text
            .split(|byte| *byte == b'\n')
            .map(<[u8]>::trim_ascii);
        let lines: Vec<&[u8]> = lines
            .filter(|line| !line.is_empty() && !is_noise(line))
            .collect();
        let last = &lines[lines.len().saturating_sub(LINES)..];
        let last: Vec<_> = last
            .iter()
            .map(|line| {
                printable(OsStr::from_bytes(line))
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        (!last.is_empty()).then(|| last.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn last_lines(text: &[u8]) -> Option<String> {
        let mut messages = Messages {
            pipe: None,
            text: Vec::new(),
        };
        messages.push(text);
        messages.last_lines()
    }

    #[test]
    fn the_last_lines_that_say_something_are_reported() {
        let text = b"sent tapfd=5 for tap0\nopen: no\n\nWARNING: Support for seccomp is experimental\nchild failed(1)\n";
        assert_eq!(
            last_lines(text).as_deref(),
            Some("open: no; child failed(1)")
        );
        assert_eq!(last_lines(b"1\n2\n3\n4").as_deref(), Some("2; 3; 4"));
        assert_eq!(last_lines(b"a\x1b[1m\n").as_deref(), Some("a\\x1b[1m"));
        assert_eq!(last_lines(b"\n \nFailed to send 9 bytes to syslog\n"), None);
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_printable_and_bounded(text in any::<Vec<u8>>()) {
            let lines = last_lines(&text.repeat(100)).unwrap_or_default();
            prop_assert!(!lines.chars().any(char::is_control));
            prop_assert!(lines.len() <= 5 * LIMIT);
        }
    }
}
