//! Whom the rows of an invitation workbook mean, many at a time.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::committee::Member;
use lianmeng_domain::enterprise::CreditCode;
use lianmeng_domain::ids::ChainCommitteeId;
use lianmeng_domain::text;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ConnectionTrait, ExprTrait as _, prelude::Expr};

use crate::StoreError;
use crate::parse::{self, At};
use crate::visible;

/// Most rows read for one question: names need not be unique.
const LIMIT: u64 = 10_000;

/// The enterprises with these credit codes, by code.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn by_code(
    db: &impl ConnectionTrait,
    codes: &[CreditCode],
) -> Result<BTreeMap<String, Member>, StoreError> {
    let rows = keyed(db, "enterprises", "credit_code", codes.iter().map(ToString::to_string));
    let at = At("enterprises", "id");
    let read =
        |(code, id): (String, String)| Ok((code, Member::Enterprise(parse::value(at, &id)?)));
    rows.await?.into_iter().map(read).collect()
}

/// The enterprises and organisations with these names, by normalised name, enterprises first.
///
/// # Errors
///
/// As [`by_code`].
pub async fn by_name(
    db: &impl ConnectionTrait,
    names: &[&str],
) -> Result<BTreeMap<String, Vec<Member>>, StoreError> {
    let keys = || names.iter().map(|name| text::normalise(name));
    let mut found: BTreeMap<String, Vec<Member>> = BTreeMap::new();
    for (key, id) in keyed(db, "enterprises", "name_key", keys()).await? {
        let member = Member::Enterprise(parse::value(At("enterprises", "id"), &id)?);
        found.entry(key).or_default().push(member);
    }
    for (key, id) in keyed(db, "organisations", "name_key", keys()).await? {
        let member = Member::Organisation(parse::value(At("organisations", "id"), &id)?);
        found.entry(key).or_default().push(member);
    }
    Ok(found)
}

/// Key and id of the rows of `table` whose `column` is one of `keys`, by id.
async fn keyed(
    db: &impl ConnectionTrait,
    table: &'static str,
    column: &'static str,
    keys: impl Iterator<Item = String>,
) -> Result<Vec<(String, String)>, StoreError> {
    let mut query = Query::select();
    query
        .column(column)
        .column("id")
        .from(table)
        .and_where(parse::listed(db, column, keys))
        .order_by("id", sea_orm::Order::Asc)
        .limit(LIMIT);
    let rows = db.query_all(&query).await?;
    let read = |row: &sea_orm::QueryResult| Ok((row.try_get("", column)?, row.try_get("", "id")?));
    rows.iter().map(read).collect()
}

/// Those of `members` that `committee` may invite: enterprises on its chain, and whoever holds a seat
/// on it or takes part in one of its alliances.
///
/// # Errors
///
/// As [`by_code`].
pub async fn of_committee(
    db: &impl ConnectionTrait,
    committee: ChainCommitteeId,
    members: &[Member],
) -> Result<BTreeSet<Member>, StoreError> {
    let mut found = BTreeSet::new();
    let enterprises = members.iter().filter_map(|member| match member {
        Member::Enterprise(id) => Some(id.to_string()),
        Member::Organisation(_) => None,
    });
    let any = Expr::col("id")
        .in_subquery(visible::on_chain_of(committee))
        .or(Expr::col("id").in_subquery(seated("enterprise_id", committee)))
        .or(Expr::col("id").in_subquery(allied(
            "alliance_enterprises",
            "enterprise_id",
            committee,
        )));
    for id in among(db, "enterprises", enterprises, any).await? {
        found.insert(Member::Enterprise(parse::value(At("enterprises", "id"), &id)?));
    }
    let organisations = members.iter().filter_map(|member| match member {
        Member::Enterprise(_) => None,
        Member::Organisation(id) => Some(id.to_string()),
    });
    let any =
        Expr::col("id").in_subquery(seated("organisation_id", committee)).or(Expr::col("id")
            .in_subquery(allied("alliance_organisations", "organisation_id", committee)));
    for id in among(db, "organisations", organisations, any).await? {
        found.insert(Member::Organisation(parse::value(At("organisations", "id"), &id)?));
    }
    Ok(found)
}

fn seated(column: &'static str, committee: ChainCommitteeId) -> SelectStatement {
    let mut query = Query::select();
    query
        .column(("seats", column))
        .from("seats")
        .and_where(Expr::col(("seats", column)).is_not_null())
        .and_where(Expr::col(("seats", "committee_id")).eq(committee.to_string()));
    query
}

fn allied(
    table: &'static str,
    column: &'static str,
    committee: ChainCommitteeId,
) -> SelectStatement {
    let mut query = Query::select();
    query
        .column((table, column))
        .from(table)
        .inner_join("alliances", Expr::col(("alliances", "id")).equals((table, "alliance_id")))
        .and_where(Expr::col(("alliances", "committee_id")).eq(committee.to_string()));
    query
}

