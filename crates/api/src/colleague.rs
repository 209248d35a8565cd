//! The people of a body in GraphQL, for its administrator.

pub mod change;

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object, Result};
use lianmeng_app::caller::Caller;
use lianmeng_app::colleague::{self as app, Keeper};
use lianmeng_domain::account::{self as rules, Account, Grant};
use lianmeng_domain::ids::{AccountId, GrantId};
use lianmeng_store::{account as accounts, grant as store};

use crate::ids;
use crate::page::{self, Span};
use crate::scalars::Day;
use crate::scope::Scope;

/// Account and grant of a caller who signed in and acts under a grant; whether it makes them
/// administrator is read with the people. Tokens keep nobody.
pub(crate) fn keeper(ctx: &Context<'_>) -> Result<Option<Keeper>> {
    let caller = ctx.data::<Caller>()?;
    let login = caller.login().zip(caller.grant);
    Ok(login.map(|((account, _), grant)| Keeper { account, grant }))
}

/// A grant with whose it is.
#[derive(Debug, Clone)]
pub struct ColleagueNode {
    grant: Grant,
    account: Option<Account>,
    may_reset: bool,
}

/// Somebody who acts for the body you administer (同事).
#[Object(name = "Colleague")]
impl ColleagueNode {
    /// Global id of the grant they act under.
    async fn grant_id(&self) -> ID {
        ids::encode(self.grant.id)
    }

    /// Global id of their account.
    async fn account_id(&self) -> ID {
        ids::encode(self.grant.account)
    }

    /// The name they sign in with.
    async fn name(&self) -> &str {
        self.account.as_ref().map_or("", |account| account.name.as_str())
    }

    /// How they are shown.
    async fn display_name(&self) -> &str {
        self.account.as_ref().map_or("", |account| account.display_name.as_str())
    }

    /// First local day of their term.
    async fn from_on(&self) -> Day {
        Day(self.grant.from_on)
    }

    /// Last local day of their term, itself included; null for a term without an end.
    async fn until_on(&self) -> Option<Day> {
        self.grant.until_on.map(Day)
    }

    /// Whether they keep the people, too (企业管理员).
    async fn is_administrator(&self) -> bool {
        self.grant.is_administrator
    }

    /// Whether `colleaguePasswordReset` is yours to do: their account was made for your body, and
    /// they act for nobody else.
    async fn may_reset_password(&self) -> bool {
        self.may_reset
    }
}

/// Queries about colleagues.
#[derive(Debug, Default)]
pub struct ColleagueQuery;

const LIST: &str = "colleagues";

#[Object]
impl ColleagueQuery {
    /// The people of the body that you administer, those whose term is still to come included, in the
    /// order they were added, at most 100 a page; none for others.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn colleagues(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, ColleagueNode>> {
        let page = Span { first, after, last, before }.by_id::<GrantId>(LIST)?;
        let desk = &Scope::of(ctx)?.desk;
        let body = match keeper(ctx)? {
            Some(keeper) => app::body_of(desk, keeper).await?,
            None => None,
        };
        let Some(body) = body else {
            let nobody = page.slice(Vec::<ColleagueNode>::new());
            return Ok(page::connection(nobody, |_| String::new(), |node| node));
        };
        let grants = store::page_of_body(&desk.db, &body, desk.today, page.window()).await?;
        let ids: Vec<AccountId> = grants.iter().map(|grant| grant.account).collect();
        let found = accounts::find_many(&desk.db, &ids).await?;
        let held = store::alive_of_accounts(&desk.db, &ids, desk.today).await?;
        let node = |grant: Grant| {
            let account = found.iter().find(|account| account.id == grant.account).cloned();
            let theirs = held.iter().filter(|held| held.account == grant.account);
            let theirs: Vec<Grant> = theirs.cloned().collect();
            let may_reset = account
                .as_ref()
                .is_some_and(|account| rules::may_reset(account, &theirs, &body, desk.today));
            ColleagueNode { grant, account, may_reset }
        };
        let nodes: Vec<ColleagueNode> = grants.into_iter().map(node).collect();
        let cursor = |node: &ColleagueNode| page::cursor(LIST, &[&node.grant.id.to_string()]);
        Ok(page::connection(page.slice(nodes), cursor, |node| node))
    }
}

#[cfg(test)]
mod tests;
