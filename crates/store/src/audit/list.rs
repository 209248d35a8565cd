//! The log as people read it: changes and reads in one list, newest first.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use lianmeng_domain::audit::AuditSight;
use lianmeng_domain::ids::{AuditId, EnterpriseId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{IntoColumnRef, Query, SelectStatement};
use sea_orm::{Condition, ExprTrait as _};

use super::read::{self, Things, thing};
use super::row;
use super::trace::Told;
use crate::page::{self, End, Way, Window};
use crate::parse::{self, At};
use crate::{StoreError, sight};

/// What the action of a read is called.
pub const READ: &str = "Read";

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: DateTime<Utc>,
    /// Number of the change, or of the read among reads.
    pub seq: Option<i64>,
    /// Who; `None` for those who read it by role alone.
    pub subject: Option<String>,
    /// As what.
    pub role: String,
    /// For whom.
    pub body: Option<String>,
    /// What was done: a command's name, or [`READ`].
    pub action: String,
    /// To what; for reads with the fields that were read.
    pub things: Things,
    /// From where, and what was changed; empty for those who read it by role alone.
    pub told: Told,
    /// Whether the personal part was erased.
    pub is_erased: bool,
}

/// Which lines are wanted; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Of this thing, by tag and id.
    pub thing: Option<String>,
    /// By this subject; finds nothing for those who may not read who it was.
    pub subject: Option<String>,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
}

/// A page of the log, newest first. Two statements; three for those who see a part.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sight: AuditSight,
    filter: &EntryFilter,
    window: Window<AuditId>,
) -> Result<Vec<Entry>, StoreError> {
    if sight == AuditSight::Nothing {
        return Ok(Vec::new());
    }
    let (end, limit) = (window.end, window.limit);
    let changes = row::Entity::find().filter(of_changes(sight, filter));
    let reads = read::row::Entity::find().filter(of_reads(sight, filter));
    let changes = page::by_id(changes, (row::Column::Id, Way::Down), window.clone());
    let reads = page::by_id(reads, (read::row::Column::Id, Way::Down), window);
    let written = changes.query.all(db).await?.into_iter().map(change);
    let seen = reads.query.all(db).await?.into_iter().map(a_read);
    let mut all = written.chain(seen).collect::<Result<Vec<_>, _>>()?;
    all.sort_by_key(|entry| Reverse(entry.id));
    // Of both lists together, no more than of each from the same end.
    let many = usize::try_from(limit).unwrap_or(usize::MAX);
    match end {
        End::First => all.truncate(many),
        End::Last => drop(all.drain(..all.len().saturating_sub(many))),
    }
    match sight {
        AuditSight::Own(owner) => only_own(db, owner, all).await,
        AuditSight::All | AuditSight::Nothing => Ok(all),
    }
}

/// Things of an enterprise that the log names: itself, its needs, offers, contacts, and those it sends
/// to events.
fn own(column: impl IntoColumnRef + Clone, owner: EnterpriseId) -> Condition {
    let of = |table: &'static str, tag: &str| -> SelectStatement {
        let mut ids = Query::select();
        ids.expr(Expr::cust(format!("'{tag}:' || id")))
            .from(table)
            .and_where(Expr::col("enterprise_id").eq(owner.to_string()));
        ids
    };
    let mut sent = Query::select();
    sent.expr(Expr::cust("'guest_person:' || guest_people.id"))
        .from("guest_people")
        .inner_join("guests", Expr::col(("guests", "id")).equals(("guest_people", "guest_id")))
        .and_where(Expr::col(("guests", "enterprise_id")).eq(owner.to_string()));
    Condition::any()
        .add(Expr::col(column.clone()).in_subquery(sent))
        .add(Expr::col(column.clone()).eq(format!("enterprise:{owner}")))
        .add(Expr::col(column.clone()).in_subquery(of("needs", "need")))
        .add(Expr::col(column.clone()).in_subquery(of("offers", "offer")))
        .add(Expr::col(column).in_subquery(of("contacts", "contact")))
}

