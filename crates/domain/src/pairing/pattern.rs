//! Patterns of pairing 结对模式: who is paired with whom, and with how many, as data.
//!
//! A pattern has an anchor 牵头方 and one or more roles that are filled around each anchor. Local
//! practice differs and changes, so patterns are rows: some are shipped, coordinators add others.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::actor::{Actor, Role as ActorRole};
use crate::enterprise::{Enterprise, Ownership};
use crate::organisation::{Organisation, OrganisationKind};
use crate::pairing::{PairingKind, takes};
use crate::words;

/// Longest name of a pattern.
pub const MAX_NAME: usize = 40;
/// Longest title in characters.
pub const MAX_TITLE: usize = 100;
/// Most roles of a pattern.
pub const MAX_SLOTS: usize = 8;
/// Most partners a pattern may ask for.
pub const MAX_COUNT: u32 = 300;

words! {
    /// Who may fill a role.
    pub enum MemberKind {
        /// Any enterprise 企业.
        Enterprise = "enterprise",
        /// Centrally administered state-owned enterprise 央企.
        CentralSoe = "central_soe",
        /// One of these that belongs to another enterprise 央企所属企业.
        CentralSubsidiary = "central_subsidiary",
        /// State-owned, provincial 省属国企.
        ProvincialSoe = "provincial_soe",
        /// State-owned, municipal 市属国企.
        MunicipalSoe = "municipal_soe",
        /// State-owned, district 区属国企.
        DistrictSoe = "district_soe",
        /// State-owned by another place 外地国企.
        OutsideSoe = "outside_soe",
        /// Private 民营.
        PrivateFirm = "private_firm",
        /// Foreign 外资.
        ForeignFirm = "foreign_firm",
        /// Governs its chain 链主企业.
        LeadFirm = "lead_firm",
        /// Large in its trade 龙头企业.
        Flagship = "flagship",
        /// Neither governs its chain nor is large in its trade 一般企业.
        OrdinaryFirm = "ordinary_firm",
        /// Any other organisation 其他组织; villages are registered as such.
        Organisation = "organisation",
        /// Government department or organ 部门.
        Department = "department",
        /// Chamber or association 商会、协会.
        Chamber = "chamber",
        /// Bank or other financial institution 金融机构.
        Bank = "bank",
        /// Research institute or university 科研院所.
        Institute = "institute",
    }
}

/// Somebody who might fill a role.
#[derive(Debug, Clone, Copy)]
pub enum Someone<'a> {
    /// An enterprise.
    Enterprise(&'a Enterprise),
    /// Another organisation.
    Organisation(&'a Organisation),
}

impl MemberKind {
    /// Whether only enterprises are of this kind; else only other organisations are.
    pub const fn is_enterprise(self) -> bool {
        match self {
            Self::Organisation
            | Self::Department
            | Self::Chamber
            | Self::Bank
            | Self::Institute => false,
            Self::Enterprise
            | Self::CentralSoe
            | Self::CentralSubsidiary
            | Self::ProvincialSoe
            | Self::MunicipalSoe
            | Self::DistrictSoe
            | Self::OutsideSoe
            | Self::PrivateFirm
            | Self::ForeignFirm
            | Self::LeadFirm
            | Self::Flagship
            | Self::OrdinaryFirm => true,
        }
    }

    /// Whether `someone` is of this kind.
    pub fn fits(self, someone: Someone<'_>) -> bool {
        let firm = |is: &dyn Fn(&Enterprise) -> bool| matches!(someone, Someone::Enterprise(enterprise) if is(enterprise));
        let owned = |by| firm(&|enterprise| enterprise.ownership == Some(by));
        let body = |kind| matches!(someone, Someone::Organisation(one) if one.kind == kind);
        match self {
            Self::Enterprise => firm(&|_| true),
            Self::CentralSoe => owned(Ownership::CentralSoe),
            Self::CentralSubsidiary => {
                owned(Ownership::CentralSoe) && firm(&|enterprise| enterprise.parent.is_some())
            }
            Self::ProvincialSoe => owned(Ownership::ProvincialSoe),
            Self::MunicipalSoe => owned(Ownership::MunicipalSoe),
            Self::DistrictSoe => owned(Ownership::DistrictSoe),
            Self::OutsideSoe => owned(Ownership::OutsideSoe),
            Self::PrivateFirm => owned(Ownership::PrivateFirm),
            Self::ForeignFirm => owned(Ownership::ForeignFirm),
            Self::LeadFirm => firm(&|enterprise| enterprise.is_lead_firm),
            Self::Flagship => firm(&|enterprise| enterprise.is_flagship),
            Self::OrdinaryFirm => {
                firm(&|enterprise| !enterprise.is_lead_firm && !enterprise.is_flagship)
            }
            Self::Organisation => matches!(someone, Someone::Organisation(_)),
            Self::Department => body(OrganisationKind::Department),
            Self::Chamber => body(OrganisationKind::Chamber),
            Self::Bank => body(OrganisationKind::Bank),
            Self::Institute => body(OrganisationKind::Institute),
        }
    }
}

/// A role, and who may fill it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// What it is called in Chinese.
    pub zh: String,
    /// What it is called in English.
    pub en: String,
    /// Who may fill it: whoever is of one of these kinds.
    pub who: Vec<MemberKind>,
}

impl Role {
    /// Whether `someone` may fill it.
    pub fn takes(&self, someone: Someone<'_>) -> bool {
        self.who.iter().any(|kind| kind.fits(someone))
    }
}

