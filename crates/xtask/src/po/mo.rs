//! The file that a program reads, as msgfmt(1) writes it. It is written here, so that installing requires no gettext.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

const MAGIC: u32 = 0x9504_12de;
const HEAD: usize = 28;

/// The catalogue with these sentences, which are in the order of their bytes.
///
/// # Errors
/// That it is larger than its format allows.
pub(super) fn write(entries: &BTreeMap<String, String>) -> Result<Vec<u8>> {
    let small = |number: usize| u32::try_from(number).context("a catalogue is not that large");
    let count = entries.len();
    let (msgids, translations) = (HEAD, HEAD + 8 * count);
    let mut tables = [Vec::new(), Vec::new()];
    let mut strings = Vec::new();
    let start = HEAD + 16 * count;
    for (table, string) in entries
        .keys()
        .map(|text| (0, text))
        .chain(entries.values().map(|text| (1, text)))
    {
        tables[table].extend(small(string.len())?.to_le_bytes());
        tables[table].extend(small(start + strings.len())?.to_le_bytes());
        strings.extend(string.bytes().chain([0]));
    }
    let head = [
        MAGIC,
        0,
        small(count)?,
        small(msgids)?,
        small(translations)?,
        0,
        small(start)?,
    ];
    let mut file: Vec<u8> = head.into_iter().flat_map(u32::to_le_bytes).collect();
    file.extend(tables.concat());
    file.extend(strings);
    Ok(file)
}
