//! What a use case works with.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use lianmeng_backplane::bus::Bus;
use lianmeng_domain::ids::{Id, IdSource};
use sea_orm::DatabaseConnection;

use crate::snapshot::Snapshots;

/// Where the time comes from. The only place that asks the machine.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Always this moment: tests and demonstrations.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// The present moment.
    pub fn now(self) -> DateTime<Utc> {
        match self {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the clock the others take it from"
            )]
            Self::System => Utc::now(),
            Self::Fixed(moment) => moment,
        }
    }
}

/// China's offset from UTC in seconds; it has one zone and no summer time.
const CHINA: i32 = 8 * 3600;

/// The local date of committees and enterprises at `moment`.
pub fn local_date(moment: DateTime<Utc>) -> NaiveDate {
    match FixedOffset::east_opt(CHINA) {
        Some(zone) => moment.with_timezone(&zone).date_naive(),
        None => moment.date_naive(),
    }
}

/// Parts that live as long as the process; cheap to clone.
#[derive(Debug, Clone)]
pub struct Office {
    /// The database.
    pub db: DatabaseConnection,
    /// Where ids come from.
    pub ids: Arc<IdSource>,
    /// Where the time comes from.
    pub clock: Clock,
    /// Whom to tell about changes.
    pub bus: Bus,
    /// The current picture of the chains.
    pub graph: Snapshots,
}

impl Office {
    /// A desk for one request or command: its time stands still from here on.
    pub fn desk(&self) -> Desk {
        let now = self.clock.now();
        Desk {
            db: self.db.clone(),
            ids: Arc::clone(&self.ids),
            now,
            today: local_date(now),
            bus: self.bus.clone(),
            graph: self.graph.clone(),
        }
    }
}

/// What one request or command works with.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The database. Off limits while a transaction is open: with SQLite it would wait for itself.
    pub db: DatabaseConnection,
    /// Where ids come from.
    pub ids: Arc<IdSource>,
    /// The moment the request came in.
    pub now: DateTime<Utc>,
    /// Its local date.
    pub today: NaiveDate,
    /// Whom to tell about changes.
    pub bus: Bus,
    /// The current picture of the chains; a request pins it once.
    pub graph: Snapshots,
}

impl Desk {
    /// A new id.
    pub fn mint<T: Id>(&self) -> T {
        self.ids.mint(self.now.timestamp_millis())
    }
}
