//! Every path of the schema as everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use async_graphql::{Executor as _, Request};
use lianmeng_app::desk::Office;
use lianmeng_domain::actor::Role;
use lianmeng_domain::rights::aggregate::Fewest;
use lianmeng_domain::rights::{DataClass, Sight, fields};
use serde_json::{Value, json};

use super::judge::{Findings, Judge, Truth};
use super::proposals;
use super::shape::{Field, Shape};
use super::world::{self, Asker, World, expand};
use crate::limits::{Gate, Limits};
use crate::service::{Engine, Service};

/// Fields of the longest paths; `make test-rights` asks for 4.
fn depth() -> usize {
    std::env::var("LIANMENG_RIGHTS_DEPTH").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

/// The schema without limits: paths are tried here, not sizes.
pub(super) fn engine() -> Arc<Engine> {
    let most = usize::MAX;
    let limits = Limits {
        bytes: most,
        tokens: most,
        depth: 64,
        cost: most,
        fields: most,
        unfolded: u64::MAX,
        aliases: most,
        directives: most,
        ..Limits::default()
    };
    let gate = Gate::new(limits, true, crate::limits::Trusted::default(), false);
    Arc::new(Engine::new(gate, crate::service::TIMEOUT))
}

/// What `asker` is told.
pub(super) async fn ask(
    (engine, office): (&Arc<Engine>, &Arc<Office>),
    asker: &Asker,
    request: impl Into<Request>,
) -> Value {
    let service = Service::of(Arc::clone(engine), Arc::clone(office), asker.caller.clone());
    let mut answer = service.execute(request.into()).await;
    answer.extensions.clear();
    serde_json::to_value(answer).unwrap()
}

/// What of a type is asked at the end of a path.
pub(super) fn leaf(shape: &Shape, ty: &str) -> String {
    let choices = shape.concrete(ty);
    let mut text = String::from("{ __typename");
    for choice in &choices {
        let mut own = String::new();
        for field in shape.fields(choice) {
            if !shape.is_edge(field) && field.arguments.iter().all(|one| !one.is_required) {
                write!(own, " {}", field.name).unwrap();
            }
        }
        // Differing types of equal names would clash where a union is asked; ids do.
        if choices.len() > 1 {
            write!(text, " ... on {choice} {{ {} }}", key(shape, choice)).unwrap();
        } else {
            text.push_str(&own);
        }
    }
    text.push_str(&inside(shape, ty, |node| leaf(shape, node)));
    // A relation or a step is told with what it rests on.
    if ty == "SupplyRelation" || ty.starts_with("Graph") {
        for field in shape.fields(ty).iter().filter(|field| can_take(shape, field)) {
            write!(text, " {} {}", field.name, leaf(shape, &field.ty)).unwrap();
        }
    }
    text.push_str(" }");
    text
}

/// What a connection or the edge of one holds.
fn inside(shape: &Shape, ty: &str, below: impl Fn(&str) -> String) -> String {
    if !shape.is_plumbing(ty) {
        return String::new();
    }
    let mut text = String::new();
    for field in shape.fields(ty).iter().filter(|field| shape.is_edge(field)) {
        match field.name.as_str() {
            "nodes" | "node" => write!(text, " {} {}", field.name, below(&field.ty)).unwrap(),
            "edges" => {
                let node = "edges { __typename cursor node { __typename } }";
                write!(text, " {node}").unwrap();
            }
            _ => {}
        }
    }
    text
}

fn key(shape: &Shape, ty: &str) -> &'static str {
    let has = |name: &str| shape.fields(ty).iter().any(|field| field.name == name);
    if has("id") {
        "id"
    } else if has("meetingId") {
        "meetingId"
    } else {
        ""
    }
}

/// Types everything of which is public to the same people as the things they are part of.
const PLAIN: &[&str] = &[
    "Place",
    "Coverage",
    "ProductLink",
    "EnterpriseProduct",
    "Placement",
    "RegionMatch",
    "SupplyLink",
    "Slot",
    "Table",
    "Session",
    "GraphNode",
    "MeetingRequestRules",
];

/// Whether a path that ends at `ty` could tell something that is not for all.
fn is_restricted(shape: &Shape, ty: &str) -> bool {
    shape.concrete(ty).iter().any(|ty| {
        let public = |field: &Field| match fields::rule(ty, &field.name) {
            Some(rule) => matches!(rule.class, Some(DataClass::Codes | DataClass::Registry)),
            None => false,
        };
        !PLAIN.contains(&ty.as_str()) && !shape.fields(ty).iter().all(public)
    })
}

