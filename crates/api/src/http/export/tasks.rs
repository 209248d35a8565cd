//! The docking task list 对接任务清单 as a workbook, which imports again as it is.

use lianmeng_app::caller::Caller;
use lianmeng_app::export::{self as app, ExportTasks, TaskRow};
use lianmeng_domain::task::TaskStage;
use lianmeng_domain::task::lamp::{SUQIAN, label_zh, lamp};
use lianmeng_exchange::export::Sheet;
use lianmeng_store::task::TaskFilter;
use poem::Request;
use serde::Deserialize;

use super::{FileKind, asked, notes, refused, words};
use crate::error::ApiError;
use crate::http::Front;
use crate::http::answer::{Refused, bad_request};
use crate::ids;
use chrono::NaiveDate;

/// Which tasks; a name that is not known is refused.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TaskQuery {
    project_id: Option<String>,
    owner_id: Option<String>,
    counterpart_id: Option<String>,
    domain: Option<String>,
    stages: Option<String>,
}

impl TaskQuery {
    fn into_filter(self) -> Result<TaskFilter, ApiError> {
        Ok(TaskFilter {
            project: self.project_id.map(|id| ids::decode(&id)).transpose()?,
            owner: self.owner_id.map(|id| ids::decode(&id)).transpose()?,
            counterpart: self.counterpart_id.map(|id| ids::decode(&id)).transpose()?,
            domain: self.domain,
            stages: words("stages", self.stages, TaskStage::from_word)?,
        })
    }
}

/// The tasks that are asked for.
pub(super) async fn sheet(
    request: &Request,
    front: &Front,
    who: &Caller,
    kind: FileKind,
) -> Result<Sheet, Refused> {
    let query: TaskQuery = request.params().map_err(|error| bad_request(error.to_string()))?;
    let filter = query.into_filter().map_err(|error| bad_request(error.to_string()))?;
    let desk = front.desk(request);
    let cmd = ExportTasks {
        filter,
        asked: asked(request)?,
        format: kind.word(),
        max_rows: app::MAX_ROWS,
    };
    let rows = app::tasks(&desk, who, &cmd).await.map_err(refused)?;
    let remark = "改好后可原样导入：编号请勿改动，新任务留空；改动过的任务视为人工确定";
    Ok(Sheet {
        title: "对接任务清单".to_owned(),
        notes: notes((desk.now, who, &cmd.asked), rows.len(), remark),
        header: HEADER.map(str::to_owned).to_vec(),
        rows: rows.iter().zip(1..).map(|(row, number)| line(row, number, desk.today)).collect(),
    })
}

const HEADER: [&str; 12] = [
    "序号",
    "编号",
    "领域",
    "项目",
    "牵头单位",
    "对接央企",
    "截止日期",
    "进度",
    "灯",
    "得分",
    "理由",
    "人工确定",
];

fn line(row: &TaskRow, number: u64, today: NaiveDate) -> Vec<String> {
    let task = &row.task;
    let reason = |reason: &lianmeng_domain::suggestion::Reason| {
        let side = match reason.criterion.split_once('.') {
            Some(("owner", _)) => "牵头：",
            Some(("counterpart", _)) => "央企：",
            Some(_) | None => "",
        };
        format!("{side}{}（{}）", reason.zh, reason.points)
    };
    let reasons: Vec<String> = task.reasons.iter().map(reason).collect();
    vec![
        number.to_string(),
        ids::encode(task.id).0,
        task.domain.clone(),
        row.project.clone(),
        row.owner.clone(),
        row.counterpart.clone(),
        task.due_on.map(|day| day.to_string()).unwrap_or_default(),
        task.stage.label_zh().to_owned(),
        label_zh(lamp(task, &SUQIAN, today)).to_owned(),
        task.score_points.map(|points| points.to_string()).unwrap_or_default(),
        reasons.join("；"),
        if task.is_kept { "是" } else { "否" }.to_owned(),
    ]
}
