//! Sets of days of a season, as bits.

use crate::words::signed;

/// Days of a season, counted from its first, which is 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Days(Vec<u64>);

impl Days {
    /// None of `count` days.
    pub(crate) fn none(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    /// All of `count` days.
    pub(crate) fn all(count: usize) -> Self {
        let mut days = Self::none(count);
        for day in 0..count {
            days.add(signed(day));
        }
        days
    }

    /// Puts `day` in; a day outside of the season is ignored.
    pub(crate) fn add(&mut self, day: i64) {
        if let Some((word, bit)) = place(day)
            && let Some(word) = self.0.get_mut(word)
        {
            *word |= bit;
        }
    }

    /// Takes `day` out.
    pub(crate) fn remove(&mut self, day: i64) {
        if let Some((word, bit)) = place(day)
            && let Some(word) = self.0.get_mut(word)
        {
            *word &= !bit;
        }
    }

    /// Whether `day` is in.
    pub(crate) fn has(&self, day: i64) -> bool {
        place(day).is_some_and(|(word, bit)| self.0.get(word).is_some_and(|w| w & bit != 0))
    }

    /// Keeps what is also in `other`.
    pub(crate) fn keep(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine &= theirs;
        }
    }

    /// Takes out what is in `other`.
    pub(crate) fn drop(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine &= !theirs;
        }
    }

    /// Adds what is in `other`.
    pub(crate) fn join(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine |= theirs;
        }
    }

    /// The first day that is in and not before `day`.
    pub(crate) fn first_from(&self, day: i64) -> Option<i64> {
        let start = usize::try_from(day.max(0)).ok()?;
        let mut at = start / 64;
        let mut word = self.0.get(at)? & (u64::MAX << (start % 64));
        while word == 0 {
            at += 1;
            word = *self.0.get(at)?;
        }
        Some(signed(at) * 64 + i64::from(word.trailing_zeros()))
    }

    /// The last day that is in and not after `day`.
    pub(crate) fn last_until(&self, day: i64) -> Option<i64> {
        (0..=day.min(signed(self.0.len() * 64))).rev().find(|&day| self.has(day))
    }

    /// Days that are in, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        let mut next = 0;
        std::iter::from_fn(move || {
            let day = self.first_from(next)?;
            next = day + 1;
            Some(day)
        })
    }
}

fn place(day: i64) -> Option<(usize, u64)> {
    let day = usize::try_from(day).ok()?;
    Some((day / 64, 1 << (day % 64)))
}
