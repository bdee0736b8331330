//! Ours beside the original in the languages of the catalogues that tests/catalogues brings.

use std::io::{self, Write};
use std::path::Path;

use crate::differential::DifferentialTest;
use crate::outcome::Outcome;
use crate::strerror::is_untranslated;
use crate::tool::Tool;

/// The languages in which command lines are compared.
pub const LANGUAGES: [&str; 5] = ["zh_CN", "de_DE", "fr_FR", "ja_JP", "ko_KR"];

impl Tool {
    /// Has it read the catalogues of `directory`, which tests/catalogues made, in this language. For root alone.
    pub fn language(self, directory: &Path, language: &str) -> Self {
        self.bind_over(directory.join("share"), "/usr/share/locale")
            .env("LOCPATH", directory.join("locales"))
            .env("LC_ALL", format!("{language}.UTF-8"))
    }
}

impl DifferentialTest {
    /// Compares every line in every language, and returns how many comparisons were made, and in how many the two
    /// differed as `is_expected` of ours and the original.
    ///
    /// # Panics
    /// If they differ otherwise.
    #[track_caller]
    pub fn compare_languages(
        &self,
        directory: &Path,
        lines: &[Vec<String>],
        setup: impl Fn(Tool) -> Tool,
        is_expected: impl Fn(&Outcome, &Outcome) -> bool,
    ) -> (usize, usize) {
        let (mut compared, mut expected, mut differences) = (0, 0, Vec::new());
        let seen = |outcome: &Outcome| {
            let errors = String::from_utf8_lossy(&self.masked(&outcome.stderr)).into_owned();
            // In French the C library's catalogue has a line feed too many behind some of getopt's sentences.
            let errors = errors.replace("\n\n", "\n");
            (outcome.status, self.masked(&outcome.stdout), errors)
        };
        for language in LANGUAGES {
            let (before, unequal) = (compared, expected + differences.len());
            for line in lines {
                let set_up = |tool| setup(tool).language(directory, language).args(line);
                let (ours, original) = self.run_both(set_up);
                compared += 1;
                if seen(&ours) == seen(&original) {
                    continue;
                }
                if is_expected(&ours, &original) {
                    expected += 1;
                } else {
                    let description = format!("{language}\nours\n{ours}original\n{original}");
                    differences.push(description);
                }
            }
            let (lines, unequal) = (compared - before, expected + differences.len() - unequal);
            let _ = writeln!(
                io::stderr(),
                "{language}: {lines} lines, {} equal, {unequal} not",
                lines - unequal
            );
        }
        let count = differences.len();
        let description = differences.iter().take(10).map(String::as_str);
        let description = Vec::from_iter(description).join("\n");
        assert!(count == 0, "{count} of {compared} differ\n{description}");
        (compared, expected)
    }
}

/// Returns whether the two differ in that the original leaves in English what ours translates: in another root or mount
/// namespace it finds no catalogue, and some sentences it does not look up. The reason behind the last colon may be
/// either; and where the C library has words of its own for an error, ours does not find them in the original's catalogue.
#[must_use]
pub fn is_left_in_english(ours: &Outcome, original: &Outcome) -> bool {
    let (our, their) = (ours.err(), original.err());
    let is_english = |line: &str| {
        let is_plain = |text: &str| {
            // A word between the quotation marks is the caller's.
            let mut quoted = false;
            let mut characters = text.chars().filter(|character| {
                quoted = *character == '‘' || quoted && *character != '’';
                !quoted
            });
            characters.all(|character| character.is_ascii() || "‘’“”«»„\u{a0}".contains(character))
        };
        // What is quoted is a word of the command line, which may be in any language.
        let line = without_quoted(line);
        let sentence = line.rsplit_once(": ").map_or("", |(sentence, _)| sentence);
        is_plain(&line) || sentence.contains(": ") && is_plain(sentence)
    };
    let mut lines = our.lines().zip(their.lines());
    ours.status == original.status
        && ours.stdout == original.stdout
        && our.lines().count() == their.lines().count()
        && lines.all(|(our, their)| our == their || is_english(their) || is_untranslated(our))
}

/// The line without what is between `‘` and `’`.
fn without_quoted(line: &str) -> String {
    let mut parts = line.split('‘');
    let before = parts.next().unwrap_or_default().to_owned();
    let after = parts.map(|part| part.split_once('’').map_or(part, |(_, after)| after));
    after.fold(before, |text, part| text + part)
}
