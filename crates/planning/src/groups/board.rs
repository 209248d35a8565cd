//! Who and what is in which session, with running counts.

use super::problem::{Problem, SessionDemand};
use crate::words::{signed, unsigned};
use std::collections::BTreeMap;

/// A session that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Session {
    pub(crate) half_day: usize,
    /// Index of the room.
    pub(crate) room: usize,
}

/// Who is in one room at a time: a delegation or a presenter.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    pub(crate) name: String,
    pub(crate) teams: i64,
    pub(crate) people: i64,
    pub(crate) items: Vec<usize>,
}

/// A problem as numbers.
#[derive(Debug)]
pub(crate) struct Shape<'a> {
    pub(crate) problem: &'a Problem,
    pub(crate) sessions: Vec<Session>,
    /// Sessions each participant may be in, ascending.
    pub(crate) of_participant: Vec<Vec<usize>>,
    /// Sessions each item may be in, ascending.
    pub(crate) of_item: Vec<Vec<usize>>,
    /// Delegations, in their order, then presenters, by name.
    pub(crate) bodies: Vec<Body>,
    /// Bodies of each item.
    pub(crate) bodies_of: Vec<Vec<usize>>,
    pub(crate) people: Vec<i64>,
    /// Points by participant, then item.
    pub(crate) points: Vec<i64>,
    pub(crate) seats: Vec<Option<i64>>,
    /// Fewest and most participants, fewest and most items of a session.
    pub(crate) limits: [i64; 4],
}

impl<'a> Shape<'a> {
    pub(crate) fn new(problem: &'a Problem) -> Self {
        let sessions = sessions(problem);
        let (bodies, bodies_of) = bodies(problem);
        let may = |away: &[usize], locked: Option<&SessionDemand>| -> Vec<usize> {
            (0..sessions.len())
                .filter(|&k| {
                    let Session { half_day, room } = sessions[k];
                    let is_there = locked.is_none_or(|locked| {
                        locked.half_day == half_day && locked.room == problem.rooms[room].id
                    });
                    is_there && !away.contains(&half_day)
                })
                .collect()
        };
        let of_participant =
            problem.participants.iter().map(|one| may(&one.away, one.locked.as_ref())).collect();
        let of_item = problem.items.iter().zip(&bodies_of).map(|(one, bodies)| {
            let away = bodies.first().and_then(|&b| problem.delegations.get(b));
            may(away.map_or(&[], |d| d.away.as_slice()), one.locked.as_ref())
        });
        let of_item = of_item.collect();
        let seats =
            sessions.iter().map(|s| problem.rooms[s.room].capacity.map(i64::from)).collect();
        let most = |limit: Option<usize>| limit.map_or(i64::MAX / 4, signed);
        let limits = [
            signed(problem.min_participants),
            most(problem.max_participants),
            signed(problem.min_items),
            most(problem.max_items),
        ];
        let people = problem.participants.iter().map(|p| p.people.map_or(1, i64::from)).collect();
        let points = points(problem);
        Self {
            problem,
            sessions,
            of_participant,
            of_item,
            bodies,
            bodies_of,
            people,
            points,
            seats,
            limits,
        }
    }

    pub(crate) fn participants(&self) -> usize {
        self.problem.participants.len()
    }

    pub(crate) fn items(&self) -> usize {
        self.problem.items.len()
    }

    pub(crate) fn relevance(&self, participant: usize, item: usize) -> i64 {
        self.points[participant * self.items() + item]
    }
}

