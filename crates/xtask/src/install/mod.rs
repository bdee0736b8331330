//! Installing: the programs, their man pages, their completions and the licence below a prefix. Uninstalling removes
//! the same list and nothing else.

mod entries;
mod options;

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Component, Path};

use anyhow::{Context, Result, ensure};
use tools::MULTICALL;

use self::entries::{Source, entries};
use self::options::{Options, USAGE};
use crate::po;
use crate::release::{PROGRAMS, build_linked, built};
use crate::toolchain::{output, strip};

/// Installs as the words behind `install` say, and returns the list of files.
///
/// # Errors
/// That the build fails, or that a file cannot be written; files that were installed before it stay.
pub(crate) fn install(words: &[&str]) -> Result<String> {
    if words.contains(&"--help") {
        return Ok(USAGE.to_owned());
    }
    let options = Options::parse(words)?;
    let names: &[&str] = match options.multicall {
        true => &[MULTICALL.name],
        false => &PROGRAMS,
    };
    let programs = match options.is_built {
        true => built(names, options.linkage)?,
        false => build_linked(names, options.linkage)?,
    };
    let mut report = String::new();
    for entry in entries(&programs, &options) {
        let path = options.place(&entry.path);
        put(&entry.source, &path).with_context(|| path.display().to_string())?;
        report += &format!("{}\n", path.display());
    }
    Ok(report)
}

/// Removes what [`install`] with the same words has installed, and the directories that are empty then.
///
/// # Errors
/// That a file cannot be removed.
pub(crate) fn uninstall(words: &[&str]) -> Result<String> {
    if words.contains(&"--help") {
        return Ok(USAGE.to_owned());
    }
    let options = Options::parse(words)?;
    let mut report = String::new();
    for entry in entries(Path::new(""), &options) {
        let path = options.place(&entry.path);
        match fs::remove_file(&path) {
            Ok(()) => report += &format!("{}\n", path.display()),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        }
        let above = entry.path.ancestors().skip(1);
        for directory in above.take_while(|directory| options.is_below_prefix(directory)) {
            if fs::remove_dir(options.place(directory)).is_err() {
                break;
            }
        }
    }
    Ok(report)
}

/// Puts one file in its place, whatever is there.
fn put(source: &Source, path: &Path) -> Result<()> {
    let inside = !path.components().any(|part| part == Component::ParentDir);
    ensure!(inside, "a path with .. in it");
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    // A program that runs cannot be written to, but its name can be given to another.
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    match source {
        Source::Link(to) => symlink(to, path)?,
        Source::Document(make, linkage) => write_for_all(path, &make(*linkage)?)?,
        Source::Catalogue(language) => write_for_all(path, &po::compile(language)?)?,
        Source::Text(from) => copy(from, path, 0o644)?,
        Source::Program(from, strips) => {
            copy(from, path, 0o755)?;
            if *strips {
                output(strip().arg("--").arg(path))?;
            }
        }
    }
    Ok(())
}

fn copy(from: &Path, path: &Path, mode: u32) -> Result<()> {
    fs::copy(from, path).with_context(|| from.display().to_string())?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    Ok(())
}

/// Writes a document that everybody may read.
fn write_for_all(path: &Path, text: &[u8]) -> Result<()> {
    fs::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))?;
    Ok(())
}
