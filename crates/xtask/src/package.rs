//! The packages of the distributions, a `.deb` with its companion and an `.rpm`, made by the tools that Rust projects
//! use for them. What they hold is what [`install`] puts below `/usr`; the tables in this crate's `Cargo.toml` say the
//! rest.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::install::install;
use crate::release::{output, target};
use crate::workspace;

/// Makes all of them in `target/packages`, and reports which.
///
/// # Errors
/// That something cannot be built, or that a tool is missing: then with the command that installs it.
pub(crate) fn package() -> Result<String> {
    let target = target()?;
    // Where the tables look for it.
    let tree = target.join("release/package");
    let packages = target.join("packages");
    for directory in [&tree, &packages] {
        if directory.exists() {
            fs::remove_dir_all(directory)?;
        }
    }
    fs::create_dir_all(&packages)?;
    let destination = tree
        .to_str()
        .context("a target directory that is no text")?;
    install(&["--destdir", destination, "--prefix", "/usr"])?;
    // As distributions have them.
    let pages = fs::read_dir(tree.join("usr/share/man"))?;
    for section in pages {
        output(
            Command::new("gzip")
                .args(["-9nr", "--"])
                .arg(section?.path()),
        )?;
    }
    for words in [&[][..], &["--variant", "originals"]] {
        let deb = [
            "deb",
            "--quiet",
            "--package",
            "xtask",
            "--no-build",
            "--output",
        ];
        run("cargo-deb", "3.8.0", &deb, &packages, words)?;
    }
    let rpm = ["generate-rpm", "--package", "crates/xtask", "--output"];
    run("cargo-generate-rpm", "0.21.1", &rpm, &packages, &[])?;
    let mut made = String::new();
    for entry in fs::read_dir(&packages)? {
        made += &format!("{}\n", entry?.path().display());
    }
    Ok(made)
}

/// Runs a subcommand of cargo that does not come with it.
fn run(tool: &str, version: &str, words: &[&str], packages: &Path, more: &[&str]) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(words).arg(packages).args(more);
    cargo.env(
        "CARGO_TARGET_DIR",
        packages.parent().map_or(OsStr::new(""), Path::as_os_str),
    );
    output(cargo.current_dir(workspace())).with_context(|| {
        format!("if it is missing: cargo install --locked {tool} --version {version}")
    })?;
    Ok(())
}
