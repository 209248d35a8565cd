//! The season of J1 over HTTP: four stops, one hosted together with a functional zone; then ten hosts in
//! two years, with history, holidays, swapped working days, edits that keep the rest, and adoption.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate, TimeDelta, Weekday};
use lianmeng_testkit::{Program, Server};
use serde_json::{Value, json};

/// The districts of a city.
const DISTRICTS: [&str; 9] =
    ["440305", "440304", "440307", "440306", "440303", "440308", "440309", "440310", "440311"];

/// The payload of a mutation that takes `input`.
fn change(server: &Server, token: &str, field: &str, input: Value, shows: &str) -> Value {
    let ty = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let query = format!(
        "mutation M($input: {ty}!) {{ {field}(input: $input) {{ {shows} errors {{ code field message }} }} }}"
    );
    server.data(token, &query, json!({ "input": input }))[field].clone()
}

/// Days of an invented year that differ from the week: four holidays, and two Saturdays that work.
fn special(year: i32) -> BTreeMap<NaiveDate, (bool, &'static str)> {
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    let mut days = BTreeMap::new();
    for (name, first, count) in [
        ("元旦", day(1, 1), 3),
        ("春节", day(2, 9), 7),
        ("劳动节", day(5, 1), 5),
        ("国庆节", day(10, 1), 7),
    ] {
        days.extend((0..count).map(|n| (first + TimeDelta::days(n), (false, name))));
    }
    for (name, first) in [("劳动节", day(5, 6)), ("国庆节", day(10, 8))] {
        let saturday = first.iter_days().find(|one| one.weekday() == Weekday::Sat).unwrap();
        days.insert(saturday, (true, name));
    }
    days
}

fn works(day: NaiveDate) -> bool {
    let is_weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    special(day.year()).get(&day).map_or(!is_weekend, |(works, _)| *works)
}

const PROPOSE: &str = "query($input: SeasonInput!) { seasonPropose(input: $input) { status
    stops { key heldOn theme hosts { name regionCode zoneId } venue { id name }
            changed reasons { part zh en } }
    figures { difference differenceBound stopGapDays changedParts
              hosts { host { name } past planned gapDays } }
    conflict { kind about zh en } errors { code field message } } }";

fn propose(server: &Server, token: &str, input: &Value) -> Value {
    server.data(token, PROPOSE, json!({ "input": input }))["seasonPropose"].clone()
}

fn place(host: &Value) -> Value {
    let zone = &host["zoneId"];
    if zone.is_null() {
        json!({ "regionCode": host["regionCode"] })
    } else {
        json!({ "zoneId": zone })
    }
}

fn places(stop: &Value) -> Vec<Value> {
    stop["hosts"].as_array().unwrap().iter().map(place).collect()
}

fn names(stop: &Value) -> Vec<&str> {
    stop["hosts"].as_array().unwrap().iter().map(|host| host["name"].as_str().unwrap()).collect()
}

fn day(stop: &Value) -> NaiveDate {
    stop["heldOn"].as_str().unwrap().parse().unwrap()
}

fn stops(answer: &Value) -> &Vec<Value> {
    answer["stops"].as_array().unwrap()
}

/// What was proposed, to be kept.
fn previous(answer: &Value) -> Value {
    let stop = |stop: &Value| {
        json!({ "key": stop["key"], "hosts": places(stop), "heldOn": stop["heldOn"],
            "venueId": stop["venue"]["id"] })
    };
    stops(answer).iter().map(stop).collect()
}

fn adopt(server: &Server, token: &str, answer: &Value, key: &str) -> Value {
    let stop = |stop: &Value| {
        json!({ "title": format!("{}站", names(stop).join("—")), "hosts": places(stop),
            "heldOn": stop["heldOn"], "venueId": stop["venue"]["id"] })
    };
    let stops: Vec<Value> = stops(answer).iter().map(stop).collect();
    let half = json!({ "halfDay": "MORNING", "startsAt": "09:00", "slotMinutes": 20, "slots": 6 });
    let input = json!({ "stops": stops, "tables": 8, "halfDays": [half], "requestKey": key });
    change(server, token, "seasonAdopt", input, "events { id title stage heldOn }")
}

fn count(server: &Server, token: &str) -> Value {
    server.data(token, "{ dockingEvents(first: 1) { totalCount } }", Value::Null)["dockingEvents"]
        ["totalCount"]
        .clone()
}

/// A city with a zone, a hall, and a coordinator.
struct City {
    program: Program,
    server: Server,
    office: String,
    zone: Value,
}

fn region(code: &str) -> Value {
    json!({ "regionCode": code })
}

