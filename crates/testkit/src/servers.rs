//! Servers that a test starts, breaks and stops itself: PostgreSQL with standbys, and Redis.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longest wait for a server to start or stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// A port that nobody used a moment ago, below those that the system gives to clients: one of them
/// would have it while the server that belongs there is down.
pub fn free_port() -> u16 {
    const PORTS: u32 = 12_000;
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let from = std::process::id().wrapping_mul(31);
    loop {
        let place = from.wrapping_add(ASKED.fetch_add(1, Ordering::Relaxed)) % PORTS;
        let port = 20_000 + u16::try_from(place).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Waits until `is_so`, looking again and again.
///
/// # Panics
///
/// If it is not so within half a minute.
pub fn wait_until(what: &str, is_so: impl FnMut() -> bool) {
    wait_for(PATIENCE, what, is_so);
}

/// As [`wait_until`], for so long.
///
/// # Panics
///
/// If it is not so within `patience`.
pub fn wait_for(patience: Duration, what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < patience, "{what} took longer than {patience:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Where the binaries of PostgreSQL are, if they are installed.
fn postgres_binaries() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut versions: Vec<PathBuf> = installed.map(|entry| entry.unwrap().path()).collect();
    versions.sort();
    versions.into_iter().rev().map(|v| v.join("bin")).find(|bin| bin.join("initdb").is_file())
}

/// A command as a user that PostgreSQL accepts, ended when this process ends.
fn as_server(program: &Path) -> Command {
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--reuid", "postgres", "--regid", "postgres"]);
    command.args(["--clear-groups", "--"]).arg(program);
    command
}

/// A PostgreSQL server of the test's own.
#[derive(Debug)]
pub struct Postgres {
    bin: PathBuf,
    folder: TempDir,
    port: u16,
    process: Option<Child>,
}

impl Postgres {
    /// An empty server, durable and ready for standbys; says that the test is skipped where
    /// PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let Some(bin) = postgres_binaries() else {
            println!("skipped: PostgreSQL is not installed under /usr/lib/postgresql");
            return None;
        };
        let mut server = Self::in_new_folder(bin);
        let mut initdb = as_server(&server.bin.join("initdb"));
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8"]);
        initdb.args(["--locale=C.UTF-8", "--no-sync", "--pgdata"]).arg(server.data());
        run(&mut initdb);
        server.resume();
        Some(server)
    }

    fn in_new_folder(bin: PathBuf) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut open = Command::new("chmod");
        run(open.arg("777").arg(folder.path()));
        Self { bin, folder, port: free_port(), process: None }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts it, again if need be, on the same port.
    pub fn resume(&mut self) {
        let mut command = as_server(&self.bin.join("postgres"));
        command.arg("-D").arg(self.data()).args(["-p", &self.port.to_string()]);
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=100",
            "timezone=UTC",
            "shared_buffers=32MB",
            // What a killed server had acknowledged must still be there; a machine that loses power
            // is not what these tests break.
            "fsync=off",
        ] {
            command.args(["-c", setting]);
        }
        let log = std::fs::File::create(self.folder.path().join("log")).unwrap();
        command.stdout(Stdio::null()).stderr(log);
        self.process = Some(command.spawn().unwrap());
        let ready = self.bin.join("pg_isready");
        let port = self.port.to_string();
        wait_until("starting PostgreSQL", || {
            let mut ask = Command::new(&ready);
            ask.args(["-q", "-h", "127.0.0.1", "-p", &port]).status().unwrap().success()
        });
    }

    /// Ends it at once, as a crash would: nothing is written any more, and the next start recovers.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let pid = process.id().to_string();
            let _told = Command::new("kill").args(["-QUIT", &pid]).status();
            let _status = process.wait();
        }
    }

    /// A hot standby that follows this server.
    #[must_use]
    pub fn standby(&self, name: &str) -> Self {
        let mut standby = Self::in_new_folder(self.bin.clone());
        let mut copy = as_server(&self.bin.join("pg_basebackup"));
        copy.args(["--no-sync", "--checkpoint=fast", "--wal-method=stream", "--pgdata"]);
        copy.arg(standby.data());
        let url = self.url();
        let primary = format!("{url}?application_name={name}");
        copy.args(["--write-recovery-conf", "--dbname", &primary]);
        run(&mut copy);
        standby.resume();
        standby
    }

    /// Runs a statement and gives its rows as text.
    pub fn say(&self, sql: &str) -> String {
        let ran = Command::new(self.bin.join("psql"))
            .args(["-qAtX", &self.url(), "-c", sql])
            .output()
            .unwrap();
        assert!(ran.status.success(), "{ran:?}");
        String::from_utf8(ran.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
        // Its files belong to another user.
        let _best_effort = Command::new("rm").arg("-rf").arg(self.data()).status();
    }
}

fn run(command: &mut Command) {
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{command:?}: {ran:?}");
}

/// A Redis server of the test's own.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    process: Option<Child>,
}

impl Redis {
    /// An empty server; says that the test is skipped where Redis is not installed.
    pub fn start() -> Option<Self> {
        let mut server = Self { port: free_port(), process: None };
        if !server.resume() {
            println!("skipped: redis-server is not installed");
            return None;
        }
        Some(server)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts it, again if need be, on the same port; false where it is not installed.
    pub fn resume(&mut self) -> bool {
        let mut command = Command::new("redis-server");
        command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"]);
        command.args(["--save", "", "--appendonly", "no", "--daemonize", "no"]);
        let Ok(process) = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
            return false;
        };
        self.process = Some(process);
        let port = self.port;
        wait_until("starting Redis", || {
            let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
            let mut pong = [0; 5];
            stream.write_all(b"PING\r\n").is_ok()
                && stream.read_exact(&mut pong).is_ok()
                && &pong == b"+PONG"
        });
        true
    }

    /// Kills it as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _gone = process.kill();
            let _status = process.wait();
        }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
