//! Invitations. Of their codes only hashes are kept.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Body;
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{AccountId, ChainCommitteeId, InvitationId};
use lianmeng_domain::invitation::{self as rules, Invitation, InvitationState};
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{IntoCondition as _, OnConflict};
use sea_orm::{Condition, TryInsertResult};

use crate::StoreError;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};
use crate::sight;

/// The table `invitations`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "invitations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub batch_id: String,
        pub committee_id: Option<String>,
        pub enterprise_id: Option<String>,
        pub organisation_id: Option<String>,
        pub contact_name: String,
        pub contact: String,
        pub code_hash: String,
        pub open_key: Option<String>,
        pub made_by: String,
        pub made_at: DateTimeUtc,
        pub ends_at: DateTimeUtc,
        pub claimed_by: Option<String>,
        pub claimed_at: Option<DateTimeUtc>,
        pub withdrawn_at: Option<DateTimeUtc>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which invitations a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvitationFilter {
    /// In the name of this committee.
    pub committee: Option<ChainCommitteeId>,
    /// In this state at this moment.
    pub state: Option<(InvitationState, DateTime<Utc>)>,
}

/// The body that somebody invited comes in for, as text: what an open invitation is known by.
fn open_key(member: Member) -> String {
    let (_, body): (_, Body) = rules::office_of(member);
    body.to_string()
}

/// Those sent in the name of the caller's committee; all for coordinators and auditors. `reads` is
/// what the caller reads in full: whom a committee approached is its own business.
fn visible(reads: &Visibility) -> Condition {
    match reads {
        Visibility::All => sight::always(),
        Visibility::Committee(id) => row::COLUMN.committee_id.eq(id.to_string()).into_condition(),
        Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Group(_)
        | Visibility::Enterprise(_)
        | Visibility::Organisation(_)
        | Visibility::Published
        | Visibility::Nothing => sight::never(),
    }
}

fn matches(filter: &InvitationFilter) -> Condition {
    let committee = filter.committee.map(|id| row::COLUMN.committee_id.eq(id.to_string()));
    let state = filter.state.map(|(state, now)| {
        let claimed = row::COLUMN.claimed_at.is_not_null();
        let waits = row::COLUMN.claimed_at.is_null();
        let kept = row::COLUMN.withdrawn_at.is_null();
        match state {
            InvitationState::Claimed => claimed.into_condition(),
            InvitationState::Withdrawn => {
                waits.into_condition().add(row::COLUMN.withdrawn_at.is_not_null())
            }
            InvitationState::Expired => {
                waits.into_condition().add(kept).add(row::COLUMN.ends_at.lte(now))
            }
            InvitationState::Sent => {
                waits.into_condition().add(kept).add(row::COLUMN.ends_at.gt(now))
            }
        }
    });
    Condition::all().add_option(committee).add_option(state)
}

fn find_visible(reads: &Visibility, filter: &InvitationFilter) -> Select<row::Entity> {
    row::Entity::find().filter(visible(reads)).filter(matches(filter))
}

/// A page of the invitations that `filter` matches and the caller sees, newest first.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    reads: &Visibility,
    filter: &InvitationFilter,
    window: Window<InvitationId>,
) -> Result<Vec<Invitation>, StoreError> {
    let cut = page::by_id(find_visible(reads, filter), (row::Column::Id, Way::Down), window);
    cut.all(db).await?.into_iter().map(Invitation::try_from).collect()
}

/// How many invitations a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    reads: &Visibility,
    filter: &InvitationFilter,
) -> Result<u64, StoreError> {
    Ok(find_visible(reads, filter).count(db).await?)
}

/// The invitations with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    reads: &Visibility,
    ids: &[InvitationId],
) -> Result<Vec<Invitation>, StoreError> {
    let query = find_visible(reads, &InvitationFilter::default()).filter(parse::among(
        db,
        row::Column::Id,
        ids,
    ));
    query.all(db).await?.into_iter().map(Invitation::try_from).collect()
}

