//! Figures of an event after its day.

use std::collections::BTreeMap;

use lianmeng_domain::committee::Member;
use lianmeng_domain::event::DockingEvent;
use lianmeng_domain::guest::{GuestKind, Invitee};
use lianmeng_domain::ids::{EnterpriseId, OrganisationId, ParticipantId};
use lianmeng_domain::meeting::Participant;
use lianmeng_domain::meeting_result::evaluation::{Evaluation, Evidence, evaluate, opening};
use lianmeng_domain::policy::Visibility;
use lianmeng_store::event::{layout, version};
use lianmeng_store::meeting::participant;
use lianmeng_store::page::Window;
use lianmeng_store::{StoreError, enterprise, guest, meeting_result, organisation};
use sea_orm::ConnectionTrait;

use super::tell::rows;

/// Most versions of an event that are looked through.
const MAX_VERSIONS: u64 = 1_000;

/// The figures of `event`; zeros while no version is published. The caller has found that they may be
/// seen. About ten statements, whatever the event holds.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn figures(
    db: &impl ConnectionTrait,
    event: &DockingEvent,
) -> Result<Evaluation, StoreError> {
    let versions = version::page(db, event.id, Window::first(MAX_VERSIONS)).await?;
    let layout = layout::find(db, event.id).await?;
    let first_slot = layout.slots.first().map(|slot| slot.starts_at);
    let opened = first_slot.and_then(|first| opening(&versions, first));
    let (Some(opened), Some(last)) = (opened, event.published) else {
        return Ok(Evaluation::default());
    };
    let booked = rows(db, event.id, opened).await?;
    let last = if last == opened { booked.clone() } else { rows(db, event.id, last).await? };
    let people = participant::all(db, event.id).await?;
    let places = u32::try_from(layout.slots.len() * layout.tables.len()).unwrap_or(u32::MAX);
    Ok(evaluate(&Evidence {
        booked: &booked,
        last: &last,
        places,
        results: &meeting_result::of_event(db, event.id).await?,
        kinds: &kinds(db, event, &people).await?,
        recorded: &meeting_result::recorded(db, event.id).await?,
    }))
}

/// What kind each participant is: as which it was invited, or else by the registry.
async fn kinds(
    db: &impl ConnectionTrait,
    event: &DockingEvent,
    people: &[Participant],
) -> Result<BTreeMap<ParticipantId, GuestKind>, StoreError> {
    let guests = guest::all(db, event.id).await?;
    let invited = guests.iter().filter_map(|guest| match guest.who {
        Invitee::Member(member) => Some((member, guest.kind)),
        Invitee::Outside(_) => None,
    });
    let mut kinds: BTreeMap<Member, GuestKind> = invited.collect();
    let others = || people.iter().map(|one| one.member).filter(|one| !kinds.contains_key(one));
    let enterprises: Vec<EnterpriseId> = others()
        .filter_map(|member| match member {
            Member::Enterprise(id) => Some(id),
            Member::Organisation(_) => None,
        })
        .collect();
    let organisations: Vec<OrganisationId> = others()
        .filter_map(|member| match member {
            Member::Organisation(id) => Some(id),
            Member::Enterprise(_) => None,
        })
        .collect();
    for one in enterprise::find_many(db, &Visibility::All, &enterprises).await? {
        kinds.insert(Member::Enterprise(one.id), GuestKind::of_enterprise(one.ownership));
    }
    for one in organisation::find_many(db, &Visibility::All, &organisations).await? {
        kinds.insert(Member::Organisation(one.id), GuestKind::of_organisation(one.kind));
    }
    let kind = |one: &Participant| (one.id, kinds.get(&one.member).copied());
    Ok(people.iter().map(kind).map(|(id, kind)| (id, kind.unwrap_or(GuestKind::Other))).collect())
}
