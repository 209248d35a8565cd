//! Loaders: many keys, one statement. They belong to one request, so nothing leaks between callers.
//!
//! Two kinds: a thing by its id (`by_id`), and the first children of a parent (`first_of`),
//! which the database counts off per parent, so that a page costs the same number of statements
//! however many rows it holds.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use lianmeng_app::near::View;
use lianmeng_domain::alliance::{Alliance, AlliancePartner, Coverage};
use lianmeng_domain::chain::{ChainSegment, IndustrialChain, Placement};
use lianmeng_domain::committee::{ChainCommittee, Member, Seat};
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{
    AllianceId, ChainCommitteeId, ChainSegmentId, EnterpriseId, IndustrialChainId, OrganisationId,
    OutcomeId, PartyOrganisationId, ProductId, SeatId, SupplyEdgeId, ZoneId,
};
use lianmeng_domain::industry::{Industry, IndustryKey};
use lianmeng_domain::organisation::Organisation;
use lianmeng_domain::outcome::Outcome;
use lianmeng_domain::party::{PartyHome, PartyOrganisation};
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::product::{EnterpriseProduct, Product, ProductEdge, ProductRole};
use lianmeng_domain::region::{Region, RegionCode, Zone};
use lianmeng_domain::rights::{Column, DataClass};
use lianmeng_domain::supply::SupplyEdge;
use lianmeng_store::alliance::{coverage, partner};
use lianmeng_store::chain::segment;
use lianmeng_store::committee::seat;
use lianmeng_store::eyes::Eyes;
use lianmeng_store::region::zone;
use lianmeng_store::{
    StoreError, alliance, chain, committee, enterprise, industry, organisation, outcome, party,
    product, region, supply,
};
use sea_orm::DatabaseConnection;

pub mod attachment;
pub mod casework;
pub mod need;

/// What loaders read from and on whose behalf.
#[derive(Debug)]
pub struct Loaders {
    /// The database.
    pub db: DatabaseConnection,
    /// What the caller may see.
    pub sees: Visibility,
    /// Where the caller stands in the matrix of rights.
    pub column: Option<Column>,
    /// Where what was read of the registry is kept for others; `None` if it must not be.
    pub near: Option<View>,
}

impl Loaders {
    /// Keeps what was read near, if there is a place for it.
    fn keep<K, V>(&self, found: &HashMap<K, V>)
    where
        K: Hash + Eq + Clone + Send + Sync + 'static,
        V: Clone + Send + Sync + 'static,
    {
        if let Some(near) = &self.near {
            #[expect(clippy::iter_over_hash_type, reason = "each is kept under its own key")]
            for (key, value) in found {
                near.put(key.clone(), value);
            }
        }
    }

    /// The caller's eyes for needs.
    pub fn eyes(&self) -> Eyes<'_> {
        self.eyes_of(DataClass::NeedSummary)
    }

    /// The caller's eyes for data of `class`.
    pub fn eyes_of(&self, class: DataClass) -> Eyes<'_> {
        Eyes::of(self.column, &self.sees, class)
    }

    /// What the caller sees of data of `class`.
    pub fn sees_of(&self, class: DataClass) -> &Visibility {
        policy::sees(self.column, &self.sees, class)
    }

    /// What the caller sees of docking events.
    pub fn sees_events(&self) -> &Visibility {
        policy::sees_events(self.column, &self.sees)
    }
}

/// Things by their ids: `Id => Thing = find_many;`.
macro_rules! by_id {
    ($($id:ty => $thing:ty = $find:path;)+) => {$(
        impl Loader<$id> for Loaders {
            type Value = $thing;
            type Error = Arc<StoreError>;

            async fn load(
                &self,
                ids: &[$id],
            ) -> Result<HashMap<$id, $thing>, Arc<StoreError>> {
                let found = $find(&self.db, &self.sees, ids).await.map_err(Arc::new)?;
                let found = found.into_iter().map(|thing| (thing.id, thing)).collect();
                self.keep(&found);
                Ok(found)
            }
        }
    )+};
}

