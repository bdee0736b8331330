//! Fuzz targets: what the readers of this crate promise for whatever bytes there are. Under `cargo test` each runs its
//! corpus and a thousand random inputs, under `cargo run -p xtask -- fuzz` as long as wanted, guided by coverage.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use testkit::c_library::{self, GnuTrait};
use testkit::check_target;
use testkit::require;

use crate::cli::number;
use crate::cli::quote::Quotes;
use crate::elf::Elf;
use crate::language::{Catalogue, format};
use crate::procfs::{MountPoint, ProcStatus, mount_of, mount_points};
use crate::scan::{mountinfo, nslink};
use crate::users::{group_entries, passwd_entries};

/// The path as the kernel writes it in mountinfo.
fn escaped(path: &Path) -> Vec<u8> {
    let byte = |byte: &u8| match byte {
        b' ' | b'\t' | b'\n' | b'\\' => format!("\\{byte:03o}").into_bytes(),
        byte => vec![*byte],
    };
    path.as_os_str().as_bytes().iter().flat_map(byte).collect()
}

/// A line of mountinfo that says what the mount is.
fn line_of(mount: &MountPoint) -> Vec<u8> {
    let numbers = format!("{} {} 0:1 ", mount.id, mount.parent);
    let tags = if mount.is_shared { " shared:1" } else { "" };
    let rest = format!(" rw{tags} - {} none {}\n", mount.filesystem, mount.options);
    let (root, path) = (escaped(&mount.root), escaped(&mount.path));
    [numbers.as_bytes(), &root, b" ", &path, rest.as_bytes()].concat()
}

/// Returns how many lines of a table begin with two numbers, as every mount's does.
fn numbered_lines(table: &[u8]) -> usize {
    let is_number = |field: &&[u8]| !field.is_empty() && field.iter().all(u8::is_ascii_digit);
    let lines = table.split(|byte| *byte == b'\n');
    let begun = lines.map(|line| line.split(|byte| *byte == b' ').take(2));
    begun
        .filter(|fields| fields.clone().filter(is_number).count() == 2)
        .count()
}

#[test]
fn mountinfo() {
    check_target("mountinfo", |table: &[u8]| {
        let mounts: Vec<MountPoint> = mount_points(table).collect();
        assert!(mounts.len() <= numbered_lines(table));
        let written: Vec<u8> = mounts.iter().flat_map(line_of).collect();
        assert_eq!(mount_points(&written).collect::<Vec<_>>(), mounts);
        // Paths are compared by their components; the kernel writes none that has more than one form.
        let plain = |path: &Path| path.components().collect::<PathBuf>();
        let is_plain = |it: &MountPoint| plain(&it.path).as_os_str() == it.path.as_os_str();
        if !mounts.iter().all(is_plain) {
            return;
        }
        for mount in &mounts {
            let on = mount_of(table, &mount.path).expect("at least this one");
            assert_eq!(mounts.iter().rfind(|it| it.path == mount.path), Some(&on));
        }
    });
}

#[test]
fn status() {
    check_target("status", |file: &[u8]| {
        let status = ProcStatus::new(file);
        let lines = file.split(|byte| *byte == b'\n');
        let line = |name: &str| {
            let is_its = |line: &&[u8]| line.starts_with(format!("{name}:").as_bytes());
            lines.clone().find(is_its)
        };
        for name in ["Name", "State", "Uid", "CapEff", "Seccomp", "Kthread"] {
            match (status.field(name), line(name)) {
                (Some(field), Some(line)) => {
                    let value = String::from_utf8_lossy(&line[name.len() + 1..]);
                    assert_eq!(field, value.trim());
                }
                (Some(field), None) => panic!("{name} is {field:?} on no line"),
                (None, Some(line)) => {
                    assert!(std::str::from_utf8(&line[name.len() + 1..]).is_err());
                }
                (None, None) => {}
            }
        }
        if let Some(mask) = status.mask("CapEff") {
            let digits = status.field("CapEff").unwrap_or_default();
            let digits = digits.trim_start_matches('0').to_ascii_lowercase();
            assert_eq!(format!("{mask:x}").trim_start_matches('0'), digits);
            for bit in 0..64 {
                let has = status.has_capability("CapEff", bit);
                assert_eq!(has, Some(mask >> bit & 1 == 1));
            }
        }
        let _ = (status.user(), status.is_kernel_thread(), status.is_zombie());
    });
}

