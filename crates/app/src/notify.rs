//! Who is told what after a commit.

use lianmeng_backplane::bus::Topic;

use crate::desk::Desk;

/// The change with this number is saved: the answer of this request carries the number, and every
/// process hears that there is something to read.
pub(crate) fn changed(desk: &Desk, seq: i64) {
    desk.witness(seq);
    desk.bus.publish(Topic::Change, seq.to_string());
}
