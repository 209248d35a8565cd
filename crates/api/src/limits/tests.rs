use std::fmt::Write as _;

use async_graphql::Request;
use proptest::prelude::*;

use super::documents::Kept;
use super::scan::Size;
use super::*;

fn parse(query: &str) -> Result<ExecutableDocument, Box<ServerError>> {
    Limits::default().parse(query)
}

fn refusal(query: &str) -> String {
    parse(query).unwrap_err().message
}

fn bomb(levels: usize) -> String {
    let mut query = "{ ...B0 }".to_owned();
    for level in 0..levels {
        let next = level + 1;
        write!(query, " fragment B{level} on Query {{ ...B{next} ...B{next} }}").unwrap();
    }
    write!(query, " fragment B{levels} on Query {{ __typename }}").unwrap();
    query
}

#[test]
fn fragments_that_double_at_each_level_are_refused_at_once() {
    assert!(parse(&bomb(5)).is_ok());
    assert!(refusal(&bomb(25)).contains("unfold"));
    assert!(refusal(&bomb(60)).contains("levels of selections"));
}

#[test]
fn fragments_in_a_circle_are_refused() {
    let query = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A ...A }";
    assert!(refusal(query).contains("spreads itself"));
    assert!(refusal("{ a } fragment A on Query { ...A }").contains("spreads itself"));
}

#[test]
fn each_limit_is_named_with_what_was_found_and_what_is_allowed() {
    let many = |count: usize, part: &dyn Fn(usize) -> String| -> String {
        (0..count).map(part).collect::<Vec<_>>().join(" ")
    };
    let cases = [
        (" ".repeat(65_537), "65537 bytes; at most 65536"),
        (format!("{{{}}}", "a ".repeat(4_000)), "4002 tokens; at most 4000"),
        ("{a".repeat(100), "100 nested brackets; at most 64"),
        (format!("{{{}}}", many(61, &|i| format!("a{i}:b"))), "61 aliases; at most 60"),
        (format!("{{a {}}}", "@skip(if: false)".repeat(61)), "61 directives; at most 60"),
        (format!("{{{}}}", "a ".repeat(1_001)), "1001 fields; at most 1000"),
        (format!("{}{}", "{a".repeat(17), "}".repeat(17)), "17 levels of fields; at most 16"),
        (many(11, &|i| format!("query A{i} {{ a }}")), "11 operations; at most 10"),
        (format!("{{ a({}) }}", many(33, &|i| format!("x{i}: 1"))), "33 arguments; at most 32"),
        (
            format!("query({}) {{ a }}", many(65, &|i| format!("$x{i}: Int"))),
            "65 variables; at most 64",
        ),
        (
            format!("{{ a }} {}", many(65, &|i| format!("fragment F{i} on Query {{ a }}"))),
            "65 fragments; at most 64",
        ),
        ("{ __schema { types { fields { type { fields { name } } } } } }".to_owned(), "3 lists"),
    ];
    for (query, want) in cases {
        let message = refusal(&query);
        assert!(message.contains(want), "{message}");
    }
    let usual = "{ __schema { types { fields { args { type { ofType { name } } } } } } }";
    assert!(parse(usual).is_ok());
    for broken in ["{ a ", "", "{ a(b: \"\"\" \") }"] {
        assert!(parse(broken).is_err(), "{broken}");
    }
}

#[test]
fn deep_fragments_of_deep_selections_do_not_add_up_unseen() {
    let inner = format!("{}a{}", "... {".repeat(20), "}".repeat(20));
    let query = format!(
        "{{ {0}...A{1} }} fragment A on Query {{ {inner} }}",
        "... {".repeat(20),
        "}".repeat(20)
    );
    assert!(refusal(&query).contains("levels of selections"));
}

#[test]
fn brackets_in_strings_and_comments_do_not_count_and_hide_none() {
    let flat = [
        format!("{{ a(b: \"{}\") }}", "{".repeat(100)),
        format!("{{ a(b: \"\"\"{}\"\"\") }}", "{".repeat(100)),
        format!("{{ a # {}\n }}", "{".repeat(100)),
    ];
    for query in flat {
        assert!(parse(&query).is_ok(), "{query}");
    }
    let deep = "{a".repeat(100);
    for start in ["{ a # \"\n", "{ a(b: \"\"\" \" \"\"\")", "{ a(b: \"\\\"\")", "{ a(b: \"\n"] {
        let size = Size::of(&format!("{start}{deep}"));
        assert!(size.depth >= 100, "{start}: {size:?}");
    }
}

#[tokio::test]
async fn a_document_is_run_by_hash_once_it_was_sent_with_it() {
    let gate = Gate::default();
    let hash = documents::hash_of("{ a }");
    let ask = async |query: &str, hash: &str| {
        let mut request = Request::new(query);
        let persisted = async_graphql::value!({ "version": 1, "sha256Hash": hash });
        request.extensions.insert("persistedQuery".to_owned(), persisted);
        let plan = gate.admit(&mut request).await;
        plan.map(|_| request.query).map_err(|error| error.message)
    };
    assert_eq!(ask("", &hash).await, Err("PersistedQueryNotFound".to_owned()));
    assert!(ask("{ b }", &hash).await.unwrap_err().contains("SHA-256"));
    assert_eq!(ask("{ a }", &hash).await, Ok("{ a }".to_owned()));
    assert_eq!(ask("", &hash).await, Ok("{ a }".to_owned()));
    // One that ran before without a hash is registered and checked all the same.
    assert!(gate.admit(&mut Request::new("{ c }")).await.is_ok());
    assert!(ask("{ c }", &hash).await.unwrap_err().contains("SHA-256"));
    let hash = documents::hash_of("{ c }");
    assert_eq!(ask("{ c }", &hash).await, Ok("{ c }".to_owned()));
    assert_eq!(ask("", &hash).await, Ok("{ c }".to_owned()));
}

