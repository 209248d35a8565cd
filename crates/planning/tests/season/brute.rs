//! Small seasons tried out in full.

use super::*;

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

fn day(problem: &Problem, dice: &mut Dice) -> NaiveDate {
    let span = usize::try_from((problem.to - problem.from).num_days()).unwrap() + 1;
    problem.from + TimeDelta::days(i64::try_from(dice.below(span)).unwrap())
}

fn small(dice: &mut Dice) -> Problem {
    let hosts = (0..=dice.below(3)).map(|i| host(&format!("h{i}"), "主")).collect();
    let stops = 1 + dice.below(3);
    let mut problem = season("2025-03-03", "2025-03-14", hosts, stops);
    problem.min_days_between = u32::try_from(1 + dice.below(4)).unwrap();
    for h in 0..problem.hosts.len() {
        for _ in 0..dice.below(3) {
            problem.hosts[h].past.push(
                date("2024-01-01") + TimeDelta::days(i64::try_from(dice.below(300)).unwrap()),
            );
        }
        while dice.one_in(2) {
            let away = day(&problem, dice);
            problem.hosts[h].away.push(away);
        }
        for v in 0..dice.below(3) {
            let taken = vec![day(&problem, dice)];
            let capacity = u32::try_from(dice.below(4)).unwrap();
            problem.hosts[h].venues.push(Venue {
                id: format!("v{h}{v}"),
                name: "馆".into(),
                capacity,
                taken,
            });
        }
    }
    if problem.hosts.len() > 1 && dice.one_in(2) {
        let hosts = vec!["h0".into(), "h1".into()];
        problem.joint.push(Joint { hosts, required: dice.one_in(2) });
    }
    for t in 0..dice.below(3) {
        let max_stops = dice.one_in(2).then(|| 1 + u32::try_from(dice.below(2)).unwrap());
        problem.themes.push(Theme { id: format!("t{t}"), name: "题".into(), max_stops });
        for h in 0..problem.hosts.len() {
            let needs = u32::try_from(dice.below(9)).unwrap();
            problem.density.push(Density {
                host: format!("h{h}"),
                theme: format!("t{t}"),
                needs,
                gaps: 1,
            });
        }
    }
    for s in 0..problem.stops.len() {
        if dice.one_in(4) {
            problem.stops[s].date = Some(day(&problem, dice));
        }
        if dice.one_in(4) {
            problem.stops[s].hosts = vec![format!("h{}", dice.below(problem.hosts.len()))];
        }
        if dice.one_in(4) && !problem.themes.is_empty() {
            problem.stops[s].theme = Some("t0".into());
        }
        if dice.one_in(4) {
            problem.stops[s].to = Some(day(&problem, dice));
        }
        problem.stops[s].attendees = u32::try_from(dice.below(3)).unwrap();
    }
    while dice.one_in(2) {
        let date = day(&problem, dice);
        let host = dice.one_in(2).then(|| "h0".to_owned());
        problem.taken.push(Taken { date, label: "会".into(), host });
    }
    problem
}

/// Levels after `changed`, theme points times -1: difference, squares, waits, stop gaps, points,
/// days, seats.
type Cost = [i64; 7];

/// Every season of the stops in `order`, tried one by one.
struct Brute<'a> {
    problem: &'a Problem,
    order: Vec<usize>,
    positions: Vec<i64>,
    parties: Vec<Vec<usize>>,
    best: Option<Cost>,
}

#[derive(Clone)]
struct Held {
    party: Vec<usize>,
    day: i64,
    theme: Option<usize>,
    spare: i64,
}

