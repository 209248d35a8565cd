//! Check-in 签到 at an event: badges are scanned at checkpoints, also by devices without a network,
//! which send what they scanned later, in any order and more than once.
//!
//! What happened is a set of records, each with an id of its device's own. Everything told of it
//! follows from the set alone, so it does not matter in which order the records came in.

pub mod figures;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, SubsecRound as _, TimeDelta, Utc};
use thiserror::Error;

use crate::calendar;
use crate::guest::GuestStage;
use crate::guest::person::GuestPerson;
use crate::ids::{CheckpointId, DockingEventId, GuestPersonId};
use crate::words;

/// Most checkpoints of one event.
pub const MAX_CHECKPOINTS: usize = 20;
/// Longest name of a checkpoint, in characters.
pub const MAX_NAME: usize = 50;
/// Most scans sent together.
pub const MAX_SCANS: usize = 500;
/// Longest id of a scan and name of a device, in characters.
pub const MAX_ID: usize = 64;
/// Scans of one person at one checkpoint in one direction within so long are one.
pub const REPEAT_WINDOW: TimeDelta = TimeDelta::minutes(5);
/// By how much a device's clock may be fast.
pub const CLOCK_LEEWAY: TimeDelta = TimeDelta::minutes(10);

words! {
    /// Which way somebody passed.
    pub enum Direction {
        /// In 进.
        In = "in",
        /// Out 出.
        Out = "out",
    }
}

words! {
    /// Why a scan was not taken.
    pub enum Refusal {
        /// Its id is empty or too long.
        ClientId = "client_id",
        /// Its id stands for another scan.
        ClientIdReused = "client_id_reused",
        /// No badge has this code.
        UnknownBadge = "unknown_badge",
        /// The badge is of another event.
        WrongEvent = "wrong_event",
        /// The person was replaced or taken from the list before 胸牌已作废.
        BadgeReplaced = "badge_replaced",
        /// The guest does not come, or waits for a place.
        NotComing = "not_coming",
        /// The event has no such checkpoint.
        UnknownCheckpoint = "unknown_checkpoint",
        /// It lies ahead by more than the leeway: the device's clock is wrong.
        InFuture = "in_future",
        /// It is not of the day of the event.
        OtherDay = "other_day",
    }
}

impl Refusal {
    /// What is wrong and what to do, in Chinese.
    pub const fn sentence_zh(self) -> &'static str {
        match self {
            Self::ClientId => "记录编号须为1至64个字符。",
            Self::ClientIdReused => "该编号已用于另一条记录，请检查设备。",
            Self::UnknownBadge => "查无此胸牌，请到签到台人工登记。",
            Self::WrongEvent => "这是其他活动的胸牌，请到签到台处理。",
            Self::BadgeReplaced => "此人已换人或已取消，胸牌作废，请用新胸牌。",
            Self::NotComing => "该单位未确认参加，请与主办方联系。",
            Self::UnknownCheckpoint => "本活动没有此签到点，请更新设备设置。",
            Self::InFuture => "记录时间在将来，请校准设备时钟。",
            Self::OtherDay => "记录时间不在活动当天。",
        }
    }

    /// The same in English.
    pub const fn sentence_en(self) -> &'static str {
        match self {
            Self::ClientId => "the id of a scan has 1 to 64 characters",
            Self::ClientIdReused => "the id stands for another scan; look after the device",
            Self::UnknownBadge => "no badge has this code; sign the person in by hand",
            Self::WrongEvent => "the badge is of another event; send the person to the desk",
            Self::BadgeReplaced => {
                "the person was replaced or taken from the list; ask for the new badge"
            }
            Self::NotComing => "the guest has not accepted or has no place; ask the organisers",
            Self::UnknownCheckpoint => {
                "the event has no such checkpoint; load the device's settings anew"
            }
            Self::InFuture => "the scan lies in the future; set the device's clock",
            Self::OtherDay => "the scan is not of the day of the event",
        }
    }
}

/// A checkpoint 签到点.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Its id.
    pub id: CheckpointId,
    /// The event.
    pub event: DockingEventId,
    /// Its name.
    pub name: String,
    /// Whether one enters and leaves the event there 出入口; else it lies inside.
    pub is_entrance: bool,
}