#[test]
fn passwd() {
    if !require::gnu_c_library(GnuTrait::UserFiles) {
        return;
    }
    check_target("passwd", |file: &[u8]| {
        if c_library::has_minus(file) {
            return;
        }
        let theirs = c_library::passwd_entries(file).into_iter();
        let theirs: Vec<_> = theirs
            .map(|it| (it.name, it.uid, it.gid, it.shell))
            .collect();
        let ours = passwd_entries(file);
        let ours: Vec<_> = ours
            .map(|it| (it.name.to_owned(), it.uid, it.gid, it.shell.to_owned()))
            .collect();
        assert_eq!(ours, theirs);
    });
}

#[test]
fn group() {
    if !require::gnu_c_library(GnuTrait::UserFiles) {
        return;
    }
    check_target("group", |file: &[u8]| {
        if c_library::has_minus(file) {
            return;
        }
        let theirs = c_library::group_entries(file);
        let ours: Vec<_> = group_entries(file).collect();
        let named = |name: &OsStr, gid| (name.to_owned(), gid);
        assert_eq!(
            ours.iter()
                .map(|it| named(it.name, it.gid))
                .collect::<Vec<_>>(),
            theirs
                .iter()
                .map(|it| named(&it.0, it.1))
                .collect::<Vec<_>>()
        );
        for (ours, (_, _, members)) in ours.iter().zip(&theirs) {
            assert!(members.iter().all(|member| ours.has_member(member)));
            for other in ["root", "u", "a b"].map(OsStr::new) {
                assert_eq!(ours.has_member(other), members.iter().any(|it| it == other));
            }
        }
    });
}

#[test]
fn numbers() {
    check_target("numbers", |text: &[u8]| {
        let text = OsStr::from_bytes(text);
        let theirs = c_library::number(text).ok();
        assert_eq!(number::seconds("", text).ok(), theirs);
        let id = number::id("", text).ok();
        let has_minus = text.as_bytes().contains(&b'-');
        let their_id = theirs.filter(|_| !has_minus);
        assert_eq!(id, their_id.and_then(|id| u32::try_from(id).ok()));
    });
}

/// Returns what a shell makes of a word that `Quotes::shell` has quoted.
fn shell_word(quoted: &[u8]) -> Vec<u8> {
    let mut word = Vec::new();
    let mut rest = quoted;
    loop {
        let (mark, inside): (u8, &[u8]) = match rest {
            [] => return word,
            [b'\\', byte, tail @ ..] => {
                word.push(*byte);
                rest = tail;
                continue;
            }
            [b'$', b'\'', tail @ ..] => (b'$', tail),
            [mark @ (b'\'' | b'"'), tail @ ..] => (*mark, tail),
            _ => panic!("{} stands bare", String::from_utf8_lossy(rest)),
        };
        let end = if mark == b'"' { b'"' } else { b'\'' };
        rest = inside;
        while rest[0] != end {
            let taken = match rest {
                [b'\\', ..] if mark == b'$' => escape(rest, &mut word),
                [byte, ..] => {
                    word.push(*byte);
                    1
                }
                [] => panic!("a quotation mark is missing"),
            };
            rest = &rest[taken..];
        }
        rest = &rest[1..];
    }
}

/// One escape of C at the beginning of `text`; returns its length.
fn escape(text: &[u8], word: &mut Vec<u8>) -> usize {
    let byte = match text[1] {
        b'a' => 7,
        b'b' => 8,
        b't' => 9,
        b'n' => 10,
        b'v' => 11,
        b'f' => 12,
        b'r' => 13,
        b'0'..=b'3' => {
            let octal = text[1..4]
                .iter()
                .fold(0, |value, digit| value * 8 + (digit - b'0'));
            word.push(octal);
            return 4;
        }
        other => other,
    };
    word.push(byte);
    2
}

