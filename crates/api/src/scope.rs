//! What one request works with; it never changes while the request runs, so nested fields agree.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use async_graphql::dataloader::Loader;
use futures_util::FutureExt as _;
use lianmeng_app::desk::Desk;
use lianmeng_app::near::View;
use lianmeng_app::snapshot::Pinned;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::audit;
use lianmeng_domain::ids::{EnterpriseId, Id};
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::rights::{Column, DataClass};
use lianmeng_graph::Lens;
use lianmeng_store::StoreError;
use lianmeng_store::audit::read::Things;

use crate::error::ApiError;
use lianmeng_store::eyes::Eyes;
use tokio::sync::OnceCell;

use crate::batch::Batches;
use crate::loader::Loaders;
use crate::{ids, near};

/// Caller, what they may see, the moment, and batches of this request alone.
pub struct Scope {
    /// Who asks.
    pub actor: Actor,
    /// What they may see.
    pub sees: Visibility,
    /// What of it they may read in full.
    pub reads: Visibility,
    /// Where the caller stands in the matrix of rights; `None` if nowhere.
    pub column: Option<Column>,
    /// What use cases work with.
    pub desk: Desk,
    /// The number of a change the answer must have seen.
    at_least: i64,
    batches: Batches<Loaders>,
    near: Option<View>,
    picture: OnceCell<Picture>,
    /// Restricted fields that were read.
    seen: Mutex<Things>,
}

/// The request is over: what it read is noted.
impl Drop for Scope {
    fn drop(&mut self) {
        let seen = self.seen.get_mut().unwrap_or_else(PoisonError::into_inner);
        if !seen.is_empty() {
            let seen = std::mem::take(seen);
            self.desk.saw(&self.actor, seen);
        }
    }
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
        let column = Column::of(&actor);
        desk.graph.keep(near::shelves);
        let near = desk.near(0).filter(|_| sees != Visibility::Nothing);
        let loaders =
            Loaders { db: desk.db.clone(), sees: sees.clone(), column, near: near.clone() };
        let batches = Batches::new(loaders);
        let picture = OnceCell::new();
        let seen = Mutex::default();
        Self { actor, column, sees, reads, desk, at_least: 0, batches, near, picture, seen }
    }

    /// The same scope, its answer having seen the change `at_least`.
    #[must_use]
    pub fn at_least(mut self, at_least: i64) -> Self {
        if self.desk.near(at_least).is_none() {
            self.near = None;
        }
        self.at_least = at_least;
        self
    }

    /// Notes that the answer shows a restricted field of a thing of `owner`, so that the audit log
    /// tells who saw it.
    pub fn saw(&self, thing: impl Id, owner: EnterpriseId, field: &'static str) {
        if audit::is_recorded(&self.actor, owner) {
            self.saw_always(ids::encode(thing).0, field);
        }
    }

    /// As [`Self::saw`], whoever the thing belongs to.
    pub fn saw_always(&self, thing: String, field: &'static str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let fields = seen.entry(thing).or_default();
        if !fields.contains(field) {
            fields.insert(field.to_owned());
        }
    }

    /// The scope of the request `ctx` belongs to.
    ///
    /// # Errors
    ///
    /// Fails only if the server forgot to attach one.
    pub fn of<'a>(ctx: &Context<'a>) -> async_graphql::Result<&'a Self> {
        ctx.data::<Self>()
    }

    /// The caller's eyes for needs.
    pub fn eyes(&self) -> Eyes<'_> {
        self.eyes_of(DataClass::NeedSummary)
    }

    /// The caller's eyes for data of `class`.
    pub fn eyes_of(&self, class: DataClass) -> Eyes<'_> {
        Eyes::of(self.column, &self.sees, class)
    }

    /// What the caller sees of data of `class`.
    pub fn sees_of(&self, class: DataClass) -> &Visibility {
        policy::sees(self.column, &self.sees, class)
    }

    /// What the caller sees of docking events.
    pub fn sees_events(&self) -> &Visibility {
        policy::sees_events(self.column, &self.sees)
    }

    /// What of the registry is near; `None` if this request must read the database.
    pub(crate) const fn near(&self) -> Option<&View> {
        self.near.as_ref()
    }

    /// The graph, if it is as new as what is near: what it knows need not be read.
    pub(crate) fn near_picture(&self) -> Option<Arc<Pinned>> {
        self.near.as_ref()?;
        self.desk.pinned(self.at_least)
    }

    /// The graph, pinned when the request first asks for it; at most one statement then, none later.
    ///
    /// # Errors
    ///
    /// [`ApiError::Internal`] if the graph was never read and cannot be.
    pub async fn picture(&self) -> Result<&Picture, ApiError> {
        let pin = || async {
            let desk = &self.desk;
            let pinned = match desk.pinned(self.at_least) {
                Some(pinned) => pinned,
                None => desk.graph.fresh(&desk.db, desk.today, self.at_least).await?,
            };
            let supply = self.sees_of(DataClass::SupplyEdge);
            let lens = Arc::new(pinned.graph.lens_within(&self.sees, supply));
            Ok(Picture { pinned, lens })
        };
        if let Some(picture) = self.picture.get() {
            return Ok(picture);
        }
        // Boxed: every field of an object takes as much room as the one that takes most.
        self.picture.get_or_try_init(pin).boxed().await
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
        T: Clone + Send + Sync + 'static,
    {
        if let Some(found) = self.near.as_ref().and_then(|near| near.get(&key)) {
            return Ok(Some(found));
        }
        Ok(self.batches.one(key).await?)
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
        T: Clone + Send + Sync + 'static,
    {
        if let Some(found) = self.near.as_ref().and_then(|near| near.get(&key)) {
            return Ok(found);
        }
        Ok(self.batches.one(key).await?.unwrap_or_default())
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
        T: Clone + Send + Sync + 'static,
    {
        Ok(self.each(keys).await?.into_iter().flatten().collect())
    }

    /// What belongs to each of these keys, in the order given; `None` where there is nothing the caller
    /// sees.
    ///
    /// # Errors
    ///
    /// As [`Self::one`].
    pub async fn each<K, T>(
        &self,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<Option<T>>, ApiError>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Loaders: Loader<K, Value = T, Error = Arc<StoreError>>,
        T: Clone + Send + Sync + 'static,
    {
        let keys: Vec<K> = keys.into_iter().collect();
        let near = |key| self.near.as_ref().and_then(|near| near.get::<K, T>(key));
        let mut found: Vec<Option<T>> = keys.iter().map(near).collect();
        let missing = keys.iter().zip(&mut found).filter(|(_, found)| found.is_none());
        let (missing, places): (Vec<_>, Vec<_>) = missing.map(|(key, p)| (key.clone(), p)).unzip();
        for (place, far) in places.into_iter().zip(self.batches.many(&missing).await?) {
            *place = far;
        }
        Ok(found)
    }
}
