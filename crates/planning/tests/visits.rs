//! Site visits: four sites of Shenzhen with invented times, and small days by brute force.
#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use lianmeng_planning::visits::{
    Answer, Bus, DemandKind, Group, Problem, Site, Status, parse, plan,
};

fn site(id: &str, name: &str, hours: [u32; 2], stay_minutes: u32, capacity: Option<u32>) -> Site {
    let (id, name) = (id.to_owned(), name.to_owned());
    let [open, close] = hours;
    Site { id, name, open, close, stay_minutes, walk_minutes: 0, capacity, may_drop: false }
}

fn bus(id: &str, seats: u32, from: u32) -> Bus {
    Bus { id: id.into(), seats, from }
}

fn group(id: &str, people: u32) -> Group {
    Group { id: id.into(), people, sites: Vec::new(), bus: None }
}

/// Two buses from a hotel at half past eight to four sites and a symposium at half past two.
fn shenzhen() -> Problem {
    let mut sites = vec![
        site("nanshan", "南山科技园", [540, 720], 40, Some(45)),
        site("futian", "福田金融中心", [540, 780], 30, Some(45)),
        site("longgang", "龙岗产业园", [570, 840], 45, None),
        site("qianhai", "前海展厅", [600, 810], 30, Some(90)),
    ];
    for site in &mut sites {
        site.walk_minutes = 5;
    }
    sites[2].may_drop = true;
    Problem {
        sites,
        buses: vec![bus("b1", 45, 510), bus("b2", 45, 510), bus("b3", 45, 510)],
        groups: vec![
            group("央企一组", 20),
            group("央企二组", 20),
            group("市属", 25),
            group("记者", 10),
        ],
        travel_minutes: vec![
            vec![0, 20, 15, 45, 30, 20],
            vec![20, 0, 25, 50, 20, 25],
            vec![15, 25, 0, 35, 30, 15],
            vec![45, 50, 35, 0, 55, 40],
            vec![30, 20, 30, 55, 0, 35],
            vec![20, 25, 15, 40, 35, 0],
        ],
        arrive_by: 870,
        steps: 300_000,
    }
}

/// What is wrong with an answer, judged from the problem alone, and the sum of arrivals.
fn judge(problem: &Problem, answer: &Answer) -> u64 {
    let place = |id: &str| problem.sites.iter().position(|site| site.id == id).unwrap();
    let mut inside: Vec<(usize, u32, u32, u32)> = Vec::new();
    let mut sum = 0;
    let mut riders = 0;
    for day in &answer.buses {
        let bus = problem.buses.iter().find(|bus| bus.id == day.bus).unwrap();
        assert!(day.people <= bus.seats && day.leave >= bus.from);
        let (mut at, mut moment) = (0, day.leave);
        let mut seen = Vec::new();
        for stop in &day.stops {
            let s = place(&stop.site);
            let site = &problem.sites[s];
            assert_eq!(stop.arrive, moment + problem.travel_minutes[at][s + 1]);
            assert_eq!(stop.begin, stop.arrive + site.walk_minutes + stop.wait_minutes);
            assert_eq!(stop.end, stop.begin + site.stay_minutes);
            assert_eq!(stop.leave, stop.end + site.walk_minutes);
            assert!(stop.begin >= site.open && stop.end <= site.close);
            assert_eq!(stop.reason.zh.contains("等候"), stop.wait_minutes > 0);
            inside.push((s, stop.begin, stop.end, day.people));
            (at, moment) = (s + 1, stop.leave);
            seen.push(s);
        }
        assert_eq!(day.arrive, moment + problem.travel_minutes[at][problem.sites.len() + 1]);
        assert!(day.arrive <= problem.arrive_by);
        sum += u64::from(day.arrive);
        for id in &day.groups {
            let group = problem.groups.iter().find(|group| group.id == *id).unwrap();
            riders += group.people;
            let wanted = (0..problem.sites.len())
                .filter(|&s| group.sites.is_empty() || group.sites.contains(&problem.sites[s].id));
            wanted.for_each(|s| assert!(seen.contains(&s)));
        }
    }
    assert_eq!(riders, problem.groups.iter().map(|group| group.people).sum::<u32>());
    for &(s, begin, ..) in &inside {
        let there = inside.iter().filter(|&&(t, b, e, _)| t == s && b <= begin && begin < e);
        let people: u32 = there.map(|&(.., people)| people).sum();
        assert!(problem.sites[s].capacity.is_none_or(|room| people <= room));
    }
    sum
}

