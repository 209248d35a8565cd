//! A workbook with planted errors: every one is found, in its cell, and the good rows are saved.

use lianmeng_app::import::Outcome;
use lianmeng_domain::draft::DraftKind;
use lianmeng_exchange::{annotate, template, xlsx};
use lianmeng_store::import as stored;

use crate::world::{How, actor, counts, desk, drafts, found, of, run, stored as rows, try_run};

fn sheet(name: &'static str, lines: &[&str]) -> (&'static str, Vec<String>) {
    (name, lines.iter().map(|&line| line.to_owned()).collect())
}

/// Sheets with good rows and planted errors.
fn planted() -> Vec<(&'static str, Vec<String>)> {
    let mut sheets = bodies_and_products();
    sheets.extend(chains());
    sheets
}

fn bodies_and_products() -> Vec<(&'static str, Vec<String>)> {
    let long = "长".repeat(10_001);
    vec![
        sheet("功能区", &["名称|涉及地区", "前海|440305、宝安区", "|440305", "高新区|通州区"]),
        (
            "企业",
            [
                "统一社会信用代码|外部编号|企业名称|企业简称|企业性质|母公司|城市|所在地区|功能区|行业|企业资质|链主",
                "91350100M000100Y43||甲集团||央企||||前海|C1771|小巨人、专精特新|是",
                "91350100M000100Y44||乙集团",
                "|E3",
                "|E4||丙|||||||",
                "||丁公司",
                "|E6|戊公司||宇宙所有",
                "|E7|己公司|||不存在集团",
                "|E8|庚公司||||||||",
                "|E9|辛公司||||南通市|通州区",
                "|E10|壬公司|||||火星",
                "|E11|癸公司||||深圳市|通州区",
                "|E12|子公司||||||月球开发区",
                "|E13|丑公司|||||||Z9999",
                "|E14|寅公司||||||||大巨人",
                "|E15|卯公司|||||||||也许",
                "|E9|辛公司二",
                "|E16|#REF!",
                &format!("|E17|{long}"),
                "|E18|辰公司|||甲集团||320683",
                "|E19|巳公司|||E7",
                "|E18|辰公司|||甲集团||320683",
                "|E20|同名公司",
                "|E21|同名公司",
                "|E22|午公司|||||通州区",
            ]
            .map(str::to_owned)
            .to_vec(),
        ),
        sheet("单位", &["名称|单位类别", "农业银行|金融机构", "商务局|随便", "|部门"]),
        sheet("产品", &["产品编号|名称", "P1|布", "P2|线", "|纱", "P3|", "P1|别的"]),
        sheet(
            "产品关系",
            &["产品甲|产品乙|关系", "P2|P1|是原料", "P1|P1|属于", "P1|P9|属于", "P1|P2|喜欢"],
        ),
        sheet(
            "企业产品",
            &["企业|产品|占比", "E4|P1|50%", "E4|P2|三成", "E9|P1|-1", "同名公司|P1|", "E20|布|1"],
        ),
        sheet(
            "供应关系",
            &[
                "供应方|采购方|产品|开始日期|结束日期|可信度",
                "E4|E9|P1|2026年3月1日||80%",
                "E4|E9||2026-02-30",
                "E4|E9||2026-03-01|2026-02-01",
                "E4|E9||||120%",
                "E4|E4",
            ],
        ),
    ]
}

