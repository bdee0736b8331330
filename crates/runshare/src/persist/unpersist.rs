//! `--unpersist DIR`: letting go of the namespaces that `--persist DIR` has kept.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Error, Result};
use nscore::cli::message;
use nscore::escape::printable;
use nscore::namespace_dir::{NamespaceDir, cannot_use};
use nscore::ns_type::NsType;
use nscore::sys::process::ExitReason;

/// Takes away whatever is kept there, and the directory. If there is anything else in it, nothing is done.
///
/// # Errors
/// `nothing is kept in DIR`, `DIR/NAME is no kept namespace`; what a system call has against it.
pub(crate) fn run(path: &Path) -> Result<ExitReason> {
    let directory = NamespaceDir::open(path).map_err(|error| cannot_use(path, error))?;
    let mut kept = Vec::new();
    for name in directory.names()? {
        // The directory may be a container's, and whoever has put a file there named it.
        let file = || path.join(printable(&name));
        kept.push(
            persistent_namespace(&directory, &name)
                .with_context(|| message(&[&"cannot look at ", &file()]))?
                .ok_or_else(|| foreign(&file()))?,
        );
    }
    if kept.is_empty() {
        return Err(Error::new(message(&[&"nothing is kept in ", &path])));
    }
    kept.sort();
    for namespace in kept {
        directory.release(namespace)?;
    }
    directory.remove().map(|()| ExitReason::Status(0))
}

/// The type of the namespace that is kept under this name; `None` for what is no such thing.
fn persistent_namespace(directory: &NamespaceDir, name: &OsStr) -> Result<Option<NsType>> {
    match NsType::from_file(name.as_bytes()) {
        Some(namespace) if directory.holds(namespace)? => Ok(Some(namespace)),
        _ => Ok(None),
    }
}

fn foreign(path: &Path) -> Error {
    Error::new(message(&[&path, &" is no kept namespace"]))
}