fn route(answer: &Answer, bus: usize) -> Vec<&str> {
    answer.buses[bus].stops.iter().map(|stop| stop.site.as_str()).collect()
}

#[test]
fn two_buses_see_four_sites_of_shenzhen_in_different_orders_before_the_symposium() {
    let problem = shenzhen();
    let answer = plan(&problem).unwrap();
    assert_eq!(answer.status, Status::Optimal);
    let figures = answer.figures.unwrap();
    assert_eq!(judge(&problem, &answer), figures.arrival_sum);
    assert_eq!(figures.buses, 2);
    assert_eq!(route(&answer, 0).len(), 4);
    // Nanshan and Futian take one bus at a time.
    assert_ne!(route(&answer, 0), route(&answer, 1));
    assert_eq!(plan(&problem).unwrap(), answer);

    let without = &answer.plan_b[0];
    assert_eq!((without.site.as_str(), without.status), ("longgang", Status::Optimal));
    assert!(without.figures.unwrap().last_arrival < figures.last_arrival);
    assert!(without.buses.iter().all(|bus| bus.stops.len() == 3));
    assert!(without.words.zh.starts_with("不去龙岗产业园：末车到达会场由"));
}

#[test]
fn a_bus_and_its_stops_say_why() {
    let problem = Problem {
        sites: vec![
            site("a", "甲厂", [540, 720], 30, None),
            site("b", "乙园", [660, 780], 30, Some(20)),
        ],
        buses: vec![bus("b1", 40, 480)],
        groups: vec![group("g1", 10)],
        travel_minutes: vec![vec![10; 4]; 4],
        arrive_by: 720,
        steps: 300_000,
    };
    let answer = plan(&problem).unwrap();
    let bus = &answer.buses[0];
    assert_eq!(bus.reason.zh, "1组10人，40座；比12:00提前20分钟到达会场");
    assert_eq!(
        bus.reason.en,
        "1 group with 10 people on 40 seats; at the end 20 minutes before 12:00"
    );
    assert_eq!(bus.stops[0].reason.zh, "开放09:00至12:00；参观30分钟，步行往返各0分钟");
    let waits = &bus.stops[1].reason;
    assert_eq!(waits.zh, "开放11:00至13:00；参观30分钟，步行往返各0分钟；等候80分钟至开放");
    assert_eq!(
        waits.en,
        "open 11:00 to 13:00; 30 minutes inside, 0 minutes of walking each way; waits 80 minutes until it opens"
    );
}

#[test]
fn dropping_a_site_can_save_the_day() {
    let mut problem = shenzhen();
    problem.arrive_by = 760;
    let answer = plan(&problem).unwrap();
    assert_eq!(answer.status, Status::Impossible);
    let kinds: Vec<DemandKind> = answer.conflict.iter().map(|item| item.kind).collect();
    assert!(kinds.contains(&DemandKind::Deadline), "{kinds:?}");
    assert_eq!(answer.conflict[0].words.zh, "各车须在12:40前到达会场；请推迟开会");
    let without = &answer.plan_b[0];
    assert_eq!(without.status, Status::Optimal);
    assert!(without.words.en.starts_with("without 龙岗产业园 there is a plan: 2 buses"));
}

#[test]
fn a_conflict_that_few_steps_did_not_shrink_says_so() {
    let mut problem = shenzhen();
    problem.arrive_by = 760;
    let all = plan(&problem).unwrap();
    assert!(all.is_conflict_minimal);
    let mut unsure = 0;
    for power in 0..16 {
        problem.steps = 1 << power;
        let answer = plan(&problem).unwrap();
        if answer.status == Status::Impossible {
            assert!(answer.is_conflict_minimal || answer.conflict.len() >= all.conflict.len());
            unsure += usize::from(!answer.is_conflict_minimal);
        }
    }
    assert!(unsure > 0);
}

