//! `--changes`: the list of what differs in the directory of `--overlay`.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::Result;
use smartcols::json::write_string;

use super::Diagnostics;
use crate::escape::printable;
use crate::rootfs::Changes;
use crate::sys::process::ExitReason;

impl Diagnostics {
    /// Prints the list, as JSON or with one change on a line.
    ///
    /// # Errors
    /// As [`Changes::read_directory`].
    pub fn list_changes(&self, directory: &Path, is_json: bool) -> Result<ExitReason> {
        let changes = Changes::read_directory(directory)?;
        let text = if is_json {
            to_json(&changes)
        } else {
            to_text(&changes)
        };
        Ok(ExitReason::Status(self.print(&text)))
    }
}

fn to_text(changes: &Changes) -> Vec<u8> {
    let mut text = Vec::new();
    for (kind, path) in changes.iter() {
        text.extend(format!("{kind:<8} ").into_bytes());
        text.extend(printable(path.as_os_str()).as_bytes());
        text.push(b'\n');
    }
    text
}

fn to_json(changes: &Changes) -> Vec<u8> {
    let mut json = b"{\"changes\":[".to_vec();
    for (index, (kind, path)) in changes.iter().enumerate() {
        json.extend(if index == 0 { "\n   " } else { ",\n   " }.bytes());
        json.extend(b"{\"change\":");
        write_string(&mut json, kind.as_bytes());
        json.extend(b", \"path\":");
        write_string(&mut json, path.as_os_str().as_bytes());
        json.push(b'}');
    }
    json.extend(b"\n]}\n");
    json
}
