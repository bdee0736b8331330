//! The instructions of a start.
//!
//! callgrind runs the program in a farm of two processes, which has numbers of processes of its own, so that even
//! those are the same each time; so are the environment, the words, and where things are in memory. It reports what was
//! spent where when the program is about to become another one.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use super::Cost;
use super::profile::{Objects, add_up};
use crate::scan::{Farm, Shape, Tools, words};
use crate::toolchain::output;

/// The programs and their options; process 2 is the farm's first, in namespaces of its own.
const CASES: [(&str, &[&str]); 6] = [
    ("runshare", &["--uts"]),
    ("runshare", &["-r"]),
    ("runshare", &["--mount"]),
    ("runshare", &["-pf"]),
    ("rnsenter", &["-t", "2", "-m", "-u", "-i", "-n"]),
    ("rchroot", &["/"]),
];

/// What is run in the end.
const PROGRAM: &str = "/bin/true";

/// Measures every case.
///
/// # Errors
/// That valgrind is missing, that a program fails.
pub(super) fn measure(tools: &Tools, releases: &Path) -> Result<Vec<Cost>> {
    output(Command::new("valgrind").arg("--version"))?;
    for (name, _) in CASES {
        // By a name that is as long wherever the repository is.
        fs::copy(releases.join(name), tools.file(name))?;
    }
    let mut farm = Farm::plant(tools, &Shape::parse("2")?)?;
    let mut costs = Vec::new();
    for (place, (name, options)) in CASES.into_iter().enumerate() {
        let objects = profile(&mut farm, tools, place, (name, options))?;
        costs.push(cost(name, options, &objects)?);
    }
    Ok(costs)
}

/// Runs one case under callgrind, which writes a file for each process and for each time that it is requested to.
fn profile(
    farm: &mut Farm,
    tools: &Tools,
    place: usize,
    (name, options): (&str, &[&str]),
) -> Result<Objects> {
    let prefix = format!("start-{place}.");
    let (out, own) = (
        format!("--callgrind-out-file={prefix}%p"),
        format!("./{name}"),
    );
    let mut all = vec!["setarch", "-R", "valgrind", "--log-file=/dev/null"];
    all.extend(["--tool=callgrind", &out, "--dump-before=execve", &own]);
    all.extend(options);
    all.push(PROGRAM);
    farm.run(&words(Path::new("/usr/bin/env"), &all))?;
    let mut objects = Objects::new();
    for entry in fs::read_dir(tools.directory())? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            add_up(&fs::read_to_string(entry.path())?, &mut objects);
        }
    }
    Ok(objects)
}

/// Returns what was spent in the program's own file; in a note what was elsewhere.
fn cost(name: &str, options: &[&str], objects: &Objects) -> Result<Cost> {
    let own = format!("/{name}");
    let (ours, others): (Vec<_>, Vec<_>) =
        objects.iter().partition(|(path, _)| path.ends_with(&own));
    let sum: u64 = ours.iter().map(|(_, instructions)| **instructions).sum();
    ensure!(sum > 0, "callgrind tells nothing of {name}: {objects:?}");
    let short = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let others = others.iter().filter(|(path, _)| path.contains('/'));
    let others: Vec<String> = others
        .map(|(path, instructions)| format!("{} {instructions}", short(path)))
        .collect();
    Ok(Cost {
        name: format!("instructions `{name} {}`", options.join(" ")),
        value: f64::from(u32::try_from(sum)?),
        note: others.join(", "),
    })
}
