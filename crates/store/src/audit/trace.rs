//! The part of an audit row that may be personal: from where it was done and what was changed.
//!
//! It can be erased: the row keeps the digest of text and salt, which says nothing without the salt,
//! and the chain of seals covers the digest alone.

use sea_orm::sea_query::sea_value_to_json_value;
use sea_orm::{ActiveModelTrait, ActiveValue, EntityTrait, IdenStatic as _, Iterable as _};
use serde_json::{Map, Value};

use super::leaf::hex;

/// The fields of a thing that a change touched, as columns of its row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    /// As they were; empty for a new thing.
    pub before: Map<String, Value>,
    /// As they are; empty for a removed thing.
    pub after: Map<String, Value>,
}

/// What differs between two rows of a table; what is absent from a new row is left out.
pub(crate) fn diff<A: ActiveModelTrait>(before: Option<&A>, after: Option<&A>) -> Diff {
    let mut diff = Diff::default();
    for column in <A::Entity as EntityTrait>::Column::iter() {
        // Search keys follow from what they are made of, and versions from how often.
        if column.as_str().ends_with("_key") || column.as_str() == "version" {
            continue;
        }
        let (old, new) = (json(before, column), json(after, column));
        if old == new {
            continue;
        }
        let name = column.as_str().to_owned();
        if before.is_some() {
            diff.before.insert(name.clone(), old);
        }
        if after.is_some() {
            diff.after.insert(name, new);
        }
    }
    diff
}

fn json<A: ActiveModelTrait>(row: Option<&A>, column: <A::Entity as EntityTrait>::Column) -> Value {
    match row.map(|row| row.get(column)) {
        Some(ActiveValue::Set(value) | ActiveValue::Unchanged(value)) => {
            sea_value_to_json_value(&value)
        }
        Some(ActiveValue::NotSet) | None => Value::Null,
    }
}

/// Text and salt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    pub(crate) salt: String,
    pub(crate) detail: String,
}

impl Trace {
    /// The trace of a deed done from `from`; `salt` must be random, or the digest could be guessed.
    pub fn new(salt: [u8; 16], from: &str, diff: Option<&Diff>) -> Self {
        let mut detail = Map::new();
        detail.insert("from".to_owned(), from.into());
        if let Some(Diff { before, after }) = diff {
            for (name, fields) in [("before", before), ("after", after)] {
                if !fields.is_empty() {
                    detail.insert(name.to_owned(), Value::Object(fields.clone()));
                }
            }
        }
        Self { salt: hex(&salt), detail: Value::Object(detail).to_string() }
    }

    /// What stays of it for good.
    pub(crate) fn digest(&self) -> String {
        digest(&self.salt, &self.detail)
    }
}

/// The digest of a salted text.
pub(crate) fn digest(salt: &str, detail: &str) -> String {
    use sha2::{Digest as _, Sha256};
    hex(&Sha256::new().chain_update(salt).chain_update("\n").chain_update(detail).finalize())
}

/// A trace as it is read back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// From where: an address, `command line`, or `inside` for the platform itself.
    pub from: Option<String>,
    /// Changed fields as they were, as JSON.
    pub before: Option<String>,
    /// Changed fields as they are, as JSON.
    pub after: Option<String>,
}

impl Told {
    pub(crate) fn read(detail: Option<&str>) -> Self {
        let read = |text| serde_json::from_str::<Map<String, Value>>(text).ok();
        let Some(mut detail) = detail.and_then(read) else { return Self::default() };
        let from = detail.remove("from");
        let from = from.as_ref().and_then(Value::as_str).map(str::to_owned);
        let mut text = |name: &str| detail.remove(name).map(|fields| fields.to_string());
        Self { from, before: text("before"), after: text("after") }
    }

    /// Names of the fields that were changed.
    pub fn fields(&self) -> Vec<String> {
        let names = |text: &Option<String>| {
            let text = text.as_deref().unwrap_or("{}");
            let fields = serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
            fields.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        let mut all = [names(&self.before), names(&self.after)].concat();
        all.sort();
        all.dedup();
        all
    }
}
