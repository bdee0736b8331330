//! Finding the file of a catalogue and reading it. It may be anything: what is not an ordinary file of an ordinary size
//! is passed over.

use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use nix::libc::{S_IFMT, S_IFREG};
use nix::sys::stat::fstat;
use nix::unistd::read as read_bytes;

use super::{Catalogue, Domain};
use crate::sys::file::open;

/// The directories of the originals' catalogues; Ubuntu has those of its language packages in the second.
const SYSTEM: [&str; 2] = ["/usr/share/locale", "/usr/share/locale-langpack"];
/// The directory of ours: `share/locale` of the prefix, which the build may name.
const OWN: &str = match option_env!("NSUTILS_LOCALEDIR") {
    Some(directory) => directory,
    None => "/usr/local/share/locale",
};
/// The most that is read of a catalogue, in bytes: four times what the largest of today are.
const LARGEST: u64 = 4 << 20;

/// Returns whether there is a directory for catalogues in a language, `zh_CN`.
pub(super) fn has_directory(language: &str) -> bool {
    let directories = [OWN].into_iter().chain(SYSTEM);
    let mut paths = directories.map(|directory| Path::new(directory).join(language));
    paths.any(|path| path.is_dir())
}

/// Returns the catalogue of a domain in a language, the first that can be read.
pub(super) fn load_catalogue(language: &str, domain: Domain) -> Option<Catalogue> {
    let own = (domain == Domain::Nsutils && OWN != SYSTEM[0]).then_some(OWN);
    let mut directories = own.into_iter().chain(SYSTEM);
    directories.find_map(|directory| {
        let mut path = PathBuf::from(directory);
        path.extend([language, "LC_MESSAGES", domain.name()]);
        path.set_extension("mo");
        read_file(&path)
    })
}

/// Returns the catalogue in a file. Opening a FIFO does not wait.
pub(super) fn read_file(path: &Path) -> Option<Catalogue> {
    let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = open(path, flags).ok()?;
    let status = fstat(&file).ok()?;
    let size = u64::try_from(status.st_size).ok()?;
    if status.st_mode & S_IFMT != S_IFREG || size > LARGEST {
        return None;
    }
    // One call of read(2), where the standard library makes several.
    let mut bytes = vec![0; usize::try_from(size).ok()?];
    let length = read_bytes(&file, &mut bytes).ok()?;
    bytes.truncate(length);
    Catalogue::parse(bytes)
}
