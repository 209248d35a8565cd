//! What would change a verdict most: for each fact, what the score would be without it, and with the
//! best fact there could be.
//!
//! A fact speaks for one side or for both: where both are in one district, both gain by it. Everything
//! follows from the reasons as they are stored and the weights of their version, so a suggestion of
//! last year can be questioned as one of today.

use lianmeng_domain::suggestion::{Reason, Side};
use lianmeng_domain::weights::{self, Weights};

use crate::score::{Points, speaks};

/// What could be otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// The words both texts have.
    Text,
    /// What the provider makes and the seeker wants.
    Product,
    /// How near their industries are.
    Industry,
    /// How near they are to each other.
    Place,
    /// The provider's official marks of quality.
    Tier,
    /// What came of earlier suggestions between the two.
    History,
    /// How recently the offer was confirmed.
    Recency,
    /// The city's rating of the provider.
    Credit,
    /// Whether the provider closes a gap of the seeker's city.
    Gap,
    /// The seeker's official marks of quality.
    Standing,
    /// How the provider answered such needs before.
    Willingness,
    /// How recently the need was raised.
    Freshness,
    /// How much of the offer is idle.
    Room,
}

impl Fact {
    /// Every fact, in the order in which equal changes are told.
    pub const ALL: [Self; 13] = [
        Self::Text,
        Self::Product,
        Self::Industry,
        Self::Place,
        Self::Tier,
        Self::History,
        Self::Recency,
        Self::Credit,
        Self::Gap,
        Self::Standing,
        Self::Willingness,
        Self::Freshness,
        Self::Room,
    ];

    /// The criteria by which each side gains by it, the one it is about first.
    const fn criteria(self) -> [(Side, &'static [&'static str]); 2] {
        let (a, b): (&[&str], &[&str]) = match self {
            Self::Text => (&["text"], &["text"]),
            // Who does not make it closes no gap either.
            Self::Product => (&["capability", "gap"], &["custom"]),
            Self::Industry => (&["industry"], &["industry"]),
            Self::Place => (&["place"], &["place"]),
            Self::Tier => (&["tier"], &[]),
            Self::History => (&["history"], &[]),
            Self::Recency => (&["recency"], &[]),
            Self::Credit => (&["credit"], &[]),
            Self::Gap => (&["gap"], &[]),
            Self::Standing => (&[], &["standing"]),
            Self::Willingness => (&[], &["willingness"]),
            Self::Freshness => (&[], &["freshness"]),
            Self::Room => (&[], &["room"]),
        };
        [(Side::A, a), (Side::B, b)]
    }

    /// Whether it could be as good as can be. Nobody can be imagined with other words or other
    /// habits, nor in a city that makes less, an organisation makes nothing and has no industry, and
    /// an offer without a capacity has no more room than it has.
    fn can_be_best(self, verdict: &Verdict<'_>) -> bool {
        match self {
            Self::Text | Self::Willingness | Self::Gap => false,
            Self::Product | Self::Industry | Self::Place | Self::Tier | Self::Credit => {
                verdict.is_enterprise_b
            }
            Self::Room => verdict.b.iter().any(|reason| reason.criterion == "room"),
            Self::History | Self::Recency | Self::Standing | Self::Freshness => true,
        }
    }
}

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
    /// What could be otherwise.
    pub fact: Fact,
    /// What would be otherwise.
    pub change: Change,
    /// Points side A would gain more, or fewer.
    pub points_a: Points,
    /// Points side B would gain more, or fewer.
    pub points_b: Points,
    /// What would become of the suggestion; `None` if it would not be made at all.
    pub outcome: Option<Outcome>,
}

/// What would become of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
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
    /// Whether side B is an enterprise, rather than an organisation.
    pub is_enterprise_b: bool,
    /// The scores of the suggestions it stands with, itself left out.
    pub others: &'a [Points],
}

