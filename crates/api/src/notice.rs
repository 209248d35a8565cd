//! Notices in GraphQL: what somebody was told under the grant they act under.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use lianmeng_app::caller::Caller;
use lianmeng_app::notice as app;
use lianmeng_backplane::bus::Topic;
use lianmeng_domain::ids::{AuditId, GrantId, NeedId, NoticeId};
use lianmeng_domain::need::SeenNeed;
use lianmeng_domain::notice::NoticeKind;
use lianmeng_store::notice::{self as store, Notice, NoticeFilter};
use lianmeng_store::page::Window;

use crate::error::{ApiError, Lang, Voice};
use crate::ids;
use crate::live::Asker;
use crate::need::NeedNode;
use crate::page::{self, Span};
use crate::scope::Scope;

pub mod settings;
#[cfg(test)]
mod tests;
pub mod webhook;

/// How often a listener's notices are looked at when no hint came.
const LOOK: Duration = Duration::from_secs(3);
/// New notices looked at for a listener.
const NEWEST: u64 = 64;
/// Causes told of a notice.
const CAUSES: u64 = 100;

/// What somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "NoticeKind", remote = "NoticeKind")]
pub enum NoticeKindWord {
    /// A need was handed in (点单): it waits for triage.
    NeedSubmitted,
    /// A need was not taken in (不予受理).
    NeedExcluded,
    /// A need was sent to the unit (派单): it waits to be taken on.
    NeedDispatched,
    /// A unit sent a need back (退单): it waits to be sent to another.
    NeedSentBack,
    /// The need is being given to another unit (改派).
    NeedReassigned,
    /// A unit took the need on (接单).
    NeedAccepted,
    /// Your unit was called in to a need (吹哨): it must check in.
    NeedWhistled,
    /// A unit that was called in has come (报到).
    NeedCheckedIn,
    /// A need was answered (答复): it waits to be rated.
    NeedAnswered,
    /// A need was rated (评单).
    NeedRated,
    /// A need was taken up again after a poor rating (重办).
    NeedReopened,
    /// A need was closed (办结).
    NeedClosed,
    /// A need is late (红灯).
    NeedOverdue,
    /// A need lapses soon unless the enterprise confirms it (即将过期).
    NeedLapsing,
    /// The need that an enterprise's own was merged with was answered (并单答复).
    FollowedAnswered,
    /// The timetable of an event changed for you (日程变动).
    TimetableChanged,
    /// You are invited to an event (活动邀请): please answer.
    GuestInvited,
    /// You waited for a place at an event and have got one (候补递补).
    GuestPromoted,
    /// Another participant of an event asks for a meeting (会面申请): please answer.
    MeetingRequested,
    /// You asked for a meeting and were answered (会面申请答复).
    RequestAnswered,
    /// It is asked what became of a meeting at an event (会后跟进): please answer.
    FollowUpDue,
}

/// A notice as clients see it.
#[derive(Debug, Clone)]
pub struct NoticeNode(pub Notice);

/// Something you were told (通知). News of a thing within ten minutes join the notice about it that you
/// have not read yet.
#[Object(name = "Notice")]
impl NoticeNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// What: the last news.
    async fn kind(&self) -> NoticeKindWord {
        self.0.kind.into()
    }

    /// The last news as a sentence, in the language of the request.
    async fn text(&self, ctx: &Context<'_>) -> String {
        let lang = ctx.data_opt::<Voice>().map_or(Lang::English, |voice| voice.lang);
        match lang {
            Lang::Chinese => self.0.kind.sentence_zh(&self.0.title),
            Lang::English => self.0.kind.sentence_en(&self.0.title),
        }
    }

    /// Global id of what it is about.
    async fn thing_id(&self) -> ID {
        ID(self.0.thing.clone())
    }

    /// The need it is about; null for other things.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<NeedNode>> {
        let Some(id) = self.0.need() else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(NeedNode))
    }

    /// How many changes it stands for.
    async fn changes(&self) -> i32 {
        self.0.changes
    }

    /// Global ids of these changes in the audit log, oldest first, at most 100.
    async fn cause_ids(&self, ctx: &Context<'_>) -> Result<Vec<ID>> {
        let causes = store::causes(&Scope::of(ctx)?.desk.db, self.0.id, CAUSES).await;
        Ok(causes.map_err(ApiError::from)?.into_iter().map(ids::encode::<AuditId>).collect())
    }

    /// When the first of them was.
    async fn first_at(&self) -> DateTime<Utc> {
        self.0.first_at
    }

    /// When the last of them was.
    async fn last_at(&self) -> DateTime<Utc> {
        self.0.last_at
    }

    /// When you read it; null while it is new.
    async fn read_at(&self) -> Option<DateTime<Utc>> {
        self.0.read_at
    }
}

/// The notices about what the caller of `scope` sees now: rights may have changed since they were
/// written.
async fn still_visible(scope: &Scope, notices: &[Notice]) -> Result<BTreeSet<NoticeId>, ApiError> {
    let about: Vec<(NoticeId, Option<NeedId>)> =
        notices.iter().map(|notice| (notice.id, notice.need())).collect();
    let needs = about.iter().filter_map(|(_, need)| *need);
    let seen: Vec<SeenNeed> = scope.many::<NeedId, SeenNeed>(needs).await?;
    let seen: BTreeSet<NeedId> = seen.iter().map(|seen| seen.need.id).collect();
    let visible = about.into_iter().filter(|(_, need)| need.is_none_or(|id| seen.contains(&id)));
    Ok(visible.map(|(notice, _)| notice).collect())
}

