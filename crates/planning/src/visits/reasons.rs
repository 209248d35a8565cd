//! Why a bus goes as it does, in words.

use super::answer::{SiteStop, clock};
use super::problem::{Problem, Site};
use super::schedule::Load;
use crate::words::Words;

/// Who rides on a bus, and with how much time left it is at the end.
pub(crate) fn of_bus(problem: &Problem, load: &Load, groups: usize, arrival: i64) -> Words {
    let (people, seats) = (load.people, problem.buses[load.bus].seats);
    let spare = i64::from(problem.arrive_by) - arrival;
    let by = clock(i64::from(problem.arrive_by));
    let noun = if groups == 1 { "group" } else { "groups" };
    Words::new(
        format!(
            "{groups} {noun} with {people} people on {seats} seats; at the end {spare} minutes before {by}"
        ),
        format!("{groups}组{people}人，{seats}座；比{by}提前{spare}分钟到达会场"),
    )
}

/// How a visit lies within opening times, and what it waits for.
pub(crate) fn of_stop(site: &Site, stop: &SiteStop) -> Words {
    let (open, close) = (clock(i64::from(site.open)), clock(i64::from(site.close)));
    let (stay, walk, wait) = (site.stay_minutes, site.walk_minutes, stop.wait_minutes);
    let mut words = Words::new(
        format!(
            "open {open} to {close}; {stay} minutes inside, {walk} minutes of walking each way"
        ),
        format!("开放{open}至{close}；参观{stay}分钟，步行往返各{walk}分钟"),
    );
    if wait == 0 {
        return words;
    }
    let (en, zh) = match site.capacity {
        Some(room) if stop.begin > site.open => (
            format!("; waits {wait} minutes until there is room for {room} at once"),
            format!("；同时最多{room}人，等候{wait}分钟"),
        ),
        Some(_) | None => {
            (format!("; waits {wait} minutes until it opens"), format!("；等候{wait}分钟至开放"))
        }
    };
    words.en += &en;
    words.zh += &zh;
    words
}
