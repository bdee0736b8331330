//! A file system that stops answering: FUSE, `fuse(4)`, served by a thread of the test.
//!
//! Whoever asks it something from then on waits until the connection is aborted. So that nothing outlives a test in
//! that state, the descriptor of the connection is close-on-exec, it belongs to one process alone, and dropping the
//! [`UnresponsiveFs`], in a panic as well, aborts the connection by fusectl. Run the test in a process of its own, so
//! that its end does it as the last resort: once nobody has the descriptor, the kernel aborts it.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use nix::libc;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::minor;

use crate::require;

/// The numbers of requests in linux/fuse.h.
const LOOKUP: u32 = 1;
const FORGET: u32 = 2;
const GETATTR: u32 = 3;
const STATFS: u32 = 17;
const INIT: u32 = 26;
const INTERRUPT: u32 = 36;
const BATCH_FORGET: u32 = 42;

/// The number of the root, and of the directory in it.
const ROOT: u64 = 1;
const DIRECTORY: u64 = 2;
/// A file's number is that of its first letter beyond this.
const FILES: u64 = 1000;

/// How long the server waits for a request before it looks whether it is to stop.
const LOOKS_UP: u8 = 20;

/// The file system: in its root a directory of every name, and in that an empty file of every name.
pub struct UnresponsiveFs {
    point: PathBuf,
    connection: u32,
    device: File,
    is_silent: Arc<AtomicBool>,
    server: Option<JoinHandle<()>>,
}

impl UnresponsiveFs {
    /// Whether this kernel has FUSE; if not, the test is skipped.
    #[must_use]
    #[track_caller]
    pub fn is_possible() -> bool {
        let has_fuse = Path::new("/dev/fuse").exists() && Path::new("/sys/fs/fuse").exists();
        require::condition(has_fuse, "there is no FUSE here")
    }

    /// Mounts it on a directory. Call it as root, in a mount namespace of the test's own.
    ///
    /// # Panics
    /// If the kernel refuses.
    #[must_use]
    pub fn mount(point: &Path) -> Self {
        let opened = File::options()
            .read(true)
            .write(true)
            .custom_flags(libc::O_CLOEXEC)
            .open("/dev/fuse");
        let device = opened.expect("FUSE is there: ask first");
        let options = format!(
            "fd={},rootmode=40000,user_id=0,group_id=0,allow_other",
            device.as_raw_fd()
        );
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
        let (source, kind) = (Some("silent"), Some("fuse"));
        mount(source, point, kind, flags, Some(options.as_str())).expect("it can be mounted");
        let is_silent = Arc::new(AtomicBool::new(false));
        let served = device.try_clone().expect("a descriptor");
        let silent = Arc::clone(&is_silent);
        let server = thread::spawn(move || serve(&served, &silent));
        let mut silent = Self {
            point: point.to_owned(),
            connection: 0,
            device,
            is_silent,
            server: Some(server),
        };
        // The connection is called as the kernel numbers devices without a major number: by the minor one.
        let device = fs::metadata(point).expect("it answers").dev();
        silent.connection = u32::try_from(minor(device)).expect("it has a number of its own");
        silent.is_abortable();
        silent
    }

    /// Asserts that the connection can be aborted, before anybody relies on it.
    fn is_abortable(&self) {
        let control = "/sys/fs/fuse/connections";
        if !self.control().exists() {
            let none = None::<&str>;
            mount(none, control, Some("fusectl"), MsFlags::empty(), none).expect("fusectl");
        }
        let control = self.control();
        assert!(control.exists(), "there is no {}", control.display());
    }

    fn control(&self) -> PathBuf {
        format!("/sys/fs/fuse/connections/{}/abort", self.connection).into()
    }

    /// Answers nobody any more.
    ///
    /// # Panics
    /// If the server has failed.
    pub fn stop_answering(&mut self) {
        self.is_silent.store(true, Ordering::Relaxed);
        if let Some(server) = self.server.take() {
            server.join().expect("the server has failed");
        }
    }
}

