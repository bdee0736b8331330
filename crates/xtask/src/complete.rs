//! The completion scripts: clap_complete's, put right where it does not know how our programs read a command line.
//!
//! - It takes an optional value for one that may be the next word. Ours is attached or not there, and the next word may
//!   be the program: so bash is told of a flag, fish and zsh of a value that must be attached.
//! - It offers options behind the operands too, where the command line of another program begins. In bash and fish
//!   functions of ours stand before it and hand that over to the program's own completion; zsh has words for it.
//! - It does not quote the colon that a value's name may have, at which zsh splits.
//! - It knows values that are files, but none that are processes.

use anyhow::{Result, ensure};
use clap::{Arg, ArgAction, Command, ValueHint};
use clap_complete::Shell;
use nscore::cli::Tool;

/// The script of `tool` for `shell`.
///
/// # Errors
/// That clap_complete writes something else than it did when this was written.
pub(crate) fn script(tool: &Tool, shell: Shell) -> Result<String> {
    let table = (tool.command)();
    let name = table.get_name();
    let mut told = table.clone().mut_args(|option| match shell {
        Shell::Bash if takes_optional_value(&option) => as_flag(option),
        _ => option,
    });
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut told, name, &mut script);
    let script = String::from_utf8(script)?;
    let script = with_processes(&script, &table, shell)?;
    match shell {
        Shell::Bash if runs_program(&table) => for_bash(&script, &table),
        Shell::Fish => for_fish(&script, &table),
        Shell::Zsh => for_zsh(&script, tool),
        _ => Ok(script),
    }
}

fn takes_value(option: &Arg) -> bool {
    !option.is_positional() && option.get_action().takes_values()
}

fn takes_optional_value(option: &Arg) -> bool {
    let count = option.get_num_args();
    takes_value(option) && count.is_some_and(|count| count.min_values() == 0)
}

fn as_flag(option: Arg) -> Arg {
    let unnamed: [&str; 0] = [];
    option
        .action(ArgAction::SetTrue)
        .num_args(0)
        .require_equals(false)
        .value_names(unnamed)
        .value_hint(ValueHint::Unknown)
}

/// Whether the operands end in a program and its arguments.
fn runs_program(table: &Command) -> bool {
    let mut operands = table.get_positionals();
    operands.any(Arg::is_trailing_var_arg_set)
}

/// Fills in the name, how many operands stand before the program, and the options that take the next word as value.
fn filled(functions: &str, table: &Command, separator: &str) -> String {
    let mut operands = table.get_positionals();
    let is_program = |operand: &Arg| operand.get_value_hint() == ValueHint::CommandName;
    let before = operands.position(is_program).unwrap_or_default();
    let mut valued = Vec::new();
    for option in table.get_arguments() {
        if takes_value(option) && !takes_optional_value(option) {
            valued.extend(option.get_short().map(|short| format!("-{short}")));
            valued.extend(option.get_long().map(|long| format!("--{long}")));
        }
    }
    functions
        .replace("NAME", table.get_name())
        .replace("VALUED", &valued.join(separator))
        .replace("OPERANDS", &before.to_string())
        .replace("FIRST", &(before + 1).to_string())
}

/// The script with numbers of processes offered where a value is one.
fn with_processes(script: &str, table: &Command, shell: Shell) -> Result<String> {
    let mut script = script.to_owned();
    for option in table.get_arguments() {
        let names = option.get_value_names().unwrap_or_default();
        let Some(value) = names.iter().find(|name| name.starts_with("PID")) else {
            continue;
        };
        let directories = option.get_value_hint() == ValueHint::DirPath;
        let places = match shell {
            Shell::Bash => bash_cases(option, directories),
            Shell::Fish => vec![fish_processes(fish_line(&script, option), directories)],
            _ if directories => vec![(format!(":{value}:_files -/'"), format!(":{value}:{BOTH}'"))],
            _ => vec![(format!(":{value}:_default"), format!(":{value}:_pids"))],
        };
        for (theirs, ours) in places {
            script = replaced(&script, &theirs, &ours)?;
        }
    }
    Ok(script)
}

