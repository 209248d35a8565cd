//! One search over everything a caller may see.

use std::cmp::Reverse;

use async_graphql::{Context, Object, Result, SimpleObject};
use futures_util::future::try_join_all;
use futures_util::{FutureExt as _, TryFutureExt as _};
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::Id;
use lianmeng_domain::rights::DataClass;
use lianmeng_domain::text;
use lianmeng_store::alliance::{self, AllianceFilter};
use lianmeng_store::chain::{self, ChainFilter};
use lianmeng_store::committee::{self, CommitteeFilter};
use lianmeng_store::enterprise::{self, EnterpriseFilter};
use lianmeng_store::event::{self, EventFilter};
use lianmeng_store::need::{self, NeedFilter};
use lianmeng_store::offer::{self, OfferFilter};
use lianmeng_store::organisation::{self, OrganisationFilter};
use lianmeng_store::page::{NameOrder, Window};
use lianmeng_store::product::{self, ProductFilter};
use lianmeng_store::project::{self, ProjectFilter};

use crate::alliance::AllianceNode;
use crate::chain::ChainNode;
use crate::committee::CommitteeNode;
use crate::enterprise::EnterpriseNode;
use crate::error::ApiError;
use crate::event::DockingEventNode;
use crate::ids;
use crate::need::NeedNode;
use crate::offer::OfferNode;
use crate::organisation::OrganisationNode;
use crate::page;
use crate::product::ProductNode;
use crate::project::ProjectNode;
use crate::schema::Node;
use crate::scope::Scope;

/// Statements a search costs: one for each kind of thing.
const STATEMENTS: usize = 10;

/// Points of a match: the whole name, alias, code or key.
const WHOLE: i32 = 10_000;
/// Points of a match: the name or alias begins so.
const START: i32 = 8_000;
/// Points of a match: the name or alias holds it.
const PART: i32 = 6_000;
/// Points of a match: the name begins so in pinyin.
const PINYIN: i32 = 4_000;

/// Something found by `search`.
#[derive(Debug, SimpleObject)]
pub struct SearchHit {
    /// The thing, as far as you may see it.
    node: Node,
    /// Its name or title.
    name: String,
    /// 10 000 for the whole name, alias, credit code or external key; 8 000 where a name or alias
    /// begins so, 6 000 where it holds the words, 4 000 where the name begins so in pinyin.
    points: i32,
    #[graphql(skip)]
    key: String,
}

/// What is looked for.
struct Words<'a> {
    raw: &'a str,
    key: String,
}

impl Words<'_> {
    fn hit<T: Id>(&self, id: T, name: &str, node: Node) -> SearchHit {
        let points = self.points_of(name).unwrap_or(WHOLE);
        SearchHit { node, name: name.to_owned(), points, key: ids::wire(id) }
    }

    /// Points for a name; `None` if the words are not in it.
    fn points_of(&self, name: &str) -> Option<i32> {
        let name = text::normalise(name);
        if name == self.key {
            Some(WHOLE)
        } else if name.starts_with(&self.key) {
            Some(START)
        } else {
            name.contains(&self.key).then_some(PART)
        }
    }

    fn enterprise(&self, found: Enterprise) -> SearchHit {
        let names = std::iter::once(&found.name).chain(&found.aliases);
        let code = found.credit_code.as_ref().map(ToString::to_string);
        let is_key = [code.as_deref(), found.external_id.as_deref()].contains(&Some(self.raw));
        let by_name = names.filter_map(|name| self.points_of(name)).max();
        let points = if is_key { WHOLE } else { by_name.unwrap_or(PINYIN) };
        let (name, key) = (found.name.clone(), ids::wire(found.id));
        SearchHit { node: Node::Enterprise(EnterpriseNode(found)), name, points, key }
    }
}

/// The hits of one list function: each row with its id, name and node.
macro_rules! hits {
    ($words:ident, $page:expr, |$row:pat_param| $id:expr, $name:expr, $node:expr) => {
        $page
            .map_ok(|rows| {
                rows.into_iter().map(|$row| $words.hit($id, &$name, $node)).collect::<Vec<_>>()
            })
            .boxed()
    };
}

