//! What each side of a suggestion gains, the texts made of it, and what would change the verdict.

use async_graphql::{Enum, SimpleObject};
use lianmeng_app::judge::{self, Change, Fact};
use lianmeng_domain::suggestion::told::Told;
use lianmeng_domain::suggestion::{SeenSuggestion, Side};

use crate::error::ApiError;
use crate::loader::casework::{SuggestionsOf, WeightsOf};
use crate::scope::Scope;
use crate::task::ReasonNode;

/// What one side gains (单方得益).
#[derive(Debug, SimpleObject)]
#[graphql(name = "Gain")]
pub struct GainNode {
    /// Points, 10 000 all there is to gain.
    points: i32,
    /// Why; the points add up to `points`.
    reasons: Vec<ReasonNode>,
}

/// A text in both languages.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Told")]
pub struct ToldNode {
    /// In Chinese.
    zh: String,
    /// In English; names stay as they are.
    en: String,
}

impl From<Told> for ToldNode {
    fn from(Told { zh, en }: Told) -> Self {
        Self { zh, en }
    }
}

/// What could be otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "CounterfactualFact", remote = "Fact")]
pub enum FactWord {
    /// The words both texts have.
    Text,
    /// What the provider makes and the seeker wants.
    Product,
    /// How near their industries are.
    Industry,
    /// How near they are to each other.
    Place,
    /// The provider's official marks of quality.
    Tier,
    /// What came of earlier suggestions between the two.
    History,
    /// How recently the offer was confirmed.
    Recency,
    /// How its city rates the provider (红色信用).
    Credit,
    /// Whether the provider closes a gap of the seeker's city (补链).
    Gap,
    /// The seeker's official marks of quality.
    Standing,
    /// How the provider answered such needs before.
    Willingness,
    /// How recently the need was raised.
    Freshness,
    /// How much of the offer is idle.
    Room,
}

/// What would be otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "CounterfactualChange", remote = "Change")]
pub enum ChangeWord {
    /// The fact were not there.
    Without,
    /// The fact were as good as can be.
    Best,
}

/// What one change would do to a suggestion (反事实).
#[derive(Debug, SimpleObject)]
#[graphql(name = "Counterfactual")]
pub struct CounterfactualNode {
    /// What could be otherwise.
    fact: FactWord,
    /// What would be otherwise.
    change: ChangeWord,
    /// Points side A would gain more, or fewer.
    points_of_a: i32,
    /// Points side B would gain more, or fewer.
    points_of_b: i32,
    /// Points the score would have more, or fewer; null if the suggestion would not be made.
    points: Option<i32>,
    /// Its rank now among the first 100 suggestions for the same need, from 1.
    rank: i32,
    /// Its rank then; null if the suggestion would not be made.
    rank_then: Option<i32>,
    /// The change as a clause in Chinese.
    zh: String,
    /// The change as a clause in English.
    en: String,
}

/// What `side` gains, if the caller may know.
pub(super) fn gain(seen: &SeenSuggestion, side: Side) -> Option<GainNode> {
    let (points, reasons) = seen.gain(side)?;
    Some(GainNode { points, reasons: reasons.iter().map(Into::into).collect() })
}

/// What would change the verdict on a suggestion; `None` for who does not read both sides, and for
/// suggestions of cooperation tasks.
pub(super) async fn counterfactuals(
    scope: &Scope,
    seen: &SeenSuggestion,
) -> Result<Option<Vec<CounterfactualNode>>, ApiError> {
    let (true, Some(need)) = (seen.shows_both(), seen.suggestion.need) else { return Ok(None) };
    let version = scope.one(WeightsOf(seen.suggestion.weights_version)).await?;
    let Some(version) = version else { return Ok(None) };
    let all = scope.few(SuggestionsOf::new(need, 100)).await?;
    let others = all.iter().map(|other| &other.suggestion);
    let found = judge::counterfactuals(&seen.suggestion, &version.weights, others);
    let rank = |rank: usize| i32::try_from(rank).unwrap_or(i32::MAX);
    let node = |one: &judge::Counterfactual| CounterfactualNode {
        fact: one.fact.into(),
        change: one.change.into(),
        points_of_a: one.points_a,
        points_of_b: one.points_b,
        points: one.outcome.map(|outcome| outcome.points),
        rank: rank(found.rank),
        rank_then: one.outcome.map(|outcome| rank(outcome.rank)),
        zh: one.text_zh().to_owned(),
        en: one.text_en().to_owned(),
    };
    Ok(Some(found.changes.iter().map(node).collect()))
}
