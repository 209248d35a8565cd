//! Who should sit in one alliance 党建联盟: communities along a chain, within bounds.
//!
//! Communities of supply come first (Leiden, starting from the alliances there are, so that what works
//! stays together); then each is cut to what can meet: one city, neighbouring segments, at most so many.
//! What is too small joins the group it has most to do with. Everybody on the chain ends up in exactly one.

mod bound;

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::ids::{AllianceId, ChainSegmentId, EnterpriseId, IndustrialChainId};
use lianmeng_domain::region::{self, RegionCode};

use self::bound::Bounded;
use thiserror::Error;

use crate::edge::{EdgeKind, Flow};
use crate::flat::{Index, at};
use crate::lens::Lens;
use crate::net::community::Leiden;
use crate::net::{Net, Node};
use crate::node::NodeRef;
use crate::search::{Expansion, Hop};
use crate::snapshot::Snapshot;

/// How much a supply that was seen weighs against one that follows from products.
const SEEN: u32 = 8;
/// Most enterprises on a chain for which alliances are suggested.
const MOST_MEMBERS: usize = 20_000;

/// A question for alliances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllianceQuery<'a> {
    /// The chain.
    pub chain: IndustrialChainId,
    /// Where members must be; anywhere if absent, and then each alliance within one city.
    pub region: Option<RegionCode>,
    /// Fewest members where that can be had.
    pub fewest: usize,
    /// Most members.
    pub most: usize,
    /// Groups to begin with, such as those suggested yesterday; the alliances of the chain's committees if
    /// empty.
    pub before: &'a [Vec<EnterpriseId>],
    /// Most to list.
    pub limit: usize,
}

/// Fewest and most members that contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("fewest is {fewest}, more than most, {most}; lower fewest or raise most")]
pub struct SizesError {
    fewest: usize,
    most: usize,
}

/// Fewest and most members to ask for: 100 at most and 5 at least unless something else is asked, and no
/// more at least than at most.
///
/// # Errors
///
/// [`SizesError`] if both are asked for and contradict each other.
pub fn sizes(fewest: Option<usize>, most: Option<usize>) -> Result<(usize, usize), SizesError> {
    let most = most.unwrap_or(100);
    match fewest {
        Some(fewest) if fewest > most => Err(SizesError { fewest, most }),
        Some(fewest) => Ok((fewest, most)),
        None => Ok((most.min(5), most)),
    }
}

/// An alliance that would make sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllianceSuggestion {
    /// A name for it: that of the alliance it continues, or of its segments.
    pub name: String,
    /// The alliance it continues: one that shares more than half of its members, both ways.
    pub continues: Option<AllianceId>,
    /// Its members by id.
    pub members: Vec<EnterpriseId>,
    /// The member with most links inside.
    pub lead: Option<EnterpriseId>,
    /// Segments its members stand on first of all, along the chain.
    pub segments: Vec<ChainSegmentId>,
    /// Seats still empty: segments between them that nobody stands on.
    pub empty_segments: Vec<ChainSegmentId>,
    /// The smallest division that holds all members whose place is known.
    pub region: Option<RegionCode>,
    /// Pairs of members one of which supplies or could supply the other.
    pub links_inside: usize,
    /// Such pairs of a member and somebody on the chain outside.
    pub links_outside: usize,
}

impl AllianceSuggestion {
    /// Why these belong together, in Chinese and in English.
    pub fn reason(&self) -> (String, String) {
        let Self { members, segments, empty_segments, links_inside, links_outside, .. } = self;
        let (count, on, empty) = (members.len(), segments.len(), empty_segments.len());
        let zh = format!(
            "{count}家企业分布在{on}个相邻环节，盟内供需关系{links_inside}对，与盟外{links_outside}对；\
             其间尚缺{empty}个环节"
        );
        let en = format!(
            "{count} enterprises on {on} neighbouring segments; {links_inside} supply relations among \
             them, {links_outside} with others; {empty} segments between them are empty"
        );
        (zh, en)
    }
}

/// Alliances that would make sense.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllianceSuggestions {
    /// Along the chain by their first segment, larger ones first, then by the lowest member.
    pub suggestions: Vec<AllianceSuggestion>,
    /// How many there are in all.
    pub total: usize,
    /// Enterprises on the chain that were considered; each is in exactly one.
    pub members: usize,
    /// How many have fewer members than asked for, because nothing near could be joined.
    pub small: usize,
}

/// The enterprises considered, by their numbers in the net.
#[derive(Debug)]
struct Table {
    segments: Vec<Index>,
    firms: Vec<Index>,
    /// First segment of each enterprise, as its place along the chain.
    home: Vec<usize>,
    city: Vec<Option<RegionCode>>,
    net: Net,
}

