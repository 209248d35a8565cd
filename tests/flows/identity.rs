//! Signing in as people, consoles and other systems meet it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failure here is a failed test")]

use lianmeng_testkit::{Answer, Program, Server};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const PASSWORD: &str = "seven herons over the river";
const VIEWER: &str = "{ viewer { role subject endsAt account { name } grants { id } } }";

/// A program that asks the database at every request, so that tests need not wait.
fn program() -> Program {
    Program::default()
        .with("LIANMENG_AUTH__RECHECK_SECONDS", 0)
        .with("LIANMENG_AUTH__REFRESH_LEEWAY_SECONDS", 0)
}

fn done(program: &Program, args: &[&str]) -> String {
    let ran = program.run(args);
    assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
    ran.out.trim().to_owned()
}

/// Makes an account with [`PASSWORD`].
fn add(program: &Program, name: &str) {
    let ran = program.run_with_input(&["user", "add", name, "--password-stdin"], PASSWORD);
    assert_eq!(ran.code, 0, "{ran:?}");
}

fn log_in(server: &Server, name: &str, password: &str) -> Answer {
    let body = json!({ "name": name, "password": password }).to_string();
    server.post("/auth/login", &[JSON], body.as_bytes())
}

fn signed_in(server: &Server, name: &str) -> Value {
    let answer = log_in(server, name, PASSWORD);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn refresh(server: &Server, token: &Value) -> Answer {
    let body = json!({ "refreshToken": token }).to_string();
    server.post("/auth/refresh", &[JSON], body.as_bytes())
}

fn ask_as(server: &Server, headers: &[(&str, &str)], query: &str) -> Answer {
    let mut all = vec![JSON];
    all.extend_from_slice(headers);
    server.post("/graphql", &all, json!({ "query": query }).to_string().as_bytes())
}

fn code(answer: &Answer) -> String {
    answer.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

#[test]
fn an_account_signs_in_acts_under_its_grant_and_signs_out() {
    let program = program();
    add(&program, "wang.fang");
    done(&program, &["user", "grant", "wang.fang", "--role", "coordinator"]);
    let server = program.serve();
    let tokens = signed_in(&server, "Wang.Fang");
    let access = text(&tokens["accessToken"]);
    let viewer = server.data(&access, VIEWER, Value::Null)["viewer"].clone();
    assert_eq!(viewer["role"], "COORDINATOR");
    assert_eq!(viewer["account"]["name"], "wang.fang");
    assert_eq!(
        viewer["endsAt"].as_str().map(|at| &at[..19]),
        tokens["loginEndsAt"].as_str().map(|at| &at[..19])
    );
    assert_eq!(server.data("", VIEWER, Value::Null), json!({ "viewer": null }));
    let bearer = format!("Bearer {access}");
    let out = server.post("/auth/logout", &[("Authorization", &bearer)], b"");
    assert_eq!(out.status, 204, "{out:?}");
    let after = ask_as(&server, &[("Authorization", &bearer)], VIEWER);
    assert_eq!((after.status, code(&after).as_str()), (401, "UNAUTHENTICATED"));
    assert_eq!(refresh(&server, &tokens["refreshToken"]).status, 401);
}

#[test]
fn wrong_passwords_are_told_apart_from_nothing_and_throttled_on_every_replica() {
    let program = program();
    add(&program, "wang");
    let (one, other) = (program.serve(), program.serve());
    let message = |answer: &Answer| answer.json()["errors"][0]["message"].clone();
    let unknown = log_in(&one, "nobody", PASSWORD);
    for server in [&one, &other, &one, &other, &one] {
        let wrong = log_in(server, "wang", "not the password");
        assert_eq!((wrong.status, code(&wrong).as_str()), (401, "SIGN_IN_FAILED"));
        assert_eq!(message(&wrong), message(&unknown), "nobody learns which accounts exist");
    }
    let right = log_in(&other, "wang", PASSWORD);
    assert_eq!((right.status, code(&right).as_str()), (429, "THROTTLED"));
    let seconds: u64 = right.header("retry-after")[0].parse().unwrap();
    assert!((20..=31).contains(&seconds), "{seconds}");
    let bad = one.post("/auth/login", &[JSON], b"{\"name\":1,\"password\":\"hunter2 hunter2\"}");
    assert_eq!(bad.status, 400);
    assert!(!bad.body.contains("hunter2"), "{}", bad.body);
    let nul = log_in(&one, "wa\0ng", PASSWORD);
    assert_eq!((nul.status, code(&nul).as_str()), (400, "BAD_REQUEST"));
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(one.post("/auth/login", &[form], b"name=wang").status, 415);
}

#[test]
fn a_refresh_token_is_swapped_and_a_second_use_ends_the_whole_login() {
    let program = program();
    add(&program, "wang");
    let server = program.serve();
    let first = signed_in(&server, "wang");
    let second = refresh(&server, &first["refreshToken"]);
    assert_eq!(second.status, 200, "{second:?}");
    let second = second.json();
    assert_ne!(first["refreshToken"], second["refreshToken"]);
    assert_eq!(first["loginId"], second["loginId"]);
    let thief = refresh(&server, &first["refreshToken"]);
    assert_eq!((thief.status, code(&thief).as_str()), (401, "UNAUTHENTICATED"));
    assert_eq!(refresh(&server, &second["refreshToken"]).status, 401, "the victim is out, too");
    let access = format!("Bearer {}", text(&second["accessToken"]));
    assert_eq!(ask_as(&server, &[("Authorization", &access)], VIEWER).status, 401);
    assert_eq!(refresh(&server, &json!("lmr_nonsense")).status, 401);
}

#[test]
fn a_second_tab_within_the_leeway_ends_nothing() {
    let program = program().with("LIANMENG_AUTH__REFRESH_LEEWAY_SECONDS", 300);
    add(&program, "wang");
    let server = program.serve();
    let first = signed_in(&server, "wang");
    let second = refresh(&server, &first["refreshToken"]).json();
    let tab = refresh(&server, &first["refreshToken"]);
    assert_eq!((tab.status, code(&tab).as_str()), (409, "REFRESH_USED"));
    assert_eq!(refresh(&server, &second["refreshToken"]).status, 200);
}

#[test]
fn logins_are_listed_and_revoked_by_their_owner_and_by_nobody_else() {
    let program = program();
    add(&program, "wang");
    add(&program, "li");
    let server = program.serve();
    let (first, second) = (signed_in(&server, "wang"), signed_in(&server, "wang"));
    let stranger = text(&signed_in(&server, "li")["accessToken"]);
    let access = text(&second["accessToken"]);
    let list = "{ viewer { logins { nodes { id method isPresent } } } }";
    let logins = server.data(&access, list, Value::Null)["viewer"]["logins"]["nodes"].clone();
    let login = |of: &Value, is_present: bool| json!({ "id": of["loginId"], "method": "PASSWORD", "isPresent": is_present });
    assert_eq!(logins, json!([login(&second, true), login(&first, false)]));
    let revoke = r"mutation($id: ID!, $key: String!) {
        loginRevoke(input: { loginId: $id, requestKey: $key }) { revokedId errors { code } }
    }";
    let vars = json!({ "id": first["loginId"], "key": "revoke-01" });
    let refused = json!({ "revokedId": null, "errors": [{ "code": "NOT_FOUND" }] });
    for other in ["", stranger.as_str(), &program.token("coordinator", None)] {
        assert_eq!(server.data(other, revoke, vars.clone())["loginRevoke"], refused);
    }
    for _ in 0..2 {
        let ended = server.data(&access, revoke, vars.clone())["loginRevoke"].clone();
        assert_eq!(ended, json!({ "revokedId": first["loginId"], "errors": [] }));
    }
    let gone = format!("Bearer {}", text(&first["accessToken"]));
    assert_eq!(ask_as(&server, &[("Authorization", &gone)], VIEWER).status, 401);
    let ended = done(&program, &["user", "revoke", "--logins", "wang"]);
    assert_eq!(ended, "wang: 1 logins ended");
    assert_eq!(
        ask_as(&server, &[("Authorization", &format!("Bearer {access}"))], VIEWER).status,
        401
    );
}

#[test]
fn an_api_token_does_what_its_scope_allows_until_it_is_revoked() {
    let program = program();
    add(&program, "city");
    let grant = done(&program, &["user", "grant", "city", "--role", "coordinator"]);
    let server = program.serve();
    let access = text(&signed_in(&server, "city")["accessToken"]);
    let create = r#"mutation($access: Access!, $key: String!) {
        apiTokenCreate(input: { label: "城市平台", access: $access, days: 30, requestKey: $key }) {
            text apiToken { id grantId access } errors { code field }
        }
    }"#;
    let made = |who: &str, access: &str, key: &str| {
        let vars = json!({ "access": access, "key": key });
        server.data(who, create, vars)["apiTokenCreate"].clone()
    };
    let reader = made(&access, "READ_ONLY", "token-0001");
    assert_eq!(reader["apiToken"]["grantId"], json!(grant), "{reader}");
    let again = made(&access, "READ_ONLY", "token-0001");
    assert_eq!((&again["text"], &again["apiToken"]), (&Value::Null, &reader["apiToken"]));
    let writer = made(&access, "READ_WRITE", "token-0002");
    let (reader_text, writer_text) = (text(&reader["text"]), text(&writer["text"]));
    assert!(reader_text.starts_with("lm_") && reader_text.len() == 46, "{reader_text}");

    let register = r#"mutation { enterpriseRegister(input: { card: { name: "示例" }, requestKey: "city-001" }) { enterprise { name } errors { code } } }"#;
    let refused = server.ask(&reader_text, register, Value::Null);
    assert_eq!(refused["errors"][0]["extensions"]["code"], "READ_ONLY_TOKEN");
    assert_eq!(server.data(&reader_text, VIEWER, Value::Null)["viewer"]["role"], "COORDINATOR");
    let registered = server.data(&writer_text, register, Value::Null);
    assert_eq!(registered["enterpriseRegister"]["enterprise"]["name"], "示例");
    let bred = made(&writer_text, "READ_WRITE", "token-0003");
    assert_eq!(bred["errors"][0]["code"], "NOT_FOUND", "a token makes no tokens");

    let list = "{ viewer { apiTokens { nodes { id usedAt } } } }";
    let listed = server.data(&access, list, Value::Null)["viewer"]["apiTokens"]["nodes"].clone();
    assert_eq!(listed[1]["id"], reader["apiToken"]["id"]);
    assert!(listed[1]["usedAt"].is_string(), "{listed}");
    let revoke = r#"mutation($id: ID!) {
        apiTokenRevoke(input: { apiTokenId: $id, requestKey: "revoke-02" }) { revokedId errors { code } }
    }"#;
    let vars = json!({ "id": reader["apiToken"]["id"] });
    let revoked = server.data(&access, revoke, vars)["apiTokenRevoke"].clone();
    assert_eq!(revoked["revokedId"], reader["apiToken"]["id"]);
    let bearer = |token: &str| format!("Bearer {token}");
    let status = |token: &str| ask_as(&server, &[("Authorization", &bearer(token))], VIEWER).status;
    assert_eq!((status(&reader_text), status(&writer_text), status("lm_x")), (401, 200, 401));
    done(&program, &["user", "revoke", "--grant", &grant]);
    let ended = ask_as(&server, &[("Authorization", &bearer(&writer_text))], VIEWER);
    assert_eq!((ended.status, code(&ended).as_str()), (403, "GRANT_NOT_HELD"));
    assert_eq!(server.data(&access, VIEWER, Value::Null)["viewer"]["role"], "PUBLIC");
}

