//! A small table, read in both manners; what the originals' getopt does with it was tried with theirs.

use std::ffi::OsString;

use proptest::prelude::*;

use super::{ParseStop, ParsedArgs, parse};
use crate::cli::table::{EXTENSIONS, Opt, command};
use crate::cli::{Family, Original, Tool};

const OPTIONS: &[Opt] = &[
    Opt::help("").short('h'),
    Opt::optional("net", "net", "FILE", "").short('n'),
    Opt::optional("net-socket", "net-socket", "FD", ""),
    Opt::required("target", "target", "PID", "").short('t'),
    Opt::flag("all", "all", "").short('a'),
    Opt::flag("all-new", "all-new", "").heading(EXTENSIONS),
    Opt::flag("tar", "tar", "").heading(EXTENSIONS),
    Opt::flag("new-session", "new-session", "").heading(EXTENSIONS),
    Opt::flag("new-privs", "new-privs", "").heading(EXTENSIONS),
];

fn tool(short_values: bool, operands_anywhere: bool) -> Tool {
    Tool {
        name: "tool",
        original: Original {
            name: "ool",
            package: "tools",
            version: "1.0",
        },
        command: || command("tool", OPTIONS),
        family: Family::UtilLinux,
        short_values,
        operands_anywhere,
    }
}

fn read_by(tool: &Tool, words: &[&str]) -> ParsedArgs {
    parse(
        tool,
        OPTIONS,
        "tool".as_ref(),
        words.iter().map(OsString::from),
    )
}

/// Returns `name=value` for each option, `| operand` for each operand, `! sentence` for a mistake.
fn described(tool: &Tool, words: &[&str]) -> String {
    let reading = read_by(tool, words);
    let mut described: Vec<String> = reading
        .options
        .iter()
        .map(|option| match option.optional_value() {
            Some(value) => format!("{}={}", option.name(), value.to_string_lossy()),
            None => option.name().to_owned(),
        })
        .collect();
    match reading.stop {
        None => described.extend(
            reading
                .operands
                .iter()
                .map(|word| format!("| {}", word.to_string_lossy())),
        ),
        Some(ParseStop::Error(sentence, _)) => {
            let text = sentence.to_string();
            let text = text
                .strip_prefix("tool: ")
                .expect("getopt's sentences begin with the name");
            described.push(format!("! {}", text.trim_end()));
        }
        Some(stop) => described.push(format!("{stop:?}")),
    }
    described.join(" ")
}

fn parsed_plainly(words: &[&str]) -> String {
    described(&tool(false, false), words)
}

#[test]
fn options_end_at_the_first_operand_or_at_two_dashes() {
    assert_eq!(parsed_plainly(&["-a", "ls", "-a"]), "all | ls | -a");
    assert_eq!(parsed_plainly(&["--", "-a", "--"]), "| -a | --");
    assert_eq!(parsed_plainly(&["-", "-a"]), "| - | -a");
    assert_eq!(parsed_plainly(&["", "-a"]), "|  | -a");
}

#[test]
fn where_operands_may_stand_anywhere_options_follow_them() {
    let anywhere = tool(false, true);
    assert_eq!(
        described(&anywhere, &["x", "-a", "y", "--", "-a"]),
        "all | x | y | -a"
    );
}

#[test]
fn a_required_value_is_what_comes_next_whatever_it_looks_like() {
    assert_eq!(parsed_plainly(&["-t", "-a"]), "target=-a");
    assert_eq!(parsed_plainly(&["-at5"]), "all target=5");
    assert_eq!(parsed_plainly(&["-t=5"]), "target==5");
    assert_eq!(parsed_plainly(&["--target", "--"]), "target=--");
    assert_eq!(parsed_plainly(&["--target="]), "target=");
    assert_eq!(
        parsed_plainly(&["-t"]),
        "! option requires an argument -- 't'"
    );
    assert_eq!(
        parsed_plainly(&["--target"]),
        "! option '--target' requires an argument"
    );
}

#[test]
fn an_optional_value_is_attached_to_the_short_option_only_where_the_tool_wants_it() {
    assert_eq!(parsed_plainly(&["--net", "x"]), "net | x");
    assert_eq!(parsed_plainly(&["--net=x"]), "net=x");
    assert_eq!(parsed_plainly(&["-na"]), "net all");
    let attached = tool(true, false);
    assert_eq!(described(&attached, &["-na"]), "net=a");
    assert_eq!(described(&attached, &["-n=a"]), "net==a");
    assert_eq!(described(&attached, &["--net=a"]), "net=a");
    assert_eq!(described(&attached, &["-n", "a"]), "net | a");
    assert_eq!(described(&attached, &["-an"]), "all net");
}

#[test]
fn a_prefix_is_the_originals_first_and_ours_only_where_the_original_knows_none() {
    assert_eq!(parsed_plainly(&["--a"]), "all");
    assert_eq!(parsed_plainly(&["--all-"]), "all-new");
    assert_eq!(parsed_plainly(&["--tar"]), "tar");
    assert_eq!(parsed_plainly(&["--ta", "5"]), "target=5");
    assert_eq!(parsed_plainly(&["--net"]), "net");
    assert_eq!(
        parsed_plainly(&["--ne"]),
        "! option '--ne' is ambiguous; possibilities: '--net' '--net-socket'"
    );
    assert_eq!(
        parsed_plainly(&["--new=x"]),
        "! option '--new=x' is ambiguous; possibilities: '--new-session' '--new-privs'"
    );
    assert_eq!(parsed_plainly(&["--new-s"]), "new-session");
}

#[test]
fn a_mistake_is_reported_in_getopts_words() {
    assert_eq!(
        parsed_plainly(&["--foo=1"]),
        "! unrecognized option '--foo=1'"
    );
    assert_eq!(
        parsed_plainly(&["--al=1"]),
        "! option '--all' doesn't allow an argument"
    );
    assert_eq!(parsed_plainly(&["-axa"]), "all ! invalid option -- 'x'");
    assert_eq!(parsed_plainly(&["---"]), "! unrecognized option '---'");
}

#[test]
fn what_comes_before_help_or_a_mistake_is_still_read() {
    assert_eq!(parsed_plainly(&["-a", "--help", "--foo"]), "all Help");
    assert_eq!(parsed_plainly(&["-ahx"]), "all Help");
    assert_eq!(
        parsed_plainly(&["--foo", "--help"]),
        "! unrecognized option '--foo'"
    );
}

proptest! {
    #[test]
    fn every_word_is_read_exactly_once(words in proptest::collection::vec("[-=antxhel]{0,6}", 0..8)) {
        for tool in [tool(false, false), tool(true, false), tool(false, true)] {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let reading = read_by(&tool, &words);
            if reading.stop.is_none() && !tool.operands_anywhere {
                let read = words.len() - reading.operands.len();
                let operands: Vec<_> = words[read..].iter().map(OsString::from).collect();
                prop_assert_eq!(reading.operands, operands);
            }
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(words in proptest::collection::vec(any::<Vec<u8>>(), 0..6)) {
        use std::os::unix::ffi::OsStringExt;
        let words = words.into_iter().map(OsString::from_vec);
        let reading = parse(&tool(true, true), OPTIONS, "tool".as_ref(), words);
        prop_assert!(reading.stop.is_some() || reading.options.len() <= 64);
    }
}
