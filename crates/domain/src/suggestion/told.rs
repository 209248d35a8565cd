//! Suggestions in sentences: a light card tells a side what it gains, an invitation to meet what
//! both do.
//!
//! Accepting a card costs little, so only the benefit of the receiver counts; a visit costs both, and
//! people accept more readily when they see that the other side has reasons of its own (Kleinerman,
//! Rosenfeld and Kraus 2018).

use super::{Reason, SeenSuggestion, Side};

/// Criteria that rest on the public registry alone: what is made and used, industries, places,
/// marks. What is told of the other side is chosen from these.
const PUBLIC: [&str; 7] = ["capability", "custom", "industry", "place", "tier", "standing", "gap"];

/// Most reasons of one side in a sentence.
const NAMED: usize = 3;

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// A reason with another number of points, told as the gain of `side`.
pub(super) fn for_side(side: Side, reason: &Reason, points: i32) -> Reason {
    let (zh, en) = match side {
        Side::A => ("需求方", "seeker"),
        Side::B => ("供给方", "provider"),
    };
    Reason {
        points,
        zh: format!("{zh}：{}", reason.zh),
        en: format!("{en}: {}", reason.en),
        ..reason.clone()
    }
}

/// Those of `reasons` that follow from the public registry and speak for a meeting.
pub(super) fn public(reasons: &[Reason]) -> Vec<Reason> {
    let is_public =
        |reason: &&Reason| reason.points > 0 && PUBLIC.contains(&reason.criterion.as_str());
    reasons.iter().filter(is_public).cloned().collect()
}

/// What `side` gains, for a light "interested?" card; `None` if that is not the caller's to know.
pub fn card(seen: &SeenSuggestion, side: Side) -> Option<Told> {
    let own = own(seen, side)?;
    Some(match told(&strongest(&own)) {
        None => Told {
            zh: "暂无突出的匹配理由，请您判断是否有兴趣。".to_owned(),
            en: "Nothing stands out; please judge yourself whether it interests you.".to_owned(),
        },
        Some(Told { zh, en }) => Told {
            zh: format!("推荐给贵方，因为：{zh}。有兴趣进一步了解吗？"),
            en: format!("Suggested to you because: {en}. Would you like to know more?"),
        },
    })
}

/// What both sides gain, for a visit or an event, what speaks for both told once; of a side that is not
/// the caller's only what the public registry tells. `None` if the caller reads neither.
pub fn visit(seen: &SeenSuggestion) -> Option<Told> {
    if !seen.shows_score {
        return None;
    }
    let of = |side, public: &[Reason]| own(seen, side).unwrap_or_else(|| public.to_vec());
    let (of_a, of_b) = (of(Side::A, &seen.public[0]), of(Side::B, &seen.public[1]));
    let (best_a, best_b) = (strongest(&of_a), strongest(&of_b));
    let is_in = |list: &[&Reason], one: &Reason| list.iter().any(|other| other.zh == one.zh);
    let (both, only_a): (Vec<&Reason>, Vec<&Reason>) =
        best_a.iter().partition(|one| is_in(&best_b, one));
    let only_b: Vec<&Reason> = best_b.into_iter().filter(|one| !is_in(&best_a, one)).collect();
    let parts = [
        ("对双方：", "For both: ", told(&both)),
        ("对需求方：", "For the seeker: ", side(&only_a, both.is_empty())),
        ("对供给方：", "For the provider: ", side(&only_b, both.is_empty())),
    ];
    let mut text = Told::default();
    for (zh, en, Told { zh: what_zh, en: what_en }) in
        parts.into_iter().filter_map(|(zh, en, told)| Some((zh, en, told?)))
    {
        text.zh.push_str(&format!("{zh}{what_zh}。"));
        let space = if text.en.is_empty() { "" } else { " " };
        text.en.push_str(&format!("{space}{en}{what_en}."));
    }
    Some(text)
}

/// What a side gains for itself; where nothing is told of either, something is to be found out.
fn side(reasons: &[&Reason], is_said_anyway: bool) -> Option<Told> {
    let unknown = || Told {
        zh: "请当面了解".to_owned(),
        en: "to be found out when they meet".to_owned(),
    };
    told(reasons).or_else(|| is_said_anyway.then(unknown))
}

/// The reasons of `side` that the caller reads; where only one side counts, they are for both.
fn own(seen: &SeenSuggestion, side: Side) -> Option<Vec<Reason>> {
    match seen.gain(side) {
        Some((_, reasons)) => Some(reasons.to_vec()),
        None if seen.suggestion.fusion == super::Fusion::OneSided && seen.shows_score => {
            Some(seen.suggestion.reasons.clone())
        }
        None => None,
    }
}

