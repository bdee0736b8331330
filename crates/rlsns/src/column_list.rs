//! The list of columns of `--output`, parsed as lsns does it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Error, Result};
use nscore::cli::{AlreadyReported, sentence};
use nscore::hint::unknown_word;

use crate::column::ColumnId;

/// The number of columns that lsns has room for.
const MOST: usize = 2 * ColumnId::ORIGINAL.len();

/// Parses a list of columns; after a `+` they are added to the default ones.
///
/// # Errors
/// An unknown column. An empty name, an empty list and a list that is too long end the program without a sentence, as
/// lsns ends.
pub(crate) fn parse_column_list(
    list: Option<&OsStr>,
    default: &[ColumnId],
) -> Result<Vec<ColumnId>> {
    let without_message = || Error::new(AlreadyReported(1));
    let Some(list) = list else {
        return Ok(default.to_vec());
    };
    let (mut columns, mut rest) = match list.as_bytes() {
        [b'+', more @ ..] => (default.to_vec(), more),
        all => (Vec::new(), all),
    };
    // Where the list is not added to the default ones, every column is where it was named.
    let command = columns.last() == Some(&ColumnId::Command);
    let mut command = command.then(|| columns.len() - 1);
    if rest.is_empty() {
        return Err(without_message());
    }
    while !rest.is_empty() {
        // A comma at the very end belongs to the name before it.
        let comma = rest[..rest.len() - 1].iter().position(|byte| *byte == b',');
        let name = &rest[..comma.unwrap_or(rest.len())];
        if name.is_empty() || columns.len() == MOST {
            return Err(without_message());
        }
        let Some(column) = ColumnId::from_name(name) else {
            let unknown = sentence("unknown column: %s", &[&OsStr::from_bytes(rest)]);
            let why = unknown_word(OsStr::from_bytes(name), ColumnId::names());
            return Err(Error::new(unknown).context(why));
        };
        match &mut command {
            // Before COMMAND, which alone is truncated on a terminal.
            Some(place) if ColumnId::ADDED.contains(&column) => {
                columns.insert(*place, column);
                *place += 1;
            }
            _ => columns.push(column),
        }
        rest = comma.map_or(&[], |comma| &rest[comma + 1..]);
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::ColumnId;

    fn parse(list: &str) -> Result<Vec<ColumnId>, String> {
        let parsed = super::parse_column_list(Some(list.as_ref()), &[ColumnId::Ns, ColumnId::Type]);
        parsed.map_err(|error| error.root_cause().to_string())
    }

    #[test]
    fn columns_of_our_own_are_added_before_the_command() {
        use ColumnId::{Command, Container, Held, Ns, Pid};
        let parse = |list: &str| {
            super::parse_column_list(Some(list.as_ref()), &[Ns, Command]).expect("columns")
        };
        assert_eq!(parse("+CONTAINER,HELD"), [Ns, Container, Held, Command]);
        assert_eq!(parse("+PID,HELD"), [Ns, Held, Command, Pid]);
        assert_eq!(parse("COMMAND,HELD"), [Command, Held]);
    }

    #[test]
    fn a_list_of_columns_is_parsed_as_lsns_does_it() {
        use ColumnId::{Ns, Pid, Type};
        assert_eq!(parse("pid,NS"), Ok(vec![Pid, Ns]));
        assert_eq!(parse("+Pid"), Ok(vec![Ns, Type, Pid]));
        let unknown = |rest: &str| Err(format!("unknown column: {rest}"));
        assert_eq!(parse("NS,PID,"), unknown("PID,"));
        assert_eq!(parse(","), unknown(","));
        assert_eq!(parse("NS,,"), unknown(","));
        assert_eq!(parse("foo,PID"), unknown("foo,PID"));
        assert_eq!(parse("++NS"), unknown("+NS"));
        let without_message = Err("already reported, exit status 1".to_owned());
        let many = vec!["NS"; 27].join(",");
        for list in ["", "+", ",NS", ",,", "NS,,PID", &many] {
            assert_eq!(parse(list), without_message, "{list}");
        }
        assert!(parse(&many[3..]).is_ok());
    }
}
