//! Needs in GraphQL. What a caller may not read arrives here empty already: see `store/need.rs`.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use lianmeng_domain::attachment::AttachedTo;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::NeedId;
use lianmeng_domain::lamp::SUQIAN;
use lianmeng_domain::need::{NeedStep, SeenNeed, SendBack, TRANSITIONS, lapse, rights};
use lianmeng_domain::steps;
use lianmeng_store::need::{self as store, Lit, NeedFilter};

use crate::attachment::{self, AttachmentNode};
use crate::bidding::BiddingNode;
use crate::committee::CommitteeNode;
use crate::enterprise::EnterpriseNode;
use crate::error::ApiError;
use crate::ids;
use crate::loader::casework::{SuggestionsOf, SupervisionsOf};
use crate::loader::need::{BiddingOf, CallsOf, FollowersOf, NotesOf};
use crate::organisation::OrganisationNode;
use crate::page::{self, Span};
use crate::scalars::Day;
use crate::scope::Scope;
use crate::suggestion::SuggestionNode;
use crate::supervision::{EscalationRungWord, LampWord, SupervisionNode};

pub mod alike;
pub mod change;
pub mod figures;
pub mod joint;
pub mod overview;
#[cfg(test)]
mod tests;
pub mod words;

use alike::{DispatchSuggestionsNode, NeedDuplicateNode};
use joint::{CityRecordNode, NeedCallNode, NeedNoteNode};
use words::{
    ExclusionWord, NeedChannelWord, NeedKindWord, NeedStageWord, NeedStepWord, SendBackReasonWord,
};

/// Which needs a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct NeedFilterInput {
    /// Part of the title, at most 100 characters.
    #[graphql(validator(max_length = 100))]
    search: Option<String>,
    /// Enterprise that asks.
    enterprise_id: Option<ID>,
    /// Committee whose secretariat dispatches it; finds only needs you may read in full.
    committee_id: Option<ID>,
    /// Unit in charge; finds only needs you may read in full.
    handler_id: Option<ID>,
    /// In one of these stages.
    #[graphql(validator(max_items = 20))]
    stages: Option<Vec<NeedStageWord>>,
    /// Of one of these kinds.
    #[graphql(validator(max_items = 20))]
    kinds: Option<Vec<NeedKindWord>>,
    /// Division code (GB/T 2260) it arose in, such as 320612 or 440300.
    region_code: Option<String>,
    /// Whether its summary must be published.
    is_published: Option<bool>,
    /// Its lamp (三色灯) shows one of these now; finds only needs you may read in full.
    #[graphql(validator(max_items = 4))]
    lamps: Option<Vec<LampWord>>,
}

impl NeedFilterInput {
    fn into_filter(self, now: DateTime<Utc>) -> Result<NeedFilter, ApiError> {
        let region = page::region(self.region_code)?;
        let lamps = self.lamps.map(|lamps| lamps.into_iter().map(Into::into).collect());
        Ok(NeedFilter {
            search: page::words(self.search),
            enterprise: self.enterprise_id.map(|id| ids::decode(&id)).transpose()?,
            committee: self.committee_id.map(|id| ids::decode(&id)).transpose()?,
            handler: self.handler_id.map(|id| ids::decode(&id)).transpose()?,
            stages: self.stages.unwrap_or_default().into_iter().map(Into::into).collect(),
            kinds: self.kinds.unwrap_or_default().into_iter().map(Into::into).collect(),
            region,
            is_published: self.is_published,
            lit: lamps.map(|lamps| Lit { lamps, now }),
        })
    }
}

/// A need as clients see it.
#[derive(Debug, Clone)]
pub struct NeedNode(pub SeenNeed);

