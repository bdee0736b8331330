//! A catalogue, a file of msgfmt(1): reading it, whatever bytes it is made of.
//!
//! It begins with seven numbers: a magic one that shows the order of bytes, the revision, how many sentences there are,
//! and where two tables of lengths and offsets are, of the msgids in the order of their bytes and of the
//! translations.

/// The first number, in the order of bytes of the whole file.
const MAGIC: u32 = 0x9504_12de;
/// The encoding that a catalogue's header must name.
const CHARSET: &[u8] = b"charset=utf-8";

/// A catalogue in UTF-8.
#[derive(Debug)]
pub(crate) struct Catalogue {
    bytes: Vec<u8>,
    is_big_endian: bool,
    count: usize,
    msgids: usize,
    translations: usize,
}

impl Catalogue {
    /// Reads the header. `None` for what is not a catalogue of a revision that is known, in UTF-8.
    pub(crate) fn parse(bytes: Vec<u8>) -> Option<Catalogue> {
        let magic = bytes.get(..4)?;
        let mut catalogue = Catalogue {
            is_big_endian: magic == MAGIC.to_be_bytes(),
            count: 0,
            msgids: 0,
            translations: 0,
            bytes,
        };
        if catalogue.number(0)? != MAGIC as usize {
            return None;
        }
        // The lower half is for what is added to the format and can be ignored.
        if catalogue.number(4)? >> 16 > 1 {
            return None;
        }
        catalogue.count = catalogue.number(8)?;
        catalogue.msgids = catalogue.number(12)?;
        catalogue.translations = catalogue.number(16)?;
        let header = catalogue.find(b"")?;
        let mut words = header.split(u8::is_ascii_whitespace);
        let is_utf8 = words.any(|word| word.eq_ignore_ascii_case(CHARSET));
        is_utf8.then_some(catalogue)
    }

    /// Returns the translation of a sentence; of one with a plural, that of the singular.
    pub(crate) fn find(&self, msgid: &[u8]) -> Option<&[u8]> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.string(self.msgids, middle)?.cmp(msgid) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return self.string(self.translations, middle),
            }
        }
        None
    }

    /// Returns the string that an entry of a table points to, up to its first byte of zero.
    fn string(&self, table: usize, index: usize) -> Option<&[u8]> {
        let entry = index.checked_mul(8)?.checked_add(table)?;
        let length = self.number(entry)?;
        let start = self.number(entry.checked_add(4)?)?;
        let string = self.bytes.get(start..start.checked_add(length)?)?;
        string.split(|byte| *byte == 0).next()
    }

    fn number(&self, at: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?;
        let bytes = bytes.try_into().ok()?;
        let number = match self.is_big_endian {
            true => u32::from_be_bytes(bytes),
            false => u32::from_le_bytes(bytes),
        };
        usize::try_from(number).ok()
    }
}
