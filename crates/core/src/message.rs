//! A sentence that may hold any bytes: a path in it need not be UTF-8, and the original prints it as it is.

use std::ffi::{OsStr, OsString};
use std::fmt;

/// What a tool has to say. [`fmt::Display`] shows it lossily; `cli` prints the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message(OsString);

/// A sentence put together from texts and paths, for `anyhow::Context::with_context`.
pub fn message(parts: &[&dyn AsRef<OsStr>]) -> Message {
    let mut sentence = OsString::new();
    for part in parts {
        sentence.push(part);
    }
    Message(sentence)
}

impl Message {
    /// The sentence itself.
    pub fn as_os_str(&self) -> &OsStr {
        &self.0
    }
}

impl fmt::Display for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.to_string_lossy().fmt(formatter)
    }
}

impl std::error::Error for Message {}
