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
        self.run_with(name, words, ("NSUTILS_HINTS", "never"))
    }

    /// The same, with a variable in its environment.
    fn run_with(&self, name: &str, words: &[&str], variable: (&str, &str)) -> Option<String> {
        let tool = Tool::new(program(name)?).argv0(name).args(words);
        let tool = tool.bind_over(self.scratch.path(), "/usr/share/locale");
        let tool = tool
            .env("LOCPATH", &self.locales)
            .env("LC_ALL", "zh_CN.UTF-8")
            .env(variable.0, variable.1);
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

#[test]
fn hints_are_chinese_and_those_of_json_are_not() {
    let Some(chinese) = Chinese::new() else {
        return;
    };
    for (name, words, hint) in [
        (
            "runshare",
            &["--uts", "--root=/nosuch/dir", "true"][..],
            "/nosuch 不存在",
        ),
        ("runshare", &["--mountt"], "您是不是想用 `--mount`？"),
        (
            "runshare",
            &["--uts", "nosuch"],
            "在此根目录中，PATH 的各目录里都没有 nosuch：PATH 是 ",
        ),
        (
            "runshare",
            &["--map-users=x", "true"],
            "--map-users 的范围写作 INNER:OUTER:COUNT",
        ),
        (
            "rnsenter",
            &["--net=/etc/passwd", "true"],
            "该文件不是命名空间：请使用 /proc/PID/ns 下的文件，或其绑定挂载",
        ),
        ("rnsenter", &["-t", "1x"], "目标可以是 PID、PID:INODE、"),
        (
            "rlsns",
            &["-t", "nett"],
            "您是不是想用 `net`？可用的值：user,",
        ),
        ("rlsns", &["--task=4194304"], "进程 4194304 不存在"),
        ("rchroot", &["/etc/passwd/x"], "/etc/passwd 不是目录"),
        (
            "rchroot",
            &["/", "--userspec=0"],
            "选项到 NEWROOT 为止，所以 --userspec=0 被当作命令",
        ),
    ] {
        let with = |variable| chinese.run_with(name, words, variable);
        let (Some(told), Some(json)) = (
            with(("NSUTILS_HINTS", "always")),
            with(("NSUTILS_ERRORS", "json")),
        ) else {
            return;
        };
        let expected = format!("{name}: hint: {hint}");
        assert!(told.contains(&expected), "{words:?}: {told}");
        let english = json.split_once("\"hint\":\"").expect("there is a hint");
        let english = english.1.split("\",\"translation\"").next();
        assert!(english.is_some_and(str::is_ascii), "{words:?}: {json}");
    }
}
