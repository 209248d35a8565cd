//! Claims of enterprises.

use std::collections::BTreeSet;

use lianmeng_domain::claim::{Claim, ClaimState, Decision};
use lianmeng_domain::ids::{AccountId, ClaimId, EnterpriseId};
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::IntoCondition as _;
use sea_orm::{Condition, ExprTrait as _, QueryOrder as _, QuerySelect as _};

use crate::StoreError;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};
use crate::{sight, visible};

/// The table `claims`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "claims")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub enterprise_id: String,
        pub account_id: String,
        pub evidence: String,
        pub state: String,
        pub open_key: Option<String>,
        pub made_at: DateTimeUtc,
        pub decided_at: Option<DateTimeUtc>,
        pub decided_by: Option<String>,
        pub reason: Option<String>,
        pub was_disputed: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which claims a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimFilter {
    /// In this state.
    pub state: Option<ClaimState>,
    /// Of this enterprise.
    pub enterprise: Option<EnterpriseId>,
}

/// Claims of enterprises on the chain of the caller's committee; all for coordinators and auditors.
/// `reads` is what the caller reads in full: evidence is told to whoever decides.
fn visible(reads: &Visibility) -> Condition {
    match reads {
        Visibility::All => sight::always(),
        Visibility::Committee(id) => {
            row::COLUMN.enterprise_id.in_subquery(visible::on_chain_of(*id)).into_condition()
        }
        Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Group(_)
        | Visibility::Enterprise(_)
        | Visibility::Organisation(_)
        | Visibility::Published
        | Visibility::Nothing => sight::never(),
    }
}

fn matches(filter: &ClaimFilter) -> Condition {
    Condition::all()
        .add_option(filter.state.map(|state| row::COLUMN.state.eq(state.word())))
        .add_option(filter.enterprise.map(|id| row::COLUMN.enterprise_id.eq(id.to_string())))
}

async fn read(
    db: &impl ConnectionTrait,
    query: Select<row::Entity>,
) -> Result<Vec<Claim>, StoreError> {
    query.all(db).await?.into_iter().map(Claim::try_from).collect()
}

/// A page of the claims that `filter` matches and the caller reads, newest first.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    reads: &Visibility,
    filter: &ClaimFilter,
    window: Window<ClaimId>,
) -> Result<Vec<Claim>, StoreError> {
    let query = row::Entity::find().filter(visible(reads)).filter(matches(filter));
    let cut = page::by_id(query, (row::Column::Id, Way::Down), window);
    cut.all(db).await?.into_iter().map(Claim::try_from).collect()
}

/// How many claims a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    reads: &Visibility,
    filter: &ClaimFilter,
) -> Result<u64, StoreError> {
    Ok(row::Entity::find().filter(visible(reads)).filter(matches(filter)).count(db).await?)
}

/// One claim, if there is one that the caller reads.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    reads: &Visibility,
    id: ClaimId,
) -> Result<Option<Claim>, StoreError> {
    let query = row::Entity::find_by_id(id.to_string()).filter(visible(reads));
    Ok(read(db, query).await?.pop())
}

/// The newest `limit` claims of `account`, for the account itself.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_account(
    db: &impl ConnectionTrait,
    account: AccountId,
    limit: u64,
) -> Result<Vec<Claim>, StoreError> {
    let query = row::Entity::find()
        .filter(row::COLUMN.account_id.eq(account.to_string()))
        .order_by_desc(row::COLUMN.id)
        .limit(limit);
    read(db, query).await
}

/// How many claims of `account` wait for a decision.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn pending_of_account(
    db: &impl ConnectionTrait,
    account: AccountId,
) -> Result<u64, StoreError> {
    let query = row::Entity::find()
        .filter(row::COLUMN.account_id.eq(account.to_string()))
        .filter(row::COLUMN.state.eq(ClaimState::Pending.word()));
    Ok(query.count(db).await?)
}

/// Those of `enterprises` that more than one claim is pending of.
///
/// # Errors
///
/// As [`page()`].
pub async fn claimed_twice(
    db: &impl ConnectionTrait,
    enterprises: &[EnterpriseId],
) -> Result<BTreeSet<EnterpriseId>, StoreError> {
    let ids: Vec<String> = row::Entity::find()
        .select_only()
        .column(row::Column::EnterpriseId)
        .filter(parse::among(db, row::Column::EnterpriseId, enterprises))
        .filter(row::COLUMN.state.eq(ClaimState::Pending.word()))
        .group_by(row::Column::EnterpriseId)
        .having(row::COLUMN.id.count().gt(1))
        .into_tuple()
        .all(db)
        .await?;
    ids.iter().map(|id| parse::value(At("claims", "enterprise_id"), id)).collect()
}

/// Makes others who decide about `enterprise` wait until this transaction is over: two of its claims
/// cannot then be approved at once, each as if there were no other.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn hold(db: &impl ConnectionTrait, enterprise: EnterpriseId) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(ClaimState::Pending.word()))
        .filter(row::COLUMN.enterprise_id.eq(enterprise.to_string()))
        .filter(row::COLUMN.state.eq(ClaimState::Pending.word()))
        .exec(db)
        .await?;
    Ok(())
}

/// What a pending claim is known by, so that nobody claims twice at a time.
fn open_key(claim: &Claim) -> Option<String> {
    let key = || format!("{}/{}", claim.enterprise, claim.account);
    (claim.state == ClaimState::Pending).then(key)
}

