//! Parts by month of the tables that only grow. PostgreSQL only; SQLite keeps them whole.
//!
//! Rows of a month without a part of its own land in the part for the rest, so a missing part never
//! refuses a row; making the part later moves them into it.

use chrono::{Datelike as _, Months, NaiveDate};
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, FromQueryResult,
    Statement, TransactionTrait as _,
};

use crate::audit::seal;
use crate::{StoreError, version};

/// The tables that are split.
pub const TABLES: [&str; 4] = ["audit_rows", "job_log", "audit_reads", "audit_read_things"];
/// Fewest whole months that stay beside the present one: the law asks for six months of logs.
pub const KEPT_MONTHS: u32 = 6;
/// Months that have a part before they begin.
const AHEAD: u32 = 2;
/// One process at a time makes or detaches parts.
const LOCK: &str = "SELECT pg_advisory_xact_lock(20261123)";
/// Longest wait of readers and writers behind a change of parts.
const PATIENCE: &str = "SET LOCAL lock_timeout = '2s'";

/// Begins a change of the parts of `table`, alone with it until its end.
///
/// The table before its parts, as everybody locks them: a row that waited for the part for the rest
/// alone would be refused there once its month has a part of its own.
async fn alone(db: &DatabaseConnection, table: &str) -> Result<DatabaseTransaction, StoreError> {
    let tx = db.begin().await?;
    let lock = format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
    for sql in [PATIENCE, LOCK, &lock] {
        tx.execute_unprepared(sql).await?;
    }
    Ok(tx)
}

#[derive(Debug, FromQueryResult)]
struct Name {
    name: String,
}

/// Makes the parts of the month of `today` and the two after it where they are missing.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses, or others keep the table busy for two seconds.
pub async fn make_ahead(db: &DatabaseConnection, today: NaiveDate) -> Result<(), StoreError> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    for table in TABLES {
        let there = parts(db, table).await?;
        for ahead in 0..=AHEAD {
            let first = month(today) + Months::new(ahead);
            if !there.contains(&part_name(table, first)) {
                make(db, table, first).await?;
            }
        }
    }
    Ok(())
}

/// Names of the parts of `table`, oldest first, the one for the rest left out; none on SQLite.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn parts(db: &DatabaseConnection, table: &str) -> Result<Vec<String>, StoreError> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(Vec::new());
    }
    let sql = "SELECT c.relname::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
               WHERE i.inhparent = to_regclass($1) AND c.relname <> $1 || '_rest' ORDER BY 1";
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [table.into()]);
    let names = Name::find_by_statement(statement).all(db).await?;
    Ok(names.into_iter().map(|row| row.name).collect())
}

/// Detaches the parts of months that ended before `keep_from` and gives their names. They stay as
/// tables of their own, to be dumped and dropped. A part of the audit log that is not sealed yet
/// stays, and which numbers went is noted: `audit verify` goes on from there.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses, or others keep the table busy for two seconds.
pub async fn detach_before(
    db: &DatabaseConnection,
    keep_from: NaiveDate,
) -> Result<Vec<String>, StoreError> {
    let mut detached = Vec::new();
    for table in TABLES {
        let oldest_kept = part_name(table, month(keep_from));
        for part in parts(db, table).await? {
            // Names of one table sort by month.
            if part < oldest_kept {
                let tx = alone(db, table).await?;
                if !note_numbers(&tx, table, &part).await? {
                    tx.rollback().await?;
                    continue;
                }
                tx.execute_unprepared(&format!("ALTER TABLE {table} DETACH PARTITION {part}"))
                    .await?;
                tx.commit().await?;
                detached.push(part);
            }
        }
    }
    Ok(detached)
}

/// Notes the highest number of a part of the audit log; false if it is not sealed yet.
async fn note_numbers(
    tx: &DatabaseTransaction,
    table: &str,
    part: &str,
) -> Result<bool, StoreError> {
    let sealed = seal::sealed(tx).await?;
    let (name, sealed) = match table {
        "audit_rows" => (version::FEED_DETACHED, sealed.change),
        "audit_reads" | "audit_read_things" => (version::READS_DETACHED, sealed.read),
        _ => return Ok(true),
    };
    let last = format!("SELECT COALESCE(max(seq), 0) AS last FROM {part}");
    let last = tx.query_one_raw(Statement::from_string(DbBackend::Postgres, last)).await?;
    let last: i64 = last.map_or(Ok(0), |row| row.try_get("", "last"))?;
    let noted = version::current(tx, name).await?;
    version::set(tx, name, noted.max(last)).await?;
    Ok(last <= sealed)
}

