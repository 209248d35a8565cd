//! Attachments through GraphQL: who adds, sees and removes them, and how long they are kept.

use std::sync::Arc;

use async_graphql::{Executor as _, Request, UploadValue, Variables};
use chrono::{DateTime, TimeDelta, Utc};
use lianmeng_app::desk::{Clock, Office};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, OrganisationId};
use serde_json::{Value, json};

use crate::ids::wire;
use crate::schema::{self, Service};
use crate::testing::casework::{coordinator, firm, head_office, secretary, town, unit};
use crate::testing::{actor, ask};

const PDF: &[u8] = b"%PDF-1.7\n%%EOF\n";
/// Its SHA-256.
const HASH: &str = "1e7313ace78f0fb481a486939b4885902663102818090805515553d84e0bbfd3";

/// Sends a file; gives the payload of `attachmentAdd`.
async fn add(
    office: &Office,
    who: Actor,
    (kind, thing, key): (&str, &str, &str),
    (name, content): (&str, &'static [u8]),
) -> Value {
    let query = "mutation Add($input: AttachmentAddInput!) { attachmentAdd(input: $input) {
        attachment { id kind name mediaType sizeBytes keptUntil expiredAt url mayRemove }
        errors { code field message } } }";
    let input = json!({ "kind": kind, "thingId": thing, "file": null, "requestKey": key });
    let variables = Variables::from_json(json!({ "input": input }));
    let mut request = Request::new(query).variables(variables);
    let filename = name.to_owned();
    let upload = UploadValue { filename, content_type: None, content: content.into() };
    request.set_upload("variables.input.file", upload);
    let service = Service::new(schema::build(), Arc::new(office.clone()), who);
    let answer = serde_json::to_value(service.execute(request).await).unwrap();
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["attachmentAdd"].clone()
}

/// Does something with the need; nothing is refused.
async fn step(office: &Office, who: Actor, verb: &str, need: &str, extra: &str) {
    let which = format!(r#"needId: "{need}", requestKey: "{verb}-1""#);
    let input = match verb {
        "needAccept" | "needStart" | "needClose" => which,
        _ => format!("need: {{ {which} }} {extra}"),
    };
    let query =
        format!("mutation {{ p: {verb}(input: {{ {input} }}) {{ errors {{ code message }} }} }}");
    let answer = ask(office, who, &query).await;
    assert_eq!(answer["data"]["p"]["errors"], json!([]), "{verb}: {answer}");
}

/// A need of enterprise 1, in the hands of unit 7.
async fn need(office: &Office) -> String {
    let query = format!(
        r#"mutation {{ needSubmit(input: {{ requestKey: "submit-1", confirmsNoSecret: true, card: {{
            enterpriseId: "{}", committeeId: "{}", kind: TALENT, title: "用工", body: "机密" }} }})
            {{ need {{ id }} errors {{ message }} }} }}"#,
        wire(EnterpriseId::from(1)),
        wire(ChainCommitteeId::from(5)),
    );
    let answer = ask(office, firm(1), &query).await;
    let need = answer["data"]["needSubmit"]["need"]["id"].as_str().unwrap().to_owned();
    step(office, secretary(5), "needTriage", &need, "").await;
    let unit = wire(OrganisationId::from(7));
    let order = format!(r#", handlerId: "{unit}", dueAt: "2026-03-20T01:00:00Z""#);
    step(office, secretary(5), "needDispatch", &need, &order).await;
    need
}

/// The files on the need as `who` sees them.
async fn files(office: &Office, who: Actor, need: &str) -> Value {
    let query = format!(
        r#"{{ node(id: "{need}") {{ ... on Need {{
            attachments {{ id kind name keptUntil expiredAt url }} }} }} }}"#
    );
    let answer = ask(office, who, &query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["node"]["attachments"].clone()
}

fn names(files: &Value) -> Vec<&str> {
    files.as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_enterprise_adds_to_its_need_and_the_unit_to_the_answer_and_both_read_both() {
    let office = town().await;
    let need = need(&office).await;
    let file = ("C:\\名单.pdf", PDF);
    let done = add(&office, firm(1), ("NEED", &need, "key-0001"), file).await;
    let id = done["attachment"]["id"].as_str().unwrap().to_owned();
    let want = json!({ "id": id, "kind": "NEED", "name": "名单.pdf", "mediaType": "application/pdf",
        "sizeBytes": 15, "keptUntil": null, "expiredAt": null, "url": format!("/attachments/{id}"),
        "mayRemove": true });
    assert_eq!(done["attachment"], want, "{done}");
    let again = add(&office, firm(1), ("NEED", &need, "key-0001"), file).await;
    assert_eq!(again["attachment"]["id"], id.as_str());
    let other = add(&office, firm(1), ("NEED", &need, "key-0001"), ("乙.pdf", PDF)).await;
    assert_eq!(other["errors"][0]["code"], "KEY_REUSED");

    let refused = [
        (firm(2), "NEED"),
        (firm(1), "NEED_ANSWER"),
        (unit(7), "NEED"),
        (unit(8), "NEED_ANSWER"),
        (secretary(6), "NEED"),
        (coordinator(), "NEED_ANSWER"),
        (actor(Role::Auditor, None), "NEED"),
        (Actor::public(), "NEED"),
    ];
    for (who, kind) in refused {
        let told = add(&office, who.clone(), (kind, &need, "key-0002"), file).await;
        assert_eq!(told["errors"][0]["code"], "NOT_FOUND", "{who:?}: {told}");
    }
    let answer = ("答复.txt", "已办理".as_bytes());
    add(&office, unit(7), ("NEED_ANSWER", &need, "key-0003"), answer).await;
    let readers =
        [firm(1), head_office(3), unit(7), secretary(5), coordinator(), actor(Role::Auditor, None)];
    for who in readers {
        let seen = files(&office, who.clone(), &need).await;
        assert_eq!(names(&seen), ["名单.pdf", "答复.txt"], "{who:?}");
    }
    for who in [firm(2), unit(8), secretary(6), Actor::public()] {
        assert_eq!(files(&office, who.clone(), &need).await, Value::Null, "{who:?}");
    }

    let remove = |key: &str| {
        format!(
            r#"mutation {{ attachmentRemove(input: {{ attachmentId: "{id}", requestKey: "{key}" }})
                {{ removedId errors {{ code }} }} }}"#
        )
    };
    for who in [unit(7), firm(2), secretary(5)] {
        let told = ask(&office, who, &remove("remove-1")).await;
        assert_eq!(told["data"]["attachmentRemove"]["errors"][0]["code"], "NOT_FOUND", "{told}");
    }
    let told = ask(&office, coordinator(), &remove("remove-2")).await;
    assert_eq!(told["data"]["attachmentRemove"]["removedId"], id.as_str(), "{told}");
    assert_eq!(names(&files(&office, firm(1), &need).await), ["答复.txt"]);
}

