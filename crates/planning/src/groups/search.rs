//! Annealing over moves, exchanges and whole delegations.

use super::baseline;
use super::board::{Board, Move, Shape};
use crate::random::Random;
use crate::words::signed;

/// Times the search cools down; the best feasible board of all is kept.
const ROUNDS: u64 = 4;
/// Moves between two changes of temperature.
const STRIDE: u64 = 128;

/// Groupings that are tried one by one where there are no more.
const MAX_GROUPINGS: usize = 500_000;
/// Groupings × members × sessions, which is what trying them may cost, are no more either.
const MAX_WORK: usize = 100_000_000;

/// The best board found: feasible if one was found, else the one that breaks least; and whether
/// all were tried.
pub(crate) fn search<'a>(shape: &'a Shape<'a>) -> (Board<'a>, bool) {
    let open = open(shape);
    let all = open
        .iter()
        .try_fold(1_usize, |n, one| n.checked_mul(one.may.len()).filter(|&n| n <= MAX_GROUPINGS));
    let of_one = (shape.participants() + shape.items()) * shape.sessions.len();
    let is_few = all.is_some_and(|n| n.saturating_mul(of_one) <= MAX_WORK);
    if is_few { (try_all(shape, &open), true) } else { (anneal(shape), false) }
}

/// A member that has a choice.
struct Open<'a> {
    member: usize,
    /// How it moves to a session.
    step: fn(usize, usize) -> Move,
    /// Sessions it may be in, at least two.
    may: &'a [usize],
}

/// Members that have a choice, participants first; the others stay where they must be.
fn open<'a>(shape: &'a Shape<'a>) -> Vec<Open<'a>> {
    let of = |domains: &'a [Vec<usize>], step: fn(usize, usize) -> Move| {
        let all = domains.iter().enumerate().filter(|(_, may)| may.len() > 1);
        all.map(move |(member, may)| Open { member, step, may })
    };
    of(&shape.of_participant, Move::Participant).chain(of(&shape.of_item, Move::Item)).collect()
}

/// Every grouping, each from the one before by counting up the sessions of those who are `open`.
fn try_all<'a>(shape: &'a Shape<'a>, open: &[Open<'_>]) -> Board<'a> {
    let first = |may: &Vec<usize>| may.first().copied().unwrap_or(0);
    let group = shape.of_participant.iter().map(first).collect();
    let mut board = Board::new(shape, group, shape.of_item.iter().map(first).collect());
    let mut best = board.clone();
    let mut digits = vec![0; open.len()];
    loop {
        let mut at = 0;
        loop {
            let Some(Open { member, step, may }) = open.get(at) else { return best };
            digits[at] = (digits[at] + 1) % may.len().max(1);
            let to = may.get(digits[at]).copied().unwrap_or(0);
            let step = step(*member, to);
            board.relevance += board.change(&[step]);
            let back = board.shift(step);
            board.settle(back);
            if digits[at] > 0 {
                break;
            }
            at += 1;
        }
        keep_better(&mut best, &board);
    }
}

fn anneal<'a>(shape: &'a Shape<'a>) -> Board<'a> {
    let mut best = baseline::greedy(shape, 0);
    for other in [baseline::greedy(shape, 1), baseline::in_list_order(shape)] {
        keep_better(&mut best, &other);
    }
    if shape.sessions.len() < 2 {
        return best;
    }
    let mut random = Random::new(shape.problem.seed);
    for round in 0..ROUNDS {
        let mut walk = Walk::new(best.clone());
        walk.anneal(&mut random, shape.problem.steps / ROUNDS, round);
        keep_better(&mut best, &walk.best);
    }
    best
}

/// Fewer broken limits first, then more relevance.
fn is_better(a: &Board<'_>, b: &Board<'_>) -> bool {
    (a.broken, -a.relevance) < (b.broken, -b.relevance)
}

fn keep_better<'a>(best: &mut Board<'a>, other: &Board<'a>) {
    if is_better(other, best) {
        best.clone_from(other);
    }
}

/// Two members that change places; nothing where they may not.
fn exchange(
    at: &[usize],
    may: &[Vec<usize>],
    step: fn(usize, usize) -> Move,
    random: &mut Random,
) -> Vec<Move> {
    let (one, two) = (random.below(at.len()), random.below(at.len()));
    let (Some(&from), Some(&to)) = (at.get(one), at.get(two)) else { return Vec::new() };
    let fits = |member: usize, to: usize| may[member].binary_search(&to).is_ok();
    if from == to || !fits(one, to) || !fits(two, from) {
        return Vec::new();
    }
    vec![step(one, to), step(two, from)]
}

struct Walk<'a> {
    board: Board<'a>,
    best: Board<'a>,
    /// Points one broken limit costs.
    price: i64,
    back: Vec<Move>,
}

