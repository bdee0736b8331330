//! The repository's own chores, `cargo xtask SUBCOMMAND`:
//!
//! | subcommand | what it does |
//! |---|---|
//! | `test [--strict] [WORD…]` | brings the originals, runs cargo test with these words, and counts: `cargo xtask test --help` |
//! | `generate` | writes `completions/`, and the option headings of `man/`, from the programs' tables of options |
//! | `generate --check` | changes nothing and fails if one of these files is stale |
//! | `sessions` | types the sessions of README.md and the man pages, and writes what they show where it is stale |
//! | `startup [--runs N]` | measures how long our programs take to start, beside the originals |
//! | `scan [--rlsns PATH] [--original PATH] [--runs N] [FARM…]` | measures how long `rlsns` takes beside the least that a scan can take; a farm is `PROCESSES[xDESCRIPTORS[:SOCKETS]]` |
//! | `budget [--record]` | compares sizes, instructions of a start and system calls of a scan with `tests/budget`, or writes them there |
//! | `fuzz [--seconds N] [--seed N] [TARGET…]` | runs the fuzz targets, each N seconds, guided by coverage |
//! | `install [--destdir DIR] [--prefix DIR] [--as-originals] [--static] [--multicall]` | builds and installs everything, `--as-originals` also under the originals' names, `--multicall` as one file and links to it |
//! | `uninstall`, with the same options | takes it away again |
//! | `package` | makes the `.deb` and the `.rpm` in `target/packages`, by cargo-deb and cargo-generate-rpm |

mod budget;
mod complete;
mod fuzz;
mod generate;
mod install;
mod man;
mod package;
mod release;
mod scan;
mod sessions;
mod startup;
mod test;

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

#[expect(clippy::print_stderr, reason = "a person runs this and looks on")]
fn main() -> ExitCode {
    let told = chore().and_then(|report| Ok(io::stdout().write_all(report.as_bytes())?));
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Does what the command line asks for, and returns what there is to tell of it.
fn chore() -> Result<String> {
    let words: Vec<_> = env::args_os().skip(1).collect();
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words[..] {
        ["test", ref words @ ..] => test::run(words),
        ["generate"] => generate::write(),
        ["generate", "--check"] => generate::check(),
        ["sessions"] => sessions::write(),
        ["startup"] => startup::run(startup::RUNS),
        ["startup", "--runs", runs] => {
            let runs = runs.parse().context("--runs takes a number")?;
            startup::run(runs)
        }
        ["scan", ref words @ ..] => scan::run(words),
        ["budget", ref words @ ..] => budget::run(words),
        ["fuzz", ref words @ ..] => fuzz::run(words),
        ["install", ref words @ ..] => install::install(words),
        ["uninstall", ref words @ ..] => install::uninstall(words),
        ["package"] => package::package(),
        _ => bail!(
            "usage: cargo xtask test [--help] | generate [--check] | sessions | startup [--runs N] | scan | budget [--record] | \
             fuzz | install | uninstall | package"
        ),
    }
}

/// The directory that the README is in.
fn workspace() -> PathBuf {
    let mut directory = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    directory.extend(["..", ".."]);
    directory
}
