//! The breaks of any two participants differ by no more than a bound.

use super::view::View;
use super::{Finding, Kind};
use crate::wide::problem::Problem;
use crate::wide::words::Words;

/// One finding at most; its weight is the sum, over all participants, of the breaks beyond the
/// fewest of all plus the bound.
pub(crate) fn check(view: &View<'_>) -> Vec<Finding> {
    let Some(bound) = view.problem.spread else { return Vec::new() };
    let bound = usize::try_from(bound).unwrap_or(usize::MAX);
    let breaks: Vec<usize> = (0..view.days.len()).map(|p| view.breaks(p)).collect();
    let limit = breaks.iter().min().copied().unwrap_or(0).saturating_add(bound);
    let over: Vec<usize> = (0..breaks.len()).filter(|&p| breaks[p] > limit).collect();
    if over.is_empty() {
        return Vec::new();
    }
    let weight = over.iter().map(|&p| breaks[p] - limit).sum();
    vec![demand(view.problem).people(&over).weight(weight)]
}

/// The demand, broken or as part of a conflict.
pub(crate) fn demand(problem: &Problem) -> Finding {
    let bound = problem.spread.unwrap_or(0);
    let words = Words::new(
        format!("the breaks of any two participants may differ by at most {bound}; allow more"),
        format!("任意两个参会方的空档数最多相差{bound}；请放宽"),
    );
    Finding::new(Kind::Spread, words)
}

#[cfg(test)]
mod tests {
    use crate::wide::constraint::sample::{at, problem, told, words};

    #[test]
    fn nobody_waits_more_often_than_others_beyond_the_bound() {
        let mut event = problem(&[[0, 1], [0, 2], [0, 3], [0, 2]]);
        event.spread = Some(1);
        // 甲 waits in each half-day, the others never.
        let timetable = at(&[Some((0, 0)), Some((2, 0)), Some((3, 0)), Some((5, 0))]);
        let text = "the breaks of any two participants may differ by at most 1; allow more";
        let zh = "任意两个参会方的空档数最多相差1；请放宽";
        assert_eq!(told(&event, &timetable), words(&[(1, text, zh)]));
        event.spread = Some(0);
        assert_eq!(told(&event, &timetable)[0].0, 2);
        event.spread = Some(2);
        assert_eq!(told(&event, &timetable), words(&[]));
        event.spread = Some(0);
        let close = at(&[Some((1, 0)), Some((2, 0)), Some((3, 0)), Some((4, 0))]);
        assert_eq!(told(&event, &close), words(&[]), "lunch is not a break");
    }
}
