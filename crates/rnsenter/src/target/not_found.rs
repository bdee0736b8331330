//! A target that was not found. What finds targets returns this; [`TargetSpec`](super::TargetSpec) adds the hint.

use std::error::Error;
use std::fmt;

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

impl fmt::Display for NotFound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Name::Namespace(inode) => write!(formatter, "no namespace {inode} was found"),
            Name::Container(prefix) => {
                write!(
                    formatter,
                    "no container was found whose id begins with {prefix}"
                )
            }
        }
    }
}

impl Error for NotFound {}
