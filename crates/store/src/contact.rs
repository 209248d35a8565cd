//! Contacts, and who reads them in full: the one place where that is decided.
//!
//! Whoever is not among them gets the mask; what it hides never leaves this module.

use lianmeng_domain::committee::Member;
use lianmeng_domain::contact::{self as rules, Contact, SeenContact};
use lianmeng_domain::ids::{ChainCommitteeId, ContactId, EnterpriseId, OrganisationId};
use lianmeng_domain::pairing::PairingStage;
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::suggestion::SuggestionStage;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{Condition, ExprTrait as _, FromQueryResult, QueryOrder as _, QuerySelect as _};

use crate::audit::trace::{self, Diff};
use crate::eyes::Eyes;
use crate::parse::{self, At};
use crate::{StoreError, need, sight, visible};

#[cfg(test)]
mod tests;

/// The table `contacts`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "contacts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub enterprise_id: Option<String>,
        pub organisation_id: Option<String>,
        pub name: String,
        pub title: String,
        pub phone: String,
        pub email: String,
        pub note: String,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Debug, FromQueryResult)]
struct SeenRow {
    #[sea_orm(nested)]
    row: row::Model,
    is_full: i32,
}

/// Whose contacts: a condition on the enterprise and one on the organisation they hang on.
fn of(enterprises: SelectStatement, organisations: SelectStatement) -> Condition {
    Condition::any()
        .add(row::COLUMN.enterprise_id.in_subquery(enterprises))
        .add(row::COLUMN.organisation_id.in_subquery(organisations))
}

/// Contacts that a caller who reads `reads` reads in full; everyone else gets the mask.
///
/// A mutual match or a shared meeting opens the contacts of both sides to each other, and of nobody
/// else: head offices and committees do not share in it.
fn full(reads: &Visibility) -> Condition {
    let of_enterprises = |ids| Condition::any().add(row::COLUMN.enterprise_id.in_subquery(ids));
    match reads {
        Visibility::All => sight::always(),
        Visibility::Committee(id) => of(visible::on_chain_of(*id), seated(*id)),
        Visibility::Region(code) => guests("region_code", code.to_string()),
        Visibility::Zone(id) => guests("zone_id", id.to_string()),
        Visibility::Group(head) => of_enterprises(visible::group(*head)),
        Visibility::Enterprise(id) => {
            met(Member::Enterprise(*id)).add(row::COLUMN.enterprise_id.eq(id.to_string()))
        }
        Visibility::Organisation(id) => {
            let mut clients = Query::select();
            clients
                .column(("needs", "enterprise_id"))
                .from("needs")
                .and_where(Expr::col(("needs", "id")).in_subquery(need::readable(reads)));
            met(Member::Organisation(*id))
                .add(row::COLUMN.organisation_id.eq(id.to_string()))
                .add(of_enterprises(clients))
        }
        Visibility::Published | Visibility::Nothing => sight::never(),
    }
}

/// Organisations with a seat on the committee.
fn seated(committee: ChainCommitteeId) -> SelectStatement {
    let mut query = Query::select();
    query
        .column(("seats", "organisation_id"))
        .from("seats")
        .and_where(Expr::col(("seats", "committee_id")).eq(committee.to_string()));
    query
}

/// Guests of the events that the place in `column` hosts: whoever meets somebody by the timetable that
/// is published now. Naming a guest opens nothing.
fn guests(column: &'static str, place: String) -> Condition {
    let those = |theirs: &'static str, side: &'static str| {
        let mut query = timetabled(theirs, side);
        query
            .inner_join(
                "event_hosts",
                Expr::col(("event_hosts", "event_id")).equals(("event_version_rows", "event_id")),
            )
            .and_where(Expr::col(("event_hosts", column)).eq(place.clone()));
        query
    };
    let way = |side| of(those("enterprise_id", side), those("organisation_id", side));
    Condition::any().add(way("first_id")).add(way("second_id"))
}

/// The column `theirs` of the participants on one side of the meetings of published timetables.
fn timetabled(theirs: &'static str, side: &'static str) -> SelectStatement {
    let mut query = Query::select();
    query
        .column(("participants", theirs))
        .from("event_version_rows")
        .inner_join(
            "docking_events",
            Expr::col(("docking_events", "id")).equals(("event_version_rows", "event_id")).and(
                Expr::col(("docking_events", "published")).equals(("event_version_rows", "number")),
            ),
        )
        .inner_join(
            "participants",
            Expr::col(("participants", "id")).equals(("event_version_rows", side)),
        );
    query
}

