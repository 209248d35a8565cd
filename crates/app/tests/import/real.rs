//! The shared sets, where they are present.

use std::path::{Path, PathBuf};

use lianmeng_app::import::Outcome;
use lianmeng_domain::draft::DraftKind;
use lianmeng_exchange::read;

use crate::world::{counts, desk, of, run};

/// A set of the shared data, if it is here.
fn set(name: &str) -> Option<PathBuf> {
    let root = std::env::var("LIANMENG_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let folder = Path::new(&root).join("data").join(name);
    if folder.exists() {
        return Some(folder);
    }
    println!("skipped: {name} is absent");
    None
}

#[tokio::test]
async fn the_a_share_set_is_imported_with_every_kind_of_dirt_counted() {
    let Some(folder) = set("a-share-chain") else { return };
    let desk = desk().await;
    let drafts = read::path(&folder, None).unwrap();
    let report = run(&desk, &drafts).await;
    assert_eq!(report.outcome, Outcome::Saved);
    let cases = [
        (DraftKind::Industry, counts(511, 0, 0, 0)),
        (DraftKind::Enterprise, counts(5_837 - 3, 0, 0, 3)),
        (DraftKind::Product, counts(95_565, 0, 0, 0)),
        (DraftKind::ProductEdge, counts(110_153 - 108, 0, 0, 108)),
        (DraftKind::EnterpriseProduct, counts(53_207, 0, 0, 0)),
    ];
    for (kind, want) in cases {
        assert_eq!(of(&report, kind), want, "{kind}");
    }
    let findings: Vec<_> = report.findings.into_iter().collect();
    // Counted in the files: 14,714 shares of exactly 0.001, 1,042 not positive, 46 over 1.
    assert_eq!(
        findings,
        [
            ("industry_unknown", 168),
            ("name_from_short", 0),
            ("name_missing", 3),
            ("ownership_unknown", 134),
            ("self_edge", 108),
            ("share_unknown", 14_714 + 1_042 + 46),
        ]
    );
    let again = run(&desk, &drafts).await.total();
    assert_eq!((again.added, again.changed, again.rejected), (0, 0, 111));
}

#[tokio::test]
async fn the_supply_chain_set_is_imported_with_its_dangling_paths_reported() {
    let Some(folder) = set("kag-supplychain") else { return };
    let desk = desk().await;
    let drafts = read::path(&folder, None).unwrap();
    let report = run(&desk, &drafts).await;
    assert_eq!(of(&report, DraftKind::Enterprise), counts(103, 0, 0, 0));
    // 44 of the 78 rows are distinct; 40 products of enterprises and both or one end of 993 edges are
    // not in the table of products.
    assert_eq!(of(&report, DraftKind::Product), counts(44, 0, 34, 0));
    assert_eq!(of(&report, DraftKind::EnterpriseProduct), counts(260, 0, 11, 40));
    assert_eq!(of(&report, DraftKind::ProductEdge), counts(52, 0, 80, 993));
    let again = run(&desk, &drafts).await.total();
    assert_eq!((again.added, again.changed), (0, 0));
}

#[tokio::test]
async fn the_central_groups_and_shenzhens_chains_are_imported() {
    let Some(folder) = set("codes") else { return };
    let desk = desk().await;
    let drafts = read::path(&folder, None).unwrap();
    let report = run(&desk, &drafts).await;
    assert_eq!(of(&report, DraftKind::Enterprise), counts(243, 0, 0, 0));
    assert_eq!(of(&report, DraftKind::Chain), counts(28, 0, 0, 0));
    let again = run(&desk, &drafts).await.total();
    assert_eq!((again.added, again.changed), (0, 0));
}

#[tokio::test]
async fn the_needs_and_offers_hang_on_an_enterprise_marked_as_an_example() {
    let Some(folder) = set("needs-offers") else { return };
    let desk = desk().await;
    let drafts = read::path(&folder, None).unwrap();
    let report = run(&desk, &drafts).await;
    assert_eq!(of(&report, DraftKind::Enterprise), counts(1, 0, 0, 0));
    assert_eq!(of(&report, DraftKind::Need), counts(212, 0, 0, 0));
    assert_eq!(of(&report, DraftKind::Offer), counts(4_208 - 7, 0, 0, 7));
    assert_eq!(report.findings["body_from_title"], 3);
    assert_eq!(report.findings["cell_missing"], 7, "offers without a title");
    let again = run(&desk, &drafts).await.total();
    assert_eq!((again.added, again.changed), (0, 0));
}
