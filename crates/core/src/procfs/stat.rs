//! The line of /proc/PID/stat, `proc_pid_stat(5)`, as far as the programs need it.

use nix::libc;

use super::parse_digits;

/// A process as its stat file describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat<'a> {
    /// Its name, which may hold any byte but zero.
    pub name: &'a [u8],
    /// The process id of its parent.
    pub parent: u32,
    /// How many threads it has.
    pub threads: u32,
    /// Whether it is a thread of the kernel's own, which has neither descriptors nor a command line.
    pub kernel: bool,
    /// When it was started, in clock ticks since the machine was.
    pub started: u64,
}

/// PF_KTHREAD of the kernel's linux/sched.h, which the flags of a kernel thread have had since Linux 2.6.28.
const KERNEL_THREAD: u32 = libc::PF_KTHREAD as u32;

impl Stat<'_> {
    /// Reads the line; `None` for anything else. The name is in parentheses and may hold some itself, so it ends at the
    /// last one.
    pub fn parse(line: &[u8]) -> Option<Stat<'_>> {
        let start = line.iter().position(|byte| *byte == b'(')? + 1;
        let end = line.iter().rposition(|byte| *byte == b')')?;
        let name = line.get(start..end)?;
        // What follows begins with the state, the third field.
        let rest = line.get(end + 1..)?.strip_prefix(b" ")?;
        let mut fields = rest.split(|byte| *byte == b' ');
        let parent = parse_digits(fields.nth(4 - 3)?)?;
        let flags: u32 = parse_digits(fields.nth(9 - 4 - 1)?)?;
        let threads = parse_digits(fields.nth(20 - 9 - 1)?)?;
        let started = parse_digits(fields.nth(22 - 20 - 1)?)?;
        Some(Stat {
            name,
            parent,
            threads,
            kernel: flags & KERNEL_THREAD != 0,
            started,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_read_whatever_the_name_is() {
        for name in ["sh", "", ") S 5", ") S 1 (", "((", "a b\n)", "\u{1b}"] {
            let line = format!("7 ({name}) S 3 7 7 0 -1 2129984 1 0 0 0 0 0 0 0 20 0 9 0 14 0 0");
            let stat = Stat {
                name: name.as_bytes(),
                parent: 3,
                threads: 9,
                kernel: true,
                started: 14,
            };
            assert_eq!(Stat::parse(line.as_bytes()), Some(stat));
        }
    }

    #[test]
    fn a_line_cut_short_is_none() {
        let line = b"7 (sh) S 3 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 9 0 14 0 0";
        for length in 0..42 {
            assert_eq!(Stat::parse(&line[..length]), None);
        }
        assert_eq!(
            Stat::parse(b"7 )sh( S 3 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 9 0 14"),
            None
        );
    }

    #[test]
    fn a_line_of_something_else_is_none() {
        for line in ["", "5 (sh", "5 (sh) S 1", "5 (sh) S x"] {
            assert_eq!(Stat::parse(line.as_bytes()), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = Stat::parse(&bytes);
        }
    }
}
