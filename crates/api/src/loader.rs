//! Loaders: many keys, one statement. They belong to one request, so nothing leaks between callers.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::EnterpriseId;
use lianmeng_domain::policy::Visibility;
use lianmeng_store::eyes::Eyes;
use lianmeng_store::{StoreError, enterprise};
use sea_orm::DatabaseConnection;

pub mod casework;

/// What loaders read from and on whose behalf.
#[derive(Debug)]
pub struct Loaders {
    /// The database.
    pub db: DatabaseConnection,
    /// What the caller may see.
    pub sees: Visibility,
    /// What of it the caller may read in full.
    pub reads: Visibility,
}

impl Loaders {
    /// The caller's eyes.
    pub const fn eyes(&self) -> Eyes<'_> {
        Eyes { sees: &self.sees, reads: &self.reads }
    }
}

impl Loader<EnterpriseId> for Loaders {
    type Value = Enterprise;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        ids: &[EnterpriseId],
    ) -> Result<HashMap<EnterpriseId, Enterprise>, Arc<StoreError>> {
        let found = enterprise::find_many(&self.db, &self.sees, ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|enterprise| (enterprise.id, enterprise)).collect())
    }
}
