//! `NSUTILS_ERRORS=json`: messages on standard error for programs, an object on each line, whatever the reader's
//! language is. The hint is in it without a terminal too.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use anyhow::Error;
use smartcols::{Json, JsonStyle};

use super::{Message, Usage};
use crate::exec;
use crate::hint::Explanation;
use crate::sys::environment::variable;
use crate::sys::errno::{of_error, reason};

/// Returns whether the environment requests it. To be asked at the start, as for hints.
pub(super) fn is_requested() -> bool {
    variable(c"NSUTILS_ERRORS", |value| (value == b"json").then_some(())).is_some()
}

/// A message.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// In English.
    pub(super) message: Option<OsString>,
    /// The format of the message.
    pub(super) msgid: Option<&'static str>,
    pub(super) errno: Option<i32>,
    pub(super) hint: Option<Explanation>,
    /// In the reader's language, if that is not English.
    pub(super) translation: Option<OsString>,
}

impl Report {
    /// Describes a warning, but for its translation.
    pub(super) fn of_sentence(sentence: &Message) -> Report {
        Report {
            message: Some(sentence.english()),
            msgid: Some(sentence.msgid()),
            ..Report::default()
        }
    }

    /// Describes a hint that follows a message.
    pub(super) fn of_hint(hint: Explanation) -> Report {
        Report {
            hint: Some(hint),
            ..Report::default()
        }
    }

    /// Adds the message in the reader's language, if it differs. Bytes that are not UTF-8 are replaced in both.
    pub(super) fn with_translation(mut self, text: OsString) -> Report {
        let shown = |text: &OsString| text.to_string_lossy().into_owned();
        let differs = Some(shown(&text)) != self.message.as_ref().map(shown);
        self.translation = Some(text).filter(|_| differs);
        self
    }

    /// Describes an error of the program that was called so, but for its hint and its translation.
    pub(super) fn new(error: &Error, called: &OsStr) -> Report {
        if let Some(usage) = error.downcast_ref::<Usage>() {
            return Report::of_usage(usage, called);
        }
        let causes = error.chain().map(|cause| match of_error(cause) {
            Some(errno) => reason(errno),
            None => cause.to_string(),
        });
        let causes: Vec<String> = causes.filter(|cause| !cause.is_empty()).collect();
        let failure = error.downcast_ref::<exec::ExecError>();
        let of_exec = failure.map(|failure| failure.sentence().msgid());
        let of_sentence = error.downcast_ref().map(Message::msgid);
        let msgids = [of_exec, of_sentence].into_iter().flatten();
        let errno = error.chain().find_map(of_error);
        let errno = errno.or_else(|| failure?.errno());
        Report {
            message: Some(causes.join(": ").into()),
            msgid: msgids.into_iter().find(|msgid| *msgid != "%s"),
            errno: errno.map(|errno| errno as i32),
            ..Report::default()
        }
    }

    fn of_usage(usage: &Usage, called: &OsStr) -> Report {
        let (text, msgid) = match usage {
            Usage::InvalidUsage(sentence) | Usage::ParseError(sentence, _) => {
                (sentence.english(), Some(sentence.msgid()))
            }
            Usage::Help | Usage::Version => (usage.to_string().into(), None),
        };
        // getopt's sentence has the name in it.
        let prefix = [called.as_bytes(), b": "].concat();
        let text = text.as_bytes();
        let text = text.strip_prefix(&prefix[..]).unwrap_or(text);
        Report {
            message: Some(OsStr::from_bytes(text).to_owned()),
            msgid,
            ..Report::default()
        }
    }

    /// Returns the line.
    pub(super) fn line(self, program: &OsStr) -> Vec<u8> {
        let text = |text: OsString| Json::Text(text.as_bytes().to_vec());
        let errno = self.errno.map(i32::unsigned_abs);
        let hint_code = self.hint.as_ref().map(Explanation::code);
        let hint = self.hint.map(|hint| text(hint.english()));
        let object = Json::object([
            ("program", Some(Json::Text(program.as_bytes().to_vec()))),
            ("message", self.message.map(text)),
            ("msgid", self.msgid.map(Json::from)),
            ("errno", errno.map(Json::from)),
            ("hint", hint),
            ("hint_code", hint_code.map(Json::from)),
            ("translation", self.translation.map(text)),
        ]);
        object.render(JsonStyle::Lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sentence;
    use anyhow::Context;
    use nix::errno::Errno;

    fn line(error: &Error) -> String {
        let line = Report::new(error, "tool".as_ref()).line("tool".as_ref());
        String::from_utf8(line).expect("JSON is UTF-8")
    }

    #[test]
    fn an_error_is_an_object_with_the_keys_that_apply() {
        let failed: Result<(), Errno> = Err(Errno::EACCES);
        let error = failed
            .context(sentence("cannot open %s", &[&"a\"b"]))
            .expect_err("it failed");
        let expected = "{\"program\":\"tool\",\"message\":\"cannot open a\\\"b: Permission denied\",\
                        \"msgid\":\"cannot open %s\",\"errno\":13}\n";
        assert_eq!(line(&error), expected);
        let expected = "{\"program\":\"tool\",\"message\":\"no reason\"}\n";
        assert_eq!(line(&Error::msg("no reason")), expected);
    }
}
