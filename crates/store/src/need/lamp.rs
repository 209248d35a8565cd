//! Lamps as conditions of a query. The moments they change stand beside the facts they follow from, so
//! that a list asks for the same lamps that [`LampFacts`](lianmeng_domain::lamp::LampFacts) shows.

use chrono::{DateTime, Utc};
use lianmeng_domain::lamp::{Lamp, is_running};
use lianmeng_domain::need::NeedStage;
use sea_orm::{Condition, ExprTrait as _};

use super::row::COLUMN;
use crate::sight;

/// Poor ratings have fewer stars.
const SATISFIED: i32 = 3;

/// Needs whose lamp shows one of `lamps` at `now`.
pub(super) fn any(lamps: &[Lamp], now: DateTime<Utc>) -> Condition {
    let none = Condition::any().add(sight::never());
    lamps.iter().fold(none, |any, lamp| any.add(shows(*lamp, now)))
}

fn shows(lamp: Lamp, now: DateTime<Utc>) -> Condition {
    match lamp {
        Lamp::Red => running().add(COLUMN.due_at.lt(now)),
        Lamp::Yellow => Condition::any()
            .add(COLUMN.stage.eq(NeedStage::Reopened.word()))
            .add(
                Condition::all()
                    .add(COLUMN.stage.eq(NeedStage::Rated.word()))
                    .add(COLUMN.rating.lt(SATISFIED)),
            )
            .add(
                Condition::all()
                    .add(COLUMN.stage.eq(NeedStage::SentBack.word()))
                    .add(Condition::any().add(COLUMN.due_at.is_null()).add(COLUMN.due_at.gte(now))),
            )
            .add(running().add(COLUMN.due_at.gte(now)).add(COLUMN.silent_at.lte(now))),
        Lamp::Blue => running()
            .add(COLUMN.stage.ne(NeedStage::SentBack.word()))
            .add(COLUMN.due_at.gte(now))
            .add(COLUMN.silent_at.gt(now))
            .add(COLUMN.blue_at.lte(now)),
        // What no other condition finds, those that cannot be told for want of a date included.
        Lamp::None => {
            let others = any(&[Lamp::Red, Lamp::Yellow, Lamp::Blue], now);
            Condition::all().add(sight::as_number(others).eq(0))
        }
    }
}

/// Needs whose clock runs.
fn running() -> Condition {
    let stages = NeedStage::ALL.iter().filter(|stage| is_running(**stage));
    Condition::all().add(COLUMN.stage.is_in(stages.map(|stage| stage.word())))
}
