//! How many system calls a program makes, as strace counts them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::farm::{Farm, Tools, words};

const STRACE: &str = "/usr/bin/strace";

/// How many of the calls are named.
pub(super) const SHOWN: usize = 5;

/// The system calls of one run.
pub(super) struct Total {
    pub(super) calls: f64,
    /// The most frequent, each with its number.
    pub(super) most: Vec<String>,
}

/// Runs a command once more and counts.
pub(super) fn count(farm: &mut Farm, tools: &Tools, command: &str) -> Result<Total> {
    ensure!(
        Path::new(STRACE).exists(),
        "there is no {STRACE}: on Debian, apt-get install strace"
    );
    let file = tools.file("calls");
    let path = file.display().to_string();
    let options = ["-c", "-f", "-S", "calls", "-U", "calls,name", "-o", &path];
    let strace = words(Path::new(STRACE), &options);
    farm.run(&format!("{strace}\t{command}"))?;
    total(&fs::read_to_string(file)?)
}

/// Returns how many calls a command makes.
pub(crate) fn calls(farm: &mut Farm, tools: &Tools, command: &str) -> Result<f64> {
    count(farm, tools, command).map(|total| total.calls)
}

/// Reads strace's table, which has the calls and the name in each line between two rules, and then their sum.
fn total(table: &str) -> Result<Total> {
    let rows = table.lines().filter_map(|line| {
        let (calls, name) = line.trim().split_once(' ')?;
        Some((calls.parse::<f64>().ok()?, name.trim()))
    });
    let (sums, rows): (Vec<_>, Vec<_>) = rows.partition(|(_, name)| *name == "total");
    let (calls, _) = sums.first().context("strace tells no total")?;
    let most = rows.iter().take(SHOWN);
    Ok(Total {
        calls: *calls,
        most: most
            .map(|(calls, name)| format!("{name} {calls}"))
            .collect(),
    })
}