#[tokio::test]
async fn a_file_that_is_refused_says_why_and_what_to_do() {
    let office = town().await;
    let need = need(&office).await;
    let send = async |name, content| {
        let told = add(&office, firm(1), ("NEED", &need, "key-0001"), (name, content)).await;
        let error = &told["errors"][0];
        let word = |field: &str| error[field].as_str().unwrap_or_default().to_owned();
        (word("code"), word("field"), word("message"))
    };
    for (name, content, code, message) in [
        ("a.svg", b"<svg/>".as_slice(), "INVALID", "send one of pdf, docx, xlsx"),
        ("a.pdf", b"MZ\x90\0\x03\0\0\0", "INVALID", "save it again as pdf and send that"),
        ("a.txt", b"", "INVALID", "choose a file with content"),
        ("..", PDF, "MISSING", "the file has no name"),
    ] {
        let told = send(name, content).await;
        assert_eq!((told.0.as_str(), told.1.as_str()), (code, "file"), "{told:?}");
        assert!(told.2.contains(message), "{told:?}");
    }
    for number in 1..=20 {
        let key = format!("file-{number:04}");
        let told = add(&office, firm(1), ("NEED", &need, &key), ("a.pdf", PDF)).await;
        assert_eq!(told["errors"], json!([]), "{number}");
    }
    assert_eq!(send("a.pdf", PDF).await.0, "CAPACITY_EXCEEDED");
}

/// The same office at another moment.
fn later(office: &Office, span: TimeDelta) -> Office {
    let now = office.clock.now() + span;
    Office { clock: Clock::Fixed(now), ..office.clone() }
}

fn moment(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn bytes_are_kept_for_two_years_after_the_end_and_the_row_for_ever() {
    let mut office = town().await;
    let need = need(&office).await;
    let done = add(&office, firm(1), ("NEED", &need, "key-0001"), ("名单.pdf", PDF)).await;
    let id = done["attachment"]["id"].as_str().unwrap();
    let tend = async |office: &Office| {
        lianmeng_app::attachment::tend(&office.desk()).await.unwrap();
        files(office, firm(1), &need).await[0].clone()
    };
    assert_eq!(tend(&office).await["keptUntil"], Value::Null);

    for verb in ["needAccept", "needStart"] {
        step(&office, unit(7), verb, &need, "").await;
    }
    step(&office, unit(7), "needAnswer", &need, r#", text: "已办理""#).await;
    step(&office, firm(1), "needRate", &need, ", stars: 5").await;
    step(&office, secretary(5), "needClose", &need, "").await;
    let ended = office.clock.now();
    let marked = tend(&office).await;
    let until = moment(&marked["keptUntil"]);
    assert_eq!(until, lianmeng_domain::attachment::kept_until(ended, 24));
    let closed = add(&office, firm(1), ("NEED", &need, "key-0002"), ("乙.pdf", PDF)).await;
    assert_eq!(closed["errors"][0]["code"], "WRONG_STAGE", "{closed}");
    let again = add(&office, firm(1), ("NEED", &need, "key-0001"), ("名单.pdf", PDF)).await;
    assert_eq!(again["attachment"]["id"], id, "whoever did not hear the answer hears it now");
    // What was kept for two years is not taken away by who added it.
    let remove = format!(
        r#"mutation {{ attachmentRemove(input: {{ attachmentId: "{id}", requestKey: "remove-1" }})
            {{ removedId errors {{ code }} }} }}"#
    );
    let auditor = Actor { subject: firm(1).subject, ..actor(Role::Auditor, None) };
    for (who, code) in [(firm(1), "WRONG_STAGE"), (auditor, "NOT_FOUND")] {
        let told = ask(&office, who, &remove).await;
        assert_eq!(told["data"]["attachmentRemove"]["errors"][0]["code"], code, "{told}");
    }

    assert_eq!(office.blobs.get(HASH).await.unwrap(), PDF);
    office = later(&office, until - ended - TimeDelta::seconds(1));
    assert_eq!(tend(&office).await["url"], format!("/attachments/{id}"));
    office = later(&office, TimeDelta::seconds(1));
    let gone = tend(&office).await;
    assert_eq!(moment(&gone["expiredAt"]), until);
    assert_eq!((&gone["url"], &gone["name"]), (&Value::Null, &json!("名单.pdf")));
    assert!(office.blobs.get(HASH).await.is_err());
}
