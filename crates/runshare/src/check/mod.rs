//! `--check`: which namespaces this user can create here.
//!
//! No rule answers that: limits, settings, seccomp filters and security modules all have their part. So each type is
//! tried, in a child that ends at once, and its namespaces with it. If a user namespace is requested as well, the other
//! types are tried together with it, since it gives the privilege that they require.
//!
//! How much of a limit is left is not reported, because the kernel does not report how many namespaces exist.

mod row;
mod table;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::libc::c_int;
use nix::unistd::geteuid;
use nscore::cli::{Diagnostics, Message, sentence};
use nscore::hint::{self, Explanation, WithHint};
use nscore::ns_type::NsType;
use nscore::procfs::Proc;
use nscore::sys::namespace::unshare;
use nscore::sys::process::{self, ExitReason};

use crate::check::row::{TypeCheck, Verdict};
use crate::idmap::write::write_own_user_map;
use crate::options::Options;
use crate::unshare::explain_failure;

/// Checks the requested types, or all; the status is 0 if they can be created together.
///
/// # Errors
/// `fork failed`; `unshare failed` if they cannot be created together although each of them can.
pub(crate) fn run(options: &Options, diagnostics: &Diagnostics) -> Result<ExitReason> {
    let proc = Proc::mounted();
    let is_requested = |ns_type: &NsType| options.flags() == 0 || options.unshares(*ns_type);
    let types: Vec<NsType> = NsType::ALL.into_iter().filter(is_requested).collect();
    let with_user = types.contains(&NsType::User);
    let mut rows = Vec::new();
    for ns_type in &types {
        rows.push(check_type(&proc, *ns_type, with_user)?);
    }
    let text = if options.extensions.json {
        table::format_json(&rows)
    } else {
        table::format_table(&rows)
    };
    let status = diagnostics.print(text.as_bytes());
    if status != 0 {
        return Ok(ExitReason::Status(status));
    }
    let is_impossible = |row: &TypeCheck| matches!(row.verdict, Verdict::Impossible(_));
    if rows.iter().any(is_impossible) {
        return Ok(ExitReason::Status(1));
    }
    check_together(&types)?;
    Ok(ExitReason::Status(0))
}

/// Checks all types in one call, which can fail although each type can be created.
fn check_together(types: &[NsType]) -> Result<()> {
    let flags = types
        .iter()
        .fold(0, |flags, ns_type| flags | ns_type.flag());
    match try_unshare(flags)? {
        Some(Refusal::Unshare(errno)) => explain_failure(Err(errno), flags),
        _ => Ok(()),
    }
}

fn check_type(proc: &Proc, ns_type: NsType, with_user: bool) -> Result<TypeCheck> {
    Ok(TypeCheck {
        ns_type,
        kernel: proc.has_type(ns_type),
        limit: proc.sysctl(&ns_type.sysctl()),
        verdict: check_alone_or_with_user(ns_type, with_user)?,
    })
}

fn check_alone_or_with_user(ns_type: NsType, with_user: bool) -> Result<Verdict> {
    let alone = ns_type.flag();
    let Some(refusal) = try_unshare(alone)? else {
        return Ok(Verdict::Possible);
    };
    let with = alone | NsType::User.flag();
    if !with_user || with == alone {
        return Ok(Verdict::Impossible(refusal.reason(alone)));
    }
    match try_unshare(with)? {
        None => Ok(Verdict::WithUser),
        Some(refusal) => Ok(Verdict::Impossible(refusal.reason(with))),
    }
}

/// What failed in an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// `unshare(2)`.
    Unshare(Errno),
    /// Mapping the caller in the new user namespace.
    Map(Errno),
    /// A signal ended the child.
    Signal(c_int),
}

impl Refusal {
    /// Returns the text of a hint if there is one, otherwise that of strerror(3).
    fn reason(self, flags: c_int) -> Message {
        let reason = |found: Option<Explanation>, errno| match found {
            Some(hint) => hint.into_sentence(),
            None => sentence("%s", &[&errno]),
        };
        match self {
            Refusal::Unshare(errno) => reason(hint::explain_unshare(errno, flags), errno),
            Refusal::Map(errno) => sentence(
                "it can be created, but no ID can be mapped in it: %s",
                &[&reason(
                    hint::explain_map(errno, geteuid().is_root()),
                    errno,
                )],
            ),
            Refusal::Signal(signal) => {
                sentence("signal %s ends the process that tries", &[&signal])
            }
        }
    }
}

/// What is added to the errno in the child's exit status if mapping failed and not the call. The status has eight bits,
/// which is enough for any errno of either.
const MAP: c_int = 128;

/// Tries to create the namespaces in a child, whose exit status reports what failed; `None` if nothing did.
fn try_unshare(flags: c_int) -> Result<Option<Refusal>> {
    let user = geteuid().as_raw();
    let attempt = || {
        if let Err(errno) = unshare(flags) {
            return errno as c_int;
        }
        if flags & NsType::User.flag() == 0 {
            return 0;
        }
        match write_own_user_map(0, user) {
            Ok(()) => 0,
            Err(errno) => MAP + (errno as c_int).min(MAP - 1),
        }
    };
    let child = process::spawn(attempt)
        .with_hint(hint::explain_fork)
        .context("fork failed")?;
    Ok(match process::wait(child).context("waitpid failed")? {
        ExitReason::Status(0) => None,
        ExitReason::Status(status) if status > MAP => {
            Some(Refusal::Map(Errno::from_raw(status - MAP)))
        }
        ExitReason::Status(status) => Some(Refusal::Unshare(Errno::from_raw(status))),
        ExitReason::Signal(signal) => Some(Refusal::Signal(signal)),
    })
}
