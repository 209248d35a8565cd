//! The code tables inside the program: divisions and industries of the national standards.

use lianmeng_domain::industry::{Industry, IndustryKey, IndustryScheme};
use lianmeng_domain::region::Region;
use lianmeng_store::{StoreError, import, tx};
use sea_orm::DatabaseConnection;

const REGIONS: &str = include_str!("../../../codes/regions.csv");
const SUCCESSORS: &str = include_str!("../../../codes/successors.csv");
const INDUSTRIES: &str = include_str!("../../../codes/industries.csv");

/// Fills divisions and industries into a database that has no division yet; otherwise does nothing.
///
/// One cheap statement when there is nothing to do. Two processes may do it at once: rows that exist
/// take the same values again.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses; nothing is saved then.
pub async fn seed(db: &DatabaseConnection) -> Result<(), StoreError> {
    if import::has_regions(db).await? {
        return Ok(());
    }
    let tx = tx::begin(db).await?;
    import::put_regions(&tx, &regions()).await?;
    import::put_industries(&tx, &industries()).await?;
    tx::commit(tx).await
}

/// The rows of a table below its header. The tables hold no quotes, which a test checks.
fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.lines().skip(1).map(|line| line.split(',').collect())
}

/// Divisions in force and past ones with their successors.
pub(crate) fn regions() -> Vec<Region> {
    let current = rows(REGIONS).filter_map(|row| {
        Some(Region {
            code: row.first()?.parse().ok()?,
            name: (*row.get(1)?).to_owned(),
            parent: row.get(2)?.parse().ok(),
            until_year: None,
            successor: None,
        })
    });
    let past = rows(SUCCESSORS).filter_map(|row| {
        let code: lianmeng_domain::region::RegionCode = row.first()?.parse().ok()?;
        Some(Region {
            code,
            name: (*row.get(1)?).to_owned(),
            parent: code.parent(),
            until_year: row.get(2)?.parse().ok(),
            successor: row.get(3)?.parse().ok(),
        })
    });
    current.chain(past).collect()
}

/// Sections, divisions, groups and classes of GB/T 4754-2017.
fn industries() -> Vec<Industry> {
    rows(INDUSTRIES)
        .filter_map(|row| {
            let code = (*row.first()?).to_owned();
            let parent = (*row.get(3)?).to_owned();
            Some(Industry {
                key: IndustryKey { scheme: IndustryScheme::Gbt4754, code },
                name: (*row.get(1)?).to_owned(),
                level: row.get(2)?.parse().ok()?,
                parent_code: (!parent.is_empty()).then_some(parent),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_line_of_the_tables_is_read_and_points_at_a_line_that_exists() {
        for table in [REGIONS, SUCCESSORS, INDUSTRIES] {
            assert!(!table.contains('"'));
        }
        let regions = regions();
        let industries = industries();
        assert_eq!((regions.len(), industries.len()), (3_401, 1_971));
        let codes: BTreeSet<_> = regions.iter().map(|region| region.code).collect();
        assert_eq!(codes.len(), regions.len());
        for region in &regions {
            assert!(region.successor.is_none_or(|code| codes.contains(&code)), "{region:?}");
            assert!(region.parent.is_none_or(|code| codes.contains(&code)), "{region:?}");
            assert_eq!(region.until_year.is_some(), region.successor.is_some(), "{region:?}");
        }
        let codes: BTreeSet<_> = industries.iter().map(|i| i.key.code.as_str()).collect();
        for industry in &industries {
            let parent = industry.parent_code.as_deref();
            assert!(parent.is_none_or(|code| codes.contains(code)), "{industry:?}");
        }
    }

    #[tokio::test]
    async fn an_empty_database_is_filled_once() {
        let db = lianmeng_testkit::database().await;
        seed(&db).await.unwrap();
        seed(&db).await.unwrap();
        assert_eq!(import::regions(&db).await.unwrap().len(), 3_401);
        assert_eq!(import::industries(&db).await.unwrap().len(), 1_971);
    }
}
