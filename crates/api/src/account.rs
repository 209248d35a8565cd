//! Who one is: account, grants, logins and API tokens of the caller.

pub mod change;

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_app::caller::{Caller, Credential};
use lianmeng_domain::account::{Access, Account, ApiToken, Grant, Login, LoginMethod};
use lianmeng_domain::actor::Role;
use lianmeng_domain::delivery::Delivery;
use lianmeng_domain::ids::DeliveryId;
use lianmeng_store::delivery::{self, DeliveryFilter};
use lianmeng_store::{account as store, api_token, claim, grant, login};

use crate::claim::ClaimNode;
use crate::ids;
use crate::notice::settings::{DeliveryNode, NoticePreviewNode, NoticeSettingsNode};
use crate::notice::webhook::{self, WebhookNode};
use crate::page::{self, Span};
use crate::scalars::Day;
use crate::scope::Scope;

/// What somebody acts as (角色).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Role", remote = "Role")]
pub enum RoleWord {
    /// Staff of an enterprise (企业).
    Enterprise,
    /// Enterprise that chairs a committee in turn (轮值).
    RotatingChair,
    /// Handler in a department, bank, institute or chamber (办理单位).
    DepartmentHandler,
    /// Service liaison (服务专员).
    ServiceLiaison,
    /// Secretary of a chain committee (产业链党委书记).
    CommitteeSecretary,
    /// District or zone that hosts events (承办区).
    DistrictHost,
    /// Coordinator for the whole platform (统筹单位).
    Coordinator,
    /// Head office of a state-owned group (国企集团总部).
    GroupHeadquarters,
    /// Auditor: reads, never writes (审计).
    Auditor,
    /// System administrator: sees no business data (系统管理员).
    SystemAdmin,
    /// Anyone (公众).
    Public,
}

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Access", remote = "Access")]
pub enum AccessWord {
    /// Ask.
    ReadOnly,
    /// Ask and change.
    ReadWrite,
}

/// How somebody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "LoginMethod", remote = "LoginMethod")]
pub enum LoginMethodWord {
    /// With name and password.
    Password,
    /// With a provider of OpenID Connect.
    Oidc,
}

/// An account as its owner sees it (账号).
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Account")]
pub struct AccountNode {
    /// Global id.
    id: ID,
    /// The name it signs in with.
    name: String,
    /// How it is shown to others.
    display_name: String,
    /// Whether it has a password; without one it signs in through a provider or a token.
    has_password: bool,
    /// When it was made.
    created_at: DateTime<Utc>,
}

impl AccountNode {
    fn new(account: Account, has_password: bool) -> Self {
        Self {
            id: ids::encode(account.id),
            name: account.name,
            display_name: account.display_name,
            has_password,
            created_at: account.created_at,
        }
    }
}

/// A grant as its holder sees it.
#[derive(Debug, Clone)]
pub struct GrantNode(pub Grant);

/// A role held for a body and a term of office (任职).
#[Object(name = "Grant")]
impl GrantNode {
    /// Global id, for the header `Lianmeng-Acting-As`.
    async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// What its holder acts as.
    async fn role(&self) -> RoleWord {
        self.0.role.into()
    }

    /// Global id of the enterprise, organisation, committee, zone or division it is held for; null
    /// for roles of the whole platform.
    async fn body_id(&self) -> Option<ID> {
        self.0.body.as_ref().map(|body| ID(body.to_string()))
    }

    /// First local day of the term.
    async fn from_on(&self) -> Day {
        Day(self.0.from_on)
    }

    /// Last local day of the term, itself included; null for a term without an end.
    async fn until_on(&self) -> Option<Day> {
        self.0.until_on.map(Day)
    }

    /// Whether requests that name no grant act under this one.
    async fn is_default(&self) -> bool {
        self.0.is_default
    }

    /// Whether its holder keeps the people of the body (企业管理员): adds colleagues, ends their
    /// grants, lets them choose a password anew.
    async fn is_administrator(&self) -> bool {
        self.0.is_administrator
    }

    /// Whether its holder may take lists out as files (导出权); a right of its own that no role brings.
    async fn may_export(&self) -> bool {
        self.0.may_export
    }

