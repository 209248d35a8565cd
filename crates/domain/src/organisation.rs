//! Other organisations: departments, banks, institutes, chambers.

use crate::ids::OrganisationId;
use crate::region::Place;
use crate::words;

words! {
    /// What kind of organisation, which is also the kind of seat it may hold.
    pub enum OrganisationKind {
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

impl OrganisationKind {
    /// As it is printed.
    pub const fn label_zh(self) -> &'static str {
        match self {
            Self::Department => "部门",
            Self::Chamber => "商会、协会",
            Self::Bank => "金融机构",
            Self::Institute => "科研院所",
        }
    }
}

/// An organisation that is not an enterprise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Key in the system it was imported from.
    pub external_id: Option<String>,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// Where it is.
    pub place: Option<Place>,
    /// What it can do for enterprises, in a sentence or keywords; empty when unknown.
    pub services: String,
    /// Whether this is invented for demonstration 示例.
    pub is_example: bool,
    /// Raised by one with each save.
    pub version: i64,
}
