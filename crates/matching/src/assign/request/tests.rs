use super::*;
use crate::assign::{Choice, PairingStatus};

fn choose(json: &str) -> Choice {
    PairingRequest::from_json(json.as_bytes()).unwrap().choose()
}

fn json(choice: &Choice) -> serde_json::Value {
    serde_json::from_str(&serde_json::to_string(&choice.report(0)).unwrap()).unwrap()
}

#[test]
fn a_triangle_gives_one_pair_not_one_and_a_half() {
    let choice =
        choose(r#"{"people":[{"max":1},{"max":1},{"max":1}],"edges":[[0,1,5],[1,2,5],[2,0,4]]}"#);
    assert_eq!((choice.status, choice.total), (PairingStatus::Optimal, Some(5)));
    assert_eq!(choice.pairs.len(), 1);
}

#[test]
fn levels_are_arrays_of_points_and_the_first_decides() {
    let choice = choose(
        r#"{"left":[{"max":1}],"right":[{"max":1},{"max":1},{"max":1}],
            "edges":[[0,0,[1,9,9]],[0,1,[2,0,3]],[0,2,[2,0,4]]]}"#,
    );
    assert_eq!((choice.pairs, choice.totals), (vec![(0, 2)], vec![2, 0, 4]));
}

#[test]
fn organisations_and_kinds_have_limits() {
    let ask = |limits: &str| {
        choose(&format!(
            r#"{{"left":[{{"max":2,"organisation":"A"}},{{"max":2,"organisation":"A"}},{{"max":2}}],
                "right":[{{"max":3}},{{"max":3}}],
                "edges":[[0,0,5,"bank"],[0,1,4],[1,0,6,"bank"],[1,1,3],[2,0,1,"bank"],[2,1,1]],
                "limits":[{limits}]}}"#
        ))
        .pairs
    };
    assert_eq!(ask("").len(), 6);
    assert_eq!(ask(r#"{"organisation":"A","max":2}"#), [(0, 0), (1, 0), (2, 0), (2, 1)]);
    assert_eq!(ask(r#"{"kind":"bank","max":1}"#), [(0, 1), (1, 0), (1, 1), (2, 1)]);
    let each = r#"{"kind":"bank","side":"right","each":true,"max":2}"#;
    assert_eq!(ask(each), [(0, 0), (0, 1), (1, 0), (1, 1), (2, 1)]);
    let members = r#"{"side":"left","members":[0,2],"max":1}"#;
    assert_eq!(ask(members), [(0, 0), (1, 0), (1, 1)]);
}

#[test]
fn must_and_avoid_are_absolute() {
    let choice = choose(
        r#"{"left":[{"max":1},{"max":1}],"right":[{"max":1},{"max":1}],
            "edges":[[0,0,9],[1,1,9],[0,1,1]],"must":[[1,0]],"avoid":[[0,0]]}"#,
    );
    assert_eq!((choice.total, choice.pairs), (Some(1), vec![(0, 1), (1, 0)]));
}

#[test]
fn the_conflict_of_must_avoid_and_caps_is_said_in_words() {
    let choice = choose(
        r#"{"people":[{"max":1},{"max":5},{"min":1,"max":5},{"max":3}],
            "edges":[[0,1,3],[0,2,3],[1,3,1]],"must":[[0,1]]}"#,
    );
    let texts: Vec<_> = choice.demands.iter().map(|words| words.text.as_str()).collect();
    assert_eq!(choice.status, PairingStatus::Infeasible);
    assert_eq!(choice.smallest, Some(true));
    assert_eq!(
        texts,
        [
            "person 0 may have at most 1",
            "person 2 needs at least 1",
            "person 0 and person 1 must meet"
        ]
    );
    let both = choose(
        r#"{"people":[{"max":1},{"max":1}],"edges":[[0,1,3]],"must":[[0,1]],"avoid":[[1,0]]}"#,
    );
    assert_eq!(
        json(&both)["demands"],
        serde_json::json!([
            {"demand": "must", "pair": [0, 1], "text": "person 0 and person 1 must meet"},
            {"demand": "avoid", "pair": [0, 1], "text": "person 0 and person 1 must not meet"},
        ])
    );
}

#[test]
fn a_plain_problem_names_shortages_and_the_smallest_conflict() {
    let choice = choose(
        r#"{"left":[{"min":1,"max":1},{"min":1,"max":1},{"min":0,"max":1}],
            "right":[{"min":0,"max":1}],"edges":[[0,0,1],[1,0,1],[2,0,1]]}"#,
    );
    let texts: Vec<_> = choice.demands.iter().map(|words| words.text.as_str()).collect();
    assert_eq!(
        texts,
        ["left 0 needs at least 1", "left 1 needs at least 1", "right 0 may have at most 1"]
    );
    assert_eq!(choice.conflict.len(), 1);
}

