//! Industries in GraphQL, in several classifications.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use lianmeng_domain::industry::{Industry, IndustryKey, IndustryScheme};
use lianmeng_store::industry::{self as store, IndustryFilter};

use crate::page::{self, Span};
use crate::scope::Scope;

/// A classification of industries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "IndustryScheme", remote = "IndustryScheme")]
pub enum IndustrySchemeWord {
    /// National standard GB/T 4754-2017 (国民经济行业分类).
    Gbt4754,
    /// Shenwan 2021 (申万行业分类).
    Shenwan2021,
    /// A table that came with an import.
    Imported,
}

/// Which industries a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct IndustryFilterInput {
    /// Classification.
    scheme: Option<IndustrySchemeWord>,
    /// Code of the entry directly above.
    #[graphql(validator(max_length = 20))]
    parent_code: Option<String>,
    /// Level, from 1, the widest.
    level: Option<i32>,
    /// Part of the name, or the start of the code; at most 100 characters.
    #[graphql(validator(max_length = 100))]
    search: Option<String>,
}

impl From<IndustryFilterInput> for IndustryFilter {
    fn from(input: IndustryFilterInput) -> Self {
        Self {
            scheme: input.scheme.map(Into::into),
            parent_code: input.parent_code,
            search: page::words(input.search),
            level: input.level,
        }
    }
}

/// A code within a classification.
#[derive(Debug, InputObject)]
pub struct IndustryInput {
    /// The classification.
    scheme: IndustrySchemeWord,
    /// The code in it.
    #[graphql(validator(max_length = 20))]
    code: String,
}

impl From<IndustryInput> for IndustryKey {
    fn from(input: IndustryInput) -> Self {
        Self { scheme: input.scheme.into(), code: input.code }
    }
}

/// What stands before the first colon in the global id of an industry.
pub(crate) const TAG: &str = "industry";

/// The key behind what follows the tag in the global id of an industry; `None` if it is none.
pub(crate) fn key(rest: &str) -> Option<IndustryKey> {
    let (scheme, code) = rest.split_once(':')?;
    Some(IndustryKey { scheme: IndustryScheme::from_word(scheme)?, code: code.to_owned() })
}

/// An industry as clients see it.
#[derive(Debug, Clone)]
pub struct IndustryNode(pub Industry);

/// An industry (行业) of one classification.
#[Object(name = "Industry")]
impl IndustryNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ID(format!("{TAG}:{}:{}", self.0.key.scheme, self.0.key.code))
    }

    /// Its classification.
    async fn scheme(&self) -> IndustrySchemeWord {
        self.0.key.scheme.into()
    }

    /// Code in its classification.
    async fn code(&self) -> &str {
        &self.0.key.code
    }

    /// Name as published.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Level from 1, the widest.
    async fn level(&self) -> i32 {
        self.0.level
    }

    /// The entry above; null at the top.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<IndustryNode>> {
        let Some(code) = self.0.parent_code.clone() else { return Ok(None) };
        let key = IndustryKey { scheme: self.0.key.scheme, code };
        Ok(Scope::of(ctx)?.one(key).await?.map(IndustryNode))
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct IndustryTotal(IndustryFilter);

#[Object]
impl IndustryTotal {
    /// How many industries the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(store::count(&Scope::of(ctx)?.desk.db, &self.0).await?)
    }
}

/// Queries about industries.
#[derive(Debug, Default)]
pub struct IndustryQuery;

#[Object]
impl IndustryQuery {
    /// Industries that match, by classification and code, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn industries(
        &self,
        ctx: &Context<'_>,
        filter: Option<IndustryFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, IndustryNode, IndustryTotal>> {
        const LIST: &str = "industries";
        let page = Span { first, after, last, before }.by_key(LIST, |[scheme, code]| {
            let scheme = IndustryScheme::from_word(&scheme)?;
            Some(IndustryKey { scheme, code })
        })?;
        let filter = IndustryFilter::from(filter.unwrap_or_default());
        let rows = store::page(&Scope::of(ctx)?.desk.db, &filter, page.window()).await?;
        let cursor = |row: &Industry| page::cursor(LIST, &[row.key.scheme.word(), &row.key.code]);
        Ok(page::connection_with(page.slice(rows), IndustryTotal(filter), cursor, IndustryNode))
    }
}
