//! Keeps the picture of the chains fresh and hands it out.
//!
//! Whoever asks gets the picture of that moment and holds on to it, so that a request sees one
//! state from start to end. A change raises the graph's version in its transaction; whoever notices
//! a newer version rebuilds. The hint on the bus only makes that sooner: polling finds what the bus
//! lost, and what another process changed.

use std::pin::pin;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use arc_swap::ArcSwap;
use chrono::NaiveDate;
use futures_util::StreamExt as _;
use lianmeng_backplane::bus::Topic;
use lianmeng_graph::stats::Stats;
use lianmeng_graph::{GraphInput, NodeRef, Snapshot};
use lianmeng_store::graph::around::{self, Around};
use lianmeng_store::{StoreError, graph, tx, version};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use thiserror::Error;
use tokio::sync::Mutex;
use tokio::task::JoinError;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::command::Touches;
use crate::desk::{Office, local_date};
use crate::near::{Shelves, Stamp};

/// Longest a change by another process stays unnoticed while nobody asks.
const POLL: Duration = Duration::from_secs(1);
/// Longest a question waits for a newer picture before it takes the one there is.
const PATIENCE: Duration = Duration::from_secs(1);
/// Longest wait for the database to say how far it is.
const LOST: Duration = Duration::from_secs(5);
/// Changes of the graph after which the picture is renewed around what changed; after more, all is read
/// anew. However many others came between.
const NEAR: u64 = 200;
/// Hints answered by looking once.
const HINTS: usize = 1024;
/// The version of a picture that was never read.
const UNREAD: i64 = -1;

/// A picture and what it was made from.
#[derive(Debug)]
pub struct Pinned {
    /// The number of the last change of the graph when it was read; negative before the first time.
    pub version: i64,
    /// The number of the last change of all when it was read: this picture has seen that one.
    pub seen: i64,
    /// The picture.
    pub graph: Arc<Snapshot>,
    /// When it was built.
    pub built_at: Instant,
    stats: OnceLock<Stats>,
}

impl Pinned {
    fn new(version: i64, seen: i64, graph: Snapshot) -> Self {
        let (built_at, stats) = (Instant::now(), OnceLock::new());
        Self { version, seen, graph: Arc::new(graph), built_at, stats }
    }

    /// Whether it was read from the database, rather than standing in until that is done.
    pub const fn is_read(&self) -> bool {
        self.version != UNREAD
    }

    /// The graph in numbers, counted at the first call. That call is work for the processor: make
    /// it on a blocking thread.
    pub fn stats(&self) -> &Stats {
        self.stats.get_or_init(|| self.graph.stats())
    }
}

/// Why there is no newer picture.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The thread that built it ended early.
    #[error("the graph was not built: {0}")]
    Build(#[from] JoinError),
}

/// The current picture, shared by everyone in the process; cheap to clone.
#[derive(Debug, Clone)]
pub struct Snapshots(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    current: ArcSwap<Pinned>,
    /// Held while a picture is read and built, so that it is done once however many ask.
    building: Mutex<()>,
    followed: RwLock<Followed>,
    shelves: OnceLock<Arc<Shelves>>,
}

/// How closely the database is followed.
#[derive(Debug, Clone, Copy)]
struct Followed {
    /// How often the database was doubted.
    epoch: u64,
    /// The number of the last change of the graph that this process knows of.
    known: i64,
    /// The number of the last change of all when the keeper last looked.
    seen: i64,
    /// Until when the keeper vouches that it looked recently.
    until: Option<Instant>,
}

impl Default for Snapshots {
    /// An empty picture, to be replaced at the first [`Snapshots::refresh`].
    fn default() -> Self {
        let empty = Pinned::new(UNREAD, UNREAD, Snapshot::build(GraphInput::default()));
        Self(Arc::new(Shared {
            current: ArcSwap::from_pointee(empty),
            building: Mutex::new(()),
            followed: RwLock::new(Followed { epoch: 0, known: UNREAD, seen: UNREAD, until: None }),
            shelves: OnceLock::new(),
        }))
    }
}

impl Snapshots {
    /// The newest picture this process has.
    pub fn current(&self) -> Arc<Pinned> {
        self.0.current.load_full()
    }

