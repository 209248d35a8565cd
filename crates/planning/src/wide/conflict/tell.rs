//! A contradiction in words.

use super::left_to;
use crate::wide::constraint::{
    Finding, Kind, equipment, fixed, half_day, held, length, load, locked, lunch, owner,
    precedence, presence, rest, seats, spread, tables, travel,
};
use crate::wide::encode::Demand;
use crate::wide::shape::Shape;
use crate::wide::slots;
use std::collections::BTreeSet;

/// One finding for each demand. Meetings that take part only through their people or tables are
/// told there, and not once more by themselves.
pub(crate) fn tell(shape: &Shape<'_>, demands: &BTreeSet<Demand>) -> Vec<Finding> {
    let held_by = |p: usize| -> Vec<usize> {
        let mine = shape.meetings_of[p].iter().copied();
        mine.filter(|&m| demands.contains(&Demand::Held(m))).collect()
    };
    let mut told = BTreeSet::new();
    let mut findings = Vec::new();
    for &demand in demands {
        let problem = shape.problem;
        match demand {
            Demand::Seats(p) => {
                let meetings = held_by(p);
                let left = meetings.iter().fold(0, |set, &m| set | left_to(shape, demands, m));
                let left: Vec<usize> = slots::iter(left).collect();
                told.extend(meetings.iter().copied());
                findings.push(seats::demand(problem, p, &meetings, &left));
            }
            Demand::Tables(kind) => {
                let meetings: Vec<usize> = demands
                    .iter()
                    .filter_map(|demand| if let Demand::Held(m) = demand { Some(*m) } else { None })
                    .collect();
                let left = meetings.iter().fold(0, |set, &m| set | left_to(shape, demands, m));
                let left: Vec<usize> = slots::iter(left).collect();
                told.extend(meetings.iter().copied());
                findings.push(tables::demand(problem, &shape.kinds[kind], &meetings, &left));
            }
            Demand::Held(_) => {}
            Demand::Length(m) => findings.push(length::demand(problem, m)),
            Demand::HalfDay(m) => findings.push(half_day::demand(problem, m)),
            Demand::Fixed(m) => findings.push(fixed::demand(problem, m)),
            Demand::Locked(m) => findings.push(locked::demand(problem, m)),
            Demand::Equipment(m) => findings.push(equipment::demand(problem, m)),
            Demand::Owner(p) => findings.push(owner::demand(problem, p)),
            Demand::Presence(p) => findings.push(presence::demand(problem, p)),
            Demand::Max(p) => findings.push(load::demand(problem, p, Kind::Max)),
            Demand::Min(p) => findings.push(load::demand(problem, p, Kind::Min)),
            Demand::MaxPerHalfDay(p) => {
                findings.push(load::demand(problem, p, Kind::MaxPerHalfDay));
            }
            Demand::MinPerHalfDay(p) => {
                findings.push(load::demand(problem, p, Kind::MinPerHalfDay));
            }
            Demand::Rest(p) => findings.push(rest::demand(problem, p)),
            Demand::Lunch(p) => findings.push(lunch::demand(problem, p)),
            Demand::Travel(p) => findings.push(travel::demand(problem, p)),
            Demand::Order(i) => findings.push(precedence::demand(problem, i)),
            Demand::Spread => findings.push(spread::demand(problem)),
        }
    }
    for &demand in demands {
        if let Demand::Held(m) = demand
            && !told.contains(&m)
        {
            findings.push(held::demand(shape.problem, m));
        }
    }
    if shape.problem.tables.is_empty() {
        findings.push(tables::demand(shape.problem, &[], &[], &[]));
    }
    findings.sort_by_key(|finding| {
        (finding.kind, finding.participants.clone(), finding.meetings.clone())
    });
    findings
}
