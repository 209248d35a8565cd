//! Texts as they sound: finds homophones (锂电迟) and what was typed in pinyin (lidianchi).

use crate::text::{grams, words};
use lianmeng_domain::text::{is_han, pinyin_key};

/// The pinyin of every word and every pair of Han characters, and Latin stretches as they are.
pub(super) fn sounds(text: &str) -> Vec<String> {
    let han = |term: &String| term.chars().all(is_han);
    let pairs = grams(text, &[2]).into_iter().filter(han);
    let long = |word: &String| han(word) && word.chars().nth(2).is_some();
    let words = words(text).into_iter().filter(long);
    let latin = text
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|stretch| stretch.len() > 3)
        .map(str::to_owned);
    pairs.chain(words).map(|term| pinyin_key(&term)).chain(latin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homophones_sound_alike_and_pinyin_sounds_like_what_it_writes() {
        let right = sounds("锂电池");
        assert!(sounds("锂电迟").iter().all(|sound| right.contains(sound)), "{right:?}");
        let typed = sounds("dianchi");
        assert_eq!(typed, ["dianchi"]);
        assert!(right.contains(&typed[0]), "{right:?}");
    }
}
