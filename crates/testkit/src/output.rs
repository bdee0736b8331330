//! Reading what a program writes without ever waiting for the end of it: a grandchild that keeps the pipe open is no
//! reason to hang, and more output than a pipe holds no reason to deadlock. All descriptors are non-blocking and polled
//! beside a pidfd of the program.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// The most that is read from one stream at a time: far more than a pipe holds, so that all is read that a program
/// left behind, yet an end, so that a grandchild that never stops writing cannot keep us.
const READ_LIMIT: u64 = 4 << 20;

/// One stream of a program: where it comes from, and what came.
pub(crate) struct Stream {
    source: Option<File>,
    /// Whether it is a terminal that nobody has open any more.
    is_hung_up: bool,
    /// What has been read so far.
    pub(crate) bytes: Vec<u8>,
}

impl Stream {
    /// The stream that can be read at `source`.
    pub(crate) fn new(source: OwnedFd) -> Self {
        fcntl(&source, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))
            .expect("a pipe can be made non-blocking");
        Self {
            source: Some(source.into()),
            is_hung_up: false,
            bytes: Vec::new(),
        }
    }

    /// A stream that nothing comes from.
    pub(crate) fn empty() -> Self {
        Self {
            source: None,
            is_hung_up: false,
            bytes: Vec::new(),
        }
    }

    /// Reads what is there.
    fn drain(&mut self) {
        let Some(source) = &mut self.source else {
            return;
        };
        match source.take(READ_LIMIT).read_to_end(&mut self.bytes) {
            Ok(read) if read as u64 == READ_LIMIT => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            // Not the end: the kernel may say so before it hands over what was written last.
            Err(error) if error.raw_os_error() == Some(libc::EIO) => self.is_hung_up = true,
            Ok(_) | Err(_) => self.source = None,
        }
    }
}

/// The two streams of a program.
pub(crate) struct Output {
    /// Standard output, or the terminal.
    pub(crate) out: Stream,
    /// Standard error.
    pub(crate) err: Stream,
}

impl Output {
    /// Waits until there is something to read, the program behind `pidfd` has ended, or `patience` is over, and reads
    /// what is there. True if the program has ended, and then all that it wrote has been read.
    pub(crate) fn wait(&mut self, pidfd: BorrowedFd<'_>, patience: Duration) -> bool {
        let mut watched = vec![PollFd::new(pidfd, PollFlags::POLLIN)];
        let sources = [&self.out, &self.err]
            .into_iter()
            .filter(|stream| !stream.is_hung_up)
            .filter_map(|stream| stream.source.as_ref());
        watched.extend(sources.map(|source| PollFd::new(source.as_fd(), PollFlags::POLLIN)));
        match poll(
            &mut watched,
            PollTimeout::try_from(patience).unwrap_or(PollTimeout::MAX),
        ) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => panic!("poll: {errno}"),
        }
        let ended = watched[0].any() == Some(true);
        self.out.drain();
        self.err.drain();
        ended
    }
}
