//! The open offers that might meet a need.

use std::collections::BTreeMap;

use lianmeng_domain::ids::{OfferId, ProductId};
use lianmeng_domain::need::Need;
use lianmeng_domain::offer::Offer;
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::text;
use lianmeng_store::StoreError;
use lianmeng_store::offer::{self, OfferFilter};
use lianmeng_store::page::Window;

use super::SuggestError;
use super::gather::leads::makers;
use crate::desk::Desk;

/// Most open offers that are all looked at; with more, those that say what the need asks for.
pub const FEW: u64 = 2_000;
/// Offers looked at because of what they say.
const MOST_SAID: usize = 1_200;
/// Newest offers looked at beside them: also what they say tells how rare words are.
const MOST_NEW: usize = 500;
/// Enterprises whose offers are looked at because of what they make.
const MOST_MAKERS: usize = 300;
/// Makers of each product, and offers of each maker.
const MAX_FAN: u64 = 10;

/// Gathers open offers of a kind that `need` takes: all while there are few, else those that say what
/// it asks for, those of the makers of `wanted`, the first ones first, and the newest.
pub(super) async fn open(
    desk: &Desk,
    need: &Need,
    wanted: &[ProductId],
) -> Result<Vec<Offer>, SuggestError> {
    let filter = OfferFilter { open_on: Some(desk.today), ..OfferFilter::default() };
    let window = Window::first(FEW + 1);
    let mut newest = offer::page(&desk.db, &Visibility::All, &filter, window).await?;
    let are_few = u64::try_from(newest.len()).is_ok_and(|count| count <= FEW);
    newest.retain(|offer| need.kind.takes(offer.kind));
    if are_few {
        return Ok(newest);
    }
    newest.truncate(MOST_NEW);
    let mut found: BTreeMap<OfferId, Offer> =
        newest.into_iter().map(|offer| (offer.id, offer)).collect();
    let said = said(desk, need).await?;
    let made = of_makers(desk, wanted).await?;
    let fits = |offer: &Offer| offer.is_open_on(desk.today) && need.kind.takes(offer.kind);
    let more = said.into_iter().chain(made).filter(fits);
    found.extend(more.map(|offer| (offer.id, offer)));
    // Newest first, as where there are few.
    Ok(found.into_values().rev().collect())
}

/// Takes in what offers say if there are so many that suggestions need it.
///
/// # Errors
///
/// See [`SuggestError`].
pub async fn prepare(desk: &Desk) -> Result<(), SuggestError> {
    let filter = OfferFilter { open_on: Some(desk.today), ..OfferFilter::default() };
    if offer::count(&desk.db, &Visibility::All, &filter).await? > FEW {
        desk.shelf.follow(&desk.db, &desk.feed).await?;
    }
    Ok(())
}

/// Offers that say most of what the need asks for.
async fn said(desk: &Desk, need: &Need) -> Result<Vec<Offer>, SuggestError> {
    desk.shelf.follow(&desk.db, &desk.feed).await?;
    let title = text::normalise(&need.title);
    let body = text::normalise(&format!("{} {}", need.public_summary, need.body));
    let kind = need.kind;
    let takes = move |of| kind.takes(of);
    let ids = desk.shelf.best((title, body), takes, desk.today, MOST_SAID).await?;
    let mut found = Vec::new();
    for some in ids.chunks(500) {
        found.extend(offer::find_many(&desk.db, &Visibility::All, some).await?);
    }
    Ok(found)
}

async fn of_makers(desk: &Desk, wanted: &[ProductId]) -> Result<Vec<Offer>, StoreError> {
    let mut makers = makers(&desk.db, wanted, MAX_FAN).await?;
    makers.truncate(MOST_MAKERS);
    offer::of_enterprises(&desk.db, &Visibility::All, &makers, MAX_FAN).await
}
