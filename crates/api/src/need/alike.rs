//! Needs that may be the same, where a need belongs, and topics of a month.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use lianmeng_app::alike::{self as app, Advised, Alike, AlikeError, Month, MonthlyTopic};
use lianmeng_domain::need::{NeedKind, SeenNeed};

use super::NeedNode;
use super::change::NeedCardInput;
use super::words::NeedKindWord;
use crate::error::ApiError;
use crate::ids;
use crate::organisation::OrganisationNode;
use crate::page;
use crate::scope::Scope;
use crate::task::ReasonNode;

/// Most needs or topics a list of this file holds.
const MOST: i32 = 20;
/// What comparing with all needs costs beside what is shown.
pub(super) const COMPARING: usize = 100;

impl From<AlikeError> for ApiError {
    fn from(error: AlikeError) -> Self {
        match error {
            AlikeError::Store(error) => error.into(),
            error @ AlikeError::Compare(_) => Self::Internal(Box::new(error)),
        }
    }
}

/// How many of at most twenty.
fn size(first: Option<i32>) -> Result<usize, ApiError> {
    let size = page::size(Some(first.unwrap_or(5)))?;
    Ok(usize::try_from(size.min(u64::from(MOST.unsigned_abs()))).unwrap_or_default())
}

/// What a list of this file costs.
pub(super) fn cost(first: Option<i32>, child: usize) -> usize {
    COMPARING + page::cost(Some(first.unwrap_or(5).min(MOST)), child)
}

/// A need that may be the same (疑似重复诉求).
#[derive(Debug, SimpleObject)]
#[graphql(name = "NeedDuplicate")]
pub struct NeedDuplicateNode {
    /// The need, as far as you may see it.
    need: NeedNode,
    /// Points, 4 500 to 10 000; the sum over `reasons`. What differs only in words has more than half.
    points: i32,
    /// What speaks for it: text, enterprise, place, time.
    reasons: Vec<ReasonNode>,
}

fn duplicate(alike: Alike) -> NeedDuplicateNode {
    let Alike { seen, points, reasons } = alike;
    let reasons = reasons.iter().map(ReasonNode::from).collect();
    NeedDuplicateNode { need: NeedNode(seen), points, reasons }
}

/// A kind suggested for a need.
#[derive(Debug, SimpleObject)]
#[graphql(name = "KindSuggestion")]
pub struct KindSuggestionNode {
    /// The kind (诉求类别).
    kind: NeedKindWord,
    /// Points, at most 10 000; the sum over `reasons`.
    points: i32,
    /// What speaks for it: needs of the past, competence.
    reasons: Vec<ReasonNode>,
}

/// A unit suggested for a need.
#[derive(Debug, SimpleObject)]
#[graphql(name = "UnitSuggestion")]
pub struct UnitSuggestionNode {
    /// The unit (办理单位).
    unit: OrganisationNode,
    /// Points, at most 10 000; the sum over `reasons`.
    points: i32,
    /// What speaks for it: needs of the past, competence.
    reasons: Vec<ReasonNode>,
}

/// Where a need may belong (派单建议), learned from needs that you read in full: those whose unit took
/// them on, and three times as much where a coordinator decided. Binding for nobody.
#[derive(Debug, SimpleObject)]
#[graphql(name = "DispatchSuggestions")]
pub struct DispatchSuggestionsNode {
    /// Kinds, at most three, most points first; empty where nothing is certain enough.
    kinds: Vec<KindSuggestionNode>,
    /// Units, at most three, most points first; empty where nothing is certain enough.
    units: Vec<UnitSuggestionNode>,
}

fn reasons<T>(advised: &Advised<T>) -> Vec<ReasonNode> {
    advised.reasons.iter().map(ReasonNode::from).collect()
}

fn kind(advised: &Advised<NeedKind>) -> KindSuggestionNode {
    let (points, reasons) = (advised.points, reasons(advised));
    KindSuggestionNode { kind: advised.what.into(), points, reasons }
}

/// What [`super::NeedNode`] answers about duplicates.
pub(super) async fn duplicates(
    scope: &Scope,
    seen: &SeenNeed,
    first: Option<i32>,
) -> Result<Option<Vec<NeedDuplicateNode>>> {
    let size = size(first)?;
    if !seen.is_full {
        return Ok(None);
    }
    let found = app::of_need(&scope.desk, scope.eyes(), &seen.need, size).await;
    Ok(Some(found.map_err(ApiError::from)?.into_iter().map(duplicate).collect()))
}

