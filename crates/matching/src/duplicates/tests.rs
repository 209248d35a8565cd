use lianmeng_domain::text::normalise;

use super::*;

/// Needs of our own and rewordings of forty of them, each written by hand; no text comes from
/// elsewhere.
fn own() -> (Vec<Item>, BTreeSet<(String, String)>) {
    let file = include_str!("../../problems/needs_own.csv");
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let mut items = Vec::new();
    let mut planted = BTreeSet::new();
    for row in reader.records() {
        let row = row.unwrap();
        items.push(item(&row[0], &row[1], &row[2]));
        if !row[3].is_empty() {
            planted.insert((row[3].to_owned(), row[0].to_owned()));
        }
    }
    (items, planted)
}

fn item(id: &str, title: &str, content: &str) -> Item {
    let (title, content) = (normalise(title), normalise(content));
    Item { id: id.to_owned(), title, content, ..Item::default() }
}

fn ids(pair: &Pair) -> (String, String) {
    (pair.need_id.clone(), pair.other_id.clone())
}

#[test]
fn rewordings_by_hand_are_found_and_little_else() {
    let (items, planted) = own();
    let shown: BTreeSet<_> = pairs(&items).pairs.iter().map(ids).collect();
    let found = shown.intersection(&planted).count();
    assert_eq!((items.len(), planted.len(), shown.len(), found), (160, 40, 42, 40));
}

#[test]
fn a_memory_asked_about_each_rewording_shows_the_need_it_rewords() {
    let (items, planted) = own();
    let mut memory = Memory::default();
    for (at, item) in items.iter().enumerate().take(120) {
        memory.add(u128::try_from(at).unwrap(), &item.title, &item.content);
    }
    assert_eq!(memory.len(), 120);
    let (mut shown, mut right) = (0, 0);
    for asked in &items[120..] {
        let found = memory.candidates(&asked.title, &asked.content);
        let among: Vec<Item> =
            found.iter().map(|at| items[usize::try_from(*at).unwrap()].clone()).collect();
        for pair in memory.compare(asked, &among) {
            shown += 1;
            assert_eq!(pair.need_id, asked.id);
            right += usize::from(planted.contains(&(pair.other_id, pair.need_id)));
        }
    }
    assert_eq!((shown, right), (40, 40));
}

#[test]
fn equal_needs_are_one_pair_whatever_the_order() {
    let (mut items, _) = own();
    items.push(item("same", &items[20].title.clone(), &items[20].content.clone()));
    let key = |pair: &Pair| {
        let (a, b) = ids(pair);
        (a.clone().min(b.clone()), a.max(b), pair.points)
    };
    let forward: BTreeSet<_> = pairs(&items).pairs.iter().map(key).collect();
    items.reverse();
    let backward: BTreeSet<_> = pairs(&items).pairs.iter().map(key).collect();
    assert_eq!(forward, backward);
    let equal: Vec<_> = forward.iter().filter(|(a, b, _)| a == "same" || b == "same").collect();
    assert!(equal.iter().any(|(a, b, _)| a == "n021" && b == "same"), "{equal:?}");
}

#[test]
fn needs_on_one_topic_are_not_the_same() {
    let (mut items, _) = own();
    items.truncate(120);
    items.extend([
        item("a", "流动资金贷款", "公司接到风电法兰订单，需要贷款八百万元购买钢锭，期限半年。"),
        item("b", "扩建融资", "预制菜企业建第二条冷冻线，希望银行提供三千万元五年期项目贷款。"),
        item("c", "信用贷款", "软件公司轻资产，想凭专利质押贷款两百万元发工资。"),
        item("d", "续贷", "绣花厂贷款一百五十万元下月到期，希望无还本续贷。"),
    ]);
    let topic = ["a", "b", "c", "d", "n005", "n006", "n007", "n008"];
    let all = pairs(&items).pairs;
    let wrong: Vec<_> = all.iter().map(ids).filter(|(a, _)| topic.contains(&a.as_str())).collect();
    assert_eq!(wrong, []);
}

