//! How much of a chain a place has.

use lianmeng_domain::ids::IndustrialChainId;
use lianmeng_domain::region::Place;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{CaseStatement, Func, Order, Query};
use sea_orm::{Condition, ExprTrait as _};

use crate::StoreError;
use crate::enterprise::row as firm;
use crate::parse::{self, At};

/// Segments of a chain, and how many of them a place has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    /// The chain.
    pub chain: IndustrialChainId,
    /// How many segments it has.
    pub segments: u64,
    /// On how many of them an enterprise of the place stands, as a person confirmed.
    pub held: u64,
}

impl Presence {
    /// Segments that the place lacks of a chain it has begun; 0 where nobody stands on the chain, for
    /// what is not there at all is no gap.
    pub const fn gaps(self) -> u64 {
        if self.held == 0 { 0 } else { self.segments.saturating_sub(self.held) }
    }
}

/// What the division `place` with everything inside, or the zone, has of each of `chains`; those without
/// segments are left out. By chain id, in one statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_place(
    db: &impl ConnectionTrait,
    place: Place,
    chains: &[IndustrialChainId],
) -> Result<Vec<Presence>, StoreError> {
    if chains.is_empty() {
        return Ok(Vec::new());
    }
    let segment = || Expr::col(("chain_segments", "id"));
    let here = match place {
        Place::Region(code) => parse::within(firm::Column::RegionCode, code),
        Place::Zone(id) => Condition::all().add(firm::COLUMN.zone_id.eq(id.to_string())),
    };
    let here = here.add(Expr::col(("placements", "is_confirmed")).eq(true));
    let mut query = Query::select();
    query
        .column(("chain_segments", "chain_id"))
        .expr_as(Func::count_distinct(segment()), "segments")
        .expr_as(Func::count_distinct(CaseStatement::new().case(here, segment())), "held")
        .from("chain_segments")
        .left_join(
            "placements",
            Expr::col(("placements", "segment_id")).equals(("chain_segments", "id")),
        )
        .left_join(
            "enterprises",
            Expr::col(("enterprises", "id")).equals(("placements", "enterprise_id")),
        )
        .and_where(parse::listed(db, ("chain_segments", "chain_id"), chains))
        .group_by_col(("chain_segments", "chain_id"))
        .order_by(("chain_segments", "chain_id"), Order::Asc);
    let rows = db.query_all(&query).await?;
    rows.iter()
        .map(|row| {
            let chain: String = row.try_get("", "chain_id")?;
            let number = |column: &'static str| -> Result<u64, StoreError> {
                let count: i64 = row.try_get("", column)?;
                parse::number(At("chain_segments", "count"), count)
            };
            Ok(Presence {
                chain: parse::value(At("chain_segments", "chain_id"), &chain)?,
                segments: number("segments")?,
                held: number("held")?,
            })
        })
        .collect()
}
