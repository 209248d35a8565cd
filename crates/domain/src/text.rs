//! Chinese text made comparable: width, traditional forms, pinyin remains, broken lines.

use unicode_normalization::UnicodeNormalization;

/// The form of `text` used for search and comparison. The original is always kept beside it.
///
/// NFKC (full-width to half-width), traditional to simplified, lower case, pinyin remains after a
/// Han character removed (`鄉(xiang)` → `乡`), line breaks inside Chinese words joined, white space
/// collapsed to single spaces and trimmed.
pub fn normalise(text: &str) -> String {
    let folded: String = text.nfkc().collect();
    let simplified = fast2s::convert(&folded);
    let chars: Vec<char> = simplified.chars().collect();
    let mut out = String::with_capacity(simplified.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let after_han = out.chars().next_back().is_some_and(is_han);
        if after_han
            && c == '('
            && let Some(end) = pinyin_end(&chars[at..])
        {
            at += end;
            continue;
        }
        if c.is_whitespace() {
            let next = chars[at..].iter().position(|c| !c.is_whitespace()).map(|n| chars[at + n]);
            let run_end = chars[at..].iter().take_while(|c| c.is_whitespace()).count();
            let is_break = chars[at..at + run_end].contains(&'\n');
            let inside_word = is_break && after_han && next.is_some_and(is_han);
            if !out.is_empty() && next.is_some() && !inside_word {
                out.push(' ');
            }
            at += run_end;
            continue;
        }
        if !c.is_control() {
            out.extend(c.to_lowercase());
        }
        at += 1;
    }
    out
}

/// Length of a bracket that holds nothing but pinyin, brackets included.
fn pinyin_end(chars: &[char]) -> Option<usize> {
    let close = chars.iter().take(12).position(|&c| c == ')')?;
    let inside = &chars[1..close];
    let is_pinyin = !inside.is_empty()
        && inside
            .iter()
            .all(|c| c.is_ascii_lowercase() || "āáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜ".contains(*c));
    is_pinyin.then_some(close + 1)
}

/// Whether `c` is a Han character of the basic blocks.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// The pinyin of the Han characters of `text` without tones, other letters and digits as they are:
/// 濠汉 → `haohan`. For search by typing.
pub fn pinyin_key(text: &str) -> String {
    use pinyin::ToPinyin;
    let mut out = String::new();
    for c in normalise(text).chars() {
        match c.to_pinyin() {
            Some(syllable) => out.push_str(syllable.plain()),
            None if c.is_alphanumeric() => out.push(c),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dirt_of_the_articles_becomes_comparable() {
        let cases = [
            ("鄉(xiang)村", "乡村"),
            ("通州區激發", "通州区激发"),
            ("ＡＢＣ１２３", "abc123"),
            ("党建\n联盟", "党建联盟"),
            ("home\n textile", "home textile"),
            ("  家紡  產業 ", "家纺 产业"),
            ("(xiang)", "(xiang)"),
            ("南通(NT)集团", "南通(nt)集团"),
            ("濠汉（信息）", "濠汉(信息)"),
            ("", ""),
        ];
        for (dirty, clean) in cases {
            assert_eq!(normalise(dirty), clean, "{dirty:?}");
        }
    }

    #[test]
    fn normalising_twice_changes_nothing() {
        for text in ["鄉(xiang)村(cun)", "A\u{3000}B", "家紡(jia)(fang)", "İstanbul"] {
            let once = normalise(text);
            assert_eq!(normalise(&once), once);
        }
    }

    #[test]
    fn a_name_is_found_by_its_pinyin() {
        assert_eq!(pinyin_key("濠汉"), "haohan");
        assert_eq!(pinyin_key("江苏濠漢A1"), "jiangsuhaohana1");
    }
}
