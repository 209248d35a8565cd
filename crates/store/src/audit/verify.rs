//! Whether the log is as it was sealed: computed anew, row by row.

use std::collections::BTreeMap;

use sea_orm::entity::prelude::*;
use sea_orm::{ExprTrait as _, QueryOrder, QuerySelect};

use super::leaf::{self, WIDTH};
use super::read::thing;
use super::seal::{self, GONE, Sealed, seals};
use super::{read, row, trace};
use crate::{StoreError, version};

/// Faults that are told; more are only counted.
const TOLD: usize = 100;
/// Seals read at once.
const SEALS: u64 = 20;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Seals of the chain.
    pub seals: u64,
    /// Sealed changes that are here and as they were.
    pub changes: u64,
    /// Sealed reads that are here and as they were.
    pub reads: u64,
    /// Of these, rows whose personal part was erased.
    pub erased: u64,
    /// Sealed rows whose month was detached.
    pub detached: u64,
    /// Changes that are not sealed yet.
    pub unsealed_changes: u64,
    /// Reads that are not sealed yet.
    pub unsealed_reads: u64,
    /// Number and hash of the last seal; noted elsewhere, they prove the chain up to it.
    pub head: Option<(i64, String)>,
    /// How many faults there are.
    pub faults: u64,
    /// The first hundred of them, in words.
    pub told: Vec<String>,
}

impl Found {
    /// Whether nothing is wrong.
    pub const fn is_sound(&self) -> bool {
        self.faults == 0
    }

    fn fault(&mut self, fault: String) {
        self.faults += 1;
        if self.told.len() < TOLD {
            self.told.push(fault);
        }
    }
}

/// Checks the chain, every row under it, and what is not sealed yet. `noted` is the number and hash of
/// a seal that was noted outside of the database.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails.
pub async fn verify(
    db: &impl ConnectionTrait,
    noted: Option<(i64, &str)>,
) -> Result<Found, StoreError> {
    let mut found = Found::default();
    let first = seals::Entity::find().order_by_asc(seals::COLUMN.number).one(db).await?;
    let mut before = Sealed { number: 0, hash: String::new(), change: 0, read: 0 };
    if let Some(first) = &first {
        before.change = first.first_seq - 1;
        before.read = first.first_read - 1;
        strays(db, &mut found, first).await?;
    } else {
        before = seal::sealed(db).await?;
    }
    let detached = Detached {
        change: version::current(db, version::FEED_DETACHED).await?,
        read: version::current(db, version::READS_DETACHED).await?,
    };
    loop {
        let some = seals::Entity::find()
            .filter(seals::COLUMN.number.gt(before.number))
            .order_by_asc(seals::COLUMN.number)
            .limit(SEALS)
            .all(db)
            .await?;
        if some.is_empty() {
            break;
        }
        for one in some {
            check_link(&mut found, &before, &one);
            check_rows(db, &mut found, &one, detached).await?;
            if noted.is_some_and(|(number, hash)| number == one.number && hash != one.hash) {
                found.fault(format!("seal {} does not have the hash that was noted", one.number));
            }
            before = Sealed {
                number: one.number,
                hash: one.hash,
                change: one.last_seq,
                read: one.last_read,
            };
            found.seals += 1;
        }
    }
    if noted.is_some_and(|(number, _)| number > before.number) {
        found.fault("the seal that was noted is gone".to_owned());
    }
    found.head = (before.number > 0).then(|| (before.number, before.hash.clone()));
    unsealed(db, &mut found, &before).await?;
    Ok(found)
}

/// Up to which numbers rows may be missing.
#[derive(Clone, Copy)]
struct Detached {
    change: i64,
    read: i64,
}

/// Changes without a number, and rows before the first seal.
async fn strays(
    db: &impl ConnectionTrait,
    found: &mut Found,
    first: &seals::Model,
) -> Result<(), StoreError> {
    let early = row::COLUMN.seq.is_null().or(row::COLUMN.seq.lt(first.first_seq));
    let rows = row::Entity::find().filter(early).limit(101).all(db).await?;
    for row in rows {
        found.fault(format!("audit:{} was inserted: no number was given to it", row.id));
    }
    let early = read::row::COLUMN.seq.lt(first.first_read);
    let rows = read::row::Entity::find().filter(early).limit(101).all(db).await?;
    for row in rows {
        found.fault(format!("audit:{} (a read) was inserted: no number was given to it", row.id));
    }
    Ok(())
}

/// A seal against the one before it.
fn check_link(found: &mut Found, before: &Sealed, one: &seals::Model) {
    let number = one.number;
    if number != before.number + 1 {
        found.fault(format!("seals {} to {} are gone", before.number + 1, number - 1));
    } else if seal::hash(&before.hash, one) != one.hash {
        found.fault(format!("seal {number} was changed, or the one before it"));
    }
    let follows = one.first_seq == before.change + 1 && one.first_read == before.read + 1;
    let rows = (one.last_seq - one.first_seq + 1) + (one.last_read - one.first_read + 1);
    let width = i64::try_from(WIDTH).unwrap_or(i64::MAX);
    let fits = i64::try_from(one.leaves.len()).is_ok_and(|length| length == rows * width);
    if !follows || !fits {
        found.fault(format!("seal {number} does not fit the numbers it covers"));
    }
}

