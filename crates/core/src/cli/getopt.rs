//! argv as glibc's `getopt_long(3)` reads it.
//!
//! clap holds the table of options but cannot read a command line as the originals do: values attached to some short
//! options only, prefixes of long options and the list of candidates where one is ambiguous, a required value that
//! begins with `-`, the exact word at which options end, a mistake that counts only if none came before it. So the
//! table is clap's and the reading is ours. What comes out are the options in the order of the command line; the
//! programs walk them in that order, because the first mistake wins and a later option overrides an earlier one.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use clap::{Arg, Command, Id};

use super::{ADDED, Message, Tool, message};

/// One option as it stood on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    id: Id,
    value: Option<OsString>,
}

impl Occurrence {
    /// The option's name in the table, which is its long name.
    pub fn name(&self) -> &str {
        self.id.as_str()
    }

    /// Its value; empty where an optional one was left out.
    pub fn value(&self) -> &OsStr {
        self.value.as_deref().unwrap_or_default()
    }

    /// Its value, if one was given.
    pub fn given(&self) -> Option<&OsStr> {
        self.value.as_deref()
    }
}

/// What stopped the reading before all options were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// `--help` was met.
    Help,
    /// `--version` was met.
    Version,
    /// A word that is not in the table's language, in getopt's own sentence.
    Mistake(Message),
}

/// A command line that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Every option before the stop, in order.
    pub options: Vec<Occurrence>,
    /// What is no option, in order; not complete if reading was stopped.
    pub operands: Vec<OsString>,
    /// Why reading ended early, if it did. It counts only once every option before it was found good.
    pub stop: Option<Stop>,
}

/// Whether an option takes a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arity {
    None,
    Optional,
    Required,
}

/// The options of a table, and how the tool wants them read.
struct Table<'a> {
    options: Vec<&'a Arg>,
    tool: &'a Tool,
}

/// Reads `words`, the command line without argv\[0\], by the options of `command`.
pub fn read(tool: &Tool, command: &Command, words: impl Iterator<Item = OsString>) -> Reading {
    let options = command
        .get_arguments()
        .filter(|arg| arg.get_long().is_some());
    let table = Table {
        options: options.collect(),
        tool,
    };
    let mut words: VecDeque<OsString> = words.collect();
    let mut reading = Reading {
        options: Vec::new(),
        operands: Vec::new(),
        stop: None,
    };
    while let Some(word) = words.pop_front() {
        let bytes = word.as_bytes();
        let read = match bytes {
            b"--" => break,
            [b'-', b'-', long @ ..] => table.long(long, &mut words, &mut reading),
            [b'-', cluster @ ..] if !cluster.is_empty() => {
                table.cluster(cluster, &mut words, &mut reading)
            }
            _ if tool.operands_anywhere => {
                reading.operands.push(word);
                Ok(())
            }
            _ => {
                words.push_front(word);
                break;
            }
        };
        if let Err(stop) = read {
            reading.stop = Some(stop);
            return reading;
        }
    }
    reading.operands.extend(words);
    reading
}

