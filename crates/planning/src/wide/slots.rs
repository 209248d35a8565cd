//! Sets of slots as bit masks: bit `t` stands for slot `t`, for up to 128 slots.
//!
//! Apart from `crate::mask`, whose 64 bits are enough for the published problem and half as wide in
//! its innermost loops.

/// A set of slots.
pub(crate) type Slots = u128;

/// The set that holds slot `t` alone; empty beyond the last bit.
pub(crate) fn bit(t: usize) -> Slots {
    u32::try_from(t).ok().and_then(|t| 1u128.checked_shl(t)).unwrap_or(0)
}

/// The set of slots `0..n`.
pub(crate) fn first(n: usize) -> Slots {
    bit(n).wrapping_sub(1)
}

/// The set of `length` slots from `start`.
pub(crate) fn span(start: usize, length: usize) -> Slots {
    first(start.saturating_add(length)) & !first(start)
}

/// Whether `set` holds slot `t`.
pub(crate) fn has(set: Slots, t: usize) -> bool {
    set & bit(t) != 0
}

/// How many slots `set` holds.
pub(crate) fn len(set: Slots) -> usize {
    usize::try_from(set.count_ones()).unwrap_or(0)
}

/// The lowest slot of `set`.
pub(crate) fn lowest(set: Slots) -> Option<usize> {
    (set != 0).then(|| usize::try_from(set.trailing_zeros()).unwrap_or(0))
}

/// The highest slot of `set`.
pub(crate) fn highest(set: Slots) -> Option<usize> {
    (set != 0).then(|| 127 - usize::try_from(set.leading_zeros()).unwrap_or(0))
}

/// The slots of `set`, ascending.
pub(crate) fn iter(set: Slots) -> impl Iterator<Item = usize> {
    let mut rest = set;
    std::iter::from_fn(move || {
        let t = lowest(rest)?;
        rest &= rest - 1;
        Some(t)
    })
}

/// Runs of slots that follow each other.
pub(crate) fn runs(set: Slots) -> usize {
    len(set & !(set << 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_reach_the_last_bit() {
        assert_eq!(first(128), u128::MAX);
        assert_eq!(first(0), 0);
        assert_eq!(span(126, 2), bit(126) | bit(127));
        assert_eq!(highest(span(3, 4)), Some(6));
        assert_eq!(iter(span(2, 3)).collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(runs(0b1101_1011), 3);
        assert!(has(bit(127), 127) && !has(bit(127), 200));
    }
}
