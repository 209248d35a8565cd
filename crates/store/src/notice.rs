//! What people are told: an outbox that changes write into, and the notices that come of it.
//!
//! A row of the outbox names roles and bodies; [`spread`] looks up who holds them now, so that nobody
//! is told who lost a role meanwhile. Row and notices change places in one transaction, and a change
//! tells the same person once whatever is repeated. In the same transaction each piece of news joins
//! the messages that take it out of the house ([`crate::delivery`]).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use lianmeng_domain::actor::{Body, Role};
use lianmeng_domain::calendar::WorkCalendar;
use lianmeng_domain::ids::{AccountId, AuditId, GrantId, Id as _, IdSource, NeedId, NoticeId};
use lianmeng_domain::notice::{Audience, NoticeKind};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, DbBackend, QueryOrder, QuerySelect, Statement, TryInsertResult};

use self::outlet::Outlets;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};
use crate::{StoreError, grant};

mod outlet;

#[cfg(test)]
mod tests;

/// The table `outbox`.
mod outbox {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub cause_id: String,
        pub at: DateTimeUtc,
        pub subject: String,
        pub thing: String,
        pub title: String,
        pub audiences: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `notices`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notices")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub account_id: String,
        pub grant_id: String,
        pub kind: String,
        pub thing: String,
        pub title: String,
        pub changes: i32,
        pub first_at: DateTimeUtc,
        pub last_at: DateTimeUtc,
        pub read_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `notice_causes`.
#[expect(clippy::struct_field_names, reason = "columns that refer to other tables")]
mod cause {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notice_causes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub cause_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub account_id: String,
        pub notice_id: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a change has to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News<'a> {
    /// The audit row of the change.
    pub cause: AuditId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it: they are not told.
    pub subject: &'a str,
    /// About what: a tag and an id.
    pub thing: &'a str,
    /// Its title, as everyone who sees it may read it.
    pub title: &'a str,
    /// Who is told what.
    pub audiences: &'a [Audience],
}

/// Something somebody was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// Who is told.
    pub account: AccountId,
    /// By the role they hold.
    pub grant: GrantId,
    /// What: the last news of the thing.
    pub kind: NoticeKind,
    /// About what: a tag and an id.
    pub thing: String,
    /// Its title.
    pub title: String,
    /// How many changes it stands for.
    pub changes: i32,
    /// When the first of them was.
    pub first_at: DateTime<Utc>,
    /// When the last of them was.
    pub last_at: DateTime<Utc>,
    /// When it was read; `None` while it is new.
    pub read_at: Option<DateTime<Utc>>,
}

impl Notice {
    /// The need it is about; none for other things.
    pub fn need(&self) -> Option<NeedId> {
        let (tag, id) = self.thing.split_once(':')?;
        (tag == NeedId::TAG).then(|| id.parse().ok()).flatten()
    }
}

/// Puts news into the outbox, in the transaction of the change.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the change has told something already.
pub async fn enqueue(db: &impl ConnectionTrait, news: &News<'_>) -> Result<(), StoreError> {
    let audiences: Vec<[String; 3]> = news
        .audiences
        .iter()
        .map(|one| {
            // A role for the whole platform has an empty body.
            let body = one.body.as_ref().map(ToString::to_string).unwrap_or_default();
            [one.role.word().to_owned(), body, one.kind.word().to_owned()]
        })
        .collect();
    let row = outbox::ActiveModel {
        cause_id: Set(news.cause.to_string()),
        at: Set(news.at),
        subject: Set(news.subject.to_owned()),
        thing: Set(news.thing.to_owned()),
        title: Set(news.title.to_owned()),
        audiences: Set(
            serde_json::to_string(&audiences).map_err(|error| DbErr::Json(error.to_string()))?
        ),
    };
    outbox::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// How news becomes notices.
#[derive(Debug, Clone, Copy)]
pub struct Spreading<'a> {
    /// Where ids come from.
    pub ids: &'a IdSource,
    /// The local date: grants in force on it count.
    pub today: NaiveDate,
    /// News of a thing within so long after the last joins a notice that nobody read yet.
    pub burst: TimeDelta,
    /// Most rows of the outbox at a time.
    pub limit: u64,
    /// Which days are off, for those who are not written to on them.
    pub calendar: &'a WorkCalendar,
}

