//! The rows of a list or tree: which there are, their order, their parents.
//!
//! Rows are added in the order of inode numbers. The parent of a row is one that was added before it: in a tree by
//! owner the owner of a namespace is added before it, in a tree by parent both are.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use nscore::scan::{NsRecord, NsTypes, Process, Snapshot};

use crate::layout::TreeKind;
use crate::options::ListOptions;
use crate::target::ScanTarget;

/// A row: a namespace, and the process that is shown with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NsRow<'a> {
    pub(crate) inode: u32,
    pub(crate) namespace: &'a NsRecord,
    pub(crate) process: Option<&'a Process>,
    /// The index of its parent among the rows.
    pub(crate) parent: Option<usize>,
}

/// Returns whether a row is listed.
type Selects<'a> = &'a mut dyn FnMut(&NsRow) -> Result<bool>;

/// The rows that have been added.
struct RowBuilder<'a> {
    snapshot: &'a Snapshot,
    types: NsTypes,
    selects: Selects<'a>,
    rows: Vec<NsRow<'a>>,
    /// The index of the last row of each process.
    process_rows: BTreeMap<u32, usize>,
    /// The index of the row of each namespace that was considered; `None` if it has no row.
    namespace_rows: BTreeMap<u32, Option<usize>>,
}

/// Returns the rows of the namespaces that the options and `selects` leave.
///
/// # Errors
/// Those of `selects`.
pub(crate) fn namespace_rows<'a>(
    snapshot: &'a Snapshot,
    options: &ListOptions,
    selects: Selects<'a>,
) -> Result<Vec<NsRow<'a>>> {
    let is_requested = |inode: u32, namespace: &NsRecord| {
        let task = options.task.as_ref();
        let has_task = task.is_none_or(|task| is_of_target(snapshot, task, inode, namespace));
        let has_type = options
            .types
            .is_none_or(|types| types.contains(namespace.ns_type));
        has_task && has_type && (!options.persistent || namespace.processes == 0)
    };
    let by_owner = matches!(options.tree, Some(TreeKind::Owner | TreeKind::Parent));
    let mut ancestors = BTreeSet::new();
    if !options.hidden && by_owner {
        for (inode, namespace) in &snapshot.namespaces {
            if namespace.is_known_to_original() && is_requested(*inode, namespace) {
                collect_ancestors(snapshot, namespace, options.tree, &mut ancestors);
            }
        }
    }
    let mut builder = RowBuilder::new(snapshot, options, selects);
    for (inode, namespace) in &snapshot.namespaces {
        let is_known = namespace.is_known_to_original() || ancestors.contains(inode);
        if !(options.hidden || is_known) || !is_requested(*inode, namespace) {
            continue;
        }
        if by_owner {
            builder.add_with_ancestors(*inode, options.tree)?;
        } else {
            builder.add_below_process(*inode, namespace, snapshot.first_member(namespace))?;
        }
    }
    Ok(builder.rows)
}

/// Returns whether a namespace is one of those that a target names.
fn is_of_target(
    snapshot: &Snapshot,
    target: &ScanTarget,
    inode: u32,
    namespace: &NsRecord,
) -> bool {
    match target {
        ScanTarget::Process(pid) => snapshot
            .process(*pid)
            .is_some_and(|process| process.namespace(namespace.ns_type) == inode),
        ScanTarget::Namespace(number, ns_type) => {
            *number == u64::from(inode)
                && ns_type.is_none_or(|ns_type| ns_type == namespace.ns_type)
        }
        ScanTarget::Directory(namespaces) => namespaces.contains(&(namespace.ns_type, inode)),
    }
}

/// Returns the rows of the processes in one namespace that `selects` leaves.
///
/// # Errors
/// Those of `selects`.
pub(crate) fn process_rows<'a>(
    snapshot: &'a Snapshot,
    options: &ListOptions,
    (inode, namespace): (u32, &'a NsRecord),
    selects: Selects<'a>,
) -> Result<Vec<NsRow<'a>>> {
    let mut builder = RowBuilder::new(snapshot, options, selects);
    for process in &snapshot.processes {
        if process.namespace(namespace.ns_type) == inode {
            builder.add_below_process(inode, namespace, Some(process))?;
        }
    }
    Ok(builder.rows)
}

/// Collects the namespaces above one in the tree: they have rows even if nothing else is known of them. There are no
/// more than 32 levels, user_namespaces(7).
fn collect_ancestors(
    snapshot: &Snapshot,
    namespace: &NsRecord,
    tree: Option<TreeKind>,
    ancestors: &mut BTreeSet<u32>,
) {
    let parent = (tree == Some(TreeKind::Parent)).then_some(namespace.parent);
    for inode in [Some(namespace.owner), parent].into_iter().flatten() {
        let Some(ancestor) = snapshot.namespaces.get(&inode) else {
            continue;
        };
        if ancestors.insert(inode) {
            collect_ancestors(snapshot, ancestor, tree, ancestors);
        }
    }
}

impl<'a> RowBuilder<'a> {
    fn new(snapshot: &'a Snapshot, options: &ListOptions, selects: Selects<'a>) -> RowBuilder<'a> {
        RowBuilder {
            snapshot,
            types: options.types.unwrap_or(NsTypes::ALL),
            selects,
            rows: Vec::new(),
            process_rows: BTreeMap::new(),
            namespace_rows: BTreeMap::new(),
        }
    }

    /// Adds a row below the last one of its process's parent.
    fn add_below_process(
        &mut self,
        inode: u32,
        namespace: &'a NsRecord,
        process: Option<&'a Process>,
    ) -> Result<()> {
        let info = process.and_then(|process| process.info.as_ref());
        let parent = info.and_then(|info| self.process_rows.get(&info.parent).copied());
        let row = NsRow {
            inode,
            namespace,
            process,
            parent,
        };
        if !(self.selects)(&row)? {
            return Ok(());
        }
        if let Some(process) = process {
            self.process_rows.insert(process.pid, self.rows.len());
        }
        self.rows.push(row);
        Ok(())
    }

    /// Adds the row of a namespace below that of its owner or parent, which is added before it, and returns its index.
    /// There are no more than 32 levels, user_namespaces(7).
    fn add_with_ancestors(&mut self, inode: u32, tree: Option<TreeKind>) -> Result<Option<usize>> {
        if let Some(row) = self.namespace_rows.get(&inode) {
            return Ok(*row);
        }
        let Some(namespace) = self.snapshot.namespaces.get(&inode) else {
            return Ok(None);
        };
        if !self.types.contains(namespace.ns_type) {
            return Ok(None);
        }
        // A namespace never becomes its own ancestor, whatever the kernel returns.
        self.namespace_rows.insert(inode, None);
        let mut parent = self.add_with_ancestors(namespace.owner, tree)?;
        if tree == Some(TreeKind::Parent) {
            parent = self.add_with_ancestors(namespace.parent, tree)?;
        }
        let row = NsRow {
            inode,
            namespace,
            process: self.snapshot.first_member(namespace),
            parent,
        };
        if !(self.selects)(&row)? {
            return Ok(None);
        }
        let index = self.rows.len();
        self.rows.push(row);
        self.namespace_rows.insert(inode, Some(index));
        Ok(Some(index))
    }
}
