//! Who sees a hint: a user at a terminal, or who asks for it; and that nothing else changes.

use crate::fixture::{differential_test, ordinary, runshare};
use testkit::{Tool, require};

const REFUSED: &str = "runshare: unshare failed: Operation not permitted\n";

fn failing(tool: Tool) -> Tool {
    ordinary(tool).args(["--net", "true"])
}

#[test]
fn on_a_terminal_a_hint_is_the_second_line_which_the_original_has_not() {
    let Some(diff) = differential_test() else {
        return;
    };
    let (ours, original) = diff.run_both(|tool| failing(tool).terminal(80, 24));
    let sentence = REFUSED.replace("runshare", "unshare");
    assert_eq!((original.code(), original.out()), (1, sentence.clone()));
    assert_eq!(ours.code(), 1);
    let out = ours.out();
    let second = out
        .strip_prefix(&sentence)
        .expect("the sentence comes first");
    assert!(
        second.starts_with("unshare: hint: this requires CAP_SYS_ADMIN, "),
        "{ours}"
    );
    assert_eq!(second.matches('\n').count(), 1, "{ours}");
}

#[test]
fn on_a_pipe_there_is_none_unless_it_is_asked_for() {
    for value in ["", "never", "auto", "ALWAYS", "1"] {
        let outcome = failing(runshare()).env("NSUTILS_HINTS", value).run();
        outcome.fails(1, REFUSED);
    }
    failing(runshare()).run().fails(1, REFUSED);
    let outcome = failing(runshare()).env("NSUTILS_HINTS", "always").run();
    assert_eq!(outcome.err().lines().count(), 2, "{outcome}");
}

#[test]
fn never_holds_on_a_terminal_too() {
    let tool = failing(runshare()).terminal(80, 24);
    let outcome = tool.env("NSUTILS_HINTS", "never").run();
    assert_eq!((outcome.code(), outcome.out()), (1, REFUSED.to_owned()));
}

#[test]
fn it_is_in_the_name_that_the_tool_was_called_by() {
    let tool = failing(runshare()).argv0("/some/where/unshare");
    let outcome = tool.env("NSUTILS_HINTS", "always").run();
    assert!(outcome.err().contains("\nunshare: hint: "), "{outcome}");
}

#[test]
fn the_wish_holds_where_the_program_gets_no_environment() {
    for options in [&["--clear-env"][..], &["--whitelist-env", "PATH"]] {
        let tool = runshare().env("NSUTILS_HINTS", "always").args(options);
        let outcome = tool.arg("/no/such/program").run();
        assert_eq!(outcome.code(), 127);
        let hint = "\nrunshare: hint: /no does not exist\n";
        assert!(outcome.err().ends_with(hint), "{outcome}");
    }
}

#[test]
fn a_helper_without_output_fails_as_before() {
    // Standard error takes nothing: the status is all that is left.
    let full = testkit::full_device();
    let outcome = failing(runshare())
        .env("NSUTILS_HINTS", "always")
        .fd(2, full)
        .run();
    assert_eq!(outcome.code(), 1);
    let closed = failing(runshare())
        .env("NSUTILS_HINTS", "always")
        .close_fd(2)
        .run();
    assert_eq!(closed.code(), 1);
}

#[test]
fn success_and_mistakes_on_the_command_line_have_none() {
    let Some(diff) = differential_test() else {
        return;
    };
    for args in [
        &["true"][..],
        &["sh", "-c", "exit 3"],
        &["--nosuch"],
        &["--setuid", "x", "true"],
    ] {
        assert_eq!(diff.hint(|tool| tool.args(args)), None, "{args:?}");
    }
}

#[test]
fn each_failure_of_a_process_is_reported_once() {
    if !require::user_namespaces() {
        return;
    }
    // The child fails, and its parent passes on that it has.
    let Some(diff) = differential_test() else {
        return;
    };
    let hint = diff.hint(|tool| ordinary(tool).args(["-r", "--fork", "--wd=/root/x", "true"]));
    assert!(hint.is_some_and(|hint| hint.contains(" may not search the directory /root ")));
}
