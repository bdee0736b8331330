//! Formats with arguments, `%s` and its like: filling them in, and whether a translation of one can be accepted.
//!
//! A translation is accepted if each argument of the msgid is in it exactly once and is of the same kind, and if it
//! adds no control character. Catalogues have been shipped with one `%s` too many, on which printf(3) reads what is not
//! there. Here an argument is a text already, and the kind only has to be the msgid's.

use std::ffi::{OsStr, OsString};

use crate::escape::is_bidi_control;

/// The kinds of arguments; `%` is the sign itself.
const KINDS: [&str; 7] = ["s", "d", "u", "c", "ju", "llu", "%"];

/// A part of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormatPart<'a> {
    /// Text, as it is.
    Text(&'a str),
    /// The argument with this number, counted from 0, of this kind.
    Argument(usize, &'static str),
}

/// Returns the parts of a format; `None` if a conversion in it is not one of ours, or some arguments have numbers and
/// others not.
pub(crate) fn parse(format: &str) -> Option<Vec<FormatPart<'_>>> {
    let (mut pieces, mut rest) = (Vec::new(), format);
    let (mut counted, mut is_numbered) = (0, false);
    while let Some(at) = rest.find('%') {
        pieces.push(FormatPart::Text(&rest[..at]));
        let (number, after) = number(&rest[at + 1..]);
        let kind = KINDS.into_iter().find(|kind| after.starts_with(kind))?;
        rest = &after[kind.len()..];
        if kind == "%" {
            pieces.push(FormatPart::Text(kind));
            continue;
        }
        let index = match number {
            ArgumentNumber::Absent => {
                counted += 1;
                counted - 1
            }
            ArgumentNumber::Invalid => return None,
            ArgumentNumber::At(index) => {
                is_numbered = true;
                index
            }
        };
        pieces.push(FormatPart::Argument(index, kind));
    }
    pieces.push(FormatPart::Text(rest));
    (!is_numbered || counted == 0).then_some(pieces)
}

/// Which argument a `%` names by a number before `$`, counted from 0.
enum ArgumentNumber {
    Absent,
    /// The number 0.
    Invalid,
    At(usize),
}

/// Splits off the number before `$`.
fn number(text: &str) -> (ArgumentNumber, &str) {
    let Some((digits, rest)) = text.split_once('$').filter(|(digits, _)| digits.len() < 3) else {
        return (ArgumentNumber::Absent, text);
    };
    match digits.parse::<usize>() {
        Ok(0) => (ArgumentNumber::Invalid, rest),
        Ok(number) => (ArgumentNumber::At(number - 1), rest),
        Err(_) => (ArgumentNumber::Absent, text),
    }
}

/// Returns the translation as text, if it can represent `msgid`; without the line feeds at its end, which are the
/// msgid's to have.
pub(crate) fn accept<'a>(msgid: &str, translation: &'a [u8]) -> Option<&'a str> {
    let text = std::str::from_utf8(translation).ok()?;
    let text = text.trim_end_matches('\n');
    let is_harmless = |character: char| {
        let is_control = character.is_control() || is_bidi_control(u32::from(character));
        !is_control || msgid.contains(character)
    };
    let fits = || arguments(msgid)?.eq(&arguments(text)?).then_some(());
    (!text.is_empty() && text.chars().all(is_harmless) && fits().is_some()).then_some(text)
}

/// Returns the arguments of a format, in the order of their numbers.
fn arguments(format: &str) -> Option<Vec<(usize, &'static str)>> {
    let pieces = parse(format)?;
    let arguments = pieces.into_iter().filter_map(|piece| match piece {
        FormatPart::Text(_) => None,
        FormatPart::Argument(index, kind) => Some((index, kind)),
    });
    let mut arguments: Vec<_> = arguments.collect();
    arguments.sort_unstable();
    Some(arguments)
}

/// Returns the format with its arguments filled in; an argument that there is none for is left out.
pub(crate) fn fill(format: &str, arguments: &[OsString]) -> OsString {
    let mut text = OsString::new();
    for piece in parse(format).unwrap_or_default() {
        match piece {
            FormatPart::Text(part) => text.push(part),
            FormatPart::Argument(index, _) => text.push(match arguments.get(index) {
                Some(argument) => argument.as_os_str(),
                None => OsStr::new(""),
            }),
        }
    }
    text
}
