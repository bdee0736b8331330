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

use std::collections::BTreeSet;

use nscore::ns_type::NsType;

use crate::rows::Row;
use nscore::scan::{NsRecord, Snapshot};

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
    label: String,
    contents: Contents,
}

/// A namespace of another type.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Node {
    inode: u32,
    kind: NsType,
    label: String,
}

/// The picture of the namespaces in these rows, in this language. Names that are long are cut where `cut` says so.
pub(crate) fn draw(snapshot: &Snapshot, rows: &[Row], language: Language, cut: bool) -> Vec<u8> {
    let label = |inode, found: &NsRecord| label::of(snapshot, inode, found, cut);
    let graph = Graph::of(snapshot, rows, &label);
    match language {
        Language::Dot => dot::write(&graph),
        Language::Mermaid => mermaid::write(&graph),
    }
    .into_bytes()
}

/// What is written into a box.
type Label<'a> = &'a dyn Fn(u32, &NsRecord) -> String;

/// The frame in which each namespace stands, by its inode number, and the namespace; in no frame is in 0.
#[derive(Default)]
struct Places(BTreeSet<(u32, u32)>);

impl Graph {
    /// The rows are in the order of inode numbers.
    fn of(snapshot: &Snapshot, rows: &[Row], label: Label) -> Graph {
        let mut places = Places::default();
        let mut arrows = Vec::new();
        for row in rows {
            places.put(snapshot, row.inode);
            let parent = row.namespace.parent;
            let is_chosen = rows.binary_search_by_key(&parent, |row| row.inode).is_ok();
            // Whose child a user namespace is, the frames tell.
            if row.namespace.kind != NsType::User && is_chosen {
                arrows.push((parent, row.inode));
            }
        }
        let outside = places.contents(snapshot, 0, label);
        Graph { outside, arrows }
    }
}

impl Places {
    /// Gives a namespace its place, and the frames around it theirs: they are drawn whether they were chosen or not.
    fn put(&mut self, snapshot: &Snapshot, mut inode: u32) {
        while let Some(found) = snapshot.namespaces.get(&inode) {
            let known = snapshot.namespaces.contains_key(&found.owner);
            let owner = if known { found.owner } else { 0 };
            if !self.0.insert((owner, inode)) {
                return;
            }
            inode = owner;
        }
    }

    /// What stands in the frame with this inode number, and in the frames inside it, of which there are no more than
    /// 32, one in the other, `user_namespaces(7)`.
    fn contents(&self, snapshot: &Snapshot, frame: u32, label: Label) -> Contents {
        let mut contents = Contents::default();
        for (_, inode) in self.0.range((frame, 0)..=(frame, u32::MAX)) {
            let Some(found) = snapshot.namespaces.get(inode) else {
                continue;
            };
            let (inode, kind) = (*inode, found.kind);
            let label_of = label(inode, found);
            match kind {
                NsType::User => contents.frames.push(Frame {
                    inode,
                    label: label_of,
                    contents: self.contents(snapshot, inode, label),
                }),
                _ => contents.nodes.push(Node {
                    inode,
                    kind,
                    label: label_of,
                }),
            }
        }
        contents
    }
}

/// The colour of a box, told apart in grey as well by the type's name in it.
const fn colour(kind: NsType) -> &'static str {
    match kind {
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
