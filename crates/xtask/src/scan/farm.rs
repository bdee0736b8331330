//! The processes to be scanned, and the programs in C that make them and scan them at the least cost.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;
use std::{env, process};

use anyhow::{Context, Result, ensure};

use crate::toolchain::output;

/// One process in so many lives in namespaces of its own.
const APART: u32 = 100;

/// How large a farm is: `PROCESSES[xDESCRIPTORS[:SOCKETS]]`.
pub(crate) struct Shape {
    processes: u32,
    descriptors: u32,
    sockets: u32,
}

impl Shape {
    /// Reads what the command line says.
    pub(crate) fn parse(word: &str) -> Result<Self> {
        let (processes, rest) = word.split_once('x').unwrap_or((word, "0"));
        let (descriptors, sockets) = rest.split_once(':').unwrap_or((rest, "0"));
        let number = |text: &str| {
            text.parse::<u32>()
                .with_context(|| format!("{word} is no farm: PROCESSES[xDESCRIPTORS[:SOCKETS]]"))
        };
        Ok(Self {
            processes: number(processes)?,
            descriptors: number(descriptors)?,
            sockets: number(sockets)?,
        })
    }

    /// Returns whether every system call of a scan can be counted in some seconds.
    pub(crate) fn is_small(&self) -> bool {
        self.processes * (10 + self.descriptors) <= 100_000
    }

    /// Returns how many processes there are, to divide by.
    pub(crate) fn processes(&self) -> f64 {
        self.processes.into()
    }
}

impl Display for Shape {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} processes", self.processes)?;
        match (self.descriptors, self.sockets) {
            (0, _) => Ok(()),
            (all, 0) => write!(formatter, ", {all} descriptors each"),
            (all, some) => write!(
                formatter,
                ", {all} descriptors each, {some} of them sockets"
            ),
        }
    }
}

/// The two programs in C, compiled into a temporary directory that is gone when this is dropped.
pub(crate) struct Tools {
    directory: PathBuf,
}

impl Tools {
    /// Compiles them.
    pub(crate) fn compile() -> Result<Self> {
        let directory = env::temp_dir().join(format!("nsutils-scan-{}", process::id()));
        fs::create_dir(&directory).with_context(|| directory.display().to_string())?;
        let tools = Self { directory };
        for (name, source) in [
            ("farm", include_str!("farm.c")),
            ("least", include_str!("least.c")),
        ] {
            let (file, program) = (tools.file(&format!("{name}.c")), tools.file(name));
            fs::write(&file, source)?;
            output(
                Command::new("cc")
                    .args(["-O2", "-o"])
                    .arg(program)
                    .arg(file),
            )?;
        }
        Ok(tools)
    }

    /// Returns where the least scan is.
    pub(crate) fn least(&self) -> PathBuf {
        self.file("least")
    }

    /// Returns where they are.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// A file of this name beside them.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

impl Drop for Tools {
    fn drop(&mut self) {
        // What cannot be removed is in a directory for what need not stay.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// What a run of a program took.
pub(crate) struct Usage {
    pub(crate) time: Duration,
    /// The time of all processors together, which other work on the machine changes less.
    pub(crate) of_processors: Duration,
    pub(crate) kibibytes: f64,
}

/// A farm that stands, all of which is gone when it is dropped.
pub(crate) struct Farm {
    child: Child,
    /// None once it has been told to end.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Farm {
    /// Makes the processes, and returns when all are there.
    pub(crate) fn plant(tools: &Tools, shape: &Shape) -> Result<Self> {
        ensure!(super::is_root()?, "only root can make the farm");
        let numbers = [shape.processes, shape.descriptors, shape.sockets, APART];
        let mut child = Command::new(tools.file("farm"))
            .args(numbers.map(|number| number.to_string()))
            .current_dir(&tools.directory)
            .env_clear()
            .envs([("LC_ALL", "C"), ("PATH", "/usr/bin:/bin")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("farm")?;
        let orders = child.stdin.take();
        let answers = child.stdout.take().context("it has been given a pipe")?;
        let mut farm = Self {
            child,
            orders,
            answers: BufReader::new(answers),
        };
        ensure!(farm.answer()? == "ready\n", "the farm could not be made");
        Ok(farm)
    }

    /// Runs a command made by [`words`], and returns what that took.
    pub(crate) fn run(&mut self, command: &str) -> Result<Usage> {
        let orders = self.orders.as_mut().context("the farm is gone")?;
        writeln!(orders, "{command}")?;
        let answer = self.answer()?;
        let numbers: Vec<&str> = answer.split_whitespace().collect();
        let [time, of_processors, kibibytes, status] = numbers[..] else {
            anyhow::bail!("the farm answers {answer:?}");
        };
        let command = command.replace('\t', " ");
        ensure!(status == "0", "{command}: exit status {status}");
        Ok(Usage {
            time: Duration::from_nanos(time.parse()?),
            of_processors: Duration::from_nanos(of_processors.parse()?),
            kibibytes: kibibytes.parse()?,
        })
    }

    fn answer(&mut self) -> Result<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(line)
    }
}

impl Drop for Farm {
    fn drop(&mut self) {
        // The end of its orders ends it, and its PID namespace with it; nothing is to be told of that.
        self.orders = None;
        let _ = self.child.wait();
    }
}

/// A command as the farm reads it: words between tabs.
pub(crate) fn words(program: &Path, arguments: &[&str]) -> String {
    let program = program.display().to_string();
    let words: Vec<&str> = [program.as_str()]
        .into_iter()
        .chain(arguments.iter().copied())
        .collect();
    words.join("\t")
}
