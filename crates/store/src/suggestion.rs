//! Suggestions. Only their sides see them, once shown, and those who oversee them; what of score and
//! decline reasons leaves this file is decided by
//! [`seen_by`] alone.

use std::collections::BTreeSet;

use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{EnterpriseId, NeedId, ProjectId, SuggestionId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::suggestion::{
    SeenSuggestion, Suggestion, SuggestionKind, SuggestionStage, seen_by,
};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};

use crate::StoreError;
use crate::eyes::Eyes;
use crate::page::{self, Way, Window};
use crate::parse;
use crate::{sight, visible};

pub mod between;
mod convert;
pub mod past;

/// The table `suggestions`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "suggestions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub kind: String,
        pub need_id: Option<String>,
        pub offer_id: Option<String>,
        pub project_id: Option<String>,
        pub committee_id: Option<String>,
        pub enterprise_a: String,
        pub enterprise_b: Option<String>,
        pub organisation_b: Option<String>,
        pub pair_key: String,
        pub points: i32,
        pub reasons: String,
        pub reasons_b: String,
        pub fusion: String,
        pub stage: String,
        pub is_shown: bool,
        pub decline_reason_a: Option<String>,
        pub decline_note_a: Option<String>,
        pub decline_reason_b: Option<String>,
        pub decline_note_b: Option<String>,
        pub weights_version: i32,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows of one statement of [`insert_many`]; 22 columns each stay below the 32 766 parameters of
/// SQLite.
const CHUNK: usize = 500;

/// Which suggestions a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SuggestionFilter {
    /// Of this kind.
    pub kind: Option<SuggestionKind>,
    /// For this need.
    pub need: Option<NeedId>,
    /// For this project.
    pub project: Option<ProjectId>,
    /// With this enterprise or organisation on either side.
    pub party: Option<Member>,
    /// In one of these stages.
    pub stages: Vec<SuggestionStage>,
}

fn sides(ids: impl Fn() -> SelectStatement) -> Condition {
    Condition::any()
        .add(row::COLUMN.enterprise_a.in_subquery(ids()))
        .add(row::COLUMN.enterprise_b.in_subquery(ids()))
}

fn party(member: Member) -> Condition {
    match member {
        Member::Enterprise(id) => Condition::any()
            .add(row::COLUMN.enterprise_a.eq(id.to_string()))
            .add(row::COLUMN.enterprise_b.eq(id.to_string())),
        Member::Organisation(id) => {
            Condition::all().add(row::COLUMN.organisation_b.eq(id.to_string()))
        }
    }
}

fn visible(sees: &Visibility) -> Condition {
    let shown =
        |condition: Condition| Condition::all().add(row::COLUMN.is_shown.eq(true)).add(condition);
    match sees {
        Visibility::All => sight::always(),
        Visibility::Committee(id) => {
            Condition::all().add(row::COLUMN.committee_id.eq(id.to_string()))
        }
        Visibility::Group(id) => shown(sides(|| visible::group(*id))),
        Visibility::Enterprise(id) => shown(party(Member::Enterprise(*id))),
        Visibility::Organisation(id) => shown(party(Member::Organisation(*id))),
        Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Published
        | Visibility::Nothing => sight::never(),
    }
}

fn matches(filter: &SuggestionFilter) -> Condition {
    let mut all = Condition::all()
        .add_option(filter.kind.map(|kind| row::COLUMN.kind.eq(kind.word())))
        .add_option(filter.need.map(|id| row::COLUMN.need_id.eq(id.to_string())))
        .add_option(filter.project.map(|id| row::COLUMN.project_id.eq(id.to_string())))
        .add_option(filter.party.map(party));
    if !filter.stages.is_empty() {
        all = all.add(row::COLUMN.stage.is_in(filter.stages.iter().map(|stage| stage.word())));
    }
    all
}

async fn read(
    db: &impl ConnectionTrait,
    query: Select<row::Entity>,
    eyes: Eyes<'_>,
) -> Result<Vec<SeenSuggestion>, StoreError> {
    let rows = query.all(db).await?;
    let group = if let Visibility::Group(head) = eyes.reads {
        of_group(db, *head, &rows).await?
    } else {
        BTreeSet::new()
    };
    let seen = |row| Ok(seen_by(Suggestion::try_from(row)?, eyes.secrets, eyes.reads, &group));
    rows.into_iter().map(seen).collect()
}

/// Which sides of `rows` are enterprises of a group: a head office reads what they gain. One
/// statement.
async fn of_group(
    db: &impl ConnectionTrait,
    head: EnterpriseId,
    rows: &[row::Model],
) -> Result<BTreeSet<EnterpriseId>, StoreError> {
    use crate::enterprise::row as firm;
    let sides = rows.iter().flat_map(|row| [Some(&row.enterprise_a), row.enterprise_b.as_ref()]);
    let sides: BTreeSet<&str> = sides.flatten().map(String::as_str).collect();
    if sides.is_empty() {
        return Ok(BTreeSet::new());
    }
    let found: Vec<String> = firm::Entity::find()
        .select_only()
        .column(firm::Column::Id)
        .filter(firm::COLUMN.id.is_in(sides))
        .filter(firm::COLUMN.id.in_subquery(visible::group(head)))
        .into_tuple()
        .all(db)
        .await?;
    found.iter().map(|id| parse::value(parse::At("enterprises", "id"), id)).collect()
}

