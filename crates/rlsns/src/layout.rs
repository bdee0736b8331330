//! How a graph and a tree are laid out.

/// The format of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GraphFormat {
    /// That of Graphviz.
    Dot,
    /// That of Mermaid, which is rendered where Markdown is shown.
    Mermaid,
    /// Nodes and edges as JSON.
    Json,
}

/// What the parent of a row in a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TreeKind {
    /// The namespace in which its namespace was created.
    Parent,
    /// The user namespace that owns its namespace.
    Owner,
    /// A namespace of its process's parent.
    Process,
}
