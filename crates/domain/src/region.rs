//! Places: administrative divisions (GB/T 2260) with their history, and functional zones that
//! overlap them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::ids::ZoneId;
use crate::words;

/// A six-digit code of GB/T 2260.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCode(u32);

/// A text that is not a division code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a division code; expected six digits of GB/T 2260 such as 440305")]
pub struct RegionCodeError(pub String);

impl RegionCode {
    /// The province that holds this division.
    #[must_use]
    pub const fn province(self) -> Self {
        Self(self.0 / 10_000 * 10_000)
    }

    /// The city that holds this division; a province gives itself.
    #[must_use]
    pub const fn city(self) -> Self {
        Self(self.0 / 100 * 100)
    }

    /// Level of the division, from the shape of the code.
    pub const fn level(self) -> RegionLevel {
        if self.0.is_multiple_of(10_000) {
            RegionLevel::Province
        } else if self.0.is_multiple_of(100) {
            RegionLevel::City
        } else {
            RegionLevel::District
        }
    }

    /// Whether `self` is `other` or lies inside of it.
    pub fn is_within(self, other: Self) -> bool {
        match other.level() {
            RegionLevel::Province => self.province() == other,
            RegionLevel::City => self.city() == other,
            RegionLevel::District => self == other,
        }
    }

    /// The division one level up; provinces have none.
    pub fn parent(self) -> Option<Self> {
        match self.level() {
            RegionLevel::Province => None,
            RegionLevel::City => Some(self.province()),
            RegionLevel::District => Some(self.city()),
        }
    }
}

/// The smallest division that holds all of `codes`; `None` for none, or for several provinces.
pub fn common(codes: impl IntoIterator<Item = RegionCode>) -> Option<RegionCode> {
    let mut codes = codes.into_iter();
    let mut found = codes.next()?;
    for code in codes {
        while !code.is_within(found) {
            found = found.parent()?;
        }
    }
    Some(found)
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl FromStr for RegionCode {
    type Err = RegionCodeError;

    fn from_str(text: &str) -> Result<Self, RegionCodeError> {
        let error = || RegionCodeError(text.chars().take(40).collect());
        if text.len() != 6 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(error());
        }
        let number = text.parse().map_err(|_| error())?;
        if number < 110_000 { Err(error()) } else { Ok(Self(number)) }
    }
}

words! {
    /// Level of a division.
    pub enum RegionLevel {
        /// Province, autonomous region or municipality 省级.
        Province = "province",
        /// City 地级.
        City = "city",
        /// District or county 县级.
        District = "district",
    }
}

/// A division, current or past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Its code.
    pub code: RegionCode,
    /// Its name as published, 通州区.
    pub name: String,
    /// The division above; not always the one the code suggests.
    pub parent: Option<RegionCode>,
    /// Last year the code was in force; `None` while it is.
    pub until_year: Option<i32>,
    /// The code that took its place.
    pub successor: Option<RegionCode>,
}

/// A functional zone 功能区 (前海, 高新区): no division of its own, may overlap several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its id.
    pub id: ZoneId,
    /// Its name, unique.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Divisions it overlaps, in code order.
    pub overlaps: Vec<RegionCode>,
    /// Whether this is invented for demonstration 示例.
    pub is_example: bool,
    /// Raised by one with each save.
    pub version: i64,
}

/// A place: a division or a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A division.
    Region(RegionCode),
    /// A zone.
    Zone(ZoneId),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_knows_its_level_and_what_holds_it() {
        let code: RegionCode = "320612".parse().unwrap();
        assert_eq!(code.level(), RegionLevel::District);
        assert_eq!(code.city().to_string(), "320600");
        assert_eq!(code.province().to_string(), "320000");
        assert!(code.is_within(code.city()) && code.is_within(code.province()));
        assert!(!code.is_within("110112".parse().unwrap()));
    }

    #[test]
    fn what_holds_several_divisions_is_the_smallest_that_does() {
        let held = |codes: &[&str]| {
            common(codes.iter().map(|code| code.parse().unwrap())).map(|code| code.to_string())
        };
        assert_eq!(held(&[]), None);
        assert_eq!(held(&["440305"]).unwrap(), "440305");
        assert_eq!(held(&["440305", "440306", "440300"]).unwrap(), "440300");
        assert_eq!(held(&["440305", "441302"]).unwrap(), "440000");
        assert_eq!(held(&["440305", "320612"]), None);
    }

    #[test]
    fn a_text_that_is_no_code_is_refused_with_the_text() {
        for text in ["", "32061", "3206123", "32061x", "000001", "３２０６１２"] {
            assert_eq!(text.parse::<RegionCode>(), Err(RegionCodeError(text.to_owned())));
        }
    }
}