/// The sessions that are used: rooms by size, each through all half-days, until there are enough;
/// those that something is locked to come first.
fn sessions(problem: &Problem) -> Vec<Session> {
    let mut rooms: Vec<usize> = (0..problem.rooms.len()).collect();
    rooms.sort_by_key(|&r| (std::cmp::Reverse(problem.rooms[r].capacity.unwrap_or(u32::MAX)), r));
    let mut all: Vec<Session> = rooms
        .into_iter()
        .flat_map(|room| (0..problem.half_days).map(move |half_day| Session { half_day, room }))
        .collect();
    let is_locked = |session: &Session| {
        let of_participants = problem.participants.iter().filter_map(|one| one.locked.as_ref());
        let of_items = problem.items.iter().filter_map(|one| one.locked.as_ref());
        of_participants.chain(of_items).any(|locked| {
            locked.half_day == session.half_day && locked.room == problem.rooms[session.room].id
        })
    };
    all.sort_by_cached_key(|session| !is_locked(session));
    all.truncate(problem.groups.unwrap_or(all.len()));
    all.sort_unstable();
    all
}

fn bodies(problem: &Problem) -> (Vec<Body>, Vec<Vec<usize>>) {
    let mut bodies: Vec<Body> = problem
        .delegations
        .iter()
        .map(|one| Body {
            name: one.id.clone(),
            teams: one.teams.map_or(1, i64::from),
            people: one.people.map_or(1, i64::from),
            items: Vec::new(),
        })
        .collect();
    let mut presenters: BTreeMap<&str, usize> = BTreeMap::new();
    let names = problem.items.iter().flat_map(|item| &item.presenters);
    for name in names {
        presenters.entry(name).or_insert(0);
    }
    for (name, body) in &mut presenters {
        *body = bodies.len();
        bodies.push(Body { name: (*name).to_owned(), teams: 1, people: 0, items: Vec::new() });
    }
    let mut of = Vec::with_capacity(problem.items.len());
    for (i, item) in problem.items.iter().enumerate() {
        let home = problem.delegations.iter().position(|one| one.id == item.delegation);
        let names =
            item.presenters.iter().filter_map(|name| presenters.get(name.as_str()).copied());
        let mut mine: Vec<usize> = home.into_iter().chain(names).collect();
        mine.sort_unstable();
        mine.dedup();
        for &body in &mine {
            bodies[body].items.push(i);
        }
        of.push(mine);
    }
    (bodies, of)
}

/// The matrix as given, or the sum over shared features of the products, in hundredths.
fn points(problem: &Problem) -> Vec<i64> {
    if let Some(rows) = &problem.relevance {
        return rows.iter().flatten().map(|&points| i64::from(points)).collect();
    }
    let mut points = Vec::with_capacity(problem.participants.len() * problem.items.len());
    for one in &problem.participants {
        for item in &problem.items {
            let shared = one.features.iter().filter_map(|(label, &a)| {
                item.features.get(label).map(|&b| i64::from(a) * i64::from(b))
            });
            points.push(shared.sum::<i64>() / 100);
        }
    }
    points
}

/// Something that moves to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    Participant(usize, usize),
    Item(usize, usize),
}

/// A full placement with what it is worth and breaks.
#[derive(Debug, Clone)]
pub(crate) struct Board<'a> {
    pub(crate) shape: &'a Shape<'a>,
    /// Session of each participant.
    pub(crate) group: Vec<usize>,
    /// Session of each item.
    pub(crate) place: Vec<usize>,
    /// Points of each participant with the items of each session.
    pub(crate) gain: Vec<i64>,
    /// Points of each item with the participants of each session.
    pub(crate) worth: Vec<i64>,
    pub(crate) relevance: i64,
    /// By how much limits are broken: people, items or seats too many or too few, and rooms too
    /// many at once.
    pub(crate) broken: i64,
    count: Vec<i64>,
    item_count: Vec<i64>,
    seated: Vec<i64>,
    /// Items of each body in each session.
    present: Vec<i64>,
    /// Rooms of each body in each half-day.
    rooms: Vec<i64>,
}

