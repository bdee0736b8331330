//! Options cut short, as a user types them: what a prefix means to the original it must mean to ours, however many
//! options ours has besides.

use std::collections::BTreeSet;

use crate::differential::DifferentialTest;
use crate::tool::Tool;

/// A value that none of the options takes, so that each says its own of it.
const VALUE: &str = "no such value";

impl DifferentialTest {
    /// Asserts that every prefix of every long option of the original's means the same to both, and returns how many
    /// there were. `setup` says what is before and beside; `operands` are behind.
    ///
    /// The original's options are those of its help. Each prefix is tried with a value, of which a wrong option says
    /// another thing, and without, where it takes the next word or leaves it to be an operand. What asks for help or
    /// for the version must do so in ours, whose texts are its own.
    #[track_caller]
    pub fn assert_same_prefixes(&self, setup: impl Fn(Tool) -> Tool, operands: &[&str]) -> usize {
        let prefixes = prefixes_of(&self.options_of_the_original());
        for prefix in &prefixes {
            let valued = format!("{prefix}={VALUE}");
            self.assert_same_with(|tool| setup(tool).arg(&valued).args(operands));
            let line = |tool: Tool| setup(tool).args([prefix, VALUE, "--no-such-option"]);
            let (ours, original) = self.run_both(line);
            if original.code() == 0 {
                assert_eq!(ours.code(), 0, "{prefix}\n{ours}");
                assert_eq!(ours.err(), "", "{prefix}");
            } else {
                self.assert_same_with(line);
            }
        }
        prefixes.len()
    }

    /// The words in the original's help that are long options.
    #[track_caller]
    fn options_of_the_original(&self) -> BTreeSet<String> {
        let help = self.run_both(|tool| tool.arg("--help")).1.ok().out();
        long_options(&help)
    }
}

/// The long options in a text, which may be links on a terminal: `page.html#chroot--groups`.
fn long_options(text: &str) -> BTreeSet<String> {
    let is_name = |character: char| character.is_ascii_lowercase() || character == '-';
    let words = text.split(|character| !is_name(character));
    let names = words.filter_map(|word| word.split_once("--"));
    names
        .filter(|(_, name)| !name.is_empty() && !name.starts_with('-'))
        .map(|(_, name)| format!("--{name}"))
        .collect()
}

/// Every prefix of these but `--`, which ends the options.
fn prefixes_of(options: &BTreeSet<String>) -> BTreeSet<String> {
    let cut = |option: &String| -> Vec<String> {
        let ends = 3..=option.len();
        ends.map(|end| option[..end].to_owned()).collect()
    };
    options.iter().flat_map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::{long_options, prefixes_of};
    use crate::Scratch;
    use crate::differential::DifferentialTest;

    #[test]
    fn the_options_of_a_help_text_and_their_prefixes() {
        let text =
            " -a, --all[=<x>]  see --no-fork\n \u{1b}]8;;p#chroot--gid\u{1b}[1m--gid=N -- ---";
        let options = long_options(text);
        assert!(
            options.iter().eq(["--all", "--gid", "--no-fork"]),
            "{options:?}"
        );
        assert_eq!(prefixes_of(&options).len(), 3 + 3 + 7);
    }

    #[test]
    #[should_panic(expected = "differ")]
    fn a_prefix_with_another_meaning_is_found() {
        let scratch = Scratch::new();
        let original = "case $1 in --help) echo --ab;; *) echo unknown >&2; exit 1;; esac";
        let ours =
            "case $1 in --a=*) echo ambiguous >&2; exit 1;; *) echo unknown >&2; exit 1;; esac";
        DifferentialTest::from_scripts(&scratch, ours, original)
            .assert_same_prefixes(|tool| tool, &[]);
    }
}