    fn followed(&self) -> Followed {
        *self.0.followed.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what was learned of the database since it was last doubted for the `epoch`th time.
    fn learn(&self, epoch: u64, news: impl FnOnce(&mut Followed)) {
        let mut followed = self.0.followed.write().unwrap_or_else(PoisonError::into_inner);
        if followed.epoch == epoch {
            news(&mut followed);
        }
    }

    /// Notes that the change `seq`, made by this process, is saved.
    pub(crate) fn note(&self, seq: i64, touches: Touches) {
        self.learn(self.followed().epoch, |followed| {
            if touches == Touches::Graph {
                followed.known = seq.max(followed.known);
            }
            // The next one after those the keeper has seen; after a gap the keeper must look.
            if seq == followed.seen + 1 {
                followed.seen = seq;
            }
        });
    }

    /// Chooses what is kept near; the first choice stays.
    pub fn keep(&self, shelves: impl FnOnce() -> Shelves) {
        self.0.shelves.get_or_init(|| Arc::new(shelves()));
    }

    pub(crate) fn shelves(&self) -> Option<Arc<Shelves>> {
        self.0.shelves.get().cloned()
    }

    /// The state that requests may build on without asking the database, while one is known.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        let Followed { epoch, known, seen, until } = self.followed();
        let is_recent = until.is_some_and(|until| Instant::now() <= until);
        is_recent.then_some(Stamp { epoch, version: known, seen })
    }

    /// The picture a question should be answered from: the newest one, or the one there is if a
    /// newer one takes longer than a second to build and that one has seen the change `at_least`.
    /// Costs one statement if nothing changed; [`Desk::pinned`](crate::desk::Desk::pinned) often
    /// saves it.
    ///
    /// # Errors
    ///
    /// As [`Self::refresh`].
    pub async fn fresh(
        &self,
        db: &DatabaseConnection,
        today: NaiveDate,
        at_least: i64,
    ) -> Result<Arc<Pinned>, SnapshotError> {
        let current = self.current();
        if self.is_fresh(&current, db, today).await? {
            return Ok(current);
        }
        let (all, connection) = (self.clone(), db.clone());
        // On a task of its own, so that it goes on when the question no longer waits.
        let mut work = tokio::spawn(async move { all.refresh(&connection, today).await });
        match timeout(PATIENCE, &mut work).await {
            Ok(done) => done?,
            Err(_) if current.version != UNREAD && current.seen >= at_least => Ok(self.current()),
            Err(_) => work.await?,
        }
    }

    /// Reads and builds a newer picture if the database or the date moved on; gives the newest.
    ///
    /// `today` is the local date that decides which supply edges and seats are in force. Costs one
    /// statement if nothing changed. Callers at the same time share one reading.
    ///
    /// # Errors
    ///
    /// [`SnapshotError`]; the picture there is stays in place.
    pub async fn refresh(
        &self,
        db: &DatabaseConnection,
        today: NaiveDate,
    ) -> Result<Arc<Pinned>, SnapshotError> {
        let current = self.current();
        if self.is_fresh(&current, db, today).await? {
            return Ok(current);
        }
        let _only_one = self.0.building.lock().await;
        // Whoever held the lock before has probably done the work.
        let current = self.current();
        if self.is_fresh(&current, db, today).await? {
            return Ok(current);
        }
        let start = Instant::now();
        let (version, seen, rows) = read(db, today, &current).await?;
        let read_ms = start.elapsed().as_millis();
        let touched = rows.touched.as_ref().map(Vec::len);
        let graph = tokio::task::spawn_blocking(move || match rows.touched {
            Some(touched) => current.graph.renewed(&touched, rows.input),
            None => Snapshot::build(rows.input),
        });
        let graph = graph.await?;
        tracing::info!(
            graph.version = version,
            graph.touched = touched,
            graph.bytes = graph.bytes(),
            graph.left_out = graph.left_out(),
            read_ms,
            elapsed_ms = start.elapsed().as_millis(),
            "the graph was rebuilt"
        );
        metrics::histogram!("lianmeng_graph_rebuild_seconds").record(start.elapsed());
        self.0.current.store(Arc::new(Pinned::new(version, seen, graph)));
        Ok(self.current())
    }

    /// Takes the picture for older than anything the database has, so that it is read anew, and
    /// what is near for another database's.
    pub fn doubt(&self) {
        {
            let mut followed = self.0.followed.write().unwrap_or_else(PoisonError::into_inner);
            let epoch = followed.epoch + 1;
            *followed = Followed { epoch, known: UNREAD, seen: UNREAD, until: None };
        }
        let doubted = Pinned {
            version: UNREAD,
            seen: UNREAD,
            graph: Arc::clone(&self.current().graph),
            built_at: Instant::now(),
            stats: OnceLock::new(),
        };
        self.0.current.store(Arc::new(doubted));
    }

