//! Counts over a parsed document, each part visited once.

use std::collections::HashMap;

use async_graphql::parser::types::{
    ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, ServerError};

use super::{Limits, over};
use crate::error;

/// Levels of selections, fragments followed, that anything recurses into.
const NESTING: usize = 32;
/// Fields compared with each other when the validation looks for conflicts.
const COMPARED: u64 = 8_000;
/// Lists of the schema's description inside of each other.
const LISTS: usize = 2;
/// Those lists.
const LIST_NAMES: [&str; 5] = ["types", "fields", "interfaces", "possibleTypes", "inputFields"];

/// Refuses a document that holds more than it may.
pub(super) fn check(
    document: &ExecutableDocument,
    limits: &Limits,
) -> Result<(), Box<ServerError>> {
    over("document", document.operations.iter().count(), limits.batch, "operations")?;
    over("document", document.fragments.len(), limits.fragments, "fragments")?;
    let mut tally = Tally { document, limits, known: HashMap::new(), sums: Sums::default() };
    let (mut largest, mut unfolded) = (Measure::default(), 0);
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        let variables = operation.variable_definitions.len();
        over("operation", variables, limits.variables, "variables")?;
        tally.sums.directives += operation.directives.len();
        let inside: usize =
            operation.variable_definitions.iter().map(|one| one.node.directives.len()).sum();
        tally.sums.directives += inside;
        let measure = tally.set(&operation.selection_set.node, 0)?;
        unfolded = unfolded.max(measure.unfolded);
        largest = largest.over(measure);
    }
    // Unused ones too: validation walks through them before it says that they are unused.
    let mut fragments: Vec<_> = document.fragments.iter().collect();
    fragments.sort_by_key(|(name, _)| *name);
    for (name, fragment) in fragments {
        largest = largest.over(tally.fragment(name, &fragment.node, 0)?);
    }
    let Sums { fields, aliases, directives, compared } = tally.sums;
    over("document", fields, limits.fields, "fields")?;
    over("document", aliases, limits.aliases, "aliases")?;
    over("document", directives, limits.directives, "directives")?;
    over("document", largest.depth, limits.depth, "levels of fields")?;
    over("document", largest.height, NESTING, "levels of selections")?;
    wide("the fragments of the document unfold to", unfolded, limits.unfolded)?;
    wide("the selections of the document compare", compared, COMPARED)
}

fn wide(what: &str, found: u64, most: u64) -> Result<(), Box<ServerError>> {
    if found <= most {
        return Ok(());
    }
    let message = format!("{what} over {most} fields; ask for fewer");
    Err(Box::new(error::refuse("TOO_LARGE", message)))
}

/// Totals over the document as written.
#[derive(Debug, Default)]
struct Sums {
    fields: usize,
    aliases: usize,
    directives: usize,
    compared: u64,
}

/// Measures of one selection set.
#[derive(Debug, Clone, Copy, Default)]
struct Measure {
    /// Selections with every fragment unfolded; saturates.
    unfolded: u64,
    /// The same without what lies inside of fields.
    flat: u64,
    /// Fields inside fields.
    depth: usize,
    /// Levels of selections, fragments followed.
    height: usize,
    /// Lists of the schema's description inside of each other.
    lists: usize,
}

impl Measure {
    /// The larger of each; sums stay those of `self`.
    fn over(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            height: self.height.max(other.height),
            lists: self.lists.max(other.lists),
            ..self
        }
    }

    /// With one more selection and what lies inside of it.
    fn and(self, inside: Self) -> Self {
        Self {
            unfolded: self.unfolded.saturating_add(inside.unfolded).saturating_add(1),
            flat: self.flat.saturating_add(inside.flat).saturating_add(1),
            ..self.over(Self { height: inside.height + 1, ..inside })
        }
    }
}

struct Tally<'a> {
    document: &'a ExecutableDocument,
    limits: &'a Limits,
    /// Fragments measured so far; `None` while that goes on.
    known: HashMap<&'a Name, Option<Measure>>,
    sums: Sums,
}

type Measured = Result<Measure, Box<ServerError>>;

impl<'a> Tally<'a> {
    fn set(&mut self, set: &'a SelectionSet, level: usize) -> Measured {
        over("document", level, NESTING, "levels of selections")?;
        let mut sum = Measure::default();
        for item in &set.items {
            self.sums.directives += item.node.directives().len();
            let inside = match &item.node {
                Selection::Field(field) => self.field(&field.node, level)?,
                Selection::InlineFragment(inline) => {
                    self.set(&inline.node.selection_set.node, level + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    match self.document.fragments.get_key_value(name) {
                        Some((name, fragment)) => self.fragment(name, &fragment.node, level)?,
                        // Validation says that there is none.
                        None => Measure::default(),
                    }
                }
            };
            sum = sum.and(inside);
        }
        self.sums.compared = self.sums.compared.saturating_add(sum.flat);
        Ok(sum)
    }

    fn field(&mut self, field: &'a Field, level: usize) -> Measured {
        self.sums.fields += 1;
        self.sums.aliases += usize::from(field.alias.is_some());
        over("field", field.arguments.len(), self.limits.arguments, "arguments")?;
        let inside = self.set(&field.selection_set.node, level + 1)?;
        let name = field.name.node.as_str();
        let lists = inside.lists + usize::from(LIST_NAMES.contains(&name));
        if name == "__schema" || name == "__type" {
            over("description of the schema", lists, LISTS, "lists inside of each other")?;
        }
        Ok(Measure { depth: inside.depth + 1, lists, flat: 0, ..inside })
    }

    fn fragment(
        &mut self,
        name: &'a Name,
        fragment: &'a FragmentDefinition,
        level: usize,
    ) -> Measured {
        match self.known.get(name) {
            Some(Some(known)) => return Ok(*known),
            Some(None) => {
                let message = format!("fragment {name} spreads itself");
                return Err(Box::new(error::refuse("BAD_REQUEST", message)));
            }
            None => {}
        }
        self.known.insert(name, None);
        self.sums.directives += fragment.directives.len();
        let measure = self.set(&fragment.selection_set.node, level + 1)?;
        self.known.insert(name, Some(measure));
        Ok(measure)
    }
}

/// Whether any part of the document asks the schema about itself.
pub(super) fn introspects(document: &ExecutableDocument) -> bool {
    let of_operations = document.operations.iter().map(|(_, one)| &one.node.selection_set.node);
    let of_fragments = document.fragments.values().map(|one| &one.node.selection_set.node);
    of_operations.chain(of_fragments).any(asks)
}

fn asks(set: &SelectionSet) -> bool {
    set.items.iter().any(|item| match &item.node {
        Selection::Field(field) => {
            matches!(field.node.name.node.as_str(), "__schema" | "__type")
                || asks(&field.node.selection_set.node)
        }
        Selection::InlineFragment(inline) => asks(&inline.node.selection_set.node),
        Selection::FragmentSpread(_) => false,
    })
}