fn of_changes(sight: AuditSight, filter: &EntryFilter) -> Condition {
    let all = Condition::all()
        .add_option(filter.thing.as_ref().map(|thing| row::COLUMN.thing.eq(thing)))
        .add_option(filter.subject.as_ref().map(|subject| row::COLUMN.subject.eq(subject)))
        .add_option(filter.from.map(|from| row::COLUMN.at.gte(from)))
        .add_option(filter.until.map(|until| row::COLUMN.at.lt(until)));
    match sight {
        AuditSight::All => all,
        AuditSight::Own(owner) => all.add(own(row::Column::Thing, owner)).add(named(filter)),
        AuditSight::Nothing => sight::never(),
    }
}

fn of_reads(sight: AuditSight, filter: &EntryFilter) -> Condition {
    let all = Condition::all()
        .add_option(filter.subject.as_ref().map(|subject| read::row::COLUMN.subject.eq(subject)))
        .add_option(filter.from.map(|from| read::row::COLUMN.at.gte(from)))
        .add_option(filter.until.map(|until| read::row::COLUMN.at.lt(until)));
    let mut seen = Query::select();
    seen.column("read_id").from("audit_read_things");
    if let Some(thing) = &filter.thing {
        seen.and_where(Expr::col("thing").eq(thing));
    }
    match sight {
        AuditSight::All if filter.thing.is_none() => all,
        AuditSight::All => all.add(read::row::COLUMN.id.in_subquery(seen)),
        AuditSight::Own(owner) => {
            seen.cond_where(own("thing", owner));
            all.add(read::row::COLUMN.id.in_subquery(seen)).add(named(filter))
        }
        AuditSight::Nothing => sight::never(),
    }
}

/// Nothing if a subject is named: who sees roles only must not learn names by asking for them.
fn named(filter: &EntryFilter) -> Condition {
    if filter.subject.is_some() { sight::never() } else { sight::always() }
}

/// Leaves only things of `owner` in the lines, and who did it by role and body.
async fn only_own(
    db: &impl ConnectionTrait,
    owner: EnterpriseId,
    mut entries: Vec<Entry>,
) -> Result<Vec<Entry>, StoreError> {
    let reads = entries.iter().filter(|entry| entry.action == READ);
    let ids: Vec<String> = reads.map(|entry| entry.id.to_string()).collect();
    let theirs = thing::Entity::find()
        .filter(parse::among(db, thing::Column::ReadId, ids))
        .filter(own(thing::Column::Thing, owner))
        .all(db)
        .await?;
    let mut theirs: Vec<(String, String)> =
        theirs.into_iter().map(|row| (row.read_id, row.thing)).collect();
    theirs.sort();
    for entry in &mut entries {
        let id = entry.id.to_string();
        if entry.action == READ {
            entry
                .things
                .retain(|thing, _| theirs.binary_search(&(id.clone(), thing.clone())).is_ok());
        }
        entry.subject = None;
        entry.told = Told::default();
    }
    Ok(entries)
}

fn change(row: row::Model) -> Result<Entry, StoreError> {
    Ok(Entry {
        id: parse::value(At("audit_rows", "id"), &row.id)?,
        at: row.at,
        seq: row.seq,
        subject: Some(row.subject),
        role: row.role,
        body: row.body,
        action: row.action,
        things: Things::from([(row.thing, BTreeSet::new())]),
        told: Told::read(row.detail.as_deref()),
        is_erased: row.digest.is_some() && row.detail.is_none(),
    })
}

fn a_read(row: read::row::Model) -> Result<Entry, StoreError> {
    Ok(Entry {
        id: parse::value(At("audit_reads", "id"), &row.id)?,
        at: row.at,
        seq: Some(row.seq),
        things: read::things(&row)?,
        subject: Some(row.subject),
        role: row.role,
        body: row.body,
        action: READ.to_owned(),
        told: Told::read(row.detail.as_deref()),
        is_erased: row.detail.is_none(),
    })
}
