//! The docking day of J5 over HTTP, on a clock that the test sets: ten guests seated and planned, eight
//! checked in by two scanners, two who do not come, the afternoon planned anew, two taps for what came of
//! each meeting, and what is counted and followed up.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]
#![expect(clippy::disallowed_methods, reason = "the test sets the server's clock from its own")]

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, TimeDelta, Timelike as _, Utc};
use lianmeng_testkit::clock::WallClock;
use lianmeng_testkit::{Program, Server};
use serde_json::{Value, json};

/// The payload of a mutation that takes `input`, which is not refused.
pub(crate) fn change(
    server: &Server,
    token: &str,
    field: &str,
    input: Value,
    shows: &str,
) -> Value {
    let ty = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let query = format!(
        "mutation M($input: {ty}!) {{ {field}(input: $input) {{ {shows} errors {{ code message }} }} }}"
    );
    let done = server.data(token, &query, json!({ "input": input }))[field].clone();
    assert_eq!(done["errors"], json!([]), "{field}: {done}");
    done
}

pub(crate) fn texts(list: &Value) -> Vec<String> {
    let text = |one: &Value| one["id"].as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(text).collect()
}

/// Names of participants, sorted.
fn names(list: &Value) -> Vec<String> {
    let name = |one: &Value| one["member"]["name"].as_str().unwrap().to_owned();
    let mut names: Vec<String> = list.as_array().unwrap().iter().map(name).collect();
    names.sort();
    names
}

/// A day on the test's clock.
struct Day {
    clock: WallClock,
    program: Program,
    server: Server,
    /// By how many hours the clock is wrong.
    hours: i64,
    firms: Vec<String>,
    event: String,
    version: i64,
    people: Vec<String>,
    meetings: Vec<String>,
}

impl Day {
    /// Ten firms at eight in the morning; none where the clock cannot be set.
    fn begin() -> Option<Self> {
        let clock = WallClock::new()?;
        let hours = i64::from((24 + 8 - local(0).hour()) % 24);
        clock.set(hours);
        let mut program = Program::default();
        clock.give(&mut program);
        let server = program.serve();
        let office = program.token("coordinator", None);
        let firm = |number: usize| {
            let input = json!({ "card": { "name": format!("{number:02}号单位") },
                "requestKey": format!("firm-{number:04}") });
            let made = change(&server, &office, "enterpriseRegister", input, "enterprise { id }");
            made["enterprise"]["id"].as_str().unwrap().to_owned()
        };
        let firms = (1..=10).map(firm).collect();
        let mut day = Self {
            clock,
            program,
            server,
            hours,
            firms,
            event: String::new(),
            version: 1,
            people: Vec::new(),
            meetings: Vec::new(),
        };
        day.create(&office);
        Some(day)
    }

    /// Two slots in the morning, three in the afternoon, three tables.
    fn create(&mut self, office: &str) {
        let half = |half: &str, at: &str, slots: u16| json!({ "halfDay": half, "startsAt": at, "slotMinutes": 30, "slots": slots });
        let card = json!({ "title": "央企国企深圳行", "heldOn": self.now().date_naive().to_string(),
            "tables": 3, "hosts": [{ "regionCode": "440305" }],
            "halfDays": [half("MORNING", "09:00", 2), half("AFTERNOON", "14:00", 3)] });
        let input = json!({ "card": card, "requestKey": "event-0001" });
        let made = change(&self.server, office, "eventCreate", input, "event { id }");
        made["event"]["id"].as_str().unwrap().clone_into(&mut self.event);
    }

    /// What the clock shows in China.
    fn now(&self) -> DateTime<FixedOffset> {
        local(self.hours)
    }

    /// The clock jumps to `hour` of the day; gives the coordinator's new token.
    fn at(&mut self, hour: u32) -> String {
        self.hours += i64::from(hour) - i64::from(self.now().hour());
        self.clock.set(self.hours);
        self.office()
    }

