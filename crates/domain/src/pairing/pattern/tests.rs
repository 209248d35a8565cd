//! Patterns: who fits, what is refused.

use super::*;
use crate::ids::{EnterpriseId, OrganisationId};

fn enterprise(ownership: Option<Ownership>, parent: Option<EnterpriseId>) -> Enterprise {
    Enterprise {
        id: EnterpriseId::from(1),
        credit_code: None,
        external_id: None,
        name: "企业".to_owned(),
        short_name: None,
        aliases: Vec::new(),
        ownership,
        parent,
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

fn organisation(kind: OrganisationKind) -> Organisation {
    Organisation {
        id: OrganisationId::from(1),
        external_id: None,
        name: "组织".to_owned(),
        kind,
        place: None,
        services: String::new(),
        is_example: true,
        version: 1,
    }
}

fn named(name: &str) -> PairingPattern {
    shipped().into_iter().find(|pattern| pattern.name == name).unwrap()
}

#[test]
fn the_patterns_that_come_with_the_program_can_be_used() {
    let names: Vec<String> = shipped().into_iter().map(|pattern| pattern.name).collect();
    let want = [
        "BANK_ENTERPRISE",
        "CENTRAL_LOCAL",
        "INSTITUTE_ENTERPRISE",
        "ONE_TO_MANY",
        "ONE_TO_ONE",
        "ORGAN_ENTERPRISE",
        "STRONG_WEAK",
        "THREE_PLUS_ONE",
        "VILLAGE_ENTERPRISE",
    ];
    assert_eq!(names, want);
    for pattern in shipped() {
        assert_eq!(pattern.check(), Ok(()), "{}", pattern.name);
    }
}

#[test]
fn who_fits_fills_the_first_role_that_takes_them() {
    let parent = Some(EnterpriseId::from(9));
    let central = enterprise(Some(Ownership::CentralSoe), None);
    let subsidiary = enterprise(Some(Ownership::CentralSoe), parent);
    let municipal = enterprise(Some(Ownership::MunicipalSoe), parent);
    let of = |pattern: &str, someone: Someone<'_>| named(pattern).slot_of(someone);
    assert_eq!(of("CENTRAL_LOCAL", Someone::Enterprise(&subsidiary)), Some(0));
    assert_eq!(of("CENTRAL_LOCAL", Someone::Enterprise(&central)), None, "a head office");
    assert!(named("CENTRAL_LOCAL").anchor.takes(Someone::Enterprise(&municipal)));
    let slots: Vec<Option<usize>> = OrganisationKind::ALL
        .iter()
        .map(|&kind| of("THREE_PLUS_ONE", Someone::Organisation(&organisation(kind))))
        .collect();
    assert_eq!(slots, [Some(0), None, Some(1), Some(1)]);
    let strong = Enterprise { is_flagship: true, ..municipal.clone() };
    assert!(named("STRONG_WEAK").anchor.takes(Someone::Enterprise(&strong)));
    assert_eq!(of("STRONG_WEAK", Someone::Enterprise(&strong)), None);
    assert_eq!(of("STRONG_WEAK", Someone::Enterprise(&municipal)), Some(0));
    assert_eq!(named("THREE_PLUS_ONE").of_anchor(), Count { min: 4, max: 4 });
}

#[test]
fn every_kind_takes_enterprises_or_other_organisations_never_both() {
    for &kind in MemberKind::ALL {
        for ownership in Ownership::ALL.iter().copied().map(Some).chain([None]) {
            let firm = enterprise(ownership, Some(EnterpriseId::from(2)));
            let fits = kind.fits(Someone::Enterprise(&firm));
            assert!(kind.is_enterprise() || !fits, "{kind}");
        }
        for &of in OrganisationKind::ALL {
            let fits = kind.fits(Someone::Organisation(&organisation(of)));
            assert!(!kind.is_enterprise() || !fits, "{kind}");
        }
    }
}

/// The names of the kinds that take `someone`, besides the one for all of its sort.
fn kinds(someone: Someone<'_>) -> Vec<&'static str> {
    let all = [MemberKind::Enterprise, MemberKind::Organisation];
    let fit = MemberKind::ALL.iter().filter(|kind| kind.fits(someone) && !all.contains(kind));
    fit.map(|kind| kind.word()).collect()
}

#[test]
fn each_kind_takes_exactly_whom_it_names() {
    use Ownership as Own;
    let parent = Some(EnterpriseId::from(9));
    let cases = [
        (Some(Own::CentralSoe), None, "central_soe"),
        (Some(Own::ProvincialSoe), parent, "provincial_soe"),
        (Some(Own::MunicipalSoe), parent, "municipal_soe"),
        (Some(Own::DistrictSoe), parent, "district_soe"),
        (Some(Own::OutsideSoe), parent, "outside_soe"),
        (Some(Own::PrivateFirm), parent, "private_firm"),
        (Some(Own::ForeignFirm), parent, "foreign_firm"),
    ];
    for (ownership, parent, want) in cases {
        let firm = enterprise(ownership, parent);
        assert_eq!(kinds(Someone::Enterprise(&firm)), [want, "ordinary_firm"]);
    }
    let subsidiary = enterprise(Some(Own::CentralSoe), parent);
    let want = ["central_soe", "central_subsidiary", "ordinary_firm"];
    assert_eq!(kinds(Someone::Enterprise(&subsidiary)), want);
    for (is_lead_firm, is_flagship, want) in [
        (true, false, &["lead_firm"][..]),
        (false, true, &["flagship"][..]),
        (true, true, &["lead_firm", "flagship"][..]),
    ] {
        let firm = Enterprise { is_lead_firm, is_flagship, ..enterprise(None, None) };
        assert_eq!(kinds(Someone::Enterprise(&firm)), want);
    }
    for (kind, want) in [
        (OrganisationKind::Department, "department"),
        (OrganisationKind::Chamber, "chamber"),
        (OrganisationKind::Bank, "bank"),
        (OrganisationKind::Institute, "institute"),
    ] {
        assert_eq!(kinds(Someone::Organisation(&organisation(kind))), [want]);
    }
}

#[test]
fn a_pattern_that_says_nothing_clear_is_refused() {
    let good = || named("ORGAN_ENTERPRISE");
    let cases: Vec<(PairingPattern, PatternError)> = vec![
        (
            PairingPattern { name: "organ".to_owned(), ..good() },
            PatternError::Name("organ".to_owned()),
        ),
        (PairingPattern { zh: " ".to_owned(), ..good() }, PatternError::Title(0)),
        (PairingPattern { en: "x".repeat(101), ..good() }, PatternError::Title(101)),
        (PairingPattern { slots: Vec::new(), ..good() }, PatternError::Slots(0)),
        (
            PairingPattern { anchor: Role { who: Vec::new(), ..good().anchor }, ..good() },
            PatternError::Who,
        ),
        (
            PairingPattern { kind: PairingKind::CentralLocal, ..good() },
            PatternError::Sides {
                kind: PairingKind::CentralLocal,
                anchor: MemberKind::Department,
                filler: MemberKind::Enterprise,
            },
        ),
    ];
    for (pattern, want) in cases {
        assert_eq!(pattern.check(), Err(want));
    }
    for (min, max) in [(0, 0), (3, 2), (0, 301)] {
        let mut pattern = good();
        pattern.slots[0].per_filler = Count { min, max };
        assert_eq!(pattern.check(), Err(PatternError::Count { min, max }));
    }
}
