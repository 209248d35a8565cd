//! The tables, one file per change, for SQLite and PostgreSQL alike.
//!
//! A migration that has been released is never edited; the next change gets the next file.

use sea_orm_migration::prelude::*;

mod columns;
mod m20261122_000001_registry;
mod m20261122_000002_casework;
mod m20261122_000003_events;
mod m20261122_000004_backbone;
mod m20261122_000005_identity;
mod m20261122_000006_need_life;
mod m20261122_000007_time;
mod m20261122_000008_trail;
mod m20261122_000010_joining;
mod m20261122_000012_figures;
mod m20261122_000013_biddings;
mod m20261122_000014_attachments;
mod m20261122_000015_deliveries;
mod m20261122_000016_contacts;
mod m20261122_000017_lamps;
mod m20261122_000018_weights;
mod m20261122_000019_patterns;
mod m20261123_000020_credit;
mod m20261123_000021_guests;
mod m20261123_000022_absences;
mod m20261123_000023_results;
mod m20261123_000027_rooms;
mod m20261123_000028_nearness;
mod m20261123_000030_ledger;
mod m20261123_000033_task_list;
mod m20261123_000034_shares;

/// Applies every migration in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_registry::Migration),
            Box::new(m20261122_000002_casework::Migration),
            Box::new(m20261122_000003_events::Migration),
            Box::new(m20261122_000004_backbone::Migration),
            Box::new(m20261122_000005_identity::Migration),
            Box::new(m20261122_000006_need_life::Migration),
            Box::new(m20261122_000007_time::Migration),
            Box::new(m20261122_000008_trail::Migration),
            Box::new(m20261122_000010_joining::Migration),
            Box::new(m20261122_000012_figures::Migration),
            Box::new(m20261122_000013_biddings::Migration),
            Box::new(m20261122_000014_attachments::Migration),
            Box::new(m20261122_000016_contacts::Migration),
            Box::new(m20261122_000015_deliveries::Migration),
            Box::new(m20261122_000017_lamps::Migration),
            Box::new(m20261122_000018_weights::Migration),
            Box::new(m20261122_000019_patterns::Migration),
            Box::new(m20261123_000020_credit::Migration),
            Box::new(m20261123_000021_guests::Migration),
            Box::new(m20261123_000022_absences::Migration),
            Box::new(m20261123_000023_results::Migration),
            Box::new(m20261123_000027_rooms::Migration),
            Box::new(m20261123_000028_nearness::Migration),
            Box::new(m20261123_000030_ledger::Migration),
            Box::new(m20261123_000033_task_list::Migration),
            Box::new(m20261123_000034_shares::Migration),
        ]
    }
}
