//! Our own small generator, so that a seed gives the same timetable under every version of every
//! library.

/// `SplitMix64` (Steele, Lea, Flood, OOPSLA 2014): one word of state, 64 bits a call.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// A generator whose numbers depend on `seed` alone.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 when `n` is 0. The bias is below `n / 2^32`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let wide = (self.next() >> 32) * u64::try_from(n).unwrap_or(0);
        usize::try_from(wide >> 32).unwrap_or(0)
    }

    /// An exponentially distributed number of mean `mean / ln 2`, in integers.
    ///
    /// `-log2` of a uniform number is the count of its leading zeros plus a fraction, here
    /// taken as linear: at most 0.09 too small or too large, which annealing does not notice, and
    /// the same on every machine.
    pub(crate) fn exponential(&mut self, mean: i64) -> i64 {
        let word = self.next() | 1;
        let zeros = word.leading_zeros();
        let fraction = i64::try_from(((word << zeros) << 1) >> 48).unwrap_or(0);
        (((i64::from(zeros + 1) << 16) - fraction) * mean) >> 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_below_their_limit_and_repeat() {
        let (mut a, mut b) = (Random::new(7), Random::new(7));
        for n in 1..2000 {
            let got = a.below(n);
            assert!(got < n);
            assert_eq!(got, b.below(n));
        }
        assert_eq!(a.below(0), 0);
    }

    #[test]
    fn exponential_numbers_have_their_mean() {
        let mut random = Random::new(1);
        let sum: i64 = (0..100_000).map(|_| random.exponential(1000)).sum();
        let mean = sum / 100_000;
        assert!((1380..=1560).contains(&mean), "{mean} should be near 1443 (1000 / ln 2)");
    }
}