    fn office(&self) -> String {
        self.program.token("coordinator", None)
    }

    /// Staff of the firm with this number, from 1.
    fn firm(&self, number: usize) -> String {
        self.program.token("enterprise", Some(&self.firms[number - 1]))
    }

    /// A change of the event, which gets another version by it.
    fn event_change(&mut self, token: &str, field: &str, more: Value, shows: &str) -> Value {
        let mut input = more;
        input["eventId"] = json!(self.event);
        input["version"] = json!(self.version);
        input["requestKey"] = json!(format!("{field}-{:04}", self.version));
        let shows = format!("{shows} event {{ version }}");
        let done = change(&self.server, token, field, input, &shows);
        self.version = done["event"]["version"].as_i64().unwrap();
        done
    }

    /// What `shows` says of the event.
    fn see(&self, token: &str, shows: &str) -> Value {
        let query =
            format!("query($id: ID!) {{ node(id: $id) {{ ... on DockingEvent {{ {shows} }} }} }}");
        self.server.data(token, &query, json!({ "id": self.event }))["node"].clone()
    }

    /// Invites all ten, the first five as state-owned, who say yes and name a person each; gives the
    /// badges.
    fn guests(&self, office: &str) -> Vec<Value> {
        let kind = |at: usize| if at < 5 { "LOCAL_SOE" } else { "ENTERPRISE" };
        let guests: Vec<Value> = self
            .firms
            .iter()
            .enumerate()
            .map(|(at, id)| json!({ "memberId": id, "kind": kind(at) }))
            .collect();
        let input = json!({ "eventId": self.event, "guests": guests, "requestKey": "invite-01" });
        let made = change(&self.server, office, "guestsInvite", input, "guests { id }");
        let ids = texts(&made["guests"]);
        let until = (self.now() + TimeDelta::hours(1)).to_rfc3339();
        let input = json!({ "eventId": self.event, "guestIds": ids, "replyBy": until,
            "requestKey": "send-0001" });
        change(&self.server, office, "guestsSend", input, "guests { stage }");
        let mut badges = Vec::new();
        for (number, guest) in (1..).zip(&ids) {
            let token = self.firm(number);
            let input = json!({ "guestId": guest, "version": 2, "answer": "YES",
                "requestKey": "answer-01" });
            change(&self.server, &token, "guestAnswer", input, "guest { stage }");
            let input = json!({ "guestId": guest, "version": 3, "requestKey": "people-01",
                "people": [{ "name": format!("代表{number}"), "isHead": true }] });
            let named = change(
                &self.server,
                &token,
                "guestDelegation",
                input,
                "guest { people { badge } }",
            );
            badges.push(named["guest"]["people"][0]["badge"].clone());
        }
        badges
    }

    /// What came of a meeting, in two taps and perhaps a third for the stars.
    fn say(&self, token: &str, meeting: &str, what: Value) {
        let mut input = what;
        input["meetingId"] = json!(meeting);
        input["requestKey"] = json!(format!("said-{}", &meeting[meeting.len() - 12..]));
        change(&self.server, token, "meetingResultRecord", input, "results { isHeld }");
    }

    /// The calendar of the event as a firm gets it: status and sequence of each meeting.
    fn calendar(&self, number: usize) -> Vec<(String, u64)> {
        let path = format!("/events/{}/schedule.ics", self.event);
        let bearer = format!("Bearer {}", self.firm(number));
        let page = self.server.get(&path, &[("Authorization", &bearer)]);
        assert_eq!(page.status, 200, "{page:?}");
        let word = |block: &str, name: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().to_owned()
        };
        page.body
            .split("BEGIN:VEVENT")
            .skip(1)
            .map(|block| (word(block, "STATUS:"), word(block, "SEQUENCE:").parse().unwrap()))
            .collect()
    }
}

/// The time in China as a clock shows it that is wrong by so many hours.
pub(crate) fn local(hours: i64) -> DateTime<FixedOffset> {
    let china = FixedOffset::east_opt(8 * 3_600).unwrap();
    (Utc::now() + TimeDelta::hours(hours)).with_timezone(&china)
}

