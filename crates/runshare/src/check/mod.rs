//! `--check`: what of all this can be made here and now, by this user.
//!
//! No rule says it: limits, settings, filters and security modules each have their part. So each type is tried, in a
//! child that ends at once and takes what it has made with it. Whoever asks for a user namespace as well is told what
//! can be made with it, since that gives the privilege that the other types take.
//!
//! How many are left of a limit is not told, for the kernel tells nobody how many there are.

mod table;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc::c_int;
use nix::unistd::geteuid;
use nscore::cli::Diagnostics;
use nscore::hint::{self, WithHint};
use nscore::ns_type::NsType;
use nscore::procfs::Proc;
use nscore::sys::errno::reason;
use nscore::sys::namespace::unshare;
use nscore::sys::process::{self, ExitReason};

use crate::idmap::write::write_own_user_map;
use crate::options::Options;

/// What there is to say of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    namespace: NsType,
    /// Whether the kernel has it; `None` where /proc cannot be asked.
    kernel: Option<bool>,
    /// How many each user may have in this user namespace.
    limit: Option<i64>,
    verdict: Verdict,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    Possible,
    /// With a user namespace made in the same call.
    WithUser,
    /// Not at all, for this reason.
    Impossible(String),
}

/// Checks the types that were asked for, or all; the status is 0 if they can be made together.
///
/// # Errors
/// That no child can be made, or that they cannot be made together though each of them can.
pub(crate) fn run(options: &Options, diagnostics: &Diagnostics) -> Result<ExitReason> {
    let proc = Proc::mounted();
    let asked = |of: &NsType| options.flags() == 0 || options.unshares(*of);
    let types: Vec<NsType> = NsType::ALL.into_iter().filter(asked).collect();
    let with_user = types.contains(&NsType::User);
    let rows = types.iter().map(|of| check_type(&proc, *of, with_user));
    let rows = rows.collect::<Result<Vec<Row>>>()?;
    let text = match options.extensions.json {
        true => table::format_json(&rows),
        false => table::format_table(&rows),
    };
    let written = diagnostics.print(text.as_bytes());
    if written != 0 {
        return Ok(ExitReason::Status(written));
    }
    let impossible = |row: &Row| matches!(row.verdict, Verdict::Impossible(_));
    if rows.iter().any(impossible) {
        return Ok(ExitReason::Status(1));
    }
    check_together(&types).map(|()| ExitReason::Status(0))
}

/// Every type can be made; all of them in one call may still meet with something.
fn check_together(types: &[NsType]) -> Result<()> {
    let flags = types.iter().fold(0, |flags, of| flags | of.flag());
    match try_unshare(flags)? {
        Err(Refusal::Unshare(errno)) => Err(errno)
            .with_hint(move |errno| hint::unshare(errno, flags))
            .context("unshare failed"),
        _ => Ok(()),
    }
}

fn check_type(proc: &Proc, namespace: NsType, with_user: bool) -> Result<Row> {
    let alone = namespace.flag();
    let with = alone | NsType::User.flag();
    let verdict = match try_unshare(alone)? {
        Ok(()) => Verdict::Possible,
        Err(refusal) if !with_user || with == alone => Verdict::Impossible(refusal.reason(alone)),
        Err(_) => match try_unshare(with)? {
            Ok(()) => Verdict::WithUser,
            Err(refusal) => Verdict::Impossible(refusal.reason(with)),
        },
    };
    Ok(Row {
        namespace,
        kernel: proc.has_type(namespace),
        limit: proc.sysctl(&namespace.sysctl()),
        verdict,
    })
}

/// What said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// The call itself.
    Unshare(Errno),
    /// The user namespace was made, and the caller cannot be anybody in it.
    Map(Errno),
    /// A signal ended the child.
    Signal(c_int),
}

impl Refusal {
    /// In the words of a hint if there is one, else in the C library's.
    fn reason(self, flags: c_int) -> String {
        match self {
            Refusal::Unshare(errno) => hint::unshare(errno, flags).unwrap_or_else(|| reason(errno)),
            Refusal::Map(errno) => {
                let why = hint::map(errno, geteuid().is_root()).unwrap_or_else(|| reason(errno));
                format!("it can be made, but nobody can be mapped in it: {why}")
            }
            Refusal::Signal(signal) => {
                format!("the process that tries is ended by signal {signal}")
            }
        }
    }
}

/// What is added to an error number where the map was refused and not the call. An exit status has eight bits, which is
/// enough for any error of either.
const MAP: c_int = 128;

/// Tries it in a child, which tells by its exit status what said no.
fn try_unshare(flags: c_int) -> Result<Result<(), Refusal>> {
    let user = geteuid().as_raw();
    let attempt = || {
        if let Err(errno) = unshare(flags) {
            return errno as c_int;
        }
        let maps = flags & NsType::User.flag() != 0;
        let mapped = if maps {
            write_own_user_map(0, user)
        } else {
            Ok(())
        };
        mapped.map_or_else(|errno| MAP + (errno as c_int).min(MAP - 1), |()| 0)
    };
    let child = process::spawn(attempt)
        .with_hint(hint::fork)
        .context("fork failed")?;
    Ok(match process::wait(child).context("waitpid failed")? {
        ExitReason::Status(0) => Ok(()),
        ExitReason::Status(status) if status > MAP => {
            Err(Refusal::Map(Errno::from_raw(status - MAP)))
        }
        ExitReason::Status(status) => Err(Refusal::Unshare(Errno::from_raw(status))),
        ExitReason::Signal(signal) => Err(Refusal::Signal(signal)),
    })
}
