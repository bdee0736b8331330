//! The picture in the language of Graphviz, which `dot -Tsvg` draws.

use std::fmt::{self, Write};

use super::{Contents, Frame, Graph, Node, colour};

/// From left to right: boxes that no arrow connects then stand one below the other, and there may be hundreds.
const HEAD: &str = "digraph namespaces {
\tgraph [rankdir=LR, nodesep=0.1, fontname=\"sans-serif\", fontsize=11, labeljust=l, style=rounded, color=\"#888888\"];
\tnode [shape=box, style=\"rounded,filled\", color=\"#888888\", fontname=\"sans-serif\", fontsize=10];
\tedge [color=\"#888888\"];
";

/// The whole text.
pub(super) fn write(graph: &Graph) -> String {
    let mut out = HEAD.to_owned();
    // Writing to a string cannot fail.
    let _ = contents(&mut out, &graph.outside, 1);
    for (from, to) in &graph.arrows {
        let _ = writeln!(out, "\tns{from} -> ns{to};");
    }
    out + "}\n"
}

fn contents(out: &mut String, contents: &Contents, depth: usize) -> fmt::Result {
    let indent = "\t".repeat(depth);
    for Node { inode, kind, label } in &contents.nodes {
        let (label, colour) = (quoted(label), colour(*kind));
        writeln!(
            out,
            "{indent}ns{inode} [label={label}, fillcolor=\"{colour}\"];"
        )?;
    }
    contents
        .frames
        .iter()
        .try_for_each(|inner| frame(out, inner, depth))
}

fn frame(out: &mut String, frame: &Frame, depth: usize) -> fmt::Result {
    let indent = "\t".repeat(depth);
    let Frame { inode, label, .. } = frame;
    writeln!(out, "{indent}subgraph cluster_{inode} {{")?;
    writeln!(out, "{indent}\tlabel={};", quoted(label))?;
    contents(out, &frame.contents, depth + 1)?;
    // A frame with nothing in it would not be drawn.
    if frame.contents == Contents::default() {
        writeln!(out, "{indent}\tin{inode} [shape=point, style=invis];")?;
    }
    writeln!(out, "{indent}}}")
}

/// The lines of a label as a string of the language. A backslash is an escape in a label, an ampersand begins the name
/// of a character.
fn quoted(label: &str) -> String {
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
