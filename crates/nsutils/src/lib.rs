//! `nsutils`: the programs of this workspace in one file, for images and initramfs.
//!
//! Which program runs depends on the name that the file is called by, a link to it as a rule, or on the first word:
//! `nsutils runshare …`. From there on nothing differs from the single program: it gets its name as argv\[0\] and the
//! words behind it.

pub mod cli;

use std::ffi::{OsStr, c_int};

use anyhow::Result;
use nscore::cli::{Invocation, Tool, Usage, sentence};
use nscore::exec::base_name;
use nscore::sys::arguments::Arguments;
use nscore::sys::process::ExitReason;

use cli::OptionId;

/// A program that the file contains.
struct BundledProgram {
    tool: &'static Tool,
    main: fn(Arguments) -> c_int,
}

static PROGRAMS: [BundledProgram; 4] = [
    BundledProgram {
        tool: &runshare::cli::TOOL,
        main: runshare::main,
    },
    BundledProgram {
        tool: &rnsenter::cli::TOOL,
        main: rnsenter::main,
    },
    BundledProgram {
        tool: &rlsns::cli::TOOL,
        main: rlsns::main,
    },
    BundledProgram {
        tool: &rchroot::cli::TOOL,
        main: rchroot::main,
    },
];

/// The programs that the file contains.
pub fn programs() -> impl Iterator<Item = &'static Tool> {
    PROGRAMS.iter().map(|program| program.tool)
}

/// Runs the program that argv\[0\] or the first word names, and returns the exit status. It does not return if the
/// process became another program.
pub fn main(arguments: Arguments) -> c_int {
    let mut words = arguments.clone();
    let called = words.next().unwrap_or_default();
    if let Some(program) = find_program(base_name(called)) {
        return (program.main)(arguments);
    }
    // The first word is the program's argv[0], so it stays among the words.
    match words.clone().next().and_then(find_program) {
        Some(program) => (program.main)(words),
        None => nscore::cli::main(&cli::TOOL, cli::OPTIONS, arguments, run),
    }
}

/// The program of this name, its own or its original's.
fn find_program(name: &OsStr) -> Option<&'static BundledProgram> {
    PROGRAMS
        .iter()
        .find(|program| name == program.tool.name || name == program.tool.original.name)
}

/// Handles a command line that names no program.
///
/// # Errors
/// [`Usage`] for anything but `--version`: there is nothing to run.
fn run(invocation: &Invocation<OptionId>) -> Result<ExitReason> {
    let operands = match invocation.operands() {
        Err(Usage::Version) => {
            let status = invocation.diagnostics.print(version().as_bytes());
            return Ok(ExitReason::Status(status));
        }
        operands => operands?,
    };
    let sentence = match operands.first() {
        None => sentence("no program named", &[]),
        Some(word) if find_program(word).is_some() => {
            sentence("the program must be the first word: '%s'", &[word])
        }
        Some(word) => sentence("unknown program: '%s'", &[word]),
    };
    Err(Usage::InvalidUsage(sentence).into())
}

/// The version and the programs in the file. Each program has a version text of its own.
fn version() -> String {
    let names = PROGRAMS.each_ref().map(|program| program.tool.name);
    format!(
        "nsutils {} ({})\n",
        cli::TOOL.original.version,
        names.join(", ")
    )
}
