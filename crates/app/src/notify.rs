//! Who is told what after a commit.

use lianmeng_backplane::bus::{Bus, Topic};

/// Something the graph is built from changed.
pub fn graph_changed(bus: &Bus) {
    bus.publish(Topic::Graph, String::new());
}
