//! How much of a chain its alliances reach.

use lianmeng_domain::alliance::Coverage;
use lianmeng_domain::ids::{ChainCommitteeId, IndustrialChainId};
use sea_orm::sea_query::{
    CaseStatement, Expr, ExprTrait as _, Func, JoinType, Order, Query, SelectStatement, UnionType,
};
use sea_orm::{ConnectionTrait, QueryResult};

use crate::StoreError;
use crate::parse::{self, At};

/// Coverage of each of `chains` by the alliances of all its committees, sorted by chain; chains on
/// which nobody's place is confirmed are left out. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn of_chains(
    db: &impl ConnectionTrait,
    chains: &[IndustrialChainId],
) -> Result<Vec<(IndustrialChainId, Coverage)>, StoreError> {
    let id = ("industrial_chains", "id");
    let mut bodies = Query::select();
    bodies
        .expr_as(Expr::col(id), "body_id")
        .expr_as(Expr::col(id), "chain_id")
        .from("industrial_chains")
        .and_where(parse::listed(db, id, chains));
    let rows = db.query_all(&counted(&bodies, "chain_id")).await?;
    let at = At("industrial_chains", "id");
    rows.iter().map(|row| Ok((parse::value(at, &body(row)?)?, coverage(row)?))).collect()
}

/// Coverage of the chain of each of `committees` by the alliances of that committee alone, sorted
/// by committee; committees of chains on which nobody's place is confirmed are left out. One
/// statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn of_committees(
    db: &impl ConnectionTrait,
    committees: &[ChainCommitteeId],
) -> Result<Vec<(ChainCommitteeId, Coverage)>, StoreError> {
    let id = ("chain_committees", "id");
    let mut bodies = Query::select();
    bodies
        .expr_as(Expr::col(id), "body_id")
        .column(("chain_committees", "chain_id"))
        .from("chain_committees")
        .and_where(parse::listed(db, id, committees));
    let rows = db.query_all(&counted(&bodies, "id")).await?;
    let at = At("chain_committees", "id");
    rows.iter().map(|row| Ok((parse::value(at, &body(row)?)?, coverage(row)?))).collect()
}

/// Counts per body: `bodies` holds (`body_id`, `chain_id`), and the committees that count for a
/// body are those whose column `committee_key` is the body's id.
fn counted(bodies: &SelectStatement, committee_key: &'static str) -> SelectStatement {
    let same = |column: &'static str| Expr::col(("placed", column)).equals(("member", column));
    let in_several = CaseStatement::new().case(Expr::col(("member", "alliances")).gt(1), 1);
    let mut query = Query::select();
    query
        .column(("placed", "body_id"))
        .expr_as(Func::count(Expr::col(("placed", "enterprise_id"))), "placed_count")
        .expr_as(Func::count(Expr::col(("member", "enterprise_id"))), "covered_count")
        .expr_as(Func::count(in_several), "overlap_count")
        .from_subquery(placed(bodies), "placed")
        .join_subquery(
            JoinType::LeftJoin,
            members(bodies, committee_key),
            "member",
            same("body_id").and(same("enterprise_id")),
        )
        .group_by_col(("placed", "body_id"))
        .order_by(("placed", "body_id"), Order::Asc);
    query
}

/// Distinct enterprises with a confirmed place, per body.
fn placed(bodies: &SelectStatement) -> SelectStatement {
    let mut query = Query::select();
    query
        .columns([("body", "body_id"), ("placements", "enterprise_id")])
        .distinct()
        .from_subquery(bodies.clone(), "body")
        .inner_join(
            "chain_segments",
            Expr::col(("chain_segments", "chain_id")).equals(("body", "chain_id")),
        )
        .inner_join(
            "placements",
            Expr::col(("placements", "segment_id")).equals(("chain_segments", "id")),
        )
        .and_where(Expr::col(("placements", "is_confirmed")).eq(true));
    query
}

