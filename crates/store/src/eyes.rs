//! Whose eyes a list is read with.

use lianmeng_domain::policy::Visibility;

/// What a caller sees and what of it they read in full.
#[derive(Debug, Clone, Copy)]
pub struct Eyes<'a> {
    /// The part of the platform the caller sees, see [`lianmeng_domain::policy::visibility`].
    pub sees: &'a Visibility,
    /// The part the caller reads in full, see [`lianmeng_domain::policy::reading`].
    pub reads: &'a Visibility,
}

impl Eyes<'static> {
    /// The eyes of the platform itself, for rules and engines.
    pub const ALL: Self = Self { sees: &Visibility::All, reads: &Visibility::All };
}
