//! What the database counts is what the rules say of each need.

use chrono::TimeDelta;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::figures::{Course, Figure, Verdict, judge};
use lianmeng_domain::lamp::{Lamp, SUQIAN};
use lianmeng_domain::need::rules::{self, DispatchOrder, Verdict as Stars};
use lianmeng_domain::need::{CityRecord, Need, NeedTrace, Rating};
use lianmeng_domain::organisation::{Organisation, OrganisationKind};
use sea_orm::{DatabaseConnection, Statement};

use super::*;
use crate::{enterprise, need, organisation};

/// Steele's `SplitMix64`: numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    /// An hour of the next twelve days, or nothing.
    fn hour(&mut self) -> Option<DateTime<Utc>> {
        let hour = i64::try_from(self.roll(400)).unwrap();
        (hour < 288).then(|| at(hour))
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap()
}

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_751_328_000 + hour * 3_600, 0).unwrap()
}

async fn world() -> DatabaseConnection {
    let db = lianmeng_testkit::database().await;
    for number in 1..=9_u128 {
        let firm = Enterprise {
            id: number.into(),
            credit_code: None,
            external_id: None,
            name: format!("企业{number}"),
            short_name: None,
            aliases: Vec::new(),
            ownership: None,
            parent: None,
            place: None,
            industry: None,
            tiers: Vec::new(),
            is_lead_firm: false,
            is_flagship: false,
            is_above_scale: None,
            is_example: true,
            version: 1,
        };
        enterprise::insert(&db, &firm).await.unwrap();
    }
    for number in [7, 8] {
        let unit = Organisation {
            id: OrganisationId::from(number),
            external_id: None,
            name: format!("单位{number}"),
            kind: OrganisationKind::Department,
            place: None,
            services: String::new(),
            is_example: true,
            version: 1,
        };
        organisation::insert(&db, &unit).await.unwrap();
    }
    db
}

/// A need in which anything may have happened at any time.
fn any_need(dice: &mut Dice, number: u128) -> Need {
    let stage = NeedStage::ALL[usize::try_from(dice.roll(17)).unwrap()];
    let rated_at = dice.hour();
    let imported_at = dice.hour();
    Need {
        stage,
        kind: NeedKind::ALL[usize::try_from(dice.roll(3)).unwrap()],
        handler: Some(OrganisationId::from(7 + u128::from(dice.roll(2)))),
        dispatched_at: dice.hour(),
        due_at: dice.hour(),
        rating: rated_at.map(|_| Rating::new(1 + i32::try_from(dice.roll(5)).unwrap()).unwrap()),
        city: imported_at.map(|at| CityRecord {
            number: format!("C{number}"),
            status: "受理".to_owned(),
            at,
        }),
        trace: NeedTrace {
            submitted_at: Some(at(i64::try_from(dice.roll(288)).unwrap())),
            confirmed_at: None,
            responded_at: dice.hour(),
            progress_at: dice.hour(),
            answered_at: dice.hour(),
            rated_at,
            closed_at: dice.hour(),
        },
        ..Need::blank(number.into(), EnterpriseId::from(1 + u128::from(dice.roll(9))), at(0))
    }
}

fn course(need: &Need) -> Course {
    Course {
        responded_at: need.trace.responded_at,
        dispatched_at: need.dispatched_at,
        due_at: need.due_at,
        answered_at: need.trace.answered_at,
        rated_at: need.trace.rated_at,
        rating: need.rating.map(Rating::stars),
        closed_at: need.trace.closed_at,
        imported_at: need.city.as_ref().map(|city| city.at),
    }
}

fn rate(needs: &[&Need], figure: Figure, as_of: AsOf) -> Rate {
    let mut rate = Rate::default();
    for need in needs {
        // Dispatched after that moment: not dispatched yet, and nothing came of it.
        let course = course(need);
        let course = if course.dispatched_at.is_some_and(|at| at >= as_of.end) {
            let Course { responded_at, closed_at, imported_at, .. } = course;
            Course { responded_at, closed_at, imported_at, ..Course::default() }
        } else {
            course
        };
        match judge(figure, &course, as_of) {
            Verdict::Yes => {
                rate.numerator += 1;
                rate.denominator += 1;
            }
            Verdict::No => rate.denominator += 1,
            Verdict::Pending => {
                rate.pending += 1;
                rate.denominator += u64::from(figure == Figure::Imported);
            }
            Verdict::Out => {}
        }
    }
    rate
}

