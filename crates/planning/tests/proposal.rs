//! Proposals of events: formats, quotas and hosts, and small graphs by brute force.
#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use lianmeng_planning::proposal::{
    About, Answer, Format, Host, Kind, Person, Problem, Quota, Status, Suggestion, by_lot, greedy,
    parse, propose,
};

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

    fn small(&mut self, n: usize) -> u32 {
        u32::try_from(self.below(n)).unwrap()
    }
}

fn person(i: usize, kind: Kind, capacity: u32) -> Person {
    Person {
        id: format!("e{i}"),
        kind,
        district: None,
        capacity,
        must_invite: false,
        away: false,
        cost_fen: 100,
    }
}

fn suggestion(a: usize, b: usize, value_points: u32, about: About) -> Suggestion {
    let (a, b) = (format!("e{a}"), format!("e{b}"));
    Suggestion { a, b, value_points, probability_basis_points: 10_000, about }
}

fn problem(people: Vec<Person>, suggestions: Vec<Suggestion>, capacity: usize) -> Problem {
    Problem {
        people,
        suggestions,
        capacity,
        quotas: Vec::new(),
        hosts: Vec::new(),
        max_hosts: 2,
        keep_basis_points: 8_000,
        steps: 1_000_000,
    }
}

fn invited(answer: &Answer) -> Vec<&str> {
    answer.event.as_ref().unwrap().invitees.iter().map(|one| one.person.as_str()).collect()
}

/// Five firms, two of which everybody wants, and a bank.
fn town() -> Problem {
    let mut people: Vec<Person> = (0..5).map(|i| person(i, Kind::PrivateFirm, 2)).collect();
    people.push(person(5, Kind::Finance, 3));
    let edges = [(0, 1, 90), (0, 2, 80), (0, 3, 70), (1, 4, 60), (5, 2, 10), (3, 4, 85)];
    let edges = edges.map(|(a, b, points)| suggestion(a, b, points, About::Cooperation));
    problem(people, edges.to_vec(), 4)
}

#[test]
fn the_best_people_within_seats_are_chosen_and_proved() {
    let answer = propose(&town()).unwrap();
    assert_eq!(answer.status, Status::Optimal);
    assert_eq!(invited(&answer), ["e0", "e1", "e3", "e4"]);
    let figures = answer.figures.unwrap();
    // 0-1, 0-3, 1-4, 3-4: everybody meets two.
    assert_eq!((figures.expected_points, figures.bound_points), (305, 305));
    assert_eq!(figures.expected_matches_basis_points, 40_000);
    assert_eq!(figures.cost_fen, 400);
    let reason = &answer.event.unwrap().invitees[0].reason;
    assert_eq!(reason.en, "2 matches worth 160 points, with e1, e3");
    assert_eq!(reason.zh, "可对接2家，预期160分，如e1、e3");
}

#[test]
fn quotas_who_must_come_and_who_cannot_are_kept() {
    let mut town = town();
    town.quotas = vec![Quota { kind: Kind::Finance, min: 1, max: None }];
    let answer = propose(&town).unwrap();
    assert!(invited(&answer).contains(&"e5"));
    assert_eq!(answer.figures.unwrap().expected_points, 180);
    town.quotas[0].max = Some(1);
    town.quotas.push(Quota { kind: Kind::PrivateFirm, min: 0, max: Some(2) });
    town.people[2].must_invite = true;
    let answer = propose(&town).unwrap();
    assert_eq!(invited(&answer), ["e0", "e2", "e5"]);
    town.people[2].must_invite = false;
    town.people[0].away = true;
    let answer = propose(&town).unwrap();
    assert_eq!(invited(&answer), ["e3", "e4", "e5"]);
    town.capacity = 1;
    town.people[3].must_invite = true;
    let answer = propose(&town).unwrap();
    assert_eq!(answer.status, Status::Impossible);
    assert_eq!(
        answer.conflict[0].words.en,
        "those who must come and the minimums take 2 seats, but there are 1; take a larger venue or ask for fewer"
    );
    town.quotas[0].min = 2;
    town.quotas[0].max = None;
    town.quotas.push(Quota { kind: Kind::CentralSoe, min: 1, max: None });
    let [bank, state] = propose(&town).unwrap().conflict.try_into().unwrap();
    let en = "at least 2 financial institutions are asked for, but 1 can come; ask for fewer";
    assert_eq!(
        (bank.words.en.as_str(), bank.words.zh.as_str()),
        (en, "金融机构至少要2家，但只有1家可到会；请降低下限")
    );
    assert_eq!(state.words.zh, "央企至少要1家，但只有0家可到会；请降低下限");
}

