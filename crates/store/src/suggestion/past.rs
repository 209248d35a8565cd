//! What became of suggestions, for engines that learn from it.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{NeedId, SuggestionId};
use lianmeng_domain::need::{NeedKind, NeedStage, Rating};
use lianmeng_domain::suggestion::{Suggestion, SuggestionKind, SuggestionStage};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ExprTrait as _, QueryOrder as _, QuerySelect as _};

use super::row;
use crate::StoreError;
use crate::parse::{self, At};
use crate::sight;

/// Stages in which a side has answered.
const ANSWERED: [SuggestionStage; 5] = [
    SuggestionStage::AcceptedByA,
    SuggestionStage::AcceptedByB,
    SuggestionStage::Mutual,
    SuggestionStage::Paired,
    SuggestionStage::Declined,
];

/// Side B as enterprise and as organisation, the stage, and the code of why it declined.
type Answered = (Option<String>, Option<String>, String, Option<String>);

fn answered() -> impl Iterator<Item = &'static str> {
    ANSWERED.iter().map(|stage| stage.word())
}

/// Suggestions for needs that a side has answered, with all their secrets, newest first, at most
/// `limit`.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn answers(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Suggestion>, StoreError> {
    let query = row::Entity::find()
        .filter(row::COLUMN.stage.is_in(answered()))
        .filter(row::COLUMN.kind.ne(SuggestionKind::Task.word()))
        .order_by_desc(row::COLUMN.id)
        .limit(limit);
    query.all(db).await?.into_iter().map(Suggestion::try_from).collect()
}

/// Suggestions whose pairing led to an outcome that stands. One statement.
///
/// # Errors
///
/// As [`answers`].
pub async fn signed(db: &impl ConnectionTrait) -> Result<BTreeSet<SuggestionId>, StoreError> {
    use crate::{outcome, pairing};
    let mut led = Query::select();
    led.column(outcome::row::Column::PairingId)
        .from(outcome::row::Entity)
        .and_where(outcome::row::COLUMN.pairing_id.is_not_null())
        .and_where(outcome::row::COLUMN.terminated_on.is_null());
    let found: Vec<String> = pairing::row::Entity::find()
        .select_only()
        .column(pairing::row::Column::SuggestionId)
        .filter(pairing::row::COLUMN.suggestion_id.is_not_null())
        .filter(pairing::row::COLUMN.id.in_subquery(led))
        .into_tuple()
        .all(db)
        .await?;
    found.iter().map(|id| parse::value(At("pairings", "suggestion_id"), id)).collect()
}

/// Ratings of ended needs for which exactly one suggestion was accepted by both sides, so that the
/// rating is of what came of it; the newest needs, at most `limit`. One statement.
///
/// A need that was reopened keeps its rating until it is answered again; that says nothing of what is
/// suggested meanwhile.
///
/// # Errors
///
/// As [`answers`].
pub async fn ratings(
    db: &impl ConnectionTrait,
    limit: u64,
) -> Result<BTreeMap<NeedId, Rating>, StoreError> {
    use crate::need;
    let both = [SuggestionStage::Mutual, SuggestionStage::Paired].map(SuggestionStage::word);
    let ended = [NeedStage::Rated, NeedStage::Closed].map(NeedStage::word);
    let mut alone = Query::select();
    alone
        .column(row::Column::NeedId)
        .from(row::Entity)
        .and_where(row::COLUMN.stage.is_in(both))
        .group_by_col(row::Column::NeedId)
        .and_having(Expr::col(row::Column::Id).count().eq(1));
    let rows: Vec<(String, Option<i32>)> = need::row::Entity::find()
        .select_only()
        .column(need::row::Column::Id)
        .column(need::row::Column::Rating)
        .filter(need::row::COLUMN.rating.is_not_null())
        .filter(need::row::COLUMN.stage.is_in(ended))
        .filter(need::row::COLUMN.id.in_subquery(alone))
        .order_by_desc(need::row::COLUMN.id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    let mut found = BTreeMap::new();
    for (id, stars) in rows {
        let at = At("needs", "rating");
        let stars = stars.unwrap_or_default();
        let rating = Rating::new(stars).map_err(|_| at.corrupt(&stars.to_string()))?;
        found.insert(parse::value(At("needs", "id"), &id)?, rating);
    }
    Ok(found)
}

/// How side B answered suggestions for needs of `kind`: who, and whether it accepted; newest first,
/// at most `limit`. What it has not answered is left out.
///
/// # Errors
///
/// As [`answers`].
pub async fn of_kind(
    db: &impl ConnectionTrait,
    kind: NeedKind,
    limit: u64,
) -> Result<Vec<(Member, bool)>, StoreError> {
    use crate::need;
    let mut needs = Query::select();
    needs
        .column(need::row::Column::Id)
        .from(need::row::Entity)
        .and_where(need::row::COLUMN.kind.eq(kind.word()));
    let rows: Vec<Answered> = row::Entity::find()
        .select_only()
        .column(row::Column::EnterpriseB)
        .column(row::Column::OrganisationB)
        .column(row::Column::Stage)
        .column(row::Column::DeclineReasonB)
        .filter(row::COLUMN.stage.is_in(answered()))
        .filter(row::COLUMN.need_id.in_subquery(needs))
        .order_by_desc(row::COLUMN.id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    let mut found = Vec::new();
    for (enterprise, organisation, stage, reason) in rows {
        let stage = parse::word(At("suggestions", "stage"), &stage, SuggestionStage::from_word)?;
        let Some(is_yes) = answer_of_b(stage, reason.is_some()) else { continue };
        let member = sight::member(
            (At("suggestions", "enterprise_b"), enterprise.as_deref()),
            (At("suggestions", "organisation_b"), organisation.as_deref()),
        )?;
        found.push((member, is_yes));
    }
    Ok(found)
}

const fn answer_of_b(stage: SuggestionStage, declined: bool) -> Option<bool> {
    match stage {
        SuggestionStage::AcceptedByB | SuggestionStage::Mutual | SuggestionStage::Paired => {
            Some(true)
        }
        SuggestionStage::Declined if declined => Some(false),
        SuggestionStage::Declined
        | SuggestionStage::Proposed
        | SuggestionStage::Shown
        | SuggestionStage::AcceptedByA
        | SuggestionStage::Expired
        | SuggestionStage::Withdrawn => None,
    }
}
