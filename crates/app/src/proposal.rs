//! Which event to hold and whom to invite (活动建议), from the suggestions that stand. Saves nothing.
//!
//! What is asked is in this file; `gather` reads what the platform knows, `problem` makes the
//! engine's problem of both, `answer` turns the engine's texts back.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::event;
use lianmeng_domain::ids::ChainCommitteeId;
use lianmeng_domain::need::NeedKind;
use lianmeng_domain::region::Place;
use lianmeng_planning::proposal as engine;

use crate::asking::AskError;
use crate::desk::Desk;
use crate::seat;

/// What others are told.
const NOT_YOURS: &str =
    "there is nothing here that you may plan; coordinators have events proposed";

mod answer;
mod gather;
mod problem;
mod purpose;

pub use answer::{
    About, Acceptance, EventProposal, Format, Invitee, Kind, Met, ProposalFigures, ProposalStatus,
    ProposedEvent, ProposedHost, SmallerEvent, Words,
};

/// Most people of an event that is proposed.
pub const MAX_CAPACITY: usize = 300;

/// Most matches a member meets.
pub const MAX_MEETINGS: u32 = 20;

/// Asks for an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskEvent {
    /// Most members invited.
    pub capacity: usize,
    /// Only suggestions of this committee.
    pub committee: Option<ChainCommitteeId>,
    /// Only suggestions for needs of these kinds; all if empty.
    pub kinds: Vec<NeedKind>,
    /// Who may host.
    pub hosts: Vec<Place>,
    /// Most hosts.
    pub max_hosts: usize,
    /// Fewest and most members of a kind.
    pub quotas: Vec<KindQuota>,
    /// Who must be invited.
    pub must: Vec<Member>,
    /// Who cannot come.
    pub without: Vec<Member>,
    /// Most matches a member meets.
    pub meetings_each: u32,
    /// How much of the worth the smaller event keeps, in basis points.
    pub keep_basis_points: u32,
}

/// Fewest and most members of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindQuota {
    /// The kind.
    pub kind: Kind,
    /// Fewest.
    pub min: usize,
    /// Most; no limit if absent.
    pub max: Option<usize>,
}

/// The event that makes the most of `capacity` seats: format, hosts, whom to invite and what is to be
/// expected, beside a smaller one that keeps most of it. Read are the suggestions that stand, how often
/// suggestions were accepted so far, and when and where the hosts hosted. Coordinators.
///
/// # Errors
///
/// See [`AskError`]; demands that contradict each other are an answer.
pub async fn propose(
    desk: &Desk,
    actor: &Actor,
    ask: &AskEvent,
) -> Result<EventProposal, AskError> {
    if !event::may_propose(actor) {
        return Err(AskError::NotFound(NOT_YOURS));
    }
    check(ask)?;
    let known = gather::read(desk, ask).await?;
    let put = problem::problem(ask, &known, desk.today);
    let proposed = seat::run(move || {
        let found = engine::propose(&put.problem);
        (put, found)
    });
    let (put, found) = proposed.await.map_err(AskError::Engine)?;
    let found = found.map_err(|error| AskError::input(error, str::to_owned))?;
    answer::proposal(found, &put)
        .ok_or_else(|| AskError::Engine("a name that nobody gave it".to_owned()))
}

/// What must hold before anything is read.
fn check(ask: &AskEvent) -> Result<(), AskError> {
    let input = |place: &str, message| AskError::Input { place: place.to_owned(), message };
    if !(1..=MAX_CAPACITY).contains(&ask.capacity) {
        let message = format!("{} is not from 1 to {MAX_CAPACITY}", ask.capacity);
        return Err(input("capacity", message));
    }
    if !(1..=MAX_MEETINGS).contains(&ask.meetings_each) {
        let message = format!("{} is not from 1 to {MAX_MEETINGS}", ask.meetings_each);
        return Err(input("meetingsEach", message));
    }
    let again = |position: &usize| ask.hosts[..*position].contains(&ask.hosts[*position]);
    if let Some(position) = (0..ask.hosts.len()).find(again) {
        let message = "stands twice; keep one".to_owned();
        return Err(input(&format!("hosts[{position}]"), message));
    }
    let both = ask.must.iter().position(|member| ask.without.contains(member));
    if let Some(position) = both {
        let message = "must be invited but cannot come; drop one".to_owned();
        return Err(input(&format!("mustInviteIds[{position}]"), message));
    }
    Ok(())
}
