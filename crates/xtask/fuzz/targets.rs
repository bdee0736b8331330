//! The fuzz target of all four command lines: what we read is what the C library's getopt_long(3) reads by the same
//! table. The words of an input end with a byte of zero, as those of /proc/PID/cmdline.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use clap::Arg;
use nscore::cli::Tool;
use nscore::cli::getopt::{ParseStop, ParsedArgs, ParsedOption, parse};
use nscore::cli::table::{EXTENSIONS, Opt, OptionValue};
use testkit::c_library::{Getopt, HasArg, LongOption, getopt_long};
use testkit::check_target;

use crate::TOOLS;

/// A program, and its table of options by their long names. The table itself is private to the program, so this one
/// comes from what clap knows of it.
struct Table {
    tool: &'static Tool,
    options: &'static [Opt],
}

impl Table {
    fn new(tool: &'static Tool) -> Table {
        let command: &'static _ = Box::leak(Box::new((tool.command)()));
        let options = command.get_arguments().filter_map(option).collect();
        Table {
            tool,
            options: Vec::leak(options),
        }
    }

    /// The options that getopt is to know: those of the original, where extensions have a rule of their own for
    /// prefixes.
    fn known(&self) -> Vec<&'static Opt> {
        let options = self.options.iter();
        options.filter(|option| !option.is_extension()).collect()
    }
}

/// An option as the table has it; `None` for an operand.
fn option(arg: &'static Arg) -> Option<Opt> {
    let long = arg.get_long()?;
    let values = arg.get_num_args().unwrap_or_default();
    let option = match (long, arg.get_action().takes_values()) {
        ("help", _) => Opt::help(""),
        ("version", _) => Opt::version(""),
        (_, false) => Opt::flag(long, long, ""),
        (_, true) if values.min_values() == 0 => Opt::optional(long, long, "", ""),
        (_, true) => Opt::required(long, long, "", ""),
    };
    let option = match arg.get_short() {
        Some(short) => option.short(short),
        None => option,
    };
    match arg.get_help_heading() {
        Some(EXTENSIONS) => Some(option.heading(EXTENSIONS)),
        _ => Some(option),
    }
}

/// The command line as the C library reads it.
fn theirs(tool: &Tool, options: &[&Opt], words: &[OsString]) -> Option<Getopt> {
    let table: Vec<_> = options
        .iter()
        .map(|option| {
            let has_arg = match option.value {
                OptionValue::None => HasArg::No,
                OptionValue::Optional(_) => HasArg::Optional,
                OptionValue::Required(_) => HasArg::Required,
            };
            let bare = has_arg == HasArg::Optional && !tool.short_values;
            LongOption {
                long: option.long,
                short: option.short,
                has_arg,
                short_has_arg: if bare { HasArg::No } else { has_arg },
            }
        })
        .collect();
    getopt_long(&table, tool.operands_anywhere, words)
}

/// What a command line says: options with their values, operands, and whether help or the version is asked for, which
/// ends it; no operands after that and after a mistake.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    options: Vec<(&'static str, Option<OsString>)>,
    operands: Option<Vec<OsString>>,
    asks: bool,
}

/// As the C library has read it.
fn said_by(getopt: Getopt, options: &[&'static Opt]) -> Said {
    let mut said = Said {
        options: Vec::new(),
        operands: getopt.operands,
        asks: false,
    };
    for (place, value) in getopt.options {
        let name = options[place].long;
        if matches!(name, "help" | "version") {
            (said.operands, said.asks) = (None, true);
            break;
        }
        said.options.push((name, value));
    }
    said
}

/// As we have.
fn said_by_ours(parsed: ParsedArgs) -> Said {
    let options = parsed.options.iter();
    let value = |option: &ParsedOption| option.optional_value().map(OsStr::to_owned);
    Said {
        options: options
            .map(|option| (option.name(), value(option)))
            .collect(),
        operands: Some(parsed.operands).filter(|_| parsed.stop.is_none()),
        asks: matches!(parsed.stop, Some(ParseStop::Help | ParseStop::Version)),
    }
}

fn compare(table: &Table, words: &[OsString]) {
    let tool = table.tool;
    let parsed = parse(tool, table.options, "tool".as_ref(), words.iter().cloned());
    let options = table.known();
    let is_known = |option: &ParsedOption| options.iter().any(|known| known.long == option.name());
    if !parsed.options.iter().all(is_known) {
        return;
    }
    if let Some(getopt) = theirs(tool, &options, words) {
        let (ours, theirs) = (said_by_ours(parsed), said_by(getopt, &options));
        assert_eq!(ours, theirs, "{words:?}");
    }
}

#[test]
fn command_lines() {
    let tables: Vec<Table> = TOOLS.iter().copied().map(Table::new).collect();
    check_target("command_lines", |input: &[u8]| {
        let input = input.strip_suffix(b"\0").unwrap_or(input);
        let words: Vec<OsString> = input
            .split(|byte| *byte == 0)
            .map(|word| OsStr::from_bytes(word).to_owned())
            .collect();
        for table in &tables {
            compare(table, &words);
        }
    });
}
