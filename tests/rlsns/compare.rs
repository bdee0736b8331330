//! `--compare`: which namespaces processes share, beside what their links in /proc say.

use std::fs;

use testkit::{Running, Tool};

use crate::fixture::Fixture;
use crate::processes::{asleep, sleep, unshared};
use crate::scenario::{Scenario, TESTER};

/// The types in the order of `ls`.
const TYPES: [&str; 8] = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];

/// The number in the link of a process.
fn number(process: &str, kind: &str) -> String {
    let link = fs::read_link(format!("/proc/{process}/ns/{kind}")).unwrap();
    let link = link.to_string_lossy().into_owned();
    link.trim_end_matches(']')
        .split_once('[')
        .unwrap()
        .1
        .to_owned()
}

/// The rows for these processes, raw, without headings.
fn expected(processes: &[&str], kinds: &[&str]) -> String {
    let row = |kind: &&str| {
        let numbers: Vec<_> = processes.iter().map(|pid| number(pid, kind)).collect();
        let is_same = numbers.iter().all(|number| *number == numbers[0]);
        let result = if is_same { "same" } else { "different" };
        format!("{kind} {} {result}\n", numbers.join(" "))
    };
    kinds.iter().map(row).collect()
}

fn compare(fixture: &Fixture, words: &[&str]) -> String {
    let outcome = fixture.ours().args(words).run().ok();
    assert!(outcome.stderr.is_empty(), "{outcome}");
    outcome.out()
}

fn pid(running: &Running) -> String {
    running.pid().to_string()
}

#[test]
fn a_column_a_process_a_row_a_type() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root, Scenario::User]) else {
        return;
    };
    let other = asleep(unshared(&["-r", "-u", "-n", "sleep", "1000"]));
    let like_us = asleep(sleep());
    let (other, like_us) = (pid(&other), pid(&like_us));
    let list = format!("1,{other},{like_us}");
    let text = compare(&fixture, &["-r", "--compare", &list]);
    let (heading, rows) = text.split_once('\n').unwrap();
    assert_eq!(heading, format!("TYPE 1 {other} {like_us} RESULT"));
    assert_eq!(rows, expected(&["1", &other, &like_us], &TYPES));
    assert_eq!(rows.matches(" different\n").count(), 3, "{rows}");
    // Those of the act are those of the tool.
    let text = compare(&fixture, &["-rn", "--compare", &other]);
    assert_eq!(text, expected(&["1", &other], &TYPES));
    let text = compare(&fixture, &["-rn", "--compare", &like_us]);
    assert_eq!(text.matches(" same\n").count(), 8, "{text}");
    // Types are chosen, whatever their order.
    let text = compare(
        &fixture,
        &["-rn", "-t", "uts", "--compare", &other, "-t", "ipc"],
    );
    assert_eq!(text, expected(&["1", &other], &["ipc", "uts"]));
    // Who is named twice has one column, so that JSON has one key.
    let text = compare(
        &fixture,
        &["-r", "-t", "uts", "--compare", &format!("{other},{other}")],
    );
    let number = number(&other, "uts");
    assert_eq!(text, format!("TYPE {other} RESULT\nuts {number} same\n"));
}

#[test]
fn the_table_has_every_form() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let other = asleep(unshared(&["-u", "sleep", "1000"]));
    let pid = pid(&other);
    let (own, its) = (number("self", "uts"), number(&pid, "uts"));
    let human = compare(&fixture, &["-t", "uts", "--compare", &pid]);
    let expected =
        format!("TYPE       SELF {pid:>10} RESULT\nuts  {own:>10} {its:>10} different\n");
    assert_eq!(human, expected);
    let json = compare(&fixture, &["-J", "-t", "uts", "--compare", &pid]);
    let expected = format!(
        r#"{{
   "unreadable": 0,
   "processes": [
      {{
         "name": "SELF",
         "pid": PID,
         "namespaces": {{
            "uts": {own}
         }}
      }},
      {{
         "name": "{pid}",
         "pid": {pid},
         "namespaces": {{
            "uts": {its}
         }}
      }}
   ],
   "types": [
      {{
         "type": "uts",
         "same": false
      }}
   ]
}}
"#
    );
    let (before, after) = expected.split_once("PID").unwrap();
    let rest = json.strip_prefix(before).expect(&json);
    assert!(
        rest.trim_start_matches(|digit: char| digit.is_ascii_digit()) == after,
        "{json}"
    );
}

