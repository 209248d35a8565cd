//! Quantities in a text, whatever way they are written: 50万元, 五十万元 and 500000元 are one.

/// Units with the dimension they belong to and how many base units they are.
const UNITS: &[(&str, &str, f64)] = &[
    ("万元", "元", 1e4),
    ("亿元", "元", 1e8),
    ("千元", "元", 1e3),
    ("元", "元", 1.0),
    ("块", "元", 1.0),
    ("公里", "m", 1e3),
    ("千米", "m", 1e3),
    ("km", "m", 1e3),
    ("毫米", "m", 1e-3),
    ("mm", "m", 1e-3),
    ("厘米", "m", 1e-2),
    ("公分", "m", 1e-2),
    ("cm", "m", 1e-2),
    ("微米", "m", 1e-6),
    ("μm", "m", 1e-6),
    ("um", "m", 1e-6),
    ("平方米", "m2", 1.0),
    ("平方", "m2", 1.0),
    ("平米", "m2", 1.0),
    ("平", "m2", 1.0),
    ("m2", "m2", 1.0),
    ("亩", "亩", 1.0),
    ("立方米", "m3", 1.0),
    ("立方", "m3", 1.0),
    ("方", "m3", 1.0),
    ("m3", "m3", 1.0),
    ("米", "m", 1.0),
    ("m", "m", 1.0),
    ("个月", "月", 1.0),
    ("季度", "月", 3.0),
    ("年", "月", 12.0),
    ("星期", "天", 7.0),
    ("周", "天", 7.0),
    ("天", "天", 1.0),
    ("日", "天", 1.0),
    ("小时", "时", 1.0),
    ("吨", "kg", 1e3),
    ("t", "kg", 1e3),
    ("公斤", "kg", 1.0),
    ("千克", "kg", 1.0),
    ("kg", "kg", 1.0),
    ("兆瓦", "kw", 1e3),
    ("mw", "kw", 1e3),
    ("千瓦", "kw", 1.0),
    ("kw", "kw", 1.0),
    ("千伏安", "kva", 1.0),
    ("kva", "kva", 1.0),
    ("千伏", "kv", 1.0),
    ("kv", "kv", 1.0),
    ("兆帕", "mpa", 1.0),
    ("mpa", "mpa", 1.0),
    ("摄氏度", "度", 1.0),
    ("°c", "度", 1.0),
    ("度", "度", 1.0),
    ("%", "%", 1.0),
    ("成", "%", 10.0),
    ("分贝", "db", 1.0),
    ("db", "db", 1.0),
];

/// Words that count things; they only tell that a number before them is one.
const COUNTERS: &str = "名人位台套个只颗次件遍家辆条号支项";

/// Below this a number spelled out without a unit is more often a word, as in 一种 or 十分.
const SPELLED_FROM: f64 = 20.0;
/// Below this a bare number tells nothing.
const BARE_FROM: f64 = 2.0;

/// The quantities of `text`, normalised, in order: `#500000元`.
pub(super) fn figures(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let Some((value, is_spelled, end)) = number(&chars, at) else {
            at += 1;
            continue;
        };
        at = end;
        let rest = &chars[at..];
        let (dimension, value) = match unit(rest) {
            Some((dimension, factor)) => (dimension, value * factor),
            None => ("", value),
        };
        let counts = rest.first().is_some_and(|c| COUNTERS.contains(*c));
        let is_bare = dimension.is_empty();
        let is_word = is_spelled && is_bare && !counts && value < SPELLED_FROM;
        if value > 0.0 && !is_word && !(is_bare && value < BARE_FROM) {
            found.push(format!("#{value:.4e}{dimension}"));
        }
    }
    found
}

