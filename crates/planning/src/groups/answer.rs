//! What planned sessions say.

use super::baseline;
use super::board::{Board, Shape};
use super::bound;
use crate::words::Words;
use serde::{Deserialize, Serialize};

/// Whether there are sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// There are, and no others have more relevance.
    Optimal,
    /// There are; `figures.bound` says what others can have at most.
    Planned,
    /// There are none; where `sessions` are given, they are those that break least.
    Impossible,
    /// None were found within the steps; `conflict` says what the nearest ones break.
    NotFound,
}

/// Grouped sessions, or why there are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// Whether there are sessions.
    pub status: Status,
    /// Sessions by half-day, then room; of `notFound` the nearest ones.
    pub sessions: Vec<PlannedSession>,
    /// Totals; none if impossible.
    pub figures: Option<Figures>,
    /// Why each participant and item is where it is, participants first, in their order.
    pub reasons: Vec<Reason>,
    /// What cannot be met, or was not.
    pub conflict: Vec<ConflictItem>,
}

/// A session with everybody in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedSession {
    /// The half-day, from 0.
    pub half_day: usize,
    /// The room's id.
    pub room: String,
    /// Ids of participants, in their order.
    pub participants: Vec<String>,
    /// Ids of items, in their order.
    pub items: Vec<String>,
    /// Ids of the delegations that present, in their order.
    pub delegations: Vec<String>,
    /// People seated.
    pub people: u64,
    /// Points of all pairs in the session.
    pub relevance: u64,
}

/// Totals of grouped sessions, in points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Figures {
    /// Points of all pairs (participant, item) in the same session.
    pub relevance: u64,
    /// What no grouping surpasses.
    pub bound: u64,
    /// `relevance` of `bound`, in basis points.
    pub share_basis_points: u64,
    /// What a greedy hand reaches; none where it would break a limit.
    pub greedy: Option<u64>,
    /// What lists cut in pieces reach; none where they would break a limit.
    pub in_list_order: Option<u64>,
}

/// Why a participant or item is in its session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reason {
    /// Its id.
    pub id: String,
    /// The reason.
    pub words: Words,
}

/// Something that cannot be met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConflictItem {
    /// Whom it is about; none where it is about all.
    pub id: Option<String>,
    /// What it is and what to do.
    pub words: Words,
}