/// How zsh offers both: each adds its own.
const BOTH: &str = "{_pids; _files -/}";

/// Where a script for bash offers files or directories for an option, and how it would offer processes, or both.
fn bash_cases(option: &Arg, directories: bool) -> Vec<(String, String)> {
    let long = option.get_long().map(|long| format!("--{long}"));
    let short = option.get_short().map(|short| format!("-{short}"));
    let names = long.into_iter().chain(short);
    let numbers = "($(compgen -W \"$(cd /proc && echo [0-9]*)\" -- \"${cur}\"))";
    // Directories come by an option of the completion, beside whatever else is offered.
    let theirs = match directories {
        true => "()",
        false => "($(compgen -f \"${cur}\"))",
    };
    let case = |name| format!(" {name})\n                    COMPREPLY=");
    let both = names.map(case);
    both.map(|case| (format!("{case}{theirs}\n"), format!("{case}{numbers}\n")))
        .collect()
}

/// The same for a script for fish, whose line for the option this is.
fn fish_processes(line: String, directories: bool) -> (String, String) {
    let ours = match directories {
        true => line.replace("(__fish_", "(__fish_complete_pids; __fish_"),
        false => format!("{line} -f -a \"(__fish_complete_pids)\""),
    };
    (line, ours)
}

fn for_bash(script: &str, table: &Command) -> Result<String> {
    let name = table.get_name();
    let (theirs, ours) = (format!("-F _{name} "), format!("-F _{name}_line "));
    let functions = filled(include_str!("complete/operands.bash"), table, " | ");
    Ok(functions + &replaced(script, &theirs, &ours)?)
}

fn for_fish(script: &str, table: &Command) -> Result<String> {
    let mut script = script.to_owned();
    for option in table
        .get_arguments()
        .filter(|option| takes_optional_value(option))
    {
        let line = fish_line(&script, option);
        // `-r` would take the next word; without it a value counts only where it is attached.
        script = replaced(&script, &line, &replaced(&line, "' -r", "'")?)?;
    }
    if runs_program(table) {
        let theirs = format!("complete -c {} ", table.get_name());
        let ours = format!("{theirs}-n __{}_at_options ", table.get_name());
        let functions = filled(include_str!("complete/operands.fish"), table, " ");
        script = functions + &replaced(&script, &theirs, &ours)?;
    }
    Ok(script)
}

/// The line of an option in a script for fish.
fn fish_line(script: &str, option: &Arg) -> String {
    let long = format!(" -l {} ", option.get_long().unwrap_or_default());
    let line = script.lines().find(|line| line.contains(&long));
    line.unwrap_or_default().to_owned()
}

fn for_zsh(script: &str, tool: &Tool) -> Result<String> {
    let table = (tool.command)();
    let mut script = script.to_owned();
    if !tool.operands_anywhere {
        // Options end at the first operand.
        script = replaced(&script, "-S -C)", "-S -C -A '-*')")?;
    }
    for option in table.get_arguments().filter(|option| takes_value(option)) {
        for name in option.get_value_names().unwrap_or_default() {
            let quoted = name.replace(':', "\\:");
            script = script.replace(&format!(":{name}:"), &format!(":{quoted}:"));
        }
    }
    let mut lines = String::new();
    for line in script.split_inclusive('\n') {
        match line.split_once("]::") {
            // `=-` and `-` stand for a value in the same word.
            Some((option, _)) if option.starts_with("'*--") => {
                lines += &replaced(line, "=[", "=-[")?;
            }
            Some(_) if tool.short_values => lines += &replaced(line, "+[", "-[")?,
            Some((option, _)) => lines += &format!("{}]' \\\n", replaced(option, "+[", "[")?),
            // The program is the first of the operands that are left.
            None if line.contains(":_command_names -e'") => {}
            None => lines += &line.replace("*::argument:_cmdambivalent", "*:::program:_normal"),
        }
    }
    Ok(lines)
}

/// As `str::replace`, but there must be something to replace.
fn replaced(text: &str, old: &str, new: &str) -> Result<String> {
    ensure!(
        text.contains(old),
        "clap_complete has changed: no {old:?} in {text:?}"
    );
    Ok(text.replace(old, new))
}
