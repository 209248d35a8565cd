//! What is refused as a whole: strangers, circles of owners, nonsense.

use encoding_rs::GB18030;
use lianmeng_app::import::{ImportError, Outcome};
use lianmeng_domain::actor::Role;
use lianmeng_domain::draft::DraftKind;
use lianmeng_exchange::read;

use crate::world::{How, actor, counts, desk, drafts, of, run, stored, try_run};

#[tokio::test]
async fn only_a_coordinator_may_import() {
    let desk = desk().await;
    let drafts = drafts(&[("企业", &["外部编号|企业名称", "E1|甲"])]);
    for &role in Role::ALL.iter().filter(|&&role| role != Role::Coordinator) {
        let refused = try_run(&desk, &actor(role), &drafts, How::Save).await;
        assert!(matches!(refused, Err(ImportError::NotFound)), "{role}");
    }
    assert_eq!(stored(&desk).await, 0);
}

#[tokio::test]
async fn owners_in_a_circle_are_named_and_nothing_is_saved() {
    let desk = desk().await;
    let lines: &[&str] =
        &["外部编号|企业名称|母公司", "E1|甲|E3", "E2|乙|甲", "E3|丙|乙", "E4|丁|丙", "E5|戊|"];
    let report = run(&desk, &drafts(&[("企业", lines)])).await;
    assert_eq!(report.outcome, Outcome::RefusedCycle);
    let rows: Vec<_> = report.remarks.iter().map(|remark| (remark.kind, remark.spot.row)).collect();
    assert_eq!(rows, [("ownership_cycle", 2), ("ownership_cycle", 4), ("ownership_cycle", 3)]);
    assert_eq!(report.remarks[0].reason, "these enterprises own each other: 甲 → 丙 → 乙 → 甲");
    assert_eq!(stored(&desk).await, 0);
}

#[tokio::test]
async fn a_row_that_closes_a_circle_with_stored_owners_is_refused_too() {
    let desk = desk().await;
    let lines: &[&str] = &["外部编号|企业名称|母公司", "E1|甲|", "E2|乙|甲"];
    assert_eq!(run(&desk, &drafts(&[("企业", lines)])).await.total(), counts(2, 0, 0, 0));
    let report = run(&desk, &drafts(&[("企业", &["外部编号|企业名称|母公司", "E1|甲|E2"])])).await;
    assert_eq!(report.outcome, Outcome::RefusedCycle);
    assert_eq!(of(&report, DraftKind::Enterprise).rejected, 1);
    let own = run(&desk, &drafts(&[("企业", &["外部编号|企业名称|母公司", "E9|己|E9"])])).await;
    assert_eq!(own.outcome, Outcome::RefusedCycle);
}

#[tokio::test]
async fn superiors_in_a_circle_are_refused() {
    let desk = desk().await;
    let lines: &[&str] = &["名称|党组织类型|上级", "甲党委|党委|乙支部", "乙支部|党支部|甲党委"];
    let report = run(&desk, &drafts(&[("党组织", lines)])).await;
    assert_eq!(report.outcome, Outcome::RefusedCycle);
    assert_eq!(report.findings["party_cycle"], 2);
}

#[tokio::test]
async fn a_name_that_another_chain_has_is_refused_for_its_row_alone() {
    let desk = desk().await;
    let lines: &[&str] = &["外部编号|产业链名称", "C1|家纺", "C2|建筑"];
    assert_eq!(run(&desk, &drafts(&[("产业链", lines)])).await.total(), counts(2, 0, 0, 0));
    let lines: &[&str] = &["外部编号|产业链名称", "C1|建筑", "C3|家纺", "C4|光伏"];
    let report = run(&desk, &drafts(&[("产业链", lines)])).await;
    assert_eq!(report.total(), counts(1, 0, 0, 2));
    assert_eq!((report.findings["name_taken"], report.findings["key_conflict"]), (1, 1));
}

#[test]
fn ten_megabytes_of_nonsense_are_refused_whatever_they_are_called() {
    let mut state = 7_u64;
    let nonsense: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    })
    .take(10 * 1024 * 1024)
    .collect();
    for name in ["a.csv", "a.xlsx", "a", "a.exe"] {
        assert!(read::upload(name, &nonsense, None).is_err(), "{name}");
    }
    let letters = "x".repeat(10 * 1024 * 1024);
    let error = read::upload("a.csv", letters.as_bytes(), None).unwrap_err().to_string();
    assert!(error.starts_with("nothing to import in a.csv"), "{error}");
    assert!(error.len() < 500);
}

#[tokio::test]
async fn a_file_in_gb18030_is_imported_like_one_in_utf_8() {
    let text = "外部编号,企业名称,所在地区\nE1,濠汉信息,南通市通州区\n";
    let (gb, _, _) = GB18030.encode(text);
    let desk = desk().await;
    let first = read::upload("企业.csv", &gb, None).unwrap();
    let second = read::upload("企业.csv", text.as_bytes(), None).unwrap();
    assert_eq!(run(&desk, &first).await.total(), counts(1, 0, 0, 0));
    assert_eq!(run(&desk, &second).await.total(), counts(0, 0, 1, 0));
}
