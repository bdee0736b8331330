//! What a test cannot do without. A test that lacks it ends early and passes, but never silently: it says `skipped:
//! TEST: REASON` on the real standard error, which libtest does not capture, and adds the line, behind the name of the
//! test binary, to `target/tmp/skipped` or the file that `cargo xtask test` counts. Under `NSUTILS_STRICT=1`, as in CI,
//! it fails instead.
//!
//! ```no_run
//! # use testkit::require;
//! #[test]
//! fn mounts_survive() {
//!     if !require::root() {
//!         return;
//!     }
//!     // …
//! }
//! ```
//!
//! A test for root alone that an ordinary user runs is merely `left to root: TEST`, strict or not: CI runs every test
//! as both. What no package and no configuration gives this machine, since its kernel or its hardware lacks it, is
//! `left out: TEST: REASON`, strict or not: the virtual machines of tests/kernels have it.

use std::fs::{File, create_dir_all};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, thread};

use nix::sched::CloneFlags;
use nix::unistd::geteuid;

use crate::c_library::GnuTrait;
use crate::namespace_fixture::NamespaceFixture;
use crate::tool::PATH;
use crate::{accessible, build, paths};

/// Returns whether root runs this test; if not, it is left to root.
#[must_use]
pub fn root() -> bool {
    let root = geteuid().is_root();
    if !root {
        note(&format!("left to root: {}", test()));
    }
    root
}

/// Returns whether this machine has what no package brings: a security module, EFI, a controller of cgroup v2, a
/// capability that root itself has not.
#[must_use]
pub fn machine_feature(condition: bool, otherwise: &str) -> bool {
    if !condition {
        note(&format!("left out: {}: {otherwise}", test()));
    }
    condition
}

/// Returns whether the C library that this test is built with does this as the GNU C library does, which is that of the
/// originals.
#[must_use]
pub fn gnu_c_library(trait_of_gnu: GnuTrait) -> bool {
    machine_feature(trait_of_gnu.is_here(), trait_of_gnu.reason())
}

/// The program of this name of another package of the workspace, `runshare` for a test of `rnsenter`, where every user
/// can reach it. It is built if it has to be.
#[must_use]
#[track_caller]
pub fn workspace_program(name: &str) -> Option<PathBuf> {
    built(name, name)
}

/// The program `testkit-fixture`, which does inside of a tool what no shell can do; built and copied likewise.
#[must_use]
#[track_caller]
pub fn fixture_program() -> Option<PathBuf> {
    built("testkit", "testkit-fixture")
}

#[track_caller]
fn built(package: &str, name: &str) -> Option<PathBuf> {
    match build::program(package, name) {
        Ok(program) => Some(accessible::accessible_copy(&program).to_owned()),
        Err(reason) => {
            let _ = condition(false, &reason);
            None
        }
    }
}

/// Repeats what another run of this test binary, started by this test, has skipped: its lines are among what it wrote
/// on standard error.
pub fn forward_notes(errors: &str) {
    for line in errors.lines() {
        let kind = ["skipped: ", "left to root: ", "left out: "]
            .into_iter()
            .find(|kind| line.starts_with(kind));
        if let Some(kind) = kind {
            let reason = line[kind.len()..]
                .split_once(": ")
                .map(|(_, reason)| reason);
            let reason = reason
                .map(|reason| format!(": {reason}"))
                .unwrap_or_default();
            note(&format!("{kind}{}{reason}", test()));
        }
    }
}

/// The original program of this name (`unshare`, `nsenter`, `lsns`, `chroot`).
#[must_use]
#[track_caller]
pub fn original(name: &str) -> Option<PathBuf> {
    existing(
        paths::originals().join("bin").join(name),
        "tests/originals brings it",
    )
}

/// The catalogues of the originals, and locales. They are mounted, so they are for root alone.
#[must_use]
#[track_caller]
pub fn catalogues() -> Option<PathBuf> {
    if !root() {
        return None;
    }
    existing(
        paths::originals().join("catalogues"),
        "tests/catalogues brings them",
    )
}

