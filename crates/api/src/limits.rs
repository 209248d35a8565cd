//! Guards in front of the schema: size of a document and of what its fragments unfold to.
//!
//! async-graphql checks depth and complexity by unfolding fragments without memory, so nine hundred
//! bytes of fragments that spread each other twice would keep a worker busy for seconds. Here they
//! are counted with memory first.

use std::collections::HashMap;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};
use async_graphql::{ErrorExtensionValues, Name, ServerError};

/// Longest document in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 64 * 1024;
/// Most tokens in a document.
const MAX_TOKENS: usize = 8_000;
/// Most selections once fragments are unfolded.
const MAX_SELECTIONS: u64 = 10_000;
/// Deepest nesting of brackets, before the parser recurses into them.
const MAX_BRACKETS: usize = 64;

/// Parses `query` if it is small enough in every respect.
///
/// # Errors
///
/// The refusal, ready to be sent, with `extensions.code`.
pub fn parse(query: &str) -> Result<ExecutableDocument, Box<ServerError>> {
    if query.len() > MAX_DOCUMENT_BYTES {
        return Err(Box::new(refuse(
            "TOO_LARGE",
            format!(
                "the document has {} bytes; at most {MAX_DOCUMENT_BYTES} are read",
                query.len()
            ),
        )));
    }
    let size = Size::of(query);
    if size.tokens > MAX_TOKENS || size.depth > MAX_BRACKETS {
        return Err(Box::new(refuse(
            "TOO_LARGE",
            format!(
                "the document has over {MAX_TOKENS} tokens or {MAX_BRACKETS} nested brackets; split it"
            ),
        )));
    }
    let document = parse_query(query).map_err(|error| {
        let mut error: ServerError = error.into();
        set_code(&mut error, "BAD_REQUEST");
        Box::new(error)
    })?;
    if unfolded(&document) > MAX_SELECTIONS {
        return Err(Box::new(refuse(
            "TOO_LARGE",
            format!(
                "the fragments of the document unfold to over {MAX_SELECTIONS} fields; ask for fewer"
            ),
        )));
    }
    Ok(document)
}

/// A refusal of the whole request.
pub(crate) fn refuse(code: &str, message: String) -> ServerError {
    let mut error = ServerError::new(message, None);
    set_code(&mut error, code);
    error
}

/// Whether the operation that will run is anything but a query. A document whose operation is not
/// clear counts as a change; running it would fail anyway.
pub(crate) fn changes(document: &ExecutableDocument, operation: Option<&str>) -> bool {
    let mut operations = document.operations.iter();
    let chosen = match operation {
        Some(name) => operations.find(|(found, _)| found.is_some_and(|found| found == name)),
        None => operations.next(),
    };
    chosen.is_none_or(|(_, operation)| operation.node.ty != OperationType::Query)
}

fn set_code(error: &mut ServerError, code: &str) {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    error.extensions = Some(extensions);
}

/// A rough count of tokens and of the deepest nesting; strings count as one token.
#[derive(Debug, Default)]
struct Size {
    tokens: usize,
    depth: usize,
}

impl Size {
    fn of(query: &str) -> Self {
        let mut size = Self::default();
        let (mut open, mut in_word, mut in_string) = (0_usize, false, false);
        let mut escaped = false;
        for byte in query.bytes() {
            if in_string {
                in_string = escaped || byte != b'"';
                escaped = byte == b'\\' && !escaped;
                continue;
            }
            let is_word = byte.is_ascii_alphanumeric() || byte == b'_';
            if is_word && in_word {
                continue;
            }
            in_word = is_word;
            match byte {
                b'"' => in_string = true,
                b'{' | b'(' | b'[' => {
                    open += 1;
                    size.depth = size.depth.max(open);
                }
                b'}' | b')' | b']' => open = open.saturating_sub(1),
                b' ' | b'\n' | b'\r' | b'\t' | b',' => continue,
                _ => {}
            }
            size.tokens += 1;
        }
        size
    }
}

/// Selections of the largest operation with every fragment unfolded; saturates.
fn unfolded(document: &ExecutableDocument) -> u64 {
    let mut memory = HashMap::new();
    document
        .operations
        .iter()
        .map(|(_, operation)| count(document, &operation.node.selection_set.node, &mut memory))
        .max()
        .unwrap_or(0)
}

fn count<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    memory: &mut HashMap<&'a Name, u64>,
) -> u64 {
    set.items.iter().fold(0_u64, |sum, item| {
        let inside = match &item.node {
            Selection::Field(field) => count(document, &field.node.selection_set.node, memory),
            Selection::InlineFragment(inline) => {
                count(document, &inline.node.selection_set.node, memory)
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                match (memory.get(name), document.fragments.get_key_value(name)) {
                    (Some(known), _) => *known,
                    (None, Some((name, fragment))) => {
                        // A cycle meets this 0; validation refuses it later.
                        memory.insert(name, 0);
                        let inside = count(document, &fragment.node.selection_set.node, memory);
                        memory.insert(name, inside);
                        inside
                    }
                    (None, None) => 0,
                }
            }
        };
        sum.saturating_add(1).saturating_add(inside)
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn bomb(levels: usize) -> String {
        let mut query = "{ ...B0 }".to_owned();
        for level in 0..levels {
            let next = level + 1;
            write!(query, " fragment B{level} on Query {{ ...B{next} ...B{next} }}").unwrap();
        }
        write!(query, " fragment B{levels} on Query {{ __typename }}").unwrap();
        query
    }

    #[test]
    fn fragments_that_double_at_each_level_are_refused_at_once() {
        assert!(parse(&bomb(5)).is_ok());
        assert!(parse(&bomb(60)).unwrap_err().message.contains("unfold"));
    }

    #[test]
    fn a_cycle_of_fragments_ends() {
        let query = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A ...A }";
        assert!(parse(query).is_ok(), "validation, which comes later, names the cycle");
    }

    #[test]
    fn long_deep_and_broken_documents_are_refused() {
        assert!(parse(&" ".repeat(MAX_DOCUMENT_BYTES + 1)).unwrap_err().message.contains("bytes"));
        assert!(parse(&"{a".repeat(100)).unwrap_err().message.contains("nested"));
        assert!(parse(&format!("{{{}}}", "a ".repeat(9_000))).is_err());
        assert!(parse("{ a ").is_err());
        assert!(parse("").is_err());
    }

    #[test]
    fn brackets_inside_strings_do_not_count() {
        let query = format!("{{ a(b: \"{}\") }}", "{".repeat(100));
        assert!(parse(&query).is_ok());
    }
}
