//! How to ask for seasons, events, sessions and site visits.

use super::world::expand;

/// The ways to call a root that proposes: its arguments, and the row that what it gives is part of.
pub(super) fn ways(root: &str) -> Option<Vec<(String, String)>> {
    Some(match root {
        "seasonPropose" => {
            let host = "{ place: { regionCode: \"320612\" } }";
            let days = "fromOn: \"2026-03-09\", untilOn: \"2026-03-31\"";
            let input = format!("{{ {days}, hosts: [{host}], stops: [{{ key: \"1\" }}] }}");
            vec![(format!("(input: {input})"), String::new())]
        }
        "eventPropose" => {
            let hosts = "[{ regionCode: \"320612\" }]";
            vec![(format!("(input: {{ capacity: 20, hosts: {hosts} }})"), String::new())]
        }
        "sessionsPropose" => {
            let member = format!("{{ memberId: \"{}\" }}", expand("enterprise:#1"));
            let item = format!("{{ projectId: \"{}\" }}", expand("project:#1"));
            let rest = format!("participants: [{member}], items: [{item}]");
            let rooms = "rooms: [{ name: \"东厅\" }]";
            vec![(format!("(input: {{ halfDays: 1, {rooms}, {rest} }})"), String::new())]
        }
        "visitsPropose" => visits(),
        _ => return None,
    })
}

/// Visits of each event.
fn visits() -> Vec<(String, String)> {
    let spot = |name: &str| format!("{{ name: \"{name}\" }}");
    let site = "{ name: \"园区\", opensAt: \"09:00\", closesAt: \"12:00\", stayMinutes: 30 }";
    let bus = "{ name: \"一号车\", seats: 40, leavesAt: \"08:30\" }";
    let ways = [("酒店", "园区"), ("园区", "会场"), ("酒店", "会场")]
        .map(|(from, to)| format!("{{ from: \"{from}\", to: \"{to}\", minutes: 20 }}"));
    let rest = format!(
        "start: {}, end: {}, arriveBy: \"14:00\", sites: [{site}], buses: [{bus}], \
         groups: [{{ name: \"一组\", people: 20 }}], travel: [{}]",
        spot("酒店"),
        spot("会场"),
        ways.join(", ")
    );
    let call = |id: &str| {
        let id = expand(id);
        (format!("(input: {{ eventId: \"{id}\", {rest} }})"), id)
    };
    vec![call("event:#1"), call("event:#2")]
}
