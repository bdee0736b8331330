//! Where things are: the workspace, the originals that `tests/originals` brings, the file that counts skipped tests.

use std::env;
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use crate::accessible::is_open_to_all;

/// Names the file that the notes of tests that did not test go to, for `cargo xtask test`, which counts them.
const NOTES: &str = "NSUTILS_NOTES";

/// The workspace's directory, the one with the README.
#[must_use]
pub fn workspace() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    crates
        .and_then(Path::parent)
        .expect("this crate is two levels down")
        .to_owned()
}

/// Returns where the originals are, or would be: `$NSUTILS_ORIGINALS`, else the first of the two places where
/// `tests/originals` puts them. Below it `bin/` holds the four programs, and `root/` the Debian system that they come
/// from.
#[must_use]
pub fn originals() -> PathBuf {
    if let Some(named) = env::var_os("NSUTILS_ORIGINALS").filter(|named| !named.is_empty()) {
        return named.into();
    }
    let usual = workspace().join("tests/.cache/originals");
    let shared = PathBuf::from("/var/cache/nsutils/originals");
    // As root those that other users can run.
    let is_fit = |dir: &PathBuf| {
        dir.join("versions").exists()
            && (!geteuid().is_root() || is_open_to_all(&dir.join("bin/any")))
    };
    [&usual, &shared]
        .into_iter()
        .find(|dir| is_fit(dir))
        .unwrap_or(&usual)
        .clone()
}

/// The path of the binary that cargo has built, for a test that is run again from a copy of it.
pub(crate) const TEST_BINARY: &str = "NSUTILS_TEST_BINARY";

/// The test binary where cargo has built it, also in a test that is run again from a copy.
pub(crate) fn test_binary() -> Option<PathBuf> {
    env::var_os(TEST_BINARY)
        .map(PathBuf::from)
        .or_else(|| env::current_exe().ok())
}

/// Cargo's target directory: the nearest one above this program that cargo has marked as a cache, or with `--target`,
/// where the directory of the target has a mark as well, the one above that. None for a test binary that was moved
/// elsewhere.
pub(crate) fn target() -> Option<PathBuf> {
    target_above(&test_binary()?).map(Path::to_owned)
}

fn target_above(program: &Path) -> Option<&Path> {
    let is_marked = |dir: &&Path| dir.join("CACHEDIR.TAG").exists();
    let nearest = program.ancestors().find(is_marked)?;
    let is_triple = nearest.file_name()?.as_encoded_bytes().contains(&b'-');
    let above = nearest.parent().filter(|dir| is_triple && is_marked(dir));
    Some(above.unwrap_or(nearest))
}

/// The file that each test which does not test adds a line to.
pub(crate) fn notes() -> Option<PathBuf> {
    match env::var_os(NOTES) {
        Some(file) => Some(file.into()),
        None => Some(target()?.join("tmp/skipped")),
    }
}

#[cfg(test)]
mod tests {
    use super::target_above;
    use crate::Scratch;

    #[test]
    fn the_target_directory_is_above_the_one_of_a_triple() {
        let scratch = Scratch::new();
        let target = scratch.dir("target");
        scratch.file("target/CACHEDIR.TAG", "");
        let program = scratch.dir("target/i686-unknown-linux-gnu/debug/deps");
        let program = program.join("hostile-0123");
        assert_eq!(target_above(&program), Some(&*target));
        scratch.file("target/i686-unknown-linux-gnu/CACHEDIR.TAG", "");
        assert_eq!(target_above(&program), Some(&*target));
        assert_eq!(target_above(scratch.path()), None);
        // A cache that the target directory is in.
        scratch.file("CACHEDIR.TAG", "");
        assert_eq!(target_above(&program), Some(&*target));
    }
}
