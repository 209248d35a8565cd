//! Notices leaving the house: to a mail server that speaks SMTP and to a receiver of webhooks, on a
//! clock that the tests set.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use lianmeng_app::desk::{Clock, Office};
use lianmeng_app::need::{self, NeedCard, WriteNeed};
use lianmeng_app::notice::{read, spread};
use lianmeng_app::notice_settings::{
    self as settings, ConfirmEmail, NoticeSettingsError, SetEmail, SetNotices,
};
use lianmeng_app::post::compose::preview;
use lianmeng_app::post::hook::Hooks;
use lianmeng_app::post::mail::{MailSettings, MailTls, Mailer};
use lianmeng_app::post::{Post, requeue, send_due};
use lianmeng_app::secret::Secret;
use lianmeng_app::webhook::{self, AddWebhook, RemoveWebhook, WebhookError};
use lianmeng_domain::account::{Account, Grant};
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::delivery::hook::{key, signature};
use lianmeng_domain::delivery::{Delivery, DeliveryState, NoticeLanguage};
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{AccountId, EnterpriseId, GrantId, IdSource, NeedId};
use lianmeng_domain::need::{NeedChannel, NeedKind};
use lianmeng_domain::notice::{Audience, NoticeKind};
use lianmeng_store::account::Kept;
use lianmeng_store::delivery::{self as store, DeliveryFilter};
use lianmeng_store::notice::{News, enqueue};
use lianmeng_store::page::Window;
use lianmeng_store::{account, enterprise, grant};
use lianmeng_testkit::post::{MailServer, Receiver};

const LI: u128 = 1;

/// Local time of 2 March 2026, a Monday, and the days after it.
fn at(day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    let midnight = Utc.with_ymd_and_hms(2026, 3, day, 0, 0, 0).unwrap();
    midnight + TimeDelta::hours(i64::from(hour) - 8) + TimeDelta::minutes(minute.into())
}

fn staff(number: u128) -> Actor {
    let body = Some(Body::Enterprise(EnterpriseId::from(number)));
    Actor { subject: format!("account:{}", AccountId::from(number)), role: Role::Enterprise, body }
}

/// Enterprises 1 and 2, each with one person, who administers it, and a need; the post goes to
/// `server`.
async fn town(server: &MailServer) -> (Office, Vec<NeedId>) {
    let db = lianmeng_testkit::narrow_database().await;
    let mut office = Office::new(db, IdSource::new(1), Clock::Fixed(at(2, 9, 0)));
    let mail = MailSettings {
        host: "127.0.0.1".to_owned(),
        port: server.port,
        tls: MailTls::None,
        user: String::new(),
        password: String::new(),
        from: "链盟 <notice@lianmeng.test>".to_owned(),
        timeout: Duration::from_secs(5),
        extra_roots: Vec::new(),
    };
    office.post = Post {
        mailer: Some(Mailer::new(&mail).unwrap()),
        console_url: "https://lianmeng.test".into(),
        hooks: Hooks { allow_inner: true, timeout: Duration::from_secs(5) },
    };
    let mut needs = Vec::new();
    for number in [1, 2] {
        person(&office, number).await;
        let card = NeedCard {
            enterprise: EnterpriseId::from(number),
            committee: None,
            kind: NeedKind::Talent,
            title: format!("用工{number}"),
            public_summary: String::new(),
            body: "机密".to_owned(),
            channel: NeedChannel::Web,
            consent: None,
            region: None,
            industry: None,
        };
        let request_key = "write-001".to_owned();
        let cmd = WriteNeed { card, submits: false, confirms_no_secret: true, request_key };
        let done = need::write(&office.desk(), &staff(number), &cmd).await.unwrap();
        needs.push(done.id());
    }
    (office, needs)
}

