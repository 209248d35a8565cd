//! Databases on a PostgreSQL server.

use std::process::Command;

/// A database of its own on the server that `LIANMENG_TEST_POSTGRES` names; dropped with the value.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// Makes one; says that the test is skipped where there is no server.
    pub fn new(name: &str) -> Option<Self> {
        let Ok(server) = std::env::var("LIANMENG_TEST_POSTGRES") else {
            println!("skipped: LIANMENG_TEST_POSTGRES names no server to make databases on");
            return None;
        };
        let name = format!("lianmeng_{name}_{}", std::process::id());
        let database = Self { server, name };
        database.say(&format!("CREATE DATABASE {}", database.name));
        Some(database)
    }

    /// Where it is.
    pub fn url(&self) -> String {
        let (base, _) = self.server.rsplit_once('/').unwrap();
        format!("{base}/{}", self.name)
    }

    fn say(&self, sql: &str) {
        let ran = Command::new("psql").args(["-qX", &self.server, "-c", sql]).output().unwrap();
        assert!(ran.status.success(), "{ran:?}");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.say(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
