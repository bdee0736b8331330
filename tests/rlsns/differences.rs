//! Where ours differs on purpose: each row of tests/differences.md, both sides asserted, so that a change of the
//! original's is noticed as well as one of ours. The namespaces that the original does not find are in `hidden`,
//! filters in `filter`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use nix::mount::{MsFlags, mount};
use testkit::{Outcome, Running, Tool, eventually, originals};

use crate::fixture::Fixture;
use crate::json::is_valid;
use crate::scenario::Scenario;

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
pub(crate) fn both(fixture: &Fixture, line: &[&str]) -> (Outcome, Outcome) {
    fixture.run_both(|tool| tool.env("LC_ALL", "C.UTF-8").args(line))
}

#[test]
fn the_help_is_our_own() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    for option in ["--help", "-h", "--he"] {
        let (ours, theirs) = both(&fixture, &[option]);
        let (ours, theirs) = (ours.ok().out(), theirs.ok().out());
        assert!(ours.contains("--list-columns"), "{ours}");
        assert!(ours.contains("\nUsage:\n lsns "), "{ours}");
        assert!(theirs.contains("Usage:"), "{theirs}");
    }
}

#[test]
fn columns_of_our_own_come_when_they_are_named() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let (ours, theirs) = both(&fixture, &["-r", "-H"]);
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
        let (ours, theirs) = both(&fixture, &["-o", name]);
        assert!(ours.ok().out().contains(name.as_str()));
        theirs.fails(1, &format!("lsns: unknown column: {name}\n"));
        // They are not among all, as the original has it.
        let (ours, _) = both(&fixture, &["--output-all"]);
        assert!(!ours.ok().out().contains(&format!(" {name}")));
    }
}

#[test]
fn views_of_our_own_take_nothing_from_the_originals_options() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let uts = crate::processes::inode("/proc/1/ns/uts").to_string();
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
        let (ours, theirs) = both(&fixture, &[option, value]);
        assert!(ours.ok().stdout.len() > 50, "{option}");
        let theirs = theirs.err();
        let refused = format!("lsns: unrecognized option '{option}'\n");
        assert!(theirs.starts_with(&refused), "{theirs}");
    }
    let (ours, theirs) = both(&fixture, &["--h"]);
    assert!(ours.ok().out().contains("Usage:") && theirs.ok().out().contains("Usage:"));
}

