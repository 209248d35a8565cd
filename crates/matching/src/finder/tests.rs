use super::*;
use lianmeng_domain::text::normalise;
use proptest::prelude::*;

fn finder(offers: &[(u32, &str)]) -> Finder<u32> {
    let forms = [("锂电池", "锂离子电池"), ("锂离子电池", "锂离子电池")];
    let forms = forms.map(|(form, product)| (form.to_owned(), product.to_owned()));
    let mut finder = Finder::new(Lexicon::new(forms));
    for (id, text) in offers {
        finder.insert(*id, &normalise(text));
    }
    finder
}

fn ids(found: &[Found<u32>]) -> Vec<u32> {
    found.iter().map(|one| one.id).collect()
}

#[test]
fn the_signals_of_a_perfect_match_add_up_to_ten_thousand() {
    assert_eq!(SIGNALS.iter().map(|(_, most)| most).sum::<u32>(), 10_000);
}

#[test]
fn the_offer_that_speaks_of_the_same_thing_comes_first_with_its_words() {
    let finder = finder(&[(1, "印染废水深度处理系统"), (2, "家纺花型软件"), (3, "农业无人机")]);
    let found = finder.best("印染污水处理", "需要处理印染废水的设备", 5);
    assert_eq!(ids(&found), [1]);
    assert!(found[0].words.contains(&"印染".to_owned()), "{found:?}");
}

#[test]
fn traditional_characters_aliases_sounds_and_typos_find_the_offer() {
    let finder = finder(&[(1, "鋰離子電池回收"), (2, "农业无人机"), (3, "磷酸铁锂正极材料")]);
    let find = |text: &str| ids(&finder.best(&normalise(text), "", 1));
    assert_eq!(find("锂离子电池"), [1]);
    assert_eq!(find("里离子"), [1]);
    assert_eq!(find("锂电池"), [1]);
    assert_eq!(find("磷算铁锂"), [3]);
    assert_eq!(find("wurenji"), [2]);
}

#[test]
fn each_change_is_in_the_next_answer() {
    let mut finder = finder(&[(1, "水泵"), (2, "风机")]);
    assert_eq!(ids(&finder.best("水泵", "", 9)), [1]);
    finder.insert(3, "水泵");
    assert_eq!(ids(&finder.best("水泵", "", 9)), [1, 3]);
    finder.insert(1, "风机");
    assert_eq!(ids(&finder.best("水泵", "", 9)), [3]);
    assert!(finder.remove(&3));
    assert!(!finder.remove(&3));
    assert_eq!(finder.best("水泵", "", 9), []);
    assert_eq!(finder.size().offers, 2);
}

#[test]
fn nothing_asked_or_nothing_there_finds_nothing() {
    assert_eq!(finder(&[]).best("水泵", "", 9), []);
    assert_eq!(finder(&[(1, "水泵")]).best("", "", 9), []);
    assert_eq!(finder(&[(1, "水泵")]).best("水泵", "", 0), []);
}

#[derive(Debug, Clone)]
enum Change {
    Insert(u32, String),
    Remove(u32),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (0..12_u32, "[水污处理系统设计锂电池a1 ]{0,9}").prop_map(|(id, text)| Change::Insert(id, text)),
        1 => (0..12_u32).prop_map(Change::Remove),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn an_index_changed_step_by_step_answers_as_a_fresh_one(
        changes in prop::collection::vec(change(), 0..40),
        title in "[水污处理系统设计锂电池a1 ]{0,8}",
        body in "[水污处理系统设计锂电池a1 ,]{0,30}",
        limit in 0..8_usize,
    ) {
        let mut stepwise = finder(&[]);
        let mut texts = BTreeMap::new();
        for change in changes {
            match change {
                Change::Insert(id, text) => {
                    stepwise.insert(id, &normalise(&text));
                    texts.insert(id, text);
                }
                Change::Remove(id) => {
                    prop_assert_eq!(stepwise.remove(&id), texts.remove(&id).is_some());
                }
            }
        }
        let offers: Vec<(u32, &str)> = texts.iter().rev().map(|(id, text)| (*id, text.as_str())).collect();
        let fresh = finder(&offers);
        let found = stepwise.best(&title, &body, limit);
        prop_assert_eq!(&found, &fresh.best(&title, &body, limit));
        prop_assert!(found.len() <= limit);
        for one in &found {
            prop_assert_eq!(one.points, one.signals.iter().sum::<u32>());
            for (points, (_, most)) in one.signals.iter().zip(SIGNALS) {
                prop_assert!(*points <= most);
            }
        }
    }
}
