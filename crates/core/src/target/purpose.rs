//! What a target is named for, which decides whom it is trusted from.

/// What is to be done with a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It is entered, so nobody but root and the caller may have decided what it is.
    Enter,
    /// It is looked at.
    Inspect,
}
