//! What a start and a scan may cost, kept in `tests/budget`: instructions, system calls, bytes.
//!
//! Times differ from machine to machine and from run to run; these numbers repeat exactly. Of a start the instructions
//! are counted that a program spends in its own file, up to where it becomes the other program: what the C library
//! and the loader spend is told, but is not ours to answer for. Of a scan the system calls are counted, and what one
//! process more costs is kept.

mod calls;
mod profile;
mod record;
mod start;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::release::{PROGRAMS, build};
use crate::scan::{Tools, is_root};
use crate::toolchain::{output, strip};
use record::Record;

/// The most that a program may be large in a package, in bytes. 600 KiB were enough before directories, cgroups and
/// processes of other users were distrusted; one grammar of targets in the core, mounts below a root, networks,
/// messages in the reader's language and as JSON with a code for each hint, and limits by a cgroup took 280 KiB since.
const LARGEST: u64 = 880 << 10;

/// One number, and what it may be besides what it was.
pub(super) struct Cost {
    pub(super) name: String,
    pub(super) value: f64,
    /// What else there is to know of it.
    pub(super) note: String,
}

/// Measures and compares with what is kept; with `--record` keeps it.
///
/// # Errors
/// That something costs more than it may, or that it cannot be measured.
pub(crate) fn run(words: &[&str]) -> Result<String> {
    let records = match words {
        [] => false,
        ["--record"] => true,
        _ => bail!("usage: cargo run -p xtask -- budget [--record]"),
    };
    ensure!(
        is_root()?,
        "only root can make the namespaces that this takes"
    );
    let releases = build(&PROGRAMS)?;
    let sizes = sizes(&releases)?;
    let tools = Tools::compile()?;
    let starts = start::measure(&tools, &releases)?;
    let calls = calls::measure(&tools, &releases.join("rlsns"))?;
    if records {
        let report = table(&sizes) + &table(&starts) + &table(&calls);
        return Ok(report + &record::write(&starts, &calls)?);
    }
    let record = Record::load()?;
    let (mut report, mut over) = (table(&sizes), 0);
    over += count_over(&sizes);
    for costs in [&starts, &calls] {
        let (comparison, more) = record.compare(costs)?;
        report += &comparison;
        over += more;
    }
    ensure!(over == 0, "{over} cost more than they may:\n{report}");
    Ok(report)
}

/// Returns how large the programs are in a package, without their symbols.
fn sizes(releases: &Path) -> Result<Vec<Cost>> {
    let size = |name: &&str| {
        let stripped = releases.join(format!("{name}.stripped"));
        output(strip().arg(releases.join(name)).arg("-o").arg(&stripped))?;
        let file = fs::metadata(&stripped).with_context(|| stripped.display().to_string())?;
        fs::remove_file(&stripped)?;
        let value = u32::try_from(file.len()).context("a program is not that large")?;
        Ok(Cost {
            name: format!("bytes `{name}`"),
            value: value.into(),
            note: if file.len() > LARGEST {
                format!("OVER {LARGEST}")
            } else {
                format!("of {LARGEST}")
            },
        })
    };
    PROGRAMS.iter().map(size).collect()
}

fn count_over(sizes: &[Cost]) -> usize {
    let over = sizes.iter().filter(|cost| cost.note.starts_with("OVER"));
    over.count()
}

/// The costs, a line each.
fn table(costs: &[Cost]) -> String {
    let line = |cost: &Cost| format!("{}: {} ({})\n", cost.name, cost.value, cost.note);
    costs.iter().map(line).collect()
}
