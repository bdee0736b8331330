//! In what forms holders are shown, and what is refused.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use testkit::{Outcome, Tool};

use crate::differences::shown as shown_as;
use crate::json::is_valid;

use crate::fixture::Fixture;
use crate::processes::{asleep, namespace, unshared};
use crate::scenario::Scenario;

/// One process in a namespace, and ours told to show it in one of its forms.
fn shown(fixture: &Fixture, setup: impl Fn(Tool) -> Tool) -> (i32, Outcome) {
    let holder = asleep(unshared(&["-u", "sleep", "1000"]));
    let inode = namespace(&holder, "uts").to_string();
    let tool = fixture.ours().args(["--holders", &inode]);
    (holder.pid().as_raw(), setup(tool).run().ok())
}

#[test]
fn the_table_has_every_form() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    // Four digits are as wide as the column likes to be with one blank more.
    let args = |words: &'static [&str]| move |tool: Tool| tool.args(words);
    crate::fixture::next_pid(1234);
    let (pid, outcome) = shown(&fixture, args(&[]));
    let human = format!("  PID HOW     USER COMMAND\n {pid} process root sleep 1000\n");
    assert_eq!((pid, outcome.out()), (1234, human));
    let (pid, outcome) = shown(&fixture, args(&["-n"]));
    assert_eq!(outcome.out(), format!(" {pid} process root sleep 1000\n"));
    let (pid, outcome) = shown(&fixture, args(&["-r"]));
    let raw = format!("PID HOW USER COMMAND\n{pid} process root sleep\\x201000\n");
    assert_eq!(outcome.out(), raw);
    let (pid, outcome) = shown(&fixture, args(&["-J"]));
    let output = outcome.out();
    let number = output.split("\"ns\": ").nth(1).expect("the namespace");
    let number = number.split(',').next().expect("a number");
    assert!(number.parse::<u32>().is_ok(), "{outcome}");
    let json = format!(
        r#"{{
   "namespace": {{
      "ns": {number},
      "type": "uts"
   }},
   "unreadable": 0,
   "holders": [
      {{
         "kind": "process",
         "pid": {pid},
         "user": "root",
         "uid": 0,
         "command": "sleep 1000"
      }}
   ]
}}
"#
    );
    assert_eq!(outcome.out(), json);
    let (_, outcome) = shown(&fixture, |tool| tool.output_terminal(28, 24));
    assert!(
        outcome.out().ends_with(" process root sleep 100\n"),
        "{outcome}"
    );
    let (_, outcome) = shown(&fixture, |tool| tool.output_terminal(28, 24).arg("-u"));
    assert!(
        outcome.out().ends_with(" process root sleep 1000\n"),
        "{outcome}"
    );
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    for number in ["0", "5", "4294967296", "18446744073709551615"] {
        let outcome = fixture.ours().args(["--holders", number, "-J"]).run();
        outcome.fails(1, &format!("lsns: not found namespace: {number}\n"));
    }
    for (line, sentence) in [
        (
            &["--holders=x"][..],
            "lsns: invalid namespace argument: 'x'\n",
        ),
        (
            &["--holders", "5", "6"],
            "lsns: --holders is mutually exclusive with <namespace>\n",
        ),
        (
            &["-o", "NS", "--holders", "5"],
            "lsns: options --output and --holders cannot be combined\n",
        ),
        (
            &["--holders", "5", "--graph"],
            "lsns: options --holders and --graph cannot be combined\n",
        ),
    ] {
        fixture.ours().args(line).run().fails(1, sentence);
    }
}

#[test]
fn control_characters_in_names_are_escaped() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let word = OsString::from_vec(b"\"a\" \x1b[31m\xff".to_vec());
    let holder = shown_as(word);
    let inode = namespace(&holder, "uts").to_string();
    let output = |line: &[&str]| {
        let tool = fixture
            .ours()
            .env("LC_ALL", "C.UTF-8")
            .args(["--holders", &inode]);
        tool.args(line).output_terminal(200, 24).run().ok().out()
    };
    let (human, raw, json) = (output(&[]), output(&["-r"]), output(&["-J"]));
    assert!(human.ends_with("$$ \"a\" \\x1b[31m\\xff\n"), "{human}");
    assert!(raw.ends_with("$$\\x20\"a\"\\x20\\x1b[31m\\xff\n"), "{raw}");
    assert!(is_valid(json.as_bytes()), "{json}");
    assert!(
        json.contains("$$ \\\"a\\\" \\u001b[31m\u{fffd}\""),
        "{json}"
    );
}