/// One invitation, if there is one that the caller sees.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    reads: &Visibility,
    id: InvitationId,
) -> Result<Option<Invitation>, StoreError> {
    Ok(find_many(db, reads, &[id]).await?.pop())
}

/// The invitation whose code has this hash, whatever became of it.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_by_hash(
    db: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<Invitation>, StoreError> {
    let query = row::Entity::find().filter(row::COLUMN.code_hash.eq(hash));
    query.one(db).await?.map(Invitation::try_from).transpose()
}

/// The invitations of `members` that wait at `now`, by member, each with the hash of its code.
///
/// # Errors
///
/// As [`page()`].
pub async fn open_of(
    db: &impl ConnectionTrait,
    members: &[Member],
    now: DateTime<Utc>,
) -> Result<BTreeMap<Member, (Invitation, String)>, StoreError> {
    let keys = members.iter().map(|&member| open_key(member));
    let query = row::Entity::find()
        .filter(parse::among(db, row::Column::OpenKey, keys))
        .filter(row::COLUMN.ends_at.gt(now));
    let read = |row: row::Model| {
        let hash = row.code_hash.clone();
        let found = Invitation::try_from(row)?;
        Ok((found.member, (found, hash)))
    };
    query.all(db).await?.into_iter().map(read).collect()
}

/// Adds `invitation`, whose code has `hash`, in place of one of the same member that is over; returns
/// whether it was added: not if another of the member waits.
///
/// # Errors
///
/// [`StoreError::Conflict`] if committee or member do not exist.
pub async fn insert(
    db: &impl ConnectionTrait,
    invitation: &Invitation,
    hash: &str,
) -> Result<bool, StoreError> {
    let key = open_key(invitation.member);
    free(db, &key, invitation.made_at).await?;
    let (enterprise_id, organisation_id) = parse::member_columns(invitation.member);
    let row = row::ActiveModel {
        id: Set(invitation.id.to_string()),
        batch_id: Set(invitation.batch.to_string()),
        committee_id: Set(invitation.committee.map(|id| id.to_string())),
        enterprise_id: Set(enterprise_id),
        organisation_id: Set(organisation_id),
        contact_name: Set(invitation.contact_name.clone()),
        contact: Set(invitation.contact.clone()),
        code_hash: Set(hash.to_owned()),
        open_key: Set(Some(key)),
        made_by: Set(invitation.made_by.clone()),
        made_at: Set(invitation.made_at),
        ends_at: Set(invitation.ends_at),
        claimed_by: Set(None),
        claimed_at: Set(None),
        withdrawn_at: Set(None),
    };
    let inserted = row::Entity::insert(row)
        .on_conflict(OnConflict::column(row::Column::OpenKey).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(db)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1)))
}

/// Lets go of the place of an invitation that is over at `now`.
async fn free(db: &impl ConnectionTrait, key: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::OpenKey, Expr::value(None::<String>))
        .filter(row::COLUMN.open_key.eq(key))
        .filter(row::COLUMN.ends_at.lte(now))
        .exec(db)
        .await?;
    Ok(())
}

/// Those that wait at `now`.
fn waits(now: DateTime<Utc>) -> Condition {
    row::COLUMN.open_key.is_not_null().into_condition().add(row::COLUMN.ends_at.gt(now))
}

