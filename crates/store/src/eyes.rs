//! Whose eyes a list is read with.

use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::rights::{Column, DataClass};

/// What a caller sees and what of it they read in full, of one class of data.
#[derive(Debug, Clone, Copy)]
pub struct Eyes<'a> {
    /// The part of the platform the caller sees, see [`lianmeng_domain::policy::sees`].
    pub sees: &'a Visibility,
    /// The part the caller reads in full, see [`lianmeng_domain::policy::reads`].
    pub reads: &'a Visibility,
    /// The part whose decline reasons the caller sees.
    pub secrets: &'a Visibility,
}

impl Eyes<'static> {
    /// The eyes of the platform itself, for rules and engines.
    pub const ALL: Self =
        Self { sees: &Visibility::All, reads: &Visibility::All, secrets: &Visibility::All };
}

impl<'a> Eyes<'a> {
    /// The eyes of a caller in `column` who sees the `whole` of their scope, for data of `class`. Of
    /// needs they read in full what they read the body of.
    pub fn of(column: Option<Column>, whole: &'a Visibility, class: DataClass) -> Self {
        let restricted = if class == DataClass::NeedSummary { DataClass::NeedBody } else { class };
        Self {
            sees: policy::sees(column, whole, class),
            reads: policy::reads(column, whole, restricted),
            secrets: policy::sees(column, whole, DataClass::DeclineReason),
        }
    }

    /// What the caller adds up: what they read in full, and what was published.
    pub const fn adds_up(self) -> &'a Visibility {
        match (self.sees, self.reads) {
            (Visibility::Nothing, _) => &Visibility::Nothing,
            (_, Visibility::Nothing) => &Visibility::Published,
            (sees, _) => sees,
        }
    }
}
