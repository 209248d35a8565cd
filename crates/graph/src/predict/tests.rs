use super::measure::{Split, measure};
use super::*;
use proptest::prelude::*;

fn edge(from: &str, to: &str) -> Edge {
    Edge { from: from.to_owned(), to: to.to_owned(), kind: "uses".to_owned() }
}

fn query(from: &str) -> Query {
    Query { from: from.to_owned(), kind: "uses".to_owned() }
}

fn bakery() -> Vec<Edge> {
    vec![
        edge("奶油蛋糕", "面粉"),
        edge("奶油蛋糕", "鸡蛋"),
        edge("奶油蛋糕", "奶油"),
        edge("水果蛋糕", "面粉"),
        edge("水果蛋糕", "鸡蛋"),
        edge("水果蛋糕", "奶油"),
        edge("巧克力蛋糕", "面粉"),
        edge("巧克力蛋糕", "鸡蛋"),
        edge("钢板", "铁矿石"),
        edge("钢管", "铁矿石"),
    ]
}

#[test]
fn what_others_with_the_same_targets_use_comes_first() {
    let predictor = Predictor::learn(&bakery(), &BTreeMap::new(), 1);
    let found = predictor.rank(&query("巧克力蛋糕"), 3);
    assert_eq!(found[0].to, "奶油");
    assert!(found.iter().all(|one| one.to != "面粉" && one.to != "鸡蛋"), "{found:?}");
}

#[test]
fn a_source_nobody_knows_gets_what_its_namesakes_have() {
    let predictor = Predictor::learn(&bakery(), &BTreeMap::new(), 1);
    let found = predictor.rank(&query("不锈钢管"), 2);
    assert!(found.iter().any(|one| one.to == "铁矿石"), "{found:?}");
}

#[test]
fn an_unknown_kind_has_no_targets() {
    let predictor = Predictor::learn(&bakery(), &BTreeMap::new(), 1);
    let query = Query { from: "钢管".to_owned(), kind: "likes".to_owned() };
    assert_eq!(predictor.rank(&query, 5), []);
}

#[test]
fn other_hidden_targets_do_not_push_a_target_down() {
    let split =
        Split { train: Vec::new(), hidden: vec![edge("a", "x"), edge("a", "y"), edge("b", "z")] };
    let list = ["o", "x", "y"].map(str::to_owned).to_vec();
    let found = measure(&split, &BTreeMap::from([(query("a"), list)]));
    assert_eq!(found.edges, 3);
    assert!((found.mrr - 1.0 / 3.0).abs() < 1e-12, "{found:?}");
    assert!((found.hits10 - 2.0 / 3.0).abs() < 1e-12, "{found:?}");
}

#[test]
fn a_split_hides_a_tenth_of_the_kind_and_nothing_else() {
    let edges: Vec<Edge> = (0..50).map(|at| edge(&format!("a{at}"), "x")).collect();
    let split = Split::new(&edges, "uses", 3);
    assert_eq!((split.train.len(), split.hidden.len()), (45, 5));
    assert_eq!(split, Split::new(&edges, "uses", 3));
    assert_eq!(Split::new(&edges, "other", 3).hidden, []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn points_add_up_and_the_order_of_edges_does_not_matter(
        pairs in prop::collection::vec((0..12_u8, 0..12_u8), 1..60), from in 0..14_u8,
    ) {
        let name = |number: u8| ["钢", "铁", "铜", "铝"][usize::from(number % 4)].repeat(usize::from(number / 4 + 1));
        let mut edges: Vec<Edge> =
            pairs.iter().map(|&(from, to)| edge(&name(from), &name(to))).collect();
        let ask = query(&name(from));
        let found = Predictor::learn(&edges, &BTreeMap::new(), 1).rank(&ask, 5);
        prop_assert!(found.len() <= 5);
        for one in &found {
            prop_assert_eq!(one.points, one.signals.iter().sum::<i64>());
            prop_assert!((0..=10_000).contains(&one.points));
            let known = edges.iter().any(|edge| edge.from == ask.from && edge.to == one.to);
            prop_assert!(!known);
        }
        edges.reverse();
        prop_assert_eq!(found, Predictor::learn(&edges, &BTreeMap::new(), 1).rank(&ask, 5));
    }
}