/// The type behind a connection.
fn node_of<'a>(shape: &'a Shape, ty: &'a str) -> &'a str {
    let node = shape.fields(ty).iter().find(|field| field.name == "nodes");
    node.filter(|_| shape.is_plumbing(ty)).map_or(ty, |node| &node.ty)
}

/// Whether some path of `depth` fields from `ty` on ends where something is not for all.
fn leads(
    shape: &Shape,
    ty: &str,
    depth: usize,
    known: &mut BTreeMap<(String, usize), bool>,
) -> bool {
    let ty = node_of(shape, ty);
    if depth == 0 {
        return is_restricted(shape, ty);
    }
    let at = (ty.to_owned(), depth);
    if let Some(&known) = known.get(&at) {
        return known;
    }
    let mut any = false;
    for ty in shape.concrete(ty) {
        for field in shape.fields(&ty).iter().filter(|field| can_take(shape, field)) {
            any |= leads(shape, &field.ty, depth - 1, known);
        }
    }
    known.insert(at, any);
    any
}

fn can_take(shape: &Shape, field: &Field) -> bool {
    shape.is_edge(field) && field.arguments.iter().all(|one| !one.is_required)
}

/// The call of a field: all rows of a list.
fn call(field: &Field) -> String {
    let is_list = field.arguments.iter().any(|one| one.name == "first");
    if is_list { format!("{}(first: 100)", field.name) } else { field.name.clone() }
}

/// Every path of exactly `depth` fields more from `ty` on, as one selection; `None` if there is none
/// that could tell something. Rows on the way give their ids only.
fn below(
    shape: &Shape,
    ty: &str,
    (depth, is_far): (usize, bool),
    known: &mut BTreeMap<(String, usize), bool>,
) -> Option<String> {
    if depth == 0 {
        return Some(leaf(shape, ty));
    }
    if shape.is_plumbing(ty) {
        let node = below(shape, node_of(shape, ty), (depth, is_far), known)?;
        return Some(format!("{{ __typename nodes {node} }}"));
    }
    let choices = shape.concrete(ty);
    let mut text = String::from("{ __typename");
    let mut any = false;
    for choice in &choices {
        let mut own = format!(" {}", key(shape, choice));
        for field in shape.fields(choice).iter().filter(|field| can_take(shape, field)) {
            // Near the root every path is walked, farther on those that could tell something.
            if is_far && !leads(shape, &field.ty, depth - 1, known) {
                continue;
            }
            if let Some(inner) = below(shape, &field.ty, (depth - 1, is_far), known) {
                write!(own, " {} {inner}", call(field)).unwrap();
                any = true;
            }
        }
        if choices.len() > 1 {
            write!(text, " ... on {choice} {{ {own} }}").unwrap();
        } else {
            text.push_str(&own);
        }
    }
    text.push_str(" }");
    any.then_some(text)
}

