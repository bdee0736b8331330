//! Tables for terminals, for scripts and as JSON, as libsmartcols 2.42 writes them, and its language of filters.

pub mod filter;
pub mod table;

#[cfg(test)]
#[path = "../fuzz/targets.rs"]
mod fuzz;