/// The first `limit` hits of each kind of thing.
#[expect(clippy::too_many_lines, reason = "a list of all kinds, the same lines for each")]
async fn everywhere(scope: &Scope, words: &Words<'_>, limit: u64) -> Result<Vec<SearchHit>> {
    let (db, sees, eyes) = (&scope.desk.db, &scope.sees, scope.eyes());
    let search = || Some(words.raw.to_owned());
    let enterprises = EnterpriseFilter { search: search(), ..EnterpriseFilter::default() };
    let products = ProductFilter { search: search(), ..ProductFilter::default() };
    let chains = ChainFilter { search: search(), ..ChainFilter::default() };
    let committees = CommitteeFilter { search: search(), ..CommitteeFilter::default() };
    let alliances = AllianceFilter { search: search(), ..AllianceFilter::default() };
    let organisations = OrganisationFilter { search: search(), ..OrganisationFilter::default() };
    let needs = NeedFilter { search: search(), ..NeedFilter::default() };
    let offers = OfferFilter { search: search(), ..OfferFilter::default() };
    let projects = ProjectFilter { search: search(), ..ProjectFilter::default() };
    let events = EventFilter { search: search(), ..EventFilter::default() };
    let by_name = NameOrder::Name;
    let found = try_join_all([
        enterprise::page(db, sees, &enterprises, by_name, Window::first(limit))
            .map_ok(|rows| rows.into_iter().map(|row| words.enterprise(row)).collect())
            .boxed(),
        hits!(
            words,
            product::page(db, sees, &products, by_name, Window::first(limit)),
            |row| row.id,
            row.name.clone(),
            Node::Product(ProductNode(row))
        ),
        hits!(
            words,
            chain::page(db, sees, &chains, by_name, Window::first(limit)),
            |row| row.id,
            row.name.clone(),
            Node::Chain(ChainNode(row))
        ),
        hits!(
            words,
            committee::page(db, sees, &committees, by_name, Window::first(limit)),
            |row| row.id,
            row.name.clone(),
            Node::Committee(CommitteeNode(row))
        ),
        hits!(
            words,
            alliance::page(db, sees, &alliances, by_name, Window::first(limit)),
            |row| row.id,
            row.name.clone(),
            Node::Alliance(AllianceNode(row))
        ),
        hits!(
            words,
            organisation::page(db, sees, &organisations, by_name, Window::first(limit)),
            |row| row.id,
            row.name.clone(),
            Node::Organisation(OrganisationNode(row))
        ),
        hits!(
            words,
            need::page(db, eyes, &needs, Window::first(limit)),
            |row| row.need.id,
            row.need.title.clone(),
            Node::Need(NeedNode(row))
        ),
        hits!(
            words,
            offer::page(db, scope.sees_of(DataClass::Offer), &offers, Window::first(limit)),
            |row| row.id,
            row.title.clone(),
            Node::Offer(OfferNode(row))
        ),
        hits!(
            words,
            project::page(db, scope.eyes_of(DataClass::Project), &projects, Window::first(limit)),
            |row| row.project.id,
            row.project.name.clone(),
            Node::Project(ProjectNode(row))
        ),
        hits!(
            words,
            event::page(db, scope.sees_events(), &events, Window::first(limit)),
            |row| row.id,
            row.title.clone(),
            Node::DockingEvent(DockingEventNode(row))
        ),
    ])
    .await?;
    Ok(found.into_iter().flatten().collect())
}

/// The search over everything.
#[derive(Debug, Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Everything you may see whose name has these words (统一搜索): enterprises, products, chains,
    /// committees, alliances, organisations, and the needs, offers, projects and events of your part of
    /// the platform; best first, then the shorter name. Traditional and simplified forms and wide and
    /// narrow letters are the same. Enterprises are found by alias, whole credit code, external key and
    /// the start of the name in pinyin as well.
    #[graphql(complexity = "STATEMENTS + page::cost(first, child_complexity)")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Words or a code, 1 to 100 characters.",
            validator(min_length = 1, max_length = 100)
        )]
        text: String,
        #[graphql(desc = "Most hits, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<SearchHit>> {
        let limit = page::size(first)?;
        let raw = text.trim();
        let words = Words { raw, key: text::normalise(raw) };
        if words.key.is_empty() {
            let error = "the words hold nothing but spaces; give at least one character";
            return Err(ApiError::BadInput(error.to_owned()).into());
        }
        let mut hits = everywhere(Scope::of(ctx)?, &words, limit).await?;
        hits.sort_by_cached_key(|hit| {
            (Reverse(hit.points), hit.name.chars().count(), hit.name.clone(), hit.key.clone())
        });
        hits.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(hits)
    }
}

#[cfg(test)]
mod tests;