fn chains() -> Vec<(&'static str, Vec<String>)> {
    vec![
        sheet("产业链", &["产业链名称|标签", "家纺|20+8"]),
        sheet(
            "环节",
            &["产业链|环节名称|上中下游|代表产品", "家纺|织布|中游|P1", "家纺|印染|左游|"],
        ),
        sheet("企业环节", &["企业|产业链|环节", "E4|家纺|织布", "E4|家纺|绣花"]),
        sheet(
            "产业链党委",
            &["党委名称|产业链|党委形式|所在地区", "家纺党委|家纺|联合党委|320612"],
        ),
        sheet(
            "委员席位",
            &[
                "产业链党委|席位类别|企业|单位",
                "家纺党委|龙头企业|甲集团|",
                "家纺党委|金融机构|甲集团|农业银行",
                "家纺党委|金融机构||",
            ],
        ),
        sheet(
            "党建联盟",
            &[
                "联盟名称|产业链党委|牵头企业|覆盖环节",
                "织造联盟|家纺党委|甲集团|织布",
                "空联盟|没有党委||",
            ],
        ),
        sheet("联盟成员", &["党建联盟|企业|单位", "织造联盟|E4|", "织造联盟||农业银行"]),
        sheet(
            "党组织",
            &["名称|党组织类型|上级|所在企业", "甲党委|党委||甲集团", "丙支部|党支部|甲党委|E4"],
        ),
        sheet(
            "需求",
            &[
                "企业|需求类别|标题|内容|地区",
                "E4|用工人才|招熟练挡车工|急需 50 名|南通市通州区",
                "E4|融资|扩产资金||",
                "E4|许愿|想要月亮|给我|",
                "|融资|没有主人|内容|",
            ],
        ),
        sheet(
            "供给",
            &[
                "企业|单位|供给类别|标题|数量|有效期至",
                "|农业银行|金融|订单贷|5|2027-01-01",
                "E4||空间|厂房|半间|",
            ],
        ),
        sheet("项目", &["项目名称|领域|企业|投资额（万元）", "织机改造|D1|E4|500", "无领域||E4|1"]),
        sheet("企业星座", &["星座", "狮子"]),
    ]
}

fn workbook() -> lianmeng_domain::draft::Drafts {
    let sheets = planted();
    let lines: Vec<(&str, Vec<&str>)> = sheets
        .iter()
        .map(|(name, lines)| (*name, lines.iter().map(String::as_str).collect()))
        .collect();
    let slices: Vec<(&str, &[&str])> =
        lines.iter().map(|(name, lines)| (*name, lines.as_slice())).collect();
    drafts(&slices)
}

/// Kind, sheet, row and column of every planted error.
const PLANTED: &[(&str, &str, u32, &str)] = &[
    ("cell_missing", "功能区", 3, "名称"),
    ("region_ambiguous", "功能区", 4, "涉及地区"),
    ("credit_code_invalid", "企业", 3, "统一社会信用代码"),
    ("name_missing", "企业", 4, "企业名称"),
    ("name_from_short", "企业", 5, "企业名称"),
    ("key_missing", "企业", 6, "统一社会信用代码"),
    ("ownership_unknown", "企业", 7, "企业性质"),
    ("reference_missing", "企业", 8, "母公司"),
    ("region_unknown", "企业", 11, "所在地区"),
    ("region_elsewhere", "企业", 12, "所在地区"),
    ("zone_unknown", "企业", 13, "功能区"),
    ("industry_unknown", "企业", 14, "行业"),
    ("value_unknown", "企业", 15, "企业资质"),
    ("value_unknown", "企业", 16, "链主"),
    ("key_repeated", "企业", 17, "外部编号"),
    ("cell_error", "企业", 18, "企业名称"),
    ("cell_too_long", "企业", 19, "企业名称"),
    ("region_succeeded", "企业", 20, "所在地区"),
    ("reference_missing", "企业", 21, "母公司"),
    ("region_succeeded", "企业", 22, "所在地区"),
    ("row_repeated", "企业", 22, "外部编号"),
    ("region_ambiguous", "企业", 25, "所在地区"),
    ("value_unknown", "单位", 3, "单位类别"),
    ("cell_missing", "单位", 4, "名称"),
    ("cell_missing", "产品", 4, "产品编号"),
    ("cell_missing", "产品", 5, "名称"),
    ("key_repeated", "产品", 6, "产品编号"),
    ("self_edge", "产品关系", 3, "产品乙"),
    ("reference_missing", "产品关系", 4, "产品乙"),
    ("value_unknown", "产品关系", 5, "关系"),
    ("number_invalid", "企业产品", 3, "占比"),
    ("share_unknown", "企业产品", 4, "占比"),
    ("reference_ambiguous", "企业产品", 5, "企业"),
    ("date_invalid", "供应关系", 3, "开始日期"),
    ("term_backwards", "供应关系", 4, "结束日期"),
    ("number_invalid", "供应关系", 5, "可信度"),
    ("self_edge", "供应关系", 6, "采购方"),
    ("value_unknown", "环节", 3, "上中下游"),
    ("reference_missing", "企业环节", 3, "环节"),
    ("choice_double", "委员席位", 3, "单位"),
    ("cell_missing", "委员席位", 4, "单位"),
    ("reference_missing", "党建联盟", 3, "产业链党委"),
    ("body_from_title", "需求", 3, "内容"),
    ("value_unknown", "需求", 4, "需求类别"),
    ("cell_missing", "需求", 5, "企业"),
    ("number_invalid", "供给", 3, "数量"),
    ("cell_missing", "项目", 3, "领域"),
    ("sheet_unknown", "企业星座", 1, ""),
];

