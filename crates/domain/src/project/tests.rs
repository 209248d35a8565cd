//! Rules of the ledger: tables, and properties that hold whatever is written first.

use chrono::{DateTime, Months, NaiveDate};
use proptest::prelude::*;

use super::finding::{self, Finding, FindingFacts, FindingKind};
use super::funnel::{self, CohortMember, Measure};
use super::lamp::{self, LampFacts, LampReason, LampRulesError, ProjectLamp, ProjectLampRules};
use super::ledger::{
    self, BlockerKind, DayEntry, DayKind, DayRecord, Days, Investment, LedgerError, Milestone,
    TeamMember, TeamRole,
};
use super::{Project, ProjectStage};
use crate::figures::Rate;
use crate::ids::{OrganisationId, ProjectId};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn project(stage: ProjectStage) -> Project {
    Project {
        id: ProjectId::from(1),
        external_id: None,
        name: "示例项目".to_owned(),
        summary: String::new(),
        domain: "D1".to_owned(),
        owner: None,
        region: None,
        amount_fen: None,
        stage,
        is_published: false,
        is_example: true,
        version: 1,
    }
}

fn record(number: i32, milestone: Milestone, kind: DayKind, on: &str) -> DayRecord {
    DayRecord {
        number,
        milestone,
        kind,
        on: Some(day(on)),
        recorded_at: DateTime::UNIX_EPOCH,
        recorded_by: "t".to_owned(),
    }
}

fn actual(entries: &[(Milestone, &str)]) -> Days {
    let records: Vec<DayRecord> = (1..)
        .zip(entries)
        .map(|(number, (milestone, on))| record(number, *milestone, DayKind::Actual, on))
        .collect();
    Days::of(&records)
}

fn planned(milestone: Milestone, on: &str) -> Days {
    Days::of(&[record(1, milestone, DayKind::Planned, on)])
}

#[test]
fn the_newest_record_counts_and_a_plan_can_be_taken_back() {
    let mut records = vec![
        record(1, Milestone::Started, DayKind::Planned, "2025-03-15"),
        record(2, Milestone::Started, DayKind::Planned, "2025-06-15"),
    ];
    let days = Days::of(records.iter().rev());
    assert_eq!(days.planned.get(&Milestone::Started), Some(&day("2025-06-15")));
    records.push(DayRecord { number: 3, on: None, ..records[0].clone() });
    assert_eq!(Days::of(&records), Days::default());
}

#[test]
fn an_actual_day_moves_a_project_on_and_never_back() {
    use ProjectStage::{Completed, Planned, Started};
    let today = day("2025-12-31");
    let entry =
        |milestone, on: &str| DayEntry { milestone, kind: DayKind::Actual, on: Some(day(on)) };
    let none = Days::default();
    let started = entry(Milestone::Started, "2025-05-01");
    for (stage, want) in [(Planned, Started), (Completed, Completed)] {
        let moved = ledger::record(&project(stage), &none, started, today).unwrap();
        assert_eq!(moved.stage, want, "{stage}");
    }
    let enrolled = entry(Milestone::Enrolled, "2025-05-01");
    assert_eq!(ledger::record(&project(Planned), &none, enrolled, today).unwrap().stage, Planned);

    let later = entry(Milestone::Started, "2026-01-01");
    let error = LedgerError::Future { on: day("2026-01-01"), today };
    assert_eq!(ledger::record(&project(Planned), &none, later, today), Err(error));
    let nothing = DayEntry { on: None, ..started };
    let refused = ledger::record(&project(Planned), &none, nothing, today);
    assert_eq!(refused, Err(LedgerError::DayMissing));
    let gone = ledger::record(&project(ProjectStage::Terminated), &none, started, today);
    assert_eq!(gone, Err(LedgerError::Terminated));

    let days = actual(&[(Milestone::Filed, "2025-06-01"), (Milestone::Enrolled, "2025-01-01")]);
    let error = LedgerError::OutOfOrder {
        milestone: Milestone::Started,
        on: day("2025-05-01"),
        other: Milestone::Filed,
        other_on: day("2025-06-01"),
    };
    assert_eq!(ledger::record(&project(Planned), &days, started, today), Err(error));
    let same = entry(Milestone::Started, "2025-06-01");
    assert!(
        ledger::record(&project(Planned), &days, same, today).is_ok(),
        "the same day is in order"
    );
}

