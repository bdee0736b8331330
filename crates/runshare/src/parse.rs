//! The values of single options: what each of their words means. Every complaint about one is here.

use std::ffi::OsStr;

use anyhow::{Error, Result};
use nix::libc::c_int;
use nscore::cli::{message, number};
use nscore::sys::mount::Propagation;
use nscore::sys::signal;

use crate::options::Setgroups;

/// `SIGTERM`, `term`, `RTMIN+1`.
pub(crate) fn parse_signal(name: &OsStr) -> Result<c_int> {
    let number = name.to_str().and_then(signal::number_of);
    number.ok_or_else(|| Error::new(message(&[&"unknown signal: ", &name])))
}

/// `None`: leave it unchanged.
pub(crate) fn parse_propagation(mode: &OsStr) -> Result<Option<Propagation>> {
    match mode.to_str() {
        Some("private") => Ok(Some(Propagation::Private)),
        Some("shared") => Ok(Some(Propagation::Shared)),
        Some("slave") => Ok(Some(Propagation::Slave)),
        Some("unchanged") => Ok(None),
        _ => Err(Error::new(message(&[
            &"unsupported propagation mode: ",
            &mode,
        ]))),
    }
}

/// `allow` or `deny`.
pub(crate) fn parse_setgroups(word: &OsStr) -> Result<Setgroups> {
    match word.to_str() {
        Some("allow") => Ok(Setgroups::Allow),
        Some("deny") => Ok(Setgroups::Deny),
        _ => Err(Error::new(message(&[
            &"unsupported --setgroups argument '",
            &word,
            &"'",
        ]))),
    }
}

/// An id to be mapped: a number or, if it is none, a name. The greatest number stands for "no id" and is refused.
pub(crate) fn parse_mapped_id(
    text: &OsStr,
    what: &str,
    by_name: fn(&OsStr) -> Option<u32>,
) -> Result<u32> {
    let number = number::decimal(text, true)
        .ok()
        .and_then(|number| u32::try_from(number).ok());
    let id = number
        .filter(|id| *id != u32::MAX)
        .or_else(|| by_name(text));
    id.ok_or_else(|| Error::new(message(&[&"failed to parse ", &what, &" '", &text, &"'"])))
}

/// `UID:GID`, numbers alone.
pub(crate) fn parse_owner(text: &OsStr) -> Result<(u32, u32)> {
    let id = |text: &str| number::id("", text.as_ref()).ok();
    let ids = text.to_str().and_then(|text| {
        let (user, group) = text.split_once(':')?;
        Some((id(user)?, id(group)?))
    });
    ids.ok_or_else(|| Error::msg("failed to parse owner"))
}
