//! Jobs as rows: asked for in the transaction of the work, leased to one worker at a time, moved to
//! a log when they end.
//!
//! A lease names its worker and ends by the clock, so a worker that dies gives its job back. Every
//! step of a worker names the lease it was given; one that lost it changes nothing.

use chrono::{DateTime, TimeDelta, Utc};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::JobId;
use lianmeng_domain::job::{self, Job, JobKind, JobState};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{LockBehavior, LockType, OnConflict, Query};
use sea_orm::{Condition, ExprTrait, TryInsertResult};

use crate::StoreError;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "jobs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub kind: String,
        pub payload: String,
        pub subject: String,
        pub role: String,
        pub body: Option<String>,
        pub state: String,
        pub attempts: i32,
        pub progress_done: i32,
        pub progress_total: i32,
        pub error: Option<String>,
        pub result: Option<String>,
        pub created_at: DateTimeUtc,
        pub changed_at: DateTimeUtc,
        pub dedup_key: Option<String>,
        pub max_attempts: i32,
        pub run_at: DateTimeUtc,
        pub lease_owner: Option<String>,
        pub lease_until: Option<DateTimeUtc>,
        pub checkpoint: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod log {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "job_log")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub kind: String,
        pub payload: String,
        pub subject: String,
        pub role: String,
        pub body: Option<String>,
        pub state: String,
        pub attempts: i32,
        pub progress_done: i32,
        pub progress_total: i32,
        pub error: Option<String>,
        pub result: Option<String>,
        pub created_at: DateTimeUtc,
        pub changed_at: DateTimeUtc,
        pub at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A job to be done.
#[derive(Debug, Clone, Copy)]
pub struct NewJob<'a> {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// What it works on.
    pub payload: &'a str,
    /// While a job of this kind and key waits or runs, no second one is made.
    pub dedup_key: Option<&'a str>,
    /// Who asks.
    pub actor: &'a Actor,
    /// Not before this moment.
    pub run_at: DateTime<Utc>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// A job in the hands of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// The job.
    pub job: Job,
    /// The worker's word; no two workers share one.
    pub owner: String,
}

/// Asks for a job within the transaction of the work; gives the id of the one that will do it,
/// which is another one if a job of the same kind and key waits or runs already.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn enqueue(db: &impl ConnectionTrait, new: NewJob<'_>) -> Result<JobId, StoreError> {
    let row = row::ActiveModel {
        id: Set(new.id.to_string()),
        kind: Set(new.kind.word().to_owned()),
        payload: Set(new.payload.to_owned()),
        subject: Set(new.actor.subject.clone()),
        role: Set(new.actor.role.word().to_owned()),
        body: Set(new.actor.body.as_ref().map(ToString::to_string)),
        state: Set(JobState::Ready.word().to_owned()),
        attempts: Set(0),
        progress_done: Set(0),
        progress_total: Set(0),
        error: Set(None),
        result: Set(None),
        created_at: Set(new.now),
        changed_at: Set(new.now),
        dedup_key: Set(new.dedup_key.map(ToOwned::to_owned)),
        max_attempts: Set(job::MAX_ATTEMPTS),
        run_at: Set(new.run_at),
        lease_owner: Set(None),
        lease_until: Set(None),
        checkpoint: Set(None),
    };
    let inserted = row::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(db)
        .await?;
    if matches!(inserted, TryInsertResult::Inserted(1)) {
        return Ok(new.id);
    }
    let live = row::Entity::find()
        .filter(row::COLUMN.kind.eq(new.kind.word()))
        .filter(row::COLUMN.dedup_key.eq(new.dedup_key))
        .filter(row::COLUMN.state.ne(JobState::Dead.word()))
        .one(db)
        .await?;
    // It ended between the two statements: the caller tries again.
    let live = live.ok_or(StoreError::Stale)?;
    parse::value(At("jobs", "id"), &live.id)
}