by_id! {
    EnterpriseId => Enterprise = enterprise::find_many;
    OrganisationId => Organisation = organisation::find_many;
    ProductId => Product = product::find_many;
    IndustrialChainId => IndustrialChain = chain::find_many;
    ChainSegmentId => ChainSegment = segment::find_many;
    ChainCommitteeId => ChainCommittee = committee::find_many;
    SeatId => Seat = seat::find_many;
    AllianceId => Alliance = alliance::find_many;
    ZoneId => Zone = zone::find_many;
    PartyOrganisationId => PartyOrganisation = party::find_many;
}

impl Loader<SupplyEdgeId> for Loaders {
    type Value = SupplyEdge;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        ids: &[SupplyEdgeId],
    ) -> Result<HashMap<SupplyEdgeId, SupplyEdge>, Arc<StoreError>> {
        let sees = self.sees_of(DataClass::SupplyEdge);
        let found = supply::find_many(&self.db, sees, ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|edge| (edge.id, edge)).collect())
    }
}

impl Loader<OutcomeId> for Loaders {
    type Value = Outcome;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        ids: &[OutcomeId],
    ) -> Result<HashMap<OutcomeId, Outcome>, Arc<StoreError>> {
        let eyes = self.eyes_of(DataClass::Outcome);
        let found = outcome::find_many(&self.db, eyes, ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|outcome| (outcome.id, outcome)).collect())
    }
}

/// The first children of a parent:
/// `Key(Parent) -> Child = store function, with an argument more, parent of a child;`.
macro_rules! first_of {
    ($($(#[$meta:meta])* $key:ident($parent:ty) -> $child:ty = $find:path $([$extra:expr])?, $of:expr;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $key {
            /// Whose.
            pub of: $parent,
            /// At most so many.
            pub first: u64,
        }

        impl Loader<$key> for Loaders {
            type Value = Vec<$child>;
            type Error = Arc<StoreError>;

            async fn load(
                &self,
                keys: &[$key],
            ) -> Result<HashMap<$key, Vec<$child>>, Arc<StoreError>> {
                let parents: BTreeSet<$parent> = keys.iter().map(|key| key.of).collect();
                let parents: Vec<$parent> = parents.into_iter().collect();
                let most = keys.iter().map(|key| key.first).max().unwrap_or(0);
                let found = $find(&self.db, &parents, $($extra,)? most).await.map_err(Arc::new)?;
                let parent: fn(&$child) -> Option<$parent> = $of;
                let found = deal(keys, |key| (key.of, key.first), found, parent);
                self.keep(&found);
                Ok(found)
            }
        }
    )+};
}

/// Deals children out to the keys that asked for their parents, each no more than it asked for.
pub(crate) fn deal<K: Copy + Eq + Hash, P: Copy + Eq + Hash, C: Clone>(
    keys: &[K],
    asked: impl Fn(&K) -> (P, u64),
    children: Vec<C>,
    parent: impl Fn(&C) -> Option<P>,
) -> HashMap<K, Vec<C>> {
    let mut families: HashMap<P, Vec<C>> = HashMap::new();
    for child in children {
        if let Some(parent) = parent(&child) {
            families.entry(parent).or_default().push(child);
        }
    }
    keys.iter()
        .map(|key| {
            let (parent, first) = asked(key);
            let first = usize::try_from(first).unwrap_or(usize::MAX);
            let family = families.get(&parent).into_iter().flatten();
            (*key, family.take(first).cloned().collect())
        })
        .collect()
}