/// `name=value` of the cookies an answer sets.
fn pairs(answer: &Answer) -> String {
    let cookies = answer.header("set-cookie");
    let pairs: Vec<&str> = cookies.iter().filter_map(|cookie| cookie.split(';').next()).collect();
    pairs.join("; ")
}

/// What sends the cookie along, its headers, the status.
type ByCookie<'a> = (&'a str, &'a [(&'a str, &'a str)], u16);

#[test]
fn the_console_signs_in_by_cookies_and_no_foreign_page_can_use_them() {
    let program = program();
    add(&program, "wang");
    let server = program.serve();
    let body = json!({ "name": "wang", "password": PASSWORD, "cookies": true }).to_string();
    let answer = server.post("/auth/login", &[JSON], body.as_bytes());
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.json().get("accessToken").is_none(), "no script sees a token");
    let set = answer.header("set-cookie");
    assert_eq!(set.len(), 2);
    for (cookie, path) in set.iter().zip(["/", "/auth"]) {
        assert!(cookie.contains(&format!("; Path={path};")), "{cookie}");
        assert!(cookie.ends_with("; HttpOnly; SameSite=Strict"), "{cookie}");
    }
    let jar = pairs(&answer);
    let cookie = ("Cookie", jar.as_str());
    let host = server.address.clone();
    let cases: [ByCookie<'_>; 7] = [
        ("nothing but the cookie", &[], 403),
        ("a foreign page", &[("Sec-Fetch-Site", "cross-site")], 403),
        ("a page of another port", &[("Sec-Fetch-Site", "same-site")], 403),
        ("an old browser, a foreign page", &[("Origin", "https://evil.example")], 403),
        ("a page of ours", &[("Sec-Fetch-Site", "same-origin")], 200),
        ("an old browser, a page of ours", &[("Origin", &host)], 200),
        ("the header", &[("Lianmeng-Csrf", "1")], 200),
    ];
    for (name, headers, status) in cases {
        let mut all = vec![cookie];
        all.extend_from_slice(headers);
        let answer = ask_as(&server, &all, VIEWER);
        assert_eq!(answer.status, status, "{name}: {answer:?}");
        if status == 403 {
            assert_eq!(code(&answer), "CSRF", "{name}");
        }
    }
    let by_link = server.get("/graphql?query=%7Bviewer%7Brole%7D%7D", &[cookie]);
    assert_eq!(by_link.json()["data"]["viewer"]["role"], "PUBLIC", "reading needs no proof");
    assert_eq!(server.post("/auth/refresh", &[cookie], b"").status, 403);
    let ours = ("Lianmeng-Csrf", "1");
    let swapped = server.post("/auth/refresh", &[cookie, ours], b"");
    assert_eq!(swapped.status, 200, "{swapped:?}");
    assert_ne!(pairs(&swapped), jar);
    let jar = pairs(&swapped);
    let out = server.post("/auth/logout", &[("Cookie", &jar), ours], b"");
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").iter().all(|cookie| cookie.contains("=; ")), "{out:?}");
    assert_eq!(server.post("/auth/refresh", &[("Cookie", &jar), ours], b"").status, 401);
}