#[test]
fn a_group_too_large_for_the_buses_is_named_and_a_bus_set_by_hand_is_kept() {
    let mut problem = shenzhen();
    problem.groups[3].bus = Some("b3".into());
    let answer = plan(&problem).unwrap();
    let riders: Vec<&str> = answer.buses.iter().map(|bus| bus.bus.as_str()).collect();
    assert!(riders.contains(&"b3"));
    problem.groups[0].people = 46;
    let answer = plan(&problem).unwrap();
    assert_eq!(answer.status, Status::Impossible);
    assert_eq!(answer.conflict[0].kind, DemandKind::Seats);
    assert_eq!(
        answer.conflict[0].words.en,
        "101 people in undivided groups do not fit on buses with 135 seats; add a bus or divide a group"
    );
}

#[test]
fn many_groups_are_loaded_too() {
    let mut problem = shenzhen();
    problem.groups = (0..24).map(|g| group(&format!("g{g}"), 3 + g % 4)).collect();
    problem.buses = (0..5).map(|b| bus(&format!("b{b}"), 30, 480 + 5 * b)).collect();
    problem.sites[0].capacity = Some(60);
    problem.sites[1].capacity = Some(60);
    let mut answer = plan(&problem).unwrap();
    assert_eq!(judge(&problem, &answer), answer.figures.unwrap().arrival_sum);
    // 108 people on buses of 30 seats.
    assert_eq!(answer.figures.unwrap().buses, 4);
    problem.sites[0].capacity = None;
    answer = plan(&problem).unwrap();
    judge(&problem, &answer);
}

#[test]
fn input_that_makes_no_sense_is_refused_with_its_place() {
    let mut wrong = shenzhen();
    wrong.travel_minutes[2].pop();
    assert_eq!(
        plan(&wrong).unwrap_err().to_string(),
        "travelMinutes[2]: 5 numbers for 6 places: start, sites, end"
    );
    let mut wrong = shenzhen();
    wrong.sites[1].open = 800;
    assert_eq!(plan(&wrong).unwrap_err().to_string(), "sites[1].open: 800 is not from 0 to 780");
    let text = serde_json::to_string(&shenzhen()).unwrap();
    assert_eq!(parse(&text).unwrap(), shenzhen());
}

/// A small generator of our own: the engine's is none of this test's business.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(self.0 >> 33).unwrap() % n
    }
}

fn small(dice: &mut Dice) -> Problem {
    let sites: Vec<Site> = (0..=dice.below(3))
        .map(|s| {
            let open = dice.below(4);
            let close = open + 3 + dice.below(7);
            let room = [None, Some(2 + dice.below(4))][usize::try_from(dice.below(2)).unwrap()];
            let mut site = site(&format!("s{s}"), "点", [open, close], 1 + dice.below(2), room);
            site.walk_minutes = dice.below(2);
            site
        })
        .collect();
    let places = sites.len() + 2;
    let travel_minutes =
        (0..places).map(|_| (0..places).map(|_| dice.below(3)).collect()).collect();
    let mut groups: Vec<Group> =
        (0..=dice.below(3)).map(|g| group(&format!("g{g}"), 1 + dice.below(3))).collect();
    for group in &mut groups {
        if dice.below(3) == 0 {
            group.sites = vec!["s0".into()];
        }
    }
    let buses =
        (0..=dice.below(2)).map(|b| bus(&format!("b{b}"), 2 + dice.below(4), dice.below(2)));
    let buses = buses.collect();
    Problem { sites, buses, groups, travel_minutes, arrive_by: 8 + dice.below(8), steps: 300_000 }
}

/// Visits of a bus with their beginnings, and its arrival or its people.
type Day = (Vec<(usize, u32)>, u32);