impl City {
    fn new() -> Self {
        let program = Program::default();
        let server = program.serve();
        let office = program.token("coordinator", None);
        let card = json!({ "name": "前海", "overlapCodes": ["440305"] });
        let input = json!({ "card": card, "requestKey": "zone-0001" });
        let zone = change(&server, &office, "zoneRegister", input, "zone { id }");
        let zone = zone["zone"]["id"].clone();
        let input = json!({ "name": "福田会堂", "place": region("440304"), "capacity": 300,
            "tables": 20, "requestKey": "hall-0001" });
        change(&server, &office, "venueRegister", input, "venue { id }");
        Self { program, server, office, zone }
    }

    /// The first so many districts, and the zone.
    fn hosts(&self, districts: usize) -> Vec<Value> {
        let places = DISTRICTS[..districts].iter().map(|code| region(code));
        let places = places.chain([json!({ "zoneId": self.zone })]);
        places.map(|place| json!({ "place": place })).collect()
    }

    fn propose(&self, input: &Value) -> Value {
        propose(&self.server, &self.office, input)
    }

    /// Loads the calendars of three invented years.
    fn calendars(&self) {
        for year in 2040..=2042 {
            let day = |(date, (works, name)): (&NaiveDate, &(bool, &str))| json!({ "date": date, "isWorking": works, "name": name });
            let days: Vec<Value> = special(year).iter().map(day).collect();
            let input = json!({ "year": year, "days": days, "source": "示例",
                "requestKey": format!("calendar-{year}") });
            let done = change(
                &self.server,
                &self.office,
                "workCalendarImport",
                input,
                "calendar { year }",
            );
            assert_eq!(done["errors"], json!([]));
        }
    }

    /// Four stops of 2040, one hosted together with the zone; adopted.
    fn four_stops(&self) {
        let together =
            json!({ "hosts": [region("440306"), { "zoneId": self.zone }], "isRequired": true });
        let four = json!({ "fromOn": "2040-04-02", "untilOn": "2040-12-31", "hosts": self.hosts(4),
            "joint": [together], "minDaysBetween": 30,
            "stops": [{ "key": "1" }, { "key": "2", "attendees": 200 }, { "key": "3" }, { "key": "4" }] });
        let refused = self.propose(&four);
        assert_eq!(refused["errors"][0]["code"], "CALENDAR_MISSING", "{refused}");
        self.calendars();
        let season = self.propose(&four);
        let told: Vec<_> =
            stops(&season).iter().map(|one| (day(one).to_string(), names(one))).collect();
        let want = [
            ("2040-05-25", vec!["南山区"]),
            ("2040-07-19", vec!["福田区"]),
            ("2040-09-12", vec!["宝安区", "前海"]),
            ("2040-11-06", vec!["龙岗区"]),
        ];
        assert_eq!(told, want.map(|(day, names)| (day.to_owned(), names)));
        assert_eq!(stops(&season)[2]["hosts"][1]["zoneId"], self.zone, "a zone beside a district");
        assert_eq!(stops(&season)[1]["venue"]["name"], "福田会堂");
        assert_eq!(season["figures"]["difference"], 0);
        assert_eq!(season["figures"]["stopGapDays"], json!([55, 55, 55]));
        let made = adopt(&self.server, &self.office, &season, "adopt-2040");
        assert_eq!(made["events"][2]["title"], "宝安区—前海站", "{made}");
        assert_eq!(made["events"][2]["heldOn"], "2040-09-12");
    }

    /// Ten hosts and 25 stops in two years; those who hosted in 2040 host once less.
    fn two_years(&self) -> (Value, Value) {
        let demands: Vec<Value> = (1..=25).map(|n| json!({ "key": format!("s{n:02}") })).collect();
        let years = json!({ "fromOn": "2041-01-01", "untilOn": "2042-12-31", "hosts": self.hosts(9),
            "minDaysBetween": 14, "stops": demands });
        let season = self.propose(&years);
        assert_eq!(season["errors"], json!([]), "{season}");
        for stop in stops(&season) {
            assert!(works(day(stop)), "{stop}");
        }
        let counts = |part: &str| -> Vec<u64> {
            let hosts = season["figures"]["hosts"].as_array().unwrap();
            hosts.iter().map(|host| host[part].as_u64().unwrap()).collect()
        };
        assert_eq!(counts("past"), [1, 1, 1, 1, 0, 0, 0, 0, 0, 1]);
        assert_eq!(counts("planned"), [2, 2, 2, 2, 3, 3, 3, 3, 3, 2]);
        assert_eq!(season["figures"]["difference"], 0, "three each, with the past");
        let gaps = season["figures"]["stopGapDays"].as_array().unwrap();
        assert!(gaps.iter().all(|gap| [28, 29].contains(&gap.as_u64().unwrap())), "{gaps:?}");
        assert_eq!(self.propose(&years), season, "the same again");
        (years, season)
    }

