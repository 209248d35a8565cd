//! One page of a list.

/// Where a page starts and how long it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window<K> {
    /// Key of the last row of the page before; `None` for the first page.
    pub after: Option<K>,
    /// Most rows to return. Ask for one more than shown to learn whether more follow.
    pub limit: u64,
}