/// The ways to call a root: its arguments, and the row that what it gives is part of.
fn roots(field: &Field, world: &World) -> Option<Vec<(String, String)>> {
    let each = |ids: &[&str], argument: &str| {
        let ids = ids.iter().map(|id| expand(id));
        ids.map(|id| (format!("({argument}: \"{id}\")"), id)).collect::<Vec<_>>()
    };
    let firms = ["enterprise:#1", "enterprise:#2", "enterprise:#4"];
    if let Some(ways) = proposals::ways(&field.name) {
        return Some(ways);
    }
    Some(match field.name.as_str() {
        "node" => {
            let ids = world.ids();
            ids.into_iter().map(|id| (format!("(id: \"{id}\")"), id)).collect()
        }
        "nodes" => world
            .ids()
            .chunks(100)
            .map(|ids| (format!("(ids: {})", serde_json::to_string(ids).unwrap()), String::new()))
            .collect(),
        "avoided" => each(&firms, "first: 100, enterpriseId"),
        "job" => each(&["job:#1", "job:#2"], "id"),
        "mySchedule" => each(&["event:#1", "event:#2"], "eventId"),
        "graphNeighbours" => each(
            &["enterprise:#1", "enterprise:#3", "enterprise:#4", "enterprise:#8", "task:#1"],
            "first: 100, id",
        ),
        "graphWalk" => each(&firms, "first: 100, depth: 3, direction: DOWNSTREAM, id"),
        "graphPath" => {
            let [from, to] = ["enterprise:#1", "enterprise:#4"].map(expand);
            vec![(format!("(over: EVERYTHING, from: \"{from}\", to: \"{to}\")"), from)]
        }
        "pairingPlan" => {
            let side = |id: &str| format!("[{{ memberId: \"{}\" }}]", expand(id));
            let (a, b) = (side("organisation:#12"), side("enterprise:#1"));
            vec![(format!("(a: {a}, b: {b})"), String::new())]
        }
        "pairingPlanWhatIf" => {
            let side = |id: &str| format!("[{{ memberId: \"{}\" }}]", expand(id));
            let (a, b) = (side("organisation:#12"), side("enterprise:#1"));
            vec![(format!("(a: {a}, b: {b}, changed: {{}})"), String::new())]
        }
        "taskListPropose" => vec![("(input: {})".to_owned(), String::new())],
        "suggestionsWhatIf" => each(&["need:#1", "need:#2", "need:#5"], "needId"),
        "region" => vec![("(code: \"320612\")".to_owned(), String::new())],
        "travelTimes" => vec![("(first: 100, code: \"320612\")".to_owned(), String::new())],
        "deadlines" => vec![("(kind: OTHER)".to_owned(), String::new())],
        "monthlyTopics" => vec![(
            format!("(committeeId: \"{}\", month: \"2026-03\")", expand("committee:#5")),
            "Query".to_owned(),
        )],
        "needDuplicates" => vec![(
            format!(
                "(card: {{ enterpriseId: \"{}\", kind: OTHER, title: \"班车\", body: \"求班车\" }})",
                expand("enterprise:#1")
            ),
            "Query".to_owned(),
        )],
        "needStats" => {
            vec![("(from: \"2026-01-01\", until: \"2026-03-31\")".to_owned(), "Query".to_owned())]
        }
        "projectFunnel" => vec![("(cohort: \"重点\")".to_owned(), String::new())],
        "search" => vec![("(text: \"厂\", first: 100)".to_owned(), "Query".to_owned())],
        "workCalendar" => vec![("(year: 2026)".to_owned(), "Query".to_owned())],
        "regionResolve" => vec![("(name: \"通州市\")".to_owned(), String::new())],
        _ if field.arguments.iter().any(|one| one.is_required) => return None,
        _ => {
            let is_list = field.arguments.iter().any(|one| one.name == "first");
            vec![(
                if is_list { "(first: 100)".to_owned() } else { String::new() },
                "Query".to_owned(),
            )]
        }
    })
}

/// Whether `id` is one of a thing of this type.
fn is_a(id: &str, ty: &str) -> bool {
    let tag = match ty {
        "IndustrialChain" => "chain".to_owned(),
        "ChainSegment" => "segment".to_owned(),
        "ChainCommittee" => "committee".to_owned(),
        "CooperationTask" => "task".to_owned(),
        "DockingEvent" => "event".to_owned(),
        _ => ty.chars().fold(String::new(), |mut tag, letter| {
            if letter.is_uppercase() && !tag.is_empty() {
                tag.push('_');
            }
            tag.extend(letter.to_lowercase());
            tag
        }),
    };
    id.split(':').next() == Some(tag.as_str())
}

/// The queries that take every path of `depth` fields: what to ask, the root, and its row.
fn queries(shape: &Shape, world: &World, depth: usize) -> Vec<(String, String, String)> {
    let mut known = BTreeMap::new();
    let mut all = Vec::new();
    for field in shape.fields("Query") {
        let roots = roots(field, world)
            .unwrap_or_else(|| panic!("say in rights/walk.rs how to call the root {}", field.name));
        // A thing by its id is the start of the same paths as things by their ids.
        if field.name == "node" && depth > 1 {
            continue;
        }
        // Each type that may stand here by itself: equal names of differing types would clash.
        for choice in shape.concrete(&field.ty) {
            let selection = if shape.is_edge(field) {
                below(shape, &choice, (depth - 1, depth > 2), &mut known)
            } else {
                (depth == 1).then(String::new)
            };
            let Some(mut selection) = selection else { continue };
            if choice != field.ty {
                selection = format!("{{ __typename ... on {choice} {selection} }}");
            }
            for (arguments, row) in &roots {
                if field.name == "node" && !is_a(row, &choice) {
                    continue;
                }
                let query = format!("{{ {}{arguments} {selection} }}", field.name);
                all.push((query, field.name.clone(), row.clone()));
            }
        }
    }
    all
}

