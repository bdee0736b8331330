//! The table writer.