const SPOTS: &str = "meetings(first: 100) { nodes { id slot { number } participants { member { ... on Enterprise { name } } } } }";

/// Slot of each meeting, by its two sides.
fn spots(event: &Value) -> BTreeMap<Vec<String>, Option<u64>> {
    let nodes = event["meetings"]["nodes"].as_array().unwrap();
    nodes.iter().map(|one| (names(&one["participants"]), one["slot"]["number"].as_u64())).collect()
}

/// The names of two firms, as [`spots`] has them.
fn pair(a: usize, b: usize) -> Vec<String> {
    vec![format!("{a:02}号单位"), format!("{b:02}号单位")]
}

const MORNING: [(usize, usize); 6] = [(1, 2), (3, 4), (5, 6), (1, 3), (2, 4), (7, 9)];
const AFTERNOON: [(usize, usize); 6] = [(1, 4), (2, 3), (5, 7), (6, 8), (8, 9), (9, 10)];

const TOLD: &str =
    "calledOff { id } moved { id } affected { member { ... on Enterprise { name } } }
    filled { id participants { member { ... on Enterprise { name } } } }";

impl Day {
    /// Seats the guests, pairs them, plans and publishes.
    fn plan(&mut self, office: &str) {
        self.version = self.see(office, "version")["version"].as_i64().unwrap();
        let seated = self.event_change(office, "guestsSeat", json!({}), "participants { id }");
        self.people = texts(&seated["participants"]);
        assert_eq!(self.people.len(), 10);
        let side = |number: usize| json!(self.firms[number - 1]);
        let of = |half: &str, (a, b): (usize, usize)| json!({ "a": side(a), "b": side(b), "halfDay": half });
        let morning = MORNING.iter().map(|pair| of("MORNING", *pair));
        let afternoon = AFTERNOON.iter().map(|pair| of("AFTERNOON", *pair));
        let pairs: Vec<Value> = morning.chain(afternoon).collect();
        let input = json!({ "pairs": pairs });
        let added = self.event_change(office, "eventAddPairs", input, "meetings { id }");
        self.meetings = texts(&added["meetings"]);
        self.event_change(office, "eventPlan", json!({}), "conflict { text }");
        self.event_change(office, "eventPublish", json!({}), "");
        assert_eq!(spots(&self.see(office, SPOTS)).len(), 12);
    }

