//! One target under libFuzzer, and what came of it.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Effort;
use super::build::Target;
use crate::toolchain::target;

/// The most that an input is long, in bytes, and takes: seconds, and MiB in all.
const LENGTH: u32 = 4096;
const TIMEOUT: u32 = 10;
const MEMORY: u32 = 2048;

/// What one run of a target came to.
pub(super) struct Score {
    runs: u64,
    rate: u64,
    added: u64,
    /// The last that was said, where it failed.
    trouble: Option<String>,
}

impl Score {
    /// Returns whether nothing was found.
    pub(super) fn is_good(&self) -> bool {
        self.trouble.is_none()
    }

    /// Returns how many inputs were tried.
    pub(super) fn runs(&self) -> u64 {
        self.runs
    }
}

impl Display for Score {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Score {
            runs,
            rate,
            added,
            trouble,
        } = self;
        let word = if trouble.is_some() { "FAILED" } else { "ok" };
        write!(formatter, "{runs} | {rate} | {added} | {word}")?;
        trouble
            .iter()
            .try_for_each(|said| write!(formatter, " |\n\n{said}\n"))
    }
}

/// Lets libFuzzer vary what is known of a target for so long.
///
/// # Errors
/// That it cannot be run.
pub(super) fn fuzz(fuzzed: &Target, effort: Effort) -> Result<Score> {
    let places = Places::for_target(fuzzed)?;
    let test = format!("fuzz::{}", fuzzed.test);
    let ran = Command::new(&fuzzed.program)
        .args([&test, "--exact", "--nocapture", "--test-threads", "1"])
        .env("BOLERO_LIBFUZZER_ARGS", places.options(effort)?.join(" "))
        .env("LC_ALL", "C.UTF-8")
        // Errors would take down where they came from, thousands of times a second.
        .env("RUST_BACKTRACE", "0")
        .current_dir(&fuzzed.crate_directory)
        .output()?;
    // Only one without anything in it goes.
    let _ = fs::remove_dir(&places.crashes);
    let said = String::from_utf8_lossy(&ran.stderr);
    let statistic = |name: &str| {
        let mut lines = said.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        value
            .and_then(|value| value.trim().parse().ok())
            .unwrap_or(0)
    };
    let runs = statistic("stat::number_of_executed_units");
    Ok(Score {
        runs,
        rate: statistic("stat::average_exec_per_sec"),
        added: statistic("stat::new_units_added"),
        trouble: (!ran.status.success() || runs == 0).then(|| finding(&said)),
    })
}

/// The directories and files of a target.
struct Places {
    /// The inputs of the repository.
    corpus: PathBuf,
    /// Where inputs go that fail.
    crashes: PathBuf,
    /// Where inputs go that reach something new.
    grown: PathBuf,
    /// Words that inputs are made of.
    dictionary: PathBuf,
}

impl Places {
    fn for_target(fuzzed: &Target) -> Result<Places> {
        let kept = fuzzed.crate_directory.join("fuzz/__fuzz__");
        let kept = kept.join(&fuzzed.test);
        let places = Places {
            corpus: kept.join("corpus"),
            crashes: kept.join("crashes"),
            grown: target()?.join("fuzzing/corpus").join(fuzzed.name()),
            dictionary: kept.join("dictionary"),
        };
        let corpus = &places.corpus;
        let has_seeds = fs::read_dir(corpus).is_ok_and(|mut seeds| seeds.next().is_some());
        ensure!(has_seeds, "it has no input in {}", corpus.display());
        fs::create_dir_all(&places.grown)?;
        fs::create_dir_all(&places.crashes)?;
        Ok(places)
    }

    /// Returns what libFuzzer is told. The first directory is where it writes.
    fn options(&self, effort: Effort) -> Result<Vec<String>> {
        let path = |path: &Path| -> Result<String> {
            let text = path.to_str().filter(|text| !text.contains(' '));
            let text = text.with_context(|| format!("no blank may be in {}", path.display()))?;
            Ok(text.to_owned())
        };
        let mut options = vec![
            format!("-max_total_time={}", effort.seconds),
            format!("-seed={}", effort.seed),
            format!("-timeout={TIMEOUT}"),
            format!("-rss_limit_mb={MEMORY}"),
            format!("-max_len={LENGTH}"),
            "-print_final_stats=1".to_owned(),
            format!("-artifact_prefix={}/", path(&self.crashes)?),
        ];
        if self.dictionary.exists() {
            options.push(format!("-dict={}", path(&self.dictionary)?));
        }
        options.extend([path(&self.grown)?, path(&self.corpus)?]);
        Ok(options)
    }
}

/// Returns what was found, of all that was said: bolero's report without its backtrace, and where libFuzzer has put the
/// input.
fn finding(said: &str) -> String {
    let is_frame = |line: &str| {
        let line = line.trim_start();
        line.starts_with("at ")
            || line
                .split_once(": ")
                .is_some_and(|(number, _)| number.parse::<u32>().is_ok())
    };
    let report = said
        .lines()
        .skip_while(|line| !line.contains(" Test Failure "));
    let report: Vec<&str> = report
        .filter(|line| !is_frame(line) && !line.is_empty())
        .collect();
    match report.is_empty() {
        // It was ended from outside: for its time, its memory.
        true => said
            .lines()
            .rev()
            .take(20)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
            .join("\n"),
        false => report.join("\n"),
    }
}
