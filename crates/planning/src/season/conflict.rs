//! The smallest set of demands that cannot be met together, in words.

use super::answer::{ConflictItem, DemandKind};
use super::model::{Demand, Model, Off};
use super::{order, themes};
use crate::words::Words;
use std::cell::Cell;

/// Most pairs of demands that are tried by themselves.
const MAX_PAIRS: usize = 4_000;
/// Steps that naming a conflict may take, of about a nanosecond.
const MAX_STEPS: u64 = 2_000_000_000;

/// Demands in conflict, fewest first found: none if there are dates and themes for all stops.
pub(crate) fn find(model: &Model<'_>) -> Vec<ConflictItem> {
    if model.problem.stops.is_empty() {
        return Vec::new();
    }
    let stops: Vec<usize> = (0..model.problem.stops.len()).collect();
    let asked = |holds, cost| Asked { holds, cost, left: Cell::new(MAX_STEPS) };
    // Limits of themes do not depend on who hosts.
    let first: Vec<usize> =
        stops.iter().map(|&s| model.choices[s].first().copied().unwrap_or(0)).collect();
    let has_themes = |off: &Off| themes::choose(model, &stops, &first, off).is_some();
    if !has_themes(&Off::new()) {
        let asked = asked(&has_themes, steps_of_themes(model));
        return told(model, &smallest(&theme_demands(model), &asked));
    }
    let has_dates = |off: &Off| order::possible(model, off).is_some();
    if !has_dates(&Off::new()) {
        let asked = asked(&has_dates, steps_of_dates(model));
        return told(model, &smallest(&date_demands(model), &asked));
    }
    Vec::new()
}

/// What is said where no single demand can be blamed.
pub(crate) fn unnamed(model: &Model<'_>) -> Vec<ConflictItem> {
    vec![season(model)]
}

fn theme_demands(model: &Model<'_>) -> Vec<Demand> {
    let limits = model.problem.themes.iter().enumerate();
    let limits = limits.filter(|(_, t)| t.max_stops.is_some()).map(|(t, _)| Demand::Limit(t));
    let stops = model.problem.stops.iter().enumerate();
    limits.chain(stops.filter(|(_, s)| s.theme.is_some()).map(|(s, _)| Demand::Theme(s))).collect()
}

fn date_demands(model: &Model<'_>) -> Vec<Demand> {
    let problem = model.problem;
    let mut all = vec![Demand::Calendar];
    if problem.min_days_between > 1 {
        all.push(Demand::Spacing);
    }
    for (s, stop) in problem.stops.iter().enumerate() {
        let asked = [
            (stop.date.is_some(), Demand::Date(s)),
            (!stop.hosts.is_empty(), Demand::Hosts(s)),
            (stop.from.is_some() || stop.to.is_some(), Demand::Window(s)),
            (stop.attendees > 0 || stop.venue.is_some(), Demand::Venue(s)),
        ];
        all.extend(asked.into_iter().filter(|(is_asked, _)| *is_asked).map(|(_, demand)| demand));
    }
    let in_season = |date| (problem.from..=problem.to).contains(&date);
    let taken = problem.taken.iter().enumerate().filter(|(_, t)| in_season(t.date));
    all.extend(taken.map(|(i, _)| Demand::Taken(i)));
    let away = problem.hosts.iter().enumerate().filter(|(_, host)| !host.away.is_empty());
    all.extend(away.map(|(h, _)| Demand::Away(h)));
    all
}

/// Whether demands can be met without some, asked while the steps last.
struct Asked<'a> {
    holds: &'a dyn Fn(&Off) -> bool,
    /// Steps of one question.
    cost: u64,
    left: Cell<u64>,
}

impl Asked<'_> {
    /// Whether the others contradict each other without those that are `off`; false where the steps
    /// do not last.
    fn is_proved(&self, off: &Off) -> bool {
        let Some(left) = self.left.get().checked_sub(self.cost) else { return false };
        self.left.set(left);
        !(self.holds)(off)
    }
}

/// Steps of looking for dates: each party's days at each stop, host by host and venue by venue.
fn steps_of_dates(model: &Model<'_>) -> u64 {
    let (problem, words) = (model.problem, model.span.div_ceil(64));
    let venues = |h: &usize| problem.hosts[*h].venues.len();
    let of_party = |party: &Vec<usize>| party.len() + party.iter().map(venues).sum::<usize>() + 4;
    let of_all = model.parties.iter().map(of_party).sum::<usize>();
    let of_stop = of_all * words + model.parties.len() * model.span;
    steps(problem.taken.len() + problem.stops.len() * of_stop)
}

