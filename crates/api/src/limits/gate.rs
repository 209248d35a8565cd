//! From a request to a plan: which document is meant, whether it may run, and whether it is known.

use std::collections::hash_map::RandomState;
use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Request, ServerError, Value};
use lianmeng_backplane::cache::Cache;

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
            automatic: Automatic::default(),
            plans: Kept::new(PLAN_BYTES),
            state: RandomState::new(),
        }
    }

    /// The same gate, documents registered by clients being kept in `cache`.
    #[must_use]
    pub fn keeping_in(self, cache: Cache) -> Self {
        Self { automatic: Automatic::new(cache), ..self }
    }

    /// The plan of a request, whose text is filled in if it named its document by hash.
    ///
    /// # Errors
    ///
    /// The refusal, ready to be sent.
    pub async fn admit(&self, request: &mut Request) -> Result<Arc<Plan>, Box<ServerError>> {
        let asked = persisted(request)?;
        let is_named = request.query.is_empty();
        if let Some(hash) = &asked
            && is_named
        {
            request.query = self.find(hash).await?;
        }
        // Hashing a document that is refused anyway would be work for nothing.
        let is_short = request.query.len() <= self.limits.bytes;
        let sent = asked.filter(|_| is_short && !is_named);
        if sent.as_ref().is_some_and(|hash| *hash != hash_of(&request.query)) {
            let message = "the hash is not that of the document; send the SHA-256 of its text";
            return refuse("BAD_REQUEST", message);
        }
        let plan = match self.plans.get(&request.query) {
            Some(plan) => plan,
            None => self.judge(&request.query)?,
        };
        if let Some(hash) = sent.filter(|_| !self.trusted_only) {
            self.automatic.keep(&hash, &request.query).await;
        }
        Ok(plan)
    }

    /// The plan of a document that was not met lately.
    fn judge(&self, text: &str) -> Result<Arc<Plan>, Box<ServerError>> {
        let is_short = text.len() <= self.limits.bytes;
        if self.trusted_only && !(is_short && self.is_trusted(&hash_of(text))) {
            return untrusted();
        }
        let plan = Arc::new(Plan::new(self.limits.parse(text)?));
        if !self.has_introspection && count::introspects(&plan.document) {
            let message = "the schema is not described here; read schema.graphql of the release";
            return refuse("INTROSPECTION_OFF", message);
        }
        self.plans.put(text, Arc::clone(&plan), text.len());
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
            Some(text) => Ok(text),
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