async fn person(office: &Office, number: u128) {
    let firm = Enterprise {
        id: EnterpriseId::from(number),
        credit_code: None,
        external_id: None,
        name: format!("家纺企业{number}"),
        short_name: None,
        aliases: Vec::new(),
        ownership: None,
        parent: None,
        place: None,
        industry: None,
        tiers: Vec::new(),
        is_lead_firm: false,
        is_flagship: false,
        is_above_scale: None,
        is_example: true,
        version: 1,
    };
    enterprise::insert(&office.db, &firm).await.unwrap();
    let account = Account {
        id: AccountId::from(number),
        name: format!("person{number}"),
        display_name: "某某".to_owned(),
        disabled_at: None,
        kept_by: None,
        created_at: at(2, 9, 0),
        version: 1,
    };
    account::insert(&office.db, &Kept { account, password_hash: None }).await.unwrap();
    let held = Grant {
        id: GrantId::from(number),
        account: AccountId::from(number),
        role: Role::Enterprise,
        body: staff(number).body,
        from_on: at(1, 9, 0).date_naive(),
        until_on: None,
        is_default: true,
        is_administrator: true,
        may_export: false,
        revoked_at: None,
    };
    grant::insert(&office.db, &held).await.unwrap();
}

/// `office` at another time.
fn later(office: &Office, day: u32, hour: u32, minute: u32) -> Office {
    Office { clock: Clock::Fixed(at(day, hour, minute)), ..office.clone() }
}

/// Tells person 1 that `count` things happened to `need` in the minute before.
async fn happen(office: &Office, need: NeedId, causes: std::ops::Range<u128>) {
    let kind = NoticeKind::NeedAccepted;
    let audience = Audience { role: Role::Enterprise, body: staff(LI).body, kind };
    for number in causes {
        let news = News {
            cause: number.into(),
            at: office.desk().now,
            subject: "account:x",
            thing: &format!("need:{need}"),
            title: "用工",
            audiences: std::slice::from_ref(&audience),
        };
        enqueue(&office.db, &news).await.unwrap();
    }
    spread(office).await.unwrap();
}

async fn set_email(office: &Office, email: &str, key: &str) -> Result<(), NoticeSettingsError> {
    let cmd = SetEmail { email: Some(email.to_owned()), request_key: key.to_owned() };
    let secret = Secret::of([7; 32]);
    settings::set_email(&office.desk(), &staff(LI), LI.into(), &cmd, &secret).await
}

async fn confirm(office: &Office, code: &str, key: &str) -> Result<(), NoticeSettingsError> {
    let cmd = ConfirmEmail { code: code.to_owned(), request_key: key.to_owned() };
    settings::confirm_email(&office.desk(), &staff(LI), LI.into(), &cmd).await
}

fn text(part: &str) -> String {
    String::from_utf8(STANDARD.decode(part).unwrap()).unwrap()
}

/// Person 1 wants mail to li@example.cn.
async fn wants_mail(office: &Office, server: &MailServer) {
    set_email(office, "li@example.cn", "email-001").await.unwrap();
    let mail = text(&server.letters()[0].parts()[0]);
    let code: String = mail.chars().filter(char::is_ascii_digit).take(8).collect();
    confirm(office, &code, "code-0001").await.unwrap();
}

async fn deliveries(office: &Office) -> Vec<Delivery> {
    store::page(&office.db, DeliveryFilter::default(), Window::first(50)).await.unwrap()
}

