//! Sign-ins under way at an identity provider.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use crate::StoreError;

/// The table `oidc_flows`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "oidc_flows")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub state_hash: String,
        pub nonce: String,
        pub verifier: String,
        pub return_to: String,
        pub ends_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What must be remembered while somebody is away at the provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Flow {
    /// Hash of the state that comes back with them.
    pub state_hash: String,
    /// What the ID token must repeat.
    pub nonce: String,
    /// What proves that we began (PKCE).
    pub verifier: String,
    /// Where to lead them afterwards, a path of ours.
    pub return_to: String,
    /// Until when they may come back.
    pub ends_at: DateTime<Utc>,
}

impl std::fmt::Debug for Flow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flow").field("ends_at", &self.ends_at).finish_non_exhaustive()
    }
}

/// Remembers `flow`.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn insert(db: &impl ConnectionTrait, flow: &Flow) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        state_hash: Set(flow.state_hash.clone()),
        nonce: Set(flow.nonce.clone()),
        verifier: Set(flow.verifier.clone()),
        return_to: Set(flow.return_to.clone()),
        ends_at: Set(flow.ends_at),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Takes the flow with this state out, if it has not ended; it comes out once.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn take(
    db: &impl ConnectionTrait,
    state_hash: &str,
    now: DateTime<Utc>,
) -> Result<Option<Flow>, StoreError> {
    let Some(row) = row::Entity::find_by_id(state_hash.to_owned()).one(db).await? else {
        return Ok(None);
    };
    let gone = row::Entity::delete_by_id(state_hash.to_owned()).exec(db).await?;
    let is_ours = gone.rows_affected == 1 && now < row.ends_at;
    Ok(is_ours.then_some(Flow {
        state_hash: row.state_hash,
        nonce: row.nonce,
        verifier: row.verifier,
        return_to: row.return_to,
        ends_at: row.ends_at,
    }))
}

/// Forgets flows that ended before `now`.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn forget(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let gone = row::Entity::delete_many().filter(row::COLUMN.ends_at.lt(now)).exec(db).await?;
    Ok(gone.rows_affected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::tests::{at, db};

    fn flow(state: &str) -> Flow {
        Flow {
            state_hash: state.to_owned(),
            nonce: "n".to_owned(),
            verifier: "v".to_owned(),
            return_to: "/".to_owned(),
            ends_at: at(10),
        }
    }

    #[tokio::test]
    async fn a_flow_comes_out_once_and_in_time() {
        let db = db().await;
        for state in ["a", "b", "c"] {
            insert(&db, &flow(state)).await.unwrap();
        }
        assert_eq!(take(&db, "a", at(9)).await.unwrap(), Some(flow("a")));
        assert_eq!(take(&db, "a", at(9)).await.unwrap(), None);
        assert_eq!(take(&db, "b", at(10)).await.unwrap(), None);
        assert_eq!(forget(&db, at(11)).await.unwrap(), 1);
    }
}
