//! Pairings: planning the best set of them, making it so, renewing and ending.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::committee::Member;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, Id as _, OrganisationId, PairingId};
use lianmeng_domain::organisation::Organisation;
use lianmeng_domain::pairing::{self as rules, Pairing, PairingError, PairingKind, PairingStage};
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::region::Place;
use lianmeng_domain::text;
use lianmeng_matching::assign::{self, Bounds, Edge, PairingProblem, Side};
use lianmeng_matching::problem::{Candidate, CandidateKind, Problem, Seeker};
use lianmeng_matching::suggest::suggest;
use lianmeng_store::{StoreError, avoid, enterprise, organisation, pairing};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// Somebody to pair, with how many partners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Who.
    pub member: Member,
    /// At least so many partners.
    pub min: u64,
    /// At most so many partners.
    pub max: u64,
}

/// Asks for the best set of pairings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanPairings {
    /// Who is on side A.
    pub a: Vec<Wish>,
    /// Who is on side B.
    pub b: Vec<Wish>,
}

/// A pairing worth proposing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedPair {
    /// Side A.
    pub a: Member,
    /// Side B.
    pub b: Member,
    /// Points; 0 where nothing but the minimums speaks for it.
    pub points: i32,
}

/// A minimum that cannot be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// Whose.
    pub member: Member,
    /// The minimum.
    pub need: u64,
    /// How many partners it can have while the others get what they must.
    pub available: u64,
}

/// The best set of pairings, or which minimums cannot be met.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PairingPlan {
    /// The pairs, in the order of side A and then B as given; empty if a minimum cannot be met.
    pub pairs: Vec<PlannedPair>,
    /// Minimums that cannot be met; empty if there is a plan.
    pub shortages: Vec<Shortage>,
}

/// Two to pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Couple {
    /// Side A.
    pub a: Member,
    /// Side B.
    pub b: Member,
}

/// Makes pairings, all or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatePairings {
    /// What kind.
    pub kind: PairingKind,
    /// The committee that keeps them.
    pub committee: Option<ChainCommitteeId>,
    /// Whom.
    pub couples: Vec<Couple>,
    /// First day; today if left out.
    pub from_on: Option<NaiveDate>,
    /// Last day; no end if left out.
    pub until_on: Option<NaiveDate>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// What is done with a pairing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairingDeed {
    /// Go on until a day, or without an end.
    Renew(Option<NaiveDate>),
    /// End today.
    End,
}

/// Moves a pairing on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovePairing {
    /// Which.
    pub pairing: PairingId,
    /// The version the caller read; `None` to take it as it is.
    pub version: Option<i64>,
    /// What is done.
    pub deed: PairingDeed,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why pairings were not planned or changed.
#[derive(Debug, Error)]
pub enum PairingCommandError {
    /// No such pairing or committee that the caller may act for.
    #[error("no pairing or committee with this id that you may act for")]
    NotFound,
    /// A member does not exist.
    #[error("an enterprise or organisation of the list does not exist")]
    UnknownReference,
    /// Somebody stands twice on one side.
    #[error("somebody stands twice on one side; list everyone once")]
    Repeated,
    /// A minimum above the maximum.
    #[error("a minimum of {min} is above the maximum of {max}")]
    Bounds {
        /// The minimum.
        min: u64,
        /// The maximum.
        max: u64,
    },
    /// The engine stopped.
    #[error("the engine stopped: {0}")]
    Engine(String),
    /// A rule of pairings.
    #[error(transparent)]
    Rule(#[from] PairingError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for PairingCommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::UnknownReference,
            StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => {
                Self::Command(error.into())
            }
        }
    }
}

/// The pairs with the greatest sum of points under everyone's minimum and maximum; who avoids whom
/// is never paired. Saves nothing. Coordinators and secretaries.
///
/// # Errors
///
/// See [`PairingCommandError`].
pub async fn plan(
    desk: &Desk,
    actor: &Actor,
    ask: &PlanPairings,
) -> Result<PairingPlan, PairingCommandError> {
    if !matches!(actor.role, Role::Coordinator | Role::CommitteeSecretary) {
        return Err(PairingCommandError::NotFound);
    }
    check_side(&ask.a)?;
    check_side(&ask.b)?;
    let people = People::of(&desk.db, ask).await?;
    let ask = ask.clone();
    let plan = tokio::task::spawn_blocking(move || solve(&ask, &people)).await;
    plan.map_err(|error| PairingCommandError::Engine(error.to_string()))?
}

