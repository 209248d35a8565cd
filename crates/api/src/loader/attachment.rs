//! The loader of attachments.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use lianmeng_domain::attachment::{AttachedTo, Attachment};
use lianmeng_store::StoreError;
use lianmeng_store::attachment::{self, AttachmentEyes};

use super::Loaders;

/// The files on a thing, at most 20.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttachmentsOf(pub AttachedTo);

impl Loader<AttachmentsOf> for Loaders {
    type Value = Vec<Attachment>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[AttachmentsOf],
    ) -> Result<HashMap<AttachmentsOf, Vec<Attachment>>, Arc<StoreError>> {
        let things: Vec<_> = keys.iter().map(|key| key.0).collect();
        let eyes = AttachmentEyes::of(self.column, &self.sees);
        let all = attachment::of_things(&self.db, eyes, &things).await.map_err(Arc::new)?;
        let mut found = HashMap::<_, Vec<_>>::new();
        for one in all {
            found.entry(AttachmentsOf(one.to)).or_default().push(one);
        }
        Ok(found)
    }
}