    /// Learns how far the database is, and vouches for it until the next look is long over.
    async fn look(&self, office: &Office) -> Result<(), StoreError> {
        let (epoch, until) = (self.followed().epoch, Instant::now() + 2 * POLL);
        let seen = office.feed.refresh(&office.db).await?;
        // After the feed: a change of the graph that is not in this number is not in that one.
        let version = version::current(&office.db, version::GRAPH).await?;
        self.learn(epoch, |followed| {
            followed.known = version.max(followed.known);
            followed.seen = seen.max(followed.seen);
            followed.until = Some(until);
        });
        Ok(())
    }

    /// Whether the picture shows everything that `db` has; a standby may have less than the picture.
    async fn is_fresh(
        &self,
        pinned: &Pinned,
        db: &impl ConnectionTrait,
        today: NaiveDate,
    ) -> Result<bool, StoreError> {
        let epoch = self.followed().epoch;
        let version = version::current(db, version::GRAPH).await?;
        self.learn(epoch, |followed| followed.known = version.max(followed.known));
        Ok(pinned.version >= version && pinned.graph.as_of() == today)
    }

    /// Keeps the picture fresh until `stop` ends: at every hint on the bus and every second.
    pub async fn keep_fresh(&self, office: &Office, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let hints = office.backplane.bus.subscribe(Topic::Change).ready_chunks(HINTS);
        let mut hints = pin!(hints.fuse());
        let mut ticks = interval(POLL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = &mut stop => return,
                Some(_) = hints.next() => {}
                _ = ticks.tick() => {}
            }
            match timeout(LOST, self.look(office)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::error!(cause = %error, "the change feed could not be read");
                    continue;
                }
                // Asked again over another connection: this one may never answer.
                Err(_elapsed) => {
                    tracing::error!("the change feed could not be read in time");
                    continue;
                }
            }
            let today = local_date(office.clock.now());
            if let Err(error) = self.refresh(&office.db, today).await {
                tracing::error!(cause = %error, "the graph could not be refreshed");
            }
        }
    }
}

/// What a picture is made from.
#[derive(Debug)]
struct Rows {
    /// The nodes whose rows `input` holds; `None` if it holds all.
    touched: Option<Vec<NodeRef>>,
    input: GraphInput,
}

/// The numbers of the last change of the graph and of all, and the rows that belong to them: those
/// around what changed since `current` where that can be told, or else all.
async fn read(
    db: &DatabaseConnection,
    today: NaiveDate,
    current: &Pinned,
) -> Result<(i64, i64, Rows), StoreError> {
    let tx = tx::read(db).await?;
    let version = version::current(&tx, version::GRAPH).await?;
    let seen = version::current(&tx, version::FEED).await?;
    let is_near = current.is_read() && current.seen <= seen && current.graph.as_of() == today;
    let near = if is_near { around::touched(&tx, current.seen, NEAR).await? } else { None };
    let touched = near.as_ref().and_then(nodes);
    let input = match (&near, &touched) {
        (Some(near), Some(_)) => graph::read_around(&tx, near, today).await?,
        (None, _) | (_, None) => graph::read(&tx, today).await?,
    };
    tx.rollback().await.map_err(StoreError::from)?;
    Ok((version, seen, Rows { touched, input }))
}

