//! A disk that fills up under SQLite.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use lianmeng_testkit::servers::wait_until;
use lianmeng_testkit::{Program, sqlite};
use tempfile::TempDir;

use super::{agree, register};

/// A disk of its own, of a few megabytes; gone with the value.
struct Disk(TempDir);

impl Disk {
    /// `None` where disks cannot be mounted.
    fn new() -> Option<Self> {
        let disk = Self(tempfile::tempdir().unwrap());
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=12m", "tmpfs"]).arg(disk.0.path());
        mount.output().is_ok_and(|ran| ran.status.success()).then_some(disk)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Fills what is left; gives the file that does.
    fn fill(&self) -> PathBuf {
        let ballast = self.path().join("ballast");
        let full = std::fs::write(&ballast, vec![0; 16 << 20]);
        assert!(full.is_err(), "the disk takes more than its size");
        ballast
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a server may still be about to close its files.
        let _best_effort = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[test]
fn a_full_disk_refuses_changes_clearly_and_heals_when_there_is_room() {
    let Some(disk) = Disk::new() else {
        println!("skipped: no disk can be mounted here; it takes root");
        return;
    };
    let file = disk.path().join("lianmeng.db");
    let program = Program::on_sqlite().with("DATABASE_URL", format!("sqlite:{}", file.display()));
    let server = program.serve();
    let token = program.token("coordinator", None);
    let (mut done, mut told) = (0, 0.0);
    for n in 0..20 {
        register(&server, &token, &format!("with room {n}")).unwrap();
        done += 1;
    }
    for round in 0..3 {
        let ballast = disk.fill();
        // A few more find room in the pages there are.
        let mut refused = Vec::new();
        for n in 0..200 {
            let key = format!("round {round} change {n}");
            match register(&server, &token, &key) {
                Ok(_) => done += 1,
                Err(code) => {
                    assert_eq!(code, "DISK_FULL");
                    refused.push(key);
                }
            }
            if refused.len() == 3 {
                break;
            }
        }
        assert_eq!(refused.len(), 3, "the disk is not full");
        // What is there can be read, so requests may come, and the numbers tell of those refused.
        agree(&[&server], &token, done);
        assert_eq!(server.get("/health/ready", &[]).body, "ok");
        told += 3.0;
        assert_eq!(server.number("lianmeng_errors_total{code=\"DISK_FULL\"}"), Some(told));

        std::fs::remove_file(ballast).unwrap();
        let start = Instant::now();
        for key in &refused {
            wait_until("changing again", || register(&server, &token, key).is_ok());
            done += 1;
        }
        println!("full, then {} changes after {} ms", refused.len(), start.elapsed().as_millis());
        agree(&[&server], &token, done);
    }
    drop(server);
    assert_eq!(sqlite(&file, "PRAGMA integrity_check"), ["ok"]);
    let registered = "SELECT count(*) || ' ' || count(DISTINCT thing) FROM audit_rows WHERE action = 'RegisterEnterprise'";
    assert_eq!(sqlite(&file, registered), [format!("{done} {done}")]);
    let gaps = "SELECT CAST(count(*) - max(seq) AS TEXT) FROM audit_rows";
    assert_eq!(sqlite(&file, gaps), ["0"]);
    // Whoever starts anew finds the same.
    agree(&[&program.serve()], &token, done);
}
