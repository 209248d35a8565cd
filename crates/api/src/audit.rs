//! The audit log in GraphQL.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Role;
use lianmeng_domain::audit::{self, AuditSight};
use lianmeng_domain::ids::AuditId;
use lianmeng_store::audit::list::{self as store, Entry, EntryFilter};

use crate::account::RoleWord;
use crate::ids;
use crate::page::{self, Span};
use crate::scope::Scope;

#[cfg(test)]
mod tests;

/// Which rows of the audit log are wanted; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct AuditFilterInput {
    /// Of this thing; finds what was done to it and who read it.
    thing: Option<ID>,
    /// By this person or program, as `subject` gives it; finds nothing unless you are an auditor.
    #[graphql(validator(max_length = 200))]
    subject: Option<String>,
    /// From this moment on.
    from: Option<DateTime<Utc>>,
    /// Before this moment.
    until: Option<DateTime<Utc>>,
}

/// A thing that a row of the audit log names.
#[derive(Debug, SimpleObject)]
pub struct AuditThing {
    /// Its global id, or a word for what has none.
    id: ID,
    /// Restricted fields that were read of it; empty for changes.
    fields: Vec<String>,
}

/// A row as clients see it.
#[derive(Debug, Clone)]
pub struct AuditRowNode(pub Entry);

/// A row of the audit log (审计日志): a change, or the reading of restricted fields.
#[Object(name = "AuditRow")]
impl AuditRowNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Who: a stable name of the person or program; null unless you are an auditor.
    async fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// As what; null for a role that is no longer known.
    async fn role(&self) -> Option<RoleWord> {
        Role::from_word(&self.0.role).map(Into::into)
    }

    /// For whom, as in `committee:01J…`; null for roles of the whole platform, and in rows older than
    /// this field.
    async fn body(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    /// What was done: a command's name, or `Read`.
    async fn action(&self) -> &str {
        &self.0.action
    }

    /// To what; for a read, each thing with the fields that were read.
    async fn things(&self) -> Vec<AuditThing> {
        let things = self.0.things.iter();
        things
            .map(|(id, fields)| AuditThing {
                id: ID(id.clone()),
                fields: fields.iter().cloned().collect(),
            })
            .collect()
    }

    /// From where: a network address, `command line`, or `inside` for the platform itself; null unless
    /// you are an auditor, and once erased.
    async fn origin(&self) -> Option<&str> {
        self.0.told.from.as_deref()
    }

    /// Changed fields as they were, as JSON; null unless you are an auditor, for new things, and once
    /// erased.
    async fn before(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        self.shown(ctx, self.0.told.before.as_deref())
    }

    /// Changed fields as they became, as JSON; null as `before`.
    async fn after(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        self.shown(ctx, self.0.told.after.as_deref())
    }

    /// Whether origin, before and after were erased.
    async fn is_erased(&self) -> bool {
        self.0.is_erased
    }
}

impl AuditRowNode {
    /// What was confided may stand in it, so reading it is a read itself.
    fn shown<'a>(&self, ctx: &Context<'_>, text: Option<&'a str>) -> Result<Option<&'a str>> {
        if text.is_some() {
            let scope = Scope::of(ctx)?;
            for thing in self.0.things.keys() {
                scope.saw_always(thing.clone(), "audit");
            }
        }
        Ok(text)
    }
}

/// Questions about the audit log.
#[derive(Debug, Default)]
pub struct AuditQuery;

const LIST: &str = "audit_rows";

#[Object]
impl AuditQuery {
    /// The audit log, newest first: all of it for auditors; for an enterprise what was done to itself,
    /// its needs and its offers and who read them, by role and body. Empty for everyone else. What an
    /// enterprise reads of its own is not recorded.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn audit_rows(
        &self,
        ctx: &Context<'_>,
        filter: Option<AuditFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, AuditRowNode>> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id::<AuditId>(LIST)?;
        let sight = audit::sight(&scope.actor);
        let rows = if sight == AuditSight::Nothing {
            Vec::new()
        } else {
            let filter = filter.unwrap_or_default();
            let filter = EntryFilter {
                thing: filter.thing.map(|id| id.0),
                subject: filter.subject,
                from: filter.from,
                until: filter.until,
            };
            store::page(&scope.desk.db, sight, &filter, page.window()).await?
        };
        Ok(page::connection(
            page.slice(rows),
            |entry| page::cursor(LIST, &[&entry.id.to_string()]),
            AuditRowNode,
        ))
    }
}
