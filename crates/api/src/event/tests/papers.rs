//! Who may print what, with and without the right to export.

use lianmeng_app::agenda::handbook::{HANDBOOK, handbook};
use lianmeng_app::agenda::papers::{PAPERS, Receipt, SCHEDULES, papers, schedules};
use lianmeng_app::agenda::{AgendaError, ReadAgenda};
use lianmeng_app::caller::Caller;
use lianmeng_domain::ids::{ChainCommitteeId, DockingEventId};
use sea_orm::ConnectionTrait as _;

use super::*;
use crate::ids::decode;

/// What came of asking.
fn came<T>(found: Result<T, AgendaError>) -> &'static str {
    match found {
        Ok(_) => "given",
        Err(AgendaError::Forbidden) => "forbidden",
        Err(AgendaError::NotFound) => "nothing",
        Err(AgendaError::NotPublished | AgendaError::NotEarlier { .. } | AgendaError::Store(_)) => {
            "wrong"
        }
    }
}

#[tokio::test]
async fn every_role_prints_its_part_and_all_of_an_event_only_with_the_right_to_export() {
    let office = office().await;
    let event = created(&office).await;
    let id: DockingEventId = decode(&event).unwrap();
    with_people(&office, &event, 3, "").await;
    with_pairs(&office, &event, &[(1, 2, "")]).await;
    plan(&office, &event, 3, "plan-0001").await;
    publish(&office, &event, 4, "publish-1").await;
    let one = |role, number: u128| actor(role, Some(Body::Enterprise(number.into())));
    let committee = |role| actor(role, Some(Body::Committee(ChainCommitteeId::from(1))));
    let whole = ["given", "given", "given"];
    let (refused, own, none) = (["forbidden"; 3], ["nothing", "given", "given"], ["nothing"; 3]);
    let cases = [
        ("coordinator", coordinator(), whole, refused),
        ("auditor", actor(Role::Auditor, None), whole, refused),
        ("host", zone_host(1), whole, refused),
        ("another host", zone_host(2), none, none),
        ("who meets", firm(1), own, own),
        ("its liaison", one(Role::ServiceLiaison, 1), own, own),
        ("its head office", one(Role::GroupHeadquarters, 1), own, own),
        ("in the chair", one(Role::RotatingChair, 1), own, own),
        ("who takes part and meets nobody", firm(3), none, none),
        ("who takes no part", firm(7), none, none),
        ("a committee's chair", committee(Role::RotatingChair), none, none),
        ("another committee's secretary", committee(Role::CommitteeSecretary), none, none),
        ("administrator", actor(Role::SystemAdmin, None), none, none),
        ("public", Actor::public(), none, none),
    ];
    let ask = ReadAgenda { event: id, participant: None, table: None };
    let receipt = |action| Receipt { action, asked: String::new(), format: "html" };
    for (name, who, with, without) in cases {
        for (may_export, want) in [(true, with), (false, without)] {
            let caller = Caller { may_export, ..Caller::plain(who.clone()) };
            let desk = office.desk();
            let got = [
                came(papers(&desk, &caller, (&ask, None), &receipt(PAPERS)).await),
                came(schedules(&desk, &caller, (id, None), &receipt(SCHEDULES)).await),
                came(handbook(&desk, &caller, (id, None), &receipt(HANDBOOK)).await),
            ];
            assert_eq!(got, want, "{name}, {may_export}");
        }
    }
    // What was given of the whole stands in the audit log, what was refused does not.
    let sql = format!("SELECT action FROM audit_rows WHERE thing = 'papers:{id}' ORDER BY seq");
    let statement = sea_orm::Statement::from_string(office.db.get_database_backend(), sql);
    let rows = office.db.query_all_raw(statement).await.unwrap();
    let actions: Vec<String> = rows.iter().map(|row| row.try_get("", "action").unwrap()).collect();
    let each = [PAPERS, SCHEDULES, HANDBOOK];
    assert_eq!(actions, [each, each, each].concat());
}