/// Takes every path as `asker`.
async fn walk(
    place: (&Arc<Engine>, &Arc<Office>),
    queries: &[(String, String, String)],
    judge: &mut Judge<'_>,
) -> u64 {
    let mut asked = 0;
    for (query, root, row) in queries {
        let answer = ask(place, judge.asker, query.as_str()).await;
        asked += 1;
        judge.read(&answer);
        let value = &answer["data"][root];
        // What a coordinator without an account is told of these is theirs, or nothing; which rows must be there, the
        // facts say.
        if row == "Query"
            && !["auditRows", "myGuestInvitations", "myNotices", "viewer"].contains(&root.as_str())
        {
            judge.compare("Query", root, value, root);
        }
        judge.look(value, row, root);
        let errors = answer.get("errors");
        assert!(errors.is_none() || root == "pairingPlan", "{query}: {errors:?}");
    }
    asked
}

/// Every marker there is, and every row.
fn everything(world: &World) -> (BTreeSet<String>, BTreeSet<(DataClass, String)>) {
    let text = expand(include_str!("world.sql"));
    // The first lines explain markers with one.
    let text = text.split_once("INSERT").unwrap().1;
    let markers = text.split('§').skip(1).step_by(2).map(str::to_owned).collect();
    (markers, world.rows().cloned().collect())
}

/// What the matrix gives and nobody told: markers and rows.
fn missing(judge: &mut Judge<'_>) -> Vec<String> {
    let (markers, rows) = everything(judge.world);
    let mut missing = Vec::new();
    for marker in markers {
        if judge.may_read(&marker) && !judge.found.markers.contains(&marker) {
            missing.push(format!("{} never read {marker}", judge.asker.name));
        }
    }
    // Rows of their own; the rest of what facts are about are fields of these.
    let parts = [
        DataClass::NeedBody,
        DataClass::NeedNotes,
        DataClass::DeclineReason,
        DataClass::GainOfA,
        DataClass::GainOfB,
        DataClass::AvoidList,
        DataClass::EventWishes,
    ];
    let keyed = |class: DataClass, id: &str| {
        let is_part = class == DataClass::EventDraft && !id.starts_with("meeting:");
        !is_part && !parts.contains(&class)
    };
    for (class, id) in rows.into_iter().filter(|(class, id)| keyed(*class, id)) {
        let sight = judge.world.sight(judge.asker, class, &id).unwrap();
        let is_seen = judge.found.rows.contains(&(class, id.clone()));
        if sight != Sight::None && !is_seen {
            missing.push(format!("{} never saw {id} ({class})", judge.asker.name));
        }
    }
    missing
}

/// Walks as every `of`th asker and compares with the matrix.
async fn part(number: usize, of: usize) {
    let (shape, world, mut askers) = (Shape::read(), World::new(), world::askers());
    askers.extend(world::guests());
    let office = Arc::new(world::office().await);
    let engine = engine();
    let place = (&engine, &office);
    let mut all = Vec::new();
    for depth in 1..=depth() {
        all.extend(queries(&shape, &world, depth));
    }
    let mut truth: Option<Truth> = None;
    let mut problems = Vec::new();
    let (mut edges, mut asked, mut compared) = (0, 0, 0);
    let (mut leaks, mut walked) = (0, 0);
    for (place_in_list, asker) in askers.iter().enumerate() {
        // The first, a coordinator, sees everything and tells every part what is true.
        if place_in_list != 0 && place_in_list % of != number {
            continue;
        }
        let mut judge = Judge {
            shape: &shape,
            world: &world,
            asker,
            truth: truth.as_ref(),
            learnt: Truth::default(),
            found: Findings::default(),
        };
        asked += walk(place, &all, &mut judge).await;
        problems.extend(missing(&mut judge));
        let Judge { learnt, found, .. } = judge;
        truth.get_or_insert(learnt);
        walked += 1;
        leaks += found.leaks.len();
        compared += found.compared;
        edges = edges.max(found.edges.len());
        let found = [found.unruled, found.leaks, found.gaps];
        problems.extend(found.into_iter().flatten());
    }
    println!(
        "rights, part {number} of {of}: {walked} askers x {} queries of at most {} fields, {asked} \
         asked; {edges} fields of the schema gave something, {compared} values compared; {leaks} \
         leaks",
        all.len(),
        depth(),
    );
    problems.sort();
    problems.dedup();
    let shown = problems.iter().take(60).cloned().collect::<Vec<_>>().join("\n");
    assert!(problems.is_empty(), "{} problems:\n{shown}", problems.len());
}

#[tokio::test]
async fn every_path_gives_each_asker_what_the_matrix_says_part_one() {
    part(0, 4).await;
}

#[tokio::test]
async fn every_path_gives_each_asker_what_the_matrix_says_part_two() {
    part(1, 4).await;
}

