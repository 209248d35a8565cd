//! Sets of slots as bit masks: bit `t` stands for slot `t`.

/// Most slots one timetable can have: one bit each.
pub const MAX_SLOTS: usize = 64;

/// A set of slots.
pub(crate) type Mask = u64;

/// The set that holds slot `t` alone. `t` is below [`MAX_SLOTS`].
pub(crate) fn bit(t: usize) -> Mask {
    1 << t
}

/// The set of slots `0..n`, for `n` up to [`MAX_SLOTS`].
pub(crate) fn first(n: usize) -> Mask {
    if n >= MAX_SLOTS { Mask::MAX } else { bit(n) - 1 }
}

/// Whether `set` holds slot `t`.
pub(crate) fn has(set: Mask, t: usize) -> bool {
    set & bit(t) != 0
}

/// How many slots `set` holds.
pub(crate) fn len(set: Mask) -> usize {
    usize::try_from(set.count_ones()).unwrap_or(MAX_SLOTS)
}

/// The lowest slot of `set`; none if it is empty.
pub(crate) fn lowest(set: Mask) -> Option<usize> {
    (set != 0).then(|| usize::try_from(set.trailing_zeros()).unwrap_or(0))
}

/// The slots of `set`, ascending.
pub(crate) fn iter(set: Mask) -> impl Iterator<Item = usize> {
    let mut rest = set;
    std::iter::from_fn(move || {
        let t = lowest(rest)?;
        rest &= rest - 1;
        Some(t)
    })
}

/// Breaks of someone busy in `set`: runs of consecutive slots, less one; none for an empty set.
pub(crate) fn breaks(set: Mask) -> u32 {
    (set & !(set << 1)).count_ones().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_are_the_runs_less_one() {
        for (set, want) in
            [(0, 0), (0b1, 0), (0b111, 0), (0b101, 1), (0b1_0110_1001, 3), (Mask::MAX, 0)]
        {
            assert_eq!(breaks(set), want, "{set:b}");
        }
    }

    #[test]
    fn the_members_of_a_set() {
        assert_eq!(lowest(0), None);
        assert_eq!(lowest(0b1010), Some(1));
        assert_eq!(iter(0b1010).collect::<Vec<_>>(), [1, 3]);
        assert_eq!((first(0), first(3), first(64)), (0, 0b111, Mask::MAX));
    }
}
