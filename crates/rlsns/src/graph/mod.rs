//! `--graph`: each user namespace is a cluster (Graphviz's word) around the namespaces that it owns and the clusters of
//! its child namespaces; an edge leads from a PID namespace to its child.
//!
//! The graph is built here and rendered by [`dot`], [`mermaid`] and [`json`]. Everything is in the order of inode
//! numbers, so that the text changes only if the namespaces do.

mod dot;
mod json;
mod label;
mod mermaid;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use nscore::ns_type::NsType;
use nscore::scan::{NsRecord, Snapshot};

use crate::layout::GraphFormat;
use crate::rows::NsRow;

/// A graph.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Graph {
    /// What is in no cluster: namespaces whose owner is unknown, and the outermost clusters.
    root: ClusterBody,
    /// From a namespace to its child.
    edges: Vec<(u32, u32)>,
}

/// What is in a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ClusterBody {
    nodes: Vec<Node>,
    clusters: Vec<Cluster>,
}

/// A user namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cluster {
    inode: u32,
    label: String,
    body: ClusterBody,
}

/// A namespace of another type.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Node {
    inode: u32,
    ns_type: NsType,
    label: String,
}

/// Renders the namespaces in these rows as a graph; `truncate` shortens long command lines.
pub(crate) fn render(
    snapshot: &Snapshot,
    rows: &[NsRow],
    format: GraphFormat,
    truncate: bool,
) -> Vec<u8> {
    let label = |inode, found: &NsRecord| label::namespace_label(snapshot, inode, found, truncate);
    let graph = Graph::new(snapshot, rows, &label);
    match format {
        GraphFormat::Dot => dot::render(&graph).into_bytes(),
        GraphFormat::Mermaid => mermaid::render(&graph).into_bytes(),
        GraphFormat::Json => json::render(&graph, snapshot),
    }
}

/// Returns the label of a namespace.
type Label<'a> = &'a dyn Fn(u32, &NsRecord) -> String;

/// The inode numbers of a cluster and of a namespace in it; the cluster is 0 for a namespace in none.
#[derive(Default)]
struct ClusterMembers(BTreeSet<(u32, u32)>);

impl Graph {
    /// Builds the graph of rows that are sorted by inode number.
    fn new(snapshot: &Snapshot, rows: &[NsRow], label: Label) -> Graph {
        let mut members = ClusterMembers::default();
        let mut edges = Vec::new();
        for row in rows {
            members.add(snapshot, row.inode);
            let parent = row.namespace.parent;
            let is_chosen = rows.binary_search_by_key(&parent, |row| row.inode).is_ok();
            // The clusters show the parents of user namespaces.
            if row.namespace.ns_type != NsType::User && is_chosen {
                edges.push((parent, row.inode));
            }
        }
        let root = members.cluster_body(snapshot, 0, label);
        Graph { root, edges }
    }
}

impl ClusterMembers {
    /// Adds a namespace, and the clusters around it: they are drawn even if they were not selected.
    fn add(&mut self, snapshot: &Snapshot, mut inode: u32) {
        while let Some(found) = snapshot.namespaces.get(&inode) {
            let known = snapshot.namespaces.contains_key(&found.owner);
            let owner = if known { found.owner } else { 0 };
            if !self.0.insert((owner, inode)) {
                return;
            }
            inode = owner;
        }
    }

    /// Returns what is in the cluster with this inode number. Clusters are nested no more than 32 levels deep,
    /// user_namespaces(7).
    fn cluster_body(&self, snapshot: &Snapshot, cluster: u32, label: Label) -> ClusterBody {
        let mut body = ClusterBody::default();
        for (_, inode) in self.0.range((cluster, 0)..=(cluster, u32::MAX)) {
            let Some(found) = snapshot.namespaces.get(inode) else {
                continue;
            };
            let (inode, ns_type) = (*inode, found.ns_type);
            let label_of = label(inode, found);
            match ns_type {
                NsType::User => body.clusters.push(Cluster {
                    inode,
                    label: label_of,
                    body: self.cluster_body(snapshot, inode, label),
                }),
                _ => body.nodes.push(Node {
                    inode,
                    ns_type,
                    label: label_of,
                }),
            }
        }
        body
    }
}

/// Returns the colour of a node. The label names the type too, for whoever does not see colours.
const fn node_colour(ns_type: NsType) -> &'static str {
    match ns_type {
        NsType::User => "#ffffff",
        NsType::Cgroup => "#e6e2d3",
        NsType::Ipc => "#f4d9e6",
        NsType::Uts => "#fbe8c8",
        NsType::Net => "#d3e4f8",
        NsType::Pid => "#d8efd3",
        NsType::Mount => "#e4dbf5",
        NsType::Time => "#d2efef",
    }
}
