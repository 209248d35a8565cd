//! Venues.

use lianmeng_domain::ids::VenueId;
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::Place;
use lianmeng_domain::text;
use lianmeng_domain::venue::Venue;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::IntoCondition;
use sea_orm::{Condition, ExprTrait as _, QueryOrder as _, QuerySelect as _};

use crate::StoreError;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};

/// The table `venues`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "venues")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub name: String,
        pub name_key: String,
        pub address: Option<String>,
        pub region_code: Option<String>,
        pub zone_id: Option<String>,
        pub capacity: Option<i64>,
        pub tables: i32,
        pub is_example: bool,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which venues a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VenueFilter {
    /// Part of the name.
    pub search: Option<String>,
    /// In exactly this division or zone.
    pub place: Option<Place>,
    /// Holds at least as many people.
    pub min_capacity: Option<u32>,
    /// Has room for at least as many tables.
    pub min_tables: Option<u16>,
}

/// Venues are public: everyone but the system administrator sees them.
fn visible(sees: &Visibility) -> Condition {
    match sees {
        Visibility::Nothing => Condition::all().add(Expr::value(false)),
        Visibility::All
        | Visibility::Committee(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Group(_)
        | Visibility::Enterprise(_)
        | Visibility::Organisation(_)
        | Visibility::Published => Condition::all(),
    }
}

fn matches(filter: &VenueFilter) -> Condition {
    Condition::all()
        .add_option(
            filter.search.as_deref().map(|s| row::COLUMN.name_key.contains(text::normalise(s))),
        )
        .add_option(filter.place.map(|place| match place {
            Place::Region(code) => row::COLUMN.region_code.eq(code.to_string()).into_condition(),
            Place::Zone(id) => row::COLUMN.zone_id.eq(id.to_string()).into_condition(),
        }))
        .add_option(filter.min_capacity.map(|least| row::COLUMN.capacity.gte(i64::from(least))))
        .add_option(filter.min_tables.map(|least| row::COLUMN.tables.gte(i32::from(least))))
}

/// A page of the venues that `filter` matches, oldest first. Costs one statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &VenueFilter,
    window: Window<VenueId>,
) -> Result<Vec<Venue>, StoreError> {
    let query = row::Entity::find().filter(visible(sees)).filter(matches(filter));
    let cut = page::by_id(query, (row::Column::Id, Way::Up), window);
    let rows = cut.all(db).await?;
    rows.into_iter().map(Venue::try_from).collect()
}

/// The venues in exactly each of `places`, with room for at least so many tables, those for most people
/// first, then by id; at most `limit`. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_places(
    db: &impl ConnectionTrait,
    places: &[Place],
    min_tables: u16,
    limit: u64,
) -> Result<Vec<Venue>, StoreError> {
    let (regions, zones) = parse::split_places(places);
    let mut theirs = Condition::any();
    for (column, keys) in [(row::Column::RegionCode, regions), (row::Column::ZoneId, zones)] {
        if !keys.is_empty() {
            theirs = theirs.add(parse::among(db, column, keys));
        }
    }
    if theirs.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find()
        .filter(theirs)
        .filter(row::COLUMN.tables.gte(i32::from(min_tables)))
        .order_by_desc(Expr::col(row::Column::Capacity).if_null(0_i64))
        .order_by_asc(row::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(Venue::try_from).collect()
}

/// How many venues a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &VenueFilter,
) -> Result<u64, StoreError> {
    Ok(row::Entity::find().filter(visible(sees)).filter(matches(filter)).count(db).await?)
}

