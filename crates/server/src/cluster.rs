//! Following the servers of a PostgreSQL cluster for as long as the program runs.

use std::time::Duration;

use lianmeng_app::desk::Office;
use lianmeng_store::failover::Failover;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

/// How often the primary is asked whether it still is one.
const LOOK: Duration = Duration::from_secs(1);

/// Moves writes to a promoted standby and keeps count of how far each standby is, until `stopped`.
pub(crate) async fn follow(failover: Failover, office: Office, mut stopped: watch::Receiver<bool>) {
    tokio::select! {
        _ = stopped.wait_for(|is_over| *is_over) => {}
        () = look(failover, &office) => {}
        () = read(&office) => {}
    }
}

async fn look(failover: Failover, office: &Office) {
    if !failover.is_possible() {
        return std::future::pending().await;
    }
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        match failover.look().await {
            // Changes that the standby never got are gone, and with them what was built from them.
            Ok(Some(_)) => office.graph.doubt(),
            Ok(None) => {}
            Err(error) => tracing::error!(cause = %error, "the primary cannot be followed"),
        }
    }
}

async fn read(office: &Office) {
    office.reads.follow().await;
    // There are no standbys.
    std::future::pending::<()>().await;
}
