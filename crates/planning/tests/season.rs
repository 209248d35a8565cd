//! Seasons: the four stops of Shenzhen, two years of ten districts, and small ones by brute force.
#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use lianmeng_planning::season::{
    Answer, DemandKind, Density, Host, Joint, Part, Placed, Problem, Status, StopDemand, Taken,
    Theme, Venue, WorkingDay, parse, plan,
};

#[path = "season/brute.rs"]
mod brute;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Mondays to Fridays of a span, as working days.
fn weekdays(from: NaiveDate, to: NaiveDate) -> Vec<WorkingDay> {
    from.iter_days()
        .take_while(|&day| day <= to)
        .filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
        .map(|date| WorkingDay { date, label: None })
        .collect()
}

fn host(id: &str, name: &str) -> Host {
    Host {
        id: id.into(),
        name: name.into(),
        past: Vec::new(),
        past_count: None,
        weight: 1,
        away: Vec::new(),
        venues: Vec::new(),
    }
}

fn stop(id: &str) -> StopDemand {
    StopDemand { id: id.into(), ..StopDemand::default() }
}

fn season(from: &str, to: &str, hosts: Vec<Host>, stops: usize) -> Problem {
    let (from, to) = (date(from), date(to));
    Problem {
        from,
        to,
        working_days: weekdays(from, to),
        taken: Vec::new(),
        hosts,
        joint: Vec::new(),
        themes: Vec::new(),
        density: Vec::new(),
        stops: (1..=stops).map(|i| stop(&format!("s{i}"))).collect(),
        min_days_between: 1,
        previous: Vec::new(),
    }
}

/// 2024 in Shenzhen: holidays taken out, swapped working days put in.
fn shenzhen() -> Problem {
    let mut hosts = vec![
        host("nanshan", "南山区"),
        host("futian", "福田区"),
        host("longgang", "龙岗区"),
        host("baoan", "宝安区"),
        host("qianhai", "前海"),
    ];
    hosts[2].past = vec![date("2023-03-10")];
    hosts[0].past = vec![date("2023-11-10")];
    hosts[1].past = vec![date("2023-09-15")];
    hosts[3].past = vec![date("2023-06-16")];
    hosts[4].past = vec![date("2023-06-16")];
    let mut problem = season("2024-04-01", "2024-12-31", hosts, 4);
    problem.joint = vec![Joint { hosts: vec!["baoan".into(), "qianhai".into()], required: true }];
    problem.min_days_between = 21;
    let holidays = ["2024-04-04", "2024-04-05", "2024-05-01", "2024-05-02", "2024-05-03"];
    problem.working_days.retain(|day| !holidays.contains(&day.date.to_string().as_str()));
    problem
        .working_days
        .push(WorkingDay { date: date("2024-05-11"), label: Some("调休上班".into()) });
    problem
}

fn hosts_of(answer: &Answer) -> Vec<Vec<&str>> {
    answer.stops.iter().map(|s| s.hosts.iter().map(String::as_str).collect()).collect()
}

#[test]
fn the_four_stops_of_shenzhen_go_to_those_who_wait_and_two_who_wait_come_before_one() {
    let answer = plan(&shenzhen()).unwrap();
    assert_eq!(answer.status, Status::Optimal);
    assert_eq!(
        hosts_of(&answer),
        [vec!["baoan", "qianhai"], vec!["longgang"], vec!["futian"], vec!["nanshan"]]
    );
    let figures = answer.figures.unwrap();
    assert_eq!((figures.difference, figures.difference_bound), (0, 0));
    assert_eq!(figures.stop_gaps, [55, 55, 56]);
    let days: Vec<String> = answer.stops.iter().map(|s| s.date.to_string()).collect();
    assert_eq!(days, ["2024-05-24", "2024-07-18", "2024-09-11", "2024-11-06"].map(str::to_owned));
    assert_eq!(figures.hosts[4].gaps, [343]);
    let said = &answer.stops[1].reasons[0].words;
    assert_eq!(said.en, "龙岗区 hosted once before, last 496 days earlier, on 2023-03-10");
    assert_eq!(said.zh, "龙岗区此前主办1次，上次为2023-03-10，已隔496天");
}