/// Enterprises in alliances, per body, with the number of alliances. A lead takes part in its
/// alliance even where it is not listed among the partners.
fn members(bodies: &SelectStatement, committee_key: &'static str) -> SelectStatement {
    let mut leads = Query::select();
    leads
        .columns(["id", "lead_id"])
        .from("alliances")
        .and_where(Expr::col(("alliances", "lead_id")).is_not_null());
    let mut parts = Query::select();
    parts
        .columns(["alliance_id", "enterprise_id"])
        .from("alliance_enterprises")
        .union(UnionType::Distinct, leads);
    let mut query = Query::select();
    query
        .columns([("body", "body_id"), ("part", "enterprise_id")])
        .expr_as(Func::count(Expr::col(("part", "alliance_id"))), "alliances")
        .from_subquery(bodies.clone(), "body")
        .inner_join(
            "chain_committees",
            Expr::col(("chain_committees", committee_key)).equals(("body", "body_id")),
        )
        .inner_join(
            "alliances",
            Expr::col(("alliances", "committee_id")).equals(("chain_committees", "id")),
        )
        .join_subquery(
            JoinType::InnerJoin,
            parts,
            "part",
            Expr::col(("part", "alliance_id")).equals(("alliances", "id")),
        )
        .group_by_columns([("body", "body_id"), ("part", "enterprise_id")]);
    query
}

fn body(row: &QueryResult) -> Result<String, StoreError> {
    Ok(row.try_get("", "body_id")?)
}

