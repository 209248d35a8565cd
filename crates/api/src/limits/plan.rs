//! A document that passed the limits, kept with what is known about it.

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hash as _, Hasher};
use std::sync::{Mutex, PoisonError};

use async_graphql::parser::types::{
    BaseType, ExecutableDocument, OperationDefinition, OperationType, Type,
};
use async_graphql::{Value as ConstValue, Variables};

/// Shapes of variables remembered for one document.
const SHAPES: usize = 32;

/// A parsed document that is cheap to validate, and the shapes of variables it is known to be valid
/// with.
#[derive(Debug)]
pub struct Plan {
    /// The document.
    pub document: ExecutableDocument,
    proven: Mutex<VecDeque<u64>>,
}

impl Plan {
    /// A plan about which nothing is known yet.
    pub const fn new(document: ExecutableDocument) -> Self {
        Self { document, proven: Mutex::new(VecDeque::new()) }
    }

    /// The operation that will run; `None` if that is not clear.
    pub fn operation(&self, name: Option<&str>) -> Option<&OperationDefinition> {
        let mut operations = self.document.operations.iter();
        let chosen = match name {
            Some(name) => operations.find(|(found, _)| found.is_some_and(|found| found == name)),
            None => operations.next().filter(|_| operations.next().is_none()),
        };
        chosen.map(|(_, operation)| &operation.node)
    }

    /// What the operation that will run does; a document whose operation is not clear counts as a
    /// change, and running it fails anyway.
    pub fn kind(&self, name: Option<&str>) -> OperationType {
        self.operation(name).map_or(OperationType::Mutation, |operation| operation.ty)
    }

    /// A number for what validation looks at beyond the document: which operation, and its
    /// variables. Texts for `String` and `ID` are all alike to it, other values count as they are.
    pub(crate) fn shape(
        &self,
        name: Option<&str>,
        variables: &Variables,
        state: &impl BuildHasher,
    ) -> u64 {
        let mut hasher = state.build_hasher();
        name.hash(&mut hasher);
        for variable in self.operation(name).into_iter().flat_map(|one| &one.variable_definitions) {
            let variable = &variable.node;
            match variables.get(&variable.name.node) {
                None => hasher.write_u8(0),
                Some(value) => {
                    hasher.write_u8(1);
                    sketch(value, takes_any_text(&variable.var_type.node), &mut hasher);
                }
            }
        }
        hasher.finish()
    }

    /// Whether the document was valid with variables of this shape before.
    pub(crate) fn is_proven(&self, shape: u64) -> bool {
        self.proven.lock().unwrap_or_else(PoisonError::into_inner).contains(&shape)
    }

    /// Remembers that it was.
    pub(crate) fn prove(&self, shape: u64) {
        let mut proven = self.proven.lock().unwrap_or_else(PoisonError::into_inner);
        if proven.contains(&shape) {
            return;
        }
        if proven.len() == SHAPES {
            proven.pop_front();
        }
        proven.push_back(shape);
    }
}

/// Whether every text is valid for the type, or for what its lists hold.
fn takes_any_text(kind: &Type) -> bool {
    match &kind.base {
        BaseType::Named(name) => matches!(name.as_str(), "ID" | "String"),
        BaseType::List(inner) => takes_any_text(inner),
    }
}

/// Hashes a value, texts only as being texts if `texts_alike`.
fn sketch(value: &ConstValue, texts_alike: bool, hasher: &mut impl Hasher) {
    std::mem::discriminant(value).hash(hasher);
    match value {
        ConstValue::Null => {}
        ConstValue::Boolean(value) => value.hash(hasher),
        ConstValue::Number(value) => value.hash(hasher),
        ConstValue::String(_) if texts_alike => {}
        ConstValue::String(value) => value.hash(hasher),
        ConstValue::Enum(value) => value.hash(hasher),
        ConstValue::Binary(value) => value.hash(hasher),
        ConstValue::List(items) => {
            hasher.write_usize(items.len());
            for item in items {
                sketch(item, texts_alike, hasher);
            }
        }
        ConstValue::Object(fields) => {
            hasher.write_usize(fields.len());
            for (name, field) in fields {
                name.hash(hasher);
                sketch(field, false, hasher);
            }
        }
    }
}
