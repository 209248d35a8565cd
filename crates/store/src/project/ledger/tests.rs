//! The ledger of projects on a real database.

use chrono::{DateTime, NaiveDate};
use lianmeng_domain::ids::{ProjectId, ProjectReportId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::project::funnel::Measure;
use lianmeng_domain::project::lamp::ProjectLampRules;
use lianmeng_domain::project::ledger::{
    Blocker, BlockerKind, DayKind, DayRecord, GROUPS, GroupKind, Investment, Milestone, TeamMember,
    TeamRole, Update,
};
use lianmeng_domain::project::{Project, ProjectStage};
use lianmeng_testkit::database;
use sea_orm::DatabaseConnection;

use super::*;
use crate::eyes::Eyes;
use crate::project::portfolio::{self, Report};
use crate::project::{self};

fn on(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn id(number: u128) -> ProjectId {
    ProjectId::from(number)
}

async fn two() -> DatabaseConnection {
    let db = database().await;
    for (number, stage) in [(1, ProjectStage::Started), (2, ProjectStage::Planned)] {
        let project = Project {
            id: id(number),
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
        };
        project::insert(&db, &project).await.unwrap();
    }
    db
}

fn record(number: i32, day: &str) -> DayRecord {
    DayRecord {
        number,
        milestone: Milestone::Started,
        kind: DayKind::Planned,
        on: Some(on(day)),
        recorded_at: DateTime::UNIX_EPOCH,
        recorded_by: "t".to_owned(),
    }
}

fn update(number: i32, day: &str) -> Update {
    Update {
        number,
        on: on(day),
        note: format!("第{number}次"),
        public_note: String::new(),
        next_step: "封顶".to_owned(),
        written_at: DateTime::UNIX_EPOCH,
        written_by: "t".to_owned(),
    }
}

#[tokio::test]
async fn a_new_database_holds_the_groups_and_rules_that_come_with_the_program() {
    let db = database().await;
    let kind = |(code, zh, en): (&str, &str, &str)| GroupKind {
        code: code.to_owned(),
        zh: zh.to_owned(),
        en: en.to_owned(),
    };
    assert_eq!(groups(&db, 10).await.unwrap(), GROUPS.map(kind));
    let kept = portfolio::lamp_rules(&db, 10).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].version, &kept[0].rules), (1, &ProjectLampRules::yinchuan()));
    let next = portfolio::KeptRules { version: 2, ..kept[0].clone() };
    portfolio::insert_rules(&db, &next).await.unwrap();
    let again = portfolio::insert_rules(&db, &next).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    assert_eq!(portfolio::lamp_rules(&db, 1).await.unwrap(), [next]);
}