#[test]
fn json_is_json_whatever_a_command_line_holds() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
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
            let (ours, theirs) = fixture.run_both(|tool| {
                tool.env("LC_ALL", "C.UTF-8")
                    .env("LIBSMARTCOLS_JSON", shape)
                    .args(line)
            });
            let output = ours.clone().ok().out();
            let texts = match shape {
                "lines" => output.lines().collect(),
                _ => vec![output.as_str()],
            };
            assert!(texts.iter().all(|text| is_valid(text.as_bytes())), "{ours}");
            assert!(
                output.contains("kill -STOP $$ \u{fffd}\u{fffd} \u{fffd}( "),
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
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let paths = ["a", "b c"].map(|name| fixture.scratch.file(name, ""));
    let none = None::<&str>;
    for path in &paths {
        let uts = Some("/proc/1/ns/uts");
        mount(uts, path, none, MsFlags::MS_BIND, none).unwrap();
    }
    let [first, second] = paths.map(|path| path.display().to_string());
    let (ours, theirs) = both(&fixture, &["-J", "-t", "uts", "-o", "NS,NSFS"]);
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
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let _child = shown("x");
    let (ours, theirs) = fixture.run_both(|tool| {
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
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    for mark in [
        '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
        '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}', '\u{feff}',
    ] {
        let _shown = shown(format!("a{mark}b"));
        let (ours, theirs) = both(&fixture, &["-l", "-o", "COMMAND"]);
        let bytes = mark.to_string().into_bytes();
        let escaped: String = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
        let (ours, theirs) = (ours.ok().out(), theirs.ok().out());
        assert!(ours.contains(&format!("a{escaped}b")), "{ours}");
        assert!(theirs.contains(&format!("a{mark}b")), "{theirs}");
        let (ours, theirs) = both(&fixture, &["-J", "-o", "COMMAND"]);
        let (ours, theirs) = (ours.ok().out(), theirs.ok().out());
        assert!(is_valid(ours.as_bytes()), "{ours}");
        let escaped = format!("a\\u{:04x}b", u32::from(mark));
        assert!(ours.contains(&escaped), "{ours}");
        assert!(theirs.contains(&format!("a{mark}b")), "{theirs}");
    }
}

#[test]
fn json_has_no_control_characters() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    // DEL and CSI, in UTF-8; the escape character is escaped by both.
    let _running = shown(OsString::from("a\u{7f}b\u{9b}31mc\u{1b}d"));
    let (ours, theirs) = both(&fixture, &["-J", "-t", "uts", "-o", "COMMAND"]);
    let (ours, theirs) = (ours.ok().out(), theirs.ok().out());
    assert!(
        is_valid(ours.as_bytes()) && is_valid(theirs.as_bytes()),
        "{ours}\n{theirs}"
    );
    assert!(ours.contains("a\\u007fb\\u009b31mc\\u001bd"), "{ours}");
    assert!(theirs.contains("a\u{7f}b\u{9b}31mc\\u001bd"), "{theirs}");
}

#[test]
fn a_uid_above_two_to_the_31_is_shown_and_filtered_as_it_is() {
    const UID: u32 = 3_000_000_000;
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    let tool = crate::processes::unshared(&["-r", "-n", "sleep", "1000"]);
    let net = crate::processes::asleep(tool.as_user(UID, UID, &[]));
    let inode = crate::processes::namespace(&net, "net");
    let list = |more: &[&str]| {
        let line = [&["-rnl", "-t", "net", "-o", "NS,UID"], more].concat();
        both(&fixture, &line)
    };
    let row = |outcome: &Outcome| {
        let text = outcome.clone().ok().out();
        let row = text
            .lines()
            .find(|line| line.starts_with(&inode.to_string()));
        row.unwrap_or_default().to_owned()
    };
    let (ours, theirs) = list(&[]);
    assert_eq!(row(&ours), format!("{inode} {UID}"), "{ours}");
    let negative = i64::from(UID) - (1 << 32);
    assert_eq!(row(&theirs), format!("{inode} {negative}"), "{theirs}");
    for filter in [
        "UID == 3000000000",
        "UID > 2G",
        "UID != 0 && UID < 4G",
        "USER == \"3000000000\" && UID",
    ] {
        let (ours, theirs) = list(&["-Q", filter]);
        assert_eq!(ours.ok().out(), format!("{inode} {UID}\n"), "{filter}");
        let refused = "lsns: failed to apply filter: Numerical result out of range\n";
        theirs.fails(1, refused);
    }
}

#[test]
fn a_long_list_that_nobody_reads_is_no_failure() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    // More than the original's standard output holds back.
    let _long = [0; 3].map(|_| shown("x".repeat(7000)));
    let line = ["-n", "-t", "uts"];
    let gone = || nix::unistd::pipe2(nix::fcntl::OFlag::O_CLOEXEC).unwrap().1;
    let ignoring = testkit::Signal::SIGPIPE;
    for (ours, theirs) in [
        fixture.run_both(|tool| tool.args(line).close_fd(1)),
        fixture.run_both(|tool| tool.args(line).fd(1, gone()).ignoring(ignoring)),
    ] {
        assert_eq!((ours.code(), ours.err().as_str()), (0, ""), "{ours}");
        theirs.fails(1, "lsns: write error\n");
    }
}

#[test]
fn what_is_wrong_with_a_filter_is_said_in_our_own_words() {
    let Some(fixture) = Fixture::in_each(&[Scenario::Root]) else {
        return;
    };
    for (filter, our, their) in [
        (
            "NS ==",
            "expected a value at the end",
            "syntax error, unexpected end of file",
        ),
        (
            "NS PID",
            "expected an operator, found 'PID' at byte 4",
            "syntax error, unexpected HOLDER, expecting end of file",
        ),
    ] {
        let (ours, theirs) = both(&fixture, &["-Q", filter]);
        let said = |words: &str| format!("lsns: failed to parse \"{filter}\": {words}\n");
        ours.fails(1, &said(our));
        theirs.fails(1, &said(their));
    }
}
