//! The graph as JSON, for programs: an array of nodes and one of edges.

use nscore::scan::Snapshot;
use smartcols::Json;

use super::{ClusterBody, Graph};
use crate::output::json_style;
use crate::process_info::command_line;

/// Renders the graph.
pub(super) fn render(graph: &Graph, snapshot: &Snapshot) -> Vec<u8> {
    let mut members = Vec::new();
    collect(&graph.root, None, &mut members);
    let nodes = members.iter().map(|(inode, _)| node(snapshot, *inode));
    let mut edges: Vec<Json> = Vec::new();
    for (inode, owner) in &members {
        edges.extend(owner.map(|owner| edge(owner, *inode, "owner")));
    }
    for (from, to) in &graph.edges {
        edges.push(edge(*from, *to, "parent"));
    }
    let value = Json::object([
        (
            "unreadable",
            Some(Json::Number(snapshot.unread.processes() as u64)),
        ),
        ("nodes", Some(Json::Array(nodes.collect()))),
        ("edges", Some(Json::Array(edges))),
    ]);
    value.render(json_style())
}

/// Collects the namespaces of a cluster, each with the user namespace around it.
fn collect(body: &ClusterBody, owner: Option<u32>, members: &mut Vec<(u32, Option<u32>)>) {
    members.extend(body.nodes.iter().map(|node| (node.inode, owner)));
    for cluster in &body.clusters {
        members.push((cluster.inode, owner));
        collect(&cluster.body, Some(cluster.inode), members);
    }
}

/// Returns a namespace, with the process that has the lowest PID in it, or with what else holds it.
fn node(snapshot: &Snapshot, inode: u32) -> Json {
    let found = snapshot.namespaces.get(&inode);
    let process = found.and_then(|found| snapshot.first_member(found));
    let held = found.map(|found| found.refs.words().map(Json::from).collect());
    Json::object([
        ("ns", Some(inode.into())),
        ("type", found.map(|found| found.ns_type.file().into())),
        (
            "processes",
            found.map(|found| Json::Number(found.processes as u64)),
        ),
        ("pid", process.map(|process| process.pid.into())),
        (
            "command",
            process.map(|process| Json::Text(command_line(process))),
        ),
        ("held", held.map(Json::Array)),
    ])
}

/// Returns an edge: `to` is owned by `from`, or its child.
fn edge(from: u32, to: u32, kind: &str) -> Json {
    Json::object([
        ("from", Some(from.into())),
        ("to", Some(to.into())),
        ("kind", Some(kind.into())),
    ])
}