impl<'a> Board<'a> {
    /// A board with everything where `group` and `place` say.
    pub(crate) fn new(shape: &'a Shape<'a>, group: Vec<usize>, place: Vec<usize>) -> Self {
        let k = shape.sessions.len();
        let mut board = Self {
            shape,
            gain: vec![0; shape.participants() * k],
            worth: vec![0; shape.items() * k],
            relevance: 0,
            broken: 0,
            count: vec![0; k],
            item_count: vec![0; k],
            seated: vec![0; k],
            present: vec![0; shape.bodies.len() * k],
            rooms: vec![0; shape.bodies.len() * shape.problem.half_days],
            group,
            place,
        };
        board.recount();
        board
    }

    fn recount(&mut self) {
        let (shape, k) = (self.shape, self.shape.sessions.len());
        for (p, &at) in self.group.iter().enumerate() {
            self.count[at] += 1;
            self.seated[at] += shape.people[p];
            for i in 0..shape.items() {
                self.worth[i * k + at] += shape.relevance(p, i);
                self.gain[p * k + self.place[i]] += shape.relevance(p, i);
            }
        }
        for i in 0..shape.items() {
            let at = self.place[i];
            self.item_count[at] += 1;
            self.relevance += self.worth[i * k + at];
            for &body in &shape.bodies_of[i] {
                self.enter(body, at);
            }
        }
        self.broken = (0..k).map(|k| self.session_broken(k)).sum();
        for b in 0..shape.bodies.len() {
            for h in 0..shape.problem.half_days {
                self.broken += self.body_broken(b, h);
            }
        }
    }

    /// Participants in session `k`.
    pub(crate) fn count(&self, k: usize) -> i64 {
        self.count[k]
    }

    /// Items in session `k`.
    pub(crate) fn item_count(&self, k: usize) -> i64 {
        self.item_count[k]
    }

    /// People seated in session `k`.
    pub(crate) fn seated(&self, k: usize) -> i64 {
        self.seated[k]
    }

    /// Rooms in which `body` is in half-day `h`.
    pub(crate) fn rooms_at(&self, body: usize, h: usize) -> i64 {
        self.rooms[body * self.shape.problem.half_days + h]
    }

    fn session_broken(&self, k: usize) -> i64 {
        let [least, most, least_items, most_items] = self.shape.limits;
        let outside = |n: i64, low: i64, high: i64| (low - n).max(0) + (n - high).max(0);
        outside(self.count[k], least, most)
            + outside(self.item_count[k], least_items, most_items)
            + self.shape.seats[k].map_or(0, |seats| (self.seated[k] - seats).max(0))
    }

    fn body_broken(&self, body: usize, h: usize) -> i64 {
        (self.rooms_at(body, h) - self.shape.bodies[body].teams).max(0)
    }

    fn enter(&mut self, body: usize, at: usize) {
        let present = &mut self.present[body * self.shape.sessions.len() + at];
        *present += 1;
        if *present == 1 {
            let h = self.shape.sessions[at].half_day;
            self.rooms[body * self.shape.problem.half_days + h] += 1;
            self.seated[at] += self.shape.bodies[body].people;
        }
    }

    fn leave(&mut self, body: usize, at: usize) {
        let present = &mut self.present[body * self.shape.sessions.len() + at];
        *present -= 1;
        if *present == 0 {
            let h = self.shape.sessions[at].half_day;
            self.rooms[body * self.shape.problem.half_days + h] -= 1;
            self.seated[at] -= self.shape.bodies[body].people;
        }
    }

