//! What may be shown instead of the list: the holders of a namespace, a comparison of processes, a graph. lsns has
//! none of these, so an option that would have no effect beside one of them is refused.

use anyhow::{Result, bail};
use nscore::cli::getopt::ParsedOption;
use nscore::cli::sentence;

use crate::cli::OptionId;
use crate::compare::ComparedTarget;
use crate::layout::GraphFormat;
use crate::target::ScanTarget;

/// What is shown instead of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// What keeps the namespace alive that this names.
    Holders(ScanTarget),
    /// Which namespaces these processes share.
    Compare(Vec<ComparedTarget>),
    Graph(GraphFormat),
}

impl Mode {
    /// Returns the name of the option that selects the mode.
    pub(crate) fn option_name(&self) -> &'static str {
        match self {
            Mode::Holders(_) => "holders",
            Mode::Compare(_) => "compare",
            Mode::Graph(_) => "graph",
        }
    }
}

/// Refuses an option that has no effect beside one of those before it.
///
/// # Errors
/// The message, in the words of lsns.
pub(crate) fn check_combination(
    before: &[ParsedOption<OptionId>],
    option: &ParsedOption<OptionId>,
) -> Result<()> {
    for other in before {
        let (first, second) = (other.id(), option.id());
        if !is_allowed_with(first, second) || !is_allowed_with(second, first) {
            let (first, second) = (other.name(), option.name());
            bail!(sentence(
                "options %s%s and %s%s cannot be combined",
                &[&"--", &first, &"--", &second]
            ));
        }
    }
    Ok(())
}

/// Returns whether an option has an effect in the mode that `mode` selects, if it selects any.
fn is_allowed_with(mode: OptionId, option: OptionId) -> bool {
    use OptionId::{
        Compare, Filter, Graph, Hidden, Holders, Json, List, NoHeadings, NoHidden, NoTruncate,
        NoWrap, Persistent, Raw, Task, Type,
    };
    let is_output = matches!(option, Json | Raw | NoHeadings | NoTruncate | NoWrap | List);
    match mode {
        _ if mode == option => true,
        Holders | Compare => is_output || option == Type,
        Graph => matches!(
            option,
            Task | Persistent | Filter | Type | NoTruncate | Hidden | NoHidden
        ),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nscore::cli::getopt;
    use std::ffi::OsStr;

    /// Returns what is said about a command line, if anything.
    fn message_for(line: &str) -> Option<String> {
        let words = line.split_whitespace().map(OsStr::new);
        let options = getopt::parse(
            &crate::cli::TOOL,
            crate::cli::OPTIONS,
            "lsns".as_ref(),
            words,
        )
        .options;
        let mut checks =
            (0..options.len()).map(|at| check_combination(&options[..at], &options[at]));
        let mistake = checks.find_map(Result::err);
        mistake.map(|error| error.to_string())
    }

    #[test]
    fn a_mode_is_combined_with_the_options_that_have_an_effect() {
        for line in [
            "--holders 5 -J -n -u",
            "--holders 5 -n -t net",
            "-rW --holders 5 -l --holders 6",
            "--compare 5 -t net -t uts -r",
            "--graph -t net -p 5 -P -Q NS -u",
            "-T -l -J -o NS",
        ] {
            assert_eq!(message_for(line), None, "{line}");
        }
    }

    #[test]
    fn a_mode_is_not_combined_with_another_or_with_an_option_without_effect() {
        for (line, pair) in [
            ("--holders 5 --graph", "--holders and --graph"),
            ("--graph --compare 5", "--graph and --compare"),
            ("--compare 5 --holders 5", "--compare and --holders"),
            ("-o NS --holders 5", "--output and --holders"),
            ("-p 5 --compare 5", "--task and --compare"),
            ("--graph -J", "--graph and --json"),
            ("-T --graph=dot", "--tree and --graph"),
            ("-H --graph", "--list-columns and --graph"),
        ] {
            let sentence = format!("options {pair} cannot be combined");
            assert_eq!(message_for(line), Some(sentence), "{line}");
        }
    }
}