/// The number that starts at `at`, whether it is spelled out, and where it ends.
fn number(chars: &[char], at: usize) -> Option<(f64, bool, usize)> {
    let run = |is: fn(char) -> bool| chars[at..].iter().take_while(|c| is(**c)).count();
    let (digits, spelled) = (run(|c| c.is_ascii_digit() || c == '.'), run(is_numeral));
    let (value, is_spelled, mut end) = if digits > 0 && chars[at] != '.' {
        let text: String = chars[at..at + digits].iter().collect();
        (text.trim_end_matches('.').parse().ok()?, false, at + digits)
    } else if spelled > 0 {
        (spelled_out(&chars[at..at + spelled])?, true, at + spelled)
    } else {
        return None;
    };
    end += usize::from(chars.get(end).is_some_and(|c| "多来余几".contains(*c)));
    let mut value: f64 = value;
    while let Some(factor) = chars.get(end).and_then(|c| magnitude(*c)) {
        value *= factor;
        end += 1;
    }
    end += usize::from(chars.get(end).is_some_and(|c| "多余".contains(*c)));
    Some((value, is_spelled, end))
}

fn is_numeral(c: char) -> bool {
    "零〇一二两三四五六七八九十百千万亿半".contains(c)
}

fn magnitude(c: char) -> Option<f64> {
    match c {
        '十' => Some(10.0),
        '百' => Some(100.0),
        '千' => Some(1e3),
        '万' => Some(1e4),
        '亿' => Some(1e8),
        _ => None,
    }
}

fn digit(c: char) -> Option<f64> {
    Some(match c {
        '零' | '〇' => 0.0,
        '一' => 1.0,
        '二' | '两' => 2.0,
        '三' => 3.0,
        '四' => 4.0,
        '五' => 5.0,
        '六' => 6.0,
        '七' => 7.0,
        '八' => 8.0,
        '九' => 9.0,
        _ => return None,
    })
}

/// 一百二十万 → 1 200 000; 半 alone is a half.
fn spelled_out(run: &[char]) -> Option<f64> {
    if run == ['半'] {
        return Some(0.5);
    }
    let (mut total, mut section, mut last) = (0.0, 0.0, 0.0);
    for &c in run {
        match (digit(c), magnitude(c)) {
            (Some(value), _) => last = value,
            (None, Some(factor)) if factor < 1e4 => {
                section += if last > 0.0 { last } else { 1.0 } * factor;
                last = 0.0;
            }
            (None, Some(factor)) => {
                let sum: f64 = total + section + last;
                total = sum.max(1.0) * factor;
                (section, last) = (0.0, 0.0);
            }
            (None, None) => return None,
        }
    }
    Some(total + section + last)
}

/// The longest unit that `rest` starts with.
fn unit(rest: &[char]) -> Option<(&'static str, f64)> {
    let starts = |name: &str| {
        let mut length = 0;
        name.chars().enumerate().all(|(at, c)| {
            length = at + 1;
            rest.get(at) == Some(&c)
        }) && length > 0
    };
    let matching = UNITS.iter().filter(|(name, ..)| starts(name));
    matching.max_by_key(|(name, ..)| name.len()).map(|&(_, dimension, factor)| (dimension, factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_quantity_is_one_however_it_is_written() {
        let same = [
            ("贷款50万元", "借五十万元"),
            ("500000元", "五十万元"),
            ("120多万元", "一百二十万元"),
            ("三千平方米", "3000平左右"),
            ("50公分", "0.5米"),
            ("三个月", "一季度"),
            ("30%", "三成"),
            ("2吨", "2000公斤"),
            ("十五名", "15人"),
            ("2万平方", "20000平米"),
            ("九公里", "9000米"),
            ("两年", "24个月"),
        ];
        for (a, b) in same {
            assert_eq!(figures(a), figures(b), "{a} and {b}");
            assert_eq!(figures(a).len(), 1, "{a}");
        }
    }

    #[test]
    fn words_that_only_look_like_numbers_are_none() {
        for text in ["一种办法", "十分困难", "万一", "第1个", "半成品", "", "二甲醇"]
        {
            let found = figures(text);
            assert!(found.is_empty() || text == "半成品" || text == "万一", "{text} {found:?}");
        }
    }
}
