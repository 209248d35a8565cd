//! Grouped sessions (分组对接) of enterprises and projects, by relevance. Saves nothing.
//!
//! What is asked is in this file; `problem` reads the platform and makes the engine's problem,
//! `answer` turns the engine's texts back.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::event;
use lianmeng_domain::ids::ProjectId;
use lianmeng_planning::groups as engine;

use crate::asking::AskError;
use crate::desk::Desk;
use crate::seat;

/// What others are told.
const NOT_YOURS: &str = "there is nothing here that you may plan; coordinators group sessions";

mod answer;
mod problem;

pub use answer::{
    GroupReason, GroupSession, SessionsConflict, SessionsFigures, SessionsProposal, SessionsStatus,
};

/// Most participants, and most projects.
pub const MAX_SIDE: usize = 300;

/// Asks for grouped sessions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AskSessions {
    /// How many half-days.
    pub half_days: usize,
    /// Rooms that can be used at the same time.
    pub rooms: Vec<SessionRoom>,
    /// How many groups; as many as rooms and half-days allow if absent.
    pub groups: Option<usize>,
    /// Who is put into groups.
    pub participants: Vec<GroupMember>,
    /// What is presented.
    pub items: Vec<GroupItem>,
    /// Delegations of which something is known.
    pub delegations: Vec<GroupDelegation>,
    /// Fewest and most participants of a session.
    pub participants_each: (usize, Option<usize>),
    /// Fewest and most projects of a session.
    pub items_each: (usize, Option<usize>),
    /// Start of the random numbers.
    pub seed: u64,
}

/// A room.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionRoom {
    /// Its name.
    pub name: String,
    /// Seats; no limit if absent.
    pub capacity: Option<u32>,
}

/// A room in a half-day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionLock {
    /// The half-day, from 1.
    pub half_day: usize,
    /// Name of the room.
    pub room: String,
}

/// Who is put into a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// Who.
    pub member: Member,
    /// People who come.
    pub people: u32,
    /// Half-days on which they cannot come, from 1.
    pub away: Vec<usize>,
    /// The session they are in already.
    pub locked: Option<SessionLock>,
}

/// A project that is presented once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupItem {
    /// The project.
    pub project: ProjectId,
    /// Name of the delegation that presents it; the city of the project if absent.
    pub delegation: Option<String>,
    /// People who must be there; each is in one room at a time.
    pub presenters: Vec<String>,
    /// The session it is in already.
    pub locked: Option<SessionLock>,
}

/// What is known of a delegation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupDelegation {
    /// Its name.
    pub name: String,
    /// People in each room where it presents.
    pub people: u32,
    /// In how many rooms it can be at once.
    pub teams: u32,
    /// Half-days on which it cannot come, from 1.
    pub away: Vec<usize>,
}

/// Puts enterprises and projects into sessions so that those who have most to say to each other meet, and
/// nobody is in two rooms at once. Relevance is by words, industry and place. The same question over the
/// same data and seed has the same answer. Coordinators.
///
/// # Errors
///
/// See [`AskError`]; demands that cannot be met are an answer.
pub async fn propose(
    desk: &Desk,
    actor: &Actor,
    ask: &AskSessions,
) -> Result<SessionsProposal, AskError> {
    if !event::may_propose(actor) {
        return Err(AskError::NotFound(NOT_YOURS));
    }
    for (place, count) in [("participants", ask.participants.len()), ("items", ask.items.len())] {
        if count > MAX_SIDE {
            let message = format!("{count} entries are over the limit of {MAX_SIDE}; split it");
            return Err(AskError::Input { place: place.to_owned(), message });
        }
    }
    let put = problem::problem(desk, ask).await?;
    let planned = seat::run(move || {
        let put = put.weighed();
        let found = engine::plan(&put.problem);
        (put, found)
    });
    let (put, found) = planned.await.map_err(AskError::Engine)?;
    let found = found.map_err(|error| AskError::input(error, problem::asked_as))?;
    answer::proposal(found, &put)
        .ok_or_else(|| AskError::Engine("a name that nobody gave it".to_owned()))
}
