//! Demands that counting alone shows to be impossible.

use super::answer::ConflictItem;
use super::board::Shape;
use crate::words::{Words, signed};

/// The first conflict that counting finds; empty if there is none to be seen.
pub(crate) fn find(shape: &Shape<'_>) -> Vec<ConflictItem> {
    let checks = [homeless, sizes, locks, bodies];
    checks.into_iter().map(|check| check(shape)).find(|items| !items.is_empty()).unwrap_or_default()
}

fn item(id: Option<&str>, en: String, zh: String) -> ConflictItem {
    ConflictItem { id: id.map(str::to_owned), words: Words::new(en, zh) }
}

/// Participants and items that no session may take.
fn homeless(shape: &Shape<'_>) -> Vec<ConflictItem> {
    let people = shape.problem.participants.iter().map(|one| one.id.as_str());
    let items = shape.problem.items.iter().map(|one| one.id.as_str());
    let all = people.zip(&shape.of_participant).chain(items.zip(&shape.of_item));
    all.filter(|(_, may)| may.is_empty())
        .take(1)
        .map(|(id, _)| {
            item(
                Some(id),
                format!("{id} may be in none of the sessions: away, or locked where none is; free a half-day or release it"),
                format!("{id}没有可参加的场次（缺席或锁定所致）；请腾出半天或解除锁定"),
            )
        })
        .collect()
}

/// Numbers of members that the sizes of all sessions do not allow.
fn sizes(shape: &Shape<'_>) -> Vec<ConflictItem> {
    let sessions = signed(shape.sessions.len());
    let [least, most, least_items, most_items] = shape.limits;
    let rows = [
        ("participants", "参会单位", signed(shape.participants()), least, most),
        ("items", "项目", signed(shape.items()), least_items, most_items),
    ];
    let mut found = Vec::new();
    for (en, zh, all, least, most) in rows {
        if all < least * sessions {
            found.push(item(
                None,
                format!("{sessions} sessions need at least {least} {en} each, but there are {all}; ask for fewer or hold fewer sessions"),
                format!("{sessions}场每场至少{least}个{zh}，但只有{all}个；请降低下限或减少场次"),
            ));
        } else if most.checked_mul(sessions).is_some_and(|room| all > room) {
            found.push(item(
                None,
                format!("{sessions} sessions take at most {most} {en} each, but there are {all}; allow more or hold more sessions"),
                format!("{sessions}场每场至多{most}个{zh}，但有{all}个；请提高上限或增加场次"),
            ));
        }
    }
    let seats: Option<i64> = shape.seats.iter().copied().sum();
    let people: i64 = shape.people.iter().sum();
    if let Some(seats) = seats.filter(|&seats| people > seats) {
        found.push(item(
            None,
            format!("the rooms seat {seats} people in all sessions, but {people} come; take larger rooms"),
            format!("各场共{seats}个座位，但有{people}人参会；请换大会议室"),
        ));
    }
    found
}

/// More members locked into a session than it may have.
fn locks(shape: &Shape<'_>) -> Vec<ConflictItem> {
    let [_, most, _, most_items] = shape.limits;
    let only = |may: &[Vec<usize>], k: usize| {
        signed(may.iter().filter(|may| may.as_slice() == [k]).count())
    };
    let mut found = Vec::new();
    for (k, session) in shape.sessions.iter().enumerate() {
        let room = &shape.problem.rooms[session.room].id;
        let at = session.half_day + 1;
        let rows = [
            ("participants", "参会单位", only(&shape.of_participant, k), most),
            ("items", "项目", only(&shape.of_item, k), most_items),
        ];
        for (en, zh, all, most) in rows {
            if all > most {
                found.push(item(
                    Some(room),
                    format!("{all} {en} can only be in {room} in half-day {at}, which takes {most}; release some"),
                    format!("{all}个{zh}只能在第{at}个半天的{room}，而该场至多{most}个；请解除部分锁定"),
                ));
            }
        }
    }
    found
}

/// Locked items that need somebody in more rooms at once than they have teams.
fn bodies(shape: &Shape<'_>) -> Vec<ConflictItem> {
    let mut found = Vec::new();
    for body in &shape.bodies {
        for half_day in 0..shape.problem.half_days {
            let mut rooms: Vec<usize> = body
                .items
                .iter()
                .filter_map(|&i| match shape.of_item[i].as_slice() {
                    [only] => Some(*only),
                    _ => None,
                })
                .filter(|&k| shape.sessions[k].half_day == half_day)
                .collect();
            rooms.sort_unstable();
            rooms.dedup();
            let (rooms, teams, at) = (signed(rooms.len()), body.teams, half_day + 1);
            if rooms > teams {
                let name = &body.name;
                found.push(item(
                    Some(name),
                    format!("locked items need {name} in {rooms} rooms in half-day {at}, but it has {teams} teams; release one"),
                    format!("锁定的项目使{name}第{at}个半天须在{rooms}个会议室，而其只有{teams}组人员；请解除一个"),
                ));
            }
        }
    }
    found
}
