//! Seals: links of a hash chain over the rows of the log.
//!
//! Changes and reads are numbered without gaps in the order of their commits, so a seal covers those
//! between two numbers and no row is touched to be sealed. A seal holds a leaf for each row (the
//! first 128 bits of its SHA-256) and the SHA-256 of the seal before it with everything it holds
//! itself. The leaves name the row that was changed, and the chain can be checked when old months of
//! rows have been detached.
//!
//! Nobody waits: rows are read outside of any transaction, and of two processes that seal the same
//! rows one inserts the next number and the other finds it taken.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use super::leaf::{self, WIDTH};
use super::{read, row};
use crate::{StoreError, version};

/// The table `audit_seals`.
pub(crate) mod seals {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_seals")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub at: DateTimeUtc,
        pub first_seq: i64,
        pub last_seq: i64,
        pub first_read: i64,
        pub last_read: i64,
        pub leaves: String,
        pub hash: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Stands in place of the leaf of a row that was gone when its number was sealed.
pub(super) const GONE: &str = "00000000000000000000000000000000";

/// Up to where the log is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Number of the last seal; 0 before the first.
    pub number: i64,
    /// Its hash; empty before the first.
    pub hash: String,
    /// The last change it covers.
    pub change: i64,
    /// The last read it covers.
    pub read: i64,
}

/// Up to where the log is sealed.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn sealed(db: &impl ConnectionTrait) -> Result<Sealed, StoreError> {
    let last = seals::Entity::find()
        .select_only()
        .column(seals::Column::Number)
        .column(seals::Column::Hash)
        .column(seals::Column::LastSeq)
        .column(seals::Column::LastRead)
        .order_by_desc(seals::COLUMN.number)
        .limit(1)
        .into_tuple::<(i64, String, i64, i64)>()
        .one(db)
        .await?;
    if let Some((number, hash, change, read)) = last {
        return Ok(Sealed { number, hash, change, read });
    }
    // The first seal begins with what is there: older months may have been detached before.
    let change = super::oldest(db).await?.map_or(0, |oldest| oldest - 1);
    Ok(Sealed { number: 0, hash: String::new(), change, read: 0 })
}

/// The last numbers given to a change and to a read.
pub(super) async fn given(db: &impl ConnectionTrait) -> Result<(i64, i64), StoreError> {
    Ok((version::current(db, version::FEED).await?, version::current(db, version::READS).await?))
}

/// Seals the first rows that are not sealed yet, at most `limit` of each kind, and gives up to where
/// the log is sealed then; `None` if there were none.
///
/// # Errors
///
/// [`StoreError::Conflict`] if another process sealed them first; [`StoreError::Db`] if the database
/// refuses.
pub async fn seal_next(
    db: &impl ConnectionTrait,
    at: DateTime<Utc>,
    limit: u64,
) -> Result<Option<Sealed>, StoreError> {
    let before = sealed(db).await?;
    // A row with a number that was never given would make the seal endless; `verify` names it.
    let (feed, given) = given(db).await?;
    if before.change >= feed && before.read >= given {
        return Ok(None);
    }
    let changes = row::Entity::find()
        .filter(row::COLUMN.seq.gt(before.change))
        .filter(row::COLUMN.seq.lte(feed))
        .order_by_asc(row::COLUMN.seq)
        .limit(limit)
        .all(db)
        .await?;
    let reads = read::row::Entity::find()
        .filter(read::row::COLUMN.seq.gt(before.read))
        .filter(read::row::COLUMN.seq.lte(given))
        .order_by_asc(read::row::COLUMN.seq)
        .limit(limit)
        .all(db)
        .await?;
    if changes.is_empty() && reads.is_empty() {
        return Ok(None);
    }
    let mut leaves = String::with_capacity(WIDTH * (changes.len() + reads.len()));
    let change = cover(&mut leaves, before.change, &changes, |row| {
        (row.seq.unwrap_or_default(), leaf::of_change(row))
    });
    let read = cover(&mut leaves, before.read, &reads, |row| (row.seq, leaf::of_read(row)));
    let mut seal = seals::Model {
        number: before.number + 1,
        at,
        first_seq: before.change + 1,
        last_seq: change,
        first_read: before.read + 1,
        last_read: read,
        leaves,
        hash: String::new(),
    };
    seal.hash = hash(&before.hash, &seal);
    let sealed = Sealed { number: seal.number, hash: seal.hash.clone(), change, read };
    let row = seals::ActiveModel {
        number: Set(seal.number),
        at: Set(seal.at),
        first_seq: Set(seal.first_seq),
        last_seq: Set(seal.last_seq),
        first_read: Set(seal.first_read),
        last_read: Set(seal.last_read),
        leaves: Set(seal.leaves),
        hash: Set(seal.hash),
    };
    seals::Entity::insert(row).exec_without_returning(db).await?;
    Ok(Some(sealed))
}

/// Adds the leaves of `rows`, sorted by number, behind the number `last`, and gives the last number.
fn cover<R>(
    leaves: &mut String,
    mut last: i64,
    rows: &[R],
    leaf: impl Fn(&R) -> (i64, String),
) -> i64 {
    for row in rows {
        let (seq, leaf) = leaf(row);
        // A second row of the same number is none of ours; `verify` names it.
        if seq == last {
            continue;
        }
        for _gone in last + 1..seq {
            leaves.push_str(GONE);
        }
        leaves.push_str(&leaf);
        last = seq;
    }
    last
}

/// The hash of a seal, given the one before.
pub(super) fn hash(before: &str, seal: &seals::Model) -> String {
    let numbers = [
        seal.number,
        seal.at.timestamp_micros(),
        seal.first_seq,
        seal.last_seq,
        seal.first_read,
        seal.last_read,
    ]
    .map(|number| number.to_string());
    let mut fields: Vec<Option<&str>> = vec![Some(before)];
    fields.extend(numbers.iter().map(|number| Some(number.as_str())));
    fields.push(Some(&seal.leaves));
    leaf::sum("seal", &fields)
}
