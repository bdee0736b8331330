//! Signals: their names, blocking them, waiting for them, dying by one.

use std::mem::MaybeUninit;
use std::ptr;

use nix::errno::Errno;
use nix::libc::{self, c_int, sigset_t};
use nix::unistd::getpid;

use super::process::kill;

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

/// The number of the signal called `name`: in any case, with or without SIG, or `RTMIN+n` and `RTMAX-n`. `RTMIN` and
/// `RTMAX` alone are none, and neither is a number.
pub fn by_name(name: &str) -> Option<c_int> {
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

/// The decimal number at the start; what follows is ignored, as the original does.
fn leading_number(text: &str) -> Option<c_int> {
    let end = text.find(|character: char| !character.is_ascii_digit());
    text[..end.unwrap_or(text.len())].parse().ok()
}

/// A set of signals, `sigsetops(3)`. nix's type knows no signal above 31.
#[derive(Clone, Copy)]
pub struct SignalSet(sigset_t);

impl SignalSet {
    /// The set of these signals; a number that is no signal is left out.
    pub fn of(signals: &[c_int]) -> SignalSet {
        let mut set = MaybeUninit::<sigset_t>::uninit();
        // SAFETY: sigemptyset fills the whole set that the pointer, to a local, stands for.
        unsafe { libc::sigemptyset(set.as_mut_ptr()) };
        for signal in signals {
            // SAFETY: the set was initialised just above.
            unsafe { libc::sigaddset(set.as_mut_ptr(), *signal) };
        }
        // SAFETY: sigemptyset has initialised it; it cannot fail.
        SignalSet(unsafe { set.assume_init() })
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
        let mut before = SignalSet::of(&[]);
        // SAFETY: both pointers are to sets that outlive the call.
        let result = unsafe { libc::sigprocmask(how, &raw const self.0, &raw mut before.0) };
        Errno::result(result).map(|_| before)
    }

    /// Waits for one of these signals, which must be blocked, and takes it, `sigwaitinfo(2)`.
    ///
    /// # Errors
    /// EINTR if a handler of another signal ran.
    pub fn wait(&self) -> Result<c_int, Errno> {
        // SAFETY: the set outlives the call, and a null pointer asks for no details.
        let signal = unsafe { libc::sigwaitinfo(&raw const self.0, ptr::null_mut()) };
        Errno::result(signal)
    }
}

/// Gives `signal` its default action, `sigaction(2)`.
///
/// # Errors
/// EINVAL if there is no such signal or its action cannot be changed.
pub fn set_default(signal: c_int) -> Result<(), Errno> {
    // SAFETY: SIG_DFL is no function, so nothing of ours is called when the signal comes.
    let before = unsafe { libc::signal(signal, libc::SIG_DFL) };
    if before == libc::SIG_ERR {
        Err(Errno::last())
    } else {
        Ok(())
    }
}

/// Ends this process by `signal`, so that whoever waits for it sees what the program's own death would have shown.
///
/// Returns, with the status that a shell would report, only where the signal does not end the process: the first one
/// of a pid namespace is spared.
pub fn die_by(signal: c_int) -> c_int {
    // SIGKILL and SIGSTOP cannot be changed, nor need they be: they have their default action for ever.
    let _ = set_default(signal);
    let _ = SignalSet::of(&[signal]).unblock();
    let _ = kill(getpid(), signal);
    128 + signal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_case_with_or_without_sig() {
        for name in ["TERM", "term", "SIGTERM", "sigterm", "SigTerm"] {
            assert_eq!(by_name(name), Some(libc::SIGTERM), "{name}");
        }
        assert_eq!(by_name("CLD"), by_name("CHLD"));
        assert_eq!(by_name("RTMIN+1"), Some(libc::SIGRTMIN() + 1));
        assert_eq!(by_name("sigrtmax-0"), Some(libc::SIGRTMAX()));
        assert_eq!(by_name("RTMIN+1x"), Some(libc::SIGRTMIN() + 1));
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
            assert_eq!(by_name(name), None, "{name}");
        }
    }

    #[test]
    fn a_blocked_signal_can_be_waited_for() {
        let set = SignalSet::of(&[libc::SIGUSR1]);
        let before = set.block().expect("a signal can be blocked");
        // raise(3) sends it to this thread, which has just blocked it.
        nix::sys::signal::raise(nix::sys::signal::Signal::SIGUSR1).expect("a signal can be raised");
        assert_eq!(set.wait(), Ok(libc::SIGUSR1));
        before.restore().expect("a mask can be restored");
    }
}