/// Steps of looking for themes: an assignment of stops to as many copies of each theme.
fn steps_of_themes(model: &Model<'_>) -> u64 {
    let stops = model.problem.stops.len();
    steps(stops * stops * stops * model.problem.themes.len())
}

fn steps(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX).max(1)
}

/// A smallest set of one or two where there is one, else one from which nothing can be left out;
/// as far as the steps last.
fn smallest(all: &[Demand], asked: &Asked<'_>) -> Vec<Demand> {
    let without = |on: &[Demand]| -> Off {
        all.iter().copied().filter(|demand| !on.contains(demand)).collect()
    };
    if asked.is_proved(&without(&[])) {
        return Vec::new();
    }
    let minimal = deletion(all, asked);
    if minimal.len() <= 1 {
        return minimal;
    }
    if let Some(&one) = all.iter().find(|&&one| asked.is_proved(&without(&[one]))) {
        return vec![one];
    }
    if minimal.len() <= 2 || all.len() * all.len() / 2 > MAX_PAIRS {
        return minimal;
    }
    let pairs = (0..all.len()).flat_map(|i| (i + 1..all.len()).map(move |j| [all[i], all[j]]));
    pairs
        .into_iter()
        .find(|pair| asked.is_proved(&without(pair)))
        .map_or(minimal, |pair| pair.to_vec())
}

/// Leaves demands out while the rest is still in conflict; the calendar and what others hold
/// first, so that what is asked of stops is left out only where it must.
fn deletion(all: &[Demand], asked: &Asked<'_>) -> Vec<Demand> {
    let mut order = all.to_vec();
    order.sort_unstable_by(|a, b| b.cmp(a));
    let mut off = Off::new();
    let mut chunk = order.len().div_ceil(2);
    while chunk >= 1 {
        for part in order.chunks(chunk) {
            let fresh: Vec<Demand> = part.iter().copied().filter(|d| !off.contains(d)).collect();
            if fresh.is_empty() {
                continue;
            }
            off.extend(fresh.iter().copied());
            if !asked.is_proved(&off) {
                off.retain(|demand| !fresh.contains(demand));
            }
        }
        chunk /= 2;
    }
    all.iter().copied().filter(|demand| !off.contains(demand)).collect()
}

fn told(model: &Model<'_>, demands: &[Demand]) -> Vec<ConflictItem> {
    std::iter::once(season(model)).chain(demands.iter().map(|&d| tell(model, d))).collect()
}

fn season(model: &Model<'_>) -> ConflictItem {
    let problem = model.problem;
    let (count, from, to) = (problem.stops.len(), problem.from, problem.to);
    let words = Words::new(
        format!("the season holds {count} stops from {from} to {to}; hold fewer or make it longer"),
        format!("本季自{from}至{to}举办{count}站；请减少站数或延长时间"),
    );
    ConflictItem { kind: DemandKind::Season, id: None, words }
}