#[tokio::test]
async fn every_planted_error_is_found_in_its_cell_and_the_good_rows_are_saved() {
    let desk = desk().await;
    let drafts = workbook();
    let report = run(&desk, &drafts).await;
    let mut want: Vec<_> = PLANTED
        .iter()
        .map(|&(kind, sheet, row, column)| {
            (kind.to_owned(), sheet.to_owned(), row, column.to_owned())
        })
        .collect();
    want.sort_by(|a, b| (&a.1, a.2, &a.3, &a.0).cmp(&(&b.1, b.2, &b.3, &b.0)));
    assert_eq!(found(&drafts, &report), want);
    assert_eq!(report.outcome, Outcome::Saved);
    let cases = [
        (DraftKind::Zone, counts(1, 0, 0, 2)),
        (DraftKind::Enterprise, counts(9, 0, 1, 14)),
        (DraftKind::Organisation, counts(1, 0, 0, 2)),
        (DraftKind::PartyOrganisation, counts(2, 0, 0, 0)),
        (DraftKind::Product, counts(2, 0, 0, 3)),
        (DraftKind::ProductEdge, counts(1, 0, 0, 3)),
        (DraftKind::EnterpriseProduct, counts(3, 0, 0, 2)),
        (DraftKind::SupplyEdge, counts(1, 0, 0, 4)),
        (DraftKind::Chain, counts(1, 0, 0, 0)),
        (DraftKind::Segment, counts(1, 0, 0, 1)),
        (DraftKind::Placement, counts(1, 0, 0, 1)),
        (DraftKind::Committee, counts(1, 0, 0, 0)),
        (DraftKind::Seat, counts(1, 0, 0, 2)),
        (DraftKind::Alliance, counts(1, 0, 0, 1)),
        (DraftKind::Partner, counts(2, 0, 0, 0)),
        (DraftKind::Need, counts(2, 0, 0, 2)),
        (DraftKind::Offer, counts(1, 0, 0, 1)),
        (DraftKind::Project, counts(1, 0, 0, 1)),
    ];
    for (kind, want) in cases {
        assert_eq!(of(&report, kind), want, "{kind}");
    }
}

#[tokio::test]
async fn what_was_saved_is_what_the_rows_say() {
    let desk = desk().await;
    run(&desk, &workbook()).await;
    let firms = stored::enterprises(&desk.db).await.unwrap();
    let by_name = |name: &str| firms.iter().find(|firm| firm.name == name).unwrap();
    let group = by_name("甲集团");
    assert_eq!(group.industry.as_ref().unwrap().code, "C1771");
    assert_eq!(group.tiers.len(), 2);
    assert!(group.is_lead_firm && !group.is_flagship);
    let child = by_name("辰公司");
    assert_eq!(child.parent, Some(group.id));
    assert_eq!(format!("{:?}", child.place), "Some(Region(RegionCode(320612)))");
    assert_eq!(by_name("辛公司").place, child.place, "the city decided");
    let made = stored::enterprise_products(&desk.db).await.unwrap();
    let shares: Vec<_> = made.iter().map(|made| made.share_basis_points).collect();
    assert_eq!(shares, [Some(5_000), None, Some(10_000)]);
    let supply = stored::supply_edges(&desk.db).await.unwrap();
    assert_eq!(supply[0].confidence_basis_points, 8_000);
    assert_eq!(supply[0].source, "book.xlsx");
    let needs = stored::needs(&desk.db).await.unwrap();
    assert_eq!((needs[0].stage.word(), needs[0].is_proxy), ("submitted", true));
    assert_eq!(needs[1].body, "扩产资金");
    let offers = stored::offers(&desk.db).await.unwrap();
    assert_eq!((offers[0].capacity, offers[0].capacity_left), (Some(5), Some(5)));
    let projects = stored::projects(&desk.db).await.unwrap();
    assert_eq!(projects[0].amount_fen, Some(500_000_000));
}

