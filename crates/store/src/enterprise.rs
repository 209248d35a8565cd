//! Enterprises and their aliases.

use std::collections::{BTreeMap, HashMap};

use lianmeng_domain::enterprise::{Enterprise, Ownership, QualityTier};
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, IndustrialChainId};
use lianmeng_domain::industry::{IndustryKey, IndustryScheme};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::{Place, RegionCode};
use lianmeng_domain::text;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{IntoCondition, Query, SelectStatement};
use sea_orm::{Condition, ExprTrait, QueryOrder, QuerySelect, QueryTrait};

use crate::StoreError;
use crate::audit::trace::{self, Diff};
use crate::page::{self, NameColumns, NameKey, NameOrder, Window};
use crate::parse::{self, At};
use crate::visible;

/// The table `enterprises`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "enterprises")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub credit_code: Option<String>,
        pub external_id: Option<String>,
        pub name: String,
        pub name_key: String,
        pub pinyin_key: String,
        pub short_name: Option<String>,
        pub ownership: Option<String>,
        pub parent_id: Option<String>,
        pub region_code: Option<String>,
        pub zone_id: Option<String>,
        pub industry_scheme: Option<String>,
        pub industry_code: Option<String>,
        pub tiers: String,
        pub is_lead_firm: bool,
        pub is_flagship: bool,
        pub is_above_scale: Option<bool>,
        pub is_example: bool,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `enterprise_aliases`.
pub(crate) mod alias {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "enterprise_aliases")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub enterprise_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub alias: String,
        pub alias_key: String,
        pub pinyin_key: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which enterprises a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnterpriseFilter {
    /// Part of a name or alias, the start of a pinyin name, or a whole credit code or external id.
    pub search: Option<String>,
    /// One of these owners.
    pub ownership: Vec<Ownership>,
    /// In this division or inside of it.
    pub region: Option<RegionCode>,
    /// In this zone, as text of its id.
    pub place: Option<Place>,
    /// Industry with this code or below it.
    pub industry: Option<IndustryKey>,
    /// Placed on this chain.
    pub chain: Option<IndustrialChainId>,
    /// Partner in an alliance of this committee.
    pub committee: Option<ChainCommitteeId>,
    /// Direct subsidiary of this enterprise.
    pub parent: Option<EnterpriseId>,
    /// Whether it must be a lead firm.
    pub is_lead_firm: Option<bool>,
    /// Whether it must be a flagship.
    pub is_flagship: Option<bool>,
}

fn matches(filter: &EnterpriseFilter) -> Condition {
    let mut all = Condition::all()
        .add_option(filter.search.as_deref().map(search))
        .add_option(filter.region.map(in_region))
        .add_option(filter.place.map(|place| match place {
            Place::Region(code) => in_region(code),
            Place::Zone(id) => row::COLUMN.zone_id.eq(id.to_string()).into_condition(),
        }))
        .add_option(filter.parent.map(|id| row::COLUMN.parent_id.eq(id.to_string())))
        .add_option(filter.is_lead_firm.map(|yes| row::COLUMN.is_lead_firm.eq(yes)))
        .add_option(filter.is_flagship.map(|yes| row::COLUMN.is_flagship.eq(yes)))
        .add_option(filter.chain.map(|id| row::COLUMN.id.in_subquery(visible::on_chain(id))))
        .add_option(filter.committee.map(|id| row::COLUMN.id.in_subquery(in_committee(id))));
    if !filter.ownership.is_empty() {
        all = all.add(row::COLUMN.ownership.is_in(filter.ownership.iter().map(|o| o.word())));
    }
    if let Some(industry) = &filter.industry {
        all = all
            .add(row::COLUMN.industry_scheme.eq(industry.scheme.word()))
            .add(row::COLUMN.industry_code.starts_with(industry_stem(industry)));
    }
    all
}

