use chrono::{DateTime, Utc};
use lianmeng_domain::ids::IdSource;
use lianmeng_store::login_attempt::Outcome;

use super::*;
use crate::account::{AddAccount, ShutAccount, Typed, add, shut};
use crate::desk::{Clock, Office, local_date};

const PASSWORD: &str = "correct horse battery";

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

async fn office() -> Office {
    let db = lianmeng_testkit::database().await;
    Office::new(db, IdSource::new(1), Clock::Fixed(at(0)))
}

fn desk(office: &Office, seconds: i64) -> Desk {
    Desk { now: at(seconds), today: local_date(at(seconds)), ..office.desk() }
}

fn lives() -> Lives {
    Lives {
        access: TimeDelta::minutes(15),
        login: TimeDelta::hours(1),
        leeway: TimeDelta::seconds(10),
    }
}

fn admin() -> Actor {
    Actor { subject: "admin".to_owned(), role: Role::SystemAdmin, body: None }
}

async fn add_account(office: &Office, name: &str, password: Option<&str>) {
    let cmd = AddAccount {
        name: name.to_owned(),
        display_name: name.to_owned(),
        password: password.map(|text| Typed(text.to_owned())),
        request_key: format!("add {name}"),
    };
    add(&desk(office, 0), &admin(), &cmd, &Secret::of([1; 32])).await.unwrap();
}

fn attempt(name: &str, password: &str, address: &str) -> SignIn {
    SignIn {
        name: name.to_owned(),
        password: Password::given(password),
        from: Origin { address: address.to_owned(), agent: "test".to_owned() },
    }
}

async fn try_at(
    office: &Office,
    seconds: i64,
    cmd: &SignIn,
    byte: u8,
) -> Result<SignedIn, SignInError> {
    sign_in(&desk(office, seconds), &lives(), cmd, &Secret::of([byte; 32])).await
}

#[tokio::test]
async fn a_right_password_opens_a_login_and_wrong_ones_are_throttled_even_when_right_at_last() {
    let office = office().await;
    add_account(&office, "wang", Some(PASSWORD)).await;
    let signed_in = try_at(&office, 0, &attempt("WANG", PASSWORD, "a"), 1).await.unwrap();
    assert_eq!(signed_in.login.ends_at, at(3600));
    for second in 1..=5 {
        let wrong = try_at(&office, second, &attempt("wang", "wrong", "a"), 2).await;
        assert!(matches!(wrong, Err(SignInError::Failed)), "{second}: {wrong:?}");
    }
    let right = attempt("wang", PASSWORD, "a");
    let throttled = try_at(&office, 6, &right, 3).await;
    let Err(SignInError::Throttled(Throttled { until })) = throttled else {
        panic!("{throttled:?}")
    };
    assert_eq!(until, at(35));
    try_at(&office, 7, &attempt("wang", PASSWORD, "b"), 4).await.unwrap();
    try_at(&office, 35, &right, 5).await.unwrap();
}

#[tokio::test]
async fn unknown_names_and_accounts_without_a_password_fail_alike() {
    let office = office().await;
    add_account(&office, "system", None).await;
    for name in ["nobody", "system", "", &"x".repeat(5000)] {
        let failed = try_at(&office, 0, &attempt(name, PASSWORD, name), 1).await;
        assert!(matches!(failed, Err(SignInError::Failed)), "{name}: {failed:?}");
    }
    let key = account::name_key("nobody");
    let seen = Attempt { id: office.desk().mint(), at: at(1), name_key: &key, address: "-" };
    let recent = login_attempt::recent(&office.db, seen).await.unwrap();
    assert_eq!(recent.account.failures, 1, "{:?} is kept", Outcome::Failed);
}

