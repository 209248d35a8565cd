//! A timetable seen from the side of those who sit in it.

use crate::wide::problem::Problem;
use crate::wide::timetable::Timetable;

/// One meeting in somebody's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sitting {
    pub(crate) start: usize,
    /// The first slot after it.
    pub(crate) end: usize,
    pub(crate) meeting: usize,
    pub(crate) table: usize,
}

/// A problem, a timetable that names only what exists, and the day of each representative.
pub(crate) struct View<'a> {
    pub(crate) problem: &'a Problem,
    /// The meetings that are held.
    pub(crate) sittings: Vec<Sitting>,
    /// By participant and representative, in order of time.
    pub(crate) days: Vec<Vec<Vec<Sitting>>>,
    pub(crate) held: Vec<bool>,
}

impl<'a> View<'a> {
    /// None, with the first thing that is wrong, if the timetable names what does not exist.
    pub(crate) fn new(problem: &'a Problem, timetable: &Timetable) -> Result<Self, String> {
        let (found, want) = (timetable.meetings.len(), problem.meetings.len());
        if found != want {
            return Err(format!("{found} entries for {want} meetings"));
        }
        let days = |count: usize| vec![Vec::new(); count];
        let mut view = Self {
            problem,
            sittings: Vec::new(),
            days: problem.participants.iter().map(|p| days(p.representatives)).collect(),
            held: timetable.meetings.iter().map(Option::is_some).collect(),
        };
        for (m, placed) in timetable.meetings.iter().enumerate() {
            let (Some(placed), meeting) = (placed, &problem.meetings[m]) else { continue };
            if placed.slot >= problem.slots.len() || placed.table >= problem.tables.len() {
                return Err(format!("meeting {} is at a slot or table that is not there", m + 1));
            }
            if placed.representatives.len() != meeting.participants.len() {
                return Err(format!("meeting {} needs one representative each", m + 1));
            }
            let end = placed.slot + meeting.length;
            let sitting = Sitting { start: placed.slot, end, meeting: m, table: placed.table };
            view.sittings.push(sitting);
            for (&p, &k) in meeting.participants.iter().zip(&placed.representatives) {
                match view.days[p].get_mut(k) {
                    Some(day) => day.push(sitting),
                    None => {
                        return Err(format!("meeting {} names a representative too many", m + 1));
                    }
                }
            }
        }
        for day in view.days.iter_mut().flatten() {
            day.sort_unstable();
        }
        Ok(view)
    }

    /// The half-day of slot `t`.
    pub(crate) fn half_day(&self, t: usize) -> Option<usize> {
        self.problem.slots.get(t).map(|slot| slot.half_day)
    }

    /// The place of table `t`.
    pub(crate) fn place(&self, t: usize) -> usize {
        self.problem.tables[t].place
    }

    /// Slots between places `a` and `b`.
    pub(crate) fn way(&self, a: usize, b: usize) -> usize {
        self.problem.travel.get(a).and_then(|row| row.get(b)).copied().unwrap_or(0)
    }

    /// Neighbours in one day that lie in one half-day.
    pub(crate) fn neighbours(&self, day: &[Sitting]) -> Vec<(Sitting, Sitting)> {
        let pairs = day.windows(2).map(|pair| (pair[0], pair[1]));
        pairs.filter(|(a, b)| self.half_day(a.start) == self.half_day(b.start)).collect()
    }

    /// Which slots of `day` are taken.
    pub(crate) fn busy(&self, day: &[Sitting]) -> Vec<bool> {
        (0..self.problem.slots.len())
            .map(|t| day.iter().any(|sitting| (sitting.start..sitting.end).contains(&t)))
            .collect()
    }

    /// Breaks of participant `p`: neighbours of one half-day with a free slot between, over all
    /// representatives.
    pub(crate) fn breaks(&self, p: usize) -> usize {
        let waits = |day: &Vec<Sitting>| {
            self.neighbours(day).iter().filter(|(a, b)| b.start > a.end).count()
        };
        self.days[p].iter().map(waits).sum()
    }
}
