//! Why there are no visits: demands none of which can be left out of the conflict, as far as the
//! steps tell.

use super::answer::{ConflictItem, DemandKind, clock};
use super::load;
use super::problem::Problem;
use super::route::Demand;
use crate::words::Words;

/// The demands in conflict, empty where the search ended too early to say; and whether each is
/// proved to be needed.
pub(crate) fn find(problem: &Problem) -> (Vec<ConflictItem>, bool) {
    let (ways, is_all) = load::ways(problem);
    if ways.is_empty() {
        return (if is_all { vec![seats(problem)] } else { Vec::new() }, true);
    }
    let mut all = vec![Demand::Deadline];
    for (s, site) in problem.sites.iter().enumerate() {
        all.push(Demand::Window(s));
        if site.capacity.is_some() {
            all.push(Demand::Capacity(s));
        }
        all.push(Demand::Visit(s));
    }
    // Visits stay as long as they can: it is easier to change an hour than a programme.
    let mut off: Vec<Demand> = Vec::new();
    let mut is_minimal = true;
    for &demand in &all {
        off.push(demand);
        let outcome = load::solve(problem, &off);
        if outcome.best.is_some() || !outcome.is_proved {
            off.pop();
            is_minimal &= outcome.best.is_some();
        }
    }
    let kept = all.into_iter().filter(|demand| !off.contains(demand));
    (kept.map(|demand| tell(problem, demand)).collect(), is_minimal)
}

fn seats(problem: &Problem) -> ConflictItem {
    let people: u64 = problem.groups.iter().map(|group| u64::from(group.people)).sum();
    let seats: u64 = problem.buses.iter().map(|bus| u64::from(bus.seats)).sum();
    let words = Words::new(
        format!(
            "{people} people in undivided groups do not fit on buses with {seats} seats; add a bus or divide a group"
        ),
        format!("{people}人按组不拆分无法乘坐共{seats}座的车辆；请增加车辆或拆分小组"),
    );
    ConflictItem { kind: DemandKind::Seats, id: None, words }
}

fn tell(problem: &Problem, demand: Demand) -> ConflictItem {
    let site = |s: usize| (&problem.sites[s], Some(problem.sites[s].id.clone()));
    let (kind, id, en, zh) = match demand {
        Demand::Deadline => {
            let by = clock(i64::from(problem.arrive_by));
            (
                DemandKind::Deadline,
                None,
                format!("every bus must be at the end by {by}; begin later"),
                format!("各车须在{by}前到达会场；请推迟开会"),
            )
        }
        Demand::Window(s) => {
            let (one, id) = site(s);
            let (open, close) = (clock(i64::from(one.open)), clock(i64::from(one.close)));
            (
                DemandKind::Window,
                id,
                format!("{} is open from {open} to {close}; ask for longer hours", one.name),
                format!("{}开放时间为{open}至{close}；请协调延长", one.name),
            )
        }
        Demand::Capacity(s) => {
            let (one, id) = site(s);
            let room = one.capacity.unwrap_or(0);
            (
                DemandKind::Capacity,
                id,
                format!(
                    "{} takes {room} people at once; ask for more or use smaller buses",
                    one.name
                ),
                format!("{}同时最多接待{room}人；请扩大接待或换小车", one.name),
            )
        }
        Demand::Visit(s) => {
            let (one, id) = site(s);
            let stay = one.stay_minutes;
            (
                DemandKind::Visit,
                id,
                format!("{} is seen for {stay} minutes; drop it or shorten the stay", one.name),
                format!("{}须参观{stay}分钟；请取消或缩短", one.name),
            )
        }
    };
    ConflictItem { kind, id, words: Words::new(en, zh) }
}
