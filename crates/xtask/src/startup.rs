//! The start-up benchmark: our programs and the originals, each running a program that does nothing, in turn.
//!
//! Both sides get the same loader and C library, that of the originals, written into copies in a temporary directory.
//! The program has no C library at all, so that what is measured is the tool.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, process};

use anyhow::{Context, Result, bail, ensure};

use crate::workspace;

/// How often each program runs unless told otherwise.
pub(crate) const RUNS: usize = 300;
const WARM_UP: usize = 5;

/// One line of the table: an original, and the options that it and ours get before the program.
struct Case {
    original: &'static str,
    options: &'static [&'static str],
    /// Whether it takes root.
    root: bool,
}

/// What is measured, and so which programs.
const CASES: [Case; 5] = [
    case("unshare", &["--uts"], true),
    case("unshare", &["-r"], false),
    case("unshare", &["--mount"], true),
    case("unshare", &["-pf"], true),
    case("chroot", &["/"], true),
];

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

/// Measures every case `runs` times; tells the table, then what each of our programs loads and its size.
///
/// # Errors
/// That something is missing (the originals, patchelf, a C compiler), that a program fails.
pub(crate) fn run(runs: usize) -> Result<String> {
    ensure!(runs > 0, "--runs takes a number above 0");
    let mut originals: Vec<_> = CASES.iter().map(|case| case.original).collect();
    originals.dedup();
    let releases = build(&originals)?;
    let bench = Bench::set_up(&originals, &releases)?;
    let mut report = table(&bench, runs)?;
    for original in originals {
        let release = ours(&releases, original);
        let kib = fs::metadata(&release)?.len().div_ceil(1024);
        report += &format!("\nldd {} ({kib} KiB)\n", release.display());
        report += &output(Command::new("ldd").arg(release))?;
    }
    Ok(report)
}

/// The table in Markdown, and the mean of its ratios.
fn table(bench: &Bench, runs: usize) -> Result<String> {
    // The directory of a process belongs to its effective user.
    let is_root = fs::metadata("/proc/self")?.uid() == 0;
    let mut table = String::from(
        "| case | ours µs (median) | original µs (median) | ratio of the means |\n\
         |---|--:|--:|--:|\n",
    );
    let mut ratios = Vec::new();
    for case in &CASES {
        let name = case.name();
        if case.root && !is_root {
            table += &format!("| `{name}` | for root only | for root only | |\n");
            continue;
        }
        let (ours, original) = bench.measure(case, runs)?;
        let ratio = mean(&ours) / mean(&original);
        ratios.push(ratio);
        let (ours, original) = (median(ours), median(original));
        table += &format!("| `{name}` | {ours:.0} | {original:.0} | {ratio:.2} |\n");
    }
    let mean_ratio = mean(&ratios);
    Ok(table + &format!("\nMean of the ratios: {mean_ratio:.2}, {runs} runs each.\n"))
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

/// The programs of both sides, and the one that they run; gone when it is dropped.
struct Bench {
    directory: PathBuf,
}

impl Bench {
    fn set_up(names: &[&str], releases: &Path) -> Result<Bench> {
        let directory = env::temp_dir().join(format!("nsutils-startup-{}", process::id()));
        fs::create_dir(&directory).with_context(|| directory.display().to_string())?;
        let bench = Bench { directory };
        let originals = env::var_os("NSUTILS_ORIGINALS")
            .map_or_else(|| workspace().join("tests/.cache/originals"), PathBuf::from);
        for name in names {
            let original = originals.join("bin").join(name);
            let copy = bench.directory.join(name);
            fs::copy(&original, &copy)
                .with_context(|| format!("no {}: tests/originals brings it", original.display()))?;
            let ours = ours(&bench.directory, name);
            fs::copy(self::ours(releases, name), &ours)?;
            give_libraries_of(&copy, &ours)?;
        }
        bench.make_program()?;
        Ok(bench)
    }

    /// Where the program is that does nothing.
    fn program(&self) -> PathBuf {
        self.directory.join("nothing")
    }

    fn make_program(&self) -> Result<()> {
        let instructions = match env::consts::ARCH {
            "x86_64" => "mov $60, %eax\n xor %edi, %edi\n syscall",
            "aarch64" => "mov x8, #93\n mov x0, #0\n svc #0",
            other => bail!("say in {} how a process ends on {other}", file!()),
        };
        let source = self.directory.join("nothing.s");
        fs::write(
            &source,
            format!(".globl _start\n_start:\n {instructions}\n"),
        )?;
        let mut cc = Command::new("cc");
        cc.args(["-nostdlib", "-static", "-o"]);
        output(cc.arg(self.program()).arg(source)).map(drop)
    }

    /// The microseconds of every run, ours and the original's.
    fn measure(&self, case: &Case, runs: usize) -> Result<(Vec<f64>, Vec<f64>)> {
        let (mut ours, mut original) = (Vec::new(), Vec::new());
        let programs = [
            self::ours(&self.directory, case.original),
            self.directory.join(case.original),
        ];
        for run in 0..WARM_UP + runs {
            for (program, times) in programs.iter().zip([&mut ours, &mut original]) {
                let time = self.time(program, case)?;
                if run >= WARM_UP {
                    times.push(time.as_secs_f64() * 1e6);
                }
            }
        }
        Ok((ours, original))
    }

    /// How long one run takes, from before the program is started until its end is known.
    fn time(&self, program: &Path, case: &Case) -> Result<Duration> {
        let mut command = Command::new(program);
        command.args(case.options).arg(self.program());
        command.env_clear().env("LC_ALL", "C");
        let begun = Instant::now();
        let status = command.status();
        let time = begun.elapsed();
        let status = status.with_context(|| program.display().to_string())?;
        ensure!(status.success(), "{command:?}: {status}");
        Ok(time)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // What cannot be removed is in a directory for what need not stay.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// Writes the loader and the library directory of `from` into `to`.
fn give_libraries_of(from: &Path, to: &Path) -> Result<()> {
    let patchelf = |options: &[&str], file: &Path| {
        let text = output(Command::new("patchelf").args(options).arg(file))?;
        anyhow::Ok(text.trim_end().to_owned())
    };
    let loader = patchelf(&["--print-interpreter"], from)?;
    let libraries = patchelf(&["--print-rpath"], from)?;
    let options = [
        "--set-interpreter",
        &loader,
        "--force-rpath",
        "--set-rpath",
        &libraries,
    ];
    patchelf(&options, to).map(drop)
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

fn mean(times: &[f64]) -> f64 {
    let count: f64 = times.iter().map(|_| 1.0).sum();
    times.iter().sum::<f64>() / count
}

pub(crate) fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}
