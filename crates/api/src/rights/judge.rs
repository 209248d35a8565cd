//! Compares answers with the matrix.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::rights::{DataClass, Sight, fields};
use serde_json::{Map, Value};

use super::shape::Shape;
use super::world::{Asker, LINKS, World, expand};

/// What is true of every row, as somebody who sees all of it was told: scalars, and ids of children.
#[derive(Debug, Default)]
pub(super) struct Truth {
    scalars: BTreeMap<(String, String), Value>,
    children: BTreeMap<(String, String), BTreeSet<String>>,
}

/// What came of looking at answers.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// What was told and should not have been.
    pub(super) leaks: BTreeSet<String>,
    /// What should have been told and was not.
    pub(super) gaps: BTreeSet<String>,
    /// Fields without a rule, rows without an owner.
    pub(super) unruled: BTreeSet<String>,
    /// Edges that were taken and led somewhere: type and field.
    pub(super) edges: BTreeSet<(String, String)>,
    /// Rows seen, by class.
    pub(super) rows: BTreeSet<(DataClass, String)>,
    /// Markers read.
    pub(super) markers: BTreeSet<String>,
    /// Values compared.
    pub(super) compared: u64,
}

/// Looks at the answers to one asker.
pub(super) struct Judge<'a> {
    pub(super) shape: &'a Shape,
    pub(super) world: &'a World,
    pub(super) asker: &'a Asker,
    /// What is true, if it is known already; else it is learnt.
    pub(super) truth: Option<&'a Truth>,
    pub(super) learnt: Truth,
    pub(super) found: Findings,
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.get("nodes").is_some_and(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The id of the row an object is, if it is one.
fn key(ty: &str, object: &Map<String, Value>) -> Option<String> {
    let field = match ty {
        "ScheduleRow" | "TimetableMove" => "meetingId",
        _ => "id",
    };
    object.get(field).and_then(Value::as_str).map(str::to_owned)
}

impl Judge<'_> {
    fn leak(&mut self, text: String) {
        self.found.leaks.insert(format!("{}: {text}", self.asker.name));
    }

    fn sight(&mut self, class: DataClass, row: &str) -> Sight {
        self.world.sight(self.asker, class, row).unwrap_or_else(|todo| {
            self.found.unruled.insert(todo);
            Sight::Full
        })
    }

    /// Looks at what stands under `path`; `row` is the row it is part of.
    pub(super) fn look(&mut self, value: &Value, row: &str, path: &str) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.look(item, row, path)),
            Value::Object(object) => self.object(object, row, path),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Looks at the markers in a whole answer, wherever they stand: in fields, names, messages.
    pub(super) fn read(&mut self, answer: &Value) {
        let text = answer.to_string();
        for marker in text.split('§').skip(1).step_by(2) {
            // A word of a text, as topics give them, is no whole marker.
            if !marker.contains('/') {
                continue;
            }
            if self.found.markers.insert(marker.to_owned()) && !self.may_read(marker) {
                self.leak(format!("read the marker {marker}"));
            }
        }
    }

    /// Whether the matrix lets the asker read `marker`.
    pub(super) fn may_read(&mut self, marker: &str) -> bool {
        let (class, row) = marker.split_once('/').unwrap();
        let is_masked = class.starts_with('!');
        let class = DataClass::from_word(class.trim_start_matches('!')).unwrap();
        match self.sight(class, row) {
            Sight::Full => true,
            Sight::Masked => !is_masked,
            Sight::None => false,
        }
    }

    fn object(&mut self, object: &Map<String, Value>, row: &str, path: &str) {
        let Some(ty) = object.get("__typename").and_then(Value::as_str) else { return };
        if self.shape.is_plumbing(ty) {
            for (name, inner) in object {
                self.look(inner, row, &format!("{path}.{name}"));
            }
            return;
        }
        let own = key(ty, object);
        let row = own.as_deref().unwrap_or(row);
        if own.is_some() {
            self.row(ty, row, path);
        }
        match ty {
            "GraphNode" => self.graph_node(object, path),
            "AuditThing" => self.read_thing(object, path),
            "GraphNeighbour" => self.neighbour(object, row, path),
            "GraphFound" | "GraphPath" => self.way(object, row, path),
            "SupplyRelation" => self.relation(object, path),
            _ => {}
        }
        for (name, inner) in object.iter().filter(|(name, _)| *name != "__typename") {
            self.field((ty, name), inner, row, path);
        }
    }

    /// A row that should not be there is a leak by itself.
    fn row(&mut self, ty: &str, row: &str, path: &str) {
        let named = match ty {
            "ScheduleRow" | "TimetableMove" => "meetingId",
            _ => "id",
        };
        let Some(class) = fields::rule(ty, named).and_then(|rule| rule.class) else { return };
        if self.sight(class, row) == Sight::None {
            self.leak(format!("{path} shows {row}"));
        }
        self.found.rows.insert((class, row.to_owned()));
    }

    fn field(&mut self, (ty, name): (&str, &str), value: &Value, row: &str, path: &str) {
        let here = format!("{path}.{name}");
        let is_payload_errors = name == "errors";
        let Some(rule) = fields::rule(ty, name) else {
            if !is_payload_errors && !matches!(ty, "Query" | "Mutation" | "Subscription") {
                let todo = "give it a class in crates/domain/src/rights/fields.rs";
                self.found.unruled.insert(format!("{ty}.{name} has no rule: {todo}"));
            }
            return self.look(value, row, &here);
        };
        if !is_empty(value) {
            self.found.edges.insert((ty.to_owned(), name.to_owned()));
        }
        let sight = rule.class.map_or(Sight::Full, |class| self.sight(class, row));
        let is_shown = match sight {
            Sight::Full => true,
            Sight::Masked => !rule.is_masked,
            Sight::None => false,
        };
        self.found.compared += 1;
        if !is_shown && !is_empty(value) {
            self.leak(format!("{here} of {row} is {value}"));
        }
        if is_shown && !rule.is_mine && rule.class.is_some() {
            self.compare(row, name, value, &here);
        }
        self.look(value, row, &here);
    }

    /// What may be seen must be there, as it is.
    pub(super) fn compare(&mut self, row: &str, name: &str, value: &Value, here: &str) {
        let at = (row.to_owned(), name.to_owned());
        let rows = children(value);
        let Some(truth) = self.truth else {
            match rows {
                Some(rows) => self.learnt.children.entry(at).or_default().extend(rows),
                None if value.is_object() || value.is_array() => {}
                None => drop(self.learnt.scalars.insert(at, value.clone())),
            }
            return;
        };
        if let Some(want) = truth.children.get(&at) {
            let mut wanted = BTreeSet::new();
            for child in want {
                if self.sees_row(child) {
                    wanted.insert(child.clone());
                }
            }
            let got = rows.unwrap_or_default();
            if got != wanted {
                let gap =
                    format!("{}: {here} of {row} gives {got:?}, not {wanted:?}", self.asker.name);
                self.found.gaps.insert(gap);
            }
        } else if let Some(want) = truth.scalars.get(&at)
            && want != value
            && rows.is_none()
        {
            let gap = format!("{}: {here} of {row} is {value}, not {want}", self.asker.name);
            self.found.gaps.insert(gap);
        }
    }

    /// Whether the matrix shows the row at all, by what kind of id it has.
    fn sees_row(&mut self, id: &str) -> bool {
        use DataClass as Class;
        let class = match id.split(':').next().unwrap_or_default() {
            "need" => Class::NeedSummary,
            "attachment" => Class::Attachment,
            "bid" => Class::Bid,
            "reservation" => Class::Reservation,
            "invitation" => Class::Invitation,
            "claim" => Class::Claim,
            "contact" => Class::Contact,
            "offer" => Class::Offer,
            "supply_edge" => Class::SupplyEdge,
            "suggestion" => Class::Suggestion,
            "pairing" => Class::Pairing,
            "project" => Class::Project,
            "task" => Class::Task,
            "outcome" => Class::Outcome,
            "event" => Class::EventCard,
            "guest" | "guest_person" => Class::Guest,
            "meeting_request" => Class::MeetingRequest,
            "meeting_result" => Class::MeetingResult,
            "follow_up" => Class::FollowUp,
            "participant" => Class::EventRows,
            "meeting" => Class::EventDraft,
            "job" => Class::Job,
            "region" | "industry" => Class::Codes,
            _ => Class::Registry,
        };
        // One's own claims are listed with one's account, not among those to decide.
        match self.world.sight(&self.asker.unsigned(), class, id) {
            Ok(sight) => sight != Sight::None,
            Err(todo) => self.found.unruled.insert(todo),
        }
    }

    /// Whoever is told of accesses to their own things must not learn what else was read with them.
    fn read_thing(&mut self, object: &Map<String, Value>, path: &str) {
        let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
        if id.starts_with("need:") && self.sight(DataClass::NeedBody, id) == Sight::None {
            self.leak(format!("{path} names {id}"));
        }
    }

    fn graph_node(&mut self, object: &Map<String, Value>, path: &str) {
        let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
        if !id.is_empty() && !self.sees_row(id) {
            self.leak(format!("{path} names {id}"));
        }
    }

    /// Whether a step from one node to another tells of a supply edge that is not the asker's.
    fn link(&mut self, from: &str, to: &str, path: &str) {
        let is_between = |(a, b, _): &&(&str, &str, &str)| {
            let (a, b) = (expand(a), expand(b));
            (a == from && b == to) || (a == to && b == from)
        };
        let edges: Vec<String> =
            LINKS.iter().filter(is_between).map(|(_, _, edge)| expand(edge)).collect();
        let mut is_seen = false;
        for edge in &edges {
            is_seen |= self.sees_row(edge);
        }
        if !is_seen {
            self.leak(format!("{path} tells that {from} and {to} are linked"));
        }
    }

    fn neighbour(&mut self, object: &Map<String, Value>, row: &str, path: &str) {
        if object.get("kind").and_then(Value::as_str) == Some("SUPPLIES") {
            let to = object["node"]["id"].as_str().unwrap_or_default().to_owned();
            self.link(row, &to, path);
        }
    }

    fn way(&mut self, object: &Map<String, Value>, row: &str, path: &str) {
        let mut from = row.to_owned();
        let steps = object.get("path").or_else(|| object.get("steps"));
        for step in steps.and_then(Value::as_array).into_iter().flatten() {
            let to = step["node"]["id"].as_str().unwrap_or_default().to_owned();
            if step["kind"] == "SUPPLIES" {
                self.link(&from, &to, path);
            }
            from = to;
        }
    }

    /// A relation without evidence that the asker sees tells of a hidden edge.
    fn relation(&mut self, object: &Map<String, Value>, path: &str) {
        let links = object.get("linksTotal").and_then(Value::as_u64);
        let observed = object.get("observed").and_then(Value::as_array);
        if links == Some(0) && observed.is_some_and(Vec::is_empty) {
            self.leak(format!("{path} shows a relation without evidence"));
        }
    }
}

/// Ids of the rows a field leads to; `None` if it leads to none that have ids.
fn children(value: &Value) -> Option<BTreeSet<String>> {
    let id = |one: &Value| {
        let object = one.as_object()?;
        // Nodes of the graph stand for things, they are none.
        let is_thing = object.get("__typename").is_some_and(|ty| ty != "GraphNode");
        object.get("id").filter(|_| is_thing)?.as_str().map(str::to_owned)
    };
    match value {
        Value::Array(items) if items.is_empty() => Some(BTreeSet::new()),
        Value::Array(items) => items.iter().map(id).collect(),
        Value::Object(object) if object.contains_key("nodes") => children(&object["nodes"]),
        Value::Object(_) => id(value).map(|id| BTreeSet::from([id])),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
