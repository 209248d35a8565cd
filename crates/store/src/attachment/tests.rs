use chrono::TimeDelta;
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, MeetingId, OrganisationId};
use lianmeng_testkit::database;

use super::*;

fn moment(hour: i64) -> DateTime<Utc> {
    "2026-03-02T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hour)
}

/// On a meeting that there is not: one that was dropped.
fn attachment(number: u128, place: i32, sha256: &str) -> Attachment {
    Attachment {
        id: AttachmentId::from(number),
        to: AttachedTo::Meeting(MeetingId::from(1)),
        place: Some(place),
        name: "纪要.pdf".to_owned(),
        kind: FileKind::Pdf,
        size_bytes: 15,
        sha256: sha256.to_owned(),
        added_by: "one".to_owned(),
        added_at: moment(0),
        kept_until: None,
        removed_at: None,
        expired_at: None,
    }
}

#[tokio::test]
async fn what_is_written_is_read_and_a_place_is_taken_once() {
    let db = database().await;
    let one = attachment(1, 1, "a");
    insert(&db, &one).await.unwrap();
    let again = insert(&db, &attachment(2, 1, "b")).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    insert(&db, &attachment(2, 2, "b")).await.unwrap();
    let found = of_things(&db, AttachmentEyes::ALL, &[one.to]).await.unwrap();
    assert_eq!(found, [one.clone(), attachment(2, 2, "b")]);
    assert_eq!(of_things(&db, AttachmentEyes::ALL, &[]).await.unwrap(), []);

    let gone = Attachment { place: None, removed_at: Some(moment(1)), ..one.clone() };
    end(&db, &gone).await.unwrap();
    assert!(matches!(end(&db, &gone).await, Err(StoreError::Stale)));
    assert_eq!(find(&db, AttachmentEyes::ALL, one.id).await.unwrap(), None);
    insert(&db, &attachment(3, 1, "a")).await.unwrap();
}

#[tokio::test]
async fn nobody_sees_a_file_on_a_thing_they_do_not_see() {
    let db = database().await;
    let one = attachment(1, 1, "a");
    insert(&db, &one).await.unwrap();
    for (column, whole) in [
        (Some(Who::Enterprise), Visibility::Enterprise(EnterpriseId::from(1))),
        (Some(Who::DepartmentHandler), Visibility::Organisation(OrganisationId::from(1))),
        (Some(Who::CommitteeSecretary), Visibility::Committee(ChainCommitteeId::from(1))),
        (Some(Who::GroupHeadquarters), Visibility::Group(EnterpriseId::from(1))),
        (Some(Who::ChairOfEnterprise), Visibility::Enterprise(EnterpriseId::from(1))),
        (Some(Who::Public), Visibility::Published),
        (Some(Who::SystemAdmin), Visibility::Nothing),
        (None, Visibility::All),
    ] {
        let eyes = AttachmentEyes::of(column, &whole);
        assert_eq!(find(&db, eyes, one.id).await.unwrap(), None, "{column:?}");
        assert_eq!(of_things(&db, eyes, &[one.to]).await.unwrap(), [], "{column:?}");
    }
    let auditor = AttachmentEyes::of(Some(Who::Auditor), &Visibility::All);
    assert_eq!(find(&db, auditor, one.id).await.unwrap(), Some(one));
}

#[tokio::test]
async fn files_on_what_is_gone_are_kept_for_a_while_and_then_given_up() {
    let db = database().await;
    insert(&db, &attachment(1, 1, "a")).await.unwrap();
    assert_eq!(mark(&db, moment(9)).await.unwrap(), 1);
    assert_eq!(mark(&db, moment(10)).await.unwrap(), 0, "the first end counts");
    assert_eq!(overdue(&db, moment(8), 10).await.unwrap(), []);
    let due = overdue(&db, moment(9), 10).await.unwrap();
    assert_eq!(due[0].kept_until, Some(moment(9)));
    let expired = Attachment { expired_at: Some(moment(9)), ..due[0].clone() };
    end(&db, &expired).await.unwrap();
    assert!(matches!(end(&db, &expired).await, Err(StoreError::Stale)));
    assert_eq!(overdue(&db, moment(9), 10).await.unwrap(), []);
    let stays = find(&db, AttachmentEyes::ALL, expired.id).await.unwrap();
    assert_eq!(stays, Some(expired));
}

#[tokio::test]
async fn bytes_go_when_nothing_needs_them_and_never_under_somebody_who_writes_them() {
    let db = database().await;
    for sha256 in ["a", "b", "c"] {
        blob::announce(&db, sha256, moment(0)).await.unwrap();
    }
    let one = attachment(1, 1, "a");
    insert(&db, &one).await.unwrap();
    // Written again an hour later: by somebody whose row is not saved yet.
    blob::announce(&db, "b", moment(1)).await.unwrap();
    let early = (moment(0), moment(1));
    assert_eq!(blob::doom(&db, early, 10).await.unwrap(), Vec::<String>::new());
    let late = (moment(1), moment(2));
    assert_eq!(blob::doom(&db, late, 10).await.unwrap(), ["c"]);
    let refused = blob::announce(&db, "c", moment(2)).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    // A process that died in between is followed by another.
    assert_eq!(blob::doom(&db, late, 10).await.unwrap(), ["c"]);
    blob::forget(&db, "c").await.unwrap();
    blob::announce(&db, "c", moment(2)).await.unwrap();

    end(&db, &Attachment { place: None, removed_at: Some(moment(3)), ..one }).await.unwrap();
    assert_eq!(blob::doom(&db, (moment(2), moment(3)), 10).await.unwrap(), ["a", "b"]);
    let held = blob::hold(&db, "a", moment(3)).await;
    assert!(matches!(held, Err(StoreError::Stale)), "{held:?}");
}
