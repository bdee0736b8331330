//! True counts. libtest counts a test that ends early, for want of something, as passed; the test kit notes each of
//! them in a file, one line for each reason: `BINARY: skipped: TEST: REASON`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::toolchain::target;

/// A test: the file name of its binary, and its own name.
type Test = (String, String);

/// The file of notes, which goes at the end.
pub(super) struct Notes(PathBuf);

impl Notes {
    /// An empty one, in cargo's target directory.
    pub(super) fn new() -> Result<Notes> {
        let directory = target()?.join("tmp");
        fs::create_dir_all(&directory)?;
        let file = directory.join(format!("notes-{}", std::process::id()));
        fs::write(&file, "").with_context(|| file.display().to_string())?;
        Ok(Notes(file))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn read_notes(&self) -> Result<String> {
        Ok(fs::read_to_string(&self.0)?)
    }
}

impl Drop for Notes {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// How many tests did what.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    passed: usize,
    failed: usize,
    /// By their reasons; a test with two counts for the first.
    skipped: BTreeMap<String, usize>,
    left_to_root: usize,
    left_out: BTreeMap<String, usize>,
}

impl Counts {
    /// Counts what cargo test has written, and the notes. Ignored tests are not counted.
    pub(super) fn parse(output: &str, notes: &str) -> Counts {
        let mut counts = Counts::default();
        let mut binary = String::new();
        let mut failed = BTreeSet::new();
        for line in output.lines() {
            let line = plain(line);
            let line = line.trim();
            if let Some(name) = running(line) {
                binary = name;
            } else if let Some(name) = failing(line) {
                failed.insert((binary.clone(), name.to_owned()));
            } else if let Some((passed, of_them_failed)) = result(line) {
                counts.passed += passed;
                counts.failed += of_them_failed;
            }
        }
        let mut noted = BTreeSet::new();
        for (test, kind, reason) in notes.lines().filter_map(note) {
            if failed.contains(&test) || !noted.insert(test) {
                continue;
            }
            counts.passed = counts.passed.saturating_sub(1);
            match kind {
                "skipped" => *counts.skipped.entry(reason.to_owned()).or_default() += 1,
                "left out" => *counts.left_out.entry(reason.to_owned()).or_default() += 1,
                _ => counts.left_to_root += 1,
            }
        }
        counts
    }

    pub(super) fn skipped(&self) -> usize {
        self.skipped.values().sum()
    }

    /// Returns why tests have not tested, a reason a line.
    pub(super) fn report(&self) -> String {
        let mut report = String::new();
        for (kind, reasons) in [("skipped", &self.skipped), ("left out", &self.left_out)] {
            for (reason, tests) in reasons {
                report += &format!("{tests:>5} {kind}: {reason}\n");
            }
        }
        report
    }

    /// The closing line.
    pub(super) fn line(&self) -> String {
        format!(
            "{} passed, {} failed, {} skipped, {} left to root, {} left out",
            self.passed,
            self.failed,
            self.skipped(),
            self.left_to_root,
            self.left_out.values().sum::<usize>()
        )
    }
}

/// The line without colours.
fn plain(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain += part.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain
}

/// The file name of the binary that cargo says it runs now: `Running tests/a.rs (target/debug/deps/a-0123)`.
fn running(line: &str) -> Option<String> {
    if let Some(package) = line.strip_prefix("Doc-tests ") {
        return Some(package.to_owned());
    }
    let (_, path) = line.strip_prefix("Running ")?.rsplit_once('(')?;
    let name = Path::new(path.strip_suffix(')')?).file_name()?;
    Some(name.to_string_lossy().into_owned())
}

/// The name of a test that has failed.
fn failing(line: &str) -> Option<&str> {
    let (name, end) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let name = name.strip_suffix(" - should panic").unwrap_or(name);
    end.starts_with("FAILED").then_some(name)
}

/// Returns how many passed and failed: `test result: ok. 5 passed; 0 failed; 2 ignored; …`.
fn result(line: &str) -> Option<(usize, usize)> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |of: &str| {
        let part = counts.split("; ").find_map(|part| part.strip_suffix(of));
        part.and_then(|number| number.parse().ok())
    };
    Some((count(" passed")?, count(" failed")?))
}

/// A line of the notes: the test, what has become of it, and why.
fn note(line: &str) -> Option<(Test, &str, &str)> {
    let (binary, line) = line.split_once(": ")?;
    let (kind, line) = line.split_once(": ")?;
    let (test, reason) = line.split_once(": ").unwrap_or((line, ""));
    Some(((binary.to_owned(), test.to_owned()), kind, reason))
}

#[cfg(test)]
mod tests {
    use super::Counts;

    const OUTPUT: &str = "\
   Compiling rlsns v0.1.0\n\u{1b}[1m\u{1b}[92m     Running\u{1b}[0m tests/a.rs (target/debug/deps/a-01)

running 6 tests
test one ... ok
test two ... ok
test slow ... ignored, takes an hour
test three ... FAILED
test four - should panic ... FAILED
test five ... ok

failures:
    three

test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s

     Running tests/b.rs (target/debug/deps/b-02)
test one ... ok
test three ... ok
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
";

    #[test]
    fn without_notes_the_counts_are_libtests_and_what_is_ignored_is_not_counted() {
        let line = Counts::parse(OUTPUT, "").line();
        assert_eq!(
            line,
            "5 passed, 2 failed, 0 skipped, 0 left to root, 0 left out"
        );
    }

    #[test]
    fn a_test_counts_once_whatever_it_lacks_and_not_if_it_has_failed() {
        let notes = "\
a-01: skipped: one: there is no perl: install it
a-01: skipped: one: there is no strace
a-01: left to root: two
a-01: skipped: three: there is no strace
a-01: left out: five: no EFI
b-02: skipped: three: there is no strace
";
        let counts = Counts::parse(OUTPUT, notes);
        assert_eq!(
            counts.line(),
            "1 passed, 2 failed, 2 skipped, 1 left to root, 1 left out"
        );
        assert_eq!(
            counts.report(),
            "    1 skipped: there is no perl: install it\n    1 skipped: there is no strace\n    \
             1 left out: no EFI\n"
        );
    }
}
