//! The calls of the C library that nix has no safe wrapper for: what it makes of a command line, a number, a file of
//! users or groups.

use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr::{null, null_mut};
use std::sync::{Mutex, PoisonError};

use nix::errno::Errno;
use nix::libc::{self, FILE, group, passwd};

/// `struct option` of getopt.h.
#[repr(C)]
struct LongOption {
    name: *const c_char,
    has_arg: c_int,
    flag: *mut c_int,
    val: c_int,
}

unsafe extern "C" {
    static mut optarg: *mut c_char;
    static mut optind: c_int;
    static mut opterr: c_int;
    fn getopt_long(
        argc: c_int,
        argv: *const *mut c_char,
        short: *const c_char,
        long: *const LongOption,
        index: *mut c_int,
    ) -> c_int;
    fn fgetpwent(stream: *mut FILE) -> *mut passwd;
    fn fgetgrent(stream: *mut FILE) -> *mut group;
}

/// getopt_long(3) keeps where it is in variables of the process.
static GETOPT: Mutex<()> = Mutex::new(());

/// Returns what getopt_long(3) returned one after the other, each with the option's value, up to the first mistake, and
/// what it left as operands. `long` has a name, whether it takes a value (0 no, 1 yes, 2 perhaps) and what is returned
/// for it.
pub(crate) fn getopt(
    short: &CStr,
    long: &[(CString, c_int, c_int)],
    words: &[CString],
) -> (Vec<(c_int, Option<CString>)>, Vec<CString>) {
    let _alone = GETOPT.lock().unwrap_or_else(PoisonError::into_inner);
    let option = |name: *const c_char, has_arg, val| LongOption {
        name,
        has_arg,
        flag: null_mut(),
        val,
    };
    let known = long
        .iter()
        .map(|(name, has_arg, val)| option(name.as_ptr(), *has_arg, *val));
    let long: Vec<LongOption> = known.chain([option(null(), 0, 0)]).collect();
    let mut argv: Vec<*mut c_char> = words.iter().map(|word| word.as_ptr().cast_mut()).collect();
    argv.push(null_mut());
    // SAFETY: nobody else looks at the variable while the lock is held; 0 starts anew.
    unsafe { optind = 0 };
    // SAFETY: likewise; 0 has it print nothing.
    unsafe { opterr = 0 };
    let mut met = Vec::new();
    while let Some((code, value)) = next_option(&mut argv, short, &long) {
        met.push((code, value));
        if code == c_int::from(b'?') {
            return (met, Vec::new());
        }
    }
    // SAFETY: under the lock nobody else writes to the variable.
    let first = usize::try_from(unsafe { optind }).expect("it counts words");
    let rest = argv.iter().take(words.len()).skip(first);
    // SAFETY: the array still has the words alone, in another order.
    let rest = rest.map(|word| unsafe { CStr::from_ptr(*word) }.to_owned());
    (met, rest.collect())
}

/// The next option, under the lock; `None` after the last. `argv` are words and a null pointer, `long` ends with one
/// without a name.
fn next_option(
    argv: &mut [*mut c_char],
    short: &CStr,
    long: &[LongOption],
) -> Option<(c_int, Option<CString>)> {
    let count = c_int::try_from(argv.len() - 1).expect("a command line is short");
    let (argv, long) = (argv.as_mut_ptr(), long.as_ptr());
    // SAFETY: the words, their array and both tables outlive the call, and each ends as it should. It moves the
    // pointers of the array and writes to no word.
    let code = unsafe { getopt_long(count, argv, short.as_ptr(), long, null_mut()) };
    if code == -1 {
        return None;
    }
    // SAFETY: under the lock nobody else writes to the variable.
    let value = unsafe { optarg };
    // SAFETY: what is not null points to the end of a word.
    let value = (!value.is_null()).then(|| unsafe { CStr::from_ptr(value) }.to_owned());
    Some((code, value))
}

/// strtoll(3) in base ten: the number, how many bytes it took, and whether it is in range.
pub(crate) fn strtoll(text: &CStr) -> (i64, usize, bool) {
    let mut end = null_mut();
    Errno::clear();
    // SAFETY: the text ends with a zero byte, and `end` is a local.
    let number = unsafe { libc::strtoll(text.as_ptr(), &raw mut end, 10) };
    let in_range = Errno::last() != Errno::ERANGE;
    let taken = (end as usize) - (text.as_ptr() as usize);
    (number, taken, in_range)
}

/// A file of users or groups, read from memory.
struct Stream(*mut FILE);

impl Stream {
    fn over(contents: &[u8]) -> Option<Stream> {
        let pointer = contents.as_ptr().cast_mut().cast();
        // SAFETY: the contents outlive the stream, which only reads them; the mode is a C string.
        let stream = unsafe { libc::fmemopen(pointer, contents.len(), c"r".as_ptr()) };
        (!stream.is_null()).then_some(Stream(stream))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: fmemopen has made it, and nobody else has it.
        unsafe { libc::fclose(self.0) };
    }
}

/// fgetpwent(3) and fgetgrent(3) each return the same structure again and again. Not fgetpwent_r, which musl lacks.
static ENTRY: Mutex<()> = Mutex::new(());

/// The entries of fgetpwent(3): name, user, group, shell.
pub(crate) fn passwd_entries(contents: &[u8]) -> Vec<(CString, u32, u32, CString)> {
    let mut entries = Vec::new();
    let Some(stream) = Stream::over(contents) else {
        return entries;
    };
    let _alone = ENTRY.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        // SAFETY: the stream is open.
        let entry = unsafe { fgetpwent(stream.0) };
        // SAFETY: it is null, or an entry that nobody else changes while the lock is held.
        let Some(entry) = (unsafe { entry.as_ref() }) else {
            return entries;
        };
        let (name, shell) = (text(entry.pw_name), text(entry.pw_shell));
        entries.push((name, entry.pw_uid, entry.pw_gid, shell));
    }
}

/// The entries of fgetgrent(3): name, group, members.
pub(crate) fn group_entries(contents: &[u8]) -> Vec<(CString, u32, Vec<CString>)> {
    let mut entries = Vec::new();
    let Some(stream) = Stream::over(contents) else {
        return entries;
    };
    let _alone = ENTRY.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        // SAFETY: the stream is open.
        let entry = unsafe { fgetgrent(stream.0) };
        // SAFETY: it is null, or an entry that nobody else changes while the lock is held.
        let Some(entry) = (unsafe { entry.as_ref() }) else {
            return entries;
        };
        let mut members = Vec::new();
        loop {
            // SAFETY: it has succeeded, so this is an array, and its end has not yet been met.
            let place = unsafe { entry.gr_mem.add(members.len()) };
            // SAFETY: likewise; the null pointer at the end is the last that is read.
            let member = unsafe { *place };
            if member.is_null() {
                break;
            }
            members.push(text(member));
        }
        entries.push((text(entry.gr_name), entry.gr_gid, members));
    }
}

/// A string of an entry; none where the entry has none.
fn text(pointer: *const c_char) -> CString {
    if pointer.is_null() {
        return CString::default();
    }
    // SAFETY: the C library has made it: it ends with a zero byte, and stays until the next entry is read.
    unsafe { CStr::from_ptr(pointer) }.to_owned()
}
