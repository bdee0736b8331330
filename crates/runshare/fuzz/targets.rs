//! Fuzz targets: the properties of the parsers of `runshare` for any input. They have no side effects.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use nscore::cli::{Invocation, signal};
use nscore::procfs::handles;
use testkit::check_target;

use crate::cli::{OPTIONS, TOOL};
use crate::idmap::format_map;
use crate::idmap::ranges::{MapRange, RequestedRange, compose_ranges};
use crate::idmap::subid::{SubidRange, find_user_range};
use crate::options::Options;
use crate::parse::{parse_map_range, parse_mapped_id, parse_owner};

#[test]
fn argv() {
    check_target("argv", |input: &[u8]| {
        let words = input
            .split(|byte| *byte == 0)
            .map(|word| OsStr::from_bytes(word).to_owned());
        // A word that is looked up in the machine's files would make the answer another on another machine.
        let words: Vec<OsString> = [OsString::from("runshare")]
            .into_iter()
            .chain(words)
            .collect();
        let invocation = Invocation::parse(&TOOL, OPTIONS, words.into_iter());
        let Ok(options) = Options::from_invocation(&invocation) else {
            return;
        };
        assert_eq!(
            options.operands,
            invocation.operands().expect("it was read")
        );
        let flags = options.flags();
        assert_eq!(
            flags & 0x7e02_0080,
            flags,
            "{flags:x} has flags of no namespace"
        );
        if options.monotonic.is_some() || options.boottime.is_some() {
            assert_ne!(flags & 0x80, 0);
        }
        for map in [&options.users, &options.groups] {
            assert!(map.ranges.is_empty() && map.single.is_none() || flags & 0x1000_0000 != 0);
            assert_ne!(map.single, Some(u32::MAX));
        }
    });
}

#[test]
fn map() {
    check_target("map", |argument: &[u8]| {
        let Some(line) = parse_map_range(OsStr::from_bytes(argument)) else {
            return;
        };
        let MapRange {
            inner,
            outer,
            count,
        } = line;
        assert!(
            [inner, outer, count]
                .into_iter()
                .all(|number| number <= u32::MAX.into())
        );
        for again in [
            format!("{inner}:{outer}:{count}"),
            format!("{outer},{inner},{count}"),
        ] {
            assert_eq!(parse_map_range(again.as_ref()), Some(line));
        }
        assert_eq!(format_map(&[line]), format!("{inner} {outer} {count}\n"));
    });
}

/// Returns numbers that are close together, so that ranges overlap.
fn near(byte: u8) -> u64 {
    let number = u64::from(byte & 15);
    if byte & 0x80 == 0 {
        number
    } else {
        u64::from(u32::MAX) - number
    }
}

/// Returns the pairs of IDs of a range: there are few.
fn pairs(range: &MapRange) -> impl Iterator<Item = (u64, u64)> + use<> {
    let MapRange {
        inner,
        outer,
        count,
    } = *range;
    (0..count).map(move |step| (inner + step, outer + step))
}

#[test]
fn ranges() {
    check_target("ranges", |input: &[u8]| {
        let (numbers, rest) = input.split_at(input.len().min(2));
        let &[inner, outer] = numbers else { return };
        let single = (near(inner), near(outer));
        let requests: Vec<RequestedRange> = rest
            .chunks_exact(4)
            .map(|bytes| RequestedRange {
                range: MapRange {
                    inner: near(bytes[0]),
                    outer: near(bytes[1]),
                    count: u64::from(bytes[2] & 15),
                },
                shiftable: bytes[3] & 1 == 1,
            })
            .collect();
        let whole = compose_ranges(None, &requests);
        assert!(
            whole.iter().copied().eq(requests
                .iter()
                .map(|request| request.range)
                .filter(|range| range.count > 0))
        );
        requests
            .into_iter()
            .for_each(|request| check_cut(request, single));
    });
}

/// Checks that a range that is cut around a single ID loses at most one ID.
fn check_cut(request: RequestedRange, single: (u64, u64)) {
    let ranges = compose_ranges(Some(single), &[request]);
    assert!(ranges.iter().all(|range| range.count > 0), "{ranges:?}");
    let mapped: Vec<(u64, u64)> = ranges.iter().flat_map(pairs).collect();
    assert_eq!(mapped[0], single);
    let rest = &mapped[1..];
    let apart = |(inner, outer): &(u64, u64)| *inner != single.0 && *outer != single.1;
    assert!(rest.iter().all(apart), "{ranges:?}");
    assert!(rest.is_sorted() && rest.iter().map(|pair| pair.1).is_sorted());
    let requested: Vec<(u64, u64)> = pairs(&request.range).collect();
    let is_requested = |(_, outer): &(u64, u64)| requested.iter().any(|pair| pair.1 == *outer);
    assert!(rest.iter().all(is_requested), "{ranges:?}");
    assert!(
        (requested.len().saturating_sub(1)..=requested.len()).contains(&rest.len()),
        "{ranges:?}"
    );
}

/// Finds the first whole line of the user in the simplest way.
fn plain_range(file: &str) -> Option<Option<SubidRange>> {
    for line in file.split('\n') {
        let fields: Vec<&str> = line.splitn(3, ':').collect();
        let [name, start, count] = fields[..] else {
            continue;
        };
        let number = name.trim_start_matches([' ', '\t', '\r', '\x0b', '\x0c']);
        let number = number
            .strip_prefix('+')
            .unwrap_or(number)
            .trim_start_matches('0');
        if name != "tester" && number != "1001" {
            continue;
        }
        let id = |text: &str| {
            let number = text.trim_start_matches([' ', '\t', '\r', '\x0b', '\x0c']);
            let digits = number.strip_prefix('+').unwrap_or(number);
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits
                .parse::<u64>()
                .ok()
                .filter(|id| plain && *id <= u32::MAX.into())
        };
        return Some(id(start).zip(id(count)).map(|(start, count)| SubidRange {
            start,
            count,
            foreign_owner: None,
        }));
    }
    None
}

#[test]
fn subordinate_ids() {
    check_target("subordinate_ids", |file: &[u8]| {
        let range = find_user_range(file, &OsString::from("tester"), 1001);
        let Ok(file) = std::str::from_utf8(file) else {
            return;
        };
        match plain_range(file) {
            None => assert_eq!(range.ok(), Some(None)),
            Some(plain) => assert_eq!(range.ok().flatten(), plain),
        }
    });
}

#[test]
fn values() {
    check_target("values", |word: &[u8]| {
        let word = OsStr::from_bytes(word);
        if let Ok(number) = signal::parse(word) {
            assert!((1..=64).contains(&number), "{word:?}: {number}");
        }
        if let Ok((user, group)) = parse_owner(word) {
            assert_eq!(
                parse_owner(format!("{user}:{group}").as_ref()).ok(),
                Some((user, group))
            );
        }
        if let Ok(id) = parse_mapped_id(word, "uid", |_| None) {
            assert_ne!(id, u32::MAX);
            assert_eq!(
                parse_mapped_id(id.to_string().as_ref(), "uid", |_| None).ok(),
                Some(id)
            );
        }
        let masks = (1..=64).map(|signal| handles(word.as_bytes(), signal));
        let known = masks.clone().next().flatten().is_some();
        assert!(masks.into_iter().all(|mask| mask.is_some() == known));
        assert_eq!(handles(word.as_bytes(), 0), None);
    });
}
