use chrono::DateTime;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{IdSource, OrganisationId};
use lianmeng_domain::organisation::{Organisation, OrganisationKind};
use lianmeng_store::audit::{self, Deed};
use lianmeng_store::organisation;

use super::*;
use crate::desk::{Clock, Office};

async fn office() -> Office {
    let db = lianmeng_testkit::database().await;
    let provider = Organisation {
        id: OrganisationId::from(7),
        external_id: None,
        name: "示例研究院".to_owned(),
        kind: OrganisationKind::Institute,
        place: None,
        services: String::new(),
        is_example: true,
        version: 1,
    };
    organisation::insert(&db, &provider).await.unwrap();
    Office::new(db, IdSource::new(1), Clock::Fixed(DateTime::UNIX_EPOCH))
}

fn offered(number: u128, kind: OfferKind, title: &str) -> Offer {
    Offer {
        id: OfferId::from(number),
        external_id: None,
        provider: Member::Organisation(OrganisationId::from(7)),
        kind,
        title: title.to_owned(),
        body: String::new(),
        capacity: None,
        capacity_left: None,
        unit: None,
        valid_until: None,
        is_published: true,
        version: 1,
    }
}

/// Writes into the log that `action` was done to `thing`.
async fn log(office: &Office, action: &str, thing: &str) {
    let desk = office.desk();
    let (id, at) = (desk.mint(), desk.now);
    let deed = Deed { id, at, action, thing, touches_graph: false, trace: None };
    audit::append(&office.db, &Actor::public(), deed).await.unwrap();
}

async fn register(office: &Office, number: u128, kind: OfferKind, title: &str) {
    let offer = offered(number, kind, title);
    offer::insert(&office.db, &offer).await.unwrap();
    log(office, "RegisterOffer", &format!("offer:{}", offer.id)).await;
}

async fn ask(office: &Office, shelf: &Shelf, title: &str) -> Vec<u128> {
    shelf.follow(&office.db, &office.feed).await.unwrap();
    let services = |kind| kind == OfferKind::Service;
    let text = (title.to_owned(), String::new());
    let found = shelf.best(text, services, office.desk().today, 10).await.unwrap();
    found.into_iter().map(OfferId::number).collect()
}

#[tokio::test]
async fn the_next_question_finds_what_was_registered_and_revised_and_forgets_what_it_said_before() {
    let office = office().await;
    let shelf = Shelf::default();
    assert_eq!(ask(&office, &shelf, "逆变器检测").await, [0_u128; 0]);
    register(&office, 1, OfferKind::Service, "光伏逆变器检测").await;
    register(&office, 2, OfferKind::Finance, "逆变器检测补贴").await;
    log(&office, "AcceptNeed", "need:1").await;
    assert_eq!(ask(&office, &shelf, "逆变器检测").await, [1], "of the kinds asked for");
    let other_process = Shelf::default();
    assert_eq!(ask(&office, &other_process, "逆变器检测").await, [1]);

    let revised = offered(1, OfferKind::Service, "海上风电塔筒");
    offer::save(&office.db, &revised).await.unwrap();
    assert_eq!(ask(&office, &shelf, "逆变器检测").await, [1], "nothing was logged");
    log(&office, "UpdateOffer", &format!("offer:{}", revised.id)).await;
    for shelf in [&shelf, &other_process] {
        assert_eq!(ask(&office, shelf, "逆变器检测").await, [0_u128; 0]);
        assert_eq!(ask(&office, shelf, "风电塔筒").await, [1]);
    }
}

#[tokio::test]
async fn an_import_that_names_no_offer_is_looked_through() {
    let office = office().await;
    let shelf = Shelf::default();
    register(&office, 1, OfferKind::Service, "光伏逆变器检测").await;
    assert_eq!(ask(&office, &shelf, "逆变器").await, [1]);
    for number in 2..5 {
        let offer = offered(number, OfferKind::Service, "逆变器维修");
        offer::insert(&office.db, &offer).await.unwrap();
    }
    assert_eq!(ask(&office, &shelf, "逆变器维修").await, [1], "not saved as far as anyone knows");
    log(&office, "import", "registry").await;
    assert_eq!(ask(&office, &shelf, "逆变器维修").await, [2, 3, 4, 1]);
}
