//! /proc/PID/status, `proc_pid_status(5)`: a line for each thing that the kernel says of a process.

/// The file as it was read.
#[derive(Debug, Clone)]
pub struct ProcStatus(Vec<u8>);

impl ProcStatus {
    /// Returns the file with these contents.
    pub fn new(contents: impl Into<Vec<u8>>) -> ProcStatus {
        ProcStatus(contents.into())
    }

    /// Returns what is on the line of this name, without the blanks around it.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut lines = self.0.split(|byte| *byte == b'\n');
        let value =
            lines.find_map(|line| line.strip_prefix(name.as_bytes())?.strip_prefix(b":"))?;
        std::str::from_utf8(value).ok().map(str::trim)
    }

    /// Returns the set of bits on a line: `CapEff`, `SigCgt`.
    pub fn mask(&self, name: &str) -> Option<u64> {
        // The number reader would take a plus.
        let digits = self.field(name).filter(|field| !field.starts_with('+'))?;
        u64::from_str_radix(digits, 16).ok()
    }

    /// Returns whether a capability is in a set: 21 in `CapEff`.
    pub fn has_capability(&self, set: &str, number: u32) -> Option<bool> {
        Some(self.mask(set)?.checked_shr(number)? & 1 == 1)
    }

    /// Returns whether the process is under a seccomp filter, `seccomp(2)`.
    pub fn is_filtered(&self) -> bool {
        self.field("Seccomp") == Some("2")
    }

    /// Returns the effective user.
    pub fn user(&self) -> Option<u32> {
        self.field("Uid")?
            .split_ascii_whitespace()
            .nth(1)?
            .parse()
            .ok()
    }

    /// Returns the effective group.
    pub fn group(&self) -> Option<u32> {
        self.field("Gid")?
            .split_ascii_whitespace()
            .nth(1)?
            .parse()
            .ok()
    }

    /// Returns whether the process is a part of the kernel; since Linux 6.8 it says so.
    pub fn is_kernel_thread(&self) -> bool {
        // Before that: it has no memory of its own, and is no zombie, which has none either.
        let memory = self.field("VmSize").is_some();
        match self.field("Kthread") {
            Some(answer) => answer == "1",
            None => !memory && !self.is_zombie() && self.field("State").is_some(),
        }
    }

    /// Returns whether the process has ended and its parent has not waited for it.
    pub fn is_zombie(&self) -> bool {
        self.field("State")
            .is_some_and(|state| state.starts_with(['Z', 'X']))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::ProcStatus;

    #[test]
    fn a_line_is_found_by_its_whole_name() {
        let status = ProcStatus::new(
            "Name:\tUid:\nUid:\t1\t2\t3\t4\nCapEff:\t0000000000200000\nSeccomp:\t2\n",
        );
        assert_eq!(status.field("Name"), Some("Uid:"));
        assert_eq!(status.field("Ui"), None);
        assert_eq!(status.user(), Some(2));
        assert_eq!(status.has_capability("CapEff", 21), Some(true));
        assert_eq!(status.has_capability("CapEff", 20), Some(false));
        assert_eq!(status.has_capability("CapEff", 64), None);
        assert_eq!(status.has_capability("CapBnd", 21), None);
        assert!(status.is_filtered());
    }

    #[test]
    fn a_kernel_thread_is_known_on_old_kernels_too() {
        for (status, expected) in [
            ("State:\tS (sleeping)\nKthread:\t1\n", true),
            ("State:\tS (sleeping)\nVmSize:\t5 kB\nKthread:\t0\n", false),
            ("State:\tS (sleeping)\nSigQ:\t1\n", true),
            ("State:\tR (running)\nVmSize:\t5 kB\n", false),
            ("State:\tZ (zombie)\nSigQ:\t1\n", false),
            ("", false),
        ] {
            assert_eq!(
                ProcStatus::new(status).is_kernel_thread(),
                expected,
                "{status:?}"
            );
        }
    }

    #[test]
    fn this_process_is_neither_a_zombie_nor_the_kernel() {
        let status = super::super::Proc::mounted()
            .status("self")
            .expect("/proc is there");
        assert!(!status.is_zombie() && !status.is_kernel_thread());
        assert_eq!(status.user(), Some(nix::unistd::geteuid().as_raw()));
    }

    proptest! {
        #[test]
        fn any_file_is_answered(contents in any::<Vec<u8>>()) {
            let status = ProcStatus::new(contents);
            let _ = (status.user(), status.mask("CapEff"), status.is_zombie(), status.is_kernel_thread());
        }
    }
}
