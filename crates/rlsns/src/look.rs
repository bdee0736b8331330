//! One look at the machine: what it must find out, and what there is to say where it finds nothing.

use anyhow::{Context, Error, Result};
use nix::libc::c_int;
use nscore::cli::{AlreadyReported, Diagnostics, message};
use nscore::hint::WithHint;
use nscore::procfs::not_procfs_error;

use crate::absence;
use crate::column::Column;
use crate::options::{Options, Relation, UnknownColumns};
use nscore::scan::{NsRecord, NsRequest, NsRequests, NsTypes, ScanOptions, Snapshot, scan};
use smartcols::filter::Filter;

/// The exit status of the original where there is no /proc.
const WITHOUT_PROC: c_int = 32;
/// That where the kernel cannot be asked what there is to show.
const UNSUPPORTED: c_int = 2;

/// Looks at the machine. Where processes of one namespace are wanted, and no process is in it, it may be kept by
/// something else: then that is looked for too.
pub(crate) fn look(
    options: &Options,
    mut wanted: ScanOptions,
    diagnostics: &Diagnostics,
) -> Result<Snapshot> {
    let mut snapshot = read(&wanted, diagnostics)?;
    let number = options.namespace.filter(|number| *number != 0);
    let is_listed = |found: &NsRecord| options.hidden || found.is_known_to_original();
    let found = |number| {
        let inode = u32::try_from(number).ok();
        let found = inode.and_then(|inode| snapshot.namespaces.get(&inode));
        found.is_some_and(is_listed)
    };
    if !wanted.fds && number.is_some_and(|number| !found(number)) {
        (wanted.fds, wanted.mounts) = (true, true);
        wanted.hidden = options.hidden;
        snapshot = read(&wanted, diagnostics)?;
    }
    Ok(snapshot)
}

/// Looks at the machine. Where there is no /proc it is the mounts that the original misses first, with a status that is
/// not that of its other failures.
pub(crate) fn read(wanted: &ScanOptions, diagnostics: &Diagnostics) -> Result<Snapshot> {
    let read = scan(wanted).map_err(not_procfs_error);
    let read = read.with_hint(|_| absence::of_all());
    let read = read.context("failed to parse /proc/self/mountinfo");
    let snapshot = read.map_err(|error| {
        diagnostics.report(&error);
        Error::new(AlreadyReported(WITHOUT_PROC))
    })?;
    snapshot.unread.check()?;
    // Without it a namespace may be missing whose file is open somewhere.
    let needed = wanted.required.with(NsRequest::Type);
    if let Some(request) = snapshot.unsupported.requests().first_common(needed) {
        diagnostics.warn(&message(&[&"Unsupported ioctl ", &request.name()]));
        return Err(Error::new(AlreadyReported(UNSUPPORTED)));
    }
    Ok(snapshot)
}

/// The questions without whose answers these options show nothing, `shows` being whether a column is asked for.
fn requests(options: &Options, shows: impl Fn(Column) -> bool) -> NsRequests {
    let tree = options.tree;
    let needed = [
        (
            NsRequest::Owner,
            shows(Column::Ons) || shows(Column::Pns) || shows(Column::Owner),
        ),
        (NsRequest::Parent, shows(Column::Pns)),
        (NsRequest::OwnerUid, shows(Column::Owner)),
        (
            NsRequest::Owner,
            matches!(tree, Some(Relation::Owner | Relation::Parent)),
        ),
        (NsRequest::Parent, tree == Some(Relation::Parent)),
    ];
    let needed = needed.into_iter().filter(|(_, needed)| *needed);
    needed.fold(NsRequests::NONE, |all, (request, _)| all.with(request))
}

/// What the scan must find out for these options.
pub(crate) fn wanted(
    options: &Options,
    filter: Option<&Result<Filter, UnknownColumns>>,
) -> ScanOptions {
    let filter = filter.and_then(|filter| filter.as_ref().ok());
    let filtered: Vec<usize> = filter.into_iter().flat_map(Filter::columns).collect();
    let shows =
        |column: Column| options.columns.contains(&column) || filtered.contains(&(column as usize));
    // What one process is in, and who is in one namespace, its links tell.
    let visible = options.task.is_some() || options.namespace.is_some_and(|number| number != 0);
    ScanOptions {
        types: options.types.unwrap_or(NsTypes::ALL),
        fds: !visible || shows(Column::Held),
        // The column says all there is to say of the lines, however many they are.
        hidden: !visible && options.hidden || shows(Column::Held),
        mounts: !visible || shows(Column::Nsfs),
        all_info: options.namespace.is_some_and(|number| number != 0),
        netnsid: shows(Column::Netnsid),
        id: shows(Column::Nsid),
        holders_of: None,
        find: None,
        required: requests(options, shows),
    }
}

/// The namespace that was named by its number.
pub(crate) fn find<'a>(
    snapshot: &'a Snapshot,
    options: &Options,
    number: u64,
) -> Result<(u32, &'a NsRecord)> {
    let inode = u32::try_from(number).ok();
    let found = inode.and_then(|inode| snapshot.namespaces.get_key_value(&inode));
    let types = options.types.unwrap_or(NsTypes::ALL);
    let listed = |namespace: &NsRecord| {
        types.contains(namespace.kind) && (options.hidden || namespace.is_known_to_original())
    };
    match found.filter(|(_, namespace)| listed(namespace)) {
        Some((inode, namespace)) => Ok((*inode, namespace)),
        None => Err(absence::namespace(number, options.hidden)),
    }
}
