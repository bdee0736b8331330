//! Map ranges, and how they are cut around the single ID: no ID may be mapped twice.

/// One line of a map: `count` IDs from `inner` on inside correspond to those from `outer` on outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MapRange {
    pub(crate) inner: u64,
    pub(crate) outer: u64,
    pub(crate) count: u64,
}

impl MapRange {
    /// Returns the range that maps each ID to itself.
    pub(crate) fn identity(start: u64, count: u64) -> MapRange {
        MapRange {
            inner: start,
            outer: start,
            count,
        }
    }
}

/// The MAP of `--map-users` and `--map-groups`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MapArg {
    Range(MapRange),
    /// `auto`: the caller's subordinate IDs, from 0 on.
    Auto,
    /// `subids`: the caller's subordinate IDs, as the same IDs.
    Subids,
    /// `all`: every ID of the caller's namespace, as the same ID.
    All,
}

/// A range that an option asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestedRange {
    pub(crate) range: MapRange,
    /// Whether its inner IDs may shift up to make room (`auto`); any other range loses its highest ID instead.
    pub(crate) shiftable: bool,
}

impl RequestedRange {
    /// Returns a range whose inner IDs may not shift.
    pub(crate) fn fixed(range: MapRange) -> RequestedRange {
        RequestedRange {
            range,
            shiftable: false,
        }
    }
}

/// Returns the map of a single ID, given as inner and outer, and of ranges that are cut around it.
///
/// The single ID comes first. A range that contains it on the inner or on the outer side is cut around it: the IDs
/// that are left on each side are paired in their order, and those without a partner, at the top, are dropped. A
/// shiftable range finds its partner above its end. Empty ranges are dropped.
pub(crate) fn compose_ranges(
    single: Option<(u64, u64)>,
    requested: &[RequestedRange],
) -> Vec<MapRange> {
    let mut ranges = Vec::new();
    if let Some((inner, outer)) = single {
        ranges.push(MapRange {
            inner,
            outer,
            count: 1,
        });
    }
    for request in requested {
        match single {
            Some((inner, outer)) => ranges.extend(cut_around(request, inner, outer)),
            None if request.range.count > 0 => ranges.push(request.range),
            None => {}
        }
    }
    ranges
}

/// Returns the range without the inner ID `inner` and the outer ID `outer`.
fn cut_around(request: &RequestedRange, inner: u64, outer: u64) -> Vec<MapRange> {
    let MapRange {
        inner: first_inner,
        outer: first_outer,
        count,
    } = request.range;
    let contains_inner = (first_inner..first_inner + count).contains(&inner);
    let inner_count = count + u64::from(request.shiftable && contains_inner);
    let inside = split_at(first_inner, inner_count, inner);
    let outside = split_at(first_outer, count, outer);
    pair_ranges(&inside, &outside)
}

/// Returns the ranges, as start and length, into which `length` IDs from `start` on fall without `hole`.
fn split_at(start: u64, length: u64, hole: u64) -> Vec<(u64, u64)> {
    let end = start + length;
    if !(start..end).contains(&hole) {
        return vec![(start, length)];
    }
    vec![(start, hole - start), (hole + 1, end - hole - 1)]
}

/// Pairs the IDs of ranges inside with those of ranges outside, in their order, until one side has no more.
fn pair_ranges(inside: &[(u64, u64)], outside: &[(u64, u64)]) -> Vec<MapRange> {
    let mut ranges = Vec::new();
    let (mut inside, mut outside) = (inside.iter().copied(), outside.iter().copied());
    let (mut inner, mut outer) = (inside.next(), outside.next());
    while let (Some((inner_start, inner_left)), Some((outer_start, outer_left))) = (inner, outer) {
        let count = inner_left.min(outer_left);
        if count > 0 {
            ranges.push(MapRange {
                inner: inner_start,
                outer: outer_start,
                count,
            });
        }
        let rest = |start, left| (left > count).then(|| (start + count, left - count));
        inner = rest(inner_start, inner_left).or_else(|| inside.next());
        outer = rest(outer_start, outer_left).or_else(|| outside.next());
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn requested(inner: u64, outer: u64, count: u64, shiftable: bool) -> RequestedRange {
        let range = MapRange {
            inner,
            outer,
            count,
        };
        RequestedRange { range, shiftable }
    }

    fn composed(single: (u64, u64), requested: &[RequestedRange]) -> String {
        let format = |range: &MapRange| format!("{} {} {}", range.inner, range.outer, range.count);
        let ranges = compose_ranges(Some(single), requested);
        ranges.iter().map(format).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_range_is_cut_around_the_single_id() {
        let auto = requested(0, 100_000, 65536, true);
        assert_eq!(composed((0, 1001), &[auto]), "0 1001 1, 1 100000 65536");
        assert_eq!(
            composed((1001, 1001), &[auto]),
            "1001 1001 1, 0 100000 1001, 1002 101001 64535"
        );
        let plain = requested(1000, 100_000, 10, false);
        assert_eq!(
            composed((1001, 1001), &[plain]),
            "1001 1001 1, 1000 100000 1, 1002 100001 8"
        );
        let outside = requested(10, 1000, 5, false);
        assert_eq!(
            composed((0, 1002), &[outside]),
            "0 1002 1, 10 1000 2, 12 1003 2"
        );
    }

    #[test]
    fn a_range_without_the_single_id_is_not_changed() {
        let ranges = [
            requested(5, 100_000, 3, false),
            requested(20, 100_010, 3, false),
        ];
        assert_eq!(
            composed((0, 1001), &ranges),
            "0 1001 1, 5 100000 3, 20 100010 3"
        );
        assert_eq!(
            composed((15, 0), &[requested(5, 100_000, 10, false)]),
            "15 0 1, 5 100000 10"
        );
        assert_eq!(composed((0, 0), &[requested(5, 0, 0, false)]), "0 0 1");
    }

    proptest! {
        /// For any request, no ID is mapped twice on either side, and every range retains its order.
        #[test]
        fn no_id_is_mapped_twice(
            single in (0_u64..20, 0_u64..20),
            inner in 0_u64..20,
            outer in 0_u64..20,
            count in 0_u64..20,
            shiftable: bool,
        ) {
            let lines = compose_ranges(Some(single), &[requested(inner, outer, count, shiftable)]);
            let ids = |of: fn(&MapRange) -> u64| -> Vec<u64> {
                lines.iter().flat_map(|line| of(line)..of(line) + line.count).collect()
            };
            for mut side in [ids(|line| line.inner), ids(|line| line.outer)] {
                prop_assert!(side[1..].is_sorted());
                let all = side.len();
                side.sort_unstable();
                side.dedup();
                prop_assert_eq!(side.len(), all);
            }
        }
    }
}
