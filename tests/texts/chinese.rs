//! Our own texts in Chinese: whole, fresh, and where they are shown.

use std::path::PathBuf;

use testkit::{Scratch, Tool, require};

use crate::programs::{PROGRAMS, program};

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

/// A directory with our catalogue, to be put in the place of the system's, beside compiled locales.
struct Chinese {
    scratch: Scratch,
    locales: PathBuf,
}

impl Chinese {
    fn new() -> Option<Chinese> {
        let locales = require::catalogues()?.join("locales");
        let scratch = Scratch::new();
        let directory = scratch.path().join("zh_CN/LC_MESSAGES");
        std::fs::create_dir_all(&directory).expect("the directory is ours");
        let file = directory.join("nsutils.mo");
        let outcome = Tool::new(XTASK)
            .args(["po", "--compile", "zh_CN"])
            .arg(file)
            .run();
        assert_eq!(outcome.code(), 0, "{outcome}");
        Some(Chinese { scratch, locales })
    }

    /// What a program writes, on standard output and then on standard error.
    fn run(&self, name: &str, words: &[&str]) -> Option<String> {
        let tool = Tool::new(program(name)?).argv0(name).args(words);
        let tool = tool.bind_over(self.scratch.path(), "/usr/share/locale");
        let tool = tool
            .env("LOCPATH", &self.locales)
            .env("LC_ALL", "zh_CN.UTF-8");
        let outcome = tool.run();
        Some(outcome.out() + &outcome.err())
    }
}

#[test]
fn the_translations_are_fresh_and_none_is_missing() {
    let outcome = Tool::new(XTASK).args(["po", "--check"]).run();
    assert_eq!(outcome.code(), 0, "{outcome}");
}

#[test]
fn msgfmt_finds_nothing_to_complain_of() {
    if require::installed("msgfmt") {
        let file = testkit::workspace().join("po/zh_CN.po");
        let outcome = Tool::new("/usr/bin/msgfmt")
            .args(["--check-format", "-o", "/dev/null"])
            .arg(file)
            .run();
        assert_eq!(
            (outcome.code(), outcome.err()),
            (0, String::new()),
            "{outcome}"
        );
    }
}

/// How many cells of a terminal a line of a help takes.
fn cells(line: &str) -> usize {
    let wide = |character: char| ('\u{2e80}'..='\u{ffef}').contains(&character);
    line.chars()
        .map(|character| 1 + usize::from(wide(character)))
        .sum()
}

#[test]
fn the_help_is_chinese_and_no_line_is_too_long() {
    let Some(chinese) = Chinese::new() else {
        return;
    };
    for (name, _) in PROGRAMS {
        let Some(help) = chinese.run(name, &["--help"]) else {
            return;
        };
        assert!(
            help.contains("用法：\n") && help.contains("\n扩展:\n"),
            "{help}"
        );
        assert!(help.contains("显示本帮助并退出"), "{help}");
        for line in help.lines() {
            assert!(cells(line) <= 81, "{line}");
        }
    }
}

#[test]
fn messages_of_our_own_are_chinese_and_json_is_not() {
    let Some(chinese) = Chinese::new() else {
        return;
    };
    for (name, words, text) in [
        (
            "runshare",
            &["--json"][..],
            "runshare: 选项 --json 需要 --check 或 --changes\n",
        ),
        (
            "runshare",
            &["--persist", "/nosuch", "true"],
            "runshare: 选项 --persist 需要一个不带 FILE 的新命名空间\n",
        ),
        (
            "rnsenter",
            &["--target", "4294967295"],
            "rnsenter: 没有找到命名空间 4294967295",
        ),
        ("rlsns", &["--list-columns"], "命名空间的 inode 号"),
        (
            "rlsns",
            &["--list-columns", "--json"],
            "inode number of the namespace",
        ),
        ("rlsns", &["--graph=x"], "rlsns: 未知的图类型：x\n"),
    ] {
        let Some(text_shown) = chinese.run(name, words) else {
            return;
        };
        assert!(text_shown.contains(text), "{name} {words:?}: {text_shown}");
    }
}
