//! The help text, laid out from the table of options: a synopsis, what the tool does, the options under their
//! headings in the table's order, and what stands behind them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use clap::{Arg, Command};

use super::table::ADDED;

/// The column in which an option's text begins; an option that reaches it has its text on the next line.
const TEXT_COLUMN: usize = 27;
/// The column at which texts are broken.
const WIDTH: usize = 80;

/// The help of a tool that was called as `name`.
pub(super) fn text(command: &Command, name: &OsStr) -> Vec<u8> {
    let mut help = b"\nUsage:\n ".to_vec();
    help.extend(name.as_bytes());
    help.extend(format!(" [options]{}\n", operands(command)).bytes());
    if let Some(about) = command.get_about() {
        help.extend(format!("\n{about}\n").bytes());
    }
    for heading in headings(command) {
        help.extend(format!("\n{heading}:\n").bytes());
        let options = command.get_arguments().filter(|option| {
            option.get_long().is_some() && heading_of(option) == heading && !option.is_hide_set()
        });
        for option in options {
            help.extend(entry(option).bytes());
        }
    }
    if let Some(after) = command.get_after_help() {
        help.extend(format!("\n{after}\n").bytes());
    }
    help
}

/// ` [PROGRAM [ARGUMENT]...]`: each operand inside the brackets of the one before it, but for one that must be there.
fn operands(command: &Command) -> String {
    let mut text = String::new();
    let mut open = 0;
    for operand in command.get_positionals() {
        let required = operand.is_required_set();
        let many = operand
            .get_num_args()
            .is_some_and(|count| count.max_values() > 1);
        let name = value_name(operand);
        text.push_str(if required { " " } else { " [" });
        text.push_str(&name);
        if many {
            text.push_str("...");
        }
        open += usize::from(!required);
    }
    text + &"]".repeat(open)
}

/// The headings in the order of their first option; ours after the original's, those of every tool last.
fn headings(command: &Command) -> Vec<&str> {
    let last = [ADDED, GENERAL];
    let (mut headings, mut met) = (Vec::new(), Vec::new());
    for option in command
        .get_arguments()
        .filter(|option| option.get_long().is_some())
    {
        let heading = heading_of(option);
        let list = match last.contains(&heading) {
            true => &mut met,
            false => &mut headings,
        };
        if !list.contains(&heading) {
            list.push(heading);
        }
    }
    headings.extend(last.into_iter().filter(|heading| met.contains(heading)));
    headings
}

/// The heading of the options that have none.
const GENERAL: &str = "Options";

fn heading_of(option: &Arg) -> &str {
    option.get_help_heading().unwrap_or(GENERAL)
}

fn entry(option: &Arg) -> String {
    let mut line = match option.get_short() {
        Some(short) => format!(" -{short}, "),
        None => "     ".to_owned(),
    };
    line.push_str(&spelling(option));
    let text = option.get_help().map(ToString::to_string);
    let text = text.unwrap_or_default();
    if line.len() + 1 >= TEXT_COLUMN {
        line.push('\n');
        line.push_str(&" ".repeat(TEXT_COLUMN));
    } else {
        line.push_str(&" ".repeat(TEXT_COLUMN - line.len()));
    }
    line.push_str(&wrapped(&text));
    line.push('\n');
    line
}

/// `--mount[=FILE]`, `--setuid UID`, `--fork`: the long option with its value as it is written.
fn spelling(option: &Arg) -> String {
    let long = option.get_long().unwrap_or_default();
    let optional = option
        .get_num_args()
        .is_some_and(|count| count.min_values() == 0);
    match option.get_action().takes_values() {
        false => format!("--{long}"),
        true if optional => format!("--{long}[={}]", value_name(option)),
        true => format!("--{long} {}", value_name(option)),
    }
}

fn value_name(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    names.iter().map(|name| name.as_str()).collect()
}

/// The text broken at blanks so that it ends before [`WIDTH`], every line but the first indented.
fn wrapped(text: &str) -> String {
    let mut whole = String::new();
    let mut column = TEXT_COLUMN;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > TEXT_COLUMN && column + 1 + length > WIDTH {
            whole.push('\n');
            whole.push_str(&" ".repeat(TEXT_COLUMN));
            column = TEXT_COLUMN;
        } else if column > TEXT_COLUMN {
            whole.push(' ');
            column += 1;
        }
        whole.push_str(word);
        column += length;
    }
    whole
}
