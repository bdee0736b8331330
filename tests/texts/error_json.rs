//! `NSUTILS_ERRORS=json`: whatever the words of a command line are, each line on standard error is an object with the
//! keys that the man pages promise, and the hint is there without a terminal.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::unistd::geteuid;
use serde_json::Value;
use testkit::{Outcome, Tool};

use crate::programs::{PROGRAMS, program};

/// Words, the code of the hint that they get, and the error number of the failure.
type Mistake = (&'static [&'static str], &'static str, Option<u64>);

const MISTAKES: [(&str, &[Mistake]); 4] = [
    (
        "runshare",
        &[
            (&["--mout", "true"], "did-you-mean-option", None),
            (
                &["--propagation=prvate", "true"],
                "did-you-mean-value",
                None,
            ),
            (&["--propagation=x", "true"], "possible-values", None),
            (&["nosuchprogram"], "program-not-in-path", Some(2)),
            (&["/"], "not-a-program", Some(13)),
        ],
    ),
    (
        "rnsenter",
        &[
            (&["true"], "no-target", None),
            (&["-a", "true"], "no-target", Some(2)),
            (&["-t", "4194304", "-n", "true"], "no-such-process", Some(2)),
            (&["-t", "x", "-n", "true"], "invalid-target", None),
            (&["--net=/etc/passwd", "true"], "not-a-namespace", Some(22)),
        ],
    ),
    (
        "rlsns",
        &[
            (&["x"], "invalid-target", None),
            (&["-p", "4194304"], "no-such-process", None),
        ],
    ),
    (
        "rchroot",
        &[
            (&["/etc/passwd/x"], "not-a-directory", Some(20)),
            (&["/", "--userspec=0"], "option-after-newroot", Some(2)),
        ],
    ),
];

/// What a hostile caller or another's file name may hold.
fn hostile_words() -> Vec<OsString> {
    let mut words: Vec<Vec<u8>> = vec![
        (1..=0x1f).collect(),
        b"\x7f\"\\/\x08\x0c\n\r\t".to_vec(),
        (0x80..=0xff).collect(),
        b"cut \xe2\x82".to_vec(),
        b"surrogate \xed\xa0\x80".to_vec(),
        "\u{2028}\u{202e}\u{feff}\u{10ffff}\u{85}".into(),
        b"\x1b[31m\x1b]0;title\x07".to_vec(),
        b"%s%n%1$s{}\",\"errno\":0,\"x\":\"".to_vec(),
    ];
    words.push([&b"\xf0\"\n"[..]; 30_000].concat());
    words
        .iter()
        .map(|word| OsStr::from_bytes(word).into())
        .collect()
}

/// The objects on standard error, a line each, after a look at their keys.
#[track_caller]
fn objects(outcome: &Outcome) -> Vec<Value> {
    let text = std::str::from_utf8(&outcome.stderr).expect("JSON is UTF-8");
    assert!(text.ends_with('\n'), "{text:?}");
    let objects = text.lines().map(|line| {
        let value: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let object = value.as_object().expect("an object");
        for (key, value) in object {
            let is_kind = match key.as_str() {
                "program" | "message" | "msgid" | "hint" | "hint_code" | "translation" => {
                    value.is_string()
                }
                "errno" => value.is_u64(),
                _ => false,
            };
            assert!(is_kind, "{key}: {line}");
        }
        assert!(object.contains_key("program"), "{line}");
        assert_eq!(
            object.contains_key("hint"),
            object.contains_key("hint_code"),
            "{line}"
        );
        value
    });
    objects.collect()
}

/// Runs one of our programs so, with messages as JSON on a pipe.
fn run(program: &Path, words: &[&OsStr]) -> Outcome {
    let tool = Tool::new(program).env("NSUTILS_ERRORS", "json");
    tool.env("LC_ALL", "C").args(words).run()
}

#[test]
fn any_word_is_reported_in_valid_json() {
    for (name, _) in PROGRAMS {
        let Some(path) = program(name) else {
            return;
        };
        for word in hostile_words() {
            let attached = |option: &str| {
                let mut text = OsString::from(option);
                text.push(&word);
                text
            };
            let option = attached("--");
            let value = match name {
                "runshare" => attached("--propagation="),
                "rnsenter" => attached("--net="),
                "rlsns" => attached("--type="),
                _ => attached("--userspec="),
            };
            for words in [
                vec![word.as_os_str()],
                vec![option.as_os_str()],
                vec![value.as_os_str(), OsStr::new("/")],
                vec![OsStr::new("/"), word.as_os_str()],
            ] {
                let outcome = run(&path, &words);
                assert_ne!(outcome.code(), 0, "{name}: {words:?}");
                let objects = objects(&outcome);
                assert!(!objects.is_empty(), "{name}: {words:?}");
                for object in objects {
                    // In the C locale there is nothing to translate.
                    assert_eq!(object.get("translation"), None, "{name}: {object}");
                    assert_eq!(object["program"], name);
                }
            }
        }
    }
}

#[test]
fn the_name_of_the_program_may_be_any_word() {
    let Some(path) = program("runshare") else {
        return;
    };
    for word in hostile_words() {
        let tool = Tool::new(&path).env("NSUTILS_ERRORS", "json");
        let outcome = tool.argv0(&word).args(["--mout", "true"]).run();
        let objects = objects(&outcome);
        assert_eq!(objects.len(), 1, "{outcome}");
        assert_eq!(objects[0]["hint_code"], "did-you-mean-option");
    }
}

#[test]
fn a_mistake_has_its_code() {
    for (name, mistakes) in MISTAKES {
        let Some(path) = program(name) else {
            return;
        };
        for (words, code, errno) in mistakes {
            // An ordinary user is refused chroot(2) before the command is looked for.
            if *code == "option-after-newroot" && !geteuid().is_root() {
                continue;
            }
            let words: Vec<&OsStr> = words.iter().map(OsStr::new).collect();
            let outcome = run(&path, &words);
            let objects = objects(&outcome);
            let codes = objects.iter().filter_map(|object| object.get("hint_code"));
            assert!(codes.eq([code]), "{name} {words:?}: {outcome}");
            let found = objects.iter().find_map(|object| object["errno"].as_u64());
            assert_eq!(found, *errno, "{name} {words:?}: {outcome}");
        }
    }
}
