//! Signals: their names, blocking them, waiting for them, dying and stopping by one.

use std::mem::MaybeUninit;
use std::ptr;

use nix::errno::Errno;
use nix::libc::{self, c_int, c_ulong, siginfo_t};
use nix::unistd::getpid;

use super::process::{kill, make_undumpable};
use super::siginfo::SigInfo;

/// The names of `signal(7)` without SIG, several for some numbers.
const NAMES: [(&str, c_int); 34] = [
    ("HUP", libc::SIGHUP),
    ("INT", libc::SIGINT),
    ("QUIT", libc::SIGQUIT),
    ("ILL", libc::SIGILL),
    ("TRAP", libc::SIGTRAP),
    ("ABRT", libc::SIGABRT),
    ("IOT", libc::SIGIOT),
    ("BUS", libc::SIGBUS),
    ("FPE", libc::SIGFPE),
    ("KILL", libc::SIGKILL),
    ("USR1", libc::SIGUSR1),
    ("SEGV", libc::SIGSEGV),
    ("USR2", libc::SIGUSR2),
    ("PIPE", libc::SIGPIPE),
    ("ALRM", libc::SIGALRM),
    ("TERM", libc::SIGTERM),
    ("STKFLT", libc::SIGSTKFLT),
    ("CHLD", libc::SIGCHLD),
    ("CLD", libc::SIGCHLD),
    ("CONT", libc::SIGCONT),
    ("STOP", libc::SIGSTOP),
    ("TSTP", libc::SIGTSTP),
    ("TTIN", libc::SIGTTIN),
    ("TTOU", libc::SIGTTOU),
    ("URG", libc::SIGURG),
    ("XCPU", libc::SIGXCPU),
    ("XFSZ", libc::SIGXFSZ),
    ("VTALRM", libc::SIGVTALRM),
    ("PROF", libc::SIGPROF),
    ("WINCH", libc::SIGWINCH),
    ("IO", libc::SIGIO),
    ("POLL", libc::SIGPOLL),
    ("PWR", libc::SIGPWR),
    ("SYS", libc::SIGSYS),
];

/// Returns the number of the signal called `name`: in any case, with or without SIG, or `RTMIN+n` and `RTMAX-n`.
/// `RTMIN` and `RTMAX` alone are none, and neither is a number.
pub fn number_of(name: &str) -> Option<c_int> {
    let upper = name.to_ascii_uppercase();
    let plain = upper.strip_prefix("SIG").unwrap_or(&upper);
    let (first, last) = (libc::SIGRTMIN(), libc::SIGRTMAX());
    let named = || NAMES.iter().find(|(known, _)| *known == plain);
    let number = if let Some(above) = plain.strip_prefix("RTMIN+") {
        first.checked_add(leading_number(above)?)?
    } else if let Some(below) = plain.strip_prefix("RTMAX-") {
        last.checked_sub(leading_number(below)?)?
    } else {
        return named().map(|(_, number)| *number);
    };
    (first..=last).contains(&number).then_some(number)
}

/// Returns the names that [`number_of`] knows, without `SIG`.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

/// Returns the decimal number at the start; what follows is ignored, as the original does.
fn leading_number(text: &str) -> Option<c_int> {
    let end = text.find(|character: char| !character.is_ascii_digit());
    text[..end.unwrap_or(text.len())].parse().ok()
}

/// A set of signals, `sigsetops(3)`, in the kernel's form: one bit for each, in words.
///
/// nix's type knows no signal above 31, and the C library keeps 32 and 33 to itself: nobody can block, wait for or
/// restore them through its functions, but anybody can send them, and a caller can have blocked them all the same.
#[derive(Clone, Copy)]
pub struct SignalSet([c_ulong; WORDS]);

/// Room for 128 signals, which is twice what most architectures have.
const WORDS: usize = 128 / c_ulong::BITS as usize;

impl SignalSet {
    /// Returns the set of these signals; a number that is no signal is left out.
    pub fn new(signals: &[c_int]) -> SignalSet {
        let mut set = SignalSet([0; WORDS]);
        for (word, bit) in signals.iter().copied().filter_map(place) {
            set.0[word] |= bit;
        }
        set
    }

    /// Returns every signal; the kernel leaves out KILL and STOP, which nobody can block.
    pub fn full() -> SignalSet {
        SignalSet([c_ulong::MAX; WORDS])
    }

