//! The published events of `shared/data/b2b` against their proven optima; skipped where the data
//! is not there.

use lianmeng_planning::{Budget, Options, Report, Status, parse, solve};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[expect(clippy::print_stdout, reason = "says why nothing was tested")]
fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("LIANMENG_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let folder = shared.join("data/b2b");
    let found = folder.join("optima.csv").is_file();
    if !found {
        println!("skipped: no shared data");
    }
    found.then_some(folder)
}

/// The proven optimum of each file; none where there is no timetable.
#[expect(clippy::unwrap_used, reason = "a helper of tests")]
fn optima(folder: &Path) -> BTreeMap<String, Option<u32>> {
    let text = std::fs::read_to_string(folder.join("optima.csv")).unwrap();
    text.lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            (fields[0].to_owned(), fields[2].parse().ok())
        })
        .collect()
}

#[expect(clippy::unwrap_used, reason = "a helper of tests")]
fn answer(folder: &Path, name: &str, steps: u64) -> Report {
    let text = std::fs::read_to_string(folder.join(format!("{name}.dzn"))).unwrap();
    let problem = parse(&text, Some(2)).unwrap();
    solve(&problem, &Options::default(), Budget::Steps(steps)).unwrap()
}

#[test]
fn no_file_contradicts_its_optimum_on_a_small_budget() {
    let Some(folder) = folder() else { return };
    let optima = optima(&folder);
    assert_eq!(optima.len(), 70);
    for (name, &optimum) in &optima {
        let report = answer(&folder, name, 150_000);
        let lower = report.lower_bound.unwrap_or(0);
        match report.status {
            Status::Optimal => assert_eq!(report.breaks, optimum, "{name}"),
            Status::Infeasible => assert_eq!(optimum, None, "{name}"),
            Status::Feasible => {
                assert!(optimum.is_some_and(|best| report.breaks >= Some(best)), "{name}");
                assert!(optimum.is_some_and(|best| lower <= best), "{name}");
            }
            Status::Unknown => assert!(optimum.is_none_or(|best| lower <= best), "{name}"),
        }
        let original = name.ends_with(".original");
        assert!(!original || report.breaks.is_some(), "{name} has no timetable");
    }
}

#[test]
fn quick_files_are_proved() {
    let Some(folder) = folder() else { return };
    let optima = optima(&folder);
    let quick = [
        "forumt-14.original",
        "forumt-14crafd.original",
        "forumt-14crafd.fixed020-Forb",
        "tic-12.fixed020-Forb",
        "tic-12.fixed040-Forb",
        "tic-12.original",
        "tic-13.fixed020-Forb",
        "tic-13.original",
        "tic-14crafa.forb0003",
        "ticf-13crafa.prec25",
    ];
    for name in quick {
        let report = answer(&folder, name, 10_000_000);
        assert_eq!(report.breaks, optima[name], "{name}");
        assert!(matches!(report.status, Status::Optimal | Status::Infeasible), "{name}");
        assert_eq!(report.conflict.is_empty(), optima[name].is_some(), "{name}");
    }
}
