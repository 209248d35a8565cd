//! Who is told what after a commit.

use lianmeng_backplane::bus::Topic;
use lianmeng_domain::ids::{AccountId, Id as _};

use crate::command::Touches;
use crate::desk::Desk;

/// The change with this number is saved: the answer of this request carries the number, what is
/// near makes way where it must, and every process hears that there is something to read.
pub(crate) fn changed(desk: &Desk, seq: i64, touches: Touches) {
    desk.witness(seq);
    desk.graph.note(seq, touches);
    desk.bus.publish(Topic::Change, seq.to_string());
}

/// What `account` may do was changed: every process forgets what it believes about its logins and
/// tokens. One that hears nothing asks the database within seconds anyway.
pub(crate) fn access(desk: &Desk, account: AccountId) {
    desk.bus.publish(Topic::Access, format!("{}:{account}", AccountId::TAG));
}
