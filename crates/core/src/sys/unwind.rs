//! Where the frames of a function are described, for the unwinder in libgcc_eh.a, which build.rs links.
//!
//! It asks the C library by `_dl_find_object(3)`, which glibc has had since 2.35, so that the programs would start
//! nowhere else. All that it asks is answered by `dl_iterate_phdr(3)` as well. An unwinder is used when a panic has a
//! backtrace, and by the tests, which catch panics.

use core::ffi::{c_int, c_void};
use std::ptr;

use nix::libc::{self, Elf64_Phdr, dl_phdr_info};

/// `struct dl_find_object` of `<dlfcn.h>`, where it has neither a data base nor a count of entries.
#[repr(C)]
struct FoundObject {
    flags: u64,
    map_start: *mut c_void,
    map_end: *mut c_void,
    link_map: *mut c_void,
    eh_frame: *mut c_void,
    reserved: [u64; 7],
}

#[cfg(test)]
impl FoundObject {
    const NONE: FoundObject = FoundObject {
        flags: 0,
        map_start: ptr::null_mut(),
        map_end: ptr::null_mut(),
        link_map: ptr::null_mut(),
        eh_frame: ptr::null_mut(),
        reserved: [0; 7],
    };
}

/// What an object is searched for, and the answer.
struct Search {
    pc: usize,
    found: Option<FoundObject>,
}

/// Finds the object that `pc` is in, and its `PT_GNU_EH_FRAME`, `_dl_find_object(3)`. Returns 0, or -1 if there is
/// none.
#[unsafe(no_mangle)]
unsafe extern "C" fn _dl_find_object(pc: *mut c_void, result: *mut FoundObject) -> c_int {
    let mut search = Search {
        pc: pc.addr(),
        found: None,
    };
    // SAFETY: the function has the type that is asked for, and its data is a `Search` that lives as long as the call.
    unsafe { libc::dl_iterate_phdr(Some(search_object), (&raw mut search).cast()) };
    let Some(found) = search.found else { return -1 };
    // SAFETY: the caller, libgcc's unwinder, passes the address of such a structure.
    unsafe { result.write(found) };
    0
}

/// Looks whether an object contains the address, and returns 1 if so, which ends the search.
unsafe extern "C" fn search_object(
    object: *mut dl_phdr_info,
    _: usize,
    data: *mut c_void,
) -> c_int {
    // SAFETY: dl_iterate_phdr(3) passes an object that is there during the call.
    let object = unsafe { &*object };
    // SAFETY: the data is the `Search` of the one call in this file, which nothing else uses meanwhile.
    let search = unsafe { &mut *data.cast::<Search>() };
    if object.dlpi_phdr.is_null() {
        return 0;
    }
    // SAFETY: the object has so many program headers, which stay while it is loaded.
    let headers = unsafe { std::slice::from_raw_parts(object.dlpi_phdr, object.dlpi_phnum.into()) };
    let address =
        |header: &Elf64_Phdr| number(object.dlpi_addr).wrapping_add(number(header.p_vaddr));
    let segments = headers
        .iter()
        .filter(|header| header.p_type == libc::PT_LOAD);
    let mut segments = segments.map(|header| (address(header), number(header.p_memsz)));
    let found = segments.find(|(start, length)| search.pc.wrapping_sub(*start) < *length);
    let frames = headers
        .iter()
        .find(|header| header.p_type == libc::PT_GNU_EH_FRAME);
    let (Some((start, length)), Some(frames)) = (found, frames) else {
        return 0;
    };
    search.found = Some(FoundObject {
        flags: 0,
        map_start: ptr::without_provenance_mut(start),
        map_end: ptr::without_provenance_mut(start.wrapping_add(length)),
        link_map: ptr::null_mut(),
        eh_frame: ptr::without_provenance_mut(address(frames)),
        reserved: [0; 7],
    });
    1
}

/// An address, which has as many bits on these targets.
fn number(address: u64) -> usize {
    usize::try_from(address).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::backtrace::Backtrace;

    #[test]
    fn a_backtrace_goes_up_to_the_thread() {
        let frames = Backtrace::force_capture().to_string();
        for function in ["a_backtrace_goes_up_to_the_thread", "thread"] {
            assert!(frames.contains(function), "{frames}");
        }
    }

    #[test]
    fn an_address_in_no_object_is_not_found() {
        let mut found = super::FoundObject::NONE;
        // SAFETY: the structure is a local.
        let mut find = |address| unsafe { super::_dl_find_object(address, &raw mut found) };
        assert_eq!(find(std::ptr::without_provenance_mut(1)), -1);
        assert_eq!(find((find_here as fn()) as *mut std::ffi::c_void), 0);
        assert!(found.map_start < found.map_end && !found.eh_frame.is_null());
    }

    fn find_here() {}
}
