//! What the search asks again and again about a problem, computed once.

use super::problem::{Level, Meeting, Problem};
use super::slots::{self, Slots};
use std::collections::{BTreeMap, BTreeSet};

/// A problem seen by the search. Rows are representatives, numbered over all participants.
pub(crate) struct Shape<'a> {
    pub(crate) problem: &'a Problem,
    pub(crate) slots: usize,
    /// Half-days counted without gaps, by slot, and the slots of each.
    pub(crate) half_of: Vec<usize>,
    pub(crate) halves: Vec<Slots>,
    /// Where each meeting may begin.
    pub(crate) starts: Vec<Slots>,
    /// The different lists of tables that meetings may be at, and which is whose.
    pub(crate) lists: Vec<Vec<usize>>,
    pub(crate) list_of: Vec<usize>,
    /// Tables that only their numbers tell apart, by the first of them; a table that a locked
    /// meeting is at is a kind of its own.
    pub(crate) kinds: Vec<Vec<usize>>,
    pub(crate) kind_of: Vec<usize>,
    /// The first row of each participant, and the number of rows at the end.
    pub(crate) row_base: Vec<usize>,
    pub(crate) meetings_of: Vec<Vec<usize>>,
    /// Where the rows of each meeting begin in a list of all, and the length at the end.
    pub(crate) seat_base: Vec<usize>,
    pub(crate) present: Vec<Slots>,
    pub(crate) lunch: Vec<Vec<Slots>>,
    /// Meetings that must come after, and before, each meeting.
    pub(crate) later: Vec<Vec<usize>>,
    pub(crate) earlier: Vec<Vec<usize>>,
    pub(crate) has_travel: bool,
}

impl<'a> Shape<'a> {
    /// `problem` must be valid. `O(meetings · (slots + kinds of tables) + tables · lists)`.
    pub(crate) fn new(problem: &'a Problem) -> Self {
        let (half_of, halves) = halves(problem);
        let every = slots::first(problem.slots.len());
        let set = |list: &[usize]| list.iter().fold(0, |set, &t| set | slots::bit(t));
        let people = problem.participants.iter();
        let mut shape = Self {
            problem,
            slots: problem.slots.len(),
            half_of,
            halves,
            starts: Vec::new(),
            lists: Vec::new(),
            list_of: Vec::new(),
            kinds: Vec::new(),
            kind_of: Vec::new(),
            row_base: vec![0],
            meetings_of: vec![Vec::new(); problem.participants.len()],
            seat_base: vec![0],
            present: people.clone().map(|p| p.present.as_deref().map_or(every, set)).collect(),
            lunch: people.map(|p| p.lunch.iter().map(|list| set(list)).collect()).collect(),
            later: vec![Vec::new(); problem.meetings.len()],
            earlier: vec![Vec::new(); problem.meetings.len()],
            has_travel: problem.travel.iter().flatten().any(|&way| way > 0),
        };
        for participant in &problem.participants {
            shape.row_base.push(shape.rows() + participant.representatives);
        }
        for (m, meeting) in problem.meetings.iter().enumerate() {
            shape.seat_base.push(shape.seats() + meeting.participants.len());
            for &p in &meeting.participants {
                shape.meetings_of[p].push(m);
            }
        }
        for pair in &problem.precedences {
            shape.later[pair.before].push(pair.after);
            shape.earlier[pair.after].push(pair.before);
        }
        shape.starts = (0..problem.meetings.len()).map(|m| shape.starts_of(m)).collect();
        shape.sort_tables();
        shape
    }

    pub(crate) fn rows(&self) -> usize {
        self.row_base.last().copied().unwrap_or(0)
    }

    pub(crate) fn seats(&self) -> usize {
        self.seat_base.last().copied().unwrap_or(0)
    }

