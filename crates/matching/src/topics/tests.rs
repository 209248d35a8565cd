use lianmeng_domain::text::normalise;

use super::*;

fn voice(id: &str, title: &str, content: &str) -> Voice {
    let (title, content) = (normalise(title), normalise(content));
    let item = Item { id: id.to_owned(), title, content, ..Item::default() };
    Voice { item, is_present: true, is_satisfied: None }
}

/// Six topics of our own in 27 wordings among sixty other needs, and the topic of each.
fn planted() -> (Vec<Voice>, Vec<String>) {
    let read = |file: &str| {
        let mut reader = csv::Reader::from_reader(file.as_bytes());
        reader.records().map(Result::unwrap).collect::<Vec<_>>()
    };
    let mut voices = Vec::new();
    let mut labels = Vec::new();
    for (at, row) in read(include_str!("../../problems/topics_own.csv")).iter().enumerate() {
        voices.push(voice(&format!("{}-{at:02}", &row[0]), &row[1], &row[2]));
        labels.push(row[0].to_owned());
    }
    for row in &read(include_str!("../../problems/needs_own.csv"))[19..79] {
        voices.push(voice(&row[0], &row[1], &row[2]));
        labels.push(row[0].to_owned());
    }
    (voices, labels)
}

/// The adjusted Rand index of two partitions, in basis points: 10 000 where they are equal, about 0
/// where they agree by chance.
fn adjusted_rand(a: &[String], b: &[String]) -> i64 {
    let pairs = |n: i64| n * (n - 1) / 2;
    let sum = |keys: Vec<String>| {
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
        counts.into_values().map(pairs).sum::<i64>()
    };
    let both = sum(a.iter().zip(b).map(|(a, b)| format!("{a}|{b}")).collect());
    let (left, right) = (sum(a.to_vec()), sum(b.to_vec()));
    let all = pairs(i64::try_from(a.len()).unwrap());
    // (both − left·right/all) ÷ ((left + right)/2 − left·right/all), without fractions
    let (chance, mean) = (2 * left * right, (left + right) * all);
    10_000 * (2 * both * all - chance) / (mean - chance)
}

#[test]
fn planted_topics_are_recovered() {
    let (voices, labels) = planted();
    let (_, edges) = likenesses(&voices);
    let mut groups_of = vec![String::new(); voices.len()];
    for (number, group) in groups(&edges).into_iter().enumerate() {
        for at in group {
            groups_of[at] = number.to_string();
        }
    }
    assert_eq!(adjusted_rand(&labels, &groups_of), 9_353);
    assert_eq!(adjusted_rand(&labels, &labels), 10_000);

    let shown = topics(&voices, LEAST);
    let sizes: Vec<_> = shown.iter().map(|topic| topic.members.len()).collect();
    assert_eq!(sizes, [5, 5, 4, 4, 4, 4]);
    let mut firsts: Vec<_> = shown.iter().map(|topic| &topic.representatives[0][..2]).collect();
    firsts.sort_unstable();
    assert_eq!(firsts, ["t1", "t2", "t3", "t4", "t5", "t6"]);
}

#[test]
fn growth_and_dissatisfaction_bring_a_topic_forward() {
    let (mut voices, _) = planted();
    voices.truncate(27);
    let topic_of = |voices: &[Voice], name: &str| {
        let all = topics(voices, 2);
        let at = all.iter().position(|t| t.representatives[0].starts_with(name)).unwrap();
        (at, all[at].clone())
    };
    let (_, quiet) = topic_of(&voices, "t3");
    assert_eq!((quiet.before, quiet.rated, quiet.points), (0, 0, 1_200), "from none, threefold");
    // Two of the four were of the month before, and nobody who rated was satisfied.
    for voice in voices.iter_mut().filter(|voice| voice.item.id.starts_with("t3")).take(2) {
        voice.is_present = false;
        voice.is_satisfied = Some(false);
    }
    let (_, grown) = topic_of(&voices, "t3");
    assert_eq!((grown.members.len(), grown.before), (2, 2));
    assert_eq!((grown.unsatisfied, grown.rated, grown.points), (2, 2, 400));
    assert_eq!(topics(&[], LEAST), []);
    assert_eq!(topics(&voices[..2], LEAST), []);
}
