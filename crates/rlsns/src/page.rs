//! The form of what is printed: what the options of form mean to the table writer.

use std::env;

use nscore::sys::terminal;

use crate::locale::LocaleCharacters;
use smartcols::{JsonStyle, Table};

/// In what form a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// For scripts.
    Raw,
    /// For other programs.
    Json,
}

/// What the options of form ask for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub(crate) format: Format,
    pub(crate) headings: bool,
    /// Whether a text may be cut to the terminal's width.
    pub(crate) cut: bool,
    /// Whether a cell may take several lines.
    pub(crate) several_lines: bool,
}

impl Page {
    /// The table in this form.
    pub(crate) fn write(self, table: &Table) -> Vec<u8> {
        table.render(self.form(), &LocaleCharacters::default())
    }

    fn form(self) -> smartcols::Format {
        let headings = self.headings;
        match self.format {
            Format::Json => smartcols::Format::Json(JsonStyle::from_env_value(
                env::var_os("LIBSMARTCOLS_JSON").as_deref(),
            )),
            Format::Raw => smartcols::Format::Raw { headings },
            Format::Human => smartcols::Format::Text {
                headings,
                terminal: terminal::width(),
                multiline: self.several_lines,
            },
        }
    }
}
