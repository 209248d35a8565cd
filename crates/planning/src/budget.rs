//! How long an engine may work. It never reads a clock of its own.

use crate::improve::{Share, WHOLE};
use std::sync::atomic::{AtomicU64, Ordering};

/// Steps one conflict of the exact search counts for; it takes about as long as that many moves of
/// the annealer, each of which is one step.
pub(crate) const STEPS_PER_CONFLICT: u64 = 1_000;

/// The end of an engine's work.
#[derive(Clone, Copy)]
pub enum Budget<'a> {
    /// After this many steps. The same seed then gives the same answer on every machine; times are
    /// reported as 0, and one thread is used.
    Steps(u64),
    /// When the caller's clock says so.
    Clock(Clock<'a>),
}

/// A clock that the caller reads for the engine.
#[derive(Clone, Copy)]
pub struct Clock<'a> {
    /// Milliseconds since the work began; [`u64::MAX`] to end it now. Asked often, from several
    /// threads.
    pub elapsed_ms: &'a (dyn Fn() -> u64 + Sync),
    /// Milliseconds after which the work ends.
    pub limit_ms: u64,
}

impl std::fmt::Debug for Budget<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Steps(steps) => f.debug_tuple("Steps").field(steps).finish(),
            Self::Clock(clock) => f.debug_tuple("Clock").field(&clock.limit_ms).finish(),
        }
    }
}

/// A budget being used.
#[derive(Debug)]
pub(crate) struct Meter<'a> {
    budget: Budget<'a>,
    used: AtomicU64,
    /// What the clock said last.
    told: AtomicU64,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(budget: Budget<'a>) -> Self {
        Self { budget, used: AtomicU64::new(0), told: AtomicU64::new(0) }
    }

    /// Books `steps` steps of work.
    pub(crate) fn book(&self, steps: u64) {
        self.used.fetch_add(steps, Ordering::Relaxed);
    }

    /// Milliseconds since the work began, or until it was told to end; 0 when steps are counted.
    pub(crate) fn elapsed_ms(&self) -> u64 {
        match &self.budget {
            Budget::Steps(_) => 0,
            Budget::Clock(clock) => match (clock.elapsed_ms)() {
                u64::MAX => self.told.load(Ordering::Relaxed),
                now => self.told.fetch_max(now, Ordering::Relaxed).max(now),
            },
        }
    }

    /// Work done so far: steps, or milliseconds.
    pub(crate) fn spent(&self) -> u64 {
        match &self.budget {
            Budget::Steps(_) => self.used.load(Ordering::Relaxed),
            Budget::Clock(_) => self.elapsed_ms(),
        }
    }

    /// The share of the budget that is used.
    pub(crate) fn used(&self) -> Share {
        let (spent, whole) = match &self.budget {
            Budget::Steps(steps) => (self.spent(), *steps),
            Budget::Clock(clock) => ((clock.elapsed_ms)(), clock.limit_ms),
        };
        let share = u128::from(spent) * u128::from(WHOLE) / u128::from(whole.max(1));
        Share::try_from(share).unwrap_or(WHOLE).min(WHOLE)
    }

    /// Steps that are left; without end under a clock.
    pub(crate) fn steps_left(&self) -> u64 {
        match &self.budget {
            Budget::Steps(steps) => steps.saturating_sub(self.used.load(Ordering::Relaxed)),
            Budget::Clock(_) => u64::MAX,
        }
    }

    /// Whether the budget is used up.
    pub(crate) fn is_over(&self) -> bool {
        match &self.budget {
            Budget::Steps(_) => self.steps_left() == 0,
            Budget::Clock(clock) => (clock.elapsed_ms)() >= clock.limit_ms,
        }
    }

    /// Whether the clock has run out; never when steps are counted, since a call under way must end
    /// at the same point on every machine.
    pub(crate) fn is_late(&self, grace_ms: u64) -> bool {
        match &self.budget {
            Budget::Steps(_) => false,
            Budget::Clock(clock) => (clock.elapsed_ms)() >= clock.limit_ms.saturating_add(grace_ms),
        }
    }

    /// When the clock runs out, in milliseconds; never when steps are counted.
    pub(crate) fn limit_ms(&self) -> u64 {
        match &self.budget {
            Budget::Steps(_) => u64::MAX,
            Budget::Clock(clock) => clock.limit_ms,
        }
    }

    /// Whether the clock runs out within `ms`; never when steps are counted.
    pub(crate) fn ends_within(&self, ms: u64) -> bool {
        match &self.budget {
            Budget::Steps(_) => false,
            Budget::Clock(clock) => (clock.elapsed_ms)().saturating_add(ms) >= clock.limit_ms,
        }
    }

    /// Whether steps are counted, so that the answer must not depend on time.
    pub(crate) fn counts_steps(&self) -> bool {
        matches!(self.budget, Budget::Steps(_))
    }
}