/// What [`super::NeedNode`] answers about where it belongs.
pub(super) async fn dispatch_suggestions(
    scope: &Scope,
    seen: &SeenNeed,
) -> Result<Option<DispatchSuggestionsNode>> {
    if !seen.is_full {
        return Ok(None);
    }
    let advice = app::advise(&scope.desk, &scope.actor, scope.eyes(), &seen.need).await;
    let Some(advice) = advice.map_err(ApiError::from)? else { return Ok(None) };
    let mut units = Vec::new();
    for advised in advice.units {
        if let Some(unit) = scope.one(advised.what).await? {
            let (points, reasons) = (advised.points, reasons(&advised));
            units.push(UnitSuggestionNode { unit: OrganisationNode(unit), points, reasons });
        }
    }
    Ok(Some(DispatchSuggestionsNode { kinds: advice.kinds.iter().map(kind).collect(), units }))
}

/// What many ask for in a month (每月一题).
#[derive(Debug)]
pub struct MonthlyTopicNode(MonthlyTopic);

fn count(of: usize) -> i32 {
    i32::try_from(of).unwrap_or(i32::MAX)
}

/// What several enterprises of a committee asked for in a month (每月一题候选): needs that are like one
/// of them. For its secretary, coordinators and auditors.
#[Object(name = "MonthlyTopic")]
impl MonthlyTopicNode {
    /// Needs that stand for it, at most three; the first is the one most others are like.
    async fn representatives(&self) -> Vec<NeedNode> {
        self.0.representatives.iter().cloned().map(NeedNode).collect()
    }

    /// Words that its needs share, at most three, most frequent first.
    async fn words(&self) -> &[String] {
        &self.0.topic.words
    }

    /// Needs of the month, at least three.
    async fn size(&self) -> i32 {
        count(self.0.topic.members.len())
    }

    /// Needs of the month before.
    async fn size_before(&self) -> i32 {
        count(self.0.topic.before)
    }

    /// Of both months, needs whose enterprise was not satisfied.
    async fn unsatisfied(&self) -> i32 {
        count(self.0.topic.unsatisfied)
    }

    /// Of both months, needs that were rated: the denominator of `unsatisfied`.
    async fn rated(&self) -> i32 {
        count(self.0.topic.rated)
    }

    /// 100 for each need of the month, times growth against the month before (half to threefold),
    /// times one plus the unsatisfied share of the rated.
    async fn points(&self) -> i32 {
        self.0.topic.points
    }
}

/// Queries about needs that are alike.
#[derive(Debug, Default)]
pub struct AlikeQuery;

#[Object]
impl AlikeQuery {
    /// Needs that may be the same as one about to be submitted (查重), most points first: own ones in
    /// full, of others only what you may see. Empty if you may not write for the enterprise.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn need_duplicates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need as it would be submitted.")] card: NeedCardInput,
        #[graphql(desc = "Most needs, 1 to 20; 5 if absent.")] first: Option<i32>,
    ) -> Result<Vec<NeedDuplicateNode>> {
        let scope = Scope::of(ctx)?;
        let (card, size) = (card.into_card()?, size(first)?);
        let found = app::of_card(&scope.desk, &scope.actor, scope.eyes(), &card, size).await;
        Ok(found.map_err(ApiError::from)?.into_iter().map(duplicate).collect())
    }

    /// What many enterprises of a committee (产业链党委) asked for in a month, most points first; null
    /// for anyone but its secretary, coordinators and auditors. At most the newest 5 000 needs of the
    /// month and of the month before count.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn monthly_topics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The committee.")] committee_id: ID,
        #[graphql(desc = "The month in China, as in 2026-03.")] month: String,
        #[graphql(desc = "Most topics, 1 to 20; 5 if absent.")] first: Option<i32>,
    ) -> Result<Option<Vec<MonthlyTopicNode>>> {
        let scope = Scope::of(ctx)?;
        let (committee, size) = (ids::decode(&committee_id)?, size(first)?);
        let month = Month::parse(&month).ok_or_else(|| {
            let shown: String = month.chars().take(20).collect();
            ApiError::BadInput(format!("{shown:?} is not a month; write it as 2026-03"))
        })?;
        let (desk, actor) = (&scope.desk, &scope.actor);
        let found = app::monthly_topics(desk, actor, scope.eyes(), (committee, month), size).await;
        let found = found.map_err(ApiError::from)?;
        Ok(found.map(|topics| topics.into_iter().map(MonthlyTopicNode).collect()))
    }
}
