//! A target that was not found. What finds targets returns this; [`TargetSpec`](super::TargetSpec) adds the hint.

use std::error::Error;
use std::fmt;

use nscore::cli::{Message, sentence};

/// That nothing goes by this name, as far as the caller may look.
#[derive(Debug)]
pub(super) struct NotFound {
    pub(super) name: Name,
    /// How many processes the caller may not inspect.
    pub(super) unreadable: usize,
}

/// What was searched for.
#[derive(Debug)]
pub(super) enum Name {
    /// A namespace with this inode number.
    Namespace(u32),
    /// A container whose id begins so.
    Container(String),
}

impl NotFound {
    /// What is reported.
    pub(super) fn sentence(&self) -> Message {
        match &self.name {
            Name::Namespace(inode) => sentence("no namespace %s was found", &[inode]),
            Name::Container(prefix) => {
                sentence("no container was found whose id begins with %s", &[prefix])
            }
        }
    }
}

impl fmt::Display for NotFound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(formatter)
    }
}

impl Error for NotFound {}
