//! A small town for the tests of casework, and its people.

use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::chain::IndustrialChain;
use lianmeng_domain::committee::{ChainCommittee, CommitteeForm};
use lianmeng_domain::enterprise::{Enterprise, Ownership};
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, IndustrialChainId, OrganisationId};
use lianmeng_domain::organisation::{Organisation, OrganisationKind};
use lianmeng_store::{chain, committee, enterprise, organisation};

use super::{actor, world};

/// Staff of enterprise `number`.
pub(crate) fn firm(number: u128) -> Actor {
    actor(Role::Enterprise, Some(Body::Enterprise(EnterpriseId::from(number))))
}

/// Head office of enterprise `number`.
pub(crate) fn head_office(number: u128) -> Actor {
    actor(Role::GroupHeadquarters, Some(Body::Enterprise(EnterpriseId::from(number))))
}

/// Secretary of committee `number`.
pub(crate) fn secretary(number: u128) -> Actor {
    actor(Role::CommitteeSecretary, Some(Body::Committee(ChainCommitteeId::from(number))))
}

/// Clerk of organisation `number`.
pub(crate) fn unit(number: u128) -> Actor {
    actor(Role::DepartmentHandler, Some(Body::Organisation(OrganisationId::from(number))))
}

/// A coordinator.
pub(crate) fn coordinator() -> Actor {
    actor(Role::Coordinator, None)
}

/// A world with enterprises 1 (private, of group 3), 2 (private), 3 (municipal) and 4 (central),
/// units 7 and 8 (departments) and committees 5 and 6 of one chain.
pub(crate) async fn town() -> Office {
    let office = world().await;
    let db = &office.db;
    let firms = [
        (3, "市属国企3", Ownership::MunicipalSoe, None),
        (1, "家纺企业1", Ownership::PrivateFirm, Some(3)),
        (2, "染整企业2", Ownership::PrivateFirm, None),
        (4, "央企4", Ownership::CentralSoe, None),
    ];
    for (number, name, ownership, parent) in firms {
        enterprise::insert(db, &enterprise_of(number, name, ownership, parent)).await.unwrap();
    }
    for number in [7, 8] {
        let unit = Organisation {
            id: OrganisationId::from(number),
            external_id: None,
            name: format!("单位{number}"),
            kind: OrganisationKind::Department,
            place: None,
            services: String::new(),
            is_example: true,
            version: 1,
        };
        organisation::insert(db, &unit).await.unwrap();
    }
    let textile = IndustrialChain {
        id: IndustrialChainId::from(1),
        external_id: None,
        name: "家纺产业链".to_owned(),
        tags: Vec::new(),
        is_example: true,
        version: 1,
    };
    chain::insert(db, &textile).await.unwrap();
    for number in [5, 6] {
        let committee = ChainCommittee {
            id: ChainCommitteeId::from(number),
            external_id: None,
            name: format!("党委{number}"),
            chain: textile.id,
            form: CommitteeForm::Joint,
            place: None,
            is_example: true,
            version: 1,
        };
        committee::insert(db, &committee).await.unwrap();
    }
    office
}

fn enterprise_of(
    number: u128,
    name: &str,
    ownership: Ownership,
    parent: Option<u128>,
) -> Enterprise {
    Enterprise {
        id: EnterpriseId::from(number),
        credit_code: None,
        external_id: None,
        name: name.to_owned(),
        short_name: None,
        aliases: Vec::new(),
        ownership: Some(ownership),
        parent: parent.map(EnterpriseId::from),
        place: None,
        industry: None,
        tiers: Vec::new(),
        is_lead_firm: false,
        is_flagship: false,
        is_above_scale: None,
        is_example: true,
        version: 1,
    }
}
