//! argv as glibc's `getopt_long(3)` reads it.
//!
//! clap cannot read a command line as the originals do: values attached to some short options only, prefixes of long
//! options and the list of candidates where one is ambiguous, a required value that begins with `-`, the exact word at
//! which options end, an error that counts only if none came before it. So clap writes from the [`table`] and we parse
//! by it. The result is the options in the order of the command line; the programs apply them in that order, because
//! the first error wins and a later option overrides an earlier one.
//!
//! [`table`]: super::table

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use super::table::{Action, Opt, OptionValue};
use super::{Message, ToArgument, Tool, sentence};
use crate::hint::nearest;
use crate::language::Domain;

/// One option as it was on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedOption<Id = &'static str> {
    id: Id,
    name: &'static str,
    value: Option<OsString>,
    may_have_value: bool,
}

impl<Id: Copy> ParsedOption<Id> {
    /// Returns the id that the program matches on.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Returns its long name, for messages.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns whether it may have a value and need not.
    pub(super) fn may_have_value(&self) -> bool {
        self.may_have_value
    }

    /// Returns its value; empty if an optional one was left out.
    pub fn value(&self) -> &OsStr {
        self.value.as_deref().unwrap_or_default()
    }

    /// Returns its value, `None` if an optional one was left out.
    pub fn optional_value(&self) -> Option<&OsStr> {
        self.value.as_deref()
    }
}

/// What stopped parsing before all options were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParseStop {
    /// `--help`.
    Help,
    /// `--version`.
    Version,
    /// A word that is not in the table's language, with getopt's own sentence, and the option that was probably meant.
    Error(Message, Option<&'static str>),
}

/// A command line after parsing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedArgs<Id = &'static str> {
    /// Every option before the stop, in order.
    pub options: Vec<ParsedOption<Id>>,
    /// The words that are not options, in order; incomplete if parsing stopped early.
    pub operands: Vec<OsString>,
    /// Why parsing stopped early, if it did. It counts only once every option before it was found good.
    pub stop: Option<ParseStop>,
}

/// Parses `words`, the command line without argv\[0\], by the table `options` and the habits of `tool`. A word is
/// copied only where the result holds it: most of a command line are options without a value.
pub fn parse<Id, W>(
    tool: &Tool,
    options: &'static [Opt<Id>],
    called: &OsStr,
    words: impl Iterator<Item = W>,
) -> ParsedArgs<Id>
where
    Id: Copy,
    W: AsRef<OsStr> + Into<OsString>,
{
    let parser = Parser {
        tool,
        options,
        called,
        words,
        parsed: ParsedArgs {
            options: Vec::new(),
            operands: Vec::new(),
            stop: None,
        },
    };
    parser.parse()
}

/// A command line while it is parsed.
struct Parser<'a, Id: 'static, Words> {
    tool: &'a Tool,
    options: &'static [Opt<Id>],
    called: &'a OsStr,
    words: Words,
    parsed: ParsedArgs<Id>,
}

