//! Which rows there are, in which order, and which stands below which.
//!
//! Rows are added in the order of inode numbers. A row of a tree stands below one that was added before it; in a tree of
//! owners the owner of a namespace is added before it, in a tree of parents both are.

use std::collections::{BTreeMap, BTreeSet};

use crate::options::{Options, Relation};
use nscore::scan::{NsRecord, NsTypes, Process, Snapshot};

/// A row: a namespace, and the process that is shown with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) inode: u32,
    pub(crate) namespace: &'a NsRecord,
    pub(crate) process: Option<&'a Process>,
    /// The index of the row that it stands below.
    pub(crate) parent: Option<usize>,
}

/// The rows, while they are put together.
struct Rows<'a> {
    snapshot: &'a Snapshot,
    types: NsTypes,
    chosen: &'a mut dyn FnMut(&Row) -> anyhow::Result<bool>,
    rows: Vec<Row<'a>>,
    /// The last row of each process.
    of_process: BTreeMap<u32, Option<usize>>,
    /// What became of each namespace that was met: the index of its row, if it has one.
    of_namespace: BTreeMap<u32, Option<usize>>,
}

/// The rows for namespaces that `chosen` lets pass.
///
/// # Errors
/// Those of `chosen`.
pub(crate) fn of_namespaces<'a>(
    snapshot: &'a Snapshot,
    options: &Options,
    chosen: &'a mut dyn FnMut(&Row) -> anyhow::Result<bool>,
) -> anyhow::Result<Vec<Row<'a>>> {
    let mut rows = Rows::new(snapshot, options, chosen);
    let task = options.task.map(|pid| snapshot.process(pid));
    let is_chosen = |inode: u32, namespace: &NsRecord| {
        let is_in = |process: &Process| process.namespace(namespace.kind) == inode;
        let of_task = task.is_none_or(|task| task.is_some_and(is_in));
        let persistent = !options.persistent || namespace.processes == 0;
        of_task
            && persistent
            && options
                .types
                .is_none_or(|types| types.contains(namespace.kind))
    };
    let mut ancestors = BTreeSet::new();
    if !options.hidden && matches!(options.tree, Some(Relation::Owner | Relation::Parent)) {
        for (inode, namespace) in &snapshot.namespaces {
            if namespace.is_known_to_original() && is_chosen(*inode, namespace) {
                note_ancestors(snapshot, namespace, options.tree, &mut ancestors);
            }
        }
    }
    for (inode, namespace) in &snapshot.namespaces {
        let is_known = namespace.is_known_to_original() || ancestors.contains(inode);
        if (options.hidden || is_known) && is_chosen(*inode, namespace) {
            match options.tree {
                Some(Relation::Owner | Relation::Parent) => {
                    rows.add_below(*inode, options.tree)?;
                }
                _ => rows.add_by_process(*inode, namespace, snapshot.first_member(namespace))?,
            }
        }
    }
    Ok(rows.rows)
}

/// The rows for the processes in one namespace that `chosen` lets pass.
///
/// # Errors
/// Those of `chosen`.
pub(crate) fn of_processes<'a>(
    snapshot: &'a Snapshot,
    options: &Options,
    (inode, namespace): (u32, &'a NsRecord),
    chosen: &'a mut dyn FnMut(&Row) -> anyhow::Result<bool>,
) -> anyhow::Result<Vec<Row<'a>>> {
    let mut rows = Rows::new(snapshot, options, chosen);
    for process in &snapshot.processes {
        if process.namespace(namespace.kind) == inode {
            rows.add_by_process(inode, namespace, Some(process))?;
        }
    }
    Ok(rows.rows)
}

/// Takes down those that a tree has above a namespace: there they stand in their order, even if nothing else is known
/// of them. There are no more than 32 levels, `user_namespaces(7)`.
fn note_ancestors(
    snapshot: &Snapshot,
    namespace: &NsRecord,
    tree: Option<Relation>,
    ancestors: &mut BTreeSet<u32>,
) {
    let parent = (tree == Some(Relation::Parent)).then_some(namespace.parent);
    for above in [Some(namespace.owner), parent].into_iter().flatten() {
        let Some(found) = snapshot.namespaces.get(&above) else {
            continue;
        };
        if ancestors.insert(above) {
            note_ancestors(snapshot, found, tree, ancestors);
        }
    }
}

impl<'a> Rows<'a> {
    fn new(
        snapshot: &'a Snapshot,
        options: &Options,
        chosen: &'a mut dyn FnMut(&Row) -> anyhow::Result<bool>,
    ) -> Rows<'a> {
        Rows {
            snapshot,
            types: options.types.unwrap_or(NsTypes::ALL),
            chosen,
            rows: Vec::new(),
            of_process: BTreeMap::new(),
            of_namespace: BTreeMap::new(),
        }
    }

    /// Adds a row below the last one of its process's parent.
    fn add_by_process(
        &mut self,
        inode: u32,
        namespace: &'a NsRecord,
        process: Option<&'a Process>,
    ) -> anyhow::Result<()> {
        let person = process.and_then(|process| process.info.as_ref());
        let parent = person.and_then(|person| *self.of_process.get(&person.parent)?);
        let row = Row {
            inode,
            namespace,
            process,
            parent,
        };
        if (self.chosen)(&row)? {
            if let Some(process) = process {
                self.of_process.insert(process.pid, Some(self.rows.len()));
            }
            self.rows.push(row);
        }
        Ok(())
    }

    /// Adds the row of a namespace below that of its owner or parent, which is added before it; the index of the row,
    /// if there is one. There are no more than 32 levels, `user_namespaces(7)`.
    fn add_below(&mut self, inode: u32, tree: Option<Relation>) -> anyhow::Result<Option<usize>> {
        if let Some(row) = self.of_namespace.get(&inode) {
            return Ok(*row);
        }
        let Some(namespace) = self.snapshot.namespaces.get(&inode) else {
            return Ok(None);
        };
        if !self.types.contains(namespace.kind) {
            return Ok(None);
        }
        // Whatever the kernel may say, nothing stands below itself.
        self.of_namespace.insert(inode, None);
        let mut parent = self.add_below(namespace.owner, tree)?;
        if tree == Some(Relation::Parent) {
            parent = self.add_below(namespace.parent, tree)?;
        }
        let row = Row {
            inode,
            namespace,
            process: self.snapshot.first_member(namespace),
            parent,
        };
        let index = self.rows.len();
        if !(self.chosen)(&row)? {
            return Ok(None);
        }
        self.rows.push(row);
        self.of_namespace.insert(inode, Some(index));
        Ok(Some(index))
    }
}
