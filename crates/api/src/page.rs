//! Pages of lists: sizes and cursors, the same for every connection.

use std::sync::Arc;

use async_graphql::connection::{Connection, CursorType, Edge, EmptyFields};
use async_graphql::{Enum, ObjectType, OutputType};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lianmeng_domain::ids::Id;
use lianmeng_domain::region::RegionCode;
use lianmeng_store::page::{End, NameKey, NameOrder, Window};

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
    named_size("first", first)
}

fn named_size(argument: &'static str, rows: Option<i32>) -> Result<u64, ApiError> {
    let rows = rows.unwrap_or(DEFAULT);
    match u64::try_from(rows) {
        Ok(size) if (1..=MAX).contains(&rows) => Ok(size),
        Ok(_) | Err(_) => Err(ApiError::BadPageSize(argument, rows)),
    }
}

/// What a list costs against the limit of a query: its children once per row of a page.
pub fn cost(rows: Option<i32>, child: usize) -> usize {
    let rows = rows.unwrap_or(DEFAULT).clamp(0, MAX);
    1 + usize::try_from(rows).unwrap_or(0).saturating_mul(child)
}

/// The cursor of a row: the list it belongs to and the row's key, opaque to clients.
pub fn cursor(list: &str, key: &[&str]) -> String {
    let mut parts = vec![list];
    parts.extend_from_slice(key);
    URL_SAFE_NO_PAD.encode(parts.join("\u{1f}"))
}

fn shortened(cursor: &str) -> String {
    cursor.chars().take(60).collect()
}

/// The key inside a cursor of `list`.
///
/// # Errors
///
/// [`ApiError::BadCursor`] for a cursor of another list and for nonsense.
pub fn key<const N: usize>(list: &str, cursor: &str) -> Result<[String; N], ApiError> {
    let bad = || ApiError::BadCursor(shortened(cursor));
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
    let text = String::from_utf8(bytes).map_err(|_| bad())?;
    let mut parts = text.split('\u{1f}').map(str::to_owned);
    if parts.next().as_deref() != Some(list) || text.contains('\0') {
        return Err(bad());
    }
    parts.collect::<Vec<_>>().try_into().map_err(|_| bad())
}

/// The part of a list that a client asks for: the arguments of every connection.
///
/// Pages go forward with `first` and `after`, or backward with `last` and `before`. A cursor opens
/// either way, and both bounds may be given; `first` and `last` together may not, because what
/// remains of a page cut at both ends says nothing about the list.
#[derive(Debug, Clone, Default)]
pub struct Span {
    /// Rows from the start.
    pub first: Option<i32>,
    /// Only rows after the one with this cursor.
    pub after: Option<String>,
    /// Rows from the end.
    pub last: Option<i32>,
    /// Only rows before the one with this cursor.
    pub before: Option<String>,
}

impl Span {
    /// The page of `list`; `read` makes its key of the parts of a cursor.
    ///
    /// # Errors
    ///
    /// [`ApiError::BadPageSize`] and [`ApiError::BothEnds`]; [`ApiError::BadCursor`] for a cursor
    /// of another list and for nonsense.
    pub fn by_key<K, const N: usize>(
        self,
        list: &str,
        read: impl Fn([String; N]) -> Option<K>,
    ) -> Result<Page<K>, ApiError> {
        let (end, size) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(ApiError::BothEnds),
            (None, Some(_)) => (End::Last, named_size("last", self.last)?),
            (_, None) => (End::First, size(self.first)?),
        };
        let open = |cursor: String| {
            read(key(list, &cursor)?).ok_or_else(|| ApiError::BadCursor(shortened(&cursor)))
        };
        let after = self.after.map(open).transpose()?;
        let before = self.before.map(open).transpose()?;
        Ok(Page(Window { after, before, end, limit: size + 1 }))
    }

    /// As [`Span::by_key`], for lists in order of their ids.
    ///
    /// # Errors
    ///
    /// As [`Span::by_key`].
    pub fn by_id<I: Id>(self, list: &str) -> Result<Page<I>, ApiError> {
        self.by_key(list, |[id]| id.parse().ok())
    }
}

/// A page as a client asked for it, of a list whose rows have keys `K`.
#[derive(Debug, Clone)]
pub struct Page<K>(Window<K>);

impl<K: Clone> Page<K> {
    /// Which rows to read: one more than shown.
    pub fn window(&self) -> Window<K> {
        self.0.clone()
    }

    /// Whether it lies at the start of the list.
    pub const fn is_start(&self) -> bool {
        self.0.is_start()
    }

