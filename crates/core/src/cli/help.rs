//! The help text, laid out from the table of options: a synopsis, what the tool does, the options under their
//! headings in the table's order, and what is behind them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use clap::{Arg, Command};

use super::table::EXTENSIONS;
use super::{Family, Tool};
use crate::language::translate;

/// The column in which an option's text begins; an option that reaches it has its text on the next line.
const TEXT_COLUMN: usize = 27;
/// The widest that a line may be.
const WIDTH: usize = 80;

/// Returns the help of a tool: `called` is the base name that it was called by, `asked` the name by which help is asked
/// for.
pub(super) fn text(tool: &Tool, called: &OsStr, asked: &OsStr) -> Vec<u8> {
    let command = &(tool.command)();
    let names = Names { tool, called };
    let mut help = format!("\n{}\n ", translate("Usage:")).into_bytes();
    help.extend(asked.as_bytes());
    help.extend(format!(" [options]{}\n", operands(command)).bytes());
    if let Some(about) = command.get_about() {
        let about = names.replaced_in(&about.to_string());
        help.extend(format!("\n{}\n", wrapped(&about, 0)).bytes());
    }
    for heading in headings(command) {
        help.extend(format!("\n{}:\n", translate(heading)).bytes());
        let options = command.get_arguments().filter(|option| {
            option.get_long().is_some() && heading_of(option) == heading && !option.is_hide_set()
        });
        for option in options {
            help.extend(entry(option, &names).bytes());
        }
    }
    if let Some(after) = command.get_after_help() {
        let after = names.replaced_in(&after.to_string());
        help.extend(format!("\n{}\n", wrapped(&after, 0)).bytes());
    }
    help
}

/// What the texts call a program that was called by another name than its own.
struct Names<'a> {
    tool: &'a Tool,
    called: &'a OsStr,
}

impl Names<'_> {
    /// Returns a text of the table in the reader's language, with the name that the program was called by. A link of
    /// any name has no man page, so it is referred to our man page; a caller of `unshare` finds `unshare(1)`.
    fn replaced_in(&self, text: &str) -> String {
        let text = translate(text);
        let own = self.tool.name;
        if self.called == own {
            return text.to_owned();
        }
        let called = self.called.to_string_lossy();
        let page = match called == self.tool.original.name {
            true => self.tool.original.name,
            false => own,
        };
        let parts = text.split(own).map(str::to_owned);
        let joined = parts.reduce(|before, after| {
            let name = if after.starts_with('(') {
                page
            } else {
                &called
            };
            before + name + &after
        });
        joined.unwrap_or_default()
    }
}

/// Returns ` [PROGRAM [ARGUMENT]...]`: each operand inside the brackets of the one before it, but for one that must be
/// there.
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

/// Returns the headings in the order of their first option; ours after the original's, those of every tool last.
fn headings(command: &Command) -> Vec<&str> {
    let last = [EXTENSIONS, GENERAL];
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

fn entry(option: &Arg, names: &Names) -> String {
    let family = names.tool.family;
    // Column by column as the originals have it: programs read the options from here.
    let margin = match family {
        Family::UtilLinux => " ",
        Family::Coreutils => "  ",
    };
    let mut line = match option.get_short() {
        Some(short) => format!("{margin}-{short}, "),
        None => format!("{margin}    "),
    };
    line.push_str(&spelling(option, family));
    let text = option.get_help().map(ToString::to_string);
    let text = names.replaced_in(&text.unwrap_or_default());
    if line.len() + 1 >= TEXT_COLUMN {
        line.push('\n');
        line.push_str(&" ".repeat(TEXT_COLUMN));
    } else {
        line.push_str(&" ".repeat(TEXT_COLUMN - line.len()));
    }
    line.push_str(&wrapped(&text, TEXT_COLUMN));
    line.push('\n');
    line
}

/// Returns `--mount[=FILE]`, `--setuid UID`, `--fork`: the long option with its value as it is written. GNU's help
/// joins the two by `=`.
fn spelling(option: &Arg, family: Family) -> String {
    let long = option.get_long().unwrap_or_default();
    let optional = option
        .get_num_args()
        .is_some_and(|count| count.min_values() == 0);
    match option.get_action().takes_values() {
        false => format!("--{long}"),
        true if optional => format!("--{long}[={}]", value_name(option)),
        true => {
            let between = match family {
                Family::UtilLinux => ' ',
                Family::Coreutils => '=',
            };
            format!("--{long}{between}{}", value_name(option))
        }
    }
}

fn value_name(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    names.iter().map(|name| name.as_str()).collect()
}

/// Returns the text broken at blanks, and beside characters of two cells, so that no line is longer than [`WIDTH`]; it
/// begins in column `indent`, and so does every further line.
fn wrapped(text: &str, indent: usize) -> String {
    let mut whole = String::new();
    let mut column = indent;
    for word in text.split_whitespace() {
        let mut blank = usize::from(column > indent);
        for part in breakable(word) {
            let length: usize = part.chars().map(cells).sum();
            if column > indent && column + blank + length > WIDTH {
                whole.push('\n');
                whole.push_str(&" ".repeat(indent));
                column = indent;
            } else if blank > 0 {
                whole.push(' ');
                column += 1;
            }
            blank = 0;
            whole.push_str(part);
            column += length;
        }
    }
    whole
}

/// Returns the parts of a word between which a line may end: before a character of two cells, unless it is a sign that
/// closes what is before it.
fn breakable(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut before) = (0, None);
    for (at, character) in word.char_indices() {
        let is_beside_wide =
            cells(character) == 2 || before.is_some_and(|before| cells(before) == 2);
        let is_closing = "，。；：、）”！？".contains(character);
        let opens = before.is_some_and(|before| "（“".contains(before));
        if at > 0 && is_beside_wide && !is_closing && !opens {
            parts.push(&word[start..at]);
            start = at;
        }
        before = Some(character);
    }
    parts.push(&word[start..]);
    parts
}

/// Returns how many cells of a terminal a character of our own texts takes: two from the Chinese, Japanese and Korean
/// blocks on, and those quotation marks that are set as wide there.
fn cells(character: char) -> usize {
    match character {
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' => 2,
        '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' => 2,
        _ => 1,
    }
}
