//! Reads of restricted fields: one row for each request, numbered like changes but apart from them,
//! so that reading never waits for writing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::AuditId;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use super::trace::Trace;
use crate::parse::At;
use crate::{StoreError, version};

/// The table `audit_reads`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_reads")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub at: DateTimeUtc,
        pub seq: i64,
        pub subject: String,
        pub role: String,
        pub body: Option<String>,
        pub things: String,
        pub digest: String,
        pub salt: Option<String>,
        pub detail: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `audit_read_things`.
pub(crate) mod thing {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_read_things")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub thing: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub at: DateTimeUtc,
        #[sea_orm(primary_key, auto_increment = false)]
        pub read_id: String,
        pub seq: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which fields of which things, by tag and id.
pub type Things = BTreeMap<String, BTreeSet<String>>;

/// What one request read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Id of the row.
    pub id: AuditId,
    /// When the request came.
    pub at: DateTime<Utc>,
    /// Who read, and as what.
    pub actor: Actor,
    /// What they read.
    pub things: Things,
    /// From where.
    pub trace: Trace,
}

/// Rows in one statement; SQLite takes 32,766 parameters.
const ROWS: usize = 1_000;

/// Adds `sightings` in their order, numbered. Call it in a transaction: other writers of reads wait
/// until that is over, writers of changes do not.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn append(db: &impl ConnectionTrait, sightings: &[Sighting]) -> Result<(), StoreError> {
    let count = i64::try_from(sightings.len()).unwrap_or(i64::MAX);
    let last = version::raise_by(db, version::READS, count).await?;
    let (mut rows, mut things) = (Vec::with_capacity(sightings.len()), Vec::new());
    for (seq, sighting) in (last - count + 1..).zip(sightings) {
        let id = sighting.id.to_string();
        for thing in sighting.things.keys() {
            things.push(thing::ActiveModel {
                thing: Set(thing.clone()),
                at: Set(sighting.at),
                read_id: Set(id.clone()),
                seq: Set(seq),
            });
        }
        let Sighting { actor, trace, .. } = sighting;
        rows.push(row::ActiveModel {
            id: Set(id),
            at: Set(sighting.at),
            seq: Set(seq),
            subject: Set(actor.subject.clone()),
            role: Set(actor.role.word().to_owned()),
            body: Set(actor.body.as_ref().map(ToString::to_string)),
            things: Set(said(&sighting.things)?),
            digest: Set(trace.digest()),
            salt: Set(Some(trace.salt.clone())),
            detail: Set(Some(trace.detail.clone())),
        });
    }
    for some in rows.chunks(ROWS) {
        row::Entity::insert_many(some.to_vec()).exec_without_returning(db).await?;
    }
    for some in things.chunks(ROWS) {
        thing::Entity::insert_many(some.to_vec()).exec_without_returning(db).await?;
    }
    Ok(())
}

fn said(things: &Things) -> Result<String, StoreError> {
    serde_json::to_string(things).map_err(|error| DbErr::Json(error.to_string()).into())
}

/// The things of a row.
pub(crate) fn things(row: &row::Model) -> Result<Things, StoreError> {
    serde_json::from_str(&row.things).map_err(|_| At("audit_reads", "things").corrupt(&row.things))
}