fn coverage(row: &QueryResult) -> Result<Coverage, StoreError> {
    let number = |column| -> Result<u64, StoreError> {
        let count: i64 = row.try_get("", column)?;
        Ok(count.unsigned_abs())
    };
    Ok(Coverage {
        placed: number("placed_count")?,
        covered: number("covered_count")?,
        overlaps: number("overlap_count")?,
    })
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::alliance::{Alliance, AlliancePartner};
    use lianmeng_domain::chain::{ChainSegment, IndustrialChain, Placement, Reach};
    use lianmeng_domain::committee::{ChainCommittee, CommitteeForm, Member};
    use lianmeng_domain::ids::{AllianceId, ChainSegmentId, EnterpriseId};
    use sea_orm::DatabaseConnection;

    use super::*;
    use crate::alliance::partner;
    use crate::chain::{self, segment};
    use crate::{alliance, committee};

    fn chain(n: u128) -> IndustrialChainId {
        IndustrialChainId::from(n)
    }

    async fn add_alliance(db: &DatabaseConnection, n: u128, committee: u128, firms: &[u128]) {
        let alliance = Alliance {
            id: AllianceId::from(n),
            external_id: None,
            name: format!("联盟{n}"),
            committee: ChainCommitteeId::from(committee),
            lead: None,
            segments: Vec::new(),
            is_example: true,
            version: 1,
        };
        alliance::insert(db, &alliance).await.unwrap();
        for &firm in firms {
            let partner = Member::Enterprise(EnterpriseId::from(firm));
            let part = AlliancePartner { alliance: alliance.id, partner };
            partner::insert(db, part).await.unwrap();
            partner::insert(db, part).await.unwrap();
        }
    }

    /// Chain 1 with two segments and the committees 1 and 2; chain 2 with committee 3 and nobody
    /// placed. Firms 1 to 4 are placed on chain 1, firm 1 twice, firm 5 is only suggested.
    async fn world() -> DatabaseConnection {
        let db = lianmeng_testkit::database().await;
        for n in [1, 2] {
            let name = format!("链{n}");
            let (external_id, tags) = (None, Vec::new());
            let row = IndustrialChain {
                id: chain(n),
                external_id,
                name,
                tags,
                is_example: true,
                version: 1,
            };
            chain::insert(&db, &row).await.unwrap();
        }
        for (n, position) in [(1, 1), (2, 2)] {
            let row = ChainSegment {
                id: ChainSegmentId::from(n),
                chain: chain(1),
                name: format!("环节{n}"),
                reach: Reach::Midstream,
                position,
                products: Vec::new(),
            };
            segment::insert(&db, &row).await.unwrap();
        }
        for (n, of) in [(1, 1), (2, 1), (3, 2)] {
            let row = ChainCommittee {
                id: ChainCommitteeId::from(n),
                external_id: None,
                name: format!("党委{n}"),
                chain: chain(of),
                form: CommitteeForm::Cluster,
                place: None,
                is_example: true,
                version: 1,
            };
            committee::insert(&db, &row).await.unwrap();
        }
        for n in 1..=6 {
            let row = crate::enterprise::tests::firm(n, "厂");
            crate::enterprise::insert(&db, &row).await.unwrap();
        }
        for (firm, segment, is_confirmed) in
            [(1, 1, true), (1, 2, true), (2, 1, true), (3, 1, true), (4, 2, true), (5, 1, false)]
        {
            let enterprise = EnterpriseId::from(firm);
            let segment = ChainSegmentId::from(segment);
            segment::place(&db, Placement { enterprise, segment, is_confirmed }).await.unwrap();
        }
        db
    }

    #[tokio::test]
    async fn each_enterprise_counts_once_and_only_where_its_place_is_confirmed() {
        let db = world().await;
        let nobody = Coverage { placed: 4, covered: 0, overlaps: 0 };
        assert_eq!(of_chains(&db, &[chain(1), chain(2)]).await.unwrap(), [(chain(1), nobody)]);
        // Firm 5 is only suggested, firm 6 is not on the chain; firm 2 is in two alliances.
        add_alliance(&db, 1, 1, &[1, 2, 5, 6]).await;
        add_alliance(&db, 2, 2, &[2]).await;
        add_alliance(&db, 3, 3, &[3]).await;
        let found = of_chains(&db, &[chain(1)]).await.unwrap();
        assert_eq!(found, [(chain(1), Coverage { placed: 4, covered: 2, overlaps: 1 })]);
        let committees = [1, 2, 3].map(ChainCommitteeId::from);
        let own = |covered| Coverage { placed: 4, covered, overlaps: 0 };
        assert_eq!(
            of_committees(&db, &committees).await.unwrap(),
            [(committees[0], own(2)), (committees[1], own(1))],
            "a committee counts its own alliances"
        );
    }

    #[tokio::test]
    async fn a_lead_takes_part_without_being_listed() {
        let db = world().await;
        add_alliance(&db, 1, 1, &[1]).await;
        let id = AllianceId::from(1);
        let all = lianmeng_domain::policy::Visibility::All;
        let found = alliance::find(&db, &all, id).await.unwrap().unwrap();
        let led = Alliance { lead: Some(EnterpriseId::from(3)), ..found };
        alliance::save(&db, &led).await.unwrap();
        let found = of_chains(&db, &[chain(1)]).await.unwrap();
        assert_eq!(found, [(chain(1), Coverage { placed: 4, covered: 2, overlaps: 0 })]);
        let stale = alliance::save(&db, &led).await;
        assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
    }

    #[tokio::test]
    async fn children_of_many_parents_are_counted_off_per_parent() {
        let db = world().await;
        add_alliance(&db, 1, 1, &[3, 1, 2]).await;
        add_alliance(&db, 2, 1, &[4]).await;
        add_alliance(&db, 3, 1, &[]).await;
        let ids = [1, 2, 3].map(AllianceId::from);
        let pairs = |parts: Vec<AlliancePartner>| -> Vec<(AllianceId, Member)> {
            parts.into_iter().map(|part| (part.alliance, part.partner)).collect()
        };
        let firm = |n| Member::Enterprise(EnterpriseId::from(n));
        let two = partner::of_alliances(&db, &ids, 2).await.unwrap();
        assert_eq!(pairs(two), [(ids[0], firm(1)), (ids[0], firm(2)), (ids[1], firm(4))]);
        let none = partner::of_alliances(&db, &[], 2).await.unwrap();
        assert_eq!(none, []);
        let firms = [1, 5].map(EnterpriseId::from);
        let placed = segment::placements_of(&db, &firms, 1).await.unwrap();
        let segments: Vec<_> = placed.iter().map(|row| (row.enterprise, row.segment)).collect();
        let first = ChainSegmentId::from(1);
        assert_eq!(segments, [(firms[0], first), (firms[1], first)]);
        let chains = chain::of_enterprises(&db, &firms, 9).await.unwrap();
        assert_eq!(chains, [(firms[0], chain(1)), (firms[1], chain(1))], "two places, one chain");
    }
}
