//! The filter language of `-Q`.