pub(crate) fn impossible(conflict: Vec<ConflictItem>) -> Answer {
    Answer {
        status: Status::Impossible,
        sessions: Vec::new(),
        figures: None,
        reasons: Vec::new(),
        conflict,
    }
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

pub(crate) fn answer(shape: &Shape<'_>, board: &Board<'_>, is_exact: bool) -> Answer {
    let bound = match (board.broken, is_exact) {
        (0, true) => board.relevance,
        (0, false) => bound::bound(shape, board.relevance),
        _ => bound::bound(shape, 0),
    };
    let by_hand = |board: Board<'_>| (board.broken == 0).then(|| count(board.relevance));
    let figures = Figures {
        relevance: count(board.relevance),
        bound: count(bound),
        share_basis_points: count(board.share_of(bound)),
        greedy: by_hand(baseline::greedy(shape, 0)),
        in_list_order: by_hand(baseline::in_list_order(shape)),
    };
    let status = match (board.broken, board.relevance == bound) {
        (0, true) => Status::Optimal,
        (0, false) => Status::Planned,
        _ if is_exact => Status::Impossible,
        _ => Status::NotFound,
    };
    Answer {
        status,
        sessions: (0..shape.sessions.len()).map(|k| session(board, k)).collect(),
        figures: Some(figures),
        reasons: reasons(board),
        conflict: broken(board),
    }
}

fn session(board: &Board<'_>, k: usize) -> PlannedSession {
    let problem = board.shape.problem;
    let at = board.shape.sessions[k];
    let people = problem.participants.iter().zip(&board.group).filter(|&(_, &at)| at == k);
    let items = problem.items.iter().zip(&board.place).filter(|&(_, &at)| at == k);
    PlannedSession {
        half_day: at.half_day,
        room: problem.rooms[at.room].id.clone(),
        participants: people.map(|(one, _)| one.id.clone()).collect(),
        items: items.map(|(one, _)| one.id.clone()).collect(),
        delegations: board.delegations(k),
        people: count(board.seated(k)),
        relevance: count(board.session_relevance(k)),
    }
}

fn reasons(board: &Board<'_>) -> Vec<Reason> {
    let problem = board.shape.problem;
    let mut all = Vec::new();
    for (p, one) in problem.participants.iter().enumerate() {
        let gain = |k: usize| board.gain_at(p, k);
        let may = &board.shape.of_participant[p];
        let words = reason(board, one.locked.is_some(), may, board.group[p], &gain);
        all.push(Reason { id: one.id.clone(), words });
    }
    for (i, one) in problem.items.iter().enumerate() {
        let worth = |k: usize| board.worth_at(i, k);
        let may = &board.shape.of_item[i];
        let words = reason(board, one.locked.is_some(), may, board.place[i], &worth);
        all.push(Reason { id: one.id.clone(), words });
    }
    all
}

/// How the session compares with the others for one member.
fn reason(
    board: &Board<'_>,
    is_locked: bool,
    may: &[usize],
    at: usize,
    points: &dyn Fn(usize) -> i64,
) -> Words {
    if is_locked {
        return Words::new("locked here", "已锁定在此场");
    }
    let mine = points(at);
    let other =
        may.iter().copied().filter(|&k| k != at).max_by_key(|&k| (points(k), std::cmp::Reverse(k)));
    let Some(other) = other else {
        return Words::new("no other session is possible", "没有其他可选场次");
    };
    let (best, session) = (points(other), board.shape.sessions[other]);
    let (half_day, room) = (session.half_day + 1, &board.shape.problem.rooms[session.room].id);
    if best <= mine {
        return Words::new(
            format!("{mine} points here, more than anywhere else (next {best})"),
            format!("此场相关度{mine}分，为各场最高（次高{best}分）"),
        );
    }
    Words::new(
        format!(
            "{mine} points here; {best} in {room} in half-day {half_day}, which sizes or presence of others do not allow or others need more"
        ),
        format!(
            "此场相关度{mine}分；第{half_day}个半天{room}可得{best}分，但受人数或他方到场限制，或他人更需要"
        ),
    )
}

/// Limits that the board breaks, in words.
fn broken(board: &Board<'_>) -> Vec<ConflictItem> {
    let shape = board.shape;
    let [least, most, least_items, most_items] = shape.limits;
    let mut found = Vec::new();
    let mut add = |id: &str, en: String, zh: String| {
        found.push(ConflictItem { id: Some(id.to_owned()), words: Words::new(en, zh) });
    };
    for (k, session) in shape.sessions.iter().enumerate() {
        let (room, at) = (&shape.problem.rooms[session.room].id, session.half_day + 1);
        let sizes = [
            ("participants", "个参会单位", board.count(k), least, most),
            ("items", "个项目", board.item_count(k), least_items, most_items),
        ];
        for (en, zh, n, least, most) in sizes {
            if n < least || n > most {
                let limit = if n < least { least } else { most };
                add(
                    room,
                    format!(
                        "{room} in half-day {at} has {n} {en}, the limit is {limit}; change the limit"
                    ),
                    format!("第{at}个半天{room}有{n}{zh}，限额为{limit}；请调整限额"),
                );
            }
        }
        let over = board.over_seats(k);
        if over > 0 {
            add(
                room,
                format!("{room} lacks {over} seats in half-day {at}; take a larger room"),
                format!("第{at}个半天{room}缺{over}个座位；请换大会议室"),
            );
        }
    }
    for (b, body) in shape.bodies.iter().enumerate() {
        for h in 0..shape.problem.half_days {
            let (rooms, at, name) = (board.rooms_at(b, h), h + 1, &body.name);
            if rooms > body.teams {
                add(
                    name,
                    format!(
                        "{name} is needed in {rooms} rooms in half-day {at}; give it more teams"
                    ),
                    format!("{name}第{at}个半天须在{rooms}个会议室；请增派人员"),
                );
            }
        }
    }
    found
}