/// Whether the outbox holds anything.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn is_waiting(db: &impl ConnectionTrait) -> Result<bool, StoreError> {
    Ok(outbox::Entity::find().one(db).await?.is_some())
}

/// Held by the process that spreads.
const LOCK: &str = "SELECT pg_try_advisory_xact_lock(20261124)";

/// Turns the first rows of the outbox into notices and gives the grants by which somebody was told,
/// and how many rows there were. Call it in a transaction; of two that run at once one does nothing.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses, [`StoreError::Corrupt`] if a row does not parse.
pub async fn spread(
    db: &impl ConnectionTrait,
    how: Spreading<'_>,
) -> Result<(u64, BTreeSet<GrantId>), StoreError> {
    // One at a time: two would make two notices of one burst. SQLite has one writer anyway.
    if db.get_database_backend() == DbBackend::Postgres {
        let alone = Statement::from_string(DbBackend::Postgres, LOCK);
        let is_alone = db.query_one_raw(alone).await?.map(|row| row.try_get_by_index(0));
        if !is_alone.transpose()?.unwrap_or(false) {
            return Ok((0, BTreeSet::new()));
        }
    }
    let rows = outbox::Entity::find()
        .order_by_asc(outbox::COLUMN.cause_id)
        .limit(how.limit)
        .all(db)
        .await?;
    let mut told = BTreeSet::new();
    for row in &rows {
        told.extend(tell(db, how, row).await?);
    }
    let done: Vec<&str> = rows.iter().map(|row| row.cause_id.as_str()).collect();
    if !done.is_empty() {
        outbox::Entity::delete_many()
            .filter(parse::among(db, outbox::Column::CauseId, done))
            .exec(db)
            .await?;
    }
    Ok((u64::try_from(rows.len()).unwrap_or(u64::MAX), told))
}

/// Makes the notices of one row.
async fn tell(
    db: &impl ConnectionTrait,
    how: Spreading<'_>,
    news: &outbox::Model,
) -> Result<Vec<GrantId>, StoreError> {
    let at = |column| At("outbox", column);
    let audiences: Vec<[String; 3]> = serde_json::from_str(&news.audiences)
        .map_err(|_| at("audiences").corrupt(&news.audiences))?;
    // Somebody who is told twice is told the first of it.
    let mut people: BTreeMap<AccountId, (GrantId, NoticeKind)> = BTreeMap::new();
    for [role, body, kind] in &audiences {
        let role = parse::word(at("audiences"), role, Role::from_word)?;
        let body: Option<Body> =
            (!body.is_empty()).then(|| parse::value(at("audiences"), body)).transpose()?;
        let kind = parse::word(at("audiences"), kind, NoticeKind::from_word)?;
        for (account, grant) in grant::holders(db, role, body.as_ref(), how.today).await? {
            if format!("{}:{account}", AccountId::TAG) != news.subject {
                people.entry(account).or_insert((grant, kind));
            }
        }
    }
    let outlets = Outlets::of(db, &people).await?;
    let mut told = Vec::new();
    for (account, (grant, kind)) in people {
        let person = (account, grant, kind);
        if let Some(notice) = add(db, how, news, person).await? {
            outlets.send(db, how, news, (person, notice)).await?;
            told.push(grant);
        }
    }
    Ok(told)
}

