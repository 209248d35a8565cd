//! Partners of alliances: enterprises and other organisations.

use lianmeng_domain::alliance::AlliancePartner;
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{AllianceId, EnterpriseId, OrganisationId};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{OnConflict, SelectStatement};
use sea_orm::{QuerySelect, QueryTrait};

use crate::StoreError;
use crate::page;
use crate::parse::{self, At};

/// The table `alliance_enterprises`.
pub(crate) mod firm {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "alliance_enterprises")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub alliance_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub enterprise_id: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `alliance_organisations`.
pub(crate) mod other {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "alliance_organisations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub alliance_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub organisation_id: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Ids of the alliances `member` takes part in.
pub(crate) fn alliances_of(member: Member) -> SelectStatement {
    match member {
        Member::Enterprise(id) => firm::Entity::find()
            .select_only()
            .column(firm::Column::AllianceId)
            .filter(firm::COLUMN.enterprise_id.eq(id.to_string()))
            .into_query(),
        Member::Organisation(id) => other::Entity::find()
            .select_only()
            .column(other::Column::AllianceId)
            .filter(other::COLUMN.organisation_id.eq(id.to_string()))
            .into_query(),
    }
}

/// The first alliances each of `enterprises` takes part in, in order of alliance ids. One
/// statement.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_enterprises(
    db: &impl ConnectionTrait,
    enterprises: &[EnterpriseId],
    first: u64,
) -> Result<Vec<AlliancePartner>, StoreError> {
    use firm::Column::{AllianceId, EnterpriseId};
    let query = firm::Entity::find().filter(parse::among(db, EnterpriseId, enterprises));
    let rows = page::first_of_each(db, query, EnterpriseId, &[AllianceId], first).await?;
    rows.into_iter().map(AlliancePartner::try_from).collect()
}

/// The first alliances each of `organisations` takes part in, in order of alliance ids. One
/// statement.
///
/// # Errors
///
/// As [`of_enterprises`].
pub async fn of_organisations(
    db: &impl ConnectionTrait,
    organisations: &[OrganisationId],
    first: u64,
) -> Result<Vec<AlliancePartner>, StoreError> {
    use other::Column::{AllianceId, OrganisationId};
    let query = other::Entity::find().filter(parse::among(db, OrganisationId, organisations));
    let rows = page::first_of_each(db, query, OrganisationId, &[AllianceId], first).await?;
    rows.into_iter().map(AlliancePartner::try_from).collect()
}

/// The first partners of each of `alliances`: enterprises before organisations, in order of ids.
/// Two statements.
///
/// # Errors
///
/// As [`of_enterprises`].
pub async fn of_alliances(
    db: &impl ConnectionTrait,
    alliances: &[AllianceId],
    first: u64,
) -> Result<Vec<AlliancePartner>, StoreError> {
    let firms = firm::Entity::find().filter(parse::among(db, firm::Column::AllianceId, alliances));
    let key = [firm::Column::EnterpriseId];
    let firms = page::first_of_each(db, firms, firm::Column::AllianceId, &key, first).await?;
    let others =
        other::Entity::find().filter(parse::among(db, other::Column::AllianceId, alliances));
    let key = [other::Column::OrganisationId];
    let others = page::first_of_each(db, others, other::Column::AllianceId, &key, first).await?;
    let mut partners = firms
        .into_iter()
        .map(AlliancePartner::try_from)
        .chain(others.into_iter().map(AlliancePartner::try_from))
        .collect::<Result<Vec<_>, _>>()?;
    partners.sort();
    Ok(partners)
}

/// Adds a partner; adding one twice changes nothing.
///
/// # Errors
///
/// [`StoreError::Conflict`] if alliance or partner does not exist.
pub async fn insert(
    db: &impl ConnectionTrait,
    AlliancePartner { alliance, partner }: AlliancePartner,
) -> Result<(), StoreError> {
    match partner {
        Member::Enterprise(id) => {
            let row = firm::ActiveModel {
                alliance_id: Set(alliance.to_string()),
                enterprise_id: Set(id.to_string()),
            };
            let key = [firm::Column::AllianceId, firm::Column::EnterpriseId];
            let again = OnConflict::columns(key).do_nothing().to_owned();
            firm::Entity::insert(row)
                .on_conflict(again)
                .try_insert()
                .exec_without_returning(db)
                .await?;
        }
        Member::Organisation(id) => {
            let row = other::ActiveModel {
                alliance_id: Set(alliance.to_string()),
                organisation_id: Set(id.to_string()),
            };
            let key = [other::Column::AllianceId, other::Column::OrganisationId];
            let again = OnConflict::columns(key).do_nothing().to_owned();
            other::Entity::insert(row)
                .on_conflict(again)
                .try_insert()
                .exec_without_returning(db)
                .await?;
        }
    }
    Ok(())
}

/// Removes a partner.
///
/// # Errors
///
/// [`StoreError::Stale`] if it takes no part in the alliance.
pub async fn remove(
    db: &impl ConnectionTrait,
    AlliancePartner { alliance, partner }: AlliancePartner,
) -> Result<(), StoreError> {
    let alliance = alliance.to_string();
    let removed = match partner {
        Member::Enterprise(id) => {
            firm::Entity::delete_by_id((alliance, id.to_string())).exec(db).await?
        }
        Member::Organisation(id) => {
            other::Entity::delete_by_id((alliance, id.to_string())).exec(db).await?
        }
    };
    StoreError::stale_if_none(removed.rows_affected)
}

/// Removes every partner of an alliance.
pub(crate) async fn remove_all(
    db: &impl ConnectionTrait,
    alliance: AllianceId,
) -> Result<(), StoreError> {
    firm::Entity::delete_many()
        .filter(firm::COLUMN.alliance_id.eq(alliance.to_string()))
        .exec(db)
        .await?;
    other::Entity::delete_many()
        .filter(other::COLUMN.alliance_id.eq(alliance.to_string()))
        .exec(db)
        .await?;
    Ok(())
}

impl TryFrom<firm::Model> for AlliancePartner {
    type Error = StoreError;

    fn try_from(row: firm::Model) -> Result<Self, StoreError> {
        let at = |column| At("alliance_enterprises", column);
        let partner = parse::value(at("enterprise_id"), &row.enterprise_id)?;
        Ok(Self {
            alliance: parse::value(at("alliance_id"), &row.alliance_id)?,
            partner: Member::Enterprise(partner),
        })
    }
}

impl TryFrom<other::Model> for AlliancePartner {
    type Error = StoreError;

    fn try_from(row: other::Model) -> Result<Self, StoreError> {
        let at = |column| At("alliance_organisations", column);
        let partner = parse::value(at("organisation_id"), &row.organisation_id)?;
        Ok(Self {
            alliance: parse::value(at("alliance_id"), &row.alliance_id)?,
            partner: Member::Organisation(partner),
        })
    }
}