    /// Whether it is in force today: neither over, nor still to come, nor taken back.
    async fn is_in_force(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.is_in_force(Scope::of(ctx)?.desk.today))
    }
}

/// A login as its owner sees it.
#[derive(Debug, Clone)]
pub struct LoginNode(pub Login);

/// A sign-in with everything refreshed from it (登录).
#[Object(name = "Login")]
impl LoginNode {
    /// Global id.
    async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// How.
    async fn method(&self) -> LoginMethodWord {
        self.0.method.into()
    }

    /// When.
    async fn started_at(&self) -> DateTime<Utc> {
        self.0.started_at
    }

    /// When it was last refreshed.
    async fn seen_at(&self) -> DateTime<Utc> {
        self.0.seen_at
    }

    /// When it ends at the latest.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.ends_at
    }

    /// Network address it came from; empty if unknown.
    async fn address(&self) -> &str {
        &self.0.address
    }

    /// What the program called itself; empty if it did not.
    async fn agent(&self) -> &str {
        &self.0.agent
    }

    /// Whether it is the login this request came in by.
    async fn is_present(&self, ctx: &Context<'_>) -> Result<bool> {
        let present = ctx.data::<Caller>()?.login();
        Ok(present.is_some_and(|(_, id)| id == self.0.id))
    }
}

/// An API token as its owner sees it.
#[derive(Debug, Clone)]
pub struct ApiTokenNode(pub ApiToken);

/// A token with which another system acts under one grant (接口令牌). Its text is shown once.
#[Object(name = "ApiToken")]
impl ApiTokenNode {
    /// Global id.
    async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// What it is for.
    async fn label(&self) -> &str {
        &self.0.label
    }

    /// Global id of the grant it acts under; it ends with it.
    async fn grant_id(&self) -> ID {
        ids::encode(self.0.grant)
    }

    /// What it may do.
    async fn access(&self) -> AccessWord {
        self.0.access.into()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it ends at the latest.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.ends_at
    }

    /// When it was last used, to about ten minutes; null if never.
    async fn used_at(&self) -> Option<DateTime<Utc>> {
        self.0.used_at
    }
}

/// Most claims of the caller's own in an answer.
const OWN_CLAIMS: u64 = 20;

/// The caller, about themselves.
#[derive(Debug, Clone)]
pub struct ViewerNode(Caller);

/// You: what you came in by, what you act as, and what else you may act as.
#[Object(name = "Viewer")]
impl ViewerNode {
    /// Your name in the audit log.
    async fn subject(&self) -> &str {
        &self.0.actor.subject
    }

    /// What you act as in this request; `PUBLIC` if you hold no grant today.
    async fn role(&self) -> RoleWord {
        self.0.actor.role.into()
    }

    /// Global id of the body you act for; null for roles of the whole platform.
    async fn body_id(&self) -> Option<ID> {
        self.0.actor.body.as_ref().map(|body| ID(body.to_string()))
    }

    /// Global id of the grant you act under; null with a development token and without a grant.
    async fn acting_as_id(&self) -> Option<ID> {
        self.0.grant.map(ids::encode)
    }

    /// What you may do.
    async fn access(&self) -> AccessWord {
        self.0.access.into()
    }

