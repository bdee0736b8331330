//! Which descriptors are this process's own. The scan opens files of namespaces for a moment; another worker must not
//! report them as holders.

use std::ffi::CStr;

use crate::procfs::parse_digits;
use crate::sys::directory::Directory;
use nix::libc::O_CLOEXEC;

/// Returns the number of this process in the pid namespace that /proc is of, which may be another than its own.
pub(super) fn pid_in(proc: &Directory) -> Option<u32> {
    let mut target = [0; 16];
    proc.read_link_into(c"self", &mut target)
        .ok()
        .and_then(parse_digits)
}

/// Returns whether the caller has handed down this descriptor of ours: all that we open is close-on-exec, and no
/// descriptor is that came through an exec. `descriptors` is this process's directory `fd`.
pub(super) fn is_inherited(descriptors: &Directory, name: &CStr) -> bool {
    let path = [b"../fdinfo/", name.to_bytes_with_nul()].concat();
    let path = CStr::from_bytes_with_nul(&path).unwrap_or_default();
    let mut text = [0; 256];
    let text = descriptors.read_into(path, &mut text);
    text.is_ok_and(|text| flags(text).is_some_and(|flags| flags & O_CLOEXEC as u32 == 0))
}

/// Returns the flags that a file below fdinfo contains, `proc_pid_fdinfo(5)`: octal digits.
fn flags(text: &[u8]) -> Option<u32> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let digits = lines.find_map(|line| line.strip_prefix(b"flags:\t"))?;
    let digits = std::str::from_utf8(digits).ok()?;
    u32::from_str_radix(digits, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::os::fd::AsRawFd;

    #[test]
    fn what_this_process_has_opened_is_not_inherited() {
        let own = Directory::open(c"/proc/self/fd").expect("its own");
        let file = File::open("/proc/self/ns/net").expect("its own");
        let name = |number: i32| std::ffi::CString::new(number.to_string()).expect("digits");
        assert!(!is_inherited(&own, &name(file.as_raw_fd())));
        let caller = nix::unistd::dup(&file).expect("a descriptor is free");
        assert!(is_inherited(&own, &name(caller.as_raw_fd())));
        assert!(!is_inherited(&own, c"99999"));
    }

    #[test]
    fn flags_are_read() {
        assert_eq!(
            flags(b"pos:\t0\nflags:\t02100000\nmnt_id:\t4\n"),
            Some(0o2_100_000)
        );
        assert_eq!(flags(b"pos:\t0\nflags:\t0"), Some(0));
        assert_eq!(flags(b"pos:\t0\n"), None);
        assert_eq!(flags(b"flags:\t8"), None);
    }

    #[test]
    fn this_process_has_a_number() {
        let proc = Directory::open(c"/proc").expect("/proc");
        assert_eq!(pid_in(&proc), Some(std::process::id()));
    }
}