#[test]
fn quotes() {
    check_target("quotes", |word: &[u8]| {
        let quotes = Quotes::default();
        let shell = quotes.shell(OsStr::from_bytes(word));
        let marked = quotes.marked(OsStr::from_bytes(word));
        for quoted in [&shell, &marked] {
            assert!(
                !quoted.as_bytes().iter().any(u8::is_ascii_control),
                "{quoted:?}"
            );
        }
        assert_eq!(shell_word(shell.as_bytes()), word, "{shell:?}");
    });
}

#[test]
fn elf() {
    check_target("elf", |file: &[u8]| {
        let Some(elf) = Elf::parse(file) else { return };
        assert!(file.starts_with(b"\x7fELF"));
        if let Some(loader) = elf.interpreter().map(OsStr::as_bytes) {
            assert!(loader.len() < 4096 && !loader.contains(&0));
            assert!(loader.is_empty() || file.windows(loader.len()).any(|it| it == loader));
        }
        assert_ne!(elf.foreign().map(|(theirs, _)| theirs), Some(String::new()));
    });
}

#[test]
fn links() {
    check_target("links", |target: &[u8]| {
        if let Some((kind, inode)) = nslink::parse_link(target) {
            let digits = inode.to_string();
            let text = std::str::from_utf8(target).expect("a link is ASCII");
            let (file, number) = text.split_once(":[").expect("a bracket");
            assert_eq!(file, kind.file());
            assert_eq!(
                number.trim_start_matches('0'),
                format!("{digits}]").trim_start_matches('0')
            );
        }
    });
}

#[test]
fn mount_table() {
    check_target("mount_table", |table: &[u8]| {
        // Two readers of the same lines: this one needs fewer fields of each.
        let kept: Vec<mountinfo::MountedNamespace> = mountinfo::mounted_namespaces(table).collect();
        // The kernel has nothing to escape in such a root, and only one of the readers would undo it.
        let escapes = |line: &[u8]| {
            let root = line.split(|byte| *byte == b' ').nth(3);
            root.is_some_and(|root| root.contains(&b'\\'))
        };
        if table.split(|byte| *byte == b'\n').any(escapes) {
            return;
        }
        for mount in mount_points(table) {
            if let Some(key) = nslink::parse_link(mount.root.as_os_str().as_bytes()) {
                let path = mount.path.as_os_str().as_bytes().to_vec();
                assert!(kept.contains(&(key, path)), "{mount:?} is not in {kept:?}");
            }
        }
    });
}

#[test]
fn catalogues() {
    check_target("catalogues", |bytes: &[u8]| {
        let Some(catalogue) = Catalogue::parse(bytes.to_vec()) else {
            return;
        };
        for msgid in [
            "",
            "cannot open %s",
            "%s: invalid option -- '%c'\n",
            "fork failed",
        ] {
            let Some(found) = catalogue.find(msgid.as_bytes()) else {
                continue;
            };
            assert!(found.len() <= bytes.len());
            check_translation(msgid, found);
        }
    });
}

/// What is printed of a translation: the arguments, each once, and no character that is more than text.
fn check_translation(msgid: &str, found: &[u8]) {
    if let Some(text) = format::accept(msgid, found) {
        let marks = ["\u{1}first\u{1}".into(), "\u{2}second\u{2}".into()];
        let filled = format::fill(text, &marks).into_encoded_bytes();
        let english = format::fill(msgid, &marks).into_encoded_bytes();
        for mark in [1, 2] {
            let count = |text: &[u8]| text.iter().filter(|byte| **byte == mark).count();
            assert_eq!(count(&filled), count(&english));
        }
        let adds = |byte: &u8| byte.is_ascii_control() && !english.contains(byte);
        assert!(!filled.iter().any(adds));
    }
}

#[test]
fn translations() {
    check_target("translations", |bytes: &[u8]| {
        for msgid in ["cannot open %s", "%s on %s", "%d%%", "%s: a -- '%c'\n"] {
            check_translation(msgid, bytes);
        }
    });
}