/// Every day of one bus: visits with their beginnings, and the arrival.
fn days(problem: &Problem, from: u32, sites: &[usize]) -> Vec<Day> {
    fn go(
        problem: &Problem,
        (at, moment): (usize, u32),
        rest: &[usize],
        visits: &mut Vec<(usize, u32)>,
        all: &mut Vec<Day>,
    ) {
        if rest.is_empty() {
            let arrival = moment + problem.travel_minutes[at][problem.sites.len() + 1];
            if arrival <= problem.arrive_by {
                all.push((visits.clone(), arrival));
            }
            return;
        }
        for &s in rest {
            let site = &problem.sites[s];
            let first = moment + problem.travel_minutes[at][s + 1] + site.walk_minutes;
            let left: Vec<usize> = rest.iter().copied().filter(|&t| t != s).collect();
            for begin in first.max(site.open)..=site.close {
                let end = begin + site.stay_minutes;
                if end > site.close {
                    break;
                }
                visits.push((s, begin));
                go(problem, (s + 1, end + site.walk_minutes), &left, visits, all);
                visits.pop();
            }
        }
    }
    let mut all = Vec::new();
    go(problem, (0, from), sites, &mut Vec::new(), &mut all);
    all
}

fn fits(problem: &Problem, held: &[Day]) -> bool {
    (0..problem.sites.len()).all(|s| {
        let site = &problem.sites[s];
        (site.open..site.close).all(|minute| {
            let of = |(visits, people): &Day| {
                let is_in = |&(t, b): &(usize, u32)| {
                    t == s && b <= minute && minute < b + site.stay_minutes
                };
                if visits.iter().any(is_in) { *people } else { 0 }
            };
            site.capacity.is_none_or(|room| held.iter().map(of).sum::<u32>() <= room)
        })
    })
}

/// Fewest buses and least sum of arrivals of any plan, by trying them all.
fn brute(problem: &Problem) -> Option<(usize, u32)> {
    let buses = problem.buses.len();
    let mut best: Option<(usize, u32)> = None;
    for code in 0..buses.pow(u32::try_from(problem.groups.len()).unwrap()) {
        let mut rest = code;
        let mut loads = vec![(0_u32, vec![]); buses];
        for group in &problem.groups {
            let load = &mut loads[rest % buses];
            rest /= buses;
            load.0 += group.people;
            let wants =
                |s: &usize| group.sites.is_empty() || group.sites.contains(&problem.sites[*s].id);
            for s in (0..problem.sites.len()).filter(wants) {
                if !load.1.contains(&s) {
                    load.1.push(s);
                }
            }
        }
        if loads.iter().zip(&problem.buses).any(|(load, bus)| load.0 > bus.seats) {
            continue;
        }
        let mut held = vec![(Vec::new(), 0)];
        for (load, bus) in loads.iter().zip(&problem.buses).filter(|(load, _)| load.0 > 0) {
            let days = days(problem, bus.from, &load.1);
            held = held
                .iter()
                .flat_map(|(before, sum): &(Vec<Day>, u32)| {
                    days.iter().map(move |(visits, arrival)| {
                        let mut all = before.clone();
                        all.push((visits.clone(), load.0));
                        (all, sum + arrival)
                    })
                })
                .filter(|(all, _)| fits(problem, all))
                .collect();
        }
        let used = loads.iter().filter(|load| load.0 > 0).count();
        if let Some(sum) = held.iter().map(|(_, sum)| *sum).min() {
            best = Some(best.map_or((used, sum), |best| best.min((used, sum))));
        }
    }
    best
}

#[test]
fn small_days_equal_brute_force() {
    let mut dice = Dice(4);
    let (mut planned, mut impossible) = (0, 0);
    for case in 0..250 {
        let problem = small(&mut dice);
        let answer = plan(&problem).unwrap();
        let best = brute(&problem);
        if let Some(figures) = answer.figures {
            planned += 1;
            assert_eq!(answer.status, Status::Optimal, "case {case}");
            assert_eq!(judge(&problem, &answer), figures.arrival_sum);
            let sum = u32::try_from(figures.arrival_sum).unwrap();
            assert_eq!(Some((figures.buses, sum)), best, "case {case}: {problem:?}");
        } else {
            impossible += 1;
            assert_eq!(answer.status, Status::Impossible, "case {case}");
            assert_eq!(best, None, "case {case}: {problem:?}");
            assert!(!answer.conflict.is_empty());
        }
    }
    assert!(planned > 80 && impossible > 50, "{planned} {impossible}");
}
