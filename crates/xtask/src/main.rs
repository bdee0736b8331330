//! The repository's own chores, `cargo xtask CHORE`; [`HELP`] has a line for each.

mod budget;
mod complete;
mod fuzz;
mod generate;
mod install;
mod linked_crates;
mod man;
mod package;
mod po;
mod release;
mod remap;
mod scan;
mod sessions;
mod startup;
mod test;
mod toolchain;

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};

/// What `cargo xtask --help` prints.
const HELP: &str = "\
Usage: cargo xtask CHORE

  test [--strict] [WORD...]        run all tests and count them; more by `cargo xtask test --help`
  generate [--check]               write completions/ and the option headings of man/; --check: fail if one is stale
  po [--check]                     collect the sentences of ours in po/, and say what is not translated
  sessions                         type the sessions of README.md and the man pages, and write what they show
  budget [--record]                compare sizes, instructions and system calls with tests/budget; --record: write them
  startup [--static] [--runs N]    measure the start of each program beside its original; --static: linked with musl
  scan [OPTION...] [FARM...]       measure rlsns beside lsns; a farm is PROCESSES[xDESCRIPTORS[:SOCKETS]];
                                   options: --rlsns PATH, --original PATH, --runs N
  fuzz [OPTION...] [TARGET...]     run the fuzz targets, guided by coverage; options: --seconds N, --seed N
  install [OPTION...]              build and install; more by `cargo xtask install --help`
  uninstall [OPTION...]            remove what install with the same options has installed
  package [--source]               make the .deb and the .rpm in target/packages; --source: what they are built from
";

#[expect(
    clippy::print_stderr,
    reason = "this is what a chore prints when it fails"
)]
fn main() -> ExitCode {
    let done = run_chore().and_then(|report| Ok(io::stdout().write_all(report.as_bytes())?));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the chore that the command line names, and returns its report.
fn run_chore() -> Result<String> {
    let words: Vec<_> = env::args_os().skip(1).collect();
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words[..] {
        ["test", ref words @ ..] => test::run(words),
        ["generate"] => generate::write(),
        ["generate", "--check"] => generate::check(),
        ["po", ref words @ ..] => po::run(words),
        ["sessions"] => sessions::write(),
        ["startup", ref words @ ..] => startup::run(words),
        ["scan", ref words @ ..] => scan::run(words),
        ["budget", ref words @ ..] => budget::run(words),
        ["fuzz", ref words @ ..] => fuzz::run(words),
        ["install", ref words @ ..] => install::install(words),
        ["uninstall", ref words @ ..] => install::uninstall(words),
        ["package", ref words @ ..] => package::package(words),
        ["--help" | "-h" | "help"] => Ok(HELP.to_owned()),
        [] => bail!("a chore is missing\n\n{HELP}"),
        [chore, ..] => bail!("{chore}: no such chore, or it does not accept these words\n\n{HELP}"),
    }
}

/// The directory that the README is in.
fn workspace() -> PathBuf {
    let mut directory = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    directory.extend(["..", ".."]);
    directory
}