#[test]
fn where_a_project_stood_follows_from_its_days_and_without_any_from_its_stage() {
    use ProjectStage::{Filed, Planned, Signed, Started, Terminated};
    let days = actual(&[(Milestone::Signed, "2025-01-10"), (Milestone::Started, "2025-03-01")]);
    for (as_of, want) in [
        ("2025-01-09", Planned),
        ("2025-01-10", Signed),
        ("2025-02-28", Signed),
        ("2025-03-01", Started),
    ] {
        assert_eq!(days.stage_at(Started, day(as_of)), want, "{as_of}");
    }
    assert!(days.reached(Milestone::Filed, day("2025-03-01")), "who started has filed");
    assert_eq!(Days::default().stage_at(Filed, day("2020-01-01")), Filed);
    let ended = actual(&[(Milestone::Signed, "2025-01-10"), (Milestone::Terminated, "2025-05-01")]);
    assert_eq!(ended.stage_at(Terminated, day("2025-04-30")), Signed);
    assert_eq!(ended.stage_at(Terminated, day("2025-05-01")), Terminated);
}

#[test]
fn a_missed_month_is_yellow_and_the_third_red() {
    use ProjectLamp::{Green, Red, Yellow};
    let rules = ProjectLampRules::yinchuan();
    let cases = [
        (Milestone::Started, "2025-03-31", Green),
        (Milestone::Started, "2025-04-01", Yellow),
        (Milestone::Started, "2025-05-31", Yellow),
        (Milestone::Started, "2025-06-01", Red),
        (Milestone::Enrolled, "2025-04-01", Yellow),
        (Milestone::Enrolled, "2025-05-01", Red),
        // Nothing is said of other milestones.
        (Milestone::Completed, "2026-05-01", Green),
    ];
    for (milestone, as_of, want) in cases {
        let days = planned(milestone, "2025-03-01");
        let facts = LampFacts { stage: ProjectStage::Signed, days: &days, investments: &[] };
        let (lamp, reasons) = lamp::lamp(facts, &rules, day(as_of)).unwrap();
        assert_eq!(lamp, want, "{milestone} {as_of}");
        assert_eq!(reasons.len(), usize::from(want != Green));
    }
    let days = planned(Milestone::Started, "2025-03-01");
    for (stage, want) in [
        (ProjectStage::Started, Some(Green)),
        (ProjectStage::Producing, None),
        (ProjectStage::Terminated, None),
    ] {
        let facts = LampFacts { stage, days: &days, investments: &[] };
        let lamp = lamp::lamp(facts, &rules, day("2025-09-01"));
        assert_eq!(lamp.map(|(lamp, _)| lamp), want, "{stage}");
    }
}

/// A year of which `planned` of 100 were to be paid in up to June and `paid` were.
fn year(planned: i64, paid: i64) -> Vec<Investment> {
    let month =
        |month, planned_fen, paid_fen| Investment { month: day(month), planned_fen, paid_fen };
    vec![month("2025-06-01", planned, paid), month("2025-12-01", 100_000 - planned, 0)]
}

#[test]
fn ten_points_behind_is_yellow_and_more_than_thirty_red() {
    use ProjectLamp::{Green, Red, Yellow};
    let rules = ProjectLampRules::yinchuan();
    let none = Days::default();
    let cases = [
        (60_000, 60_000, Green),
        (60_000, 50_001, Green),
        (60_000, 50_000, Yellow),
        (60_000, 48_000, Yellow),
        (60_000, 30_000, Yellow),
        (60_000, 29_999, Red),
        (60_000, 29_000, Red),
        (60_000, 210_000, Green),
    ];
    for (planned, paid, want) in cases {
        let months = year(planned, paid);
        let facts = LampFacts { stage: ProjectStage::Started, days: &none, investments: &months };
        let (lamp, _) = lamp::lamp(facts, &rules, day("2025-06-30")).unwrap();
        assert_eq!(lamp, want, "{planned} {paid}");
        // The month is not over: nothing of it was to be there.
        let (early, _) = lamp::lamp(facts, &rules, day("2025-06-29")).unwrap();
        assert_eq!(early, Green, "{planned} {paid}");
    }
    let months = year(60_000, 48_000);
    let facts = LampFacts { stage: ProjectStage::Started, days: &none, investments: &months };
    let (_, reasons) = lamp::lamp(facts, &rules, day("2025-06-30")).unwrap();
    let want = LampReason::Behind {
        planned_basis_points: 6_000,
        paid_basis_points: 4_800,
        behind_basis_points: 1_200,
    };
    assert_eq!(reasons, [want]);
    assert_eq!(want.zh(), "年度投资进度应达60 %,实际48 %,落后12个百分点");
}