/// What a device scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// Chosen by the device, for this scan alone.
    pub client_id: String,
    /// The text of the badge's QR code, or its code.
    pub badge: String,
    /// Where.
    pub checkpoint: CheckpointId,
    /// Which way.
    pub direction: Direction,
    /// When, by the device's clock.
    pub at: DateTime<Utc>,
    /// The device's name; may be empty.
    pub device: String,
}

/// A scan that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckIn {
    /// The event.
    pub event: DockingEventId,
    /// Chosen by the device.
    pub client_id: String,
    /// Whose badge.
    pub person: GuestPersonId,
    /// Where.
    pub checkpoint: CheckpointId,
    /// Which way.
    pub direction: Direction,
    /// When.
    pub at: DateTime<Utc>,
    /// By which device.
    pub device: String,
    /// Whether it was written down at the desk without a badge 人工登记.
    pub is_by_hand: bool,
}

/// Why check-in was not changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CheckInError {
    /// Too many scans at once.
    #[error("{count} scans; at most {MAX_SCANS} are taken at once, send the rest after them")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// A checkpoint without a name, or with a long one.
    #[error("the name of the checkpoint has {length} characters; it has 1 to {MAX_NAME}")]
    Name {
        /// Its length.
        length: usize,
    },
    /// The name is taken.
    #[error("there is a checkpoint with this name already")]
    NameTaken,
    /// Too many checkpoints.
    #[error("there are {MAX_CHECKPOINTS} checkpoints already")]
    Checkpoints,
    /// Somebody was scanned there.
    #[error("somebody was checked in there; the checkpoint stays")]
    InUse,
    /// Somebody cannot be signed in.
    #[error("{}", .0.sentence_en())]
    Refused(Refusal),
}

/// The name of a new checkpoint beside `standing` ones.
///
/// # Errors
///
/// [`CheckInError::Name`], [`CheckInError::NameTaken`] or [`CheckInError::Checkpoints`].
pub fn check_name(name: &str, standing: &[Checkpoint]) -> Result<String, CheckInError> {
    let name = name.trim();
    let length = name.chars().count();
    if !(1..=MAX_NAME).contains(&length) {
        return Err(CheckInError::Name { length });
    }
    if standing.iter().any(|one| one.name == name) {
        return Err(CheckInError::NameTaken);
    }
    if standing.len() >= MAX_CHECKPOINTS {
        return Err(CheckInError::Checkpoints);
    }
    Ok(name.to_owned())
}

/// A person whose badge was scanned, and where their guest stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The person.
    pub person: GuestPerson,
    /// The stage of the guest.
    pub stage: GuestStage,
}

/// What scans are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Gate<'a> {
    /// The event.
    pub event: DockingEventId,
    /// Its local day.
    pub held_on: NaiveDate,
    /// Its checkpoints.
    pub checkpoints: &'a [Checkpoint],
    /// Holders of badges, by code.
    pub holders: &'a BTreeMap<String, Holder>,
    /// When the scans came in.
    pub now: DateTime<Utc>,
}

impl Gate<'_> {
    /// Whether somebody may pass at this moment there.
    ///
    /// # Errors
    ///
    /// The first reason not to.
    pub fn check(
        &self,
        holder: &Holder,
        (checkpoint, direction): (CheckpointId, Direction),
        at: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        if holder.person.event != self.event {
            return Err(Refusal::WrongEvent);
        }
        // What was scanned before the person left the list counts, however late it comes in; and whoever
        // is inside may go out, on the list or not.
        if direction == Direction::In {
            if holder.person.left_at.is_some_and(|left_at| left_at <= at) {
                return Err(Refusal::BadgeReplaced);
            }
            if holder.stage != GuestStage::Yes {
                return Err(Refusal::NotComing);
            }
        }
        if !self.checkpoints.iter().any(|one| one.id == checkpoint) {
            return Err(Refusal::UnknownCheckpoint);
        }
        if at > self.now + CLOCK_LEEWAY {
            return Err(Refusal::InFuture);
        }
        if calendar::local(at).date() != self.held_on {
            return Err(Refusal::OtherDay);
        }
        Ok(())
    }

    fn judge(&self, scan: &Scan, badge: &str) -> Result<CheckIn, Refusal> {
        if !(1..=MAX_ID).contains(&scan.client_id.chars().count()) {
            return Err(Refusal::ClientId);
        }
        let holder = self.holders.get(badge).ok_or(Refusal::UnknownBadge)?;
        let at = scan.at.trunc_subsecs(6);
        self.check(holder, (scan.checkpoint, scan.direction), at)?;
        Ok(CheckIn {
            event: self.event,
            client_id: scan.client_id.clone(),
            person: holder.person.id,
            checkpoint: scan.checkpoint,
            direction: scan.direction,
            at,
            device: scan.device.chars().take(MAX_ID).collect(),
            is_by_hand: false,
        })
    }
}