/// The rows under a seal.
async fn check_rows(
    db: &impl ConnectionTrait,
    found: &mut Found,
    one: &seals::Model,
    detached: Detached,
) -> Result<(), StoreError> {
    let changes = row::Entity::find()
        .filter(row::COLUMN.seq.between(one.first_seq, one.last_seq))
        .order_by_asc(row::COLUMN.seq)
        .all(db)
        .await?;
    let reads = read::row::Entity::find()
        .filter(read::row::COLUMN.seq.between(one.first_read, one.last_read))
        .order_by_asc(read::row::COLUMN.seq)
        .all(db)
        .await?;
    let count = usize::try_from(one.last_seq - one.first_seq + 1).unwrap_or_default();
    let split = (count * WIDTH).min(one.leaves.len());
    let (of_changes, of_reads) = one.leaves.split_at_checked(split).unwrap_or_default();
    let sums = changes.iter().map(|row| Sum {
        id: &row.id,
        seq: row.seq.unwrap_or_default(),
        leaf: leaf::of_change(row),
        digest: row.digest.as_deref(),
        salted: row.salt.as_deref().zip(row.detail.as_deref()),
        is_empty: row.salt.is_none() && row.detail.is_none(),
    });
    let range = (one.first_seq, detached.change);
    found.changes += compare(found, "change", range, of_changes, sums.collect());
    let sums = reads.iter().map(|row| Sum {
        id: &row.id,
        seq: row.seq,
        leaf: leaf::of_read(row),
        digest: Some(&row.digest),
        salted: row.salt.as_deref().zip(row.detail.as_deref()),
        is_empty: row.salt.is_none() && row.detail.is_none(),
    });
    let range = (one.first_read, detached.read);
    found.reads += compare(found, "read", range, of_reads, sums.collect());
    check_things(db, found, (one.first_read, one.last_read), &reads).await
}

/// What is compared of a row.
struct Sum<'a> {
    id: &'a str,
    seq: i64,
    leaf: String,
    digest: Option<&'a str>,
    salted: Option<(&'a str, &'a str)>,
    is_empty: bool,
}

/// Compares rows with their leaves and gives how many are as they were.
fn compare(
    found: &mut Found,
    kind: &str,
    (first, detached): (i64, i64),
    leaves: &str,
    rows: Vec<Sum<'_>>,
) -> u64 {
    let mut by_seq: BTreeMap<i64, Vec<Sum<'_>>> = BTreeMap::new();
    for row in rows {
        by_seq.entry(row.seq).or_default().push(row);
    }
    let mut sound = 0;
    for (place, seq) in (0..leaves.len() / WIDTH).zip(first..) {
        let leaf = leaves.get(place * WIDTH..(place + 1) * WIDTH).unwrap_or_default();
        let rows = by_seq.remove(&seq).unwrap_or_default();
        if rows.is_empty() {
            if seq <= detached {
                found.detached += 1;
            } else {
                found.fault(format!("{kind} {seq} is gone"));
            }
            continue;
        }
        let is_alone = rows.len() == 1;
        for row in rows {
            let Sum { id, .. } = row;
            if row.leaf != leaf {
                let what = if is_alone && leaf != GONE { "was changed" } else { "was inserted" };
                found.fault(format!("audit:{id} ({kind} {seq}) {what}"));
            } else if !matches_digest(&row) {
                found.fault(format!(
                    "audit:{id} ({kind} {seq}): before, after or origin was changed"
                ));
            } else {
                sound += 1;
                found.erased += u64::from(row.digest.is_some() && row.is_empty);
            }
        }
    }
    sound
}

/// Whether the personal part is the one the digest was made of, or was erased as a whole.
fn matches_digest(row: &Sum<'_>) -> bool {
    match (row.digest, row.salted) {
        (Some(digest), Some((salt, detail))) => trace::digest(salt, detail) == digest,
        (_, None) => row.is_empty,
        (None, Some(_)) => false,
    }
}

/// The list that is searched against the rows it follows from.
async fn check_things(
    db: &impl ConnectionTrait,
    found: &mut Found,
    (first, last): (i64, i64),
    reads: &[read::row::Model],
) -> Result<(), StoreError> {
    let listed =
        thing::Entity::find().filter(thing::COLUMN.seq.between(first, last)).all(db).await?;
    let mut listed: Vec<(String, String)> =
        listed.into_iter().map(|row| (row.read_id, row.thing)).collect();
    listed.sort();
    let mut wanted = Vec::new();
    for row in reads {
        if let Ok(things) = read::things(row) {
            wanted.extend(things.into_keys().map(|thing| (row.id.clone(), thing)));
        }
    }
    wanted.sort();
    for (id, thing) in &wanted {
        if listed.binary_search(&(id.clone(), thing.clone())).is_err() {
            found.fault(format!("audit:{id} (a read) is no longer found under {thing}"));
        }
    }
    for (id, thing) in &listed {
        if wanted.binary_search(&(id.clone(), thing.clone())).is_err() {
            found.fault(format!(
                "audit:{id} (a read) is found under {thing}, which it does not name"
            ));
        }
    }
    Ok(())
}

/// What no seal covers yet: counted, and compared with the numbers given.
async fn unsealed(
    db: &impl ConnectionTrait,
    found: &mut Found,
    sealed: &Sealed,
) -> Result<(), StoreError> {
    // Numbers first: what is written meanwhile is not missed.
    let (feed, given) = seal::given(db).await?;
    let changes = row::Entity::find().filter(row::COLUMN.seq.gt(sealed.change));
    let reads = read::row::Entity::find().filter(read::row::COLUMN.seq.gt(sealed.read));
    found.unsealed_changes = changes.count(db).await?;
    found.unsealed_reads = reads.count(db).await?;
    let numbers = [
        ("changes", feed - sealed.change, found.unsealed_changes),
        ("reads", given - sealed.read, found.unsealed_reads),
    ];
    for (kind, wanted, there) in numbers {
        let wanted = u64::try_from(wanted).unwrap_or_default();
        if there < wanted {
            found.fault(format!("{} {kind} that are not sealed yet are gone", wanted - there));
        }
    }
    Ok(())
}
