//! Lamps as conditions of a query. The moments they change are written with every need, so that a list
//! asks for the same lamps that [`LampFacts`](lianmeng_domain::lamp::LampFacts) shows.

use chrono::{DateTime, Utc};
use lianmeng_domain::lamp::Lamp;
use sea_orm::{Condition, ExprTrait as _};

use super::row::COLUMN;
use crate::sight;

/// Needs whose lamp shows one of `lamps` at `now`.
pub(super) fn any(lamps: &[Lamp], now: DateTime<Utc>) -> Condition {
    let none = Condition::any().add(sight::never());
    lamps.iter().fold(none, |any, lamp| any.add(shows(*lamp, now)))
}

/// A lamp shines unless a graver one does.
fn shows(lamp: Lamp, now: DateTime<Utc>) -> Condition {
    match lamp {
        Lamp::Red => Condition::all().add(COLUMN.lit_red_at.lt(now)),
        Lamp::Yellow => none_of(&[Lamp::Red], now).add(COLUMN.lit_yellow_at.lte(now)),
        Lamp::Blue => none_of(&[Lamp::Red, Lamp::Yellow], now).add(COLUMN.lit_blue_at.lte(now)),
        Lamp::None => none_of(&[Lamp::Red, Lamp::Yellow, Lamp::Blue], now),
    }
}

/// As a number: a comparison with a moment that is not there is neither true nor false.
fn none_of(lamps: &[Lamp], now: DateTime<Utc>) -> Condition {
    Condition::all().add(sight::as_number(any(lamps, now)).eq(0))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use lianmeng_domain::ids::{EnterpriseId, NeedId};
    use lianmeng_domain::lamp::SUQIAN;
    use lianmeng_domain::need::{Need, NeedStage, NeedTrace, Rating};

    use super::*;
    use crate::eyes::Eyes;
    use crate::need::{Lit, NeedFilter, insert, page};
    use crate::page::Window;

    fn day(days: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(days)
    }

    /// A need in every stage, with every rating, on every clock.
    fn needs() -> Vec<Need> {
        let clocks = [
            (None, None, None),
            (None, Some(day(10)), None),
            (Some(day(0)), None, None),
            (Some(day(0)), Some(day(10)), None),
            (Some(day(0)), Some(day(10)), Some(day(4))),
            (Some(day(3)), Some(day(2)), None),
        ];
        let ratings = [None, Rating::new(2).ok(), Rating::new(3).ok()];
        let mut needs = Vec::new();
        for &stage in NeedStage::ALL {
            for (dispatched_at, due_at, progress_at) in clocks {
                for rating in ratings {
                    let id = NeedId::from(u128::try_from(needs.len()).unwrap() + 1);
                    let blank = Need::blank(id, EnterpriseId::from(1), day(0));
                    let trace = NeedTrace { progress_at, ..blank.trace };
                    needs.push(Need { stage, dispatched_at, due_at, rating, trace, ..blank });
                }
            }
        }
        needs
    }

    #[tokio::test]
    async fn a_list_finds_the_lamps_that_the_rules_show() {
        let db = lianmeng_testkit::database().await;
        let firm = crate::enterprise::tests::firm(1, "甲");
        crate::enterprise::insert(&db, &firm).await.unwrap();
        let needs = needs();
        for need in &needs {
            insert(&db, need).await.unwrap();
        }
        let eyes = Eyes::ALL;
        for now in [day(0), day(5), day(8), day(9), day(10), day(10) + TimeDelta::microseconds(1)] {
            let mut found = 0;
            for &lamp in Lamp::ALL {
                let lit = Some(Lit { lamps: vec![lamp], now });
                let filter = NeedFilter { lit, ..NeedFilter::default() };
                let rows = page(&db, eyes, &filter, Window::first(1_000)).await.unwrap();
                let mut ids: Vec<_> = rows.iter().map(|seen| seen.need.id).collect();
                ids.sort();
                let shows = |need: &&Need| need.lamp_facts().lamp(&SUQIAN, now) == lamp;
                let want: Vec<_> = needs.iter().filter(shows).map(|need| need.id).collect();
                assert_eq!(ids, want, "{lamp} at {now}");
                found += ids.len();
            }
            assert_eq!(found, needs.len());
        }
    }
}
