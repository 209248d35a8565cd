//! Nearness in the classification of industries GB/T 4754-2017.

use crate::score::{Criterion, Evidence, Points, Reason, fraction};

/// Most points for a suggestion: the same class.
pub const MOST: Points = 1000;

/// All of `most` for the same class (four digits), three quarters for the same group (three), half
/// for the same division (two), a fifth for the same section (letter).
///
/// Codes are written `1771` or `C1771`; anything else counts as unknown.
pub fn reason(seeker: Option<&str>, candidate: Option<&str>, most: Points) -> Option<Reason> {
    let (a, b) = (digits(seeker?)?, digits(candidate?)?);
    let shared = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let (points, shared) = match shared {
        4.. => (most, a.to_owned()),
        3 => (fraction(most, 3, 4), a[..3].to_owned()),
        2 => (fraction(most, 1, 2), a[..2].to_owned()),
        0 | 1 => {
            let section = section(a).filter(|&own| section(b) == Some(own))?;
            (fraction(most, 1, 5), section.to_string())
        }
    };
    let evidence = Evidence::SameIndustry { shared };
    Some(Reason { criterion: Criterion::Industry, points, evidence })
}

/// The two to four digits of a code.
fn digits(code: &str) -> Option<&str> {
    let digits = code.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let plausible = (2..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plausible.then_some(digits)
}

/// The section a division belongs to.
fn section(digits: &str) -> Option<char> {
    const LAST_DIVISIONS: [(u32, char); 20] = [
        (5, 'A'),
        (12, 'B'),
        (43, 'C'),
        (46, 'D'),
        (50, 'E'),
        (52, 'F'),
        (60, 'G'),
        (62, 'H'),
        (65, 'I'),
        (69, 'J'),
        (70, 'K'),
        (72, 'L'),
        (75, 'M'),
        (79, 'N'),
        (82, 'O'),
        (83, 'P'),
        (85, 'Q'),
        (90, 'R'),
        (96, 'S'),
        (97, 'T'),
    ];
    let division: u32 = digits.get(..2)?.parse().ok()?;
    if division == 0 {
        return None;
    }
    LAST_DIVISIONS.iter().find(|(last, _)| division <= *last).map(|&(_, section)| section)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_fall_with_the_distance_in_the_tree() {
        let cases = [
            (Some("1771"), Some("C1771"), Some(1000)),
            (Some("1771"), Some("1779"), Some(750)),
            (Some("1771"), Some("177"), Some(750)),
            (Some("1771"), Some("17"), Some(500)),
            (Some("1771"), Some("1751"), Some(500)),
            (Some("1771"), Some("2651"), Some(200)),
            (Some("1771"), Some("1351"), Some(200)),
            (Some("4430"), Some("4310"), None),
            (Some("1771"), Some("6510"), None),
            (Some("1771"), None, None),
            (None, Some("1771"), None),
            (Some("纺织"), Some("纺织"), None),
            (Some("17711"), Some("17711"), None),
            (Some("0099"), Some("0011"), Some(500)),
            (Some("99"), Some("98"), None),
        ];
        for (a, b, want) in cases {
            assert_eq!(reason(a, b, MOST).map(|reason| reason.points), want, "{a:?} {b:?}");
        }
    }
}
