//! Party organisations and their superiors: a structure of its own, apart from ownership and chain.

use crate::ids::{EnterpriseId, OrganisationId, PartyOrganisationId};
use crate::words;

words! {
    /// Level of a Party organisation.
    pub enum PartyLevel {
        /// Party committee 党委.
        Committee = "committee",
        /// General branch 党总支.
        GeneralBranch = "general_branch",
        /// Branch 党支部.
        Branch = "branch",
    }
}

/// Where a Party organisation is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartyHome {
    /// In an enterprise.
    Enterprise(EnterpriseId),
    /// In another organisation.
    Organisation(OrganisationId),
    /// On its own, such as a superior committee.
    None,
}

/// A Party organisation 党组织.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyOrganisation {
    /// Its id.
    pub id: PartyOrganisationId,
    /// Key in the system it was imported from.
    pub external_id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its level.
    pub level: PartyLevel,
    /// Its superior.
    pub parent: Option<PartyOrganisationId>,
    /// Where it is set up.
    pub home: PartyHome,
    /// Raised by one with each save.
    pub version: i64,
}
