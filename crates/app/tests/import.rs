//! Imports from files to tables: the real sets where they are present.

use std::path::{Path, PathBuf};

use chrono::DateTime;
use lianmeng_app::import::{Counts, ImportDesk, ImportDrafts, ImportReport, Outcome, import};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::draft::{DraftKind, Drafts};
use lianmeng_domain::ids::IdSource;
use lianmeng_exchange::read;
use sea_orm::DatabaseConnection;

fn coordinator() -> Actor {
    Actor { subject: "test".to_owned(), role: Role::Coordinator, body: None }
}

async fn database() -> DatabaseConnection {
    let db = lianmeng_store::connect::open("sqlite::memory:", 1).await.unwrap();
    lianmeng_app::codes::seed(&db).await.unwrap();
    db
}

async fn run(db: &DatabaseConnection, drafts: &Drafts) -> ImportReport {
    let ids = IdSource::new(1);
    let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let desk = ImportDesk { db, ids: &ids, now };
    let progress = |_, _| ();
    let cmd = ImportDrafts {
        drafts,
        is_dry_run: false,
        is_strict: false,
        listed: 1_000,
        progress: &progress,
    };
    import(desk, &coordinator(), cmd).await.unwrap()
}

/// A set of the shared data, if it is here.
fn set(name: &str) -> Option<PathBuf> {
    let root = std::env::var("LIANMENG_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let folder = Path::new(&root).join("data").join(name);
    if folder.exists() {
        return Some(folder);
    }
    println!("skipped: {name} is absent");
    None
}

fn counts(added: u64, changed: u64, unchanged: u64, rejected: u64) -> Counts {
    Counts { added, changed, unchanged, rejected }
}

#[tokio::test]
async fn the_a_share_set_is_imported_with_every_kind_of_dirt_counted() {
    let Some(folder) = set("a-share-chain") else { return };
    let db = database().await;
    let drafts = read::path(&folder, None).unwrap();
    let start = std::time::Instant::now();
    let report = run(&db, &drafts).await;
    println!("{:?} {:#?}", start.elapsed(), report.counts);
    println!("{:#?}", report.findings);
    let start = std::time::Instant::now();
    let again = run(&db, &drafts).await;
    println!("{:?} {:#?}", start.elapsed(), again.counts);
    println!(
        "{}",
        std::fs::read_to_string("/proc/self/status")
            .unwrap()
            .lines()
            .find(|l| l.starts_with("VmHWM"))
            .unwrap()
    );
    assert_eq!(report.outcome, Outcome::Saved);
    let of = |kind| report.counts[&kind];
    assert_eq!(of(DraftKind::Industry), counts(511, 0, 0, 0));
    assert_eq!(of(DraftKind::Product), counts(95_565, 0, 0, 0));
    assert_eq!(of(DraftKind::ProductEdge), counts(110_153 - 108, 0, 0, 108));
    assert_eq!(of(DraftKind::Enterprise), counts(5_834, 0, 0, 3));
}