/// The root of a whole Debian system, to be read only: what changes mounts in it does so in a mount namespace of its
/// own.
#[must_use]
#[track_caller]
pub fn debian_root() -> Option<PathBuf> {
    existing(paths::originals().join("root"), "tests/originals brings it")
}

/// Returns whether this process may make a user namespace and others in it: some systems forbid the first to an
/// ordinary user, some let it pass and take the rights away that the others need.
#[must_use]
#[track_caller]
pub fn user_namespaces() -> bool {
    let made = NamespaceFixture::try_new(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWUTS);
    condition(made.is_ok(), "user namespaces cannot be made here")
}

/// Returns whether this program can be found where a [`Tool`](crate::Tool) would look for it.
#[must_use]
#[track_caller]
pub fn installed(name: &str) -> bool {
    let found = env::split_paths(PATH).any(|dir| dir.join(name).is_file());
    condition(found, &format!("there is no {name} in {PATH}"))
}

/// Returns whether `condition` holds; if not, the test is skipped for this reason.
#[must_use]
#[track_caller]
pub fn condition(condition: bool, otherwise: &str) -> bool {
    if !condition {
        let line = skipped(&test(), otherwise);
        assert!(
            env::var_os("NSUTILS_STRICT").is_none_or(|strict| strict != "1"),
            "{line}"
        );
        note(&line);
    }
    condition
}

/// Returns the static busybox, of which a root can be made that has nothing else; none, and the test skipped, where it
/// is not installed.
#[must_use]
#[track_caller]
pub fn busybox() -> Option<PathBuf> {
    existing("/bin/busybox".into(), "busybox-static has it")
}

/// The path, if something is there.
#[track_caller]
fn existing(path: PathBuf, otherwise: &str) -> Option<PathBuf> {
    let reason = format!("there is no {}: {otherwise}", path.display());
    condition(path.exists(), &reason).then_some(path)
}

fn skipped(test: &str, reason: &str) -> String {
    format!("skipped: {test}: {reason}")
}

/// The name of the test: libtest gives it to the thread.
fn test() -> String {
    thread::current()
        .name()
        .unwrap_or("a test without a name")
        .to_owned()
}

/// Says the line aloud and writes it down; where it cannot be written, says that too.
fn note(line: &str) {
    let mut said = format!("{line}\n");
    if let Some(file) = paths::notes() {
        let program = env::current_exe().unwrap_or_default();
        let program = program.file_name().unwrap_or_default().to_string_lossy();
        append(&file, &format!("{program}: {said}"))
            .unwrap_or_else(|error| said += &format!("not counted: {}: {error}\n", file.display()));
    }
    // Not eprint!, which libtest captures. Where standard error is closed there is nobody to tell.
    let _ = io::stderr().write_all(said.as_bytes());
}

/// Appends the line in one write: tests run side by side.
fn append(path: &Path, line: &str) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        create_dir_all(directory)?;
    }
    File::options()
        .append(true)
        .create(true)
        .open(path)?
        .write_all(line.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{condition, skipped};
    use crate::{Tool, rerun};

    #[test]
    fn a_missing_condition_fails_in_strict_mode() {
        if rerun::reason().is_some() {
            assert!(!condition(false, "the moon is not full"));
            return;
        }
        // In a process of its own: its standard error is the real one, and its environment is this.
        let env = Tool::new("/usr/bin/env");
        let outcome = rerun::this_test(env, "to fail")
            .env("NSUTILS_STRICT", "1")
            .run();
        assert_eq!(outcome.code(), 101, "expected the test to fail\n{outcome}");
        assert!(outcome.err().contains("the moon is not full"), "{outcome}");
    }

    #[test]
    fn a_skipped_test_is_named_with_its_reason() {
        assert_eq!(
            skipped("mounts::survive", "no moon"),
            "skipped: mounts::survive: no moon"
        );
    }
}
