use super::*;
use proptest::prelude::*;

fn need(id: &str, title: &str, content: &str) -> NeedText {
    NeedText { id: id.to_owned(), title: title.to_owned(), content: content.to_owned() }
}

fn offer(id: &str, title: &str) -> OfferText {
    OfferText { id: id.to_owned(), title: title.to_owned() }
}

fn pair(need: &str, offer: &str) -> (String, String) {
    (need.to_owned(), offer.to_owned())
}

fn places(ranking: &Ranking) -> Vec<(&str, &str, usize)> {
    ranking.rows.iter().map(|row| (row.need_id.as_str(), row.offer_id.as_str(), row.rank)).collect()
}

fn world() -> (Vec<NeedText>, Vec<OfferText>) {
    let needs = vec![
        need("n1", "印染污水处理", "需要处理印染废水的设备"),
        need("n2", "床品设计", "寻找家纺花型设计团队"),
    ];
    let offers = vec![
        offer("o1", "印染废水深度处理系统"),
        offer("o2", "家纺花型设计软件"),
        offer("o3", "农业无人机"),
        offer("o4", "污水处理"),
    ];
    (needs, offers)
}

#[test]
fn the_offer_that_speaks_of_the_same_thing_comes_first() {
    let (needs, offers) = world();
    let ranking = rank(&needs, &offers, Selection::Best(2));
    assert_eq!(
        places(&ranking),
        [("n1", "o4", 1), ("n1", "o1", 2), ("n2", "o2", 1), ("n2", "o1", 2)]
    );
    assert_eq!(ranking.findings, []);
}

#[test]
fn an_equal_text_gets_nearly_all_points_and_a_foreign_one_none() {
    let needs = [need("n", "污水处理系统", "")];
    let offers = [offer("same", "污水处理系统"), offer("none", "农业无人机"), offer("empty", "")];
    let ranking = rank(&needs, &offers, Selection::Best(9));
    let points: Vec<_> =
        ranking.rows.iter().map(|row| (row.offer_id.as_str(), row.points)).collect();
    assert_eq!(points, [("same", 9290), ("empty", 0), ("none", 0)]);
    let reasons: Vec<_> =
        ranking.rows[0].reasons.iter().map(|reason| (reason.criterion, reason.points)).collect();
    assert_eq!(
        reasons,
        [("grams", 4134), ("characters", 2294), ("title_coverage", 1500), ("words", 1362)]
    );
}

#[test]
fn every_given_pair_gets_one_row_and_the_rest_is_reported() {
    let (mut needs, offers) = world();
    needs.push(need("n1", "again", ""));
    let pairs = [
        pair("n2", "o3"),
        pair("n2", "o2"),
        pair("nobody", "o1"),
        pair("n2", "nothing"),
        pair("n2", "o3"),
        pair("n1", "o3"),
    ];
    let ranking = rank(&needs, &offers, Selection::Pairs(&pairs));
    assert_eq!(places(&ranking), [("n1", "o3", 1), ("n2", "o2", 1), ("n2", "o3", 2)]);
    assert_eq!(
        ranking.findings,
        [
            RankFinding::RepeatedId("n1".to_owned()),
            RankFinding::UnknownNeed("nobody".to_owned()),
            RankFinding::UnknownOffer("nothing".to_owned()),
            RankFinding::RepeatedPair("n2".to_owned(), "o3".to_owned()),
        ]
    );
}

#[test]
fn equal_points_go_by_offer_id() {
    let needs = [need("n", "水泵", "")];
    let offers = [offer("b", "水泵"), offer("a", "水泵"), offer("c", "水泵")];
    let ranking = rank(&needs, &offers, Selection::Best(2));
    assert_eq!(places(&ranking), [("n", "a", 1), ("n", "b", 2)]);
}

#[test]
fn nothing_in_gives_nothing_out() {
    assert_eq!(rank(&[], &[], Selection::Best(5)), Ranking::default());
    let (needs, offers) = world();
    assert_eq!(rank(&needs, &[], Selection::Best(5)), Ranking::default());
    assert_eq!(rank(&needs, &offers, Selection::Pairs(&[])), Ranking::default());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn reasons_add_up_and_the_order_of_offers_does_not_matter(
        titles in prop::collection::vec("[水污处理系统设计A1 ]{0,8}", 1..12),
        title in "[水污处理系统设计A1 ]{0,8}",
        content in "[水污处理系统设计A1 ,]{0,30}",
    ) {
        let needs = [need("n", &title, &content)];
        let offers: Vec<_> =
            titles.iter().enumerate().map(|(at, title)| offer(&format!("o{at:02}"), title)).collect();
        let got = rank(&needs, &offers, Selection::Best(9));
        for row in &got.rows {
            prop_assert_eq!(row.points, row.reasons.iter().map(|reason| reason.points).sum::<i64>());
            prop_assert!((0..=10_000).contains(&row.points));
            for (reason, (criterion, most)) in row.reasons.iter().zip(CRITERIA) {
                prop_assert_eq!(reason.criterion, criterion);
                prop_assert!((0..=most).contains(&reason.points));
            }
        }
        let mut reversed = offers;
        reversed.reverse();
        prop_assert_eq!(got, rank(&needs, &reversed, Selection::Best(9)));
    }
}
