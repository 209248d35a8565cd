//! Pages of lists: sizes and cursors, the same for every connection.

use std::sync::Arc;

use async_graphql::connection::{Connection, CursorType, Edge, EmptyFields};
use async_graphql::{Enum, ObjectType, OutputType};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lianmeng_domain::ids::Id;
use lianmeng_domain::region::RegionCode;
use lianmeng_store::page::{NameKey, NameOrder, Window};

use crate::error::ApiError;

/// Page size where the client names none.
const DEFAULT: i32 = 20;
/// Largest page.
const MAX: i32 = 100;

/// Rows on a page: `first`, or 20, at most 100.
///
/// # Errors
///
/// [`ApiError::BadPageSize`] outside of 1 to 100.
pub fn size(first: Option<i32>) -> Result<u64, ApiError> {
    let first = first.unwrap_or(DEFAULT);
    match u64::try_from(first) {
        Ok(size) if (1..=MAX).contains(&first) => Ok(size),
        Ok(_) | Err(_) => Err(ApiError::BadPageSize(first)),
    }
}

/// What a list costs against the limit of a query: its children once per row of a page.
pub fn cost(first: Option<i32>, child: usize) -> usize {
    let rows = first.unwrap_or(DEFAULT).clamp(0, MAX);
    1 + usize::try_from(rows).unwrap_or(0).saturating_mul(child)
}

/// The cursor of a row: the list it belongs to and the row's key, opaque to clients.
pub fn cursor(list: &str, key: &[&str]) -> String {
    let mut parts = vec![list];
    parts.extend_from_slice(key);
    URL_SAFE_NO_PAD.encode(parts.join("\u{1f}"))
}

/// The key inside a cursor of `list`.
///
/// # Errors
///
/// [`ApiError::BadCursor`] for a cursor of another list and for nonsense.
pub fn key<const N: usize>(list: &str, cursor: &str) -> Result<[String; N], ApiError> {
    let bad = || ApiError::BadCursor(cursor.chars().take(60).collect());
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
    let text = String::from_utf8(bytes).map_err(|_| bad())?;
    let mut parts = text.split('\u{1f}').map(str::to_owned);
    if parts.next().as_deref() != Some(list) {
        return Err(bad());
    }
    parts.collect::<Vec<_>>().try_into().map_err(|_| bad())
}

/// The id inside a cursor of `list`, for lists in order of their ids.
///
/// # Errors
///
/// [`ApiError::BadCursor`] for a cursor of another list and for nonsense.
pub fn after_id<T: Id>(list: &str, cursor: Option<String>) -> Result<Option<T>, ApiError> {
    let Some(cursor) = cursor else { return Ok(None) };
    let [id] = key::<1>(list, &cursor)?;
    let bad = || ApiError::BadCursor(cursor.chars().take(60).collect());
    id.parse().map(Some).map_err(|_| bad())
}

/// What a connection is made of.
#[derive(Debug)]
pub struct Slice<T> {
    /// Whether the page starts after a cursor.
    pub starts_later: bool,
    /// Rows on a page.
    pub size: u64,
    /// The rows found, one more than `size` if more follow.
    pub rows: Vec<T>,
}

/// A connection without extra fields.
pub fn connection<T, N: OutputType>(
    slice: Slice<T>,
    cursor: impl Fn(&T) -> String,
    node: impl Fn(T) -> N,
) -> Connection<String, N> {
    connection_with(slice, EmptyFields, cursor, node)
}

/// A connection with `extra` fields, such as a count.
pub fn connection_with<T, C: CursorType + Send + Sync, N: OutputType, F: ObjectType>(
    slice: Slice<T>,
    extra: F,
    cursor: impl Fn(&T) -> C,
    node: impl Fn(T) -> N,
) -> Connection<C, N, F> {
    let shown = usize::try_from(slice.size).unwrap_or(usize::MAX);
    let has_next = slice.rows.len() > shown;
    let mut connection = Connection::with_additional_fields(slice.starts_later, has_next, extra);
    connection.edges.extend(slice.rows.into_iter().take(shown).map(|row| {
        let cursor = cursor(&row);
        Edge::new(cursor, node(row))
    }));
    connection
}

/// Search words; `None` when there is nothing to look for.
pub fn words(search: Option<String>) -> Option<String> {
    search.filter(|words| !words.trim().is_empty())
}

