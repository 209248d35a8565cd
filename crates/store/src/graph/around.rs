//! What changed in the graph since a picture of it was read, told by the change feed.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::ids::{
    AllianceId, ChainCommitteeId, ChainSegmentId, CooperationTaskId, EnterpriseId, Id as _,
    IndustrialChainId, OrganisationId, PartyOrganisationId, ProductId, ProjectId, SeatId,
    SupplyEdgeId,
};
use sea_orm::sea_query::Query;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction};

use crate::{StoreError, audit, parse};

/// Tags of the things that are nodes of the graph.
const NODES: [&str; 8] = [
    EnterpriseId::TAG,
    OrganisationId::TAG,
    ProductId::TAG,
    IndustrialChainId::TAG,
    ChainSegmentId::TAG,
    ChainCommitteeId::TAG,
    AllianceId::TAG,
    CooperationTaskId::TAG,
];

/// Ids of things by their tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around(BTreeMap<&'static str, BTreeSet<String>>);

impl Around {
    fn add(&mut self, tag: &'static str, id: &str) {
        self.0.entry(tag).or_default().insert(id.to_owned());
    }

    /// The ids of one tag, if there are any.
    pub(super) fn ids(&self, tag: &str) -> Option<&BTreeSet<String>> {
        self.0.get(tag)
    }

    /// Tags and ids.
    pub fn things(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().flat_map(|(tag, ids)| ids.iter().map(|id| (*tag, id.as_str())))
    }
}

/// The things whose rows the graph must read again after the changes with a number above `after`;
/// `None` if that cannot be told, or if more than `limit` of them touch the graph: then all are.
/// Two statements, and one more for each kind of link that changed.
///
/// # Errors
///
/// As [`read`](super::read).
pub async fn touched(
    db: &DatabaseTransaction,
    after: i64,
    limit: u64,
) -> Result<Option<Around>, StoreError> {
    // A part of the log may have been taken away meanwhile.
    if audit::oldest(db).await?.is_none_or(|oldest| oldest > after + 1) {
        return Ok(None);
    }
    let things = audit::of_graph(db, after, limit + 1).await?;
    if u64::try_from(things.len()).unwrap_or(u64::MAX) > limit {
        return Ok(None);
    }
    let mut around = Around::default();
    let mut links = BTreeMap::<&str, BTreeSet<&str>>::new();
    for thing in &things {
        let Some((tag, id)) = thing.split_once(':') else { return Ok(None) };
        match tag {
            // Kept near with the registry, and no part of the graph.
            ProjectId::TAG | PartyOrganisationId::TAG => {}
            SupplyEdgeId::TAG | SeatId::TAG => drop(links.entry(tag).or_default().insert(id)),
            _ => match NODES.iter().find(|known| **known == tag) {
                Some(known) => around.add(known, id),
                None => return Ok(None),
            },
        }
    }
    for (tag, ids) in links {
        // One end of a link is enough: the other end's row is laid out with it.
        let (table, column, of) = match tag {
            SeatId::TAG => ("seats", "committee_id", ChainCommitteeId::TAG),
            _ => ("supply_edges", "supplier_id", EnterpriseId::TAG),
        };
        let mut query = Query::select();
        query.column("id").column(column).from(table);
        query.and_where(parse::listed(db, "id", ids.iter().copied()));
        let rows = db.query_all(&query).await?;
        if rows.len() < ids.len() {
            // A link that was removed no longer says between whom it was.
            return Ok(None);
        }
        for row in rows {
            around.add(of, &row.try_get_by_index::<String>(1)?);
        }
    }
    Ok(Some(around))
}

#[cfg(test)]
mod tests;