/// Those with whom `member` has a mutual match or shares a meeting of a published timetable.
fn met(member: Member) -> Condition {
    Condition::any().add(paired(member)).add(matched(member)).add(meets(member))
}

/// The columns of a side, and its id.
fn side(member: Member) -> (&'static str, String) {
    match member {
        Member::Enterprise(id) => ("enterprise", id.to_string()),
        Member::Organisation(id) => ("organisation", id.to_string()),
    }
}

/// Of `table`, the other side's column where ours holds `id`.
fn others(
    table: &'static str,
    other: &'static str,
    ours: &'static str,
    id: &str,
) -> SelectStatement {
    let mut query = Query::select();
    query
        .column((table, other))
        .from(table)
        .and_where(Expr::col((table, ours)).eq(id))
        .and_where(Expr::col((table, other)).is_not_null());
    query
}

/// The other sides of pairings that both keep.
fn paired(member: Member) -> Condition {
    let (kind, id) = side(member);
    let (a, b) = match kind {
        "enterprise" => ("enterprise_a", "enterprise_b"),
        _ => ("organisation_a", "organisation_b"),
    };
    let kept = |other, ours| {
        let mut query = others("pairings", other, ours, &id);
        query.and_where(Expr::col(("pairings", "stage")).ne(PairingStage::Ended.word()));
        query
    };
    Condition::any()
        .add(of(kept("enterprise_b", a), kept("organisation_b", a)))
        .add(of(kept("enterprise_a", b), kept("organisation_a", b)))
}

/// The other sides of suggestions that both accepted, unless the pairing it became has ended.
fn matched(member: Member) -> Condition {
    let (kind, id) = side(member);
    let agreed = |other, ours| {
        let stages = [SuggestionStage::Mutual, SuggestionStage::Paired];
        let mut ended = Query::select();
        ended
            .column(("pairings", "suggestion_id"))
            .from("pairings")
            .and_where(Expr::col(("pairings", "suggestion_id")).is_not_null())
            .and_where(Expr::col(("pairings", "stage")).eq(PairingStage::Ended.word()));
        let mut query = others("suggestions", other, ours, &id);
        query
            .and_where(Expr::col(("suggestions", "stage")).is_in(stages.map(SuggestionStage::word)))
            .and_where(Expr::col(("suggestions", "id")).not_in_subquery(ended));
        query
    };
    if kind == "enterprise" {
        of(agreed("enterprise_b", "enterprise_a"), agreed("organisation_b", "enterprise_a"))
            .add(row::COLUMN.enterprise_id.in_subquery(agreed("enterprise_a", "enterprise_b")))
    } else {
        Condition::any()
            .add(row::COLUMN.enterprise_id.in_subquery(agreed("enterprise_a", "organisation_b")))
    }
}

/// Those whom `member` meets by the timetable that is published now.
fn meets(member: Member) -> Condition {
    let (kind, id) = side(member);
    let ours = if kind == "enterprise" { "enterprise_id" } else { "organisation_id" };
    let those = |theirs: &'static str, mine: &'static str, other: &'static str| {
        let mut me = Query::select();
        me.column(("participants", "id"))
            .from("participants")
            .and_where(Expr::col(("participants", ours)).eq(id.clone()));
        let mut query = timetabled(theirs, other);
        query.and_where(Expr::col(("event_version_rows", mine)).in_subquery(me));
        query
    };
    let way = |mine, other| {
        of(those("enterprise_id", mine, other), those("organisation_id", mine, other))
    };
    Condition::any().add(way("first_id", "second_id")).add(way("second_id", "first_id"))
}

async fn read(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    query: Select<row::Entity>,
) -> Result<Vec<SeenContact>, StoreError> {
    if *eyes.sees == Visibility::Nothing {
        return Ok(Vec::new());
    }
    let rows = query
        .expr_as(sight::as_number(full(eyes.reads)), "is_full")
        .order_by_asc(row::COLUMN.id)
        .into_model::<SeenRow>()
        .all(db)
        .await?;
    let seen = |row: SeenRow| Ok(SeenContact::new(Contact::try_from(row.row)?, row.is_full != 0));
    rows.into_iter().map(seen).collect()
}

