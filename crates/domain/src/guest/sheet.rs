//! What is printed of the people who come: badges and a list to sign.

use chrono::NaiveDate;

use super::GuestKind;

/// Most badges of one sheet.
pub const MAX_BADGES: usize = 2_000;

/// The people who come to an event, or with one of its guests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadgeSheet {
    /// Title of the event.
    pub title: String,
    /// Its local date.
    pub held_on: NaiveDate,
    /// Whether it is invented for demonstration.
    pub is_example: bool,
    /// Badges, guest by guest in the order in which they were invited.
    pub badges: Vec<Badge>,
}

/// A badge 胸牌.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// Name of the guest.
    pub unit: String,
    /// Kind of guest.
    pub kind: GuestKind,
    /// Name of the person; empty for those who come along without one.
    pub name: String,
    /// What they are there; empty if not said.
    pub title: String,
    /// Whether it is for somebody who comes along without a name.
    pub is_escort: bool,
    /// Text of the QR code.
    pub text: String,
}

impl GuestKind {
    /// What it is called in Chinese.
    pub const fn label_zh(self) -> &'static str {
        match self {
            Self::CentralSoe => "央企",
            Self::LocalSoe => "地方国企",
            Self::Enterprise => "企业",
            Self::Department => "部门",
            Self::Bank => "金融机构",
            Self::Institute => "科研院所",
            Self::Chamber => "商协会",
            Self::Media => "媒体",
            Self::Other => "嘉宾",
        }
    }
}
