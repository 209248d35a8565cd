//! The calendar against the official tables of 2024 to 2026.

use proptest::prelude::*;

use super::*;

/// The shipped tables.
pub(crate) fn calendar() -> WorkCalendar {
    [2024, 2025, 2026].into_iter().map(year).collect()
}

fn year(number: i32) -> CalendarYear {
    CalendarYear::new(number, days(number), OfficeHours::default(), String::new()).unwrap()
}

fn days(year: i32) -> Vec<CalendarDay> {
    let rows = include_str!("../../../../codes/workdays.csv").lines().skip(1);
    rows.map(|row| row.split(',').collect::<Vec<_>>())
        .filter(|row| row[0] == year.to_string())
        .map(|row| CalendarDay {
            date: row[1].parse().unwrap(),
            is_working: row[2] == "workday",
            name: row[3].to_owned(),
        })
        .collect()
}

/// A local time of 2026, such as `03-02 09:00`.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    on(&format!("2026-{text}"))
}

/// A local time, such as `2026-03-02 09:00`, with seconds if it has them.
fn on(text: &str) -> DateTime<Utc> {
    let text = if text.len() == 16 { format!("{text}:00") } else { text.to_owned() };
    utc(NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S").unwrap())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn off(date: &str) -> CalendarDay {
    CalendarDay { date: day(date), is_working: false, name: String::new() }
}

fn swapped(date: &str) -> CalendarDay {
    CalendarDay { date: day(date), is_working: true, name: String::new() }
}

#[test]
fn each_shipped_year_has_as_many_working_days_as_the_notices_make() {
    let calendar = calendar();
    for (year, want) in [(2024, 251), (2025, 248), (2026, 248)] {
        let first = NaiveDate::from_yo_opt(year, 1).unwrap();
        let days = first.iter_days().take_while(|date| date.year() == year);
        let working = days.filter(|date| calendar.is_working_day(*date).unwrap()).count();
        assert_eq!(working, want, "{year}");
    }
}

#[test]
fn holidays_rest_swapped_weekends_work_and_other_days_follow_the_week() {
    let cases = [
        ("2026-03-02", true, "Monday"),
        ("2026-03-07", false, "Saturday"),
        ("2026-02-28", true, "Saturday, swapped for Spring Festival"),
        ("2026-02-14", true, "Saturday, swapped for Spring Festival"),
        ("2026-01-04", true, "Sunday, swapped for New Year"),
        ("2026-09-20", true, "Sunday, swapped for National Day"),
        ("2026-02-23", false, "Monday, Spring Festival"),
        ("2026-10-07", false, "Wednesday, National Day"),
        ("2026-10-08", true, "Thursday after it"),
        ("2025-10-11", true, "Saturday, swapped"),
        ("2024-05-11", true, "Saturday, swapped"),
        ("2024-02-09", true, "New Year's Eve by the moon of 2024 was no holiday"),
    ];
    for (date, want, why) in cases {
        assert_eq!(calendar().is_working_day(day(date)), Ok(want), "{date} {why}");
    }
}

#[test]
fn the_office_is_open_from_the_minute_it_opens_before_the_one_it_closes() {
    let cases = [
        ("03-02 08:59:59", false),
        ("03-02 09:00:00", true),
        ("03-02 11:59:59", true),
        ("03-02 12:00:00", false),
        ("03-02 13:59:59", false),
        ("03-02 14:00:00", true),
        ("03-02 17:59:59", true),
        ("03-02 18:00:00", false),
        ("03-07 10:00:00", false),
        ("02-28 10:00:00", true),
        ("02-23 10:00:00", false),
    ];
    for (moment, want) in cases {
        assert_eq!(calendar().is_working(at(moment)), Ok(want), "{moment}");
    }
}

#[test]
fn working_minutes_pass_only_while_the_office_is_open() {
    // From, minutes, until, why.
    let cases = [
        ("2026-03-02 09:00", 60, "2026-03-02 10:00", "within the morning"),
        ("2026-03-02 09:07", 60, "2026-03-02 10:07", "to the minute"),
        ("2026-03-02 09:07:31", 60, "2026-03-02 10:07:31", "and to the second"),
        ("2026-03-02 11:30", 60, "2026-03-02 14:30", "across lunch"),
        ("2026-03-02 12:00", 60, "2026-03-02 15:00", "at the stroke of noon"),
        ("2026-03-02 12:45", 60, "2026-03-02 15:00", "at lunch"),
        ("2026-03-02 11:00", 60, "2026-03-02 12:00", "ends when the morning does"),
        ("2026-03-02 17:00", 60, "2026-03-02 18:00", "ends when the day does"),
        ("2026-03-02 17:00", 61, "2026-03-03 09:01", "a minute into the next day"),
        ("2026-03-02 06:00", 60, "2026-03-02 10:00", "before hours"),
        ("2026-03-02 22:00", 60, "2026-03-03 10:00", "after hours"),
        ("2026-03-02 18:00", 60, "2026-03-03 10:00", "as it closes"),
        ("2026-03-06 17:30", 60, "2026-03-09 09:30", "Friday evening to Monday"),
        ("2026-02-27 17:30", 60, "2026-02-28 09:30", "Friday to a Saturday that works"),
        ("2026-02-14 17:30", 60, "2026-02-24 09:30", "over Spring Festival"),
        ("2026-02-18 10:00", 60, "2026-02-24 10:00", "on a holiday"),
        ("2025-12-31 17:30", 60, "2026-01-04 09:30", "over the end of the year, to a Sunday"),
        ("2026-03-02 09:00", 420, "2026-03-02 18:00", "a whole day"),
        ("2026-03-02 09:00", 2_100, "2026-03-06 18:00", "a whole week"),
        ("2026-03-07 10:00", 0, "2026-03-07 10:00", "nothing"),
    ];
    let calendar = calendar();
    for (from, minutes, until, why) in cases {
        assert_eq!(calendar.add_minutes(on(from), minutes), Ok(on(until)), "{from}: {why}");
    }
}

#[test]
fn working_days_do_not_count_the_first_and_end_with_the_office_hours_of_the_last() {
    let cases = [
        ("2026-03-02 00:00", 1, "2026-03-03 18:00", "at midnight"),
        ("2026-03-02 09:00", 1, "2026-03-03 18:00", "in the morning"),
        ("2026-03-02 12:30", 1, "2026-03-03 18:00", "at lunch"),
        ("2026-03-02 23:59", 1, "2026-03-03 18:00", "after hours"),
        ("2026-03-06 23:59", 1, "2026-03-09 18:00", "on a Friday"),
        ("2026-03-07 10:00", 1, "2026-03-09 18:00", "on a Saturday"),
        ("2026-03-08 10:00", 1, "2026-03-09 18:00", "on a Sunday"),
        ("2026-02-27 10:00", 1, "2026-02-28 18:00", "to a Saturday that works"),
        ("2026-02-28 10:00", 1, "2026-03-02 18:00", "on a Saturday that works"),
        ("2026-02-13 10:00", 2, "2026-02-24 18:00", "over Spring Festival"),
        ("2026-09-30 10:00", 4, "2026-10-12 18:00", "over National Day, with Saturday the 10th"),
        ("2025-12-31 10:00", 2, "2026-01-05 18:00", "over the end of the year"),
        ("2026-12-30 10:00", 1, "2026-12-31 18:00", "up to the end of the year"),
        ("2026-03-02 09:00", 0, "2026-03-02 09:00", "none"),
    ];
    let calendar = calendar();
    for (from, days, until, why) in cases {
        assert_eq!(calendar.add_days(on(from), days), Ok(on(until)), "{from}: {why}");
    }
}

#[test]
fn working_minutes_between_two_moments_leave_lunch_nights_and_days_off_out() {
    let cases = [
        ("2026-03-02 09:00", "2026-03-02 18:00", 420),
        ("2026-03-02 11:59", "2026-03-02 14:01", 2),
        ("2026-03-02 12:00", "2026-03-02 14:00", 0),
        ("2026-03-06 17:59", "2026-03-09 09:01", 2),
        ("2026-02-14 09:00", "2026-02-24 18:00", 840),
        ("2025-12-31 17:59", "2026-01-04 09:01", 2),
        ("2026-03-02 10:00:00", "2026-03-02 10:00:59", 0),
        ("2026-03-02 10:00", "2026-03-02 09:00", 0),
        ("2026-03-09 10:00", "2026-03-02 09:00", 0),
    ];
    let calendar = calendar();
    for (from, until, want) in cases {
        assert_eq!(calendar.minutes_between(on(from), on(until)), Ok(want), "{from} to {until}");
    }
}

#[test]
fn a_year_that_is_not_loaded_is_an_error_with_the_next_step() {
    let calendar = calendar();
    let unknown = |year| CalendarError::YearNotLoaded { year };
    assert_eq!(calendar.is_working_day(day("2027-01-04")), Err(unknown(2027)));
    assert_eq!(calendar.is_working_day(day("2023-12-29")), Err(unknown(2023)));
    assert_eq!(calendar.add_minutes(on("2026-12-31 17:30"), 60), Err(unknown(2027)));
    assert_eq!(calendar.add_days(on("2026-12-30 10:00"), 2), Err(unknown(2027)));
    assert_eq!(
        calendar.minutes_between(on("2023-12-31 10:00"), on("2024-01-02 10:00")),
        Err(unknown(2023))
    );
    assert!(calendar.add_minutes(on("2026-12-31 17:00"), 60).is_ok(), "it ends in time");
    assert_eq!(
        unknown(2027).to_string(),
        "the working-day calendar of 2027 is not loaded; an administrator imports the official \
         table with `lianmeng calendar import FILE` or the mutation workCalendarImport"
    );
}

#[test]
fn a_notice_may_swap_days_of_the_december_before() {
    // As the notice for 2019 did: Monday 31 December 2018 rested, Saturday the 29th worked.
    let old = CalendarYear::new(2018, [off("2018-01-01")], OfficeHours::default(), String::new());
    let new = [swapped("2018-12-29"), off("2018-12-31"), off("2019-01-01")];
    let new = CalendarYear::new(2019, new, OfficeHours::default(), String::new());
    let (old, new) = (old.unwrap(), new.unwrap());
    let without = WorkCalendar::from_iter([old.clone()]);
    assert_eq!(without.is_working_day(day("2018-12-31")), Ok(true));
    let with = WorkCalendar::from_iter([old, new]);
    assert_eq!(with.is_working_day(day("2018-12-31")), Ok(false));
    assert_eq!(with.is_working_day(day("2018-12-29")), Ok(true));
    let alone = WorkCalendar::from_iter([year(2026)]);
    let unknown = Err(CalendarError::YearNotLoaded { year: 2025 });
    assert_eq!(alone.is_working_day(day("2025-12-31")), unknown, "December alone is no year");
}

#[test]
fn a_table_is_of_one_year_names_each_day_once_and_swaps_weekends() {
    let table =
        |days: Vec<CalendarDay>| CalendarYear::new(2026, days, OfficeHours::default(), "s".into());
    let cases = [
        (vec![off("2027-01-01")], CalendarError::OtherYear { date: day("2027-01-01"), year: 2026 }),
        (vec![off("2025-11-30")], CalendarError::OtherYear { date: day("2025-11-30"), year: 2026 }),
        (
            vec![off("2026-01-01"), off("2026-01-01")],
            CalendarError::DayTwice { date: day("2026-01-01") },
        ),
        (
            vec![off("2026-01-01"), swapped("2026-03-02")],
            CalendarError::OrdinaryWorkday { date: day("2026-03-02") },
        ),
        (vec![swapped("2026-01-04")], CalendarError::NoHoliday { year: 2026 }),
        (vec![off("2025-12-31")], CalendarError::NoHoliday { year: 2026 }),
        (Vec::new(), CalendarError::NoHoliday { year: 2026 }),
    ];
    for (days, want) in cases {
        assert_eq!(table(days), Err(want));
    }
    let early = CalendarYear::new(1991, [], OfficeHours::default(), String::new());
    assert_eq!(early, Err(CalendarError::YearRange(1991)));
    let day = CalendarError::OrdinaryWorkday { date: day("2026-03-02") };
    assert!(day.to_string().starts_with("2026-03-02 is a Mon and works anyway"), "{day}");
}

#[test]
fn office_hours_are_intervals_in_order_and_apart() {
    let hours = OfficeHours::default();
    assert_eq!(hours.texts(), ["09:00-12:00", "14:00-18:00"]);
    assert_eq!(OfficeHours::parse(&hours.texts()), Ok(hours.clone()));
    assert_eq!(hours.minutes(), 420);
    let round = OfficeHours::parse(&["00:00-24:00"]).unwrap();
    assert_eq!(round.minutes(), 1_440);
    let none: [&str; 0] = [];
    assert!(OfficeHours::parse(&none).is_err());
    for wrong in [
        &["9:00-12:00"][..],
        &["09:00"],
        &["09:60-12:00"],
        &["09:00-24:01"],
        &["+9:00-12:00"],
        &["12:00-09:00"],
        &["09:00-09:00"],
        &["14:00-18:00", "09:00-12:00"],
        &["09:00-12:00", "12:00-18:00"],
        &["09:00-12:00"; 9],
    ] {
        let error = OfficeHours::parse(wrong).unwrap_err();
        assert!(matches!(error, CalendarError::Hours { .. }), "{wrong:?}");
    }
}

#[test]
fn other_office_hours_move_the_deadlines() {
    let hours = OfficeHours::parse(&["08:30-11:30", "13:00-15:00", "15:30-17:30"]).unwrap();
    let year = CalendarYear::new(2026, days(2026), hours, String::new()).unwrap();
    let calendar = WorkCalendar::from_iter([year]);
    assert_eq!(calendar.add_minutes(at("03-02 14:45"), 60), Ok(at("03-02 16:15")));
    assert_eq!(calendar.add_days(at("03-02 14:45"), 1), Ok(at("03-03 17:30")));
}

/// A moment of 2024 to the middle of 2026, in seconds.
fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    let from = on("2024-01-01 00:00").timestamp();
    let until = on("2026-07-01 00:00").timestamp();
    (from..until).prop_map(|at| DateTime::from_timestamp(at, 0).unwrap())
}