    /// The rows to read of a list that is at hand whole, in the order of `key`: one more than shown.
    pub fn cut<T>(&self, rows: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T>
    where
        K: Ord,
    {
        let Window { after, before, end, limit } = &self.0;
        let is_between = |row: &T| {
            let here = key(row);
            after.as_ref().is_none_or(|after| here > *after)
                && before.as_ref().is_none_or(|before| here < *before)
        };
        let mut rows: Vec<T> = rows.into_iter().filter(is_between).collect();
        let limit = usize::try_from(*limit).unwrap_or(usize::MAX);
        match end {
            End::First => rows.truncate(limit),
            End::Last => drop(rows.drain(..rows.len().saturating_sub(limit))),
        }
        rows
    }

    /// The rows to show of those read, and what they say about the rest of the list.
    pub fn slice<T>(&self, rows: Vec<T>) -> Slice<T> {
        let size = usize::try_from(self.0.limit.saturating_sub(1)).unwrap_or(usize::MAX);
        let over = rows.len().saturating_sub(size);
        let (skipped, has_earlier, has_later) = match self.0.end {
            End::First => (0, false, over > 0),
            End::Last => (over, over > 0, false),
        };
        Slice {
            // The row of a cursor is one of the list.
            has_earlier: has_earlier || self.0.after.is_some(),
            has_later: has_later || self.0.before.is_some(),
            rows: rows.into_iter().skip(skipped).take(size).collect(),
        }
    }
}

/// What a connection is made of.
#[derive(Debug)]
pub struct Slice<T> {
    /// Whether rows come before these.
    has_earlier: bool,
    /// Whether rows follow these.
    has_later: bool,
    /// The rows of the page.
    rows: Vec<T>,
}

impl<T> Slice<T> {
    /// The same page without the rows that may not be shown.
    #[must_use]
    pub fn only(mut self, may_show: impl Fn(&T) -> bool) -> Self {
        self.rows.retain(may_show);
        self
    }
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
    let Slice { has_earlier, has_later, rows } = slice;
    let mut connection = Connection::with_additional_fields(has_earlier, has_later, extra);
    connection.edges.extend(rows.into_iter().map(|row| {
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
        Err(ApiError::BadCursor(shortened(text)))
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
    page: Page<NameKey<I>>,
    /// The order asked for.
    pub order: NameOrder,
}

/// Reads the arguments of a list of named things called `list`.
///
/// # Errors
///
/// As [`Span::by_key`]; a cursor opens only in the order it was given out for.
pub fn asked<I: Id>(list: &str, sort: NameSort, span: Span) -> Result<Asked<I>, ApiError> {
    let (list, order) = match sort {
        NameSort::Registered => (list.to_owned(), NameOrder::Id),
        NameSort::Name => (format!("{list}:name"), NameOrder::Name),
    };
    let page = span.by_key(&list, |[name, id]| Some((name, id.parse().ok()?)))?;
    Ok(Asked { page, list: list.into(), order })
}

impl<I: Id + Send + Sync> Asked<I> {
    /// Which rows to read: one more than shown.
    pub fn window(&self) -> Window<NameKey<I>> {
        self.page.window()
    }

    /// The connection of the rows read; `named` gives name and id of a row.
    pub fn connection<T, N: OutputType, F: ObjectType>(
        self,
        rows: Vec<T>,
        extra: F,
        named: impl Fn(&T) -> (&str, I),
        node: impl Fn(T) -> N,
    ) -> Connection<RowCursor<I>, N, F> {
        let slice = self.page.slice(rows);
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
    use lianmeng_domain::ids::NeedId;

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
            let span = Span { last: Some(bad), ..Span::default() };
            let refused = span.by_id::<NeedId>("needs").unwrap_err();
            assert_eq!(refused.code(), "BAD_PAGE_SIZE");
            let message = format!("last is {bad}; it must lie between 1 and 100");
            assert_eq!(refused.to_string(), message);
        }
        let both = Span { first: Some(1), last: Some(1), ..Span::default() };
        assert_eq!(both.by_id::<NeedId>("needs").unwrap_err().code(), "BAD_PAGE_SIZE");
    }

    #[test]
    fn a_page_says_whether_rows_lie_before_and_after_it() {
        let at = |id: u128| Some(cursor("needs", &[&NeedId::from(id).to_string()]));
        let slice = |span: Span, rows: &[u8]| {
            let slice = span.by_id::<NeedId>("needs").unwrap().slice(rows.to_vec());
            (slice.has_earlier, slice.rows, slice.has_later)
        };
        let first = Span { first: Some(2), ..Span::default() };
        assert_eq!(slice(first.clone(), &[]), (false, vec![], false));
        assert_eq!(slice(first.clone(), &[1, 2]), (false, vec![1, 2], false));
        assert_eq!(slice(first.clone(), &[1, 2, 3]), (false, vec![1, 2], true));
        let last = Span { last: Some(2), ..Span::default() };
        assert_eq!(slice(last.clone(), &[1, 2]), (false, vec![1, 2], false));
        assert_eq!(slice(last.clone(), &[1, 2, 3]), (true, vec![2, 3], false));
        let up_to = Span { before: at(4), ..last };
        assert_eq!(slice(up_to, &[1, 2, 3]), (true, vec![2, 3], true));
        let between = Span { after: at(1), before: at(3), ..first };
        assert_eq!(slice(between, &[2]), (true, vec![2], true));
    }

    #[test]
    fn a_list_at_hand_is_cut_as_one_in_the_database_is() {
        let at = |number: u32| Some(cursor("numbers", &[&number.to_string()]));
        let cut = |first, after, last, before| {
            let span = Span { first, after, last, before };
            let page = span.by_key("numbers", |[number]| number.parse().ok()).unwrap();
            page.cut(vec![1, 3, 5, 7, 9], |number: &u32| *number)
        };
        // One more than shown says that the list goes on.
        assert_eq!(cut(Some(2), None, None, None), [1, 3, 5]);
        assert_eq!(cut(Some(2), at(3), None, None), [5, 7, 9]);
        assert_eq!(cut(Some(2), at(7), None, None), [9]);
        assert_eq!(cut(None, None, Some(2), None), [5, 7, 9]);
        assert_eq!(cut(None, None, Some(2), at(7)), [1, 3, 5]);
        assert_eq!(cut(None, at(1), Some(1), at(9)), [5, 7]);
        // The row of the cursor may be gone.
        assert_eq!(cut(Some(1), at(4), None, None), [5, 7]);
    }
}
