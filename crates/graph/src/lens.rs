//! What of the picture a caller may see.

use std::collections::BTreeSet;

use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId};
use lianmeng_domain::policy::Visibility;

use crate::edge::EdgeKind;
use crate::flat::Index;
use crate::node::{NodeKind, NodeRef};
use crate::snapshot::Snapshot;

/// The part of the picture a caller sees. Everything but observed supply and cooperation tasks is
/// public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lens {
    /// Everything.
    All,
    /// What is public, and what touches these enterprises.
    Of {
        /// Enterprises whose observed supply is shown.
        supply: BTreeSet<EnterpriseId>,
        /// Enterprises whose cooperation tasks are shown.
        tasks: BTreeSet<EnterpriseId>,
    },
    /// What is public.
    Public,
    /// Nothing at all.
    Nothing,
}

impl Lens {
    /// Observed supply and tasks of the same enterprises.
    fn of(enterprises: BTreeSet<EnterpriseId>) -> Self {
        Self::Of { supply: enterprises.clone(), tasks: enterprises }
    }
}

impl Snapshot {
    /// What a caller with this visibility sees: an enterprise its own supply and tasks, a group
    /// those of all its subsidiaries, a committee those of the enterprises placed on its chain.
    ///
    /// This never shows more than the lists of supply edges and tasks do; hosts, who see more
    /// there, see what is public here.
    ///
    /// Time linear in the size of the group or committee.
    pub fn lens(&self, sees: &Visibility) -> Lens {
        match sees {
            Visibility::All => Lens::All,
            Visibility::Committee(id) => Lens::of(self.placed_on_chain_of(*id)),
            Visibility::Group(id) => Lens::of(self.group(*id)),
            Visibility::Enterprise(id) => Lens::of(BTreeSet::from([*id])),
            Visibility::Region(_)
            | Visibility::Zone(_)
            | Visibility::Organisation(_)
            | Visibility::Published => Lens::Public,
            Visibility::Nothing => Lens::Nothing,
        }
    }

    /// As [`Self::lens`], for a caller who sees no more than `supply` of the lists of supply edges: who
    /// sees none of them there sees none here.
    pub fn lens_within(&self, sees: &Visibility, supply: &Visibility) -> Lens {
        match (self.lens(sees), supply) {
            (Lens::Of { tasks, .. }, Visibility::Nothing | Visibility::Published) => {
                Lens::Of { supply: BTreeSet::new(), tasks }
            }
            (lens, _) => lens,
        }
    }

    /// An enterprise and everything it owns, directly or not.
    pub fn group(&self, head: EnterpriseId) -> BTreeSet<EnterpriseId> {
        let mut found = BTreeSet::from([head]);
        let mut open: Vec<Index> = self.index(NodeRef::Enterprise(head)).into_iter().collect();
        while let Some(owner) = open.pop() {
            for &owned in self.outgoing.of(owner, EdgeKind::Owns) {
                if found.insert(self.enterprise(owned)) {
                    open.push(owned);
                }
            }
        }
        found
    }

    /// Enterprises with a confirmed place on the chain that a committee organises.
    pub fn placed_on_chain_of(&self, committee: ChainCommitteeId) -> BTreeSet<EnterpriseId> {
        let Some(committee) = self.index(NodeRef::Committee(committee)) else {
            return BTreeSet::new();
        };
        let chains = self.outgoing.of(committee, EdgeKind::Organises).iter();
        chains
            .flat_map(|&chain| self.incoming.of(chain, EdgeKind::PartOf))
            .flat_map(|&segment| self.incoming.of(segment, EdgeKind::PlacedIn))
            .map(|&placed| self.enterprise(placed))
            .collect()
    }

    /// Whether `lens` shows `node`; an unknown node is not shown.
    pub fn shows(&self, lens: &Lens, node: NodeRef) -> bool {
        self.index(node).is_some_and(|index| self.shows_node(lens, index))
    }

    /// Whether `lens` shows a node: all but tasks of others.
    pub(crate) fn shows_node(&self, lens: &Lens, node: Index) -> bool {
        match lens {
            Lens::All => true,
            Lens::Nothing => false,
            Lens::Of { .. } | Lens::Public => {
                self.kind(node) != NodeKind::Task || self.shows_task(lens, node)
            }
        }
    }

    /// Whether `lens` shows an edge.
    pub(crate) fn shows_edge(&self, lens: &Lens, from: Index, kind: EdgeKind, to: Index) -> bool {
        let supply = match lens {
            Lens::All => return true,
            Lens::Nothing => return false,
            Lens::Of { supply, .. } => Some(supply),
            Lens::Public => None,
        };
        match kind {
            EdgeKind::Supplies => supply.is_some_and(|own| {
                own.contains(&self.enterprise(from)) || own.contains(&self.enterprise(to))
            }),
            EdgeKind::TaskOwner | EdgeKind::TaskCounterpart => self.shows_task(lens, to),
            EdgeKind::MaterialOf
            | EdgeKind::MadeInto
            | EdgeKind::KindOf
            | EdgeKind::Makes
            | EdgeKind::Uses
            | EdgeKind::Owns
            | EdgeKind::PlacedIn
            | EdgeKind::PartOf
            | EdgeKind::BelongsTo
            | EdgeKind::Organises
            | EdgeKind::SitsOn
            | EdgeKind::HangsUnder
            | EdgeKind::Leads
            | EdgeKind::PartnerIn
            | EdgeKind::Covers => true,
        }
    }

