//! Hosts, slots, tables and sessions of events in GraphQL.

use async_graphql::{Enum, ID, Object};
use chrono::{DateTime, TimeDelta, Utc};
use lianmeng_domain::event::{HalfDay, Session, Slot, Table};

use crate::ids;

/// Half of a day (半天).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "HalfDay", remote = "HalfDay")]
pub enum HalfDayWord {
    /// Morning (上午).
    Morning,
    /// Afternoon (下午).
    Afternoon,
}

/// A slot as clients see it.
#[derive(Debug, Clone, Copy)]
pub struct SlotNode(pub Slot);

/// A slot (时段): one place in the timetable.
#[Object(name = "Slot")]
impl SlotNode {
    /// Number, from 1, in the order of the day.
    async fn number(&self) -> u16 {
        self.0.number
    }

    /// Half of the day it lies in.
    async fn half_day(&self) -> HalfDayWord {
        self.0.half_day.into()
    }

    /// When it begins, in UTC.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.starts_at
    }

    /// When it ends, in UTC.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.starts_at + TimeDelta::minutes(i64::from(self.0.minutes))
    }

    /// How long it lasts, in minutes.
    async fn minutes(&self) -> u16 {
        self.0.minutes
    }
}

/// A table as clients see it.
#[derive(Debug, Clone)]
pub struct TableNode(pub Table);

/// A table (桌位) for one-to-one meetings.
#[Object(name = "Table")]
impl TableNode {
    /// Number, from 1.
    async fn number(&self) -> u16 {
        self.0.number
    }

    /// What stands on its card (桌签).
    async fn label(&self) -> &str {
        &self.0.label
    }
}

/// A session as clients see it.
#[derive(Debug, Clone)]
pub struct SessionNode(pub Session);

/// A session (场次) of an event: one room, one time.
#[Object(name = "Session")]
impl SessionNode {
    /// Global id.
    async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Room; null until known.
    async fn room(&self) -> Option<&str> {
        self.0.room.as_deref()
    }

    /// When it begins, in UTC.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.starts_at
    }

    /// When it ends, in UTC.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.ends_at
    }
}
