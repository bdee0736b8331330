//! `nsutils` where it runs none of its programs.

use testkit::{Outcome, Tool};

use crate::fixture::{NSUTILS, PROGRAMS};

const TRY_HELP: &str = "Try 'nsutils --help' for more information.\n";

fn run(words: &[&str]) -> Outcome {
    Tool::new(NSUTILS).argv0("nsutils").args(words).run()
}

#[track_caller]
fn assert_usage_error(words: &[&str], sentence: &str) {
    let outcome = run(words);
    let expected = (1, String::new(), format!("nsutils: {sentence}\n{TRY_HELP}"));
    assert_eq!(
        (outcome.code(), outcome.out(), outcome.err()),
        expected,
        "{words:?}"
    );
}

#[test]
fn the_help_names_every_program() {
    for word in ["--help", "-h", "--hel"] {
        let outcome = run(&[word]).ok();
        let help = outcome.out();
        assert!(
            help.starts_with("\nUsage:\n nsutils [options] PROGRAM [ARGUMENT...]\n"),
            "{help}"
        );
        for (name, original) in PROGRAMS {
            let named = format!("{name} ({original})");
            // A line may be broken between the two names.
            let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(help.contains(&named), "{help} does not name {named}");
        }
        assert_eq!(outcome.err(), "");
    }
}

#[test]
fn the_version_names_every_program() {
    let names = PROGRAMS.map(|(name, _)| name).join(", ");
    let version = format!("nsutils {} ({names})\n", env!("CARGO_PKG_VERSION"));
    for word in ["--version", "-V"] {
        assert_eq!(run(&[word]).ok().out(), version);
    }
}

#[test]
fn a_command_line_without_a_program_is_an_error() {
    assert_usage_error(&[], "no program named");
    assert_usage_error(&["--"], "no program named");
}

#[test]
fn an_unknown_program_is_an_error() {
    assert_usage_error(&["mount", "--help"], "unknown program: 'mount'");
    assert_usage_error(&[""], "unknown program: ''");
    assert_usage_error(&["./runshare"], "unknown program: './runshare'");
    assert_usage_error(&["runshar"], "unknown program: 'runshar'");
    assert_usage_error(&["nsutils", "runshare"], "unknown program: 'nsutils'");
}

#[test]
fn a_program_behind_another_word_is_an_error() {
    let sentence = "the program must be the first word: 'runshare'";
    assert_usage_error(&["--", "runshare", "--version"], sentence);
}

#[test]
fn an_unknown_option_is_an_error() {
    assert_usage_error(&["--fork", "runshare"], "unrecognized option '--fork'");
    assert_usage_error(&["-r"], "invalid option -- 'r'");
}

#[test]
fn under_an_unknown_name_it_asks_for_a_program() {
    let outcome = Tool::new(NSUTILS).argv0("/bin/busybox").run();
    let sentence = "busybox: no program named\nTry 'busybox --help' for more information.\n";
    assert_eq!((outcome.code(), outcome.err().as_str()), (1, sentence));
    let version = Tool::new(NSUTILS)
        .argv0("busybox")
        .args(["runshare", "--version"])
        .run();
    assert!(version.out().starts_with("runshare "), "{version}");
}
