//! Grouped sessions: a meeting of real size, planted groups, and small ones by brute force.
#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use lianmeng_planning::groups::{
    Answer, Delegation, Item, Participant, Problem, Room, SessionDemand, Status, greedy,
    in_list_order, parse, plan,
};
use std::collections::{BTreeMap, BTreeSet};

/// A small generator of our own: the engine's is none of this test's business.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % n
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

fn problem(half_days: usize, rooms: usize) -> Problem {
    Problem {
        half_days,
        rooms: (0..rooms).map(|r| Room { id: format!("r{r}"), capacity: None }).collect(),
        groups: None,
        participants: Vec::new(),
        delegations: Vec::new(),
        items: Vec::new(),
        relevance: None,
        min_participants: 0,
        max_participants: None,
        min_items: 0,
        max_items: None,
        seed: 1,
        steps: 4_000_000,
    }
}

fn participant(i: usize) -> Participant {
    Participant { id: format!("p{i}"), ..Participant::default() }
}

fn delegation(i: usize) -> Delegation {
    Delegation { id: format!("d{i}"), ..Delegation::default() }
}

fn item(i: usize, delegation: usize) -> Item {
    Item { id: format!("i{i}"), delegation: format!("d{delegation}"), ..Item::default() }
}

/// Session of each id, and that everybody is in exactly one.
fn where_is(answer: &Answer) -> BTreeMap<&str, (usize, &str)> {
    let mut at = BTreeMap::new();
    for session in &answer.sessions {
        for id in session.participants.iter().chain(&session.items) {
            let place = (session.half_day, session.room.as_str());
            assert!(at.insert(id.as_str(), place).is_none(), "{id} is in two sessions");
        }
    }
    at
}

/// What is wrong with an answer, judged from the problem alone.
fn faults(problem: &Problem, answer: &Answer) -> usize {
    let at = where_is(answer);
    assert_eq!(at.len(), problem.participants.len() + problem.items.len());
    let mut wrong = 0;
    let mut rooms: BTreeMap<(String, usize), BTreeSet<&str>> = BTreeMap::new();
    for item in &problem.items {
        let (half_day, room) = at[item.id.as_str()];
        rooms.entry((format!("d {}", item.delegation), half_day)).or_default().insert(room);
        for name in &item.presenters {
            rooms.entry((format!("p {name}"), half_day)).or_default().insert(room);
        }
        let home = problem.delegations.iter().find(|d| d.id == item.delegation).unwrap();
        wrong += usize::from(home.away.contains(&half_day));
        let locked = item.locked.as_ref();
        wrong +=
            usize::from(locked.is_some_and(|l| (l.half_day, l.room.as_str()) != (half_day, room)));
    }
    for ((name, _), rooms) in rooms {
        let teams = problem.delegations.iter().find(|d| format!("d {}", d.id) == name);
        let teams = teams.and_then(|d| d.teams).unwrap_or(1);
        wrong += usize::from(rooms.len() > usize::try_from(teams).unwrap());
    }
    for one in &problem.participants {
        let (half_day, room) = at[one.id.as_str()];
        wrong += usize::from(one.away.contains(&half_day));
        let locked = one.locked.as_ref();
        wrong +=
            usize::from(locked.is_some_and(|l| (l.half_day, l.room.as_str()) != (half_day, room)));
    }
    for session in &answer.sessions {
        let (n, m) = (session.participants.len(), session.items.len());
        wrong += usize::from(n < problem.min_participants || m < problem.min_items);
        wrong += usize::from(problem.max_participants.is_some_and(|most| n > most));
        wrong += usize::from(problem.max_items.is_some_and(|most| m > most));
        let people: u32 = problem
            .participants
            .iter()
            .filter(|p| session.participants.contains(&p.id))
            .map(|p| p.people.unwrap_or(1))
            .chain(
                problem
                    .delegations
                    .iter()
                    .filter(|d| session.delegations.contains(&d.id))
                    .map(|d| d.people.unwrap_or(1)),
            )
            .sum();
        assert_eq!(u64::from(people), session.people);
        let room = problem.rooms.iter().find(|r| r.id == session.room).unwrap();
        wrong += usize::from(room.capacity.is_some_and(|seats| people > seats));
    }
    wrong
}

