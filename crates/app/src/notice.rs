//! Telling people: changes put news into the outbox with [`Change::telling`](crate::command::Change),
//! the keeper of each process makes notices of them, and people read them.

use chrono::{Datelike as _, TimeDelta};
use lianmeng_backplane::bus::Topic;
use lianmeng_domain::ids::{GrantId, Id as _, NoticeId};
use lianmeng_store::notice::{self as store, Spreading};
use lianmeng_store::{StoreError, calendar, tx};

use crate::desk::{Desk, Office};

/// News of a thing join a notice that is new for so long after the last of them.
const BURST: TimeDelta = TimeDelta::minutes(10);
/// Rows of the outbox spread in one transaction.
const BATCH: u64 = 100;

/// Makes notices of everything in the outbox, and tells those who listen. Several processes may do
/// so at once: one does, the others leave it to that one.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses; what was not spread waits.
pub async fn spread(office: &Office) -> Result<(), StoreError> {
    while store::is_waiting(&office.db).await? {
        let today = office.desk().today;
        let calendar = calendar::from_year(&office.db, today.year()).await?;
        let ids = &office.ids;
        let how = Spreading { ids, today, burst: BURST, limit: BATCH, calendar: &calendar };
        let tx = tx::begin(&office.db).await?;
        let (count, told) = store::spread(&tx, how).await?;
        tx::commit(tx).await?;
        for grant in told {
            office.backplane.bus.publish(Topic::Notice, wire(grant));
        }
        if count == 0 {
            return Ok(());
        }
    }
    Ok(())
}

/// Notes that notices told by a grant were read, those named or all, and gives how many were new.
/// Done twice it changes nothing more.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn read(
    desk: &Desk,
    grant: GrantId,
    ids: Option<&[NoticeId]>,
) -> Result<u64, StoreError> {
    let count = store::read(&desk.db, grant, ids, desk.now).await?;
    if count > 0 {
        desk.bus.publish(Topic::Notice, wire(grant));
    }
    Ok(count)
}

/// The wire id of a grant.
pub fn wire(grant: GrantId) -> String {
    format!("{}:{grant}", GrantId::TAG)
}