#[tokio::test]
async fn every_path_gives_each_asker_what_the_matrix_says_part_three() {
    part(2, 4).await;
}

#[tokio::test]
async fn every_path_gives_each_asker_what_the_matrix_says_part_four() {
    part(3, 4).await;
}

#[test]
fn every_field_of_the_schema_has_a_rule_and_every_rule_a_field() {
    let shape = Shape::read();
    let mut problems = Vec::new();
    for (ty, its) in &shape.objects {
        if shape.is_plumbing(ty) || ["Query", "Mutation", "Subscription"].contains(&ty.as_str()) {
            continue;
        }
        for field in its {
            if field.name != "errors" && fields::rule(ty, &field.name).is_none() {
                problems.push(format!(
                    "{ty}.{} has no rule: give it a class in crates/domain/src/rights/fields.rs",
                    field.name
                ));
            }
        }
    }
    for fields in fields::FIELDS {
        let words = [fields.open, fields.masked, fields.mine].join(" ");
        for word in words.split_whitespace() {
            if !shape.fields(fields.of).iter().any(|field| field.name == word) {
                problems.push(format!("{}.{word} has a rule and does not exist", fields.of));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[tokio::test]
async fn figures_about_few_enterprises_are_withheld_and_say_so() {
    let office = world::office().await;
    let query = "{ graphStats { withheld nodes { kind } links { kind count } } }";
    let four = ["SUPPLIES", "TASK_OWNER", "TASK_COUNTERPART"];
    for (asker, fewest, is_withheld) in [
        (world::asker(Role::Public, ""), 5, true),
        (world::asker(Role::RotatingChair, "k5"), 5, true),
        (world::asker(Role::Enterprise, "e1"), 5, true),
        (world::asker(Role::Public, ""), 4, false),
        (world::asker(Role::Coordinator, ""), 5, false),
        (world::asker(Role::Auditor, ""), 5, false),
    ] {
        let office = Office { fewest: Fewest::new(fewest), ..office.clone() };
        let answer = ask((&engine(), &Arc::new(office)), &asker, query).await;
        let stats = &answer["data"]["graphStats"];
        let has = |list: &str, kind: &str| {
            stats[list].as_array().unwrap().iter().any(|one| one["kind"] == kind)
        };
        let withheld: Vec<&str> = stats["withheld"]
            .as_array()
            .unwrap()
            .iter()
            .map(|kind| kind.as_str().unwrap())
            .collect();
        let want: &[&str] = if is_withheld { &four } else { &[] };
        assert_eq!(withheld.iter().collect::<BTreeSet<_>>(), want.iter().collect(), "{answer}");
        for kind in four {
            assert_eq!(has("links", kind), !is_withheld, "{kind} {answer}");
        }
        assert_eq!(has("nodes", "TASK"), !is_withheld, "{answer}");
        assert!(has("links", "MAKES") && has("nodes", "ENTERPRISE"), "{answer}");
    }
}

/// Told what is none of its business, the judge says so: else silence would prove nothing.
#[test]
fn the_judge_finds_a_leak_in_a_field_a_row_a_list_and_a_message() {
    let (shape, world) = (Shape::read(), World::new());
    let stranger = world::asker(Role::Enterprise, "e2");
    let need = expand("need:#1");
    let task = expand("task:#1");
    let suggestion = expand("suggestion:#3");
    let cases = [
        ("a row", json!({ "__typename": "Need", "id": need }), true),
        ("a field", json!({ "__typename": "Need", "id": need, "body": "x" }), true),
        (
            "the own row",
            json!({ "__typename": "Need", "id": expand("need:#2"), "body": "x" }),
            false,
        ),
        ("a node of the graph", json!({ "__typename": "GraphNode", "id": task }), true),
        ("in a list", json!([{ "__typename": "Outcome", "id": expand("outcome:#1") }]), true),
        ("a marker", json!({ "errors": [{ "message": format!("no §need_body/{need}§") }] }), true),
        ("its own reason", json!({ "message": format!("§!decline_reason/{suggestion}§") }), false),
    ];
    for (name, answer, want) in cases {
        let mut judge = Judge {
            shape: &shape,
            world: &world,
            asker: &stranger,
            truth: None,
            learnt: Truth::default(),
            found: Findings::default(),
        };
        judge.read(&answer);
        judge.look(&answer, "", "test");
        assert_eq!(!judge.found.leaks.is_empty(), want, "{name}: {:?}", judge.found.leaks);
    }
}
