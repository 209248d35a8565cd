//! Reading and writing whole tables at once, for imports.
//!
//! Everything here takes the transaction of the import: rows are read once into memory, compared
//! there, and only what is new or different is written, many rows a statement.

mod body;
mod bulk;
mod casework;
mod chain;
mod code;
mod enterprise;
mod product;

pub use body::{organisations, party_organisations, put_organisations, put_party_organisations};
pub use casework::{
    needs, offers, projects, put_needs, put_offers, put_projects, put_tasks, tasks,
};
pub use chain::{
    alliances, chains, committees, partners, placements, put_alliances, put_chains, put_committees,
    put_partners, put_placements, put_seats, put_segments, seats, segments,
};
pub use code::{has_regions, industries, put_industries, put_regions, put_zones, regions, zones};
pub use enterprise::{enterprises, put_enterprises};
pub use product::{
    enterprise_products, product_edges, products, put_enterprise_products, put_product_edges,
    put_products, put_supply_edges, supply_edges,
};
