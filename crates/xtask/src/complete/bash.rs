//! Bash. It splits a line at = and : and asks a function for what may be at its end; clap_complete's would read the
//! options behind the program as ours, take an optional value for the next word, and offer files for every value. So
//! it is asked for the options alone, by a function of ours that reads the line as the programs do.

use anyhow::Result;
use clap::{Arg, ArgAction, Command, ValueHint};
use nscore::cli::Tool;

use super::values::Values;
use super::{
    RootOfProgram, Shorts, operands_before_program, replaced, root_functions, root_of_program,
    takes_optional_value, takes_value,
};

const FUNCTIONS: &str = include_str!("functions.bash");
/// What there is in a new root, for programs with one.
const ROOT: &str = include_str!("root.bash");
const LINE: &str = include_str!("line.bash");
const PROGRAM: &str = include_str!("program.bash");
const ATTACHED: &str = r#"    elif [[ $part =~ ^(CLUSTER)([VALUED]). ]]; then
        before=${BASH_REMATCH[1]}${BASH_REMATCH[2]}
        part=${part#"$before"}
        _NAME_value "-${BASH_REMATCH[2]}" "$1"
"#;
/// A path of the program or of its arguments is one of the root.
const INSIDE: &str = r#"    local root=ROOT
    if [[ $root && $part == /* ]]; then
        __nsutils_offer_inside "$root" paths
        return
    fi
"#;
/// Where clap_complete makes its function known, and says that files may be where it offers nothing.
const THEIRS: &str = "-o bashdefault -o default ";

/// The option without its value.
pub(super) fn adapt_option(option: Arg) -> Arg {
    if !takes_value(&option) {
        return option;
    }
    let unnamed: [&str; 0] = [];
    option
        .action(ArgAction::SetTrue)
        .num_args(0)
        .require_equals(false)
        .value_names(unnamed)
        .value_hint(ValueHint::Unknown)
}

/// The whole script, of what clap_complete has written.
pub(super) fn finished(script: &str, tool: &Tool, table: &Command) -> Result<String> {
    let name = table.get_name();
    let script = replaced(script, THEIRS, "")?;
    let script = replaced(
        &script,
        &format!("-F _{name} "),
        &format!("-F _{name}_line "),
    )?;
    Ok([
        FUNCTIONS,
        root_functions(table, ROOT),
        &line(tool, table),
        &script,
    ]
    .concat())
}

/// The functions that know this program's options.
fn line(tool: &Tool, table: &Command) -> String {
    let before = operands_before_program(table);
    let shorts = Shorts::for_table(tool, table);
    let program = before.map_or("", |_| PROGRAM);
    let pass = if tool.operands_anywhere { ":" } else { "break" };
    let text = LINE
        .replace("CASES", &cases(tool, table))
        .replace("VALUED", &shorts.next_word(table))
        .replace("PASS", pass)
        .replace("OPERAND", &operand(before))
        .replace("ATTACHED", &attached(&shorts));
    let inside = match root_of_program(table) {
        RootOfProgram::Unknown => String::new(),
        RootOfProgram::Option => INSIDE.replace("ROOT", "$(__nsutils_root_option \"$1\")"),
        RootOfProgram::Operand => INSIDE.replace("ROOT", "${words[at]}"),
    };
    let program = program.replace("INSIDE", &inside);
    (program + &text).replace("NAME", table.get_name())
}

/// The branches for what is no option any more.
fn operand(before_program: Option<usize>) -> String {
    const FIRST: &str = "    elif ((behind || at < last)) || [[ $part != -* ]]; then\n";
    const VALUE: &str = "        _NAME_value operand \"$1\"\n";
    const RUN: &str = "        _NAME_program $((at + BEFORE))\n        return\n";
    match before_program {
        None => [FIRST, VALUE].concat(),
        Some(0) => [FIRST, &RUN.replace("$((at + BEFORE))", "$at")].concat(),
        Some(before) => {
            let behind = [
                "    elif ((at + BEFORE <= last)); then\n",
                RUN,
                FIRST,
                VALUE,
            ]
            .concat();
            behind.replace("BEFORE", &before.to_string())
        }
    }
}

/// Returns what is offered for which option, and for the first operand.
fn cases(tool: &Tool, table: &Command) -> String {
    let mut cases = String::new();
    let operand = table.get_positionals().next().map(Arg::get_id);
    for option in table.get_arguments() {
        let names: Vec<_> = match option.is_positional() {
            true if operand == Some(option.get_id()) => vec!["operand".to_owned()],
            true => continue,
            false => {
                let short = option.get_short().map(|short| format!("-{short}"));
                let short = short.filter(|_| tool.short_values || !takes_optional_value(option));
                let long = option.get_long().map(|long| format!("--{long}"));
                short.into_iter().chain(long).collect()
            }
        };
        if let Some(offer) = offer(&Values::from_option(option)) {
            cases += &format!("        {}) {offer} ;;\n", names.join(" | "));
        }
    }
    cases
}

fn offer(values: &Values) -> Option<String> {
    Some(match values {
        Values::Unknown => return None,
        Values::Files => "__nsutils_offer_paths compgen -f -- \"$part\"".into(),
        Values::Directories => "__nsutils_offer_paths compgen -d -- \"$part\"".into(),
        Values::Words(words) => format!("__nsutils_offer_words {}", words.join(" ")),
        Values::Assignments(names) => format!("__nsutils_offer_words {}=", names.join("= ")),
        Values::Found(what) => format!("__nsutils_offer_found {what} \"$2\""),
        Values::FoundOrFollow(what) => format!("__nsutils_offer_found {what} \"$2\" follow"),
        Values::Targets(numbers) => format!("__nsutils_offer_targets {numbers} \"$2\""),
        Values::FoundPaths(call) => format!("__nsutils_offer_paths __nsutils_{call}"),
        Values::List(items) => format!("__nsutils_offer_list {}", offer(items)?),
        Values::Inside(what) => {
            format!("__nsutils_offer_inside \"$(__nsutils_root_option \"$last\")\" {what}")
        }
        Values::Bind => "__nsutils_offer_bind \"$(__nsutils_root_option \"$last\")\"".into(),
        Values::UserGroup => "__nsutils_offer_user_group".into(),
    })
}

/// The branch for a value in the same word.
fn attached(shorts: &Shorts) -> String {
    let valued = [shorts.required.as_str(), &shorts.optional].concat();
    if valued.is_empty() {
        return String::new();
    }
    ATTACHED
        .replace("CLUSTER", &shorts.cluster())
        .replace("VALUED", &valued)
}
