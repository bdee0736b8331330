//! Catalogues made here, whole and broken, and what a translation may be.

use std::fs::{self, File};
use std::path::Path;

use testkit::Scratch;

use super::file::read_file;
use super::format::{accept, fill};
use super::{Catalogue, expand, fallbacks, is_installed};

/// Returns the file of a catalogue with these sentences, which are in order.
fn catalogue(sentences: &[(&str, &str)], number: fn(u32) -> [u8; 4]) -> Vec<u8> {
    let count = sentences.len();
    let tables = [28, 28 + 8 * count];
    let mut strings = 28 + 16 * count;
    let (mut entries, mut text) = ([Vec::new(), Vec::new()], Vec::new());
    for (msgid, translation) in sentences {
        for (table, string) in entries.iter_mut().zip([msgid, translation]) {
            table.extend(number(small(string.len())));
            table.extend(number(small(strings)));
            text.extend(string.bytes().chain([0]));
            strings += string.len() + 1;
        }
    }
    let head = [
        0x9504_12de,
        0,
        small(count),
        small(tables[0]),
        small(tables[1]),
        0,
        0,
    ];
    let head = head.into_iter().flat_map(number);
    head.chain(entries.concat()).chain(text).collect()
}

fn small(number: usize) -> u32 {
    u32::try_from(number).expect("a test's catalogue is small")
}

const HEADER: (&str, &str) = (
    "",
    "Language: zh_CN\nContent-Type: text/plain; charset=UTF-8\n",
);

fn ordinary() -> Vec<u8> {
    let sentences = [
        HEADER,
        ("cannot open %s", "无法打开 %s"),
        ("fork failed", "fork 失败"),
    ];
    catalogue(&sentences, u32::to_le_bytes)
}

#[test]
fn a_sentence_is_found_in_either_order_of_bytes() {
    for number in [u32::to_le_bytes, u32::to_be_bytes] {
        let sentences = [
            HEADER,
            ("a", "1"),
            ("b", "2"),
            ("b2", "3"),
            ("d\0ds", "4\x005"),
        ];
        let read = Catalogue::parse(catalogue(&sentences, number)).expect("it is whole");
        for (msgid, translation) in [("a", "1"), ("b", "2"), ("b2", "3"), ("d", "4")] {
            assert_eq!(read.find(msgid.as_bytes()), Some(translation.as_bytes()));
        }
        assert_eq!(read.find(b"c"), None);
        assert_eq!(read.find(b"z"), None);
    }
}

#[test]
fn a_catalogue_is_in_utf_8_and_of_a_known_revision() {
    let parse = |header| Catalogue::parse(catalogue(&[("", header)], u32::to_le_bytes)).is_some();
    assert!(parse("Content-Type: text/plain; charset=utf-8\n"));
    assert!(!parse("Content-Type: text/plain; charset=GB2312\n"));
    assert!(!parse("Content-Type: text/plain; charset=UTF-8859\n"));
    assert!(!parse("charset=UTF-16\n"));
    assert!(!parse(""));
    assert!(Catalogue::parse(catalogue(&[("a", "b")], u32::to_le_bytes)).is_none());
    let mut revision = ordinary();
    revision[6] = 2;
    assert!(Catalogue::parse(revision).is_none());
}

#[test]
fn a_catalogue_that_is_cut_or_garbled_is_read_within_its_bounds() {
    let whole = ordinary();
    for length in 0..whole.len() {
        if let Some(read) = Catalogue::parse(whole[..length].to_vec()) {
            let _ = read.find(b"cannot open %s");
            let _ = read.find(b"fork failed");
        }
    }
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            if let Some(read) = Catalogue::parse(bytes) {
                let _ = read.find(b"fork failed");
            }
        }
    }
}

