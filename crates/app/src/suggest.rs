//! Asking the engine: who could meet a need, which enterprises could share a project.
//!
//! Nothing here binds anybody. Candidates are gathered first, the engine runs outside of the async
//! threads and outside of the transaction, and only then the suggestions are saved.

use std::collections::BTreeMap;

use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{EnterpriseId, Id as _, NeedId, OfferId};
use lianmeng_domain::need::{Need, NeedStage};
use lianmeng_domain::offer::Offer;
use lianmeng_domain::region::RegionCode;
use lianmeng_domain::suggestion::{
    self as rules, Reason, Suggestion, SuggestionKind, SuggestionStage,
};
use lianmeng_domain::weights::WeightsError;
use lianmeng_domain::{policy, text};
use lianmeng_matching::problem::CandidateKind;
use lianmeng_matching::score::{self, Evidence};
use lianmeng_matching::suggest::suggest;
use lianmeng_store::eyes::Eyes;
use lianmeng_store::{StoreError, need, suggestion};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;
use crate::shelf::ShelfError;
use crate::weights;

pub(crate) mod gather;
pub mod offers;
pub mod tasks;
pub mod whatif;

/// Version of the weights that points are given with where there are no versions to choose from:
/// cooperation tasks.
pub const WEIGHTS_VERSION: i32 = 1;

/// Asks for suggestions for a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeSuggestions {
    /// The need.
    pub need: NeedId,
    /// Most suggestions, 1 to 100.
    pub limit: usize,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why no suggestions were made.
#[derive(Debug, Error)]
pub enum SuggestError {
    /// No such need or project that the caller may ask for.
    #[error("no need or project with this id that you may ask suggestions for")]
    NotFound,
    /// The need is not open.
    #[error("the need is {0}; suggestions are made from submission until it is answered")]
    NotOpen(NeedStage),
    /// Weights that cannot be used.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The engine stopped.
    #[error("the engine stopped: {0}")]
    Engine(String),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<ShelfError> for SuggestError {
    fn from(error: ShelfError) -> Self {
        match error {
            ShelfError::Store(error) => error.into(),
            ShelfError::Look(error) => Self::Engine(error.to_string()),
        }
    }
}

impl From<StoreError> for SuggestError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// Makes and saves suggestions for a need, best first; those made before stay as they are. Its
/// committee's secretary, or a coordinator.
///
/// # Errors
///
/// See [`SuggestError`]; nothing is saved when an error is returned.
pub async fn make(desk: &Desk, actor: &Actor, cmd: &MakeSuggestions) -> Result<(), SuggestError> {
    let need = kept(desk, actor, cmd.need).await?;
    if !need.stage.is_standing() {
        return Err(SuggestError::NotOpen(need.stage));
    }
    let made = propose(desk, &need, cmd.limit).await?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(()),
    };
    insert_new(&change.tx, made).await?;
    let thing = format!("{}:{}", NeedId::TAG, need.id);
    change.finish("MakeSuggestions", &thing, Touches::Nothing).await?;
    Ok(())
}

/// The need, if `actor` may ask suggestions for it.
async fn kept(desk: &Desk, actor: &Actor, id: NeedId) -> Result<Need, SuggestError> {
    let (sees, reads) = (policy::visibility(actor), policy::reading(actor));
    let eyes = Eyes { sees: &sees, reads: &reads, ..Eyes::ALL };
    let found = need::find(&desk.db, eyes, id).await?;
    let need = found.filter(|seen| seen.is_full).map(|seen| seen.need);
    let need = need.filter(|need| rules::may_keep(actor, need.committee));
    need.ok_or(SuggestError::NotFound)
}

/// Saves the suggestions whose pair was not suggested before.
pub(crate) async fn insert_new(
    tx: &sea_orm::DatabaseTransaction,
    made: Vec<Suggestion>,
) -> Result<usize, StoreError> {
    let keys: Vec<String> = made.iter().map(suggestion::pair_key).collect();
    let mut taken = suggestion::taken(tx, &keys).await?;
    let fresh: Vec<Suggestion> = made
        .into_iter()
        .zip(keys)
        .filter_map(|(suggestion, key)| taken.insert(key).then_some(suggestion))
        .collect();
    suggestion::insert_many(tx, &fresh).await?;
    Ok(fresh.len())
}

