//! The line of /proc/PID/stat, `proc_pid_stat(5)`, as far as a list of namespaces needs it.

use nix::libc;

use crate::link::number;

/// A process as its stat file tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stat<'a> {
    /// Its name, which may hold any byte but zero.
    pub(crate) name: &'a [u8],
    /// The process id of its parent.
    pub(crate) parent: u32,
    /// How many threads it has.
    pub(crate) threads: u32,
    /// Whether it is a thread of the kernel's own, which has neither descriptors nor a command line.
    pub(crate) kernel: bool,
}

/// PF_KTHREAD of the kernel's linux/sched.h, which the flags of a kernel thread have had since Linux 2.6.28.
const KERNEL_THREAD: u32 = libc::PF_KTHREAD as u32;

/// Reads the line. The name is in parentheses and may hold some itself, so it ends at the last one.
pub(crate) fn parse(line: &[u8]) -> Option<Stat<'_>> {
    let start = line.iter().position(|byte| *byte == b'(')? + 1;
    let end = line.iter().rposition(|byte| *byte == b')')?;
    let name = line.get(start..end)?;
    // What follows begins with the state, the third field.
    let rest = line.get(end + 1..)?.strip_prefix(b" ")?;
    let mut fields = rest.split(|byte| *byte == b' ');
    let parent = number(fields.nth(4 - 3)?)?;
    let flags = number(fields.nth(9 - 4 - 1)?)?;
    let threads = number(fields.nth(20 - 9 - 1)?)?;
    Some(Stat {
        name,
        parent,
        threads,
        kernel: flags & KERNEL_THREAD != 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_read_whatever_the_name_is() {
        for name in ["sh", "", ") S 5", "((", "a b\n)"] {
            let line = format!("7 ({name}) S 3 7 7 0 -1 2129984 1 0 0 0 0 0 0 0 20 0 9 0 14 0 0");
            let stat = Stat {
                name: name.as_bytes(),
                parent: 3,
                threads: 9,
                kernel: true,
            };
            assert_eq!(parse(line.as_bytes()), Some(stat));
        }
    }

    #[test]
    fn a_line_cut_short_is_none() {
        let line = b"7 (sh) S 3 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 9 0 14 0 0";
        for length in 0..42 {
            assert_eq!(parse(&line[..length]), None);
        }
        assert_eq!(
            parse(b"7 )sh( S 3 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 9 0 14"),
            None
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = parse(&bytes);
        }
    }
}
