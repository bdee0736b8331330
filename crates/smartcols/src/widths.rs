//! The widths of the columns: they depend on the cells, the headings and the terminal.
//!
//! The rules were derived from the output of lsns(8). Where there is room, a column is as wide as its widest cell, its
//! heading or its hint. A terminal that is wider than the table widens the columns below their hint; one that is
//! narrower narrows the columns that may be truncated. If that is not enough, the lines are longer than the terminal.

use std::iter;

use crate::layout::Line;
use crate::table::Column;

/// What the width of a column depends on, in cells of a terminal.
struct Measure {
    /// The width of its heading, below which it is not narrowed; without headings 1 if the column is not empty.
    min: usize,
    /// The width of its widest cell.
    max: usize,
    /// A width that few of its cells exceed.
    typical: usize,
    hint: usize,
    truncatable: bool,
}

/// Returns the width of each column, on a terminal of this width if on any.
pub(crate) fn column_widths(
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
            measure_column(column, heading, lines, index)
        })
        .collect();
    let mut widths: Vec<usize> = measures.iter().map(unconstrained_width).collect();
    if let Some(terminal) = terminal {
        if line_width(&widths) > terminal {
            let prefixes = lines.iter().map(|line| line.prefix_width);
            let widest_prefix = prefixes.fold(0, usize::max);
            narrow_columns(&mut widths, &measures, terminal, widest_prefix);
        } else {
            widen_columns(&mut widths, &measures, terminal);
        }
    }
    widths
}

fn measure_column(
    column: &Column,
    heading: Option<usize>,
    lines: &[Line<'_>],
    index: usize,
) -> Measure {
    let width = |line: &Line<'_>| line.cells[index].width;
    let first_lines = lines.iter().filter(|line| line.is_first);
    let max = lines.iter().map(width).fold(0, usize::max);
    Measure {
        min: heading.unwrap_or(max.min(1)),
        max,
        typical: typical_width(first_lines.map(width)),
        hint: column.width_hint,
        truncatable: column.truncatable,
    }
}

/// Returns the mean plus one standard deviation, which a single number does not have.
fn typical_width(widths: impl Iterator<Item = usize>) -> usize {
    let (mut count, mut sum, mut squares) = (0, 0, 0);
    for width in widths {
        let width = width as u128;
        count += 1;
        sum += width;
        squares += width * width;
    }
    if count < 2 {
        return usize::MAX;
    }
    let deviations = (count * (count * squares - sum * sum) / (count - 1)).isqrt();
    usize::try_from((sum + deviations) / count).unwrap_or(usize::MAX)
}

/// Returns the width of a column where there is enough room.
fn unconstrained_width(measure: &Measure) -> usize {
    let &Measure { min, max, hint, .. } = measure;
    if max > min && max < hint {
        hint
    } else {
        max.max(min)
    }
}

/// Returns the width of a line: all columns, with a space between each two.
fn line_width(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + widths.len().saturating_sub(1)
}

/// Narrows the columns that may be truncated, down to their headings: the last one first to its typical width; then
/// repeatedly, from the last to the first, the last one by three cells and the others by one. Where the tree's prefix
/// alone is wider than the terminal, the lines need only be as narrow as that prefix.
fn narrow_columns(
    widths: &mut [usize],
    measures: &[Measure],
    terminal: usize,
    widest_prefix: usize,
) {
    let is_truncatable = |index: &usize| measures[*index].truncatable;
    let columns: Vec<usize> = (0..widths.len()).rev().filter(is_truncatable).collect();
    let Some(&last) = columns.first() else {
        return;
    };
    let surplus = widths[last].saturating_sub(measures[last].typical);
    let step = |index: &usize| (*index, if *index == last { 3 } else { 1 });
    let steps = columns.iter().cycle().map(step);
    let spare: usize = columns
        .iter()
        .map(|index| widths[*index] - measures[*index].min)
        .sum();
    let mut excess = spare.min(line_width(widths) - terminal);
    for (index, most) in iter::once((last, surplus)).chain(steps) {
        let removed = most.min(widths[index] - measures[index].min).min(excess);
        widths[index] -= removed;
        excess -= removed;
        if excess == 0 || line_width(widths) <= widest_prefix {
            return;
        }
    }
}

/// Widens the columns below their hint, repeatedly, from the last to the first, by one cell each.
fn widen_columns(widths: &mut [usize], measures: &[Measure], terminal: usize) {
    let mut room = terminal - line_width(widths);
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
