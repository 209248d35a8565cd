//! Lists as files: `GET /exports/needs.csv` and `.xlsx`, `/exports/tasks.csv` and `.xlsx`, with a filter
//! in the query.

use chrono::{DateTime, SecondsFormat, Utc};
use lianmeng_app::caller::Caller;
use lianmeng_app::desk::local_time;
use lianmeng_app::export::{self as app, ExportError, ExportNeeds, NeedRow};
use lianmeng_domain::need::{NeedKind, NeedStage};
use lianmeng_exchange::export::{self, Sheet};
use lianmeng_store::need::NeedFilter;
use poem::http::{HeaderValue, StatusCode, header};
use poem::web::{Data, Path};
use poem::{Request, Response, handler};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::Front;
use super::answer::{self, Manner, Media, Refused, bad_request};
use super::caller;
use crate::error::ApiError;
use crate::{ids, page};

mod tasks;

/// Longest query that is read.
const MAX_QUERY: usize = 2_000;

/// Lists written at the same time.
static SEATS: Semaphore = Semaphore::const_new(2);

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileKind {
    Csv,
    Xlsx,
}

impl FileKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    const fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    Needs,
    Tasks,
}

/// Which needs; a name that is not known is refused, so that a misspelt filter takes nothing out.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NeedQuery {
    search: Option<String>,
    enterprise_id: Option<String>,
    committee_id: Option<String>,
    handler_id: Option<String>,
    stages: Option<String>,
    kinds: Option<String>,
    region_code: Option<String>,
    is_published: Option<bool>,
}

impl NeedQuery {
    fn into_filter(self) -> Result<NeedFilter, ApiError> {
        Ok(NeedFilter {
            search: page::words(self.search),
            enterprise: self.enterprise_id.map(|id| ids::decode(&id)).transpose()?,
            committee: self.committee_id.map(|id| ids::decode(&id)).transpose()?,
            handler: self.handler_id.map(|id| ids::decode(&id)).transpose()?,
            stages: words("stages", self.stages, NeedStage::from_word)?,
            kinds: words("kinds", self.kinds, NeedKind::from_word)?,
            region: page::region(self.region_code)?,
            is_published: self.is_published,
            lit: None,
        })
    }
}

/// Words with commas between them, as the schema writes them.
fn words<T>(
    name: &str,
    text: Option<String>,
    from: fn(&str) -> Option<T>,
) -> Result<Vec<T>, ApiError> {
    let text = text.unwrap_or_default();
    let parts = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    parts
        .map(|word| {
            from(&word.to_lowercase())
                .ok_or_else(|| ApiError::BadInput(format!("{name} has {word:?}, which is none")))
        })
        .collect()
}

