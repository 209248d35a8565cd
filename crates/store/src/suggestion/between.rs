//! Suggestions between members of a circle: why those who meet at an event do.

use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::SuggestionId;
use lianmeng_domain::suggestion::{SeenSuggestion, SuggestionStage};
use sea_orm::Condition;
use sea_orm::entity::prelude::*;

use super::{read, row, visible};
use crate::StoreError;
use crate::eyes::Eyes;
use crate::page::{self, Way, Window};
use crate::parse;

/// Stages of suggestions that stand: neither declined nor over.
const STANDING: [SuggestionStage; 6] = [
    SuggestionStage::Proposed,
    SuggestionStage::Shown,
    SuggestionStage::AcceptedByA,
    SuggestionStage::AcceptedByB,
    SuggestionStage::Mutual,
    SuggestionStage::Paired,
];

/// A page of the suggestions that stand, both of whose sides are among `members`, as the caller sees
/// them, in the order they were made. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    members: &[Member],
    window: Window<SuggestionId>,
) -> Result<Vec<SeenSuggestion>, StoreError> {
    let (mut firms, mut others) = (Vec::new(), Vec::new());
    for member in members {
        match member {
            Member::Enterprise(id) => firms.push(*id),
            Member::Organisation(id) => others.push(*id),
        }
    }
    let query = row::Entity::find()
        .filter(visible(eyes.sees))
        .filter(row::COLUMN.stage.is_in(STANDING.map(SuggestionStage::word)))
        .filter(parse::among(db, row::Column::EnterpriseA, &firms))
        .filter(
            Condition::any()
                .add(parse::among(db, row::Column::EnterpriseB, &firms))
                .add(parse::among(db, row::Column::OrganisationB, &others)),
        );
    let cut = page::by_id(query, (row::Column::Id, Way::Up), window);
    Ok(cut.end.in_order(read(db, cut.query, eyes).await?))
}