impl Snapshot {
    /// Alliances along a chain; `None` for an unknown chain, and for one with more than 20 000 enterprises.
    ///
    /// Leiden: Traag, Waltman and van Eck (2019), on supply seen (as far as `lens` shows it, weighing eight
    /// times) and on what follows from products. Time `O(l)` for the links between members, a few sweeps
    /// over them, and `O(g²)` for `g` groups.
    pub fn alliance_suggestions(
        &self,
        ask: &AllianceQuery<'_>,
        lens: &Lens,
    ) -> Option<AllianceSuggestions> {
        let segments = self.segments_of(ask.chain)?;
        let mut firms = self.members_of_chain(ask.chain)?;
        firms.retain(|&firm| self.is_here(firm, ask.region));
        if firms.len() > MOST_MEMBERS {
            return None;
        }
        let table = self.table(segments, firms, lens)?;
        let alliances = self.alliances_of_chain(ask.chain);
        let start = self.start(&table, ask, &alliances);
        let leiden = Leiden { start: &start, ..Leiden::default() };
        // Weights of so few links fit; were they ever too heavy, everybody would begin alone.
        let found = table.net.ties().communities(leiden).ok();
        let of = found.map_or_else(|| (0..table.net.nodes()).collect(), |groups| groups.of);
        let groups = Bounded::new(&table, ask).groups(&of);
        Some(self.suggested(&table, groups, &alliances, ask))
    }

    fn table(&self, segments: Vec<Index>, firms: Vec<Index>, lens: &Lens) -> Option<Table> {
        let members: Vec<Vec<Index>> = segments.iter().map(|&s| self.members_of(s)).collect();
        let stands = |firm: &Index| {
            members.iter().position(|all| all.binary_search(firm).is_ok()).unwrap_or_default()
        };
        let home = firms.iter().map(stands).collect();
        let city = firms.iter().map(|&f| self.details.region(f).map(RegionCode::city)).collect();
        let mut edges: Vec<(Node, Node, u32)> = Vec::new();
        for (node, &firm) in (0..).zip(&firms) {
            let mut expansion = Expansion::once(lens);
            let mut seen: BTreeMap<Node, u32> = BTreeMap::new();
            self.supply_steps(firm, Flow::Downstream, &mut expansion, &mut |other, hop| {
                if let Ok(place) = firms.binary_search(&other) {
                    let weight = match hop {
                        Hop::Edge { .. } => SEEN,
                        Hop::Derived { .. } => 1,
                    };
                    let slot = seen.entry(crate::net::narrow(place)).or_default();
                    *slot = weight.max(*slot);
                }
                true
            });
            edges.extend(seen.into_iter().map(|(other, weight)| (node, other, weight)));
        }
        let net = Net::weighted(crate::net::narrow(firms.len()), &edges).ok()?;
        Some(Table { segments, firms, home, city, net })
    }

    /// Alliances under the committees of a chain, by index, with their partners among enterprises.
    fn alliances_of_chain(&self, chain: IndustrialChainId) -> Vec<(Index, Vec<Index>)> {
        let Some(chain) = self.index(NodeRef::Chain(chain)) else { return Vec::new() };
        let committees = self.incoming.of(chain, EdgeKind::Organises).iter();
        let alliances = committees.flat_map(|&c| self.incoming.of(c, EdgeKind::HangsUnder));
        let alliances: BTreeSet<Index> = alliances.copied().collect();
        let partners = |alliance| self.incoming.of(alliance, EdgeKind::PartnerIn).to_vec();
        alliances.into_iter().map(|alliance| (alliance, partners(alliance))).collect()
    }

    /// The group everybody begins in: an enterprise of no group begins alone, one of several in the first.
    fn start(
        &self,
        table: &Table,
        ask: &AllianceQuery<'_>,
        alliances: &[(Index, Vec<Index>)],
    ) -> Vec<u32> {
        let mut labels: Vec<u32> = (0..table.net.nodes()).collect();
        let index = |id: &EnterpriseId| self.index(NodeRef::Enterprise(*id));
        let groups: Vec<Vec<Index>> = if ask.before.is_empty() {
            alliances.iter().map(|(_, partners)| partners.clone()).collect()
        } else {
            ask.before.iter().map(|group| group.iter().filter_map(index).collect()).collect()
        };
        let mut is_set = vec![false; labels.len()];
        for (group, members) in (table.net.nodes()..).zip(&groups) {
            for place in members.iter().filter_map(|firm| table.firms.binary_search(firm).ok()) {
                if !std::mem::replace(&mut is_set[place], true) {
                    labels[place] = group;
                }
            }
        }
        labels
    }