    /// Eight come; two scanners without a network meet the same person.
    fn doors(&mut self, office: &str, badges: &[Value]) {
        self.event_change(office, "eventAdvance", json!({ "stage": "LIVE" }), "");
        let input = json!({ "eventId": self.event, "name": "南门", "isEntrance": true,
            "requestKey": "gate-0001" });
        let shows = "event { checkInFigures { checkpoints { id } } }";
        let gate = change(&self.server, office, "checkpointAdd", input, shows);
        let gate = gate["event"]["checkInFigures"]["checkpoints"][0]["id"].clone();
        let scan = |device: u8, number: usize| {
            let at = (self.now() - TimeDelta::seconds(20 - i64::from(device))).to_rfc3339();
            json!({ "clientId": format!("s{device}-{number}"), "badge": badges[number - 1],
                "checkpointId": gate, "direction": "IN", "at": at })
        };
        let upload = |entries: Vec<Value>| {
            let input = json!({ "eventId": self.event, "entries": entries });
            let told = change(&self.server, office, "checkInsUpload", input, "answers { verdict }");
            let verdict = |one: &Value| one["verdict"].as_str().unwrap().to_owned();
            told["answers"].as_array().unwrap().iter().map(verdict).collect::<Vec<_>>()
        };
        let queue: Vec<Value> = (1..=5).map(|number| scan(1, number)).collect();
        assert_eq!(upload(queue.clone()), ["NEW"; 5]);
        let other = (5..=8).map(|number| scan(2, number)).collect();
        assert_eq!(upload(other), ["REPEAT", "NEW", "NEW", "NEW"]);
        assert_eq!(upload(queue), ["KNOWN"; 5], "a queue sent twice changes nothing");
        let figures = self.see(
            office,
            "version checkInFigures { repeats persons { expected arrived }
             absentGuests { member { ... on Enterprise { name } } } }",
        );
        let gone = |number: usize| json!({ "member": { "name": format!("{number:02}号单位") } });
        let want = json!({ "repeats": 1, "persons": { "expected": 10, "arrived": 8 },
            "absentGuests": [gone(9), gone(10)] });
        assert_eq!(figures["checkInFigures"], want);
        self.version = figures["version"].as_i64().unwrap();
    }

    /// Two are missing: what has begun stands, those who wait take what is free. Gives the meetings that
    /// were filled by their sides.
    fn replan(&mut self, office: &str) -> BTreeMap<Vec<String>, String> {
        let (before, calendar) = (spots(&self.see(office, SPOTS)), self.calendar(8));
        let sequence = calendar[0].1;
        assert_eq!(
            calendar,
            [("CONFIRMED".to_owned(), sequence), ("CONFIRMED".to_owned(), sequence)]
        );
        let id = |number: usize| json!(self.people[number - 1]);
        let standby = |a, b| json!({ "firstId": id(a), "secondId": id(b) });
        let more = json!({ "absent": [id(9), id(10)],
            "standby": [standby(4, 8), standby(1, 10), standby(3, 7), standby(1, 2)] });
        let told = self.event_change(office, "eventReplan", more, TOLD);
        assert_eq!(texts(&told["calledOff"]), self.meetings[10..]);
        assert_eq!(told["moved"], json!([]), "nobody moves who need not");
        let filled = told["filled"].as_array().unwrap().iter();
        let filled: BTreeMap<_, _> = filled
            .map(|one| (names(&one["participants"]), one["id"].as_str().unwrap().to_owned()))
            .collect();
        assert_eq!(filled.keys().cloned().collect::<Vec<_>>(), [pair(3, 7), pair(4, 8)]);
        let affected = [3, 4, 7, 8, 9, 10].map(|number| format!("{number:02}号单位"));
        assert_eq!(names(&told["affected"]), affected);
        let after = spots(&self.see(office, SPOTS));
        for (sides, slot) in &before {
            let is_off = [pair(8, 9), pair(9, 10)].contains(sides);
            assert_eq!(after[sides], if is_off { None } else { *slot }, "{sides:?}");
        }
        let mut calendar = self.calendar(8);
        calendar.sort();
        assert_eq!((calendar[0].0.as_str(), calendar.len()), ("CANCELLED", 3), "{calendar:?}");
        assert!(calendar[0].1 > sequence, "SEQUENCE rises: {calendar:?}");
        filled
    }

    /// Each says it in two taps, some give stars too; the organisers say who did not come.
    fn evening(&self, office: &str, filled: &BTreeMap<Vec<String>, String>) {
        let taps = |next: &str, intent: &str| json!({ "nextStep": next, "intent": intent });
        let stars = |next: &str, intent: &str, stars: u8| json!({ "nextStep": next, "intent": intent, "satisfaction": stars });
        let said = [
            (1, 0, stars("VISIT", "HOT", 5)),
            (2, 0, stars("VISIT", "WARM", 2)),
            (3, 1, taps("NOTHING", "COLD")),
            (5, 2, taps("NOTHING", "COLD")),
            (6, 2, stars("TERMS", "WARM", 4)),
            (1, 3, taps("NOTHING", "COLD")),
            (2, 4, taps("NOTHING", "COLD")),
            (1, 6, taps("NOTHING", "COLD")),
            (2, 7, taps("NOTHING", "COLD")),
            (7, 8, taps("SIGNING", "HOT")),
        ];
        for (number, meeting, what) in said {
            self.say(&self.firm(number), &self.meetings[meeting], what);
        }
        self.say(office, &self.meetings[5], json!({ "absent": [self.people[8]] }));
        for (sides, meeting) in filled {
            let number = if *sides == pair(4, 8) { 4 } else { 7 };
            self.say(&self.firm(number), meeting, taps("TRIAL", "WARM"));
        }
    }
}

