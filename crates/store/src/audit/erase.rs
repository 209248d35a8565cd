//! Erasing what may be personal. The rows stay, with their digests, and so does the chain.

use sea_orm::ExprTrait as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;

use super::{read, row};
use crate::StoreError;

/// Whose traces are erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// Of everything this subject did and read.
    Subject(&'a str),
    /// Of everything done to this thing, by its tag and id; and from where it was read.
    Thing(&'a str),
    /// Of everything done to this thing. Who read it and from where stays: it tells of the readers.
    Changes(&'a str),
}

/// Erases the traces of rows and gives how many there were.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn erase(db: &impl ConnectionTrait, whose: Whose<'_>) -> Result<u64, StoreError> {
    let nothing = || Expr::value(Option::<String>::None);
    let (of_changes, of_reads) = match whose {
        Whose::Subject(subject) => {
            (row::COLUMN.subject.eq(subject), read::row::COLUMN.subject.eq(subject))
        }
        Whose::Thing(thing) => {
            let mut seen = Query::select();
            seen.column("read_id")
                .from("audit_read_things")
                .and_where(Expr::col("thing").eq(thing));
            (row::COLUMN.thing.eq(thing), read::row::COLUMN.id.in_subquery(seen))
        }
        Whose::Changes(thing) => (row::COLUMN.thing.eq(thing), Expr::value(false)),
    };
    let changes = row::Entity::update_many()
        .col_expr(row::Column::Salt, nothing())
        .col_expr(row::Column::Detail, nothing())
        .filter(of_changes)
        .filter(row::COLUMN.salt.is_not_null())
        .exec(db)
        .await?;
    let reads = read::row::Entity::update_many()
        .col_expr(read::row::Column::Salt, nothing())
        .col_expr(read::row::Column::Detail, nothing())
        .filter(of_reads)
        .filter(read::row::COLUMN.salt.is_not_null())
        .exec(db)
        .await?;
    Ok(changes.rows_affected + reads.rows_affected)
}
