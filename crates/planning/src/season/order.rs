//! The order of stops, and whether there are dates for them at all.
//!
//! Stops with a date, fixed or previous, stay in the order of their dates, the others in the order
//! of the list; how the two lists are merged is free. The earliest day by which the first stops of
//! both lists can be held never makes anything later impossible, so the test is exact.

use super::days::Days;
use super::model::{Calendar, Demand, Model, Off};
use crate::words::signed;

/// The two lists that are merged.
struct Lists {
    dated: Vec<usize>,
    open: Vec<usize>,
}

fn lists(model: &Model<'_>, off: &Off) -> Lists {
    let day = |s: usize| {
        let date = model.problem.stops[s].date.filter(|_| !off.contains(&Demand::Date(s)));
        date.map(|date| model.day(date)).or(model.before[s].as_ref().map(|before| before.day))
    };
    let stops = 0..model.problem.stops.len();
    let mut dated: Vec<(i64, usize)> =
        stops.clone().filter_map(|s| day(s).map(|day| (day, s))).collect();
    dated.sort_unstable();
    Lists {
        dated: dated.into_iter().map(|(_, s)| s).collect(),
        open: stops.filter(|&s| day(s).is_none()).collect(),
    }
}

/// Days on which anybody may host `stop`.
fn any_day(model: &Model<'_>, stop: usize, calendar: &Calendar, off: &Off) -> Days {
    let mut days = Days::none(model.span);
    for &party in model.choices(stop, off) {
        days.join(&model.allowed_without(stop, party, calendar, off));
    }
    days
}

/// An order in which all stops have dates, each as early as possible; none if there is none.
pub(crate) fn possible(model: &Model<'_>, off: &Off) -> Option<Vec<usize>> {
    let Lists { dated, open } = lists(model, off);
    let calendar = model.calendar(off);
    let stops = 0..model.problem.stops.len();
    let days: Vec<Days> = stops.map(|s| any_day(model, s, &calendar, off)).collect();
    let spacing = model.spacing(off);
    let width = open.len() + 1;
    // The earliest day of the last of `i` dated and `j` open stops, and whether it is a dated one.
    let mut best: Vec<Option<(i64, bool)>> = vec![None; (dated.len() + 1) * width];
    best[0] = Some((-spacing, false));
    for i in 0..=dated.len() {
        for j in 0..=open.len() {
            let step = |before: Option<(i64, bool)>, stop: usize, is_dated: bool| {
                let (day, _) = before?;
                days[stop].first_from(day + spacing).map(|day| (day, is_dated))
            };
            let from_dated =
                if i > 0 { step(best[(i - 1) * width + j], dated[i - 1], true) } else { None };
            let from_open =
                if j > 0 { step(best[i * width + j - 1], open[j - 1], false) } else { None };
            if i + j > 0 {
                best[i * width + j] = [from_dated, from_open]
                    .into_iter()
                    .flatten()
                    .min_by_key(|&(day, is_dated)| (day, !is_dated));
            }
        }
    }
    let (mut i, mut j) = (dated.len(), open.len());
    let mut order = Vec::with_capacity(i + j);
    while i + j > 0 {
        let (_, is_dated) = best[i * width + j]?;
        if is_dated {
            i -= 1;
            order.push(dated[i]);
        } else {
            j -= 1;
            order.push(open[j]);
        }
    }
    order.reverse();
    Some(order)
}

/// The order in which dated stops come nearest to an even spread; `possible` where that has no
/// dates, none where nothing has.
pub(crate) fn nicest(model: &Model<'_>) -> Option<Vec<usize>> {
    let off = Off::new();
    let fallback = possible(model, &off)?;
    let Lists { dated, open } = lists(model, &off);
    let turns = dated.len() + open.len();
    let day = |s: usize| {
        let date = model.problem.stops[s].date.map(|date| model.day(date));
        date.or(model.before[s].as_ref().map(|before| before.day)).unwrap_or(0)
    };
    // The least distance when the first `i` dated stops are among the first `k` turns.
    let even = |k: usize| (signed(k) + 1) * signed(model.span) / (signed(turns) + 1);
    let width = dated.len() + 1;
    let mut cost = vec![i64::MAX; (turns + 1) * width];
    cost[0] = 0;
    for k in 1..=turns {
        for i in 0..=dated.len().min(k) {
            if k - i > open.len() {
                continue;
            }
            let skip = if k > i { cost[(k - 1) * width + i] } else { i64::MAX };
            let take = if i > 0 {
                cost[(k - 1) * width + i - 1]
                    .saturating_add((even(k - 1) - day(dated[i - 1])).abs())
            } else {
                i64::MAX
            };
            cost[k * width + i] = skip.min(take);
        }
    }
    let mut order = Vec::with_capacity(turns);
    let (mut i, mut j) = (dated.len(), open.len());
    for k in (1..=turns).rev() {
        let is_open = j > 0 && (i == 0 || cost[(k - 1) * width + i] <= cost[k * width + i]);
        if is_open {
            j -= 1;
            order.push(open[j]);
        } else {
            i -= 1;
            order.push(dated[i]);
        }
    }
    order.reverse();
    let (spacing, calendar) = (model.spacing(&off), model.calendar(&off));
    let mut last = Some(-spacing);
    for &s in &order {
        last = last.and_then(|day| any_day(model, s, &calendar, &off).first_from(day + spacing));
    }
    Some(if last.is_some() { order } else { fallback })
}
