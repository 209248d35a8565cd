//! What would change a verdict most: for each criterion, what the score would be without the fact
//! behind it, and with the best fact there could be.
//!
//! Everything follows from the reasons as they are stored and the weights of their version, so a
//! suggestion of last year can be questioned as one of today.

use lianmeng_domain::suggestion::{Reason, Side};
use lianmeng_domain::weights::{self, Weights};

use crate::score::Points;

/// What would be otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The fact were not there.
    Without,
    /// The fact were as good as can be.
    Best,
}

/// What one change would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterfactual {
    /// Whose gain would change.
    pub side: Side,
    /// The criterion.
    pub criterion: String,
    /// What would be otherwise.
    pub change: Change,
    /// Points the side would gain more, or less.
    pub side_points: Points,
    /// Points the score would have more, or fewer.
    pub points: Points,
    /// The rank it would have among the suggestions it stands with, from 1.
    pub rank: usize,
}

/// A suggestion among others.
#[derive(Debug, Clone, Copy)]
pub struct Verdict<'a> {
    /// The weights that gave the points.
    pub weights: &'a Weights,
    /// What side A gains.
    pub a: &'a [Reason],
    /// What side B gains.
    pub b: &'a [Reason],
    /// The scores of the suggestions it stands with, itself left out.
    pub others: &'a [Points],
}

impl Verdict<'_> {
    /// Its score.
    pub fn points(&self) -> Points {
        self.fused(&points(self.a), &points(self.b))
    }

    /// Its rank among the others, from 1; equal scores share a rank.
    pub fn rank(&self) -> usize {
        self.rank_of(self.points())
    }

    fn rank_of(&self, points: Points) -> usize {
        1 + self.others.iter().filter(|&&other| other > points).count()
    }

    fn fused(&self, a: &[Points], b: &[Points]) -> Points {
        weights::fuse(self.weights.fusion, a, b).points
    }

    fn counted(&self, side: Side) -> &'static [&'static str] {
        match side {
            Side::A => &weights::CRITERIA_A,
            Side::B if self.weights.b.is_empty() => &[],
            Side::B => &weights::CRITERIA_B,
        }
    }
}

fn points(reasons: &[Reason]) -> Vec<Points> {
    reasons.iter().map(|reason| reason.points).collect()
}

/// What each change would do, the greatest change of the score first; changes that would do nothing
/// to the side are left out.
///
/// Nobody can be imagined with other words or other habits, so text and willingness are only taken
/// away. At most two for each criterion of each side.
pub fn counterfactuals(verdict: &Verdict<'_>) -> Vec<Counterfactual> {
    let now = verdict.points();
    let mut found = Vec::new();
    for side in [Side::A, Side::B] {
        let own = match side {
            Side::A => verdict.a,
            Side::B => verdict.b,
        };
        for criterion in verdict.counted(side) {
            let at = own.iter().position(|reason| reason.criterion == *criterion);
            let present = at.map_or(0, |at| own[at].points);
            let most = verdict.weights.of(side, criterion);
            let can_be_best = !matches!(*criterion, "text" | "willingness");
            let changes = [
                (Change::Without, -present),
                (Change::Best, if can_be_best { most - present } else { 0 }),
            ];
            for (change, side_points) in changes.into_iter().filter(|(_, points)| *points != 0) {
                let changed = [points(own), vec![side_points]].concat();
                let after = match side {
                    Side::A => verdict.fused(&changed, &points(verdict.b)),
                    Side::B => verdict.fused(&points(verdict.a), &changed),
                };
                found.push(Counterfactual {
                    side,
                    criterion: (*criterion).to_owned(),
                    change,
                    side_points,
                    points: after - now,
                    rank: verdict.rank_of(after),
                });
            }
        }
    }
    // A stable sort: equal changes stay in the order of sides and criteria.
    found.sort_by_key(|one| std::cmp::Reverse((one.points.abs(), one.side_points.abs())));
    found
}

impl Counterfactual {
    /// The change as a clause in Chinese, without its points.
    pub fn text_zh(&self) -> &'static str {
        match (self.change, self.criterion.as_str()) {
            (Change::Without, "text") => "若两段文字没有共同的关键词",
            (Change::Without, "capability") => "若供给方不生产所需产品",
            (Change::Without, "industry") => "若双方行业毫无关联",
            (Change::Without, "place") => "若双方不在同一省份",
            (Change::Without, "tier") => "若供给方没有资质称号",
            (Change::Without, "history") => "若双方以往没有对接过",
            (Change::Without, "recency") => "若供给久未确认",
            (Change::Without, "custom") => "若需求方用不上供给方的产品",
            (Change::Without, "standing") => "若需求方没有资质称号",
            (Change::Without, "willingness") => "若供给方以往没有答复过同类需求",
            (Change::Without, "freshness") => "若需求是三个月前提出的",
            (Change::Without, "room") => "若供给方没有余力",
            (Change::Best, "capability") => "若供给方专门生产需求所列的产品",
            (Change::Best, "industry") => "若双方属同一行业小类",
            (Change::Best, "place") => "若双方在同一区县",
            (Change::Best, "tier") => "若供给方是单项冠军兼链主企业",
            (Change::Best, "history") => "若双方以往多次对接成功",
            (Change::Best, "recency") => "若供给在近 30 天内确认过",
            (Change::Best, "custom") => "若需求方寻求的正是供给方的唯一产品",
            (Change::Best, "standing") => "若需求方是单项冠军兼链主企业",
            (Change::Best, "freshness") => "若需求在近 30 天内提出",
            (Change::Best, "room") => "若供给方的余力完全空闲",
            (Change::Without | Change::Best, _) => "若这一条件改变",
        }
    }

    /// The change as a clause in English, without its points.
    pub fn text_en(&self) -> &'static str {
        match (self.change, self.criterion.as_str()) {
            (Change::Without, "text") => "if the texts had no telling word in common",
            (Change::Without, "capability") => "if the provider made nothing that is wanted",
            (Change::Without, "industry") => {
                "if their industries had nothing to do with each other"
            }
            (Change::Without, "place") => "if they were in different provinces",
            (Change::Without, "tier") => "without the provider's marks of quality",
            (Change::Without, "history") => "if the two had never been brought together",
            (Change::Without, "recency") => "if nobody had confirmed the offer for long",
            (Change::Without, "custom") => "if the seeker had no use for the provider's products",
            (Change::Without, "standing") => "without the seeker's marks of quality",
            (Change::Without, "willingness") => "if the provider had never answered such needs",
            (Change::Without, "freshness") => "if the need were three months old",
            (Change::Without, "room") => "if nothing of the offer were free",
            (Change::Best, "capability") => "if the provider made nothing but the product named",
            (Change::Best, "industry") => "if both were in the same industry class",
            (Change::Best, "place") => "if both were in the same district",
            (Change::Best, "tier") => "if the provider were a single champion and lead firm",
            (Change::Best, "history") => "if the two had met often and with success",
            (Change::Best, "recency") => "if the offer had been confirmed in the last 30 days",
            (Change::Best, "custom") => "if the need named the provider's only product",
            (Change::Best, "standing") => "if the seeker were a single champion and lead firm",
            (Change::Best, "freshness") => "if the need had been raised in the last 30 days",
            (Change::Best, "room") => "if all of the offer were free",
            (Change::Without | Change::Best, _) => "if this were otherwise",
        }
    }
}

#[cfg(test)]
mod tests;
