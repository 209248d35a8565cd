use super::*;
use std::path::PathBuf;

fn near(got: f64, want: f64) {
    assert!((got - want).abs() < 1e-9, "got {got}, want {want}");
}

#[test]
fn gain_is_discounted_by_place_and_ends_after_ten() {
    near(gain([4, 1, 3].into_iter()), 7.0 + 3.0 / 2.0);
    near(gain([2; 12].into_iter()), (2..12).map(|place| 1.0 / f64::from(place).log2()).sum());
}

#[test]
fn equal_values_share_their_ranks() {
    assert_eq!(ranks(&[3.0, 1.0, 3.0, 0.0]), [3.5, 2.0, 3.5, 1.0]);
    near(pearson(&ranks(&[1.0, 2.0, 3.0]), &ranks(&[9.0, 5.0, 1.0])), -1.0);
    near(pearson(&[1.0, 1.0], &[1.0, 2.0]), 0.0);
}

#[test]
fn a_constant_difference_has_an_interval_of_no_width() {
    let pairs = vec![(0.5, 0.25); 20];
    assert_eq!(bootstrap(&pairs, 7), Difference { ndcg10: 0.25, low: 0.25, high: 0.25 });
    assert_eq!(bootstrap(&[], 7), Difference { ndcg10: 0.0, low: 0.0, high: 0.0 });
}

#[test]
fn the_same_seed_draws_the_same_interval() {
    let pairs: Vec<(f64, f64)> = (0..30).map(|at| (f64::from(at % 7) / 7.0, 0.4)).collect();
    assert_eq!(bootstrap(&pairs, 3), bootstrap(&pairs, 3));
}

#[test]
fn an_empty_set_is_measured_as_nothing() {
    let report = evaluate(&JudgedSet::default(), str::to_owned, 1);
    assert_eq!((report.needs, report.pairs), (0, 0));
}

fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("LIANMENG_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let path = root.join("data/needs-offers").join(name);
    path.exists().then_some(path)
}

fn read(path: PathBuf) -> Vec<csv::StringRecord> {
    csv::Reader::from_path(path).unwrap().records().map(Result::unwrap).collect()
}

#[test]
fn the_published_baseline_is_reproduced_and_ours_is_above_it() {
    let (Some(needs), Some(offers), Some(labels)) =
        (shared("needs.csv"), shared("offers.csv"), shared("labels.csv"))
    else {
        println!("skipped: the needs-offers set is not here");
        return;
    };
    let text = |row: &csv::StringRecord, at: usize| row[at].to_owned();
    let need = |row| NeedText { id: text(row, 0), title: text(row, 1), content: text(row, 2) };
    let judgement = |row: &csv::StringRecord| Judgement {
        need_id: text(row, 1),
        offer_id: text(row, 2),
        level: row[3].parse().unwrap(),
    };
    let set = JudgedSet {
        needs: read(needs).iter().map(need).collect(),
        offers: read(offers)
            .iter()
            .map(|row| OfferText { id: text(row, 0), title: text(row, 2) })
            .collect(),
        judgements: read(labels).iter().map(judgement).collect(),
    };
    let report = evaluate(&set, lianmeng_domain::text::normalise, 1);
    assert_eq!((report.needs, report.pairs), (64, 4208));
    assert!((report.tfidf.ndcg10 - 0.645).abs() < 0.001, "{report:?}");
    assert!(report.ours.ndcg10 > report.tfidf.ndcg10, "{report:?}");
    assert!(report.difference.low > 0.0, "{report:?}");
}
