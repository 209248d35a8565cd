use std::collections::HashMap;

use lianmeng_domain::need::NeedKind;
use lianmeng_domain::text::normalise;

use super::*;

/// Needs of our own with the kind and the unit we would give them.
fn own() -> (Memory, Vec<Item>, HashMap<String, (String, String)>) {
    let read = |file: &str| {
        let mut reader = csv::Reader::from_reader(file.as_bytes());
        reader.records().map(Result::unwrap).collect::<Vec<_>>()
    };
    let rows = read(include_str!("../../problems/needs_own.csv"));
    let items: Vec<Item> = rows
        .iter()
        .map(|row| Item {
            id: row[0].to_owned(),
            title: normalise(&row[1]),
            content: normalise(&row[2]),
            ..Item::default()
        })
        .take(120)
        .collect();
    let labels = read(include_str!("../../problems/dispatch_own.csv"));
    let labels =
        labels.iter().map(|row| (row[0].to_owned(), (row[1].to_owned(), row[2].to_owned())));
    let mut memory = Memory::default();
    for (id, item) in (0..).zip(&items) {
        memory.add(id, &item.title, &item.content);
    }
    (memory, items, labels.collect())
}

/// Each need judged by all others: how many get a suggestion, and in how many of these the first or
/// one of three is right; then the same without abstaining.
fn measured(
    class: impl Fn(&(String, String)) -> String,
    descriptions: &[Description],
    from: Points,
) -> [[usize; 3]; 2] {
    let (memory, items, labels) = own();
    let cases: Vec<Case> = items
        .iter()
        .map(|item| Case { item: item.clone(), class: class(&labels[&item.id]), weight: 1 })
        .collect();
    [from, 0].map(|from| {
        let mut counts = [0; 3];
        for case in &cases {
            let advice = advise(&memory, &case.item, &cases, descriptions, from);
            counts[0] += usize::from(!advice.is_empty());
            counts[1] += usize::from(advice.first().is_some_and(|a| a.class == case.class));
            counts[2] += usize::from(advice.iter().any(|a| a.class == case.class));
        }
        counts
    })
}

#[test]
fn kinds_are_right_where_they_are_suggested() {
    let measured = measured(|(kind, _)| kind.clone(), &kinds(), KINDS_FROM);
    assert_eq!(measured, [[70, 58, 68], [120, 73, 106]]);
}

#[test]
fn units_are_right_where_they_are_suggested() {
    let measured = measured(|(_, unit)| unit.clone(), &[], UNITS_FROM);
    assert_eq!(measured, [[16, 12, 12], [120, 40, 60]]);
}

#[test]
fn every_kind_is_described_once() {
    let mut described: Vec<_> = kinds().into_iter().map(|said| said.class).collect();
    described.sort();
    let mut all: Vec<_> = NeedKind::ALL.iter().map(|kind| kind.word().to_owned()).collect();
    all.sort();
    assert_eq!(described, all);
}

#[test]
fn a_decision_with_authority_outweighs_two_without() {
    let item = |id: &str, title: &str| Item {
        id: id.to_owned(),
        title: title.to_owned(),
        ..Item::default()
    };
    let mut memory = Memory::default();
    memory.add(1, "厂区污水管道堵塞", "");
    let case = |id: &str, class: &str, weight| Case {
        item: item(id, "厂区污水管道堵塞"),
        class: class.to_owned(),
        weight,
    };
    let asked = item("new", "污水管道堵塞");
    let mut cases = vec![case("1", "水务", 1), case("2", "水务", 1), case("3", "城管", 1)];
    let first = |cases: &[Case]| {
        let advice = advise(&memory, &asked, cases, &[], UNITS_FROM);
        advice.iter().map(|a| (a.class.clone(), a.points)).collect::<Vec<_>>()
    };
    assert_eq!(first(&cases), [("水务".to_owned(), 6_666), ("城管".to_owned(), 3_333)]);
    cases[2].weight = 3;
    assert_eq!(first(&cases), [("城管".to_owned(), 6_000), ("水务".to_owned(), 3_999)]);
    assert_eq!(advise(&memory, &item("x", "完全无关"), &cases, &[], UNITS_FROM), []);
    assert_eq!(advise(&memory, &asked, &[], &[], UNITS_FROM), []);
}
