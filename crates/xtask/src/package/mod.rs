//! The packages of the distributions: Debian's and an `.rpm` of what [`install`](crate::install::install) puts below
//! `/usr`, or with `--source` the tarball that distributions build from, offline. How each is made is described by the
//! files in `crates/xtask/packaging`.

mod binary;
mod source;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::toolchain::{output, target};
use crate::workspace;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Makes the packages in `target/packages`, or with `--source` what they can be built from in `target/sources`, and
/// reports which files.
///
/// # Errors
/// That something cannot be built, or that a tool is missing: then with the command that installs it.
pub(crate) fn package(words: &[&str]) -> Result<String> {
    let (name, make): (&str, fn(&Directories) -> Result<()>) = match words {
        [] => ("packages", binary::make),
        ["--source"] => ("sources", source::make),
        _ => bail!("usage: cargo xtask package [--source]"),
    };
    let directories = Directories::make(name)?;
    make(&directories)?;
    let mut made = Vec::new();
    for entry in fs::read_dir(&directories.packages)? {
        made.push(format!("{}\n", entry?.path().display()));
    }
    made.sort();
    Ok(made.concat())
}

/// Where packages are made.
struct Directories {
    /// Of what the tools leave besides.
    work: PathBuf,
    /// Of what is reported.
    packages: PathBuf,
}

impl Directories {
    /// Makes them anew, the one for what is reported by this name.
    fn make(name: &str) -> Result<Directories> {
        let target = target()?;
        let (work, packages) = (target.join("packaging"), target.join(name));
        for directory in [&work, &packages] {
            if directory.exists() {
                fs::remove_dir_all(directory)?;
            }
            fs::create_dir_all(directory)?;
        }
        Ok(Directories { work, packages })
    }

    /// Returns the directory of the sources.
    fn sources(&self) -> PathBuf {
        self.work.join(format!("nsutils-{VERSION}"))
    }
}

/// Copies what git knows, and what it will know, as it is now.
fn copy_sources(to: &Path) -> Result<()> {
    let here = workspace();
    let mut git = Command::new("git");
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let files = output(git.current_dir(&here))?;
    for file in files.split_terminator('\0') {
        let (from, to) = (here.join(file), to.join(file));
        // What is deleted, and not yet in the index.
        if from.exists() {
            let directory = to.parent().context("a file in no directory")?;
            fs::create_dir_all(directory)?;
            fs::copy(&from, &to).with_context(|| from.display().to_string())?;
        }
    }
    Ok(())
}

/// Puts the directory `debian` into the sources, where Debian's tools look for it.
fn add_debian(sources: &Path) -> Result<PathBuf> {
    let debian = sources.join("debian");
    let from = sources.join("crates/xtask/packaging/debian");
    output(Command::new("cp").arg("-a").args([&from, &debian]))?;
    Ok(debian)
}

/// Returns the time that every file in a package has: what `SOURCE_DATE_EPOCH` says, or the last entry of Debian's
/// changelog.
fn epoch() -> Result<String> {
    if let Ok(epoch) = env::var("SOURCE_DATE_EPOCH") {
        return Ok(epoch);
    }
    let changelog =
        fs::read_to_string(workspace().join("crates/xtask/packaging/debian/changelog"))?;
    let ends = changelog.lines().find_map(|line| line.strip_prefix(" -- "));
    let date = ends.and_then(|line| line.split_once(">  "));
    let (_, date) = date.context("the changelog of Debian's package has no date")?;
    let seconds = output(Command::new("date").args(["--date", date, "+%s"]))?;
    Ok(seconds.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The programs' version is in the workspace's manifest, and each distribution wants it in a file of its own.
    #[test]
    fn every_package_has_the_version_of_the_programs() {
        for (file, line) in [
            ("debian/changelog", format!("nsutils ({VERSION}-")),
            ("rpm/nsutils.spec", format!("Version: {VERSION}\n")),
            ("arch/PKGBUILD", format!("\npkgver={VERSION}\n")),
            ("alpine/APKBUILD", format!("\npkgver={VERSION}\n")),
        ] {
            let path = workspace().join("crates/xtask/packaging").join(file);
            let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"));
            let begins = file == "debian/changelog";
            let is_there = if begins {
                text.starts_with(&line)
            } else {
                text.contains(&line)
            };
            assert!(is_there, "{file}: not {line:?}");
        }
    }
}