    /// Returns whether this signal is in the set.
    pub fn has(&self, signal: c_int) -> bool {
        place(signal).is_some_and(|(word, bit)| self.0[word] & bit != 0)
    }

    /// Blocks these signals and returns the mask from before, `sigprocmask(2)`.
    ///
    /// # Errors
    /// None that the kernel documents for this.
    pub fn block(&self) -> Result<SignalSet, Errno> {
        self.change_mask(libc::SIG_BLOCK)
    }

    /// Makes this the mask.
    ///
    /// # Errors
    /// As [`SignalSet::block`].
    pub fn restore(&self) -> Result<(), Errno> {
        self.change_mask(libc::SIG_SETMASK).map(drop)
    }

    /// Lets these signals in again.
    ///
    /// # Errors
    /// As [`SignalSet::block`].
    pub fn unblock(&self) -> Result<(), Errno> {
        self.change_mask(libc::SIG_UNBLOCK).map(drop)
    }

    fn change_mask(&self, how: c_int) -> Result<SignalSet, Errno> {
        let mut before = SignalSet::new(&[]);
        let (new, old) = (self.0.as_ptr(), before.0.as_mut_ptr());
        // SAFETY: both pointers are to sets that outlive the call and have room for the size that is passed.
        let result =
            unsafe { libc::syscall(libc::SYS_rt_sigprocmask, how, new, old, kernel_size()) };
        Errno::result(result).map(|_| before)
    }

    /// Returns the signals that have come to this process while it blocked them, `sigpending(2)`.
    ///
    /// # Errors
    /// None that the kernel documents for this.
    pub fn pending() -> Result<SignalSet, Errno> {
        let mut set = SignalSet::new(&[]);
        // SAFETY: the pointer is to a set that outlives the call and has room for the size that is passed.
        let result =
            unsafe { libc::syscall(libc::SYS_rt_sigpending, set.0.as_mut_ptr(), kernel_size()) };
        Errno::result(result).map(|_| set)
    }

    /// Waits for one of these signals, which must be blocked, and takes it, `sigwaitinfo(2)`.
    ///
    /// # Errors
    /// EINTR if a handler of another signal ran, or the process was stopped and continued.
    pub fn wait(&self) -> Result<SigInfo, Errno> {
        self.take(None)
    }

    /// Takes one of these signals, which must be blocked, if one has come, `sigtimedwait(2)`.
    ///
    /// # Errors
    /// None that the kernel documents for this.
    pub fn poll(&self) -> Result<Option<SigInfo>, Errno> {
        self.wait_seconds(0)
    }

    /// Waits so many seconds for one of these signals, which must be blocked, and takes it if it comes,
    /// `sigtimedwait(2)`.
    ///
    /// # Errors
    /// As [`SignalSet::wait`].
    pub fn wait_seconds(&self, seconds: u8) -> Result<Option<SigInfo>, Errno> {
        let timeout = libc::timespec {
            tv_sec: seconds.into(),
            tv_nsec: 0,
        };
        match self.take(Some(&timeout)) {
            Err(Errno::EAGAIN) => Ok(None),
            taken => taken.map(Some),
        }
    }

    fn take(&self, timeout: Option<&libc::timespec>) -> Result<SigInfo, Errno> {
        let timeout = timeout.map_or(ptr::null(), ptr::from_ref);
        let (call, set) = (libc::SYS_rt_sigtimedwait, self.0.as_ptr());
        let mut details = MaybeUninit::<siginfo_t>::zeroed();
        let to = details.as_mut_ptr();
        // SAFETY: the set has room for the size that is passed, the kernel writes one siginfo_t, the timeout is null or
        // a reference was given, and all outlive the call.
        let signal = unsafe { libc::syscall(call, set, to, timeout, kernel_size()) };
        // SAFETY: siginfo_t is plain data, for which even the zeros that it began with are a value.
        Errno::result(signal).map(|_| SigInfo::new(unsafe { details.assume_init() }))
    }
}

/// Returns where a signal has its bit: in which word, and the bit alone.
fn place(signal: c_int) -> Option<(usize, c_ulong)> {
    let number = usize::try_from(signal.checked_sub(1)?).ok()?;
    let (word, bit) = (
        number / c_ulong::BITS as usize,
        number % c_ulong::BITS as usize,
    );
    (word < WORDS).then_some((word, 1 << bit))
}

