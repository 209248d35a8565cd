//! Working days, deadlines and the simulated month on the command line.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use lianmeng_testkit::Program;
use serde_json::{Value, json};

fn due(program: &Program, args: &[&str]) -> Value {
    let ran = program.run(&[&["calendar", "due", "--json"], args].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    serde_json::from_str(ran.out.trim()).unwrap()
}

#[test]
fn deadlines_are_told_from_the_shipped_calendar_and_an_imported_one() {
    let program = Program::default();
    let friday = due(&program, &["2026-02-27 17:30", "--kind", "policy"]);
    assert_eq!(
        friday,
        json!({
            "profile": "ZHUHAI_124", "kind": "policy", "from": "2026-02-27T09:30:00+00:00",
            "respond_by": "2026-02-28T01:30:00+00:00", "answer_by": "2026-03-02T10:00:00+00:00",
        })
    );
    let plain = due(&program, &["2026-03-06 17:30", "--profile", "PLAIN_DAYS"]);
    assert_eq!(plain["answer_by"], "2026-03-13T16:00:00+00:00");

    let late = ["calendar", "due", "2026-12-30 10:00"];
    let unknown = program.run(&late);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("working-day calendar of 2027 is not loaded"), "{}", unknown.err);
    let wrong = program.write("wrong.csv", "date,kind\n2027-01-04,workday\n");
    let wrong = program.run(&["calendar", "import", wrong.to_str().unwrap()]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("2027-01-04 is a Mon and works anyway"), "{}", wrong.err);
    assert_eq!(program.run(&late).code, 2, "nothing was imported");

    let file = program.write("2027.csv", "日期,类型,名称\n2027-01-01,放假,元旦\n");
    let import = ["calendar", "import", file.to_str().unwrap(), "--hours", "08:30-17:00"];
    let imported = program.run(&import);
    assert_eq!((imported.code, imported.out.trim()), (0, "2027: 1 days that differ from the week"));
    assert_eq!(program.run(&["calendar", "list"]).out, "2024\n2025\n2026\n2027\n");
    let shown = program.run(&["calendar", "show", "2027"]).out;
    assert!(shown.contains("元旦") && shown.contains("office hours 08:30-17:00"), "{shown}");
    let late = due(&program, &["2026-12-30 10:00"]);
    assert_eq!(late["answer_by"], "2027-01-06T09:00:00+00:00");
}

#[test]
fn a_simulated_month_is_the_same_for_the_same_seed() {
    let program = Program::default();
    let run = |seed: &str, profile: &str| {
        let args = ["need", "simulate", "--seed", seed, "--profile", profile, "--json"];
        let ran = program.run(&args);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.out
    };
    let month = run("7", "ZHUHAI_124");
    assert_eq!(month, run("7", "ZHUHAI_124"));
    assert_ne!(month, run("8", "ZHUHAI_124"));
    assert_ne!(month, run("7", "PLAIN_DAYS"));
    let days: Vec<Value> = month.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(days.len(), 31);
    let (all, days) = days.split_last().unwrap();
    for column in ["opened", "answered", "on_time", "late", "escalations"] {
        let sum: u64 = days.iter().map(|day| day[column].as_u64().unwrap()).sum();
        assert_eq!(all[column], sum, "{column}");
    }
    let number = |column: &str| all[column].as_u64().unwrap();
    assert_eq!(number("on_time") + number("late"), number("answered"));
    let unknown = program.run(&["need", "simulate", "--profile", "NONE"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("choose one of PLAIN_DAYS, SHENZHEN_2020, ZHUHAI_124"));
}