impl<'a> Walk<'a> {
    fn new(board: Board<'a>) -> Self {
        let top = board.shape.points.iter().copied().max().unwrap_or(0);
        // About what one member is worth in a session: enough to mend, not enough to stand still.
        let [_, most, _, most_items] = board.shape.limits;
        let members = most.min(signed(board.shape.participants()));
        let items = most_items.min(signed(board.shape.items()));
        let price = 1 + top * members.min(items).max(1);
        Self { best: board.clone(), board, price, back: Vec::new() }
    }

    /// Cools from hot, less so in later rounds, to cold; takes up the best at the end.
    fn anneal(&mut self, random: &mut Random, steps: u64, round: u64) {
        let hot = (self.price / 8).max(1) >> round.min(3);
        let cold = (self.price / 400).max(1);
        let mut temperature = hot;
        for step in 0..steps {
            if step.is_multiple_of(STRIDE) {
                let left = i64::try_from((steps - step) * 1024 / steps).unwrap_or(0);
                // Falls with the square: most of the time is spent where it is cool.
                temperature = cold + (hot - cold).max(0) * left * left / (1024 * 1024);
            }
            let moves = self.propose(random);
            self.try_moves(&moves, random, temperature);
        }
        self.descend();
    }

    fn propose(&self, random: &mut Random) -> Vec<Move> {
        match random.below(16) {
            0..=2 => self.one_participant(random),
            3..=5 => self.two_participants(random),
            6..=9 => self.one_item(random),
            10..=13 => self.two_items(random),
            _ => self.delegation(random),
        }
    }

    fn one_participant(&self, random: &mut Random) -> Vec<Move> {
        let p = random.below(self.board.group.len());
        let Some(may) = self.board.shape.of_participant.get(p) else { return Vec::new() };
        let to = may.get(random.below(may.len())).copied();
        to.map(|to| Move::Participant(p, to)).into_iter().collect()
    }

    fn two_participants(&self, random: &mut Random) -> Vec<Move> {
        let may = &self.board.shape.of_participant;
        exchange(&self.board.group, may, Move::Participant, random)
    }

    fn one_item(&self, random: &mut Random) -> Vec<Move> {
        let i = random.below(self.board.place.len());
        let Some(may) = self.board.shape.of_item.get(i) else { return Vec::new() };
        let to = may.get(random.below(may.len())).copied();
        to.map(|to| Move::Item(i, to)).into_iter().collect()
    }

    fn two_items(&self, random: &mut Random) -> Vec<Move> {
        exchange(&self.board.place, &self.board.shape.of_item, Move::Item, random)
    }

    /// All items of a delegation that are in one session, into another one.
    fn delegation(&self, random: &mut Random) -> Vec<Move> {
        let shape = self.board.shape;
        let Some(body) = shape.bodies.get(random.below(shape.bodies.len())) else {
            return Vec::new();
        };
        let Some(&one) = body.items.get(random.below(body.items.len())) else { return Vec::new() };
        let from = self.board.place[one];
        let to = random.below(shape.sessions.len());
        let there = body.items.iter().filter(|&&i| self.board.place[i] == from);
        let moves: Vec<Move> = there
            .filter(|&&i| shape.of_item[i].binary_search(&to).is_ok())
            .map(|&i| Move::Item(i, to))
            .collect();
        if from == to { Vec::new() } else { moves }
    }

    fn try_moves(&mut self, moves: &[Move], random: &mut Random, temperature: i64) {
        if moves.is_empty() {
            return;
        }
        let change = self.board.change(moves);
        let before = self.board.broken;
        self.back.clear();
        for &step in moves {
            let back = self.board.shift(step);
            self.back.push(back);
        }
        let loss = (self.board.broken - before) * self.price - change;
        if loss > 0 && loss > random.exponential(temperature) {
            while let Some(back) = self.back.pop() {
                self.board.shift(back);
            }
            return;
        }
        self.board.relevance += change;
        let mut backs = std::mem::take(&mut self.back);
        for &back in &backs {
            self.board.settle(back);
        }
        backs.clear();
        self.back = backs;
        if is_better(&self.board, &self.best) {
            self.best.clone_from(&self.board);
        }
    }

    /// From the best board, every move that gains, until none does.
    fn descend(&mut self) {
        self.board.clone_from(&self.best);
        let mut random = Random::new(0);
        loop {
            let (broken, relevance) = (self.best.broken, self.best.relevance);
            for moves in self.all_moves() {
                self.try_moves(&moves, &mut random, 0);
            }
            if (self.best.broken, self.best.relevance) == (broken, relevance) {
                return;
            }
        }
    }

