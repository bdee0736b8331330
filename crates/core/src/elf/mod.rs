//! What an ELF program asks of the machine, `elf(5)`: its processor, and the loader that starts it.
//!
//! The file may be anybody's, so every number in it is doubted: what is read stays within the bounds that the kernel
//! itself sets, and a file that contradicts itself is no program.

use std::env::consts::ARCH;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::FileExt;

/// A file that can be read at any place.
pub trait Bytes {
    /// Returns `length` bytes from `offset` on, if it has them.
    fn read_at(&self, offset: u64, length: usize) -> Option<Vec<u8>>;
}

impl Bytes for [u8] {
    fn read_at(&self, offset: u64, length: usize) -> Option<Vec<u8>> {
        let start = usize::try_from(offset).ok()?;
        self.get(start..start.checked_add(length)?)
            .map(<[u8]>::to_vec)
    }
}

impl Bytes for File {
    fn read_at(&self, offset: u64, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.read_exact_at(&mut bytes, offset).ok()?;
        Some(bytes)
    }
}

/// An ELF program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elf {
    machine: u16,
    interpreter: Option<OsString>,
}

/// The most that the kernel takes for the table of segments, and for the name of the loader.
const LONGEST_TABLE: usize = 65536;
const LONGEST_NAME: usize = 4096;

/// The segment that names the loader, PT_INTERP.
const INTERPRETER: u32 = 3;

/// Numbers of processors, e_machine, and their names; the last is what Rust calls it, where it builds for it.
const MACHINES: [(u16, &str, &str); 16] = [
    (2, "sparc", "sparc"),
    (3, "i386", "x86"),
    (4, "m68k", "m68k"),
    (8, "mips", "mips"),
    (15, "parisc", ""),
    (20, "powerpc", "powerpc"),
    (21, "powerpc64", "powerpc64"),
    (22, "s390x", "s390x"),
    (40, "arm", "arm"),
    (42, "sh", ""),
    (43, "sparc64", "sparc64"),
    (62, "x86_64", "x86_64"),
    (183, "aarch64", "aarch64"),
    (243, "riscv", "riscv64"),
    (258, "loongarch64", "loongarch64"),
    (0x9026, "alpha", ""),
];

impl Elf {
    /// Reads the headers; `None` for what is no ELF program.
    pub fn parse(file: &(impl Bytes + ?Sized)) -> Option<Elf> {
        let layout = ElfLayout::parse(&file.read_at(0, 16)?)?;
        let header = file.read_at(0, layout.header)?;
        let machine = u16::try_from(layout.number(&header, 18, 2)?).ok()?;
        let table = layout.word(&header, layout.table_offset)?;
        let [size, count] = [0, 2].map(|more| layout.number(&header, layout.entry_size + more, 2));
        let (size, count) = (usize::try_from(size?).ok()?, usize::try_from(count?).ok()?);
        let length = size.checked_mul(count)?;
        if size != layout.segment || length > LONGEST_TABLE {
            return None;
        }
        let table = file.read_at(table, length)?;
        let mut segments = table.chunks_exact(layout.segment);
        let loader =
            segments.find(|segment| layout.number(segment, 0, 4) == Some(INTERPRETER.into()));
        let interpreter = match loader {
            Some(segment) => Some(layout.interpreter(file, segment)?),
            None => None,
        };
        Some(Elf {
            machine,
            interpreter,
        })
    }

    /// Returns the loader that it asks for; none if it is linked statically.
    pub fn interpreter(&self) -> Option<&OsStr> {
        self.interpreter.as_deref()
    }

    /// Returns the name of its processor and that of this machine's, if they are not the same.
    pub fn foreign(&self) -> Option<(String, &'static str)> {
        let (ours, our_name, _) = MACHINES.iter().find(|(_, _, rust)| *rust == ARCH)?;
        if *ours == self.machine {
            return None;
        }
        let known = MACHINES
            .iter()
            .find(|(number, _, _)| *number == self.machine);
        let name = match known {
            Some((_, name, _)) => (*name).to_owned(),
            None => format!("processor {}", self.machine),
        };
        Some((name, our_name))
    }
}

/// Where things are in the file: it may be of 32 or 64 bits, and have either end first.
struct ElfLayout {
    wide: bool,
    little: bool,
    header: usize,
    table_offset: usize,
    entry_size: usize,
    segment: usize,
}

impl ElfLayout {
    fn parse(identification: &[u8]) -> Option<ElfLayout> {
        let [0x7f, b'E', b'L', b'F', class, data, ..] = identification else {
            return None;
        };
        let little = match data {
            1 => true,
            2 => false,
            _ => return None,
        };
        match class {
            1 => Some(ElfLayout {
                wide: false,
                little,
                header: 52,
                table_offset: 28,
                entry_size: 42,
                segment: 32,
            }),
            2 => Some(ElfLayout {
                wide: true,
                little,
                header: 64,
                table_offset: 32,
                entry_size: 54,
                segment: 56,
            }),
            _ => None,
        }
    }

    fn number(&self, bytes: &[u8], at: usize, length: usize) -> Option<u64> {
        let bytes = bytes.get(at..at.checked_add(length)?)?;
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        Some(match self.little {
            true => bytes.iter().rev().fold(0, add),
            false => bytes.iter().fold(0, add),
        })
    }

    /// Reads an offset or a size.
    fn word(&self, bytes: &[u8], at: usize) -> Option<u64> {
        self.number(bytes, at, if self.wide { 8 } else { 4 })
    }

    /// Returns the string that a segment holds, which ends with a byte of zero.
    fn interpreter(&self, file: &(impl Bytes + ?Sized), segment: &[u8]) -> Option<OsString> {
        let (offset, size) = if self.wide { (8, 32) } else { (4, 16) };
        let offset = self.word(segment, offset)?;
        let size = usize::try_from(self.word(segment, size)?).ok()?;
        if !(2..=LONGEST_NAME).contains(&size) {
            return None;
        }
        let mut name = file.read_at(offset, size)?;
        let end = name.iter().position(|byte| *byte == 0)?;
        name.truncate(end);
        Some(OsString::from_vec(name))
    }
}

#[cfg(test)]
mod tests;
