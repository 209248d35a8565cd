//! The doors for measuring: `solve timetable`, `solve pairing`, `match rank`, `match eval`.

use lianmeng_testkit::{Program, shared};
use serde_json::{Value, json};

const TIMETABLE: &str = r#"{"P":3,"T":3,"L":1,"AM":2,
    "meetings":[[0,1,3],[1,2,1],[0,2,2]],"forb":[[],[],[]],"fixed":[-1,-1,-1],"prec":[[0,1]]}"#;

#[test]
fn a_timetable_is_solved_and_the_same_steps_give_the_same_bytes() {
    let program = Program::default();
    let file = program.write("day.json", TIMETABLE);
    let args = ["solve", "timetable", file.to_str().unwrap(), "--steps", "1000000", "--json"];
    let ran = program.run(&args);
    assert_eq!(ran.code, 0, "{ran:?}");
    let report = ran.json();
    assert_eq!(report["status"], "optimal");
    assert_eq!(report["slots"], json!([1, 2, 3]), "the precedence and the half-days leave one way");
    assert_eq!(report["breaks"], report["lower_bound"]);
    assert_eq!(program.run(&args).out, ran.out);
}

#[test]
fn an_impossible_timetable_names_its_conflict() {
    let program = Program::default();
    let file = program.write("day.json", TIMETABLE.replace("\"T\":3", "\"T\":2"));
    let report = program.run(&["solve", "timetable", file.to_str().unwrap(), "--json"]).json();
    assert_eq!(report["status"], "infeasible");
    assert_eq!(report["breaks"], Value::Null);
    assert_eq!(report["slots"], json!([]));
    assert!(!report["conflict"].as_array().unwrap().is_empty());
}

#[test]
fn files_that_cannot_be_read_end_with_2_and_say_why() {
    let program = Program::default();
    let nonsense = "x".repeat(10_000_000);
    for (name, content) in [
        ("empty.dzn", ""),
        ("empty.json", ""),
        ("half.json", "{\"P\":3"),
        ("nonsense.dzn", nonsense.as_str()),
        ("nonsense.json", nonsense.as_str()),
        ("huge.json", r#"{"P":99999999999,"T":3,"L":1,"AM":2,"meetings":[]}"#),
    ] {
        let file = program.write(name, content);
        for door in ["timetable", "pairing"] {
            let ran = program.run(&["solve", door, file.to_str().unwrap(), "--json"]);
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{door} {name}");
            assert!(ran.err.contains(name) && ran.err.len() < 1000, "{door} {name}: {}", ran.err);
        }
    }
    assert_eq!(program.run(&["solve", "timetable", "absent.dzn"]).code, 2);
}

#[test]
fn pairs_are_chosen_under_minimums_and_maximums() {
    let program = Program::default();
    let file = program.write(
        "pairs.json",
        r#"{"left":[{"min":1,"max":1},{"min":0,"max":1}],"right":[{"min":0,"max":1},{"min":0,"max":1}],
            "edges":[[0,0,5],[0,1,4],[1,0,5],[1,1,-9]]}"#,
    );
    let report = program.run(&["solve", "pairing", file.to_str().unwrap(), "--json"]).json();
    assert_eq!(report["status"], "optimal");
    assert_eq!(report["total"], 9);
    assert_eq!(report["pairs"], json!([[0, 1], [1, 0]]));

    let file = program.write("none.json", r#"{"left":[],"right":[],"edges":[]}"#);
    let report = program.run(&["solve", "pairing", file.to_str().unwrap(), "--json"]).json();
    assert_eq!((&report["status"], &report["total"]), (&json!("optimal"), &json!(0)));

    let file = program.write(
        "no.json",
        r#"{"left":[{"min":2,"max":3}],"right":[{"min":0,"max":9}],"edges":[[0,0,1]]}"#,
    );
    let report = program.run(&["solve", "pairing", file.to_str().unwrap(), "--json"]).json();
    assert_eq!((&report["status"], &report["total"]), (&json!("infeasible"), &Value::Null));
    let item = &report["conflict"][0];
    assert_eq!(
        (&item["side"], &item["index"], &item["need"], &item["available"]),
        (&json!("left"), &json!(0), &json!(2), &json!(1))
    );
}

fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Result<Vec<_>, _> = reader.records().collect();
    let rows = rows.unwrap_or_default();
    rows.iter().map(|row| row.iter().map(str::to_owned).collect()).collect()
}

