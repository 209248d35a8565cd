//! Reasons in words, Chinese and English.
//!
//! Declined suggestions are weighed but never told: whoever reads a reason must not learn that the
//! other side once said no.

use crate::problem::History;
use crate::score::{Evidence, Reason, Tie};
use lianmeng_domain::enterprise::QualityTier;
use lianmeng_domain::region::RegionLevel;

mod products;

impl Reason {
    /// The reason as a phrase in Chinese, without its points.
    pub fn text_zh(&self) -> String {
        match &self.evidence {
            Evidence::SharedWords(words) if words.is_empty() => "文字相近".to_owned(),
            Evidence::SharedWords(words) => format!("文字相近，都提到{}", quoted(named(words))),
            Evidence::Makes(tie) => tie.makes_zh(),
            Evidence::SameIndustry { shared } => {
                let level = match shared.len() {
                    4 => "小类",
                    3 => "中类",
                    2 => "大类",
                    _ => "门类",
                };
                format!("同一行业{level} {shared}")
            }
            Evidence::SamePlace { level, code } => {
                let level = match level {
                    RegionLevel::District => "区县",
                    RegionLevel::City => "市",
                    RegionLevel::Province => "省",
                };
                format!("同{level}（{code}）")
            }
            Evidence::Marks { tiers, is_lead_firm, is_flagship } => {
                let mut marks: Vec<&str> = tiers.iter().map(|tier| tier_zh(*tier)).collect();
                marks.extend(is_lead_firm.then_some("链主企业"));
                marks.extend(is_flagship.then_some("龙头企业"));
                format!("资质：{}", marks.join("、"))
            }
            Evidence::Past(history) => past_zh(*history, self.points),
            Evidence::ConfirmedDaysAgo(0) => "今天确认有效".to_owned(),
            Evidence::ConfirmedDaysAgo(days) => format!("{days} 天前确认有效"),
            Evidence::Rated(points) => format!("红色信用 {points} 分（满分 100）"),
            Evidence::TravelMinutes(minutes) => format!("车程约 {minutes} 分钟"),
            Evidence::Rare { product, makers, is_local } => match (makers, is_local) {
                (0, _) => format!("本市尚无企业生产「{product}」，可补链"),
                (1, true) => format!("本市仅其一家生产「{product}」"),
                (1, false) => format!("本市仅一家生产「{product}」，可作第二来源"),
                (_, _) => format!("本市仅两家生产「{product}」，其为其一"),
            },
            Evidence::WantsProduct(tie) => tie.wants_zh(),
            Evidence::Answered(answers) => format!("以往接受过 {} 次同类需求", answers.accepted),
            Evidence::RaisedDaysAgo(0) => "需求今天提出".to_owned(),
            Evidence::RaisedDaysAgo(days) => format!("需求于 {days} 天前提出"),
            Evidence::Idle { left, of } => format!("尚有余力：{of} 中余 {left}"),
            Evidence::SharedDomains(domains) => format!("同属合作领域{}", quoted(domains)),
        }
    }