/// Takes the job that waits longest, for `lease`; `None` if none is due. Jobs whose worker let the
/// lease end are due again; one that used up its attempts that way is given up here. `now` must
/// come from a clock that all workers share.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn claim(
    db: &impl ConnectionTrait,
    owner: &str,
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<Option<Leased>, StoreError> {
    // One that ends later than a lease can was given before the clock was set back.
    let is_over = Condition::any()
        .add(row::COLUMN.lease_until.lt(now))
        .add(row::COLUMN.lease_until.gt(now + lease * 2));
    let ended = Condition::all().add(row::COLUMN.state.eq(JobState::Running.word())).add(is_over);
    // What is to be done at once is due whatever the clock of its asker said.
    let is_time = Condition::any()
        .add(row::COLUMN.run_at.lte(now))
        .add(Expr::col(row::Column::RunAt).eq(Expr::col(row::Column::CreatedAt)));
    let waiting = Condition::all().add(row::COLUMN.state.eq(JobState::Ready.word())).add(is_time);
    let is_due = Condition::any().add(waiting).add(ended.clone());
    // A worker with nothing to do only reads.
    if row::Entity::find().filter(is_due.clone()).one(db).await?.is_none() {
        return Ok(None);
    }
    let used_up = Expr::col(row::Column::Attempts).gte(Expr::col(row::Column::MaxAttempts));
    row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(JobState::Dead.word()))
        .col_expr(row::Column::ChangedAt, Expr::value(now))
        .col_expr(row::Column::Error, Expr::value("every worker that took it stopped"))
        .filter(ended)
        .filter(used_up)
        .exec(db)
        .await?;
    let due = Query::select()
        .column(row::Column::Id)
        .from(row::Entity)
        .cond_where(is_due)
        .order_by(row::Column::RunAt, sea_orm::Order::Asc)
        .order_by(row::Column::Id, sea_orm::Order::Asc)
        .limit(1)
        // SQLite has one writer at a time and leaves this out.
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    let taken = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(JobState::Running.word()))
        .col_expr(row::Column::Attempts, Expr::col(row::Column::Attempts).add(1))
        .col_expr(row::Column::LeaseOwner, Expr::value(owner))
        .col_expr(row::Column::LeaseUntil, Expr::value(now + lease))
        .col_expr(row::Column::ChangedAt, Expr::value(now))
        // Compared, not looked up: so PostgreSQL runs the inner query once.
        .filter(Expr::col(row::Column::Id).eq(Expr::SubQuery(None, Box::new(due.into()))))
        .exec_with_returning(db)
        .await?;
    let job = taken.into_iter().next().map(read).transpose()?;
    Ok(job.map(|job| Leased { job, owner: owner.to_owned() }))
}

/// How a running job gets on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Parts done.
    pub done: i32,
    /// Parts there are.
    pub total: i32,
    /// Where the next attempt may go on.
    pub checkpoint: Option<String>,
}

/// Keeps the lease until `until` and saves how far the job got, if given.
///
/// # Errors
///
/// [`StoreError::Stale`] if the lease was lost: stop working.
pub async fn renew(
    db: &impl ConnectionTrait,
    leased: &Leased,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
    progress: Option<&Progress>,
) -> Result<(), StoreError> {
    let mut update = row::Entity::update_many()
        .col_expr(row::Column::LeaseUntil, Expr::value(until))
        .filter(held(leased));
    if let Some(progress) = progress {
        update = update
            .col_expr(row::Column::ProgressDone, Expr::value(progress.done))
            .col_expr(row::Column::ProgressTotal, Expr::value(progress.total))
            .col_expr(row::Column::Checkpoint, Expr::value(progress.checkpoint.clone()))
            .col_expr(row::Column::ChangedAt, Expr::value(now));
    }
    StoreError::stale_if_none(update.exec(db).await?.rows_affected)
}

/// Gives the job back, to be tried again at `run_at`.
///
/// # Errors
///
/// [`StoreError::Stale`] if the lease was lost.
pub async fn put_back(
    db: &impl ConnectionTrait,
    leased: &Leased,
    error: &str,
    (now, run_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), StoreError> {
    let is_last = leased.job.attempts >= leased.job.max_attempts;
    let state = if is_last { JobState::Dead } else { JobState::Ready };
    let done = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(state.word()))
        .col_expr(row::Column::Error, Expr::value(error))
        .col_expr(row::Column::RunAt, Expr::value(run_at))
        .col_expr(row::Column::ChangedAt, Expr::value(now))
        .col_expr(row::Column::LeaseOwner, Expr::value(None::<String>))
        .filter(held(leased))
        .exec(db)
        .await?;
    StoreError::stale_if_none(done.rows_affected)
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Done; may leave a wire id.
    Done(Option<String>),
    /// Refused, with what its asker is told.
    Failed(String),
}

/// Moves a job that ended to the log. Call it in a transaction: two tables change.
///
/// # Errors
///
/// [`StoreError::Stale`] if the lease was lost; nothing must be saved then.
pub async fn finish(
    db: &impl ConnectionTrait,
    leased: &Leased,
    end: End,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let gone = row::Entity::delete_many().filter(held(leased)).exec_with_returning(db).await?;
    let row = gone.into_iter().next().ok_or(StoreError::Stale)?;
    let (state, result, error) = match end {
        End::Done(result) => (JobState::Done, result, None),
        End::Failed(error) => (JobState::Failed, None, Some(error)),
    };
    let is_done = state == JobState::Done;
    let ended = log::ActiveModel {
        id: Set(row.id),
        kind: Set(row.kind),
        payload: Set(row.payload),
        subject: Set(row.subject),
        role: Set(row.role),
        body: Set(row.body),
        state: Set(state.word().to_owned()),
        attempts: Set(row.attempts),
        progress_done: Set(if is_done { row.progress_total } else { row.progress_done }),
        progress_total: Set(row.progress_total),
        error: Set(error),
        result: Set(result),
        created_at: Set(row.created_at),
        changed_at: Set(now),
        at: Set(now),
    };
    log::Entity::insert(ended).exec_without_returning(db).await?;
    Ok(())
}

