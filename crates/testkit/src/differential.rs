//! Our program beside the original. Both are called by the original's name, in the same environment, one after the
//! other, and must agree to the byte on how they end and what they write.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::outcome::Outcome;
use crate::require;
use crate::tool::Tool;

/// Our program and the original it replaces.
pub struct DifferentialTest {
    name: String,
    ours: PathBuf,
    original: PathBuf,
    mask: fn(&[u8]) -> Vec<u8>,
}

impl DifferentialTest {
    /// Ours, a [`Program`](crate::Program), beside the original of this name, `unshare`; none, and the test skipped,
    /// where the original is not there.
    #[must_use]
    #[track_caller]
    pub fn new(name: &str, ours: impl AsRef<Path>) -> Option<Self> {
        let original = require::original(name)?;
        Some(Self {
            name: name.into(),
            ours: ours.as_ref().to_owned(),
            original,
            mask: <[u8]>::to_vec,
        })
    }

    /// A twin of two scripts, for tests of what a twin is for.
    #[cfg(test)]
    pub(crate) fn from_scripts(scratch: &crate::Scratch, ours: &str, original: &str) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let script = |name: &str, text: &str| {
            let path = scratch.file(name, format!("#!/bin/sh\n{text}\n"));
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))
                .expect("it is ours");
            path
        };
        Self {
            name: "unshare".into(),
            ours: script("ours", ours),
            original: script("original", original),
            mask: <[u8]>::to_vec,
        }
    }

    /// Returns what both are called.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Ours, and the original.
    pub(crate) fn programs(&self) -> (&Path, &Path) {
        (&self.ours, &self.original)
    }

    /// The bytes that are compared for these that were written.
    pub(crate) fn masked(&self, bytes: &[u8]) -> Vec<u8> {
        (self.mask)(bytes)
    }

    /// Compares what `mask` makes of the bytes written, where two runs cannot agree: see [`mask`](crate::mask).
    #[must_use]
    pub fn with_mask(mut self, mask: fn(&[u8]) -> Vec<u8>) -> Self {
        self.mask = mask;
        self
    }

    /// Runs ours, then the original, each set up alike, and returns both outcomes in this order. For what is meant to
    /// differ, and for judging more than bytes.
    #[must_use]
    #[track_caller]
    pub fn run_both(&self, setup: impl Fn(Tool) -> Tool) -> (Outcome, Outcome) {
        let run = |program: &PathBuf| setup(Tool::new(program).argv0(&self.name)).run();
        (run(&self.ours), run(&self.original))
    }

    /// Asserts that both do the same with these arguments.
    #[track_caller]
    pub fn assert_same(&self, args: &[&str]) {
        self.assert_same_with(|tool| tool.args(args));
    }

    /// Asserts that both do the same when set up so.
    #[track_caller]
    pub fn assert_same_with(&self, setup: impl Fn(Tool) -> Tool) {
        if let Some(difference) = self.difference(setup) {
            panic!("ours and the original differ\n{difference}");
        }
    }

    /// Asserts that both do the same with each of these lines of arguments, reports all the lines on which they do not,
    /// and returns how many there were.
    #[track_caller]
    pub fn assert_all_same(&self, lines: &[&[&str]]) -> usize {
        self.assert_all_same_with(lines, |tool| tool)
    }

    /// The same, each line set up so besides.
    #[track_caller]
    pub fn assert_all_same_with<Word: AsRef<OsStr>>(
        &self,
        lines: &[impl AsRef<[Word]>],
        setup: impl Fn(Tool) -> Tool,
    ) -> usize {
        let differences: Vec<String> = lines
            .iter()
            .filter_map(|line| self.difference(|tool| setup(tool).args(line.as_ref())))
            .collect();
        let (different, all) = (differences.len(), lines.len());
        assert!(
            different == 0,
            "ours and the original differ on {different} of {all} lines\n{}",
            differences.join("\n")
        );
        all
    }

    /// Asserts how each ends when set up so, and what it says, on standard output and then on standard error: for what
    /// is meant to differ.
    #[track_caller]
    pub fn assert_differ(
        &self,
        setup: impl Fn(Tool) -> Tool,
        ours: (i32, &str),
        original: (i32, &str),
    ) {
        let (our, their) = self.run_both(setup);
        let seen = |outcome: &Outcome| (outcome.code(), outcome.out() + &outcome.err());
        assert_eq!(seen(&our), (ours.0, ours.1.to_owned()), "ours\n{our}");
        let expected = (original.0, original.1.to_owned());
        assert_eq!(seen(&their), expected, "the original\n{their}");
    }

    /// Describes where the two differ when set up so, for a user.
    #[track_caller]
    fn difference(&self, setup: impl Fn(Tool) -> Tool) -> Option<String> {
        let (ours, original) = self.run_both(setup);
        let seen = |outcome: &Outcome| {
            (
                outcome.status,
                (self.mask)(&outcome.stdout),
                (self.mask)(&outcome.stderr),
            )
        };
        (seen(&ours) != seen(&original)).then(|| format!("ours\n{ours}original\n{original}"))
    }
}

#[cfg(test)]
mod tests {
    use super::DifferentialTest;
    use crate::{Scratch, mask};

    #[test]
    fn agrees_where_both_do_the_same_and_counts_the_lines() {
        let scratch = Scratch::new();
        let twin = DifferentialTest::from_scripts(&scratch, "echo $#; exit $#", "echo $#; exit $#");
        assert_eq!(twin.assert_all_same(&[&[], &["a"], &["a", "b"]]), 3);
    }

    #[test]
    #[should_panic(expected = "differ on 2 of 3 lines")]
    fn reports_every_line_with_another_status() {
        let scratch = Scratch::new();
        DifferentialTest::from_scripts(&scratch, "exit $#", "exit 0").assert_all_same(&[
            &[],
            &["a"],
            &["b"],
        ]);
    }

    #[test]
    #[should_panic(expected = "no newline")]
    fn sees_a_missing_newline() {
        let scratch = Scratch::new();
        DifferentialTest::from_scripts(&scratch, "echo no newline >&2", "printf 'no newline' >&2")
            .assert_same(&[]);
    }

    #[test]
    fn a_mask_hides_what_no_two_runs_share() {
        let scratch = Scratch::new();
        DifferentialTest::from_scripts(&scratch, "echo /proc/$$/ns", "echo /proc/$$/ns")
            .with_mask(mask::proc_pids)
            .assert_same(&[]);
    }
}
