//! How wide each column is: as its cells, its heading and the terminal will have it.
//!
//! The rules are those that the original's tables show. A column that has room is as wide as its widest cell, or its
//! heading, or its hint. On a terminal with room to spare the columns below their hint get some of it; on one that is
//! too narrow those that may be cut give some up, and where that is not enough the lines overrun.

use std::iter;

use super::Column;
use super::grid::Line;

/// What a column's width depends on, in cells of a terminal.
struct Measure {
    /// What it has at the least if it is not empty: as much as its heading.
    least: usize,
    /// What its widest cell takes.
    widest: usize,
    /// What few of its cells exceed.
    typical: usize,
    /// What it would like to have.
    hint: usize,
    /// Whether it may be cut.
    shrinks: bool,
}

/// The width of each column, on a terminal of this width if on any.
pub(super) fn fit(
    columns: &[Column],
    headings: Option<&Line<'_>>,
    lines: &[Line<'_>],
    terminal: Option<usize>,
) -> Vec<usize> {
    let measures: Vec<Measure> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let heading = headings.map(|line| line.cells[index].width);
            measure(column, heading, lines, index)
        })
        .collect();
    let mut widths: Vec<usize> = measures.iter().map(natural).collect();
    if let Some(terminal) = terminal {
        if total(&widths) > terminal {
            let art = lines.iter().map(|line| line.art).fold(0, usize::max);
            shrink(&mut widths, &measures, terminal, art);
        } else {
            grow(&mut widths, &measures, terminal);
        }
    }
    widths
}

fn measure(column: &Column, heading: Option<usize>, lines: &[Line<'_>], index: usize) -> Measure {
    let width = |line: &Line<'_>| line.cells[index].width;
    let first_lines = lines.iter().filter(|line| line.first);
    let widest = lines.iter().map(width).fold(0, usize::max);
    Measure {
        least: heading.unwrap_or(widest.min(1)),
        widest,
        typical: typical(first_lines.map(width)),
        hint: column.hint,
        shrinks: column.shrinks,
    }
}

/// The mean of all numbers and one standard deviation; a single number has none.
fn typical(numbers: impl Iterator<Item = usize>) -> usize {
    let (mut count, mut sum, mut squares) = (0, 0, 0);
    for number in numbers {
        let number = number as u128;
        count += 1;
        sum += number;
        squares += number * number;
    }
    if count < 2 {
        return usize::MAX;
    }
    let deviations = (count * (count * squares - sum * sum) / (count - 1)).isqrt();
    usize::try_from((sum + deviations) / count).unwrap_or(usize::MAX)
}

/// The width that a column has where there is room enough.
fn natural(measure: &Measure) -> usize {
    let &Measure {
        least,
        widest,
        hint,
        ..
    } = measure;
    if widest > least && widest < hint {
        hint
    } else {
        widest.max(least)
    }
}

/// What the columns take together, with a blank between each two.
fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + widths.len().saturating_sub(1)
}

/// Takes cells from the columns that may be cut, as far as their headings allow: of the last one what makes it wider
/// than its cells typically are, then, from the last to the first and round and round, one of each and three of the
/// last. Where the tree alone is wider than the terminal, it is enough to be no wider than the tree.
fn shrink(widths: &mut [usize], measures: &[Measure], terminal: usize, art: usize) {
    let may = |index: &usize| measures[*index].shrinks;
    let columns: Vec<usize> = (0..widths.len()).rev().filter(may).collect();
    let Some(&last) = columns.first() else {
        return;
    };
    let surplus = widths[last].saturating_sub(measures[last].typical);
    let one_or_three = |index: &usize| (*index, if *index == last { 3 } else { 1 });
    let steps = columns.iter().cycle().map(one_or_three);
    let spare: usize = columns
        .iter()
        .map(|index| widths[*index] - measures[*index].least)
        .sum();
    let mut wanted = spare.min(total(widths) - terminal);
    for (index, most) in iter::once((last, surplus)).chain(steps) {
        let taken = most.min(widths[index] - measures[index].least).min(wanted);
        widths[index] -= taken;
        wanted -= taken;
        if wanted == 0 || total(widths) <= art {
            return;
        }
    }
}

/// Gives cells to the columns that would like to have more, from the last to the first, one each, round and round.
fn grow(widths: &mut [usize], measures: &[Measure], terminal: usize) {
    let mut room = terminal - total(widths);
    let mut before = usize::MAX;
    while room < before {
        before = room;
        for (width, measure) in widths.iter_mut().zip(measures).rev() {
            if room > 0 && *width < measure.hint {
                *width += 1;
                room -= 1;
            }
        }
    }
}