/// Returns the size of the kernel's sigset_t in bytes, one bit for each signal.
fn kernel_size() -> usize {
    usize::try_from(libc::SIGRTMAX()).map_or(0, |signals| signals.div_ceil(8))
}

/// Gives `signal` its default action, `sigaction(2)`; straight to the kernel, as a [`SignalSet`].
///
/// # Errors
/// EINVAL if there is no such signal or its action cannot be changed.
pub fn set_default(signal: c_int) -> Result<(), Errno> {
    // The kernel's own structure, of at most this size; all zeros are SIG_DFL, no flags and an empty mask.
    let default = [0_u64; 6];
    let nothing = ptr::null_mut::<u64>();
    // SAFETY: the first pointer is to a local that outlives the call, the second is null: the action from before is
    // not asked for. SIG_DFL is no function, so nothing of ours is called when the signal comes.
    let result = unsafe {
        libc::syscall(
            libc::SYS_rt_sigaction,
            signal,
            default.as_ptr(),
            nothing,
            kernel_size(),
        )
    };
    Errno::result(result).map(drop)
}

/// Ends this process by `signal`, so that whoever waits for it sees what the program's own death would have shown.
///
/// Returns, with the status that a shell would report, only where the signal does not end the process: the first one
/// of a pid namespace is spared.
///
/// It leaves no core file: where the program has left one, it would be overwritten.
pub fn die_by(signal: c_int) -> c_int {
    let _ = make_undumpable();
    // SIGKILL and SIGSTOP cannot be changed, nor need they be: they have their default action for ever.
    let _ = set_default(signal);
    let _ = SignalSet::new(&[signal]).unblock();
    let _ = kill(getpid(), signal);
    128 + signal
}

/// Stops this process by `signal`, one of those that stop a process, and returns once somebody has continued it. The
/// signal is blocked before and after.
///
/// Where nobody is left who could continue it, the kernel lets STOP alone stop it, and this returns at once.
///
/// # Errors
/// Those of `kill(2)` and `sigprocmask(2)`.
pub fn stop_by(signal: c_int) -> Result<(), Errno> {
    let set = SignalSet::new(&[signal]);
    // STOP cannot be changed and need not be.
    let _ = set_default(signal);
    // Sent while it is blocked, so that it is one with the signal that may have come already, and not a second stop.
    kill(getpid(), signal)?;
    set.unblock()?;
    set.block().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_case_with_or_without_sig() {
        for name in ["TERM", "term", "SIGTERM", "sigterm", "SigTerm"] {
            assert_eq!(number_of(name), Some(libc::SIGTERM), "{name}");
        }
        assert_eq!(number_of("CLD"), number_of("CHLD"));
        assert_eq!(number_of("RTMIN+1"), Some(libc::SIGRTMIN() + 1));
        assert_eq!(number_of("sigrtmax-0"), Some(libc::SIGRTMAX()));
        assert_eq!(number_of("RTMIN+1x"), Some(libc::SIGRTMIN() + 1));
    }

    #[test]
    fn what_is_no_name_is_unknown() {
        let names = [
            "",
            "SIG",
            "SIGSIGTERM",
            "9",
            "RTMIN",
            "RTMAX",
            "RTMIN-1",
            "RTMAX+1",
            "RTMIN+31",
            "RTMIN+",
            "UNUSED",
        ];
        for name in names
            .into_iter()
            .chain(["RTMIN+99999999999", "RTMIN+2147483647", "TERM ", "é"])
        {
            assert_eq!(number_of(name), None, "{name}");
        }
    }

    #[test]
    fn a_blocked_signal_can_be_waited_for() {
        let set = SignalSet::new(&[libc::SIGUSR1]);
        let before = set.block().expect("a signal can be blocked");
        // raise(3) sends it to this thread, which has just blocked it.
        nix::sys::signal::raise(nix::sys::signal::Signal::SIGUSR1).expect("a signal can be raised");
        let pending = SignalSet::pending().expect("pending signals can be asked for");
        assert!(pending.has(libc::SIGUSR1));
        assert!(!pending.has(libc::SIGUSR2));
        let other = SignalSet::new(&[libc::SIGUSR2]).poll();
        assert!(other.expect("it is allowed to look").is_none());
        assert_eq!(set.wait().map(|signal| signal.number()), Ok(libc::SIGUSR1));
        before.restore().expect("a mask can be restored");
    }
}
