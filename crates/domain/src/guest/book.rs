//! How many places an event has, by kind of guest and in all, and who of those that wait gets one.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{Guest, GuestError, GuestKind, GuestStage, GuestWhy, promote};
use crate::ids::DockingEventId;

/// Greatest capacity of an event, in people.
pub const MAX_CAPACITY: u32 = 100_000;

/// How many guests of one kind there are to be. A guest is one delegation, however many it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// The kind.
    pub kind: GuestKind,
    /// Fewest; until they have come together, so many places in the house are kept for the kind.
    pub min: u16,
    /// Most; none for any number.
    pub max: Option<u16>,
}

/// The places of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestBook {
    /// The event.
    pub event: DockingEventId,
    /// For how many people there is room, where somebody said so; else what the venue holds.
    pub capacity: Option<u32>,
    /// Quotas, each kind once, in the order of the kinds.
    pub quotas: Vec<Quota>,
    /// Raised with each change of the event's guests.
    pub version: i64,
}

/// Why quotas make no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BookError {
    /// No capacity, or one that is too great.
    #[error("a capacity of {capacity} people; it must lie between 1 and {MAX_CAPACITY}")]
    Capacity {
        /// The number given.
        capacity: u32,
    },
    /// A kind twice.
    #[error("{kind} has two quotas; give each kind one")]
    KindTwice {
        /// The kind.
        kind: GuestKind,
    },
    /// The fewest are more than the most.
    #[error(
        "at least {min} and at most {max} guests of {kind} contradict each other; raise the most"
    )]
    MinOverMax {
        /// The kind.
        kind: GuestKind,
        /// Fewest.
        min: u16,
        /// Most.
        max: u16,
    },
    /// All minimums together do not fit in.
    #[error("the minimums add up to {sum} guests, the house has room for {capacity} people")]
    MinsOverCapacity {
        /// Their sum.
        sum: u32,
        /// For how many there is room.
        capacity: u32,
    },
}

/// Quotas that make sense, in the order of the kinds; `capacity` is for how many people there is room,
/// if anybody knows.
///
/// # Errors
///
/// The first [`BookError`].
pub fn check(quotas: &[Quota], capacity: Option<u32>) -> Result<Vec<Quota>, BookError> {
    if let Some(capacity) = capacity.filter(|one| !(1..=MAX_CAPACITY).contains(one)) {
        return Err(BookError::Capacity { capacity });
    }
    let mut sorted = quotas.to_vec();
    sorted.sort_by_key(|quota| quota.kind);
    for pair in sorted.windows(2) {
        if let [a, b] = pair
            && a.kind == b.kind
        {
            return Err(BookError::KindTwice { kind: a.kind });
        }
    }
    for Quota { kind, min, max } in &sorted {
        if let Some(max) = max.filter(|max| min > max) {
            return Err(BookError::MinOverMax { kind: *kind, min: *min, max });
        }
    }
    let sum = sorted.iter().map(|quota| u32::from(quota.min)).sum();
    match capacity {
        Some(capacity) if sum > capacity => Err(BookError::MinsOverCapacity { sum, capacity }),
        Some(_) | None => Ok(sorted),
    }
}

/// What is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Guests that come, by kind.
    pub guests: BTreeMap<GuestKind, u32>,
    /// People they send.
    pub heads: u32,
}

impl Taken {
    /// What `guests` take that come.
    pub fn by(guests: &[Guest]) -> Self {
        let mut taken = Self::default();
        guests.iter().filter(|guest| guest.stage == GuestStage::Yes).for_each(|one| taken.add(one));
        taken
    }

    fn add(&mut self, guest: &Guest) {
        *self.guests.entry(guest.kind).or_default() += 1;
        self.heads += guest.heads();
    }

    fn of(&self, kind: GuestKind) -> u32 {
        self.guests.get(&kind).copied().unwrap_or(0)
    }

    /// Places kept for kinds other than `kind` below their minimum, one for each guest missing.
    fn kept(&self, quotas: &[Quota], kind: GuestKind) -> u32 {
        let others = quotas.iter().filter(|quota| quota.kind != kind);
        others.map(|quota| u32::from(quota.min).saturating_sub(self.of(quota.kind))).sum()
    }

    /// Whether `guest`, which does not come yet, finds a place among `quotas` in a house with room for
    /// `capacity` people: its kind has one, and so has the house, without those that are kept for
    /// other kinds below their minimum, one for each guest that is missing.
    ///
    /// # Errors
    ///
    /// [`GuestWhy::KindFull`] or [`GuestWhy::HouseFull`].
    pub fn room(
        &self,
        quotas: &[Quota],
        capacity: Option<u32>,
        guest: &Guest,
    ) -> Result<(), GuestWhy> {
        let most = quotas.iter().find(|quota| quota.kind == guest.kind).and_then(|one| one.max);
        if most.is_some_and(|most| self.of(guest.kind) >= u32::from(most)) {
            return Err(GuestWhy::KindFull);
        }
        let heads = self.heads + guest.heads() + self.kept(quotas, guest.kind);
        if capacity.is_some_and(|capacity| heads > capacity) {
            return Err(GuestWhy::HouseFull);
        }
        Ok(())
    }
}

