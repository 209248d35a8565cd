//! A small registry to ask about: one chain with its committee, two alliances and enterprises.

use lianmeng_app::desk::Office;
use lianmeng_domain::alliance::{Alliance, AlliancePartner};
use lianmeng_domain::chain::{ChainSegment, IndustrialChain, Placement, Reach};
use lianmeng_domain::committee::{ChainCommittee, CommitteeForm, Member, Seat, SeatKind};
use lianmeng_domain::enterprise::{Enterprise, Ownership};
use lianmeng_domain::ids::{
    AllianceId, ChainCommitteeId, ChainSegmentId, EnterpriseId, IndustrialChainId, OrganisationId,
    ProductId, SeatId,
};
use lianmeng_domain::organisation::{Organisation, OrganisationKind};
use lianmeng_domain::product::{EnterpriseProduct, Product, ProductRole};
use lianmeng_store::alliance::{self, partner};
use lianmeng_store::chain::{self, segment};
use lianmeng_store::committee::{self, seat};
use lianmeng_store::{enterprise, organisation, product};

/// The chain 家纺.
pub(crate) fn chain_id() -> IndustrialChainId {
    IndustrialChainId::from(1)
}

/// Its committee.
pub(crate) fn committee_id() -> ChainCommitteeId {
    ChainCommitteeId::from(1)
}

/// Enterprise number `n`, from 1.
pub(crate) fn firm_id(n: u128) -> EnterpriseId {
    EnterpriseId::from(n)
}

/// The bureau that holds the department's seat.
pub(crate) fn bureau_id() -> OrganisationId {
    OrganisationId::from(1)
}

/// An enterprise with a number and a name.
pub(crate) fn firm(n: u128) -> Enterprise {
    Enterprise {
        id: firm_id(n),
        credit_code: None,
        external_id: Some(format!("F{n}")),
        name: format!("示例家纺{n}厂"),
        short_name: None,
        aliases: Vec::new(),
        ownership: Some(Ownership::PrivateFirm),
        parent: (n > 1).then(|| firm_id(1)),
        place: None,
        industry: None,
        tiers: Vec::new(),
        is_lead_firm: n == 1,
        is_flagship: false,
        is_above_scale: None,
        is_example: true,
        version: 1,
    }
}

/// Fills `office` with `firms` enterprises, at least one: all placed on both segments of the chain,
/// all in the first alliance, those with an even number in the second one too; each makes one
/// product; the first holds a seat, as does the bureau.
pub(crate) async fn fill(office: &Office, firms: u128) {
    let db = &office.db;
    let chain = IndustrialChain {
        id: chain_id(),
        external_id: None,
        name: "家纺".to_owned(),
        tags: vec!["20+8".to_owned()],
        is_example: true,
        version: 1,
    };
    chain::insert(db, &chain).await.unwrap();
    let cloth =
        Product {
            id: ProductId::from(1), external_id: None, name: "坯布".to_owned(), version: 1
        };
    product::insert(db, &cloth).await.unwrap();
    for (n, name, reach) in [(1_u8, "织造", Reach::Upstream), (2, "成品", Reach::Downstream)] {
        let segment = ChainSegment {
            id: ChainSegmentId::from(u128::from(n)),
            chain: chain.id,
            name: name.to_owned(),
            reach,
            position: i32::from(n),
            products: vec![cloth.id],
        };
        segment::insert(db, &segment).await.unwrap();
    }
    for n in 1..=firms {
        enterprise::insert(db, &firm(n)).await.unwrap();
        for segment in [1, 2].map(ChainSegmentId::from) {
            let placement = Placement { enterprise: firm_id(n), segment, is_confirmed: true };
            segment::place(db, placement).await.unwrap();
        }
        let made = EnterpriseProduct {
            enterprise: firm_id(n),
            product: cloth.id,
            role: ProductRole::Makes,
            share_basis_points: Some(2_500),
        };
        product::insert_made(db, made).await.unwrap();
    }
    organise(office, firms).await;
}

async fn organise(office: &Office, firms: u128) {
    let db = &office.db;
    let committee = ChainCommittee {
        id: committee_id(),
        external_id: None,
        name: "示例家纺产业链党委".to_owned(),
        chain: chain_id(),
        form: CommitteeForm::Joint,
        place: None,
        is_example: true,
        version: 1,
    };
    committee::insert(db, &committee).await.unwrap();
    for n in [1, 2] {
        let alliance = Alliance {
            id: AllianceId::from(n),
            external_id: None,
            name: format!("示例联盟{n}"),
            committee: committee.id,
            lead: (n == 1).then(|| firm_id(1)),
            segments: vec![ChainSegmentId::from(n)],
            is_example: true,
            version: 1,
        };
        alliance::insert(db, &alliance).await.unwrap();
        for firm in (1..=firms).filter(|firm| firm.is_multiple_of(n)) {
            let partner = Member::Enterprise(firm_id(firm));
            let part = AlliancePartner { alliance: alliance.id, partner };
            partner::insert(db, part).await.unwrap();
        }
    }
    let bureau = Organisation {
        id: bureau_id(),
        external_id: None,
        name: "示例商务局".to_owned(),
        kind: OrganisationKind::Department,
        place: None,
        services: "外贸".to_owned(),
        is_example: true,
        version: 1,
    };
    organisation::insert(db, &bureau).await.unwrap();
    let holders = [
        (SeatKind::Department, Member::Organisation(bureau.id)),
        (SeatKind::LeadingEnterprise, Member::Enterprise(firm_id(1))),
    ];
    for (n, (kind, holder)) in (1_u128..).zip(holders) {
        let id = SeatId::from(n);
        let seat =
            Seat { id, committee: committee.id, kind, holder, from_on: None, until_on: None };
        seat::insert(db, &seat).await.unwrap();
    }
}
