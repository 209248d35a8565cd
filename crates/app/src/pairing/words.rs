//! What cannot be met together, in words a coordinator can act on.

use lianmeng_domain::committee::Member;
use lianmeng_matching::assign::{Demanded, Side};

use super::Couple;
use super::people::People;
use super::plan::{DemandKind, PlanDemand, Ready};
use super::solve::CapOf;

/// Says what the engine means by position.
pub(super) struct Voice<'a> {
    pub(super) ready: &'a Ready,
    pub(super) people: &'a People,
    pub(super) caps: &'a [CapOf],
}

impl Voice<'_> {
    /// The demands in the order of the engine: people, limits, pairs.
    pub(super) fn demands(&self, demands: &[Demanded]) -> Vec<PlanDemand> {
        demands.iter().filter_map(|&demand| self.say(demand)).collect()
    }

    fn say(&self, demand: Demanded) -> Option<PlanDemand> {
        match demand {
            Demanded::Minimum(side, at, need) => self.minimum(side, at, need),
            Demanded::Maximum(side, at, need) => {
                let member = self.member(side, at)?;
                let name = self.people.name(member);
                let zh = format!("{name}最多结对{need}个");
                let en = format!("{name} may have at most {}", partners(need));
                Some(of_member(DemandKind::Maximum, member, need, (zh, en)))
            }
            Demanded::CapMinimum(cap, need) => self.cap(cap, need, true),
            Demanded::CapMaximum(cap, need) => self.cap(cap, need, false),
            Demanded::Must(left, right) => {
                let (couple, a, b) = self.couple(left, right)?;
                let words = (format!("{a}与{b}必须结对"), format!("{a} and {b} must be paired"));
                Some(of_couple(DemandKind::Must, couple, words))
            }
            Demanded::Avoid(left, right) => {
                let (couple, a, b) = self.couple(left, right)?;
                let en = format!("{a} and {b} must not be paired, as these rules say");
                let words = (format!("按本次规则，{a}与{b}不得结对"), en);
                Some(of_couple(DemandKind::Avoid, couple, words))
            }
        }
    }

    /// A minimum, or the floor of a newcomer that raised it.
    fn minimum(&self, side: Side, at: usize, need: u64) -> Option<PlanDemand> {
        let member = self.member(side, at)?;
        let name = self.people.name(member);
        let own = self.ready.bounds[place(side)].get(at)?.0;
        let (why_zh, why_en) = if need > own {
            ("（新成员保底）", ", the floor of a newcomer")
        } else {
            ("", "")
        };
        let zh = format!("{name}至少结对{need}个{why_zh}");
        let en = format!("{name} needs at least {}{why_en}", partners(need));
        Some(of_member(DemandKind::Minimum, member, need, (zh, en)))
    }

    fn cap(&self, cap: usize, need: u64, is_minimum: bool) -> Option<PlanDemand> {
        let (word_zh, word_en) =
            if is_minimum { ("至少", "at least") } else { ("最多", "at most") };
        match *self.caps.get(cap)? {
            CapOf::Group(at) => {
                let name = &self.ready.ask.rules.groups.get(at)?.name;
                let kind =
                    if is_minimum { DemandKind::GroupMinimum } else { DemandKind::GroupMaximum };
                Some(PlanDemand {
                    kind,
                    member: None,
                    couple: None,
                    need: Some(need),
                    zh: format!("“{name}”合计{word_zh}{need}对"),
                    en: format!("the group \"{name}\" has {word_en} {}", pairs(need)),
                })
            }
            CapOf::Role { anchor, slot } => {
                let member = self.member(Side::Left, anchor)?;
                let name = self.people.name(member);
                let role = &self.ready.pattern.as_ref()?.slots.get(slot)?.role;
                let kind =
                    if is_minimum { DemandKind::RoleMinimum } else { DemandKind::RoleMaximum };
                let has_zh = if is_minimum { "至少要有" } else { "最多可有" };
                let zh = format!("{name}{has_zh}{need}个“{}”", role.zh);
                let en = format!("{name} gets {word_en} {need} of the role \"{}\"", role.en);
                Some(of_member(kind, member, need, (zh, en)))
            }
        }
    }

    fn member(&self, side: Side, at: usize) -> Option<Member> {
        self.ready.side(side).get(at).map(|wish| wish.member)
    }

    fn couple(&self, left: usize, right: usize) -> Option<(Couple, &str, &str)> {
        let (a, b) = (self.member(Side::Left, left)?, self.member(Side::Right, right)?);
        Some((Couple { a, b }, self.people.name(a), self.people.name(b)))
    }
}

const fn place(side: Side) -> usize {
    match side {
        Side::Left => 0,
        Side::Right => 1,
    }
}

fn partners(number: u64) -> String {
    if number == 1 { "1 partner".to_owned() } else { format!("{number} partners") }
}

fn pairs(number: u64) -> String {
    if number == 1 { "1 pair".to_owned() } else { format!("{number} pairs") }
}

fn of_member(
    kind: DemandKind,
    member: Member,
    need: u64,
    (zh, en): (String, String),
) -> PlanDemand {
    PlanDemand { kind, member: Some(member), couple: None, need: Some(need), zh, en }
}

fn of_couple(kind: DemandKind, couple: Couple, (zh, en): (String, String)) -> PlanDemand {
    PlanDemand { kind, member: None, couple: Some(couple), need: None, zh, en }
}