impl<Id, W, Words> Parser<'_, Id, Words>
where
    Id: Copy,
    W: AsRef<OsStr> + Into<OsString>,
    Words: Iterator<Item = W>,
{
    fn parse(mut self) -> ParsedArgs<Id> {
        // Where options stop at the first operand anyway, the variable changes nothing.
        let anywhere = self.tool.operands_anywhere && env::var_os("POSIXLY_CORRECT").is_none();
        while let Some(word) = self.words.next() {
            let result = match word.as_ref().as_bytes() {
                b"--" => break,
                [b'-', b'-', long @ ..] => self.parse_long(long),
                [b'-', cluster @ ..] if !cluster.is_empty() => self.parse_cluster(cluster),
                _ => {
                    self.parsed.operands.push(word.into());
                    if anywhere {
                        continue;
                    }
                    break;
                }
            };
            if let Err(stop) = result {
                self.parsed.stop = Some(stop);
                return self.parsed;
            }
        }
        self.parsed.operands.extend(self.words.map(Into::into));
        self.parsed
    }

    /// Parses a word that begins with `--`; `long` is the rest of it.
    fn parse_long(&mut self, long: &[u8]) -> Result<(), ParseStop> {
        let mut parts = long.splitn(2, |byte| *byte == b'=');
        let name = parts.next().unwrap_or_default();
        let attached = parts
            .next()
            .map(|value| OsStr::from_bytes(value).to_owned());
        let option = self.find_long(name, OsStr::from_bytes(long))?;
        let value = match (option.value, attached) {
            (OptionValue::None, Some(_)) => {
                let msgid = "%s: option '%s%s' doesn't allow an argument\n";
                return error(msgid, &[&self.called, &"--", &option.long]);
            }
            (OptionValue::Required(_), None) => match self.words.next() {
                None => {
                    let msgid = "%s: option '%s%s' requires an argument\n";
                    return error(msgid, &[&self.called, &"--", &option.long]);
                }
                next => next.map(Into::into),
            },
            (_, attached) => attached,
        };
        self.push_option(option, value)
    }

    /// Parses the short options of one word; `cluster` is the word without its dash.
    fn parse_cluster(&mut self, cluster: &[u8]) -> Result<(), ParseStop> {
        let mut rest = cluster;
        while let [letter, tail @ ..] = rest {
            let byte = OsStr::from_bytes(std::slice::from_ref(letter));
            let Some(option) = find_short(self.options, *letter) else {
                return error("%s: invalid option -- '%c'\n", &[&self.called, &byte]);
            };
            match option.value {
                OptionValue::None => self.push_option(option, None)?,
                OptionValue::Optional(_) if !self.tool.short_values => {
                    self.push_option(option, None)?;
                }
                OptionValue::Optional(_) => return self.push_option(option, attached_value(tail)),
                OptionValue::Required(_) => {
                    let next = || self.words.next().map(Into::into);
                    let value = attached_value(tail).or_else(next);
                    if value.is_none() {
                        let msgid = "%s: option requires an argument -- '%c'\n";
                        return error(msgid, &[&self.called, &byte]);
                    }
                    return self.push_option(option, value);
                }
            }
            rest = tail;
        }
        Ok(())
    }

    /// Returns the option that `name` or a prefix of it means; `word` is what was on the command line, for the message.
    ///
    /// Only the original's options decide whether a prefix is ambiguous: an extension is reached by a prefix only where
    /// the original would have known none.
    fn find_long(&self, name: &[u8], word: &OsStr) -> Result<&'static Opt<Id>, ParseStop> {
        let options = self.options;
        let exact = options.iter().find(|option| option.long.as_bytes() == name);
        if let Some(exact) = exact {
            return Ok(exact);
        }
        let with_prefix = |extension: bool| -> Vec<&'static Opt<Id>> {
            let of_kind = options
                .iter()
                .filter(|option| option.is_extension() == extension);
            of_kind
                .filter(|option| option.long.as_bytes().starts_with(name))
                .collect()
        };
        let mut candidates = with_prefix(false);
        if candidates.is_empty() {
            candidates = with_prefix(true);
        }
        match candidates[..] {
            [] => {
                let msgid = "%s: unrecognized option '%s%s'\n";
                let unknown =
                    sentence(msgid, &[&self.called, &"--", &word]).in_domain(Domain::Libc);
                let meant = nearest(name, options.iter().map(|option| option.long));
                Err(ParseStop::Error(unknown, meant))
            }
            [only] => Ok(only),
            _ => {
                let msgid = "%s: option '%s%s' is ambiguous; possibilities:";
                let ambiguous =
                    sentence(msgid, &[&self.called, &"--", &word]).in_domain(Domain::Libc);
                error("%s%s", &[&ambiguous, &possibilities(&candidates)])
            }
        }
    }

    /// Records one option; `--help` and `--version` stop parsing.
    fn push_option(&mut self, option: &Opt<Id>, value: Option<OsString>) -> Result<(), ParseStop> {
        match option.action {
            Action::Help => Err(ParseStop::Help),
            Action::Version => Err(ParseStop::Version),
            Action::Set(id) => {
                let name = option.long;
                self.parsed.options.push(ParsedOption {
                    id,
                    name,
                    value,
                    may_have_value: matches!(option.value, OptionValue::Optional(_)),
                });
                Ok(())
            }
        }
    }
}

fn find_short<Id>(options: &[Opt<Id>], letter: u8) -> Option<&Opt<Id>> {
    let letter = char::from(letter);
    options.iter().find(|option| option.short == Some(letter))
}

/// Returns the value attached to a short option.
fn attached_value(tail: &[u8]) -> Option<OsString> {
    (!tail.is_empty()).then(|| OsString::from_vec(tail.to_vec()))
}

fn possibilities<Id>(candidates: &[&Opt<Id>]) -> String {
    candidates
        .iter()
        .map(|option| format!(" '--{}'", option.long))
        .collect()
}

/// Returns a sentence of getopt's; the name of the program is in it.
fn error<T>(msgid: &'static str, arguments: &[&dyn ToArgument]) -> Result<T, ParseStop> {
    let sentence = sentence(msgid, arguments).in_domain(Domain::Libc);
    Err(ParseStop::Error(sentence, None))
}

#[cfg(test)]
mod tests;
