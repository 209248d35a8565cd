//! One page of a list, and the first rows of many lists at once.

use std::fmt::Display;

use lianmeng_domain::text;
use sea_orm::sea_query::WindowStatement;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Func, Order as Direction, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult as _, Iterable as _,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait as _, Select, Value,
};

use crate::StoreError;

/// Which end of a list a page is taken from. Its rows come in the list's order all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The first rows of what remains between the bounds.
    First,
    /// The last rows.
    Last,
}

impl End {
    /// Rows read from this end, in the list's order.
    pub(crate) fn in_order<T>(self, mut rows: Vec<T>) -> Vec<T> {
        match self {
            Self::First => {}
            Self::Last => rows.reverse(),
        }
        rows
    }
}

/// Where a page lies and how long it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window<K> {
    /// Only rows after the one with this key.
    pub after: Option<K>,
    /// Only rows before the one with this key.
    pub before: Option<K>,
    /// From which end of these rows to read.
    pub end: End,
    /// Most rows to return. Ask for one more than shown to learn whether there are more.
    pub limit: u64,
}

impl<K> Window<K> {
    /// The first `limit` rows of a list.
    pub const fn first(limit: u64) -> Self {
        Self { after: None, before: None, end: End::First, limit }
    }

    /// The first `limit` rows after the one with the key `after`, if there is one.
    pub const fn next(after: Option<K>, limit: u64) -> Self {
        Self { after, before: None, end: End::First, limit }
    }

    /// Whether it lies at the start of the list, whatever the list holds.
    pub const fn is_start(&self) -> bool {
        self.after.is_none() && self.before.is_none() && matches!(self.end, End::First)
    }
}

/// Which way the columns of a list are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Least first.
    Up,
    /// Greatest first.
    Down,
}

impl Way {
    const fn turned(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
        }
    }

    const fn direction(self) -> Direction {
        match self {
            Self::Up => Direction::Asc,
            Self::Down => Direction::Desc,
        }
    }

    /// Rows that follow the one with these values when sorted this way by `columns`.
    fn beyond<C: ColumnTrait>(self, columns: &[C], values: &[Value]) -> Condition {
        let mut any = Condition::any();
        for (place, (column, value)) in columns.iter().zip(values).enumerate() {
            let further = match self {
                Self::Up => column.gt(value.clone()),
                Self::Down => column.lt(value.clone()),
            };
            let same = columns.iter().zip(values).take(place);
            let same = same
                .fold(Condition::all(), |all, (column, value)| all.add(column.eq(value.clone())));
            any = any.add(same.add(further));
        }
        any
    }
}

/// A query cut to a window.
pub(crate) struct Cut<E: EntityTrait> {
    /// The query; its rows come from `end` on.
    pub(crate) query: Select<E>,
    /// The end it reads from.
    pub(crate) end: End,
}

impl<E: EntityTrait> Cut<E> {
    /// The rows, in the list's order.
    ///
    /// # Errors
    ///
    /// [`StoreError::Db`] if the query fails.
    pub(crate) async fn all(self, db: &impl ConnectionTrait) -> Result<Vec<E::Model>, StoreError> {
        Ok(self.end.in_order(self.query.all(db).await?))
    }
}

/// `query` sorted by `columns`, which tell every row apart, and cut to `window`; `values` gives a
/// key as values of the columns.
pub(crate) fn cut<E: EntityTrait, K>(
    query: Select<E>,
    columns: &[E::Column],
    way: Way,
    window: Window<K>,
    values: impl Fn(K) -> Vec<Value>,
) -> Cut<E> {
    let mut query = query;
    if let Some(key) = window.after {
        query = query.filter(way.beyond(columns, &values(key)));
    }
    if let Some(key) = window.before {
        query = query.filter(way.turned().beyond(columns, &values(key)));
    }
    let read = match window.end {
        End::First => way,
        End::Last => way.turned(),
    };
    for column in columns {
        query = query.order_by(*column, read.direction());
    }
    Cut { query: query.limit(window.limit), end: window.end }
}

/// As [`cut`], by one column that holds ids or codes.
pub(crate) fn by_id<E: EntityTrait, K: Display>(
    query: Select<E>,
    (column, way): (E::Column, Way),
    window: Window<K>,
) -> Cut<E> {
    cut(query, &[column], way, window, |id| vec![id.to_string().into()])
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

/// `query` in this order, cut to `window`.
pub(crate) fn named<E: EntityTrait, I: Display>(
    query: Select<E>,
    columns: NameColumns<E::Column>,
    order: NameOrder,
    window: Window<NameKey<I>>,
) -> Cut<E> {
    let NameColumns { id, name_key } = columns;
    match order {
        NameOrder::Id => cut(query, &[id], Way::Up, window, |(_, id)| vec![id.to_string().into()]),
        NameOrder::Name => cut(query, &[name_key, id], Way::Up, window, |(name, id)| {
            vec![name.into(), id.to_string().into()]
        }),
    }
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
