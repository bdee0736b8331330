//! Why a path cannot be used: the first part of it that is missing or may not be searched, `path_resolution(7)`.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::unistd::geteuid;

use super::{Explanation, escape_for_terminal, explain_refused_file, explanation};
use crate::message::{message, sentence};
use crate::procfs::Proc;

/// How many symbolic links are followed, as the kernel has it.
const MOST_LINKS: u32 = 40;

/// Explains why looking `path` up failed, if it is not the path as a whole that is at fault, or who may refuse to open
/// it to a process that may open every file.
pub fn explain_path(errno: Errno, path: &Path) -> Option<Explanation> {
    explain_lookup(errno, path).or_else(|| match errno {
        Errno::EACCES => explain_refused_file(&Proc::for_hint(), "open"),
        _ => None,
    })
}

/// Explains why looking `path` up failed, if a part of it is at fault.
pub(super) fn explain_lookup(errno: Errno, path: &Path) -> Option<Explanation> {
    let expected = match errno {
        Errno::ENOENT => Obstacle::Missing,
        Errno::ENOTDIR => Obstacle::NoDirectory,
        Errno::EACCES => Obstacle::Closed,
        _ => return None,
    };
    let (obstacle, at, linked) = follow(path, MOST_LINKS)?;
    // The message itself says that the path is not there.
    let is_in_message = at == path && obstacle == Obstacle::Missing;
    if obstacle != expected || is_in_message {
        return None;
    }
    // Who may search every directory is not refused for a mode.
    let refused = match obstacle {
        Obstacle::Closed => explain_refused_file(&Proc::for_hint(), "open"),
        _ => None,
    };
    refused.or_else(|| Some(describe(obstacle, &at, linked.as_deref())))
}

/// Returns where a symbolic link leads that leads to nothing.
pub(super) fn dangling(path: &Path) -> Option<Explanation> {
    path.symlink_metadata().ok()?;
    explain_lookup(Errno::ENOENT, path)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Obstacle {
    /// It does not exist.
    Missing,
    /// It is not a directory, but the path continues below it.
    NoDirectory,
    /// It is a directory that this process may not search.
    Closed,
}

/// Returns the first obstacle on the way, where it is, and the symbolic link that led there, if one did.
fn follow(path: &Path, links_left: u32) -> Option<(Obstacle, PathBuf, Option<PathBuf>)> {
    let mut above = PathBuf::new();
    for component in path.components() {
        let here = above.join(component);
        let (obstacle, at) = match here
            .symlink_metadata()
            .map_err(|error| error.raw_os_error())
        {
            Ok(found) if found.is_symlink() => {
                let target = above.join(fs::read_link(&here).ok()?);
                if let Some((obstacle, at, _)) = follow(&target, links_left.checked_sub(1)?) {
                    return Some((obstacle, at, Some(here)));
                }
                above = here;
                continue;
            }
            Ok(_) => {
                above = here;
                continue;
            }
            Err(Some(libc::ENOENT)) => (Obstacle::Missing, here),
            Err(Some(libc::ENOTDIR)) => (Obstacle::NoDirectory, above),
            Err(Some(libc::EACCES)) => (Obstacle::Closed, above),
            Err(_) => return None,
        };
        let at = if at.as_os_str().is_empty() {
            ".".into()
        } else {
            at
        };
        return Some((obstacle, at, None));
    }
    None
}

fn describe(obstacle: Obstacle, at: &Path, linked: Option<&Path>) -> Explanation {
    let what = match obstacle {
        Obstacle::Missing => explanation(
            "missing-path",
            "%s does not exist",
            &[&escape_for_terminal(at)],
        ),
        Obstacle::NoDirectory => explanation(
            "not-a-directory",
            "%s is not a directory",
            &[&escape_for_terminal(at)],
        ),
        Obstacle::Closed => closed(at),
    };
    match linked {
        Some(link) => what.within(|what| {
            sentence(
                "%s: the symbolic link %s leads to it",
                &[what, &escape_for_terminal(link)],
            )
        }),
        None => what,
    }
}

/// A directory that the user may not search, and how to open it.
fn closed(directory: &Path) -> Explanation {
    let (name, user) = (escape_for_terminal(directory), geteuid());
    let described = match directory.metadata() {
        Ok(found) => {
            let mode = format!("{:04o}", found.mode() & 0o7777);
            sentence("%s (mode %s, owner %s)", &[&name, &mode, &found.uid()])
        }
        Err(_) => message(&[&name]),
    };
    explanation(
        "closed-directory",
        "user %s may not search the directory %s: `chmod a+x %s` allows it",
        &[&user, &described, &name],
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn the_first_part_that_is_at_fault_is_named() {
        let scratch = testkit::Scratch::new();
        let within = |name: &str| scratch.path().join(name);
        fs::create_dir_all(within("a/b")).unwrap();
        fs::write(within("a/file"), "").unwrap();
        symlink("b/gone", within("a/link")).unwrap();
        symlink("link", within("a/to-link")).unwrap();
        symlink("turn", within("turn")).unwrap();
        let hint = |errno, name: &str| {
            let hint = explain_path(errno, &within(name))?.to_string();
            Some(hint.replace(scratch.path().to_str().unwrap(), "T"))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(hint(Errno::ENOENT, "a/x/y"), some("T/a/x does not exist"));
        assert_eq!(hint(Errno::ENOENT, "a/x"), None);
        assert_eq!(hint(Errno::ENOENT, "a/b"), None);
        assert_eq!(
            hint(Errno::ENOTDIR, "a/file/y"),
            some("T/a/file is not a directory")
        );
        assert_eq!(hint(Errno::ENOENT, "a/file/y"), None);
        let linked = "T/a/b/gone does not exist: the symbolic link T/a/link leads to it";
        assert_eq!(hint(Errno::ENOENT, "a/link"), some(linked));
        assert_eq!(
            hint(Errno::ENOENT, "a/to-link").map(|hint| hint.ends_with("T/a/to-link leads to it")),
            Some(true)
        );
        assert_eq!(hint(Errno::ENOENT, "turn"), None);
        assert_eq!(dangling(&within("a/gone")), None);
        assert!(dangling(&within("a/link")).is_some());
    }
}