    /// 11 May 2041 is a Saturday that works, 18 May one that does not; 2 May is a holiday.
    fn working_days(&self, years: &Value) {
        let one = |more: Value| {
            let mut input = years.clone();
            input["stops"] = json!([more]);
            self.propose(&input)
        };
        let free = one(json!({ "key": "x", "heldOn": "2041-05-11" }));
        assert_eq!(stops(&free)[0]["heldOn"], "2041-05-11");
        let only = one(json!({ "key": "x", "fromOn": "2041-05-11", "untilOn": "2041-05-11" }));
        let why = stops(&only)[0]["reasons"][1]["zh"].as_str().unwrap();
        assert!(why.starts_with("2041-05-11（调休上班·劳动节）空闲"), "{why}");
        for day in ["2041-05-02", "2041-05-18"] {
            let none = one(json!({ "key": "x", "heldOn": day }));
            assert_eq!(none["status"], "IMPOSSIBLE");
            let kinds: Vec<_> =
                none["conflict"].as_array().unwrap().iter().map(|item| &item["kind"]).collect();
            assert_eq!(kinds, ["SEASON", "CALENDAR", "DATE"]);
            assert_eq!(none["conflict"][2]["zh"], format!("x站固定在{day}；请放开"));
        }
    }

    /// An event takes the day of the tenth stop, the host of the 21st is named, the fourth is locked:
    /// nothing else moves.
    fn edited(&self, years: &Value, season: &Value) -> Value {
        let tenth = &stops(season)[9];
        let half =
            json!({ "halfDay": "MORNING", "startsAt": "09:00", "slotMinutes": 20, "slots": 6 });
        let card = json!({ "title": "高交会", "heldOn": tenth["heldOn"], "hosts": places(tenth),
            "tables": 2, "halfDays": [half] });
        let input = json!({ "card": card, "requestKey": "event-0001" });
        change(&self.server, &self.office, "eventCreate", input, "event { id }");
        let mut edit = years.clone();
        edit["previous"] = previous(season);
        edit["stops"][20]["hosts"] = json!([region("440311")]);
        edit["stops"][3]["heldOn"] = stops(season)[3]["heldOn"].clone();
        let edited = self.propose(&edit);
        let part = |stop: &Value, names: &[&str]| -> Vec<Value> {
            names.iter().map(|name| stop[*name].clone()).collect()
        };
        for (before, after) in stops(season).iter().zip(stops(&edited)) {
            let (kept, changed): (&[&str], _) = match after["key"].as_str().unwrap() {
                "s10" => (&["key", "hosts", "venue"], json!(["DATE"])),
                "s21" => (&["key", "heldOn", "venue"], json!(["HOSTS"])),
                _ => (&["key", "hosts", "heldOn", "venue"], json!([])),
            };
            assert_eq!(after["changed"], changed, "{after}");
            assert_eq!(part(after, kept), part(before, kept));
        }
        assert_eq!(stops(&edited)[9]["heldOn"], "2041-10-09", "a day later");
        assert_eq!(names(&stops(&edited)[20]), ["光明区"]);
        assert_eq!(edited["figures"]["changedParts"], 2);
        assert_eq!(edited["figures"]["difference"], 2, "the price of the host that was named");
        edited
    }

    /// All or nothing, and once.
    fn adopted(&self, season: &Value, edited: &Value) {
        let (server, office) = (&self.server, &self.office);
        assert_eq!(count(server, office), 5);
        let clash = adopt(server, office, season, "adopt-2041");
        assert_eq!(clash["errors"][0]["code"], "TAKEN", "the tenth day is taken");
        assert_eq!(clash["errors"][0]["field"], "stops[9].heldOn");
        assert_eq!(count(server, office), 5);
        let made = adopt(server, office, edited, "adopt-2042");
        let events = made["events"].as_array().unwrap();
        assert_eq!((events.len(), &events[9]["stage"]), (25, &json!("IDEA")));
        assert_eq!(adopt(server, office, edited, "adopt-2042"), made, "the same key");
        assert_eq!(count(server, office), 30);
    }
}

#[test]
fn j1_ten_hosts_take_turns_for_two_years_and_edits_keep_the_rest() {
    let city = City::new();
    city.four_stops();
    let (years, season) = city.two_years();
    city.working_days(&years);
    let edited = city.edited(&years, &season);
    city.adopted(&season, &edited);

    // A host of the season plans none of it.
    let qianhai = city.program.token("district_host", Some("前海"));
    let refused = propose(&city.server, &qianhai, &years);
    assert_eq!(refused["errors"][0]["code"], "NOT_FOUND");
    let refused = adopt(&city.server, &qianhai, &edited, "adopt-2043");
    assert_eq!(refused["errors"][0]["code"], "NOT_FOUND");
    assert_eq!(count(&city.server, &city.office), 30);
    city.server.terminate();
    assert_eq!(city.server.wait(), 0);
}