/// What the codes of everything below an industry start with: Shenwan fills up with zeros.
pub(crate) fn industry_stem(industry: &IndustryKey) -> String {
    match industry.scheme {
        IndustryScheme::Shenwan2021 => {
            let code = industry.code.as_str();
            let code =
                code.strip_suffix("0000").or_else(|| code.strip_suffix("00")).unwrap_or(code);
            code.to_owned()
        }
        IndustryScheme::Gbt4754 | IndustryScheme::Imported => industry.code.clone(),
    }
}

fn in_region(code: RegionCode) -> Condition {
    parse::within(row::Column::RegionCode, code)
}

fn search(words: &str) -> Condition {
    let key = text::normalise(words);
    let pinyin = text::pinyin_key(words);
    let by_alias = alias::Entity::find()
        .select_only()
        .column(alias::Column::EnterpriseId)
        .filter(alias::COLUMN.alias_key.contains(&key))
        .into_query();
    Condition::any()
        .add(row::COLUMN.name_key.contains(&key))
        .add(row::COLUMN.credit_code.eq(words.trim()))
        .add(row::COLUMN.external_id.eq(words.trim()))
        .add(row::COLUMN.pinyin_key.starts_with(pinyin))
        .add(row::COLUMN.id.in_subquery(by_alias))
}

fn in_committee(committee: ChainCommitteeId) -> SelectStatement {
    let mut query = Query::select();
    query
        .column(("alliance_enterprises", "enterprise_id"))
        .from("alliance_enterprises")
        .inner_join(
            "alliances",
            Expr::col(("alliances", "id")).equals(("alliance_enterprises", "alliance_id")),
        )
        .and_where(Expr::col(("alliances", "committee_id")).eq(committee.to_string()));
    query
}

/// A page of the enterprises that `filter` matches and the caller sees. Costs two statements: the
/// rows and their aliases.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &EnterpriseFilter,
    order: NameOrder,
    window: Window<NameKey<EnterpriseId>>,
) -> Result<Vec<Enterprise>, StoreError> {
    let columns = NameColumns { id: row::Column::Id, name_key: row::Column::NameKey };
    let query = row::Entity::find().filter(visible::registry(sees)).filter(matches(filter));
    let rows = page::named(query, columns, order, window).all(db).await?;
    with_aliases(db, rows).await
}

/// As [`page()`], only the ids. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn page_ids(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &EnterpriseFilter,
    order: NameOrder,
    window: Window<NameKey<EnterpriseId>>,
) -> Result<Vec<EnterpriseId>, StoreError> {
    let columns = NameColumns { id: row::Column::Id, name_key: row::Column::NameKey };
    let query = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .filter(visible::registry(sees))
        .filter(matches(filter));
    let cut = page::named(query, columns, order, window);
    let ids: Vec<String> = cut.query.into_tuple().all(db).await?;
    cut.end.in_order(ids).iter().map(|id| parse::value(At("enterprises", "id"), id)).collect()
}

/// How many enterprises a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &EnterpriseFilter,
) -> Result<u64, StoreError> {
    Ok(row::Entity::find()
        .filter(visible::registry(sees))
        .filter(matches(filter))
        .count(db)
        .await?)
}

/// The enterprises with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[EnterpriseId],
) -> Result<Vec<Enterprise>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find()
        .filter(visible::registry(sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    with_aliases(db, rows).await
}

/// One enterprise, if there is one that the caller sees.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    id: EnterpriseId,
) -> Result<Option<Enterprise>, StoreError> {
    Ok(find_many(db, sees, &[id]).await?.pop())
}

/// The first direct subsidiaries of each of `parents`, in order of ids. Two statements.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_parents(
    db: &impl ConnectionTrait,
    parents: &[EnterpriseId],
    first: u64,
) -> Result<Vec<Enterprise>, StoreError> {
    use row::Column::{Id, ParentId};
    let query = row::Entity::find().filter(parse::among(db, ParentId, parents));
    let rows = page::first_of_each(db, query, ParentId, &[Id], first).await?;
    with_aliases(db, rows).await
}

