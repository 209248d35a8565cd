//! Offers: what a need can be matched with 供给、资源.

use chrono::NaiveDate;
use thiserror::Error;

use crate::actor::{Actor, Role};
use crate::committee::Member;
use crate::ids::OfferId;
use crate::words;

pub mod reservation;

words! {
    /// What is offered.
    pub enum OfferKind {
        /// Goods 产品.
        Product = "product",
        /// A technique, patent or laboratory 技术成果.
        Technology = "technology",
        /// A service 服务.
        Service = "service",
        /// Money: credit, fund, insurance 金融.
        Finance = "finance",
        /// Land, rooms, beds 空间.
        Space = "space",
        /// People, training 人才.
        Talent = "talent",
        /// A policy one may apply for 政策.
        Policy = "policy",
        /// Customers, a scenario to try something in 市场与场景.
        Market = "market",
        /// Anything else 其他.
        Other = "other",
    }
}

/// An offer 供给.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its id.
    pub id: OfferId,
    /// Key in the system it was imported from; unique where there is one.
    pub external_id: Option<String>,
    /// Who offers it.
    pub provider: Member,
    /// What it is.
    pub kind: OfferKind,
    /// Title, 1 to 200 characters.
    pub title: String,
    /// Description; empty if not written.
    pub body: String,
    /// How much there is, in `unit`; `None` where there is no limit.
    pub capacity: Option<i64>,
    /// How much is left; `None` exactly where `capacity` is.
    pub capacity_left: Option<i64>,
    /// What the capacity counts, such as m² or 床位.
    pub unit: Option<String>,
    /// Last day it stands; `None` while it has no end.
    pub valid_until: Option<NaiveDate>,
    /// Whether everyone may read it.
    pub is_published: bool,
    /// Raised by one with each save.
    pub version: i64,
}

/// Why an offer was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OfferError {
    /// The title is empty or too long.
    #[error("the title has {0} characters; it needs 1 to {MAX_TITLE}")]
    TitleLength(usize),
    /// The description is too long.
    #[error("the description has {0} characters; it may have {MAX_BODY}")]
    BodyLength(usize),
    /// A capacity below nothing.
    #[error("capacity is {0}; it cannot be negative")]
    CapacityNegative(i64),
    /// A capacity below what is in use.
    #[error("capacity is {capacity}, but {used} is in use; free some first")]
    CapacityInUse {
        /// The new capacity.
        capacity: i64,
        /// What is in use.
        used: i64,
    },
}

/// Longest title in characters.
pub const MAX_TITLE: usize = 200;
/// Longest description in characters.
pub const MAX_BODY: usize = 20_000;

impl Offer {
    /// Whether it can be matched on `day`: still valid and something left.
    pub fn is_open_on(&self, day: NaiveDate) -> bool {
        self.valid_until.is_none_or(|until| day <= until)
            && self.capacity_left.is_none_or(|left| left > 0)
    }
}

/// Checks an offer and sets what is left: everything for a new one, and what `before` did not use
/// for a changed one.
///
/// # Errors
///
/// See [`OfferError`].
pub fn revise(offer: &Offer, before: Option<&Offer>) -> Result<Offer, OfferError> {
    let title = offer.title.trim();
    let length = title.chars().count();
    if !(1..=MAX_TITLE).contains(&length) {
        return Err(OfferError::TitleLength(length));
    }
    let length = offer.body.chars().count();
    if length > MAX_BODY {
        return Err(OfferError::BodyLength(length));
    }
    let used = before.map_or(0, |old| match (old.capacity, old.capacity_left) {
        (Some(capacity), Some(left)) => capacity.saturating_sub(left),
        (Some(_) | None, _) => 0,
    });
    let capacity_left = match offer.capacity {
        Some(capacity) if capacity < 0 => return Err(OfferError::CapacityNegative(capacity)),
        Some(capacity) if capacity < used => {
            return Err(OfferError::CapacityInUse { capacity, used });
        }
        Some(capacity) => Some(capacity - used),
        None => None,
    };
    Ok(Offer { title: title.to_owned(), capacity_left, ..offer.clone() })
}

/// Whether `actor` may write offers of `provider`: the provider itself or a coordinator.
pub fn may_write(actor: &Actor, provider: Member) -> bool {
    match (actor.role, provider) {
        (Role::Coordinator, _) => true,
        (Role::Enterprise, Member::Enterprise(id)) => actor.enterprise() == Some(id),
        (Role::DepartmentHandler, Member::Organisation(id)) => actor.organisation() == Some(id),
        (
            Role::Enterprise
            | Role::RotatingChair
            | Role::DepartmentHandler
            | Role::ServiceLiaison
            | Role::CommitteeSecretary
            | Role::DistrictHost
            | Role::GroupHeadquarters
            | Role::Auditor
            | Role::SystemAdmin
            | Role::Public,
            _,
        ) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Body;
    use crate::ids::{EnterpriseId, OrganisationId};

    fn offer(capacity: Option<i64>) -> Offer {
        Offer {
            id: OfferId::from(1),
            external_id: None,
            provider: Member::Enterprise(EnterpriseId::from(1)),
            kind: OfferKind::Space,
            title: " 低成本空间 ".to_owned(),
            body: String::new(),
            capacity,
            capacity_left: None,
            unit: Some("m²".to_owned()),
            valid_until: None,
            is_published: true,
            version: 1,
        }
    }

    #[test]
    fn what_is_left_follows_from_what_is_used() {
        let new = revise(&offer(Some(100)), None).unwrap();
        assert_eq!((new.title.as_str(), new.capacity_left), ("低成本空间", Some(100)));
        let used = Offer { capacity_left: Some(40), ..new };
        let more = revise(&offer(Some(120)), Some(&used)).unwrap();
        assert_eq!(more.capacity_left, Some(60));
        assert_eq!(revise(&offer(Some(60)), Some(&used)).unwrap().capacity_left, Some(0));
        let error = OfferError::CapacityInUse { capacity: 59, used: 60 };
        assert_eq!(revise(&offer(Some(59)), Some(&used)), Err(error));
        assert_eq!(revise(&offer(Some(-1)), None), Err(OfferError::CapacityNegative(-1)));
        assert_eq!(revise(&offer(None), Some(&used)).unwrap().capacity_left, None);
    }

    #[test]
    fn an_offer_is_open_through_its_last_day_and_while_something_is_left() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 3, d).unwrap();
        let until = Offer { valid_until: Some(day(5)), ..offer(None) };
        assert!(until.is_open_on(day(5)));
        assert!(!until.is_open_on(day(6)));
        assert!(!Offer { capacity_left: Some(0), ..offer(Some(5)) }.is_open_on(day(1)));
    }

    #[test]
    fn a_provider_writes_its_own_offers() {
        let firm = Member::Enterprise(EnterpriseId::from(1));
        let bank = Member::Organisation(OrganisationId::from(1));
        let actor = |role, body| Actor { subject: "t".to_owned(), role, body };
        let own = actor(Role::Enterprise, Some(Body::Enterprise(EnterpriseId::from(1))));
        let clerk =
            actor(Role::DepartmentHandler, Some(Body::Organisation(OrganisationId::from(1))));
        assert!(may_write(&own, firm) && !may_write(&own, bank));
        assert!(may_write(&clerk, bank) && !may_write(&clerk, firm));
        assert!(may_write(&actor(Role::Coordinator, None), bank));
        assert!(!may_write(&actor(Role::Auditor, None), firm));
    }
}
