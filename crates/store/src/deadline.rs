//! Deadline profiles and which committee goes by which. Everyone may know what is promised.

use std::collections::BTreeMap;

use lianmeng_domain::deadline::{DeadlineProfile, Span, SpanUnit};
use lianmeng_domain::ids::ChainCommitteeId;
use lianmeng_domain::need::NeedKind;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _, QueryTrait as _};
use serde::{Deserialize, Serialize};

use crate::StoreError;
use crate::parse::At;

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "deadline_profiles")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub title: String,
        pub spans: String,
        pub is_default: bool,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod choice {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "deadline_choices")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub committee_id: String,
        pub profile: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A profile as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptProfile {
    /// The profile.
    pub profile: DeadlineProfile,
    /// Whether committees without a choice of their own go by it.
    pub is_default: bool,
    /// Raised by one with each save.
    pub version: i64,
}

/// A span as it stands in the column `spans`.
#[derive(Debug, Serialize, Deserialize)]
struct SpanRow {
    amount: u32,
    unit: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct SpansRow {
    respond: SpanRow,
    answers: BTreeMap<String, SpanRow>,
    answer: SpanRow,
}

/// Every profile, by name; there are few.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<KeptProfile>, StoreError> {
    let rows = row::Entity::find().order_by_asc(row::COLUMN.name).limit(100).all(db).await?;
    rows.into_iter().map(KeptProfile::try_from).collect()
}

/// One profile, by name.
///
/// # Errors
///
/// As [`all`].
pub async fn find(
    db: &impl ConnectionTrait,
    name: &str,
) -> Result<Option<KeptProfile>, StoreError> {
    let row = row::Entity::find_by_id(name).one(db).await?;
    row.map(KeptProfile::try_from).transpose()
}

/// The profile `committee` goes by: the one chosen for it, else the default. One statement.
///
/// # Errors
///
/// As [`all`].
pub async fn of_committee(
    db: &impl ConnectionTrait,
    committee: Option<ChainCommitteeId>,
) -> Result<Option<KeptProfile>, StoreError> {
    let chosen = committee.map(|id| {
        choice::Entity::find()
            .select_only()
            .column(choice::Column::Profile)
            .filter(choice::COLUMN.committee_id.eq(id.to_string()))
            .into_query()
    });
    let either = Condition::any()
        .add(row::COLUMN.is_default.eq(true))
        .add_option(chosen.map(|name| row::COLUMN.name.in_subquery(name)));
    // What was chosen comes before the default, unless it is the default.
    let query = row::Entity::find().filter(either).order_by_asc(row::COLUMN.is_default);
    query.one(db).await?.map(KeptProfile::try_from).transpose()
}

/// Adds a profile unless one of its name is there.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn put_if_absent(
    db: &impl ConnectionTrait,
    profile: &DeadlineProfile,
    is_default: bool,
) -> Result<(), StoreError> {
    let conflict = OnConflict::new().do_nothing().to_owned();
    let insert = row::Entity::insert(columns(profile, is_default)).on_conflict(conflict);
    insert.exec_without_returning(db).await?;
    Ok(())
}