/// Adds `claim`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the account has one of the enterprise pending.
pub async fn insert(db: &impl ConnectionTrait, claim: &Claim) -> Result<(), StoreError> {
    let decision = claim.decision.as_ref();
    let row = row::ActiveModel {
        id: Set(claim.id.to_string()),
        enterprise_id: Set(claim.enterprise.to_string()),
        account_id: Set(claim.account.to_string()),
        evidence: Set(claim.evidence.clone()),
        state: Set(claim.state.word().to_owned()),
        open_key: Set(open_key(claim)),
        made_at: Set(claim.made_at),
        decided_at: Set(decision.map(|decision| decision.at)),
        decided_by: Set(decision.map(|decision| decision.by.clone())),
        reason: Set(decision.map(|decision| decision.reason.clone())),
        was_disputed: Set(decision.is_some_and(|decision| decision.was_disputed)),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Saves what became of `claim`, once: while it is pending.
///
/// # Errors
///
/// [`StoreError::Stale`] if it is pending no longer.
pub async fn settle(db: &impl ConnectionTrait, claim: &Claim) -> Result<(), StoreError> {
    let decision = claim.decision.as_ref();
    let saved = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(claim.state.word()))
        .col_expr(row::Column::OpenKey, Expr::value(open_key(claim)))
        .col_expr(row::Column::DecidedAt, Expr::value(decision.map(|decision| decision.at)))
        .col_expr(row::Column::DecidedBy, Expr::value(decision.map(|d| d.by.clone())))
        .col_expr(row::Column::Reason, Expr::value(decision.map(|d| d.reason.clone())))
        .col_expr(row::Column::WasDisputed, Expr::value(decision.is_some_and(|d| d.was_disputed)))
        .filter(row::COLUMN.id.eq(claim.id.to_string()))
        .filter(row::COLUMN.state.eq(ClaimState::Pending.word()))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

impl TryFrom<row::Model> for Claim {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("claims", column);
        let decision = row.decided_at.zip(row.decided_by).map(|(at, by)| Decision {
            at,
            by,
            reason: row.reason.unwrap_or_default(),
            was_disputed: row.was_disputed,
        });
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            enterprise: parse::value(at("enterprise_id"), &row.enterprise_id)?,
            account: parse::value(at("account_id"), &row.account_id)?,
            evidence: row.evidence,
            state: parse::word(at("state"), &row.state, ClaimState::from_word)?,
            made_at: row.made_at,
            decision,
        })
    }
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::ids::ChainCommitteeId;

    use super::*;
    use crate::account::tests::{at, db as accounts};
    use crate::enterprise::tests::firm;

    fn claim(number: u128, account: u128) -> Claim {
        Claim {
            id: ClaimId::from(number),
            enterprise: EnterpriseId::from(1),
            account: AccountId::from(account),
            evidence: "营业执照".to_owned(),
            state: ClaimState::Pending,
            made_at: at(0),
            decision: None,
        }
    }

    #[tokio::test]
    async fn a_claim_is_pending_once_for_each_account_and_settled_once() {
        let db = accounts().await;
        crate::enterprise::insert(&db, &firm(1, "甲")).await.unwrap();
        insert(&db, &claim(1, 1)).await.unwrap();
        assert!(matches!(insert(&db, &claim(2, 1)).await, Err(StoreError::Conflict(_))));
        let ours = [EnterpriseId::from(1)];
        assert_eq!(claimed_twice(&db, &ours).await.unwrap(), BTreeSet::new());
        insert(&db, &claim(3, 2)).await.unwrap();
        assert_eq!(claimed_twice(&db, &ours).await.unwrap(), ours.into());
        hold(&db, ours[0]).await.unwrap();
        let decision = Decision {
            at: at(9),
            by: "account:3".to_owned(),
            reason: "查实".to_owned(),
            was_disputed: true,
        };
        let approved =
            Claim { state: ClaimState::Approved, decision: Some(decision), ..claim(1, 1) };
        settle(&db, &approved).await.unwrap();
        assert!(matches!(settle(&db, &approved).await, Err(StoreError::Stale)));
        let found = find(&db, &Visibility::All, approved.id).await.unwrap();
        assert_eq!(found, Some(approved.clone()));
        insert(&db, &claim(4, 1)).await.unwrap();
        let mine = of_account(&db, AccountId::from(1), 9).await.unwrap();
        assert_eq!(mine, [claim(4, 1), approved]);
        assert_eq!(pending_of_account(&db, AccountId::from(1)).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn claims_are_read_by_those_who_decide() {
        let db = accounts().await;
        crate::enterprise::insert(&db, &firm(1, "甲")).await.unwrap();
        insert(&db, &claim(1, 1)).await.unwrap();
        let all = ClaimFilter::default();
        assert_eq!(count(&db, &Visibility::All, &all).await.unwrap(), 1);
        let approved = ClaimFilter { state: Some(ClaimState::Approved), ..ClaimFilter::default() };
        assert_eq!(count(&db, &Visibility::All, &approved).await.unwrap(), 0);
        let page = page(&db, &Visibility::All, &all, Window::first(9)).await.unwrap();
        assert_eq!(page, [claim(1, 1)]);
        for reads in [
            Visibility::Nothing,
            Visibility::Published,
            Visibility::Enterprise(EnterpriseId::from(1)),
            Visibility::Committee(ChainCommitteeId::from(1)),
        ] {
            assert_eq!(count(&db, &reads, &all).await.unwrap(), 0, "{reads:?}");
            let found = find(&db, &reads, ClaimId::from(1)).await.unwrap();
            assert_eq!(found, None, "{reads:?}");
        }
    }
}