#[test]
fn behind_https_cookies_are_secure_and_the_proxy_tells_the_address() {
    let program = program()
        .with("LIANMENG_AUTH__PUBLIC_URL", "https://lianmeng.example/")
        .with("LIANMENG_GRAPHQL__TRUST_FORWARDED_FOR", true);
    add(&program, "wang");
    let server = program.serve();
    let body = json!({ "name": "wang", "password": PASSWORD, "cookies": true }).to_string();
    let from = ("X-Forwarded-For", "198.51.100.9, 203.0.113.7");
    let answer = server.post("/auth/login", &[JSON, from], body.as_bytes());
    let set = answer.header("set-cookie");
    assert!(set[0].starts_with("__Host-lianmeng_access="), "{set:?}");
    assert!(set[1].starts_with("__Secure-lianmeng_refresh="), "{set:?}");
    assert!(set.iter().all(|cookie| cookie.ends_with("; Secure")), "{set:?}");
    let jar = pairs(&answer);
    let ours = ("Origin", "https://lianmeng.example");
    let list = "{ viewer { logins { nodes { address } } } }";
    let asked = ask_as(&server, &[("Cookie", &jar), ours], list).json();
    let address = &asked["data"]["viewer"]["logins"]["nodes"][0]["address"];
    assert_eq!(address, "203.0.113.7", "what stands before the proxy's own word is not believed");
}