/// The strongest reasons that speak for it, strongest first.
fn strongest(reasons: &[Reason]) -> Vec<&Reason> {
    let mut good: Vec<&Reason> = reasons.iter().filter(|reason| reason.points > 0).collect();
    good.sort_by_key(|reason| std::cmp::Reverse(reason.points));
    good.truncate(NAMED);
    good
}

/// Reasons in one sentence; `None` if there is none.
fn told(reasons: &[&Reason]) -> Option<Told> {
    let list = |text: fn(&Reason) -> &str, comma: &str| {
        reasons.iter().map(|reason| text(reason)).collect::<Vec<_>>().join(comma)
    };
    (!reasons.is_empty()).then(|| Told { zh: list(|r| &r.zh, "；"), en: list(|r| &r.en, "; ") })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tests::suggestion;
    use super::super::{Fusion, Suggestion, SuggestionStage, seen_by};
    use super::*;
    use crate::ids::EnterpriseId;
    use crate::policy::Visibility;

    fn part(criterion: &str, points: i32, zh: &str, en: &str) -> Reason {
        Reason { criterion: criterion.to_owned(), points, zh: zh.to_owned(), en: en.to_owned() }
    }

    fn seen(reads: &Visibility) -> SeenSuggestion {
        let made = Suggestion {
            reasons: vec![
                part("text", 900, "都提到染整", "both mention dyeing"),
                part("capability", 1800, "生产坯布", "makes grey cloth"),
            ],
            reasons_b: vec![
                part("custom", 1500, "需求方使用坯布", "the seeker uses grey cloth"),
                part("willingness", 300, "过去接受过同类需求", "took such needs before"),
            ],
            fusion: Fusion::Minimum,
            ..suggestion(SuggestionStage::Shown)
        };
        seen_by(made, reads, reads, &BTreeSet::new())
    }

    fn firm(number: u128) -> Visibility {
        Visibility::Enterprise(EnterpriseId::from(number))
    }

    #[test]
    fn a_card_tells_a_side_what_it_gains_strongest_first() {
        let told = card(&seen(&firm(1)), Side::A).unwrap();
        assert_eq!(told.zh, "推荐给贵方，因为：生产坯布；都提到染整。有兴趣进一步了解吗？");
        assert_eq!(
            told.en,
            "Suggested to you because: makes grey cloth; both mention dyeing. Would you like to know more?"
        );
        assert_eq!(card(&seen(&firm(1)), Side::B), None, "the other side's card is not shown");
        assert!(card(&seen(&Visibility::All), Side::B).is_some());
        assert_eq!(card(&seen(&firm(9)), Side::A), None);
    }

    #[test]
    fn an_invitation_tells_both_gains_and_of_the_other_side_only_what_is_public() {
        let own = visit(&seen(&firm(2))).unwrap();
        assert_eq!(own.zh, "对需求方：生产坯布。对供给方：需求方使用坯布；过去接受过同类需求。");
        let other = visit(&seen(&firm(1))).unwrap();
        assert_eq!(
            other.en,
            "For the seeker: makes grey cloth; both mention dyeing. For the provider: the seeker uses grey cloth."
        );
        assert_eq!(visit(&seen(&firm(9))), None);
    }

    #[test]
    fn what_speaks_for_both_is_told_once() {
        let shared = part("text", 900, "都提到染整", "both mention dyeing");
        let made = |reasons: Vec<Reason>, reasons_b: Vec<Reason>| {
            let made = Suggestion {
                reasons,
                reasons_b,
                fusion: Fusion::Minimum,
                ..suggestion(SuggestionStage::Shown)
            };
            let all = Visibility::All;
            visit(&seen_by(made, &all, &all, &BTreeSet::new())).unwrap()
        };
        let own = part("custom", 300, "需求方使用坯布", "the seeker uses grey cloth");
        let some = made(vec![shared.clone()], vec![own, shared.clone()]);
        assert_eq!(some.zh, "对双方：都提到染整。对供给方：需求方使用坯布。");
        assert_eq!(
            some.en,
            "For both: both mention dyeing. For the provider: the seeker uses grey cloth."
        );
        let same = made(vec![shared.clone()], vec![shared]);
        assert_eq!(same.zh, "对双方：都提到染整。");
        let none = made(Vec::new(), Vec::new());
        assert_eq!(none.zh, "对需求方：请当面了解。对供给方：请当面了解。");
    }
}
