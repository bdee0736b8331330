//! A tool that is held before each system call that it makes once it has forked, `ptrace(2)`. Its children run free.

use std::fs;
use std::io::Read;
use std::os::fd::AsFd;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::patience::patient;
use crate::sys;

/// How long a process may take: only a failing test waits this long.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Where the tool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Before a system call, after its first fork.
    Before,
    /// In a system call that blocks while the program runs: it waits for the program.
    Waits,
    /// It has become the program.
    IsProgram,
    /// It has ended.
    Ended,
}

/// The tool, its program's standard input, and what the program has written. Everything that comes of it is to end as a
/// child of this process, which must be a child subreaper, `PR_SET_CHILD_SUBREAPER`, and use no other children.
pub struct SyscallStepper {
    child: Child,
    pid: Pid,
    input: Option<ChildStdin>,
    written: Vec<u8>,
    in_call: bool,
    forked: bool,
    ended: Option<WaitStatus>,
    is_program: bool,
}

impl SyscallStepper {
    /// Starts it, traced, up to its first instruction.
    ///
    /// # Panics
    /// If it cannot be started or traced.
    #[must_use]
    pub fn start(mut command: Command) -> SyscallStepper {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        sys::before_exec(&mut command, ptrace::traceme);
        let mut child = command.spawn().expect("the tool can be started");
        let output = child.stdout.as_ref().expect("it was piped");
        let nonblocking = FcntlArg::F_SETFL(OFlag::O_NONBLOCK);
        fcntl(output.as_fd(), nonblocking).expect("a pipe can be nonblocking");
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process number"));
        waitpid(pid, None).expect("it stops at exec");
        let forks = Options::PTRACE_O_TRACEFORK
            | Options::PTRACE_O_TRACEVFORK
            | Options::PTRACE_O_TRACECLONE;
        let others = Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_TRACEEXEC;
        ptrace::setoptions(pid, forks | others | Options::PTRACE_O_EXITKILL).expect("traced");
        let input = child.stdin.take();
        SyscallStepper {
            child,
            pid,
            input,
            written: Vec::new(),
            in_call: false,
            forked: false,
            ended: None,
            is_program: false,
        }
    }

    /// Lets it run to the next step.
    ///
    /// # Panics
    /// If it cannot be traced, or takes too long.
    pub fn advance(&mut self) -> Step {
        let mut signal = None;
        loop {
            ptrace::syscall(self.pid, signal.take()).expect("a stopped tool can be let run");
            let Some(status) = self.next_stop() else {
                return Step::Waits;
            };
            match status {
                WaitStatus::PtraceSyscall(_) => {
                    self.in_call = !self.in_call;
                    if self.in_call && self.forked {
                        return Step::Before;
                    }
                }
                WaitStatus::PtraceEvent(_, _, libc::PTRACE_EVENT_EXEC) => {
                    self.is_program = true;
                    return Step::IsProgram;
                }
                WaitStatus::PtraceEvent(..) => {
                    self.forked = true;
                    let child = ptrace::getevent(self.pid).expect("the event has a number");
                    let child = Pid::from_raw(i32::try_from(child).expect("a process number"));
                    let _ = waitpid(child, Some(WaitPidFlag::__WALL));
                    let _ = ptrace::detach(child, None);
                }
                WaitStatus::Stopped(_, with) => signal = Some(with),
                ended => {
                    self.ended = Some(ended);
                    return Step::Ended;
                }
            }
        }
    }

    /// Its next stop, or none once it waits for its program.
    fn next_stop(&mut self) -> Option<WaitStatus> {
        let begun = Instant::now();
        let flags = WaitPidFlag::WNOHANG | WaitPidFlag::__WALL;
        loop {
            match waitpid(self.pid, Some(flags)).expect("a child can be waited for") {
                WaitStatus::StillAlive => {}
                status => return Some(status),
            }
            if self.has_program_started() && state(self.pid) == Some('S') {
                return None;
            }
            assert!(begun.elapsed() < patient(TIMEOUT), "{}", self.describe());
            sleep(Duration::from_micros(50));
        }
    }

