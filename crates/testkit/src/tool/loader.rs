//! Where the loader of a program is in its memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::Tool;

/// Those that are known.
static KNOWN: Mutex<BTreeMap<PathBuf, Option<u64>>> = Mutex::new(BTreeMap::new());

/// The address that the loader begins at where addresses are fixed; the program and its libraries are below it. `None`
/// for a program without one, and where it does not say.
#[track_caller]
pub(super) fn address(program: &Path) -> Option<u64> {
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(address) = known().get(program) {
        return *address;
    }
    // The GNU C library's loader shows what the kernel has told it, getauxval(3), and then runs the program.
    let tool = Tool::new(program).fixed_addresses();
    let shown = tool.env("LD_SHOW_AUXV", "1").arg("--version").run().out();
    let address = shown.lines().find_map(base).filter(|address| *address != 0);
    known().insert(program.to_owned(), address);
    address
}

/// The value of the line `AT_BASE: 0x7ffff7fca000`.
fn base(line: &str) -> Option<u64> {
    let value = line.strip_prefix("AT_BASE:")?.trim().strip_prefix("0x")?;
    u64::from_str_radix(value, 16).ok()
}
