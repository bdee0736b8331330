//! The programs of both sides on one footing, and the clock.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, process};

use anyhow::{Context, Result, bail, ensure};

use super::container::Container;
use super::times::Times;
use crate::toolchain::Linkage;

use super::{Case, TARGET, Variable, is_root, ours, output};

const WARM_UP: usize = 5;

/// The programs of both sides, the one that they run, and a process to enter; gone when it is dropped.
pub(super) struct Bench {
    directory: PathBuf,
    container: Option<Container>,
}

impl Bench {
    /// Copies the originals of these names and ours.
    ///
    /// # Errors
    /// That one is missing, or a program that is needed for it.
    pub(super) fn set_up(
        names: &[&str],
        releases: &Path,
        originals: &Path,
        linkage: Linkage,
    ) -> Result<Bench> {
        let directory = env::temp_dir().join(format!("nsutils-startup-{}", process::id()));
        fs::create_dir(&directory).with_context(|| directory.display().to_string())?;
        let mut bench = Bench {
            directory,
            container: None,
        };
        for name in names {
            let original = originals.join(name);
            let copy = bench.directory.join(name);
            fs::copy(&original, &copy)
                .with_context(|| format!("no {}: tests/originals brings it", original.display()))?;
            let our_copy = ours(&bench.directory, name);
            fs::copy(ours(releases, name), &our_copy)?;
            if linkage == Linkage::Dynamic {
                give_libraries_of(&copy, &our_copy)?;
            }
        }
        bench.make_program()?;
        bench.make_least(names)?;
        if is_root()? {
            bench.container = Some(Container::made_by(&originals.join("unshare"))?);
        }
        Ok(bench)
    }

    /// Returns where the program is that does nothing.
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
        let text = format!(".globl _start\n_start:\n {instructions}\n");
        fs::write(&source, text)?;
        let mut cc = Command::new("cc");
        cc.args(["-nostdlib", "-static", "-o"]);
        output(cc.arg(self.program()).arg(source)).map(drop)
    }

    /// Returns where the program is that does the least.
    pub(super) fn least(&self) -> PathBuf {
        self.directory.join("least")
    }

    fn make_least(&self, names: &[&str]) -> Result<()> {
        let source = self.directory.join("least.c");
        fs::write(&source, include_str!("least.c"))?;
        output(
            Command::new("cc")
                .args(["-O2", "-o"])
                .arg(self.least())
                .arg(source),
        )?;
        let original = names.first().map(|name| self.directory.join(name));
        match original {
            Some(original) => give_libraries_of(&original, &self.least()),
            None => Ok(()),
        }
    }

    /// Returns where our program for an original is.
    pub(super) fn ours(&self, case: &Case) -> PathBuf {
        ours(&self.directory, case.original)
    }

    /// Runs `ours` and the original so often, in turn. Which is first changes from pair to pair.
    ///
    /// # Errors
    /// That a run fails.
    pub(super) fn measure(
        &self,
        ours: &Path,
        case: &Case,
        environment: Variable,
        runs: usize,
    ) -> Result<(Times, Times)> {
        let original = self.directory.join(case.original);
        let time = |program: &Path| self.time(program, case, environment);
        let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
        for run in 0..WARM_UP + runs {
            let (our_time, their_time);
            if run % 2 == 0 {
                our_time = time(ours)?;
                their_time = time(&original)?;
            } else {
                their_time = time(&original)?;
                our_time = time(ours)?;
            }
            if run >= WARM_UP {
                our_times.push(our_time);
                their_times.push(their_time);
            }
        }
        Ok((Times::from_runs(&our_times), Times::from_runs(&their_times)))
    }

    /// Returns how long one run takes, from before the program is started until its end is known.
    fn time(&self, program: &Path, case: &Case, (name, value): Variable) -> Result<Duration> {
        let target = self
            .container
            .as_ref()
            .map(Container::pid)
            .unwrap_or_default();
        let options = case.options.iter().map(|option| match *option {
            TARGET => target.as_str(),
            option => option,
        });
        let mut command = Command::new(program);
        command.args(options).arg(self.program());
        command.env_clear().env(name, value);
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