    /// Sends it the signal, and lets it run on; `held`: it was before a system call and not in one.
    pub fn send_signal(&mut self, signal: Signal, held: bool) {
        kill(self.pid, signal).expect("a child that is not reaped can be sent signals");
        if held {
            // One that is killed by now is let run all the same.
            let _ = ptrace::setoptions(self.pid, Options::PTRACE_O_EXITKILL);
            let _ = ptrace::cont(self.pid, None);
        }
    }

    /// Returns whether the program has written that it runs.
    pub fn has_program_started(&mut self) -> bool {
        let mut bytes = [0; 64];
        if let Some(output) = &mut self.child.stdout {
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                self.written.extend(&bytes[..count]);
            }
        }
        self.written.starts_with(b"up\n")
    }

    /// Returns how it ended, if it has.
    #[must_use]
    pub fn ended(&self) -> Option<WaitStatus> {
        self.ended
    }

    /// Returns whether it has become the program itself.
    #[must_use]
    pub fn is_program(&self) -> bool {
        self.is_program
    }

    /// Closes the program's standard input, by which it ends.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Lets everything run, and reaps what has ended, until `condition` holds of what is left, by name.
    ///
    /// # Panics
    /// If it takes too long: naming what is left.
    #[track_caller]
    pub fn run_until(
        &mut self,
        what: &str,
        mut condition: impl FnMut(&mut Self, &[String]) -> bool,
    ) {
        let begun = Instant::now();
        loop {
            self.reap();
            let left = left();
            let names: Vec<String> = left.iter().map(|pid| name(*pid)).collect();
            if condition(self, &names) {
                return;
            }
            let late = begun.elapsed() > patient(TIMEOUT);
            assert!(
                !late,
                "{what}: in vain; left: {names:?}; {}",
                self.describe()
            );
            sleep(Duration::from_micros(200));
        }
    }

    fn reap(&mut self) {
        let flags = WaitPidFlag::WNOHANG | WaitPidFlag::__WALL;
        loop {
            match waitpid(None, Some(flags)) {
                Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD) => return,
                Ok(WaitStatus::Stopped(pid, signal)) => {
                    let _ = ptrace::cont(pid, signal);
                }
                Ok(WaitStatus::PtraceEvent(pid, ..) | WaitStatus::PtraceSyscall(pid)) => {
                    let _ = ptrace::cont(pid, None);
                }
                Ok(ended) if ended.pid() == Some(self.pid) => self.ended = Some(ended),
                Ok(_) => {}
                Err(errno) => panic!("waitpid: {errno}"),
            }
        }
    }

    fn describe(&self) -> String {
        let files = ["syscall", "wchan", "cmdline"].map(|file| {
            let path = format!("/proc/{}/{file}", self.pid);
            fs::read_to_string(path).unwrap_or_default()
        });
        format!("the tool: {:?} {:?} {files:?}", self.ended, state(self.pid))
    }
}

/// Makes this process the parent of all that loses its own below it, `PR_SET_CHILD_SUBREAPER`.
///
/// # Panics
/// If the kernel refuses.
pub fn adopt_orphans() {
    nix::sys::prctl::set_child_subreaper(true).expect("every process may");
}

/// The letter of its state in /proc.
fn state(pid: Pid) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(") ").next()?.chars().next()
}

/// All children of this process.
fn left() -> Vec<Pid> {
    let tasks = fs::read_dir("/proc/self/task").expect("/proc is there");
    let lists =
        tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok());
    let numbers = lists.flat_map(|list| {
        let numbers = list.split_whitespace().map(str::to_owned);
        numbers.collect::<Vec<_>>()
    });
    let numbers = numbers.filter_map(|number| number.parse().ok());
    numbers.map(Pid::from_raw).collect()
}

fn name(pid: Pid) -> String {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    name.trim_end().to_owned()
}