/// The venues with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[VenueId],
) -> Result<Vec<Venue>, StoreError> {
    let rows = row::Entity::find()
        .filter(visible(sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    rows.into_iter().map(Venue::try_from).collect()
}

/// One venue, if there is one that the caller sees.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    id: VenueId,
) -> Result<Option<Venue>, StoreError> {
    Ok(find_many(db, sees, &[id]).await?.pop())
}

/// Adds `venue`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its place does not exist.
pub async fn insert(db: &impl ConnectionTrait, venue: &Venue) -> Result<(), StoreError> {
    row::Entity::insert(columns(venue)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `venue` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `venue.version`.
pub async fn save(db: &impl ConnectionTrait, venue: &Venue) -> Result<(), StoreError> {
    let columns =
        row::ActiveModel { id: NotSet, version: Set(venue.version + 1), ..columns(venue) };
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(venue.id.to_string()))
        .filter(row::COLUMN.version.eq(venue.version))
        .exec(db)
        .await?;
    if saved.rows_affected == 0 { Err(StoreError::Stale) } else { Ok(()) }
}

fn columns(venue: &Venue) -> row::ActiveModel {
    let (region_code, zone_id) = parse::place_columns(venue.place);
    row::ActiveModel {
        id: Set(venue.id.to_string()),
        name: Set(venue.name.clone()),
        name_key: Set(text::normalise(&venue.name)),
        address: Set(venue.address.clone()),
        region_code: Set(region_code),
        zone_id: Set(zone_id),
        capacity: Set(venue.capacity.map(i64::from)),
        tables: Set(i32::from(venue.tables)),
        is_example: Set(venue.is_example),
        version: Set(venue.version),
    }
}

impl TryFrom<row::Model> for Venue {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        const TABLE: &str = "venues";
        Ok(Self {
            id: parse::value(At(TABLE, "id"), &row.id)?,
            name: row.name,
            address: row.address,
            place: parse::place(TABLE, row.region_code.as_deref(), row.zone_id.as_deref())?,
            capacity: row
                .capacity
                .map(|number| parse::number(At(TABLE, "capacity"), number))
                .transpose()?,
            tables: parse::number(At(TABLE, "tables"), row.tables)?,
            is_example: row.is_example,
            version: row.version,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn venue(number: u128, tables: u16) -> Venue {
        Venue {
            id: VenueId::from(number),
            name: format!("會展中心{number}"),
            address: Some("示例路1号".to_owned()),
            place: None,
            capacity: Some(300),
            tables,
            is_example: true,
            version: 1,
        }
    }

    async fn db() -> DatabaseConnection {
        let db = lianmeng_testkit::database().await;
        for number in 1..=3 {
            insert(&db, &venue(number, 10 * u16::try_from(number).unwrap())).await.unwrap();
        }
        db
    }

    #[tokio::test]
    async fn what_was_saved_is_read_back_by_everyone_but_the_administrator() {
        let db = db().await;
        let want = venue(2, 20);
        assert_eq!(find(&db, &Visibility::Published, want.id).await.unwrap(), Some(want.clone()));
        assert_eq!(find(&db, &Visibility::Nothing, want.id).await.unwrap(), None);
        save(&db, &want).await.unwrap();
        assert!(matches!(save(&db, &want).await, Err(StoreError::Stale)));
        assert_eq!(find(&db, &Visibility::All, want.id).await.unwrap().unwrap().version, 2);
    }

    #[tokio::test]
    async fn a_filter_finds_by_name_and_room() {
        let db = db().await;
        let with = |search: Option<&str>, min_tables| VenueFilter {
            search: search.map(str::to_owned),
            min_tables,
            min_capacity: Some(300),
            ..VenueFilter::default()
        };
        for (filter, found) in [
            (with(Some("会展中心"), None), vec![1, 2, 3]),
            (with(None, Some(20)), vec![2, 3]),
            (with(Some("体育馆"), None), vec![]),
            (VenueFilter { min_capacity: Some(301), ..VenueFilter::default() }, vec![]),
        ] {
            let window = Window::first(10);
            let rows = page(&db, &Visibility::All, &filter, window).await.unwrap();
            assert_eq!(rows.iter().map(|row| row.id.number()).collect::<Vec<_>>(), found);
            let counted = count(&db, &Visibility::All, &filter).await.unwrap();
            assert_eq!(counted, u64::try_from(found.len()).unwrap());
        }
        let window = Window::next(Some(VenueId::from(1)), 1);
        let rows = page(&db, &Visibility::All, &VenueFilter::default(), window).await.unwrap();
        assert_eq!(rows[0].id, VenueId::from(2));
    }
}
