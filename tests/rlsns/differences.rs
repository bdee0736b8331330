//! Where ours differs on purpose: each row of tests/differences.md, both sides asserted, so that a change of the original's
//! is noticed as well as one of ours. The namespaces that the original does not find are in `hidden`, filters in
//! `filter`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use nix::mount::{MsFlags, mount};
use testkit::{Outcome, Running, Tool, eventually, originals};

use crate::json::is_valid;
use crate::stage::{Scene, Stage};

/// A process in a uts namespace of its own, with this word on its command line.
pub(crate) fn shown(word: impl Into<OsString>) -> Running {
    let tool = Tool::new(originals().join("bin/unshare")).argv0("unshare");
    let tool = tool.args(["-u", "sh", "-c", "kill -STOP $$"]).arg(word);
    let running = tool.spawn();
    eventually("it is stopped", || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", running.pid()));
        stat.is_ok_and(|stat| stat.contains(" T "))
    });
    running
}

/// Both, with these arguments, in a locale that knows every character.
pub(crate) fn both(stage: &Stage, line: &[&str]) -> (Outcome, Outcome) {
    stage.both(|tool| tool.env("LC_ALL", "C.UTF-8").args(line))
}

#[test]
fn the_help_is_our_own() {
    Scene::Root.play("differences::help_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn help_act() {
    let stage = Stage::entered();
    for option in ["--help", "-h", "--he"] {
        let (ours, theirs) = both(&stage, &[option]);
        let (ours, theirs) = (ours.ok().out(), theirs.ok().out());
        assert!(ours.contains("--list-columns"), "{ours}");
        assert!(ours.contains("\nUsage:\n lsns "), "{ours}");
        assert!(theirs.contains("Usage:"), "{theirs}");
    }
}

#[test]
fn columns_of_our_own_come_when_they_are_named() {
    Scene::Root.play("differences::columns_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn columns_act() {
    let stage = Stage::entered();
    let (ours, theirs) = both(&stage, &["-r", "-H"]);
    let names = |outcome: &Outcome| -> Vec<String> {
        let text = outcome.out();
        let names = text.lines().filter_map(|line| line.split(' ').next());
        names.map(str::to_owned).collect()
    };
    let (ours, theirs) = (names(&ours), names(&theirs));
    let (known, added) = ours.split_at(theirs.len());
    assert_eq!(known, theirs);
    assert!(added.contains(&"HELD".to_owned()), "{ours:?}");
    for name in added {
        let (ours, theirs) = both(&stage, &["-o", name]);
        assert!(ours.ok().out().contains(name.as_str()));
        theirs.fails(1, &format!("lsns: unknown column: {name}\n"));
        // They are not among all, as the original has it.
        let (ours, _) = both(&stage, &["--output-all"]);
        assert!(!ours.ok().out().contains(&format!(" {name}")));
    }
}

#[test]
fn views_of_our_own_take_nothing_from_the_originals_options() {
    Scene::Root.play("differences::views_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn views_act() {
    let stage = Stage::entered();
    let uts = crate::players::inode("/proc/1/ns/uts").to_string();
    for (option, value) in [
        ("--holders", uts.as_str()),
        ("--compare", "1"),
        ("--graph", "-u"),
        ("--hidden", "-l"),
        ("--no-hidden", "-l"),
        // Cut, where the original knows nothing that begins so.
        ("--ho", &uts),
        ("--c", "1"),
        ("--hi", "-l"),
        ("--no-", "-l"),
    ] {
        let (ours, theirs) = both(&stage, &[option, value]);
        assert!(ours.ok().stdout.len() > 50, "{option}");
        let theirs = theirs.err();
        let refused = format!("lsns: unrecognized option '{option}'\n");
        assert!(theirs.starts_with(&refused), "{theirs}");
    }
    let (ours, theirs) = both(&stage, &["--h"]);
    assert!(ours.ok().out().contains("Usage:") && theirs.ok().out().contains("Usage:"));
}

#[test]
fn json_is_json_whatever_a_command_line_holds() {
    Scene::Root.play("differences::json_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn json_act() {
    let stage = Stage::entered();
    let odd = shown(OsString::from_vec(
        b"\xff\xfe \xc3( \xed\xa0\x80 caf\xe9".to_vec(),
    ));
    for line in [
        &["-J"][..],
        &["-J", "-l"],
        &["-J", "-T"],
        &["-J", "-o", "COMMAND,NS"],
    ] {
        for shape in ["", "lines", "compact"] {
            let (ours, theirs) = stage.both(|tool| {
                tool.env("LC_ALL", "C.UTF-8")
                    .env("LIBSMARTCOLS_JSON", shape)
                    .args(line)
            });
            let told = ours.clone().ok().out();
            let texts = match shape {
                "lines" => told.lines().collect(),
                _ => vec![told.as_str()],
            };
            assert!(texts.iter().all(|text| is_valid(text.as_bytes())), "{ours}");
            assert!(
                told.contains("kill -STOP $$ \u{fffd}\u{fffd} \u{fffd}( "),
                "{ours}"
            );
            let bytes = theirs.ok().stdout;
            assert!(bytes.windows(3).any(|bytes| bytes == b"\xff\xfe "));
        }
    }
    drop(odd);
}

#[test]
fn several_paths_stand_in_one_string_of_json() {
    Scene::Root.play("differences::paths_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn paths_act() {
    let stage = Stage::entered();
    let paths = ["a", "b c"].map(|name| stage.scratch.file(name, ""));
    let none = None::<&str>;
    for path in &paths {
        let uts = Some("/proc/1/ns/uts");
        mount(uts, path, none, MsFlags::MS_BIND, none).unwrap();
    }
    let [first, second] = paths.map(|path| path.display().to_string());
    let (ours, theirs) = both(&stage, &["-J", "-t", "uts", "-o", "NS,NSFS"]);
    assert!(is_valid(&ours.stdout), "{ours}");
    let joined = format!("\"nsfs\": \"{first},{second}\"\n");
    assert!(ours.clone().ok().out().contains(&joined), "{ours}");
    let theirs = theirs.ok().out();
    assert!(
        theirs.contains(&format!("\"nsfs\": \"{first}\"\n")),
        "{theirs}"
    );
    assert!(!theirs.contains(&second), "{theirs}");
}

#[test]
fn a_tree_in_lines_is_json() {
    Scene::Root.play("differences::lines_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn lines_act() {
    let stage = Stage::entered();
    let _child = shown("x");
    let (ours, theirs) = stage.both(|tool| {
        let tool = tool.env("LIBSMARTCOLS_JSON", "lines");
        tool.args(["-J", "-T", "-o", "NS,TYPE"])
    });
    let (ours, theirs) = (ours.ok().out(), theirs.ok().out());
    assert!(ours.lines().all(|line| is_valid(line.as_bytes())), "{ours}");
    assert!(ours.contains("\"children\":["), "{ours}");
    assert!(theirs.contains("\"children\"["), "{theirs}");
    assert_eq!(ours, theirs.replace("\"children\"[", "\"children\":["));
}

#[test]
fn what_turns_the_direction_of_writing_is_made_visible() {
    Scene::Root.play("differences::direction_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn direction_act() {
    let stage = Stage::entered();
    for mark in [
        '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
        '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}', '\u{feff}',
    ] {
        let _shown = shown(format!("a{mark}b"));
        let (ours, theirs) = both(&stage, &["-l", "-o", "COMMAND"]);
        let bytes = mark.to_string().into_bytes();
        let escaped: String = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
        let (ours, theirs) = (ours.ok().out(), theirs.ok().out());
        assert!(ours.contains(&format!("a{escaped}b")), "{ours}");
        assert!(theirs.contains(&format!("a{mark}b")), "{theirs}");
    }
}

#[test]
fn json_has_no_control_characters() {
    Scene::Root.play("differences::control_act");
}

#[test]
#[ignore = "an act, played on a stage"]
fn control_act() {
    let stage = Stage::entered();
    // DEL and CSI, in UTF-8; the escape character is escaped by both.
    let _running = shown(OsString::from("a\u{7f}b\u{9b}31mc\u{1b}d"));
    let (ours, theirs) = both(&stage, &["-J", "-t", "uts", "-o", "COMMAND"]);
    let (ours, theirs) = (ours.ok().out(), theirs.ok().out());
    assert!(
        is_valid(ours.as_bytes()) && is_valid(theirs.as_bytes()),
        "{ours}\n{theirs}"
    );
    assert!(ours.contains("a\\u007fb\\u009b31mc\\u001bd"), "{ours}");
    assert!(theirs.contains("a\u{7f}b\u{9b}31mc\\u001bd"), "{theirs}");
}
