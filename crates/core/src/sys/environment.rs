//! The environment that the program will get, which is this process's own until exec.
//!
//! /proc/PID/environ shows the memory in which the kernel has put the environment at exec, whatever `environ(7)` points
//! at by now. So a process that hides its environment overwrites that memory, and `argv`, which is before it, stays.

use std::ffi::{CStr, CString, c_char};
use std::iter;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use nix::libc;

use super::threads::assert_one_thread;

unsafe extern "C" {
    /// The environment, `environ(7)`.
    static mut environ: *mut *mut c_char;
}

/// The environment as the kernel made it, from the moment on when `environ(7)` points at another one.
static INITIAL: AtomicPtr<*mut c_char> = AtomicPtr::new(ptr::null_mut());

/// Replaces the environment by these entries (`NAME=VALUE`, though nothing is asked of them) in this order.
///
/// # Panics
/// In a process that has not promised to have one thread, see [`Arguments`](super::arguments::Arguments::new).
pub fn replace(entries: impl IntoIterator<Item = CString>) {
    assert_one_thread();
    // The entries live as long as the process, as what `environ(7)` points at must.
    let entries = entries.into_iter().map(CString::into_raw);
    let entries: Box<[*mut c_char]> = entries.chain(iter::once(ptr::null_mut())).collect();
    let entries: &'static mut [*mut c_char] = Box::leak(entries);
    let before = current();
    // SAFETY: the array ends with a null pointer, it and its strings are never freed, and nothing reads the environment
    // at the same time: this is the process's one thread.
    unsafe { environ = entries.as_mut_ptr() };
    // Only the first time is it the kernel's.
    let unset = ptr::null_mut();
    let _ = INITIAL.compare_exchange(unset, before, Ordering::Relaxed, Ordering::Relaxed);
}

/// Hides the environment from /proc/PID/environ, for this process and for its children. The program gets it all the
/// same.
///
/// # Panics
/// As [`replace`].
pub fn hide() {
    let entries = entries(current());
    // SAFETY: each entry is a string that lives as long as the process, and nothing changes it meanwhile.
    let strings = entries.map(|entry| unsafe { CStr::from_ptr(entry) });
    let copies: Vec<CString> = strings.map(CStr::to_owned).collect();
    replace(copies);
    overwrite(INITIAL.load(Ordering::Relaxed));
}

/// Overwrites the environment wherever it is, and leaves an empty one. For a process that runs no program any more.
///
/// # Panics
/// As [`replace`].
pub fn erase() {
    overwrite(INITIAL.load(Ordering::Relaxed));
    overwrite(current());
    replace(iter::empty());
}

/// Returns what `find` makes of a variable of the environment, if it is set, `getenv(3)`. It costs a fraction of what
/// `std::env::var_os` does, which every start would pay.
pub fn variable<T>(name: &CStr, find: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
    // SAFETY: the name is a string, and nothing changes the environment at the same time.
    let value = unsafe { libc::getenv(name.as_ptr()) };
    if value.is_null() {
        return None;
    }
    // SAFETY: it is a string of the environment, which stays as it is while `find` reads it.
    let value = unsafe { CStr::from_ptr(value) };
    find(value.to_bytes())
}

/// Returns where `environ(7)` points; null where there is no environment.
fn current() -> *mut *mut c_char {
    // SAFETY: nothing changes the variable at the same time: a program that does so has one thread.
    unsafe { environ }
}

/// Fills every entry with zeros.
fn overwrite(list: *mut *mut c_char) {
    for entry in entries(list) {
        // SAFETY: each entry is a string, which the kernel or `replace` has put into memory that may be written to.
        let length = unsafe { CStr::from_ptr(entry) }.count_bytes();
        // SAFETY: so many bytes of it are the string's, and nobody has a reference to them.
        unsafe { ptr::write_bytes(entry, 0, length) };
    }
}

/// Returns the entries of such a list.
fn entries(list: *mut *mut c_char) -> impl Iterator<Item = *mut c_char> {
    let mut next = list;
    iter::from_fn(move || {
        if next.is_null() {
            return None;
        }
        // SAFETY: the list ends with a null pointer, beyond which this never goes.
        let entry = unsafe { *next };
        if entry.is_null() {
            return None;
        }
        // SAFETY: the entry was not the last, so another one follows in the same list.
        next = unsafe { next.add(1) };
        Some(entry)
    })
}