/// Counts what is new, only when asked.
#[derive(Debug)]
pub struct NoticeCounts(Option<GrantId>);

#[Object]
impl NoticeCounts {
    /// How many notices you have not read.
    async fn unread_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let Some(grant) = self.0 else { return Ok(0) };
        let filter = NoticeFilter { grant, only_new: true };
        Ok(store::count(&Scope::of(ctx)?.desk.db, filter).await.map_err(ApiError::from)?)
    }
}

fn grant(ctx: &Context<'_>) -> Result<Option<GrantId>> {
    Ok(ctx.data::<Caller>()?.grant)
}

/// Questions about notices.
#[derive(Debug, Default)]
pub struct NoticeQuery;

const LIST: &str = "notices";

#[Object]
impl NoticeQuery {
    /// What you were told under the grant (任职) you act under, newest first. What you may no longer
    /// see is left out, so a page may be shorter. Empty for callers without a grant.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn my_notices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether only those you have not read.", default)] only_new: bool,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, NoticeNode, NoticeCounts>> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id::<NoticeId>(LIST)?;
        let grant = grant(ctx)?;
        let rows = match grant {
            Some(grant) => {
                let filter = NoticeFilter { grant, only_new };
                let rows = store::page(&scope.desk.db, filter, page.window()).await;
                rows.map_err(ApiError::from)?
            }
            None => Vec::new(),
        };
        let visible = still_visible(scope, &rows).await?;
        Ok(page::connection_with(
            page.slice(rows).only(|notice| visible.contains(&notice.id)),
            NoticeCounts(grant),
            |notice| page::cursor(LIST, &[&notice.id.to_string()]),
            NoticeNode,
        ))
    }
}

/// Input of `noticesRead`.
#[derive(Debug, InputObject)]
pub struct NoticesReadInput {
    /// Notices that were read, at most 100; all of them if absent.
    #[graphql(validator(max_items = 100))]
    notice_ids: Option<Vec<ID>>,
}

/// What came of reading.
#[derive(Debug, SimpleObject)]
pub struct NoticesReadPayload {
    /// How many of them were new.
    read_count: u64,
}

/// Changes of notices.
#[derive(Debug, Default)]
pub struct NoticeMutation;

#[Object]
impl NoticeMutation {
    /// Notes that you read notices; those of others, and those read before, stay as they are.
    async fn notices_read(
        &self,
        ctx: &Context<'_>,
        input: NoticesReadInput,
    ) -> Result<NoticesReadPayload> {
        let desk = &Scope::of(ctx)?.desk;
        let ids = input.notice_ids.map(|all| {
            all.iter().map(|id| ids::decode::<NoticeId>(id)).collect::<Result<Vec<_>, _>>()
        });
        let ids = ids.transpose()?;
        let Some(grant) = grant(ctx)? else { return Ok(NoticesReadPayload { read_count: 0 }) };
        let read_count = app::read(desk, grant, ids.as_deref()).await.map_err(ApiError::from)?;
        Ok(NoticesReadPayload { read_count })
    }
}

/// The notices that are new, then those that arrive or grow.
pub(crate) async fn arrivals(ctx: &Context<'_>) -> Result<BoxStream<'static, NoticeNode>> {
    let asker = ctx.data::<Asker>()?.clone();
    let Some(grant) = grant(ctx)? else { return Ok(stream::empty().boxed()) };
    let desk = asker.0.desk();
    let mine = app::wire(grant);
    let hints = desk.bus.subscribe(Topic::Notice);
    let hints = hints.filter(move |hint| std::future::ready(hint.payload == mine)).map(|_| ());
    let wakes = stream::select(hints.boxed(), crate::live::ticks(LOOK).boxed());
    let listener = Listener {
        asker,
        grant,
        known: BTreeMap::new(),
        ready: VecDeque::new(),
        wakes: wakes.boxed(),
    };
    let events = stream::unfold(listener, |mut listener| async move {
        let notice = listener.next().await?;
        Some((NoticeNode(notice), listener))
    });
    Ok(events.boxed())
}

/// Somebody who listens for notices.
struct Listener {
    asker: Asker,
    grant: GrantId,
    /// How many changes each new notice stood for when it was last told.
    known: BTreeMap<NoticeId, i32>,
    ready: VecDeque<Notice>,
    wakes: BoxStream<'static, ()>,
}

impl Listener {
    async fn next(&mut self) -> Option<Notice> {
        loop {
            if let Some(notice) = self.ready.pop_front() {
                return Some(notice);
            }
            self.wakes.next().await?;
            match newest(&self.asker, self.grant).await {
                Ok(found) => {
                    let counts = found.iter().map(|notice| (notice.id, notice.changes)).collect();
                    let known = std::mem::replace(&mut self.known, counts);
                    let is_news = |notice: &Notice| known.get(&notice.id) != Some(&notice.changes);
                    self.ready = found.into_iter().filter(is_news).collect();
                }
                Err(error) => tracing::warn!(cause = %error, "notices could not be read"),
            }
        }
    }
}

/// The newest notices that are new and about what the listener sees.
async fn newest(asker: &Asker, grant: GrantId) -> Result<Vec<Notice>, ApiError> {
    let scope = asker.scope();
    let filter = NoticeFilter { grant, only_new: true };
    let mut found = store::page(&asker.0.db, filter, Window::first(NEWEST)).await?;
    let visible = still_visible(&scope, &found).await?;
    found.retain(|notice| visible.contains(&notice.id));
    found.reverse();
    Ok(found)
}