/// The contacts of each of `enterprises` as the caller reads them, oldest first. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_enterprises(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    enterprises: &[EnterpriseId],
) -> Result<Vec<SeenContact>, StoreError> {
    let theirs = parse::among(db, row::Column::EnterpriseId, enterprises);
    read(db, eyes, row::Entity::find().filter(theirs)).await
}

/// The contacts of each of `organisations` as the caller reads them, oldest first. One statement.
///
/// # Errors
///
/// As [`of_enterprises`].
pub async fn of_organisations(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    organisations: &[OrganisationId],
) -> Result<Vec<SeenContact>, StoreError> {
    let theirs = parse::among(db, row::Column::OrganisationId, organisations);
    read(db, eyes, row::Entity::find().filter(theirs)).await
}

/// One contact as the caller reads it.
///
/// # Errors
///
/// As [`of_enterprises`].
pub async fn find(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    id: ContactId,
) -> Result<Option<SeenContact>, StoreError> {
    let query = row::Entity::find().filter(row::COLUMN.id.eq(id.to_string()));
    Ok(read(db, eyes, query).await?.pop())
}

/// Whether `owner` is on the chain of `committee`, or has a seat on it.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn is_of_committee(
    db: &impl ConnectionTrait,
    committee: ChainCommitteeId,
    owner: Member,
) -> Result<bool, StoreError> {
    let mut query = match owner {
        Member::Enterprise(id) => {
            let mut query = visible::on_chain_of(committee);
            query.and_where(Expr::col(("placements", "enterprise_id")).eq(id.to_string()));
            query
        }
        Member::Organisation(id) => {
            let mut query = seated(committee);
            query.and_where(Expr::col(("seats", "organisation_id")).eq(id.to_string()));
            query
        }
    };
    query.limit(1);
    Ok(db.query_one(&query).await?.is_some())
}

/// How many contacts `owner` has.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(db: &impl ConnectionTrait, owner: Member) -> Result<u64, StoreError> {
    let column = match owner {
        Member::Enterprise(id) => row::COLUMN.enterprise_id.eq(id.to_string()),
        Member::Organisation(id) => row::COLUMN.organisation_id.eq(id.to_string()),
    };
    Ok(row::Entity::find().filter(column).count(db).await?)
}

/// What a change did to a contact, for the audit log: masked, for whoever reads the log does not read
/// contacts in full.
pub fn diff(before: Option<&Contact>, after: &Contact) -> Diff {
    let masked = |contact: &Contact| columns(&rules::masked(contact));
    trace::diff(before.map(masked).as_ref(), Some(&masked(after)))
}

/// Adds `contact`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its owner does not exist.
pub async fn insert(db: &impl ConnectionTrait, contact: &Contact) -> Result<(), StoreError> {
    row::Entity::insert(columns(contact)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `contact` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `contact.version`.
pub async fn save(db: &impl ConnectionTrait, contact: &Contact) -> Result<(), StoreError> {
    let columns =
        row::ActiveModel { id: NotSet, version: Set(contact.version + 1), ..columns(contact) };
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(contact.id.to_string()))
        .filter(row::COLUMN.version.eq(contact.version))
        .exec(db)
        .await?;
    if saved.rows_affected == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

/// Removes a contact; gives whether it was there.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn remove(db: &impl ConnectionTrait, id: ContactId) -> Result<bool, StoreError> {
    Ok(row::Entity::delete_by_id(id.to_string()).exec(db).await?.rows_affected == 1)
}

fn columns(contact: &Contact) -> row::ActiveModel {
    let (enterprise_id, organisation_id) = parse::member_columns(contact.owner);
    row::ActiveModel {
        id: Set(contact.id.to_string()),
        enterprise_id: Set(enterprise_id),
        organisation_id: Set(organisation_id),
        name: Set(contact.name.clone()),
        title: Set(contact.title.clone()),
        phone: Set(contact.phone.clone()),
        email: Set(contact.email.clone()),
        note: Set(contact.note.clone()),
        version: Set(contact.version),
    }
}

impl TryFrom<row::Model> for Contact {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        const TABLE: &str = "contacts";
        Ok(Self {
            id: parse::value(At(TABLE, "id"), &row.id)?,
            owner: parse::member(
                TABLE,
                row.enterprise_id.as_deref(),
                row.organisation_id.as_deref(),
            )?,
            name: row.name,
            title: row.title,
            phone: row.phone,
            email: row.email,
            note: row.note,
            version: row.version,
        })
    }
}
