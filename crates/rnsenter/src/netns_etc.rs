//! `--netns-etc`: the files of /etc/netns/NAME are in the place of those in /etc, as `ip netns exec` has it, see
//! `ip-netns(8)`: a resolver's address that is right on the host is often out of reach in the network namespace.
//!
//! They are mounted in a mount namespace of the program's own, so nothing of them stays.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use nix::libc::CLONE_NEWNS;
use nscore::cli::{Message, sentence};
use nscore::hint::{self, WithHint};
use nscore::sys::errno::reason;
use nscore::sys::mount::{Propagation, bind, set_propagation};
use nscore::sys::namespace::unshare;

use crate::options::Options;

/// Where `ip-netns(8)` mounts network namespaces.
const NAMED: [&str; 2] = ["/run/netns", "/var/run/netns"];

/// Where it has the files for them.
const FILES: &str = "/etc/netns";

/// Returns the name of the network namespace that this word names: `/run/netns/NAME` or `netns:NAME`.
pub(crate) fn name_in(word: &OsStr) -> Option<OsString> {
    let text = word.to_str()?;
    let path = Path::new(text);
    let below = match text.strip_prefix("netns:") {
        Some(name) => Path::new(name),
        None => NAMED
            .iter()
            .find_map(|directory| path.strip_prefix(directory).ok())?,
    };
    let is_name = below.components().count() == 1 && below.file_name().is_some();
    is_name.then(|| below.as_os_str().to_owned())
}

/// Checks that there is a name and that the program sees the caller's files.
///
/// # Errors
/// `options --netns-etc and … cannot be combined`; that no network namespace is named.
pub(crate) fn check_options(options: &Options) -> Result<()> {
    options.check_own_files("netns-etc")?;
    if options.netns_name.is_none() {
        bail!("option --netns-etc requires a network namespace that is named in /run/netns");
    }
    Ok(())
}

/// Mounts the files for the network namespace `name` over those in /etc, in a new mount namespace. A file that is not
/// in /etc is a warning.
///
/// # Errors
/// `unshare failed`; that the propagation cannot be changed.
pub(crate) fn bind_files(name: &OsStr, warn: &dyn Fn(&Message)) -> Result<()> {
    let directory = Path::new(FILES).join(name);
    let Ok(entries) = fs::read_dir(&directory) else {
        return Ok(());
    };
    unshare(CLONE_NEWNS).context("unshare failed")?;
    let root = Path::new("/");
    set_propagation(root, Propagation::Slave)
        .with_hint(hint::explain_set_propagation)
        .context("cannot change root filesystem propagation")?;
    for entry in entries.flatten() {
        let (source, target) = (entry.path(), Path::new("/etc").join(entry.file_name()));
        // A link, as resolv.conf often is, is followed: what it leads to is covered.
        if let Err(errno) = bind(&source, &target) {
            let why = reason(errno);
            warn(&sentence(
                "warning: mount %s on %s failed: %s",
                &[&source, &target, &why],
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::name_in;

    #[test]
    fn a_name_is_one_word_below_the_directory() {
        for (word, name) in [
            ("/run/netns/blue", Some("blue")),
            ("/var/run/netns/blue", Some("blue")),
            ("netns:blue", Some("blue")),
            ("netns:", None),
            ("netns:..", None),
            ("netns:a/b", None),
            ("/run/netns/../../etc", None),
            ("/run/netns/..", None),
            ("/run/netns", None),
            ("/proc/1/ns/net", None),
        ] {
            assert_eq!(name_in(word.as_ref()), name.map(Into::into), "{word}");
        }
    }
}
