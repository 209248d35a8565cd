//! What of the registry is kept near: things by their ids, and first pages. What enterprises belong
//! to is in the graph. Everyone but the system administrator may read all of it, so it is the same
//! for all.

use std::sync::Arc;

use lianmeng_app::near::Shelves;
use lianmeng_domain::alliance::Alliance;
use lianmeng_domain::chain::{ChainSegment, IndustrialChain, Placement};
use lianmeng_domain::committee::ChainCommittee;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{
    AllianceId, ChainCommitteeId, ChainSegmentId, EnterpriseId, IndustrialChainId, OrganisationId,
    ProductId,
};
use lianmeng_domain::organisation::Organisation;
use lianmeng_domain::product::Product;

use crate::loader::PlacementsOf;

/// A list by what was asked: filter and order of a first page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FirstPage(pub(crate) String);

/// The length of a list by what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Length(pub(crate) String);

/// Shelves for what is asked for most; how much they hold keeps a process near 150 MB (docs/benchmarks.md).
pub(crate) fn shelves() -> Shelves {
    Shelves::default()
        .with::<EnterpriseId, Enterprise>("enterprise", 40_000)
        .with::<OrganisationId, Organisation>("organisation", 5_000)
        .with::<ProductId, Product>("product", 20_000)
        .with::<IndustrialChainId, IndustrialChain>("chain", 1_000)
        .with::<ChainSegmentId, ChainSegment>("segment", 5_000)
        .with::<ChainCommitteeId, ChainCommittee>("committee", 1_000)
        .with::<AllianceId, Alliance>("alliance", 5_000)
        .with::<PlacementsOf, Vec<Placement>>("placements_of", 10_000)
        .with::<FirstPage, Arc<[EnterpriseId]>>("first_page", 1_000)
        .with::<Length, u64>("length", 10_000)
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::time::Duration;

    use lianmeng_app::desk::Office;
    use lianmeng_domain::actor::Role;
    use lianmeng_store::chain::segment;
    use lianmeng_store::enterprise;
    use serde_json::{Value, json};

    use super::*;
    use crate::ids::wire;
    use crate::testing::registry::{fill, firm, firm_id};
    use crate::testing::{actor, ask, counted, world};

    /// Lets the keeper of the graph follow the changes, and waits until it vouches for it.
    async fn followed(office: &Office) {
        office.graph.keep(shelves);
        let keeper = office.clone();
        tokio::spawn(async move { keeper.graph.keep_fresh(&keeper, pending()).await });
        vouched(office).await;
    }

    /// Waits until the keeper vouches for what it knows.
    async fn vouched(office: &Office) {
        let vouched = async {
            while office.desk().near(0).is_none() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), vouched).await.unwrap();
    }

    async fn named(office: &Office) -> (u32, Value) {
        let query =
            format!("{{ node(id: \"{}\") {{ ... on Enterprise {{ name }} }} }}", wire(firm_id(1)));
        let (statements, answer) = counted(office, actor(Role::Public, None), &query).await;
        (statements, answer["data"]["node"]["name"].clone())
    }

    #[tokio::test]
    async fn what_was_read_costs_nothing_until_the_registry_changes() {
        let office = world().await;
        fill(&office, 2).await;
        assert_eq!(named(&office).await.0, 2, "nobody follows the changes");
        followed(&office).await;
        let (_, first) = named(&office).await;
        let again = loop {
            vouched(&office).await;
            let again = named(&office).await;
            // A machine that stood still meanwhile has the keeper look first, which proves nothing.
            if office.desk().near(0).is_some() {
                break again;
            }
        };
        assert_eq!(again, (0, first));

        let change = format!(
            r#"mutation {{ enterpriseUpdate(input: {{ enterpriseId: "{}", version: 1,
                requestKey: "near-0001", card: {{ name: "新名" }} }}) {{
                enterprise {{ name }} errors {{ code message }} }} }}"#,
            wire(firm_id(1))
        );
        let done = ask(&office, actor(Role::Coordinator, None), &change).await;
        assert_eq!(done["data"]["enterpriseUpdate"]["enterprise"]["name"], "新名", "{done}");
        assert_eq!(named(&office).await.1, json!("新名"), "its own change is seen at once");
    }
    #[tokio::test]
    async fn what_an_enterprise_belongs_to_is_the_same_near_and_far() {
        let office = world().await;
        fill(&office, 3).await;
        // Placed by a suggestion alone, which the graph leaves out of every figure.
        let new = firm(4);
        enterprise::insert(&office.db, &new).await.unwrap();
        let place = Placement { enterprise: new.id, segment: 1.into(), is_confirmed: false };
        segment::place(&office.db, place).await.unwrap();
        let query = "{ enterprises { nodes { name chains { name } alliances { name } } } }";
        let coordinator = || actor(Role::Coordinator, None);
        let far = counted(&office, coordinator(), query).await;
        let belongs = |n: usize| &far.1["data"]["enterprises"]["nodes"][n];
        assert_eq!(belongs(3)["chains"], json!([{ "name": "家纺" }]), "{}", far.1);
        assert_ne!(belongs(0)["alliances"], json!([]));
        followed(&office).await;
        office.graph.refresh(&office.db, office.desk().today).await.unwrap();
        let near = loop {
            vouched(&office).await;
            counted(&office, coordinator(), query).await;
            let near = counted(&office, coordinator(), query).await;
            if office.desk().near(0).is_some() {
                break near;
            }
        };
        assert_eq!(near.0, 0, "it read for what it knows");
        assert_eq!(near.1["data"], far.1["data"]);
    }
}