#[test]
fn j5_a_day_from_the_first_badge_to_the_last_follow_up() {
    let Some(mut day) = Day::begin() else { return };
    let office = day.office();
    let badges = day.guests(&office);
    day.plan(&office);
    day.doors(&office, &badges);
    let office = day.at(10);
    let filled = day.replan(&office);
    let office = day.at(17);
    day.evening(&office, &filled);

    let office = day.at(18);
    day.version = day.see(&office, "version")["version"].as_i64().unwrap();
    day.event_change(&office, "eventAdvance", json!({ "stage": "CLOSED" }), "");
    let found = day.see(
        &office,
        "evaluation { booked bookedHeld calledOff added addedHeld noShow disputed unreported places
         emptyPlaces ratedByBoth satisfiedBoth wantedByBoth sides { kind sides rated stars satisfied } }",
    );
    let sides = json!([
        { "kind": "LOCAL_SOE", "sides": 16, "rated": 2, "stars": [0, 1, 0, 0, 1], "satisfied": 1 },
        { "kind": "ENTERPRISE", "sides": 4, "rated": 1, "stars": [0, 0, 0, 1, 0], "satisfied": 1 },
    ]);
    let want = json!({ "booked": 12, "bookedHeld": 8, "calledOff": 2, "added": 2, "addedHeld": 2,
        "noShow": 1, "disputed": 0, "unreported": 1, "places": 15, "emptyPlaces": 3,
        "ratedByBoth": 1, "satisfiedBoth": 0, "wantedByBoth": 1, "sides": sides });
    assert_eq!(found["evaluation"], want);
    // Five meetings of which more is to come, each asked after three times.
    let query = "query($id: ID!) { followUps(first: 100, filter: { eventId: $id }) { totalCount
        nodes { days stage } } }";
    let asked = day.server.data(&office, query, json!({ "id": day.event }))["followUps"].clone();
    assert_eq!(asked["totalCount"], 15, "{asked}");
    let after = |days: u64| {
        let nodes = asked["nodes"].as_array().unwrap();
        nodes.iter().filter(|one| one["days"] == days && one["stage"] == "OPEN").count()
    };
    assert_eq!([after(30), after(90), after(180)], [5, 5, 5]);
    day.server.terminate();
    assert_eq!(day.server.wait(), 0);
}

/// Six trades, each with words of its own.
const TRADES: [[&str; 4]; 6] = [
    ["印染", "面料", "助剂", "织机"],
    ["电池", "储能", "电解液", "隔膜"],
    ["船舶", "海工", "甲板", "推进器"],
    ["医药", "疫苗", "制剂", "原料药"],
    ["机床", "刀具", "主轴", "数控系统"],
    ["光伏", "硅片", "逆变器", "组件"],
];

/// Registers `cards` in documents of 20 and gives the ids.
pub(crate) fn registered(
    server: &Server,
    token: &str,
    (field, of): (&str, &str),
    cards: &[Value],
) -> Vec<String> {
    let ty = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let mut all = Vec::new();
    for (batch, cards) in cards.chunks(20).enumerate() {
        let (mut arguments, mut calls) = (String::new(), String::new());
        let mut variables = serde_json::Map::new();
        for (n, card) in cards.iter().enumerate() {
            arguments += &format!("$i{n}: {ty}!, ");
            calls +=
                &format!("m{n}: {field}(input: $i{n}) {{ {of} {{ id }} errors {{ message }} }} ");
            let key = format!("{field}-{batch:02}-{n:02}");
            variables.insert(format!("i{n}"), json!({ "card": card, "requestKey": key }));
        }
        let query = format!("mutation M({arguments}) {{ {calls} }}");
        let data = server.data(token, &query, Value::Object(variables));
        for n in 0..cards.len() {
            let done = &data[format!("m{n}")];
            assert_eq!(done["errors"], json!([]), "{done}");
            all.push(done[of]["id"].as_str().unwrap().to_owned());
        }
    }
    all
}