#[test]
fn rules_of_lamps_are_checked() {
    let rules = ProjectLampRules::yinchuan();
    assert_eq!(lamp::check(&rules), Ok(()));
    let never = ProjectLampRules { update_days: 0, ..rules.clone() };
    assert_eq!(lamp::check(&never), Err(LampRulesError::Days(0)));
    let mut twice = rules.clone();
    twice.months.push(twice.months[0]);
    assert_eq!(lamp::check(&twice), Err(LampRulesError::Milestone(Milestone::Started)));
    let turned = ProjectLampRules { behind_yellow_basis_points: 3_001, ..rules };
    let error = LampRulesError::Order { yellow: 3_001, red: 3_000 };
    assert_eq!(lamp::check(&turned), Err(error));
}

fn member(role: TeamRole, from: &str, until: Option<&str>) -> TeamMember {
    TeamMember {
        role,
        group: None,
        organisation: (role == TeamRole::Department).then(|| OrganisationId::from(7)),
        person: if role == TeamRole::Department { "" } else { "李某" }.to_owned(),
        title: String::new(),
        from_on: day(from),
        until_on: until.map(day),
    }
}

#[test]
fn a_team_has_one_lead_at_a_time_and_everybody_has_a_name() {
    use TeamRole::{Department, Follower, Lead};
    let handed_on =
        [member(Lead, "2025-01-01", Some("2025-06-01")), member(Lead, "2025-06-01", None)];
    assert!(ledger::check_team(&handed_on).is_ok());
    let both = [member(Lead, "2025-01-01", Some("2025-06-02")), member(Lead, "2025-06-01", None)];
    assert_eq!(ledger::check_team(&both), Err(LedgerError::TwoLeads));
    let nobody = TeamMember { person: " ".to_owned(), ..member(Follower, "2025-01-01", None) };
    let team = [member(Department, "2025-01-01", None), nobody];
    assert_eq!(ledger::check_team(&team), Err(LedgerError::Nobody(2)));
    let back = [member(Follower, "2025-01-01", Some("2025-01-01"))];
    assert_eq!(ledger::check_team(&back), Err(LedgerError::Backwards(1)));
}

