//! The fuzz targets, each as long as wanted and guided by what it reaches.
//!
//! A target is a test in `fuzz/targets.rs` of a crate; bolero runs it. Under `cargo test` it gets its corpus and some
//! random inputs. Here the same tests are built with LLVM's coverage counters, which the stable compiler can set too,
//! and libFuzzer, which cc compiles, varies the corpus as long as that reaches something new. What is found is in
//! the crate's `fuzz/__fuzz__/TARGET/crashes`, where `cargo test` runs it from then on; new inputs stay in cargo's
//! target directory.

mod build;
mod run;

use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, bail, ensure};

use build::{Target, targets};
use run::{Score, fuzz};

/// How long each target runs unless told otherwise.
const SECONDS: u32 = 60;

/// How long each target runs, and what its random numbers begin with: 0 is something else every time.
#[derive(Clone, Copy)]
struct Effort {
    seconds: u32,
    seed: u32,
}

/// Runs as the words after `fuzz` say: `[--seconds N] [--seed N] [TARGET…]`, as many at once as there are processors. A
/// seed is for CI: what it says of a change is not to hang on chance.
///
/// # Errors
/// That one of them fails.
pub(crate) fn run(words: &[&str]) -> Result<String> {
    let (mut names, mut effort) = (
        words,
        Effort {
            seconds: SECONDS,
            seed: 0,
        },
    );
    while let [option @ ("--seconds" | "--seed"), number, rest @ ..] = names {
        let number = number
            .parse()
            .with_context(|| format!("{option} takes a number"))?;
        match *option {
            "--seed" => effort.seed = number,
            _ => effort.seconds = number,
        }
        names = rest;
    }
    // libFuzzer takes 0 for "for ever".
    ensure!(effort.seconds > 0, "--seconds takes a number above 0");
    let targets = chosen(targets()?, names)?;
    let scores = fuzz_all(&targets, effort)?;
    let table = table(&targets, &scores);
    let failed = scores.iter().filter(|score| !score.is_good()).count();
    ensure!(failed == 0, "{failed} failed:\n{table}");
    Ok(table)
}

/// The targets of these names, `CRATE::TARGET` or one of both; all where nobody is named.
fn chosen(all: Vec<Target>, names: &[&str]) -> Result<Vec<Target>> {
    for name in names {
        if name.starts_with('-') || !all.iter().any(|target| target.is_called(name)) {
            let known: Vec<String> = all.iter().map(Target::name).collect();
            bail!("there is no {name}, but {}", known.join(" "));
        }
    }
    let wanted =
        |target: &Target| names.is_empty() || names.iter().any(|name| target.is_called(name));
    Ok(all.into_iter().filter(wanted).collect())
}

/// Runs all targets, each for so long.
fn fuzz_all(targets: &[Target], effort: Effort) -> Result<Vec<Score>> {
    let waiting = Mutex::new(targets.iter().enumerate());
    let scores = Mutex::new(Vec::new());
    let work = || -> Result<()> {
        loop {
            let next = waiting.lock().ok().and_then(|mut waiting| waiting.next());
            let Some((place, target)) = next else {
                return Ok(());
            };
            let score = fuzz(target, effort).with_context(|| target.name())?;
            if let Ok(mut scores) = scores.lock() {
                scores.push((place, score));
            }
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let ends = workers.into_iter().map(|worker| worker.join());
        let ends: Vec<Result<()>> = ends
            .map(|end| end.unwrap_or_else(|_| bail!("a worker is gone")))
            .collect();
        ends.into_iter().collect::<Result<()>>()
    })?;
    let mut scores = scores.into_inner().unwrap_or_default();
    scores.sort_by_key(|(place, _)| *place);
    Ok(scores.into_iter().map(|(_, score)| score).collect())
}

/// The table in Markdown.
fn table(targets: &[Target], scores: &[Score]) -> String {
    let mut table =
        String::from("| target | runs | a second | new inputs | |\n|---|--:|--:|--:|---|\n");
    for (target, score) in targets.iter().zip(scores) {
        table += &format!("| {} | {score} |\n", target.name());
    }
    let runs: u64 = scores.iter().map(Score::runs).sum();
    table + &format!("\n{} targets, {runs} runs.\n", targets.len())
}
