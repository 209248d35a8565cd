//! Which events, participants, meetings and published rows a caller sees.
//!
//! Coordinators and auditors see everything, secretaries the events of their committee, hosts those
//! they host. Everyone else sees an event once a version is published, they are invited, or take
//! part in it and may ask for meetings: title, day and place; of the timetable only the rows in which they themselves meet somebody.

use lianmeng_domain::policy::Visibility;
use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement, UnionType};

use crate::{guest, request, visible};

/// Events whose existence the caller sees.
pub(crate) fn events(sees: &Visibility) -> Condition {
    let id = || Expr::col(("docking_events", "id"));
    match sees {
        Visibility::All => Condition::all(),
        Visibility::Nothing => nothing(),
        Visibility::Committee(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Group(_)
        | Visibility::Enterprise(_)
        | Visibility::Organisation(_)
        | Visibility::Published => Condition::any()
            .add(Expr::col(("docking_events", "published")).is_not_null())
            .add_option(guest::invited(sees).map(|invited| id().in_subquery(invited)))
            .add_option(own(sees).map(|own| id().in_subquery(request::open_to(own))))
            .add_option(request::concerned(sees).map(|asked| id().in_subquery(asked)))
            .add(managed(sees)),
    }
}

/// Events whose unpublished timetable the caller sees; as `event::sees_all` of the domain.
fn managed(sees: &Visibility) -> Condition {
    let hosted = |column, value: String| {
        let mut query = Query::select();
        query
            .column(("event_hosts", "event_id"))
            .from("event_hosts")
            .and_where(Expr::col(("event_hosts", column)).eq(value));
        Condition::all().add(Expr::col(("docking_events", "id")).in_subquery(query))
    };
    match sees {
        Visibility::All => Condition::all(),
        Visibility::Committee(id) => {
            Condition::all().add(Expr::col(("docking_events", "committee_id")).eq(id.to_string()))
        }
        Visibility::Region(code) => hosted("region_code", code.to_string()),
        Visibility::Zone(id) => hosted("zone_id", id.to_string()),
        Visibility::Group(_)
        | Visibility::Enterprise(_)
        | Visibility::Organisation(_)
        | Visibility::Published
        | Visibility::Nothing => nothing(),
    }
}

/// Participants the caller sees: all of a managed event; of a published one itself and those it
/// meets.
pub(crate) fn participants(sees: &Visibility) -> Condition {
    let id = || Expr::col(("participants", "id"));
    match own(sees) {
        Some(own) => Condition::all()
            .add(Expr::col(("participants", "event_id")).in_subquery(published()))
            .add(
                Condition::any()
                    .add(id().in_subquery(own.clone()))
                    .add(id().in_subquery(partners(own))),
            ),
        None => of_managed(sees, "participants"),
    }
}

/// Meetings of the unpublished timetable the caller sees: all of a managed event, none else.
pub(crate) fn meetings(sees: &Visibility) -> Condition {
    of_managed(sees, "meetings")
}

/// Published versions the caller sees: those of the events it sees.
pub(crate) fn versions(sees: &Visibility) -> Condition {
    let mut query = Query::select();
    query.column(("docking_events", "id")).from("docking_events").cond_where(events(sees));
    Condition::all().add(Expr::col(("event_versions", "event_id")).in_subquery(query))
}

/// Precedences the caller sees: all of a managed event, none else.
pub(crate) fn precedences(sees: &Visibility) -> Condition {
    of_managed(sees, "meeting_precedences")
}

/// Rows of published versions the caller sees: all of a managed event, else its own.
pub(crate) fn published_rows(sees: &Visibility) -> Condition {
    let side = |column| Expr::col(("event_version_rows", column));
    match own(sees) {
        Some(own) => Condition::any()
            .add(side("first_id").in_subquery(own.clone()))
            .add(side("second_id").in_subquery(own)),
        None => of_managed(sees, "event_version_rows"),
    }
}

/// Rows of `table`, which name their event, that belong to a managed one.
pub(crate) fn of_managed(sees: &Visibility, table: &'static str) -> Condition {
    if *sees == Visibility::All {
        return Condition::all();
    }
    let mut query = Query::select();
    query.column(("docking_events", "id")).from("docking_events").cond_where(managed(sees));
    Condition::all().add(Expr::col((table, "event_id")).in_subquery(query))
}

/// Ids of the participants the caller speaks for; none for callers who take part in nothing.
pub(crate) fn own(sees: &Visibility) -> Option<SelectStatement> {
    let mut query = Query::select();
    query.column(("own", "id")).from_as("participants", "own");
    match sees {
        Visibility::Enterprise(id) => {
            query.and_where(Expr::col(("own", "enterprise_id")).eq(id.to_string()));
        }
        Visibility::Organisation(id) => {
            query.and_where(Expr::col(("own", "organisation_id")).eq(id.to_string()));
        }
        Visibility::Group(id) => {
            query.and_where(Expr::col(("own", "enterprise_id")).in_subquery(visible::group(*id)));
        }
        Visibility::All
        | Visibility::Committee(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Published
        | Visibility::Nothing => return None,
    }
    Some(query)
}

/// Ids of published events.
fn published() -> SelectStatement {
    let mut query = Query::select();
    query
        .column(("docking_events", "id"))
        .from("docking_events")
        .and_where(Expr::col(("docking_events", "published")).is_not_null());
    query
}

/// Ids of the participants whom `own` meet in the version published last.
fn partners(own: SelectStatement) -> SelectStatement {
    let side = |there: &'static str, here: &'static str| {
        let mut query = Query::select();
        query
            .column(("event_version_rows", there))
            .from("event_version_rows")
            .inner_join(
                "docking_events",
                Expr::col(("docking_events", "id")).equals(("event_version_rows", "event_id")).and(
                    Expr::col(("docking_events", "published"))
                        .equals(("event_version_rows", "number")),
                ),
            )
            .and_where(Expr::col(("event_version_rows", here)).in_subquery(own.clone()));
        query
    };
    let mut query = side("first_id", "second_id");
    query.union(UnionType::Distinct, side("second_id", "first_id"));
    query
}

fn nothing() -> Condition {
    Condition::all().add(Expr::value(false))
}
