//! The guests of an event in figures.

use lianmeng_domain::event::DockingEvent;
use lianmeng_domain::guest::book::{Quota, Tally};
use lianmeng_domain::guest::{self as rules, GuestKind};
use lianmeng_store::StoreError;
use lianmeng_store::guest::{self as store, book};

use super::room;
use crate::desk::Desk;

/// The guests of an event in figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// For how many people there is room, if anybody knows.
    pub capacity: Option<u32>,
    /// All of them.
    pub total: Tally,
    /// Kinds with a quota or a guest, in the order of the kinds.
    pub kinds: Vec<(Quota, Tally)>,
}

/// The guests of `event` in figures as they are now. The caller has found that they may be seen. At
/// most three statements.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn figures(desk: &Desk, event: &DockingEvent) -> Result<Figures, StoreError> {
    let book = book::find_many(&desk.db, &[event.id]).await?.pop();
    let capacity = room(&desk.db, event, book.as_ref()).await?;
    let guests = store::all(&desk.db, event.id).await?;
    let guests: Vec<_> = guests.into_iter().map(|guest| rules::at(guest, desk.now)).collect();
    let quotas = book.map(|book| book.quotas).unwrap_or_default();
    let kinds = GuestKind::ALL.iter().filter_map(|kind| {
        let quota = quotas.iter().find(|quota| quota.kind == *kind).copied();
        let of_kind = || guests.iter().filter(|guest| guest.kind == *kind);
        let is_listed = quota.is_some() || of_kind().next().is_some();
        let quota = quota.unwrap_or(Quota { kind: *kind, min: 0, max: None });
        is_listed.then(|| (quota, Tally::of(of_kind())))
    });
    Ok(Figures { capacity, total: Tally::of(guests.iter()), kinds: kinds.collect() })
}