#[tokio::test]
async fn importing_twice_changes_nothing_and_an_empty_cell_leaves_what_is_stored() {
    let desk = desk().await;
    let drafts = workbook();
    let first = run(&desk, &drafts).await.total();
    let again = run(&desk, &drafts).await;
    let total = again.total();
    assert_eq!((total.added, total.changed), (0, 0));
    assert_eq!(total.unchanged, first.added + first.unchanged);
    assert_eq!(total.rejected, first.rejected);
    let version = lianmeng_store::version::current(&desk.db, "graph").await.unwrap();
    assert_eq!(version, 1, "an import without a change does not touch the graph");
    let lines: &[&str] = &["外部编号|企业名称|企业性质|龙头企业", "E9|辛公司||是"];
    let report = run(&desk, &crate::world::drafts(&[("企业", lines)])).await;
    assert_eq!(report.total(), counts(0, 1, 0, 0));
    let firms = stored::enterprises(&desk.db).await.unwrap();
    let firm = firms.iter().find(|firm| firm.name == "辛公司").unwrap();
    assert!(firm.is_flagship && firm.place.is_some());
    assert_eq!(firm.version, 2);
}

#[tokio::test]
async fn a_dry_run_reports_the_same_and_saves_nothing_and_so_does_strict() {
    let desk = desk().await;
    let drafts = workbook();
    let coordinator = actor(lianmeng_domain::actor::Role::Coordinator);
    let dry = try_run(&desk, &coordinator, &drafts, How::DryRun).await.unwrap();
    assert_eq!(dry.outcome, Outcome::DryRun);
    let strict = try_run(&desk, &coordinator, &drafts, How::Strict).await.unwrap();
    assert_eq!(strict.outcome, Outcome::RefusedStrict);
    assert_eq!(rows(&desk).await, 0);
    let saved = run(&desk, &drafts).await;
    for other in [dry, strict] {
        assert_eq!(other.counts, saved.counts);
        assert_eq!(other.findings, saved.findings);
        assert_eq!(other.remarks, saved.remarks);
    }
}

#[tokio::test]
async fn the_annotated_copy_imports_like_the_original_and_says_why_beside_each_row() {
    let desk = desk().await;
    let drafts = workbook();
    let report = run(&desk, &drafts).await;
    let copy = annotate::workbook("copy", &drafts, &report.remarks).unwrap();
    let tables = xlsx::tables("copy.xlsx", &copy).unwrap();
    let firms = tables.iter().find(|table| table.sheet() == Some("企业")).unwrap();
    let reasons = firms.headers().iter().position(|h| h == annotate::REASONS).unwrap();
    let row = (0..firms.len()).find(|&row| firms.number(row) == 25).unwrap();
    assert_eq!(
        firms.cell(row, reasons),
        "[所在地区] \"通州区\" fits 110112 北京市通州区 and 320612 江苏省南通市通州区; write the \
         six-digit code, the city before the name, or fill in the city column"
    );
}

#[tokio::test]
async fn the_template_imports_cleanly_after_being_filled_in() {
    let desk = desk().await;
    let bytes = template::workbook("template.xlsx").unwrap();
    let empty = lianmeng_exchange::read::upload("template.xlsx", &bytes, None).unwrap();
    let filled: Vec<(String, Vec<String>)> = empty
        .tables
        .iter()
        .filter_map(|table| {
            let row = match table.sheet()? {
                "企业" => ["E1", "示例公司", "民营"],
                "产品" => ["P1", "布", ""],
                _ => return None,
            };
            let wanted: &[&str] = match table.sheet()? {
                "企业" => &["外部编号", "企业名称*", "企业性质"],
                _ => &["产品编号*", "产品名称*"],
            };
            let cells = table
                .headers()
                .iter()
                .map(|header| wanted.iter().position(|w| w == header).map_or("", |at| row[at]));
            let lines = vec![table.headers().join("|"), cells.collect::<Vec<_>>().join("|")];
            Some((table.sheet()?.to_owned(), lines))
        })
        .collect();
    let lines: Vec<(&str, Vec<&str>)> =
        filled.iter().map(|(n, l)| (n.as_str(), l.iter().map(String::as_str).collect())).collect();
    let slices: Vec<(&str, &[&str])> = lines.iter().map(|(n, l)| (*n, l.as_slice())).collect();
    let report = run(&desk, &drafts(&slices)).await;
    assert_eq!(report.remarks, []);
    assert_eq!(report.total(), counts(2, 0, 0, 0));
}
