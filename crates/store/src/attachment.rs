//! Attachments. Whether a caller sees one is decided inside the query, by the rights of what it hangs
//! on; which bytes must be kept is told by [`blob`].

use chrono::{DateTime, Utc};
use lianmeng_domain::attachment::{
    AttachedKind, AttachedTo, Attachment, ENDED_EVENTS, ENDED_TASKS, FileKind,
};
use lianmeng_domain::ids::AttachmentId;
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::rights::{Column as Who, DataClass};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{IntoCondition as _, Query, SelectStatement};
use sea_orm::{Condition, ExprTrait as _, QueryOrder as _, QuerySelect as _};

use crate::audit::trace::{self, Diff};
use crate::event::scope;
use crate::parse::{self, At};
use crate::{StoreError, need, sight, task};

pub mod blob;
#[cfg(test)]
mod tests;

/// The table `attachments`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attachments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub kind: String,
        pub thing_id: String,
        pub place: Option<i32>,
        pub name: String,
        pub file_kind: String,
        pub size_bytes: i64,
        pub sha256: String,
        pub added_by: String,
        pub added_at: DateTimeUtc,
        pub kept_until: Option<DateTimeUtc>,
        pub removed_at: Option<DateTimeUtc>,
        pub expired_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Whose eyes attachments are read with: what hangs where is seen by whoever reads that.
#[derive(Debug, Clone, Copy)]
pub struct AttachmentEyes<'a> {
    bodies: &'a Visibility,
    tasks: &'a Visibility,
    drafts: &'a Visibility,
    rows: &'a Visibility,
}

impl AttachmentEyes<'static> {
    /// The eyes of the platform itself.
    pub const ALL: Self = Self {
        bodies: &Visibility::All,
        tasks: &Visibility::All,
        drafts: &Visibility::All,
        rows: &Visibility::All,
    };
}

impl<'a> AttachmentEyes<'a> {
    /// The eyes of a caller in `column` who sees the `whole` of their scope.
    pub fn of(column: Option<Who>, whole: &'a Visibility) -> Self {
        let any = policy::sees(column, whole, DataClass::Attachment);
        Self {
            bodies: policy::reads(column, any, DataClass::NeedBody),
            tasks: policy::reads(column, any, DataClass::Task),
            drafts: policy::sees(column, any, DataClass::EventDraft),
            rows: policy::reads(column, any, DataClass::EventRows),
        }
    }
}

/// That the thing is among `ids`, a question to `table` whose key is `column`.
fn among(mut ids: SelectStatement, table: &'static str, column: &'static str) -> Expr {
    // Asked for one thing at a time: lists are short, and what somebody oversees is not.
    ids.and_where(Expr::col((table, column)).equals(("attachments", "thing_id")));
    Expr::exists(ids)
}

fn of_kinds(kinds: &[AttachedKind]) -> Expr {
    row::COLUMN.kind.is_in(kinds.iter().map(|kind| kind.word()))
}

const NEEDS: &[AttachedKind] = &[AttachedKind::Need, AttachedKind::NeedAnswer];