/// From how many to how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Fewest.
    pub min: u32,
    /// Most.
    pub max: u32,
}

/// A role around the anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The role.
    pub role: Role,
    /// How many of this role each anchor gets.
    pub per_anchor: Count,
    /// How many anchors each who fills the role may have.
    pub per_filler: Count,
}

/// A pattern of pairing 结对模式.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairingPattern {
    /// Its name: capitals, digits and underscores, 1 to 40.
    pub name: String,
    /// What it is called in Chinese.
    pub zh: String,
    /// What it is called in English.
    pub en: String,
    /// What kind of pairings it makes.
    pub kind: PairingKind,
    /// Who stands in the middle 牵头方; side A of a plan.
    pub anchor: Role,
    /// The roles around each anchor; side B of a plan. Who fits several fills the first of them.
    pub slots: Vec<Slot>,
    /// When it was added; the first moment of 1970 for patterns that come with the program.
    pub made_at: DateTime<Utc>,
    /// Who added it; empty for patterns that come with the program.
    pub made_by: String,
}

/// What is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PatternError {
    /// A name of other letters, or too long.
    #[error("{0:?} is no name of a pattern; use 1 to {MAX_NAME} capitals, digits and underscores")]
    Name(String),
    /// A title that is empty or too long.
    #[error("a title has {0} characters; it needs 1 to {MAX_TITLE}")]
    Title(usize),
    /// No roles, or too many.
    #[error("a pattern has 1 to {MAX_SLOTS} roles around its anchor; {0} were given")]
    Slots(usize),
    /// A role that nobody may fill, or that names a kind twice.
    #[error("say once for each role who may fill it")]
    Who,
    /// Numbers that cannot be.
    #[error(
        "{min} to {max} is no number of partners; the most is 1 to {MAX_COUNT} and not below the fewest"
    )]
    Count {
        /// Fewest.
        min: u32,
        /// Most.
        max: u32,
    },
    /// Sides that a pairing of the kind cannot have.
    #[error("a pairing of kind {kind} cannot be between {anchor} and {filler}")]
    Sides {
        /// The kind.
        kind: PairingKind,
        /// Who may be the anchor.
        anchor: MemberKind,
        /// Who may fill a role.
        filler: MemberKind,
    },
}

impl PairingPattern {
    /// Checks what a person wrote.
    ///
    /// # Errors
    ///
    /// See [`PatternError`].
    pub fn check(&self) -> Result<(), PatternError> {
        let is_plain =
            |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        if !(1..=MAX_NAME).contains(&self.name.len()) || !self.name.bytes().all(is_plain) {
            return Err(PatternError::Name(self.name.chars().take(MAX_NAME).collect()));
        }
        if !(1..=MAX_SLOTS).contains(&self.slots.len()) {
            return Err(PatternError::Slots(self.slots.len()));
        }
        check_title(&self.zh)?;
        check_title(&self.en)?;
        check_role(&self.anchor)?;
        for slot in &self.slots {
            check_role(&slot.role)?;
            check_count(slot.per_anchor)?;
            check_count(slot.per_filler)?;
            self.check_sides(slot)?;
        }
        Ok(())
    }

    fn check_sides(&self, slot: &Slot) -> Result<(), PatternError> {
        for &anchor in &self.anchor.who {
            for &filler in &slot.role.who {
                if !takes(self.kind, anchor.is_enterprise(), filler.is_enterprise()) {
                    return Err(PatternError::Sides { kind: self.kind, anchor, filler });
                }
            }
        }
        Ok(())
    }

    /// The first role that `someone` may fill, by its position; `None` if there is none.
    pub fn slot_of(&self, someone: Someone<'_>) -> Option<usize> {
        self.slots.iter().position(|slot| slot.role.takes(someone))
    }

    /// How many partners an anchor gets in all.
    pub fn of_anchor(&self) -> Count {
        let sum = |part: fn(&Count) -> u32| {
            self.slots.iter().map(|slot| part(&slot.per_anchor)).fold(0, u32::saturating_add)
        };
        Count { min: sum(|count| count.min), max: sum(|count| count.max) }
    }
}

fn check_title(title: &str) -> Result<(), PatternError> {
    let length = title.trim().chars().count();
    if (1..=MAX_TITLE).contains(&length) { Ok(()) } else { Err(PatternError::Title(length)) }
}

fn check_role(role: &Role) -> Result<(), PatternError> {
    check_title(&role.zh)?;
    check_title(&role.en)?;
    let mut who = role.who.clone();
    who.sort_unstable();
    who.dedup();
    if who.is_empty() || who.len() < role.who.len() { Err(PatternError::Who) } else { Ok(()) }
}

fn check_count(Count { min, max }: Count) -> Result<(), PatternError> {
    if (1..=MAX_COUNT).contains(&max) && min <= max {
        Ok(())
    } else {
        Err(PatternError::Count { min, max })
    }
}

/// Whether `actor` may plan pairings, and read the patterns for it: coordinators and secretaries.
pub fn may_plan(actor: &Actor) -> bool {
    matches!(actor.role, ActorRole::Coordinator | ActorRole::CommitteeSecretary)
}

/// Whether `actor` may add a pattern: coordinators.
pub fn may_add(actor: &Actor) -> bool {
    actor.role == ActorRole::Coordinator
}

mod shipped;

pub use shipped::shipped;

#[cfg(test)]
mod tests;
