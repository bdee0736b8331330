//! Rows become lines: the tree's art before the text, one line or more a row.

use std::borrow::Cow;

use super::text::{self, Characters, Shown};
use super::tree::{Artist, Place};
use super::{Cell, Table};

/// What stands on one line.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// What is seen of each column.
    pub(super) cells: Vec<Shown<'a>>,
    /// How many cells the tree's art takes.
    pub(super) art: usize,
    /// Whether it is a row's first line; the others are never cut.
    pub(super) first: bool,
}

/// The lines of the table, with nothing cut.
pub(super) fn lines<'a>(
    table: &'a Table,
    places: &[Place],
    several_lines: bool,
    characters: &dyn Characters,
) -> Vec<Line<'a>> {
    let mut artist = Artist::of(places, characters);
    let mut lines = Vec::with_capacity(places.len());
    for place in places {
        let cells = &table.rows[place.row].cells;
        let height = if several_lines { height(cells) } else { 1 };
        for number in 0..height {
            let first = number == 0;
            let art = if first {
                artist.draw(place)
            } else {
                artist.go_on(place)
            };
            let cells = table.columns.iter().zip(cells).map(|(column, cell)| {
                let shown = show(cell, several_lines, number, characters);
                after(if column.tree { &art } else { "" }, shown)
            });
            lines.push(Line {
                cells: cells.collect(),
                art: width(&art),
                first,
            });
        }
    }
    lines
}

/// How many lines a row takes.
fn height(cells: &[Cell]) -> usize {
    let lines = cells.iter().map(|cell| match cell {
        Cell::Lines(lines) => broken(lines).count(),
        _ => 1,
    });
    lines.fold(1, usize::max)
}

/// The lines that a cell takes: where a text has a line break itself, the original has one as well.
fn broken(lines: &[Vec<u8>]) -> impl Iterator<Item = &[u8]> {
    let texts = lines.iter();
    texts.flat_map(|text| text.split(|byte| *byte == b'\n'))
}

/// What is seen of a cell on its row's line of this number.
fn show<'a>(
    cell: &'a Cell,
    several_lines: bool,
    number: usize,
    characters: &dyn Characters,
) -> Shown<'a> {
    let text = match cell {
        Cell::Lines(lines) if several_lines => {
            Cow::Borrowed(broken(lines).nth(number).unwrap_or_default())
        }
        cell if number == 0 => cell.joined(),
        _ => Cow::Borrowed(&b""[..]),
    };
    text::show(text, characters)
}

/// The art and the text after it. Where no cell of a terminal is taken, nothing is written.
fn after<'a>(art: &str, shown: Shown<'a>) -> Shown<'a> {
    let width = width(art) + shown.width;
    let text = match (art, width) {
        (_, 0) => Cow::Borrowed(&b""[..]),
        ("", _) => shown.text,
        _ => Cow::Owned([art.as_bytes(), &shown.text].concat()),
    };
    Shown { text, width }
}

/// How many cells the art takes.
fn width(art: &str) -> usize {
    art.chars().count()
}
