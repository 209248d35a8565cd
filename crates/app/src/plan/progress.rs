//! What is known about a timetable while it is being solved, told on the bus.
//!
//! A message may be lost and nothing with it: what a plan came to is what `eventPlan` answers and the
//! event keeps.

use std::time::Duration;

use lianmeng_backplane::bus::{Bus, Topic};
use lianmeng_domain::ids::{DockingEventId, Id as _};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::event::wire;

/// Between two messages about one event: nobody reads faster.
const PAUSE: Duration = Duration::from_millis(200);
/// What is known is told again after so long, for those who came later.
const AGAIN: Duration = Duration::from_secs(1);

/// What is known about the timetable of an event that is being solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanProgress {
    /// The event.
    pub event: DockingEventId,
    /// Breaks of the best timetable found; none before the first one.
    pub breaks: Option<u32>,
    /// Breaks that every timetable has at least, as far as proved.
    pub lower_bound: u32,
    /// Meetings at another slot than in the timetable before.
    pub moved: u64,
    /// Milliseconds since the work began; 0 where steps are counted.
    pub elapsed_ms: u64,
    /// Whether the search is over.
    pub is_over: bool,
}

impl PlanProgress {
    /// Nothing found yet.
    pub(super) const fn start(event: DockingEventId) -> Self {
        Self { event, breaks: None, lower_bound: 0, moved: 0, elapsed_ms: 0, is_over: false }
    }

    /// Breaks that a better timetable may save at most; none before the first timetable.
    pub fn gap(&self) -> Option<u32> {
        self.breaks.map(|breaks| breaks.saturating_sub(self.lower_bound))
    }

    fn written(&self) -> String {
        let Self { event, breaks, lower_bound, moved, elapsed_ms, is_over } = self;
        let breaks = breaks.map_or_else(|| "-".to_owned(), |breaks| breaks.to_string());
        format!("{} {breaks} {lower_bound} {moved} {elapsed_ms} {is_over}", wire(*event))
    }

    /// What a message on [`Topic::Plan`] says; none if it is no such message.
    pub fn read(payload: &str) -> Option<Self> {
        let mut words = payload.split(' ');
        let (tag, id) = words.next()?.split_once(':')?;
        let event = id.parse().ok().filter(|_| tag == DockingEventId::TAG)?;
        let breaks = match words.next()? {
            "-" => None,
            number => Some(number.parse().ok()?),
        };
        let found = Self {
            event,
            breaks,
            lower_bound: words.next()?.parse().ok()?,
            moved: words.next()?.parse().ok()?,
            elapsed_ms: words.next()?.parse().ok()?,
            is_over: words.next()?.parse().ok()?,
        };
        words.next().is_none().then_some(found)
    }
}

/// Tells what is known until nobody knows more: the sender is gone when the search is over.
pub(super) async fn tell(bus: Bus, mut known: watch::Receiver<PlanProgress>) {
    loop {
        let is_over = matches!(timeout(AGAIN, known.changed()).await, Ok(Err(_)));
        let now = PlanProgress { is_over, ..*known.borrow_and_update() };
        bus.publish(Topic::Plan, now.written());
        if is_over {
            return;
        }
        sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_nothing_else() {
        let start = PlanProgress::start(DockingEventId::from(7));
        let last = PlanProgress {
            breaks: Some(12),
            lower_bound: 9,
            moved: 3,
            elapsed_ms: 40,
            is_over: true,
            ..start
        };
        for one in [start, last] {
            assert_eq!(PlanProgress::read(&one.written()), Some(one));
        }
        assert_eq!((start.gap(), last.gap()), (None, Some(3)));
        let written = last.written();
        for odd in ["", "event:7", &format!("{written} 1"), &written.replace("event", "need")] {
            assert_eq!(PlanProgress::read(odd), None, "{odd}");
        }
    }
}