fn visible(eyes: AttachmentEyes<'_>) -> Condition {
    let part = |kinds: &[AttachedKind], sees: &Visibility, is_theirs: &dyn Fn() -> Expr| match sees
    {
        Visibility::Nothing => sight::never(),
        Visibility::All => of_kinds(kinds).into_condition(),
        Visibility::Committee(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Group(_)
        | Visibility::Enterprise(_)
        | Visibility::Organisation(_)
        | Visibility::Published => Condition::all().add(of_kinds(kinds)).add(is_theirs()),
    };
    let meetings = &[AttachedKind::Meeting];
    Condition::any()
        .add(part(NEEDS, eyes.bodies, &|| among(need::readable(eyes.bodies), "needs", "id")))
        .add(part(&[AttachedKind::Task], eyes.tasks, &|| {
            among(task::seen(eyes.tasks), "cooperation_tasks", "id")
        }))
        .add(part(meetings, eyes.drafts, &|| {
            let mut ids = Query::select();
            ids.column(("meetings", "id"))
                .from("meetings")
                .cond_where(scope::meetings(eyes.drafts));
            among(ids, "meetings", "id")
        }))
        .add(part(meetings, eyes.rows, &|| {
            let mut ids = Query::select();
            ids.column(("event_version_rows", "meeting_id"))
                .from("event_version_rows")
                .cond_where(scope::published_rows(eyes.rows));
            among(ids, "event_version_rows", "meeting_id")
        }))
}

/// The attachments of `things` that the caller sees, oldest first, at most 20 each. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_things(
    db: &impl ConnectionTrait,
    eyes: AttachmentEyes<'_>,
    things: &[AttachedTo],
) -> Result<Vec<Attachment>, StoreError> {
    let mut any = Condition::any();
    for kind in AttachedKind::ALL {
        let ids: Vec<String> =
            things.iter().filter(|thing| thing.kind() == *kind).map(|thing| thing.id()).collect();
        if !ids.is_empty() {
            any = any.add(of_kinds(&[*kind]).and(parse::among(db, row::Column::ThingId, ids)));
        }
    }
    if any.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find()
        .filter(any)
        .filter(row::COLUMN.removed_at.is_null())
        .filter(visible(eyes))
        .order_by_asc(row::COLUMN.id)
        .all(db)
        .await?;
    rows.into_iter().map(Attachment::try_from).collect()
}

/// One attachment, if there is one that the caller sees and nobody removed.
///
/// # Errors
///
/// As [`of_things`].
pub async fn find(
    db: &impl ConnectionTrait,
    eyes: AttachmentEyes<'_>,
    id: AttachmentId,
) -> Result<Option<Attachment>, StoreError> {
    let query = row::Entity::find_by_id(id.to_string())
        .filter(row::COLUMN.removed_at.is_null())
        .filter(visible(eyes));
    query.one(db).await?.map(Attachment::try_from).transpose()
}

/// What a change did to an attachment, for the audit log.
pub fn diff(before: Option<&Attachment>, after: &Attachment) -> Diff {
    trace::diff(before.map(columns).as_ref(), Some(&columns(after)))
}

