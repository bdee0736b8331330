//! The names of source files in the programs: panics name them, and debug symbols. They are the same wherever a program
//! is built, by whom, and with whichever directory of cargo.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::linked_crates::source_directories;
use crate::toolchain::{Linkage, built_target, output, rustc};
use crate::workspace;

/// Where the crates of others are said to be: Debian and Fedora have them there, by name and version.
const CRATES: &str = "/usr/share/cargo/registry";

/// What stands between the flags of CARGO_ENCODED_RUSTFLAGS.
const SEPARATOR: &str = "\x1f";

/// Has cargo give rustc `--remap-path-prefix` behind the flags of RUSTFLAGS, of `CARGO_TARGET_TRIPLE_RUSTFLAGS`, or of
/// `build.rustflags`. Where a file has flags for the target, cargo uses those alone, and the paths stay as they are.
///
/// # Errors
/// That rustc or cargo cannot be run.
pub(crate) fn remap_paths(cargo: &mut Command, linkage: Linkage) -> Result<()> {
    let flags = remappings(linkage)?;
    let given = match env::var("CARGO_ENCODED_RUSTFLAGS") {
        Ok(encoded) => Some(encoded),
        Err(_) => env::var("RUSTFLAGS").ok().map(|words| encode(&words)),
    };
    match given {
        // Cargo uses no configuration where the variable is set, though it be empty.
        Some(given) => {
            let given = given.split(SEPARATOR).filter(|flag| !flag.is_empty());
            let all: Vec<&str> = given.chain(flags.iter().map(String::as_str)).collect();
            cargo.env("CARGO_ENCODED_RUSTFLAGS", all.join(SEPARATOR));
        }
        None => {
            let list = serde_json::to_string(&flags)?;
            let key = flags_key(&built_target(linkage)?);
            cargo.arg(format!("--config={key}={list}"));
        }
    }
    Ok(())
}

/// Returns the list of the configuration that cargo uses: that of the target if the environment has one.
fn flags_key(triple: &str) -> String {
    let variable = triple.to_uppercase().replace('-', "_");
    match env::var_os(format!("CARGO_TARGET_{variable}_RUSTFLAGS")) {
        Some(_) => format!("target.{triple}.rustflags"),
        None => "build.rustflags".to_owned(),
    }
}

/// Separates flags as cargo separates those of RUSTFLAGS.
fn encode(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(SEPARATOR)
}

/// Returns the options. Of two that fit a path the later one counts: vendored crates are in the workspace.
fn remappings(linkage: Linkage) -> Result<Vec<String>> {
    let here = workspace().canonicalize()?;
    let ours = format!("/usr/src/nsutils-{}", env!("CARGO_PKG_VERSION"));
    let mut flags = vec![remapping(&here, &ours)?, standard_library()?];
    for directory in source_directories(linkage)? {
        flags.push(remapping(&directory, CRATES)?);
    }
    Ok(flags)
}

fn remapping(from: &Path, to: &str) -> Result<String> {
    let from = from
        .to_str()
        .context("a source directory that is no text")?;
    Ok(format!("--remap-path-prefix={from}={to}"))
}

/// With its sources installed, rustc names them instead of what the library was built from.
fn standard_library() -> Result<String> {
    let version = output(rustc().arg("-vV"))?;
    let commit = version
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "));
    let commit = commit.and_then(|line| line.split_whitespace().next());
    let sysroot = output(rustc().args(["--print", "sysroot"]))?;
    let sources = Path::new(sysroot.trim_end()).join("lib/rustlib/src/rust");
    remapping(&sources, &format!("/rustc/{}", commit.unwrap_or("unknown")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_of_this_machine_is_left() {
        let flags = remappings(Linkage::Dynamic).unwrap_or_else(|error| panic!("{error:#}"));
        let to = |flag: &String| flag.rsplit_once('=').map(|(_, to)| to.to_owned());
        let [ours, library, crates] = &flags[..] else {
            panic!("{flags:?}: the crates of others are not in one directory");
        };
        assert!(
            to(ours)
                .unwrap_or_default()
                .starts_with("/usr/src/nsutils-"),
            "{ours}"
        );
        assert!(
            to(library).unwrap_or_default().starts_with("/rustc/"),
            "{library}"
        );
        assert_eq!(to(crates).as_deref(), Some(CRATES));
    }

    #[test]
    fn flags_of_the_packager_stay_apart() {
        assert_eq!(
            encode(" -C target-cpu=native  -g"),
            "-C\x1ftarget-cpu=native\x1f-g"
        );
    }
}
