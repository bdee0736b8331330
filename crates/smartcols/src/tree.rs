//! The order of the rows, and the prefix that shows where a row is in the tree.
//!
//! A list keeps the order of the table. In a tree the roots keep that order, and each is followed by its descendants.

use crate::characters::Characters;
use crate::table::{Row, Table};

/// Where a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// The index of the row.
    pub(crate) row: usize,
    /// How many ancestors it has.
    pub(crate) depth: usize,
    /// Whether it is the last child of its parent.
    pub(crate) is_last: bool,
    /// Whether it has children.
    pub(crate) has_children: bool,
}

/// Returns the positions of all rows, from top to bottom.
pub(crate) fn arrange_rows(table: &Table) -> Vec<Position> {
    if table.columns.iter().any(|column| column.tree) {
        arrange_tree(&table.rows)
    } else {
        (0..table.rows.len()).map(root).collect()
    }
}

fn root(row: usize) -> Position {
    Position {
        row,
        depth: 0,
        is_last: false,
        has_children: false,
    }
}

fn arrange_tree(rows: &[Row]) -> Vec<Position> {
    let children = children_of_rows(rows);
    let mut positions = Vec::with_capacity(rows.len());
    let mut is_placed = vec![false; rows.len()];
    let roots = (0..rows.len()).filter(|row| rows[*row].parent.is_none());
    let mut pending = Vec::new();
    // Parents may form a cycle, for example where process IDs were reused during a scan. The first row of a cycle then
    // becomes a root, so that no row is lost.
    for first in roots.chain(0..rows.len()) {
        if is_placed[first] {
            continue;
        }
        pending.push(root(first));
        while let Some(mut position) = pending.pop() {
            is_placed[position.row] = true;
            let next = children[position.row]
                .iter()
                .filter(|row| !is_placed[**row]);
            let known = pending.len();
            pending.extend(next.rev().enumerate().map(|(from_the_end, row)| Position {
                depth: position.depth + 1,
                is_last: from_the_end == 0,
                ..root(*row)
            }));
            position.has_children = pending.len() > known;
            positions.push(position);
        }
    }
    positions
}

/// Returns the indices of each row's children, in the order of the table.
fn children_of_rows(rows: &[Row]) -> Vec<Vec<usize>> {
    let mut children = vec![Vec::new(); rows.len()];
    for (index, row) in rows.iter().enumerate() {
        if let Some(siblings) = row.parent.and_then(|parent| children.get_mut(parent)) {
            siblings.push(index);
        }
    }
    children
}

/// Writes the prefixes of the rows, from top to bottom.
pub(crate) struct TreePrinter {
    symbols: &'static Symbols,
    /// For each ancestor of the current row, from the root: whether more of its siblings follow.
    siblings_follow: Vec<bool>,
}

/// What the tree is drawn with; each symbol is two cells wide.
struct Symbols {
    /// Before a row that has siblings below it.
    branch: &'static str,
    /// Before the last child.
    right: &'static str,
    /// Beside rows between two siblings.
    vertical: &'static str,
}

const ASCII: Symbols = Symbols {
    branch: "|-",
    right: "`-",
    vertical: "| ",
};

const UTF_8: Symbols = Symbols {
    branch: "├─",
    right: "└─",
    vertical: "│ ",
};

impl TreePrinter {
    /// Creates a printer for these rows; it draws with box-drawing characters where text is UTF-8, else in ASCII.
    pub(crate) fn new(positions: &[Position], characters: &dyn Characters) -> TreePrinter {
        // Where no row has children nothing is drawn, and the locale need not be loaded.
        let is_tree = positions.iter().any(|position| position.has_children);
        TreePrinter {
            symbols: if is_tree && characters.is_utf8() {
                &UTF_8
            } else {
                &ASCII
            },
            siblings_follow: Vec::new(),
        }
    }

    /// Returns the prefix of the row at this position, which follows that of the last call.
    pub(crate) fn prefix(&mut self, position: &Position) -> String {
        self.siblings_follow
            .truncate(position.depth.saturating_sub(1));
        let mut prefix = self.verticals();
        if position.depth > 0 {
            self.siblings_follow.push(!position.is_last);
            prefix.push_str(if position.is_last {
                self.symbols.right
            } else {
                self.symbols.branch
            });
        }
        prefix
    }

    /// Returns the prefix of a further line of the row whose prefix was returned last.
    pub(crate) fn continuation(&self, position: &Position) -> String {
        let mut prefix = self.verticals();
        if position.has_children {
            prefix.push_str(self.symbols.vertical);
        }
        prefix
    }

    fn verticals(&self) -> String {
        let symbol = |follows: &bool| {
            if *follows {
                self.symbols.vertical
            } else {
                "  "
            }
        };
        self.siblings_follow.iter().map(symbol).collect()
    }
}