#[test]
fn every_given_pair_gets_a_row_and_the_level_is_never_read() {
    let program = Program::default();
    let needs = program.write(
        "needs.csv",
        "id,title,content\nn1,漆渣处理,喷涂产生漆渣\nn2,家纺染色,节水染色工艺\n",
    );
    let offers =
        program.write("offers.csv", "id,title\no1,漆渣絮凝剂\no2,节水染色机\no3,智能工厂\n");
    let rank = |levels: [u8; 4]| {
        let lines: Vec<String> = [("n1", "o1"), ("n1", "o2"), ("n1", "o3"), ("n2", "o2")]
            .iter()
            .zip(levels)
            .map(|((need, offer), level)| format!("{need},{offer},{level}"))
            .collect();
        let pairs = format!("requirement_id,achievement_id,level\n{}\n", lines.join("\n"));
        let pairs = program.write("pairs.csv", pairs);
        let out = program.folder().join("ranked.csv");
        let ran = program.run(&[
            "match",
            "rank",
            "--needs",
            needs.to_str().unwrap(),
            "--offers",
            offers.to_str().unwrap(),
            "--pairs",
            pairs.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ]);
        assert_eq!(ran.code, 0, "{ran:?}");
        std::fs::read_to_string(out).unwrap()
    };
    let text = rank([1, 2, 3, 4]);
    assert_eq!(text, rank([4, 3, 2, 1]), "the level column changes nothing");
    assert!(text.starts_with("need_id,offer_id,rank,points,reasons\n"));
    let rows = rows(&text);
    assert_eq!(rows.len(), 4);
    assert_eq!(&rows[0][..3], ["n1", "o1", "1"], "the offer that shares the words comes first");
    for row in rows {
        let reasons: Vec<Value> = serde_json::from_str(&row[4]).unwrap();
        let sum: i64 = reasons.iter().map(|reason| reason["points"].as_i64().unwrap()).sum();
        assert_eq!(sum, row[3].parse::<i64>().unwrap());
    }
}

#[test]
fn without_pairs_the_best_offers_of_each_need_are_kept() {
    let program = Program::default();
    let needs = program.write("needs.csv", "id,title,content\nn1,漆渣处理,喷涂\n");
    let offers = program.write("offers.csv", "id,title\no2,智能工厂\no1,智能工厂\no3,漆渣处理\n");
    let out = program.folder().join("ranked.csv");
    let ran = program.run(&[
        "match",
        "rank",
        "--needs",
        needs.to_str().unwrap(),
        "--offers",
        offers.to_str().unwrap(),
        "--limit",
        "2",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let rows = rows(&std::fs::read_to_string(out).unwrap());
    let ids: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(ids, ["o3", "o1"], "ties by offer id");
}

#[test]
fn ranking_beats_tf_idf_on_judged_pairs() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("data/needs-offers");
    let ran = Program::default().run(&["match", "eval", folder.to_str().unwrap(), "--json"]);
    let report = ran.json();
    let ndcg = |who: &str| report[who]["ndcg10"].as_f64().unwrap();
    assert_eq!(report["needs"], 64);
    assert!((ndcg("tfidf") - 0.645).abs() < 0.001, "{report}");
    assert!(
        ndcg("ours") > ndcg("tfidf") && report["difference"]["low"].as_f64().unwrap() > 0.0,
        "{report}"
    );
}

#[test]
fn weights_are_shown_put_in_force_rolled_back_and_learned_only_from_enough_answers() {
    let program = Program::on_sqlite();
    assert_eq!(program.run(&["migrate", "up"]).code, 0);
    let in_force = || {
        let list = program.run(&["match", "weights", "list"]).out;
        let line = list.lines().find(|line| line.contains(" yes ")).unwrap().trim().to_owned();
        line.split_whitespace().next().unwrap().to_owned()
    };
    assert_eq!(in_force(), "2");
    let second = program.run(&["match", "weights", "show", "2"]).out;
    assert!(second.starts_with("version 2, harmonic\n"), "{second}");
    assert!(
        second.contains("a capability     3000") && second.contains("b room            500"),
        "{second}"
    );
    let back = program.run(&["match", "weights", "activate", "1"]);
    assert_eq!((back.code, back.out.as_str()), (0, "version 1 is in force\n"));
    assert_eq!(in_force(), "1");
    let missing = program.run(&["match", "weights", "activate", "9"]);
    assert!(missing.code != 0 && missing.out.is_empty(), "{missing:?}");
    let learned = program.run(&["match", "learn", "--dry-run"]);
    assert_eq!(learned.code, 1, "{learned:?}");
    assert!(learned.out.contains("0 answers are too few to learn from; at least 30 are needed"));
}

/// A problem for each of the doors that print what an engine answers.
const PLANS: [(&str, &str); 4] = [
    (
        "season",
        r#"{"from":"2024-05-01","to":"2024-05-31","minDaysBetween":3,
            "workingDays":[{"date":"2024-05-11","label":"调休上班"},{"date":"2024-05-20"}],
            "hosts":[{"id":"nanshan","name":"南山区","past":["2023-11-10"]},{"id":"futian","name":"福田区"}],
            "stops":[{"id":"s1"},{"id":"s2"}]}"#,
    ),
    (
        "sessions",
        r#"{"halfDays":1,"rooms":[{"id":"a"},{"id":"b"}],"groups":2,
            "participants":[{"id":"p1","features":{"steel":80}},{"id":"p2","features":{"cloth":80}}],
            "delegations":[{"id":"d1"},{"id":"d2"}],
            "items":[{"id":"i1","delegation":"d1","features":{"steel":90}},
                     {"id":"i2","delegation":"d2","features":{"cloth":50}}],
            "minParticipants":1,"maxParticipants":1,"minItems":1,"maxItems":1}"#,
    ),
    (
        "proposal",
        r#"{"capacity":2,"people":[{"id":"e1","kind":"centralSoe"},{"id":"e2","kind":"privateFirm"},
            {"id":"e3","kind":"privateFirm"}],
            "suggestions":[{"a":"e1","b":"e2","valuePoints":80,"probabilityBasisPoints":5000},
                           {"a":"e1","b":"e3","valuePoints":50,"probabilityBasisPoints":5000}],
            "hosts":[{"id":"nanshan","name":"南山区"}]}"#,
    ),
    (
        "visits",
        r#"{"arriveBy":720,"travelMinutes":[[0,20,15],[20,0,25],[15,25,0]],
            "sites":[{"id":"nanshan","name":"南山科技园","open":540,"close":700,"stayMinutes":40}],
            "buses":[{"id":"b1","seats":45,"from":510}],"groups":[{"id":"g1","people":20}]}"#,
    ),
];

