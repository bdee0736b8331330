//! From a table to bytes: the rows are arranged ([`tree`]), laid out on lines ([`layout`]) where columns have widths,
//! and written in one of the formats, each in a file of its own.

use crate::characters::Characters;
use crate::format::Format;
use crate::table::Table;
use crate::{json, layout, raw, text_output, tree};

impl Table {
    /// Renders the table in this format. In the formats other than JSON a table without rows is empty: it has no
    /// headings either.
    pub fn render(&self, format: Format, characters: &dyn Characters) -> Vec<u8> {
        let positions = tree::arrange_rows(self);
        match format {
            Format::Json(style) => json::write_table(self, &positions, style),
            Format::Text { .. } | Format::Raw { .. } if positions.is_empty() => Vec::new(),
            Format::Raw { headings } => raw::write_table(self, &positions, headings, characters),
            Format::Text {
                headings,
                terminal,
                multiline,
            } => {
                let lines = layout::lay_out_lines(self, &positions, multiline, characters);
                text_output::write_table(self, &lines, headings, terminal, characters)
            }
        }
    }
}
