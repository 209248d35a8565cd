//! Test worlds: the built binary in a folder of its own, and a GraphQL client. Tests only.
//!
//! Start reading at [`Program`]: it runs commands; [`Program::serve`] gives a running server.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::missing_panics_doc,
    reason = "a failure here is a failed test, and a skipped test says so"
)]

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

pub use database::{Place, database, narrow_database, sqlite};
use serde_json::{Value, json};
use tempfile::TempDir;

pub mod clock;
mod database;
pub mod line;
pub mod post;
pub mod postgres;
pub mod servers;

/// The folder with shared data, if this machine has it; else says that the test is skipped.
pub fn shared() -> Option<PathBuf> {
    let folder = std::env::var("LIANMENG_SHARED").map_or_else(
        |_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    if folder.join("data").is_dir() {
        return Some(folder);
    }
    println!("skipped: ../shared is absent");
    None
}

/// The binary that was built beside this test.
fn binary() -> PathBuf {
    if let Ok(path) = std::env::var("LIANMENG_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let path = folder.join("lianmeng");
    assert!(path.is_file(), "{} is missing; run `cargo build` first", path.display());
    path
}

/// The program with a folder and a database of its own.
#[derive(Debug)]
pub struct Program {
    folder: TempDir,
    place: Option<Place>,
    settings: Vec<(String, String)>,
}

impl Default for Program {
    fn default() -> Self {
        Self { place: Place::new_blocking(), ..Self::on_sqlite() }
    }
}

impl Program {
    /// With a SQLite file, wherever the environment says that databases of tests live.
    pub fn on_sqlite() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), place: None, settings: Vec::new() }
    }

    /// The program with a setting of its own, such as `LIANMENG_AUTH__RECHECK_SECONDS`.
    #[must_use]
    pub fn with(mut self, variable: &str, value: impl ToString) -> Self {
        self.set(variable, &value.to_string());
        self
    }

    /// Its folder: files written there vanish with it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into the folder and returns its path.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(args)
            .current_dir(self.folder())
            .env_remove("DATABASE_URL")
            .env_remove("REDIS_URL")
            .env_remove("PORT")
            .env("LIANMENG_DATABASE__CONNECTIONS", "4")
            .env("LIANMENG_METRICS__LISTEN", "127.0.0.1:0");
        if let Some(place) = &self.place {
            command.env("DATABASE_URL", place.url());
        }
        if let Ok(url) = std::env::var(database::REDIS) {
            let space = self.folder().file_name().unwrap();
            command.env("REDIS_URL", url).env("LIANMENG_REDIS__SPACE", space);
        }
        command.envs(self.settings.iter().map(|(key, value)| (key, value)));
        command
    }

    /// Sets a variable for every later command, such as `LIANMENG_SERVER__DRAIN_SECONDS`.
    pub fn set(&mut self, variable: &str, value: &str) {
        self.settings.push((variable.to_owned(), value.to_owned()));
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with_input(args, "")
    }

    /// Runs a command to its end, `input` on its standard input.
    pub fn run_with_input(&self, args: &[&str], input: &str) -> Ran {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that reads nothing may be gone already.
        let _read_or_gone = child.stdin.take().unwrap().write_all(input.as_bytes());
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        Ran {
            code: status.code().expect("not ended by a signal"),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    /// A token for a role.
    pub fn token(&self, role: &str, org: Option<&str>) -> String {
        let mut args = vec!["user", "token", "--role", role];
        if let Some(org) = org {
            args.extend(["--org", org]);
        }
        let ran = self.run(&args);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.out.trim().to_owned()
    }

    /// Starts the server on a free port.
    pub fn serve(&self) -> Server {
        self.serve_on(0)
    }

    /// Starts a worker without a server.
    pub fn work(&self) -> Background {
        self.start(&["work"])
    }

    /// Starts a command and does not wait for its end.
    pub fn start(&self, args: &[&str]) -> Background {
        let mut command = self.command(args);
        let log = Log::default();
        let child = command.stdout(Stdio::null()).stderr(log.end()).spawn().unwrap();
        Background { child, _log: log }
    }

    /// Starts the server on `port`.
    pub fn serve_on(&self, port: u16) -> Server {
        let log = Log::default();
        let mut child = self
            .command(&["serve", "--port", &port.to_string()])
            .stdout(Stdio::piped())
            .stderr(log.end())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut metrics = String::new();
        let address = loop {
            let line = lines.next().expect("the server says where it listens").unwrap();
            if let Some(address) = line.strip_prefix("listening on ") {
                break address.to_owned();
            }
            if let Some(address) = line.strip_prefix("metrics on ") {
                address.clone_into(&mut metrics);
            }
        };
        Server { child, address, metrics, _log: log }
    }
}

/// What a command left behind.
#[derive(Debug, Clone)]
pub struct Ran {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// The last line of the output as JSON.
    pub fn json(&self) -> Value {
        let last = self.out.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// What a program in the background says, shown if the test fails.
#[derive(Debug)]
struct Log(File);

impl Default for Log {
    fn default() -> Self {
        Self(tempfile::tempfile().unwrap())
    }
}

impl Log {
    /// Where the program writes.
    fn end(&self) -> File {
        self.0.try_clone().unwrap()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let mut said = String::new();
        let read = self.0.rewind().and_then(|()| self.0.read_to_string(&mut said));
        println!("the program in the background said ({read:?}):\n{said}");
    }
}

/// A program in the background; ends with the value.
#[derive(Debug)]
pub struct Background {
    child: Child,
    _log: Log,
}

impl Drop for Background {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _status = self.child.wait();
    }
}

/// A running server; ends with the value, as if killed.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Its address, `http://127.0.0.1:PORT`.
    pub address: String,
    /// Where it tells its numbers, `http://127.0.0.1:PORT/metrics`.
    pub metrics: String,
    _log: Log,
}

impl Server {
    /// Kills it, as `kill -9` does.
    pub fn kill(&mut self) {
        let _ended_already = self.child.kill();
        let _status = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// An HTTP answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Content type.
    pub kind: String,
    /// Headers in order, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: String,
}

impl Answer {
    /// The values of a header, whose name is given in lower case.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let found = self.headers.iter().filter(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Server {
    /// Asks it to end, as a service manager would, without waiting.
    pub fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Waits until it ends and gives its exit code.
    pub fn wait(mut self) -> i32 {
        self.child.wait().unwrap().code().expect("not ended by a signal")
    }

    /// The number of a series of `/metrics`, such as `lianmeng_streams_open{transport="sse"}`.
    pub fn number(&self, series: &str) -> Option<f64> {
        let page = read(Self::agent().get(&self.metrics).call()).body;
        let line = page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.map(|number| number.parse().unwrap())
    }

    fn agent() -> ureq::Agent {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_mins(1)))
            .build();
        ureq::Agent::new_with_config(config)
    }

    /// GET of a path.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        get(&format!("{}{path}", self.address), headers)
    }

    /// The bytes of a file at a path, which must be there.
    pub fn file(&self, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
        let mut request = Self::agent().get(format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = request.call().expect("the server answers");
        assert_eq!(response.status().as_u16(), 200, "{path}");
        response.body_mut().with_config().limit(MOST_BYTES).read_to_vec().unwrap()
    }

    /// POST of bytes to a path.
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = Self::agent().post(format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send(body))
    }

    /// A GraphQL request; `token` may be empty. Returns the whole answer.
    pub fn ask(&self, token: &str, query: &str, variables: Value) -> Value {
        let authorization = format!("Bearer {token}");
        let mut headers = vec![("Content-Type", "application/json")];
        if !token.is_empty() {
            headers.push(("Authorization", &authorization));
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.post("/graphql", &headers, body.as_bytes()).json()
    }

    /// As [`Server::ask`]; `None` if there is no answer, or one that says that something failed on
    /// the server's side.
    pub fn try_ask(&self, token: &str, query: &str, variables: &Value) -> Option<Value> {
        try_ask(&self.address, token, query, variables)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.rsplit_once(':').unwrap().1.parse().unwrap()
    }

    /// As [`Server::ask`], failing on errors; returns `data`.
    pub fn data(&self, token: &str, query: &str, variables: Value) -> Value {
        let answer = self.ask(token, query, variables);
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].clone()
    }
}

