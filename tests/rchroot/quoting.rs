//! Words in messages, quoted as the original quotes them, in the C locale and in one with UTF-8.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use crate::fixture::{Fixture, RCHROOT, differential_test, opened};
use testkit::c_library::GnuTrait;
use testkit::{Tool, require, seeded_numbers};

const LOCALES: [&str; 2] = ["C", "C.UTF-8"];

/// Pieces that a quoted word may be made of: each is a case somewhere.
const PIECES: [&[u8]; 28] = [
    b"a",
    b"'",
    b"'",
    b"\"",
    b"\\",
    b"$",
    b" ",
    b"#",
    b"~",
    b"=",
    b"{",
    b"}",
    b"\n",
    b"\t",
    b"\x01",
    b"\x7f",
    b"\xff",
    b"\xc3",
    "é".as_bytes(),
    "‘".as_bytes(),
    "’".as_bytes(),
    "😀".as_bytes(),
    b"\xc2\x85",
    b"\xe2\x80\x8b",
    b"\xe2\x80",
    b"\xed\xa0\x80",
    b"?",
    b"1",
];

/// Beyond ASCII, bytes at random are characters at random.
fn last_byte() -> usize {
    match GnuTrait::CharacterTables.is_here() {
        true => 255,
        false => 127,
    }
}

fn word(random: &mut impl FnMut(usize) -> usize) -> OsString {
    let length = random(6);
    let bytes = (0..length).flat_map(|_| match random(4) {
        0 => vec![u8::try_from(1 + random(last_byte())).unwrap()],
        _ => PIECES[random(PIECES.len())].to_vec(),
    });
    // A slash would make another path of it, and a dash at the start an option.
    let bytes = bytes.map(|byte| if byte == b'/' { b'x' } else { byte });
    OsString::from_vec(bytes.collect())
}

#[test]
fn a_new_root_is_quoted_as_for_a_shell() {
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    let mut random = seeded_numbers(20_261_104);
    for _ in 0..300 {
        let word = word(&mut random);
        for locale in LOCALES {
            let here = |tool: Tool| {
                tool.current_dir(fixture.scratch.path())
                    .env("LC_ALL", locale)
            };
            diff.assert_same_with(|tool| here(tool).arg("--").arg(&word).arg("true"));
        }
    }
}

#[test]
fn every_byte_is_quoted_alike_beside_a_quote_and_without() {
    let Some(diff) = differential_test() else {
        return;
    };
    for byte in (1..=255).filter(|byte| *byte != b'/') {
        for word in [
            vec![byte],
            vec![b'a', byte],
            vec![byte, b'\''],
            vec![b'\'', byte, b'b'],
        ] {
            let word = [b"nosuch/".to_vec(), word].concat();
            for locale in LOCALES {
                let word = OsString::from_vec(word.clone());
                diff.assert_same_with(|tool| tool.env("LC_ALL", locale).arg(&word));
                let bare = OsString::from_vec(word.as_encoded_bytes()[7..].to_vec());
                diff.assert_same_with(|tool| tool.env("LC_ALL", locale).arg("--").arg(&bare));
            }
        }
    }
}

#[test]
fn a_command_and_a_group_are_quoted_with_the_locales_marks() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    let mut random = seeded_numbers(20_261_105);
    for _ in 0..200 {
        let word = word(&mut random);
        let command = [b"/nosuch/", word.as_encoded_bytes()].concat();
        let group = [b"--groups=x", word.as_encoded_bytes()].concat();
        for locale in LOCALES {
            for root in ["/", "jail"] {
                let here = |tool| fixture.root(tool).env("LC_ALL", locale);
                let command = OsString::from_vec(command.clone());
                diff.assert_same_with(|tool| here(tool).args([root]).arg(&command));
                let group = OsString::from_vec(group.clone());
                diff.assert_same_with(|tool| here(tool).arg(&group).args([root]));
            }
        }
    }
}