#[test]
fn a_term_that_is_over_or_still_to_come_grants_nothing_and_one_grant_is_chosen() {
    let program = program();
    add(&program, "wang");
    let grant = |args: &[&str]| {
        let mut all = vec!["user", "grant", "wang", "--role"];
        all.extend_from_slice(args);
        done(&program, &all)
    };
    let over = grant(&["coordinator", "--from", "2020-01-01", "--until", "2020-12-31"]);
    let to_come = grant(&["coordinator", "--from", "2999-01-01"]);
    let server = program.serve();
    let bearer = format!("Bearer {}", text(&signed_in(&server, "wang")["accessToken"]));
    let by = ("Authorization", bearer.as_str());
    let role = |headers: &[(&str, &str)]| {
        let answer = ask_as(&server, headers, VIEWER).json();
        text(&answer["data"]["viewer"]["role"])
    };
    assert_eq!(role(&[by]), "PUBLIC");
    for id in [&over, &to_come, "grant:00000000000000000000000001", "nonsense"] {
        let refused = ask_as(&server, &[by, ("Lianmeng-Acting-As", id)], VIEWER);
        assert_eq!((refused.status, code(&refused).as_str()), (403, "GRANT_NOT_HELD"), "{id}");
    }
    let auditor = grant(&["auditor", "--until", "2998-12-31"]);
    let admin = grant(&["system_admin"]);
    assert_eq!(role(&[by]), "AUDITOR", "the oldest in force");
    assert_eq!(role(&[by, ("Lianmeng-Acting-As", &admin)]), "SYSTEM_ADMIN");
    grant(&["district_host", "--org", "region:440305", "--default"]);
    assert_eq!(role(&[by]), "DISTRICT_HOST", "the default one");
    done(&program, &["user", "revoke", "--grant", &auditor]);
    let refused = ask_as(&server, &[by, ("Lianmeng-Acting-As", &auditor)], VIEWER);
    assert_eq!(refused.status, 403);
    let listed = program.run(&["user", "list", "--json"]).json();
    assert_eq!(listed["grants"].as_array().map(Vec::len), Some(5));
    let unfit = program.run(&["user", "grant", "wang", "--role", "enterprise"]);
    assert_eq!(unfit.code, 2);
    assert!(unfit.err.contains("cannot be held for no body"), "{}", unfit.err);
}

