//! Reserving at the same time: nothing is sold twice, nothing is lost, on either database.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use lianmeng_app::desk::{Clock, Office};
use lianmeng_app::job::run;
use lianmeng_app::offer::reservation::{
    self as app, EndReservation, ReservationCommandError, ReserveOffer,
};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::committee::Member;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{
    EnterpriseId, IdSource, OfferId, OrganisationId, PairingId, ReservationId,
};
use lianmeng_domain::offer::reservation::{
    Purpose, ReservationError, ReservationStage, ReservationStep,
};
use lianmeng_domain::offer::{Offer, OfferKind};
use lianmeng_domain::organisation::{Organisation, OrganisationKind};
use lianmeng_domain::pairing::{Pairing, PairingKind, PairingStage};
use lianmeng_domain::policy::Visibility;
use lianmeng_store::offer::reservation as store;
use lianmeng_store::{connect, enterprise, offer, organisation, pairing};
use tempfile::TempDir;

const OFFER: u128 = 1;

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 1, 0, 0).unwrap()
}

/// An office with several connections, PostgreSQL where the environment names a server, a file of
/// SQLite elsewhere; with an offer of `capacity` and a pairing to reserve for.
async fn office(folder: &TempDir, capacity: i64) -> Office {
    let file = folder.path().join("lianmeng.db");
    let place = lianmeng_testkit::Place::new().await;
    let url =
        place.map_or_else(|| format!("sqlite:{}", file.display()), |place| place.url().to_owned());
    let db = connect::open(&url, 16).await.unwrap();
    let firm = Enterprise {
        id: EnterpriseId::from(1),
        credit_code: None,
        external_id: None,
        name: "家纺企业".to_owned(),
        short_name: None,
        aliases: Vec::new(),
        ownership: None,
        parent: None,
        place: None,
        industry: None,
        tiers: Vec::new(),
        is_lead_firm: false,
        is_flagship: false,
        is_above_scale: None,
        is_example: true,
        version: 1,
    };
    enterprise::insert(&db, &firm).await.unwrap();
    let park = Organisation {
        id: OrganisationId::from(1),
        external_id: None,
        name: "园区".to_owned(),
        kind: OrganisationKind::Department,
        place: None,
        services: String::new(),
        is_example: true,
        version: 1,
    };
    organisation::insert(&db, &park).await.unwrap();
    let (provider, firm) = (Member::Organisation(park.id), Member::Enterprise(firm.id));
    let space = Offer {
        id: OFFER.into(),
        external_id: None,
        provider,
        kind: OfferKind::Space,
        title: "低成本空间".to_owned(),
        body: String::new(),
        capacity: Some(capacity),
        capacity_left: Some(capacity),
        unit: Some("m²".to_owned()),
        valid_until: None,
        is_published: true,
        version: 1,
    };
    offer::insert(&db, &space).await.unwrap();
    let pair = Pairing {
        id: PairingId::from(1),
        suggestion: None,
        committee: None,
        kind: PairingKind::OrganEnterprise,
        a: provider,
        b: firm,
        stage: PairingStage::Active,
        from_on: now().date_naive(),
        until_on: None,
        version: 1,
    };
    pairing::insert(&db, &pair).await.unwrap();
    Office::new(db, IdSource::new(1), Clock::Fixed(now()))
}

fn coordinator() -> Actor {
    Actor { subject: "coordinator".to_owned(), role: Role::Coordinator, body: None }
}

async fn reserve(
    office: &Office,
    number: i64,
    amount: i64,
) -> Result<ReservationId, ReservationCommandError> {
    let cmd = ReserveOffer {
        offer: OFFER.into(),
        purpose: Purpose::Pairing(PairingId::from(1)),
        amount,
        until: now() + TimeDelta::hours(1),
        request_key: format!("reserve-{number}"),
    };
    app::reserve(&office.desk(), &coordinator(), &cmd).await
}

async fn left(office: &Office) -> i64 {
    let offer = offer::find(&office.db, &Visibility::All, OfferId::from(OFFER)).await.unwrap();
    offer.unwrap().capacity_left.unwrap()
}

async fn stages(office: &Office) -> Vec<(ReservationStage, i64)> {
    let all = store::of_offers(&office.db, &Visibility::All, &[OFFER.into()], 1_000).await.unwrap();
    all.into_iter().map(|one| (one.stage, one.amount)).collect()
}

