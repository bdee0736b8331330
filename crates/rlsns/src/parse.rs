//! Parsers for the values of options, with their errors in the words of lsns.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Error, Result, bail};
use nix::errno::Errno;
use nscore::cli::{number, sentence};
use nscore::hint::unknown_word;
use nscore::ns_type::NsType;
use nscore::sys::errno::reason;
use nscore::sys::locale::{Locale, load_order};
use smartcols::filter::{ColumnType, Filter, FilterError};

use crate::column::ColumnId;
use crate::hint;
use crate::layout::{GraphFormat, TreeKind};
use crate::locale::compile_regex;

/// A filter that can be read. Columns that do not exist are reported after the scan, as lsns does it.
#[derive(Debug)]
pub(crate) enum ParsedFilter {
    Valid(Filter),
    /// The columns that do not exist; a name that occurs twice is listed twice.
    UnknownColumns(Vec<String>),
}

/// Parses a PID.
pub(crate) fn parse_pid(text: &OsStr) -> Result<u32> {
    let read = number::decimal(text, false).and_then(|number| {
        let pid = u32::try_from(number).ok();
        let pid = pid.filter(|pid| (1..=i32::MAX.unsigned_abs()).contains(pid));
        pid.ok_or(Some(Errno::ERANGE))
    });
    read.map_err(|reason| number::complaint_error("invalid PID argument", text, reason))
}

/// Parses the inode number of a namespace; the value may be greater than any inode number.
pub(crate) fn parse_inode(text: &OsStr) -> Result<u64> {
    let read = number::decimal(text, false)
        .and_then(|number| u64::try_from(number).map_err(|_| Some(Errno::ERANGE)));
    read.map_err(|reason| number::complaint_error("invalid namespace argument", text, reason))
}

/// Parses the name of a type.
pub(crate) fn parse_ns_type(name: &OsStr) -> Result<NsType> {
    match NsType::from_file(name.as_bytes()) {
        Some(ns_type) => Ok(ns_type),
        None => {
            let unknown = sentence("unknown namespace type: %s", &[&name]);
            Err(Error::new(unknown).context(hint::unknown_type(name)))
        }
    }
}

/// Parses the kind of a tree; the default is the owner.
pub(crate) fn parse_tree_kind(name: Option<&OsStr>) -> Result<TreeKind> {
    let Some(name) = name else {
        return Ok(TreeKind::Owner);
    };
    let name = name.as_bytes();
    match name.strip_prefix(b"=").unwrap_or(name) {
        b"parent" => Ok(TreeKind::Parent),
        b"owner" => Ok(TreeKind::Owner),
        b"process" => Ok(TreeKind::Process),
        other => {
            let other = OsStr::from_bytes(other);
            let unknown = sentence("unknown tree type: %s", &[&other]);
            let words = ["owner", "parent", "process"];
            Err(Error::new(unknown).context(unknown_word(other, words)))
        }
    }
}

/// Parses the format of a graph; the default is `dot`.
pub(crate) fn parse_graph_format(name: Option<&OsStr>) -> Result<GraphFormat> {
    let Some(name) = name else {
        return Ok(GraphFormat::Dot);
    };
    match name.as_bytes() {
        b"dot" => Ok(GraphFormat::Dot),
        b"mermaid" => Ok(GraphFormat::Mermaid),
        b"json" => Ok(GraphFormat::Json),
        _ => {
            let unknown = sentence("unknown graph type: %s", &[&name]);
            Err(Error::new(unknown).context(unknown_word(name, ["dot", "mermaid", "json"])))
        }
    }
}

/// Parses a filter; its regular expressions are those of the caller's locale.
pub(crate) fn parse_filter(expression: &OsStr) -> Result<ParsedFilter> {
    if Locale::from_environment().is_some() {
        load_order();
    }
    let column = |name: &str| {
        let column = ColumnId::from_name(name.as_bytes())?;
        let column_type = if column.is_number() {
            ColumnType::Integer
        } else {
            ColumnType::Text
        };
        Some((column as usize, column_type))
    };
    let words = match Filter::parse(expression.as_bytes(), &column, &compile_regex) {
        Ok(filter) => return Ok(ParsedFilter::Valid(filter)),
        Err(FilterError::UnknownColumns(names)) => return Ok(ParsedFilter::UnknownColumns(names)),
        Err(FilterError::Syntax(words)) => words,
        // In the words of lsns.
        Err(FilterError::OutOfRange(number)) => {
            format!("\"{number}\" token error: {}", reason(Errno::ERANGE))
        }
    };
    bail!(sentence(
        "failed to parse \"%s\": %s",
        &[&expression, &words]
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed<T>(result: Result<T>) -> Result<T, String> {
        result.map_err(|error| error.root_cause().to_string())
    }

    #[test]
    fn a_graph_has_one_of_three_formats() {
        let parse = |name: &str| parsed(parse_graph_format(Some(name.as_ref())));
        assert_eq!(parsed(parse_graph_format(None)), Ok(GraphFormat::Dot));
        assert_eq!(parse("dot"), Ok(GraphFormat::Dot));
        assert_eq!(parse("mermaid"), Ok(GraphFormat::Mermaid));
        assert_eq!(parse("json"), Ok(GraphFormat::Json));
        for name in ["", "DOT", "svg", "dot "] {
            assert_eq!(parse(name), Err(format!("unknown graph type: {name}")));
        }
    }
}