#[test]
fn keys_roll_without_anybody_noticing_unless_at_once() {
    let program = program();
    add(&program, "wang");
    let (one, other) = (program.serve(), program.serve());
    let developer = program.token("auditor", None);
    let old = signed_in(&one, "wang");
    let status = |server: &Server, token: &str| {
        ask_as(server, &[("Authorization", &format!("Bearer {token}"))], VIEWER).status
    };
    let old_access = text(&old["accessToken"]);
    assert_eq!((status(&other, &old_access), status(&other, &developer)), (200, 200));
    done(&program, &["key", "roll"]);
    let new = text(&signed_in(&one, "wang")["accessToken"]);
    let kid = |token: &str| token.split('.').next().map(str::to_owned);
    assert_ne!(kid(&new), kid(&old_access), "a new key signs");
    for token in [&old_access, &new, &developer] {
        assert_eq!((status(&one, token), status(&other, token)), (200, 200));
    }
    let keys = done(&program, &["key", "list"]);
    assert_eq!(keys.lines().count(), 2, "{keys}");
    assert!(keys.lines().next().is_some_and(|line| line.ends_with("signs")), "{keys}");
    done(&program, &["key", "roll", "--at-once"]);
    for token in [&old_access, &new, &developer] {
        assert_eq!((status(&one, token), status(&other, token)), (401, 401));
    }
    let again = refresh(&one, &old["refreshToken"]);
    assert_eq!(again.status, 200, "logins stay");
}