/// A page of the suggestions that `filter` matches and the caller sees, in the order they were made,
/// which is best first within one making. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    filter: &SuggestionFilter,
    window: Window<SuggestionId>,
) -> Result<Vec<SeenSuggestion>, StoreError> {
    let query = row::Entity::find().filter(visible(eyes.sees)).filter(matches(filter));
    let cut = page::by_id(query, (row::Column::Id, Way::Up), window);
    Ok(cut.end.in_order(read(db, cut.query, eyes).await?))
}

/// How many suggestions a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &SuggestionFilter,
) -> Result<u64, StoreError> {
    Ok(row::Entity::find().filter(visible(sees)).filter(matches(filter)).count(db).await?)
}

/// The first `limit` suggestions of each of `needs` that the caller sees, in one statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_needs(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    needs: &[NeedId],
    limit: u64,
) -> Result<Vec<SeenSuggestion>, StoreError> {
    let theirs = parse::among(db, row::Column::NeedId, needs);
    let condition = Condition::all().add(visible(eyes.sees)).add(theirs);
    let list = sight::Lists { table: "suggestions", parent: "need_id", oldest_first: true };
    let ids = sight::first_of_each(list, condition, limit);
    let query =
        row::Entity::find().filter(row::COLUMN.id.in_subquery(ids)).order_by_asc(row::COLUMN.id);
    read(db, query, eyes).await
}

/// The suggestions with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    ids: &[SuggestionId],
) -> Result<Vec<SeenSuggestion>, StoreError> {
    let query = row::Entity::find().filter(visible(eyes.sees)).filter(parse::among(
        db,
        row::Column::Id,
        ids,
    ));
    read(db, query, eyes).await
}

/// One suggestion with all its secrets, for rules and engines; `None` if the caller of `sees` may
/// not know of it.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_whole(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    id: SuggestionId,
) -> Result<Option<Suggestion>, StoreError> {
    let query = row::Entity::find().filter(visible(sees)).filter(row::COLUMN.id.eq(id.to_string()));
    query.one(db).await?.map(Suggestion::try_from).transpose()
}

/// How earlier suggestions with `enterprise` ended: the other side and the stage, at most `limit`,
/// newest first.
///
/// # Errors
///
/// As [`page()`].
pub async fn past_of(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
    limit: u64,
) -> Result<Vec<(Member, SuggestionStage)>, StoreError> {
    let own = Member::Enterprise(enterprise);
    let rows = row::Entity::find()
        .filter(party(own))
        .order_by_desc(row::COLUMN.id)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            let Suggestion { a, b, stage, .. } = Suggestion::try_from(row)?;
            let a = Member::Enterprise(a);
            Ok((if a == own { b } else { a }, stage))
        })
        .collect()
}

/// What a suggestion brings together, so that it is suggested once.
pub fn pair_key(suggestion: &Suggestion) -> String {
    let need = suggestion.need.map(|id| id.to_string()).unwrap_or_default();
    let offer = suggestion.offer.map(|id| id.to_string()).unwrap_or_default();
    let project = suggestion.project.map(|id| id.to_string()).unwrap_or_default();
    let b = match (suggestion.kind, suggestion.b) {
        // The offer stands for its provider.
        (SuggestionKind::Offer, _) => String::new(),
        (SuggestionKind::Enterprise | SuggestionKind::Task, Member::Enterprise(id)) => {
            id.to_string()
        }
        (SuggestionKind::Enterprise | SuggestionKind::Task, Member::Organisation(id)) => {
            id.to_string()
        }
    };
    // A need has one side A; a project may be suggested to several.
    let a = if suggestion.need.is_some() { String::new() } else { suggestion.a.to_string() };
    format!("{}:{need}:{offer}:{project}:{a}:{b}", suggestion.kind)
}

/// Which of these keys are taken.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn taken(
    db: &impl ConnectionTrait,
    keys: &[String],
) -> Result<BTreeSet<String>, StoreError> {
    let mut taken = BTreeSet::new();
    for chunk in keys.chunks(CHUNK) {
        let found: Vec<String> = row::Entity::find()
            .select_only()
            .column(row::Column::PairKey)
            .filter(row::COLUMN.pair_key.is_in(chunk.iter().map(String::as_str)))
            .into_tuple()
            .all(db)
            .await?;
        taken.extend(found);
    }
    Ok(taken)
}

/// Adds suggestions.
///
/// # Errors
///
/// [`StoreError::Conflict`] if a pair was suggested before or something it refers to does not exist.
pub async fn insert_many(
    db: &impl ConnectionTrait,
    suggestions: &[Suggestion],
) -> Result<(), StoreError> {
    for chunk in suggestions.chunks(CHUNK) {
        let rows = chunk.iter().map(convert::columns);
        row::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Saves `suggestion` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `suggestion.version`.
pub async fn save(db: &impl ConnectionTrait, suggestion: &Suggestion) -> Result<(), StoreError> {
    let mut columns = convert::columns(suggestion);
    columns.id = NotSet;
    columns.version = Set(suggestion.version + 1);
    // Whoever saw it goes on seeing it when it ends.
    match suggestion.stage {
        SuggestionStage::Proposed | SuggestionStage::Withdrawn | SuggestionStage::Expired => {
            columns.is_shown = NotSet;
        }
        SuggestionStage::Shown
        | SuggestionStage::AcceptedByA
        | SuggestionStage::AcceptedByB
        | SuggestionStage::Mutual
        | SuggestionStage::Paired
        | SuggestionStage::Declined => {}
    }
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(suggestion.id.to_string()))
        .filter(row::COLUMN.version.eq(suggestion.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}
