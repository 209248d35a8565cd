use chrono::DateTime;
use lianmeng_domain::actor::{Actor, Role};
use sea_orm::{DatabaseConnection, TransactionTrait as _};

use super::*;
use crate::audit::{Deed, append};

const LIMIT: u64 = 3;

fn wire(tag: &str, number: u128) -> String {
    format!("{tag}:{}", EnterpriseId::from(number))
}

/// Adds changes of these things to the log, and says whether each touches the graph.
async fn log(db: &DatabaseConnection, things: &[(&str, bool)]) {
    let actor = Actor { subject: "li".to_owned(), role: Role::Coordinator, body: None };
    for (thing, touches_graph) in things {
        let known = audit::since(db, 0, 1_000).await.unwrap();
        let last = known.last().map_or(0, |change| change.seq);
        let deed = Deed {
            id: u128::try_from(last + 1).unwrap().into(),
            at: DateTime::UNIX_EPOCH,
            action: "Change",
            thing,
            touches_graph: *touches_graph,
            trace: None,
        };
        append(db, &actor, deed).await.unwrap();
    }
}

async fn told(db: &DatabaseConnection, after: i64) -> Option<Vec<String>> {
    let tx = db.begin().await.unwrap();
    let found = touched(&tx, after, LIMIT).await.unwrap();
    tx.rollback().await.unwrap();
    found.map(|around| around.things().map(|(tag, id)| format!("{tag}:{id}")).collect())
}

#[tokio::test]
async fn what_changed_is_told_however_much_else_came_between() {
    let db = lianmeng_testkit::database().await;
    let firm = wire(EnterpriseId::TAG, 1);
    let product = wire(ProductId::TAG, 2);
    let mut things = vec![(firm.as_str(), true), ("need:1", false)];
    things.extend([("need:2", false); 20]);
    things.extend([(product.as_str(), true), (firm.as_str(), true)]);
    log(&db, &things).await;

    assert_eq!(told(&db, 0).await, Some(vec![firm.clone(), product.clone()]));
    assert_eq!(told(&db, 22).await, Some(vec![firm.clone(), product]));
    assert_eq!(told(&db, 23).await, Some(vec![firm]));
    let project = wire(ProjectId::TAG, 1);
    log(&db, &[(&project, true)]).await;
    assert_eq!(told(&db, 24).await, Some(Vec::new()));
}

#[tokio::test]
async fn all_is_read_where_what_changed_cannot_be_told() {
    let db = lianmeng_testkit::database().await;
    let firm = wire(EnterpriseId::TAG, 1);
    log(&db, &[(&firm, true), (&firm, true), (&firm, true)]).await;
    assert_eq!(told(&db, 0).await, Some(vec![firm.clone()]));
    log(&db, &[(&firm, true)]).await;
    assert_eq!(told(&db, 0).await, None, "more than the limit");
    assert_eq!(told(&db, 1).await, Some(vec![firm.clone()]));

    log(&db, &[("tasks", true)]).await;
    assert_eq!(told(&db, 4).await, None, "of many things at once");
    log(&db, &[(&wire("zone", 1), true)]).await;
    assert_eq!(told(&db, 5).await, None, "of what is no node");
    log(&db, &[(&wire(SupplyEdgeId::TAG, 1), true)]).await;
    assert_eq!(told(&db, 6).await, None, "of a link that is gone");

    db.execute_unprepared("DELETE FROM audit_rows WHERE seq <= 3").await.unwrap();
    assert_eq!(told(&db, 3).await, None, "more than the limit, of what is kept");
    log(&db, &[(&firm, true)]).await;
    assert_eq!(told(&db, 7).await, Some(vec![firm]));
    assert_eq!(told(&db, 2).await, None, "of a log whose begin was taken away");
}

#[tokio::test]
async fn a_link_names_one_of_its_ends() {
    let db = lianmeng_testkit::database().await;
    let id = |number: u128| EnterpriseId::from(number).to_string();
    db.execute_unprepared(&format!(
        "INSERT INTO enterprises (id, name, name_key, pinyin_key, tiers, version) VALUES
            ('{one}', '甲', 'k', 'p', '[]', 1), ('{two}', '乙', 'k', 'p', '[]', 1);
        INSERT INTO supply_edges (id, supplier_id, buyer_id, source, confidence_basis_points,
            is_disputed) VALUES ('{edge}', '{one}', '{two}', '年报', 9000, FALSE);",
        one = id(1),
        two = id(2),
        edge = id(9),
    ))
    .await
    .unwrap();
    log(&db, &[(&wire(SupplyEdgeId::TAG, 9), true)]).await;
    assert_eq!(told(&db, 0).await, Some(vec![wire(EnterpriseId::TAG, 1)]));
}