#[test]
fn seasons_sessions_proposals_and_visits_are_planned_from_a_file() {
    let program = Program::default();
    let answers = PLANS.map(|(door, problem)| {
        let file = program.write(&format!("{door}.json"), problem);
        let ran = program.run(&["solve", door, file.to_str().unwrap(), "--json"]);
        assert_eq!(ran.code, 0, "{door}: {ran:?}");
        let again = program.run(&["solve", door, file.to_str().unwrap(), "--json"]);
        assert_eq!(again.out, ran.out, "{door}: the same answer");

        let stray = problem.replacen('{', r#"{"luck":1,"#, 1);
        let file = program.write(&format!("{door}.json"), stray);
        let ran = program.run(&["solve", door, file.to_str().unwrap()]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{door}");
        assert!(ran.err.contains("luck") && ran.err.contains("line 1"), "{door}: {}", ran.err);
        again.json()
    });
    let [season, sessions, proposal, visits] = answers;
    assert_eq!(season["status"], "optimal", "{season}");
    let hosts: Vec<&Value> =
        season["stops"].as_array().unwrap().iter().map(|s| &s["hosts"]).collect();
    assert_eq!(hosts, [&json!(["nanshan"]), &json!(["futian"])], "in turn: {season}");
    assert_eq!(sessions["figures"]["relevance"], 112, "{sessions}");
    assert_eq!(proposal["status"], "optimal", "{proposal}");
    assert_eq!(visits["status"], "optimal", "{visits}");
}

#[test]
fn a_timetable_with_lists_of_tables_goes_to_the_engine_for_more_than_pairs() {
    let program = Program::default();
    let day = r#"{"slots":[{"halfDay":0},{"halfDay":0}],"tables":[{},{"equipment":["projector"]}],
        "participants":[{"name":"甲"},{"name":"乙"},{"name":"丙"}],
        "meetings":[{"participants":[0,1,2],"needs":["projector"]},{"participants":[0,1]}]}"#;
    let file = program.write("day.json", day);
    let args = ["solve", "timetable", file.to_str().unwrap(), "--steps", "20000", "--json"];
    let ran = program.run(&args);
    let answer = ran.json();
    assert_eq!(answer["status"], "optimal", "{answer}");
    assert_eq!(answer["timetable"]["meetings"][0]["table"], 1, "{answer}");
    assert_eq!(program.run(&args).out, ran.out, "the same steps give the same bytes");

    let full = day.replace(r#"{"halfDay":0},{"halfDay":0}"#, r#"{"halfDay":0}"#);
    let file = program.write("full.json", full);
    let ran = program.run(&["solve", "timetable", file.to_str().unwrap(), "--json"]);
    let answer = ran.json();
    assert_eq!((ran.code, &answer["status"]), (0, &json!("infeasible")), "{answer}");
    assert!(!answer["conflict"].as_array().unwrap().is_empty(), "{answer}");
}
