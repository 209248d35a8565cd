//! Suggestions that could be met at an event, and how often suggestions are accepted.

use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, SuggestionId};
use lianmeng_domain::need::NeedKind;
use lianmeng_domain::suggestion::SuggestionStage;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Order, Query};
use sea_orm::{Condition, ExprTrait as _};

use crate::StoreError;
use crate::parse::{self, At};

const TABLE: &str = "suggestions";

/// Which suggestions could be met; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CandidateFilter {
    /// Of a need of this committee.
    pub committee: Option<ChainCommitteeId>,
    /// For needs of one of these kinds.
    pub kinds: Vec<NeedKind>,
}

/// A suggestion that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub id: SuggestionId,
    /// Side A.
    pub a: EnterpriseId,
    /// Side B.
    pub b: Member,
    /// Its score in points.
    pub points: i32,
    /// Where it stands.
    pub stage: SuggestionStage,
    /// What the need is about; none for tasks.
    pub need: Option<NeedKind>,
}

/// Suggestions that stand and are no pairing yet, those with most points first, then by id; at most
/// `limit`. Of everybody: only for those who see all suggestions. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn standing(
    db: &impl ConnectionTrait,
    filter: &CandidateFilter,
    limit: u64,
) -> Result<Vec<Candidate>, StoreError> {
    let column = |name: &'static str| Expr::col((TABLE, name));
    let mut query = Query::select();
    for name in ["id", "enterprise_a", "enterprise_b", "organisation_b", "points", "stage"] {
        query.column((TABLE, name));
    }
    query
        .expr_as(Expr::col(("needs", "kind")), "need_kind")
        .from(TABLE)
        .left_join("needs", Expr::col(("needs", "id")).equals((TABLE, "need_id")))
        .and_where(column("stage").is_in(STANDING.iter().map(|stage| stage.word())))
        .cond_where(
            Condition::all()
                .add_option(filter.committee.map(|id| column("committee_id").eq(id.to_string()))),
        )
        .order_by((TABLE, "points"), Order::Desc)
        .order_by((TABLE, "id"), Order::Asc)
        .limit(limit);
    if !filter.kinds.is_empty() {
        let kinds = filter.kinds.iter().map(|kind| kind.word());
        query.and_where(Expr::col(("needs", "kind")).is_in(kinds));
    }
    db.query_all(&query).await?.iter().map(candidate).collect()
}

/// Stages of suggestions that may still come to something.
const STANDING: [SuggestionStage; 5] = [
    SuggestionStage::Proposed,
    SuggestionStage::Shown,
    SuggestionStage::AcceptedByA,
    SuggestionStage::AcceptedByB,
    SuggestionStage::Mutual,
];

fn candidate(row: &QueryResult) -> Result<Candidate, StoreError> {
    let at = |column| At(TABLE, column);
    let text = |column: &str| row.try_get::<String>("", column);
    let maybe = |column: &str| row.try_get::<Option<String>>("", column);
    let (enterprise, organisation) = (maybe("enterprise_b")?, maybe("organisation_b")?);
    let need = maybe("need_kind")?;
    Ok(Candidate {
        id: parse::value(at("id"), &text("id")?)?,
        a: parse::value(at("enterprise_a"), &text("enterprise_a")?)?,
        b: parse::member(TABLE, enterprise.as_deref(), organisation.as_deref())?,
        points: row.try_get("", "points")?,
        stage: parse::word(at("stage"), &text("stage")?, SuggestionStage::from_word)?,
        need: need
            .map(|word| parse::word(At("needs", "kind"), &word, NeedKind::from_word))
            .transpose()?,
    })
}

/// How suggestions that were shown ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Endings {
    /// Accepted by both.
    pub accepted: u64,
    /// Declined by a side, or nobody answered in time.
    pub not_accepted: u64,
}

/// How all suggestions ended that were shown. One statement.
///
/// # Errors
///
/// As [`standing`].
pub async fn endings(db: &impl ConnectionTrait) -> Result<Endings, StoreError> {
    use SuggestionStage as Stage;
    let ended = [Stage::Mutual, Stage::Paired, Stage::Declined, Stage::Expired];
    let mut query = Query::select();
    query
        .column((TABLE, "stage"))
        .expr_as(Expr::cust("count(*)"), "number")
        .from(TABLE)
        .and_where(Expr::col((TABLE, "is_shown")).eq(true))
        .and_where(Expr::col((TABLE, "stage")).is_in(ended.iter().map(|stage| stage.word())))
        .group_by_col((TABLE, "stage"))
        .order_by((TABLE, "stage"), Order::Asc);
    let mut found = Endings::default();
    for row in db.query_all(&query).await? {
        let (stage, number): (String, i64) =
            (row.try_get("", "stage")?, row.try_get("", "number")?);
        let number: u64 = parse::number(At(TABLE, "number"), number)?;
        match parse::word(At(TABLE, "stage"), &stage, Stage::from_word)? {
            Stage::Mutual | Stage::Paired => found.accepted += number,
            Stage::Declined | Stage::Expired => found.not_accepted += number,
            Stage::Proposed
            | Stage::Shown
            | Stage::AcceptedByA
            | Stage::AcceptedByB
            | Stage::Withdrawn => {}
        }
    }
    Ok(found)
}