    /// Every move of one member, and every exchange of two participants.
    fn all_moves(&self) -> Vec<Vec<Move>> {
        let shape = self.board.shape;
        let mut all = Vec::new();
        for (p, may) in shape.of_participant.iter().enumerate() {
            all.extend(may.iter().map(|&to| vec![Move::Participant(p, to)]));
        }
        for (i, may) in shape.of_item.iter().enumerate() {
            all.extend(may.iter().map(|&to| vec![Move::Item(i, to)]));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::super::problem::Problem;
    use super::*;

    fn problem() -> Problem {
        let mut random = Random::new(5);
        let names = |n: usize, letter: &str| -> Vec<String> {
            (0..n).map(|i| format!("{letter}{i}")).collect()
        };
        let rows: Vec<Vec<u64>> =
            (0..9).map(|_| (0..14).map(|_| random.next() % 50).collect()).collect();
        let list =
            |ids: Vec<String>| ids.iter().map(|id| serde_json::json!({ "id": id })).collect();
        let of_items: Vec<serde_json::Value> = (0..14)
            .map(|i| {
                serde_json::json!({
                    "id": format!("i{i}"), "delegation": format!("d{}", i % 5), "presenters": [format!("x{}", i % 6)],
                })
            })
            .collect();
        let lists: [Vec<serde_json::Value>; 2] = [list(names(9, "p")), list(names(5, "d"))];
        let text = serde_json::json!({
            "halfDays": 2, "rooms": [{"id": "a", "capacity": 9}, {"id": "b"}],
            "participants": lists[0], "delegations": lists[1], "items": of_items, "relevance": rows,
            "minParticipants": 2, "maxParticipants": 3, "minItems": 2, "maxItems": 5,
        });
        crate::groups::parse(&text.to_string()).unwrap()
    }

    #[test]
    fn annealing_comes_near_to_the_best_of_all() {
        let mut problem = problem();
        problem.participants.truncate(4);
        problem.items.truncate(5);
        problem.steps = 20_000;
        (problem.min_participants, problem.min_items, problem.max_items) = (0, 0, Some(3));
        problem.rooms[0].capacity = None;
        let mut random = Random::new(9);
        let (mut found, mut best) = (0, 0);
        for _ in 0..30 {
            let row = |random: &mut Random| {
                (0..5).map(|_| u32::try_from(random.below(50)).unwrap()).collect()
            };
            problem.relevance = Some((0..4).map(|_| row(&mut random)).collect());
            let shape = Shape::new(&problem);
            let (all, near) = (try_all(&shape, &open(&shape)), anneal(&shape));
            assert_eq!((all.broken, near.broken), (0, 0));
            assert!(near.relevance <= all.relevance);
            (found, best) = (found + near.relevance, best + all.relevance);
        }
        assert!(found * 100 >= best * 98, "{found} of {best}");
    }

    /// So many items that choose between two rooms, and so many that are locked.
    fn mostly_locked(free: usize, locked: usize) -> Problem {
        let items: Vec<serde_json::Value> = (0..free + locked)
            .map(|i| {
                let lock = (i >= free).then(|| serde_json::json!({"halfDay": 0, "room": "b"}));
                serde_json::json!({"id": format!("i{i}"), "delegation": "d", "locked": lock})
            })
            .collect();
        let text = serde_json::json!({
            "halfDays": 1, "rooms": [{"id": "a"}, {"id": "b"}], "participants": [{"id": "p"}],
            "delegations": [{"id": "d", "teams": 2}], "items": items, "steps": 0,
            "relevance": [vec![1; free + locked]],
        });
        crate::groups::parse(&text.to_string()).unwrap()
    }

    #[test]
    fn locked_members_are_not_counted_through() {
        let problem = mostly_locked(3, 2_000);
        let shape = Shape::new(&problem);
        let open = open(&shape);
        let members: Vec<Move> = open.iter().map(|one| (one.step)(one.member, 1)).collect();
        let items = (0..3).map(|i| Move::Item(i, 1));
        let want: Vec<Move> = std::iter::once(Move::Participant(0, 1)).chain(items).collect();
        assert_eq!(members, want);
        let (best, is_exact) = search(&shape);
        assert_eq!((best.broken, best.relevance, is_exact), (0, 2_003, true));
    }

    #[test]
    fn many_groupings_of_many_members_are_not_all_tried() {
        // 2^17 groupings in 2 sessions: tried among 17 members, not among 417.
        for (locked, want) in [(0, true), (400, false)] {
            let problem = mostly_locked(16, locked);
            let (_, is_exact) = search(&Shape::new(&problem));
            assert_eq!(is_exact, want, "{locked}");
        }
    }

    #[test]
    fn running_counts_equal_counts_from_scratch() {
        let problem = problem();
        let shape = Shape::new(&problem);
        let mut walk = Walk::new(baseline::greedy(&shape, 0));
        let mut random = Random::new(2);
        for round in 0..40 {
            walk.anneal(&mut random, 50, round % 4);
            assert!(walk.board.is_sound() && walk.best.is_sound());
        }
    }
}
