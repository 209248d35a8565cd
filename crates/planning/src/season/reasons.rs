//! Why a stop has its hosts, date, theme and venue.

use super::answer::{Part, Reason};
use super::model::Model;
use super::search::{self, Found};
use crate::words::{Words, signed};

/// The hosts of a party by name.
pub(crate) fn names(model: &Model<'_>, party: Option<usize>) -> Words {
    let list: Vec<&str> = party
        .map(|p| model.parties[p].iter().map(|&h| model.host(h).name.as_str()).collect())
        .unwrap_or_default();
    Words::new(list.join(" and "), list.join("、"))
}

/// The reasons of turn `k`.
pub(crate) fn of(model: &Model<'_>, found: &Found, k: usize) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = hosts(model, found, k)
        .into_iter()
        .map(|words| Reason { part: Part::Hosts, words })
        .collect();
    reasons.push(Reason { part: Part::Date, words: date(model, found, k) });
    reasons.extend(theme(model, found, k).map(|words| Reason { part: Part::Theme, words }));
    reasons.extend(venue(model, found, k).map(|words| Reason { part: Part::Venue, words }));
    reasons
}

fn hosts(model: &Model<'_>, found: &Found, k: usize) -> Vec<Words> {
    let demand = &model.problem.stops[found.order[k]];
    if !demand.hosts.is_empty() {
        return vec![Words::new("the hosts are fixed", "主办方已固定")];
    }
    let party = &model.parties[found.parties[k]];
    let mut said = Vec::new();
    for &h in party {
        said.push(wait(model, found, k, h));
    }
    if party.len() > 1 {
        let names = names(model, Some(found.parties[k]));
        said.push(Words::new(
            format!("{} host together", names.en),
            format!("{}联合主办", names.zh),
        ));
    }
    said
}

/// How long and after how many hostings it is the turn of host `h`.
fn wait(model: &Model<'_>, found: &Found, k: usize, h: usize) -> Words {
    let name = &model.host(h).name;
    let earlier: Vec<usize> =
        (0..k).filter(|&j| model.parties[found.parties[j]].contains(&h)).collect();
    let count = search::past_counts(model)[h] + signed(earlier.len());
    let last = earlier.last().map(|&j| found.dated.days[j]);
    let last = last.or_else(|| model.host(h).past.iter().max().map(|&date| model.day(date)));
    let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
    match last {
        Some(day) => {
            let (gap, date) = (found.dated.days[k] - day, model.date(day));
            Words::new(
                format!("{name} hosted {times} before, last {gap} days earlier, on {date}"),
                format!("{name}此前主办{count}次，上次为{date}，已隔{gap}天"),
            )
        }
        None if count > 0 => {
            Words::new(format!("{name} hosted {times} before"), format!("{name}此前主办{count}次"))
        }
        None => Words::new(format!("{name} has not hosted yet"), format!("{name}尚未主办过")),
    }
}

fn date(model: &Model<'_>, found: &Found, k: usize) -> Words {
    let stop = &model.problem.stops[found.order[k]];
    if stop.date.is_some() {
        return Words::new("the date is fixed", "日期已固定");
    }
    let day = found.dated.days[k];
    let before = model.before[found.order[k]].as_ref();
    if before.is_some_and(|before| before.day == day) {
        return Words::new("the date stays as proposed before", "日期与上次方案相同");
    }
    let (aim, chosen) = (found.positions[k], model.date(day));
    let label = model.problem.working_days.iter().find(|d| d.date == chosen);
    let label = label.and_then(|d| d.label.as_deref()).unwrap_or("");
    let (mark, zh_mark) = if label.is_empty() {
        (String::new(), String::new())
    } else {
        (format!(" ({label})"), format!("（{label}）"))
    };
    let even = model.date(aim);
    if aim == day {
        return Words::new(
            format!("{chosen}{mark} is a free working day that spreads the stops evenly"),
            format!("{chosen}{zh_mark}为空闲工作日，各站间隔均匀"),
        );
    }
    let why = obstacle(model, found, k, aim);
    Words::new(
        format!(
            "{chosen}{mark} is free and {} days from the even spread {even}{}",
            (day - aim).abs(),
            why.en
        ),
        format!("{chosen}{zh_mark}空闲，距均匀分布的{even}相差{}天{}", (day - aim).abs(), why.zh),
    )
}

/// Why the even position itself was not taken, as the rest of a sentence.
fn obstacle(model: &Model<'_>, found: &Found, k: usize, aim: i64) -> Words {
    if !model.is_working(aim) {
        return Words::new(", which is not a working day", "（非工作日）");
    }
    let party = &model.parties[found.parties[k]];
    let is_ours = |host: &Option<String>| {
        host.as_ref().is_none_or(|id| party.iter().any(|&h| model.host(h).id == *id))
    };
    let taken = model.problem.taken.iter().find(|t| model.day(t.date) == aim && is_ours(&t.host));
    if let Some(taken) = taken {
        return Words::new(
            format!(", which is taken by {}", taken.label),
            format!("（已有{}）", taken.label),
        );
    }
    if let Some(&h) = party.iter().find(|&&h| model.is_away(h, aim)) {
        let name = &model.host(h).name;
        return Words::new(format!(", when {name} cannot host"), format!("（{name}当日不能主办）"));
    }
    if !model.allowed(found.order[k], found.parties[k]).has(aim) {
        return Words::new(
            ", when no venue is free or the stop may not be held",
            "（场地或时限不允许）",
        );
    }
    Words::new(", as the other stops ask for it", "（为与其他站协调）")
}

fn theme(model: &Model<'_>, found: &Found, k: usize) -> Option<Words> {
    let t = found.themes[k]?;
    let theme = &model.problem.themes[t];
    if model.problem.stops[found.order[k]].theme.is_some() {
        return Some(Words::new("the theme is fixed", "主题已固定"));
    }
    let party = &model.parties[found.parties[k]];
    let of = model.problem.density.iter().filter(|d| d.theme == theme.id);
    let of = of.filter(|d| party.iter().any(|&h| model.host(h).id == d.host));
    let (needs, gaps) =
        of.fold((0, 0), |(n, g), d| (n + i64::from(d.needs), g + i64::from(d.gaps)));
    Some(Words::new(
        format!("{} has {needs} points of needs and {gaps} of chain gaps here", theme.name),
        format!("“{}”在当地需求{needs}分、产业链缺口{gaps}分", theme.name),
    ))
}

fn venue(model: &Model<'_>, found: &Found, k: usize) -> Option<Words> {
    let (h, i) = model.venues[found.dated.venues[k]?];
    let venue = &model.host(h).venues[i];
    let seats = venue.capacity;
    let people = model.problem.stops[found.order[k]].attendees;
    Some(Words::new(
        format!("{} is free and seats {seats} for {people} people", venue.name),
        format!("{}空闲，可容纳{seats}人，预计{people}人", venue.name),
    ))
}
