//! Figures about needs in GraphQL: rates of a period, as of a day.

use std::cmp::Reverse;

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{Datelike as _, NaiveDate};
use lianmeng_app::desk::day_end;
use lianmeng_domain::figures::{self as rules, AsOf, Figures, Rate, Reach};
use lianmeng_domain::ids::OrganisationId;
use lianmeng_domain::need::{NeedChannel, NeedKind};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::rights::aggregate::withheld;
use lianmeng_store::need::figures::{self as store, Division, Question, StatsFilter};

use super::words::{NeedChannelWord, NeedKindWord};
use crate::error::ApiError;
use crate::ids;
use crate::organisation::OrganisationNode;
use crate::scalars::Day;
use crate::scope::Scope;

#[cfg(test)]
mod tests;

/// Most groups of one answer.
const GROUPS: u64 = 100;

/// Which needs figures are about; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct NeedStatsFilterInput {
    /// Committee (产业链党委) whose secretariat dispatches them.
    committee_id: Option<ID>,
    /// Unit in charge (办理单位); of a need that was taken up again, that of the round that counts.
    handler_id: Option<ID>,
    /// Enterprise that asks.
    enterprise_id: Option<ID>,
    /// Of one of these kinds.
    #[graphql(validator(max_items = 20))]
    kinds: Option<Vec<NeedKindWord>>,
    /// Through one of these channels.
    #[graphql(validator(max_items = 20))]
    channels: Option<Vec<NeedChannelWord>>,
}

impl NeedStatsFilterInput {
    fn into_filter(self) -> Result<StatsFilter, ApiError> {
        Ok(StatsFilter {
            committee: self.committee_id.map(|id| ids::decode(&id)).transpose()?,
            handler: self.handler_id.map(|id| ids::decode(&id)).transpose()?,
            enterprise: self.enterprise_id.map(|id| ids::decode(&id)).transpose()?,
            kinds: self.kinds.unwrap_or_default().into_iter().map(Into::into).collect(),
            channels: self.channels.unwrap_or_default().into_iter().map(Into::into).collect(),
        })
    }
}

/// By what figures about needs are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum NeedStatsDivision {
    /// By kind (诉求类别).
    Kind,
    /// By channel (诉求渠道).
    Channel,
    /// By unit in charge (办理单位).
    Handler,
    /// By month in which they were handed in, in China.
    Month,
}

/// A rate with what it is made of. What is pending stands outside of the denominator, except for the
/// imported rate, where it is a part of it.
#[derive(Debug, Clone, SimpleObject)]
pub struct NeedRate {
    /// Of how many needs it is so.
    numerator: u64,
    /// Of how many needs it is known.
    denominator: u64,
    /// Of how many needs it is not known yet.
    pending: u64,
    /// numerator ÷ denominator in basis points, rounded to the nearest, halves up; may exceed 10 000;
    /// null if the denominator is 0.
    basis_points: Option<u64>,
    /// The rate as people read it, such as "97.7 %": one decimal, two above 99 %, and "100 %" only if
    /// it is; null if the denominator is 0.
    shown: Option<String>,
}

impl From<Rate> for NeedRate {
    fn from(rate: Rate) -> Self {
        let Rate { numerator, denominator, pending } = rate;
        let (basis_points, shown) = (rate.basis_points(), rate.shown());
        Self { numerator, denominator, pending, basis_points, shown }
    }
}

/// Figures about a set of needs.
#[derive(Debug, Clone, SimpleObject)]
pub struct NeedFigures {
    /// Whether the figures are withheld because they are about fewer than five enterprises; they are
    /// null then. Figures about needs that you read in full are never withheld.
    is_withheld: bool,
    /// How many needs were handed in within the period, by the day the figures are of.
    needs: Option<u64>,
    /// Of how many different enterprises.
    enterprises: Option<u64>,
    /// Response rate (响应率): taken on by a unit or answered ÷ dispatched and taken on or late.
    /// Pending: dispatched, not taken on, in time.
    response_rate: Option<NeedRate>,
    /// Resolution rate (解决率): answered, and satisfied or closed ÷ these, the unsatisfied, and those
    /// without an answer when it was due. Pending: in time, or answered and not yet rated.
    resolution_rate: Option<NeedRate>,
    /// Satisfaction (满意率): rated 3 stars or more ÷ rated. Pending: answered, not rated.
    satisfaction: Option<NeedRate>,
    /// On-time rate (按期办结率): answered by the moment it was due ÷ answered or late. Pending: not
    /// answered, in time.
    on_time_rate: Option<NeedRate>,
    /// Imported rate (导入率): with a number on the city's platform (深i企) ÷ collected. Pending, and
    /// part of the denominator: without a number and not ended.
    imported_rate: Option<NeedRate>,
}

