//! The audit log: who did what to which thing, written in the transaction that did it.
//!
//! Its rows are numbered, so it is the change feed as well. A number drawn from a sequence becomes
//! visible when its transaction commits, not when it was drawn: a reader that has seen 7 may find 6
//! later and never look. Here the number comes from a row that is locked until the commit, by the
//! last statement of each change (on SQLite the last but one), so numbers become visible in their
//! order and without gaps. The price, commits of changes one after another, is measured in
//! `docs/scaling.md`.

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::AuditId;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{DbBackend, QueryOrder, QuerySelect, Statement};

use self::trace::Trace;
use crate::{StoreError, version};

pub mod erase;
mod leaf;
pub mod list;
pub mod read;
pub mod seal;
pub mod trace;
pub mod verify;

/// The table `audit_rows`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_rows")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub at: DateTimeUtc,
        pub seq: Option<i64>,
        pub subject: String,
        pub role: String,
        pub action: String,
        pub thing: String,
        pub touches_graph: bool,
        pub body: Option<String>,
        pub digest: Option<String>,
        pub salt: Option<String>,
        pub detail: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// One line of the log.
#[derive(Debug, Clone, Copy)]
pub struct Deed<'a> {
    /// Id of the row.
    pub id: AuditId,
    /// When.
    pub at: DateTime<Utc>,
    /// What was done, by its command name.
    pub action: &'a str,
    /// To what: a tag and an id.
    pub thing: &'a str,
    /// Whether what the graph is built from changed.
    pub touches_graph: bool,
    /// From where, and what was changed.
    pub trace: Option<&'a Trace>,
}

/// A numbered line of the log, as those who follow changes read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number; rises by one with each change, in the order of commits.
    pub seq: i64,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// What was done, by its command name.
    pub action: String,
    /// To what: a tag and an id.
    pub thing: String,
    /// Whether what the graph is built from changed.
    pub touches_graph: bool,
}

/// Appends a row and gives its number. Call it last before the commit: other changes wait from
/// here on until this one is over.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn append(
    db: &impl ConnectionTrait,
    actor: &Actor,
    deed: Deed<'_>,
) -> Result<i64, StoreError> {
    let seq = if db.get_database_backend() == DbBackend::Postgres {
        numbered(db, actor, deed).await?
    } else {
        let seq = version::raise(db, version::FEED).await?;
        let row = row::ActiveModel {
            id: Set(deed.id.to_string()),
            at: Set(deed.at),
            seq: Set(Some(seq)),
            subject: Set(actor.subject.clone()),
            role: Set(actor.role.word().to_owned()),
            action: Set(deed.action.to_owned()),
            thing: Set(deed.thing.to_owned()),
            touches_graph: Set(deed.touches_graph),
            body: Set(actor.body.as_ref().map(ToString::to_string)),
            digest: Set(deed.trace.map(Trace::digest)),
            salt: Set(deed.trace.map(|trace| trace.salt.clone())),
            detail: Set(deed.trace.map(|trace| trace.detail.clone())),
        };
        row::Entity::insert(row).exec_without_returning(db).await?;
        seq
    };
    if deed.touches_graph {
        version::set(db, version::GRAPH, seq).await?;
    }
    Ok(seq)
}

/// Number and row in one statement, which SQLite cannot: all other changes wait while this one's
/// messages travel.
async fn numbered(
    db: &impl ConnectionTrait,
    actor: &Actor,
    deed: Deed<'_>,
) -> Result<i64, StoreError> {
    let sql = "WITH next AS (UPDATE versions SET number = number + 1 WHERE name = $1 RETURNING number) \
               INSERT INTO audit_rows (id, at, seq, subject, role, action, thing, touches_graph, \
               body, digest, salt, detail) \
               SELECT $2, $3, number, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM next RETURNING seq";
    let trace = deed.trace;
    let values: [Value; 12] = [
        version::FEED.into(),
        deed.id.to_string().into(),
        deed.at.into(),
        actor.subject.as_str().into(),
        actor.role.word().into(),
        deed.action.into(),
        deed.thing.into(),
        deed.touches_graph.into(),
        actor.body.as_ref().map(ToString::to_string).into(),
        trace.map(Trace::digest).into(),
        trace.map(|trace| trace.salt.as_str()).into(),
        trace.map(|trace| trace.detail.as_str()).into(),
    ];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let row = db.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| version::missing(version::FEED))?;
    Ok(row.try_get_by_index(0)?)
}

/// To what the deed `id` of the moment `at` was done; `None` if there is no such row, or no longer.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn thing(
    db: &impl ConnectionTrait,
    id: AuditId,
    at: DateTime<Utc>,
) -> Result<Option<String>, StoreError> {
    // The moment tells PostgreSQL in which month to look.
    let found = row::Entity::find()
        .filter(row::COLUMN.id.eq(id.to_string()))
        .filter(row::COLUMN.at.eq(at))
        .one(db)
        .await?;
    Ok(found.map(|row| row.thing))
}

/// The first `limit` changes with a number above `after`, in order.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn since(
    db: &impl ConnectionTrait,
    after: i64,
    limit: u64,
) -> Result<Vec<Change>, StoreError> {
    // Not the whole row: before and after may be long, and followers read everything.
    let rows = row::Entity::find()
        .select_only()
        .column(row::Column::Seq)
        .column(row::Column::At)
        .column(row::Column::Action)
        .column(row::Column::Thing)
        .column(row::Column::TouchesGraph)
        .filter(row::COLUMN.seq.gt(after))
        .order_by_asc(row::COLUMN.seq)
        .limit(limit)
        .into_tuple::<(i64, DateTime<Utc>, String, String, bool)>()
        .all(db)
        .await?;
    let changes = rows.into_iter();
    Ok(changes
        .map(|(seq, at, action, thing, touches_graph)| Change {
            seq,
            at,
            action,
            thing,
            touches_graph,
        })
        .collect())
}

/// What the first `limit` changes of the graph with a number above `after` were about, in order.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn of_graph(
    db: &impl ConnectionTrait,
    after: i64,
    limit: u64,
) -> Result<Vec<String>, StoreError> {
    let things = row::Entity::find()
        .select_only()
        .column(row::Column::Thing)
        .filter(row::COLUMN.seq.gt(after))
        .filter(row::COLUMN.touches_graph.eq(true))
        .order_by_asc(row::COLUMN.seq)
        .limit(limit);
    Ok(things.into_tuple().all(db).await?)
}

/// The number of the oldest change that is still here; `None` before the first.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn oldest(db: &impl ConnectionTrait) -> Result<Option<i64>, StoreError> {
    let first = row::Entity::find()
        .select_only()
        .column(row::Column::Seq)
        .filter(row::COLUMN.seq.is_not_null())
        .order_by_asc(row::COLUMN.seq)
        .limit(1);
    Ok(first.into_tuple::<Option<i64>>().one(db).await?.flatten())
}

#[cfg(test)]
mod tests;
