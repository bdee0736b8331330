//! The values of `--cgroup-limit`: `memory=1G,pids=100,cpu=50%`.

use std::ffi::{CStr, OsStr};

use anyhow::{Error, Result};
use nscore::cli::sentence;
use nscore::hint::unknown_word;
use nscore::procfs::parse_digits;

/// What a limit is called, the file that sets it, and what makes the kernel's words of a value that is not `max`.
type Resource = (&'static str, &'static CStr, fn(&str) -> Option<String>);

/// The resources, which are called as the controllers are, `cgroups(7)`.
const RESOURCES: [Resource; 3] = [
    ("memory", c"memory.max", parse_size),
    ("pids", c"pids.max", parse_count),
    ("cpu", c"cpu.max", parse_percent),
];

/// Returns the names of the limits, for completions and hints.
pub fn cgroup_limit_names() -> impl Iterator<Item = &'static str> {
    RESOURCES.iter().map(|(name, ..)| *name)
}

/// How long a period of `cpu.max` is, in microseconds: the kernel's own choice.
const PERIOD: u64 = 100_000;

/// The largest share of the processors, in per cent: those of the largest machines.
const MAX_PERCENT: u64 = 1_000_000;

/// A limit to set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CgroupLimit {
    pub(super) controller: &'static str,
    pub(super) file: &'static CStr,
    /// As the kernel reads it.
    pub(super) value: String,
}

/// Parses `RESOURCE=VALUE,...`.
///
/// # Errors
/// `unknown cgroup limit: NAME`, `invalid cgroup limit 'TEXT'`.
pub(crate) fn parse_cgroup_limits(list: &OsStr) -> Result<Vec<CgroupLimit>> {
    let Some(text) = list.to_str() else {
        return Err(invalid(list));
    };
    text.split(',').map(parse_limit).collect()
}

fn parse_limit(text: &str) -> Result<CgroupLimit> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(invalid(text.as_ref()));
    };
    let mut resources = RESOURCES.into_iter();
    let Some((controller, file, parse)) = resources.find(|(known, ..)| *known == name) else {
        let unknown = Error::new(sentence("unknown cgroup limit: %s", &[&name]));
        return Err(unknown.context(unknown_word(name.as_ref(), cgroup_limit_names())));
    };
    // The kernel's word for no limit, in each of the files.
    let parsed = match value {
        "max" => Some(value.to_owned()),
        value => parse(value),
    };
    let Some(value) = parsed else {
        return Err(invalid(text.as_ref()));
    };
    Ok(CgroupLimit {
        controller,
        file,
        value,
    })
}

fn invalid(text: &OsStr) -> Error {
    Error::new(sentence("invalid cgroup limit '%s'", &[&text]))
}

/// A number that is not 0: with none of a resource nothing can run.
fn parse_number(digits: &str) -> Option<u64> {
    parse_digits(digits.as_bytes()).filter(|number| *number > 0)
}

/// Bytes, or with a letter behind them KiB, MiB, GiB, TiB.
fn parse_size(text: &str) -> Option<String> {
    let units = [
        ('K', 1 << 10),
        ('M', 1 << 20),
        ('G', 1 << 30),
        ('T', 1 << 40),
    ];
    let mut units = units.into_iter();
    let found = units.find_map(|(letter, unit)| Some((text.strip_suffix(letter)?, unit)));
    let (digits, unit): (&str, u64) = found.unwrap_or((text, 1));
    let size = parse_number(digits)?.checked_mul(unit)?;
    Some(size.to_string())
}

fn parse_count(digits: &str) -> Option<String> {
    parse_number(digits).map(|count| count.to_string())
}

/// A share of one processor in per cent; more than 100 is more than one.
fn parse_percent(text: &str) -> Option<String> {
    let percent =
        parse_number(text.strip_suffix('%')?).filter(|percent| *percent <= MAX_PERCENT)?;
    Some(format!("{} {PERIOD}", percent * (PERIOD / 100)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Option<Vec<String>> {
        let limits = parse_cgroup_limits(text.as_ref()).ok()?;
        let shown =
            |limit: CgroupLimit| format!("{}: {}", limit.file.to_string_lossy(), limit.value);
        Some(limits.into_iter().map(shown).collect())
    }

    #[test]
    fn a_list_of_limits_becomes_what_the_kernel_reads() {
        let expected = [
            "memory.max: 1073741824",
            "pids.max: 100",
            "cpu.max: 50000 100000",
        ];
        let expected = expected.map(str::to_owned).to_vec();
        assert_eq!(parse("memory=1G,pids=100,cpu=50%"), Some(expected));
        for (text, expected) in [
            ("memory=4096", "memory.max: 4096"),
            ("memory=2K", "memory.max: 2048"),
            ("memory=3M", "memory.max: 3145728"),
            ("memory=1T", "memory.max: 1099511627776"),
            ("memory=max", "memory.max: max"),
            ("pids=max", "pids.max: max"),
            ("cpu=max", "cpu.max: max"),
            ("cpu=1%", "cpu.max: 1000 100000"),
            ("cpu=250%", "cpu.max: 250000 100000"),
            ("cpu=1000000%", "cpu.max: 1000000000 100000"),
        ] {
            assert_eq!(parse(text), Some(vec![expected.to_owned()]), "{text}");
        }
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        for text in [
            "",
            ",",
            "memory",
            "memory=",
            "memory=0",
            "memory=-1",
            "memory=1k",
            "memory=1GB",
            "memory=G",
            "memory=1.5G",
            "memory= 1",
            "memory=18446744073709551616",
            "memory=18014398509481984K",
            "pids=",
            "pids=0",
            "pids=1K",
            "pids=x",
            "cpu=",
            "cpu=50",
            "cpu=%",
            "cpu=0%",
            "cpu=1000001%",
            "cpu=-1%",
            "cpu=1.5%",
            "io=1",
            "MEMORY=1G",
            "memory=1G,",
            ",pids=1",
            "memory=1G,,pids=1",
            "pids=1,cpu",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_list_is_answered(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
