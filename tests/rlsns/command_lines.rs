//! The command lines of `command_lines.txt` beside the original: in pipes, on terminals, in two locales, as three
//! callers.

use testkit::c_library::GnuTrait;
use testkit::{DifferentialTest, Outcome, Tool, words};

use crate::fixture::{Fixture, seen};
use crate::sample_processes::SampleProcesses;
use crate::scenario::{RLSNS, Scenario};

/// How many differences are told in full.
const TOLD: usize = 40;

/// A line of the file.
pub(crate) struct Line {
    variables: Vec<(String, String)>,
    pub(crate) words: Vec<String>,
}

impl Line {
    /// Reads a line as a shell would, quotes of both kinds and variables in front, and nothing else.
    pub(crate) fn parse(line: &str, samples: &SampleProcesses<'_>) -> Line {
        let mut words: Vec<String> = words(line)
            .iter()
            .map(|word| samples.substitute(word))
            .collect();
        if words == [""] {
            words.clear();
        }
        let variables = words.iter().map_while(|word| variable(word));
        let variables: Vec<_> = variables.collect();
        words.drain(..variables.len());
        Line { variables, words }
    }

    pub(crate) fn set_up(&self, tool: Tool) -> Tool {
        let variables = self.variables.iter();
        variables
            .fold(tool, |tool, (name, value)| tool.env(name, value))
            .args(&self.words)
    }
}

/// `NAME=VALUE`, where the name is one that an environment variable has.
fn variable(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once('=')?;
    let capital = |letter: char| letter.is_ascii_uppercase() || letter == '_';
    let is_name = !name.is_empty() && name.chars().all(capital);
    is_name.then(|| (name.to_owned(), value.to_owned()))
}

/// Where the output goes.
#[derive(Clone, Copy)]
enum View {
    /// Into a pipe, in this locale.
    Pipe(&'static str),
    /// On a terminal so many cells wide, in this locale.
    Terminal(u16, &'static str),
    /// On a terminal that does not report its width; COLUMNS does.
    Columns(&'static str),
}

impl View {
    fn set_up(self, tool: Tool) -> Tool {
        match self {
            View::Pipe(locale) => tool.env("LC_ALL", locale),
            View::Terminal(columns, locale) => {
                tool.env("LC_ALL", locale).output_terminal(columns, 24)
            }
            View::Columns(columns) => tool.env("COLUMNS", columns).output_terminal(0, 0),
        }
    }
}

const UTF8: &str = "C.UTF-8";

const EVERY_VIEW: [View; 6] = [
    View::Pipe("C"),
    View::Pipe(UTF8),
    View::Terminal(40, UTF8),
    View::Terminal(80, "C"),
    View::Terminal(200, UTF8),
    View::Columns("70"),
];

const SOME_VIEWS: [View; 2] = [View::Pipe(UTF8), View::Terminal(80, UTF8)];

/// Compares every line for which `is_meant` holds of what the original does in these views, and returns how many
/// comparisons that made.
fn compare(
    fixture: &Fixture,
    samples: &SampleProcesses<'_>,
    views: &[View],
    is_meant: fn(&Outcome) -> bool,
) -> usize {
    let (mut compared, mut differences) = (0, Vec::new());
    let lines = include_str!("command_lines.txt").lines();
    // `nosuch` is no locale's name to the original, and `[` is wrong in two ways.
    let is_comparable = |line: &&str| match *line {
        r#"-Q 'TYPE =~ "["'"# => GnuTrait::RegexReasons.is_here(),
        line if line.starts_with("LC_ALL=nosuch") => GnuTrait::LocaleNames.is_here(),
        _ => true,
    };
    for line in lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter(is_comparable)
    {
        let read = Line::parse(line, samples);
        for view in views {
            let (ours, original) = fixture.run_both(|tool| read.set_up(view.set_up(tool)));
            if !is_meant(&original) {
                break;
            }
            compared += 1;
            if seen(&ours) != seen(&original) {
                differences.push((line, format!("ours\n{ours}original\n{original}")));
                break;
            }
            // What lists nothing has no view.
            if original.stdout.is_empty() {
                break;
            }
        }
    }
    let lines: Vec<&str> = differences.iter().map(|(line, _)| *line).collect();
    let shown = differences.iter().take(TOLD);
    let shown: Vec<&str> = shown.map(|(_, how)| how.as_str()).collect();
    assert!(
        lines.is_empty(),
        "in {compared} comparisons ours and the original differ on {} lines\n{}\nthe first \
         being\n{}",
        lines.len(),
        lines.join("\n"),
        shown.join("\n")
    );
    compared
}

/// Compares every line in the scenario, then those that no JSON is asked for with what breaks the original's JSON.
fn compare_all(scenario: Scenario, views: &[View]) {
    let Some(fixture) = Fixture::in_each(&[scenario]) else {
        return;
    };
    let mut samples = SampleProcesses::new(&fixture);
    let compared = compare(&fixture, &samples, views, |_| true);
    assert!(compared >= 420 * views.len(), "{compared} are too few");
    samples.enter_what_breaks_json();
    let is_no_json = |original: &Outcome| !matches!(original.stdout.first(), Some(b'{' | b'['));
    let compared = compare(&fixture, &samples, &SOME_VIEWS, is_no_json);
    assert!(compared >= 300 * SOME_VIEWS.len(), "{compared} are too few");
}

#[test]
fn every_command_line_of_the_file_as_root() {
    compare_all(Scenario::Root, &EVERY_VIEW);
}

#[test]
fn every_command_line_of_the_file_as_root_of_a_user_namespace() {
    compare_all(Scenario::User, &SOME_VIEWS);
}

#[test]
fn every_command_line_of_the_file_as_one_who_may_not_look_at_the_others() {
    compare_all(Scenario::OtherUser, &SOME_VIEWS);
}

#[test]
fn every_prefix_of_every_option_means_what_it_means_to_the_original() {
    let Some(diff) = DifferentialTest::new("lsns", RLSNS) else {
        return;
    };
    // What is wrong with an expression each says in its own words.
    let diff = diff.with_mask(|bytes| {
        let cut = bytes.windows(8).position(|seen| seen == b"value\": ");
        bytes[..cut.unwrap_or(bytes.len())].to_vec()
    });
    // Of two lists that are made one after the other none need be like the other: behind an option is a mistake.
    let walked = diff.assert_same_prefixes(|tool| tool, &["--no-such-option"]);
    assert!(walked > 60, "only {walked} prefixes");
}
