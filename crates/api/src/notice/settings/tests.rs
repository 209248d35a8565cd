//! What somebody chooses to be sent, as they see it.

use std::sync::Arc;

use async_graphql::{Executor as _, Request};
use lianmeng_app::caller::{Caller, Credential};
use lianmeng_app::desk::Office;
use lianmeng_app::notice::spread;
use lianmeng_domain::account::{Account, Grant};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{AccountId, GrantId, LoginId};
use lianmeng_domain::notice::{Audience, NoticeKind};
use lianmeng_store::account::Kept;
use lianmeng_store::notice::{News, enqueue};
use lianmeng_store::notice_settings as store;
use lianmeng_store::{account, grant};
use serde_json::{Value, json};

use crate::ids::wire;
use crate::schema::{self, Service};
use crate::testing::casework::{firm, town};

/// The administrator of enterprise 1, signed in.
async fn chief(office: &Office) -> Caller {
    let (now, today, actor) = (office.desk().now, office.desk().today, firm(1));
    let account = Account {
        id: AccountId::from(1),
        name: "li".to_owned(),
        display_name: "李".to_owned(),
        disabled_at: None,
        kept_by: None,
        created_at: now,
        version: 1,
    };
    account::insert(&office.db, &Kept { account, password_hash: None }).await.unwrap();
    let held = Grant {
        id: GrantId::from(1),
        account: AccountId::from(1),
        role: actor.role,
        body: actor.body.clone(),
        from_on: today,
        until_on: None,
        is_default: true,
        is_administrator: true,
        may_export: false,
        revoked_at: None,
    };
    grant::insert(&office.db, &held).await.unwrap();
    let subject = wire(AccountId::from(1));
    Caller {
        by: Credential::Login(AccountId::from(1), LoginId::from(1)),
        grant: Some(held.id),
        ..Caller::plain(Actor { subject, ..actor })
    }
}

async fn ask(office: &Office, who: &Caller, query: &str) -> Value {
    let service = Service::of(schema::build(), Arc::new(office.clone()), who.clone());
    let answer = serde_json::to_value(service.execute(Request::new(query)).await).unwrap();
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"].clone()
}

#[tokio::test]
async fn settings_are_chosen_and_an_address_needs_a_mail_server() {
    let office = town().await;
    let chief = chief(&office).await;
    let usual = json!({ "email": null, "wantsEmail": true, "kinds": null, "quietFrom": "21:00",
        "quietUntil": "08:00", "quietDaysOff": false, "language": "CHINESE" });
    let fields = "email wantsEmail kinds quietFrom quietUntil quietDaysOff language";
    let mine = format!("{{ viewer {{ noticePreview {{ text }} noticeSettings {{ {fields} }} }} }}");
    let told = ask(&office, &chief, &mine).await["viewer"].clone();
    assert_eq!(told, json!({ "noticePreview": null, "noticeSettings": usual }));
    let set = |from: &str| {
        format!(
            r#"mutation {{ noticeSettingsSet(input: {{ wantsEmail: true, kinds: [NEED_OVERDUE],
                quietFrom: "{from}", quietUntil: "07:00", quietDaysOff: true, language: ENGLISH,
                requestKey: "settings{from}" }}) {{ settings {{ {fields} }} errors {{ code field }} }} }}"#
        )
    };
    let refused = ask(&office, &chief, &set("25:00")).await["noticeSettingsSet"].clone();
    let want = json!({ "settings": null, "errors": [{ "code": "INVALID", "field": "quietFrom" }] });
    assert_eq!(refused, want);
    let chosen = json!({ "email": null, "wantsEmail": true, "kinds": ["NEED_OVERDUE"],
        "quietFrom": "22:00", "quietUntil": "07:00", "quietDaysOff": true, "language": "ENGLISH" });
    let done = ask(&office, &chief, &set("22:00")).await["noticeSettingsSet"].clone();
    assert_eq!(done, json!({ "settings": chosen, "errors": [] }));
    let email = r#"mutation { p: noticeEmailSet(input: { email: "li@example.cn",
        requestKey: "email-001" }) { settings { email } errors { code field } } }"#;
    let off = json!({ "settings": null, "errors": [{ "code": "NOT_SENT", "field": "email" }] });
    assert_eq!(ask(&office, &chief, email).await["p"], off);
    let code = r#"mutation { p: noticeEmailConfirm(input: { code: "12345678",
        requestKey: "code-0001" }) { settings { email } errors { code field } } }"#;
    let none = json!({ "settings": null, "errors": [{ "code": "INVALID", "field": "code" }] });
    assert_eq!(ask(&office, &chief, code).await["p"], none);
    // Who has not signed in has no settings.
    let stranger = Caller::public();
    for change in [&set("23:00"), email, code] {
        let refused = ask(&office, &stranger, change).await.to_string();
        assert!(refused.contains("NOT_FOUND"), "{refused}");
    }
}

