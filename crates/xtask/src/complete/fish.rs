//! Fish. It takes options behind the program for ours, and an optional value for the next word; functions of ours are
//! before the first, and offer what a value may be.

use anyhow::Result;
use clap::{Arg, Command};
use nscore::cli::Tool;

use super::values::Values;
use super::{
    RootOfProgram, Shorts, operands_before_program, replaced, root_functions, root_of_program,
    takes_optional_value, takes_value,
};

const FUNCTIONS: &str = include_str!("functions.fish");
/// What there is in a new root, for programs with one.
const ROOT: &str = include_str!("root.fish");
const LINE: &str = include_str!("line.fish");
/// A path of the program or of its arguments is one of the root.
const INSIDE: &str = r#"    else if string match -q -- '/*' $words[-1]; and set -l root ROOT; and test -n "$root"
        __nsutils_inside $root paths $words[-1]
"#;

/// The whole script, of what clap_complete has written.
pub(super) fn finished(script: &str, tool: &Tool, table: &Command) -> Result<String> {
    let name = table.get_name();
    let mut script = script.to_owned();
    for option in table.get_arguments().filter(|option| takes_value(option)) {
        let line = line(&script, option);
        let mut ours = line.clone();
        if takes_optional_value(option) {
            // `-r` would take the next word; without it a value counts only where it is attached.
            ours = replaced(&ours, "' -r", "'")?;
        }
        let values = Values::from_option(option);
        if let Some(offered) = offer(&values) {
            let (described, _) = ours
                .rsplit_once("' ")
                .unwrap_or((ours.trim_end_matches('\''), ""));
            let required = if takes_optional_value(option) {
                ""
            } else {
                " -r"
            };
            let order = order(&values);
            ours = format!("{described}'{required} -f{order} -a \"{offered}\"");
        }
        script = replaced(&script, &line, &ours)?;
    }
    let Some(operands) = operands_before_program(table) else {
        return Ok([FUNCTIONS, &operand(table), &script].concat());
    };
    let theirs = format!("complete -c {name} ");
    let ours = format!("{theirs}-n __{name}_at_options ");
    let inside = match root_of_program(table) {
        RootOfProgram::Unknown => String::new(),
        RootOfProgram::Option => INSIDE.replace("ROOT", "(__nsutils_root_option)"),
        RootOfProgram::Operand => INSIDE.replace("ROOT", "$words[1]"),
    };
    let line = LINE
        .replace("INSIDE", &inside)
        .replace("NAME", name)
        .replace("VALUED", &Shorts::for_table(tool, table).next_word(table))
        .replace("OPERANDS", &operands.to_string())
        .replace("FIRST", &(operands + 1).to_string());
    Ok([
        FUNCTIONS,
        root_functions(table, ROOT),
        &line,
        &replaced(&script, &theirs, &ours)?,
    ]
    .concat())
}

/// The line of an operand that is not a program's.
fn operand(table: &Command) -> String {
    let values = table.get_positionals().next().map(Values::from_option);
    let values = values.unwrap_or(Values::Unknown);
    let (order, offered) = (order(&values), offer(&values).unwrap_or_default());
    format!(
        "complete -c {} -f{order} -a \"{offered}\"\n",
        table.get_name()
    )
}

/// Containers are before other targets; fish sorts them otherwise.
fn order(values: &Values) -> &'static str {
    match values {
        Values::Targets(_) => " -k",
        Values::List(items) => order(items),
        _ => "",
    }
}

/// The line of an option in a script for fish.
fn line(script: &str, option: &Arg) -> String {
    let long = format!(" -l {} ", option.get_long().unwrap_or_default());
    let line = script.lines().find(|line| line.contains(&long));
    line.unwrap_or_default().to_owned()
}

fn offer(values: &Values) -> Option<String> {
    Some(match values {
        Values::Unknown => String::new(),
        Values::Files | Values::Directories => return None,
        Values::Words(words) => words.join(" "),
        Values::Assignments(names) => names.join("= ") + "=",
        Values::Found(what) => format!("(__nsutils_{what})"),
        Values::FoundOrFollow(what) => format!("follow (__nsutils_{what})"),
        Values::Targets(numbers) => format!("(__nsutils_targets {numbers} (__nsutils_typed))"),
        Values::FoundPaths(call) => format!("(__nsutils_{call})"),
        Values::List(items) => {
            let items = offer(items)?.replace("__nsutils_typed", "__nsutils_last_typed");
            format!("(__nsutils_list {items})")
        }
        Values::Inside(what) => format!("(__nsutils_inside_value {what} (__nsutils_typed))"),
        Values::Bind => "(__nsutils_bind)".into(),
        Values::UserGroup => "(__nsutils_user_group)".into(),
    })
}