    /// Whether one side of the task is among the caller's enterprises.
    fn shows_task(&self, lens: &Lens, task: Index) -> bool {
        let own = match lens {
            Lens::All => return true,
            Lens::Of { tasks, .. } => tasks,
            Lens::Public | Lens::Nothing => return false,
        };
        [EdgeKind::TaskOwner, EdgeKind::TaskCounterpart]
            .into_iter()
            .flat_map(|kind| self.incoming.of(task, kind))
            .any(|&side| own.contains(&self.enterprise(side)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::Direction;
    use crate::snapshot::Around;
    use crate::worlds::{self, enterprise};

    #[test]
    fn each_role_sees_its_part_of_supply_and_tasks() {
        let snapshot = worlds::tongzhou();
        let supplies = |sees: &Visibility, firm: u128| {
            let lens = snapshot.lens(sees);
            let kinds = [EdgeKind::Supplies, EdgeKind::TaskOwner, EdgeKind::TaskCounterpart];
            let around = Around { kinds: &kinds, direction: Direction::Both, limit: 9 };
            snapshot.neighbours(enterprise(firm), around, &lens).len()
        };
        // Firm 1 supplies firm 2 and shares a task with firm 4; firm 1 owns firm 5; firm 2 is a
        // partner of the committee's alliance, firm 5 is placed on its chain.
        let cases = [
            ("coordinator", Visibility::All, 2),
            ("supplier itself", Visibility::Enterprise(1.into()), 2),
            ("buyer", Visibility::Enterprise(2.into()), 1),
            ("other side of the task", Visibility::Enterprise(4.into()), 1),
            ("stranger", Visibility::Enterprise(6.into()), 0),
            ("head office", Visibility::Group(1.into()), 2),
            ("subsidiary's group", Visibility::Group(5.into()), 0),
            ("committee", Visibility::Committee(1.into()), 0),
            ("unknown committee", Visibility::Committee(9.into()), 0),
            ("public", Visibility::Published, 0),
            ("department", Visibility::Organisation(1.into()), 0),
            ("administrator", Visibility::Nothing, 0),
        ];
        for (name, sees, want) in cases {
            assert_eq!(supplies(&sees, 1), want, "{name}");
        }
    }

    #[test]
    fn a_committee_sees_the_supply_and_the_tasks_of_its_chain() {
        let committee = Visibility::Committee(1.into());
        let mut input = worlds::home_textile();
        input.supply_edges.push(worlds::supply(2, 5, 6));
        input.tasks.push(worlds::task(2, 5, 6));
        input.tasks.push(worlds::task(3, 2, 6));
        let snapshot = Snapshot::build(input);
        let lens = snapshot.lens(&committee);
        let around = |kinds| Around { kinds, direction: Direction::Both, limit: 9 };
        let near = |firm, kinds: &'static [EdgeKind]| -> Vec<NodeRef> {
            let all = snapshot.neighbours(enterprise(firm), around(kinds), &lens);
            all.iter().map(|neighbour| neighbour.node).collect()
        };
        let supplies = &[EdgeKind::Supplies];
        let tasks = &[EdgeKind::TaskOwner, EdgeKind::TaskCounterpart];
        assert_eq!(near(6, supplies), [enterprise(5)], "firm 5 is placed on the chain");
        assert_eq!(near(2, supplies), [], "a partner that is not placed on the chain");
        assert_eq!(near(6, tasks), [NodeRef::Task(2.into())], "firm 5 is placed on the chain");
        assert_eq!(near(2, tasks), [], "a partner that is not placed on the chain");
    }

    #[test]
    fn a_task_of_others_does_not_exist() {
        let snapshot = worlds::tongzhou();
        let task = NodeRef::Task(1.into());
        let shows = |sees| snapshot.shows(&snapshot.lens(&sees), task);
        assert!(shows(Visibility::Enterprise(1.into())));
        assert!(!shows(Visibility::Enterprise(2.into())));
        assert!(!shows(Visibility::Published));
        assert!(!snapshot.shows(&Lens::All, NodeRef::Task(2.into())));
    }

    #[test]
    fn a_group_holds_every_level_and_a_committee_its_chain() {
        let snapshot = worlds::tongzhou();
        let numbers = |set: BTreeSet<EnterpriseId>| -> Vec<u128> {
            set.into_iter().map(EnterpriseId::number).collect()
        };
        assert_eq!(numbers(snapshot.group(1.into())), [1, 5, 6]);
        assert_eq!(numbers(snapshot.placed_on_chain_of(1.into())), [5]);
    }
}