#[test]
fn the_smaller_event_keeps_most_of_the_worth() {
    let mut people: Vec<Person> = (0..6).map(|i| person(i, Kind::LocalSoe, 1)).collect();
    people[5].cost_fen = 900;
    let edges = vec![
        suggestion(0, 1, 60, About::Cooperation),
        suggestion(2, 3, 30, About::Cooperation),
        suggestion(4, 5, 10, About::Cooperation),
    ];
    let answer = propose(&problem(people, edges, 6)).unwrap();
    assert_eq!(answer.figures.unwrap().people, 6);
    let smaller = answer.smaller.unwrap();
    assert_eq!(
        (smaller.people, smaller.expected_points, smaller.keeps_basis_points),
        (4, 90, 9_000)
    );
    assert_eq!(smaller.cost_fen, 400);
}

#[test]
fn the_smaller_event_drops_as_many_as_the_steps_allow() {
    let people = (0..12).map(|i| person(i, Kind::LocalSoe, 1)).collect();
    let edges = (0..6).map(|i| suggestion(2 * i, 2 * i + 1, 10, About::Cooperation)).collect();
    let mut problem = problem(people, edges, 12);
    problem.keep_basis_points = 0;
    let people = |problem: &Problem| propose(problem).unwrap().smaller.map(|one| one.people);
    assert_eq!(people(&problem), Some(2));
    // One look costs 6 suggestions and 12 people.
    problem.steps = 3 * 18;
    assert_eq!(people(&problem), Some(9));
    problem.steps = 17;
    assert_eq!(people(&problem), None);
}

#[test]
fn nobody_to_invite_is_an_empty_event() {
    let problem = parse(r#"{"people":[],"suggestions":[],"capacity":1}"#).unwrap();
    let answer = propose(&problem).unwrap();
    assert_eq!((answer.status, answer.figures.unwrap().people), (Status::Optimal, 0));
}

#[test]
fn many_suggestions_among_those_who_must_come_are_not_matched_exactly() {
    let count = 201;
    let mut people: Vec<Person> = (0..count).map(|i| person(i, Kind::LocalSoe, 99)).collect();
    for one in &mut people {
        one.must_invite = true;
    }
    let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b)));
    let edges = pairs.map(|(a, b)| suggestion(a, b, 10, About::Cooperation)).collect();
    let mut problem = problem(people, edges, count);
    problem.steps = 2_000_000;
    // As deep as there are matches, this would be far more than the stack has.
    let thread = std::thread::Builder::new().stack_size(1 << 18);
    let answer = thread.spawn(move || propose(&problem).unwrap()).unwrap().join().unwrap();
    assert_eq!(answer.status, Status::Proposed);
    let figures = answer.figures.unwrap();
    assert_eq!((figures.expected_points, figures.bound_points), (99_490, 99_495));
}