/// The nodes that changed; `None` if one of them cannot be told.
fn nodes(around: &Around) -> Option<Vec<NodeRef>> {
    around.things().map(|(tag, id)| format!("{tag}:{id}").parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use chrono::{Days, TimeZone as _, Utc};
    use lianmeng_domain::actor::{Actor, Role};
    use lianmeng_domain::ids::IdSource;
    use lianmeng_graph::NodeKind;

    use super::*;
    use crate::desk::Clock;
    use crate::enterprise::{self, EnterpriseCard, RegisterEnterprise};
    use crate::registry::Register;
    use crate::supply::{self, RemoveSupplyEdge, SupplyCard};

    async fn office() -> Office {
        let db = lianmeng_testkit::database().await;
        let clock = Clock::Fixed(Utc.with_ymd_and_hms(2026, 3, 2, 1, 0, 0).unwrap());
        Office::new(db, IdSource::new(1), clock)
    }

    async fn register(office: &Office, name: &str) -> NodeRef {
        let actor = Actor { subject: "test".to_owned(), role: Role::Coordinator, body: None };
        let card = EnterpriseCard {
            credit_code: None,
            name: name.to_owned(),
            short_name: None,
            aliases: Vec::new(),
            ownership: None,
            parent: None,
            place: None,
            industry: None,
            tiers: Vec::new(),
            is_lead_firm: false,
            is_flagship: false,
            is_above_scale: None,
        };
        let command = RegisterEnterprise { card, request_key: format!("key of {name}") };
        let done = enterprise::register(&office.desk(), &actor, &command).await.unwrap();
        NodeRef::Enterprise(done.id)
    }

    #[tokio::test]
    async fn a_change_is_seen_by_the_next_question_and_not_by_the_one_under_way() {
        let office = office().await;
        let today = office.desk().today;
        let before = office.graph.fresh(&office.db, today, 0).await.unwrap();
        assert_eq!((before.version, before.graph.count(NodeKind::Enterprise)), (0, 0));

        let firm = register(&office, "濠汉").await;
        let after = office.graph.fresh(&office.db, today, 0).await.unwrap();

        assert_eq!((after.version, after.graph.name(firm)), (1, Some("濠汉")));
        assert_eq!(after.stats().nodes[0], (NodeKind::Enterprise, 1));
        assert!(!before.graph.contains(firm));
    }

    #[tokio::test]
    async fn a_picture_renewed_after_every_change_is_the_one_read_anew() {
        let office = office().await;
        let today = office.desk().today;
        office.graph.refresh(&office.db, today).await.unwrap();
        let mut firms = Vec::new();
        for name in ["濠汉", "子公司", "示例三厂", "示例四厂"] {
            firms.push(register(&office, name).await);
            let renewed = office.graph.refresh(&office.db, today).await.unwrap();
            let whole = Snapshots::default().refresh(&office.db, today).await.unwrap();
            assert_eq!(renewed.graph, whole.graph);
            assert_eq!((renewed.version, renewed.seen), (whole.version, whole.seen));
        }
        let ids = firms.iter().filter_map(|firm| match firm {
            NodeRef::Enterprise(id) => Some(*id),
            NodeRef::Product(_)
            | NodeRef::Segment(_)
            | NodeRef::Chain(_)
            | NodeRef::Committee(_)
            | NodeRef::Alliance(_)
            | NodeRef::Task(_)
            | NodeRef::Organisation(_) => None,
        });
        let ids: Vec<_> = ids.collect();
        let actor = Actor { subject: "test".to_owned(), role: Role::Coordinator, body: None };
        let mut edges = Vec::new();
        for pair in ids.windows(2) {
            let card = SupplyCard {
                supplier: pair[0],
                buyer: pair[1],
                product: None,
                source: "test".to_owned(),
                confidence_basis_points: 9_000,
                valid_from: None,
                valid_to: None,
            };
            let command = Register { card, request_key: format!("edge of {}", pair[0]) };
            edges.push(supply::register(&office.desk(), &actor, &command).await.unwrap());
            let renewed = office.graph.refresh(&office.db, today).await.unwrap();
            let whole = Snapshots::default().refresh(&office.db, today).await.unwrap();
            assert_eq!(renewed.graph, whole.graph);
        }
        // A link that is gone no longer says whose it was: everything is read anew.
        let gone = RemoveSupplyEdge { edge: edges[1], request_key: "gone-0001".to_owned() };
        supply::remove(&office.desk(), &actor, &gone).await.unwrap();
        let renewed = office.graph.refresh(&office.db, today).await.unwrap();
        let whole = Snapshots::default().refresh(&office.db, today).await.unwrap();
        assert_eq!(renewed.graph, whole.graph);
    }

    #[tokio::test]
    async fn without_a_change_the_picture_stays_until_the_date_moves_on() {
        let office = office().await;
        let today = office.desk().today;
        let first = office.graph.refresh(&office.db, today).await.unwrap();
        let second = office.graph.refresh(&office.db, today).await.unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        let tomorrow = today + Days::new(1);
        let third = office.graph.refresh(&office.db, tomorrow).await.unwrap();
        assert_eq!((third.version, third.graph.as_of()), (0, tomorrow));
    }

    #[tokio::test]
    async fn many_who_ask_at_once_share_one_picture() {
        let office = office().await;
        register(&office, "濠汉").await;
        let today = office.desk().today;
        let asked = (0..16).map(|_| office.graph.fresh(&office.db, today, 0));
        let got = futures_util::future::try_join_all(asked).await.unwrap();
        assert_eq!(got[0].version, 1);
        assert!(got.iter().all(|one| Arc::ptr_eq(one, &got[0])));
    }

    #[tokio::test]
    async fn the_keeper_follows_changes_until_it_is_stopped() {
        let office = office().await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let keeper = {
            let office = office.clone();
            tokio::spawn(async move {
                let stopped = async { stopped.await.unwrap() };
                office.graph.clone().keep_fresh(&office, stopped).await;
            })
        };
        let firm = register(&office, "濠汉").await;
        let followed = async {
            while !office.graph.current().graph.contains(firm) {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(30), followed).await.unwrap();
        stop.send(()).unwrap();
        keeper.await.unwrap();
    }
}
