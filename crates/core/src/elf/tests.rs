//! Programs that are put together byte by byte, and what a hostile hand may have made of them.

use proptest::prelude::*;

use super::*;

/// Returns a program with two segments, the second of which may name a loader.
fn program(wide: bool, little: bool, machine: u16, loader: Option<&[u8]>) -> Vec<u8> {
    let ends = |number: u64, length: usize| match little {
        true => number.to_le_bytes()[..length].to_vec(),
        false => number.to_be_bytes()[8 - length..].to_vec(),
    };
    let word = if wide { 8 } else { 4 };
    let (header, segment) = if wide { (64, 56) } else { (52, 32) };
    let mut bytes = vec![
        0x7f,
        b'E',
        b'L',
        b'F',
        1 + u8::from(wide),
        2 - u8::from(little),
        1,
    ];
    bytes.resize(16, 0);
    bytes.extend(ends(2, 2));
    bytes.extend(ends(machine.into(), 2));
    bytes.extend(ends(1, 4));
    bytes.extend(ends(0, word));
    bytes.extend(ends(header, word));
    bytes.extend(ends(0, word));
    bytes.extend(ends(0, 4));
    bytes.extend([ends(header, 2), ends(segment, 2), ends(2, 2)].concat());
    let one_segment = usize::try_from(header + segment).expect("it is small");
    bytes.resize(one_segment, 0);
    let place = header + 2 * segment;
    let length = loader.map_or(0, <[u8]>::len) as u64;
    let kind = ends(if loader.is_some() { 3 } else { 1 }, 4);
    let [offset, length] = [place, length].map(|number| ends(number, word));
    let zero = ends(0, word);
    let rest = match wide {
        true => [
            ends(4, 4),
            offset,
            zero.clone(),
            zero.clone(),
            length,
            zero.clone(),
            zero,
        ]
        .concat(),
        false => [
            offset,
            zero.clone(),
            zero.clone(),
            length,
            zero.clone(),
            ends(4, 4),
            zero,
        ]
        .concat(),
    };
    bytes.extend([kind, rest].concat());
    bytes.extend(loader.unwrap_or_default());
    bytes
}

#[test]
fn every_layout_is_read() {
    for (wide, little) in [(false, false), (false, true), (true, false), (true, true)] {
        let elf = Elf::parse(&program(wide, little, 0x1234, Some(b"/lib/ld.so\0"))[..]);
        let elf = elf.expect("it is a program");
        assert_eq!(elf.machine, 0x1234);
        assert_eq!(elf.interpreter(), Some("/lib/ld.so".as_ref()));
        let elf = Elf::parse(&program(wide, little, 0x1234, None)[..]);
        assert_eq!(elf.expect("it is a program").interpreter(), None);
    }
}

#[test]
fn this_program_is_for_this_machine() {
    let file = File::open(std::env::current_exe().expect("it runs")).expect("it can be read");
    let elf = Elf::parse(&file).expect("it is a program");
    assert_eq!(elf.foreign(), None);
    let loader = elf.interpreter();
    if cfg!(target_feature = "crt-static") {
        assert_eq!(loader, None);
    } else {
        assert!(loader.is_some_and(|loader| std::path::Path::new(loader).exists()));
    }
}

#[test]
fn another_processor_has_a_name_or_a_number() {
    let foreign = |machine| Elf::parse(&program(true, true, machine, None)[..])?.foreign();
    let name = |machine| foreign(machine).map(|(name, _)| name);
    assert_eq!(name(22).as_deref(), Some("s390x"));
    assert_eq!(name(9999).as_deref(), Some("processor 9999"));
}

#[test]
fn a_file_that_contradicts_itself_is_not_a_program() {
    let whole = program(true, true, 62, Some(b"/lib/ld.so\0"));
    let with = |at: usize, bytes: &[u8]| {
        let mut changed = whole.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        Elf::parse(&changed[..])
    };
    assert!(with(0, b"\x7fELF").is_some());
    for (at, bytes) in [
        (0, &b"MZ"[..]),
        (4, b"\x03"),
        (5, b"\0"),
        (32, b"\xff\xff\xff\xff\xff\xff\xff\xff"),
        (54, b"\x00\x00"),
        (54, b"\xff\xff"),
        (56, b"\xff\xff"),
        (64 + 56 + 32, b"\xff\xff"),
        (64 + 56 + 32, b"\x01"),
        (64 + 56 + 32, b"\x05"),
        (64 + 56 + 8, b"\xff\xff\xff\xff\xff\xff\xff\xff"),
    ] {
        assert_eq!(with(at, bytes), None, "{at}: {bytes:?}");
    }
    for length in 0..whole.len() {
        assert_eq!(Elf::parse(&whole[..length]), None, "cut to {length}");
    }
}

proptest! {
    #[test]
    fn any_file_is_answered(bytes in any::<Vec<u8>>()) {
        let _ = Elf::parse(&bytes[..]);
    }

    #[test]
    fn a_program_with_changed_bytes_is_answered_and_its_loader_is_part_of_it(
        wide in any::<bool>(), little in any::<bool>(),
        changes in prop::collection::vec((0_usize..200, any::<u8>()), 1..6),
    ) {
        let mut bytes = program(wide, little, 62, Some(b"/lib/ld.so\0"));
        for (at, byte) in changes {
            let length = bytes.len();
            bytes[at % length] = byte;
        }
        if let Some(loader) = Elf::parse(&bytes[..]).and_then(|elf| elf.interpreter) {
            let loader = loader.as_encoded_bytes();
            prop_assert!(loader.is_empty() || bytes.windows(loader.len()).any(|part| part == loader));
        }
    }
}
