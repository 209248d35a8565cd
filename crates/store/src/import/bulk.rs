//! Many rows in few statements.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, OnConflict, Order, Query, SelectStatement};
use sea_orm::{ExprTrait, QueryResult, TryGetable, Value};

use crate::StoreError;

/// Values a statement may carry: SQLite allows 32 766, PostgreSQL 65 535.
const VALUES: usize = 32_000;
/// Rows a statement may carry: beyond this, longer statements no longer pay.
const ROWS: usize = 1_000;

/// A table, its columns, and how many of the first ones are its key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) table: &'static str,
    pub(super) columns: &'static [&'static str],
    pub(super) key: usize,
}

impl Shape {
    /// Writes a row for each of `things`, with one value for every column: new ones are added, those
    /// whose key exists take the new values.
    ///
    /// `row` is a plain function so that the future stays free to move between threads.
    pub(super) async fn put<T: Sync>(
        self,
        db: &impl ConnectionTrait,
        things: &[T],
        row: fn(&T) -> Vec<Value>,
    ) -> Result<(), StoreError> {
        let most = (VALUES / self.columns.len()).clamp(1, ROWS);
        for things in things.chunks(most) {
            let mut insert = Query::insert();
            insert.into_table(Alias::new(self.table));
            insert.columns(self.columns.iter().map(|column| Alias::new(*column)));
            for thing in things {
                insert.values(row(thing).into_iter().map(Expr::value)).map_err(|error| {
                    StoreError::Db(DbErr::Custom(format!("{}: {error}", self.table)))
                })?;
            }
            insert.on_conflict(self.conflict());
            db.execute(&insert).await?;
        }
        Ok(())
    }

    /// Adds pairs of ids or codes to a table that has no other columns.
    pub(super) async fn put_pairs(
        self,
        db: &impl ConnectionTrait,
        pairs: &[(String, String)],
    ) -> Result<(), StoreError> {
        self.put(db, pairs, |(one, other)| vec![v(one.as_str()), v(other.as_str())]).await
    }

    fn conflict(self) -> OnConflict {
        let (key, rest) = self.columns.split_at(self.key);
        let mut conflict = OnConflict::columns(key.iter().map(|column| Alias::new(*column)));
        if rest.is_empty() {
            conflict.do_nothing();
        } else {
            conflict.update_columns(rest.iter().map(|column| Alias::new(*column)));
        }
        conflict
    }

    /// Every row, in the order of the key.
    pub(super) async fn all(self, db: &impl ConnectionTrait) -> Result<Vec<Row>, StoreError> {
        let mut select: SelectStatement = Query::select();
        select.columns(self.columns.iter().map(|column| Alias::new(*column)));
        select.from(Alias::new(self.table));
        for column in &self.columns[..self.key] {
            select.order_by(Alias::new(*column), Order::Asc);
        }
        let rows = db.query_all(&select).await?;
        Ok(rows.into_iter().map(|result| Row { result, table: self.table }).collect())
    }

    /// Removes the rows whose first column is one of `ids`.
    pub(super) async fn remove(
        self,
        db: &impl ConnectionTrait,
        ids: &[String],
    ) -> Result<(), StoreError> {
        let Some(column) = self.columns.first() else { return Ok(()) };
        for ids in ids.chunks(VALUES) {
            let mut delete = Query::delete();
            delete.from_table(Alias::new(self.table));
            delete.and_where(Expr::col(Alias::new(*column)).is_in(ids.iter().map(String::as_str)));
            db.execute(&delete).await?;
        }
        Ok(())
    }
}

/// A row as the database gives it.
#[derive(Debug)]
pub(super) struct Row {
    result: QueryResult,
    table: &'static str,
}

impl Row {
    /// The value of `column`.
    pub(super) fn get<T: TryGetable>(&self, column: &'static str) -> Result<T, StoreError> {
        Ok(self.result.try_get("", column)?)
    }

    /// An id or code.
    pub(super) fn parse<T: std::str::FromStr>(
        &self,
        column: &'static str,
    ) -> Result<T, StoreError> {
        crate::parse::value(crate::parse::At(self.table, column), &self.get::<String>(column)?)
    }

    /// An id or code that may be absent.
    pub(super) fn parse_opt<T: std::str::FromStr>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        let text: Option<String> = self.get(column)?;
        crate::parse::value_opt(crate::parse::At(self.table, column), text.as_deref())
    }

    /// A word of an enum.
    pub(super) fn word<T>(
        &self,
        column: &'static str,
        from: fn(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        let text: String = self.get(column)?;
        crate::parse::word(crate::parse::At(self.table, column), &text, from)
    }

    /// A list of texts.
    pub(super) fn list(&self, column: &'static str) -> Result<Vec<String>, StoreError> {
        let text: String = self.get(column)?;
        crate::parse::list(crate::parse::At(self.table, column), &text)
    }

    /// The place in `region_code` and `zone_id`.
    pub(super) fn place(&self) -> Result<Option<lianmeng_domain::region::Place>, StoreError> {
        let region: Option<String> = self.get("region_code")?;
        let zone: Option<String> = self.get("zone_id")?;
        crate::parse::place(self.table, region.as_deref(), zone.as_deref())
    }
}

/// A value of a column.
pub(super) fn v(value: impl Into<Value>) -> Value {
    value.into()
}
