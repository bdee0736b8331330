//! The list of columns that `-o` takes, read as the original reads it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::{Error, Result};
use nscore::cli::{AlreadyReported, message};

use crate::column::Column;

/// As many columns as the original has room for.
const MOST: usize = 2 * Column::ORIGINAL.len();

/// The columns of a list, `+` meaning those that are shown anyway and these.
///
/// # Errors
/// An unknown column. An empty name, an empty list and a list that is too long end the program without a word, as they
/// do the original.
pub(crate) fn read(list: Option<&OsStr>, default: &[Column]) -> Result<Vec<Column>> {
    let silence = || Error::new(AlreadyReported(1));
    let Some(list) = list else {
        return Ok(default.to_vec());
    };
    let (mut columns, mut rest) = match list.as_bytes() {
        [b'+', more @ ..] => (default.to_vec(), more),
        all => (Vec::new(), all),
    };
    if rest.is_empty() {
        return Err(silence());
    }
    while !rest.is_empty() {
        // A comma at the very end belongs to the name before it.
        let comma = rest[..rest.len() - 1].iter().position(|byte| *byte == b',');
        let name = &rest[..comma.unwrap_or(rest.len())];
        if name.is_empty() || columns.len() == MOST {
            return Err(silence());
        }
        let unknown = || message(&[&"unknown column: ", &OsStr::from_bytes(rest)]);
        columns.push(Column::from_name(name).ok_or_else(unknown)?);
        rest = comma.map_or(&[], |comma| &rest[comma + 1..]);
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::Column;

    fn read(list: &str) -> Result<Vec<Column>, String> {
        let read = super::read(Some(list.as_ref()), &[Column::Ns, Column::Type]);
        read.map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_of_columns_is_read_as_the_original_reads_it() {
        use Column::{Ns, Pid, Type};
        assert_eq!(read("pid,NS"), Ok(vec![Pid, Ns]));
        assert_eq!(read("+Pid"), Ok(vec![Ns, Type, Pid]));
        let unknown = |rest: &str| Err(format!("unknown column: {rest}"));
        assert_eq!(read("NS,PID,"), unknown("PID,"));
        assert_eq!(read(","), unknown(","));
        assert_eq!(read("NS,,"), unknown(","));
        assert_eq!(read("foo,PID"), unknown("foo,PID"));
        assert_eq!(read("++NS"), unknown("+NS"));
        let silence = Err("told already, exit status 1".to_owned());
        let many = vec!["NS"; 27].join(",");
        for list in ["", "+", ",NS", ",,", "NS,,PID", &many] {
            assert_eq!(read(list), silence, "{list}");
        }
        assert!(read(&many[3..]).is_ok());
    }
}