impl NeedFigures {
    fn shown(figures: &Figures) -> Self {
        Self {
            is_withheld: false,
            needs: Some(figures.needs),
            enterprises: Some(figures.enterprises),
            response_rate: Some(figures.response.into()),
            resolution_rate: Some(figures.resolution.into()),
            satisfaction: Some(figures.satisfaction.into()),
            on_time_rate: Some(figures.on_time.into()),
            imported_rate: Some(figures.imported.into()),
        }
    }

    const fn withheld() -> Self {
        Self {
            is_withheld: true,
            needs: None,
            enterprises: None,
            response_rate: None,
            resolution_rate: None,
            satisfaction: None,
            on_time_rate: None,
            imported_rate: None,
        }
    }
}

/// Figures about the needs of one kind, channel, unit or month.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct NeedStatsGroup {
    /// The kind; null unless divided by kind.
    kind: Option<NeedKindWord>,
    /// The channel; null unless divided by channel.
    channel: Option<NeedChannelWord>,
    /// The month in which they were handed in, such as "2025-07"; null unless divided by month.
    month: Option<String>,
    #[graphql(skip)]
    handler: Option<OrganisationId>,
    #[graphql(flatten)]
    figures: NeedFigures,
}

#[ComplexObject]
impl NeedStatsGroup {
    /// The unit in charge; null unless divided by unit, and for needs that have none.
    async fn handler(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        let Some(handler) = self.handler else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(handler).await?.map(OrganisationNode))
    }
}

impl NeedStatsGroup {
    fn of(division: Division, (word, figures): &(String, Figures)) -> Self {
        let is = |wanted| division == wanted;
        Self {
            kind: NeedKind::from_word(word).filter(|_| is(Division::Kind)).map(Into::into),
            channel: NeedChannel::from_word(word).filter(|_| is(Division::Channel)).map(Into::into),
            month: is(Division::Month).then(|| word.clone()),
            handler: word.parse().ok().filter(|_| is(Division::Handler)),
            figures: NeedFigures::shown(figures),
        }
    }
}

/// Figures about the needs handed in within a period (三率), as they stood at the end of a day.
#[derive(Debug, Clone, SimpleObject)]
pub struct NeedStats {
    /// First day of the period.
    from: Day,
    /// Last day of the period.
    until: Day,
    /// The day at whose end the needs stood so; today's has not come yet.
    as_of: Day,
    #[graphql(flatten)]
    figures: NeedFigures,
    /// The figures divided as asked, at most 100 groups, those with most needs first, months in order;
    /// empty unless asked for.
    groups: Vec<NeedStatsGroup>,
}

/// Figures about needs.
#[derive(Debug, Default)]
pub struct NeedStatsQuery;