#[test]
fn j5_a_six_groups_of_central_enterprises_and_projects_leave_nobody_in_two_rooms() {
    let program = Program::default();
    let server = program.serve();
    let office = program.token("coordinator", None);
    let word = |n: usize, of: usize| TRADES[n % 6][(n / 6 + of) % 4];
    let firms: Vec<Value> = (0..65)
        .map(|n| json!({ "name": format!("中央{}{}{n:02}集团", word(n, 0), word(n, 1)), "ownership": "CENTRAL_SOE" }))
        .collect();
    let firms = registered(&server, &office, ("enterpriseRegister", "enterprise"), &firms);
    let projects: Vec<Value> = (0..151)
        .map(|n| json!({ "name": format!("{}{}基地{n:03}", word(n, 0), word(n, 2)), "domain": "D1" }))
        .collect();
    let projects = registered(&server, &office, ("projectRegister", "project"), &projects);

    // Fifteen cities and nine groups of the province present, each with one team.
    let participants: Vec<Value> = firms.iter().map(|id| json!({ "memberId": id })).collect();
    let items: Vec<Value> = (0..)
        .zip(&projects)
        .map(|(n, id)| json!({ "projectId": id, "delegation": format!("{:02}代表团", (n * 7 + n / 24) % 24) }))
        .collect();
    let input = json!({ "halfDays": 3, "rooms": [{ "name": "东厅" }, { "name": "西厅" }], "groups": 6,
        "participants": participants, "items": items, "minParticipants": 9, "maxParticipants": 13,
        "minItems": 20, "maxItems": 30 });
    let query = "query($input: SessionsProposeInput!) { sessionsPropose(input: $input) { status
        sessions { halfDay room delegations participants { ... on Enterprise { id } } projects { id } }
        figures { relevancePoints boundPoints greedyPoints listedPoints }
        conflict { en } errors { code field message } } }";
    let found = server.data(&office, query, json!({ "input": input }))["sessionsPropose"].clone();
    assert_eq!((&found["errors"], &found["conflict"]), (&json!([]), &json!([])), "{found}");
    let sessions = found["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 6);
    let (mut seen, mut presented, mut places) = (Vec::new(), Vec::new(), BTreeMap::new());
    for session in sessions {
        let (members, items) = (texts(&session["participants"]), texts(&session["projects"]));
        assert!((9..=13).contains(&members.len()), "{}", members.len());
        assert!((20..=30).contains(&items.len()), "{}", items.len());
        seen.extend(members);
        presented.extend(items);
        for name in session["delegations"].as_array().unwrap() {
            let at = (session["halfDay"].as_u64().unwrap(), name.as_str().unwrap().to_owned());
            *places.entry(at).or_insert(0) += 1;
        }
    }
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    assert_eq!(sorted(seen), sorted(firms), "everybody once");
    assert_eq!(sorted(presented), sorted(projects), "every project once");
    assert!(places.values().all(|rooms| *rooms == 1), "nobody in two rooms: {places:?}");
    let figure = |name: &str| found["figures"][name].as_u64();
    let ours = figure("relevancePoints").unwrap();
    assert!(ours <= figure("boundPoints").unwrap());
    // Where the hands keep the limits: a twentieth more than the greedy one, three times lists cut in
    // pieces.
    for (hand, percent) in [("greedyPoints", 105), ("listedPoints", 300)] {
        let is_beaten = |points: u64| ours * 100 >= points * percent;
        assert!(figure(hand).is_none_or(is_beaten), "{}", found["figures"]);
    }
    println!("{}", found["figures"]);
    server.terminate();
    assert_eq!(server.wait(), 0);
}