    /// The reason as a phrase in English, without its points. Names stay as they are.
    pub fn text_en(&self) -> String {
        match &self.evidence {
            Evidence::SharedWords(words) if words.is_empty() => "similar texts".to_owned(),
            Evidence::SharedWords(words) => {
                format!("similar texts, both mention {}", named(words).join(", "))
            }
            Evidence::Makes(tie) => tie.makes_en(),
            Evidence::SameIndustry { shared } => {
                let level = match shared.len() {
                    4 => "class",
                    3 => "group",
                    2 => "division",
                    _ => "section",
                };
                format!("same industry {level} {shared}")
            }
            Evidence::SamePlace { level, code } => {
                let level = match level {
                    RegionLevel::District => "district",
                    RegionLevel::City => "city",
                    RegionLevel::Province => "province",
                };
                format!("same {level} ({code})")
            }
            Evidence::Marks { tiers, is_lead_firm, is_flagship } => {
                let mut marks: Vec<&str> = tiers.iter().map(|tier| tier_en(*tier)).collect();
                marks.extend(is_lead_firm.then_some("lead firm"));
                marks.extend(is_flagship.then_some("flagship"));
                format!("marks of quality: {}", marks.join(", "))
            }
            Evidence::Past(history) => past_en(*history, self.points),
            Evidence::ConfirmedDaysAgo(0) => "confirmed today".to_owned(),
            Evidence::ConfirmedDaysAgo(days) => format!("confirmed {days} days ago"),
            Evidence::Rated(points) => format!("red credit of {points} points of 100"),
            Evidence::TravelMinutes(minutes) => format!("about {minutes} minutes by road"),
            Evidence::Rare { product, makers, is_local } => match (makers, is_local) {
                (0, _) => format!("nobody in the city makes {product}: it would close a gap"),
                (1, true) => format!("the only one in the city that makes {product}"),
                (1, false) => format!("one alone in the city makes {product}: a second source"),
                (_, _) => format!("one of two in the city that make {product}"),
            },
            Evidence::WantsProduct(tie) => tie.wants_en(),
            Evidence::Answered(answers) => {
                format!("has taken {} such needs before", answers.accepted)
            }
            Evidence::RaisedDaysAgo(0) => "the need was raised today".to_owned(),
            Evidence::RaisedDaysAgo(days) => format!("the need was raised {days} days ago"),
            Evidence::Idle { left, of } => format!("{left} of {of} are still free"),
            Evidence::SharedDomains(domains) => {
                format!("same domain of cooperation: {}", domains.join(", "))
            }
        }
    }

    /// The bare facts, for tables and filters: words, product names, codes, stored names of marks.
    pub fn evidence_strings(&self) -> Vec<String> {
        match &self.evidence {
            Evidence::SharedWords(words) => named(words).to_vec(),
            Evidence::Makes(Tie { product, wanted, .. })
            | Evidence::WantsProduct(Tie { product, wanted, .. }) => {
                vec![product.clone(), wanted.clone()]
            }
            Evidence::SameIndustry { shared } => vec![shared.clone()],
            Evidence::SamePlace { code, .. } => vec![code.to_string()],
            Evidence::Marks { tiers, is_lead_firm, is_flagship } => {
                let mut marks: Vec<String> = tiers.iter().map(ToString::to_string).collect();
                marks.extend(is_lead_firm.then(|| "lead_firm".to_owned()));
                marks.extend(is_flagship.then(|| "flagship".to_owned()));
                marks
            }
            Evidence::Past(History { met, accepted, held, declined: _ }) => {
                vec![format!("met {met}"), format!("accepted {accepted}"), format!("held {held}")]
            }
            Evidence::ConfirmedDaysAgo(days) | Evidence::RaisedDaysAgo(days) => {
                vec![days.to_string()]
            }
            Evidence::Rated(points) => vec![points.to_string()],
            Evidence::TravelMinutes(minutes) => vec![minutes.to_string()],
            Evidence::Rare { product, makers, is_local: _ } => {
                vec![product.clone(), makers.to_string()]
            }
            Evidence::Answered(answers) => vec![format!("accepted {}", answers.accepted)],
            Evidence::Idle { left, of } => vec![left.to_string(), of.to_string()],
            Evidence::SharedDomains(domains) => domains.clone(),
        }
    }
}

/// Most words told of those that both texts have.
const NAMED_WORDS: usize = 3;

fn named(words: &[String]) -> &[String] {
    words.get(..NAMED_WORDS).unwrap_or(words)
}

fn quoted(words: &[String]) -> String {
    format!("「{}」", words.join("」「"))
}

/// Basis points as a percentage without needless zeros: 3500 is `35%`, 1 is `0.01%`.
fn percent(basis_points: u32) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    match rest {
        0 => format!("{whole}%"),
        _ => format!("{whole}.{rest:02}%"),
    }
}

