//! Columns: text back into ids, words and codes, naming table and column when it fails; and what
//! queries ask of them.

use std::str::FromStr;

use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::ZoneId;
use lianmeng_domain::region::{Place, RegionCode, RegionLevel};
use lianmeng_domain::suggestion::Reason;
use sea_orm::prelude::Expr;
use sea_orm::sea_query::IntoColumnRef;
use sea_orm::sea_query::extension::postgres::PgFunc;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend, ExprTrait as _};

use crate::StoreError;

/// Lists shorter than this are filled up with repeats.
const MOST_REPEATED: usize = 1_024;

/// Whether `column` is one of `values`, as a statement that stays the same however many there are:
/// the database reads and plans each new one, which costs more than running it.
pub(crate) fn among<V: ToString>(
    db: &impl ConnectionTrait,
    column: impl ColumnTrait,
    values: impl IntoIterator<Item = V>,
) -> Expr {
    listed(db, column.as_column_ref(), values)
}

/// As [`among`], for a column of a query that has no entity.
pub(crate) fn listed<V: ToString>(
    db: &impl ConnectionTrait,
    column: impl IntoColumnRef,
    values: impl IntoIterator<Item = V>,
) -> Expr {
    let mut values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    let column = Expr::col(column);
    if db.get_database_backend() == DbBackend::Postgres {
        return column.eq(PgFunc::any(values));
    }
    // Without lists as parameters, the length of a list is one of a few; repeats change nothing.
    // Long ones stay as they are: SQLite takes 32,766 parameters.
    if let Some(last) = values.last().cloned()
        && values.len() < MOST_REPEATED
    {
        values.resize(values.len().next_power_of_two(), last);
    }
    column.is_in(values)
}

/// Names of a column, for errors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At(pub(crate) &'static str, pub(crate) &'static str);

impl At {
    /// The error for a value that cannot be read.
    pub(crate) fn corrupt(self, value: &str) -> StoreError {
        StoreError::Corrupt {
            table: self.0,
            column: self.1,
            value: value.chars().take(80).collect(),
        }
    }
}

/// An id or code.
pub(crate) fn value<T: FromStr>(at: At, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| at.corrupt(text))
}

/// An id or code that may be absent.
pub(crate) fn value_opt<T: FromStr>(at: At, text: Option<&str>) -> Result<Option<T>, StoreError> {
    text.map(|text| value(at, text)).transpose()
}

/// A whole number that must fit a narrower type.
pub(crate) fn number<N: Copy + ToString, T: TryFrom<N>>(
    at: At,
    number: N,
) -> Result<T, StoreError> {
    T::try_from(number).map_err(|_| at.corrupt(&number.to_string()))
}

/// A word of an enum, by its `from_word`.
pub(crate) fn word<T>(at: At, text: &str, from: fn(&str) -> Option<T>) -> Result<T, StoreError> {
    from(text).ok_or_else(|| at.corrupt(text))
}

/// A list kept as JSON text.
pub(crate) fn list(at: At, text: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(text).map_err(|_| at.corrupt(text))
}

/// A list as JSON text.
pub(crate) fn list_text<T: ToString>(items: &[T]) -> String {
    let items: Vec<serde_json::Value> =
        items.iter().map(|item| serde_json::Value::String(item.to_string())).collect();
    serde_json::Value::Array(items).to_string()
}

/// A place from its two columns; the zone wins where both are set.
pub(crate) fn place(
    table: &'static str,
    region: Option<&str>,
    zone: Option<&str>,
) -> Result<Option<Place>, StoreError> {
    if let Some(zone) = zone {
        return Ok(Some(Place::Zone(value::<ZoneId>(At(table, "zone_id"), zone)?)));
    }
    Ok(value_opt(At(table, "region_code"), region)?.map(Place::Region))
}

/// The two columns of a place.
pub(crate) fn place_columns(place: Option<Place>) -> (Option<String>, Option<String>) {
    match place {
        Some(Place::Region(code)) => (Some(code.to_string()), None),
        Some(Place::Zone(id)) => (None, Some(id.to_string())),
        None => (None, None),
    }
}

/// Codes of the divisions among `places`, and ids of the zones.
pub(crate) fn split_places(places: &[Place]) -> (Vec<String>, Vec<String>) {
    let (mut regions, mut zones) = (Vec::new(), Vec::new());
    for place in places {
        match place {
            Place::Region(code) => regions.push(code.to_string()),
            Place::Zone(id) => zones.push(id.to_string()),
        }
    }
    (regions, zones)
}

/// Rows whose division, kept in `column`, is `code` or lies inside of it.
pub(crate) fn within(column: impl ColumnTrait, code: RegionCode) -> Condition {
    let text = code.to_string();
    // A range, which every index answers whatever the collation; codes have six digits.
    let from = |stem: &str| column.between(format!("{stem:0<6}"), format!("{stem:9<6}"));
    Condition::all().add(match code.level() {
        RegionLevel::Province => from(&text[..2]),
        RegionLevel::City => from(&text[..4]),
        RegionLevel::District => column.eq(text),
    })
}

/// An enterprise or organisation from its two columns; the enterprise wins where both are set.
pub(crate) fn member(
    table: &'static str,
    enterprise: Option<&str>,
    organisation: Option<&str>,
) -> Result<Member, StoreError> {
    match (enterprise, organisation) {
        (Some(id), _) => Ok(Member::Enterprise(value(At(table, "enterprise_id"), id)?)),
        (None, Some(id)) => Ok(Member::Organisation(value(At(table, "organisation_id"), id)?)),
        (None, None) => Err(At(table, "organisation_id").corrupt("")),
    }
}

/// The two columns of an enterprise or organisation.
pub(crate) fn member_columns(member: Member) -> (Option<String>, Option<String>) {
    match member {
        Member::Enterprise(id) => (Some(id.to_string()), None),
        Member::Organisation(id) => (None, Some(id.to_string())),
    }
}

/// Reasons of a suggestion kept as JSON text.
pub(crate) fn reasons(at: At, text: &str) -> Result<Vec<Reason>, StoreError> {
    serde_json::from_str(text).map_err(|_| at.corrupt(text))
}

/// Reasons of a suggestion as JSON text.
pub(crate) fn reasons_text(reasons: &[Reason]) -> String {
    serde_json::json!(reasons).to_string()
}