/// Notes that `account` came with it. One statement decides, so of two who bring the code only one
/// gets in.
///
/// # Errors
///
/// [`StoreError::Stale`] if it does not wait at `now` any more.
pub async fn claim(
    db: &impl ConnectionTrait,
    id: InvitationId,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .col_expr(row::Column::OpenKey, Expr::value(None::<String>))
        .col_expr(row::Column::ClaimedBy, Expr::value(account.to_string()))
        .col_expr(row::Column::ClaimedAt, Expr::value(now))
        .filter(row::COLUMN.id.eq(id.to_string()))
        .filter(waits(now))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Withdraws it.
///
/// # Errors
///
/// [`StoreError::Stale`] if it does not wait at `now` any more.
pub async fn withdraw(
    db: &impl ConnectionTrait,
    id: InvitationId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .col_expr(row::Column::OpenKey, Expr::value(None::<String>))
        .col_expr(row::Column::WithdrawnAt, Expr::value(now))
        .filter(row::COLUMN.id.eq(id.to_string()))
        .filter(waits(now))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Gives `invitation` a new code with `hash` and lets it wait until `ends_at`, whether it waits, was
/// withdrawn or is over.
///
/// # Errors
///
/// [`StoreError::Stale`] if it was claimed, [`StoreError::Conflict`] if another of its member waits.
pub async fn renew(
    db: &impl ConnectionTrait,
    invitation: &Invitation,
    hash: &str,
    (now, ends_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), StoreError> {
    let key = open_key(invitation.member);
    free(db, &key, now).await?;
    let saved = row::Entity::update_many()
        .col_expr(row::Column::CodeHash, Expr::value(hash))
        .col_expr(row::Column::OpenKey, Expr::value(key))
        .col_expr(row::Column::EndsAt, Expr::value(ends_at))
        .col_expr(row::Column::WithdrawnAt, Expr::value(None::<DateTime<Utc>>))
        .filter(row::COLUMN.id.eq(invitation.id.to_string()))
        .filter(row::COLUMN.claimed_at.is_null())
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

impl TryFrom<row::Model> for Invitation {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("invitations", column);
        let claimed_by = parse::value_opt(at("claimed_by"), row.claimed_by.as_deref())?;
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            batch: parse::value(at("batch_id"), &row.batch_id)?,
            committee: parse::value_opt(at("committee_id"), row.committee_id.as_deref())?,
            member: sight::member(
                (at("enterprise_id"), row.enterprise_id.as_deref()),
                (at("organisation_id"), row.organisation_id.as_deref()),
            )?,
            contact_name: row.contact_name,
            contact: row.contact,
            made_by: row.made_by,
            made_at: row.made_at,
            ends_at: row.ends_at,
            claimed: claimed_by.zip(row.claimed_at),
            withdrawn_at: row.withdrawn_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::ids::{EnterpriseId, InvitationBatchId};

    use super::*;
    use crate::account::tests::{at, db as accounts};
    use crate::enterprise::tests::firm;

    fn invitation(number: u128, enterprise: u128) -> Invitation {
        Invitation {
            id: InvitationId::from(number),
            batch: InvitationBatchId::from(1),
            committee: None,
            member: Member::Enterprise(EnterpriseId::from(enterprise)),
            contact_name: "王芳".to_owned(),
            contact: "13812345678".to_owned(),
            made_by: "account:1".to_owned(),
            made_at: at(0),
            ends_at: at(100),
            claimed: None,
            withdrawn_at: None,
        }
    }

    async fn db() -> DatabaseConnection {
        let db = accounts().await;
        for number in 1..=4 {
            crate::enterprise::insert(&db, &firm(number, "甲")).await.unwrap();
        }
        db
    }

    #[tokio::test]
    async fn nobody_is_invited_twice_at_a_time() {
        let db = db().await;
        assert!(insert(&db, &invitation(1, 1), "h1").await.unwrap());
        assert!(!insert(&db, &invitation(2, 1), "h2").await.unwrap());
        assert!(insert(&db, &invitation(3, 2), "h3").await.unwrap());
        let later = Invitation { made_at: at(100), ends_at: at(200), ..invitation(4, 1) };
        assert!(insert(&db, &later, "h4").await.unwrap(), "the first one is over");
        let members = [1, 2, 3].map(|number: u128| Member::Enterprise(number.into()));
        let open = open_of(&db, &members, at(50)).await.unwrap();
        let numbers: Vec<_> =
            open.values().map(|(i, hash)| (i.id.number(), hash.as_str())).collect();
        assert_eq!(numbers, [(4, "h4"), (3, "h3")]);
        assert_eq!(find_by_hash(&db, "h1").await.unwrap(), Some(invitation(1, 1)));
        assert_eq!(find_by_hash(&db, "h2").await.unwrap(), None);
    }

    #[tokio::test]
    async fn an_invitation_is_claimed_once_and_not_after_its_end() {
        let db = db().await;
        for number in 1..=3 {
            assert!(insert(&db, &invitation(number, number), &format!("h{number}")).await.unwrap());
        }
        let by = AccountId::from(1);
        let one = |number: u128| InvitationId::from(number);
        claim(&db, one(1), by, at(5)).await.unwrap();
        let claimed = Invitation { claimed: Some((by, at(5))), ..invitation(1, 1) };
        assert_eq!(find(&db, &Visibility::All, one(1)).await.unwrap(), Some(claimed.clone()));
        for refused in [
            claim(&db, one(1), by, at(6)).await,
            withdraw(&db, one(1), at(6)).await,
            renew(&db, &claimed, "h9", (at(6), at(300))).await,
            claim(&db, one(2), by, at(100)).await,
        ] {
            assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
        }
        withdraw(&db, one(2), at(7)).await.unwrap();
        assert!(matches!(claim(&db, one(2), by, at(8)).await, Err(StoreError::Stale)));
        renew(&db, &invitation(2, 2), "h8", (at(9), at(300))).await.unwrap();
        assert_eq!(find_by_hash(&db, "h2").await.unwrap(), None, "the old code is void");
        claim(&db, one(2), by, at(200)).await.unwrap();
        assert!(insert(&db, &invitation(5, 2), "h5").await.unwrap());
        withdraw(&db, one(5), at(1)).await.unwrap();
        assert!(insert(&db, &invitation(6, 2), "h6").await.unwrap());
        let twice = renew(&db, &invitation(5, 2), "h7", (at(2), at(300))).await;
        assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
    }

    #[tokio::test]
    async fn lists_hold_one_state_and_only_what_the_caller_reads() {
        let db = db().await;
        for number in 1..=4 {
            assert!(insert(&db, &invitation(number, number), &format!("h{number}")).await.unwrap());
        }
        claim(&db, InvitationId::from(1), AccountId::from(1), at(5)).await.unwrap();
        withdraw(&db, InvitationId::from(2), at(5)).await.unwrap();
        let of = async |state, moment| {
            let filter = InvitationFilter { state: Some((state, at(moment))), committee: None };
            let rows = page(&db, &Visibility::All, &filter, Window::first(9)).await.unwrap();
            let numbers: Vec<_> = rows.iter().map(|row| row.id.number()).collect();
            assert_eq!(
                rows.len(),
                usize::try_from(count(&db, &Visibility::All, &filter).await.unwrap()).unwrap()
            );
            assert!(rows.iter().all(|row| row.state(at(moment)) == state));
            numbers
        };
        assert_eq!(of(InvitationState::Sent, 9).await, [4, 3]);
        assert_eq!(of(InvitationState::Claimed, 9).await, [1]);
        assert_eq!(of(InvitationState::Withdrawn, 200).await, [2]);
        assert_eq!(of(InvitationState::Expired, 200).await, [4, 3]);
        for reads in [
            Visibility::Nothing,
            Visibility::Published,
            Visibility::Enterprise(EnterpriseId::from(1)),
            Visibility::Committee(ChainCommitteeId::from(1)),
        ] {
            let all = InvitationFilter::default();
            assert_eq!(count(&db, &reads, &all).await.unwrap(), 0, "{reads:?}");
            let found = find(&db, &reads, InvitationId::from(1)).await.unwrap();
            assert_eq!(found, None, "{reads:?}");
        }
    }
}