impl Table<'_> {
    /// Reads a word that began with `--`; `long` is the rest of it.
    fn long(
        &self,
        long: &[u8],
        words: &mut VecDeque<OsString>,
        reading: &mut Reading,
    ) -> Result<(), Stop> {
        let mut parts = long.splitn(2, |byte| *byte == b'=');
        let name = parts.next().unwrap_or_default();
        let attached = parts
            .next()
            .map(|value| OsStr::from_bytes(value).to_owned());
        let option = self.find_long(name, OsStr::from_bytes(long))?;
        let full = option.get_long().unwrap_or_default();
        let value = match (arity(option), attached) {
            (Arity::None, Some(_)) => {
                return mistake(&[&"option '--", &full, &"' doesn't allow an argument"]);
            }
            (Arity::Required, None) => match words.pop_front() {
                None => return mistake(&[&"option '--", &full, &"' requires an argument"]),
                next => next,
            },
            (_, attached) => attached,
        };
        reading.met(option, value)
    }

    /// The option that `name` or a prefix of it means; `word` is what stood on the command line, for the message.
    ///
    /// Only the original's options decide whether a prefix is ambiguous: one that we add is reached by a prefix only
    /// where the original would have known none.
    fn find_long(&self, name: &[u8], word: &OsStr) -> Result<&Arg, Stop> {
        let long = |option: &Arg| option.get_long().unwrap_or_default().as_bytes().to_vec();
        if let Some(exact) = self.options.iter().find(|option| long(option) == name) {
            return Ok(exact);
        }
        let begins = |added: bool| {
            let candidates = self.options.iter().copied();
            candidates
                .filter(|option| is_added(option) == added && long(option).starts_with(name))
                .collect::<Vec<_>>()
        };
        let mut candidates = begins(false);
        if candidates.is_empty() {
            candidates = begins(true);
        }
        match candidates[..] {
            [] => mistake(&[&"unrecognized option '--", &word, &"'"]),
            [only] => Ok(only),
            _ => mistake(&[
                &"option '--",
                &word,
                &"' is ambiguous; possibilities:",
                &possibilities(&candidates),
            ]),
        }
    }

    /// Reads the short options of one word; `cluster` is the word without its dash.
    fn cluster(
        &self,
        cluster: &[u8],
        words: &mut VecDeque<OsString>,
        reading: &mut Reading,
    ) -> Result<(), Stop> {
        let mut rest = cluster;
        while let [letter, tail @ ..] = rest {
            let byte = OsStr::from_bytes(std::slice::from_ref(letter));
            let Some(option) = self.find_short(*letter) else {
                return mistake(&[&"invalid option -- '", &byte, &"'"]);
            };
            match arity(option) {
                Arity::None => reading.met(option, None)?,
                Arity::Optional if !self.tool.short_values => reading.met(option, None)?,
                Arity::Optional => return reading.met(option, attached_short(tail)),
                Arity::Required => {
                    let value = if tail.is_empty() {
                        words.pop_front()
                    } else {
                        Some(OsString::from_vec(tail.to_vec()))
                    };
                    if value.is_none() {
                        return mistake(&[&"option requires an argument -- '", &byte, &"'"]);
                    }
                    return reading.met(option, value);
                }
            }
            rest = tail;
        }
        Ok(())
    }

    fn find_short(&self, letter: u8) -> Option<&Arg> {
        let letter = char::from(letter);
        let mut options = self.options.iter().copied();
        options.find(|option| option.get_short() == Some(letter))
    }
}

impl Reading {
    /// Takes down one option; the two that ask for a text end the reading.
    fn met(&mut self, option: &Arg, value: Option<OsString>) -> Result<(), Stop> {
        match option.get_id().as_str() {
            "help" => Err(Stop::Help),
            "version" => Err(Stop::Version),
            _ => {
                let id = option.get_id().clone();
                self.options.push(Occurrence { id, value });
                Ok(())
            }
        }
    }
}

fn arity(option: &Arg) -> Arity {
    let optional = option
        .get_num_args()
        .is_some_and(|count| count.min_values() == 0);
    match option.get_action().takes_values() {
        false => Arity::None,
        true if optional => Arity::Optional,
        true => Arity::Required,
    }
}

/// Whether the original at its pinned version lacks this option.
fn is_added(option: &Arg) -> bool {
    option.get_help_heading() == Some(ADDED)
}

/// The value attached to a short option.
fn attached_short(tail: &[u8]) -> Option<OsString> {
    (!tail.is_empty()).then(|| OsString::from_vec(tail.to_vec()))
}

fn possibilities(candidates: &[&Arg]) -> String {
    let quoted = |option: &&Arg| format!(" '--{}'", option.get_long().unwrap_or_default());
    candidates.iter().map(quoted).collect()
}

fn mistake<T>(parts: &[&dyn AsRef<OsStr>]) -> Result<T, Stop> {
    Err(Stop::Mistake(message(parts)))
}

#[cfg(test)]
mod tests;