fn check_side(side: &[Wish]) -> Result<(), PairingCommandError> {
    let distinct: BTreeSet<Member> = side.iter().map(|wish| wish.member).collect();
    if distinct.len() < side.len() {
        return Err(PairingCommandError::Repeated);
    }
    match side.iter().find(|wish| wish.min > wish.max) {
        Some(wish) => Err(PairingCommandError::Bounds { min: wish.min, max: wish.max }),
        None => Ok(()),
    }
}

/// What is known about everybody in a plan.
struct People {
    enterprises: BTreeMap<EnterpriseId, Enterprise>,
    organisations: BTreeMap<OrganisationId, Organisation>,
    avoided: BTreeSet<(EnterpriseId, EnterpriseId)>,
}

impl People {
    async fn of(
        db: &impl ConnectionTrait,
        ask: &PlanPairings,
    ) -> Result<Self, PairingCommandError> {
        let (mut firms, mut others) = (Vec::new(), Vec::new());
        for wish in ask.a.iter().chain(&ask.b) {
            match wish.member {
                Member::Enterprise(id) => firms.push(id),
                Member::Organisation(id) => others.push(id),
            }
        }
        let enterprises = enterprise::find_many(db, &Visibility::All, &firms).await?;
        let organisations = organisation::find_many(db, &Visibility::All, &others).await?;
        let people = Self {
            enterprises: enterprises.into_iter().map(|e| (e.id, e)).collect(),
            organisations: organisations.into_iter().map(|o| (o.id, o)).collect(),
            avoided: avoid::pairs_with(db, &firms).await?,
        };
        let known = firms.iter().all(|id| people.enterprises.contains_key(id))
            && others.iter().all(|id| people.organisations.contains_key(id));
        if known { Ok(people) } else { Err(PairingCommandError::UnknownReference) }
    }

    fn avoid(&self, a: Member, b: Member) -> bool {
        match (a, b) {
            (Member::Enterprise(a), Member::Enterprise(b)) => {
                self.avoided.contains(&(std::cmp::min(a, b), std::cmp::max(a, b)))
            }
            (Member::Enterprise(_), Member::Organisation(_))
            | (Member::Organisation(_), Member::Enterprise(_) | Member::Organisation(_)) => false,
        }
    }

    /// Name and services, and the place.
    fn card(&self, member: Member) -> (String, Option<Place>) {
        match member {
            Member::Enterprise(id) => {
                self.enterprises.get(&id).map_or_else(Default::default, |enterprise| {
                    (text::normalise(&enterprise.name), enterprise.place)
                })
            }
            Member::Organisation(id) => {
                self.organisations.get(&id).map_or_else(Default::default, |organisation| {
                    let words = format!("{} {}", organisation.name, organisation.services);
                    (text::normalise(&words), organisation.place)
                })
            }
        }
    }
}

fn solve(ask: &PlanPairings, people: &People) -> Result<PairingPlan, PairingCommandError> {
    let mut edges = Vec::new();
    let mut points = BTreeMap::new();
    for (right, seeker) in ask.b.iter().enumerate() {
        let scores = scores(&ask.a, seeker.member, people);
        for (left, candidate) in ask.a.iter().enumerate() {
            let is_same = candidate.member == seeker.member;
            if is_same || people.avoid(candidate.member, seeker.member) {
                continue;
            }
            let score = scores.get(&left).copied().unwrap_or(0);
            points.insert((left, right), score);
            edges.push(Edge { left, right, points: i64::from(score) });
        }
    }
    let bounds = |side: &[Wish]| side.iter().map(|w| Bounds { min: w.min, max: w.max }).collect();
    let problem = PairingProblem::new(bounds(&ask.a), bounds(&ask.b), edges)
        .map_err(|error| PairingCommandError::Engine(error.to_string()))?;
    let answer = assign::solve(&problem);
    let pair = |(left, right): (usize, usize)| PlannedPair {
        a: ask.a[left].member,
        b: ask.b[right].member,
        points: points.get(&(left, right)).copied().unwrap_or(0),
    };
    let shortage = |conflict: &assign::Conflict| Shortage {
        member: match conflict.side {
            Side::Left => ask.a[conflict.index].member,
            Side::Right => ask.b[conflict.index].member,
        },
        need: conflict.need,
        available: conflict.available,
    };
    Ok(PairingPlan {
        pairs: answer.pairs.into_iter().map(pair).collect(),
        shortages: answer.conflict.iter().map(shortage).collect(),
    })
}

