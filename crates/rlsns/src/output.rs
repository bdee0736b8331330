//! The output options, and the rendering of a table by them.

use std::env;

use nscore::sys::terminal;
use smartcols::{Format, Json, JsonStyle, Table};

use crate::locale::LocaleCharacters;

/// The format in which a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputFormat {
    /// For people.
    Text,
    /// For scripts.
    Raw,
    /// For other programs.
    Json,
}

/// What the output options select.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OutputOptions {
    pub(crate) format: OutputFormat,
    pub(crate) headings: bool,
    /// Whether texts may be truncated at the width of the terminal.
    pub(crate) truncate: bool,
    /// Whether a cell may occupy several lines.
    pub(crate) multiline: bool,
}

impl OutputOptions {
    /// Renders a table.
    pub(crate) fn render(self, table: &Table) -> Vec<u8> {
        table.render(self.table_format(), &LocaleCharacters::default())
    }

    /// Renders what is no table.
    pub(crate) fn render_json(self, value: &Json) -> Vec<u8> {
        value.render(json_style())
    }

    fn table_format(self) -> Format {
        let headings = self.headings;
        match self.format {
            OutputFormat::Json => Format::Json(json_style()),
            OutputFormat::Raw => Format::Raw { headings },
            OutputFormat::Text => Format::Text {
                headings,
                terminal: terminal::width(),
                multiline: self.multiline,
            },
        }
    }
}

/// Returns how JSON is to be divided into lines.
pub(crate) fn json_style() -> JsonStyle {
    let style = env::var_os("LIBSMARTCOLS_JSON");
    JsonStyle::from_env_value(style.as_deref())
}