fn tier_zh(tier: QualityTier) -> &'static str {
    match tier {
        QualityTier::SpecialisedSme => "专精特新",
        QualityTier::LittleGiant => "小巨人",
        QualityTier::SingleChampion => "单项冠军",
    }
}

fn tier_en(tier: QualityTier) -> &'static str {
    match tier {
        QualityTier::SpecialisedSme => "specialised SME",
        QualityTier::LittleGiant => "little giant",
        QualityTier::SingleChampion => "single champion",
    }
}

fn past_zh(history: History, points: i32) -> String {
    if points < 0 {
        return "以往对接效果不佳".to_owned();
    }
    let History { met, accepted, held, declined: _ } = history;
    format!("以往对接：安排会面 {met} 次，双方接受 {accepted} 次，实际会面 {held} 次")
}

fn past_en(history: History, points: i32) -> String {
    if points < 0 {
        return "earlier contacts came to little".to_owned();
    }
    let History { met, accepted, held, declined: _ } = history;
    format!("earlier contacts: {met} meetings planned, {accepted} accepted, {held} held")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{Answers, WantedBecause};
    use crate::score::Criterion;

    fn makes(product: &str, steps: u8, because: WantedBecause, share: Option<u32>) -> Evidence {
        Evidence::Makes(Tie {
            product: product.to_owned(),
            wanted: "面料".to_owned(),
            because,
            steps,
            stands_in_as: None,
            share_basis_points: share,
        })
    }

    #[test]
    fn every_fact_can_be_said_in_both_languages() {
        use WantedBecause::{Stated, Used};
        let words = vec!["印染".to_owned(), "废水".to_owned()];
        let place = |level, code: &str| Evidence::SamePlace { level, code: code.parse().unwrap() };
        let industry = |shared: &str| Evidence::SameIndustry { shared: shared.to_owned() };
        let marks = Evidence::Marks {
            tiers: vec![QualityTier::LittleGiant],
            is_lead_firm: true,
            is_flagship: true,
        };
        let past = History { met: 2, accepted: 1, held: 1, declined: 1 };
        let cases = [
            (
                Evidence::SharedWords(words.clone()),
                9,
                "文字相近，都提到「印染」「废水」",
                "similar texts, both mention 印染, 废水",
            ),
            (
                makes("面料", 0, Stated, Some(3500)),
                9,
                "生产需求所列的「面料」，占其收入 35%",
                "makes 面料, which the need names; 35% of its revenue",
            ),
            (
                makes("棉布", 0, Used, None),
                9,
                "生产「棉布」，属于需求方使用的「面料」",
                "makes 棉布, a kind of 面料, which the seeker uses",
            ),
            (
                makes("棉纱", 1, Stated, Some(1)),
                9,
                "生产「棉纱」，是需求所列的「面料」的上游材料，占其收入 0.01%",
                "makes 棉纱, a material of 面料, which the need names; 0.01% of its revenue",
            ),
            (
                makes("棉花", 2, Stated, None),
                9,
                "生产「棉花」，在需求所列的「面料」上游第 2 步",
                "makes 棉花, 2 steps upstream of 面料, which the need names",
            ),
            (industry("1771"), 9, "同一行业小类 1771", "same industry class 1771"),
            (industry("C"), 9, "同一行业门类 C", "same industry section C"),
            (
                place(RegionLevel::District, "320612"),
                9,
                "同区县（320612）",
                "same district (320612)",
            ),
            (
                marks,
                9,
                "资质：小巨人、链主企业、龙头企业",
                "marks of quality: little giant, lead firm, flagship",
            ),
            (
                Evidence::Past(past),
                9,
                "以往对接：安排会面 2 次，双方接受 1 次，实际会面 1 次",
                "earlier contacts: 2 meetings planned, 1 accepted, 1 held",
            ),
            (Evidence::Past(past), -9, "以往对接效果不佳", "earlier contacts came to little"),
            (Evidence::ConfirmedDaysAgo(3), 9, "3 天前确认有效", "confirmed 3 days ago"),
            (
                Evidence::SharedDomains(words),
                9,
                "同属合作领域「印染」「废水」",
                "same domain of cooperation: 印染, 废水",
            ),
        ];
        check(cases);
    }

    #[test]
    fn what_the_other_side_gains_can_be_said_in_both_languages() {
        use WantedBecause::{Stated, Used};
        let cases = [
            (
                Evidence::WantsProduct(Tie {
                    product: "坯布".to_owned(),
                    wanted: "坯布".to_owned(),
                    because: Stated,
                    steps: 0,
                    stands_in_as: None,
                    share_basis_points: Some(6400),
                }),
                9,
                "需求方寻求其生产的「坯布」，占其收入 64%",
                "the seeker asks for 坯布, which it makes; 64% of its revenue",
            ),
            (
                Evidence::WantsProduct(Tie {
                    product: "棉纱".to_owned(),
                    wanted: "坯布".to_owned(),
                    because: Used,
                    steps: 1,
                    stands_in_as: None,
                    share_basis_points: None,
                }),
                9,
                "需求方使用「坯布」，其生产的「棉纱」是上游材料",
                "the seeker uses 坯布, made from its 棉纱",
            ),
            (
                Evidence::Answered(Answers { accepted: 3, declined: 1 }),
                9,
                "以往接受过 3 次同类需求",
                "has taken 3 such needs before",
            ),
            (Evidence::RaisedDaysAgo(2), 9, "需求于 2 天前提出", "the need was raised 2 days ago"),
            (Evidence::Idle { left: 2, of: 5 }, 9, "尚有余力：5 中余 2", "2 of 5 are still free"),
        ];
        check(cases);
    }

    #[test]
    fn what_stands_in_and_what_is_a_kind_is_said_as_such() {
        let tie = |stands_in_as: Option<&str>| Tie {
            product: "涤纶布".to_owned(),
            wanted: "棉布".to_owned(),
            because: WantedBecause::Placed,
            steps: 0,
            stands_in_as: stands_in_as.map(ToOwned::to_owned),
            share_basis_points: None,
        };
        let cases = [
            (
                Evidence::Makes(tie(Some("布"))),
                9,
                "生产「涤纶布」，与需求方所处环节所用的「棉布」同属「布」，可替代",
                "makes 涤纶布; like 棉布, which the seeker's segment needs, it is a kind of 布",
            ),
            (
                Evidence::WantsProduct(tie(Some("布"))),
                9,
                "需求方所处环节要用「棉布」，其生产的「涤纶布」同属「布」，可替代",
                "the seeker's segment needs 棉布; its 涤纶布 is a kind of 布 too",
            ),
            (
                Evidence::WantsProduct(tie(None)),
                9,
                "需求方所处环节要用「棉布」，其生产的「涤纶布」属于此类",
                "the seeker's segment needs 棉布, of which its 涤纶布 is a kind",
            ),
            (Evidence::TravelMinutes(35), 9, "车程约 35 分钟", "about 35 minutes by road"),
        ];
        check(cases);
    }

    fn check<const N: usize>(cases: [(Evidence, i32, &str, &str); N]) {
        for (evidence, points, zh, en) in cases {
            let reason = Reason { criterion: Criterion::Text, points, evidence };
            assert_eq!((reason.text_zh().as_str(), reason.text_en().as_str()), (zh, en));
        }
    }

    #[test]
    fn nobody_learns_of_a_refusal() {
        let history = History { met: 0, accepted: 0, held: 0, declined: 3 };
        let reason = Reason {
            criterion: Criterion::History,
            points: -600,
            evidence: Evidence::Past(history),
        };
        let said = [reason.text_zh(), reason.text_en(), reason.evidence_strings().concat()];
        assert!(said.iter().all(|text| !text.contains('3')), "{said:?}");
    }
}
