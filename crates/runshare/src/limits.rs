//! `--limit`: resource limits of the program, `getrlimit(2)`.

use std::ffi::OsStr;

use anyhow::{Context, Error, Result};
use nix::errno::Errno;
use nix::libc::rlim_t;
use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit, setrlimit};
use nscore::cli::sentence;
use nscore::hint::{WithHint, explanation, unknown_word};
use nscore::procfs::parse_digits;

/// The resources, by the names of prlimit(1).
const RESOURCES: [(&str, Resource); 16] = [
    ("as", Resource::RLIMIT_AS),
    ("core", Resource::RLIMIT_CORE),
    ("cpu", Resource::RLIMIT_CPU),
    ("data", Resource::RLIMIT_DATA),
    ("fsize", Resource::RLIMIT_FSIZE),
    ("locks", Resource::RLIMIT_LOCKS),
    ("memlock", Resource::RLIMIT_MEMLOCK),
    ("msgqueue", Resource::RLIMIT_MSGQUEUE),
    ("nice", Resource::RLIMIT_NICE),
    ("nofile", Resource::RLIMIT_NOFILE),
    ("nproc", Resource::RLIMIT_NPROC),
    ("rss", Resource::RLIMIT_RSS),
    ("rtprio", Resource::RLIMIT_RTPRIO),
    ("rttime", Resource::RLIMIT_RTTIME),
    ("sigpending", Resource::RLIMIT_SIGPENDING),
    ("stack", Resource::RLIMIT_STACK),
];

/// Returns the names of the resources that have a limit, for completions and hints.
pub fn resource_names() -> impl Iterator<Item = &'static str> {
    RESOURCES.iter().map(|(name, _)| *name)
}

/// A limit to set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    name: &'static str,
    resource: Resource,
    soft: rlim_t,
    hard: rlim_t,
}

/// Parses `RESOURCE=SOFT[:HARD]`; without HARD both are SOFT.
///
/// # Errors
/// `unknown resource: NAME`, `invalid limit 'TEXT'`.
pub(crate) fn parse_limit(text: &OsStr) -> Result<Limit> {
    let invalid = || Error::new(sentence("invalid limit '%s'", &[&text]));
    let (name, values) = text
        .to_str()
        .and_then(|text| text.split_once('='))
        .ok_or_else(invalid)?;
    let found = RESOURCES.iter().find(|(known, _)| *known == name);
    let Some((name, resource)) = found.copied() else {
        let unknown = Error::new(sentence("unknown resource: %s", &[&name]));
        return Err(unknown.context(unknown_word(name.as_ref(), resource_names())));
    };
    let (soft, hard) = values.split_once(':').unwrap_or((values, values));
    let (soft, hard) = parse_value(soft)
        .zip(parse_value(hard))
        .ok_or_else(invalid)?;
    if soft > hard {
        return Err(invalid());
    }
    Ok(Limit {
        name,
        resource,
        soft,
        hard,
    })
}

fn parse_value(text: &str) -> Option<rlim_t> {
    match text {
        "unlimited" => Some(RLIM_INFINITY),
        digits => parse_digits(digits.as_bytes()).filter(|value| *value != RLIM_INFINITY),
    }
}

/// Raises the hard limits that are to be higher than they are, which requires CAP_SYS_RESOURCE outside of every new
/// user namespace. The soft limits stay, so that this process is not limited.
///
/// # Errors
/// `cannot set the limit NAME`.
pub(crate) fn raise_hard_limits(limits: &[Limit]) -> Result<()> {
    for limit in limits {
        let (soft, hard) = getrlimit(limit.resource).context("getrlimit failed")?;
        if limit.hard > hard {
            set(limit, soft, limit.hard)?;
        }
    }
    Ok(())
}

/// Sets the limits of this process, which is about to become the program.
///
/// # Errors
/// `cannot set the limit NAME`.
pub(crate) fn apply(limits: &[Limit]) -> Result<()> {
    limits
        .iter()
        .try_for_each(|limit| set(limit, limit.soft, limit.hard))
}

fn set(limit: &Limit, soft: rlim_t, hard: rlim_t) -> Result<()> {
    setrlimit(limit.resource, soft, hard)
        .with_hint(|errno| {
            let text = "a hard limit is raised by CAP_SYS_RESOURCE alone, outside of every new user namespace";
            (errno == Errno::EPERM).then(|| explanation("hard-limit", text, &[]))
        })
        .with_context(|| sentence("cannot set the limit %s", &[&limit.name]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_limit_is_a_name_and_one_or_two_values() {
        let parse = |text: &str| {
            let limit = parse_limit(text.as_ref()).ok()?;
            Some((limit.name, limit.soft, limit.hard))
        };
        assert_eq!(parse("nofile=64"), Some(("nofile", 64, 64)));
        assert_eq!(parse("nofile=64:128"), Some(("nofile", 64, 128)));
        assert_eq!(parse("core=0:unlimited"), Some(("core", 0, RLIM_INFINITY)));
        for text in [
            "",
            "nofile",
            "nofile=",
            "nofile=x",
            "nofile=2:1",
            "nofile=1:",
            "nofile=:1",
            "nofile=-1",
            "nofile=+1",
            "nofile=unlimited:1",
            "NOFILE=1",
            "nosuch=1",
            "nofile=18446744073709551616",
            "nofile=1:2:3",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_limit_is_answered(text in any::<String>()) {
            let _ = parse_limit(text.as_ref());
        }
    }
}