/// Environments in which one variable or another names the locale.
const ENVIRONMENTS: [&[(&str, &str)]; 7] = [
    &[("LC_ALL", "C.UTF-8")],
    &[("LC_ALL", ""), ("LC_CTYPE", "C.UTF-8")],
    &[("LC_ALL", ""), ("LC_CTYPE", "C"), ("LANG", "C.UTF-8")],
    &[("LC_ALL", ""), ("LC_CTYPE", "C.UTF-8"), ("LANG", "C")],
    &[("LC_ALL", ""), ("LANG", "C.UTF-8")],
    &[("LC_ALL", "C"), ("LANG", "C.UTF-8")],
    &[("LC_ALL", "POSIX"), ("LC_CTYPE", "C.UTF-8")],
];

/// A name of a locale that is not installed, and none.
const WITHOUT_LOCALE: [&[(&str, &str)]; 2] = [
    &[("LC_ALL", "xx_XX.UTF-8"), ("LANG", "C.UTF-8")],
    &[("LC_ALL", "")],
];

/// Those that mean the same to this C library as to the original's.
fn environments() -> Vec<&'static [(&'static str, &'static str)]> {
    match GnuTrait::LocaleNames.is_here() {
        true => [&ENVIRONMENTS[..], &WITHOUT_LOCALE].concat(),
        false => ENVIRONMENTS.to_vec(),
    }
}

fn set(tool: Tool, variables: &[(&str, &str)]) -> Tool {
    let variables = variables.iter().copied();
    variables.fold(tool, |tool, (name, value)| tool.env(name, value))
}

#[test]
fn the_locale_is_the_one_that_the_environment_names_first() {
    let Some(diff) = differential_test() else {
        return;
    };
    for environment in environments() {
        diff.assert_same_with(|tool| set(tool, environment).args(["--", "caf\u{e9}\u{85}"]));
    }
    if GnuTrait::LocaleNames.is_here() {
        diff.assert_same_with(|tool| tool.no_env().args(["--", "caf\u{e9}"]));
    }
}

#[test]
fn the_locale_is_still_the_callers_once_the_root_has_changed() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let Some(diff) = differential_test() else {
        return;
    };
    for environment in environments() {
        for root in ["/", "jail"] {
            diff.assert_same_with(|tool| {
                set(fixture.root(tool), environment).args([root, "caf\u{e9}"])
            });
        }
    }
}

#[test]
fn the_locale_is_never_the_new_roots() {
    if !require::root() {
        return;
    }
    let fixture = Fixture::new();
    let locale = fixture.scratch.dir("jail/usr/lib/locale/C.utf8");
    fixture.file("jail/usr/lib/locale/C.utf8/LC_CTYPE", "no locale");
    let tool = fixture
        .root(Tool::new(RCHROOT).argv0("chroot"))
        .env("LC_ALL", "C.UTF-8");
    let (outcome, names) = opened(&[locale], tool.args(["jail", "caf\u{e9}"]));
    let sentence = "chroot: failed to run command ‘café’: No such file or directory\n";
    outcome.fails(127, sentence);
    assert_eq!(names, Vec::<String>::new());
}

#[test]
fn a_locale_costs_nothing_where_nothing_is_quoted() {
    let Some(host) = ["/usr/lib/locale", "/usr/share/locale"]
        .map(PathBuf::from)
        .into_iter()
        .find(|path| path.exists())
    else {
        return;
    };
    if require::root() {
        let fixture = Fixture::new();
        let tool = fixture.root(Tool::new(RCHROOT)).env("LC_ALL", "C.UTF-8");
        // A directory of the test's own represents the machine's, in which others open files meanwhile.
        let own = fixture.scratch.dir("locale");
        let tool = tool.bind_over(&own, &host);
        let (outcome, names) = opened(&[own], tool.args(["/", "/bin/sh", "-c", ":"]));
        assert_eq!((outcome.code(), names), (0, Vec::new()));
    }
}