/// What a change did to an enterprise, for the audit log.
pub fn diff(before: Option<&Enterprise>, after: &Enterprise) -> Diff {
    trace::diff(before.map(columns).as_ref(), Some(&columns(after)))
}

/// Adds `enterprise` with its aliases.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its credit code or external id exists already.
pub async fn insert(db: &impl ConnectionTrait, enterprise: &Enterprise) -> Result<(), StoreError> {
    row::Entity::insert(columns(enterprise)).exec_without_returning(db).await?;
    insert_aliases(db, enterprise).await
}

/// Saves `enterprise` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `enterprise.version`,
/// [`StoreError::Conflict`] as [`insert`].
pub async fn save(db: &impl ConnectionTrait, enterprise: &Enterprise) -> Result<(), StoreError> {
    let mut columns = columns(enterprise);
    columns.id = sea_orm::ActiveValue::NotSet;
    columns.version = Set(enterprise.version + 1);
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(enterprise.id.to_string()))
        .filter(row::COLUMN.version.eq(enterprise.version))
        .exec(db)
        .await?;
    if saved.rows_affected == 0 {
        return Err(StoreError::Stale);
    }
    alias::Entity::delete_many()
        .filter(alias::COLUMN.enterprise_id.eq(enterprise.id.to_string()))
        .exec(db)
        .await?;
    insert_aliases(db, enterprise).await
}

async fn insert_aliases(
    db: &impl ConnectionTrait,
    enterprise: &Enterprise,
) -> Result<(), StoreError> {
    let rows: Vec<_> = enterprise
        .aliases
        .iter()
        .map(|name| alias::ActiveModel {
            enterprise_id: Set(enterprise.id.to_string()),
            alias: Set(name.clone()),
            alias_key: Set(text::normalise(name)),
            pinyin_key: Set(text::pinyin_key(name)),
        })
        .collect();
    if !rows.is_empty() {
        alias::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

async fn with_aliases(
    db: &impl ConnectionTrait,
    rows: Vec<row::Model>,
) -> Result<Vec<Enterprise>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let found = alias::Entity::find()
        .filter(parse::among(
            db,
            alias::Column::EnterpriseId,
            rows.iter().map(|row| row.id.as_str()),
        ))
        .order_by_asc(alias::COLUMN.alias)
        .all(db)
        .await?;
    let mut aliases: HashMap<String, Vec<String>> = HashMap::new();
    for row in found {
        aliases.entry(row.enterprise_id).or_default().push(row.alias);
    }
    rows.into_iter()
        .map(|row| {
            let aliases = aliases.remove(&row.id).unwrap_or_default();
            Ok(Enterprise { aliases, ..Enterprise::try_from(row)? })
        })
        .collect()
}

/// The row of `enterprise`, all columns set.
pub(crate) fn columns(enterprise: &Enterprise) -> row::ActiveModel {
    let (region_code, zone_id) = parse::place_columns(enterprise.place);
    row::ActiveModel {
        id: Set(enterprise.id.to_string()),
        credit_code: Set(enterprise.credit_code.map(|code| code.to_string())),
        external_id: Set(enterprise.external_id.clone()),
        name: Set(enterprise.name.clone()),
        name_key: Set(text::normalise(&enterprise.name)),
        pinyin_key: Set(text::pinyin_key(&enterprise.name)),
        short_name: Set(enterprise.short_name.clone()),
        ownership: Set(enterprise.ownership.map(|o| o.word().to_owned())),
        parent_id: Set(enterprise.parent.map(|id| id.to_string())),
        region_code: Set(region_code),
        zone_id: Set(zone_id),
        industry_scheme: Set(enterprise.industry.as_ref().map(|i| i.scheme.word().to_owned())),
        industry_code: Set(enterprise.industry.as_ref().map(|i| i.code.clone())),
        tiers: Set(parse::list_text(&enterprise.tiers)),
        is_lead_firm: Set(enterprise.is_lead_firm),
        is_flagship: Set(enterprise.is_flagship),
        is_above_scale: Set(enterprise.is_above_scale),
        is_example: Set(enterprise.is_example),
        version: Set(enterprise.version),
    }
}

impl TryFrom<row::Model> for Enterprise {
    type Error = StoreError;

    /// Everything but the aliases, which are rows of their own.
    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        const TABLE: &str = "enterprises";
        let at = |column| At(TABLE, column);
        let scheme = row
            .industry_scheme
            .as_deref()
            .map(|word| parse::word(at("industry_scheme"), word, IndustryScheme::from_word))
            .transpose()?;
        let tiers = parse::list(at("tiers"), &row.tiers)?
            .iter()
            .map(|tier| parse::word(at("tiers"), tier, QualityTier::from_word))
            .collect::<Result<_, _>>()?;
        let ownership = row
            .ownership
            .as_deref()
            .map(|word| parse::word(at("ownership"), word, Ownership::from_word))
            .transpose()?;
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            credit_code: parse::value_opt(at("credit_code"), row.credit_code.as_deref())?,
            external_id: row.external_id,
            name: row.name,
            short_name: row.short_name,
            aliases: Vec::new(),
            ownership,
            parent: parse::value_opt(at("parent_id"), row.parent_id.as_deref())?,
            place: parse::place(TABLE, row.region_code.as_deref(), row.zone_id.as_deref())?,
            industry: scheme
                .zip(row.industry_code)
                .map(|(scheme, code)| IndustryKey { scheme, code }),
            tiers,
            is_lead_firm: row.is_lead_firm,
            is_flagship: row.is_flagship,
            is_above_scale: row.is_above_scale,
            is_example: row.is_example,
            version: row.version,
        })
    }
}