/// What is left, kept and taken up is what there is.
async fn assert_adds_up(office: &Office, capacity: i64) {
    let held: i64 = stages(office)
        .await
        .into_iter()
        .filter(|(stage, _)| stage.holds())
        .map(|(_, amount)| amount)
        .sum();
    assert_eq!(left(office).await + held, capacity);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_at_once_get_no_more_than_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let office = Arc::new(office(&folder, 1_000).await);
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let office = Arc::clone(&office);
            tokio::spawn(async move { reserve(&office, number, 7).await })
        })
        .collect();
    let (mut granted, mut refused) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => granted += 1,
            Err(ReservationCommandError::Rule(ReservationError::NotEnough {
                asked, left, ..
            })) => {
                assert_eq!((asked, left), (7, 6), "what is left is named");
                refused += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    // 142 times 7 is 994.
    assert_eq!((granted, refused, left(&office).await), (142, 58, 6));
    assert_adds_up(&office, 1_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reserving_and_giving_back_at_once_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let office = Arc::new(office(&folder, 300).await);
    let mut kept = Vec::new();
    for number in 0..100 {
        kept.push(reserve(&office, number, 3).await.unwrap());
    }
    assert_eq!(left(&office).await, 0);
    let backs = kept.into_iter().enumerate().map(|(number, reservation)| {
        let office = Arc::clone(&office);
        tokio::spawn(async move {
            let step =
                if number % 2 == 0 { ReservationStep::Return } else { ReservationStep::Consume };
            let request_key = format!("end-{number:05}");
            let cmd = EndReservation { reservation, step, request_key };
            app::end(&office.desk(), &coordinator(), &cmd).await.unwrap();
        })
    });
    let mut tasks: Vec<_> = backs.collect();
    tasks.extend((100..200).map(|number| {
        let office = Arc::clone(&office);
        tokio::spawn(async move {
            // Refused as long as nothing was given back.
            let _kept_or_refused = reserve(&office, number, 1).await;
        })
    }));
    for task in tasks {
        task.await.unwrap();
    }
    assert_adds_up(&office, 300).await;
    let stages = stages(&office).await;
    let count = |wanted| stages.iter().filter(|(stage, _)| *stage == wanted).count();
    assert_eq!((count(ReservationStage::Returned), count(ReservationStage::Consumed)), (50, 50));
}

#[tokio::test]
async fn what_lapsed_is_free_at_the_next_touch_or_when_a_worker_looks() {
    let folder = tempfile::tempdir().unwrap();
    let mut office = office(&folder, 10).await;
    let first = reserve(&office, 1, 10).await.unwrap();
    assert_eq!(run::next(&office, "a").await.unwrap(), None, "not before its time");
    let too_much = reserve(&office, 2, 1).await;
    assert!(
        matches!(
            too_much,
            Err(ReservationCommandError::Rule(ReservationError::NotEnough { left: 0, .. }))
        ),
        "{too_much:?}"
    );

    // An hour later, before a worker looked: the next touch finds it.
    office.clock = Clock::Fixed(now() + TimeDelta::hours(1));
    let consume = EndReservation {
        reservation: first,
        step: ReservationStep::Consume,
        request_key: "consume-1".to_owned(),
    };
    let late = app::end(&office.desk(), &coordinator(), &consume).await;
    assert!(
        matches!(late, Err(ReservationCommandError::Rule(ReservationError::WrongStage(_)))),
        "{late:?}"
    );
    let again = ReserveOffer {
        offer: OFFER.into(),
        purpose: Purpose::Pairing(PairingId::from(1)),
        amount: 4,
        until: now() + TimeDelta::hours(3),
        request_key: "reserve-3".to_owned(),
    };
    app::reserve(&office.desk(), &coordinator(), &again).await.unwrap();
    assert_eq!(left(&office).await, 6);
    assert_eq!(
        stages(&office).await,
        [(ReservationStage::Reserved, 4), (ReservationStage::Expired, 10)]
    );

    // The worker that was asked to look finds nothing more to do.
    assert!(run::next(&office, "a").await.unwrap().is_some());
    assert_eq!(left(&office).await, 6);
    office.clock = Clock::Fixed(now() + TimeDelta::hours(3));
    assert!(run::next(&office, "a").await.unwrap().is_some());
    assert_eq!(left(&office).await, 10, "given back without anybody asking");
    assert_adds_up(&office, 10).await;
}
