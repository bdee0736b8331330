//! The start-up benchmark: our programs and the originals, each running a program that does nothing, in turn.
//!
//! What a start cannot do without shows a C program that does the least; it is below each mean. Both sides get the
//! same loader and C library, that of the originals, written into copies in a temporary directory. The program has no C
//! library at all, so that what is measured is the tool. A machine that does other work besides makes single runs slow,
//! not fast, and both sides alike: so they run in turn. On a quiet machine the ratio of the medians tells most; on a
//! busy one that of the fastest runs, which stays the same to two hundredths.

mod bench;
mod container;
mod times;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};

use crate::release::build_linked;
use crate::toolchain::{Linkage, output};
use crate::workspace;
use bench::Bench;
pub(crate) use times::median;
use times::{Times, mean};

/// How often each program runs unless told otherwise.
pub(crate) const RUNS: usize = 300;

/// What represents the number of the process to enter.
const TARGET: &str = "PID";

/// One line of the table: an original, and the options that it and ours get before the program.
struct Case {
    original: &'static str,
    options: &'static [&'static str],
    /// Whether it takes root.
    root: bool,
}

/// What is measured, and so which programs.
const CASES: [Case; 6] = [
    case("unshare", &["--uts"], true),
    case("unshare", &["-r"], false),
    case("unshare", &["--mount"], true),
    case("unshare", &["-pf"], true),
    case("nsenter", &["-t", TARGET, "-m", "-u", "-i", "-n"], true),
    case("chroot", &["/"], true),
];

/// The whole environment of a run: a locale costs those who load it.
type Variable = (&'static str, &'static str);
const ENVIRONMENTS: [Variable; 2] = [("LC_ALL", "C"), ("LANG", "C.UTF-8")];

const fn case(original: &'static str, options: &'static [&'static str], root: bool) -> Case {
    Case {
        original,
        options,
        root,
    }
}

impl Case {
    fn name(&self) -> String {
        format!("{} {}", self.original, self.options.join(" "))
    }
}

/// Measures as the words behind `startup` say: `[--static] [--runs N]`.
///
/// # Errors
/// That a word is none of these; as [`measure_starts`].
pub(crate) fn run(words: &[&str]) -> Result<String> {
    let (mut linkage, mut runs) = (Linkage::Dynamic, RUNS);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "--static" => linkage = Linkage::Static,
            "--runs" => {
                let number = words.next().context("--runs: a number is missing")?;
                runs = number.parse().context("--runs: not a number")?;
            }
            other => bail!("{other}: no such option"),
        }
    }
    measure_starts(linkage, runs)
}

/// Measures every case `runs` times in every environment; reports the table, then what each program loads and its size.
///
/// # Errors
/// That something is missing (the originals, patchelf, a C compiler), that a program fails.
fn measure_starts(linkage: Linkage, runs: usize) -> Result<String> {
    ensure!(runs > 0, "--runs takes a number above 0");
    let mut names: Vec<_> = CASES.iter().map(|case| case.original).collect();
    names.dedup();
    let programs: Vec<String> = names.iter().map(|name| format!("r{name}")).collect();
    let programs: Vec<&str> = programs.iter().map(String::as_str).collect();
    let releases = build_linked(&programs, linkage)?;
    let originals = env::var_os("NSUTILS_ORIGINALS")
        .map_or_else(|| workspace().join("tests/.cache/originals"), PathBuf::from);
    let originals = originals.join("bin");
    let bench = Bench::set_up(&names, &releases, &originals, linkage)?;
    let mut report = table(&bench, runs)?;
    for name in names {
        report += &loaded_by(&ours(&releases, name))?;
        report += &loaded_by(&originals.join(name))?;
    }
    Ok(report)
}

/// The table in Markdown, with the means of its ratios.
fn table(bench: &Bench, runs: usize) -> Result<String> {
    let mut table = String::from(
        "| environment | case | ours µs (median) | original µs (median) | ratio of the medians | of the means | of the fastest |\n\
         |---|---|--:|--:|--:|--:|--:|\n",
    );
    let mut all = Vec::new();
    for environment in ENVIRONMENTS {
        let name = format!("`{}={}`", environment.0, environment.1);
        let first = all.len();
        for case in &CASES {
            table += &format!("| {name} | `{}` |", case.name());
            if case.root && !is_root()? {
                table += " for root only | | | | |\n";
                continue;
            }
            let (row, ratios) = measured(bench, &bench.ours(case), case, environment, runs)?;
            table += &row;
            all.push(ratios);
        }
        table += &mean_row(&name, all.get(first..).unwrap_or_default());
        if is_root()? {
            let (row, _) = measured(bench, &bench.least(), &CASES[0], environment, runs)?;
            table += &format!(
                "| {name} | the least program, in place of ours, for the first case |{row}"
            );
        }
    }
    table += &mean_row("both", &all);
    Ok(table + &format!("\n{runs} runs each.\n"))
}

/// The cells of a case, and its ratios.
fn measured(
    bench: &Bench,
    ours: &Path,
    case: &Case,
    environment: Variable,
    runs: usize,
) -> Result<(String, [f64; 3])> {
    let (ours, original) = bench.measure(ours, case, environment, runs)?;
    let ratios = Times::ratios(&ours, &original);
    let (ours, original) = (ours.median(), original.median());
    Ok((
        format!(" {ours:.0} | {original:.0} |{}\n", cells(ratios)),
        ratios,
    ))
}

fn mean_row(name: &str, rows: &[[f64; 3]]) -> String {
    let means = [0, 1, 2].map(|column| mean(rows.iter().map(|row| row[column])));
    format!("| {name} | mean of the ratios | | |{}\n", cells(means))
}

fn cells(ratios: [f64; 3]) -> String {
    ratios.map(|ratio| format!(" {ratio:.2} |")).concat()
}

/// Returns whether root measures: the directory of a process belongs to its effective user.
fn is_root() -> Result<bool> {
    Ok(fs::metadata("/proc/self")?.uid() == 0)
}

/// Returns what `ldd` says of a program, and its size.
fn loaded_by(program: &Path) -> Result<String> {
    let kib = fs::metadata(program)?.len().div_ceil(1024);
    // It fails where nothing is loaded.
    let ldd = Command::new("ldd").arg(program).output()?;
    let loaded = String::from_utf8(ldd.stdout)?;
    Ok(format!("\nldd {} ({kib} KiB)\n{loaded}", program.display()))
}

/// Our program for an original: its name with an r before it.
fn ours(directory: &Path, original: &str) -> PathBuf {
    directory.join(format!("r{original}"))
}
