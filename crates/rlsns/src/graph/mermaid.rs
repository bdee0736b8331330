//! The graph in the format of Mermaid, which is drawn where Markdown is shown.

use std::fmt::{self, Write};

use nscore::ns_type::NsType;

use super::{Cluster, ClusterBody, Graph, Node, node_colour};

/// Renders the graph.
pub(super) fn render(graph: &Graph) -> String {
    let mut out = "flowchart LR\n".to_owned();
    // Writing to a string cannot fail.
    let _ = write_body(&mut out, &graph.root, 1);
    for (from, to) in &graph.edges {
        let _ = writeln!(out, "    ns{from} --> ns{to}");
    }
    let _ = write_classes(&mut out);
    out
}

fn write_body(out: &mut String, body: &ClusterBody, depth: usize) -> fmt::Result {
    let indent = "    ".repeat(depth);
    for Node {
        inode,
        ns_type,
        label,
    } in &body.nodes
    {
        let (label, ns_type) = (quote_label(label), ns_type.file());
        writeln!(out, "{indent}ns{inode}[{label}]:::{ns_type}")?;
    }
    body.clusters
        .iter()
        .try_for_each(|inner| write_cluster(out, inner, depth))
}

fn write_cluster(out: &mut String, cluster: &Cluster, depth: usize) -> fmt::Result {
    let indent = "    ".repeat(depth);
    let Cluster { inode, label, .. } = cluster;
    writeln!(out, "{indent}subgraph ns{inode}[{}]", quote_label(label))?;
    write_body(out, &cluster.body, depth + 1)?;
    // An empty cluster would be drawn as a node.
    if cluster.body == ClusterBody::default() {
        writeln!(out, "{indent}    in{inode}[\" \"]:::none")?;
    }
    writeln!(out, "{indent}end")
}

/// Writes the colours, and the class of the invisible node.
fn write_classes(out: &mut String) -> fmt::Result {
    for ns_type in NsType::ALL
        .into_iter()
        .filter(|ns_type| *ns_type != NsType::User)
    {
        let (name, colour) = (ns_type.file(), node_colour(ns_type));
        writeln!(
            out,
            "    classDef {name} fill:{colour},stroke:#888888,color:#000000"
        )?;
    }
    writeln!(out, "    classDef none fill:none,stroke:none")
}

/// Quotes the lines of a label: characters without a meaning anywhere in the format as they are, all others by their
/// numbers. Many have a meaning: quotes, `#`, `%%`, `` ` ``, `$$`, `<`, `fa:` in one place or another, letters like `ﬂ`
/// inside Mermaid itself, and all of Markdown, where `www.` begins a link.
fn quote_label(label: &str) -> String {
    let mut out = "\"".to_owned();
    let mut before = ' ';
    for character in label.chars() {
        match character {
            '\n' => out += "<br/>",
            '.' if !matches!(before, 'w' | 'W') => out.push('.'),
            ' ' | ',' | '-' | '/' | 'a'..='z' | 'A'..='Z' | '0'..='9' => out.push(character),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(out, "#{};", u32::from(character));
            }
        }
        before = character;
    }
    out + "\""
}
