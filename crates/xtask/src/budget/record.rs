//! The file that the numbers are kept in: a line each, and the instruments that they are of.

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result};

use super::Cost;
use crate::toolchain::output;
use crate::workspace;

/// How much more than what is kept something may cost.
const LEEWAY: f64 = 1.02;

const HEADER: &str = "\
# What a start and a scan of the release build cost, written by `cargo run -p xtask -- budget --record`; what costs 2 %
# more than here fails `cargo run -p xtask -- budget`. Instructions are those in the program's own file, calls are system
# calls for one process more in the farm.
";

/// The numbers by their names.
pub(super) struct Record {
    instruments: String,
    costs: BTreeMap<String, f64>,
}

/// Returns what builds the programs and what counts: valgrind knows more system calls in each version, and those that
/// it does not know fail.
fn instruments() -> Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let compiler = output(Command::new(rustc).arg("--version"))?;
    let valgrind = output(Command::new("valgrind").arg("--version"))?;
    let (compiler, valgrind) = (compiler.trim_end(), valgrind.trim_end());
    Ok(format!("{compiler}, {ARCH}, {valgrind}"))
}

fn path() -> PathBuf {
    workspace().join("tests/budget")
}

/// Keeps these.
///
/// # Errors
/// That the file cannot be written.
pub(super) fn write(starts: &[Cost], calls: &[Cost]) -> Result<String> {
    let mut text = format!("{HEADER}instruments: {}\n", instruments()?);
    for cost in starts.iter().chain(calls) {
        text += &format!("{}: {}\n", cost.name, cost.value);
    }
    fs::write(path(), text)?;
    Ok("written to tests/budget\n".to_owned())
}

impl Record {
    /// Returns what is kept.
    ///
    /// # Errors
    /// That the file cannot be read.
    pub(super) fn load() -> Result<Record> {
        let text = fs::read_to_string(path())
            .context("tests/budget: cargo run -p xtask -- budget --record writes it")?;
        let lines = text.lines().filter_map(|line| line.rsplit_once(": "));
        let costs = lines
            .clone()
            .filter_map(|(name, cost)| Some((name.to_owned(), cost.parse().ok()?)));
        let instruments = lines.clone().find(|(name, _)| *name == "instruments");
        Ok(Record {
            instruments: instruments
                .map(|(_, named)| named.to_owned())
                .unwrap_or_default(),
            costs: costs.collect(),
        })
    }

    /// Reports the costs beside what is kept, and how many are over. Instructions by other instruments are told alone.
    ///
    /// # Errors
    /// That one is not kept.
    pub(super) fn compare(&self, costs: &[Cost]) -> Result<(String, usize)> {
        let here = instruments()?;
        let (mut report, mut over) = (String::new(), 0);
        for cost in costs {
            let Cost { name, value, note } = cost;
            let kept = self.costs.get(name);
            let kept =
                kept.with_context(|| format!("{name} is not in tests/budget: budget --record"))?;
            let is_ours = here == self.instruments || !name.starts_with("instructions");
            let word = match value / kept {
                _ if !is_ours => "not compared",
                ratio if ratio > LEEWAY => {
                    over += 1;
                    "OVER"
                }
                ratio if ratio < 2.0 - LEEWAY => "less: record it",
                _ => "ok",
            };
            report += &format!("{name}: {value}, kept {kept}: {word} ({note})\n");
        }
        if report.contains("not compared") {
            report += &format!(
                "The instructions were kept with {}, this is {here}; to compare, take those, or \
                 keep what these tell with budget --record.\n",
                self.instruments
            );
        }
        Ok((report, over))
    }
}
