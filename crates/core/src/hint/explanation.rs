//! What a hint says: a sentence, and beside it a word that stays the same.

use std::ffi::OsString;
use std::fmt;

use crate::language::Domain;
use crate::message::{Argument, Message, ToArgument, sentence};

/// The cause of a failure, found out after it: a sentence for users, and for programs a code, one of those that the
/// man page nsutils(7) lists. The sentence may change and be translated; its code stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    code: &'static str,
    sentence: Message,
}

/// Returns the hint with this code, a word in kebab case for the cause, and the sentence of [`sentence`]. The code is a
/// literal here too: a test compares what the sources have with the list in the man page.
pub fn explanation(
    code: &'static str,
    msgid: &'static str,
    arguments: &[&dyn ToArgument],
) -> Explanation {
    Explanation::new(code, sentence(msgid, arguments))
}

impl Explanation {
    /// Returns the hint with this code and this sentence, which was put together of several.
    pub(crate) fn new(code: &'static str, sentence: Message) -> Explanation {
        Explanation { code, sentence }
    }

    /// Returns the word for the cause.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Returns the same cause, with the sentence that `wrap` makes of this one.
    #[must_use]
    pub fn within(self, wrap: impl FnOnce(&Message) -> Message) -> Explanation {
        Explanation {
            code: self.code,
            sentence: wrap(&self.sentence),
        }
    }

    /// Returns the sentence alone.
    pub fn into_sentence(self) -> Message {
        self.sentence
    }

    /// Returns the sentence in English.
    pub(crate) fn english(&self) -> OsString {
        self.sentence.english()
    }

    /// Returns the sentence in the reader's language.
    pub(crate) fn translated(&self) -> OsString {
        self.sentence.translated(Domain::Nsutils)
    }
}

impl ToArgument for Explanation {
    fn to_argument(&self) -> Argument {
        Argument::Sentence(self.sentence.clone())
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence.fmt(formatter)
    }
}
