//! Versions of the suggestion engine's weights: proposing one, learning one from answers, putting one
//! in force. Rolling back is putting an older one in force.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{NeedId, SuggestionId};
use lianmeng_domain::need::Rating;
use lianmeng_domain::suggestion::{Reason, Side, Suggestion, SuggestionStage};
use lianmeng_domain::weights::{self as rules, Weights, WeightsError, WeightsVersion};
use lianmeng_matching::learn::{self, Example};

pub use lianmeng_matching::learn::{Answer, Refusal, Report};
use lianmeng_store::suggestion::past;
use lianmeng_store::{StoreError, meeting_result, weights as store};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;
use meetings::Held;

mod meetings;

/// Most answered suggestions that are learned from, the newest.
const MAX_ANSWERS: u64 = 50_000;

/// Most meetings that are learned from, the newest.
const MAX_MEETINGS: u64 = 20_000;

/// Proposes a version; it is not in force before somebody activates it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposeWeights {
    /// The weights.
    pub weights: Weights,
    /// Why, in words.
    pub why: String,
    /// What learning found, as JSON.
    pub report: Option<String>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Puts a version in force; older ones too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivateWeights {
    /// Its number.
    pub version: i32,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why weights were not changed.
#[derive(Debug, Error)]
pub enum WeightsCommandError {
    /// No such version, or none that the caller may change.
    #[error("there is no such version of the weights that you may change")]
    NotFound,
    /// A rule of weights.
    #[error(transparent)]
    Rule(#[from] WeightsError),
    /// Nothing better was learned.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The engine stopped.
    #[error("the engine stopped: {0}")]
    Engine(String),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for WeightsCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// The version in force.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn active(db: &impl ConnectionTrait) -> Result<WeightsVersion, StoreError> {
    let found = store::active(db).await?;
    // Without any, those that come with the program.
    let shipped = || rules::built_in().into_iter().find(|version| version.is_active);
    found.or_else(shipped).ok_or_else(|| StoreError::Conflict("no weights are active".to_owned()))
}

/// Proposes a version. Coordinators. Gives its number.
///
/// # Errors
///
/// See [`WeightsCommandError`]; nothing is saved when an error is returned.
pub async fn propose(
    desk: &Desk,
    actor: &Actor,
    cmd: &ProposeWeights,
) -> Result<i32, WeightsCommandError> {
    if !rules::may_change(actor) {
        return Err(WeightsCommandError::NotFound);
    }
    cmd.weights.check()?;
    rules::check_why(&cmd.why)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let newest = store::newest(&change.tx, 1).await?;
    let version = WeightsVersion {
        version: newest.first().map_or(0, |newest| newest.version) + 1,
        weights: cmd.weights.clone(),
        why: cmd.why.trim().to_owned(),
        report: cmd.report.clone(),
        made_at: desk.now,
        made_by: actor.subject.clone(),
        is_active: false,
    };
    store::insert(&change.tx, &version).await?;
    change.finish("ProposeWeights", &wire(version.version), Touches::Nothing).await?;
    Ok(version.version)
}

/// Puts a version in force. Coordinators. Suggestions that were made keep their points and version.
///
/// # Errors
///
/// See [`WeightsCommandError`]; nothing is saved when an error is returned.
pub async fn activate(
    desk: &Desk,
    actor: &Actor,
    cmd: &ActivateWeights,
) -> Result<i32, WeightsCommandError> {
    if !rules::may_change(actor) {
        return Err(WeightsCommandError::NotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    if store::find_many(&change.tx, &[cmd.version]).await?.is_empty() {
        return Err(WeightsCommandError::NotFound);
    }
    store::activate(&change.tx, cmd.version).await?;
    change.finish("ActivateWeights", &wire(cmd.version), Touches::Nothing).await?;
    Ok(cmd.version)
}

/// What can be learned now from the answers to suggestions, compared with the version in force, and
/// the weights or why there are none. Saves nothing; the same rows give the same bytes. Coordinators.
///
/// # Errors
///
/// See [`WeightsCommandError`].
pub async fn learn(
    desk: &Desk,
    actor: &Actor,
) -> Result<(Report, Result<Weights, Refusal>), WeightsCommandError> {
    if !rules::may_change(actor) {
        return Err(WeightsCommandError::NotFound);
    }
    let active = active(&desk.db).await?;
    let answered = past::answers(&desk.db, MAX_ANSWERS).await?;
    let meetings = meeting_result::past::reported(&desk.db, MAX_MEETINGS).await?;
    let outcomes = Outcomes {
        signed: past::signed(&desk.db).await?,
        ratings: past::ratings(&desk.db, MAX_ANSWERS).await?,
        meetings: meetings::of_suggestions(&answered, &meetings),
    };
    let versions: BTreeSet<i32> = answered.iter().map(|one| one.weights_version).collect();
    let versions: Vec<i32> = versions.into_iter().collect();
    let versions = store::find_many(&desk.db, &versions).await?;
    let versions: BTreeMap<i32, Weights> =
        versions.into_iter().map(|version| (version.version, version.weights)).collect();
    let work = move || {
        let examples = examples(&answered, &outcomes, &versions);
        learn::learn(&active.weights, active.version, &examples)
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| WeightsCommandError::Engine(error.to_string()))
}

/// What came of suggestions that both sides accepted.
struct Outcomes {
    /// Those whose pairing led to an outcome that stands.
    signed: BTreeSet<SuggestionId>,
    /// Ratings of the needs behind suggestions that stood alone.
    ratings: BTreeMap<NeedId, Rating>,
    /// Meetings held that a suggestion led to.
    meetings: BTreeMap<SuggestionId, Held>,
}

/// One example for each side that answered and whose gain was judged. What each criterion had given
/// follows from the points and the weights of the version that gave them.
fn examples(
    answered: &[Suggestion],
    outcomes: &Outcomes,
    versions: &BTreeMap<i32, Weights>,
) -> Vec<Example> {
    let mut all = Vec::new();
    for one in answered {
        let Some(weights) = versions.get(&one.weights_version) else { continue };
        for side in [Side::A, Side::B] {
            let reasons = one.gains(side);
            let Some(answer) = answer(one, side, outcomes) else { continue };
            // Where only one side counted nothing is known of what the other would have gained.
            if weights.side(side).is_empty() {
                continue;
            }
            all.push(Example {
                group: one.need.map_or(0, NeedId::number),
                suggestion: one.id.number(),
                side,
                shares: shares(weights, side, reasons),
                answer,
            });
        }
    }
    all
}

fn answer(one: &Suggestion, side: Side, outcomes: &Outcomes) -> Option<Answer> {
    let held = outcomes.meetings.get(&one.id);
    let is_satisfied = || {
        // Who seeks is who rates; what the need came to says more than how a meeting went.
        let rating = one.need.filter(|_| side == Side::A).and_then(|id| outcomes.ratings.get(&id));
        let met = held.and_then(|held| held.rating(side));
        rating.copied().or(met).map(Rating::is_satisfied)
    };
    let declined = match side {
        Side::A => one.decline_a.is_some(),
        Side::B => one.decline_b.is_some(),
    };
    match (one.stage, side) {
        (SuggestionStage::Declined, _) => declined.then_some(Answer::Declined),
        (SuggestionStage::AcceptedByA, Side::A) | (SuggestionStage::AcceptedByB, Side::B) => {
            Some(Answer::Accepted)
        }
        // The last word of who sought help.
        (SuggestionStage::Mutual | SuggestionStage::Paired, _) if is_satisfied() == Some(false) => {
            Some(Answer::Dissatisfied)
        }
        (SuggestionStage::Paired, _) if outcomes.signed.contains(&one.id) => Some(Answer::Signed),
        (SuggestionStage::Mutual | SuggestionStage::Paired, _) => Some(match is_satisfied() {
            Some(_) => Answer::Satisfied,
            None if one.stage == SuggestionStage::Paired => Answer::Paired,
            None if held.is_some() => Answer::Held,
            None => Answer::Accepted,
        }),
        (
            SuggestionStage::AcceptedByA
            | SuggestionStage::AcceptedByB
            | SuggestionStage::Proposed
            | SuggestionStage::Shown
            | SuggestionStage::Expired
            | SuggestionStage::Withdrawn,
            _,
        ) => None,
    }
}

fn shares(weights: &Weights, side: Side, reasons: &[Reason]) -> BTreeMap<String, i32> {
    let share = |reason: &Reason| {
        let most = i64::from(weights.of(side, &reason.criterion));
        let share = (i64::from(reason.points) * 1_000_000).checked_div(most)?;
        let share = i32::try_from(share.clamp(-1_000_000, 1_000_000)).ok()?;
        Some((reason.criterion.clone(), share))
    };
    reasons.iter().filter_map(share).collect()
}

fn wire(version: i32) -> String {
    format!("weights:{version}")
}

fn replayed(thing: &str) -> Result<i32, WeightsCommandError> {
    let number = thing.strip_prefix("weights:").and_then(|number| number.parse().ok());
    number.ok_or(WeightsCommandError::NotFound)
}
