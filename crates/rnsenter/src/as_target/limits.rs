//! The resource limits of the target, `setrlimit(2)`, as /proc/PID/limits shows them: prlimit(2) would require a
//! capability to read them.
//!
//! To raise a hard limit requires CAP_SYS_RESOURCE in the initial user namespace, so that is done before anything is
//! entered. Limits are lowered last, because a low one would end this program before it becomes the other.

use nix::errno::Errno;
use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit, rlim_t, setrlimit};

/// The rows of the file, and which limit each is.
const ROWS: [(&[u8], Resource); 16] = [
    (b"Max cpu time", Resource::RLIMIT_CPU),
    (b"Max file size", Resource::RLIMIT_FSIZE),
    (b"Max data size", Resource::RLIMIT_DATA),
    (b"Max stack size", Resource::RLIMIT_STACK),
    (b"Max core file size", Resource::RLIMIT_CORE),
    (b"Max resident set", Resource::RLIMIT_RSS),
    (b"Max processes", Resource::RLIMIT_NPROC),
    (b"Max open files", Resource::RLIMIT_NOFILE),
    (b"Max locked memory", Resource::RLIMIT_MEMLOCK),
    (b"Max address space", Resource::RLIMIT_AS),
    (b"Max file locks", Resource::RLIMIT_LOCKS),
    (b"Max pending signals", Resource::RLIMIT_SIGPENDING),
    (b"Max msgqueue size", Resource::RLIMIT_MSGQUEUE),
    (b"Max nice priority", Resource::RLIMIT_NICE),
    (b"Max realtime priority", Resource::RLIMIT_RTPRIO),
    (b"Max realtime timeout", Resource::RLIMIT_RTTIME),
];

/// The limits of a process.
pub(super) struct Limits(Vec<(Resource, rlim_t, rlim_t)>);

impl Limits {
    /// Reads the file; a row that is not known is passed over.
    pub(super) fn parse(file: &[u8]) -> Limits {
        let lines = file.split(|byte| *byte == b'\n');
        Limits(lines.filter_map(parse_row).collect())
    }

    /// Raises what is lower here. Returns whether the kernel has refused one.
    ///
    /// # Errors
    /// Those of `getrlimit(2)` and `setrlimit(2)` but EPERM.
    pub(super) fn raise(&self) -> Result<bool, Errno> {
        let mut is_refused = false;
        for (resource, soft, hard) in &self.0 {
            let (own_soft, own_hard) = getrlimit(*resource)?;
            if *hard <= own_hard {
                continue;
            }
            match setrlimit(*resource, own_soft.max(*soft), *hard) {
                Err(Errno::EPERM) => is_refused = true,
                result => result?,
            }
        }
        Ok(is_refused)
    }

    /// Makes them this process's, as far as its hard limits allow that.
    ///
    /// # Errors
    /// Those of `getrlimit(2)` and `setrlimit(2)`.
    pub(super) fn set(&self) -> Result<(), Errno> {
        for (resource, soft, hard) in &self.0 {
            let (_, own_hard) = getrlimit(*resource)?;
            let hard = own_hard.min(*hard);
            setrlimit(*resource, hard.min(*soft), hard)?;
        }
        Ok(())
    }
}

/// `Max open files            1024                 524288               files`.
#[allow(
    clippy::useless_conversion,
    reason = "a limit has 32 bits on some processors"
)]
fn parse_row(line: &[u8]) -> Option<(Resource, rlim_t, rlim_t)> {
    let (name, resource) = ROWS.into_iter().find(|(name, _)| line.starts_with(name))?;
    let rest = std::str::from_utf8(&line[name.len()..]).ok()?;
    let mut words = rest.split_ascii_whitespace();
    let mut number = || match words.next()? {
        "unlimited" => Some(RLIM_INFINITY),
        // A limit that this processor cannot express is above all that it can.
        digits => Some(
            digits
                .parse::<u64>()
                .ok()?
                .try_into()
                .unwrap_or(RLIM_INFINITY),
        ),
    };
    Some((resource, number()?, number()?))
}

#[cfg(test)]
mod tests {
    use super::{Limits, RLIM_INFINITY, Resource};

    #[test]
    fn each_row_is_a_limit() {
        let file =
            b"Limit                     Soft Limit           Hard Limit           Units     \n\
            Max cpu time              unlimited            unlimited            seconds   \n\
            Max open files            1024                 524288               files     \n\
            Max nice priority         0                    0                    \n\
            Max surprises             1                    2                    \n\
            Max open files            x                    2                    files\n";
        let expected = [
            (Resource::RLIMIT_CPU, RLIM_INFINITY, RLIM_INFINITY),
            (Resource::RLIMIT_NOFILE, 1024, 524_288),
            (Resource::RLIMIT_NICE, 0, 0),
        ];
        assert_eq!(Limits::parse(file).0, expected);
    }

    #[test]
    fn this_process_has_the_limits_that_it_has() {
        let own = std::fs::read("/proc/self/limits").expect("there is a /proc");
        let limits = Limits::parse(&own);
        assert_eq!(limits.0.len(), 16);
        assert_eq!(limits.raise(), Ok(false));
        assert_eq!(limits.set(), Ok(()));
        assert_eq!(std::fs::read("/proc/self/limits").expect("as before"), own);
    }
}