proptest! {
    #[test]
    fn what_was_added_is_what_is_measured(from in moment(), minutes in 0_u32..20_000) {
        let calendar = calendar();
        let until = calendar.add_minutes(from, minutes).unwrap();
        prop_assert_eq!(
            calendar.working_time(from, until).unwrap(), TimeDelta::minutes(minutes.into())
        );
        if minutes > 0 {
            let before = until - TimeDelta::seconds(1);
            let short = calendar.working_time(from, before).unwrap();
            prop_assert!(short < TimeDelta::minutes(minutes.into()), "the earliest such moment");
        }
    }

    #[test]
    fn days_added_are_days_measured(from in moment(), days in 0_u32..100) {
        let calendar = calendar();
        let until = calendar.add_days(from, days).unwrap();
        prop_assert_eq!(calendar.days_between(from, until).unwrap(), days);
    }

    #[test]
    fn who_begins_later_or_gets_more_ends_no_sooner(
        one in moment(), other in moment(), less in 0_u32..5_000, more in 0_u32..5_000,
    ) {
        let calendar = calendar();
        let (one, other) = (one.min(other), one.max(other));
        let end = |from, minutes| calendar.add_minutes(from, minutes).unwrap();
        prop_assert!(end(one, less) <= end(other, less));
        prop_assert!(end(one, less) <= end(one, less + more));
        let end = |from, days| calendar.add_days(from, days % 100).unwrap();
        prop_assert!(end(one, less) <= end(other, less));
        prop_assert!(end(one, less % 50) <= end(one, less % 50 + more % 50));
    }

    #[test]
    fn time_between_adds_up(a in moment(), b in moment(), c in moment()) {
        let calendar = calendar();
        let mut all = [a, b, c];
        all.sort();
        let [a, b, c] = all;
        let between = |from, until| calendar.working_time(from, until).unwrap();
        prop_assert_eq!(between(a, b) + between(b, c), between(a, c));
    }
}