#[tokio::test]
async fn what_hangs_on_a_project_is_read_as_it_was_written() {
    let db = two().await;
    let mine = id(1);
    for record in [record(1, "2025-03-15"), record(2, "2025-06-15")] {
        insert_day(&db, mine, &record).await.unwrap();
    }
    let again = insert_day(&db, mine, &record(2, "2025-07-15")).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    let month =
        |planned_fen, paid_fen| Investment { month: on("2025-03-01"), planned_fen, paid_fen };
    put_months(&db, mine, &[month(100, 0)]).await.unwrap();
    put_months(&db, mine, &[month(100, 48)]).await.unwrap();
    let lead = TeamMember {
        role: TeamRole::Lead,
        group: Some("COORDINATION".to_owned()),
        organisation: None,
        person: "李某".to_owned(),
        title: "主任".to_owned(),
        from_on: on("2025-01-01"),
        until_on: None,
    };
    put_team(&db, mine, &[lead.clone(), lead.clone()]).await.unwrap();
    put_team(&db, mine, std::slice::from_ref(&lead)).await.unwrap();
    let nowhere = TeamMember { group: Some("NONE".to_owned()), ..lead.clone() };
    let refused = put_team(&db, id(2), &[nowhere]).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    let blocker = Blocker {
        number: 1,
        kind: BlockerKind::Land,
        text: "用地未批".to_owned(),
        opened_on: on("2025-02-01"),
        solved_on: None,
        solution: String::new(),
    };
    put_blocker(&db, mine, &blocker).await.unwrap();
    let solved =
        Blocker { solved_on: Some(on("2025-02-09")), solution: "已批".to_owned(), ..blocker };
    put_blocker(&db, mine, &solved).await.unwrap();
    for one in [update(1, "2025-02-10"), update(2, "2025-02-03")] {
        insert_update(&db, mine, &one).await.unwrap();
    }
    assert_eq!(next_update(&db, mine).await.unwrap(), 3);
    put_labels(&db, mine, &["旧".to_owned()]).await.unwrap();
    put_labels(&db, mine, &["新建".to_owned(), "省级".to_owned()]).await.unwrap();
    put_code(&db, mine, ("a-code", DateTime::UNIX_EPOCH)).await.unwrap();
    put_code(&db, mine, ("another-code", DateTime::UNIX_EPOCH)).await.unwrap();

    let all = of_projects(&db, &[mine, id(2)]).await.unwrap();
    assert_eq!(all.len(), 1, "nothing hangs on the other");
    let want = Ledger {
        labels: vec!["新建".to_owned(), "省级".to_owned()],
        days: vec![record(1, "2025-03-15"), record(2, "2025-06-15")],
        months: vec![month(100, 48)],
        team: vec![lead],
        blockers: vec![solved],
        updated: Some(update(1, "2025-02-10")),
        code: Some("another-code".to_owned()),
    };
    assert_eq!(all[&mine], want);
    let early = updates(&db, &[mine], (Some(on("2025-02-09")), 5)).await.unwrap();
    assert_eq!(early, [(mine, update(2, "2025-02-03"))]);
    assert_eq!(with_code(&db, "another-code").await.unwrap(), Some(mine));
    assert_eq!(with_code(&db, "a-code").await.unwrap(), None, "the old one opens nothing");
    let filter = project::ProjectFilter { label: Some("省级".to_owned()), ..Default::default() };
    assert_eq!(project::count(&db, Eyes::ALL.sees, &filter).await.unwrap(), 1);
}

#[tokio::test]
async fn a_cohort_holds_what_its_readers_read_and_the_last_report_of_the_latest_day_counts() {
    let db = two().await;
    put_labels(&db, id(2), &["重点".to_owned()]).await.unwrap();
    let of = async |reads: &Visibility, label: Option<&str>| {
        let found = portfolio::projects(&db, reads, label, 10).await.unwrap();
        found.iter().map(|project| project.id).collect::<Vec<_>>()
    };
    assert_eq!(of(&Visibility::All, Some("重点")).await, [id(2)]);
    assert_eq!(of(&Visibility::All, None).await, [id(1)], "planned ones are not on the way");
    assert_eq!(of(&Visibility::Published, None).await, []);
    let report = |number: u128, as_of: &str, basis_points| Report {
        id: ProjectReportId::from(number),
        label: "重点".to_owned(),
        measure: Measure::Completed,
        as_of: on(as_of),
        basis_points,
        note: String::new(),
        recorded_at: DateTime::UNIX_EPOCH,
        recorded_by: "t".to_owned(),
    };
    for one in [
        report(1, "2025-12-31", 5_900),
        report(2, "2025-12-31", 6_000),
        report(3, "2025-06-30", 2_000),
    ] {
        portfolio::insert_report(&db, &one).await.unwrap();
    }
    for (as_of, want) in
        [("2025-06-29", None), ("2025-12-30", Some(2_000)), ("2026-01-01", Some(6_000))]
    {
        let found = portfolio::reported(&db, "重点", on(as_of)).await.unwrap();
        let found = found.get(&Measure::Completed).map(|one| one.basis_points);
        assert_eq!(found, want, "{as_of}");
    }
}
