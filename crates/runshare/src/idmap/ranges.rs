//! Who gives way to whom in a map: no id may be mapped twice, so a block gives way to the single id.

/// One line of a map: `count` ids from `inner` on inside are those from `outer` on outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MapRange {
    pub(crate) inner: u64,
    pub(crate) outer: u64,
    pub(crate) count: u64,
}

/// A block as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) range: MapRange,
    /// Its inner ids may move up to make room (`auto`); a block that was spelled out loses its topmost id instead.
    pub(crate) shiftable: bool,
}

/// The map of a single id, given as inner and outer, and of blocks that give way to it.
///
/// The single id stands first. A block that contains it on the inner or on the outer side is cut around it: the ids
/// that are left on each side are paired in their order, and those for which there is no partner, at the top, fall
/// away. An shiftable block finds its partner above its end. Empty blocks vanish.
pub(crate) fn compose_ranges(single: Option<(u64, u64)>, blocks: &[Block]) -> Vec<MapRange> {
    let mut lines = Vec::new();
    if let Some((inner, outer)) = single {
        lines.push(MapRange {
            inner,
            outer,
            count: 1,
        });
    }
    for block in blocks {
        match single {
            Some((inner, outer)) => lines.extend(cut_around(block, inner, outer)),
            None if block.range.count > 0 => lines.push(block.range),
            None => {}
        }
    }
    lines
}

/// The block without the inner id `inner` and the outer id `outer`.
fn cut_around(block: &Block, inner: u64, outer: u64) -> Vec<MapRange> {
    let MapRange {
        inner: first_inner,
        outer: first_outer,
        count,
    } = block.range;
    let touched_inside = (first_inner..first_inner + count).contains(&inner);
    let room = count + u64::from(block.shiftable && touched_inside);
    let inside = split_at(first_inner, room, inner);
    let outside = split_at(first_outer, count, outer);
    pair_ranges(&inside, &outside)
}

/// The ranges, as start and length, that `length` ids from `start` on fall into without `hole`.
fn split_at(start: u64, length: u64, hole: u64) -> Vec<(u64, u64)> {
    let end = start + length;
    if !(start..end).contains(&hole) {
        return vec![(start, length)];
    }
    vec![(start, hole - start), (hole + 1, end - hole - 1)]
}

/// Pairs the ids of ranges inside with those of ranges outside, in their order, as far as both go.
fn pair_ranges(inside: &[(u64, u64)], outside: &[(u64, u64)]) -> Vec<MapRange> {
    let mut lines = Vec::new();
    let (mut inside, mut outside) = (inside.iter().copied(), outside.iter().copied());
    let (mut inner, mut outer) = (inside.next(), outside.next());
    while let (Some((inner_start, inner_left)), Some((outer_start, outer_left))) = (inner, outer) {
        let count = inner_left.min(outer_left);
        if count > 0 {
            lines.push(MapRange {
                inner: inner_start,
                outer: outer_start,
                count,
            });
        }
        let rest = |start, left| (left > count).then(|| (start + count, left - count));
        inner = rest(inner_start, inner_left).or_else(|| inside.next());
        outer = rest(outer_start, outer_left).or_else(|| outside.next());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn block(inner: u64, outer: u64, count: u64, shiftable: bool) -> Block {
        let range = MapRange {
            inner,
            outer,
            count,
        };
        Block { range, shiftable }
    }

    fn composed(single: (u64, u64), blocks: &[Block]) -> String {
        let told = |line: &MapRange| format!("{} {} {}", line.inner, line.outer, line.count);
        let lines = compose_ranges(Some(single), blocks);
        lines.iter().map(told).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_block_is_cut_around_the_single_id() {
        let auto = block(0, 100_000, 65536, true);
        assert_eq!(composed((0, 1001), &[auto]), "0 1001 1, 1 100000 65536");
        assert_eq!(
            composed((1001, 1001), &[auto]),
            "1001 1001 1, 0 100000 1001, 1002 101001 64535"
        );
        let plain = block(1000, 100_000, 10, false);
        assert_eq!(
            composed((1001, 1001), &[plain]),
            "1001 1001 1, 1000 100000 1, 1002 100001 8"
        );
        let outside = block(10, 1000, 5, false);
        assert_eq!(
            composed((0, 1002), &[outside]),
            "0 1002 1, 10 1000 2, 12 1003 2"
        );
    }

    #[test]
    fn a_block_that_is_not_touched_stays_whole() {
        let blocks = [block(5, 100_000, 3, false), block(20, 100_010, 3, false)];
        assert_eq!(
            composed((0, 1001), &blocks),
            "0 1001 1, 5 100000 3, 20 100010 3"
        );
        assert_eq!(
            composed((15, 0), &[block(5, 100_000, 10, false)]),
            "15 0 1, 5 100000 10"
        );
        assert_eq!(composed((0, 0), &[block(5, 0, 0, false)]), "0 0 1");
    }

    proptest! {
        /// Whatever is asked for, no id is mapped twice on either side, and every block keeps its order.
        #[test]
        fn no_id_is_mapped_twice(
            single in (0_u64..20, 0_u64..20),
            inner in 0_u64..20,
            outer in 0_u64..20,
            count in 0_u64..20,
            shiftable: bool,
        ) {
            let lines = compose_ranges(Some(single), &[block(inner, outer, count, shiftable)]);
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
