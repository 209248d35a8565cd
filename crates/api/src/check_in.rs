//! Check-in at events in GraphQL. Changes are in [`change`].

pub mod change;
#[cfg(test)]
mod tests;

use async_graphql::{Context, Enum, ID, Object, Result};
use lianmeng_domain::check_in::figures::{Attendance, CheckInFigures, Presence, Traffic};
use lianmeng_domain::check_in::{Checkpoint, Direction, Refusal};
use lianmeng_domain::guest::GuestKind;

use crate::guest::{GuestKindWord, GuestNode};
use crate::ids;
use crate::scope::Scope;

/// Guests named as absent.
const MOST_ABSENT: usize = 100;

/// Which way somebody passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "CheckInDirection", remote = "Direction")]
pub enum DirectionWord {
    /// In (进).
    In,
    /// Out (出).
    Out,
}

/// Why a scan was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "CheckInRefusal", remote = "Refusal")]
pub enum RefusalWord {
    /// Its id is empty or too long.
    ClientId,
    /// Its id stands for another scan.
    ClientIdReused,
    /// No badge has this code.
    UnknownBadge,
    /// The badge is of another event.
    WrongEvent,
    /// The person was replaced or taken from the list before (胸牌已作废).
    BadgeReplaced,
    /// The guest does not come, or waits for a place.
    NotComing,
    /// The event has no such checkpoint.
    UnknownCheckpoint,
    /// It lies ahead by more than ten minutes: the device's clock is wrong.
    InFuture,
    /// It is not of the day of the event.
    OtherDay,
}

/// A checkpoint and what happened there, as clients see it.
#[derive(Debug, Clone)]
pub struct CheckpointNode {
    point: Checkpoint,
    traffic: Traffic,
}

/// A checkpoint (签到点) of an event.
#[Object(name = "Checkpoint")]
impl CheckpointNode {
    /// Global id.
    async fn id(&self) -> ID {
        ids::encode(self.point.id)
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.point.name
    }

    /// Whether one enters and leaves the event there (出入口); else it lies inside.
    async fn is_entrance(&self) -> bool {
        self.point.is_entrance
    }

    /// How often somebody went in; one person within five minutes counts once.
    async fn entries(&self) -> u32 {
        self.traffic.entries
    }

    /// How often somebody went out; one person within five minutes counts once.
    async fn exits(&self) -> u32 {
        self.traffic.exits
    }

    /// How many of those at the event went in there and not out again.
    async fn inside(&self) -> u32 {
        self.traffic.inside
    }
}

/// Numbers of people as clients see them.
#[derive(Debug, Clone, Copy)]
pub struct PresenceNode(Presence);

/// How many people came.
#[Object(name = "Presence")]
impl PresenceNode {
    /// Those who are to come.
    async fn expected(&self) -> u32 {
        self.0.expected
    }

    /// Those who were seen at any time (已到).
    async fn arrived(&self) -> u32 {
        self.0.arrived
    }

    /// Those who are there (在场).
    async fn present(&self) -> u32 {
        self.0.present
    }

    /// Those who were there and left (已离场).
    async fn left(&self) -> u32 {
        self.0.left
    }

    /// Those who are to come and were not seen (未到).
    async fn absent(&self) -> u32 {
        self.0.absent
    }
}

/// Presence of one kind of guest as clients see it.
#[derive(Debug, Clone, Copy)]
pub struct KindPresenceNode(GuestKind, Attendance);

/// How many people of one kind of guest came.
#[Object(name = "CheckInKind")]
impl KindPresenceNode {
    /// The kind.
    async fn kind(&self) -> GuestKindWord {
        self.0.into()
    }

    /// Those with a name.
    async fn persons(&self) -> PresenceNode {
        PresenceNode(self.1.persons)
    }

    /// Those who come along without one (随员).
    async fn escorts(&self) -> PresenceNode {
        PresenceNode(self.1.escorts)
    }
}

/// Figures of an event's check-in as clients see them.
#[derive(Debug, Clone)]
pub struct CheckInFiguresNode {
    figures: CheckInFigures,
    points: Vec<Checkpoint>,
}

impl CheckInFiguresNode {
    pub(crate) fn new((figures, points): (CheckInFigures, Vec<Checkpoint>)) -> Self {
        Self { figures, points }
    }
}

/// Who is at an event, who was, who is missing (签到统计). Everybody counts once, however often they
/// were scanned.
#[Object(name = "CheckInFigures")]
impl CheckInFiguresNode {
    /// Those with a name.
    async fn persons(&self) -> PresenceNode {
        PresenceNode(self.figures.total.persons)
    }

    /// Those who come along without one (随员).
    async fn escorts(&self) -> PresenceNode {
        PresenceNode(self.figures.total.escorts)
    }

    /// By kind of guest, in the order of the kinds.
    async fn kinds(&self) -> Vec<KindPresenceNode> {
        self.figures.kinds.iter().map(|(kind, some)| KindPresenceNode(*kind, *some)).collect()
    }

    /// By checkpoint, in the order in which they were added, at most 20.
    async fn checkpoints(&self) -> Vec<CheckpointNode> {
        let both = self.points.iter().cloned().zip(&self.figures.checkpoints);
        both.map(|(point, traffic)| CheckpointNode { point, traffic: *traffic }).collect()
    }

    /// Scans that were counted with another one.
    async fn repeats(&self) -> u32 {
        self.figures.repeats
    }

    /// Guests that come and of whom nobody was seen, in the order in which they were invited, at most
    /// 100.
    #[graphql(complexity = "1 + 100 * child_complexity")]
    async fn absent_guests(&self, ctx: &Context<'_>) -> Result<Vec<GuestNode>> {
        let scope = Scope::of(ctx)?;
        let some = self.figures.absent.iter().copied().take(MOST_ABSENT);
        let found = scope.many(some).await?;
        Ok(found.into_iter().map(|guest| GuestNode::new(scope, guest)).collect())
    }
}
