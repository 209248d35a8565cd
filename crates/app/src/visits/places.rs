//! Where places lie and how long the ways between them take.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::policy;
use lianmeng_domain::region::{Place, RegionCode};
use lianmeng_domain::travel::{self, Way};
use lianmeng_store::region::zone;
use lianmeng_store::{enterprise, organisation, region, travel as times, venue};

use super::{AskVisits, SpotAt, UnknownWay, UsedWay, VisitSpot, VisitsError, WaySource};
use crate::asking::AskError;
use crate::desk::Desk;

/// Most ways from or to the divisions of the places that are read.
const MAX_WAYS: u64 = 10_000;

/// Minutes between all places, and the ways that they are of.
type Travel = (Vec<Vec<u32>>, Vec<UsedWay>);

/// A place and its divisions; several where it lies in a zone.
struct Spot<'a> {
    name: &'a str,
    codes: Vec<RegionCode>,
}

/// How long the ways take: of the start, the sites in their order, the end.
pub(super) async fn travel(
    desk: &Desk,
    actor: &Actor,
    ask: &AskVisits,
    end: &VisitSpot,
) -> Result<Travel, VisitsError> {
    let mut spots = vec![spot(desk, actor, &ask.start, || "start".to_owned()).await?];
    for (at, site) in ask.sites.iter().enumerate() {
        spots.push(spot(desk, actor, &site.spot, || format!("sites[{at}]")).await?);
    }
    spots.push(spot(desk, actor, end, || "end".to_owned()).await?);
    let codes: BTreeSet<RegionCode> =
        spots.iter().flat_map(|one| &one.codes).flat_map(|code| [*code, code.city()]).collect();
    let codes: Vec<RegionCode> = codes.into_iter().collect();
    let known = match codes.as_slice() {
        [] => Vec::new(),
        codes => times::around(&desk.db, codes, MAX_WAYS).await?,
    };
    let known = known.into_iter().map(|one| (one.way, one.minutes)).collect();
    matrix(ask, &spots, &known)
}

/// The divisions of a place.
async fn spot<'a>(
    desk: &Desk,
    actor: &Actor,
    asked: &'a VisitSpot,
    place: impl Fn() -> String,
) -> Result<Spot<'a>, AskError> {
    let (db, sees) = (&desk.db, policy::visibility(actor));
    let unknown =
        |field: &str, what| AskError::Unknown { place: format!("{}.{field}", place()), what };
    let lies = match asked.at {
        None => None,
        Some(SpotAt::Place(place)) => Some(place),
        Some(SpotAt::Venue(id)) => {
            let found = venue::find(db, &sees, id).await?;
            found.ok_or_else(|| unknown("venueId", "venue"))?.place
        }
        Some(SpotAt::Member(Member::Enterprise(id))) => {
            let found = enterprise::find(db, &sees, id).await?;
            found.ok_or_else(|| unknown("memberId", "enterprise or organisation"))?.place
        }
        Some(SpotAt::Member(Member::Organisation(id))) => {
            let found = organisation::find(db, &sees, id).await?;
            found.ok_or_else(|| unknown("memberId", "enterprise or organisation"))?.place
        }
    };
    let codes = match lies {
        None => Vec::new(),
        Some(Place::Region(code)) => {
            let found = region::find_many(db, &[code]).await?;
            found.first().ok_or_else(|| unknown("place", "division or zone"))?;
            vec![code]
        }
        Some(Place::Zone(id)) => {
            let found = zone::find(db, &sees, id).await?;
            found.ok_or_else(|| unknown("place", "division or zone"))?.overlaps
        }
    };
    Ok(Spot { name: &asked.name, codes })
}

/// Minutes between all places, or all ways that nobody knows.
fn matrix(
    ask: &AskVisits,
    spots: &[Spot<'_>],
    known: &BTreeMap<Way, u16>,
) -> Result<Travel, VisitsError> {
    let mut minutes = vec![vec![0; spots.len()]; spots.len()];
    let (mut used, mut unknown) = (Vec::new(), Vec::new());
    for (i, one) in spots.iter().enumerate() {
        for (j, other) in spots.iter().enumerate().skip(i + 1) {
            // Only start and end may be one place.
            if one.name == other.name {
                continue;
            }
            let (from, to) = (one.name.to_owned(), other.name.to_owned());
            let Some((taken, source)) = way(ask, (one, other), known) else {
                let codes = one.codes.first().copied().zip(other.codes.first().copied());
                unknown.push(UnknownWay { from, to, codes });
                continue;
            };
            minutes[i][j] = taken;
            minutes[j][i] = taken;
            used.push(UsedWay { from, to, minutes: taken, source });
        }
    }
    if unknown.is_empty() { Ok((minutes, used)) } else { Err(VisitsError::Ways(unknown)) }
}

/// How long one way takes: as asked, else as entered for its divisions, else as asked for one division.
fn way(
    ask: &AskVisits,
    (one, other): (&Spot<'_>, &Spot<'_>),
    known: &BTreeMap<Way, u16>,
) -> Option<(u32, WaySource)> {
    let is_meant = |way: &&super::VisitWay| {
        (way.from == one.name && way.to == other.name)
            || (way.from == other.name && way.to == one.name)
    };
    if let Some(way) = ask.ways.iter().find(is_meant) {
        return Some((way.minutes, WaySource::Given));
    }
    if let Some(minutes) = travel::shortest(known, &one.codes, &other.codes) {
        return Some((u32::from(minutes), WaySource::TravelTimes));
    }
    let is_near = one.codes.iter().any(|code| other.codes.contains(code));
    ask.minutes_within.filter(|_| is_near).map(|minutes| (minutes, WaySource::Within))
}