#[test]
fn a_swapped_working_saturday_is_used_and_named_and_a_holiday_is_not() {
    let mut problem = shenzhen();
    problem.stops.truncate(1);
    problem.stops[0].from = Some(date("2024-05-01"));
    problem.stops[0].to = Some(date("2024-05-12"));
    problem.taken = ["06", "07", "08", "09", "10"]
        .map(|day| Taken {
            date: date(&format!("2024-05-{day}")),
            label: "高交会".into(),
            host: None,
        })
        .to_vec();
    let answer = plan(&problem).unwrap();
    assert_eq!(answer.stops[0].date, date("2024-05-11"));
    let said = answer.stops[0].reasons.iter().find(|r| r.part == Part::Date).unwrap();
    assert!(said.words.zh.starts_with("2024-05-11（调休上班）"), "{}", said.words.zh);
    problem.working_days.pop();
    let answer = plan(&problem).unwrap();
    assert_eq!(answer.status, Status::Impossible);
    let kinds: Vec<DemandKind> = answer.conflict.iter().map(|item| item.kind).collect();
    let mut want = vec![DemandKind::Season, DemandKind::Calendar, DemandKind::Window];
    want.extend([DemandKind::Taken; 5]);
    assert_eq!(kinds, want);
}

#[test]
fn ten_districts_in_two_years_differ_by_one_hosting_at_most() {
    for stops in [8, 10, 17, 20, 24, 35] {
        let mut hosts: Vec<Host> =
            (1..=10).map(|i| host(&format!("d{i:02}"), &format!("第{i}区"))).collect();
        for (i, host) in hosts.iter_mut().enumerate().skip(6) {
            host.past = vec![date("2024-01-01") + TimeDelta::days(i64::try_from(i).unwrap() * 30)];
        }
        let problem = season("2025-01-01", "2026-12-31", hosts, stops);
        let answer = plan(&problem).unwrap();
        let figures = answer.figures.unwrap();
        assert!(figures.difference <= 1, "{stops} stops: {}", figures.difference);
        assert_eq!(figures.difference, figures.difference_bound, "{stops} stops");
        assert_eq!(answer.stops.len(), stops);
    }
}

#[test]
fn a_host_with_twice_the_weight_hosts_twice_as_often() {
    let mut hosts = vec![host("a", "甲"), host("b", "乙"), host("c", "丙")];
    hosts[0].weight = 2;
    let answer = plan(&season("2025-01-01", "2025-12-31", hosts, 8)).unwrap();
    let planned: Vec<u64> = answer.figures.unwrap().hosts.iter().map(|h| h.planned).collect();
    assert_eq!(planned, [4, 2, 2]);
}

#[test]
fn themes_go_where_needs_and_gaps_are_within_their_limits() {
    let mut problem = season("2025-01-01", "2025-12-31", vec![host("a", "甲"), host("b", "乙")], 2);
    problem.themes = ["sea", "chip"]
        .map(|id| Theme { id: id.into(), name: id.into(), max_stops: Some(1) })
        .to_vec();
    let density = |host: &str, theme: &str, needs, gaps| Density {
        host: host.into(),
        theme: theme.into(),
        needs,
        gaps,
    };
    problem.density =
        vec![density("a", "sea", 9, 1), density("a", "chip", 8, 0), density("b", "sea", 9, 0)];
    let answer = plan(&problem).unwrap();
    let theme_of = |answer: &Answer, host: &str| {
        answer.stops.iter().find(|s| s.hosts == [host]).unwrap().theme.clone().unwrap()
    };
    assert_eq!((theme_of(&answer, "a"), theme_of(&answer, "b")), ("chip".into(), "sea".into()));
    assert_eq!(answer.figures.as_ref().unwrap().levels.theme_points, 17);
    problem.stops.push(stop("s3"));
    let kinds: Vec<DemandKind> =
        plan(&problem).unwrap().conflict.iter().map(|item| item.kind).collect();
    assert_eq!(kinds, [DemandKind::Season, DemandKind::Limit, DemandKind::Limit]);
}

#[test]
fn the_smallest_venue_that_seats_everybody_and_is_free_is_taken() {
    let mut a = host("a", "甲");
    let venue =
        |id: &str, capacity, taken| Venue { id: id.into(), name: id.into(), capacity, taken };
    a.venues = vec![venue("big", 500, vec![]), venue("hall", 200, vec![date("2025-03-03")])];
    let mut problem = season("2025-03-03", "2025-03-03", vec![a], 1);
    problem.stops[0].attendees = 120;
    assert_eq!(plan(&problem).unwrap().stops[0].venue.as_deref(), Some("big"));
    problem.hosts[0].venues[1].taken.clear();
    assert_eq!(plan(&problem).unwrap().stops[0].venue.as_deref(), Some("hall"));
    problem.stops[0].attendees = 501;
    let answer = plan(&problem).unwrap();
    assert_eq!(answer.conflict.len(), 2);
    assert_eq!(answer.conflict[1].kind, DemandKind::Venue);
    assert_eq!(answer.conflict[1].id.as_deref(), Some("s1"));
}

