//! Guards in front of the schema: what a document may weigh before anything walks through it.
//!
//! async-graphql checks depth and cost by unfolding fragments without memory, so nine hundred bytes
//! of fragments that spread each other twice would keep a worker busy for seconds. Here everything
//! is counted once, with memory, and what the validation rules would take long for is refused.
//! [`Plan`] is what remains: a parsed document that is cheap to validate.

use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{ServerError, Value, Variables};

use crate::error::{self, ApiError};

mod count;
mod documents;
mod gate;
mod plan;
mod scan;

pub use documents::{DocumentsError, Trusted};
pub use gate::{Gate, Kind};
pub use plan::Plan;

/// What a document may hold. Every number is a largest value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the document.
    pub bytes: usize,
    /// Tokens; a string is one token.
    pub tokens: usize,
    /// Fields inside fields, fragments followed.
    pub depth: usize,
    /// Fields asked for, a list counted with its page size.
    pub cost: usize,
    /// Fields as written.
    pub fields: usize,
    /// Fields with fragments unfolded.
    pub unfolded: u64,
    /// Fields given another name.
    pub aliases: usize,
    /// Directives in the whole document.
    pub directives: usize,
    /// Operations of one document, and operations sent together.
    pub batch: usize,
    /// Fragments.
    pub fragments: usize,
    /// Variables of one operation.
    pub variables: usize,
    /// Arguments of one field.
    pub arguments: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024,
            tokens: 4_000,
            depth: 16,
            cost: 20_000,
            fields: 1_000,
            unfolded: 4_000,
            aliases: 60,
            directives: 60,
            batch: 10,
            fragments: 64,
            variables: 64,
            arguments: 32,
        }
    }
}

/// Deepest nesting of brackets, before the parser recurses into them.
const BRACKETS: usize = 64;

impl Limits {
    /// Parses `query` if it is small enough in every respect.
    ///
    /// # Errors
    ///
    /// The refusal, ready to be sent, with `extensions.code`.
    pub fn parse(&self, query: &str) -> Result<ExecutableDocument, Box<ServerError>> {
        let bytes = query.len();
        over("document", bytes, self.bytes, "bytes")?;
        let size = scan::Size::of(query);
        if size.is_broken {
            let message = "the document ends inside of a block string".to_owned();
            return Err(Box::new(error::refuse("BAD_REQUEST", message)));
        }
        if size.has_nul {
            return Err(Box::new(nul()));
        }
        over("document", size.tokens, self.tokens, "tokens")?;
        over("document", size.depth, BRACKETS, "nested brackets")?;
        let document = parse_query(query).map_err(|error| {
            let mut error: ServerError = error.into();
            error::set_code(&mut error, "BAD_REQUEST");
            Box::new(error)
        })?;
        count::check(&document, self)?;
        Ok(document)
    }
}

/// Refuses variables with a text that holds U+0000, which PostgreSQL does not keep.
///
/// # Errors
///
/// The refusal, ready to be sent.
pub fn texts(variables: &Variables) -> Result<(), ServerError> {
    if variables.values().any(has_nul) { Err(nul()) } else { Ok(()) }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::List(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields.values().any(has_nul),
        Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Binary(_) | Value::Enum(_) => {
            false
        }
    }
}

fn nul() -> ServerError {
    let error = ApiError::BadInput("a text holds U+0000, which cannot be kept".to_owned());
    error::refuse(error.code(), error.to_string())
}

/// Refuses what has more of something than it may.
fn over(what: &str, found: usize, most: usize, unit: &str) -> Result<(), Box<ServerError>> {
    if found <= most {
        return Ok(());
    }
    let error =
        ApiError::TooLarge(format!("the {what} has {found} {unit}; at most {most} are run"));
    Err(Box::new(error::refuse(error.code(), error.to_string())))
}

#[cfg(test)]
mod tests;
