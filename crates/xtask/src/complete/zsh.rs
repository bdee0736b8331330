//! Zsh. Its `_arguments` reads a line as the programs do once it is told which values must be attached and where
//! options end; what a value may be is told by functions of ours.

use anyhow::Result;
use clap::{Arg, Command};
use nscore::cli::Tool;

use super::values::Values;
use super::{RootOfProgram, replaced, root_functions, root_of_program, takes_value};

const FUNCTIONS: &str = include_str!("functions.zsh");
/// What there is in a new root, for programs with one.
const ROOT: &str = include_str!("root.zsh");
/// The line below which clap_complete's function is.
const HEAD: &str = "autoload -U is-at-least\n\n";

/// The whole script, of what clap_complete has written.
pub(super) fn finished(script: &str, tool: &Tool, table: &Command) -> Result<String> {
    let ours = [FUNCTIONS, root_functions(table, ROOT)].concat();
    let mut script = replaced(script, HEAD, &format!("{HEAD}{ours}"))?;
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
    let program = match root_of_program(table) {
        RootOfProgram::Unknown => "*:::program:_normal",
        RootOfProgram::Option => {
            "*:::program: __nsutils_command \"${(Q)opt_args[--root]:-$opt_args[-R]}\""
        }
        RootOfProgram::Operand => "*:::program: __nsutils_command \"${(Q)line[1]}\"",
    };
    let mut lines = String::new();
    for line in script.split_inclusive('\n') {
        let line = &with_values(line, table);
        match line.split_once("]::") {
            // `=-` and `-` represent a value in the same word.
            Some((option, _)) if option.starts_with("'*--") => {
                lines += &replaced(line, "=[", "=-[")?;
            }
            Some(_) if tool.short_values => lines += &replaced(line, "+[", "-[")?,
            Some((option, _)) => lines += &format!("{}]' \\\n", replaced(option, "+[", "[")?),
            // The program is the first of the operands that are left.
            None if line.contains(":_command_names -e'") => {}
            None => lines += &line.replace("*::argument:_cmdambivalent", program),
        }
    }
    Ok(lines)
}

/// The line of an option or operand, ending in what offers its values.
fn with_values(line: &str, table: &Command) -> String {
    let mut options = table.get_arguments();
    let offered = options
        .find(|option| begins(line, option))
        .and_then(|option| offer(&Values::from_option(option)));
    match (line.rsplit_once(':'), offered) {
        (Some((option, _)), Some(offered)) => format!("{option}:{offered}' \\\n"),
        _ => line.to_owned(),
    }
}

/// Returns whether clap_complete's line is this option's, or this operand's.
fn begins(line: &str, option: &Arg) -> bool {
    let name = option.get_id().as_str();
    let long = line.starts_with(&format!("'*--{name}="));
    let short = option.get_short();
    let short = short.is_some_and(|short| line.starts_with(&format!("'*-{short}+")));
    let operand = option.is_positional();
    takes_value(option) && (long || short) || operand && line.starts_with(&format!("'::{name} "))
}

fn offer(values: &Values) -> Option<String> {
    Some(match values {
        Values::Files | Values::Directories => return None,
        // A blank alone: the value's name is shown and nothing is offered.
        Values::Unknown => " ".into(),
        Values::Words(words) => format!("({})", words.join(" ")),
        // A blank before it: without words for compadd.
        Values::Assignments(names) => format!(" compadd -S= -- {}", names.join(" ")),
        Values::Found(what) => format!(" __nsutils_{what}"),
        Values::FoundOrFollow(what) => format!(" __nsutils_or_follow __nsutils_{what}"),
        Values::Targets(numbers) => format!(" __nsutils_targets {numbers}"),
        Values::FoundPaths(call) => format!(" __nsutils_{call}"),
        Values::List(items) => format!(" __nsutils_list{}", list_item(items)?),
        Values::Inside(what) => format!(" __nsutils_inside_value {what}"),
        Values::Bind => " __nsutils_bind".into(),
        Values::UserGroup => " __nsutils_user_group".into(),
    })
}

/// The command that offers an item of a list, behind which a comma may follow.
fn list_item(values: &Values) -> Option<String> {
    match values {
        Values::Words(words) => Some(format!(" compadd -qS, -- {}", words.join(" "))),
        Values::Assignments(_) => offer(values),
        _ => Some(offer(values)? + " -qS,"),
    }
}
