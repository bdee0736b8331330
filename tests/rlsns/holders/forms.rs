//! In what forms holders are shown, and what is refused.

use testkit::{Outcome, Tool};

use crate::players::{asleep, namespace, unshared};
use crate::stage::{Scene, Stage};

/// One process in a namespace, and ours told to show it in one of its forms.
fn shown(stage: &Stage, setup: impl Fn(Tool) -> Tool) -> (i32, Outcome) {
    let holder = asleep(unshared(&["-u", "sleep", "1000"]));
    let inode = namespace(&holder, "uts").to_string();
    let tool = stage.ours().args(["--holders", &inode]);
    (holder.pid().as_raw(), setup(tool).run().ok())
}

#[test]
fn the_table_has_every_form() {
    Scene::Root.play("holders::forms::forms_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn forms_act() {
    let stage = Stage::entered();
    // Four digits are as wide as the column likes to be with one blank more.
    let args = |words: &'static [&str]| move |tool: Tool| tool.args(words);
    crate::stage::next_pid(1234);
    let (pid, outcome) = shown(&stage, args(&[]));
    let human = format!("  PID HOW     USER COMMAND\n {pid} process root sleep 1000\n");
    assert_eq!((pid, outcome.out()), (1234, human));
    let (pid, outcome) = shown(&stage, args(&["-n"]));
    assert_eq!(outcome.out(), format!(" {pid} process root sleep 1000\n"));
    let (pid, outcome) = shown(&stage, args(&["-r"]));
    let raw = format!("PID HOW USER COMMAND\n{pid} process root sleep\\x201000\n");
    assert_eq!(outcome.out(), raw);
    let (pid, outcome) = shown(&stage, args(&["-J"]));
    let json = format!(
        r#"{{
   "holders": [
      {{
         "pid": {pid},
         "how": "process",
         "user": "root",
         "command": "sleep 1000"
      }}
   ]
}}
"#
    );
    assert_eq!(outcome.out(), json);
    let (_, outcome) = shown(&stage, |tool| tool.display(28, 24));
    assert!(
        outcome.out().ends_with(" process root sleep 100\n"),
        "{outcome}"
    );
    let (_, outcome) = shown(&stage, |tool| tool.display(28, 24).arg("-u"));
    assert!(
        outcome.out().ends_with(" process root sleep 1000\n"),
        "{outcome}"
    );
}

#[test]
fn what_cannot_be_asked_is_refused() {
    Scene::Root.play("holders::forms::mistakes_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn mistakes_act() {
    let stage = Stage::entered();
    for number in ["0", "5", "4294967296", "18446744073709551615"] {
        let outcome = stage.ours().args(["--holders", number, "-J"]).run();
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
        stage.ours().args(line).run().fails(1, sentence);
    }
}