/// `GET /exports/:name`.
#[handler]
pub(super) async fn list(
    request: &Request,
    Path(name): Path<String>,
    front: Data<&Front>,
) -> Response {
    let manner = Manner { media: Media::Json, voice: answer::voice(request) };
    let (which, kind) = match name.as_str() {
        "needs.csv" => (List::Needs, FileKind::Csv),
        "needs.xlsx" => (List::Needs, FileKind::Xlsx),
        "tasks.csv" => (List::Tasks, FileKind::Csv),
        "tasks.xlsx" => (List::Tasks, FileKind::Xlsx),
        _ => {
            let message = "there are needs.csv, needs.xlsx, tasks.csv and tasks.xlsx".to_owned();
            return manner.refuse(Refused(StatusCode::NOT_FOUND, "BAD_REQUEST", message));
        }
    };
    match timeout(front.settings.timeout, written(request, front.0, (which, kind, name.clone())))
        .await
    {
        Ok(Ok(bytes)) => file(&name, kind, bytes),
        Ok(Err(refused)) => manner.refuse(refused),
        Err(_elapsed) => {
            let message = "the export took too long; narrow the filter".to_owned();
            manner.refuse(Refused(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", message))
        }
    }
}

fn file(name: &str, kind: FileKind, bytes: Vec<u8>) -> Response {
    let mut response = Response::builder().content_type(kind.media()).body(bytes);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

async fn written(
    request: &Request,
    front: &Front,
    (which, kind, name): (List, FileKind, String),
) -> Result<Vec<u8>, Refused> {
    let who = caller::of(request, front).await?;
    let length = request.uri().query().unwrap_or_default().len();
    if length > MAX_QUERY {
        return Err(bad_request(format!("the query is longer than {MAX_QUERY} bytes")));
    }
    // A list is in memory as a whole until it is written.
    let seat = SEATS.acquire().await.map_err(|error| Refused::internal(&error))?;
    let sheet = match which {
        List::Needs => needs(request, front, &who, kind).await?,
        List::Tasks => tasks::sheet(request, front, &who, kind).await?,
    };
    let made = tokio::task::spawn_blocking(move || {
        // Also where nobody waits for it any more.
        let _seat = seat;
        match kind {
            FileKind::Csv => export::csv(&sheet, &name),
            FileKind::Xlsx => export::xlsx(&sheet, &name),
        }
    });
    match made.await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(Refused::internal(&error)),
        Err(error) => Err(Refused::internal(&error)),
    }
}

/// The needs that are asked for.
async fn needs(
    request: &Request,
    front: &Front,
    who: &Caller,
    kind: FileKind,
) -> Result<Sheet, Refused> {
    let query: NeedQuery = request.params().map_err(|error| bad_request(error.to_string()))?;
    let filter = query.into_filter().map_err(|error| bad_request(error.to_string()))?;
    let asked = asked(request)?;
    let desk = front.desk(request);
    let cmd = ExportNeeds { filter, asked, format: kind.word(), max_rows: app::MAX_ROWS };
    let rows = app::needs(&desk, who, &cmd).await.map_err(refused)?;
    Ok(sheet(desk.now, who, &cmd.asked, &rows))
}

/// What was asked for as people write it, for the file and the audit log; empty for everything.
pub(super) fn asked(request: &Request) -> Result<String, Refused> {
    let pairs: Vec<(String, String)> =
        request.params().map_err(|error| bad_request(error.to_string()))?;
    let asked: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Ok(asked.join("&"))
}

/// Who takes a file out, and as what.
pub(super) fn by(who: &Caller) -> String {
    let body = who.actor.body.as_ref().map(|body| format!(" {body}")).unwrap_or_default();
    format!("{}（{}{body}）", who.actor.subject, who.actor.role)
}

fn refused(error: ExportError) -> Refused {
    match error {
        ExportError::Forbidden => Refused(StatusCode::FORBIDDEN, "FORBIDDEN", error.to_string()),
        ExportError::TooMany { .. } => {
            Refused(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", error.to_string())
        }
        ExportError::Store(error) => Refused::store(&error),
    }
}

const HEADER: [&str; 16] = [
    "编号",
    "标题",
    "摘要",
    "类型",
    "环节",
    "企业",
    "行政区划",
    "提出时间",
    "产业链党委",
    "办理单位",
    "派单时间",
    "办理期限",
    "联系人",
    "职务",
    "电话",
    "电子邮箱",
];

/// The list as it is written; times are local, as in every office that reads it.
fn sheet(now: DateTime<Utc>, who: &Caller, asked: &str, rows: &[NeedRow]) -> Sheet {
    Sheet {
        title: "需求清单".to_owned(),
        notes: notes((now, who, asked), rows.len(), "只含导出人有权查看的内容；联系方式已脱敏"),
        header: HEADER.map(str::to_owned).to_vec(),
        rows: rows.iter().map(line).collect(),
    }
}

/// What was asked for, as of when and by whom.
fn notes(
    (now, who, asked): (DateTime<Utc>, &Caller, &str),
    rows: usize,
    remark: &str,
) -> Vec<(String, String)> {
    let note = |name: &str, value: String| (name.to_owned(), value);
    let filter = if asked.is_empty() { "全部".to_owned() } else { asked.to_owned() };
    vec![
        note("筛选条件", filter),
        note("截至时间", now.to_rfc3339_opts(SecondsFormat::Secs, true)),
        note("导出人", by(who)),
        note("行数", rows.to_string()),
        note("说明", remark.to_owned()),
    ]
}

fn line(row: &NeedRow) -> Vec<String> {
    let need = &row.seen.need;
    let contact = row.contact.as_ref();
    let of = |part: fn(&lianmeng_domain::contact::Contact) -> &String| {
        contact.map(part).cloned().unwrap_or_default()
    };
    vec![
        ids::encode(need.id).0,
        need.title.clone(),
        need.public_summary.clone(),
        need.kind.word().to_uppercase(),
        need.stage.word().to_uppercase(),
        row.enterprise.clone(),
        need.region.map(|code| code.to_string()).unwrap_or_default(),
        local_time(need.created_at),
        row.committee.clone(),
        row.handler.clone(),
        need.dispatched_at.map(local_time).unwrap_or_default(),
        need.due_at.map(local_time).unwrap_or_default(),
        of(|one| &one.name),
        of(|one| &one.title),
        of(|one| &one.phone),
        of(|one| &one.email),
    ]
}
