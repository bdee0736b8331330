//! The order of the rows, and the art that shows which stands below which.
//!
//! In a list that is the table's own order. In a tree the rows without a parent are in that order, and each is
//! followed by those below it.

use super::text::Characters;
use super::{Row, Table};

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The index of the row.
    pub(super) row: usize,
    /// How many rows it stands below.
    pub(super) depth: usize,
    /// Whether it is the last one below its parent.
    pub(super) last: bool,
    /// Whether others stand below it.
    pub(super) bears: bool,
}

/// The places of all rows, from top to bottom.
pub(super) fn places(table: &Table) -> Vec<Place> {
    if table.columns.iter().any(|column| column.tree) {
        tree(&table.rows)
    } else {
        (0..table.rows.len()).map(root).collect()
    }
}

fn root(row: usize) -> Place {
    Place {
        row,
        depth: 0,
        last: false,
        bears: false,
    }
}

fn tree(rows: &[Row]) -> Vec<Place> {
    let mut below = vec![Vec::new(); rows.len()];
    for (index, row) in rows.iter().enumerate() {
        if let Some(below) = row.parent.and_then(|parent| below.get_mut(parent)) {
            below.push(index);
        }
    }
    let mut places = Vec::with_capacity(rows.len());
    let mut placed = vec![false; rows.len()];
    let roots = (0..rows.len()).filter(|row| rows[*row].parent.is_none());
    let mut ahead = Vec::new();
    // Parents may go round in a circle where process ids were used again while we looked. The first row of a circle
    // then stands where a root does, for no row may be lost.
    for first in roots.chain(0..rows.len()) {
        if placed[first] {
            continue;
        }
        ahead.push(root(first));
        while let Some(mut place) = ahead.pop() {
            placed[place.row] = true;
            let next = below[place.row].iter().filter(|row| !placed[**row]);
            let known = ahead.len();
            ahead.extend(next.rev().enumerate().map(|(from_the_end, row)| Place {
                depth: place.depth + 1,
                last: from_the_end == 0,
                ..root(*row)
            }));
            place.bears = ahead.len() > known;
            places.push(place);
        }
    }
    places
}

/// Draws the tree, place by place from top to bottom.
pub(super) struct Artist {
    strokes: &'static Strokes,
    /// For each depth that the current place is below, from the top: whether more follows at that depth.
    follows: Vec<bool>,
}

/// What the tree is drawn with; each stroke is two cells wide.
struct Strokes {
    branch: &'static str,
    last: &'static str,
    trunk: &'static str,
}

const ASCII: Strokes = Strokes {
    branch: "|-",
    last: "`-",
    trunk: "| ",
};

const UTF_8: Strokes = Strokes {
    branch: "├─",
    last: "└─",
    trunk: "│ ",
};

impl Artist {
    /// An artist for these places, who draws in UTF-8 where that is what text is, or else in ASCII.
    pub(super) fn of(places: &[Place], characters: &dyn Characters) -> Artist {
        // A table in which no row stands below another has nothing to draw, and need not ask for the locale.
        let is_tree = places.iter().any(|place| place.bears);
        Artist {
            strokes: if is_tree && characters.are_utf_8() {
                &UTF_8
            } else {
                &ASCII
            },
            follows: Vec::new(),
        }
    }

    /// The art before the row that stands at this place, which comes after that of the last call.
    pub(super) fn draw(&mut self, place: &Place) -> String {
        self.follows.truncate(place.depth.saturating_sub(1));
        let mut art = self.trunks();
        if place.depth > 0 {
            self.follows.push(!place.last);
            art.push_str(if place.last {
                self.strokes.last
            } else {
                self.strokes.branch
            });
        }
        art
    }

    /// The art before a further line of the row that was drawn last.
    pub(super) fn go_on(&self, place: &Place) -> String {
        let mut art = self.trunks();
        if place.bears {
            art.push_str(self.strokes.trunk);
        }
        art
    }

    fn trunks(&self) -> String {
        let stroke = |follows: &bool| if *follows { self.strokes.trunk } else { "  " };
        self.follows.iter().map(stroke).collect()
    }
}