fn placed(answer: &Answer) -> Vec<Placed> {
    let place = |s: &lianmeng_planning::season::PlannedStop| Placed {
        stop: s.stop.clone(),
        hosts: s.hosts.clone(),
        date: s.date,
        theme: s.theme.clone(),
        venue: s.venue.clone(),
    };
    answer.stops.iter().map(place).collect()
}

#[test]
fn nothing_changes_without_a_reason_and_one_change_moves_nothing_else() {
    let mut problem = shenzhen();
    let first = plan(&problem).unwrap();
    problem.previous = placed(&first);
    let again = plan(&problem).unwrap();
    assert_eq!(placed(&again), placed(&first));
    assert_eq!(again.figures.unwrap().levels.changed, 0);

    problem.taken = vec![Taken { date: first.stops[1].date, label: "两会".into(), host: None }];
    let moved = plan(&problem).unwrap();
    let changed: Vec<Vec<Part>> = moved.stops.iter().map(|s| s.changed.clone()).collect();
    assert_eq!(changed, [vec![], vec![Part::Date], vec![], vec![]]);
    assert_eq!(hosts_of(&moved), hosts_of(&first));

    // Somebody fixes the last stop in the summer: it takes its place there, others stay.
    problem.taken.clear();
    problem.stops[3].date = Some(date("2024-08-12"));
    problem.stops[3].hosts = vec!["nanshan".into()];
    let edited = plan(&problem).unwrap();
    let order: Vec<&str> = edited.stops.iter().map(|s| s.stop.as_str()).collect();
    assert_eq!(order, ["s1", "s2", "s4", "s3"]);
    assert_eq!(edited.figures.unwrap().levels.changed, 1);
}

#[test]
fn a_new_stop_joins_and_the_old_ones_stay() {
    let mut problem = shenzhen();
    let first = plan(&problem).unwrap();
    problem.previous = placed(&first);
    problem.stops.push(stop("s5"));
    let answer = plan(&problem).unwrap();
    let kept: Vec<Placed> = placed(&answer).into_iter().filter(|p| p.stop != "s5").collect();
    assert_eq!(kept, placed(&first));
    assert_eq!(answer.figures.unwrap().levels.changed, 0);
}

#[test]
fn fixed_dates_too_close_to_each_other_are_named() {
    let mut problem = shenzhen();
    problem.stops[1].date = Some(date("2024-06-03"));
    problem.stops[2].date = Some(date("2024-06-14"));
    let answer = plan(&problem).unwrap();
    let items: Vec<(DemandKind, Option<&str>)> =
        answer.conflict.iter().map(|item| (item.kind, item.id.as_deref())).collect();
    assert_eq!(
        items,
        [
            (DemandKind::Season, None),
            (DemandKind::Spacing, None),
            (DemandKind::Date, Some("s2")),
            (DemandKind::Date, Some("s3")),
        ]
    );
    assert_eq!(answer.conflict[1].words.zh, "两站至少间隔21天；请缩短间隔");
}

#[test]
fn input_that_makes_no_sense_is_refused_with_its_place() {
    let said = |text: &str| parse(text).unwrap_err().to_string();
    let body = r#"{"from":"2024-01-01","to":"2024-03-01","workingDays":[],"hosts":[{"id":"a","name":"A"}],"stops":[{"id":"x"}]}"#;
    assert!(parse(body).is_ok());
    assert_eq!(
        said(&body.replace(r#"{"id":"x"}"#, r#"{"id":"x","hosts":["b"]}"#)),
        "stops[0].hosts[0]: b is not the id of any of hosts"
    );
    assert!(said(&body.replace(r#""name""#, r#""nmae""#)).starts_with("line 1, column "));
    assert_eq!(
        said(&body.replace("2024-03-01", "2023-03-01")),
        "to: 2023-03-01 is before 2024-01-01; give a later day"
    );
    assert_eq!(
        said(&body.replace(r#"{"id":"x"}"#, r#"{"id":"x"},{"id":"x"}"#)),
        "stops[1].id: x is already the id of stops[0]; use another"
    );
}

#[test]
fn the_examples_of_the_docs_are_read() {
    let docs = include_str!("../../../docs/season-and-sessions.md");
    let blocks: Vec<&str> =
        docs.split("```json").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [season, groups, proposal, visits] = blocks[..] else { panic!("{} blocks", blocks.len()) };
    assert_eq!(parse(season).unwrap().stops.len(), 2);
    assert_eq!(lianmeng_planning::groups::parse(groups).unwrap().groups, Some(6));
    assert_eq!(lianmeng_planning::proposal::parse(proposal).unwrap().people.len(), 2);
    assert_eq!(lianmeng_planning::visits::parse(visits).unwrap().arrive_by, 870);
}
