use super::*;
use proptest::prelude::*;

fn project(id: u128, domain: &str, region: &str) -> Project {
    Project {
        id,
        domains: vec![domain.to_owned()],
        regions: vec![region.parse().unwrap()],
        ..Project::default()
    }
}

fn party(id: u128, domains: &[&str], region: &str, max_projects: u64) -> Party {
    Party {
        id,
        domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
        regions: vec![region.parse().unwrap()],
        max_projects,
        ..Party::default()
    }
}

#[test]
fn every_project_gets_the_parties_that_fit_with_reasons_that_add_up() {
    let problem = TaskProblem {
        projects: vec![project(1, "能源", "440305"), project(2, "住房", "440306")],
        owners: vec![party(11, &["住房"], "440306", 1), party(12, &["能源"], "440304", 1)],
        counterparts: vec![party(21, &["能源", "住房"], "110101", 2)],
        ..TaskProblem::default()
    };
    let got = suggest_tasks(&problem);
    let said: Vec<_> = got
        .tasks
        .iter()
        .map(|task| {
            let keys = |chosen: &Chosen| -> Vec<(&str, Points)> {
                chosen.reasons.iter().map(|r| (r.criterion.key(), r.points)).collect()
            };
            let (owner, counterpart) = (&task.owner, &task.counterpart);
            (task.project, owner.party, keys(owner), counterpart.party, keys(counterpart))
        })
        .collect();
    let central = || vec![("domain", 1500)];
    assert_eq!(
        said,
        [
            (1, 12, vec![("domain", 1500), ("place", 700)], 21, central()),
            (2, 11, vec![("domain", 1500), ("place", 1000)], 21, central()),
        ]
    );
    assert_eq!((got.tasks[0].owner.score, got.levels.points), (2200, 2200 + 2500 + 2 * 1500));
    assert_eq!(got.findings, []);
}

#[test]
fn a_project_without_a_task_has_a_reason_and_so_has_a_party_without_a_project() {
    let problem = TaskProblem {
        projects: vec![
            project(1, "能源", "440305"),
            project(2, "能源", "440305"),
            project(3, "教育", "440305"),
        ],
        owners: vec![party(11, &["能源"], "440305", 1), party(12, &["文旅"], "440305", 5)],
        counterparts: vec![party(21, &["能源"], "110101", 5), party(22, &["能源"], "110101", 5)],
        ..TaskProblem::default()
    };
    let got = suggest_tasks(&problem);
    let tasks: Vec<_> = got.tasks.iter().map(|task| task.project).collect();
    assert_eq!(tasks.len(), 1);
    let left = if tasks == [1] { 2 } else { 1 };
    let unused = if got.tasks[0].counterpart.party == 21 { 22 } else { 21 };
    assert_eq!(
        got.findings,
        [
            TaskFinding::NobodyFits { project: 3, role: Role::Owner },
            TaskFinding::NobodyFits { project: 3, role: Role::Counterpart },
            TaskFinding::AllFull { project: left, role: Role::Owner, fitting: 1 },
            TaskFinding::LeftOut { party: 12, role: Role::Owner, fitting: 0 },
            TaskFinding::LeftOut { party: unused, role: Role::Counterpart, fitting: 2 },
        ]
    );
}

#[test]
fn covering_a_project_comes_before_points() {
    // Owner 11 is worth more for project 1, but project 2 can have nobody else.
    let problem = TaskProblem {
        projects: vec![project(1, "能源", "440305"), project(2, "住房", "440305")],
        owners: vec![party(11, &["能源", "住房"], "440305", 1), party(12, &["能源"], "320612", 1)],
        counterparts: vec![party(21, &["能源", "住房"], "110101", 2)],
        ..TaskProblem::default()
    };
    let got = suggest_tasks(&problem);
    let owners: Vec<_> = got.tasks.iter().map(|task| (task.project, task.owner.party)).collect();
    assert_eq!(owners, [(1, 12), (2, 11)]);
}

#[test]
fn nothing_in_gives_nothing_out() {
    let nothing = TaskSuggestions { is_proved: true, ..TaskSuggestions::default() };
    assert_eq!(suggest_tasks(&TaskProblem::default()), nothing);
}