#[tokio::test]
async fn only_documents_of_the_manifest_run_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.graphql"), "{ a }").unwrap();
    let manifest = folder.path().join("documents.json");
    let hash = documents::hash_of("{ b }");
    std::fs::write(&manifest, format!("{{\"sha256:{hash}\": \"{{ b }}\"}}")).unwrap();
    for (path, known, unknown) in [(folder.path(), "{ a }", "{ b }"), (&manifest, "{ b }", "{ a }")]
    {
        let trusted = Trusted::read(path).unwrap();
        assert_eq!(trusted.len(), 1);
        let gate = Gate::new(Limits::default(), true, trusted, true);
        assert!(gate.admit(&mut Request::new(known)).await.is_ok());
        let refused = gate.admit(&mut Request::new(unknown)).await.unwrap_err();
        assert!(refused.message.contains("manifest"), "{}", refused.message);
    }
    std::fs::write(&manifest, format!("{{\"{hash}\": \"{{ c }}\"}}")).unwrap();
    assert!(Trusted::read(&manifest).unwrap_err().to_string().contains("has the hash"));
}

#[test]
fn what_is_kept_stays_within_its_bytes() {
    let kept = Kept::new(4_000);
    for number in 0..100 {
        kept.put(&format!("{number}"), number, 500);
    }
    assert!(kept.bytes() <= 4_000);
    let left = (0..100).filter(|n| kept.get(&n.to_string()).is_some()).count();
    assert!((1..=6).contains(&left) && kept.bytes() <= 4_000, "{left}, {}", kept.bytes());
    kept.put("long", 1, 900);
    assert_eq!(kept.get("long"), None, "one entry never takes a quarter of the room");
}

#[test]
fn variables_of_one_shape_are_valid_alike() {
    let query = "query($id: ID!, $first: Int, $kind: Kind) { a }";
    let plan = Plan::new(parse(query).unwrap());
    let state = std::collections::hash_map::RandomState::new();
    let shape =
        |variables: serde_json::Value| plan.shape(None, &Variables::from_json(variables), &state);
    let first = shape(serde_json::json!({ "id": "a", "first": 1, "kind": "A" }));
    assert_eq!(first, shape(serde_json::json!({ "id": "b", "first": 1, "kind": "A" })));
    for other in [
        serde_json::json!({ "id": 5, "first": 1, "kind": "A" }),
        serde_json::json!({ "id": "a", "first": 2, "kind": "A" }),
        serde_json::json!({ "id": "a", "first": 1, "kind": "B" }),
        serde_json::json!({ "id": "a", "first": 1 }),
        serde_json::json!({ "id": null, "first": 1, "kind": "A" }),
    ] {
        assert_ne!(first, shape(other.clone()), "{other}");
    }
    assert!(!plan.is_proven(first));
    plan.prove(first);
    assert!(plan.is_proven(first));
}

/// Levels of selections in a parsed document.
fn levels(set: &async_graphql::parser::types::SelectionSet) -> usize {
    use async_graphql::parser::types::Selection;
    let inside = set.items.iter().map(|item| match &item.node {
        Selection::Field(field) => levels(&field.node.selection_set.node),
        Selection::InlineFragment(inline) => levels(&inline.node.selection_set.node),
        Selection::FragmentSpread(_) => 0,
    });
    usize::from(!set.items.is_empty()) + inside.max().unwrap_or(0)
}

proptest! {
    #[test]
    fn the_scan_never_sees_fewer_brackets_than_the_parser(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "{", "}", "a", "(b: \"x\")", "(b: \"\"\"", "\"\"\")", "\"", "#", "\n", "\\", "...",
                "(b: [", "])", " ", "a{a", "}}", "\"\"\" \" \"\"\"",
            ]),
            0..40,
        )
    ) {
        let query = format!("{{ a {} }}", parts.concat());
        let size = Size::of(&query);
        if let Ok(document) = parse_query(&query) {
            prop_assert!(!size.is_broken);
            for (_, operation) in document.operations.iter() {
                prop_assert!(size.depth >= levels(&operation.node.selection_set.node));
            }
        }
    }
}

#[test]
fn a_text_that_no_database_keeps_is_refused_wherever_it_stands() {
    let refused = |query: &str| {
        let error = parse(query).unwrap_err();
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code")).cloned();
        (code, error.message)
    };
    let nul =
        (Some(Value::from("BAD_INPUT")), "a text holds U+0000, which cannot be kept".to_owned());
    assert_eq!(refused(r#"{ a(b: "x\u0000") }"#), nul);
    assert_eq!(refused(r#"{ a(b: "\\\u0000") }"#), nul);
    assert_eq!(refused("{ a(b: \"\"\"x\0\"\"\") }"), nul);
    assert!(parse(r#"{ a(b: "\\u0000 \u0001") }"#).is_ok(), "a backslash and some letters");
    assert!(parse(r#"{ a(b: """\u0000""") }"#).is_ok(), "block texts have no escapes");
    let variables = |value: serde_json::Value| texts(&Variables::from_json(value));
    let deep = serde_json::json!({ "input": { "names": ["a", "b\u{0}"] } });
    assert_eq!(variables(deep).unwrap_err().message, nul.1);
    assert!(variables(serde_json::json!({ "a": ["b", { "c": 1, "d": null }] })).is_ok());
}