    fn suggested(
        &self,
        table: &Table,
        groups: Vec<Vec<Node>>,
        alliances: &[(Index, Vec<Index>)],
        ask: &AllianceQuery<'_>,
    ) -> AllianceSuggestions {
        let mut of = vec![usize::MAX; table.firms.len()];
        for (group, members) in groups.iter().enumerate() {
            for &node in members {
                of[at(node)] = group;
            }
        }
        let mut taken: BTreeSet<String> =
            alliances.iter().map(|(alliance, _)| self.names.get(*alliance).to_owned()).collect();
        let small = groups.iter().filter(|group| group.len() < ask.fewest).count();
        let total = groups.len();
        let suggestion = |(group, members): (usize, &Vec<Node>)| {
            self.suggestion(table, (group, members), &of, (alliances, &mut taken))
        };
        let suggestions = groups.iter().enumerate().take(ask.limit).map(suggestion).collect();
        AllianceSuggestions { suggestions, total, members: table.firms.len(), small }
    }

    fn suggestion(
        &self,
        table: &Table,
        (group, members): (usize, &Vec<Node>),
        of: &[usize],
        (alliances, taken): (&[(Index, Vec<Index>)], &mut BTreeSet<String>),
    ) -> AllianceSuggestion {
        let mut inside: BTreeMap<Node, usize> = BTreeMap::new();
        let (mut links_inside, mut links_outside) = (0, 0);
        for &node in members {
            for &other in table.net.successors(node) {
                if of[at(other)] == group {
                    links_inside += 1;
                    *inside.entry(node).or_default() += 1;
                    *inside.entry(other).or_default() += 1;
                } else {
                    links_outside += 1;
                }
            }
            let from_outside = |other: &&Node| of[at(**other)] != group;
            links_outside += table.net.predecessors(node).iter().filter(from_outside).count();
        }
        let lead = inside.iter().max_by_key(|(node, links)| (**links, std::cmp::Reverse(**node)));
        let firms: Vec<Index> = members.iter().map(|&node| table.firms[at(node)]).collect();
        let homes: BTreeSet<usize> = members.iter().map(|&node| table.home[at(node)]).collect();
        let span = homes.first().copied().unwrap_or(0)..=homes.last().copied().unwrap_or(0);
        let segment = |place: usize| ChainSegmentId::from(self.ids[at(table.segments[place])]);
        let continues = continued(&firms, alliances);
        let places = firms.iter().filter_map(|&firm| self.details.region(firm));
        AllianceSuggestion {
            name: match continues {
                Some(alliance) => self.names.get(alliance).to_owned(),
                None => self.fresh_name(table, &homes, taken),
            },
            continues: continues.map(|alliance| self.ids[at(alliance)].into()),
            members: firms.iter().map(|&firm| self.enterprise(firm)).collect(),
            lead: lead.map(|(node, _)| self.enterprise(table.firms[at(*node)])),
            segments: homes.iter().map(|&place| segment(place)).collect(),
            empty_segments: span.filter(|place| !homes.contains(place)).map(segment).collect(),
            region: region::common(places),
            links_inside,
            links_outside,
        }
    }

    /// A name by the first and last segment that nobody has.
    fn fresh_name(
        &self,
        table: &Table,
        homes: &BTreeSet<usize>,
        taken: &mut BTreeSet<String>,
    ) -> String {
        let called = |place: &usize| self.names.get(table.segments[*place]);
        let (first, last) = (homes.first().map(called), homes.last().map(called));
        let stem = match (first, last) {
            (Some(first), Some(last)) if first != last => format!("{first}—{last}党建联盟"),
            (Some(first), _) => format!("{first}党建联盟"),
            (None, _) => "党建联盟".to_owned(),
        };
        let numbered = (2..).map(|number: u32| format!("{stem}（{number}）"));
        let mut names = std::iter::once(stem.clone()).chain(numbered);
        names.find(|name| taken.insert(name.clone())).unwrap_or(stem)
    }
}

/// The alliance that shares more than half of its partners and of the group; at most one can.
fn continued(firms: &[Index], alliances: &[(Index, Vec<Index>)]) -> Option<Index> {
    let shared = |partners: &Vec<Index>| {
        partners.iter().filter(|partner| firms.binary_search(partner).is_ok()).count()
    };
    let same = alliances.iter().find(|(_, partners)| {
        let shared = shared(partners);
        2 * shared > partners.len() && 2 * shared > firms.len()
    });
    same.map(|(alliance, _)| *alliance)
}

#[cfg(test)]
mod tests;
