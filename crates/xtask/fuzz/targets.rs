//! The fuzz target of all four command lines: what we read is what the C library's getopt_long(3) reads by the same
//! table. The words of an input end with a byte of zero, as those of /proc/PID/cmdline.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use bolero::check;
use nscore::cli::Tool;
use nscore::cli::getopt::{Reading, Stop, read};
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

/// The same with the end that we make of it where help or the version is asked for.
fn until_told(
    options: &[&Opt],
    getopt: Getopt,
) -> (
    Vec<(&'static str, Option<OsString>)>,
    Option<Vec<OsString>>,
    bool,
) {
    let mut told = Vec::new();
    for (place, value) in getopt.options {
        let name = options[place].long;
        if matches!(name, "help" | "version") {
            return (told, None, true);
        }
        told.push((name, value));
    }
    (told, getopt.operands, false)
}

fn compare(tool: &Tool, words: &[OsString]) {
    let reading: Reading = read(tool, words.iter().cloned());
    let options = known(tool);
    let added = |name: &str| !options.iter().any(|option| option.long == name);
    if reading.options.iter().any(|option| added(option.name())) {
        return;
    }
    let Some(getopt) = theirs(tool, &options, words) else {
        return;
    };
    // An option of ours at which getopt stops, and we for another reason.
    let (expected, operands, is_told) = until_told(&options, getopt);
    let ours = reading.options.iter();
    let ours: Vec<_> = ours
        .map(|option| (option.name(), option.given().map(OsStr::to_owned)))
        .collect();
    let is_ours = matches!(&reading.stop, Some(Stop::Mistake(_))) && operands.is_none();
    assert_eq!(ours, expected, "{words:?}");
    match &reading.stop {
        None => assert_eq!(Some(&reading.operands), operands.as_ref(), "{words:?}"),
        Some(Stop::Mistake(_)) => assert!(is_ours && !is_told, "{words:?}"),
        Some(_) => assert!(is_told, "{words:?}"),
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
