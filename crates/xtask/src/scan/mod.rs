//! The scan benchmark: how long `rlsns` takes beside the least that any scan must ask of /proc, and beside the
//! original.
//!
//! All of them run in turn, in one farm of processes after another, so that what disturbs one disturbs the others too.
//! Time is from before the fork until the end is known; memory is the most that was resident (`ru_maxrss`).

mod calls;
mod farm;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};

use crate::release::build;
use crate::startup::median;
use crate::workspace;
pub(crate) use calls::calls as count;
use calls::{SHOWN, Total};
pub(crate) use farm::{Farm, Shape, Tools, words};

/// How often each program runs unless told otherwise.
const RUNS: usize = 7;
const WARM_UP: usize = 1;

/// The farms that are measured unless others are named. The last has sockets, each of which has to be fetched from its
/// process to be asked for its network namespace: more than the least scan does.
const FARMS: [&str; 5] = ["200", "2000", "20000", "2000x200", "2000x200:50"];

/// What the command line says.
struct Request {
    rlsns: Option<PathBuf>,
    original: PathBuf,
    runs: usize,
    farms: Vec<Shape>,
}

/// Measures as the words after `scan` say: `[--rlsns PATH] [--original PATH] [--runs N] [FARM…]`, a farm being
/// `PROCESSES[xDESCRIPTORS[:SOCKETS]]`. Without a path the release build of `rlsns` is made and measured.
///
/// # Errors
/// That this is not root, that something is missing (the original, strace, a C compiler), that a program fails.
pub(crate) fn run(words: &[&str]) -> Result<String> {
    let request = parse_words(words)?;
    let rlsns = match request.rlsns {
        Some(path) => std::path::absolute(path)?,
        None => build(&["rlsns"])?.join("rlsns"),
    };
    let originals = [&rlsns, &request.original];
    for program in originals {
        ensure!(program.exists(), "there is no {}", program.display());
    }
    let tools = Tools::compile()?;
    // Called by the original's name it looks for what the original finds.
    let named = tools.file("lsns");
    std::os::unix::fs::symlink(&rlsns, &named).context("a link named lsns")?;
    let contest = Contest::new(&tools.least(), &request.original, &rlsns, &named);
    for shape in &request.farms {
        // The large ones take minutes: what is known is told.
        let report = contest.hold(&tools, shape, request.runs)?;
        io::stdout().write_all(report.as_bytes())?;
    }
    Ok(String::new())
}

fn parse_words(words: &[&str]) -> Result<Request> {
    let originals = env::var_os("NSUTILS_ORIGINALS")
        .map_or_else(|| workspace().join("tests/.cache/originals"), PathBuf::from);
    let mut request = Request {
        rlsns: None,
        original: originals.join("bin/lsns"),
        runs: RUNS,
        farms: Vec::new(),
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || {
            words
                .next()
                .with_context(|| format!("{word} takes a value"))
        };
        match *word {
            "--rlsns" => request.rlsns = Some(value()?.into()),
            "--original" => request.original = std::path::absolute(value()?)?,
            "--runs" => request.runs = value()?.parse().context("--runs takes a number")?,
            word if word.starts_with('-') => bail!("scan has no option {word}"),
            word => request.farms.push(Shape::parse(word)?),
        }
    }
    if request.farms.is_empty() {
        request.farms = FARMS
            .iter()
            .map(|farm| Shape::parse(farm))
            .collect::<Result<_>>()?;
    }
    ensure!(request.runs > 0, "--runs takes a number above 0");
    Ok(request)
}

/// One that runs in the contest.
struct Entrant {
    name: &'static str,
    command: String,
    /// Whether its system calls are counted, too.
    is_traced: bool,
}

/// The programs that are measured beside each other.
struct Contest {
    entrants: Vec<Entrant>,
}

/// What all runs of one entrant in one farm came to.
struct Score {
    milliseconds: f64,
    of_processors: f64,
    mebibytes: f64,
}

impl Contest {
    fn new(least: &Path, original: &Path, rlsns: &Path, named: &Path) -> Self {
        let entrant = |name, program: &Path, arguments: &[&str], is_traced| Entrant {
            name,
            command: words(program, arguments),
            is_traced,
        };
        // The first is what the ratios are to.
        let entrants = vec![
            entrant("least scan", least, &["fd"], true),
            entrant("least scan without descriptors", least, &[], false),
            entrant("`lsns`", original, &[], true),
            entrant("`rlsns`", rlsns, &[], true),
            entrant("`rlsns` called as `lsns`", named, &[], true),
            entrant("`rlsns -t uts`", rlsns, &["-t", "uts"], true),
            entrant("`rlsns -p 2`", rlsns, &["-p", "2"], true),
        ];
        Self { entrants }
    }

    /// Makes a farm, measures everybody in it, and reports it in a table; in another the system calls, where strace
    /// does not take minutes to count them.
    fn hold(&self, tools: &Tools, shape: &Shape, runs: usize) -> Result<String> {
        let mut farm = Farm::plant(tools, shape)?;
        let mut table = format!(
            "\n## {shape}\n\n| program | ms (median of {runs}) | to the least | ms of processors | to the \
             least | peak MiB |\n|---|--:|--:|--:|--:|--:|\n"
        );
        let scores = self.measure(&mut farm, runs)?;
        let least = &scores.first().context("nothing was measured")?;
        for (entrant, score) in self.entrants.iter().zip(&scores) {
            table += &format!(
                "| {} | {:.1} | {:.2} | {:.1} | {:.2} | {:.1} |\n",
                entrant.name,
                score.milliseconds,
                score.milliseconds / least.milliseconds,
                score.of_processors,
                score.of_processors / least.of_processors,
                score.mebibytes
            );
        }
        if !shape.is_small() {
            return Ok(table);
        }
        table +=
            &format!("\n| system calls | a process | the {SHOWN} most frequent |\n|---|--:|---|\n");
        for entrant in self.entrants.iter().filter(|entrant| entrant.is_traced) {
            let Total { calls, most } = calls::count(&mut farm, tools, &entrant.command)?;
            let each = calls / shape.processes();
            table += &format!("| {} | {each:.1} | {} |\n", entrant.name, most.join(", "));
        }
        Ok(table)
    }

    fn measure(&self, farm: &mut Farm, runs: usize) -> Result<Vec<Score>> {
        let mut times = vec![Vec::new(); self.entrants.len()];
        let mut processors = times.clone();
        let mut peaks = vec![0.0_f64; self.entrants.len()];
        for run in 0..WARM_UP + runs {
            for (index, entrant) in self.entrants.iter().enumerate() {
                let usage = farm.run(&entrant.command)?;
                if run >= WARM_UP {
                    times[index].push(usage.time.as_secs_f64() * 1e3);
                    processors[index].push(usage.of_processors.as_secs_f64() * 1e3);
                    peaks[index] = peaks[index].max(usage.kibibytes / 1024.0);
                }
            }
        }
        let scores = times.into_iter().zip(processors).zip(peaks);
        let score = |((times, processors), mebibytes)| Score {
            milliseconds: median(times),
            of_processors: median(processors),
            mebibytes,
        };
        Ok(scores.map(score).collect())
    }
}

/// Returns whether root runs this: a process's directory belongs to its effective user.
pub(crate) fn is_root() -> Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(fs::metadata("/proc/self")?.uid() == 0)
}
