//! Every mutation as everybody: who may is not refused, who may not gets nothing and changes
//! nothing.
#![expect(
    clippy::match_same_arms,
    reason = "one line per mutation or argument is easier to add to"
)]

use std::sync::Arc;

use async_graphql::{Request, UploadValue, Variables};
use lianmeng_app::desk::Office;
use lianmeng_domain::actor::Role;
use lianmeng_domain::rights::Column;
use lianmeng_domain::rights::mutations::{self, Mutation};
use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use serde_json::{Map, Value, json};

use super::judge::{Findings, Judge, Truth};
use super::shape::{Argument, Shape};
use super::walk::{ask, engine, leaf};
use super::world::{self, Asker, World, asker, expand};
use crate::service::Engine;

/// All rows of all tables, as text.
async fn dump(office: &Office) -> String {
    let db = &office.db;
    let backend = db.get_database_backend();
    let mut whole = String::new();
    for table in lianmeng_store::backup::tables(db).await.unwrap() {
        let question = if backend == DbBackend::Postgres {
            format!(
                "SELECT column_name AS name FROM information_schema.columns WHERE table_name = '{table}' ORDER BY 1"
            )
        } else {
            format!("SELECT name FROM pragma_table_info('{table}') ORDER BY 1")
        };
        let columns = db.query_all_raw(Statement::from_string(backend, question)).await.unwrap();
        let columns: Vec<String> = columns
            .iter()
            .map(|row| row.try_get::<String>("", "name").unwrap())
            .map(|name| format!("coalesce(CAST(\"{name}\" AS TEXT), '')"))
            .collect();
        let rows =
            format!("SELECT {} AS line FROM \"{table}\" ORDER BY 1", columns.join(" || '|' || "));
        let rows = db.query_all_raw(Statement::from_string(backend, rows)).await.unwrap();
        for row in rows {
            whole.push_str(&format!("{table} {}\n", row.try_get::<String>("", "line").unwrap()));
        }
    }
    whole
}

/// Who is right for a column, where nothing else is said: all of chain A.
fn right(mutation: &str, column: Column) -> Option<Asker> {
    let (role, letters) = match (mutation, column) {
        ("taskAdvance", Column::Enterprise) => (Role::Enterprise, "e3"),
        ("offerConfirm" | "offerUpdate", Column::Enterprise) => (Role::Enterprise, "e2"),
        ("offerConfirm" | "offerUpdate", Column::DepartmentHandler) => {
            (Role::DepartmentHandler, "u12")
        }
        ("suggestionAccept" | "suggestionDecline", Column::Enterprise) => (Role::Enterprise, "e10"),
        ("suggestionAccept" | "suggestionDecline", Column::DepartmentHandler) => {
            (Role::DepartmentHandler, "u14")
        }
        ("bidSubmit" | "bidTakeBack", Column::Enterprise) => (Role::Enterprise, "e9"),
        ("bidSubmit" | "bidTakeBack", Column::DepartmentHandler) => {
            (Role::DepartmentHandler, "u12")
        }
        ("bidJudge" | "biddingAward" | "biddingOpen" | "biddingWithdraw", Column::Enterprise) => {
            (Role::Enterprise, "e2")
        }
        ("offerReserve" | "reservationConsume" | "reservationReturn", Column::Enterprise) => {
            (Role::Enterprise, "e2")
        }
        (
            "offerReserve" | "reservationConsume" | "reservationReturn",
            Column::DepartmentHandler,
        ) => (Role::DepartmentHandler, "u12"),
        // Whoever uploads names no committee here, which only coordinators may.
        ("invitationsUpload", Column::CommitteeSecretary) => return None,
        ("contactAdd" | "contactChange" | "contactRemove", Column::DepartmentHandler) => {
            (Role::DepartmentHandler, "u12")
        }
        (mutation, Column::Enterprise) if mutation.starts_with("meetingRequest") => {
            (Role::Enterprise, if is_asked(mutation) { "e1" } else { "e4" })
        }
        (mutation, Column::DepartmentHandler) if mutation.starts_with("meetingRequest") => {
            (Role::DepartmentHandler, "u12")
        }
        (
            "guestAnswer"
            | "guestDelegation"
            | "guestSubstitute"
            | "followUpAnswer"
            | "meetingResultRecord",
            Column::DepartmentHandler,
        ) => (Role::DepartmentHandler, "u12"),
        ("needCheckIn", Column::DepartmentHandler) => (Role::DepartmentHandler, "u13"),
        (_, Column::LiaisonOfEnterprise) => (Role::ServiceLiaison, "e1"),
        (_, Column::Enterprise) => (Role::Enterprise, "e1"),
        (_, Column::DepartmentHandler) => (Role::DepartmentHandler, "u7"),
        (_, Column::CommitteeSecretary) => (Role::CommitteeSecretary, "k5"),
        (_, Column::DistrictHost) => (Role::DistrictHost, "r320612"),
        (_, Column::Coordinator) => (Role::Coordinator, ""),
        (_, Column::SystemAdmin) => (Role::SystemAdmin, ""),
        _ => return None,
    };
    Some(asker(role, letters))
}