impl Verdict<'_> {
    /// Its score.
    pub fn points(&self) -> Points {
        self.fused([0, 0])
    }

    /// Its rank among the others, from 1; equal scores share a rank.
    pub fn rank(&self) -> usize {
        self.rank_of(self.points())
    }

    fn rank_of(&self, points: Points) -> usize {
        1 + self.others.iter().filter(|&&other| other > points).count()
    }

    /// The score with so many points more, or fewer, for each side.
    fn fused(&self, [a, b]: [Points; 2]) -> Points {
        let with = |reasons: &[Reason], more| {
            reasons.iter().map(|reason| reason.points).chain([more]).collect::<Vec<_>>()
        };
        weights::fuse(self.weights.fusion, &with(self.a, a), &with(self.b, b)).points
    }

    const fn reasons(&self, side: Side) -> &[Reason] {
        match side {
            Side::A => self.a,
            Side::B => self.b,
        }
    }

    /// Points each side would gain more if `fact` changed.
    fn difference(&self, fact: Fact, change: Change) -> [Points; 2] {
        fact.criteria().map(|(side, criteria)| {
            let now = |criterion: &str| -> Points {
                let of = self.reasons(side).iter().filter(|reason| reason.criterion == criterion);
                of.map(|reason| reason.points).sum()
            };
            match (change, criteria) {
                (Change::Without, all) => -all.iter().map(|one| now(one)).sum::<Points>(),
                (Change::Best, [own, ..]) => self.weights.of(side, own) - now(own),
                (Change::Best, []) => 0,
            }
        })
    }

    /// Whether there would be no suggestion without `fact`: nothing else speaks for meeting, or
    /// nothing of the offer is left.
    fn needs(&self, fact: Fact) -> bool {
        let [(_, own), _] = fact.criteria();
        let mut speaking = self.a.iter().filter(|reason| speaks(&reason.criterion));
        fact == Fact::Room || speaking.all(|reason| own.contains(&reason.criterion.as_str()))
    }

    fn changed(&self, fact: Fact, change: Change) -> Option<Counterfactual> {
        let [points_a, points_b] = self.difference(fact, change);
        let is_possible = change == Change::Without || fact.can_be_best(self);
        if !is_possible || (points_a, points_b) == (0, 0) {
            return None;
        }
        let is_made = change == Change::Best || !self.needs(fact);
        let outcome = is_made.then(|| {
            let after = self.fused([points_a, points_b]);
            Outcome { points: after - self.points(), rank: self.rank_of(after) }
        });
        Some(Counterfactual { fact, change, points_a, points_b, outcome })
    }
}

/// What each change would do: first those without which there would be no suggestion, then by how
/// much the score would change; changes that would do nothing to either side are left out. At most
/// two for each fact.
pub fn counterfactuals(verdict: &Verdict<'_>) -> Vec<Counterfactual> {
    let both = |fact| [Change::Without, Change::Best].map(|change| verdict.changed(fact, change));
    let mut found: Vec<Counterfactual> = Fact::ALL.into_iter().flat_map(both).flatten().collect();
    let size = |one: &Counterfactual| {
        let gains = one.points_a.abs() + one.points_b.abs();
        (one.outcome.is_none(), one.outcome.map(|outcome| outcome.points.abs()), gains)
    };
    // A stable sort: equal changes stay in the order of facts.
    found.sort_by_key(|one| std::cmp::Reverse(size(one)));
    found
}

