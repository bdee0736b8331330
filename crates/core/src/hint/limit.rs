//! A limit on the number of namespaces, `namespaces(7)`, or on their depth.
//!
//! The kernel counts the namespaces of each type for each user, in the user namespace in which they were made and in
//! every one around it, and does not report the count. It reports only the limit of the caller's own user namespace.
//! So a limit of 0 is a cause by itself; any other limit is known to be reached only by trying, and in a nested user
//! namespace the attempt does not show whose limit it is.

use nix::errno::Errno;
use nix::libc::c_int;

use super::{Explanation, explanation};
use crate::message::{Message, sentence};
use crate::ns_type::NsType;
use crate::procfs::Proc;
use crate::sys::namespace::unshare;
use crate::sys::process::{self, ExitReason};

/// What a limit is where nobody has set one: no more can be counted.
const UNLIMITED: i64 = i32::MAX as i64;

/// How deep namespaces can be nested, for the two types that are.
const DEEPEST: usize = 32;

/// Explains which limit keeps the namespaces of `flags` from being made.
pub(super) fn reached(proc: &Proc, flags: c_int) -> Option<Explanation> {
    let limit = |ns_type: NsType| proc.sysctl(&ns_type.sysctl());
    if let Some(forbidden) = NsType::in_flags(flags).find(|ns_type| limit(*ns_type) == Some(0)) {
        return Some(none_allowed(forbidden));
    }
    let full = first_full(flags)?;
    let is_initial_user = proc.is_initial(NsType::User)?;
    let (mut causes, mut is_set) = (Vec::new(), false);
    match limit(full)? {
        UNLIMITED => {}
        limit => {
            causes.push(sentence(
                "%s is %s, which this user has reached",
                &[&full.sysctl(), &limit],
            ));
            is_set = true;
        }
    }
    if !is_initial_user {
        let name = full.option();
        causes.push(sentence(
            "a parent of this user namespace allows no more %s namespaces",
            &[&name],
        ));
    }
    if let Some(nested) = nested(proc, full, is_initial_user) {
        match nested {
            Depth::Reached => return Some(Explanation::new("nesting-limit", too_deep(full))),
            Depth::Unknown => causes.push(too_deep(full)),
        }
    }
    let either = |one, other| sentence("%s, or %s", &[&one, &other]);
    let causes = causes.into_iter().reduce(either)?;
    Some(match is_set {
        true => explanation(
            "namespace-limit",
            "%s: `sysctl -w %s=NUMBER`, as root there, raises the limit",
            &[&causes, &full.sysctl()],
        ),
        false => Explanation::new("namespace-limit", causes),
    })
}

fn none_allowed(forbidden: NsType) -> Explanation {
    let (name, limit) = (forbidden.option(), forbidden.sysctl());
    explanation(
        "namespace-limit",
        "%s is 0, so no %s namespace can be created here: `sysctl -w %s=NUMBER`, as \
         root, raises the limit",
        &[&limit, &name, &limit],
    )
}

fn too_deep(nested: NsType) -> Message {
    let name = nested.option();
    sentence(
        "%s namespaces are nested %s levels deep here, which is the maximum",
        &[&name, &DEEPEST],
    )
}

/// How deep this process is in namespaces of a type that can be nested.
enum Depth {
    Reached,
    Unknown,
}

/// Returns whether depth may be the cause; for a pid namespace below a /proc of the first one, it can be seen.
fn nested(proc: &Proc, ns_type: NsType, is_initial_user: bool) -> Option<Depth> {
    match ns_type {
        NsType::User => (!is_initial_user).then_some(Depth::Unknown),
        NsType::Pid if proc.is_initial(NsType::Pid)? => None,
        NsType::Pid => {
            let status = proc.status("self")?;
            let numbers = status.field("NSpid")?.split_ascii_whitespace().count();
            Some(if numbers > DEEPEST {
                Depth::Reached
            } else {
                Depth::Unknown
            })
        }
        _ => None,
    }
}

/// Returns the first type of which no more can be made, tried one by one in a child.
fn first_full(flags: c_int) -> Option<NsType> {
    let types: Vec<NsType> = NsType::in_flags(flags).collect();
    let full = || {
        let mut types = (1..).zip(&types);
        let failed =
            types.find_map(|(number, ns_type)| Some((number, unshare(ns_type.flag()).err()?)));
        match failed {
            Some((number, Errno::ENOSPC)) => number,
            _ => 0,
        }
    };
    let child = process::spawn(full).ok()?;
    let ExitReason::Status(number) = process::wait(child).ok()? else {
        return None;
    };
    let index = usize::try_from(number).ok()?.checked_sub(1)?;
    types.get(index).copied()
}