#[test]
fn a_passage_that_a_firm_repeats_does_not_make_two_needs_one() {
    let (mut items, _) = own();
    items.truncate(120);
    let about = "公司成立于二〇〇三年，占地一百二十亩，拥有省级企业技术中心，是国内主要的特种阀门制造企业之一。";
    let [a, b] = ["焊接后阀体密封面硬度不均，求堆焊材料。", "阀杆镀层磨损快，想找耐磨涂覆服务商。"];
    items.push(item("a", "密封面堆焊", &format!("{about}{a}")));
    items.push(item("b", "阀杆涂覆", &format!("{about}{b}")));
    let of_firm = |items: &[Item]| {
        let all: Vec<_> = pairs(items).pairs.iter().map(ids).collect();
        let is_firm = |id: &str| ["a", "b", "c"].contains(&id);
        all.into_iter().filter(|(a, b)| is_firm(a) || is_firm(b)).collect::<Vec<_>>()
    };
    assert_eq!(of_firm(&items), []);
    let again = format!("{about}阀体密封面焊后软硬不一，寻找合适的堆焊焊材。");
    items.push(item("c", "堆焊材料", &again));
    assert_eq!(of_firm(&items), [("a".to_owned(), "c".to_owned())]);
}

#[test]
fn enterprise_place_and_time_add_what_they_say() {
    let (mut items, _) = own();
    for (at, day) in [(20, 100), (120 + 11, 112)] {
        items[at].enterprise = Some("e".to_owned());
        items[at].place = Some("320612".to_owned());
        items[at].day = Some(day);
    }
    let all = pairs(&items).pairs;
    let pair = all.iter().find(|pair| pair.need_id == "n021").unwrap();
    let told: Vec<_> = pair.reasons[1..].iter().map(|r| (r.key(), r.points)).collect();
    assert_eq!(told, [("enterprise", 500), ("place", 250), ("time", 250)]);
    assert_eq!(pair.points, pair.reasons.iter().map(|reason| reason.points).sum::<Points>());
    assert_eq!(pair.reasons[3].text_zh(), "相隔12天");
    assert_eq!(pair.reasons[3].text_en(), "12 days apart");
    assert!(pair.reasons[0].text_zh().contains("排污许可"), "{:?}", pair.reasons[0]);
}

#[test]
fn a_repeated_id_is_left_out_and_named() {
    let (mut items, _) = own();
    items.truncate(30);
    items.push(items[3].clone());
    let found = pairs(&items);
    assert_eq!(found.repeated_ids, ["n004"]);
    assert_eq!(found.pairs, []);
    assert_eq!(pairs(&[]), Found::default());
    assert_eq!(pairs(&[item("x", "", ""), item("y", "", "")]).pairs, []);
}

/// Enough needs that the commonest words no longer find candidates.
#[test]
fn a_pair_among_thousands_on_the_same_topics_is_found() {
    let (mut items, planted) = own();
    let goods = ["面料", "铝型材", "轴承", "涂料", "水泵", "阀门", "敷料", "锚链", "电缆", "座椅"];
    let wants = ["贷款", "招聘焊工", "租用厂房", "采购原料", "咨询补助", "寻求订单"];
    for at in 0..3_000_usize {
        let (good, want) = (goods[at % 10], wants[at / 10 % 6]);
        let text = format!("我公司生产{good}，现{want}，数量{}，希望给予支持。", at * 7 % 991);
        items.push(item(&format!("f{at}"), &format!("{good}企业{want}"), &text));
    }
    let all = pairs(&items).pairs;
    let shown: BTreeSet<_> = all.iter().map(ids).collect();
    let found = shown.intersection(&planted).count();
    let own = shown.iter().filter(|(a, b)| !a.starts_with('f') && !b.starts_with('f')).count();
    assert_eq!((found, own), (40, 42));
}