#[test]
fn a_password_is_changed_by_its_owner_and_ends_the_other_logins() {
    let program = program();
    add(&program, "wang");
    let server = program.serve();
    let (here, there) = (signed_in(&server, "wang"), signed_in(&server, "wang"));
    let (here, there) = (text(&here["accessToken"]), text(&there["accessToken"]));
    let change = r"mutation($present: String!, $new: String!, $key: String!) {
        passwordChange(input: { presentPassword: $present, newPassword: $new, requestKey: $key }) {
            isChanged errors { code field }
        }
    }";
    let ask = |token: &str, present: &str, new: &str, key: &str| {
        let vars = json!({ "present": present, "new": new, "key": key });
        server.data(token, change, vars)["passwordChange"].clone()
    };
    let new = "nine geese under the bridge";
    let refused = |code: &str, field: Value| json!({ "isChanged": false, "errors": [{ "code": code, "field": field }] });
    let wrong = ask(&here, "wrong", new, "change-01");
    assert_eq!(wrong, refused("INVALID", json!("presentPassword")));
    let short = ask(&here, PASSWORD, "short", "change-02");
    assert_eq!(short, refused("INVALID", json!("newPassword")));
    assert_eq!(ask("", PASSWORD, new, "change-03"), refused("NOT_FOUND", Value::Null));
    for _ in 0..2 {
        let changed = ask(&here, PASSWORD, new, "change-04");
        assert_eq!(changed, json!({ "isChanged": true, "errors": [] }), "the same key, once");
    }
    let status = |token: &str| {
        ask_as(&server, &[("Authorization", &format!("Bearer {token}"))], VIEWER).status
    };
    assert_eq!((status(&here), status(&there)), (200, 401));
    assert_eq!(log_in(&server, "wang", PASSWORD).status, 401);
    assert_eq!(log_in(&server, "wang", new).status, 200);
    let weak = program.run_with_input(&["user", "password", "wang", "--password-stdin"], "short");
    assert_eq!(weak.code, 2);
    let set = done(&program, &["user", "password", "wang"]);
    let made_up = set.lines().last().and_then(|line| line.strip_prefix("password: ")).unwrap();
    assert_eq!(log_in(&server, "wang", made_up).status, 200);
    done(&program, &["user", "revoke", "--account", "wang"]);
    assert_eq!(log_in(&server, "wang", made_up).status, 401);
    assert_eq!(server.get("/auth/oidc/start", &[]).status, 404, "no provider is configured");
}

/// What many at once get as an answer, sorted.
fn at_once<T: Ord + Send>(number: usize, ask: impl Fn() -> T + Sync) -> Vec<T> {
    let mut answers: Vec<T> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..number).map(|_| scope.spawn(&ask)).collect();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    answers.sort();
    answers
}

#[test]
fn many_guesses_at_once_get_no_more_than_the_free_ones() {
    let program = program();
    add(&program, "wang");
    let server = program.serve();
    let codes = at_once(24, || code(&log_in(&server, "wang", "not the password")));
    let guessed = codes.iter().filter(|code| *code == "SIGN_IN_FAILED").count();
    let throttled = codes.iter().filter(|code| *code == "THROTTLED").count();
    assert!(guessed <= 5, "{codes:?}");
    assert_eq!(guessed + throttled, 24, "{codes:?}");
}

#[test]
fn of_many_who_bring_a_refresh_token_at_once_one_gets_the_next() {
    let program = program().with("LIANMENG_AUTH__REFRESH_LEEWAY_SECONDS", 300);
    add(&program, "wang");
    let server = program.serve();
    let first = signed_in(&server, "wang");
    let statuses = at_once(8, || refresh(&server, &first["refreshToken"]).status);
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
}

#[test]
fn tokens_are_refreshed_a_hundred_times_a_minute_and_no_more() {
    let program = program();
    let server = program.serve();
    let guess = json!("lmr_made-up");
    for _ in 0..100 {
        assert_eq!(refresh(&server, &guess).status, 401);
    }
    let late = refresh(&server, &guess);
    assert_eq!((late.status, code(&late).as_str()), (429, "THROTTLED"));
    let seconds: u64 = late.header("retry-after")[0].parse().unwrap();
    assert!((1..=61).contains(&seconds), "{seconds}");
}
