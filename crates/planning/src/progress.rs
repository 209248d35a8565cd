//! What is known while an engine works, told as it comes.

use std::sync::{Mutex, PoisonError};

/// What is known about a timetable so far.
///
/// Told whenever a better timetable or a better bound is there, and only then; what the caller does
/// with it changes nothing about the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// Breaks of the best timetable; none before the first one.
    pub breaks: Option<u32>,
    /// Breaks that every timetable has at least, as far as proved; never more than `breaks`.
    pub lower_bound: u32,
    /// Meetings at another slot than in the timetable before; 0 without one.
    pub moved: usize,
    /// Milliseconds since the work began; 0 where steps are counted.
    pub elapsed_ms: u64,
    /// Slot of each meeting, from 0; empty before the first timetable.
    pub slots: &'a [usize],
}

impl Progress<'_> {
    /// Breaks that a better timetable may save at most; 0 where it is proved that none does, none
    /// before the first timetable.
    pub fn gap(&self) -> Option<u32> {
        self.breaks.map(|breaks| breaks.saturating_sub(self.lower_bound))
    }
}

/// Tells the caller, from any thread.
pub(crate) type Tell<'a> = &'a (dyn Fn(&Progress<'_>) + Sync + 'a);

/// `listen` for several threads, of which one at a time is heard.
pub(crate) fn in_turn(listen: impl FnMut(&Progress<'_>) + Send) -> impl Fn(&Progress<'_>) + Sync {
    let listen = Mutex::new(listen);
    move |progress| (listen.lock().unwrap_or_else(PoisonError::into_inner))(progress)
}
