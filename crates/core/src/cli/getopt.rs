//! argv as glibc's `getopt_long(3)` reads it.
//!
//! clap cannot read a command line as the originals do: values attached to some short options only, prefixes of long
//! options and the list of candidates where one is ambiguous, a required value that begins with `-`, the exact word at
//! which options end, a mistake that counts only if none came before it. So clap writes from the [`table`] and we read
//! by it. What comes out are the options in the order of the command line; the programs walk them in that order,
//! because the first mistake wins and a later option overrides an earlier one.
//!
//! [`table`]: super::table

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use super::table::{Opt, Value};
use super::{Message, Tool, message};

/// One option as it stood on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    name: &'static str,
    value: Option<OsString>,
}

impl Occurrence {
    /// The option's long name.
    pub fn name(&self) -> &'static str {
        self.name
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

/// Reads `words`, the command line without argv\[0\], by the options of `tool`. A word is copied only where the reading
/// holds it: most of a command line are options without a value.
pub fn read<W>(tool: &Tool, mut words: impl Iterator<Item = W>) -> Reading
where
    W: AsRef<OsStr> + Into<OsString>,
{
    let mut reading = Reading {
        options: Vec::new(),
        operands: Vec::new(),
        stop: None,
    };
    // Where options stop at the first operand anyway, the variable changes nothing.
    let anywhere = tool.operands_anywhere && env::var_os("POSIXLY_CORRECT").is_none();
    while let Some(word) = words.next() {
        let bytes = word.as_ref().as_bytes();
        let read = match bytes {
            b"--" => break,
            [b'-', b'-', long @ ..] => tool.long(long, &mut words, &mut reading),
            [b'-', cluster @ ..] if !cluster.is_empty() => {
                tool.cluster(cluster, &mut words, &mut reading)
            }
            _ if anywhere => {
                reading.operands.push(word.into());
                Ok(())
            }
            _ => {
                reading.operands.push(word.into());
                break;
            }
        };
        if let Err(stop) = read {
            reading.stop = Some(stop);
            return reading;
        }
    }
    reading.operands.extend(words.map(Into::into));
    reading
}

impl Tool {
    /// Reads a word that began with `--`; `long` is the rest of it.
    fn long<W: Into<OsString>>(
        &self,
        long: &[u8],
        words: &mut impl Iterator<Item = W>,
        reading: &mut Reading,
    ) -> Result<(), Stop> {
        let mut parts = long.splitn(2, |byte| *byte == b'=');
        let name = parts.next().unwrap_or_default();
        let attached = parts
            .next()
            .map(|value| OsStr::from_bytes(value).to_owned());
        let option = self.find_long(name, OsStr::from_bytes(long))?;
        let value = match (option.value, attached) {
            (Value::None, Some(_)) => {
                return mistake(&[&"option '--", &option.long, &"' doesn't allow an argument"]);
            }
            (Value::Required(_), None) => match words.next() {
                None => return mistake(&[&"option '--", &option.long, &"' requires an argument"]),
                next => next.map(Into::into),
            },
            (_, attached) => attached,
        };
        reading.met(option, value)
    }

    /// The option that `name` or a prefix of it means; `word` is what stood on the command line, for the message.
    ///
    /// Only the original's options decide whether a prefix is ambiguous: one that we add is reached by a prefix only
    /// where the original would have known none.
    fn find_long(&self, name: &[u8], word: &OsStr) -> Result<&'static Opt, Stop> {
        let exact = self
            .options
            .iter()
            .find(|option| option.long.as_bytes() == name);
        if let Some(exact) = exact {
            return Ok(exact);
        }
        let begins = |added: bool| -> Vec<&'static Opt> {
            let options = self.options.iter();
            let of_kind = options.filter(|option| option.is_added() == added);
            of_kind
                .filter(|option| option.long.as_bytes().starts_with(name))
                .collect()
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
    fn cluster<W: Into<OsString>>(
        &self,
        cluster: &[u8],
        words: &mut impl Iterator<Item = W>,
        reading: &mut Reading,
    ) -> Result<(), Stop> {
        let mut rest = cluster;
        while let [letter, tail @ ..] = rest {
            let byte = OsStr::from_bytes(std::slice::from_ref(letter));
            let Some(option) = self.find_short(*letter) else {
                return mistake(&[&"invalid option -- '", &byte, &"'"]);
            };
            match option.value {
                Value::None => reading.met(option, None)?,
                Value::Optional(_) if !self.short_values => reading.met(option, None)?,
                Value::Optional(_) => return reading.met(option, attached_short(tail)),
                Value::Required(_) => {
                    let value = if tail.is_empty() {
                        words.next().map(Into::into)
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

    fn find_short(&self, letter: u8) -> Option<&'static Opt> {
        let letter = char::from(letter);
        self.options
            .iter()
            .find(|option| option.short == Some(letter))
    }
}

impl Reading {
    /// Takes down one option; the two that ask for a text end the reading.
    fn met(&mut self, option: &Opt, value: Option<OsString>) -> Result<(), Stop> {
        match option.long {
            "help" => Err(Stop::Help),
            "version" => Err(Stop::Version),
            name => {
                self.options.push(Occurrence { name, value });
                Ok(())
            }
        }
    }
}

/// The value attached to a short option.
fn attached_short(tail: &[u8]) -> Option<OsString> {
    (!tail.is_empty()).then(|| OsString::from_vec(tail.to_vec()))
}

fn possibilities(candidates: &[&Opt]) -> String {
    candidates
        .iter()
        .map(|option| format!(" '--{}'", option.long))
        .collect()
}

fn mistake<T>(parts: &[&dyn AsRef<OsStr>]) -> Result<T, Stop> {
    Err(Stop::Mistake(message(parts)))
}

#[cfg(test)]
mod tests;
