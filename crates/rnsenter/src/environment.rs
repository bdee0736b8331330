//! `--env`: the program gets the environment that the target was started with.

use std::ffi::CString;
use std::fs::File;
use std::io::Read;

use anyhow::{Context, Result};
use nscore::sys::environment::replace;

use crate::options::Options;
use crate::target::{Target, missing};

/// The target's environment, opened while it could be.
pub(crate) struct Environment(Option<File>);

impl Environment {
    /// Opens it, if it is wanted.
    ///
    /// # Errors
    /// That there is no target; `cannot open /proc/PID/environ`.
    pub(crate) fn open(options: &Options, target: Option<&Target>) -> Result<Environment> {
        if !options.environment {
            return Ok(Environment(None));
        }
        let target = target.ok_or_else(|| missing("environ"))?;
        Ok(Environment(Some(target.open("environ")?.into())))
    }

    /// Makes it this process's own.
    ///
    /// # Errors
    /// That it cannot be read.
    pub(crate) fn adopt(self) -> Result<()> {
        let Some(mut file) = self.0 else {
            return Ok(());
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .context("failed to get environment variables")?;
        let entries = bytes
            .split(|byte| *byte == 0)
            .filter(|entry| !entry.is_empty());
        replace(entries.filter_map(|entry| CString::new(entry).ok()));
        Ok(())
    }
}
