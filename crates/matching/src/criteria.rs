//! One file per criterion: what it looks at, how many points it gives, and a test that shows them.

pub mod capability;
pub mod capacity;
pub mod credit;
pub mod custom;
pub mod gap;
pub mod history;
pub mod industry;
pub mod place;
pub mod recency;
pub mod room;
pub mod text;
pub mod tier;
pub mod willingness;