first_of! {
    /// Direct subsidiaries of an enterprise.
    SubsidiariesOf(EnterpriseId) -> Enterprise = enterprise::of_parents,
        |enterprise| enterprise.parent;
    /// Products an enterprise makes.
    MadeBy(EnterpriseId) -> EnterpriseProduct =
        product::made_by[ProductRole::Makes],
        |row| Some(row.enterprise);
    /// Products an enterprise uses.
    UsedBy(EnterpriseId) -> EnterpriseProduct =
        product::made_by[ProductRole::Uses],
        |row| Some(row.enterprise);
    /// Enterprises that make a product.
    MakersOf(ProductId) -> EnterpriseProduct =
        product::makers_of[ProductRole::Makes],
        |row| Some(row.product);
    /// Enterprises that use a product.
    UsersOf(ProductId) -> EnterpriseProduct =
        product::makers_of[ProductRole::Uses],
        |row| Some(row.product);
    /// Edges that start at a product.
    EdgesFrom(ProductId) -> ProductEdge =
        product::edges_from,
        |edge| Some(edge.from);
    /// Edges that end at a product.
    EdgesTo(ProductId) -> ProductEdge =
        product::edges_to,
        |edge| Some(edge.to);
    /// Chains an enterprise is placed on.
    ChainsOf(EnterpriseId) -> (EnterpriseId, IndustrialChainId) =
        chain::of_enterprises,
        |link| Some(link.0);
    /// Places of an enterprise on segments.
    PlacementsOf(EnterpriseId) -> Placement =
        segment::placements_of,
        |placement| Some(placement.enterprise);
    /// Enterprises placed on a segment.
    PlacementsOn(ChainSegmentId) -> Placement =
        segment::placements_on,
        |placement| Some(placement.segment);
    /// Segments of a chain.
    SegmentsOf(IndustrialChainId) -> ChainSegment =
        segment::of_chains,
        |segment| Some(segment.chain);
    /// Committees of a chain.
    CommitteesOf(IndustrialChainId) -> ChainCommittee =
        committee::of_chains,
        |committee| Some(committee.chain);
    /// Seats of a committee.
    SeatsOf(ChainCommitteeId) -> Seat =
        seat::of_committees,
        |seat| Some(seat.committee);
    /// Seats an enterprise holds.
    SeatsHeldByEnterprise(EnterpriseId) -> Seat =
        seat::of_enterprises,
        |seat| enterprise_of(seat.holder);
    /// Seats an organisation holds.
    SeatsHeldByOrganisation(OrganisationId) -> Seat =
        seat::of_organisations,
        |seat| organisation_of(seat.holder);
    /// Alliances under a committee.
    AlliancesUnder(ChainCommitteeId) -> Alliance =
        alliance::of_committees,
        |alliance| Some(alliance.committee);
    /// Alliances an enterprise takes part in.
    AlliancesOfEnterprise(EnterpriseId) -> AlliancePartner =
        partner::of_enterprises,
        |row| enterprise_of(row.partner);
    /// Alliances an organisation takes part in.
    AlliancesOfOrganisation(OrganisationId) -> AlliancePartner =
        partner::of_organisations,
        |row| organisation_of(row.partner);
    /// Divisions directly below one.
    RegionsBelow(RegionCode) -> Region = region::of_parents, |region| region.parent;
    /// Past divisions whose place one took.
    PredecessorsOf(RegionCode) -> Region = region::predecessors, |region| region.successor;
    /// Zones that overlap a division.
    ZonesOf(RegionCode) -> (RegionCode, ZoneId) = zone::of_regions, |link| Some(link.0);
    /// Party organisations set up in an enterprise.
    PartyInEnterprise(EnterpriseId) -> PartyOrganisation = party::of_enterprises,
        |organisation| match organisation.home {
            PartyHome::Enterprise(id) => Some(id),
            PartyHome::Organisation(_) | PartyHome::None => None,
        };
    /// Party organisations set up in another organisation.
    PartyInOrganisation(OrganisationId) -> PartyOrganisation = party::of_organisations,
        |organisation| match organisation.home {
            PartyHome::Organisation(id) => Some(id),
            PartyHome::Enterprise(_) | PartyHome::None => None,
        };
    /// Party organisations directly under one.
    PartyBelow(PartyOrganisationId) -> PartyOrganisation = party::of_superiors,
        |organisation| organisation.parent;
    /// Partners of an alliance.
    PartnersOf(AllianceId) -> AlliancePartner =
        partner::of_alliances,
        |row| Some(row.alliance);
}

