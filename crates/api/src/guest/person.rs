//! Persons who come with a guest, in GraphQL.

use async_graphql::{Context, ID, Object, Result};
use lianmeng_domain::actor::{Body, Role};
use lianmeng_domain::committee::Member;
use lianmeng_domain::guest::Invitee;
use lianmeng_domain::guest::person::{self as rules, SeenPerson};
use lianmeng_domain::ids::DockingEventId;

use crate::ids;
use crate::scope::Scope;

/// A person who comes, as clients see it.
#[derive(Debug, Clone)]
pub struct GuestPersonNode {
    pub(super) seen: SeenPerson,
    pub(super) who: Invitee,
    pub(super) event: DockingEventId,
}

impl GuestPersonNode {
    /// Notes that somebody read it in full, unless it is their own.
    fn shown<'a>(&self, ctx: &Context<'_>, field: &'static str, text: &'a str) -> Result<&'a str> {
        let scope = Scope::of(ctx)?;
        if self.seen.is_masked || text.is_empty() {
            return Ok(text);
        }
        let is_own = match (&self.who, &scope.actor.body) {
            (Invitee::Member(Member::Enterprise(id)), Some(Body::Enterprise(own))) => {
                id == own && scope.actor.role == Role::Enterprise
            }
            (Invitee::Member(Member::Organisation(id)), Some(Body::Organisation(own))) => {
                id == own && scope.actor.role == Role::DepartmentHandler
            }
            (Invitee::Member(_) | Invitee::Outside(_), _) => false,
        };
        if !is_own {
            scope.saw_always(ids::encode(self.seen.person.id).0, field);
        }
        Ok(text)
    }
}

/// A person who comes with a guest (随行人员), or the place of somebody who comes along without a name.
/// Masked for auditors. Who read a name or phone number in full stands in the audit log.
#[Object(name = "GuestPerson")]
impl GuestPersonNode {
    /// Global id.
    async fn id(&self) -> ID {
        ids::encode(self.seen.person.id)
    }

    /// The event.
    async fn event_id(&self) -> ID {
        ids::encode(self.event)
    }

    /// Whether name and phone are masked and the badge is left out.
    async fn is_masked(&self) -> bool {
        self.seen.is_masked
    }

    /// Name; masked as in `李**`; empty for those who come along without one.
    async fn name(&self, ctx: &Context<'_>) -> Result<&str> {
        self.shown(ctx, "name", &self.seen.person.card.name)
    }

    /// What they are there (职务); empty if not said.
    async fn title(&self) -> &str {
        &self.seen.person.card.title
    }

    /// Phone number; masked as in `138****5678`; empty if not said.
    async fn phone(&self, ctx: &Context<'_>) -> Result<&str> {
        self.shown(ctx, "phone", &self.seen.person.card.phone)
    }

    /// Whether they lead the delegation (带队).
    async fn is_head(&self) -> bool {
        self.seen.person.card.is_head
    }

    /// Whether it is the place of somebody who comes along without a name (随员).
    async fn is_escort(&self) -> bool {
        self.seen.person.is_escort
    }

    /// Text of the QR code on the badge (胸牌), as `lianmeng:badge:…`; null where masked.
    async fn badge(&self) -> Option<String> {
        (!self.seen.is_masked).then(|| rules::qr_text(&self.seen.person.badge))
    }
}