impl NeedNode {
    /// What an enterprise confided and what came of it; where it is shown, the audit log says so.
    fn shown<T>(
        &self,
        ctx: &Context<'_>,
        field: &'static str,
        value: Option<T>,
    ) -> Result<Option<T>> {
        if value.is_some() {
            Scope::of(ctx)?.saw(self.0.need.id, self.0.need.enterprise, field);
        }
        Ok(value)
    }
}

/// A need (企业需求、诉求) of an enterprise. It has a public and a restricted half: the fields that
/// say "restricted" are null unless you are the enterprise, its head office, the unit in charge, the
/// secretary of its committee, a coordinator or an auditor.
#[Object(name = "Need")]
impl NeedNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.need.id)
    }

    /// The enterprise that asks; null if it is gone.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        let found: Option<Enterprise> = Scope::of(ctx)?.one(self.0.need.enterprise).await?;
        Ok(found.map(EnterpriseNode))
    }

    /// What is asked for.
    async fn kind(&self) -> NeedKindWord {
        self.0.need.kind.into()
    }

    /// Title, 1 to 200 characters.
    async fn title(&self) -> &str {
        &self.0.need.title
    }

    /// Summary for everyone; null if none was written.
    async fn public_summary(&self) -> Option<&str> {
        Some(self.0.need.public_summary.as_str()).filter(|summary| !summary.is_empty())
    }

    /// Where it stands.
    async fn stage(&self) -> NeedStageWord {
        self.0.need.stage.into()
    }

    /// Whether everyone may read title and summary.
    async fn is_published(&self) -> bool {
        self.0.need.is_published
    }

    /// Division code (GB/T 2260) where it arose; null when unknown.
    async fn region_code(&self) -> Option<String> {
        self.0.need.region.map(|code| code.to_string())
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.need.created_at
    }

    /// Whether you may read the restricted half.
    async fn is_full(&self) -> bool {
        self.0.is_full
    }

    /// Restricted: what is asked for in full; null for those it is none of the business of.
    async fn body(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        self.shown(ctx, "body", self.0.is_full.then_some(self.0.need.body.as_str()))
    }

    /// Restricted: the committee (产业链党委) whose secretariat dispatches it; null until known.
    async fn committee(&self, ctx: &Context<'_>) -> Result<Option<CommitteeNode>> {
        let Some(committee) = self.0.need.committee else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(committee).await?.map(CommitteeNode))
    }

    /// Restricted: the unit in charge (办理单位); null until dispatched.
    async fn handler(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        let Some(handler) = self.0.need.handler else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(handler).await?.map(OrganisationNode))
    }

    /// Restricted: when it was first dispatched; the clock runs from here. Null until then.
    async fn dispatched_at(&self) -> Option<DateTime<Utc>> {
        self.0.need.dispatched_at
    }

    /// Restricted: moment by which it must be answered (限期办结); null until dispatched.
    async fn due_at(&self) -> Option<DateTime<Utc>> {
        self.0.need.due_at
    }

    /// Restricted: whether the answer is late (超期) now; null for those it is none of the business
    /// of.
    async fn is_overdue(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        let now = Scope::of(ctx)?.desk.now;
        Ok(self.0.is_full.then(|| self.0.need.is_overdue(now)))
    }

    /// Restricted: moment by which the unit must take it on or send it back (响应时限); null until
    /// dispatched, and where the working-day calendar was not loaded.
    async fn respond_by(&self) -> Option<DateTime<Utc>> {
        self.0.need.respond_by
    }

    /// Restricted: its lamp (三色灯) now; null for those it is none of the business of.
    async fn lamp(&self, ctx: &Context<'_>) -> Result<Option<LampWord>> {
        let now = Scope::of(ctx)?.desk.now;
        Ok(self.0.is_full.then(|| self.0.need.lamp_facts().lamp(&SUQIAN, now).into()))
    }

    /// Restricted: how many rungs it has climbed (逐级上报) since it is late, one every 24 hours: 0 on
    /// the first day and while it is not late. Null for those it is none of the business of.
    async fn escalation_level(&self, ctx: &Context<'_>) -> Result<Option<u32>> {
        let now = Scope::of(ctx)?.desk.now;
        Ok(self.0.is_full.then(|| self.0.need.lamp_facts().escalation(&SUQIAN, now).level))
    }

    /// Restricted: who looks after it now that it is late; null while it is not.
    async fn escalated_to(&self, ctx: &Context<'_>) -> Result<Option<EscalationRungWord>> {
        let now = Scope::of(ctx)?.desk.now;
        let rung = self.0.need.lamp_facts().escalation(&SUQIAN, now).rung;
        Ok(rung.filter(|_| self.0.is_full).map(Into::into))
    }

    /// Restricted: the supervision (督办) that stands over it; null if none does.
    async fn supervision(&self, ctx: &Context<'_>) -> Result<Option<SupervisionNode>> {
        let all = self.supervisions(ctx).await?;
        Ok(all.into_iter().find(|one| one.0.lifted_at.is_none()))
    }

    /// Restricted: every supervision (督办) it was ever under, the newest first.
    async fn supervisions(&self, ctx: &Context<'_>) -> Result<Vec<SupervisionNode>> {
        if !self.0.is_full {
            return Ok(Vec::new());
        }
        let all = Scope::of(ctx)?.one(SupervisionsOf(self.0.need.id)).await?;
        Ok(all.into_iter().flatten().map(SupervisionNode).collect())
    }

    /// Restricted: how often units sent it back (退单); null for those it is none of the business of.
    async fn send_backs(&self) -> Option<i32> {
        self.0.is_full.then_some(self.0.need.send_backs)
    }

    /// Restricted: why it was last sent back (退单原因), as the enterprise is told; null if it never was.
    async fn send_back_reason(&self) -> Option<SendBackReasonWord> {
        self.0.need.send_back.as_ref().map(|back| back.reason.into())
    }

    /// What the unit that sent it back noted, an internal note: for units, secretaries, coordinators
    /// and auditors; null for everyone else and if it never was.
    async fn send_back_note(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let actor = &Scope::of(ctx)?.actor;
        let note = self.0.need.send_back.as_ref().map(|back| back.note.as_str());
        self.shown(ctx, "sendBackNote", note.filter(|_| rights::may_read_notes(actor)))
    }

    /// Restricted: the unit that should have it, as said with the last send-back; null if it never
    /// was.
    async fn proposed_handler(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        let back = self.0.need.send_back.as_ref();
        let Some(proposed) = back.and_then(|back: &SendBack| back.proposed) else {
            return Ok(None);
        };
        Ok(Scope::of(ctx)?.one(proposed).await?.map(OrganisationNode))
    }

    /// On what basis a coordinator decided which unit must take it, an internal note: as
    /// `sendBackNote`; null if none had to.
    async fn adjudication(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let actor = &Scope::of(ctx)?.actor;
        let basis = self.0.need.adjudication.as_deref();
        self.shown(ctx, "adjudication", basis.filter(|_| rights::may_read_notes(actor)))
    }

    /// Restricted: units called in (吹哨), in order of the calls; null for those it is none of the
    /// business of.
    async fn calls(&self, ctx: &Context<'_>) -> Result<Option<Vec<NeedCallNode>>> {
        if !self.0.is_full {
            return Ok(None);
        }
        let calls = Scope::of(ctx)?.few(CallsOf(self.0.need.id)).await?;
        Ok(Some(calls.into_iter().map(NeedCallNode).collect()))
    }

    /// Restricted: notes (办理记录), newest first; internal ones only for units, secretaries,
    /// coordinators and auditors. Null for those it is none of the business of.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most notes, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Option<Vec<NeedNoteNode>>> {
        let size = page::size(first)?;
        if !self.0.is_full {
            return Ok(None);
        }
        let scope = Scope::of(ctx)?;
        let key = NotesOf::new(self.0.need.id, rights::may_read_notes(&scope.actor), size);
        let notes = scope.few(key).await?.into_iter().map(NeedNoteNode).collect();
        self.shown(ctx, "notes", Some(notes))
    }

    /// Restricted: files (附件) on it and on its answer, oldest first, at most 20 each; null for those
    /// it is none of the business of.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    async fn attachments(&self, ctx: &Context<'_>) -> Result<Option<Vec<AttachmentNode>>> {
        if !self.0.is_full {
            return Ok(None);
        }
        let id = self.0.need.id;
        let things = [AttachedTo::Need(id), AttachedTo::NeedAnswer(id)];
        let files = attachment::on(Scope::of(ctx)?, &things).await?;
        if files.is_empty() { Ok(Some(files)) } else { self.shown(ctx, "attachments", Some(files)) }
    }

    /// Its open bidding (揭榜挂帅); null if it was never put up.
    async fn bidding(&self, ctx: &Context<'_>) -> Result<Option<BiddingNode>> {
        Ok(Scope::of(ctx)?.few(BiddingOf(self.0.need.id)).await?.pop().map(BiddingNode))
    }

    /// Restricted: how many enterprises had a need that was merged into this one; null for those it
    /// is none of the business of.
    async fn followers(&self, ctx: &Context<'_>) -> Result<Option<i64>> {
        if !self.0.is_full {
            return Ok(None);
        }
        let found = Scope::of(ctx)?.few(FollowersOf(self.0.need.id)).await?;
        Ok(Some(found.first().copied().unwrap_or_default()))
    }

    /// Restricted: the need it was merged into (并单), of which you may see the public part only; null
    /// if it was not.
    async fn merged_into(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        let Some(target) = self.0.need.merged_into else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(target).await?.map(Self))
    }

    /// Restricted: how it came in (诉求渠道); null for those it is none of the business of.
    async fn channel(&self) -> Option<NeedChannelWord> {
        self.0.is_full.then(|| self.0.need.channel.into())
    }

    /// Restricted: who of the enterprise agreed to its being written on its behalf, how and when.
    async fn consent(&self) -> Option<&str> {
        self.0.need.consent.as_deref()
    }

    /// Restricted: number and status at the city's own platform (深i企); null if it is not there.
    async fn city_record(&self) -> Option<CityRecordNode> {
        self.0.need.city.clone().map(CityRecordNode)
    }

    /// Restricted: when it was handed in; null until then.
    async fn submitted_at(&self) -> Option<DateTime<Utc>> {
        self.0.need.trace.submitted_at
    }

    /// Restricted: when a unit first took it on; null until then.
    async fn responded_at(&self) -> Option<DateTime<Utc>> {
        self.0.need.trace.responded_at
    }

    /// Restricted: when a unit last took a step or wrote a note; null until then.
    async fn progress_at(&self) -> Option<DateTime<Utc>> {
        self.0.need.trace.progress_at
    }

    /// Restricted: when it was last answered; null until then.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.0.need.trace.answered_at
    }

    /// Restricted: when the last answer was rated; null until then.
    async fn rated_at(&self) -> Option<DateTime<Utc>> {
        self.0.need.trace.rated_at
    }

    /// Restricted: when it came to an end; null until then.
    async fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.0.need.trace.closed_at
    }

    /// Restricted: when it lapses unless the enterprise confirms it; null where it does not lapse.
    async fn lapses_at(&self) -> Option<DateTime<Utc>> {
        let need = &self.0.need;
        let lapses = steps::allowed(TRANSITIONS, need.stage).contains(&NeedStep::Expire);
        (self.0.is_full && lapses).then(|| lapse::lapses_at(need))
    }

    /// Restricted: why it was not taken in (不予受理); null if it was.
    async fn exclusion(&self, ctx: &Context<'_>) -> Result<Option<ExclusionWord>> {
        self.shown(ctx, "exclusion", self.0.need.exclusion.map(Into::into))
    }

    /// Restricted: day until which it rests; null if it does not.
    async fn suspended_until(&self) -> Option<Day> {
        self.0.need.suspended_until.map(Day)
    }

    /// Restricted: why it rests; null if it does not.
    async fn suspend_reason(&self) -> Option<&str> {
        self.0.need.suspend_reason.as_deref()
    }

    /// Restricted: the answer (答复); null until answered.
    async fn answer(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        self.shown(ctx, "answer", self.0.need.answer.as_deref())
    }

    /// Restricted: rating of the enterprise (满意度), 1 to 5 stars; null until rated.
    async fn rating(&self, ctx: &Context<'_>) -> Result<Option<u8>> {
        let rating = self.0.need.rating.map(lianmeng_domain::need::Rating::stars);
        self.shown(ctx, "rating", rating)
    }

    /// Restricted: who of the enterprise agreed to the rating that its liaison gave (代评), how and when;
    /// null where it rated itself.
    async fn rating_consent(&self) -> Option<&str> {
        self.0.need.rating_consent.as_deref()
    }

    /// Restricted: whether somebody else wrote it on behalf of the enterprise (代录); null for those
    /// it is none of the business of.
    async fn is_proxy(&self) -> Option<bool> {
        self.0.is_full.then_some(self.0.need.is_proxy)
    }

    /// Steps that the stage allows and you may take, in order of the lifecycle.
    async fn my_steps(&self, ctx: &Context<'_>) -> Result<Vec<NeedStepWord>> {
        let actor = &Scope::of(ctx)?.actor;
        let need = &self.0.need;
        let allowed = steps::allowed(TRANSITIONS, need.stage).into_iter();
        let mine = allowed.filter(|step| self.0.is_full && rights::may_take(actor, *step, need));
        Ok(mine.map(Into::into).collect())
    }

    /// Suggestions (撮合建议) for it that you see, in the order they were made.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most suggestions, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<SuggestionNode>> {
        let key = SuggestionsOf::new(self.0.need.id, page::size(first)?);
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(SuggestionNode).collect())
    }

    /// Restricted: needs that may be the same (疑似重复), most points first, of which you may see the
    /// public part only; null for those it is none of the business of.
    #[graphql(complexity = "alike::cost(first, child_complexity)")]
    async fn duplicates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most needs, 1 to 20; 5 if absent.")] first: Option<i32>,
    ) -> Result<Option<Vec<NeedDuplicateNode>>> {
        alike::duplicates(Scope::of(ctx)?, &self.0, first).await
    }

    /// Where it may belong: kind and handling unit (派单建议); null unless you may dispatch it.
    #[graphql(complexity = "alike::COMPARING + child_complexity")]
    async fn dispatch_suggestions(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<DispatchSuggestionsNode>> {
        alike::dispatch_suggestions(Scope::of(ctx)?, &self.0).await
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.need.version
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct NeedTotal(NeedFilter);

#[Object]
impl NeedTotal {
    /// How many needs the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, scope.eyes(), &self.0).await?)
    }
}

/// Queries about needs.
#[derive(Debug, Default)]
pub struct NeedQuery;

const LIST: &str = "needs";

#[Object]
impl NeedQuery {
    /// Needs that match, newest first, at most 100 a page: your own part of the platform and what
    /// was published.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn needs(
        &self,
        ctx: &Context<'_>,
        filter: Option<NeedFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, NeedNode, NeedTotal>> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id::<NeedId>(LIST)?;
        let filter = filter.unwrap_or_default().into_filter(scope.desk.now)?;
        let rows = store::page(&scope.desk.db, scope.eyes(), &filter, page.window()).await?;
        Ok(page::connection_with(
            page.slice(rows),
            NeedTotal(filter),
            |seen| page::cursor(LIST, &[&seen.need.id.to_string()]),
            NeedNode,
        ))
    }
}