fn relevance(problem: &Problem, answer: &Answer) -> u64 {
    let at = where_is(answer);
    let rows = problem.relevance.as_ref().unwrap();
    let mut sum = 0;
    for (p, one) in problem.participants.iter().enumerate() {
        for (i, item) in problem.items.iter().enumerate() {
            if at[one.id.as_str()] == at[item.id.as_str()] {
                sum += u64::from(rows[p][i]);
            }
        }
    }
    sum
}

/// 65 participants and 151 items of 24 delegations; six planted groups with noise.
fn real_size(seed: u64, steps: u64) -> Problem {
    let mut dice = Dice(seed);
    let mut problem = problem(3, 2);
    problem.participants = (0..65).map(participant).collect();
    problem.delegations = (0..24).map(delegation).collect();
    problem.items = (0..151).map(|i| item(i, if i < 24 { i } else { dice.below(24) })).collect();
    let domains: Vec<usize> = (0..151).map(|_| dice.below(8)).collect();
    let row = |dice: &mut Dice| {
        let own = dice.below(8);
        let points = |d: &usize| if *d == own { 60 + dice.below(41) } else { dice.below(21) };
        domains.iter().map(points).map(|n| u32::try_from(n).unwrap()).collect()
    };
    problem.relevance = Some((0..65).map(|_| row(&mut dice)).collect());
    (problem.min_participants, problem.max_participants) = (9, Some(13));
    (problem.min_items, problem.max_items) = (20, Some(30));
    problem.steps = steps;
    problem
}

#[test]
fn a_meeting_of_real_size_is_feasible_and_ahead_of_greedy_and_of_lists() {
    let problem = real_size(7, 600_000);
    let answer = plan(&problem).unwrap();
    assert_eq!(answer.status, Status::Planned);
    assert_eq!(answer.sessions.len(), 6);
    assert_eq!(faults(&problem, &answer), 0);
    let figures = answer.figures.unwrap();
    assert_eq!(figures.relevance, relevance(&problem, &answer));
    assert!(figures.relevance <= figures.bound);
    let (by_hand, _) = greedy(&problem, 0).unwrap();
    let (lists, _) = in_list_order(&problem).unwrap();
    assert!(figures.relevance * 10 >= by_hand * 11, "{} against {by_hand}", figures.relevance);
    assert!(figures.relevance * 10 >= lists * 15, "{} against {lists}", figures.relevance);
    assert_eq!(answer.reasons.len(), 65 + 151);
    assert_eq!(plan(&problem).unwrap(), answer);
}

#[test]
fn planted_groups_are_found_and_proved() {
    // Three groups of four participants and five items, each worth points to its own group only.
    let mut problem = problem(3, 1);
    problem.participants = (0..12).map(participant).collect();
    problem.delegations = (0..15).map(delegation).collect();
    problem.items = (0..15).map(|i| item(i, i)).collect();
    let row = |p: usize| (0..15).map(|i| if i % 3 == p % 3 { 10 } else { 0 }).collect();
    problem.relevance = Some((0..12).map(row).collect());
    (problem.min_participants, problem.max_participants) = (4, Some(4));
    (problem.min_items, problem.max_items) = (5, Some(5));
    problem.steps = 50_000;
    let answer = plan(&problem).unwrap();
    assert_eq!(answer.status, Status::Optimal);
    assert_eq!(answer.figures.unwrap().relevance, 3 * 4 * 5 * 10);
}

#[test]
fn features_stand_in_for_a_matrix() {
    let text = r#"{"halfDays":2,"rooms":[{"id":"a"}],"maxParticipants":1,"maxItems":1,"steps":1000,
        "participants":[{"id":"p","features":{"water":50}},{"id":"q","features":{"steel":80}}],
        "delegations":[{"id":"d"}],
        "items":[{"id":"i","delegation":"d","features":{"steel":90}},{"id":"j","delegation":"d","features":{"water":10,"steel":10}}]}"#;
    let answer = plan(&parse(text).unwrap()).unwrap();
    let at = where_is(&answer);
    assert_eq!((at["q"], at["p"]), (at["i"], at["j"]));
    assert_eq!(answer.figures.unwrap().relevance, 80 * 90 / 100 + 50 * 10 / 100);
    assert_eq!(answer.status, Status::Optimal);
}

