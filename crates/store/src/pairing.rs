//! Pairings.

use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{ChainCommitteeId, PairingId};
use lianmeng_domain::pairing::{Pairing, PairingKind, PairingStage};
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::Condition;
use sea_orm::entity::prelude::*;

use crate::StoreError;
use crate::audit::trace::{self, Diff};
use crate::page::{self, Way, Window};
use crate::parse::{self, At};
use crate::{sight, visible};

pub mod pattern;

/// The table `pairings`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "pairings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub suggestion_id: Option<String>,
        pub committee_id: Option<String>,
        pub kind: String,
        pub enterprise_a: Option<String>,
        pub organisation_a: Option<String>,
        pub enterprise_b: Option<String>,
        pub organisation_b: Option<String>,
        pub stage: String,
        pub from_on: Date,
        pub until_on: Option<Date>,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which pairings a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PairingFilter {
    /// Of this kind.
    pub kind: Option<PairingKind>,
    /// Kept by this committee.
    pub committee: Option<ChainCommitteeId>,
    /// With this enterprise or organisation on either side.
    pub member: Option<Member>,
    /// In one of these stages.
    pub stages: Vec<PairingStage>,
}

fn party(member: Member) -> Condition {
    match member {
        Member::Enterprise(id) => Condition::any()
            .add(row::COLUMN.enterprise_a.eq(id.to_string()))
            .add(row::COLUMN.enterprise_b.eq(id.to_string())),
        Member::Organisation(id) => Condition::any()
            .add(row::COLUMN.organisation_a.eq(id.to_string()))
            .add(row::COLUMN.organisation_b.eq(id.to_string())),
    }
}

/// Both sides see a pairing, and so do head offices and the committee that keeps it.
fn visible(sees: &Visibility) -> Condition {
    match sees {
        Visibility::All => sight::always(),
        Visibility::Committee(id) => {
            Condition::all().add(row::COLUMN.committee_id.eq(id.to_string()))
        }
        Visibility::Group(id) => Condition::any()
            .add(row::COLUMN.enterprise_a.in_subquery(visible::group(*id)))
            .add(row::COLUMN.enterprise_b.in_subquery(visible::group(*id))),
        Visibility::Enterprise(id) => party(Member::Enterprise(*id)),
        Visibility::Organisation(id) => party(Member::Organisation(*id)),
        Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Published
        | Visibility::Nothing => sight::never(),
    }
}

fn matches(filter: &PairingFilter) -> Condition {
    let mut all = Condition::all()
        .add_option(filter.kind.map(|kind| row::COLUMN.kind.eq(kind.word())))
        .add_option(filter.committee.map(|id| row::COLUMN.committee_id.eq(id.to_string())))
        .add_option(filter.member.map(party));
    if !filter.stages.is_empty() {
        all = all.add(row::COLUMN.stage.is_in(filter.stages.iter().map(|stage| stage.word())));
    }
    all
}

async fn read(
    db: &impl ConnectionTrait,
    query: Select<row::Entity>,
) -> Result<Vec<Pairing>, StoreError> {
    query.all(db).await?.into_iter().map(Pairing::try_from).collect()
}

/// A page of the pairings that `filter` matches and the caller sees, newest first. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &PairingFilter,
    window: Window<PairingId>,
) -> Result<Vec<Pairing>, StoreError> {
    let query = row::Entity::find().filter(visible(sees)).filter(matches(filter));
    let cut = page::by_id(query, (row::Column::Id, Way::Down), window);
    Ok(cut.end.in_order(read(db, cut.query).await?))
}

/// How many pairings a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &PairingFilter,
) -> Result<u64, StoreError> {
    Ok(row::Entity::find().filter(visible(sees)).filter(matches(filter)).count(db).await?)
}

/// The pairings with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[PairingId],
) -> Result<Vec<Pairing>, StoreError> {
    let query =
        row::Entity::find().filter(visible(sees)).filter(parse::among(db, row::Column::Id, ids));
    read(db, query).await
}

/// What a change did to a pairing, for the audit log.
pub fn diff(before: Option<&Pairing>, after: &Pairing) -> Diff {
    trace::diff(before.map(columns).as_ref(), Some(&columns(after)))
}

/// Adds `pairing`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its suggestion was paired already or something it refers to does not
/// exist.
pub async fn insert(db: &impl ConnectionTrait, pairing: &Pairing) -> Result<(), StoreError> {
    row::Entity::insert(columns(pairing)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `pairing` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `pairing.version`.
pub async fn save(db: &impl ConnectionTrait, pairing: &Pairing) -> Result<(), StoreError> {
    let mut columns = columns(pairing);
    columns.id = NotSet;
    columns.version = Set(pairing.version + 1);
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(pairing.id.to_string()))
        .filter(row::COLUMN.version.eq(pairing.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

fn columns(pairing: &Pairing) -> row::ActiveModel {
    let (enterprise_a, organisation_a) = parse::member_columns(pairing.a);
    let (enterprise_b, organisation_b) = parse::member_columns(pairing.b);
    row::ActiveModel {
        id: Set(pairing.id.to_string()),
        suggestion_id: Set(pairing.suggestion.map(|id| id.to_string())),
        committee_id: Set(pairing.committee.map(|id| id.to_string())),
        kind: Set(pairing.kind.word().to_owned()),
        enterprise_a: Set(enterprise_a),
        organisation_a: Set(organisation_a),
        enterprise_b: Set(enterprise_b),
        organisation_b: Set(organisation_b),
        stage: Set(pairing.stage.word().to_owned()),
        from_on: Set(pairing.from_on),
        until_on: Set(pairing.until_on),
        version: Set(pairing.version),
    }
}

impl TryFrom<row::Model> for Pairing {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("pairings", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            suggestion: parse::value_opt(at("suggestion_id"), row.suggestion_id.as_deref())?,
            committee: parse::value_opt(at("committee_id"), row.committee_id.as_deref())?,
            kind: parse::word(at("kind"), &row.kind, PairingKind::from_word)?,
            a: sight::member(
                (at("enterprise_a"), row.enterprise_a.as_deref()),
                (at("organisation_a"), row.organisation_a.as_deref()),
            )?,
            b: sight::member(
                (at("enterprise_b"), row.enterprise_b.as_deref()),
                (at("organisation_b"), row.organisation_b.as_deref()),
            )?,
            stage: parse::word(at("stage"), &row.stage, PairingStage::from_word)?,
            from_on: row.from_on,
            until_on: row.until_on,
            version: row.version,
        })
    }
}