#[test]
fn a_file_that_is_not_a_catalogue_is_ignored_without_waiting() {
    let scratch = Scratch::new();
    let path = scratch.file("whole.mo", ordinary());
    assert!(read_file(&path).is_some());
    assert!(read_file(Path::new("/dev/zero")).is_none());
    assert!(read_file(scratch.path()).is_none());
    assert!(read_file(&scratch.file("empty.mo", b"")).is_none());
    assert!(read_file(&scratch.path().join("missing.mo")).is_none());
    let fifo = scratch.path().join("fifo.mo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).expect("the directory is ours");
    assert!(read_file(&fifo).is_none());
    let large = scratch.path().join("large.mo");
    fs::write(&large, ordinary()).expect("the directory is ours");
    let file = File::options().write(true).open(&large);
    let grown = file.and_then(|file| file.set_len(1 << 30));
    grown.expect("a file may have holes");
    assert!(read_file(&large).is_none(), "1 GiB");
}

#[test]
fn languages_are_those_of_the_list_as_far_as_they_are_names() {
    for (list, names) in [
        ("zh_CN.UTF-8", &["zh_CN", "zh"][..]),
        (
            "sr_RS.UTF-8@latin",
            &["sr_RS@latin", "sr@latin", "sr_RS", "sr"],
        ),
        ("de:fr_FR:de_DE", &["de", "fr_FR", "fr", "de_DE"]),
        ("fr:C:de", &["fr"]),
        ("C.UTF-8:de", &[]),
        ("../..:/tmp:a/b:x y:de", &["de"]),
        ("..:.:@:_:de", &["de"]),
        (
            "a:b:c:d:e:f:g:h:i",
            &["a", "b", "c", "d", "e", "f", "g", "h"],
        ),
        ("", &[]),
    ] {
        assert_eq!(expand(list), names, "{list}");
    }
    assert!(expand(&"a".repeat(300)).is_empty());
    assert_eq!(fallbacks("de"), ["de"]);
}

/// musl's setlocale(3) accepts any name, and what shows that a locale is there is a directory of catalogues.
#[test]
fn where_any_name_is_accepted_a_locale_needs_a_directory() {
    let has = |directory: &'static str| move |name: &str| name == directory;
    assert!(is_installed("zh_CN.UTF-8", has("zh_CN")));
    assert!(is_installed("de_AT.UTF-8@euro", has("de")));
    assert!(!is_installed("nosuch.UTF-8", has("de")));
    assert!(!is_installed("../de", |_| true));
    assert!(!is_installed("", |_| true));
}

#[test]
fn a_translation_has_the_arguments_of_its_msgid() {
    for (msgid, translation, is_accepted) in [
        ("mount %s failed", "挂载 %s 失败", true),
        ("mount %s on %s failed", "挂载 %2$s 到 %1$s 失败", true),
        ("mount %s on %s failed", "%1$s %1$s", false),
        ("mount %s on %s failed", "%2$s %s", false),
        ("mount %s failed", "neuspjelo %s %s", false),
        ("mount %s failed", "neuspjelo", false),
        ("mount %s failed", "%d", false),
        ("mount %s failed", "%n", false),
        ("mount %s failed", "%5s", false),
        ("mount %s failed", "%0$s", false),
        ("mount %s failed", "%s %", false),
        ("100%% of %s", "%s 的 100%%", true),
        ("100%% of %s", "%s 的 100%", false),
        ("id %ju", "%ju 号", true),
        ("id %ju", "%llu 号", false),
        ("id %d", "%d\n", true),
        ("id %d", "%d\n%d", false),
        ("a", "b\x1b[31m", false),
        ("a", "b\u{9b}31m", false),
        ("a", "b\u{202e}", false),
        ("a", "b\nc", false),
        ("a\nb", "c\nd", true),
        ("a", "", false),
        ("a", "\n", false),
    ] {
        let accepted = accept(msgid, translation.as_bytes());
        assert_eq!(accepted.is_some(), is_accepted, "{msgid:?} {translation:?}");
    }
    assert_eq!(accept("a\n", b"b"), Some("b"));
    assert_eq!(accept("a", b"\xff"), None);
}

#[test]
fn arguments_stand_where_the_format_has_them() {
    let filled = |format| fill(format, &["1".into(), "%s".into()]);
    assert_eq!(filled("%s-%s"), "1-%s");
    assert_eq!(filled("%2$s-%1$s 100%%"), "%s-1 100%");
    assert_eq!(filled("%s-%s-%s"), "1-%s-");
}
