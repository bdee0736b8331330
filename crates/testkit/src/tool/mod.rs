//! A program to run, in an environment that the test alone decides: nothing of `cargo test`'s own reaches it, neither
//! variables nor descriptors, signals, terminal or umask. Unless told otherwise it is called by its path, in `/`, with
//! standard input at its end, output and errors in pipes, and four variables: `PATH`, `LC_ALL=C`, `HOME=/`,
//! `SHELL=/bin/sh`.

use std::collections::BTreeMap;
use std::ffi::{CString, OsString};
use std::os::fd::{AsFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::{SigSet, Signal};
use nix::unistd::{Gid, Uid};

use crate::child::{Child, User};
use crate::outcome::Outcome;
use crate::sys::{self, seccomp};

mod launch;
mod loader;
#[cfg(test)]
mod tests;

/// Where a tool, and [`require::installed`](crate::require::installed), looks for programs.
pub(crate) const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// How long a program may take: no test comes near, and one that hangs is to be told from one that is slow.
const TIMEOUT: Duration = Duration::from_secs(120);

/// A program about to be run.
#[must_use = "nothing runs before `run` or `spawn`"]
pub struct Tool {
    program: PathBuf,
    argv0: OsString,
    args: Vec<OsString>,
    env: BTreeMap<OsString, OsString>,
    dir: PathBuf,
    stdin: Option<Vec<u8>>,
    terminal: Option<(u16, u16)>,
    timeout: Duration,
    child: Child,
}

impl Tool {
    /// The program at this path, which is absolute: no search, no surprise.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        let program = program.into();
        assert!(
            program.is_absolute(),
            "a tool is named by its whole path, not {}",
            program.display()
        );
        let env = [
            ("PATH", PATH),
            ("LC_ALL", "C"),
            ("HOME", "/"),
            ("SHELL", "/bin/sh"),
        ];
        Self {
            argv0: program.clone().into(),
            program,
            args: Vec::new(),
            env: env.map(|(name, value)| (name.into(), value.into())).into(),
            dir: "/".into(),
            stdin: None,
            terminal: None,
            timeout: TIMEOUT,
            child: Child::default(),
        }
    }

    /// Calls it by this name, its argv\[0\].
    pub fn argv0(mut self, name: impl Into<OsString>) -> Self {
        self.argv0 = name.into();
        self
    }

    /// Adds an argument, bytes that need not be UTF-8.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Empties the environment, the four variables that it has from the start included.
    pub fn no_env(mut self) -> Self {
        self.env.clear();
        self
    }

    /// Starts it in this directory instead of `/`.
    pub fn current_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = dir.into();
        self
    }

    /// These bytes are its standard input, from a file of memory: however many, nobody has to write them meanwhile.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Runs it on a terminal of this size, its session's own: input, output and errors; what it writes to it is in the
    /// outcome's `stdout`, and [`Running::type_in`](crate::Running::type_in) is the keyboard.
    pub fn terminal(mut self, columns: u16, rows: u16) -> Self {
        self.terminal = Some((columns, rows));
        self.child.terminal = true;
        self
    }

    /// Runs it on such a terminal that is not its session's own, for one that only writes: as the end of a session
    /// hangs its terminal up, what the kernel has not yet handed over then is lost on a machine under load.
    pub fn output_terminal(mut self, columns: u16, rows: u16) -> Self {
        self.terminal = Some((columns, rows));
        self
    }

    /// Runs it as this user, in this group and these supplementary groups. For root alone.
    pub fn as_user(mut self, uid: u32, gid: u32, groups: &[u32]) -> Self {
        let groups = groups.iter().copied().map(Gid::from_raw).collect();
        self.child.user = Some(User {
            uid: Uid::from_raw(uid),
            gid: Gid::from_raw(gid),
            groups,
        });
        self
    }

    /// Starts it without this capability, `CAP_SYS_ADMIN` being 21, and without a way to get it. For root alone.
    pub fn without_capability(mut self, number: u32) -> Self {
        self.child.dropped_capabilities.push(number);
        self
    }

    /// Makes what is in `file` stand at `path` (`/etc/passwd`, say) for this program alone, in a mount namespace of its
    /// own. For root alone.
    pub fn bind_over(mut self, file: impl AsRef<Path>, path: impl AsRef<Path>) -> Self {
        self.child
            .bind_mounts
            .push((c_path(file.as_ref()), c_path(path.as_ref())));
        self
    }

    /// Starts it with this signal ignored.
    pub fn ignoring(mut self, signal: Signal) -> Self {
        self.child.ignored.push(signal);
        self
    }

    /// Starts it with this signal blocked.
    pub fn blocking(mut self, signal: Signal) -> Self {
        self.child
            .blocked
            .get_or_insert_with(SigSet::empty)
            .add(signal);
        self
    }

    /// Makes the system call of this number, `libc::SYS_unshare` say, be answered with this error for it and all that
    /// comes of it, by a seccomp filter, as in a container. It cannot gain privileges then.
    pub fn refusing(mut self, call: nix::libc::c_long, errno: nix::errno::Errno) -> Self {
        let filter = seccomp::filter(call, errno, None, false);
        self.child.filters.push(filter);
        self
    }

    /// The same, but for the calls of the loader, without which no program starts, and for what is written to standard
    /// error. Call it once the program is known: its loader is looked for.
    ///
    /// # Panics
    /// If the program cannot be started.
    #[track_caller]
    pub fn refusing_past_loader(self, call: nix::libc::c_long, errno: nix::errno::Errno) -> Self {
        let program = self.program.clone();
        self.refusing_past_loader_of(&program, call, errno)
    }

    /// The same, but for the calls of the loader that `program` has: none where it has none, so that this one's own are
    /// refused as well, as they are to what such a program runs.
    ///
    /// # Panics
    /// If `program` cannot be started.
    #[track_caller]
    pub fn refusing_past_loader_of(
        mut self,
        program: &Path,
        call: nix::libc::c_long,
        errno: nix::errno::Errno,
    ) -> Self {
        let filter = seccomp::filter(call, errno, loader::address(program), true);
        self.child.filters.push(filter);
        self.fixed_addresses()
    }

    /// Makes everything in its memory are at the address where the next run has it too, `ADDR_NO_RANDOMIZE` of
    /// `personality(2)`.
    pub(crate) fn fixed_addresses(mut self) -> Self {
        self.child.has_fixed_addresses = true;
        self
    }

    /// Passes it an open descriptor under this number.
    pub fn fd(mut self, number: RawFd, fd: impl Into<OwnedFd>) -> Self {
        assert!(
            (0..sys::FIRST_RESERVED_FD).contains(&number),
            "descriptor {number} is out of range"
        );
        let fd = sys::dup_to_reserved(fd.into().as_fd()).expect("F_DUPFD_CLOEXEC");
        self.child.passed.push((fd, number));
        self
    }

    /// Starts it with this one of the standard descriptors closed; no other is open anyway.
    pub fn close_fd(mut self, number: RawFd) -> Self {
        assert!(
            (0..3).contains(&number),
            "only 0, 1 and 2 are open from the start, not {number}"
        );
        self.child.closed.push(number);
        self
    }

    /// Lets it take this long instead of two minutes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Runs it to its end, and kills what it left behind in its process group.
    ///
    /// # Panics
    /// If it cannot be started or does not end in time.
    #[track_caller]
    #[must_use]
    pub fn run(self) -> Outcome {
        self.spawn().wait()
    }
}

/// A path as the kernel takes it.
fn c_path(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).expect("a path has no NUL in it")
}