#[test]
fn what_may_not_be_read_is_reported_as_unknown() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let stranger = || fixture.ours().as_user(TESTER, TESTER, &[]);
    let run = |tool: Tool, words: &[&str]| tool.args(words).run().ok();
    let own = number("self", "uts");
    let outcome = run(stranger(), &["-rn", "-t", "uts", "--compare", "1"]);
    assert_eq!(outcome.out(), format!("uts {own} - -\n"));
    let outcome = run(stranger(), &["-t", "uts", "--compare", "1", "-n"]);
    assert_eq!(outcome.out(), format!("uts   {own} - -\n"));
    let outcome = run(stranger(), &["-J", "-t", "uts", "--compare", "1"]);
    let nulls = outcome.out().matches("null").count();
    assert_eq!(nulls, 2, "{outcome}");
    assert!(outcome.stderr.is_empty(), "{outcome}");
    // Two that differ are different, whatever the third one is.
    let [one, other] = [(); 2].map(|()| {
        let tool = unshared(&["-r", "-u", "sleep", "1000"]);
        asleep(tool.as_user(TESTER, TESTER, &[]))
    });
    let list = format!("1,{},{}", one.pid(), other.pid());
    let outcome = run(stranger(), &["-rn", "-t", "uts", "--compare", &list]);
    let (one, other) = (number(&pid(&one), "uts"), number(&pid(&other), "uts"));
    assert_eq!(outcome.out(), format!("uts - {one} {other} different\n"));
}

#[test]
fn a_process_that_does_not_exist_is_an_error() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    for (words, sentence) in [
        (
            &["--compare", "999999"][..],
            "failed to compare process 999999: No such process",
        ),
        (
            &["--compare", "1,999999", "-J"],
            "failed to compare process 999999: No such process",
        ),
        (&["--compare", "1,"], "invalid PID argument: ''"),
        (&["--compare="], "invalid PID argument: ''"),
        (&["--compare", "1 2"], "invalid PID argument: '1 2'"),
        (
            &["--compare", "0"],
            "invalid PID argument: '0': Numerical result out of range",
        ),
        (
            &["--compare", "1", "2"],
            "--compare is mutually exclusive with <namespace>",
        ),
        (
            &["--compare", "1", "-T"],
            "options --compare and --tree cannot be combined",
        ),
    ] {
        let outcome = fixture.ours().args(words).run();
        outcome.fails(1, &format!("lsns: {sentence}\n"));
    }
}

#[test]
fn threads_and_zombies_can_be_compared() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWUTS).unwrap();
        sender.send(nix::unistd::gettid().to_string()).unwrap();
        loop {
            std::thread::park();
        }
    });
    let thread = receiver.recv().unwrap();
    let text = compare(&fixture, &["-rn", "--compare", &format!("1,{thread}")]);
    assert_eq!(text, expected(&["1", &thread], &TYPES));
    assert!(text.contains(" different\n"), "{text}");
    let mut zombie = Tool::new("/bin/true").spawn();
    zombie.wait();
    // It has left all but its user and pid namespaces.
    let text = compare(
        &fixture,
        &["-rn", "-t", "uts", "-t", "user", "--compare", &pid(&zombie)],
    );
    let (user, uts) = (number("self", "user"), number("self", "uts"));
    assert_eq!(text, format!("user {user} {user} same\nuts {uts} - -\n"));
}