/// Records by their ids.
pub type Ledger = BTreeMap<String, CheckIn>;

/// What becomes of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Taken.
    New,
    /// Was taken before, with this id.
    Known,
    /// Taken, and counted with another scan of the same person shortly before it.
    Repeat,
    /// Not taken.
    Refused(Refusal),
}

/// Takes `scans` into `ledger`, which holds the records with their ids and those of the same persons;
/// gives what became of each, in their order.
///
/// Which records the ledger holds in the end does not depend on the order of the scans, on how they are
/// split, or on how often they come.
pub fn take(ledger: &mut Ledger, gate: &Gate<'_>, scans: &[Scan]) -> Vec<Verdict> {
    let mut taken: Vec<Option<Refusal>> = Vec::with_capacity(scans.len());
    let mut first = Vec::with_capacity(scans.len());
    for scan in scans {
        let badge = crate::guest::person::scanned(&scan.badge);
        let at = scan.at.trunc_subsecs(6);
        let refusal = match ledger.get(&scan.client_id) {
            Some(known) => {
                let is_same = (known.checkpoint, known.direction, known.at)
                    == (scan.checkpoint, scan.direction, at);
                let who = gate.holders.get(&badge).map(|holder| holder.person.id);
                (!is_same || who.is_some_and(|who| who != known.person))
                    .then_some(Refusal::ClientIdReused)
            }
            None => match gate.judge(scan, &badge) {
                Ok(record) => {
                    first.push(taken.len());
                    ledger.insert(record.client_id.clone(), record);
                    None
                }
                Err(refusal) => Some(refusal),
            },
        };
        taken.push(refusal);
    }
    let repeats = repeats(ledger.values());
    let verdict = |(number, (scan, refusal)): (usize, (&Scan, Option<Refusal>))| match refusal {
        Some(refusal) => Verdict::Refused(refusal),
        None if !first.contains(&number) => Verdict::Known,
        None if repeats.contains(scan.client_id.as_str()) => Verdict::Repeat,
        None => Verdict::New,
    };
    scans.iter().zip(taken).enumerate().map(verdict).collect()
}

/// `records` in the order in which they happened; ties break by their ids.
fn in_order<'a>(records: impl Iterator<Item = &'a CheckIn>) -> Vec<&'a CheckIn> {
    let mut sorted: Vec<&CheckIn> = records.collect();
    sorted.sort_by(|a, b| (a.at, &a.client_id).cmp(&(b.at, &b.client_id)));
    sorted
}

/// Ids of the records that are counted with another one: the last counted one of the same person at the
/// same checkpoint went the same way and lies at most [`REPEAT_WINDOW`] before.
pub fn repeats<'a>(records: impl Iterator<Item = &'a CheckIn>) -> BTreeSet<&'a str> {
    let mut last: BTreeMap<(GuestPersonId, CheckpointId), &CheckIn> = BTreeMap::new();
    let mut repeats = BTreeSet::new();
    for record in in_order(records) {
        let place = (record.person, record.checkpoint);
        let is_repeat = last.get(&place).is_some_and(|last| {
            last.direction == record.direction && record.at - last.at <= REPEAT_WINDOW
        });
        if is_repeat {
            repeats.insert(record.client_id.as_str());
        } else {
            last.insert(place, record);
        }
    }
    repeats
}

#[cfg(test)]
mod tests;