async fn among(
    db: &impl ConnectionTrait,
    table: &'static str,
    ids: impl Iterator<Item = String>,
    any: Expr,
) -> Result<Vec<String>, StoreError> {
    let mut query = Query::select();
    query.column("id").from(table).and_where(parse::listed(db, "id", ids)).and_where(any);
    let rows = db.query_all(&query).await?;
    Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::alliance::{Alliance, AlliancePartner};
    use lianmeng_domain::chain::{ChainSegment, IndustrialChain, Placement, Reach};
    use lianmeng_domain::committee::{ChainCommittee, CommitteeForm, Seat, SeatKind};
    use lianmeng_domain::enterprise::Enterprise;
    use lianmeng_domain::ids::{
        AllianceId, ChainSegmentId, EnterpriseId, IndustrialChainId, OrganisationId, SeatId,
    };
    use lianmeng_domain::organisation::{Organisation, OrganisationKind};
    use sea_orm::DatabaseConnection;

    use super::*;
    use crate::chain::{self, segment};
    use crate::committee::seat;
    use crate::enterprise::tests::firm;
    use crate::{alliance, committee, enterprise, organisation};

    const CODE: &str = "91350100M000100Y43";

    /// Enterprises 1 (甲, with a code), 2 and 3 (乙 both), 4; organisations 1 (乙) and 2. Of the first
    /// committee are enterprise 1, placed, enterprise 2, allied, and organisation 1, seated.
    async fn world() -> DatabaseConnection {
        let db = lianmeng_testkit::database().await;
        for (number, name, code) in
            [(1, "甲", Some(CODE)), (2, "乙", None), (3, "乙", None), (4, "丙", None)]
        {
            let credit_code = code.map(|code| code.parse().unwrap());
            let firm = Enterprise { credit_code, ..firm(number, name) };
            enterprise::insert(&db, &firm).await.unwrap();
        }
        for (number, name) in [(1, "乙"), (2, "丁")] {
            let other = Organisation {
                id: OrganisationId::from(number),
                external_id: None,
                name: name.to_owned(),
                kind: OrganisationKind::Bank,
                place: None,
                services: String::new(),
                is_example: true,
                version: 1,
            };
            organisation::insert(&db, &other).await.unwrap();
        }
        let chain = IndustrialChain {
            id: IndustrialChainId::from(1),
            external_id: None,
            name: "家纺".to_owned(),
            tags: Vec::new(),
            is_example: true,
            version: 1,
        };
        chain::insert(&db, &chain).await.unwrap();
        let cloth = ChainSegment {
            id: ChainSegmentId::from(1),
            chain: chain.id,
            name: "织造".to_owned(),
            reach: Reach::Upstream,
            position: 1,
            products: Vec::new(),
        };
        segment::insert(&db, &cloth).await.unwrap();
        let enterprise = EnterpriseId::from(1);
        let placed = Placement { enterprise, segment: cloth.id, is_confirmed: true };
        segment::place(&db, placed).await.unwrap();
        organise(&db, chain.id).await;
        db
    }

    async fn organise(db: &DatabaseConnection, chain: IndustrialChainId) {
        let committee = ChainCommittee {
            id: ChainCommitteeId::from(1),
            external_id: None,
            name: "党委".to_owned(),
            chain,
            form: CommitteeForm::Joint,
            place: None,
            is_example: true,
            version: 1,
        };
        committee::insert(db, &committee).await.unwrap();
        let allied = Alliance {
            id: AllianceId::from(1),
            external_id: None,
            name: "联盟".to_owned(),
            committee: committee.id,
            lead: None,
            segments: Vec::new(),
            is_example: true,
            version: 1,
        };
        alliance::insert(db, &allied).await.unwrap();
        let partner = Member::Enterprise(EnterpriseId::from(2));
        let part = AlliancePartner { alliance: allied.id, partner };
        alliance::partner::insert(db, part).await.unwrap();
        let seat = Seat {
            id: SeatId::from(1),
            committee: committee.id,
            kind: SeatKind::Bank,
            holder: Member::Organisation(OrganisationId::from(1)),
            from_on: None,
            until_on: None,
        };
        seat::insert(db, &seat).await.unwrap();
    }

    #[tokio::test]
    async fn rows_are_known_by_credit_code_or_by_exact_name() {
        let db = world().await;
        let firm = |number: u128| Member::Enterprise(EnterpriseId::from(number));
        let other = |number: u128| Member::Organisation(OrganisationId::from(number));
        let codes = by_code(&db, &[CODE.parse().unwrap()]).await.unwrap();
        assert_eq!(codes, [(CODE.to_owned(), firm(1))].into());
        let named = by_name(&db, &["乙", "丁", "戊"]).await.unwrap();
        let want = [
            ("丁".to_owned(), vec![other(2)]),
            ("乙".to_owned(), vec![firm(2), firm(3), other(1)]),
        ];
        assert_eq!(named, want.into());
        assert_eq!(by_name(&db, &[]).await.unwrap(), BTreeMap::new());
    }

    #[tokio::test]
    async fn a_committee_invites_those_on_its_chain_on_its_seats_and_in_its_alliances() {
        let db = world().await;
        let firm = |number: u128| Member::Enterprise(EnterpriseId::from(number));
        let other = |number: u128| Member::Organisation(OrganisationId::from(number));
        let all = [firm(1), firm(2), firm(3), firm(4), other(1), other(2)];
        let ours = of_committee(&db, ChainCommitteeId::from(1), &all).await.unwrap();
        assert_eq!(ours, [firm(1), firm(2), other(1)].into());
        let theirs = of_committee(&db, ChainCommitteeId::from(2), &all).await.unwrap();
        assert_eq!(theirs, BTreeSet::new());
    }
}
