//! `--clear-env` and `--whitelist-env`: what is left of the environment.

use std::env;

use anyhow::{Context, Result};
use nscore::sys::environment::replace;

use crate::options::Options;

/// Leaves the variables that were named, the last named first; none at all with `--clear-env` alone.
///
/// # Errors
/// That memory runs out.
pub(crate) fn reduce(options: &Options) -> Result<()> {
    if !options.clear_environment && options.whitelist.is_none() {
        return Ok(());
    }
    let names = options.whitelist.iter().flatten().rev();
    let kept = names.filter_map(|name| Some((name.clone(), env::var_os(name)?)));
    replace(kept.collect::<Vec<_>>()).context("clearenv failed")
}
