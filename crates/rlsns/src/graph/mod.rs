//! Namespaces as a picture, `--graph`: each user namespace is a frame, inside it stands what it owns and the frames of
//! the user namespaces that were made in it; an arrow leads from a pid namespace to one that was made in it.
//!
//! The picture is put together here, once, and written by [`dot`] and [`mermaid`], each in its own language. What is
//! the same on the machine is the same text: everything is in the order of inode numbers.

mod dot;
mod label;
mod mermaid;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use nscore::namespace::Namespace;

use crate::rows::Row;
use crate::scan::{Found, Snapshot};

/// The language in which a picture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// That of Graphviz.
    Dot,
    /// That of Mermaid, which a README shows as a picture.
    Mermaid,
}

impl Language {
    /// The language of this name.
    pub(crate) fn named(name: &[u8]) -> Option<Language> {
        match name {
            b"dot" => Some(Language::Dot),
            b"mermaid" => Some(Language::Mermaid),
            _ => None,
        }
    }
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Graph {
    /// What stands in no frame: those whose owner is not told, and the frames that are in no other.
    outside: Contents,
    /// From a namespace to one that was made in it.
    arrows: Vec<(u32, u32)>,
}

/// What stands in a frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Contents {
    nodes: Vec<Node>,
    frames: Vec<Frame>,
}

/// A user namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Frame {
    inode: u32,
    label: Vec<String>,
    contents: Contents,
}

/// A namespace of another type.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Node {
    inode: u32,
    kind: Namespace,
    label: Vec<String>,
}

/// The picture of the namespaces in these rows, in this language. Names that are long are cut where `cut` says so.
pub(crate) fn draw(snapshot: &Snapshot, rows: &[Row], language: Language, cut: bool) -> Vec<u8> {
    let label = |inode, found: &Found| label::of(snapshot, inode, found, cut);
    let graph = Graph::of(snapshot, rows, &label);
    match language {
        Language::Dot => dot::write(&graph),
        Language::Mermaid => mermaid::write(&graph),
    }
    .into_bytes()
}

/// What is written into a box.
type Label<'a> = &'a dyn Fn(u32, &Found) -> Vec<String>;

/// What stands in each frame, by the frame's inode number; that of what is in none is 0.
#[derive(Default)]
struct Places {
    nodes: BTreeMap<u32, BTreeSet<u32>>,
    frames: BTreeMap<u32, BTreeSet<u32>>,
}

impl Graph {
    fn of(snapshot: &Snapshot, rows: &[Row], label: Label) -> Graph {
        let chosen: BTreeSet<u32> = rows.iter().map(|row| row.inode).collect();
        let mut places = Places::default();
        for inode in &chosen {
            places.put(snapshot, *inode);
        }
        let made_in = |inode: &u32| {
            let found = snapshot.namespaces.get(inode)?;
            // Whose child a user namespace is, the frames tell.
            let drawn = found.kind != Namespace::User && chosen.contains(&found.parent);
            drawn.then_some((found.parent, *inode))
        };
        Graph {
            outside: places.contents(snapshot, 0, label),
            arrows: chosen.iter().filter_map(made_in).collect(),
        }
    }
}

impl Places {
    /// Gives a namespace its place, and the frames around it theirs: they are drawn whether they were chosen or not.
    fn put(&mut self, snapshot: &Snapshot, mut inode: u32) {
        while let Some(found) = snapshot.namespaces.get(&inode) {
            let known = snapshot.namespaces.contains_key(&found.owner);
            let owner = if known { found.owner } else { 0 };
            let places = match found.kind {
                Namespace::User => &mut self.frames,
                _ => &mut self.nodes,
            };
            if !places.entry(owner).or_default().insert(inode) {
                return;
            }
            inode = owner;
        }
    }

    /// What stands in the frame with this inode number, and in the frames inside it, of which there are no more than
    /// 32, one in the other, `user_namespaces(7)`.
    fn contents(&self, snapshot: &Snapshot, frame: u32, label: Label) -> Contents {
        let known = |inode: &u32| Some((*inode, snapshot.namespaces.get(inode)?));
        let node = |(inode, found): (u32, &Found)| Node {
            inode,
            kind: found.kind,
            label: label(inode, found),
        };
        let inner = |(inode, found): (u32, &Found)| Frame {
            inode,
            label: label(inode, found),
            contents: self.contents(snapshot, inode, label),
        };
        let nodes = self.nodes.get(&frame).into_iter().flatten();
        let frames = self.frames.get(&frame).into_iter().flatten();
        Contents {
            nodes: nodes.filter_map(known).map(node).collect(),
            frames: frames.filter_map(known).map(inner).collect(),
        }
    }
}

/// The colour of a box, told apart in grey as well by the type's name in it.
const fn colour(kind: Namespace) -> &'static str {
    match kind {
        Namespace::User => "#ffffff",
        Namespace::Cgroup => "#e6e2d3",
        Namespace::Ipc => "#f4d9e6",
        Namespace::Uts => "#fbe8c8",
        Namespace::Net => "#d3e4f8",
        Namespace::Pid => "#d8efd3",
        Namespace::Mount => "#e4dbf5",
        Namespace::Time => "#d2efef",
    }
}
