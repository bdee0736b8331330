//! The scan that a list needs: what it must find out, and the errors of a scan.

use anyhow::{Context, Error, Result};
use nix::libc::c_int;
use nscore::cli::{AlreadyReported, Diagnostics, sentence};
use nscore::hint::WithHint;
use nscore::procfs::not_procfs_error;
use nscore::scan::{NsRecord, NsRequest, NsRequests, NsTypes, ScanOptions, Snapshot, scan};

use crate::column::ColumnId;
use crate::hint;
use crate::layout::TreeKind;
use crate::options::ListOptions;
use crate::parse::ParsedFilter;
use crate::target::ScanTarget;

/// The exit status of lsns without /proc.
const WITHOUT_PROC: c_int = 32;
/// The exit status of lsns where the kernel lacks a request of ioctl_nsfs(2).
const UNSUPPORTED: c_int = 2;

/// Scans the machine for a list. If the processes of one namespace are requested and none is in it, the namespace may
/// still be kept alive by something else, so that is scanned too.
pub(crate) fn collect_for_list(
    options: &ListOptions,
    mut scan_options: ScanOptions,
    diagnostics: &Diagnostics,
) -> Result<Snapshot> {
    let snapshot = collect(&scan_options, diagnostics)?;
    let Some(number) = options.namespace.filter(|number| *number != 0) else {
        return Ok(snapshot);
    };
    if scan_options.fds || find_record(&snapshot, options, number).is_some() {
        return Ok(snapshot);
    }
    scan_options.fds = true;
    scan_options.mounts = true;
    scan_options.hidden = options.hidden;
    collect(&scan_options, diagnostics)
}

/// Scans the machine. Without /proc, lsns first fails to read its mounts, with an exit status of its own.
pub(crate) fn collect(scan_options: &ScanOptions, diagnostics: &Diagnostics) -> Result<Snapshot> {
    let snapshot = scan(scan_options)
        .map_err(not_procfs_error)
        .with_hint(|_| hint::missing_procfs())
        .context("failed to parse /proc/self/mountinfo")
        .map_err(|error| {
            diagnostics.report(&error);
            Error::new(AlreadyReported(WITHOUT_PROC))
        })?;
    snapshot.unread.check()?;
    // Without the type a namespace may be missing whose file is open somewhere.
    let required = scan_options.required.with(NsRequest::Type);
    if let Some(request) = snapshot.unsupported.requests().first_common(required) {
        diagnostics.warn(&sentence("Unsupported ioctl %s", &[&request.name()]));
        return Err(Error::new(AlreadyReported(UNSUPPORTED)));
    }
    Ok(snapshot)
}

/// Returns what a scan must find out for these options.
pub(crate) fn scan_options(options: &ListOptions, filter: Option<&ParsedFilter>) -> ScanOptions {
    let filter_columns: Vec<usize> = match filter {
        Some(ParsedFilter::Valid(filter)) => filter.columns().collect(),
        _ => Vec::new(),
    };
    let needs = |column: ColumnId| {
        options.columns.contains(&column) || filter_columns.contains(&(column as usize))
    };
    let is_one_namespace = options.namespace.is_some_and(|number| number != 0);
    // The links of processes are enough for the namespaces of one process and the processes of one namespace.
    let is_process = matches!(options.task, Some(ScanTarget::Process(_)));
    let links_suffice = is_process || is_one_namespace;
    ScanOptions {
        types: options.types.unwrap_or(NsTypes::ALL),
        fds: !links_suffice || needs(ColumnId::Held),
        // HELD is complete for the listed namespaces, however few they are.
        hidden: !links_suffice && options.hidden || needs(ColumnId::Held),
        mounts: !links_suffice || needs(ColumnId::Nsfs),
        all_info: is_one_namespace,
        netnsid: needs(ColumnId::Netnsid),
        id: needs(ColumnId::Nsid),
        holders_of: None,
        find: None,
        required: required_requests(options.tree, needs),
    }
}

/// Returns the requests of ioctl_nsfs(2) without which the columns or the tree would be empty.
fn required_requests(tree: Option<TreeKind>, needs: impl Fn(ColumnId) -> bool) -> NsRequests {
    let by_owner = matches!(tree, Some(TreeKind::Owner | TreeKind::Parent));
    let mut required = NsRequests::NONE;
    if by_owner || needs(ColumnId::Ons) || needs(ColumnId::Pns) || needs(ColumnId::Owner) {
        required = required.with(NsRequest::Owner);
    }
    if tree == Some(TreeKind::Parent) || needs(ColumnId::Pns) {
        required = required.with(NsRequest::Parent);
    }
    if needs(ColumnId::Owner) {
        required = required.with(NsRequest::OwnerUid);
    }
    required
}

/// Returns the namespace with this inode number.
///
/// # Errors
/// It does not exist, or it is not listed with these options.
pub(crate) fn find_namespace<'a>(
    snapshot: &'a Snapshot,
    options: &ListOptions,
    number: u64,
) -> Result<(u32, &'a NsRecord)> {
    let types = options.types.unwrap_or(NsTypes::ALL);
    match find_record(snapshot, options, number) {
        Some((inode, record)) if types.contains(record.ns_type) => Ok((inode, record)),
        _ => Err(hint::namespace_not_found(number, options.hidden)),
    }
}

/// Returns the namespace with this inode number, of any type, unless it is one that lsns does not find and
/// `--no-hidden` leaves out.
fn find_record<'a>(
    snapshot: &'a Snapshot,
    options: &ListOptions,
    number: u64,
) -> Option<(u32, &'a NsRecord)> {
    let inode = u32::try_from(number).ok()?;
    let record = snapshot.namespaces.get(&inode)?;
    let is_listed = options.hidden || record.is_known_to_original();
    is_listed.then_some((inode, record))
}
