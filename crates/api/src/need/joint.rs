//! What hangs on a need: units called in, notes, the record of the city's own platform.

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use lianmeng_domain::need::CityRecord;
use lianmeng_domain::need::call::{Call, Note};

use crate::account::RoleWord;
use crate::organisation::OrganisationNode;
use crate::scope::Scope;

/// A unit called in.
#[derive(Debug, Clone)]
pub struct NeedCallNode(pub Call);

/// A unit called in to a need (吹哨报到). Only those who read the need in full see it.
#[Object(name = "NeedCall")]
impl NeedCallNode {
    /// The unit; null if it is gone.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        Ok(Scope::of(ctx)?.one(self.0.unit).await?.map(OrganisationNode))
    }

    /// What it was called in for.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// When.
    async fn called_at(&self) -> DateTime<Utc> {
        self.0.called_at
    }

    /// Moment by which it must check in.
    async fn check_in_by(&self) -> DateTime<Utc> {
        self.0.check_in_by
    }

    /// When it checked in (报到); null while it has not.
    async fn checked_in_at(&self) -> Option<DateTime<Utc>> {
        self.0.checked_in_at
    }

    /// Whether it should have come by now and has not.
    async fn is_late(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.is_late(Scope::of(ctx)?.desk.now))
    }

    /// What it said when it came; null if nothing.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
}

/// A note on a need.
#[derive(Debug, Clone)]
pub struct NeedNoteNode(pub Note);

/// A note on a need (办理记录). Only those who read the need in full see it.
#[Object(name = "NeedNote")]
impl NeedNoteNode {
    /// When it was written.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// As what its author wrote it.
    async fn role(&self) -> RoleWord {
        self.0.role.into()
    }

    /// The unit its author acted for; null for others, and if it is gone.
    async fn unit(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        let Some(unit) = self.0.unit else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(unit).await?.map(OrganisationNode))
    }

    /// The words, 1 to 2 000 characters.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether it is kept from the enterprise.
    async fn is_internal(&self) -> bool {
        self.0.is_internal
    }
}

/// What the city's own platform says.
#[derive(Debug, Clone)]
pub struct CityRecordNode(pub CityRecord);

/// Number and status of a need at the city's own platform (深i企).
#[Object(name = "CityRecord")]
impl CityRecordNode {
    /// Its number there.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// Its status there, in that platform's words.
    async fn status(&self) -> &str {
        &self.0.status
    }

    /// When that was so.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }
}
