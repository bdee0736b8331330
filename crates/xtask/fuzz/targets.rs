//! The fuzz target of all four command lines: what we read is what the C library's getopt_long(3) reads by the same
//! table. The words of an input end with a byte of zero, as those of /proc/PID/cmdline.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use bolero::check;
use nscore::cli::Tool;
use nscore::cli::getopt::{Occurrence, Reading, Stop, read};
use nscore::cli::table::{Opt, Value};
use testkit::library::{Getopt, LongOption, Takes, getopt_long};

use crate::TOOLS;

/// The options that getopt is to know: those of the original, where ours have a rule of their own for prefixes.
fn known(tool: &Tool) -> Vec<&'static Opt> {
    let options = tool.options.iter();
    options.filter(|option| !option.is_added()).collect()
}

/// The command line as the C library reads it.
fn theirs(tool: &Tool, options: &[&Opt], words: &[OsString]) -> Option<Getopt> {
    let table: Vec<_> = options
        .iter()
        .map(|option| {
            let takes = match option.value {
                Value::None => Takes::Nothing,
                Value::Optional(_) => Takes::Perhaps,
                Value::Required(_) => Takes::Value,
            };
            let bare = takes == Takes::Perhaps && !tool.short_values;
            LongOption {
                long: option.long,
                short: option.short,
                takes,
                short_takes: if bare { Takes::Nothing } else { takes },
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
fn said_by_ours(reading: Reading) -> Said {
    let options = reading.options.iter();
    let value = |option: &Occurrence| option.given().map(OsStr::to_owned);
    Said {
        options: options
            .map(|option| (option.name(), value(option)))
            .collect(),
        operands: Some(reading.operands).filter(|_| reading.stop.is_none()),
        asks: matches!(reading.stop, Some(Stop::Help | Stop::Version)),
    }
}

fn compare(tool: &Tool, words: &[OsString]) {
    let reading = read(tool, words.iter().cloned());
    let options = known(tool);
    let is_known = |option: &Occurrence| options.iter().any(|known| known.long == option.name());
    if !reading.options.iter().all(is_known) {
        return;
    }
    if let Some(getopt) = theirs(tool, &options, words) {
        let (ours, theirs) = (said_by_ours(reading), said_by(getopt, &options));
        assert_eq!(ours, theirs, "{words:?}");
    }
}

#[test]
fn command_lines() {
    check!(name = "command_lines").for_each(|input: &[u8]| {
        let input = input.strip_suffix(b"\0").unwrap_or(input);
        let words: Vec<OsString> = input
            .split(|byte| *byte == 0)
            .map(|word| OsStr::from_bytes(word).to_owned())
            .collect();
        for tool in TOOLS {
            compare(tool, &words);
        }
    });
}