/// Puts a dead job back with all its attempts; false if it is not dead.
///
/// # Errors
///
/// [`StoreError::Conflict`] if another job of the same kind and key waits or runs.
pub async fn requeue(
    db: &impl ConnectionTrait,
    id: JobId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(JobState::Ready.word()))
        .col_expr(row::Column::Attempts, Expr::value(0))
        .col_expr(row::Column::RunAt, Expr::col(row::Column::CreatedAt))
        .col_expr(row::Column::ChangedAt, Expr::value(now))
        .filter(row::COLUMN.id.eq(id.to_string()))
        .filter(row::COLUMN.state.eq(JobState::Dead.word()))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// The job with this id, if `viewer` sees it: those of others only with
/// [`may_keep_all`](job::may_keep_all).
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn find(
    db: &impl ConnectionTrait,
    viewer: &Actor,
    id: JobId,
) -> Result<Option<Job>, StoreError> {
    let id = id.to_string();
    let live = row::Entity::find_by_id(id.clone()).filter(seen_by(viewer)).one(db).await?;
    if let Some(live) = live {
        return read(live).map(Some);
    }
    let mut ended = log::Entity::find().filter(log::COLUMN.id.eq(id));
    if !job::may_keep_all(viewer) {
        ended = ended.filter(log::COLUMN.subject.eq(viewer.subject.as_str()));
    }
    ended.one(db).await?.map(read_log).transpose()
}

/// Jobs that wait, run or were given up, newest first; those `viewer` sees.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn page(
    db: &impl ConnectionTrait,
    viewer: &Actor,
    state: Option<JobState>,
    window: Window<JobId>,
) -> Result<Vec<Job>, StoreError> {
    let mut rows = row::Entity::find().filter(seen_by(viewer));
    if let Some(state) = state {
        rows = rows.filter(row::COLUMN.state.eq(state.word()));
    }
    let rows = page::by_id(rows, (row::Column::Id, Way::Down), window).all(db).await?;
    rows.into_iter().map(read).collect()
}

fn seen_by(viewer: &Actor) -> Condition {
    let own = row::COLUMN.subject.eq(viewer.subject.as_str());
    if job::may_keep_all(viewer) { Condition::all() } else { Condition::all().add(own) }
}

fn held(leased: &Leased) -> Condition {
    Condition::all()
        .add(row::COLUMN.id.eq(leased.job.id.to_string()))
        .add(row::COLUMN.state.eq(JobState::Running.word()))
        .add(row::COLUMN.lease_owner.eq(leased.owner.as_str()))
        .add(row::COLUMN.attempts.eq(leased.job.attempts))
}

fn actor(subject: String, role: &str, body: Option<&str>) -> Result<Actor, StoreError> {
    let role = parse::word(At("jobs", "role"), role, Role::from_word)?;
    let body = parse::value_opt(At("jobs", "body"), body)?;
    Ok(Actor { subject, role, body })
}

fn read(row: row::Model) -> Result<Job, StoreError> {
    Ok(Job {
        id: parse::value(At("jobs", "id"), &row.id)?,
        kind: parse::word(At("jobs", "kind"), &row.kind, JobKind::from_word)?,
        payload: row.payload,
        actor: actor(row.subject, &row.role, row.body.as_deref())?,
        state: parse::word(At("jobs", "state"), &row.state, JobState::from_word)?,
        attempts: row.attempts,
        max_attempts: row.max_attempts,
        progress_done: row.progress_done,
        progress_total: row.progress_total,
        checkpoint: row.checkpoint,
        error: row.error,
        result: row.result,
        created_at: row.created_at,
        changed_at: row.changed_at,
    })
}

fn read_log(row: log::Model) -> Result<Job, StoreError> {
    Ok(Job {
        id: parse::value(At("job_log", "id"), &row.id)?,
        kind: parse::word(At("job_log", "kind"), &row.kind, JobKind::from_word)?,
        payload: row.payload,
        actor: actor(row.subject, &row.role, row.body.as_deref())?,
        state: parse::word(At("job_log", "state"), &row.state, JobState::from_word)?,
        attempts: row.attempts,
        max_attempts: row.attempts,
        progress_done: row.progress_done,
        progress_total: row.progress_total,
        checkpoint: None,
        error: row.error,
        result: row.result,
        created_at: row.created_at,
        changed_at: row.changed_at,
    })
}

#[cfg(test)]
mod tests;