/// Whether it is for who was asked for a meeting, not for who asked.
fn is_asked(mutation: &str) -> bool {
    matches!(mutation, "meetingRequestAccept" | "meetingRequestDecline")
}

/// Everybody who asks.
const EVERYONE: &[&str] = &["*"];

/// Others in whose scope it is too, so that they are no strangers.
fn also_right(mutation: &Mutation) -> &'static [&'static str] {
    let is_organiser = mutation.may.contains(&Column::DistrictHost);
    match mutation.name {
        "attachmentAdd" | "attachmentRemove" | "eventCreate" | "venueRegister" => &[],
        "supplyEdgeDispute" => &["enterprise e2"],
        // The other side of the meeting.
        "followUpAnswer" | "meetingResultRecord" => {
            &["district_host z1", "enterprise e4", "enterprise e9"]
        }
        "needNote" => &["department_handler u13"],
        "reservationReturn" => &["enterprise e1"],
        // One's own, of which nobody here has any: nothing is read and nothing changes.
        "noticesRead" => EVERYONE,
        // Whoever sees a need may bid.
        "bidSubmit" | "bidTakeBack" => &[
            "enterprise e1",
            "enterprise e2",
            "enterprise e10",
            "department_handler u7",
            "department_handler u13",
            "department_handler u14",
        ],
        _ if is_organiser => &["district_host z1"],
        _ => &[],
    }
}

/// The same for events: meetings, guests, their requests and their badges.
fn event_id(mutation: &str, column: Column, name: &str) -> Option<&'static str> {
    let id = match (mutation, name) {
        (_, "requestId") if is_asked(mutation) == (column == Column::Enterprise) => {
            "meeting_request:#3"
        }
        (_, "requestId") => "meeting_request:#4",
        (_, "toId") => "enterprise:#9",
        ("followUpAnswer", _) if column == Column::DepartmentHandler => "follow_up:#2",
        ("followUpAnswer", _) => "follow_up:#1",
        ("meetingResultRecord", "meetingId") if column == Column::DepartmentHandler => "meeting:#2",
        ("meetingResultRecord", "meetingId") => "meeting:#1",
        ("checkpointRemove", "checkpointId") => "checkpoint:#2",
        (_, "checkpointId") => "checkpoint:#1",
        (_, "guestId") if column == Column::DepartmentHandler => "guest:#2",
        (_, "guestId") => "guest:#1",
        (_, "guestIds") => "guest:#4",
        (_, "personId") => "guest_person:#1",
        (_, "eventId") => "event:#1",
        (_, "meetingId") => "meeting:#3",
        (_, "participantId") => "participant:#1",
        (_, "a") => "participant:#2",
        (_, "b") => "participant:#3",
        _ => return None,
    };
    Some(id)
}

