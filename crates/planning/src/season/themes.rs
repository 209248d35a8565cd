//! A theme for each stop: the fewest changes, then the most points.

use super::model::{Demand, Model, Off};
use crate::assignment::{FORBIDDEN, cheapest};
use crate::words::{signed, unsigned};

/// Dearer than all points of a season together.
const CHANGE: i64 = 1 << 40;

/// Themes by turn, parts changed, points.
pub(crate) type Chosen = (Vec<Option<usize>>, i64, i64);

/// Chooses themes for the stops of `order`, hosted by `parties`; none if limits forbid it.
pub(crate) fn choose(
    model: &Model<'_>,
    order: &[usize],
    parties: &[usize],
    off: &Off,
) -> Option<Chosen> {
    let themes = &model.problem.themes;
    if themes.is_empty() {
        return Some((vec![None; order.len()], 0, 0));
    }
    let mut columns = Vec::new();
    for (t, theme) in themes.iter().enumerate() {
        let limit = theme.max_stops.filter(|_| !off.contains(&Demand::Limit(t)));
        let copies = limit.map_or(order.len(), |limit| unsigned(i64::from(limit)).min(order.len()));
        columns.extend(std::iter::repeat_n(t, copies));
    }
    let changed = |k: usize, t: usize| {
        let before = model.before[order[k]].as_ref();
        i64::from(before.is_some_and(|before| before.theme != Some(t)))
    };
    // Looked up once: the assignment asks often.
    let table: Vec<i64> = (0..order.len())
        .flat_map(|k| (0..themes.len()).map(move |t| (k, t)))
        .map(|(k, t)| {
            let fixed = model.problem.stops[order[k]].theme.as_ref();
            let fixed = fixed.filter(|_| !off.contains(&Demand::Theme(order[k])));
            if fixed.is_some_and(|id| *id != themes[t].id) {
                return FORBIDDEN;
            }
            changed(k, t) * CHANGE - model.points(parties[k], t)
        })
        .collect();
    let chosen = cheapest(order.len(), columns.len(), |k, c| table[k * themes.len() + columns[c]])?;
    let chosen: Vec<usize> = chosen.into_iter().map(|c| columns[c]).collect();
    let moves = chosen.iter().enumerate().map(|(k, &t)| changed(k, t)).sum();
    let points = chosen.iter().enumerate().map(|(k, &t)| model.points(parties[k], t)).sum();
    debug_assert!(points < CHANGE, "{} stops", signed(order.len()));
    Some((chosen.into_iter().map(Some).collect(), moves, points))
}