const fn enterprise_of(member: Member) -> Option<EnterpriseId> {
    match member {
        Member::Enterprise(id) => Some(id),
        Member::Organisation(_) => None,
    }
}

const fn organisation_of(member: Member) -> Option<OrganisationId> {
    match member {
        Member::Organisation(id) => Some(id),
        Member::Enterprise(_) => None,
    }
}

/// How much of a chain the alliances of all its committees reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChainCoverageOf(pub IndustrialChainId);

impl Loader<ChainCoverageOf> for Loaders {
    type Value = Coverage;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[ChainCoverageOf],
    ) -> Result<HashMap<ChainCoverageOf, Coverage>, Arc<StoreError>> {
        let chains: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = coverage::of_chains(&self.db, &chains).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|(id, coverage)| (ChainCoverageOf(id), coverage)).collect())
    }
}

/// How much of its chain the alliances of one committee reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CommitteeCoverageOf(pub ChainCommitteeId);

impl Loader<CommitteeCoverageOf> for Loaders {
    type Value = Coverage;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[CommitteeCoverageOf],
    ) -> Result<HashMap<CommitteeCoverageOf, Coverage>, Arc<StoreError>> {
        let committees: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = coverage::of_committees(&self.db, &committees).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|(id, coverage)| (CommitteeCoverageOf(id), coverage)).collect())
    }
}

impl Loader<RegionCode> for Loaders {
    type Value = Region;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        codes: &[RegionCode],
    ) -> Result<HashMap<RegionCode, Region>, Arc<StoreError>> {
        let found = region::find_many(&self.db, codes).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|region| (region.code, region)).collect())
    }
}

impl Loader<IndustryKey> for Loaders {
    type Value = Industry;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[IndustryKey],
    ) -> Result<HashMap<IndustryKey, Industry>, Arc<StoreError>> {
        let found = industry::find_many(&self.db, keys).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|industry| (industry.key.clone(), industry)).collect())
    }
}

/// Supply edges are confidential, so which of them a parent has depends on the caller.
macro_rules! supply_of {
    ($($(#[$meta:meta])* $key:ident = $find:path, $of:expr;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $key {
            /// Whose.
            pub of: EnterpriseId,
            /// At most so many.
            pub first: u64,
        }

        impl Loader<$key> for Loaders {
            type Value = Vec<SupplyEdge>;
            type Error = Arc<StoreError>;

            async fn load(
                &self,
                keys: &[$key],
            ) -> Result<HashMap<$key, Vec<SupplyEdge>>, Arc<StoreError>> {
                let firms: BTreeSet<EnterpriseId> = keys.iter().map(|key| key.of).collect();
                let firms: Vec<EnterpriseId> = firms.into_iter().collect();
                let most = keys.iter().map(|key| key.first).max().unwrap_or(0);
                let sees = self.sees_of(DataClass::SupplyEdge);
                let found = $find(&self.db, &firms, sees, most).await;
                let found = found.map_err(Arc::new)?;
                let firm: fn(&SupplyEdge) -> Option<EnterpriseId> = $of;
                Ok(deal(keys, |key| (key.of, key.first), found, firm))
            }
        }
    )+};
}

supply_of! {
    /// Supply edges on which an enterprise supplies.
    SuppliedBy = supply::of_suppliers, |edge| Some(edge.supplier);
    /// Supply edges on which an enterprise buys.
    BoughtBy = supply::of_buyers, |edge| Some(edge.buyer);
}