fn expected(needs: &[&Need], as_of: AsOf) -> Figures {
    let mut enterprises: Vec<_> = needs.iter().map(|need| need.enterprise).collect();
    enterprises.sort_unstable();
    enterprises.dedup();
    Figures {
        needs: count(needs.len()),
        enterprises: count(enterprises.len()),
        response: rate(needs, Figure::Response, as_of),
        resolution: rate(needs, Figure::Resolution, as_of),
        satisfaction: rate(needs, Figure::Satisfaction, as_of),
        on_time: rate(needs, Figure::OnTime, as_of),
        imported: rate(needs, Figure::Imported, as_of),
    }
}

async fn ask(db: &DatabaseConnection, as_of: AsOf, division: Division) -> Vec<(String, Figures)> {
    let question = Question {
        whose: &Visibility::All,
        filter: &StatsFilter::default(),
        period: (at(0), at(240)),
        as_of,
    };
    stats(db, &question, division, 100).await.unwrap()
}

#[tokio::test]
async fn the_database_counts_what_the_rules_say() {
    let db = world().await;
    let mut dice = Dice(7);
    let needs: Vec<Need> = (1..=400).map(|number| any_need(&mut dice, number)).collect();
    for one in &needs {
        need::insert(&db, one).await.unwrap();
    }
    let within = |as_of: AsOf, need: &&Need| {
        let submitted = need.trace.submitted_at.unwrap();
        submitted < at(240) && submitted < as_of.end
    };
    for hour in [24, 100, 150, 201, 288, 1_000] {
        for clock in [hour - 24, hour] {
            let as_of = AsOf { end: at(hour), clock: at(clock) };
            let counted: Vec<&Need> = needs.iter().filter(|need| within(as_of, need)).collect();
            let whole = ask(&db, as_of, Division::Whole).await;
            assert_eq!(whole, [(String::new(), expected(&counted, as_of))], "hour {hour}");
            for (word, figures) in ask(&db, as_of, Division::Kind).await {
                let of_kind: Vec<&Need> =
                    counted.iter().copied().filter(|need| need.kind.word() == word).collect();
                assert_eq!(figures, expected(&of_kind, as_of), "{word} at hour {hour}");
            }
            let months: Vec<_> = ask(&db, as_of, Division::Month).await;
            assert_eq!(months.len(), 1);
            assert_eq!(months[0].0, "2025-07", "the period lies in July in China");
        }
    }
}

#[tokio::test]
async fn a_month_begins_at_midnight_in_china() {
    let db = world().await;
    // 2025-07-31 15:59 and 16:00 UTC.
    let midnight = at(31 * 24 - 8);
    for (number, submitted_at) in [(1, midnight - TimeDelta::minutes(1)), (2, midnight)] {
        let blank = Need::blank(NeedId::from(number), EnterpriseId::from(1), at(0));
        let trace = NeedTrace { submitted_at: Some(submitted_at), ..blank.trace };
        let need = Need { stage: NeedStage::Submitted, trace, ..blank };
        need::insert(&db, &need).await.unwrap();
    }
    let as_of = AsOf { end: at(2_000), clock: at(2_000) };
    let question = Question {
        whose: &Visibility::All,
        filter: &StatsFilter::default(),
        period: (at(0), at(2_000)),
        as_of,
    };
    let months = stats(&db, &question, Division::Month, 100).await.unwrap();
    let counted: Vec<_> = months.iter().map(|(month, one)| (month.as_str(), one.needs)).collect();
    assert_eq!(counted, [("2025-07", 1), ("2025-08", 1)]);
}

