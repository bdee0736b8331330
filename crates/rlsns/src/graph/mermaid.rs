//! The picture in the language of Mermaid, which is drawn where Markdown is read.

use std::fmt::{self, Write};

use nscore::ns_type::NsType;

use super::{Contents, Frame, Graph, Node, colour};

/// The whole text.
pub(super) fn write(graph: &Graph) -> String {
    let mut out = "flowchart LR\n".to_owned();
    // Writing to a string cannot fail.
    let _ = contents(&mut out, &graph.outside, 1);
    for (from, to) in &graph.arrows {
        let _ = writeln!(out, "    ns{from} --> ns{to}");
    }
    let _ = classes(&mut out);
    out
}

fn contents(out: &mut String, contents: &Contents, depth: usize) -> fmt::Result {
    let indent = "    ".repeat(depth);
    for Node { inode, kind, label } in &contents.nodes {
        let (label, kind) = (quoted(label), kind.file());
        writeln!(out, "{indent}ns{inode}[{label}]:::{kind}")?;
    }
    contents
        .frames
        .iter()
        .try_for_each(|inner| frame(out, inner, depth))
}

fn frame(out: &mut String, frame: &Frame, depth: usize) -> fmt::Result {
    let indent = "    ".repeat(depth);
    let Frame { inode, label, .. } = frame;
    writeln!(out, "{indent}subgraph ns{inode}[{}]", quoted(label))?;
    contents(out, &frame.contents, depth + 1)?;
    // A frame with nothing in it would be drawn as a box.
    if frame.contents == Contents::default() {
        writeln!(out, "{indent}    in{inode}[\" \"]:::none")?;
    }
    writeln!(out, "{indent}end")
}

/// The colours, and the box that is not to be seen.
fn classes(out: &mut String) -> fmt::Result {
    for kind in NsType::ALL.into_iter().filter(|kind| *kind != NsType::User) {
        let (name, colour) = (kind.file(), colour(kind));
        writeln!(
            out,
            "    classDef {name} fill:{colour},stroke:#888888,color:#000000"
        )?;
    }
    writeln!(out, "    classDef none fill:none,stroke:none")
}

/// The lines of a label as a string of the language: what means nothing anywhere in it as itself, all else by the
/// numbers of its characters. There are many that mean something: quotes, `#`, `%%`, `` ` ``, `$$`, `<`, `fa:` in one
/// place or another, letters like `ﬂ` inside the program itself, and all of Markdown, where `www.` begins a link.
fn quoted(label: &str) -> String {
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