#[test]
fn what_counting_shows_to_be_impossible_is_said_in_words() {
    let mut problem = real_size(1, 1_000);
    problem.max_items = Some(25);
    let answer = plan(&problem).unwrap();
    assert_eq!(answer.status, Status::Impossible);
    assert_eq!(
        answer.conflict[0].words.en,
        "6 sessions take at most 25 items each, but there are 151; allow more or hold more sessions"
    );
    assert_eq!(answer.conflict[0].words.zh, "6场每场至多25个项目，但有151个；请提高上限或增加场次");
    problem.max_items = Some(30);
    problem.participants[3].away = vec![0, 1, 2];
    assert_eq!(plan(&problem).unwrap().conflict[0].id.as_deref(), Some("p3"));
    problem.participants[3].away.clear();
    let lock = |room: &str| Some(SessionDemand { half_day: 1, room: room.into() });
    let mine: Vec<usize> = (0..151).filter(|&i| problem.items[i].delegation == "d0").collect();
    problem.items[mine[0]].locked = lock("r0");
    problem.items[mine[1]].locked = lock("r1");
    let conflict = plan(&problem).unwrap().conflict;
    assert_eq!(conflict[0].id.as_deref(), Some("d0"));
    assert!(conflict[0].words.en.starts_with("locked items need d0 in 2 rooms in half-day 2"));
    problem.delegations[0].teams = Some(2);
    assert_ne!(plan(&problem).unwrap().status, Status::Impossible);
}