    pub(crate) fn meeting(&self, m: usize) -> &'a Meeting {
        &self.problem.meetings[m]
    }

    pub(crate) fn rank(&self, m: usize) -> Level {
        self.problem.meetings[m].rank()
    }

    /// Slots of way from table `a` to table `b`.
    pub(crate) fn way(&self, a: usize, b: usize) -> usize {
        let (a, b) = (self.problem.tables[a].place, self.problem.tables[b].place);
        self.problem.travel.get(a).and_then(|row| row.get(b)).copied().unwrap_or(0)
    }

    /// The tables that meeting `m` may be at.
    pub(crate) fn tables(&self, m: usize) -> &[usize] {
        &self.lists[self.list_of[m]]
    }

    /// Whether `m` fits into the half-day of `t` when it begins there.
    pub(crate) fn fits(&self, m: usize, t: usize) -> bool {
        let span = slots::span(t, self.meeting(m).length);
        t + self.meeting(m).length <= self.slots && span & !self.halves[self.half_of[t]] == 0
    }

    fn starts_of(&self, m: usize) -> Slots {
        let meeting = self.meeting(m);
        let mut starts = 0;
        for t in 0..self.slots {
            let span = slots::span(t, meeting.length);
            let half_day = self.problem.slots[t].half_day;
            let ok = self.fits(m, t)
                && (meeting.half_days.is_empty() || meeting.half_days.contains(&half_day))
                && meeting.fixed.is_none_or(|slot| slot == t)
                && meeting.locked.is_none_or(|seat| seat.slot == t)
                && meeting.participants.iter().all(|&p| span & !self.present[p] == 0);
            if ok {
                starts |= slots::bit(t);
            }
        }
        starts
    }

    /// Groups tables into kinds, and meetings by the tables they may be at.
    fn sort_tables(&mut self) {
        let problem = self.problem;
        let locked: BTreeSet<usize> =
            problem.meetings.iter().filter_map(|m| m.locked.map(|seat| seat.table)).collect();
        let mut known = BTreeMap::new();
        for (t, table) in problem.tables.iter().enumerate() {
            let equipment: BTreeSet<&str> = table.equipment.iter().map(String::as_str).collect();
            let own = locked.contains(&t).then_some(t);
            let next = self.kinds.len();
            let kind = *known.entry((table.place, table.owner, own, equipment)).or_insert(next);
            if kind == next {
                self.kinds.push(Vec::new());
            }
            self.kinds[kind].push(t);
            self.kind_of.push(kind);
        }
        let owners: BTreeSet<usize> = problem.tables.iter().filter_map(|t| t.owner).collect();
        let mut lists = BTreeMap::new();
        for meeting in &problem.meetings {
            let owners = meeting.participants.iter().filter(|p| owners.contains(p));
            let owners: BTreeSet<usize> = owners.copied().collect();
            let needs: BTreeSet<&str> = meeting.needs.iter().map(String::as_str).collect();
            let key = (owners, needs, meeting.locked.map(|seat| seat.table));
            let next = self.lists.len();
            let list = *lists.entry(key).or_insert(next);
            if list == next {
                self.lists.push(self.tables_for(meeting));
            }
            self.list_of.push(list);
        }
    }

    fn tables_for(&self, meeting: &Meeting) -> Vec<usize> {
        let tables = &self.problem.tables;
        let owned = |p: &usize| tables.iter().any(|table| table.owner == Some(*p));
        let has_owner = meeting.participants.iter().any(owned);
        (0..tables.len())
            .filter(|&t| {
                let owner = tables[t].owner;
                meeting.locked.is_none_or(|seat| seat.table == t)
                    && meeting.needs.iter().all(|need| tables[t].equipment.contains(need))
                    && owner.map_or(!has_owner, |owner| meeting.participants.contains(&owner))
            })
            .collect()
    }
}

fn halves(problem: &Problem) -> (Vec<usize>, Vec<Slots>) {
    let (mut half_of, mut halves) = (Vec::new(), Vec::<Slots>::new());
    let mut last = None;
    for (t, slot) in problem.slots.iter().enumerate() {
        if last != Some(slot.half_day) {
            halves.push(0);
            last = Some(slot.half_day);
        }
        half_of.push(halves.len() - 1);
        if let Some(half) = halves.last_mut() {
            *half |= slots::bit(t);
        }
    }
    (half_of, halves)
}