#[tokio::test]
async fn a_refresh_token_is_swapped_once_and_a_thief_ends_the_login() {
    let office = office().await;
    add_account(&office, "wang", Some(PASSWORD)).await;
    let first = try_at(&office, 0, &attempt("wang", PASSWORD, "a"), 1).await.unwrap().refresh;
    let swap = |second, token: String, byte| {
        let desk = desk(&office, second);
        async move { refresh(&desk, &lives(), &token, &Secret::of([byte; 32])).await }
    };
    let second = swap(60, first.clone(), 2).await.unwrap().refresh;
    let twice = swap(65, first.clone(), 3).await;
    assert!(matches!(twice, Err(RefreshError::JustUsed)), "a second tab: {twice:?}");
    let third = swap(70, second.clone(), 4).await.unwrap().refresh;
    let thief = swap(90, first, 5).await;
    assert!(matches!(thief, Err(RefreshError::Reused)), "{thief:?}");
    let victim = swap(91, third, 6).await;
    assert!(matches!(victim, Err(RefreshError::Ended)), "the whole family is gone: {victim:?}");
    let unknown = swap(92, "lmr_x".to_owned(), 7).await;
    assert!(matches!(unknown, Err(RefreshError::Ended)), "{unknown:?}");
}

#[tokio::test]
async fn a_login_ends_with_its_time_its_account_and_when_it_is_signed_out() {
    let office = office().await;
    add_account(&office, "wang", Some(PASSWORD)).await;
    let open = |byte| {
        let office = office.clone();
        async move { try_at(&office, 0, &attempt("wang", PASSWORD, "a"), byte).await.unwrap() }
    };
    let swap = |second, token: String| {
        let desk = desk(&office, second);
        async move { refresh(&desk, &lives(), &token, &Secret::of([99; 32])).await }
    };
    let late = swap(3600, open(1).await.refresh).await;
    assert!(matches!(late, Err(RefreshError::Ended)), "{late:?}");
    let out = open(2).await;
    sign_out_by_token(&desk(&office, 1), &out.refresh).await.unwrap();
    assert!(matches!(swap(2, out.refresh).await, Err(RefreshError::Ended)));
    let shut_out = open(3).await;
    let cmd = ShutAccount { name: "wang".to_owned(), disables: true, request_key: "k".to_owned() };
    assert_eq!(shut(&desk(&office, 3), &admin(), &cmd).await.unwrap(), 2);
    assert!(matches!(swap(4, shut_out.refresh).await, Err(RefreshError::Ended)));
    let again = try_at(&office, 5, &attempt("wang", PASSWORD, "a"), 9).await;
    assert!(matches!(again, Err(SignInError::Failed)), "{again:?}");
}

#[tokio::test]
async fn a_provider_opens_only_accounts_that_were_made_for_it() {
    let office = office().await;
    add_account(&office, "wang", Some(PASSWORD)).await;
    add_account(&office, "li", None).await;
    let vouched = |subject: &str, name: Option<&str>| Vouched {
        issuer: "https://id.example".to_owned(),
        subject: subject.to_owned(),
        name: name.map(str::to_owned),
        from: Origin { address: String::new(), agent: String::new() },
    };
    let enter = |cmd: Vouched, byte| {
        let desk = desk(&office, 0);
        async move { sign_in_vouched(&desk, &lives(), &cmd, &Secret::of([byte; 32])).await }
    };
    for (case, cmd) in [
        ("a name nobody has", vouched("1", Some("zhao"))),
        ("no name", vouched("1", None)),
        ("an account with a password", vouched("1", Some("wang"))),
    ] {
        let refused = enter(cmd, 1).await;
        assert!(matches!(refused, Err(SignInError::Failed)), "{case}: {refused:?}");
    }
    let login = enter(vouched("7", Some("li")), 2).await.unwrap().login;
    assert_eq!(login.method, LoginMethod::Oidc);
    let renamed = enter(vouched("7", Some("other")), 3).await.unwrap().login;
    assert_eq!(renamed.account, login.account, "the subject counts, not the name");
    let impostor = enter(vouched("8", Some("li")), 4).await;
    assert!(matches!(impostor, Err(SignInError::Failed)), "{impostor:?}");
}