fn states(all: &[Delivery]) -> Vec<(DeliveryState, i32)> {
    all.iter().map(|one| (one.state, one.attempts)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_changes_of_an_evening_are_one_mail_in_the_morning_with_each_cause() {
    let server = MailServer::default();
    let (office, needs) = town(&server).await;
    wants_mail(&office, &server).await;
    let evening = later(&office, 2, 20, 55);
    happen(&evening, needs[0], 1..51).await;
    let waits = preview(&office.db, &office.post, LI.into(), evening.desk().now).await;
    let waits = waits.unwrap().unwrap();
    assert_eq!(waits.due_at, at(3, 8, 0), "21:05 is quiet");
    for hour in [21, 23] {
        assert_eq!(send_due(&later(&office, 2, hour, 30)).await.unwrap(), 0);
    }
    assert_eq!(send_due(&later(&office, 3, 8, 0)).await.unwrap(), 1);
    assert_eq!(send_due(&later(&office, 3, 8, 1)).await.unwrap(), 0);
    let letters = server.letters();
    assert_eq!(letters.len(), 2, "the code, and one mail for all");
    let mail = &letters[1];
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("notice@lianmeng.test", &["li@example.cn".to_owned()][..])
    );
    let last = format!("audit:{}", lianmeng_domain::ids::AuditId::from(50));
    let want = format!(
        "您有 1 条新通知。\n\n1. 诉求「用工」已由办理单位接单。（共 50 次变动）\n   \
         https://lianmeng.test/need/{}\n   变动编号：{last}\n\n-- \n\
         您在链盟确认了此邮箱，因此收到本邮件；在通知设置中可以关闭。\n\
         https://lianmeng.test/settings/notices\n",
        needs[0]
    );
    let parts = mail.parts();
    assert_eq!(text(&parts[0]).replace("\r\n", "\n"), want);
    assert_eq!(waits.text, want, "as it was shown before");
    assert!(text(&parts[1]).contains("<li><a href=\"https://lianmeng.test/need/"));
    let sent = deliveries(&office).await.remove(0);
    assert_eq!(mail.header("Message-ID").unwrap(), format!("<{}@lianmeng.test>", sent.id));
    assert_eq!(mail.header("Auto-Submitted").unwrap(), "auto-generated");
    assert_eq!(
        mail.header("List-Unsubscribe").unwrap(),
        "<https://lianmeng.test/settings/notices>"
    );
    assert_eq!(mail.header("Date").unwrap(), "Tue, 03 Mar 2026 00:00:00 +0000");
    assert!(mail.data.is_ascii() && !mail.data.contains("机密"), "{}", mail.data);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_written_to_only_after_its_code_came_back() {
    let server = MailServer::default();
    let (office, needs) = town(&server).await;
    happen(&office, needs[0], 1..2).await;
    assert_eq!(deliveries(&office).await, [], "nobody asked for mail");
    let wrong = set_email(&office, "li@", "email-000").await;
    assert!(matches!(wrong, Err(NoticeSettingsError::Rule(_))), "{wrong:?}");
    set_email(&office, "li@example.cn", "email-001").await.unwrap();
    set_email(&office, "li@example.cn", "email-001").await.unwrap();
    let letters = server.letters();
    assert_eq!(letters.len(), 1, "a repeated request sends nothing");
    let code: String =
        text(&letters[0].parts()[0]).chars().filter(char::is_ascii_digit).take(8).collect();
    let soon = set_email(&office, "li@example.cn", "email-002").await;
    assert!(matches!(soon, Err(NoticeSettingsError::TooSoon(when)) if when == at(2, 9, 1)));
    happen(&office, needs[0], 2..3).await;
    assert_eq!(deliveries(&office).await, [], "not confirmed yet");
    let late = confirm(&later(&office, 2, 9, 30), &code, "code-0000").await;
    assert!(matches!(late, Err(NoticeSettingsError::NoCode)), "{late:?}");
    for number in 0..4 {
        let wrong = confirm(&office, "00000000", &format!("wrong-{number:03}")).await;
        assert!(matches!(wrong, Err(NoticeSettingsError::WrongCode)), "{wrong:?}");
    }
    confirm(&office, &code, "code-0001").await.unwrap();
    confirm(&office, &code, "code-0001").await.unwrap();
    happen(&office, needs[0], 3..4).await;
    assert_eq!(states(&deliveries(&office).await), [(DeliveryState::Waiting, 0)]);
    // Five wrong codes are too many, even if the next is right.
    let next = later(&office, 2, 10, 0);
    set_email(&next, "new@example.cn", "email-003").await.unwrap();
    for number in 0..5 {
        let wrong = confirm(&next, "00000000", &format!("again-{number:03}")).await;
        assert!(matches!(wrong, Err(NoticeSettingsError::WrongCode)), "{wrong:?}");
    }
    let code: String = text(&server.letters()[1].parts()[0])
        .chars()
        .filter(char::is_ascii_digit)
        .take(8)
        .collect();
    let spent = confirm(&next, &code, "code-0002").await;
    assert!(matches!(spent, Err(NoticeSettingsError::NoCode)), "{spent:?}");
    assert_eq!(send_due(&next).await.unwrap(), 1);
    assert_eq!(server.letters()[2].to, ["li@example.cn"], "still the confirmed one");
    server.refuse(&[550]);
    let refused = set_email(&later(&office, 2, 11, 0), "no@example.cn", "email-004").await;
    assert!(
        matches!(&refused, Err(NoticeSettingsError::NotSent(why)) if why.contains("550")),
        "{refused:?}"
    );
    // Nor is it said to be sent when the same is asked again.
    let again = set_email(&later(&office, 2, 11, 0), "no@example.cn", "email-004").await;
    assert!(matches!(&again, Err(NoticeSettingsError::NotSent(_))), "{again:?}");
    let off = Office { post: Post::default(), ..later(&office, 2, 12, 0) };
    let off = set_email(&off, "li@example.cn", "email-005").await;
    assert!(matches!(off, Err(NoticeSettingsError::MailOff)), "{off:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_or_may_no_longer_be_seen_is_not_sent() {
    let server = MailServer::default();
    let (office, needs) = town(&server).await;
    wants_mail(&office, &server).await;
    // Told of a need of another enterprise, by mistake: it is left out.
    happen(&office, needs[1], 1..2).await;
    assert_eq!(send_due(&later(&office, 2, 9, 10)).await.unwrap(), 1);
    assert_eq!(server.letters().len(), 1);
    let both = later(&office, 2, 10, 0);
    happen(&both, needs[1], 2..3).await;
    happen(&both, needs[0], 3..4).await;
    send_due(&later(&office, 2, 10, 10)).await.unwrap();
    let mail = text(&server.letters()[1].parts()[0]);
    assert!(mail.contains("您有 1 条新通知") && mail.contains(&needs[0].to_string()), "{mail}");
    // Read before it was due.
    let next = later(&office, 2, 11, 0);
    happen(&next, needs[0], 4..5).await;
    read(&next.desk(), GrantId::from(LI), None).await.unwrap();
    assert_eq!(preview(&next.db, &next.post, LI.into(), next.desk().now).await.unwrap(), None);
    send_due(&later(&office, 2, 11, 10)).await.unwrap();
    // The grant was taken back before it was due.
    let last = later(&office, 2, 12, 0);
    happen(&last, needs[0], 5..6).await;
    grant::revoke(&last.db, LI.into(), at(2, 12, 5)).await.unwrap();
    send_due(&later(&office, 2, 12, 10)).await.unwrap();
    assert_eq!(server.letters().len(), 2);
    let all = deliveries(&office).await;
    let dropped = (DeliveryState::Dropped, 1);
    assert_eq!(states(&all), [dropped, dropped, (DeliveryState::Sent, 1), dropped]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_refuses_is_tried_again_later_and_never_at_night() {
    let server = MailServer::default();
    let (office, needs) = town(&server).await;
    wants_mail(&office, &server).await;
    let cmd = SetNotices {
        wants_email: true,
        kinds: Some(vec![NoticeKind::NeedAccepted]),
        quiet_from: "09:12".to_owned(),
        quiet_until: "10:00".to_owned(),
        quiet_days_off: true,
        language: NoticeLanguage::English,
        request_key: "settings-1".to_owned(),
    };
    settings::set(&office.desk(), &staff(LI), LI.into(), &cmd).await.unwrap();
    happen(&office, needs[0], 1..2).await;
    server.refuse(&[451, 451]);
    assert_eq!(send_due(&later(&office, 2, 9, 10)).await.unwrap(), 1);
    let failed = deliveries(&office).await.remove(0);
    assert_eq!((failed.state, failed.attempts), (DeliveryState::Failed, 1));
    let pause = (failed.next_at - at(2, 9, 10)).num_seconds();
    assert!((60..=66).contains(&pause), "{pause}");
    assert!(failed.last_error.unwrap().contains("451"));
    // Due again within quiet hours.
    assert_eq!(send_due(&later(&office, 2, 9, 12)).await.unwrap(), 1);
    let waits = deliveries(&office).await.remove(0);
    assert_eq!(
        (waits.state, waits.attempts, waits.next_at),
        (DeliveryState::Failed, 1, at(2, 10, 0))
    );
    assert_eq!(send_due(&later(&office, 2, 10, 0)).await.unwrap(), 1);
    assert_eq!(send_due(&later(&office, 2, 10, 6)).await.unwrap(), 1);
    assert_eq!(states(&deliveries(&office).await), [(DeliveryState::Sent, 3)]);
    let letters = server.letters();
    assert_eq!(letters.len(), 2);
    let mail = text(&letters[1].parts()[0]);
    assert!(mail.starts_with("You have one new notice."), "{mail}");
    // Nobody has this address: no use in trying again before somebody looks at it.
    happen(&later(&office, 2, 11, 0), needs[0], 2..3).await;
    server.refuse(&[550]);
    send_due(&later(&office, 2, 11, 10)).await.unwrap();
    let given_up = deliveries(&office).await.remove(0);
    assert_eq!(given_up.state, DeliveryState::GivenUp);
    let put_back = later(&office, 2, 13, 0);
    let cmd = requeue::RequeueDelivery { id: given_up.id, request_key: "requeue-1".to_owned() };
    requeue::requeue(&put_back.desk(), &staff(LI), &cmd).await.unwrap();
    send_due(&put_back).await.unwrap();
    assert_eq!(deliveries(&office).await[0].state, DeliveryState::Sent);
}

async fn hook(office: &Office, url: &str, key: &str) -> Result<webhook::Added, WebhookError> {
    let cmd = AddWebhook {
        url: url.to_owned(),
        label: "办公系统".to_owned(),
        grant: LI.into(),
        request_key: key.to_owned(),
    };
    webhook::add(&office.desk(), &staff(LI), LI.into(), &cmd, &Secret::of([9; 32])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_told_signed_and_tried_again_until_it_takes_it() {
    let (server, receiver) = (MailServer::default(), Receiver::answering(&[500, 302]));
    let (office, needs) = town(&server).await;
    let added = hook(&office, &receiver.url, "webhook-1").await.unwrap();
    let secret = added.secret.unwrap();
    assert_eq!(hook(&office, &receiver.url, "webhook-1").await.unwrap().secret, None, "shown once");
    happen(&office, needs[0], 1..51).await;
    assert_eq!(send_due(&office).await.unwrap(), 0, "a minute for the burst");
    for (minute, want) in
        [(1, DeliveryState::Failed), (3, DeliveryState::Failed), (9, DeliveryState::Sent)]
    {
        assert_eq!(send_due(&later(&office, 2, 9, minute)).await.unwrap(), 1, "{minute}");
        assert_eq!(deliveries(&office).await[0].state, want, "{minute}");
        let errors = [(1, "it answered 500"), (3, "it answered 302")];
        let error = errors.iter().find(|(at, _)| *at == minute).map(|(_, error)| *error);
        assert_eq!(deliveries(&office).await[0].last_error.as_deref(), error);
    }
    let calls = receiver.calls();
    assert_eq!(calls.len(), 3, "one request for fifty changes, tried three times");
    let id = format!("delivery:{}", deliveries(&office).await[0].id);
    for (call, minute) in calls.iter().zip([1, 3, 9]) {
        let timestamp = at(2, 9, minute).timestamp();
        assert_eq!(call.header("webhook-id"), id, "the same at every try");
        assert_eq!(call.header("webhook-timestamp"), timestamp.to_string());
        let signed = signature(&key(&secret).unwrap(), &id, timestamp, &call.body).unwrap();
        assert_eq!(call.header("webhook-signature"), signed);
        assert_eq!(call.header("content-type"), "application/json");
        assert!(!call.body.contains("机密"), "{}", call.body);
    }
    let body: serde_json::Value = serde_json::from_str(&calls[2].body).unwrap();
    let notices = body["data"]["notices"].as_array().unwrap();
    assert_eq!((notices.len(), &body["type"]), (1, &"notices".into()));
    assert_eq!(notices[0]["thingId"], format!("need:{}", needs[0]));
    assert_eq!(notices[0]["kind"], "need_accepted");
    assert_eq!(notices[0]["causeIds"].as_array().unwrap().len(), 50);
    let cmd = RemoveWebhook { id: added.id, request_key: "remove-01".to_owned() };
    webhook::remove(&office.desk(), &staff(LI), LI.into(), &cmd).await.unwrap();
    happen(&later(&office, 2, 10, 0), needs[0], 51..52).await;
    assert_eq!(send_due(&later(&office, 2, 10, 9)).await.unwrap(), 0, "told no more");
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_registered_by_who_may_and_lead_out_of_the_house() {
    let server = MailServer::default();
    let (mut office, _) = town(&server).await;
    office.post.hooks.allow_inner = false;
    for (number, url) in
        ["http://example.cn/", "https://127.0.0.1/", "https://[::1]/"].iter().enumerate()
    {
        let refused = hook(&office, url, &format!("inner-{number:03}")).await;
        assert!(matches!(refused, Err(WebhookError::Rule(_))), "{url}");
    }
    for number in 0..10 {
        hook(&office, "https://example.cn/", &format!("outer-{number:03}")).await.unwrap();
    }
    let more = hook(&office, "https://example.cn/", "outer-010").await;
    assert!(matches!(more, Err(WebhookError::TooMany)), "{more:?}");
    let cmd = AddWebhook {
        url: "https://example.cn/".to_owned(),
        label: "x".to_owned(),
        grant: 2.into(),
        request_key: "foreign-1".to_owned(),
    };
    let desk = office.desk();
    let foreign = webhook::add(&desk, &staff(LI), LI.into(), &cmd, &Secret::of([9; 32])).await;
    assert!(matches!(foreign, Err(WebhookError::Account(_))), "{foreign:?}");
    let plain = Grant {
        id: GrantId::from(3),
        account: LI.into(),
        role: Role::Enterprise,
        body: staff(2).body,
        from_on: at(1, 9, 0).date_naive(),
        until_on: None,
        is_default: false,
        is_administrator: false,
        may_export: false,
        revoked_at: None,
    };
    grant::insert(&office.db, &plain).await.unwrap();
    let cmd = AddWebhook { grant: plain.id, ..cmd };
    let clerk = webhook::add(&desk, &staff(LI), LI.into(), &cmd, &Secret::of([9; 32])).await;
    assert!(matches!(clerk, Err(WebhookError::NotYours)), "{clerk:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_senders_at_once_send_each_mail_once() {
    let server = MailServer::default();
    let (office, needs) = town(&server).await;
    wants_mail(&office, &server).await;
    for hour in 9..15 {
        let office = later(&office, 2, hour, 0);
        happen(&office, needs[0], u128::from(hour) * 10..u128::from(hour) * 10 + 3).await;
        let due = later(&office, 2, hour, 10);
        let (a, b) = tokio::join!(send_due(&due), send_due(&due));
        assert_eq!(a.unwrap() + b.unwrap(), 1);
    }
    let all = deliveries(&office).await;
    assert_eq!(states(&all), [(DeliveryState::Sent, 1); 6]);
    assert_eq!(server.letters().len(), 7);
}