/// A division code of a filter.
///
/// # Errors
///
/// [`ApiError::BadInput`] if it is not six digits of GB/T 2260.
pub fn region(code: Option<String>) -> Result<Option<RegionCode>, ApiError> {
    let code = code.map(|code| code.parse::<RegionCode>()).transpose();
    code.map_err(|error| ApiError::BadInput(error.to_string()))
}

/// Order of a list of named things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enum)]
pub enum NameSort {
    /// In the order they were registered.
    #[default]
    Registered,
    /// By name, in code-point order of the normalised name.
    Name,
}

/// Where a row stands in a list of named things; written only for clients that ask, because the
/// normalised name takes longer to make than the rest of a row.
#[derive(Debug)]
pub struct RowCursor<I> {
    list: Arc<str>,
    order: NameOrder,
    name: String,
    id: I,
}

impl<I: Id + Send + Sync> CursorType for RowCursor<I> {
    type Error = ApiError;

    fn decode_cursor(text: &str) -> Result<Self, ApiError> {
        // Lists read cursors as text, with the order the client asks for.
        Err(ApiError::BadCursor(text.chars().take(60).collect()))
    }

    fn encode_cursor(&self) -> String {
        let (name, id) = self.order.key(&self.name, self.id);
        cursor(&self.list, &[&name, &id.to_string()])
    }
}

/// A page of named things as a client asked for it.
#[derive(Debug)]
pub struct Asked<I> {
    list: Arc<str>,
    size: u64,
    after: Option<NameKey<I>>,
    /// The order asked for.
    pub order: NameOrder,
}

/// Reads the arguments of a list of named things called `list`.
///
/// # Errors
///
/// [`ApiError::BadPageSize`] and [`ApiError::BadCursor`]; a cursor opens only in the order it was
/// given out for.
pub fn asked<I: Id>(
    list: &str,
    sort: NameSort,
    first: Option<i32>,
    after: Option<String>,
) -> Result<Asked<I>, ApiError> {
    let (list, order) = match sort {
        NameSort::Registered => (list.to_owned(), NameOrder::Id),
        NameSort::Name => (format!("{list}:name"), NameOrder::Name),
    };
    let after = after
        .map(|cursor| {
            let [name, id] = key::<2>(&list, &cursor)?;
            let id = id.parse().map_err(|_| ApiError::BadCursor(cursor))?;
            Ok::<_, ApiError>((name, id))
        })
        .transpose()?;
    Ok(Asked { size: size(first)?, list: list.into(), after, order })
}

impl<I: Id + Send + Sync> Asked<I> {
    /// Where to start and how many rows to read: one more than shown.
    pub fn window(&self) -> Window<NameKey<I>> {
        Window { after: self.after.clone(), limit: self.size + 1 }
    }

    /// The connection of the rows read; `named` gives name and id of a row.
    pub fn connection<T, N: OutputType, F: ObjectType>(
        self,
        rows: Vec<T>,
        extra: F,
        named: impl Fn(&T) -> (&str, I),
        node: impl Fn(T) -> N,
    ) -> Connection<RowCursor<I>, N, F> {
        let slice = Slice { starts_later: self.after.is_some(), size: self.size, rows };
        let cursor = |row: &T| {
            let (name, id) = named(row);
            let name = if self.order == NameOrder::Name { name } else { "" };
            let (list, order) = (Arc::clone(&self.list), self.order);
            RowCursor { list, order, name: name.to_owned(), id }
        };
        connection_with(slice, extra, cursor, node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_in_its_own_list_only() {
        let cursor = cursor("needs", &["甲", "2"]);
        assert_eq!(key::<2>("needs", &cursor).unwrap(), ["甲", "2"]);
        for (list, text) in
            [("offers", cursor.as_str()), ("needs", ""), ("needs", "%%"), ("needs", "AAAA")]
        {
            assert_eq!(key::<2>(list, text).unwrap_err().code(), "BAD_CURSOR", "{list} {text}");
        }
        assert_eq!(key::<1>("needs", &cursor).unwrap_err().code(), "BAD_CURSOR");
    }

    #[test]
    fn a_page_holds_1_to_100_rows() {
        assert_eq!(size(None).unwrap(), 20);
        assert_eq!(size(Some(100)).unwrap(), 100);
        for bad in [0, -1, 101, i32::MIN] {
            assert_eq!(size(Some(bad)).unwrap_err().code(), "BAD_PAGE_SIZE");
        }
    }
}
