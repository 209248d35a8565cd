//! What a proposed event is for, in words.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use lianmeng_domain::need::NeedKind;
use lianmeng_planning::Words;

/// What the matches of an event are about: the kinds of their needs, the most frequent first; none is a
/// task or project.
pub(super) fn of(needs: &[Option<NeedKind>]) -> Words {
    if needs.is_empty() {
        return Words::new(
            "nobody who comes is expected to agree with another",
            "到会单位之间尚无可预期的对接",
        );
    }
    let mut counts: BTreeMap<Option<NeedKind>, usize> = BTreeMap::new();
    for need in needs {
        *counts.entry(*need).or_insert(0) += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(need, count)| (Reverse(count), need));
    let en: Vec<_> = counts.iter().map(|(need, n)| format!("{n} {}", subject(*need).0)).collect();
    let zh: Vec<_> = counts.iter().map(|(need, n)| format!("{}{n}项", subject(*need).1)).collect();
    let (total, noun) = (needs.len(), if needs.len() == 1 { "match" } else { "matches" });
    Words::new(
        format!("to bring about {total} {noun}: {}", en.join(", ")),
        format!("促成{total}项对接：{}", zh.join("、")),
    )
}

/// What a need of a kind is about, after a number in English, before one in Chinese.
const fn subject(need: Option<NeedKind>) -> (&'static str, &'static str) {
    match need {
        Some(NeedKind::Policy) => ("about policy", "政策"),
        Some(NeedKind::Approval) => ("about permits", "审批"),
        Some(NeedKind::Space) => ("about land and space", "用地用房"),
        Some(NeedKind::Facilities) => ("about facilities", "配套设施"),
        Some(NeedKind::Talent) => ("about people", "人才"),
        Some(NeedKind::Finance) => ("about finance", "融资"),
        Some(NeedKind::TechBreakthrough) => ("about technology", "技术攻关"),
        Some(NeedKind::Supply) => ("about purchases", "采购"),
        Some(NeedKind::Market) => ("about orders", "市场订单"),
        Some(NeedKind::Scenario) => ("about scenarios", "应用场景"),
        Some(NeedKind::Investment) => ("about investment", "合作投资"),
        Some(NeedKind::Other) => ("about other needs", "其他需求"),
        None => ("about joint projects", "合作项目"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_subject_comes_first() {
        let needs = [
            Some(NeedKind::Finance),
            None,
            Some(NeedKind::Supply),
            Some(NeedKind::Supply),
            Some(NeedKind::Finance),
            Some(NeedKind::Supply),
        ];
        let words = of(&needs);
        assert_eq!(words.zh, "促成6项对接：采购3项、融资2项、合作项目1项");
        assert_eq!(
            words.en,
            "to bring about 6 matches: 3 about purchases, 2 about finance, 1 about joint projects"
        );
        assert_eq!(of(&needs[..1]).en, "to bring about 1 match: 1 about finance");
        assert_eq!(of(&[]).zh, "到会单位之间尚无可预期的对接");
    }
}
