//! What one request works with; it never changes while the request runs, so nested fields agree.

use async_graphql::Context;
use async_graphql::dataloader::DataLoader;
use lianmeng_app::desk::Desk;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_store::eyes::Eyes;

use crate::loader::Loaders;

/// Caller, what they may see, the moment, and loaders of this request alone.
pub struct Scope {
    /// Who asks.
    pub actor: Actor,
    /// What they may see.
    pub sees: Visibility,
    /// What of it they may read in full.
    pub reads: Visibility,
    /// What use cases work with.
    pub desk: Desk,
    loaders: DataLoader<Loaders>,
}

impl std::fmt::Debug for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scope").field("actor", &self.actor).field("sees", &self.sees).finish()
    }
}

impl Scope {
    /// A scope for one request of `actor`. Must be made on the async runtime.
    pub fn new(desk: Desk, actor: Actor) -> Self {
        let sees = policy::visibility(&actor);
        let reads = policy::reading(&actor);
        let loaders = Loaders { db: desk.db.clone(), sees: sees.clone(), reads: reads.clone() };
        let loaders = DataLoader::new(loaders, tokio::spawn);
        Self { actor, sees, reads, desk, loaders }
    }

    /// The scope of the request `ctx` belongs to.
    ///
    /// # Errors
    ///
    /// Fails only if the server forgot to attach one.
    pub fn of<'a>(ctx: &Context<'a>) -> async_graphql::Result<&'a Self> {
        ctx.data::<Self>()
    }

    /// The caller's eyes.
    pub const fn eyes(&self) -> Eyes<'_> {
        Eyes { sees: &self.sees, reads: &self.reads }
    }

    /// The loaders of this request.
    pub const fn loaders(&self) -> &DataLoader<Loaders> {
        &self.loaders
    }
}