#[test]
fn the_format_follows_the_table() {
    let format = |n: usize, edges: Vec<Suggestion>, capacity: u32| {
        let people = (0..n).map(|i| person(i, Kind::Other, capacity)).collect();
        propose(&problem(people, edges, n)).unwrap().event.unwrap().format
    };
    let ring =
        |n: usize, about: About| (0..n).map(|i| suggestion(i, (i + 1) % n, 5, about)).collect();
    assert_eq!(format(4, ring(4, About::Scenario), 3), Format::ScenarioRelease);
    assert_eq!(format(4, ring(4, About::Finance), 3), Format::Roadshow);
    assert_eq!(format(4, ring(4, About::Site), 3), Format::SiteVisit);
    assert_eq!(format(90, ring(90, About::Cooperation), 3), Format::GroupedSessions);
    assert_eq!(format(30, ring(30, About::Cooperation), 3), Format::Tables);
    assert_eq!(format(4, ring(4, About::Cooperation), 3), Format::Salon);
    // Six matches are half of twelve people, and less than half of thirteen.
    let of_six_pairs = |n: usize| {
        let mut people: Vec<Person> = (0..n).map(|i| person(i, Kind::Other, 1)).collect();
        for one in &mut people {
            one.must_invite = true;
        }
        let pairs = (0..6).map(|i| suggestion(2 * i, 2 * i + 1, 5, About::Cooperation)).collect();
        propose(&problem(people, pairs, n)).unwrap().event.unwrap().format
    };
    assert_eq!(of_six_pairs(12), Format::Tables);
    assert_eq!(of_six_pairs(13), Format::Salon);
    assert_eq!(format(4, Vec::new(), 3), Format::Symposium);
}

#[test]
fn hosts_are_those_whose_people_meet_most() {
    let mut town = town();
    for (i, district) in ["n", "f", "f", "l", "l"].into_iter().enumerate() {
        town.people[i].district = Some(district.into());
    }
    town.hosts = ["n", "f", "l"]
        .map(|id| Host { id: id.into(), name: id.into(), capacity: None, waited_days: 9 })
        .to_vec();
    let hosts = |town: &Problem| -> Vec<String> {
        let event = propose(town).unwrap().event.unwrap();
        event.hosts.into_iter().map(|host| host.host).collect()
    };
    // l: 0-3, 1-4 and 3-4 are worth 215; n: 160; f: 150.
    assert_eq!(hosts(&town), ["l", "n"]);
    town.max_hosts = 1;
    town.hosts[2].capacity = Some(3);
    assert_eq!(hosts(&town), ["n"]);
}