/// Ids that a mutation is tried with, by the last word of the argument, or by where it stands.
fn id(mutation: &str, column: Column, name: &str) -> String {
    if let Some(id) = event_id(mutation, column, name) {
        return expand(id);
    }
    let is_overseer = matches!(column, Column::Coordinator | Column::CommitteeSecretary);
    let id = match (mutation, name) {
        ("needAnswer" | "needResume" | "needSuspend", "needId") if is_overseer => "need:#2",
        ("suggestionsMake", "needId") => "need:#2",
        (_, "needId") if mutation.starts_with("bid") => "need:#2",
        (_, "bidId") => "bid:#1",
        (_, "unitIds" | "proposedHandlerId") => "organisation:#13",
        (_, "targetId") => "need:#2",
        ("offerReserve", "needId") => "need:#2",
        ("offerConfirm" | "offerReserve" | "offerUpdate", "offerId")
            if column == Column::DepartmentHandler =>
        {
            "offer:#4"
        }
        ("offerRegister", "providerId") if column == Column::DepartmentHandler => "organisation:#7",
        ("suggestionPair", "suggestionId") => "suggestion:#6",
        ("suggestionShow" | "suggestionWithdraw", "suggestionId") => "suggestion:#4",
        ("alliancePartnerAdd", "partnerId") => "organisation:#14",
        ("allianceRemove", "id") => "alliance:#1",
        ("chainRemove", "id") => "chain:#3",
        ("committeeRemove", "id") => "committee:#15",
        ("organisationRemove", "id") => "organisation:#14",
        ("partyOrganisationRemove", "id") => "party_organisation:#2",
        ("zoneRemove", "id") => "zone:#2",
        ("segmentRemove", "segmentId") => "segment:#3",
        (_, "allianceId") => "alliance:#1",
        ("attachmentAdd", "thingId") if column == Column::DistrictHost => "meeting:#1",
        ("attachmentAdd", "thingId") => "need:#1",
        (_, "attachmentId") if column == Column::DepartmentHandler => "attachment:#2",
        (_, "attachmentId") if column == Column::DistrictHost => "attachment:#4",
        (_, "attachmentId") if column == Column::LiaisonOfEnterprise => "attachment:#5",
        (_, "attachmentId") if column == Column::CommitteeSecretary => "attachment:#6",
        (_, "attachmentId") => "attachment:#1",
        (_, "apiTokenId") => "api_token:#1",
        (_, "loginId") => "login:#1",
        (_, "chainId") => "chain:#1",
        (_, "committeeId") => "committee:#5",
        (_, "counterpartId") => "enterprise:#4",
        ("contactAdd", "ownerId") if column == Column::DepartmentHandler => "organisation:#12",
        (_, "ownerId") if mutation == "taskList" => "enterprise:#3",
        (_, "enterpriseId" | "supplierId" | "ownerId" | "providerId") => "enterprise:#1",
        (_, "handlerId") => "organisation:#7",
        (_, "holderId" | "aId") => "organisation:#12",
        (_, "partnerId" | "bId") => "enterprise:#2",
        (_, "jobId") => "job:#1",
        (_, "beforeId") => "meeting:#2",
        (_, "afterId") => "meeting:#1",
        (_, "memberId") => "organisation:#14",
        (_, "needId") => "need:#1",
        (_, "offerId") => "offer:#2",
        (_, "organisationId") => "organisation:#14",
        (_, "otherId" | "buyerId") => "enterprise:#9",
        (_, "outcomeId") => "outcome:#1",
        (_, "pairingId") => "pairing:#1",
        (_, "partyOrganisationId") => "party_organisation:#2",
        (_, "projectId") => "project:#1",
        (_, "seatId") => "seat:#1",
        (_, "segmentId" | "segmentIds") => "segment:#1",
        (_, "suggestionId") => "suggestion:#7",
        (_, "suggestionIds") => "suggestion:#6",
        (_, "supplyEdgeId") => "supply_edge:#1",
        (_, "taskId") => "task:#1",
        (_, "zoneId") => "zone:#1",
        (_, "contactId") if column == Column::DepartmentHandler => "contact:#3",
        (_, "contactId") => "contact:#1",
        (_, "claimId") => "claim:#1",
        (_, "grantId") => "grant:#1",
        (_, "accountId") => "account:#1",
        (_, "invitationId") => "invitation:#1",
        (_, "reservationId") if column == Column::DepartmentHandler => "reservation:#2",
        (_, "reservationId") => "reservation:#1",
        (_, "noticeIds") => "notice:#1",
        (_, "webhookId") => "webhook:#1",
        _ => panic!("say in rights/change.rs which id to try {mutation} with as {name}"),
    };
    expand(id)
}

