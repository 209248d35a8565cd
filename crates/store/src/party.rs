//! Party organisations and their superiors.

use std::collections::BTreeMap;

use lianmeng_domain::ids::{EnterpriseId, OrganisationId, PartyOrganisationId};
use lianmeng_domain::party::{PartyHome, PartyLevel, PartyOrganisation};
use lianmeng_domain::policy::Visibility;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue, ActiveValue::Set, QuerySelect};

use crate::StoreError;
use crate::page;
use crate::parse::{self, At};
use crate::visible;

/// The table `party_organisations`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "party_organisations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub external_id: Option<String>,
        pub name: String,
        pub level: String,
        pub parent_id: Option<String>,
        pub enterprise_id: Option<String>,
        pub organisation_id: Option<String>,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The Party organisations with these ids that the caller sees, in no order; missing ones are left
/// out. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[PartyOrganisationId],
) -> Result<Vec<PartyOrganisation>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find()
        .filter(visible::registry(sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    rows.into_iter().map(PartyOrganisation::try_from).collect()
}

/// One Party organisation, if there is one that the caller sees.
///
/// # Errors
///
/// As [`find_many`].
pub async fn find(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    id: PartyOrganisationId,
) -> Result<Option<PartyOrganisation>, StoreError> {
    Ok(find_many(db, sees, &[id]).await?.pop())
}

/// The first Party organisations set up in each of `enterprises`, in order of ids. One statement.
///
/// # Errors
///
/// As [`find_many`].
pub async fn of_enterprises(
    db: &impl ConnectionTrait,
    enterprises: &[EnterpriseId],
    first: u64,
) -> Result<Vec<PartyOrganisation>, StoreError> {
    use row::Column::{EnterpriseId, Id};
    let query = row::Entity::find().filter(parse::among(db, EnterpriseId, enterprises));
    let rows = page::first_of_each(db, query, EnterpriseId, &[Id], first).await?;
    rows.into_iter().map(PartyOrganisation::try_from).collect()
}

/// The first Party organisations set up in each of `organisations`, in order of ids. One statement.
///
/// # Errors
///
/// As [`find_many`].
pub async fn of_organisations(
    db: &impl ConnectionTrait,
    organisations: &[OrganisationId],
    first: u64,
) -> Result<Vec<PartyOrganisation>, StoreError> {
    use row::Column::{Id, OrganisationId};
    let query = row::Entity::find().filter(parse::among(db, OrganisationId, organisations));
    let rows = page::first_of_each(db, query, OrganisationId, &[Id], first).await?;
    rows.into_iter().map(PartyOrganisation::try_from).collect()
}

/// The first Party organisations directly under each of `superiors`, in order of ids. One
/// statement.
///
/// # Errors
///
/// As [`find_many`].
pub async fn of_superiors(
    db: &impl ConnectionTrait,
    superiors: &[PartyOrganisationId],
    first: u64,
) -> Result<Vec<PartyOrganisation>, StoreError> {
    use row::Column::{Id, ParentId};
    let query = row::Entity::find().filter(parse::among(db, ParentId, superiors));
    let rows = page::first_of_each(db, query, ParentId, &[Id], first).await?;
    rows.into_iter().map(PartyOrganisation::try_from).collect()
}

/// Every (subordinate, superior), for the check that the tree has no cycle.
///
/// # Errors
///
/// As [`find_many`].
pub async fn parents(
    db: &impl ConnectionTrait,
) -> Result<BTreeMap<PartyOrganisationId, PartyOrganisationId>, StoreError> {
    let rows: Vec<(String, String)> = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .column(row::Column::ParentId)
        .filter(row::COLUMN.parent_id.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    let at = |column| At("party_organisations", column);
    rows.iter()
        .map(|(child, parent)| {
            Ok((parse::value(at("id"), child)?, parse::value(at("parent_id"), parent)?))
        })
        .collect()
}

/// Adds `organisation`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its external id exists already, or its superior or home does not.
pub async fn insert(
    db: &impl ConnectionTrait,
    organisation: &PartyOrganisation,
) -> Result<(), StoreError> {
    row::Entity::insert(columns(organisation)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `organisation` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `organisation.version`,
/// [`StoreError::Conflict`] as [`insert`].
pub async fn save(
    db: &impl ConnectionTrait,
    organisation: &PartyOrganisation,
) -> Result<(), StoreError> {
    let mut columns = columns(organisation);
    columns.id = ActiveValue::NotSet;
    columns.version = Set(organisation.version + 1);
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(organisation.id.to_string()))
        .filter(row::COLUMN.version.eq(organisation.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Removes a Party organisation if it still has this version.
///
/// # Errors
///
/// [`StoreError::Stale`] if it has another version, [`StoreError::Conflict`] while others are under
/// it.
pub async fn remove(
    db: &impl ConnectionTrait,
    id: PartyOrganisationId,
    version: i64,
) -> Result<(), StoreError> {
    let removed = row::Entity::delete_many()
        .filter(row::COLUMN.id.eq(id.to_string()))
        .filter(row::COLUMN.version.eq(version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(removed.rows_affected)
}

fn columns(organisation: &PartyOrganisation) -> row::ActiveModel {
    let (enterprise_id, organisation_id) = match organisation.home {
        PartyHome::Enterprise(id) => (Some(id.to_string()), None),
        PartyHome::Organisation(id) => (None, Some(id.to_string())),
        PartyHome::None => (None, None),
    };
    row::ActiveModel {
        id: Set(organisation.id.to_string()),
        external_id: Set(organisation.external_id.clone()),
        name: Set(organisation.name.clone()),
        level: Set(organisation.level.word().to_owned()),
        parent_id: Set(organisation.parent.map(|id| id.to_string())),
        enterprise_id: Set(enterprise_id),
        organisation_id: Set(organisation_id),
        version: Set(organisation.version),
    }
}

impl TryFrom<row::Model> for PartyOrganisation {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("party_organisations", column);
        let enterprise = parse::value_opt(at("enterprise_id"), row.enterprise_id.as_deref())?;
        let organisation = parse::value_opt(at("organisation_id"), row.organisation_id.as_deref())?;
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            external_id: row.external_id,
            name: row.name,
            level: parse::word(at("level"), &row.level, PartyLevel::from_word)?,
            parent: parse::value_opt(at("parent_id"), row.parent_id.as_deref())?,
            home: match (enterprise, organisation) {
                (Some(id), _) => PartyHome::Enterprise(id),
                (None, Some(id)) => PartyHome::Organisation(id),
                (None, None) => PartyHome::None,
            },
            version: row.version,
        })
    }
}