    /// The moment at which your rights in this request end: with the term of office, the login or
    /// the token, whichever is first. Sockets close then.
    async fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.0.ends_at
    }

    /// Your account; null with a development token.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<AccountNode>> {
        let Some(id) = self.0.account() else { return Ok(None) };
        let found = store::find(&Scope::of(ctx)?.desk.db, id).await?;
        Ok(found.map(|kept| AccountNode::new(kept.account, kept.password_hash.is_some())))
    }

    /// Roles granted to you, newest first, past and future ones too, at most 100.
    #[graphql(complexity = "1 + 20 * child_complexity")]
    async fn grants(&self, ctx: &Context<'_>) -> Result<Vec<GrantNode>> {
        let Some(id) = self.0.account() else { return Ok(Vec::new()) };
        let grants = grant::of_account(&Scope::of(ctx)?.desk.db, id).await?;
        Ok(grants.into_iter().map(GrantNode).collect())
    }

    /// Your claims (认领) of enterprises, newest first, at most 20.
    #[graphql(complexity = "1 + 20 * child_complexity")]
    async fn claims(&self, ctx: &Context<'_>) -> Result<Vec<ClaimNode>> {
        let Some(id) = self.0.account() else { return Ok(Vec::new()) };
        let claims = claim::of_account(&Scope::of(ctx)?.desk.db, id, OWN_CLAIMS).await?;
        Ok(claims.into_iter().map(ClaimNode::own).collect())
    }

    /// Your open logins, newest first, at most 100 a page; none for API tokens.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn logins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, LoginNode>> {
        const LIST: &str = "logins";
        let page = Span { first, after, last, before }.by_id(LIST)?;
        let desk = &Scope::of(ctx)?.desk;
        let rows = match self.0.login() {
            Some((account, _)) => login::page(&desk.db, account, desk.now, page.window()).await?,
            None => Vec::new(),
        };
        let cursor = |row: &Login| page::cursor(LIST, &[&row.id.to_string()]);
        Ok(page::connection(page.slice(rows), cursor, LoginNode))
    }

    /// Your API tokens that are in force, newest first, at most 100 a page; none for API tokens.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn api_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, ApiTokenNode>> {
        const LIST: &str = "apiTokens";
        let page = Span { first, after, last, before }.by_id(LIST)?;
        let desk = &Scope::of(ctx)?.desk;
        let rows = match self.0.login() {
            Some((account, _)) => {
                api_token::page(&desk.db, account, desk.now, page.window()).await?
            }
            None => Vec::new(),
        };
        let cursor = |row: &ApiToken| page::cursor(LIST, &[&row.id.to_string()]);
        Ok(page::connection(page.slice(rows), cursor, ApiTokenNode))
    }

    /// What you want to be sent (通知设置); null with a development token, and for API tokens.
    async fn notice_settings(&self, ctx: &Context<'_>) -> Result<Option<NoticeSettingsNode>> {
        let Some((id, _)) = self.0.login() else { return Ok(None) };
        Ok(Some(NoticeSettingsNode::of(ctx, id).await?))
    }

    /// The mail that waits for you, as it would be sent now (通知预览), whatever the role it is about;
    /// null if none does, and for API tokens.
    async fn notice_preview(&self, ctx: &Context<'_>) -> Result<Option<NoticePreviewNode>> {
        let Some((id, _)) = self.0.login() else { return Ok(None) };
        NoticePreviewNode::of(ctx, id).await
    }

    /// Your webhooks (网络回调), oldest first, at most 10; none for API tokens.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn webhooks(&self, ctx: &Context<'_>) -> Result<Vec<WebhookNode>> {
        let Some((id, _)) = self.0.login() else { return Ok(Vec::new()) };
        Ok(WebhookNode::all_of(&Scope::of(ctx)?.desk.db, id).await?)
    }

    /// Messages (通知送达) to you and to your webhooks, newest first, at most 100 a page; none for API
    /// tokens.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, DeliveryNode>> {
        const LIST: &str = "deliveries";
        let page = Span { first, after, last, before }.by_id(LIST)?;
        let db = &Scope::of(ctx)?.desk.db;
        let rows = match self.0.login() {
            Some((account, _)) => {
                let mine = DeliveryFilter { account: Some(account), state: None };
                delivery::page(db, mine, page.window()).await?
            }
            None => Vec::new(),
        };
        let shown: Vec<DeliveryId> = rows.iter().map(|row| row.id).collect();
        let causes = webhook::causes(db, &shown).await?;
        let cursor = |row: &Delivery| page::cursor(LIST, &[&row.id.to_string()]);
        let node = |delivery: Delivery| {
            let causes = causes.get(&delivery.id).cloned().unwrap_or_default();
            DeliveryNode { delivery, causes }
        };
        Ok(page::connection(page.slice(rows), cursor, node))
    }
}

/// Queries about the caller.
#[derive(Debug, Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// You; null without a token.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<ViewerNode>> {
        let caller = ctx.data::<Caller>()?;
        let is_known = caller.by != Credential::None;
        Ok(is_known.then(|| ViewerNode(caller.clone())))
    }
}