/// Optional arguments that say whose a new thing is.
const SCOPES: &[(&str, &str)] = &[
    ("needDraft", "committeeId"),
    ("needSubmit", "card"),
    ("needSubmit", "committeeId"),
    ("eventCreate", "committeeId"),
    ("eventUpdate", "committeeId"),
    ("outcomeCorrect", "number"),
    ("outcomeRecord", "enterpriseId"),
    ("pairingsCreate", "committeeId"),
    ("projectRegister", "ownerId"),
    ("projectUpdate", "ownerId"),
    ("venueRegister", "place"),
    ("invitationsMake", "committeeId"),
    ("invitationsUpload", "committeeId"),
    ("offerReserve", "needId"),
    ("travelTimesSet", "minutes"),
    ("contactAdd", "phone"),
    ("contactChange", "phone"),
];

/// A smallest value for an argument.
fn value(shape: &Shape, case: (&str, Column), argument: &Argument) -> Value {
    let (mutation, column) = case;
    let one = match argument.ty.as_str() {
        "ID" => json!(id(mutation, column, &argument.name)),
        "Int" => json!(1),
        "Long" => json!(1),
        "Boolean" => json!(true),
        "Date" => json!("2026-03-10"),
        "DateTime" => json!("2026-03-10T01:00:00Z"),
        "Upload" => Value::Null,
        "String" => match argument.name.as_str() {
            "requestKey" => json!(format!("rights-{mutation}")),
            "name" if mutation == "pairingPatternCreate" => json!("RIGHTS"),
            "overlapCodes" | "fromCode" => json!("320612"),
            "toCode" => json!("440305"),
            "startsAt" => json!("09:00"),
            "endsAt" => json!("10:00"),
            "phone" => json!("13800000003"),
            "newPassword" => json!("correct horse battery staple"),
            _ => json!("试写"),
        },
        ty => match (shape.enums.get(ty), shape.inputs.get(ty)) {
            (Some(values), _) => json!(match (mutation, argument.name.as_str()) {
                ("attachmentAdd", "kind") if column == Column::DepartmentHandler => "NEED_ANSWER",
                ("attachmentAdd", "kind") if column == Column::DistrictHost => "MEETING",
                ("attachmentAdd", "kind") => "NEED",
                ("pairingsCreate", "kind") => "VILLAGE_ENTERPRISE",
                ("eventAdvance", "stage") => "LIVE",
                ("outcomeRecord", "kind") => "ORDER",
                _ => &values[0],
            }),
            (None, Some(_)) if shape.one_of.iter().any(|one| one == ty) => {
                json!({ "regionCode": "320612" })
            }
            (None, Some(fields)) => input(shape, case, fields),
            (None, None) => panic!("say in rights/change.rs how to write a {ty}"),
        },
    };
    if !argument.is_list {
        return one;
    }
    if mutation == "eventUpdate" && argument.name == "hosts" {
        return json!([one, { "zoneId": expand("zone:#1") }]);
    }
    json!([one])
}

fn input(shape: &Shape, case: (&str, Column), fields: &[Argument]) -> Value {
    let is_given =
        |one: &&Argument| one.is_required || SCOPES.contains(&(case.0, one.name.as_str()));
    let fields = fields.iter().filter(is_given);
    Value::Object(
        fields.map(|one| (one.name.clone(), value(shape, case, one))).collect::<Map<_, _>>(),
    )
}

