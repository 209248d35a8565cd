//! One page of a list, and the first rows of many lists at once.

use std::fmt::Display;

use lianmeng_domain::text;
use sea_orm::sea_query::WindowStatement;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Func, Order as Direction, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult as _, Iterable as _,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait as _, Select,
};

use crate::StoreError;

/// Where a page starts and how long it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window<K> {
    /// Key of the last row of the page before; `None` for the first page.
    pub after: Option<K>,
    /// Most rows to return. Ask for one more than shown to learn whether more follow.
    pub limit: u64,
}

/// Order of a list of named things; ties break by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameOrder {
    /// Oldest id first.
    Id,
    /// By normalised name.
    Name,
}

/// Normalised name and id of a row, the key of a page. The name is empty in order of ids.
pub type NameKey<I> = (String, I);

impl NameOrder {
    /// The key of the row with this name and id.
    pub fn key<I>(self, name: &str, id: I) -> NameKey<I> {
        match self {
            Self::Id => (String::new(), id),
            Self::Name => (text::normalise(name), id),
        }
    }
}

/// The columns a list of named things is sorted by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NameColumns<C> {
    /// Its id.
    pub(crate) id: C,
    /// Its normalised name.
    pub(crate) name_key: C,
}

/// `query` in this order, from the window's start to its end.
pub(crate) fn named<E: EntityTrait, I: Display>(
    query: Select<E>,
    columns: NameColumns<E::Column>,
    order: NameOrder,
    window: Window<NameKey<I>>,
) -> Select<E> {
    let NameColumns { id, name_key } = columns;
    let mut query = query;
    if order == NameOrder::Name {
        query = query.order_by_asc(name_key);
    }
    if let Some((name, last)) = window.after {
        let later = id.gt(last.to_string());
        query = match order {
            NameOrder::Id => query.filter(later),
            NameOrder::Name => query.filter(
                Condition::any()
                    .add(name_key.gt(name.as_str()))
                    .add(Condition::all().add(name_key.eq(name)).add(later)),
            ),
        };
    }
    query.order_by_asc(id).limit(window.limit)
}

/// The first rows of each parent in one statement, sorted by `parent` and then by `order`.
///
/// `query` already holds the parents asked for, and the caller's visibility.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub(crate) async fn first_of_each<E: EntityTrait>(
    db: &impl ConnectionTrait,
    query: Select<E>,
    parent: E::Column,
    order: &[E::Column],
    first: u64,
) -> Result<Vec<E::Model>, StoreError> {
    let place = Alias::new("place_in_list");
    let mut window = WindowStatement::partition_by(parent.as_column_ref());
    for column in order {
        window.order_by(column.as_column_ref(), Direction::Asc);
    }
    let mut ranked = query.into_query();
    ranked.expr_window_as(Func::cust("ROW_NUMBER"), window, place.clone());
    let mut wanted = Query::select();
    wanted
        .columns(E::Column::iter())
        .from_subquery(ranked, "ranked")
        .and_where(Expr::col(place).lte(i64::try_from(first).unwrap_or(i64::MAX)))
        .order_by(parent, Direction::Asc);
    for column in order {
        wanted.order_by(*column, Direction::Asc);
    }
    let statement = db.get_database_backend().build(&wanted);
    Ok(E::Model::find_by_statement(statement).all(db).await?)
}