impl Counterfactual {
    /// The change as a clause in Chinese, without its points.
    pub const fn text_zh(&self) -> &'static str {
        match (self.change, self.fact) {
            (Change::Without, Fact::Text) => "若两段文字没有共同的关键词",
            (Change::Without, Fact::Product) => "若供给方不生产所需产品",
            (Change::Without, Fact::Industry) => "若双方行业毫无关联",
            (Change::Without, Fact::Place) => "若双方不在同一省份",
            (Change::Without, Fact::Tier) => "若供给方没有资质称号",
            (Change::Without, Fact::History) => "若双方以往没有对接过",
            (Change::Without, Fact::Recency) => "若供给久未确认",
            (Change::Without, Fact::Credit) => "若供给方没有红色信用评分",
            (Change::Without, Fact::Gap) => "若本市另有多家企业生产",
            (Change::Without, Fact::Standing) => "若需求方没有资质称号",
            (Change::Without, Fact::Willingness) => "若供给方以往没有接受过同类需求",
            (Change::Without, Fact::Freshness) => "若需求是三个月前提出的",
            (Change::Without, Fact::Room) => "若供给方没有余力",
            (Change::Best, Fact::Text) => "若两段文字完全一致",
            (Change::Best, Fact::Product) => "若供给方专门生产需求所列的产品",
            (Change::Best, Fact::Industry) => "若双方属同一行业小类",
            (Change::Best, Fact::Place) => "若双方在同一区县",
            (Change::Best, Fact::Tier) => "若供给方是单项冠军兼链主企业",
            (Change::Best, Fact::History) => "若双方以往多次对接成功",
            (Change::Best, Fact::Recency) => "若供给在近 30 天内确认过",
            (Change::Best, Fact::Credit) => "若供给方红色信用为满分",
            (Change::Best, Fact::Gap) => "若本市别无企业生产",
            (Change::Best, Fact::Standing) => "若需求方是单项冠军兼链主企业",
            (Change::Best, Fact::Willingness) => "若供给方一向接受同类需求",
            (Change::Best, Fact::Freshness) => "若需求在近 30 天内提出",
            (Change::Best, Fact::Room) => "若供给方的余力完全空闲",
        }
    }

    /// The change as a clause in English, without its points.
    pub const fn text_en(&self) -> &'static str {
        match (self.change, self.fact) {
            (Change::Without, Fact::Text) => "if the texts had no telling word in common",
            (Change::Without, Fact::Product) => "if the provider made nothing that is wanted",
            (Change::Without, Fact::Industry) => {
                "if their industries had nothing to do with each other"
            }
            (Change::Without, Fact::Place) => "if they were in different provinces",
            (Change::Without, Fact::Tier) => "without the provider's marks of quality",
            (Change::Without, Fact::History) => "if the two had never been brought together",
            (Change::Without, Fact::Recency) => "if nobody had confirmed the offer for long",
            (Change::Without, Fact::Credit) => "without the provider's red credit",
            (Change::Without, Fact::Gap) => "if others in the city made it too",
            (Change::Without, Fact::Standing) => "without the seeker's marks of quality",
            (Change::Without, Fact::Willingness) => "if the provider had never taken such needs",
            (Change::Without, Fact::Freshness) => "if the need were three months old",
            (Change::Without, Fact::Room) => "if nothing of the offer were free",
            (Change::Best, Fact::Text) => "if both texts were the same",
            (Change::Best, Fact::Product) => "if the provider made nothing but the product named",
            (Change::Best, Fact::Industry) => "if both were in the same industry class",
            (Change::Best, Fact::Place) => "if both were in the same district",
            (Change::Best, Fact::Tier) => "if the provider were a single champion and lead firm",
            (Change::Best, Fact::History) => "if the two had met often and with success",
            (Change::Best, Fact::Recency) => "if the offer had been confirmed in the last 30 days",
            (Change::Best, Fact::Credit) => "if the provider's red credit were full",
            (Change::Best, Fact::Gap) => "if nobody else in the city made it",
            (Change::Best, Fact::Standing) => "if the seeker were a single champion and lead firm",
            (Change::Best, Fact::Willingness) => "if the provider always took such needs",
            (Change::Best, Fact::Freshness) => "if the need had been raised in the last 30 days",
            (Change::Best, Fact::Room) => "if all of the offer were free",
        }
    }
}

#[cfg(test)]
mod tests;
