//! Jobs: work that outlives the request that asked for it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::actor::{Actor, Role};
use crate::ids::JobId;
use crate::words;

words! {
    /// What a job does.
    pub enum JobKind {
        /// Plans the timetable of a docking event.
        PlanEvent = "plan_event",
        /// Makes suggestions for every open need of a committee.
        SuggestNeeds = "suggest_needs",
        /// Makes suggestions for one need, when a counterpart is sought.
        SuggestNeed = "suggest_need",
        /// Gives back what was reserved of an offer and not taken up in time.
        ExpireReservations = "expire_reservations",
        /// Lets needs lapse and go on, makes room for the months to come and forgets old request keys.
        Housekeeping = "housekeeping",
    }
}

words! {
    /// Where a job stands.
    pub enum JobState {
        /// Waits for a worker, or for its next attempt.
        Ready = "ready",
        /// A worker has it.
        Running = "running",
        /// Done.
        Done = "done",
        /// Refused: trying again would not help.
        Failed = "failed",
        /// Given up after its last attempt; an administrator may put it back.
        Dead = "dead",
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// What it works on, as JSON that its kind understands.
    pub payload: String,
    /// Who asked, and as whom it runs.
    pub actor: Actor,
    /// Where it stands.
    pub state: JobState,
    /// Attempts begun.
    pub attempts: i32,
    /// Attempts it gets.
    pub max_attempts: i32,
    /// Parts done, of `progress_total`; 0 of 0 while unknown.
    pub progress_done: i32,
    /// Parts there are.
    pub progress_total: i32,
    /// How far it got, as its kind wrote it down; a later attempt goes on from there.
    pub checkpoint: Option<String>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// What came of it, as a wire id.
    pub result: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When its state or progress last changed.
    pub changed_at: DateTime<Utc>,
}

/// Attempts a job gets where nobody says otherwise.
pub const MAX_ATTEMPTS: i32 = 5;
/// Longest pause between two attempts, in seconds.
const LONGEST_PAUSE: i64 = 600;

/// Pause before the attempt after `attempts`: 2, 4, 8 … seconds, at most ten minutes, and up to a
/// quarter more by the job's id, so that jobs that failed together do not come back together.
pub fn pause(id: JobId, attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 16)).unwrap_or(1);
    let seconds = 2_i64.saturating_pow(doublings).min(LONGEST_PAUSE);
    let quarters = i64::try_from(id.number() % 251).unwrap_or(0);
    TimeDelta::milliseconds(seconds * 1000 + seconds * quarters)
}

/// Whether `actor` sees jobs that others asked for and may put them back.
pub const fn may_keep_all(actor: &Actor) -> bool {
    matches!(actor.role, Role::SystemAdmin | Role::Coordinator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_ten_minutes_and_differ_by_a_quarter_at_most() {
        let plain = JobId::from(0_u128);
        let seconds: Vec<i64> = (1..=4).map(|n| pause(plain, n).num_seconds()).collect();
        assert_eq!(seconds, [2, 4, 8, 16]);
        assert_eq!(pause(plain, 30).num_seconds(), 600);
        assert_eq!(pause(JobId::from(250_u128), 30).num_seconds(), 750);
    }
}