#[test]
fn input_that_makes_no_sense_is_refused_with_its_place() {
    let mut wrong = real_size(1, 0);
    wrong.items[2].delegation = "nobody".into();
    assert_eq!(
        plan(&wrong).unwrap_err().to_string(),
        "items[2].delegation: nobody is not the id of any of delegations"
    );
    let mut wrong = real_size(1, 0);
    wrong.relevance.as_mut().unwrap()[4].pop();
    assert_eq!(
        plan(&wrong).unwrap_err().to_string(),
        "relevance[4]: 150 numbers for 151 items; give one each"
    );
    let refused = |set: &dyn Fn(&mut Problem)| {
        let mut wrong = real_size(1, 0);
        set(&mut wrong);
        plan(&wrong).unwrap_err().place
    };
    assert_eq!(refused(&|problem| problem.min_participants = 1_001), "minParticipants");
    assert_eq!(refused(&|problem| problem.max_participants = Some(usize::MAX)), "maxParticipants");
    assert_eq!(refused(&|problem| problem.min_items = usize::MAX / 2), "minItems");
    assert_eq!(refused(&|problem| problem.max_items = Some(3_001)), "maxItems");
    let said = parse(r#"{"halfDays":1,"rooms":[],"seats":3}"#).unwrap_err().to_string();
    assert!(said.starts_with("line 1, column ") && said.contains("seats"), "{said}");
}

fn small(dice: &mut Dice) -> Problem {
    let (half_days, rooms) = [(2, 1), (1, 2), (2, 2), (3, 1)][dice.below(4)];
    let mut problem = problem(half_days, rooms);
    problem.steps = 20_000;
    problem.participants = (0..2 + dice.below(3)).map(participant).collect();
    problem.delegations = (0..=dice.below(3)).map(delegation).collect();
    let teams = problem.delegations.len();
    problem.items = (0..2 + dice.below(3)).map(|i| item(i, dice.below(teams))).collect();
    let width = problem.items.len();
    let row =
        |dice: &mut Dice| (0..width).map(|_| u32::try_from(dice.below(10)).unwrap()).collect();
    problem.relevance = Some((0..problem.participants.len()).map(|_| row(dice)).collect());
    let sessions = half_days * rooms;
    problem.max_participants =
        dice.one_in(2).then(|| problem.participants.len().div_ceil(sessions) + dice.below(2));
    problem.max_items = dice.one_in(2).then(|| width.div_ceil(sessions) + dice.below(2));
    problem.min_participants = dice.below(2);
    problem.min_items = dice.below(2);
    for room in &mut problem.rooms {
        room.capacity = dice.one_in(3).then(|| u32::try_from(2 + dice.below(4)).unwrap());
    }
    for i in 0..width {
        if dice.one_in(3) {
            problem.items[i].presenters = vec!["x".into()];
        }
    }
    for one in &mut problem.participants {
        if dice.one_in(6) {
            one.away = vec![dice.below(half_days)];
        }
    }
    for one in &mut problem.delegations {
        if dice.one_in(6) {
            one.away = vec![dice.below(half_days)];
        }
        one.teams = dice.one_in(4).then_some(2);
    }
    problem
}

/// The greatest relevance of any grouping, by trying them all.
fn brute(problem: &Problem) -> Option<u64> {
    let rooms = problem.rooms.len();
    let sessions = problem.half_days * rooms;
    let members = problem.participants.len() + problem.items.len();
    let mut best = None;
    for code in 0..sessions.pow(u32::try_from(members).unwrap()) {
        let mut rest = code;
        let at: Vec<usize> = (0..members)
            .map(|_| {
                let k = rest % sessions;
                rest /= sessions;
                k
            })
            .collect();
        let (group, place) = at.split_at(problem.participants.len());
        let answer = Answer {
            status: Status::Planned,
            sessions: (0..sessions)
                .map(|k| {
                    let items: Vec<&Item> = problem
                        .items
                        .iter()
                        .zip(place)
                        .filter(|&(_, &at)| at == k)
                        .map(|(i, _)| i)
                        .collect();
                    let participants: Vec<&Participant> = problem
                        .participants
                        .iter()
                        .zip(group)
                        .filter(|&(_, &at)| at == k)
                        .map(|(p, _)| p)
                        .collect();
                    let delegations: Vec<&Delegation> = problem
                        .delegations
                        .iter()
                        .filter(|d| items.iter().any(|i| i.delegation == d.id))
                        .collect();
                    lianmeng_planning::groups::PlannedSession {
                        half_day: k / rooms,
                        room: problem.rooms[k % rooms].id.clone(),
                        people: u64::try_from(participants.len() + delegations.len()).unwrap(),
                        participants: participants.iter().map(|p| p.id.clone()).collect(),
                        items: items.iter().map(|i| i.id.clone()).collect(),
                        delegations: delegations.iter().map(|d| d.id.clone()).collect(),
                        relevance: 0,
                    }
                })
                .collect(),
            figures: None,
            reasons: Vec::new(),
            conflict: Vec::new(),
        };
        if faults(problem, &answer) == 0 {
            best = best.max(Some(relevance(problem, &answer)));
        }
    }
    best
}

#[test]
fn small_groupings_equal_brute_force_and_no_bound_is_too_low() {
    let mut dice = Dice(5);
    let (mut planned, mut impossible, mut proved) = (0, 0, 0);
    for case in 0..150 {
        let problem = small(&mut dice);
        let answer = plan(&problem).unwrap();
        let best = brute(&problem);
        match answer.status {
            Status::Optimal | Status::Planned => {
                planned += 1;
                proved += usize::from(answer.status == Status::Optimal);
                assert_eq!(faults(&problem, &answer), 0, "case {case}");
                let figures = answer.figures.unwrap();
                assert_eq!(Some(figures.relevance), best, "case {case}: {problem:?}");
                assert_eq!(figures.relevance, relevance(&problem, &answer));
                assert!(figures.bound >= figures.relevance);
            }
            Status::Impossible | Status::NotFound => {
                impossible += 1;
                assert_eq!(best, None, "case {case}: {problem:?}");
                assert!(!answer.conflict.is_empty());
            }
        }
    }
    assert!(
        planned > 60 && impossible > 20 && proved == planned,
        "{planned} {impossible} {proved}"
    );
}
