//! The patterns that come with the program.

use chrono::DateTime;

use super::{Count, MemberKind, PairingPattern, Role, Slot};
use crate::pairing::PairingKind;

/// The patterns that come with the program, by name. Their numbers are what a plan starts from; the
/// wishes of a plan may name others.
pub fn shipped() -> Vec<PairingPattern> {
    let mut all = among_enterprises();
    all.extend(with_organisations());
    all.push(three_plus_one());
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

fn firm() -> Role {
    role("企业", "Enterprise", &[MemberKind::Enterprise])
}

fn among_enterprises() -> Vec<PairingPattern> {
    use MemberKind::{CentralSubsidiary, Flagship, LeadFirm, MunicipalSoe, OrdinaryFirm};
    let both = PairingKind::EnterpriseEnterprise;
    let subsidiary = role("央企所属企业", "Central subsidiary", &[CentralSubsidiary]);
    vec![
        pattern(
            ("ONE_TO_ONE", "一对一", "One to one", both),
            firm(),
            vec![slot(firm(), (1, 1), (0, 1))],
        ),
        pattern(
            ("ONE_TO_MANY", "一对多", "One to many", both),
            firm(),
            vec![slot(firm(), (1, 10), (1, 1))],
        ),
        pattern(
            (
                "CENTRAL_LOCAL",
                "央地结对",
                "Central subsidiaries to municipal SOEs",
                PairingKind::CentralLocal,
            ),
            role("市属国企", "Municipal SOE", &[MunicipalSoe]),
            vec![slot(subsidiary, (1, 5), (1, 1))],
        ),
        pattern(
            ("STRONG_WEAK", "扶弱提强", "Strong to weak", both),
            role("强企", "Strong", &[LeadFirm, Flagship]),
            vec![slot(role("弱企", "Weak", &[OrdinaryFirm]), (1, 3), (1, 1))],
        ),
    ]
}

fn with_organisations() -> Vec<PairingPattern> {
    use MemberKind::{Bank, Department, Institute, Organisation};
    use PairingKind::{BankEnterprise, InstituteEnterprise, OrganEnterprise, VillageEnterprise};
    vec![
        pattern(
            ("ORGAN_ENTERPRISE", "机关企业结对", "Organ to enterprise", OrganEnterprise),
            role("机关", "Organ", &[Department]),
            vec![slot(firm(), (1, 2), (1, 1))],
        ),
        pattern(
            ("BANK_ENTERPRISE", "银企结对", "Bank to firm", BankEnterprise),
            role("金融机构", "Bank", &[Bank]),
            vec![slot(firm(), (1, 20), (1, 1))],
        ),
        pattern(
            ("INSTITUTE_ENTERPRISE", "院企结对", "Institute to firm", InstituteEnterprise),
            role("科研院所", "Institute", &[Institute]),
            vec![slot(firm(), (1, 5), (0, 2))],
        ),
        pattern(
            ("VILLAGE_ENTERPRISE", "村企结对", "Village to firm", VillageEnterprise),
            role("村", "Village", &[Organisation]),
            vec![slot(firm(), (1, 3), (0, 3))],
        ),
    ]
}

/// What the 3 and the 1 are is not defined where the pattern is named; this is one way to read it.
fn three_plus_one() -> PairingPattern {
    use MemberKind::{Bank, Department, Institute};
    let adviser = role("金融机构或院所", "Bank or institute", &[Bank, Institute]);
    pattern(
        (
            "THREE_PLUS_ONE",
            "“3+1”结对（示例：3个部门加1家金融机构或院所，可另设）",
            "\"3+1\" (an example, as its source does not define it: three organs and one bank or institute)",
            PairingKind::OrganEnterprise,
        ),
        firm(),
        vec![
            slot(role("部门", "Organ", &[Department]), (3, 3), (0, 3)),
            slot(adviser, (1, 1), (0, 5)),
        ],
    )
}

fn role(zh: &str, en: &str, who: &[MemberKind]) -> Role {
    Role { zh: zh.to_owned(), en: en.to_owned(), who: who.to_vec() }
}

fn slot(role: Role, per_anchor: (u32, u32), per_filler: (u32, u32)) -> Slot {
    let count = |(min, max)| Count { min, max };
    Slot { role, per_anchor: count(per_anchor), per_filler: count(per_filler) }
}

fn pattern(
    (name, zh, en, kind): (&str, &str, &str, PairingKind),
    anchor: Role,
    slots: Vec<Slot>,
) -> PairingPattern {
    PairingPattern {
        name: name.to_owned(),
        zh: zh.to_owned(),
        en: en.to_owned(),
        kind,
        anchor,
        slots,
        made_at: DateTime::UNIX_EPOCH,
        made_by: String::new(),
    }
}
