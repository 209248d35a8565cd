//! Dates and venues for stops whose order and hosts are known, by dynamic programming over days.

use super::days::Days;
use super::model::{Model, Off};
use crate::words::{signed, unsigned};

/// Parts changed; squared days between stops, before the first and after the last; days from the
/// start, summed; empty seats. Compared in this order.
pub(crate) type Cost = [i64; 4];

/// Days and venues by turn, and what they cost.
#[derive(Debug, Clone)]
pub(crate) struct Dated {
    pub(crate) days: Vec<i64>,
    pub(crate) venues: Vec<Option<usize>>,
    pub(crate) cost: Cost,
}

/// Day, cost up to it, place of the day before in its turn, venue.
type Reached = (i64, Cost, usize, Option<usize>);

fn plus(a: Cost, b: Cost) -> Cost {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]]
}

/// What holding `stop` on `day` costs by itself, and the venue: kept before new, then the fewest
/// empty seats, then the first.
fn price(
    model: &Model<'_>,
    stop: usize,
    fitting: Option<&Vec<usize>>,
    day: i64,
) -> (Cost, Option<usize>) {
    let before = model.before[stop].as_ref();
    let moved = i64::from(before.is_some_and(|before| before.day != day));
    let Some(fitting) = fitting else {
        let lost = i64::from(before.is_some_and(|before| before.venue.is_some()));
        return ([moved + lost, 0, day, 0], None);
    };
    let choice = fitting
        .iter()
        .filter(|&&v| model.venue_days[v].has(day))
        .map(|&v| {
            let (h, i) = model.venues[v];
            let spare = i64::from(model.host(h).venues[i].capacity)
                - i64::from(model.problem.stops[stop].attendees);
            (i64::from(before.is_some_and(|before| before.venue != Some(v))), spare, v)
        })
        .min();
    match choice {
        Some((changed, spare, v)) => ([moved + changed, 0, day, spare], Some(v)),
        None => ([moved, 0, day, 0], None),
    }
}

/// The cheapest dates and venues of `order` hosted by `parties`; none if there are none.
///
/// Stops × days² steps.
pub(crate) fn choose(model: &Model<'_>, order: &[usize], parties: &[usize]) -> Option<Dated> {
    let off = Off::new();
    let spacing = model.spacing(&off);
    let span = signed(model.span);
    let mut turns: Vec<Vec<Reached>> = Vec::with_capacity(order.len());
    for (k, (&stop, &party)) in order.iter().zip(parties).enumerate() {
        let fitting = model.fitting(stop, party);
        let mut turn = Vec::new();
        for day in model.allowed(stop, party).iter() {
            let (own, venue) = price(model, stop, fitting.as_ref(), day);
            let reach = if k == 0 {
                Some(([0, (day + 1) * (day + 1), 0, 0], 0))
            } else {
                cheapest_before(&turns[k - 1], day, spacing)
            };
            if let Some((cost, from)) = reach {
                turn.push((day, plus(cost, own), from, venue));
            }
        }
        turns.push(turn);
    }
    let closing = |day: i64| [0, (span - day) * (span - day), 0, 0];
    let last = turns.last().map_or(Some(([0; 4], 0)), |turn| {
        turn.iter().enumerate().map(|(at, &(day, cost, _, _))| (plus(cost, closing(day)), at)).min()
    });
    let (cost, mut at) = last?;
    let mut days = Vec::with_capacity(order.len());
    let mut venues = Vec::with_capacity(order.len());
    for turn in turns.iter().rev() {
        let (day, _, from, venue) = turn[at];
        days.push(day);
        venues.push(venue);
        at = from;
    }
    days.reverse();
    venues.reverse();
    Some(Dated { days, venues, cost })
}

/// The cheapest way to be at `day` after a turn, and the place of that turn's day.
fn cheapest_before(turn: &[Reached], day: i64, spacing: i64) -> Option<(Cost, usize)> {
    turn.iter()
        .enumerate()
        .take_while(|(_, (earlier, ..))| earlier + spacing <= day)
        .map(|(at, &(earlier, cost, _, _))| {
            let gap = day - earlier;
            (plus(cost, [0, gap * gap, 0, 0]), at)
        })
        .min()
}

/// Days on which each turn could still be held if everything after it is to have a date.
pub(crate) fn latest(model: &Model<'_>, any: &[Days]) -> Vec<i64> {
    let spacing = model.spacing(&Off::new());
    let mut latest = vec![0; any.len()];
    let mut until = signed(model.span) - 1;
    for k in (0..any.len()).rev() {
        latest[k] = any[k].last_until(until).unwrap_or(-1);
        until = latest[k] - spacing;
    }
    latest
}

/// Steps one call of [`choose`] takes, about.
pub(crate) fn steps(model: &Model<'_>, stops: usize) -> usize {
    unsigned(signed(stops) * signed(model.span) * signed(model.span) / 4).max(1)
}
