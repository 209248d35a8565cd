//! How much a few have of the whole.

/// Shares in millionths, where exact squares do not fit.
const UNIT: u128 = 1_000_000;

/// Herfindahl-Hirschman index of amounts, in points: 10 000 if one has everything, 10 000 / n if n
/// have the same; `None` if nobody has anything. Rounded down.
///
/// Hirschman (1945), Herfindahl (1950): the sum of the squares of the shares. Time `O(n)`.
pub fn hhi(amounts: &[u64]) -> Option<u32> {
    let total: u128 = amounts.iter().map(|&amount| u128::from(amount)).sum();
    if total == 0 {
        return None;
    }
    let exact = total.checked_mul(total).and_then(|below| {
        let squares = amounts
            .iter()
            .map(|&amount| u128::from(amount).pow(2))
            .try_fold(0_u128, u128::checked_add)?;
        Some(squares.checked_mul(10_000)? / below)
    });
    let points = exact.unwrap_or_else(|| {
        let share = |&amount: &u64| u128::from(amount) * UNIT / total;
        amounts.iter().map(|amount| share(amount).pow(2)).sum::<u128>() / (UNIT * UNIT / 10_000)
    });
    Some(u32::try_from(points).unwrap_or(10_000).min(10_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_go_from_even_to_everything() {
        assert_eq!(hhi(&[]), None);
        assert_eq!(hhi(&[0, 0]), None);
        assert_eq!(hhi(&[7, 0]), Some(10_000));
        assert_eq!(hhi(&[5, 5, 5, 5]), Some(2_500));
        assert_eq!(hhi(&[70, 20, 10]), Some(5_400));
        assert_eq!(hhi(&[1, 1, 1]), Some(3_333));
        assert_eq!(hhi(&[u64::MAX, u64::MAX]), Some(5_000), "too large for exact squares");
    }
}
