//! Venues: where docking events take place.

use thiserror::Error;

use crate::actor::{Actor, Body, Role};
use crate::ids::VenueId;
use crate::region::Place;

/// Most tables a venue or an event can have.
pub const MAX_TABLES: u16 = 500;
/// Most people a venue can hold.
pub const MAX_CAPACITY: u32 = 100_000;
/// Longest name of a venue, in characters.
pub const MAX_NAME: usize = 200;

/// A venue 场地.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Venue {
    /// Its id.
    pub id: VenueId,
    /// Its name.
    pub name: String,
    /// Street address.
    pub address: Option<String>,
    /// The division or zone it lies in.
    pub place: Option<Place>,
    /// How many people it holds, if known.
    pub capacity: Option<u32>,
    /// How many tables for one-to-one meetings it has room for.
    pub tables: u16,
    /// Whether this is invented for demonstration 示例.
    pub is_example: bool,
    /// Raised by one with each save.
    pub version: i64,
}

/// Why a venue makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VenueError {
    /// It has no name.
    #[error("the name is empty; write what the venue is called")]
    NameMissing,
    /// The name is too long.
    #[error("the name has {length} characters; at most {MAX_NAME} are kept")]
    NameTooLong {
        /// Its length in characters.
        length: usize,
    },
    /// It has no table, or too many.
    #[error("{tables} tables; a venue has 1 to {MAX_TABLES}")]
    Tables {
        /// The number given.
        tables: u16,
    },
    /// It holds nobody, or too many.
    #[error("a capacity of {capacity} people; it must lie between 1 and {MAX_CAPACITY}")]
    Capacity {
        /// The number given.
        capacity: u32,
    },
}

/// Checks every part of `venue`.
///
/// # Errors
///
/// The first [`VenueError`] in the order of the fields.
pub fn check(venue: &Venue) -> Result<(), VenueError> {
    let length = venue.name.chars().count();
    if venue.name.trim().is_empty() {
        return Err(VenueError::NameMissing);
    }
    if length > MAX_NAME {
        return Err(VenueError::NameTooLong { length });
    }
    if let Some(capacity) = venue.capacity.filter(|n| !(1..=MAX_CAPACITY).contains(n)) {
        return Err(VenueError::Capacity { capacity });
    }
    if !(1..=MAX_TABLES).contains(&venue.tables) {
        return Err(VenueError::Tables { tables: venue.tables });
    }
    Ok(())
}

/// Whether `actor` may register a venue at `place`: coordinators anywhere, hosts at home.
pub fn may_register(actor: &Actor, place: Option<Place>) -> bool {
    match actor.role {
        Role::Coordinator => true,
        Role::DistrictHost => home(actor).is_some_and(|home| place == Some(home)),
        Role::Enterprise
        | Role::RotatingChair
        | Role::DepartmentHandler
        | Role::ServiceLiaison
        | Role::CommitteeSecretary
        | Role::GroupHeadquarters
        | Role::Auditor
        | Role::SystemAdmin
        | Role::Public => false,
    }
}

/// The place `actor` acts for, if it acts for one.
pub fn home(actor: &Actor) -> Option<Place> {
    match actor.body {
        Some(Body::Region(code)) => Some(Place::Region(code)),
        Some(Body::Zone(id)) => Some(Place::Zone(id)),
        Some(Body::Enterprise(_) | Body::Organisation(_) | Body::Committee(_)) | None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ZoneId;

    fn venue() -> Venue {
        Venue {
            id: VenueId::from(1),
            name: "前海会议中心".to_owned(),
            address: None,
            place: None,
            capacity: Some(200),
            tables: 20,
            is_example: true,
            version: 1,
        }
    }

    #[test]
    fn a_venue_has_a_name_room_and_tables() {
        let cases = [
            ("as it should be", venue(), Ok(())),
            ("blank name", Venue { name: " ".to_owned(), ..venue() }, Err(VenueError::NameMissing)),
            (
                "long name",
                Venue { name: "名".repeat(201), ..venue() },
                Err(VenueError::NameTooLong { length: 201 }),
            ),
            (
                "nobody",
                Venue { capacity: Some(0), ..venue() },
                Err(VenueError::Capacity { capacity: 0 }),
            ),
            ("unknown capacity", Venue { capacity: None, ..venue() }, Ok(())),
            ("no table", Venue { tables: 0, ..venue() }, Err(VenueError::Tables { tables: 0 })),
            ("most tables", Venue { tables: 500, ..venue() }, Ok(())),
            ("one more", Venue { tables: 501, ..venue() }, Err(VenueError::Tables { tables: 501 })),
        ];
        for (name, venue, want) in cases {
            assert_eq!(check(&venue), want, "{name}");
        }
    }

    #[test]
    fn a_host_registers_venues_at_home_only() {
        let zone = ZoneId::from(1);
        let host = Actor {
            subject: "h".to_owned(),
            role: Role::DistrictHost,
            body: Some(Body::Zone(zone)),
        };
        assert!(may_register(&host, Some(Place::Zone(zone))));
        assert!(!may_register(&host, Some(Place::Zone(ZoneId::from(2)))));
        assert!(!may_register(&host, None));
        assert!(!may_register(&Actor::public(), Some(Place::Zone(zone))));
        let coordinator = Actor { role: Role::Coordinator, body: None, ..host };
        assert!(may_register(&coordinator, None));
    }
}
