//! Signing in at a real identity provider: the npm package oidc-provider, run beside the server.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failure here is a failed test, and a skipped test says so"
)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use lianmeng_testkit::servers::free_port;
use lianmeng_testkit::{Answer, Program, get};
use serde_json::{Value, json};

/// The provider; ends with the value.
struct Provider {
    child: Child,
    issuer: String,
    /// It ends when nobody listens to what it prints.
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _status = self.child.wait();
    }
}

impl Provider {
    /// Starts it, or says in one sentence why it cannot.
    fn start(redirect: &str) -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("oidc");
        if let Err(why) = install(&folder, "oidc-provider") {
            println!("skipped: signing in at an identity provider needs {why}");
            return None;
        }
        let mut child = Command::new("node")
            .args(["provider.mjs", redirect])
            .current_dir(&folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let issuer = loop {
            let line = lines.next().expect("the provider says where it listens").unwrap();
            if let Some(issuer) = line.strip_prefix("listening on ") {
                break issuer.to_owned();
            }
        };
        Some(Self { child, issuer, _lines: lines })
    }

    /// Whoever comes from now on is this person.
    fn become_person(&self, name: &str) {
        assert_eq!(get(&format!("{}/become/{name}", self.issuer), &[]).status, 200);
    }
}

/// Installs what the lock file names, if it is not there.
pub(crate) fn install(folder: &Path, package: &str) -> Result<(), &'static str> {
    let runs = |program: &str, args: &[&str]| {
        let done = Command::new(program)
            .args(args)
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        done.is_ok_and(|status| status.success())
    };
    if !runs("node", &["--version"]) {
        return Err("Node.js, which is not installed");
    }
    if folder.join("node_modules").join(package).join("package.json").is_file() {
        return Ok(());
    }
    if !runs("npm", &["--version"]) {
        return Err("npm, which is not installed");
    }
    let is_there = runs("npm", &["ci", "--no-audit", "--no-fund", "--prefer-offline"]);
    if is_there { Ok(()) } else { Err("packages that npm could not fetch") }
}

/// A browser: follows redirects and keeps cookies by host.
#[derive(Default)]
struct Browser(BTreeMap<String, BTreeMap<String, String>>);

fn host(url: &str) -> String {
    url.split('/').nth(2).unwrap().to_owned()
}

impl Browser {
    /// One step, without following.
    fn step(&mut self, url: &str) -> Answer {
        let jar = self.0.entry(host(url)).or_default();
        let cookies: Vec<String> =
            jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer = get(url, &[("Cookie", &cookies.join("; "))]);
        for cookie in answer.header("set-cookie") {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Follows redirects until `stops` likes the next address or there is none.
    fn go(&mut self, from: &str, stops: impl Fn(&str) -> bool) -> (String, Answer) {
        let mut url = from.to_owned();
        for _ in 0..20 {
            let answer = self.step(&url);
            let Some(next) = answer.header("location").first().map(|next| (*next).to_owned())
            else {
                return (url, answer);
            };
            let base = format!("http://{}", host(&url));
            let next = if next.starts_with('/') { format!("{base}{next}") } else { next };
            if stops(&next) {
                return (next, answer);
            }
            url = next;
        }
        panic!("too many redirects, the last one to {url}")
    }
}

fn code(answer: &Answer) -> Value {
    answer.json()["errors"][0]["extensions"]["code"].clone()
}

#[test]
fn people_sign_in_at_a_real_provider_and_only_where_an_account_was_made_for_them() {
    let port = free_port();
    let ours = format!("http://127.0.0.1:{port}");
    let Some(provider) = Provider::start(&format!("{ours}/auth/oidc/callback")) else { return };
    let program = Program::default()
        .with("LIANMENG_AUTH__PUBLIC_URL", &ours)
        .with("LIANMENG_OIDC__ISSUER", &provider.issuer)
        .with("LIANMENG_OIDC__CLIENT_ID", "lianmeng")
        .with("LIANMENG_OIDC__CLIENT_SECRET", "not a secret")
        .with("LIANMENG_OIDC__NAME_CLAIM", "preferred_username");
    for args in [
        &["user", "add", "li.ming", "--no-password"][..],
        &["user", "grant", "li.ming", "--role", "auditor"],
        &["user", "add", "wang"],
    ] {
        let ran = program.run(args);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let server = program.serve_on(port);
    let start = format!("{ours}/auth/oidc/start?returnTo=/graphiql");
    let is_home = |url: &str| url == format!("{ours}/graphiql");

    provider.become_person("li.ming");
    let mut browser = Browser::default();
    let (home, answer) = browser.go(&start, is_home);
    assert!(is_home(&home), "{home}: {answer:?}");
    let jar = &browser.0[&host(&ours)];
    assert_eq!(jar.keys().collect::<Vec<_>>(), ["lianmeng_access", "lianmeng_refresh"]);
    let cookie = format!("lianmeng_access={}", jar["lianmeng_access"]);
    let headers =
        [("Content-Type", "application/json"), ("Cookie", &cookie), ("Lianmeng-Csrf", "1")];
    let query = "{ viewer { role account { name hasPassword } logins { nodes { method } } } }";
    let viewer =
        server.post("/graphql", &headers, json!({ "query": query }).to_string().as_bytes());
    let want = json!({
        "role": "AUDITOR",
        "account": { "name": "li.ming", "hasPassword": false },
        "logins": { "nodes": [{ "method": "OIDC" }] },
    });
    assert_eq!(viewer.json()["data"]["viewer"], want);
    assert!(is_home(&Browser::default().go(&start, is_home).0), "a second time, linked by now");

    for (who, why) in [
        ("wang", "an account with a password is not taken over by a name"),
        ("zhao", "nobody made an account for her"),
        ("nobody", "the provider refuses"),
    ] {
        provider.become_person(who);
        let (_, refused) = Browser::default().go(&start, is_home);
        assert_eq!((refused.status, code(&refused)), (401, json!("SIGN_IN_FAILED")), "{why}");
    }

    provider.become_person("li.ming");
    let mut victim = Browser::default();
    let is_callback = |url: &str| url.contains("/auth/oidc/callback");
    let (callback, _) = victim.go(&start, is_callback);
    let stranger = Browser::default().step(&callback);
    assert_eq!((stranger.status, code(&stranger)), (400, json!("OIDC_FAILED")), "another browser");
    let led_on = victim.step(&callback);
    assert_eq!(led_on.status, 303, "{led_on:?}");
    assert_eq!(victim.step(&callback).status, 400, "the same code and state again");

    let (callback, _) = victim.go(&start, is_callback);
    let forged = callback.split('&').map(|part| {
        let (head, _) = part.split_once("code=").unwrap_or((part, ""));
        if head == part { part.to_owned() } else { format!("{head}code=forged") }
    });
    let forged = victim.step(&forged.collect::<Vec<_>>().join("&"));
    assert_eq!((forged.status, code(&forged)), (502, json!("OIDC_FAILED")), "a forged code");

    let away = Browser::default()
        .go(&format!("{ours}/auth/oidc/start?returnTo=//evil.example"), |url| {
            url == format!("{ours}/") || url.contains("evil")
        });
    assert_eq!(away.0, format!("{ours}/"), "nobody is led away");
    drop(provider);
    let known = server.get("/auth/oidc/start", &[]);
    assert_eq!(known.status, 303, "what the provider says about itself is remembered");
    assert_eq!(server.get("/health/live", &[]).status, 200);
}
