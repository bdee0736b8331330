//! What differs between two runs though the programs are alike, process ids and inode numbers first of all, is hidden
//! by a mask before [`DifferentialTest`](crate::DifferentialTest) compares: a function from the bytes written to the
//! bytes compared.

/// Every run of digits becomes `N`: `/proc/4711/ns/net:[4026531840]` is `/proc/N/ns/net:[N]`.
#[must_use]
pub fn numbers(bytes: &[u8]) -> Vec<u8> {
    bytes
        .chunk_by(|left, right| left.is_ascii_digit() && right.is_ascii_digit())
        .flat_map(|run| if run[0].is_ascii_digit() { b"N" } else { run })
        .copied()
        .collect()
}

/// The process id in a path below `/proc` becomes `PID`: `/proc/4711/uid_map` is `/proc/PID/uid_map`;
/// other numbers stay.
#[must_use]
pub fn proc_pids(bytes: &[u8]) -> Vec<u8> {
    const PROC: &[u8] = b"/proc/";
    let mut masked = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(&first) = rest.first() {
        let digits = rest.strip_prefix(PROC).map_or(0, |name| {
            name.iter().take_while(|byte| byte.is_ascii_digit()).count()
        });
        if digits > 0 {
            masked.extend_from_slice(b"/proc/PID");
            rest = &rest[PROC.len() + digits..];
        } else {
            masked.push(first);
            rest = &rest[1..];
        }
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::{numbers, proc_pids};

    #[test]
    fn numbers_of_any_length_become_one_letter() {
        assert_eq!(numbers(b"1 a22b\xff333"), b"N aNb\xffN");
        assert_eq!(numbers(b""), b"");
    }

    #[test]
    fn only_the_number_after_proc_is_a_pid() {
        assert_eq!(
            proc_pids(b"mount /proc/71/ns/mnt on 9: /proc/self, 5"),
            b"mount /proc/PID/ns/mnt on 9: /proc/self, 5"
        );
        assert_eq!(
            proc_pids(b"/proc/1/proc/2"),
            b"/proc/PID/proc/PID".as_slice()
        );
    }
}