async fn make(db: &DatabaseConnection, table: &str, first: NaiveDate) -> Result<(), StoreError> {
    let part = part_name(table, first);
    let (from, to) = (format!("{first} 00:00Z"), format!("{} 00:00Z", first + Months::new(1)));
    let tx = alone(db, table).await?;
    if parts_in(&tx, table, &part).await? {
        return Ok(tx.rollback().await?);
    }
    for sql in [
        format!("CREATE TABLE {part} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"),
        format!(
            "WITH moved AS (DELETE FROM {table}_rest WHERE at >= '{from}' AND at < '{to}' RETURNING *) \
             INSERT INTO {part} SELECT * FROM moved"
        ),
        format!(
            "ALTER TABLE {table} ATTACH PARTITION {part} FOR VALUES FROM ('{from}') TO ('{to}')"
        ),
    ] {
        tx.execute_unprepared(&sql).await?;
    }
    Ok(tx.commit().await?)
}

/// Whether another process made the part since it was looked for.
async fn parts_in(tx: &DatabaseTransaction, table: &str, part: &str) -> Result<bool, StoreError> {
    let sql = "SELECT inhrelid::regclass::text AS name FROM pg_inherits \
               WHERE inhparent = to_regclass($1) AND inhrelid = to_regclass($2)";
    let values = [table.into(), part.into()];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    Ok(Name::find_by_statement(statement).one(tx).await?.is_some())
}

fn month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn part_name(table: &str, first: NaiveDate) -> String {
    format!("{table}_{:04}_{:02}", first.year(), first.month())
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use lianmeng_domain::actor::Actor;

    use super::*;
    use crate::audit::{self, Deed};

    async fn deed(db: &DatabaseConnection, n: u128, at: &str) {
        let at: DateTime<Utc> = at.parse().unwrap();
        let deed =
            Deed { id: n.into(), at, action: "a", thing: "t", touches_graph: false, trace: None };
        audit::append(db, &Actor::public(), deed).await.unwrap();
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn months_get_parts_rows_move_into_them_and_old_parts_detach() {
        let db = lianmeng_testkit::database().await;
        for (n, at) in [(1, "2026-10-31T23:59:59Z"), (2, "2026-11-01T00:00:00Z")] {
            deed(&db, n, at).await;
        }
        make_ahead(&db, day("2026-10-20")).await.unwrap();
        make_ahead(&db, day("2026-11-20")).await.unwrap();
        deed(&db, 3, "2026-12-24T00:00:00Z").await;
        deed(&db, 4, "2030-01-01T00:00:00Z").await;
        let seqs = async || -> Vec<i64> {
            let all = audit::since(&db, 0, 10).await.unwrap();
            all.into_iter().map(|change| change.seq).collect()
        };
        assert_eq!(seqs().await, [1, 2, 3, 4]);
        let is_split = db.get_database_backend() == DbBackend::Postgres;
        let months = ["10", "11", "12"].map(|m| format!("audit_rows_2026_{m}"));
        let want = if is_split {
            &[&months[..], &["audit_rows_2027_01".to_owned()]].concat()[..]
        } else {
            &[]
        };
        assert_eq!(parts(&db, "audit_rows").await.unwrap(), want);
        let early = detach_before(&db, day("2026-12-05")).await.unwrap();
        assert!(early.iter().all(|part| !part.starts_with("audit_rows")), "{early:?}: not sealed");
        let now = DateTime::UNIX_EPOCH;
        while seal::seal_next(&db, now, 100).await.unwrap().is_some() {}
        let mut detached = detach_before(&db, day("2026-12-05")).await.unwrap();
        detached.extend(early);
        let gone = |table: &str| [format!("{table}_2026_10"), format!("{table}_2026_11")];
        let mut want =
            if is_split { TABLES.iter().flat_map(|table| gone(table)).collect() } else { vec![] };
        want.sort();
        detached.sort();
        assert_eq!(detached, want);
        let found = audit::verify::verify(&db, None).await.unwrap();
        let here = if is_split { (2, 2) } else { (4, 0) };
        assert_eq!((found.changes, found.detached, found.told), (here.0, here.1, vec![]));
        assert_eq!(seqs().await, if is_split { vec![3, 4] } else { vec![1, 2, 3, 4] });
    }
    #[tokio::test]
    async fn rows_that_come_while_parts_are_made_are_kept() {
        let db = lianmeng_testkit::database().await;
        let write = async |writer: u128| {
            for n in 0..60 {
                let tx = db.begin().await.unwrap();
                let deed = Deed {
                    id: (writer * 1_000 + n).into(),
                    at: format!("2026-{:02}-15T00:00:00Z", n % 12 + 1).parse().unwrap(),
                    action: "a",
                    thing: "t",
                    touches_graph: false,
                    trace: None,
                };
                audit::append(&tx, &Actor::public(), deed).await.unwrap();
                tx.commit().await.unwrap();
            }
        };
        let make = async || {
            for month in 1..=12 {
                make_ahead(&db, NaiveDate::from_ymd_opt(2026, month, 1).unwrap()).await.unwrap();
            }
        };
        tokio::join!(write(1), write(2), make());
        assert_eq!(audit::since(&db, 0, 1_000).await.unwrap().len(), 120);
    }
}
