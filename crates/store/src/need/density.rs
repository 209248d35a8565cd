//! How many needs stand at a place, by what they are about.

use lianmeng_domain::ids::IndustrialChainId;
use lianmeng_domain::industry::IndustryKey;
use lianmeng_domain::need::{NeedKind, NeedStage};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::Place;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{CaseStatement, Func, Query};
use sea_orm::{Condition, ExprTrait as _};

use super::{own, row};
use crate::enterprise::{industry_stem, row as firm};
use crate::parse::{self, At};
use crate::{StoreError, visible};

/// What a need is about; every given part must hold, and nothing counts where none is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Of one of these kinds.
    pub kinds: Vec<NeedKind>,
    /// In one of these industries or below them; the enterprise's where the need names none.
    pub industries: Vec<IndustryKey>,
    /// Of a committee of this chain, or of an enterprise placed on it.
    pub chain: Option<IndustrialChainId>,
}

impl Subject {
    /// Whether it says anything.
    pub const fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.industries.is_empty() && self.chain.is_none()
    }
}

/// How many standing needs that `whose` reads in full are about each of `subjects`, in their order: in
/// the division `place` or inside of it (the enterprise's where the need names none), or of enterprises
/// in the zone `place`. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn density(
    db: &impl ConnectionTrait,
    whose: &Visibility,
    place: Place,
    subjects: &[Subject],
) -> Result<Vec<u64>, StoreError> {
    if subjects.iter().all(Subject::is_empty) {
        return Ok(vec![0; subjects.len()]);
    }
    let standing = NeedStage::ALL.iter().filter(|stage| stage.is_standing());
    let mut query = Query::select();
    for subject in subjects {
        query.expr(Func::count(CaseStatement::new().case(about(subject), 1_i32)));
    }
    query
        .from("needs")
        .inner_join(
            "enterprises",
            Expr::col(("enterprises", "id")).equals(("needs", "enterprise_id")),
        )
        .cond_where(own(whose))
        .and_where(row::COLUMN.stage.is_in(standing.map(|stage| stage.word())))
        .cond_where(at(place));
    let Some(found) = db.query_one(&query).await? else { return Ok(vec![0; subjects.len()]) };
    let count = |position: usize| -> Result<u64, StoreError> {
        let count: i64 = found.try_get_by_index(position)?;
        parse::number(At("needs", "count"), count)
    };
    (0..subjects.len()).map(count).collect()
}

fn at(place: Place) -> Condition {
    match place {
        Place::Region(code) => {
            Condition::any().add(parse::within(row::Column::RegionCode, code)).add(
                Condition::all()
                    .add(row::COLUMN.region_code.is_null())
                    .add(parse::within(firm::Column::RegionCode, code)),
            )
        }
        Place::Zone(id) => Condition::all().add(firm::COLUMN.zone_id.eq(id.to_string())),
    }
}

fn about(subject: &Subject) -> Condition {
    if subject.is_empty() {
        return Condition::all().add(Expr::value(false));
    }
    let mut all = Condition::all();
    if !subject.kinds.is_empty() {
        all = all.add(row::COLUMN.kind.is_in(subject.kinds.iter().map(|kind| kind.word())));
    }
    if !subject.industries.is_empty() {
        let any = subject.industries.iter().map(in_industry);
        all = all.add(any.fold(Condition::any(), Condition::add));
    }
    all.add_option(subject.chain.map(on_chain))
}

fn in_industry(industry: &IndustryKey) -> Condition {
    let (scheme, stem) = (industry.scheme.word(), industry_stem(industry));
    let of_need = Condition::all()
        .add(row::COLUMN.industry_scheme.eq(scheme))
        .add(row::COLUMN.industry_code.starts_with(stem.clone()));
    let of_firm = Condition::all()
        .add(row::COLUMN.industry_code.is_null())
        .add(firm::COLUMN.industry_scheme.eq(scheme))
        .add(firm::COLUMN.industry_code.starts_with(stem));
    Condition::any().add(of_need).add(of_firm)
}

fn on_chain(chain: IndustrialChainId) -> Condition {
    let mut committees = Query::select();
    committees
        .column(("chain_committees", "id"))
        .from("chain_committees")
        .and_where(Expr::col(("chain_committees", "chain_id")).eq(chain.to_string()));
    Condition::any()
        .add(row::COLUMN.committee_id.in_subquery(committees))
        .add(row::COLUMN.enterprise_id.in_subquery(visible::on_chain(chain)))
}
