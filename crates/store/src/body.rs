//! Finding the body somebody means: by credit code, external id or exact name.

use lianmeng_domain::actor::Body;
use lianmeng_domain::text;
use sea_orm::sea_query::{Alias, Query};
use sea_orm::{ConnectionTrait, ExprTrait, QueryResult};

use crate::StoreError;
use crate::parse::{self, At};

/// Most bodies returned.
const LIMIT: u64 = 10;

/// Bodies whose credit code, external id or name is `words`, at most ten, enterprises first.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if an id does not parse.
pub async fn find(db: &impl ConnectionTrait, words: &str) -> Result<Vec<Body>, StoreError> {
    let words = words.trim();
    let mut bodies = Vec::new();
    for id in ids(db, "enterprises", &["credit_code", "external_id"], words).await? {
        bodies.push(Body::Enterprise(parse::value(At("enterprises", "id"), &id)?));
    }
    for id in ids(db, "organisations", &["external_id"], words).await? {
        bodies.push(Body::Organisation(parse::value(At("organisations", "id"), &id)?));
    }
    for id in ids(db, "chain_committees", &["external_id"], words).await? {
        bodies.push(Body::Committee(parse::value(At("chain_committees", "id"), &id)?));
    }
    for id in ids(db, "zones", &[], words).await? {
        bodies.push(Body::Zone(parse::value(At("zones", "id"), &id)?));
    }
    Ok(bodies)
}

async fn ids(
    db: &impl ConnectionTrait,
    table: &'static str,
    keys: &[&'static str],
    words: &str,
) -> Result<Vec<String>, StoreError> {
    use sea_orm::sea_query::{Condition, Expr};
    let mut any =
        Condition::any().add(Expr::col(Alias::new("name_key")).eq(text::normalise(words)));
    for key in keys {
        any = any.add(Expr::col(Alias::new(*key)).eq(words));
    }
    let mut query = Query::select();
    query
        .column(Alias::new("id"))
        .from(Alias::new(table))
        .cond_where(any)
        .order_by(Alias::new("id"), sea_orm::Order::Asc)
        .limit(LIMIT);
    let rows = db.query_all(&query).await?;
    let ids: Result<Vec<String>, _> =
        rows.iter().map(|row: &QueryResult| row.try_get("", "id")).collect();
    Ok(ids?)
}