/// A mutation as GraphQL, and its variables.
fn request(shape: &Shape, mutation: &str, column: Column) -> Request {
    let field = shape.fields("Mutation").iter().find(|field| field.name == mutation).unwrap();
    let of = &field.ty;
    let edges = shape.fields(of).iter().filter(|field| shape.is_edge(field));
    let edges: Vec<String> =
        edges.map(|field| format!("{} {}", field.name, leaf(shape, &field.ty))).collect();
    let mut show = leaf(shape, of);
    show.insert_str(show.len() - 1, &edges.join(" "));
    let argument = field.arguments.iter().find(|one| one.is_required).unwrap();
    let (name, ty) = (&argument.name, &argument.ty);
    let text = format!("mutation M(${name}: {ty}!) {{ {mutation}({name}: ${name}) {show} }}");
    let given = value(shape, (mutation, column), argument);
    let variables = Variables::from_json(json!({ name.as_str(): given }));
    let mut request = Request::new(text).variables(variables);
    let is_file = |one: &&Argument| one.ty == "Upload";
    let inside = shape.inputs.get(ty.as_str()).and_then(|all| all.iter().find(is_file));
    if ty == "Upload" || inside.is_some() {
        let content = "企业名称\n试写企业\n".into();
        let filename = "one.csv".to_owned();
        let upload = UploadValue { filename, content_type: None, content };
        let path = inside.map(|one| format!(".{}", one.name)).unwrap_or_default();
        request.set_upload(&format!("variables.{name}{path}"), upload);
    }
    request
}

/// Codes of all errors of an answer.
fn codes(answer: &Value, mutation: &str) -> Vec<String> {
    let whole = answer["errors"].as_array().into_iter().flatten();
    let whole =
        whole.map(|error| error["extensions"]["code"].to_string() + &error["message"].to_string());
    let own = answer["data"][mutation]["errors"].as_array().into_iter().flatten();
    // Which bids there are is a matter of the rules, once one may look.
    let own = own.map(|error| match error["field"].as_str() {
        Some("bidId") => "UNKNOWN_BID".to_owned(),
        _ => error["code"].as_str().unwrap_or_default().to_owned(),
    });
    whole.chain(own).collect()
}

/// What an answer holds beside errors.
fn given(answer: &Value, mutation: &str) -> Vec<String> {
    let payload = answer["data"][mutation].as_object();
    let fields = payload.into_iter().flatten();
    let is_data = |(name, value): &(&String, &Value)| {
        let is_nothing = value.is_null()
            || *value == &json!(false)
            || *value == &json!(0)
            || *value == &json!("")
            || value.as_array().is_some_and(Vec::is_empty);
        !is_nothing && *name != "errors" && *name != "__typename"
    };
    fields.filter(is_data).map(|(name, value)| format!("{name}: {value}")).collect()
}

/// The world and everybody, while mutations are tried.
struct Trial {
    shape: Shape,
    world: World,
    engine: Arc<Engine>,
    office: Arc<Office>,
    before: String,
    problems: Vec<String>,
    refused: u32,
    done: u32,
}

impl Trial {
    async fn new() -> Self {
        let office = Arc::new(world::office().await);
        let before = dump(&office).await;
        let (shape, world) = (Shape::read(), World::new());
        let (problems, refused, done) = (Vec::new(), 0, 0);
        Self { shape, world, engine: engine(), office, before, problems, refused, done }
    }

    async fn ask(&mut self, asker: &Asker, mutation: &str, column: Column) -> Value {
        let request = request(&self.shape, mutation, column);
        let answer = ask((&self.engine, &self.office), asker, request).await;
        let mut judge = Judge {
            shape: &self.shape,
            world: &self.world,
            asker,
            truth: None,
            learnt: Truth::default(),
            found: Findings::default(),
        };
        judge.read(&answer);
        let leaks = judge.found.leaks.into_iter();
        self.problems.extend(leaks.map(|leak| format!("{mutation}: {leak}")));
        answer
    }

