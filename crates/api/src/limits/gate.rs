//! From a request to a plan: which document is meant, whether it may run, and whether it is known.

use std::collections::hash_map::RandomState;
use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Request, ServerError, Value};

use super::documents::{Automatic, Kept, Trusted, hash_of, plain};
use super::plan::Plan;
use super::{Limits, count};
use crate::error;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It reads.
    Query,
    /// It changes something.
    Change,
    /// It listens.
    Subscription,
}

impl From<OperationType> for Kind {
    fn from(kind: OperationType) -> Self {
        match kind {
            OperationType::Query => Self::Query,
            OperationType::Mutation => Self::Change,
            OperationType::Subscription => Self::Subscription,
        }
    }
}

/// Everything a document passes before the schema sees it; shared by all requests.
#[derive(Debug)]
pub struct Gate {
    /// What a document may hold.
    pub limits: Limits,
    /// Whether the schema may be asked about itself.
    pub has_introspection: bool,
    trusted: Trusted,
    trusted_only: bool,
    automatic: Automatic,
    plans: Kept<Arc<Plan>>,
    state: RandomState,
}

/// Bytes of documents kept parsed: some thousand usual ones, at about twenty times the memory.
const PLAN_BYTES: usize = 1024 * 1024;
/// Bytes of documents kept for clients that registered them.
const AUTOMATIC_BYTES: usize = 4 * 1024 * 1024;

impl Default for Gate {
    fn default() -> Self {
        Self::new(Limits::default(), true, Trusted::default(), false)
    }
}

impl Gate {
    /// A gate; with `trusted_only`, it refuses every document that is not among `trusted`.
    pub fn new(
        limits: Limits,
        has_introspection: bool,
        trusted: Trusted,
        trusted_only: bool,
    ) -> Self {
        Self {
            limits,
            has_introspection,
            trusted,
            trusted_only,
            automatic: Automatic::new(AUTOMATIC_BYTES),
            plans: Kept::new(PLAN_BYTES),
            state: RandomState::new(),
        }
    }

    /// The plan of a request, whose text is filled in if it named its document by hash.
    ///
    /// # Errors
    ///
    /// The refusal, ready to be sent.
    pub async fn admit(&self, request: &mut Request) -> Result<Arc<Plan>, Box<ServerError>> {
        let asked = persisted(request)?;
        if let Some(hash) = &asked
            && request.query.is_empty()
        {
            request.query = self.find(hash).await?;
        }
        if let Some(plan) = self.plans.get(&request.query) {
            return Ok(plan);
        }
        let is_long = request.query.len() > self.limits.bytes;
        // Hashing a document that is refused anyway would be work for nothing.
        let hash =
            (!is_long && (asked.is_some() || self.trusted_only)).then(|| hash_of(&request.query));
        if asked.is_some() && hash.is_some() && asked != hash {
            let message = "the hash is not that of the document; send the SHA-256 of its text";
            return refuse("BAD_REQUEST", message);
        }
        if self.trusted_only && !hash.as_deref().is_some_and(|hash| self.is_trusted(hash)) {
            return untrusted();
        }
        let plan = Arc::new(Plan::new(self.limits.parse(&request.query)?));
        if !self.has_introspection && count::introspects(&plan.document) {
            let message = "the schema is not described here; read schema.graphql of the release";
            return refuse("INTROSPECTION_OFF", message);
        }
        if let Some(hash) = asked.filter(|_| !self.trusted_only) {
            self.automatic.keep(&hash, &request.query).await;
        }
        self.plans.put(&request.query, Arc::clone(&plan), request.query.len());
        Ok(plan)
    }

    fn is_trusted(&self, hash: &str) -> bool {
        self.trusted.find(hash).is_some()
    }

    /// The text under a hash.
    async fn find(&self, hash: &str) -> Result<String, Box<ServerError>> {
        if let Some(text) = self.trusted.find(hash) {
            return Ok(text.to_owned());
        }
        if self.trusted_only {
            return untrusted();
        }
        match self.automatic.find(hash).await {
            Some(text) => Ok(text.as_ref().to_owned()),
            // Clients look for exactly this message.
            None => refuse("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"),
        }
    }

    /// A number for what validation looks at in a request beyond its document.
    pub fn shape(&self, plan: &Plan, request: &Request) -> u64 {
        plan.shape(request.operation_name.as_deref(), &request.variables, &self.state)
    }
}

fn refuse<T>(code: &str, message: &str) -> Result<T, Box<ServerError>> {
    Err(Box::new(error::refuse(code, message.to_owned())))
}

fn untrusted<T>() -> Result<T, Box<ServerError>> {
    refuse(
        "UNTRUSTED_DOCUMENT",
        "PERSISTED_QUERY_ONLY: only documents of the manifest are run here; send the hash of one",
    )
}

/// The hash in the extension `persistedQuery`.
fn persisted(request: &Request) -> Result<Option<String>, Box<ServerError>> {
    let Some(Value::Object(asked)) = request.extensions.get("persistedQuery") else {
        return Ok(None);
    };
    match asked.get("sha256Hash") {
        Some(Value::String(hash)) => Ok(Some(plain(hash).to_ascii_lowercase())),
        Some(_) | None => {
            refuse("BAD_REQUEST", "extensions.persistedQuery needs sha256Hash, a text")
        }
    }
}
