//! Becoming the program where the caller's PATH does not lead to it: it is looked for on the target's PATH, then on the
//! default one.
//!
//! Only where the program sees the target's files, by its root and its mount namespace: there the caller's PATH says
//! nothing, and what the target's says leads to nothing but what the target could be anyway. On the host another user's
//! PATH is never searched: with a namespace that is named by a FILE, or with the target's network alone, it is the
//! host's files that would be run.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::Error;
use nix::errno::Errno;
use nscore::exec::{ExecError, OwnFile, Program, exec};
use nscore::ns_type::NsType;

use crate::environment::parse_environ;
use crate::options::Options;
use crate::selection::Origin;
use crate::target::Target;

/// Where programs of a machine are, as root's login shell has it.
const DEFAULT_PATH: &[u8] = b"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Returns whether a program may be looked for on the target's PATH. As the original, none is.
pub(crate) fn searches_target(options: &Options, is_original: bool) -> bool {
    let enters_mount = options
        .selection
        .selected_from_target()
        .any(|ns_type| ns_type == NsType::Mount);
    let enters_root = matches!(options.root, Some(Origin::Target));
    !is_original && (options.is_targets_user || !options.as_target && enters_mount && enters_root)
}

/// Becomes the program; `target` is that whose PATH is searched, if any. Returns only if that fails.
pub(crate) fn become_program(
    program: &Program<'_>,
    root_changed: bool,
    own: Option<&OwnFile>,
    target: Option<&Target>,
) -> Error {
    let error = program.exec(root_changed, own);
    let is_missing = matches!(
        error.downcast_ref(),
        Some(ExecError::Refused(Errno::ENOENT))
    );
    let (Program::Named { words, .. }, Some(target), true) = (program, target, is_missing) else {
        return error;
    };
    if words[0].as_bytes().contains(&b'/') {
        return error;
    }
    let paths = [
        path_of(target).unwrap_or_default(),
        OsStr::from_bytes(DEFAULT_PATH).into(),
    ];
    for directory in paths
        .iter()
        .flat_map(|path| path.as_bytes().split(|byte| *byte == b':'))
    {
        let directory = Path::new(OsStr::from_bytes(directory));
        // A relative one would depend on where the program starts.
        if directory.is_absolute() {
            // What may not be run is passed over, as execvp(3) does.
            let _ = exec(directory.join(&words[0]).as_os_str(), words, own);
        }
    }
    error
}

/// Returns the PATH that the target was started with.
fn path_of(target: &Target) -> Option<OsString> {
    let environment = target.read_file("environ").ok()?;
    let variables = parse_environ(&environment).ok()?;
    let path = variables
        .into_iter()
        .find_map(|variable| variable.strip_prefix(b"PATH="))?;
    Some(OsStr::from_bytes(path).to_owned())
}
