//! The result of the check of one type.

use nscore::cli::Message;
use nscore::ns_type::NsType;

/// One row of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypeCheck {
    pub(super) ns_type: NsType,
    /// Whether the kernel supports it; `None` if /proc cannot be read.
    pub(super) kernel: Option<bool>,
    /// How many a user may have in this user namespace.
    pub(super) limit: Option<i64>,
    pub(super) verdict: Verdict,
}

/// Whether a namespace of the type can be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Possible,
    /// Together with a user namespace.
    WithUser,
    /// Not at all, for this reason.
    Impossible(Message),
}
