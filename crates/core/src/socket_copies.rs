//! Copies of other processes' sockets, and how to close them without waiting.
//!
//! To learn what network namespace a socket belongs to, it has to be copied, `pidfd_getfd(2)`. Its process may close it
//! meanwhile, and then the copy is the last that there is of it: closing a socket that has SO_LINGER, `socket(7)`, and
//! data to send waits for up to 65,535 seconds. A process that ends does not wait. So a copy is closed here while a
//! child has it too, and the child closes it by ending.
//!
//! What is copied may be no socket: its process may have put another file under the number since that was looked at. It
//! is not asked then: a request would go to whoever serves that file, or to a device.

use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd};
use std::sync::Mutex;

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit, rlim_t, setrlimit};

use crate::sys::file::pipe;
use crate::sys::namespace::network_of;
use crate::sys::network::{domain_of, is_local};
use crate::sys::process::{spawn_until_closed, wait};

/// How many parts the allowed descriptors are divided into; a part may be copies, and there may be several workers.
const PARTS: rlim_t = 16;
/// The most copies that are kept at a time.
const MOST: rlim_t = 1024;

/// Copies to close.
#[derive(Debug)]
pub struct SocketCopies {
    copies: Vec<OwnedFd>,
    most: usize,
}

impl SocketCopies {
    /// None yet; as many are kept as this process may have open anyway.
    pub fn new() -> SocketCopies {
        let allowed = getrlimit(Resource::RLIMIT_NOFILE).map_or(0, |(soft, _)| soft);
        SocketCopies::with_limit(allowed)
    }

    /// None yet, for a program that runs no other: it may have as many descriptors open as its caller could allow, so
    /// that fewer children are needed.
    pub fn with_raised_limit() -> SocketCopies {
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((0, 0));
        let raised = hard.min(MOST * PARTS);
        if raised > soft && setrlimit(Resource::RLIMIT_NOFILE, raised, hard).is_ok() {
            return SocketCopies::with_limit(raised);
        }
        SocketCopies::with_limit(soft)
    }

    fn with_limit(allowed: rlim_t) -> SocketCopies {
        let most = (allowed / PARTS).clamp(1, MOST);
        SocketCopies {
            copies: Vec::new(),
            most: usize::try_from(most).unwrap_or(1),
        }
    }

    /// Returns the network namespace of a socket, of which this is a copy to close.
    ///
    /// # Errors
    /// ENOTTY if it is no socket, which is not asked then; EPERM without CAP_NET_ADMIN over the namespace.
    pub fn network_of(&mut self, copy: OwnedFd) -> Result<OwnedFd, Errno> {
        self.query(copy, |socket| network_of(socket))
    }

    /// Returns what `question` learns of a socket, of which this is a copy to close.
    ///
    /// # Errors
    /// ENOTTY if it is no socket, which is not asked then; those of the question.
    pub fn query<T>(
        &mut self,
        copy: OwnedFd,
        question: impl FnOnce(&OwnedFd) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        match domain_of(&copy) {
            Err(Errno::ENOTSOCK) => Err(Errno::ENOTTY),
            // Its peer may wait for its end, as does whoever has started this program by a socket that is closed at
            // exec.
            Ok(domain) if is_local(domain) => question(&copy),
            _ => {
                let answer = question(&copy);
                self.push(copy);
                answer
            }
        }
    }

    /// Takes a copy that has been asked what there was to ask.
    fn push(&mut self, copy: OwnedFd) {
        self.copies.push(copy);
        if self.copies.len() >= self.most {
            self.release();
        }
    }

    /// Closes all copies. Where no child can be made, they are left to the end of this process.
    pub fn release(&mut self) {
        if self.copies.is_empty() {
            return;
        }
        let copies = std::mem::take(&mut self.copies);
        if let Err(copies) = close_beside_child(copies) {
            copies.into_iter().for_each(leave);
        }
    }
}

impl Default for SocketCopies {
    fn default() -> SocketCopies {
        SocketCopies::new()
    }
}

impl Drop for SocketCopies {
    /// Nobody may have to wait for the end of this process, which may have much to write, to see a connection closed.
    fn drop(&mut self) {
        self.release();
    }
}

/// Keeps it open until this process ends.
fn leave(copy: OwnedFd) {
    let _number = copy.into_raw_fd();
}

/// Held from the making of a pipe until its writing end is closed here. A child has a copy of every descriptor: two of
/// them, each with the writing end of the other's pipe, would wait for each other for ever.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Closes the copies while a child has them too, which then ends; gives them back if there is no child.
fn close_beside_child(copies: Vec<OwnedFd>) -> Result<(), Vec<OwnedFd>> {
    let turn = ONE_AT_A_TIME.lock();
    let Ok((end, hold)) = pipe() else {
        return Err(copies);
    };
    // It ends when the copies of this process are the last ones; also if its parent is killed.
    let Ok(child) = spawn_until_closed(&end, hold.as_raw_fd()) else {
        return Err(copies);
    };
    drop(copies);
    drop(hold);
    drop(turn);
    // Where it is an ordinary child and SIGCHLD is ignored, there is nothing left to wait for.
    let _ = wait(child);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::net::{TcpListener, TcpStream};
    use std::os::unix::net::UnixStream;
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    fn connection() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback interface");
        let address = listener.local_addr().expect("it has one");
        let one = TcpStream::connect(address).expect("it listens");
        let (other, _) = listener.accept().expect("there is one");
        (one, other)
    }

    #[test]
    fn a_copy_is_closed_by_then_and_not_before() {
        let mut copies = SocketCopies::with_limit(PARTS * 2);
        let mut peers = Vec::new();
        for kept in [1, 0, 1] {
            let (copy, peer) = connection();
            copies.push(copy.into());
            peers.push(peer);
            assert_eq!(copies.copies.len(), kept);
        }
        peers[2].set_nonblocking(true).expect("it is ours");
        let closed = |mut peer: &TcpStream| peer.read(&mut [0]).ok();
        assert_eq!(
            peers.iter().map(closed).collect::<Vec<_>>(),
            [Some(0), Some(0), None]
        );
        peers[2].set_nonblocking(false).expect("it is ours");
        drop(copies);
        assert_eq!(closed(&peers[2]), Some(0));
    }

    #[test]
    fn a_copy_of_what_is_between_processes_is_closed_at_once() {
        let mut copies = SocketCopies::new();
        let (copy, mut peer) = UnixStream::pair().expect("a pair of sockets");
        let _ = copies.network_of(copy.into());
        assert_eq!(peer.read(&mut [0]).expect("its end"), 0);
    }

    #[test]
    fn threads_that_close_at_the_same_time_do_not_wait_for_each_other() {
        let (done, all_done) = channel();
        for _ in 0..2 {
            let done = done.clone();
            thread::spawn(move || {
                for _ in 0..2_000 {
                    let (end, _) = pipe().expect("a pipe");
                    let _ = close_beside_child(vec![end]);
                }
                let _ = done.send(());
            });
        }
        for _ in 0..2 {
            let ended = all_done.recv_timeout(Duration::from_secs(300));
            assert!(ended.is_ok(), "a child waits for another one for ever");
        }
    }

    #[test]
    fn what_is_no_socket_is_not_asked() {
        let mut copies = SocketCopies::new();
        let file = std::fs::File::open("/proc/self/stat").expect("/proc");
        assert_eq!(copies.network_of(file.into()).err(), Some(Errno::ENOTTY));
        assert!(copies.copies.is_empty());
    }
}