    /// Moves without adjusting points; gives the move back.
    pub(crate) fn shift(&mut self, step: Move) -> Move {
        match step {
            Move::Participant(p, to) => {
                let from = self.group[p];
                self.broken -= self.session_broken(from) + self.session_broken(to);
                self.count[from] -= 1;
                self.count[to] += 1;
                self.seated[from] -= self.shape.people[p];
                self.seated[to] += self.shape.people[p];
                self.group[p] = to;
                self.broken += self.session_broken(from) + self.session_broken(to);
                Move::Participant(p, from)
            }
            Move::Item(i, to) => {
                let from = self.place[i];
                let shape = self.shape;
                let (a, b) = (shape.sessions[from].half_day, shape.sessions[to].half_day);
                let of_bodies = |board: &Self| -> i64 {
                    let of = |&x: &usize| {
                        board.body_broken(x, a) + if a == b { 0 } else { board.body_broken(x, b) }
                    };
                    shape.bodies_of[i].iter().map(of).sum()
                };
                self.broken -=
                    self.session_broken(from) + self.session_broken(to) + of_bodies(self);
                self.item_count[from] -= 1;
                self.item_count[to] += 1;
                for &body in &shape.bodies_of[i] {
                    self.leave(body, from);
                    self.enter(body, to);
                }
                self.place[i] = to;
                self.broken +=
                    self.session_broken(from) + self.session_broken(to) + of_bodies(self);
                Move::Item(i, from)
            }
        }
    }

    /// How the relevance changes by moves of participants alone or of items alone that are not
    /// yet done.
    pub(crate) fn change(&self, steps: &[Move]) -> i64 {
        let k = self.shape.sessions.len();
        let of = |step: &Move| match *step {
            Move::Participant(p, to) => self.gain[p * k + to] - self.gain[p * k + self.group[p]],
            Move::Item(i, to) => self.worth[i * k + to] - self.worth[i * k + self.place[i]],
        };
        steps.iter().map(of).sum()
    }

    /// Adjusts points after a move that was done by [`Self::shift`], which gave `back`.
    pub(crate) fn settle(&mut self, back: Move) {
        let (shape, k) = (self.shape, self.shape.sessions.len());
        match back {
            Move::Participant(p, from) => {
                let to = self.group[p];
                for i in 0..shape.items() {
                    let points = shape.relevance(p, i);
                    self.worth[i * k + from] -= points;
                    self.worth[i * k + to] += points;
                }
            }
            Move::Item(i, from) => {
                let to = self.place[i];
                for p in 0..shape.participants() {
                    let points = shape.relevance(p, i);
                    self.gain[p * k + from] -= points;
                    self.gain[p * k + to] += points;
                }
            }
        }
    }

    /// Whether the running counts equal counts from scratch.
    #[cfg(test)]
    pub(crate) fn is_sound(&self) -> bool {
        let fresh = Self::new(self.shape, self.group.clone(), self.place.clone());
        fresh.relevance == self.relevance
            && fresh.broken == self.broken
            && fresh.gain == self.gain
            && fresh.worth == self.worth
    }

    /// Names of the delegations in session `k`.
    pub(crate) fn delegations(&self, k: usize) -> Vec<String> {
        let width = self.shape.sessions.len();
        let of = 0..self.shape.problem.delegations.len();
        of.filter(|&b| self.present[b * width + k] > 0)
            .map(|b| self.shape.bodies[b].name.clone())
            .collect()
    }

    /// Broken limits of one session as room, people, items: how many too many or too few.
    pub(crate) fn over_seats(&self, k: usize) -> i64 {
        self.shape.seats[k].map_or(0, |seats| (self.seated[k] - seats).max(0))
    }

    /// Points of a session.
    pub(crate) fn session_relevance(&self, k: usize) -> i64 {
        let width = self.shape.sessions.len();
        let of = 0..self.shape.items();
        of.filter(|&i| self.place[i] == k).map(|i| self.worth[i * width + k]).sum()
    }

    /// What a participant gains in session `k`.
    pub(crate) fn gain_at(&self, p: usize, k: usize) -> i64 {
        self.gain[p * self.shape.sessions.len() + k]
    }

    /// What an item gains in session `k`.
    pub(crate) fn worth_at(&self, i: usize, k: usize) -> i64 {
        self.worth[i * self.shape.sessions.len() + k]
    }

    /// Sessions as a number that is never negative.
    pub(crate) fn share_of(&self, bound: i64) -> i64 {
        if bound == 0 { 10_000 } else { signed(unsigned(self.relevance)) * 10_000 / bound }
    }
}
