//! Regular files of a root that may be anybody's: its /etc/passwd, a program in it, what is on its /proc.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::libc::S_IFREG;

use crate::self_fds::{SAFE_FLAGS, SelfFds};
use crate::sys::directory::status_of;
use crate::sys::errno::of_io_error;
use crate::sys::file::open;

/// The most that is read of a file whose size somebody else decides, in bytes.
pub(crate) const MOST_READ: u64 = 64 << 20;

/// Opens a regular file in a root that may be anybody's, for reading.
///
/// Whoever made that root may have put anything in the file's place, and may put something else there at any time: a
/// FIFO that keeps us waiting, a device whose opening does something. So what is opened is first found to be a regular
/// file, by a descriptor of `O_PATH`, and then opened again by that. Where there is no /proc it is opened again by its
/// name, and is not read unless it is the same file.
///
/// # Errors
/// Those of `open(2)`; EINVAL for what is no regular file.
pub fn open_regular(path: &Path) -> Result<File, Errno> {
    let found = open(path, OFlag::O_PATH)?;
    let status = status_of(&found)?;
    if status.file_type != S_IFREG {
        return Err(Errno::EINVAL);
    }
    let opened = match SelfFds::open() {
        Ok(fds) => fds.reopen(&found, OFlag::O_RDONLY)?,
        Err(_) => open(path, OFlag::O_RDONLY | SAFE_FLAGS)?,
    };
    let again = status_of(&opened)?;
    if !again.is_same_file(&status) {
        return Err(Errno::EINVAL);
    }
    Ok(File::from(opened))
}

/// Returns the contents of a regular file in a root that may be anybody's; of one that is longer than 64 MiB, the lines
/// that are whole in the first 64 MiB.
///
/// A file without an end must not take all memory. A line that is cut would be another one: `5` for `500`.
///
/// # Errors
/// As [`open_regular`], and those of `read(2)`.
pub fn read_regular(path: &Path) -> Result<Vec<u8>, Errno> {
    read_lines(path, MOST_READ)
}

/// Returns the same of 1 MiB: a database of users or groups in a root that may be anybody's.
///
/// # Errors
/// As [`read_regular`].
pub fn read_small(path: &Path) -> Result<Vec<u8>, Errno> {
    read_lines(path, 1 << 20)
}

/// [`read_regular`] of a file that is longer than `most` bytes if it is too long.
fn read_lines(path: &Path, most: u64) -> Result<Vec<u8>, Errno> {
    read_whole_lines(open_regular(path)?, most)
}

/// Returns the same of a file that is open.
pub(crate) fn read_whole_lines(file: File, most: u64) -> Result<Vec<u8>, Errno> {
    let mut contents = Vec::new();
    // One byte more shows whether the file continues.
    let read = file.take(most + 1).read_to_end(&mut contents);
    let read = read.map_err(|error| of_io_error(&error))?;
    if u64::try_from(read).is_ok_and(|read| read > most) {
        contents.pop();
        let last = contents.iter().rposition(|byte| *byte == b'\n');
        contents.truncate(last.map_or(0, |newline| newline + 1));
    }
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::file::write_all;

    #[test]
    fn only_a_regular_file_is_read_and_nothing_is_waited_for() {
        assert!(
            read_regular(Path::new("/proc/self/status")).is_ok_and(|status| !status.is_empty())
        );
        assert_eq!(read_regular(Path::new("/dev/zero")), Err(Errno::EINVAL));
        assert_eq!(read_regular(Path::new("/")), Err(Errno::EINVAL));
        assert_eq!(read_regular(Path::new("/no/such/file")), Err(Errno::ENOENT));
    }

    #[test]
    fn a_file_that_is_too_long_ends_with_its_last_whole_line() {
        let file = nix::unistd::mkstemp(&std::env::temp_dir().join("nscore-XXXXXX"));
        let (file, path) = file.expect("a file can be made");
        write_all(&file, b"a:5\nb:500\n").expect("it can be written to");
        let read =
            |most| read_lines(&path, most).map(|text| String::from_utf8_lossy(&text).into_owned());
        let whole = [10, 10, 9, 8, 4, 3, 0].map(read);
        std::fs::remove_file(&path).expect("it is ours");
        let expected = [
            "a:5\nb:500\n",
            "a:5\nb:500\n",
            "a:5\n",
            "a:5\n",
            "a:5\n",
            "",
            "",
        ];
        assert_eq!(whole, expected.map(|text| Ok(text.to_owned())));
    }
}
