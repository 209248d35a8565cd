//! The schema as data, read from its own text.

use std::collections::BTreeMap;

use async_graphql::parser::types::{BaseType, Type, TypeKind, TypeSystemDefinition};

use crate::schema;

/// An argument of a field, or a field of an input.
#[derive(Debug, Clone)]
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) is_list: bool,
    pub(super) is_required: bool,
}

/// A field of a type.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) arguments: Vec<Argument>,
}

/// The types of the schema by name.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// Objects and interfaces with their fields.
    pub(super) objects: BTreeMap<String, Vec<Field>>,
    /// What may stand where an interface or union is written.
    pub(super) choices: BTreeMap<String, Vec<String>>,
    /// Inputs with their fields.
    pub(super) inputs: BTreeMap<String, Vec<Argument>>,
    /// Inputs of which exactly one field is given.
    pub(super) one_of: Vec<String>,
    /// Enums with their values.
    pub(super) enums: BTreeMap<String, Vec<String>>,
}

fn base(ty: &Type) -> (String, bool) {
    match &ty.base {
        BaseType::Named(name) => (name.to_string(), false),
        BaseType::List(inner) => (base(inner).0, true),
    }
}

fn argument(value: &async_graphql::parser::types::InputValueDefinition) -> Argument {
    let (ty, is_list) = base(&value.ty.node);
    let is_required = !value.ty.node.nullable && value.default_value.is_none();
    Argument { name: value.name.node.to_string(), ty, is_list, is_required }
}

impl Shape {
    /// The schema as it is now.
    pub(super) fn read() -> Self {
        let text = schema::sdl();
        let document = async_graphql::parser::parse_schema(&text).unwrap();
        let mut shape = Self::default();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(ty) = definition else { continue };
            let name = ty.node.name.node.to_string();
            let fields = |fields: &[async_graphql::Positioned<
                async_graphql::parser::types::FieldDefinition,
            >]| {
                let field = |field: &async_graphql::parser::types::FieldDefinition| Field {
                    name: field.name.node.to_string(),
                    ty: base(&field.ty.node).0,
                    arguments: field.arguments.iter().map(|one| argument(&one.node)).collect(),
                };
                fields.iter().map(|one| field(&one.node)).collect::<Vec<_>>()
            };
            match &ty.node.kind {
                TypeKind::Object(object) => {
                    for interface in &object.implements {
                        let choices = shape.choices.entry(interface.node.to_string());
                        choices.or_default().push(name.clone());
                    }
                    shape.objects.insert(name, fields(&object.fields));
                }
                TypeKind::Interface(_) | TypeKind::Scalar => {}
                TypeKind::Union(union) => {
                    let members = union.members.iter().map(|member| member.node.to_string());
                    shape.choices.insert(name, members.collect());
                }
                TypeKind::Enum(of) => {
                    let values = of.values.iter().map(|value| value.node.value.node.to_string());
                    shape.enums.insert(name, values.collect());
                }
                TypeKind::InputObject(input) => {
                    let is_one_of =
                        ty.node.directives.iter().any(|one| one.node.name.node == "oneOf");
                    if is_one_of {
                        shape.one_of.push(name.clone());
                    }
                    let fields = input.fields.iter().map(|one| argument(&one.node)).collect();
                    shape.inputs.insert(name, fields);
                }
            }
        }
        shape
    }

    /// The fields of an object.
    pub(super) fn fields(&self, of: &str) -> &[Field] {
        self.objects.get(of).map_or(&[], Vec::as_slice)
    }

    /// Whether a field leads to an object, interface or union.
    pub(super) fn is_edge(&self, field: &Field) -> bool {
        self.objects.contains_key(&field.ty) || self.choices.contains_key(&field.ty)
    }

    /// The objects that may stand where `ty` is written.
    pub(super) fn concrete(&self, ty: &str) -> Vec<String> {
        self.choices.get(ty).cloned().unwrap_or_else(|| vec![ty.to_owned()])
    }

    /// Whether a type only holds others: a connection or an edge of one.
    pub(super) fn is_plumbing(&self, ty: &str) -> bool {
        let holds = |ending: &str, field: &str| {
            ty.ends_with(ending) && self.fields(ty).iter().any(|one| one.name == field)
        };
        ty == "PageInfo" || holds("Connection", "pageInfo") || holds("Edge", "cursor")
    }
}