#[tokio::test]
async fn a_second_round_and_a_second_number_leave_the_answers_of_before_as_they_were() {
    let db = world().await;
    let (first, second) = (OrganisationId::from(7), OrganisationId::from(8));
    let blank = Need::blank(NeedId::from(1), EnterpriseId::from(1), at(0));
    let trace = NeedTrace { submitted_at: Some(at(0)), ..blank.trace };
    let mut need = Need { stage: NeedStage::Triaged, trace, ..blank };
    need::insert(&db, &need).await.unwrap();
    let send = |unit, due| DispatchOrder { handler: unit, due_at: Some(at(due)), basis: None };
    let told =
        |hour| CityRecord { number: "C1".to_owned(), status: "办理".to_owned(), at: at(hour) };
    let stars = |n| Stars { rating: Rating::new(n).unwrap(), consent: None };
    let mut seen = Vec::new();
    for hour in 1..=20 {
        need = match hour {
            1 => rules::dispatch(&need, &send(first, 6), at(1)).unwrap(),
            2 => rules::accept(&need, at(2)).unwrap(),
            3 => rules::mirror(&rules::start(&need, at(3)).unwrap(), &told(3)).unwrap(),
            4 => rules::answer(&need, "一", at(4)).unwrap(),
            7 => rules::rate(&need, &stars(2), at(7)).unwrap(),
            9 => rules::dispatch(&need, &send(second, 15), at(9)).unwrap(),
            11 => rules::accept(&need, at(11)).unwrap(),
            12 => rules::mirror(&rules::start(&need, at(12)).unwrap(), &told(12)).unwrap(),
            13 => rules::answer(&need, "二", at(13)).unwrap(),
            16 => rules::rate(&need, &stars(5), at(16)).unwrap(),
            18 => rules::close(&need, at(18)).unwrap(),
            _ => need,
        };
        need::save(&db, &need).await.unwrap();
        need.version += 1;
        // The end of the hour, so that what was done in it counts.
        let end = at(hour) + TimeDelta::minutes(59);
        let as_of = AsOf { end, clock: end };
        seen.push((as_of, ask(&db, as_of, Division::Handler).await));
    }
    for (as_of, then) in &seen {
        assert_eq!(ask(&db, *as_of, Division::Handler).await, *then, "{as_of:?}");
    }
    let satisfaction = |hour: usize| {
        let (word, figures) = &seen[hour - 1].1[0];
        let Rate { numerator, denominator, pending } = figures.satisfaction;
        (word.clone(), numerator, denominator, pending)
    };
    assert_eq!(satisfaction(8), (first.to_string(), 0, 1, 0), "badly rated");
    assert_eq!(satisfaction(10), (second.to_string(), 0, 0, 0), "a new round");
    assert_eq!(satisfaction(14), (second.to_string(), 0, 0, 1), "answered, not rated");
    assert_eq!(satisfaction(19), (second.to_string(), 1, 1, 0));
}

#[tokio::test]
async fn lamps_are_counted_as_the_rules_light_them() {
    let db = world().await;
    let mut dice = Dice(11);
    let needs: Vec<Need> = (1..=300).map(|number| any_need(&mut dice, number)).collect();
    for one in &needs {
        need::insert(&db, one).await.unwrap();
    }
    let lamp = |need: &Need, now| need.lamp_facts().lamp(&SUQIAN, now);
    for hour in [0, 60, 120, 200, 290, 600] {
        let now = at(hour);
        let found = standings(&db, None, now).await.unwrap();
        let shining = |wanted| {
            let lit = needs.iter().filter(|need| need.stage != NeedStage::Draft);
            count(lit.filter(|need| lamp(need, now) == wanted).count())
        };
        let sum = |of: fn(&Standing) -> u64| found.iter().map(of).sum::<u64>();
        assert_eq!(
            (sum(|one| one.red), sum(|one| one.yellow), sum(|one| one.blue)),
            (shining(Lamp::Red), shining(Lamp::Yellow), shining(Lamp::Blue)),
            "hour {hour}"
        );
        let late = late(&db, Eyes::ALL, None, (now, 1_000)).await.unwrap();
        assert_eq!(count(late.len()), sum(|one| one.red));
        let dues: Vec<_> = late.iter().map(|seen| seen.need.due_at).collect();
        assert!(dues.is_sorted(), "{dues:?}");
    }
}

#[tokio::test]
async fn the_overview_is_answered_from_indexes_alone() {
    let db = world().await;
    if db.get_database_backend() != DbBackend::Sqlite {
        // PostgreSQL reads a small table as it is, whatever its indexes.
        return;
    }
    let plan = async |sql: &str| -> String {
        let ask = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {sql}"));
        let rows = db.query_all_raw(ask).await.unwrap();
        let lines: Vec<String> =
            rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
        lines.join("; ")
    };
    let counts = plan(
        "SELECT stage, handler_id, count(*), count(CASE WHEN lit_red_at < 'x' THEN 1 END), \
         count(CASE WHEN lit_yellow_at <= 'x' THEN 1 END), count(CASE WHEN lit_blue_at <= 'x' THEN 1 END) \
         FROM needs WHERE stage <> 'draft' AND committee_id = 'c' \
         GROUP BY stage, handler_id ORDER BY stage, handler_id",
    )
    .await;
    assert!(counts.contains("COVERING INDEX") && !counts.contains("TEMP B-TREE"), "{counts}");
    let late =
        plan("SELECT * FROM needs WHERE lit_red_at < 'x' ORDER BY lit_red_at, id LIMIT 20").await;
    assert!(late.contains("ix_needs_lit_red_at_id") && !late.contains("TEMP B-TREE"), "{late}");
}
