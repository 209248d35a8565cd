//! A text as counted terms: characters, pairs of characters, words in Latin letters, quantities.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use lianmeng_domain::text::is_han;

use super::figures::figures;

/// A term as a number: one character, two, or a hash of anything else.
pub(crate) type Key = u64;

/// Keys of words in Latin letters and of quantities have this bit, which no character has.
const HASHED: Key = 1 << 63;

/// Whether `key` stands for a single character.
pub(crate) const fn is_character(key: Key) -> bool {
    key >> 32 == 0
}

/// A word, and the one that stands for its meaning.
type Synonym = (Vec<char>, Vec<char>);

static SYNONYMS: LazyLock<BTreeMap<char, Vec<Synonym>>> = LazyLock::new(|| {
    let mut by_first: BTreeMap<char, Vec<Synonym>> = BTreeMap::new();
    let lines = include_str!("synonyms.txt").lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        let words: Vec<Vec<char>> =
            line.split_whitespace().map(|word| word.chars().collect()).collect();
        for word in &words {
            if let (Some(&first), Some(meaning)) = (word.first(), words.first()) {
                by_first.entry(first).or_default().push((word.clone(), meaning.clone()));
            }
        }
    }
    for words in by_first.values_mut() {
        // A word listed twice keeps its last meaning; longer words go before shorter ones.
        words.reverse();
        words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
    }
    by_first
});

/// `text` with each word replaced by the one that stands for its meaning.
pub(crate) fn canonical(text: &str) -> Vec<char> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::with_capacity(chars.len());
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        let known = SYNONYMS
            .get(c)
            .and_then(|words| words.iter().find(|(word, _)| chars[at..].starts_with(word)));
        if let Some((word, meaning)) = known {
            out.extend(meaning);
            at += word.len();
        } else {
            out.push(*c);
            at += 1;
        }
    }
    out
}

/// How often each term occurs in `text`, which is normalised.
pub(crate) fn count(text: &str) -> BTreeMap<Key, u16> {
    count_in(&canonical(text), text)
}

/// How often each term occurs in `chars`, which are canonical, with the quantities of `text`.
pub(crate) fn count_in(chars: &[char], text: &str) -> BTreeMap<Key, u16> {
    let mut counts = BTreeMap::new();
    let mut add = |key: Key| {
        let count: &mut u16 = counts.entry(key).or_default();
        *count = count.saturating_add(1);
    };
    for stretch in chars.chunk_by(|a, b| class(*a) == class(*b)) {
        match stretch.first().map(|c| class(*c)) {
            Some(Class::Han) => {
                for c in stretch {
                    add(character(*c));
                }
                stretch.windows(2).for_each(|pair| add(couple(pair[0], pair[1])));
            }
            Some(Class::Latin) if stretch.iter().any(|c| !c.is_ascii_digit()) => {
                add(hashed(&stretch.iter().collect::<String>()));
            }
            Some(Class::Latin | Class::Other) | None => {}
        }
    }
    for figure in figures(text) {
        add(hashed(&figure));
    }
    counts
}

#[derive(PartialEq, Eq)]
enum Class {
    Han,
    Latin,
    Other,
}

fn class(c: char) -> Class {
    if is_han(c) {
        Class::Han
    } else if c.is_ascii_alphanumeric() {
        Class::Latin
    } else {
        Class::Other
    }
}

fn character(c: char) -> Key {
    Key::from(u32::from(c))
}

/// Two characters side by side.
pub(crate) fn couple(a: char, b: char) -> Key {
    (character(a) << 32) | character(b)
}

/// FNV-1a: the same in every process and version.
fn hashed(text: &str) -> Key {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash | HASHED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_meaning_become_one() {
        let read = |text: &str| canonical(text).into_iter().collect::<String>();
        assert_eq!(read("招工"), read("招聘"));
        assert_eq!(read("想买无人搬运车"), read("需要采购agv"));
        assert_eq!(read("甲乙丙"), "甲乙丙");
    }

    #[test]
    fn terms_are_characters_pairs_words_and_quantities() {
        let counts = count("蝶阀 lng,9吨");
        let singles = counts.keys().filter(|key| is_character(**key)).count();
        assert_eq!((counts.len(), singles), (6, 3), "蝶 阀 蝶阀 lng 吨 #9吨");
        assert_eq!(counts[&couple('蝶', '阀')], 1);
    }

    #[test]
    fn every_synonym_is_normalised_already() {
        for line in include_str!("synonyms.txt").lines().filter(|line| !line.starts_with('#')) {
            assert_eq!(lianmeng_domain::text::normalise(line), line);
        }
    }
}
