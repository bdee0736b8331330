//! The environment that the program will get, which is this process's own until exec.

use std::ffi::{CString, c_char};
use std::iter;
use std::ptr;

unsafe extern "C" {
    /// The environment, `environ(7)`.
    static mut environ: *const *const c_char;
}

/// Replaces the environment by these entries (`NAME=VALUE`, though nothing is asked of them) in this order.
pub fn replace(entries: impl IntoIterator<Item = CString>) {
    // The entries live as long as the process, as what `environ(7)` points at must.
    let entries = entries
        .into_iter()
        .map(|entry| entry.into_raw().cast_const());
    let entries: Box<[*const c_char]> = entries.chain(iter::once(ptr::null())).collect();
    let entries: &'static [*const c_char] = Box::leak(entries);
    // SAFETY: the array ends with a null pointer, it and its strings are never freed, and nothing reads the environment
    // at the same time: no program of ours that does so ever has a second thread.
    unsafe { environ = entries.as_ptr() };
}