    /// A new world if the old one was changed; whether it was.
    async fn renew(&mut self) -> bool {
        let has_changed = dump(&self.office).await != self.before;
        if has_changed {
            self.office = Arc::new(world::office().await);
            self.before = dump(&self.office).await;
        }
        has_changed
    }

    async fn refuse(&mut self, asker: &Asker, mutation: &Mutation, column: Column) {
        let answer = self.ask(asker, mutation.name, column).await;
        self.refused += 1;
        let name = mutation.name;
        for data in given(&answer, name) {
            self.problems.push(format!("{name} gives {} {data}", asker.name));
        }
        if codes(&answer, name).is_empty() {
            self.problems.push(format!("{name} does not refuse {}: {answer}", asker.name));
        }
    }

    async fn try_one(&mut self, mutation: &Mutation) {
        let name = mutation.name;
        let columns = mutation.may.iter();
        let rights: Vec<(Column, Asker)> =
            columns.filter_map(|&column| Some((column, right(name, column)?))).collect();
        let default = rights.first().map_or(Column::Coordinator, |(column, _)| *column);
        // One's own account needs a sign-in, which nobody here has: all are refused.
        let is_person = mutation.may.contains(&Column::Auditor);
        let is_stranger = |one: &Asker| {
            is_person
                || (!rights.iter().any(|(_, right)| right.name == one.name)
                    && !also_right(mutation).contains(&one.name.as_str()))
        };
        let is_stranger = |one: &Asker| also_right(mutation) != EVERYONE && is_stranger(one);
        for one in world::askers().into_iter().filter(is_stranger) {
            self.refuse(&one, mutation, default).await;
        }
        if self.renew().await {
            self.problems.push(format!("{name} changed something for somebody it refuses"));
        }
        for (column, one) in rights.iter().filter(|_| !is_person) {
            let answer = self.ask(one, name, *column).await;
            self.done += 1;
            let codes = codes(&answer, name);
            if codes.iter().any(|code| code.contains("NOT_FOUND") || code.contains("BAD")) {
                self.problems.push(format!("{name} refuses {} who may: {answer}", one.name));
            }
            self.renew().await;
        }
    }
}

/// Tries every `of`th mutation.
async fn part(number: usize, of: usize) {
    let mut trial = Trial::new().await;
    let mutations: Vec<String> =
        trial.shape.fields("Mutation").iter().map(|field| field.name.clone()).collect();
    let mut tried = 0;
    for name in mutations.iter().skip(number).step_by(of) {
        let Some(mutation) = mutations::rule(name) else {
            let todo = "say who may use it in crates/domain/src/rights/mutations.rs";
            trial.problems.push(format!("the mutation {name} has no rule: {todo}"));
            continue;
        };
        Box::pin(trial.try_one(mutation)).await;
        tried += 1;
    }
    println!(
        "rights, mutations, part {number} of {of}: {tried} mutations; {} tries refused, {} let \
         through; {} problems",
        trial.refused,
        trial.done,
        trial.problems.len()
    );
    assert!(trial.problems.is_empty(), "{}", trial.problems.join("\n"));
}

#[tokio::test]
async fn every_mutation_lets_through_who_may_and_nobody_else_part_one() {
    part(0, 3).await;
}

#[tokio::test]
async fn every_mutation_lets_through_who_may_and_nobody_else_part_two() {
    part(1, 3).await;
}

#[tokio::test]
async fn every_mutation_lets_through_who_may_and_nobody_else_part_three() {
    part(2, 3).await;
}

#[test]
fn every_rule_names_a_mutation_there_is() {
    let shape = Shape::read();
    for mutation in mutations::MUTATIONS {
        let is_there = shape.fields("Mutation").iter().any(|field| field.name == mutation.name);
        assert!(is_there, "{} has a rule and does not exist", mutation.name);
    }
}
