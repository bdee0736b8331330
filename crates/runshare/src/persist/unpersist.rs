//! `--unpersist DIR`: removing the namespaces that `--persist DIR` made persistent.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Error, Result};
use nscore::cli::sentence;
use nscore::escape::printable;
use nscore::namespace_dir::{NamespaceDir, cannot_use};
use nscore::ns_type::NsType;
use nscore::sys::process::ExitReason;

/// Removes the persistent namespaces and the directory. If it contains anything else, nothing is removed.
///
/// # Errors
/// `no persistent namespaces in DIR`, `DIR/NAME is not a persistent namespace`; those of the system calls.
pub(crate) fn run(path: &Path) -> Result<ExitReason> {
    let directory = NamespaceDir::open(path).map_err(|error| cannot_use(path, error))?;
    let mut found = Vec::new();
    for name in directory.names()? {
        // The directory may be a container's, which then controls the names in it.
        let file = || path.join(printable(&name));
        found.push(
            persistent_namespace(&directory, &name)
                .with_context(|| sentence("cannot inspect %s", &[&file()]))?
                .ok_or_else(|| not_persistent(&file()))?,
        );
    }
    if found.is_empty() {
        return Err(Error::new(sentence(
            "no persistent namespaces in %s",
            &[&path],
        )));
    }
    found.sort();
    for namespace in found {
        directory.release(namespace)?;
    }
    directory.remove().map(|()| ExitReason::Status(0))
}

/// Returns the type of the namespace that is bound on this file; `None` if none is.
fn persistent_namespace(directory: &NamespaceDir, name: &OsStr) -> Result<Option<NsType>> {
    match NsType::from_file(name.as_bytes()) {
        Some(namespace) if directory.holds(namespace)? => Ok(Some(namespace)),
        _ => Ok(None),
    }
}

fn not_persistent(path: &Path) -> Error {
    Error::new(sentence("%s is not a persistent namespace", &[&path]))
}