impl Brute<'_> {
    fn day_of(&self, date: NaiveDate) -> i64 {
        (date - self.problem.from).num_days()
    }

    fn span(&self) -> i64 {
        (self.problem.to - self.problem.from).num_days() + 1
    }

    fn go(&mut self, held: &mut Vec<Held>) {
        if held.len() == self.order.len() {
            let cost = self.cost(held);
            self.best = Some(self.best.map_or(cost, |best| best.min(cost)));
            return;
        }
        let stop = &self.problem.stops[self.order[held.len()]];
        let ids = |party: &[usize]| -> Vec<String> {
            party.iter().map(|&h| self.problem.hosts[h].id.clone()).collect()
        };
        let parties: Vec<Vec<usize>> = if stop.hosts.is_empty() {
            self.parties.clone()
        } else {
            vec![
                (0..self.problem.hosts.len())
                    .filter(|&h| stop.hosts.contains(&self.problem.hosts[h].id))
                    .collect(),
            ]
        };
        let mut options = Vec::new();
        for party in parties {
            for day in 0..self.span() {
                let date = self.problem.from + TimeDelta::days(day);
                let hosts = ids(&party);
                let far = held
                    .last()
                    .is_none_or(|last| day - last.day >= i64::from(self.problem.min_days_between));
                let working = self.problem.working_days.iter().any(|d| d.date == date);
                let free =
                    !self.problem.taken.iter().any(|t| {
                        t.date == date && t.host.as_ref().is_none_or(|h| hosts.contains(h))
                    }) && !party.iter().any(|&h| self.problem.hosts[h].away.contains(&date));
                let fits = stop.date.is_none_or(|d| d == date) && stop.to.is_none_or(|d| date <= d);
                if !(far && working && free && fits) {
                    continue;
                }
                let venues: Vec<&Venue> =
                    party.iter().flat_map(|&h| &self.problem.hosts[h].venues).collect();
                let spares: Vec<i64> = if venues.is_empty() {
                    vec![0]
                } else {
                    venues
                        .iter()
                        .filter(|v| v.capacity >= stop.attendees && !v.taken.contains(&date))
                        .map(|v| i64::from(v.capacity - stop.attendees))
                        .collect()
                };
                for spare in spares {
                    if self.problem.themes.is_empty() {
                        options.push(Held { party: party.clone(), day, theme: None, spare });
                    }
                    for (t, theme) in self.problem.themes.iter().enumerate() {
                        let used = held.iter().filter(|h| h.theme == Some(t)).count();
                        let room =
                            theme.max_stops.is_none_or(|m| used < usize::try_from(m).unwrap());
                        if room && stop.theme.as_ref().is_none_or(|id| *id == theme.id) {
                            options.push(Held { party: party.clone(), day, theme: Some(t), spare });
                        }
                    }
                }
            }
        }
        for option in options {
            held.push(option);
            self.go(held);
            held.pop();
        }
    }

    fn cost(&self, held: &[Held]) -> Cost {
        let hosts = &self.problem.hosts;
        let earliest = hosts.iter().filter_map(|h| h.past.iter().max()).min();
        let earliest = earliest.map_or(-1, |&d| self.day_of(d));
        let mut waits = 0;
        let mut counts = Vec::new();
        for (h, host) in hosts.iter().enumerate() {
            let mut last = host.past.iter().max().map_or(earliest, |&d| self.day_of(d));
            let mut count = i64::try_from(host.past.len()).unwrap();
            for (k, _) in held.iter().enumerate().filter(|(_, one)| one.party.contains(&h)) {
                waits += (self.positions[k] - last).pow(2);
                last = self.positions[k];
                count += 1;
            }
            waits += (self.span() - last).pow(2);
            counts.push(count);
        }
        let mut gaps = 0;
        let mut last = -1;
        for one in held {
            gaps += (one.day - last).pow(2);
            last = one.day;
        }
        gaps += (self.span() - last).pow(2);
        let points: i64 = held
            .iter()
            .map(|one| {
                let Some(t) = one.theme else { return 0 };
                self.problem
                    .density
                    .iter()
                    .filter(|d| {
                        d.theme == self.problem.themes[t].id
                            && one.party.iter().any(|&h| hosts[h].id == d.host)
                    })
                    .map(|d| i64::from(d.needs + d.gaps))
                    .sum()
            })
            .sum();
        [
            counts.iter().max().unwrap() - counts.iter().min().unwrap(),
            counts.iter().map(|c| c * c).sum(),
            waits,
            gaps,
            -points,
            held.iter().map(|one| one.day).sum(),
            held.iter().map(|one| one.spare).sum(),
        ]
    }
}

fn brute(problem: &Problem, order: Vec<usize>) -> Option<Cost> {
    let required: Vec<usize> =
        problem.joint.iter().filter(|j| j.required).flat_map(|_| [0, 1]).collect();
    let mut parties: Vec<Vec<usize>> =
        (0..problem.hosts.len()).filter(|h| !required.contains(h)).map(|h| vec![h]).collect();
    parties.extend(problem.joint.iter().map(|_| vec![0, 1]));
    let n = order.len();
    let span = (problem.to - problem.from).num_days() + 1;
    let fixed = |k: usize| problem.stops[order[k]].date.map(|d| (d - problem.from).num_days());
    let signed = |k: usize| i64::try_from(k).unwrap();
    let positions = (0..n)
        .map(|k| {
            let before = (0..k).rev().find_map(|j| fixed(j).map(|day| (signed(j), day)));
            let after = (k..n).find_map(|j| fixed(j).map(|day| (signed(j), day)));
            let ((from, start), (to, end)) =
                (before.unwrap_or((-1, -1)), after.unwrap_or((signed(n), span)));
            start + (end - start) * (signed(k) - from) / (to - from)
        })
        .collect();
    let mut search = Brute { problem, order, positions, parties, best: None };
    search.go(&mut Vec::new());
    search.best
}

/// All ways to merge the stops with a date, by date, and those without, in their order.
fn merges(problem: &Problem) -> Vec<Vec<usize>> {
    let n = problem.stops.len();
    let mut dated: Vec<usize> = (0..n).filter(|&s| problem.stops[s].date.is_some()).collect();
    dated.sort_by_key(|&s| problem.stops[s].date);
    let open: Vec<usize> = (0..n).filter(|&s| problem.stops[s].date.is_none()).collect();
    (0..1_usize << n)
        .filter(|mask| usize::try_from(mask.count_ones()).unwrap() == dated.len())
        .map(|mask| {
            let (mut a, mut b) = (dated.iter(), open.iter());
            (0..n)
                .map(|k| if mask >> k & 1 == 1 { *a.next().unwrap() } else { *b.next().unwrap() })
                .collect()
        })
        .collect()
}

#[test]
fn small_seasons_equal_brute_force() {
    let mut dice = Dice(11);
    let (mut planned, mut impossible) = (0, 0);
    for case in 0..400 {
        let problem = small(&mut dice);
        let answer = plan(&problem).unwrap();
        assert_eq!(plan(&problem).unwrap(), answer);
        if answer.status == Status::Impossible {
            impossible += 1;
            assert!(
                merges(&problem).into_iter().all(|order| brute(&problem, order).is_none()),
                "case {case}: {problem:?}"
            );
            continue;
        }
        planned += 1;
        assert_eq!(answer.status, Status::Optimal, "case {case}");
        let order = answer
            .stops
            .iter()
            .map(|s| problem.stops.iter().position(|d| d.id == s.stop).unwrap())
            .collect();
        let levels = answer.figures.unwrap().levels;
        let got = [
            levels.difference,
            levels.squares,
            levels.waits,
            levels.stop_gaps,
            -levels.theme_points,
            levels.days,
            levels.spare_seats,
        ];
        assert_eq!(Some(got), brute(&problem, order), "case {case}: {problem:?}");
    }
    assert!(planned > 100 && impossible > 50, "{planned} planned, {impossible} impossible");
}
