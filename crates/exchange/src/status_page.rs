//! The public page of a project.

use chrono::NaiveDate;
use lianmeng_domain::project::ProjectStage;
use maud::{DOCTYPE, PreEscaped, html};

const STYLE: &str = "
body { font-family: 'Noto Sans CJK SC', 'Heiti SC', SimHei, sans-serif; margin: 2em auto; padding: 0 1em; max-width: 40em; color: #111; line-height: 1.5 }
ol { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .5em }
li { border: 1px solid #999; border-radius: .3em; padding: .2em .6em; color: #555 }
li[aria-current] { border-color: #111; color: #111; font-weight: bold }
dt { color: #555 }
dd { margin: 0 0 1em 0 }
";

/// What the page tells, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusPage {
    /// The name of the project.
    pub name: String,
    /// Where it stands.
    pub stage: ProjectStage,
    /// What comes next; empty for what the stage says.
    pub next_step: String,
    /// The day of the last update.
    pub updated_on: Option<NaiveDate>,
    /// What was written for everybody with it; empty if nothing.
    pub public_note: String,
    /// Whether it is invented for demonstration.
    pub is_example: bool,
}

/// The page as HTML. Texts are escaped, nothing is loaded from elsewhere.
pub fn html(status: &StatusPage) -> String {
    let next = status.stage.next().map(ProjectStage::zh);
    let next = if status.next_step.is_empty() { next } else { Some(status.next_step.as_str()) };
    let way = ProjectStage::ALL.iter().filter(|stage| stage.rank().is_some());
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                meta name="robots" content="noindex";
                title { (status.name) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (status.name) }
                @if status.is_example { p { "示例项目，均为虚构" } }
                ol {
                    @for stage in way {
                        @if *stage == status.stage {
                            li aria-current="step" { (stage.zh()) }
                        } @else {
                            li { (stage.zh()) }
                        }
                    }
                }
                dl {
                    dt { "当前阶段" }
                    dd { (status.stage.zh()) }
                    @if let Some(next) = next {
                        dt { "下一步" }
                        dd { (next) }
                    }
                    dt { "最近更新" }
                    dd {
                        @match status.updated_on {
                            Some(day) => { (day.format("%Y年%-m月%-d日")) }
                            None => { "暂无" }
                        }
                    }
                    @if !status.public_note.is_empty() {
                        dt { "进展" }
                        dd { (status.public_note) }
                    }
                }
            }
        }
    };
    page.into_string()
}

/// The page that a code without a project leads to.
pub fn nothing() -> String {
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "没有可公开的项目" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "没有可公开的项目" }
                p { "二维码已失效，或该项目未公开。请向项目负责单位索取新的二维码。" }
            }
        }
    };
    page.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_tells_stage_and_next_step_and_escapes_what_people_wrote() {
        let status = StatusPage {
            name: "<b>示例</b>".to_owned(),
            stage: ProjectStage::Started,
            next_step: String::new(),
            updated_on: NaiveDate::from_ymd_opt(2025, 3, 2),
            public_note: "主体<封顶>".to_owned(),
            is_example: true,
        };
        let page = html(&status);
        assert!(page.contains("&lt;b&gt;示例&lt;/b&gt;") && !page.contains("<b>"), "{page}");
        assert!(page.contains("<li aria-current=\"step\">开工</li>"), "{page}");
        assert!(page.contains("<dt>下一步</dt><dd>在建投资</dd>"), "{page}");
        assert!(
            page.contains("<dd>2025年3月2日</dd>") && page.contains("主体&lt;封顶&gt;"),
            "{page}"
        );
        let over = StatusPage { stage: ProjectStage::Producing, updated_on: None, ..status };
        let page = html(&over);
        assert!(!page.contains("下一步") && page.contains("<dd>暂无</dd>"), "{page}");
        assert_eq!(page, html(&over));
    }
}
