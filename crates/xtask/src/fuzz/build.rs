//! Building the tests with counters for coverage, and finding the fuzz targets among them.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::toolchain::{host, output, target};
use crate::workspace;

/// The packages that have targets: only what bolero is linked into can be built with counters.
const PACKAGES: [&str; 7] = [
    "nscore",
    "smartcols",
    "runshare",
    "rnsenter",
    "rlsns",
    "rchroot",
    "xtask",
];

/// What bolero asks the compiler for: libFuzzer as the engine, and counters for it of blocks and of comparisons.
const FLAGS: [&str; 8] = [
    "--cfg fuzzing",
    "--cfg fuzzing_libfuzzer",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

/// A test that is a fuzz target.
pub(super) struct Target {
    /// The directory of its crate, and the test program that it is in.
    pub(super) crate_directory: PathBuf,
    pub(super) program: PathBuf,
    pub(super) test: String,
    package: String,
}

impl Target {
    /// `CRATE::TARGET`.
    pub(super) fn name(&self) -> String {
        format!("{}::{}", self.package, self.test)
    }

    /// Returns whether this names it, its crate, or it alone.
    pub(super) fn is_called(&self, name: &str) -> bool {
        name == self.name() || name == self.test || name == self.package
    }
}

/// Builds all targets.
///
/// # Errors
/// That the build fails.
pub(super) fn targets() -> Result<Vec<Target>> {
    let mut targets = Vec::new();
    for message in build()?.lines() {
        targets.extend(targets_of(&serde_json::from_str(message)?)?);
    }
    Ok(targets)
}

/// Builds the tests of the packages; what cargo says of it, a JSON object a line.
fn build() -> Result<String> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args([
        "test",
        "--no-run",
        "--locked",
        "--quiet",
        "--profile",
        "fuzz",
    ]);
    cargo.args(["--message-format", "json-render-diagnostics", "--lib"]);
    cargo.args(PACKAGES.iter().flat_map(|package| ["--package", package]));
    // The target is named to keep the flags from build scripts and macros.
    cargo.args(["--target", &host()?, "--target-dir"]);
    cargo.arg(target()?.join("fuzzing"));
    cargo.env("RUSTFLAGS", FLAGS.join(" "));
    output(cargo.current_dir(workspace()))
}

/// The fuzz targets in the test program that cargo reports of, if it reports of one.
fn targets_of(message: &Value) -> Result<Vec<Target>> {
    let text = |name: &str| message[name].as_str().map(PathBuf::from);
    let (Some(program), Some(manifest)) = (text("executable"), text("manifest_path")) else {
        return Ok(Vec::new());
    };
    let crate_directory = manifest.parent().context("a manifest is in a directory")?;
    let package = crate_directory.file_name().unwrap_or_default();
    let tests = output(Command::new(&program).args(["fuzz::", "--list"]))?;
    let tests = tests.lines().filter_map(|line| {
        let test = line.strip_prefix("fuzz::")?.strip_suffix(": test")?;
        Some(Target {
            crate_directory: crate_directory.to_owned(),
            program: program.clone(),
            test: test.to_owned(),
            package: package.to_string_lossy().into_owned(),
        })
    });
    Ok(tests.collect())
}
