//! Who met whom at events, for engines that learn from it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use lianmeng_domain::committee::Member;
use lianmeng_domain::event::EventStage;
use lianmeng_domain::ids::{EnterpriseId, MeetingId};
use lianmeng_domain::meeting_result::MeetingResult;
use lianmeng_domain::policy::Visibility;
use sea_orm::sea_query::{Expr, JoinType, Order, Query, SelectStatement};
use sea_orm::{Condition, ConnectionTrait, ExprTrait as _, FromQueryResult};

use super::of_meetings;
use crate::meeting::{self, participant};
use crate::parse::{self, At};
use crate::{StoreError, event, sight};

/// A meeting of a published timetable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastMeeting {
    /// Which.
    pub meeting: MeetingId,
    /// The day of its event.
    pub held_on: NaiveDate,
    /// Who meets; the participant with the lower id first.
    pub first: Member,
    /// The other.
    pub second: Member,
    /// Everything said of it, at most three.
    pub results: Vec<MeetingResult>,
}

/// The newest meetings of `enterprise`, newest first, at most `limit`. Two statements.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_enterprise(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
    limit: u64,
) -> Result<Vec<PastMeeting>, StoreError> {
    let own = |side| Expr::col((side, "enterprise_id")).eq(enterprise.to_string());
    read(db, Condition::any().add(own("one")).add(own("other")), limit).await
}

/// The newest meetings of which somebody said something, newest first, at most `limit`. Two statements.
///
/// # Errors
///
/// As [`of_enterprise`].
pub async fn reported(
    db: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<PastMeeting>, StoreError> {
    let mut said = Query::select();
    said.column(super::row::Column::MeetingId).from(super::row::Entity);
    let is_said = Expr::col(("meetings", "id")).in_subquery(said);
    read(db, Condition::all().add(is_said), limit).await
}

#[derive(FromQueryResult)]
struct Row {
    id: String,
    held_on: NaiveDate,
    one_enterprise: Option<String>,
    one_organisation: Option<String>,
    other_enterprise: Option<String>,
    other_organisation: Option<String>,
}

fn statement(which: Condition, limit: u64) -> SelectStatement {
    let published = EventStage::ALL.iter().filter(|stage| stage.is_published());
    let published = published.map(|stage| stage.word());
    let mut query = Query::select();
    query
        .column(("meetings", "id"))
        .column(("docking_events", "held_on"))
        .expr_as(Expr::col(("one", "enterprise_id")), "one_enterprise")
        .expr_as(Expr::col(("one", "organisation_id")), "one_organisation")
        .expr_as(Expr::col(("other", "enterprise_id")), "other_enterprise")
        .expr_as(Expr::col(("other", "organisation_id")), "other_organisation")
        .from(meeting::row::Entity)
        .inner_join(
            event::row::Entity,
            Expr::col(("docking_events", "id")).equals(("meetings", "event_id")),
        )
        .and_where(Expr::col(("meetings", "slot")).is_not_null())
        .and_where(Expr::col(("docking_events", "stage")).is_in(published))
        .cond_where(which)
        .order_by(("meetings", "id"), Order::Desc)
        .limit(limit);
    for (name, column) in [("one", "first_id"), ("other", "second_id")] {
        query.join_as(
            JoinType::InnerJoin,
            participant::row::Entity,
            name,
            Expr::col((name, "id")).equals(("meetings", column)),
        );
    }
    query
}

async fn read(
    db: &impl ConnectionTrait,
    which: Condition,
    limit: u64,
) -> Result<Vec<PastMeeting>, StoreError> {
    let statement = db.get_database_backend().build(&statement(which, limit));
    let rows = Row::find_by_statement(statement).all(db).await?;
    let at = |column| At("participants", column);
    let member = |enterprise: Option<&str>, organisation: Option<&str>| {
        sight::member((at("enterprise_id"), enterprise), (at("organisation_id"), organisation))
    };
    let mut meetings = Vec::with_capacity(rows.len());
    for row in rows {
        meetings.push(PastMeeting {
            meeting: parse::value(At("meetings", "id"), &row.id)?,
            held_on: row.held_on,
            first: member(row.one_enterprise.as_deref(), row.one_organisation.as_deref())?,
            second: member(row.other_enterprise.as_deref(), row.other_organisation.as_deref())?,
            results: Vec::new(),
        });
    }
    let ids: Vec<MeetingId> = meetings.iter().map(|one| one.meeting).collect();
    let mut said: BTreeMap<MeetingId, Vec<MeetingResult>> = BTreeMap::new();
    for one in of_meetings(db, &Visibility::All, &ids).await? {
        said.entry(one.meeting).or_default().push(one);
    }
    for one in &mut meetings {
        one.results = said.remove(&one.meeting).unwrap_or_default();
    }
    Ok(meetings)
}
