//! The graph in the format of Graphviz, which `dot -Tsvg` draws.

use std::fmt::{self, Write};

use super::{Cluster, ClusterBody, Graph, Node, node_colour};

/// From left to right: nodes without edges, of which there may be hundreds, are then one below the other.
const HEAD: &str = "digraph namespaces {
\tgraph [rankdir=LR, nodesep=0.1, fontname=\"sans-serif\", fontsize=11, labeljust=l, style=rounded, color=\"#888888\"];
\tnode [shape=box, style=\"rounded,filled\", color=\"#888888\", fontname=\"sans-serif\", fontsize=10];
\tedge [color=\"#888888\"];
";

/// Renders the graph.
pub(super) fn render(graph: &Graph) -> String {
    let mut out = HEAD.to_owned();
    // Writing to a string cannot fail.
    let _ = write_body(&mut out, &graph.root, 1);
    for (from, to) in &graph.edges {
        let _ = writeln!(out, "\tns{from} -> ns{to};");
    }
    out + "}\n"
}

fn write_body(out: &mut String, body: &ClusterBody, depth: usize) -> fmt::Result {
    let indent = "\t".repeat(depth);
    for Node {
        inode,
        ns_type,
        label,
    } in &body.nodes
    {
        let (label, colour) = (quote_label(label), node_colour(*ns_type));
        writeln!(
            out,
            "{indent}ns{inode} [label={label}, fillcolor=\"{colour}\"];"
        )?;
    }
    body.clusters
        .iter()
        .try_for_each(|inner| write_cluster(out, inner, depth))
}

fn write_cluster(out: &mut String, cluster: &Cluster, depth: usize) -> fmt::Result {
    let indent = "\t".repeat(depth);
    let Cluster { inode, label, .. } = cluster;
    writeln!(out, "{indent}subgraph cluster_{inode} {{")?;
    writeln!(out, "{indent}\tlabel={};", quote_label(label))?;
    write_body(out, &cluster.body, depth + 1)?;
    // An empty cluster would not be drawn.
    if cluster.body == ClusterBody::default() {
        writeln!(out, "{indent}\tin{inode} [shape=point, style=invis];")?;
    }
    writeln!(out, "{indent}}}")
}

/// Quotes the lines of a label. In a label, a backslash begins an escape and an ampersand the name of a character.
fn quote_label(label: &str) -> String {
    let mut out = "\"".to_owned();
    for character in label.chars() {
        match character {
            '\n' => out += "\\n",
            '\\' => out += "\\\\",
            '"' => out += "\\\"",
            '&' => out += "&amp;",
            _ => out.push(character),
        }
    }
    out + "\""
}