/// Adds `attachment`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if another took its place in the meantime.
pub async fn insert(db: &impl ConnectionTrait, attachment: &Attachment) -> Result<(), StoreError> {
    row::Entity::insert(columns(attachment)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves that `attachment` was removed or expired.
///
/// # Errors
///
/// [`StoreError::Stale`] if that was so already.
pub async fn end(db: &impl ConnectionTrait, attachment: &Attachment) -> Result<(), StoreError> {
    let mut query = row::Entity::update_many()
        .set(row::ActiveModel {
            place: Set(attachment.place),
            removed_at: Set(attachment.removed_at),
            expired_at: Set(attachment.expired_at),
            ..Default::default()
        })
        .filter(row::COLUMN.id.eq(attachment.id.to_string()))
        .filter(row::COLUMN.removed_at.is_null());
    if attachment.removed_at.is_none() {
        query = query.filter(row::COLUMN.expired_at.is_null());
    }
    StoreError::stale_if_none(query.exec(db).await?.rows_affected)
}

/// Whether the thing came to an end: the need was closed, the task is over, the day of the meeting is
/// over or the meeting was dropped.
fn has_ended() -> Condition {
    let mut needs = Query::select();
    needs
        .column(("needs", "id"))
        .from("needs")
        .and_where(Expr::col(("needs", "closed_at")).is_not_null());
    let mut tasks = Query::select();
    let over = ENDED_TASKS.iter().map(|stage| stage.word());
    tasks
        .column(("cooperation_tasks", "id"))
        .from("cooperation_tasks")
        .and_where(Expr::col(("cooperation_tasks", "stage")).is_in(over));
    let mut meetings = Query::select();
    let over = ENDED_EVENTS.iter().map(|stage| stage.word());
    meetings
        .column(("meetings", "id"))
        .from("meetings")
        .inner_join(
            "docking_events",
            Expr::col(("docking_events", "id")).equals(("meetings", "event_id")),
        )
        .and_where(Expr::col(("docking_events", "stage")).is_not_in(over));
    Condition::any()
        .add(of_kinds(NEEDS).and(among(needs, "needs", "id")))
        .add(of_kinds(&[AttachedKind::Task]).and(among(tasks, "cooperation_tasks", "id")))
        .add(of_kinds(&[AttachedKind::Meeting]).and(among(meetings, "meetings", "id").not()))
}

/// Says of the files on things that ended that they are kept until `until`, and takes that back where a
/// thing goes on again. Gives how many rows were changed.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn mark(db: &impl ConnectionTrait, until: DateTime<Utc>) -> Result<u64, StoreError> {
    let kept = || {
        Condition::all().add(row::COLUMN.removed_at.is_null()).add(row::COLUMN.expired_at.is_null())
    };
    let ended = row::Entity::update_many()
        .col_expr(row::Column::KeptUntil, Expr::value(until))
        .filter(kept().add(row::COLUMN.kept_until.is_null()).add(has_ended()))
        .exec(db)
        .await?;
    let goes_on = row::Entity::update_many()
        .col_expr(row::Column::KeptUntil, Expr::value(None::<DateTime<Utc>>))
        .filter(kept().add(row::COLUMN.kept_until.is_not_null()).add(has_ended().not()))
        .exec(db)
        .await?;
    Ok(ended.rows_affected + goes_on.rows_affected)
}

/// The first `limit` attachments whose time was over at `now`, by id.
///
/// # Errors
///
/// As [`of_things`].
pub async fn overdue(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Attachment>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::COLUMN.kept_until.lte(now))
        .filter(row::COLUMN.removed_at.is_null())
        .filter(row::COLUMN.expired_at.is_null())
        .order_by_asc(row::COLUMN.id)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(Attachment::try_from).collect()
}

fn columns(attachment: &Attachment) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(attachment.id.to_string()),
        kind: Set(attachment.to.kind().word().to_owned()),
        thing_id: Set(attachment.to.id()),
        place: Set(attachment.place),
        name: Set(attachment.name.clone()),
        file_kind: Set(attachment.kind.word().to_owned()),
        size_bytes: Set(attachment.size_bytes),
        sha256: Set(attachment.sha256.clone()),
        added_by: Set(attachment.added_by.clone()),
        added_at: Set(attachment.added_at),
        kept_until: Set(attachment.kept_until),
        removed_at: Set(attachment.removed_at),
        expired_at: Set(attachment.expired_at),
    }
}

impl TryFrom<row::Model> for Attachment {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("attachments", column);
        let thing = at("thing_id");
        let to = match parse::word(at("kind"), &row.kind, AttachedKind::from_word)? {
            AttachedKind::Need => AttachedTo::Need(parse::value(thing, &row.thing_id)?),
            AttachedKind::NeedAnswer => AttachedTo::NeedAnswer(parse::value(thing, &row.thing_id)?),
            AttachedKind::Task => AttachedTo::Task(parse::value(thing, &row.thing_id)?),
            AttachedKind::Meeting => AttachedTo::Meeting(parse::value(thing, &row.thing_id)?),
        };
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            to,
            place: row.place,
            name: row.name,
            kind: parse::word(at("file_kind"), &row.file_kind, FileKind::from_word)?,
            size_bytes: row.size_bytes,
            sha256: row.sha256,
            added_by: row.added_by,
            added_at: row.added_at,
            kept_until: row.kept_until,
            removed_at: row.removed_at,
            expired_at: row.expired_at,
        })
    }
}
