//! The short options of a program, and the words that take the next one for their value: a shell that looks for the end
//! of the options must know them.

use clap::{Arg, Command};
use nscore::cli::Tool;

use super::{takes_optional_value, takes_value};

/// The letters of a program's short options by what they take.
pub(super) struct Shorts {
    pub(super) flags: String,
    /// The value may be the next word.
    pub(super) required: String,
    /// The value can only be attached, as the others' may.
    pub(super) optional: String,
}

impl Shorts {
    pub(super) fn for_table(tool: &Tool, table: &Command) -> Shorts {
        let mut shorts = Shorts {
            flags: String::new(),
            required: String::new(),
            optional: String::new(),
        };
        for option in table.get_arguments() {
            let kind = match takes_value(option) {
                true if !takes_optional_value(option) => &mut shorts.required,
                true if tool.short_values => &mut shorts.optional,
                _ => &mut shorts.flags,
            };
            kind.extend(option.get_short());
        }
        shorts
    }

    /// A regular expression for a cluster of flags.
    pub(super) fn cluster(&self) -> String {
        match self.flags.is_empty() {
            true => "-".into(),
            false => format!("-[{}]*", self.flags),
        }
    }

    /// A regular expression for words whose value is the next one.
    pub(super) fn next_word(&self, table: &Command) -> String {
        let mut words = Vec::new();
        if !self.required.is_empty() {
            words.push(format!("{}[{}]", self.cluster(), self.required));
        }
        let valued = table
            .get_arguments()
            .filter(|option| takes_value(option) && !takes_optional_value(option));
        words.extend(
            valued
                .filter_map(Arg::get_long)
                .map(|long| format!("--{long}")),
        );
        format!("^({})$", words.join("|"))
    }
}