#[test]
fn kept_tasks_cover_their_project_and_fill_their_parties() {
    let kept = |project, owner, counterpart, is_load| Kept { project, owner, counterpart, is_load };
    let problem = TaskProblem {
        projects: (1..=4).map(|id| project(id, "能源", "440305")).collect(),
        owners: vec![party(11, &["能源"], "440305", 1), party(12, &["能源"], "440305", 2)],
        counterparts: vec![party(21, &["能源"], "110101", 9)],
        // 11 has one under way too many, 12 one that is finished; both are served.
        kept: vec![
            kept(Some(1), 11, 21, true),
            kept(None, 11, 99, true),
            kept(Some(2), 12, 21, false),
        ],
        ..TaskProblem::default()
    };
    let got = suggest_tasks(&problem);
    let tasks: Vec<_> = got.tasks.iter().map(|task| (task.project, task.owner.party)).collect();
    assert_eq!(tasks, [(3, 12), (4, 12)]);
    let role = Role::Owner;
    assert_eq!(got.findings, [TaskFinding::Overloaded { party: 11, role, kept: 2, max: 1 }]);
    assert_eq!((got.levels.covered, got.levels.owners), (2, 0));
}

#[test]
fn who_avoids_each_other_or_was_given_up_is_not_proposed() {
    let mut problem = TaskProblem {
        projects: vec![project(1, "能源", "440305")],
        owners: vec![party(11, &["能源"], "440305", 1), party(12, &["能源"], "440304", 1)],
        counterparts: vec![party(21, &["能源"], "440305", 9), party(22, &["能源"], "110101", 9)],
        ..TaskProblem::default()
    };
    let chosen = |problem: &TaskProblem| -> Vec<_> {
        let got = suggest_tasks(problem);
        got.tasks.iter().map(|task| (task.owner.party, task.counterpart.party)).collect()
    };
    assert_eq!(chosen(&problem), [(11, 21)]);
    // 12 with 21 is worth 700 + 1000 for the place, 11 with 22 only 1000.
    problem.apart = vec![(21, 11)];
    assert_eq!(chosen(&problem), [(12, 21)]);
    problem.given_up = vec![(1, 21)];
    assert_eq!(chosen(&problem), [(11, 22)]);
    problem.given_up.push((1, 22));
    let missing = TaskFinding::NobodyFits { project: 1, role: Role::Counterpart };
    assert_eq!(suggest_tasks(&problem).findings[0], missing);
}

#[test]
fn a_place_in_common_is_enough_where_it_is_asked_for() {
    let mut problem = TaskProblem {
        projects: vec![project(1, "能源", "440305")],
        owners: vec![party(11, &[], "440305", 1)],
        counterparts: vec![party(21, &[], "440300", 1)],
        ..TaskProblem::default()
    };
    assert_eq!(suggest_tasks(&problem).tasks, []);
    problem.is_place_enough = true;
    assert_eq!(suggest_tasks(&problem).levels.points, 1700);
}

fn any_parties(first: u128) -> impl Strategy<Value = Vec<Party>> {
    let facts = (prop::sample::subsequence(vec!["能源", "住房", "教育"], 0..=2), 0_u64..3);
    prop::collection::vec(facts, 0..4).prop_map(move |parties| {
        parties
            .into_iter()
            .zip(first..)
            .map(|((domains, max_projects), id)| party(id, &domains, "440305", max_projects))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn every_project_has_a_task_or_a_reason_and_nobody_carries_too_much(
        domains in prop::collection::vec(prop::sample::select(vec!["能源", "住房", "教育"]), 0..5),
        owners in any_parties(100),
        counterparts in any_parties(200),
    ) {
        let projects: Vec<_> =
            domains.iter().zip(1..).map(|(domain, id)| project(id, domain, "440305")).collect();
        let problem = TaskProblem { projects, owners, counterparts, ..TaskProblem::default() };
        let got = suggest_tasks(&problem);
        for project in &problem.projects {
            let has_task = got.tasks.iter().any(|task| task.project == project.id);
            let has_reason = got.findings.iter().any(|finding| match finding {
                TaskFinding::NobodyFits { project: id, .. }
                | TaskFinding::AllFull { project: id, .. } => *id == project.id,
                TaskFinding::LeftOut { .. } | TaskFinding::Overloaded { .. } => false,
            });
            prop_assert!(has_task != has_reason, "{}", project.id);
        }
        for party in problem.owners.iter().chain(&problem.counterparts) {
            let load = got
                .tasks
                .iter()
                .filter(|task| [task.owner.party, task.counterpart.party].contains(&party.id))
                .count();
            prop_assert!(u64::try_from(load).unwrap() <= party.max_projects);
        }
        for task in &got.tasks {
            for chosen in [&task.owner, &task.counterpart] {
                prop_assert_eq!(chosen.score, total(&chosen.reasons));
                prop_assert!(chosen.score <= MOST && chosen.score > 0);
            }
        }
    }
}