/// The engine's suggestions for `need`, not saved.
async fn propose(desk: &Desk, need: &Need, limit: usize) -> Result<Vec<Suggestion>, SuggestError> {
    let version = weights::active(&desk.db).await?;
    let gathered = gather::for_need(desk, need, limit, &version.weights).await?;
    let gather::Gathered { problem, offers, places } = gathered;
    let answer = tokio::task::spawn_blocking(move || suggest(&problem)).await;
    let answer = answer.map_err(|error| SuggestError::Engine(error.to_string()))?;
    let public = public_text(need);
    let tell = |reasons: Vec<score::Reason>| -> Vec<Reason> {
        reasons.into_iter().map(|reason| told(reason, &public, &places)).collect()
    };
    let make = |ranked: lianmeng_matching::shortlist::Suggestion| {
        let (kind, offer, b) = counterpart(&offers, ranked.kind, ranked.id)?;
        Some(Suggestion {
            id: desk.mint(),
            kind,
            need: Some(need.id),
            offer,
            project: None,
            committee: need.committee,
            a: need.enterprise,
            b,
            points: ranked.score,
            reasons: tell(ranked.reasons),
            reasons_b: tell(ranked.reasons_b),
            fusion: version.weights.fusion,
            stage: SuggestionStage::Proposed,
            decline_a: None,
            decline_b: None,
            weights_version: version.version,
            version: 1,
        })
    };
    Ok(answer.suggestions.into_iter().filter_map(make).collect())
}

fn counterpart(
    offers: &BTreeMap<OfferId, Offer>,
    kind: CandidateKind,
    id: u128,
) -> Option<(SuggestionKind, Option<OfferId>, Member)> {
    match kind {
        CandidateKind::Offer => {
            let offer = offers.get(&OfferId::from(id))?;
            Some((SuggestionKind::Offer, Some(offer.id), offer.provider))
        }
        CandidateKind::Enterprise => {
            let enterprise = Member::Enterprise(EnterpriseId::from(id));
            Some((SuggestionKind::Enterprise, None, enterprise))
        }
    }
}

/// What of a need everyone who is shown a suggestion for it may read, normalised.
pub(crate) fn public_text(need: &Need) -> String {
    text::normalise(&format!("{} {}", need.title, need.public_summary))
}

/// A reason in words. The score looks at the whole need, but words are told only if they stand in
/// its public part: a reason must not carry the restricted body to the other side.
fn told(reason: score::Reason, public: &str, places: &BTreeMap<RegionCode, String>) -> Reason {
    let evidence = match reason.evidence {
        Evidence::SharedWords(words) => {
            // Most telling first, so that the first ones are told of those that may be.
            let words = words.into_iter().filter(|word| public.contains(word.as_str()));
            Evidence::SharedWords(words.collect())
        }
        other @ (Evidence::Makes(_)
        | Evidence::SameIndustry { .. }
        | Evidence::SamePlace { .. }
        | Evidence::Marks { .. }
        | Evidence::Past(_)
        | Evidence::ConfirmedDaysAgo(_)
        | Evidence::Rated(_)
        | Evidence::TravelMinutes(_)
        | Evidence::Rare { .. }
        | Evidence::WantsProduct(_)
        | Evidence::Answered(_)
        | Evidence::RaisedDaysAgo(_)
        | Evidence::Idle { .. }
        | Evidence::SharedDomains(_)) => other,
    };
    with_places(&score::Reason { evidence, ..reason }, reason.criterion.key(), places)
}

/// A reason as it is stored, under the name `criterion`, divisions by their names where known.
pub(crate) fn with_places(
    reason: &score::Reason,
    criterion: &str,
    places: &BTreeMap<RegionCode, String>,
) -> Reason {
    let stored = in_words(reason, criterion);
    let Evidence::SamePlace { code, .. } = reason.evidence else { return stored };
    let Some(name) = places.get(&code) else { return stored };
    Reason { zh: format!("同在{name}"), en: format!("both are in {name}"), ..stored }
}

/// A reason as it is stored, under the name `criterion`.
pub(crate) fn in_words(reason: &score::Reason, criterion: &str) -> Reason {
    Reason {
        criterion: criterion.to_owned(),
        points: reason.points,
        zh: reason.text_zh(),
        en: reason.text_en(),
    }
}

#[cfg(test)]
mod tests {
    use lianmeng_matching::score::Criterion;

    use super::*;

    #[test]
    fn a_reason_tells_only_words_of_the_public_part() {
        let words = vec!["染整".to_owned(), "机密配方".to_owned()];
        let reason = score::Reason {
            criterion: Criterion::Text,
            points: 7,
            evidence: Evidence::SharedWords(words),
        };
        let told = told(reason, "求环保染整技术", &BTreeMap::new());
        assert_eq!((told.criterion.as_str(), told.points), ("text", 7));
        assert!(told.zh.contains("染整") && !told.zh.contains("机密"), "{}", told.zh);
        assert!(!told.en.contains("机密"), "{}", told.en);
    }

    #[test]
    fn a_place_is_told_by_its_name_where_that_is_known() {
        let code: RegionCode = "320612".parse().unwrap();
        let reason = || score::Reason {
            criterion: Criterion::Place,
            points: 1000,
            evidence: Evidence::SamePlace { level: code.level(), code },
        };
        let names = BTreeMap::from([(code, "通州区".to_owned())]);
        let named = told(reason(), "", &names);
        assert_eq!((named.zh.as_str(), named.points), ("同在通州区", 1000));
        assert_eq!(told(reason(), "", &BTreeMap::new()).zh, "同区县（320612）");
    }
}