/// Points of each candidate for one seeker, by position; those without anything in common are left
/// out.
fn scores(candidates: &[Wish], seeker: Member, people: &People) -> BTreeMap<usize, i32> {
    let (words, place) = people.card(seeker);
    let region = |place| match place {
        Some(Place::Region(code)) => vec![code],
        Some(Place::Zone(_)) | None => Vec::new(),
    };
    let candidate = |(at, wish): (usize, &Wish)| {
        let (words, place) = people.card(wish.member);
        let id = u128::try_from(at).unwrap_or(u128::MAX);
        Candidate { regions: region(place), ..Candidate::new(CandidateKind::Offer, id, words) }
    };
    let problem = Problem {
        seeker: Seeker { title: words, regions: region(place), ..Seeker::default() },
        candidates: candidates.iter().enumerate().map(candidate).collect(),
        limit: candidates.len(),
        ..Problem::default()
    };
    let ranked = suggest(&problem).suggestions.into_iter();
    ranked.filter_map(|found| Some((usize::try_from(found.id).ok()?, found.score))).collect()
}

/// Makes pairings, all or none. The committee's secretary, or a coordinator.
///
/// # Errors
///
/// See [`PairingCommandError`]; nothing is saved when an error is returned.
pub async fn create(
    desk: &Desk,
    actor: &Actor,
    cmd: &CreatePairings,
) -> Result<Vec<PairingId>, PairingCommandError> {
    if !rules::may_keep(actor, cmd.committee) {
        return Err(PairingCommandError::NotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return Ok(replayed_all(&thing)),
    };
    let mut ids = Vec::with_capacity(cmd.couples.len());
    for couple in &cmd.couples {
        let pairing = Pairing {
            id: desk.mint(),
            suggestion: None,
            committee: cmd.committee,
            kind: cmd.kind,
            a: couple.a,
            b: couple.b,
            stage: PairingStage::Active,
            from_on: cmd.from_on.unwrap_or(desk.today),
            until_on: cmd.until_on,
            version: 1,
        };
        rules::check(&pairing)?;
        pairing::insert(&change.tx, &pairing).await?;
        ids.push(pairing.id);
    }
    let things: Vec<String> = ids.iter().map(|id| wire(*id)).collect();
    change.finish("CreatePairings", &things.join(" "), Touches::Nothing).await?;
    Ok(ids)
}

/// Renews or ends a pairing. The committee's secretary, or a coordinator.
///
/// # Errors
///
/// See [`PairingCommandError`]; nothing is saved when an error is returned.
pub async fn advance(
    desk: &Desk,
    actor: &Actor,
    cmd: &MovePairing,
) -> Result<PairingId, PairingCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => {
            return command::replayed_id(&thing).ok_or(PairingCommandError::NotFound);
        }
    };
    let sees = policy::visibility(actor);
    let found = pairing::find_many(&change.tx, &sees, &[cmd.pairing]).await?.pop();
    let found = found.filter(|pairing| rules::may_keep(actor, pairing.committee));
    let found = found.ok_or(PairingCommandError::NotFound)?;
    let found = Pairing { version: cmd.version.unwrap_or(found.version), ..found };
    let (moved, action) = match cmd.deed {
        PairingDeed::Renew(until_on) => (rules::renew(&found, until_on)?, "RenewPairing"),
        PairingDeed::End => (rules::end(&found, desk.today)?, "EndPairing"),
    };
    pairing::save(&change.tx, &moved).await?;
    let change = change.noting(pairing::diff(Some(&found), &moved));
    change.finish(action, &wire(found.id), Touches::Nothing).await?;
    Ok(found.id)
}

fn wire(id: PairingId) -> String {
    format!("{}:{id}", PairingId::TAG)
}

fn replayed_all(things: &str) -> Vec<PairingId> {
    things.split(' ').filter_map(command::replayed_id).collect()
}
