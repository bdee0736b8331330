//! The completion scripts: clap_complete's, put right where it does not know how our programs read a command line.
//!
//! - It takes an optional value for one that may be the next word. Ours is attached or not there, and the next word may
//!   be the program.
//! - It offers options behind the operands too, where the command line of another program begins, which has its own
//!   completion.
//! - It knows values that are files, but none that are processes, namespaces or columns: [`values`] does.
//!
//! One module a shell says how that is written there. A second script of a few lines, for an original's name, hands
//! over to that of the program which replaces it.

mod bash;
mod fish;
pub(crate) mod multicall;
mod shorts;
mod values;
mod zsh;

use anyhow::{Result, ensure};
use clap::{Arg, Command, ValueHint};
use clap_complete::Shell;
use nscore::cli::Tool;
use shorts::Shorts;

/// The script of `tool` for `shell`.
///
/// # Errors
/// That clap_complete writes something else than it did when this was written.
pub(crate) fn script(tool: &Tool, shell: Shell) -> Result<String> {
    let table = (tool.command)();
    let mut adapted = table.clone().mut_args(|option| match shell {
        Shell::Bash => bash::adapt_option(option),
        _ => option,
    });
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut adapted, table.get_name(), &mut script);
    let script = String::from_utf8(script)?;
    match shell {
        Shell::Bash => bash::finished(&script, tool, &table),
        Shell::Fish => fish::finished(&script, tool, &table),
        _ => zsh::finished(&script, tool, &table),
    }
}

/// The script for the name of the original, which is beside that of `name` where both are installed.
pub(crate) fn script_of_original(name: &str, original: &str, shell: Shell) -> String {
    match shell {
        Shell::Bash => format!(
            "# {original} is {name}.\n. \"${{BASH_SOURCE[0]%/*}}/{name}\" && complete -F \
             _{name}_line -o nosort {original}\n"
        ),
        Shell::Fish => format!("# {original} is {name}.\ncomplete -c {original} -w {name}\n"),
        _ => format!("#compdef {original}\n# {original} is {name}.\n_{name} \"$@\"\n"),
    }
}

fn takes_value(option: &Arg) -> bool {
    !option.is_positional() && option.get_action().takes_values()
}

fn takes_optional_value(option: &Arg) -> bool {
    let count = option.get_num_args();
    takes_value(option) && count.is_some_and(|count| count.min_values() == 0)
}

/// Returns how many operands are before the program, where there is one.
fn operands_before_program(table: &Command) -> Option<usize> {
    let is_program = |operand: &Arg| operand.get_value_hint() == ValueHint::CommandName;
    table.get_positionals().position(is_program)
}

/// Where a line names the root that the program's paths are paths of.
enum RootOfProgram {
    /// It is the root of another process, or the caller's.
    Unknown,
    /// In `--root`.
    Option,
    /// In the operand before the program.
    Operand,
}

fn root_of_program(table: &Command) -> RootOfProgram {
    let is_root = |option: &Arg| {
        option.get_long() == Some("root") && takes_value(option) && !takes_optional_value(option)
    };
    match operands_before_program(table) {
        Some(1) => RootOfProgram::Operand,
        Some(_) if table.get_arguments().any(is_root) => RootOfProgram::Option,
        _ => RootOfProgram::Unknown,
    }
}

/// These functions for a program with a new root; none for others.
fn root_functions<'a>(table: &Command, functions: &'a str) -> &'a str {
    match root_of_program(table) {
        RootOfProgram::Unknown => "",
        RootOfProgram::Option | RootOfProgram::Operand => functions,
    }
}

/// As `str::replace`, but there must be something to replace.
fn replaced(text: &str, old: &str, new: &str) -> Result<String> {
    ensure!(
        text.contains(old),
        "clap_complete has changed: no {old:?} in {text:?}"
    );
    Ok(text.replace(old, new))
}