#[tokio::test]
async fn webhooks_and_messages_are_listed_with_their_causes() {
    let office = town().await;
    let chief = chief(&office).await;
    let add = r#"mutation { p: webhookAdd(input: { url: "https://example.cn/hook", label: "办公",
        requestKey: "webhook-1" }) { webhook { id url label lastDelivery { id } } secret
        errors { code } } }"#;
    let added = ask(&office, &chief, add).await["p"].clone();
    assert_eq!((&added["errors"], &added["webhook"]["label"]), (&json!([]), &json!("办公")));
    assert!(added["secret"].as_str().unwrap().starts_with("whsec_"), "{added}");
    assert_eq!(ask(&office, &chief, add).await["p"]["secret"], Value::Null, "shown once");
    let inner = add.replace("example.cn", "10.0.0.1").replace("webhook-1", "webhook-2");
    let inner = ask(&office, &chief, &inner).await["p"].clone();
    assert_eq!((&inner["webhook"], &inner["errors"][0]["code"]), (&Value::Null, &json!("INVALID")));

    let mut kept = store::of(&office.db, AccountId::from(1)).await.unwrap();
    kept.settings.email = Some("li@example.cn".to_owned());
    store::save(&office.db, &kept).await.unwrap();
    let audience =
        Audience { role: firm(1).role, body: firm(1).body, kind: NoticeKind::NeedAccepted };
    for cause in [7, 8] {
        let news = News {
            cause: cause.into(),
            at: office.desk().now,
            subject: "account:x",
            thing: "organisation:7",
            title: "用工",
            audiences: std::slice::from_ref(&audience),
        };
        enqueue(&office.db, &news).await.unwrap();
    }
    spread(&office).await.unwrap();
    let mine =
        "{ viewer { noticePreview { subject dueAt } webhooks { lastDelivery { state causeIds } }
        deliveries { nodes { channel state attempts causeIds lastError } } } }";
    let told = ask(&office, &chief, mine).await["viewer"].clone();
    let subject = "【链盟】诉求「用工」已由办理单位接单。";
    assert_eq!(
        told["noticePreview"],
        json!({ "subject": subject, "dueAt": "2026-03-02T01:10:00+00:00" })
    );
    let causes = [7, 8].map(|cause| wire(lianmeng_domain::ids::AuditId::from(cause)));
    let last = json!([{ "lastDelivery": { "state": "WAITING", "causeIds": causes } }]);
    assert_eq!(told["webhooks"], last);
    let nodes = told["deliveries"]["nodes"].as_array().unwrap();
    let mut channels: Vec<&str> =
        nodes.iter().map(|node| node["channel"].as_str().unwrap()).collect();
    channels.sort_unstable();
    assert_eq!(channels, ["MAIL", "WEBHOOK"]);
    assert!(nodes.iter().all(|node| node["causeIds"] == json!(causes)), "{nodes:?}");

    let id = added["webhook"]["id"].as_str().unwrap();
    let remove = format!(
        r#"mutation {{ p: webhookRemove(input: {{ webhookId: "{id}", requestKey: "remove-01" }})
            {{ revokedId errors {{ code }} }} }}"#
    );
    assert_eq!(ask(&office, &chief, &remove).await["p"], json!({ "revokedId": id, "errors": [] }));
    let none = json!({ "viewer": { "webhooks": [] } });
    assert_eq!(ask(&office, &chief, "{ viewer { webhooks { id } } }").await, none);
}