#[Object]
impl NeedStatsQuery {
    /// Rates of the needs handed in from `from` to `until`, both days included and in China, as they
    /// stood at the end of `asOf`: the same question asked later gets the same answer.
    ///
    /// Coordinators and auditors: all needs; a secretary: those of the committee; a unit: its own; an
    /// enterprise, a head office: their own. Rotating chairs, liaisons and hosting districts, who see
    /// needs in part, get totals of whole quarters, without filter, division and `asOf`, withheld
    /// where fewer than five enterprises asked. Null for everyone else.
    #[expect(clippy::too_many_arguments, reason = "the arguments are the interface")]
    async fn need_stats(
        &self,
        ctx: &Context<'_>,
        filter: Option<NeedStatsFilterInput>,
        from: Day,
        until: Day,
        #[graphql(desc = "Today if absent.")] as_of: Option<Day>,
        group_by: Option<NeedStatsDivision>,
    ) -> Result<Option<NeedStats>> {
        let scope = Scope::of(ctx)?;
        let Some(reach) = rules::reach(&scope.actor) else { return Ok(None) };
        if until < from {
            let (from, until) = (from.date(), until.date());
            let text = format!("until is {until}, before from, which is {from}");
            return Err(ApiError::BadInput(text).into());
        }
        let is_plain = filter.is_none() && group_by.is_none() && as_of.is_none();
        let asked = Asked {
            filter: filter.unwrap_or_default().into_filter()?,
            from: from.date(),
            until: until.date(),
            as_of: as_of.map_or(scope.desk.today, Day::date),
        };
        match reach {
            Reach::Full(whose) => asked.full(scope, &whose, group_by).await.map(Some),
            Reach::Totals(whose) if is_plain && is_quarter(&asked) => {
                asked.totals(scope, &whose).await.map(Some)
            }
            Reach::Totals(_) => Err(ApiError::BadInput(
                "you see these needs in part: ask for one whole quarter, such as 2025-07-01 to \
                 2025-09-30, without filter, groupBy and asOf"
                    .to_owned(),
            )
            .into()),
        }
    }
}

/// Whether the period is a quarter of a year: others, taken from each other, would leave figures
/// about few.
fn is_quarter(asked: &Asked) -> bool {
    let (from, next) = (asked.from, asked.until.succ_opt().unwrap_or(asked.until));
    let months = (next.year() - from.year()) * 12 + i32::try_from(next.month0()).unwrap_or(0)
        - i32::try_from(from.month0()).unwrap_or(0);
    from.day() == 1 && next.day() == 1 && from.month0() % 3 == 0 && months == 3
}

/// A question as asked.
struct Asked {
    filter: StatsFilter,
    from: NaiveDate,
    until: NaiveDate,
    as_of: NaiveDate,
}

impl Asked {
    async fn read(
        &self,
        scope: &Scope,
        whose: &Visibility,
        division: Division,
    ) -> Result<Vec<(String, Figures)>> {
        let end = day_end(self.as_of);
        let start = self.from.pred_opt().unwrap_or(self.from);
        let question = Question {
            whose,
            filter: &self.filter,
            period: (day_end(start), day_end(self.until)),
            as_of: AsOf { end, clock: end.min(scope.desk.now) },
        };
        Ok(store::stats(&scope.desk.db, &question, division, GROUPS).await?)
    }

    async fn whole(&self, scope: &Scope, whose: &Visibility) -> Result<Figures> {
        let found = self.read(scope, whose, Division::Whole).await?;
        Ok(found.into_iter().next().map(|(_, figures)| figures).unwrap_or_default())
    }

    async fn full(
        self,
        scope: &Scope,
        whose: &Visibility,
        group_by: Option<NeedStatsDivision>,
    ) -> Result<NeedStats> {
        let total = self.whole(scope, whose).await?;
        let division = match group_by {
            None => return Ok(self.answer(NeedFigures::shown(&total), Vec::new())),
            Some(NeedStatsDivision::Kind) => Division::Kind,
            Some(NeedStatsDivision::Channel) => Division::Channel,
            Some(NeedStatsDivision::Handler) => Division::Handler,
            Some(NeedStatsDivision::Month) => Division::Month,
        };
        let mut found = self.read(scope, whose, division).await?;
        if division == Division::Month {
            found.sort_by(|(a, _), (b, _)| a.cmp(b));
        } else {
            found.sort_by(|a, b| (Reverse(a.1.needs), &a.0).cmp(&(Reverse(b.1.needs), &b.0)));
        }
        let groups = found.iter().map(|group| NeedStatsGroup::of(division, group)).collect();
        Ok(self.answer(NeedFigures::shown(&total), groups))
    }

    async fn totals(self, scope: &Scope, whose: &Visibility) -> Result<NeedStats> {
        let total = self.whole(scope, whose).await?;
        let figures = if withheld(total.enterprises) {
            NeedFigures::withheld()
        } else {
            NeedFigures::shown(&total)
        };
        Ok(self.answer(figures, Vec::new()))
    }

    const fn answer(&self, figures: NeedFigures, groups: Vec<NeedStatsGroup>) -> NeedStats {
        let (from, until, as_of) = (Day(self.from), Day(self.until), Day(self.as_of));
        NeedStats { from, until, as_of, figures, groups }
    }
}
