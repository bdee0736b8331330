//! Hints: the causes of failures, found out after the failure.

pub(crate) mod setns;
pub(crate) mod usage;