#[test]
fn one_change_keeps_what_was_published() {
    let ask = |previous: &str| {
        choose(&format!(
            r#"{{"left":[{{"max":1}},{{"max":1}},{{"max":1}}],"right":[{{"max":1}},{{"max":1}},{{"max":1}}],
                "edges":[[0,0,5],[0,1,5],[1,0,5],[1,1,5],[2,2,5],[2,1,6],[1,2,6]],
                "previous":{{"pairs":[[0,1],[1,0],[2,2]]{previous}}}}}"#
        ))
    };
    let free = ask("");
    assert_eq!(free.total, Some(17));
    let changes = free.changes.unwrap();
    assert_eq!((changes.kept, changes.dropped.len()), (0, 3));
    let priced = ask(r#","price":1"#);
    assert_eq!((priced.total, priced.changes.unwrap().kept), (Some(15), 3));
    let first = ask(r#","before":0"#);
    assert_eq!((first.total, first.pairs), (Some(15), vec![(0, 1), (1, 0), (2, 2)]));
}

#[test]
fn too_few_steps_give_pairs_and_a_bound() {
    let people = vec![r#"{"min":0,"max":1}"#; 30].join(",");
    let edges: Vec<_> = (0..30)
        .flat_map(|a| (a + 1..30).map(move |b| format!("[{a},{b},{}]", (a * 31 + b * 17) % 23)))
        .collect();
    let ask = |steps: u64| {
        choose(&format!(r#"{{"people":[{people}],"edges":[{}],"steps":{steps}}}"#, edges.join(",")))
    };
    let short = ask(1);
    assert_eq!((short.status, short.bounds.len()), (PairingStatus::Feasible, 1));
    assert!(short.total < Some(short.bounds[0]));
    let full = ask(10_000_000);
    assert_eq!((full.status, full.bounds), (PairingStatus::Optimal, vec![]));
}

#[test]
fn a_malformed_request_says_where() {
    let people = r#"{"people":[{"max":1},{"max":1},{"max":1}],"edges":"#;
    let cases = [
        (format!("{people}[[0,3,1]]}}"), "edge 0 names person 3, but there are only 3 (from 0)"),
        (format!("{people}[[0,1,1],[1,1,1]]}}"), "edge 1 pairs person 1 with itself"),
        (format!("{people}[[0,1,1],[1,0,1]]}}"), "edge 1 is the same pair as edge 0"),
        (format!("{people}[[0,1,[1,2]],[1,2,1]]}}"), "edge 1 has 1 levels of points, edge 0 has 2"),
        (
            format!("{people}[],\"must\":[[0,9]]}}"),
            "must[0] names person 9, but there are only 3 (from 0)",
        ),
        (
            format!("{people}[],\"limits\":[{{\"kind\":\"x\"}}]}}"),
            "limits[0] no edge is of kind \"x\"",
        ),
        (
            format!("{people}[],\"fairness\":{{\"alpha\":10001}}}}"),
            "fairness.alpha is 10001; at most 10000 basis points",
        ),
        (
            format!("{people}[],\"fairness\":{{\"alpha\":1}},\"previous\":{{\"pairs\":[]}}}}"),
            "fairness cannot be asked together with previous",
        ),
        (r#"{"left":[],"edges":[]}"#.to_owned(), "give either `left` and `right` or `people`"),
    ];
    for (text, want) in cases {
        let got = PairingRequest::from_json(text.as_bytes()).unwrap_err();
        assert_eq!(got.to_string(), want, "{text}");
    }
    for (text, part) in [
        (format!("{people}[[0,1,1.5]]}}"), "floating point `1.5`"),
        (format!("{people}[[0,1]]}}"), "edge 0 has only 2 elements"),
        (format!("{people}[[0,1,9223372036854775808]]}}"), "9223372036854775808"),
        (format!("{people}[],\"musts\":[]}}"), "unknown field `musts`"),
        (
            r#"{"people":[{"max":1,"organization":"A"}],"edges":[]}"#.to_owned(),
            "unknown field `organization`",
        ),
    ] {
        let got = PairingRequest::from_json(text.as_bytes()).unwrap_err().to_string();
        assert!(got.contains(part) && got.contains("line 1 column"), "{got}");
    }
}
