//! The start-up benchmark: our programs and the originals, each running a program that does nothing, in turn.
//!
//! Both sides get the same loader and C library, that of the originals, written into copies in a temporary directory.
//! The program has no C library at all, so that what is measured is the tool. A machine that does other work besides
//! makes single runs slow, not fast, and both sides alike: so they run in turn. On a quiet machine the ratio of the medians
//! tells most; on a busy one that of the fastest runs, which stays the same to two hundredths.

mod bench;
mod container;
mod times;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, ensure};

use crate::workspace;
use bench::Bench;
pub(crate) use times::median;
use times::{Times, mean};

/// How often each program runs unless told otherwise.
pub(crate) const RUNS: usize = 300;

/// What stands for the number of the process to enter.
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

/// Measures every case `runs` times in every environment; tells the table, then what each program loads and its size.
///
/// # Errors
/// That something is missing (the originals, patchelf, a C compiler), that a program fails.
pub(crate) fn run(runs: usize) -> Result<String> {
    ensure!(runs > 0, "--runs takes a number above 0");
    let mut names: Vec<_> = CASES.iter().map(|case| case.original).collect();
    names.dedup();
    let releases = build(&names)?;
    let originals = env::var_os("NSUTILS_ORIGINALS")
        .map_or_else(|| workspace().join("tests/.cache/originals"), PathBuf::from);
    let originals = originals.join("bin");
    let bench = Bench::set_up(&names, &releases, &originals)?;
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
            let (ours, original) = bench.measure(case, environment, runs)?;
            let ratios = Times::ratios(&ours, &original);
            let (ours, original) = (ours.median(), original.median());
            table += &format!(" {ours:.0} | {original:.0} |{}\n", cells(ratios));
            all.push(ratios);
        }
        table += &mean_row(&name, all.get(first..).unwrap_or_default());
    }
    table += &mean_row("both", &all);
    Ok(table + &format!("\n{runs} runs each.\n"))
}

fn mean_row(name: &str, rows: &[[f64; 3]]) -> String {
    let means = [0, 1, 2].map(|column| mean(rows.iter().map(|row| row[column])));
    format!("| {name} | mean of the ratios | | |{}\n", cells(means))
}

fn cells(ratios: [f64; 3]) -> String {
    ratios.map(|ratio| format!(" {ratio:.2} |")).concat()
}

/// Whether root measures: the directory of a process belongs to its effective user.
fn is_root() -> Result<bool> {
    Ok(fs::metadata("/proc/self")?.uid() == 0)
}

/// What `ldd` says of a program, and its size.
fn loaded_by(program: &Path) -> Result<String> {
    let kib = fs::metadata(program)?.len().div_ceil(1024);
    let loaded = output(Command::new("ldd").arg(program))?;
    Ok(format!("\nldd {} ({kib} KiB)\n{loaded}", program.display()))
}

/// Builds what is measured, so that nothing stale is, and returns the directory that it is in.
fn build(originals: &[&str]) -> Result<PathBuf> {
    let target = target()?;
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(cargo);
    cargo.args(["build", "--release", "--quiet", "--target-dir"]);
    cargo.arg(&target).current_dir(workspace());
    for original in originals {
        cargo.args(["-p", &format!("r{original}")]);
    }
    output(&mut cargo)?;
    Ok(target.join("release"))
}

/// Cargo's target directory, which this program is in.
pub(crate) fn target() -> Result<PathBuf> {
    let program = env::current_exe()?;
    let mut above = program.ancestors();
    let target = above.find(|directory| directory.join("CACHEDIR.TAG").exists());
    let target = target.context("run this by cargo run -p xtask")?;
    Ok(target.to_owned())
}

/// Our program for an original: its name with an r before it.
fn ours(directory: &Path, original: &str) -> PathBuf {
    directory.join(format!("r{original}"))
}

/// What a program writes; its errors go where ours go.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_owned();
    let missing = || {
        let package = if name == "cc" {
            "build-essential".as_ref()
        } else {
            name.as_os_str()
        };
        let (name, package) = (name.display(), package.display());
        format!("{name} cannot be run: install it, on Debian with apt-get install {package}")
    };
    let Output { status, stdout, .. } = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(missing)?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(String::from_utf8(stdout)?)
}