/// Tells one person, unless they were told of this change before, and gives the notice.
async fn add(
    db: &impl ConnectionTrait,
    how: Spreading<'_>,
    news: &outbox::Model,
    (account, grant, kind): (AccountId, GrantId, NoticeKind),
) -> Result<Option<NoticeId>, StoreError> {
    let known = cause::Entity::find_by_id((news.cause_id.clone(), account.to_string()));
    if known.one(db).await?.is_some() {
        return Ok(None);
    }
    let open = row::Entity::find()
        .filter(row::COLUMN.grant_id.eq(grant.to_string()))
        .filter(row::COLUMN.thing.eq(&news.thing))
        .filter(row::COLUMN.read_at.is_null())
        .filter(row::COLUMN.last_at.gte(news.at - how.burst))
        .order_by_desc(row::COLUMN.id)
        .one(db)
        .await?;
    let id = if let Some(open) = open {
        let joined = row::ActiveModel {
            id: Set(open.id.clone()),
            kind: Set(kind.word().to_owned()),
            title: Set(news.title.clone()),
            changes: Set(open.changes.saturating_add(1)),
            last_at: Set(open.last_at.max(news.at)),
            ..Default::default()
        };
        joined.update(db).await?;
        parse::value(At("notices", "id"), &open.id)?
    } else {
        let id: NoticeId = how.ids.mint(news.at.timestamp_millis());
        let new = row::ActiveModel {
            id: Set(id.to_string()),
            account_id: Set(account.to_string()),
            grant_id: Set(grant.to_string()),
            kind: Set(kind.word().to_owned()),
            thing: Set(news.thing.clone()),
            title: Set(news.title.clone()),
            changes: Set(1),
            first_at: Set(news.at),
            last_at: Set(news.at),
            read_at: Set(None),
        };
        row::Entity::insert(new).exec_without_returning(db).await?;
        id
    };
    let cause = cause::ActiveModel {
        cause_id: Set(news.cause_id.clone()),
        account_id: Set(account.to_string()),
        notice_id: Set(id.to_string()),
    };
    let told = cause::Entity::insert(cause)
        .on_conflict(
            OnConflict::columns([cause::Column::CauseId, cause::Column::AccountId])
                .do_nothing()
                .to_owned(),
        )
        .try_insert()
        .exec_without_returning(db)
        .await?;
    match told {
        TryInsertResult::Inserted(1) => Ok(Some(id)),
        // Another process told them in the meantime: this transaction must go.
        TryInsertResult::Inserted(_) | TryInsertResult::Conflicted | TryInsertResult::Empty => {
            Err(StoreError::Stale)
        }
    }
}

/// Which notices of a grant are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoticeFilter {
    /// By the role they hold.
    pub grant: GrantId,
    /// Only new ones.
    pub only_new: bool,
}

fn matches(filter: NoticeFilter) -> Condition {
    let all = Condition::all().add(row::COLUMN.grant_id.eq(filter.grant.to_string()));
    if filter.only_new { all.add(row::COLUMN.read_at.is_null()) } else { all }
}

/// A page of notices, newest first.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    filter: NoticeFilter,
    window: Window<NoticeId>,
) -> Result<Vec<Notice>, StoreError> {
    let query = row::Entity::find().filter(matches(filter));
    let rows = page::by_id(query, (row::Column::Id, Way::Down), window).all(db).await?;
    rows.into_iter().map(Notice::try_from).collect()
}

/// The notices with these ids, by id.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn find_many(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = NoticeId>,
) -> Result<Vec<Notice>, StoreError> {
    let query = row::Entity::find().filter(parse::among(db, row::Column::Id, ids));
    let rows = query.order_by_asc(row::COLUMN.id).all(db).await?;
    rows.into_iter().map(Notice::try_from).collect()
}

/// How many notices a list holds.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(db: &impl ConnectionTrait, filter: NoticeFilter) -> Result<u64, StoreError> {
    Ok(row::Entity::find().filter(matches(filter)).count(db).await?)
}

/// The changes that notices came of, sorted.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn causes(
    db: &impl ConnectionTrait,
    notice: NoticeId,
    limit: u64,
) -> Result<Vec<AuditId>, StoreError> {
    let rows = cause::Entity::find()
        .filter(cause::COLUMN.notice_id.eq(notice.to_string()))
        .order_by_asc(cause::COLUMN.cause_id)
        .limit(limit)
        .all(db)
        .await?;
    rows.iter().map(|row| parse::value(At("notice_causes", "cause_id"), &row.cause_id)).collect()
}

/// Notes that notices of a grant were read at `at`, those named or all, and gives how many were new.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn read(
    db: &impl ConnectionTrait,
    grant: GrantId,
    ids: Option<&[NoticeId]>,
    at: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let mut which = matches(NoticeFilter { grant, only_new: true });
    if let Some(ids) = ids {
        which = which.add(parse::among(db, row::Column::Id, ids));
    }
    let saved = row::Entity::update_many()
        .col_expr(row::Column::ReadAt, Expr::value(at))
        .filter(which)
        .exec(db)
        .await?;
    Ok(saved.rows_affected)
}

impl TryFrom<row::Model> for Notice {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("notices", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            account: parse::value(at("account_id"), &row.account_id)?,
            grant: parse::value(at("grant_id"), &row.grant_id)?,
            kind: parse::word(at("kind"), &row.kind, NoticeKind::from_word)?,
            thing: row.thing,
            title: row.title,
            changes: row.changes,
            first_at: row.first_at,
            last_at: row.last_at,
            read_at: row.read_at,
        })
    }
}
