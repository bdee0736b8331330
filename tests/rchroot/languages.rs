//! Messages in the languages of the originals' catalogues, and which catalogues are read.

use testkit::c_library::GnuTrait;
use testkit::{DifferentialTest, Tool, is_left_in_english, require};

use crate::command_lines::lines;
use crate::fixture::{Fixture, differential_test};

/// What both need: the original, its catalogues, and root.
fn need() -> Option<(DifferentialTest, std::path::PathBuf)> {
    Some((differential_test()?, require::catalogues()?))
}

#[test]
fn every_command_line_of_the_file_in_five_languages() {
    let Some((diff, catalogues)) = need() else {
        return;
    };
    let fixture = Fixture::new();
    let (compared, english) = diff.compare_languages(
        &catalogues,
        &lines(),
        |tool| fixture.root(tool),
        is_left_in_english,
    );
    assert!(
        compared >= 3000 && english < compared / 4,
        "{english} of {compared}"
    );
}

#[test]
fn the_variables_count_as_in_the_c_library() {
    let Some((diff, catalogues)) = need() else {
        return;
    };
    let not_installed = match GnuTrait::LocaleNames.is_here() {
        true => vec![
            &[("LC_ALL", "nosuch.UTF-8"), ("LANGUAGE", "de")][..],
            &[("LC_ALL", "hr_HR.UTF-8")],
        ],
        false => Vec::new(),
    };
    for variables in [
        &[
            ("LC_ALL", "de_DE.UTF-8"),
            ("LC_MESSAGES", "ko_KR.UTF-8"),
            ("LANG", "ja_JP.UTF-8"),
        ][..],
        &[
            ("LC_ALL", ""),
            ("LC_MESSAGES", "ko_KR.UTF-8"),
            ("LANG", "ja_JP.UTF-8"),
        ],
        &[("LC_ALL", ""), ("LC_MESSAGES", ""), ("LANG", "ja_JP.UTF-8")],
        &[
            ("LC_ALL", "C"),
            ("LC_MESSAGES", "ko_KR.UTF-8"),
            ("LANGUAGE", "de"),
        ],
        &[("LC_ALL", "C.UTF-8"), ("LANGUAGE", "de")],
        &[("LC_ALL", "POSIX"), ("LANGUAGE", "de")],
        &[("LC_ALL", "zh_CN.UTF-8"), ("LANGUAGE", "de")],
        &[("LC_ALL", "zh_CN.UTF-8"), ("LANGUAGE", "nosuch:ko_KR:de")],
        &[("LC_ALL", "zh_CN.UTF-8"), ("LANGUAGE", "de_AT.UTF-8@euro")],
        &[("LC_ALL", "zh_CN.UTF-8"), ("LANGUAGE", "C:de")],
        &[("LC_ALL", "zh_CN.UTF-8"), ("LANGUAGE", "")],
    ]
    .into_iter()
    .chain(not_installed)
    {
        for line in [
            &["--foo"][..],
            &["/nosuch"],
            &["--userspec=nosuch", "/"],
            &["--groups=a", "/", "b"],
        ] {
            diff.assert_same_with(|tool| {
                let tool = tool.language(&catalogues, "C").args(line);
                let variables = variables.iter();
                variables.fold(tool, |tool, (name, value)| tool.env(*name, *value))
            });
        }
    }
}

const RCHROOT_PATH: &str = env!("CARGO_BIN_EXE_rchroot");

/// The paths of the catalogues that were opened, in the order of the calls; `chroot` is among them.
fn opened(trace: &str) -> Vec<&str> {
    let lines = trace
        .lines()
        .filter(|line| line.contains(".mo\"") || line.contains("chroot(\""));
    lines.filter_map(|line| line.split('"').nth(1)).collect()
}

#[test]
fn no_catalogue_is_read_in_the_c_locale_and_none_after_the_root_has_changed() {
    let Some((_, catalogues)) = need() else {
        return;
    };
    if !require::installed("strace") {
        return;
    }
    let fixture = Fixture::new();
    let trace = |language: &str, line: &[&str]| {
        let tool = fixture.root(Tool::new("/usr/bin/strace"));
        let tool = tool.args(["-f", "-e", "trace=open,openat,chroot", RCHROOT_PATH]);
        let outcome = tool
            .args(line)
            .language(&catalogues, language)
            .env("LANGUAGE", "zh_CN:de");
        outcome.run().err()
    };
    for line in [&["jail", "nosuch"][..], &["--foo"], &["/", "true"]] {
        assert_eq!(
            opened(&trace("C", line))
                .iter()
                .find(|path| path.ends_with(".mo")),
            None
        );
    }
    let trace_lines = trace("zh_CN", &["jail", "nosuch"]);
    let opened = opened(&trace_lines);
    assert!(opened.len() > 3, "{trace_lines}");
    assert_eq!(opened.last(), Some(&"."), "{trace_lines}");
    assert!(trace_lines.contains("没有那个文件或目录"), "{trace_lines}");
}

#[test]
fn a_locale_that_lacks_a_category_does_not_translate() {
    if !require::gnu_c_library(GnuTrait::LocaleNames) {
        return;
    }
    let Some((diff, catalogues)) = need() else {
        return;
    };
    diff.assert_same_with(|tool| {
        let tool = tool
            .language(&catalogues, "C")
            .arg("/nosuch")
            .env("LC_ALL", "");
        tool.env("LANG", "zh_CN.UTF-8")
            .env("LC_TIME", "nosuch.UTF-8")
    });
}

/// In French the C library's catalogue has a line feed too many behind some of getopt's sentences.
#[test]
fn line_feeds_at_the_end_are_those_of_the_english_sentence() {
    let Some((diff, catalogues)) = need() else {
        return;
    };
    let setup = |tool: Tool| tool.language(&catalogues, "fr_FR").arg("--foo");
    let (ours, original) = diff.run_both(setup);
    assert_eq!(ours.err().lines().count(), 2, "{ours}");
    assert_eq!(
        original.err().replace("\n\n", "\n"),
        ours.err(),
        "{original}"
    );
    assert_eq!(original.err().lines().count(), 3, "{original}");
}

/// The original looks for its catalogue in the root that it has entered.
#[test]
fn what_is_said_in_the_new_root_is_translated_too() {
    let Some((diff, catalogues)) = need() else {
        return;
    };
    let fixture = Fixture::new();
    let setup = |tool: Tool| {
        fixture
            .root(tool)
            .language(&catalogues, "zh_CN")
            .args(["jail", "nosuch"])
    };
    let (ours, original) = diff.run_both(setup);
    assert_eq!(
        ours.err(),
        "chroot: 无法运行命令 “nosuch”: 没有那个文件或目录\n"
    );
    let english = "chroot: failed to run command ‘nosuch’: No such file or directory\n";
    assert_eq!(original.err(), english);
}