#[test]
fn findings_name_who_is_missing_what_is_stale_and_what_is_overdue() {
    use FindingKind::{NoDepartment, NoFollower, NoLead, Overdue, Stale};
    let rules = ProjectLampRules::yinchuan();
    let mut days = actual(&[(Milestone::Signed, "2025-01-10")]);
    days.planned.insert(Milestone::Filed, day("2025-02-01"));
    let team = [
        member(TeamRole::Lead, "2025-01-01", Some("2025-02-01")),
        member(TeamRole::Department, "2025-01-01", None),
    ];
    let kinds = |as_of: &str, updated: Option<&str>| {
        let facts = FindingFacts {
            stage: ProjectStage::Signed,
            days: &days,
            team: &team,
            updated_on: updated.map(day),
        };
        let found = finding::findings(facts, &rules, day(as_of));
        found.iter().map(|one: &Finding| one.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds("2025-01-09", None), [], "not signed yet");
    assert_eq!(kinds("2025-01-17", None), [NoFollower], "seven days after the signing");
    assert_eq!(kinds("2025-01-18", None), [NoFollower, Stale]);
    assert_eq!(kinds("2025-01-31", Some("2025-01-24")), [NoFollower]);
    assert_eq!(kinds("2025-02-01", Some("2025-01-31")), [NoLead, NoFollower], "due today");
    assert_eq!(kinds("2025-02-02", Some("2025-01-31")), [NoLead, NoFollower, Overdue]);
    let none = FindingFacts {
        stage: ProjectStage::Filed,
        days: &Days::default(),
        team: &[],
        updated_on: None,
    };
    let all: Vec<_> =
        finding::findings(none, &rules, day("2025-02-02")).iter().map(|one| one.kind).collect();
    assert_eq!(all, [NoLead, NoDepartment, NoFollower, Stale]);
}

#[test]
fn a_blocker_is_opened_and_solved_once() {
    let today = day("2025-03-01");
    let opened =
        ledger::open_blocker((BlockerKind::Land, " 用地未批 "), day("2025-02-01"), today).unwrap();
    assert_eq!(opened.text, "用地未批");
    let early = ledger::solve_blocker(&opened, "已批", day("2025-01-31"), today);
    let error = LedgerError::SolvedEarly { on: day("2025-01-31"), opened_on: day("2025-02-01") };
    assert_eq!(early, Err(error));
    let solved = ledger::solve_blocker(&opened, "已批", day("2025-02-02"), today).unwrap();
    assert_eq!(solved.solved_on, Some(day("2025-02-02")));
    let again = ledger::solve_blocker(&solved, "已批", today, today);
    assert_eq!(again, Err(LedgerError::Solved(0)));
}

/// Ten of seventeen, and what is said of the sixty per cent that were reported.
#[test]
fn ten_of_seventeen_is_58_8_and_sixty_was_reported() {
    let as_of = day("2025-12-31");
    let mut all: Vec<Days> = Vec::new();
    for number in 0..20 {
        let mut days = Days::default();
        // Three are to be completed the year after, one of them early.
        let planned = if number < 17 { "2025-11-30" } else { "2026-03-31" };
        days.planned.insert(Milestone::Completed, day(planned));
        if number < 10 || number == 17 {
            days.actual.insert(Milestone::Completed, day("2025-12-01"));
        }
        all.push(days);
    }
    let cohort: Vec<CohortMember<'_>> = (1_u128..)
        .zip(&all)
        .map(|(id, days)| CohortMember {
            id: ProjectId::from(id),
            stage: ProjectStage::Started,
            days,
            investments: &[],
        })
        .collect();
    let steps = funnel::funnel(&cohort, as_of);
    let step = steps.iter().find(|step| step.measure == Measure::Completed).unwrap();
    assert_eq!(step.rate, Rate { numerator: 10, denominator: 17, pending: 0 });
    assert_eq!(step.rate.basis_points(), Some(5_882));
    assert_eq!(step.counted.len(), 10);
    assert_eq!(step.base.len(), 17);
    let (zh, en) = funnel::remark(step.rate, 6_000);
    assert_eq!(zh, "计算值58.8 %(10/17),上报值60 %,相差1.18个百分点");
    assert_eq!(en, "10 of 17 computes 58.8 %, 60 % was reported, 1.18 percentage points apart");
    let (zh, _) = funnel::remark(step.rate, 5_880);
    assert_eq!(zh, "计算值与上报值一致:10/17,即58.8 %");
    assert_eq!(funnel::remark(Rate::default(), 6_000).0, "台账无法计算,上报值为60 %");
    // Who has no day for what the stage says stands apart.
    let started = steps.iter().find(|step| step.measure == Measure::Started).unwrap();
    assert_eq!((started.rate.numerator, started.rate.denominator, started.undated), (11, 11, 9));
}

#[test]
fn a_rate_passes_a_hundred_per_cent() {
    let months = [Investment { month: day("2025-03-01"), planned_fen: 100, paid_fen: 210 }];
    let days = Days::default();
    let one = CohortMember {
        id: ProjectId::from(1),
        stage: ProjectStage::Investing,
        days: &days,
        investments: &months,
    };
    let steps = funnel::funnel(&[one], day("2025-12-31"));
    let step = steps.iter().find(|step| step.measure == Measure::Investment).unwrap();
    assert_eq!(
        (step.rate.basis_points(), step.rate.shown()),
        (Some(21_000), Some("210.0 %".to_owned()))
    );
}

const WAY: [Milestone; 6] = [
    Milestone::Signed,
    Milestone::Filed,
    Milestone::Started,
    Milestone::Investing,
    Milestone::Completed,
    Milestone::Producing,
];

/// What is written of a project: each milestone at most once of each kind, actual days in order.
fn entries() -> impl Strategy<Value = Vec<DayEntry>> {
    let months =
        prop::collection::vec((any::<bool>(), any::<bool>(), 0_u32..4, 0_u32..24), WAY.len());
    months.prop_map(|months| {
        let begin = day("2025-01-15");
        let later = |count| begin.checked_add_months(Months::new(count)).unwrap();
        let (mut at, mut all) = (0, Vec::new());
        for ((has_actual, has_plan, step, plan), milestone) in months.into_iter().zip(WAY) {
            at += step;
            if has_actual {
                let on = Some(later(at));
                all.push(DayEntry { milestone, kind: DayKind::Actual, on });
            }
            if has_plan {
                let on = Some(later(plan));
                all.push(DayEntry { milestone, kind: DayKind::Planned, on });
            }
        }
        all
    })
}

fn written(entries: &[DayEntry]) -> (Project, Days) {
    let mut at = project(ProjectStage::Planned);
    let mut records: Vec<DayRecord> = Vec::new();
    for (number, entry) in (1..).zip(entries) {
        let days = Days::of(&records);
        at = ledger::record(&at, &days, *entry, day("2030-01-01")).unwrap();
        records.push(DayRecord {
            number,
            milestone: entry.milestone,
            kind: entry.kind,
            on: entry.on,
            recorded_at: DateTime::UNIX_EPOCH,
            recorded_by: String::new(),
        });
    }
    (at, Days::of(&records))
}

proptest! {
    #[test]
    fn in_which_order_days_are_written_changes_nothing(
        (there, shuffled) in entries().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        months in 0_u32..40,
    ) {
        let as_of = day("2025-01-31").checked_add_months(Months::new(months)).unwrap();
        let rules = ProjectLampRules::yinchuan();
        let (a, days_a) = written(&there);
        let (b, days_b) = written(&shuffled);
        prop_assert_eq!(&a, &b);
        prop_assert_eq!(&days_a, &days_b);
        let lamp_of = |project: &Project, days: &Days| {
            lamp::lamp(LampFacts { stage: project.stage, days, investments: &[] }, &rules, as_of)
        };
        prop_assert_eq!(lamp_of(&a, &days_a), lamp_of(&b, &days_b));
    }

    #[test]
    fn every_conversion_counts_some_of_its_base_and_grows_with_time(
        projects in prop::collection::vec(entries(), 0..8),
        months in 0_u32..40,
    ) {
        let all: Vec<(Project, Days)> = projects.iter().map(|one| written(one)).collect();
        let cohort: Vec<CohortMember<'_>> = (1_u128..).zip(&all).map(|(id, (project, days))| {
            CohortMember { id: ProjectId::from(id), stage: project.stage, days, investments: &[] }
        }).collect();
        let as_of = day("2025-01-31").checked_add_months(Months::new(months)).unwrap();
        let later = as_of.checked_add_months(Months::new(1)).unwrap();
        let mut turned = cohort.clone();
        turned.reverse();
        for ((now, then), other) in funnel::funnel(&cohort, as_of).iter()
            .zip(funnel::funnel(&cohort, later)).zip(funnel::funnel(&turned, as_of)) {
            prop_assert_eq!(now.rate, other.rate);
            prop_assert!(now.counted.iter().all(|id| now.base.contains(id)), "{:?}", now.measure);
            prop_assert_eq!(now.rate.numerator, u64::try_from(now.counted.len()).unwrap());
            prop_assert_eq!(now.rate.denominator, u64::try_from(now.base.len()).unwrap());
            // What is to be completed this year changes with the year; the rest only grows.
            if now.measure != Measure::Completed {
                prop_assert!(then.rate.numerator >= now.rate.numerator);
                prop_assert!(then.rate.denominator >= now.rate.denominator);
            }
        }
    }
}