fn tell(model: &Model<'_>, demand: Demand) -> ConflictItem {
    let problem = model.problem;
    let stop = |s: usize| problem.stops[s].id.clone();
    let (kind, id, en, zh) = match demand {
        Demand::Calendar => (
            DemandKind::Calendar,
            None,
            "stops are held on working days only; allow more days".to_owned(),
            "只在工作日举办；请放宽日期".to_owned(),
        ),
        Demand::Spacing => (
            DemandKind::Spacing,
            None,
            format!("stops are at least {} days apart; allow fewer", problem.min_days_between),
            format!("两站至少间隔{}天；请缩短间隔", problem.min_days_between),
        ),
        Demand::Date(s) => {
            let date = problem.stops[s].date.map_or_else(String::new, |d| d.to_string());
            (
                DemandKind::Date,
                Some(stop(s)),
                format!("stop {} is fixed to {date}; release it", stop(s)),
                format!("{}站固定在{date}；请放开", stop(s)),
            )
        }
        Demand::Hosts(s) => {
            let names = super::reasons::names(model, model.choices[s].first().copied());
            (
                DemandKind::Hosts,
                Some(stop(s)),
                format!("stop {} is hosted by {}; release it", stop(s), names.en),
                format!("{}站由{}主办；请放开", stop(s), names.zh),
            )
        }
        Demand::Window(s) => {
            let from = problem.stops[s].from.unwrap_or(problem.from);
            let to = problem.stops[s].to.unwrap_or(problem.to);
            (
                DemandKind::Window,
                Some(stop(s)),
                format!("stop {} is held from {from} to {to}; widen this", stop(s)),
                format!("{}站须在{from}至{to}之间；请放宽", stop(s)),
            )
        }
        Demand::Venue(s) => venue(model, s),
        Demand::Taken(i) => {
            let taken = &problem.taken[i];
            (
                DemandKind::Taken,
                None,
                format!("{} is taken by {}; move that", taken.date, taken.label),
                format!("{}已有{}；请调整", taken.date, taken.label),
            )
        }
        Demand::Away(h) => {
            let host = &problem.hosts[h];
            (
                DemandKind::Away,
                Some(host.id.clone()),
                format!("{} cannot host on {} days; free one", host.name, host.away.len()),
                format!("{}有{}天不能主办；请腾出一天", host.name, host.away.len()),
            )
        }
        Demand::Theme(s) => theme(model, s),
        Demand::Limit(t) => limit(model, t),
    };
    ConflictItem { kind, id, words: Words::new(en, zh) }
}

/// Kind, id, English and Chinese of a demand.
type Told = (DemandKind, Option<String>, String, String);

fn theme(model: &Model<'_>, s: usize) -> Told {
    let stop = &model.problem.stops[s];
    let theme = stop.theme.clone().unwrap_or_default();
    (
        DemandKind::Theme,
        Some(stop.id.clone()),
        format!("stop {} has the theme {theme}; release it", stop.id),
        format!("{}站主题定为{theme}；请放开", stop.id),
    )
}

fn limit(model: &Model<'_>, t: usize) -> Told {
    let theme = &model.problem.themes[t];
    let most = theme.max_stops.unwrap_or(0);
    (
        DemandKind::Limit,
        Some(theme.id.clone()),
        format!("at most {most} stops may have the theme {}; allow more", theme.name),
        format!("主题“{}”最多{most}站；请放宽", theme.name),
    )
}

fn venue(model: &Model<'_>, s: usize) -> Told {
    let stop = &model.problem.stops[s];
    let seats = stop.attendees;
    let (at, zh_at) = match &stop.venue {
        Some(id) => (format!("the venue {id}"), format!("场地{id}")),
        None => ("a free venue".to_owned(), "空闲场地".to_owned()),
    };
    (
        DemandKind::Venue,
        Some(stop.id.clone()),
        format!("stop {} needs {at} with {seats} seats; expect fewer or add a venue", stop.id),
        format!("{}站需要可容纳{seats}人的{zh_at}；请减少人数或增加场地", stop.id),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two hundred demands, three of which contradict each other.
    fn named(left: u64) -> (Vec<Demand>, Vec<Demand>, u64) {
        let all: Vec<Demand> = (0..200).map(Demand::Away).collect();
        let core = [Demand::Away(3), Demand::Away(77), Demand::Away(150)];
        let holds = |off: &Off| core.iter().any(|demand| off.contains(demand));
        let asked = Asked { holds: &holds, cost: 10, left: Cell::new(left) };
        let minimal = deletion(&all, &asked);
        let used = (left - asked.left.get()) / 10;
        (minimal, smallest(&all, &asked), used)
    }

    #[test]
    fn what_is_out_already_is_not_asked_about_again() {
        let core = vec![Demand::Away(3), Demand::Away(77), Demand::Away(150)];
        let (minimal, smallest, used) = named(1_000_000);
        assert_eq!((minimal, smallest), (core.clone(), core));
        // Far fewer than demands: each of the three costs about two questions for each half.
        assert!(used < 60, "{used}");
    }

    #[test]
    fn where_steps_end_the_conflict_is_longer_but_one() {
        let (longer, again, used) = named(79);
        assert_eq!(used, 7);
        assert!((4..200).contains(&longer.len()), "{longer:?}");
        for demand in [3, 77, 150].map(Demand::Away) {
            assert!(longer.contains(&demand) && again.contains(&demand));
        }
    }
}