/// Every (child, parent) of the ownership tree, for the check that it has no cycle.
///
/// # Errors
///
/// As [`page()`].
pub async fn parents(
    db: &impl ConnectionTrait,
) -> Result<BTreeMap<EnterpriseId, EnterpriseId>, StoreError> {
    let rows: Vec<(String, String)> = row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .column(row::Column::ParentId)
        .filter(row::COLUMN.parent_id.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    rows.iter()
        .map(|(child, parent)| {
            Ok((
                parse::value(At("enterprises", "id"), child)?,
                parse::value(At("enterprises", "parent_id"), parent)?,
            ))
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::page::End;

    async fn db() -> DatabaseConnection {
        lianmeng_testkit::database().await
    }

    pub(crate) fn firm(number: u128, name: &str) -> Enterprise {
        Enterprise {
            id: EnterpriseId::from(number),
            credit_code: None,
            external_id: Some(format!("x{number}")),
            name: name.to_owned(),
            short_name: None,
            aliases: vec!["濠汉信息".to_owned()],
            ownership: Some(Ownership::PrivateFirm),
            parent: None,
            place: None,
            industry: Some(IndustryKey {
                scheme: IndustryScheme::Shenwan2021,
                code: "110101".to_owned(),
            }),
            tiers: vec![QualityTier::LittleGiant],
            is_lead_firm: true,
            is_flagship: false,
            is_above_scale: None,
            is_example: false,
            version: 1,
        }
    }

    #[tokio::test]
    async fn what_was_saved_is_read_back() {
        let db = db().await;
        let firm = firm(1, "江苏濠汉信息技术有限公司");
        insert(&db, &firm).await.unwrap();
        assert_eq!(find(&db, &Visibility::All, firm.id).await.unwrap(), Some(firm.clone()));
        assert_eq!(find(&db, &Visibility::Nothing, firm.id).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_list_of_ids_may_be_long() {
        let db = db().await;
        let firm = firm(7, "甲");
        insert(&db, &firm).await.unwrap();
        for length in [3_u128, 1_000, 20_000, 32_000] {
            let ids: Vec<_> = (7..7 + length).map(EnterpriseId::from).collect();
            let found = find_many(&db, &Visibility::All, &ids).await.unwrap();
            assert_eq!(found, std::slice::from_ref(&firm), "{length}");
        }
    }

    #[tokio::test]
    async fn the_second_of_two_saves_is_stale() {
        let db = db().await;
        let firm = firm(1, "甲");
        insert(&db, &firm).await.unwrap();
        save(&db, &firm).await.unwrap();
        assert!(matches!(save(&db, &firm).await, Err(StoreError::Stale)));
        assert_eq!(find(&db, &Visibility::All, firm.id).await.unwrap().unwrap().version, 2);
    }

    #[tokio::test]
    async fn an_external_id_stands_once() {
        let db = db().await;
        insert(&db, &firm(1, "甲")).await.unwrap();
        let again = Enterprise { id: EnterpriseId::from(2), ..firm(1, "乙") };
        assert!(matches!(insert(&db, &again).await, Err(StoreError::Conflict(_))));
    }

    #[tokio::test]
    async fn search_finds_by_name_alias_pinyin_and_key() {
        let db = db().await;
        insert(&db, &firm(1, "江蘇濠漢資訊")).await.unwrap();
        for (words, found) in
            [("江苏", 1), ("濠漢信息", 1), ("jiangsu", 1), ("x1", 1), ("x2", 0), ("上海", 0)]
        {
            let filter =
                EnterpriseFilter { search: Some(words.to_owned()), ..EnterpriseFilter::default() };
            assert_eq!(count(&db, &Visibility::All, &filter).await.unwrap(), found, "{words}");
        }
    }

    #[tokio::test]
    async fn pages_by_name_follow_each_other_without_gap_or_repeat() {
        let db = db().await;
        for (number, name) in [(1, "丙"), (2, "甲"), (3, "甲"), (4, "乙")] {
            insert(&db, &firm(number, name)).await.unwrap();
        }
        let mut after = None;
        let mut seen = Vec::new();
        loop {
            let window = Window::next(after, 1);
            let order = NameOrder::Name;
            let rows = page(&db, &Visibility::All, &EnterpriseFilter::default(), order, window)
                .await
                .unwrap();
            let Some(last) = rows.last() else { break };
            seen.push(last.id.number());
            after = Some(order.key(&last.name, last.id));
        }
        assert_eq!(seen, [1, 4, 2, 3]);
    }

    #[tokio::test]
    async fn pages_from_the_end_keep_the_order_of_the_list() {
        let db = db().await;
        for (number, name) in [(1, "丙"), (2, "甲"), (3, "甲"), (4, "乙")] {
            insert(&db, &firm(number, name)).await.unwrap();
        }
        let key =
            |number: u128, name: &str| Some(NameOrder::Name.key(name, EnterpriseId::from(number)));
        // The whole list is 1, 4, 2, 3.
        for (after, before, end, limit, found) in [
            (None, None, End::Last, 9, vec![1, 4, 2, 3]),
            (None, None, End::Last, 2, vec![2, 3]),
            (None, key(2, "甲"), End::Last, 1, vec![4]),
            (None, key(3, "甲"), End::Last, 2, vec![4, 2]),
            (None, key(3, "甲"), End::First, 2, vec![1, 4]),
            (key(1, "丙"), key(3, "甲"), End::First, 9, vec![4, 2]),
            (key(1, "丙"), key(3, "甲"), End::Last, 1, vec![2]),
            (key(3, "甲"), key(1, "丙"), End::Last, 9, vec![]),
        ] {
            let window = Window { after, before, end, limit };
            let (all, filter) = (Visibility::All, EnterpriseFilter::default());
            let rows = page(&db, &all, &filter, NameOrder::Name, window.clone()).await.unwrap();
            let ids = page_ids(&db, &all, &filter, NameOrder::Name, window).await.unwrap();
            assert_eq!(rows.iter().map(|firm| firm.id).collect::<Vec<_>>(), ids);
            assert_eq!(ids.iter().map(|id| id.number()).collect::<Vec<_>>(), found);
        }
    }
}