/// Whether `guest`, one of `guests`, finds a place when it accepts: as [`Taken::room`], and nobody of
/// its own kind waits already.
///
/// # Errors
///
/// [`GuestWhy::KindFull`] or [`GuestWhy::HouseFull`].
pub fn place(
    quotas: &[Quota],
    capacity: Option<u32>,
    guests: &[Guest],
    guest: &Guest,
) -> Result<(), GuestWhy> {
    let is_ahead = |one: &&Guest| {
        one.stage == GuestStage::Waiting && one.kind == guest.kind && one.id != guest.id
    };
    if let Some(ahead) = guests.iter().find(is_ahead) {
        return Err(ahead.why.unwrap_or(GuestWhy::HouseFull));
    }
    Taken::by(guests).room(quotas, capacity, guest)
}

/// Those of the waiting `guests` who get a place now, in the order in which they do, with a place.
///
/// Whoever waits longest comes first; nobody overtakes one of their own kind, for whom there may be no
/// place because it sends more people.
///
/// Time `O(n log n)` for `n` guests.
pub fn promotions(
    quotas: &[Quota],
    capacity: Option<u32>,
    guests: &[Guest],
    why: GuestWhy,
) -> Vec<Guest> {
    let mut taken = Taken::by(guests);
    let mut waiting: Vec<&Guest> =
        guests.iter().filter(|guest| guest.stage == GuestStage::Waiting).collect();
    waiting.sort_by_key(|guest| (guest.queued_at, guest.id));
    let mut stuck: Vec<GuestKind> = Vec::new();
    let mut promoted = Vec::new();
    for guest in waiting {
        if stuck.contains(&guest.kind) {
            continue;
        }
        match (taken.room(quotas, capacity, guest), promote(guest, why, "")) {
            (Ok(()), Ok(one)) => {
                taken.add(&one);
                promoted.push(one);
            }
            (Err(_), _) | (_, Err(_)) => stuck.push(guest.kind),
        }
    }
    promoted
}

/// Whether as many people as come in `guests` find room.
///
/// # Errors
///
/// [`GuestError::HouseFull`].
pub fn check_heads(capacity: Option<u32>, guests: &[Guest]) -> Result<(), GuestError> {
    let heads = Taken::by(guests).heads;
    match capacity {
        Some(capacity) if heads > capacity => Err(GuestError::HouseFull { heads, capacity }),
        Some(_) | None => Ok(()),
    }
}

/// Whether a delegation of `kind` that grew finds room, with as many people as come in `guests` and the
/// places that are kept for other kinds.
///
/// # Errors
///
/// [`GuestError::HouseFull`].
pub fn check_growth(
    quotas: &[Quota],
    capacity: Option<u32>,
    guests: &[Guest],
    kind: GuestKind,
) -> Result<(), GuestError> {
    let taken = Taken::by(guests);
    let heads = taken.heads + taken.kept(quotas, kind);
    match capacity {
        Some(capacity) if heads > capacity => Err(GuestError::HouseFull { heads, capacity }),
        Some(_) | None => Ok(()),
    }
}

/// How many guests of one kind stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Invitations that were sent and not taken back.
    pub invited: u32,
    /// Those that come.
    pub yes: u32,
    /// Those that do not come.
    pub no: u32,
    /// Those that do not know yet.
    pub tentative: u32,
    /// Those that wait for a place.
    pub waiting: u32,
    /// Those that did not answer in time.
    pub lapsed: u32,
    /// Those that have not answered and still may.
    pub open: u32,
    /// People who come with a guest.
    pub heads: u32,
}

impl Tally {
    /// Counts `guests`.
    pub fn of<'a>(guests: impl Iterator<Item = &'a Guest>) -> Self {
        let mut tally = Self::default();
        for guest in guests {
            let stage = match guest.stage {
                GuestStage::Draft | GuestStage::Withdrawn => continue,
                GuestStage::Sent => &mut tally.open,
                GuestStage::Yes => &mut tally.yes,
                GuestStage::No => &mut tally.no,
                GuestStage::Tentative => &mut tally.tentative,
                GuestStage::Waiting => &mut tally.waiting,
                GuestStage::Lapsed => &mut tally.lapsed,
            };
            *stage += 1;
            tally.invited += 1;
            if guest.stage == GuestStage::Yes {
                tally.heads += guest.heads();
            }
        }
        tally
    }
}
