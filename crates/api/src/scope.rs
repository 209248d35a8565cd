//! What one request works with; it never changes while the request runs, so nested fields agree.

use std::hash::Hash;
use std::sync::Arc;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use lianmeng_app::desk::Desk;
use lianmeng_app::snapshot::Pinned;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_graph::Lens;
use lianmeng_store::StoreError;

use crate::error::ApiError;
use lianmeng_store::eyes::Eyes;
use tokio::sync::OnceCell;

use crate::loader::Loaders;
use crate::measure;

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
    /// The number of a change the answer must have seen.
    at_least: i64,
    loaders: DataLoader<Loaders>,
    picture: OnceCell<Picture>,
}

/// The graph this request answers from and the part of it the caller sees.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The graph and its version.
    pub pinned: Arc<Pinned>,
    /// What of it the caller sees.
    pub lens: Arc<Lens>,
}

impl std::fmt::Debug for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scope")
            .field("actor", &self.actor)
            .field("sees", &self.sees)
            .finish_non_exhaustive()
    }
}

impl Scope {
    /// A scope for one request of `actor`. Must be made on the async runtime.
    pub fn new(desk: Desk, actor: Actor) -> Self {
        let sees = policy::visibility(&actor);
        let reads = policy::reading(&actor);
        let loaders = Loaders { db: desk.db.clone(), sees: sees.clone(), reads: reads.clone() };
        let loaders = DataLoader::new(loaders, measure::spawn);
        Self { actor, sees, reads, desk, at_least: 0, loaders, picture: OnceCell::new() }
    }

    /// The same scope, its answer having seen the change `at_least`.
    #[must_use]
    pub fn at_least(self, at_least: i64) -> Self {
        Self { at_least, ..self }
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

    /// The graph, pinned when the request first asks for it; one statement then, none later.
    ///
    /// # Errors
    ///
    /// [`ApiError::Internal`] if the graph was never read and cannot be.
    pub async fn picture(&self) -> Result<&Picture, ApiError> {
        let pin = || async {
            let pinned =
                self.desk.graph.fresh(&self.desk.db, self.desk.today, self.at_least).await?;
            let lens = Arc::new(pinned.graph.lens(&self.sees));
            Ok(Picture { pinned, lens })
        };
        self.picture.get_or_try_init(pin).await
    }

    /// What belongs to `key`, read together with what its siblings ask for; `None` if there is
    /// nothing the caller sees.
    ///
    /// # Errors
    ///
    /// [`ApiError::Internal`] if the database refuses.
    pub async fn one<K, T>(&self, key: K) -> Result<Option<T>, ApiError>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Loaders: Loader<K, Value = T, Error = Arc<StoreError>>,
    {
        Ok(self.loaders.load_one(key).await?)
    }

    /// The children that belong to `key`, read together with those of its siblings.
    ///
    /// # Errors
    ///
    /// As [`Self::one`].
    pub async fn few<K, T>(&self, key: K) -> Result<Vec<T>, ApiError>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Loaders: Loader<K, Value = Vec<T>, Error = Arc<StoreError>>,
    {
        Ok(self.loaders.load_one(key).await?.unwrap_or_default())
    }

    /// The things with these keys, in the order given, those the caller does not see left out.
    ///
    /// # Errors
    ///
    /// As [`Self::one`].
    pub async fn many<K, T>(&self, keys: impl IntoIterator<Item = K>) -> Result<Vec<T>, ApiError>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Loaders: Loader<K, Value = T, Error = Arc<StoreError>>,
        T: Clone,
    {
        let keys: Vec<K> = keys.into_iter().collect();
        let found = self.loaders.load_many(keys.iter().cloned()).await?;
        Ok(keys.iter().filter_map(|key| found.get(key).cloned()).collect())
    }
}