impl Drop for UnresponsiveFs {
    fn drop(&mut self) {
        self.is_silent.store(true, Ordering::Relaxed);
        if let Err(error) = fs::write(self.control(), "1") {
            // The next best: whoever waits notices when the descriptor goes, which is below.
            let _ = writeln!(std::io::stderr(), "not aborted: {error}");
        }
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
        let _ = umount2(&self.point, MntFlags::MNT_DETACH);
        let _ = self.device.flush();
    }
}

/// Answers until it is to be silent, or the connection has gone.
fn serve(mut device: &File, is_silent: &AtomicBool) {
    let mut request = vec![0; 128 << 10];
    while !is_silent.load(Ordering::Relaxed) {
        let mut waiting = [PollFd::new(device.as_fd(), PollFlags::POLLIN)];
        if poll(&mut waiting, PollTimeout::from(LOOKS_UP)) == Ok(0) {
            continue;
        }
        let Ok(length) = device.read(&mut request) else {
            return;
        };
        let Some(answer) = answer(&request[..length]) else {
            continue;
        };
        if device.write_all(&answer).is_err() {
            return;
        }
    }
}

/// The answer to a request, with its header; some get none.
fn answer(request: &[u8]) -> Option<Vec<u8>> {
    let number = |at: usize| request.get(at..at + 4)?.try_into().ok();
    let long = |at: usize| request.get(at..at + 8)?.try_into().ok();
    let (operation, unique) = (u32::from_ne_bytes(number(4)?), long(8)?);
    let node = u64::from_ne_bytes(long(16)?);
    let (mut error, mut body) = (0_i32, Vec::new());
    match operation {
        FORGET | INTERRUPT | BATCH_FORGET => return None,
        INIT => body = initialised(),
        LOOKUP => {
            let letter = request.get(40).copied().unwrap_or_default();
            let file = FILES + u64::from(letter);
            body = entry(if node == ROOT { DIRECTORY } else { file });
        }
        // What is known of a file is known for no time at all.
        GETATTR => body = [vec![0; 16], attributes(node)].concat(),
        STATFS => {
            body = vec![0; 80];
            body[40..44].copy_from_slice(&4096_u32.to_ne_bytes());
            body[44..48].copy_from_slice(&255_u32.to_ne_bytes());
        }
        _ => error = -libc::ENOSYS,
    }
    let length = u32::try_from(16 + body.len()).ok()?;
    let mut answer = length.to_ne_bytes().to_vec();
    answer.extend(error.to_ne_bytes());
    answer.extend(unique);
    answer.extend(body);
    Some(answer)
}

/// `struct fuse_init_out`: version 7.31, which is all that this takes, and writes of up to a page.
fn initialised() -> Vec<u8> {
    let mut body = vec![0; 64];
    for (at, value) in [(0, 7_u32), (4, 31), (20, 4096), (24, 1)] {
        body[at..at + 4].copy_from_slice(&value.to_ne_bytes());
    }
    body
}

/// `struct fuse_entry_out`: a name leads there, for no time at all.
fn entry(node: u64) -> Vec<u8> {
    let mut body = node.to_ne_bytes().to_vec();
    body.extend([0; 32]);
    body.extend(attributes(node));
    body
}

/// `struct fuse_attr`.
fn attributes(node: u64) -> Vec<u8> {
    let mode = if node < FILES {
        libc::S_IFDIR | 0o755
    } else {
        libc::S_IFREG | 0o644
    };
    let mut body = vec![0; 88];
    body[..8].copy_from_slice(&node.to_ne_bytes());
    body[60..64].copy_from_slice(&mode.to_ne_bytes());
    body[64..68].copy_from_slice(&1_u32.to_ne_bytes());
    body[80..84].copy_from_slice(&4096_u32.to_ne_bytes());
    body
}
