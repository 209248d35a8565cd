//! Bringing tables forward and back.

use lianmeng_migrations::Migrator;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend};
use sea_orm_migration::{MigrationStatus, MigratorTrait};

use crate::{StoreError, tx};

/// Key of the lock that lets one process at a time change tables; any number that nobody else uses.
const LOCK: i64 = 0x6c69_616e_6d65_6e67;

/// A migration and whether the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name, which starts with its date.
    pub name: String,
    /// Whether it was applied.
    pub is_applied: bool,
}

/// Every migration this program knows, in order.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, or if the database has a migration that this program does
/// not know: a newer version made it.
pub async fn status(db: &impl ConnectionTrait) -> Result<Vec<Step>, StoreError> {
    let found = Migrator::get_migration_with_status_read_only(db).await?;
    let steps = found.iter().map(|migration| Step {
        name: migration.name().to_owned(),
        is_applied: migration.status() == MigrationStatus::Applied,
    });
    Ok(steps.collect())
}

/// The names of every migration this program knows, in order.
pub fn names() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

/// Applies the next `steps` migrations, or all that are missing; gives their number.
///
/// Processes that start at once wait for each other. All or none are applied.
///
/// # Errors
///
/// As [`status`], or what a migration ran into.
pub async fn up(db: &DatabaseConnection, steps: Option<u32>) -> Result<usize, StoreError> {
    if pending(db).await? == 0 {
        return Ok(0);
    }
    let tx = locked(db).await?;
    let before = pending(&tx).await?;
    Migrator::up(&tx, steps).await?;
    let after = pending(&tx).await?;
    if after == 0 {
        crate::outcome::share::fill(&tx).await?;
    }
    tx::commit(tx).await?;
    Ok(before.saturating_sub(after))
}

/// Takes the last `steps` migrations back, with the rows of the tables they made; gives their
/// number. All or none are taken back.
///
/// # Errors
///
/// As [`up`].
pub async fn down(db: &DatabaseConnection, steps: u32) -> Result<usize, StoreError> {
    let tx = locked(db).await?;
    let before = pending(&tx).await?;
    Migrator::down(&tx, Some(steps)).await?;
    let after = pending(&tx).await?;
    tx::commit(tx).await?;
    Ok(after.saturating_sub(before))
}

async fn pending(db: &impl ConnectionTrait) -> Result<usize, StoreError> {
    Ok(status(db).await?.iter().filter(|step| !step.is_applied).count())
}

/// A transaction that only one process at a time can have.
async fn locked(db: &DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    // On SQLite a writing transaction is alone by itself.
    let tx = tx::begin(db).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
    }
    Ok(tx)
}

#[cfg(test)]
mod tests {
    use sea_orm::Statement;

    use super::*;
    use crate::connect;

    /// Everything the database knows of its tables, as text.
    async fn schema(db: &DatabaseConnection) -> Vec<String> {
        let backend = db.get_database_backend();
        let question = if backend == DbBackend::Postgres {
            "SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, \
                    column_default) AS line \
             FROM information_schema.columns WHERE table_schema = 'public' \
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' \
             UNION ALL SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) \
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1"
        } else {
            "SELECT coalesce(sql, name) AS line FROM sqlite_master ORDER BY 1"
        };
        let rows = db.query_all_raw(Statement::from_string(backend, question)).await.unwrap();
        rows.iter().map(|row| row.try_get("", "line").unwrap()).collect()
    }

    async fn forward_back_forward(db: DatabaseConnection) {
        let all = names().len();
        assert_eq!(up(&db, Some(1)).await.unwrap(), 1);
        assert_eq!(up(&db, None).await.unwrap(), all - 1);
        assert_eq!(up(&db, None).await.unwrap(), 0, "the second time there is nothing to do");
        let first = schema(&db).await;
        assert!(status(&db).await.unwrap().iter().all(|step| step.is_applied));

        assert_eq!(down(&db, u32::MAX).await.unwrap(), all);
        let left = schema(&db).await;
        assert!(left.iter().all(|line| line.contains("seaql_migrations")), "{left:#?}");
        assert!(status(&db).await.unwrap().iter().all(|step| !step.is_applied));

        assert_eq!(up(&db, None).await.unwrap(), all);
        assert_eq!(schema(&db).await, first);
    }

    #[tokio::test]
    async fn forward_back_to_nothing_and_forward_again_gives_the_same_tables() {
        forward_back_forward(connect::connect("sqlite::memory:", 1).await.unwrap()).await;
    }

    #[tokio::test]
    async fn on_postgres_too() {
        let Ok(server) = std::env::var("LIANMENG_TEST_POSTGRES") else {
            println!("skipped: LIANMENG_TEST_POSTGRES names no server to make databases on");
            return;
        };
        let admin = connect::connect(&server, 1).await.unwrap();
        let name = format!("lianmeng_migrate_{}", std::process::id());
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}");

        // Several replicas that start at once apply each migration once.
        let starts = (0..4).map(|_| connect::open(&url, 2));
        let opened = futures_util::future::try_join_all(starts).await.unwrap();
        for db in opened {
            db.close().await.unwrap();
        }
        let db = connect::connect(&url, 2).await.unwrap();
        down(&db, u32::MAX).await.unwrap();
        forward_back_forward(db.clone()).await;

        db.close().await.unwrap();
        admin.execute_unprepared(&format!("DROP DATABASE {name}")).await.unwrap();
    }

    #[tokio::test]
    async fn a_database_of_a_newer_version_is_refused() {
        let db = connect::open("sqlite::memory:", 1).await.unwrap();
        db.execute_unprepared(
            "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_later', 0)",
        )
        .await
        .unwrap();
        let refused = up(&db, None).await.unwrap_err().to_string();
        assert!(refused.contains("m29990101_000001_later"), "{refused}");
    }
}