/// Asks the server at `address`; `None` if there is no answer, or one that says that something
/// failed on the server's side.
pub fn try_ask(address: &str, token: &str, query: &str, variables: &Value) -> Option<Value> {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let request = Server::agent()
        .post(format!("{address}/graphql"))
        .header("Content-Type", "application/json")
        .header("Authorization", format!("Bearer {token}"));
    let mut response = request.send(body.as_bytes()).ok()?;
    let answer: Value = serde_json::from_str(&response.body_mut().read_to_string().ok()?).ok()?;
    let is_internal = |error: &Value| {
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        ["DISK_FULL", "INTERNAL", "TIMEOUT", "UNAVAILABLE"].contains(&code)
    };
    let failed = answer["errors"].as_array().is_some_and(|errors| errors.iter().any(is_internal));
    (!failed).then_some(answer)
}

/// Longest answer that is read.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// GET of any address, without following redirects.
pub fn get(url: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Server::agent().get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    read(request.call())
}

fn read(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = response.expect("the server answers");
    let status = response.status().as_u16();
    let kind = response.headers().get("content-type").map_or("", |v| v.to_str().unwrap());
    let kind = kind.to_owned();
    let headers = response.headers().iter();
    let headers = headers
        .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap().to_owned()))
        .collect();
    // A workbook is no text; what can be read of it is enough for tests.
    let bytes = response.body_mut().with_config().limit(MOST_BYTES).read_to_vec().unwrap();
    Answer { status, kind, headers, body: String::from_utf8_lossy(&bytes).into_owned() }
}
