//! What may be shown instead of the list: who holds a namespace, how processes compare, a picture. None of it is the
//! original's, so there is no habit to follow where an option means nothing to a view: that is refused.

use anyhow::{Result, bail};
use nscore::cli::getopt::ParsedOption;

use crate::cli::OptionId;
use crate::graph::Language;

/// What is shown instead of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// Who keeps this namespace alive.
    Holders(u64),
    /// Which namespaces these processes share.
    Comparison(Vec<u32>),
    /// A picture.
    Graph(Language),
}

impl View {
    /// The option that asks for it.
    pub(crate) fn option(&self) -> &'static str {
        match self {
            View::Holders(_) => "holders",
            View::Comparison(_) => "compare",
            View::Graph(_) => "graph",
        }
    }
}

/// Refuses an option that means nothing beside one of those before it, in the original's sentence.
///
/// # Errors
/// The sentence.
pub(crate) fn check(before: &[ParsedOption<OptionId>], now: &ParsedOption<OptionId>) -> Result<()> {
    for other in before {
        if !(suits(other.id(), now.id()) && suits(now.id(), other.id())) {
            let (other, now) = (other.name(), now.name());
            bail!("options --{other} and --{now} cannot be combined");
        }
    }
    Ok(())
}

/// Whether the second option means something to the view that the first one asks for, if it asks for any.
fn suits(view: OptionId, option: OptionId) -> bool {
    use OptionId::{
        Compare, Filter, Graph, Hidden, Holders, Json, List, NoHeadings, NoHidden, NoTruncate,
        NoWrap, Persistent, Raw, Task, Type,
    };
    let is_page = matches!(option, Json | Raw | NoHeadings | NoTruncate | NoWrap | List);
    match view {
        _ if view == option => true,
        Holders => is_page,
        Compare => is_page || option == Type,
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

    /// What is said about a command line, if anything.
    fn said(line: &str) -> Option<String> {
        let words = line.split_whitespace().map(OsStr::new);
        let options = getopt::parse(&crate::cli::TOOL, crate::cli::OPTIONS, words).options;
        let mut checks = (0..options.len()).map(|at| check(&options[..at], &options[at]));
        let mistake = checks.find_map(Result::err);
        mistake.map(|error| error.to_string())
    }

    #[test]
    fn a_view_goes_with_the_options_that_mean_something_to_it() {
        for line in [
            "--holders 5 -J -n -u",
            "-rW --holders 5 -l --holders 6",
            "--compare 5 -t net -t uts -r",
            "--graph -t net -p 5 -P -Q NS -u",
            "-T -l -J -o NS",
        ] {
            assert_eq!(said(line), None, "{line}");
        }
    }

    #[test]
    fn a_view_goes_with_no_other_and_with_nothing_that_it_would_ignore() {
        for (line, pair) in [
            ("--holders 5 --graph", "--holders and --graph"),
            ("--graph --compare 5", "--graph and --compare"),
            ("--compare 5 --holders 5", "--compare and --holders"),
            ("-o NS --holders 5", "--output and --holders"),
            ("--holders 5 -n -t net", "--holders and --type"),
            ("-p 5 --compare 5", "--task and --compare"),
            ("--graph -J", "--graph and --json"),
            ("-T --graph=dot", "--tree and --graph"),
            ("-H --graph", "--list-columns and --graph"),
        ] {
            let sentence = format!("options {pair} cannot be combined");
            assert_eq!(said(line), Some(sentence), "{line}");
        }
    }
}