/// Adds a profile that is not the default.
///
/// # Errors
///
/// [`StoreError::Conflict`] if one of its name is there.
pub async fn insert(
    db: &impl ConnectionTrait,
    profile: &DeadlineProfile,
) -> Result<(), StoreError> {
    row::Entity::insert(columns(profile, false)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `profile` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `version`.
pub async fn save(
    db: &impl ConnectionTrait,
    profile: &DeadlineProfile,
    version: i64,
) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .col_expr(row::Column::Title, Expr::value(profile.title.trim()))
        .col_expr(row::Column::Spans, Expr::value(spans_text(profile)))
        .col_expr(row::Column::Version, Expr::value(version + 1))
        .filter(row::COLUMN.name.eq(profile.name.as_str()))
        .filter(row::COLUMN.version.eq(version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Makes `name` the default. Gives whether there is such a profile; if not, nothing changes.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn set_default(db: &impl ConnectionTrait, name: &str) -> Result<bool, StoreError> {
    if find(db, name).await?.is_none() {
        return Ok(false);
    }
    // One after the other: at no moment may two be the default.
    let set = |value: bool| {
        row::Entity::update_many().col_expr(row::Column::IsDefault, Expr::value(value))
    };
    set(false).filter(row::COLUMN.is_default.eq(true)).exec(db).await?;
    set(true).filter(row::COLUMN.name.eq(name)).exec(db).await?;
    Ok(true)
}

/// Lets `committee` go by the profile `name`, or by the default.
///
/// # Errors
///
/// [`StoreError::Conflict`] if there is no such committee or profile.
pub async fn choose(
    db: &impl ConnectionTrait,
    committee: ChainCommitteeId,
    name: Option<&str>,
) -> Result<(), StoreError> {
    let Some(name) = name else {
        choice::Entity::delete_by_id(committee.to_string()).exec(db).await?;
        return Ok(());
    };
    let row = choice::ActiveModel {
        committee_id: Set(committee.to_string()),
        profile: Set(name.to_owned()),
    };
    let mut conflict = OnConflict::column(choice::Column::CommitteeId);
    conflict.update_column(choice::Column::Profile);
    choice::Entity::insert(row).on_conflict(conflict).exec_without_returning(db).await?;
    Ok(())
}

fn columns(profile: &DeadlineProfile, is_default: bool) -> row::ActiveModel {
    row::ActiveModel {
        name: Set(profile.name.clone()),
        title: Set(profile.title.trim().to_owned()),
        spans: Set(spans_text(profile)),
        is_default: Set(is_default),
        version: Set(1),
    }
}

fn spans_text(profile: &DeadlineProfile) -> String {
    let row = |span: &Span| SpanRow { amount: span.amount, unit: span.unit.word().to_owned() };
    let answers = profile.answers.iter();
    let spans = SpansRow {
        respond: row(&profile.respond),
        answers: answers.map(|(kind, span)| (kind.word().to_owned(), row(span))).collect(),
        answer: row(&profile.answer),
    };
    serde_json::json!(spans).to_string()
}

impl TryFrom<row::Model> for KeptProfile {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let corrupt = || At("deadline_profiles", "spans").corrupt(&row.spans);
        let spans: SpansRow = serde_json::from_str(&row.spans).map_err(|_| corrupt())?;
        let span = |span: &SpanRow| {
            let unit = SpanUnit::from_word(&span.unit).ok_or_else(corrupt)?;
            Ok::<_, StoreError>(Span { amount: span.amount, unit })
        };
        let answers = spans.answers.iter().map(|(kind, it)| {
            Ok::<_, StoreError>((NeedKind::from_word(kind).ok_or_else(corrupt)?, span(it)?))
        });
        let profile = DeadlineProfile {
            name: row.name.clone(),
            title: row.title.clone(),
            respond: span(&spans.respond)?,
            answers: answers.collect::<Result<_, _>>()?,
            answer: span(&spans.answer)?,
        };
        Ok(Self { profile, is_default: row.is_default, version: row.version })
    }
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::deadline::{DEFAULT_PROFILE, shipped};

    use super::*;

    #[tokio::test]
    async fn profiles_are_read_as_they_were_put_and_one_is_the_default() {
        let db = lianmeng_testkit::database().await;
        for profile in shipped() {
            let is_default = profile.name == DEFAULT_PROFILE;
            put_if_absent(&db, &profile, is_default).await.unwrap();
            put_if_absent(&db, &profile, is_default).await.unwrap();
        }
        let kept: Vec<_> = all(&db).await.unwrap().into_iter().map(|kept| kept.profile).collect();
        assert_eq!(kept, shipped());
        let name = |kept: Option<KeptProfile>| kept.map(|kept| kept.profile.name);
        let none = of_committee(&db, None).await.unwrap();
        assert_eq!(name(none).as_deref(), Some(DEFAULT_PROFILE));
        assert!(set_default(&db, "PLAIN_DAYS").await.unwrap());
        assert!(!set_default(&db, "NONE").await.unwrap());
        let stranger = Some(ChainCommitteeId::from(1));
        let default = of_committee(&db, stranger).await.unwrap();
        assert_eq!(name(default).as_deref(), Some("PLAIN_DAYS"));
        let unknown = choose(&db, ChainCommitteeId::from(1), Some("PLAIN_DAYS")).await;
        assert!(matches!(unknown, Err(StoreError::Conflict(_))), "{unknown:?}");
    }

    #[tokio::test]
    async fn the_second_of_two_saves_is_stale() {
        let db = lianmeng_testkit::database().await;
        let profile = shipped().swap_remove(0);
        insert(&db, &profile).await.unwrap();
        assert!(matches!(insert(&db, &profile).await, Err(StoreError::Conflict(_))));
        let changed = DeadlineProfile { title: "改".to_owned(), ..profile };
        save(&db, &changed, 1).await.unwrap();
        assert!(matches!(save(&db, &changed, 1).await, Err(StoreError::Stale)));
        let kept = find(&db, &changed.name).await.unwrap().unwrap();
        assert_eq!((kept.profile, kept.version), (changed, 2));
    }
}