#[test]
fn input_that_makes_no_sense_is_refused_with_its_place() {
    let mut wrong = town();
    wrong.suggestions[1].b = "e0".into();
    assert_eq!(
        propose(&wrong).unwrap_err().to_string(),
        "suggestions[1].b: e0 would meet itself; name two"
    );
    let mut wrong = town();
    wrong.suggestions[2].b = "e9".into();
    assert_eq!(
        propose(&wrong).unwrap_err().to_string(),
        "suggestions[2].b: e9 is not the id of any of people"
    );
    let said = parse(r#"{"people":[],"suggestions":[],"capacity":0}"#).unwrap_err().to_string();
    assert_eq!(said, "capacity: 0 is not from 1 to 5000");
    let mut wrong = town();
    wrong.quotas = vec![Quota { kind: Kind::Other, min: usize::MAX, max: None }];
    assert!(propose(&wrong).unwrap_err().to_string().starts_with("quotas[0].min: "));
}

fn small(dice: &mut Dice) -> Problem {
    let n = 3 + dice.below(5);
    let kinds = [Kind::CentralSoe, Kind::Finance, Kind::Other];
    let mut people: Vec<Person> =
        (0..n).map(|i| person(i, kinds[dice.below(3)], 1 + dice.small(3))).collect();
    for one in &mut people {
        one.must_invite = dice.one_in(8);
        one.away = !one.must_invite && dice.one_in(8);
    }
    let mut edges = Vec::new();
    for a in 0..n {
        for b in a + 1..n {
            if edges.len() < 11 && dice.one_in(2) {
                let mut edge = suggestion(a, b, dice.small(30), About::Cooperation);
                edge.probability_basis_points = 1_000 * dice.small(11);
                edges.push(edge);
            }
        }
    }
    let mut problem = problem(people, edges, 1 + dice.below(n));
    if dice.one_in(2) {
        let min = dice.below(3);
        let max = dice.one_in(2).then(|| min + dice.below(2));
        problem.quotas.push(Quota { kind: Kind::Finance, min, max });
    }
    problem
}

/// The most worth, in points times basis points, of any people and any matches among them.
fn brute(problem: &Problem) -> Option<u64> {
    let n = problem.people.len();
    let index = |id: &str| problem.people.iter().position(|one| one.id == id).unwrap();
    let edges: Vec<(usize, usize, u64)> = problem
        .suggestions
        .iter()
        .map(|e| {
            let worth = u64::from(e.value_points) * u64::from(e.probability_basis_points);
            (index(&e.a), index(&e.b), worth)
        })
        .collect();
    // The most worth by who is met.
    let mut by_people = vec![0; 1 << n];
    for mask in 0..1_usize << edges.len() {
        let chosen = edges.iter().enumerate().filter(|(e, _)| mask >> e & 1 == 1);
        let (mut degrees, mut met, mut worth) = (vec![0_u32; n], 0_usize, 0);
        for (_, &(a, b, points)) in chosen {
            degrees[a] += 1;
            degrees[b] += 1;
            met |= 1 << a | 1 << b;
            worth += points;
        }
        if degrees.iter().zip(&problem.people).all(|(degree, one)| *degree <= one.capacity) {
            by_people[met] = worth.max(by_people[met]);
        }
    }
    (0..1_usize << n)
        .filter(|mask| {
            let is_in = |i: usize| mask >> i & 1 == 1;
            let of = |i: usize| &problem.people[i];
            let sits =
                (0..n).all(|i| (!of(i).must_invite || is_in(i)) && !(of(i).away && is_in(i)));
            let quotas = problem.quotas.iter().all(|quota| {
                let count = (0..n).filter(|&i| is_in(i) && of(i).kind == quota.kind).count();
                count >= quota.min && quota.max.is_none_or(|max| count <= max)
            });
            sits && quotas && usize::try_from(mask.count_ones()).unwrap() <= problem.capacity
        })
        .map(|mask| {
            (0..=mask).filter(|met| met & !mask == 0).map(|met| by_people[met]).max().unwrap()
        })
        .max()
}

#[test]
fn small_graphs_equal_brute_force() {
    let mut dice = Dice(3);
    let (mut proposed, mut impossible) = (0, 0);
    for case in 0..300 {
        let problem = small(&mut dice);
        let answer = propose(&problem).unwrap();
        assert_eq!(propose(&problem).unwrap(), answer);
        let best = brute(&problem);
        if answer.status == Status::Impossible {
            impossible += 1;
            assert_eq!(best, None, "case {case}: {problem:?}");
            continue;
        }
        proposed += 1;
        assert_eq!(answer.status, Status::Optimal, "case {case}");
        let figures = answer.figures.unwrap();
        assert_eq!(
            Some(figures.expected_points),
            best.map(|b| b / 10_000),
            "case {case}: {problem:?}"
        );
        assert!(greedy(&problem).unwrap() <= figures.expected_points);
        let lots = (0..20).map(|seed| by_lot(&problem, seed).unwrap()).sum::<u64>();
        assert!((lots / 20..=lots / 20 + 1).contains(&figures.lot_points), "case {case}");
        assert!(figures.lot_points <= figures.expected_points);
        let names = invited(&answer);
        assert!(names.len() <= problem.capacity);
        for one in &problem.people {
            let is_in = names.contains(&one.id.as_str());
            assert!(is_in || !one.must_invite, "case {case}");
            assert!(!is_in || !one.away, "case {case}");
        }
    }
    assert!(proposed > 150 && impossible > 20, "{proposed} {impossible}");
}
