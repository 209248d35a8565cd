use chrono::TimeZone as _;
use proptest::prelude::*;

use super::figures::{Attendance, Presence, Traffic, figures};
use super::*;
use crate::guest::person::{PersonCard, qr_text};
use crate::guest::{Guest, GuestKind, Invitee};
use crate::ids::GuestId;

/// Minutes after nine in the morning of the day, in China.
fn at(minute: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 10, 1, 0, 0).unwrap() + TimeDelta::minutes(minute)
}

fn event() -> DockingEventId {
    DockingEventId::from(1)
}

fn person(number: u128, guest: u128) -> GuestPerson {
    GuestPerson {
        id: GuestPersonId::from(number),
        guest: GuestId::from(guest),
        event: event(),
        card: PersonCard::default(),
        is_escort: false,
        badge: format!("BADGE{number}"),
        left_at: None,
        successor: None,
    }
}

fn checkpoints() -> Vec<Checkpoint> {
    let one = |number: u128, name: &str, is_entrance| Checkpoint {
        id: CheckpointId::from(number),
        event: event(),
        name: name.to_owned(),
        is_entrance,
    };
    vec![one(1, "南门", true), one(2, "北门", true), one(3, "主会场", false)]
}

fn holders() -> BTreeMap<String, Holder> {
    let held = |person: GuestPerson, stage| (person.badge.clone(), Holder { person, stage });
    let replaced = GuestPerson { left_at: Some(at(30)), ..person(4, 1) };
    let elsewhere = GuestPerson { event: DockingEventId::from(2), ..person(5, 9) };
    let mut all: BTreeMap<_, _> =
        (1..=3).map(|number| held(person(number, 1), GuestStage::Yes)).collect();
    all.extend([
        held(replaced, GuestStage::Yes),
        held(elsewhere, GuestStage::Yes),
        held(person(6, 2), GuestStage::Waiting),
    ]);
    all
}

fn with_gate<T>(now: DateTime<Utc>, run: impl FnOnce(&Gate<'_>) -> T) -> T {
    let (checkpoints, holders) = (checkpoints(), holders());
    let held_on = NaiveDate::from_ymd_opt(2026, 3, 10).unwrap();
    let gate = Gate { event: event(), held_on, checkpoints: &checkpoints, holders: &holders, now };
    run(&gate)
}

fn scan(
    client_id: &str,
    person: u128,
    checkpoint: u128,
    direction: Direction,
    minute: i64,
) -> Scan {
    Scan {
        client_id: client_id.to_owned(),
        badge: qr_text(&format!("BADGE{person}")),
        checkpoint: CheckpointId::from(checkpoint),
        direction,
        at: at(minute),
        device: "扫码枪1".to_owned(),
    }
}

use Direction::{In, Out};

#[test]
fn each_scan_gets_its_own_answer() {
    let long = "x".repeat(MAX_ID + 1);
    let scans = [
        (scan("a", 1, 1, In, 0), Verdict::New),
        (scan("a", 1, 1, In, 0), Verdict::Known),
        (scan("a", 1, 1, In, 1), Verdict::Refused(Refusal::ClientIdReused)),
        (scan("a", 2, 1, In, 0), Verdict::Refused(Refusal::ClientIdReused)),
        (scan("b", 1, 1, In, 5), Verdict::Repeat),
        (scan("c", 1, 2, In, 5), Verdict::New),
        (scan("d", 4, 1, In, 29), Verdict::New),
        (scan("e", 4, 1, In, 30), Verdict::Refused(Refusal::BadgeReplaced)),
        (scan("e", 4, 1, Out, 30), Verdict::New),
        (scan("f", 5, 1, In, 0), Verdict::Refused(Refusal::WrongEvent)),
        (scan("g", 6, 1, In, 0), Verdict::Refused(Refusal::NotComing)),
        (scan("h", 7, 1, In, 0), Verdict::Refused(Refusal::UnknownBadge)),
        (scan("i", 1, 4, In, 0), Verdict::Refused(Refusal::UnknownCheckpoint)),
        (scan("j", 2, 1, In, 70), Verdict::New),
        (scan("k", 2, 1, Out, 71), Verdict::Refused(Refusal::InFuture)),
        (scan("l", 2, 1, In, -9 * 60 - 1), Verdict::Refused(Refusal::OtherDay)),
        (scan("m", 2, 1, In, -9 * 60), Verdict::New),
        (scan("", 2, 1, In, 0), Verdict::Refused(Refusal::ClientId)),
        (scan(&long, 2, 1, In, 0), Verdict::Refused(Refusal::ClientId)),
    ];
    let mut ledger = Ledger::new();
    let (given, want): (Vec<Scan>, Vec<Verdict>) = scans.into_iter().unzip();
    let got = with_gate(at(60), |gate| take(&mut ledger, gate, &given));
    assert_eq!(got, want);
    assert_eq!(ledger.keys().collect::<Vec<_>>(), ["a", "b", "c", "d", "e", "j", "m"]);
    let again = with_gate(at(60), |gate| take(&mut ledger, gate, &given[..1]));
    assert_eq!(again, [Verdict::Known]);
}

#[test]
fn a_presence_is_counted_once_within_five_minutes_unless_one_went_out_between() {
    let listed = |scans: &[Scan]| {
        let mut ledger = Ledger::new();
        with_gate(at(60), |gate| take(&mut ledger, gate, scans));
        repeats(ledger.values()).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    // The window begins with the scan that counts: c lies nine minutes after a.
    let row = [scan("a", 1, 1, In, 0), scan("b", 1, 1, In, 5), scan("c", 1, 1, In, 9)];
    assert_eq!(listed(&row), ["b"]);
    let out = [scan("a", 1, 1, In, 0), scan("b", 1, 1, Out, 1), scan("c", 1, 1, In, 2)];
    assert_eq!(listed(&out), [""; 0]);
    // The later of two is the repeat, whichever came in first.
    assert_eq!(listed(&[scan("late", 1, 1, In, 3), scan("early", 1, 1, In, 0)]), ["late"]);
    assert_eq!(listed(&[scan("b", 1, 1, In, 3), scan("a", 1, 1, In, 3)]), ["b"], "ties by id");
    assert_eq!(listed(&[scan("a", 1, 1, In, 0), scan("b", 2, 1, In, 0)]), [""; 0]);
}

fn guest(number: u128, kind: GuestKind, stage: GuestStage) -> Guest {
    Guest {
        id: GuestId::from(number),
        event: event(),
        who: Invitee::Outside("某报社".to_owned()),
        kind,
        stage,
        why: None,
        note: String::new(),
        is_proxy: false,
        sent_at: None,
        reply_by: None,
        answered_at: None,
        queued_at: None,
        named: 0,
        escorts: 0,
        plates: Vec::new(),
        diet: String::new(),
        version: 1,
    }
}

#[test]
fn figures_say_who_is_there_who_left_and_who_is_missing() {
    let guests = [
        guest(1, GuestKind::Bank, GuestStage::Yes),
        guest(2, GuestKind::Media, GuestStage::Yes),
        guest(3, GuestKind::Media, GuestStage::No),
    ];
    let people = [
        person(1, 1),
        person(2, 1),
        GuestPerson { is_escort: true, ..person(3, 1) },
        GuestPerson { left_at: Some(at(30)), ..person(4, 1) },
        person(7, 2),
        person(8, 3),
    ];
    let mut ledger = Ledger::new();
    let scans = [
        // 1 enters by one gate and the hall, and leaves by the other gate.
        scan("1a", 1, 1, In, 0),
        scan("1b", 1, 3, In, 2),
        scan("1c", 1, 2, Out, 50),
        // 2 enters twice on two devices, and goes out of the hall, not of the house.
        scan("2a", 2, 1, In, 0),
        scan("2b", 2, 1, In, 1),
        scan("2c", 2, 3, In, 5),
        scan("2d", 2, 3, Out, 40),
        scan("3a", 3, 1, In, 0),
        scan("4a", 4, 1, In, 1),
    ];
    with_gate(at(60), |gate| take(&mut ledger, gate, &scans));
    let records: Vec<CheckIn> = ledger.into_values().collect();
    let got = figures((&guests, &people), &checkpoints(), &records);
    let bank = Attendance {
        // 4 came and was replaced: seen, not expected.
        persons: Presence { expected: 2, arrived: 3, present: 2, left: 1, absent: 0 },
        escorts: Presence { expected: 1, arrived: 1, present: 1, left: 0, absent: 0 },
    };
    let missing = Presence { expected: 1, absent: 1, ..Presence::default() };
    let media = Attendance { persons: missing, escorts: Presence::default() };
    assert_eq!(got.kinds, [(GuestKind::Bank, bank), (GuestKind::Media, media)]);
    let all = Presence { expected: 3, arrived: 3, present: 2, left: 1, absent: 1 };
    assert_eq!(got.total, Attendance { persons: all, ..bank });
    let at_point = |number: u128, entries, exits, inside| Traffic {
        checkpoint: CheckpointId::from(number),
        entries,
        exits,
        inside,
    };
    assert_eq!(got.checkpoints, [at_point(1, 4, 0, 3), at_point(2, 0, 1, 0), at_point(3, 2, 1, 0)]);
    assert_eq!((got.repeats, got.absent), (1, vec![GuestId::from(2)]));
}

#[test]
fn checkpoints_have_names_of_their_own() {
    let standing = checkpoints();
    assert_eq!(check_name(" 东门 ", &standing), Ok("东门".to_owned()));
    assert_eq!(check_name("南门", &standing), Err(CheckInError::NameTaken));
    assert_eq!(check_name(" ", &standing), Err(CheckInError::Name { length: 0 }));
    let long = "门".repeat(MAX_NAME + 1);
    assert_eq!(check_name(&long, &standing), Err(CheckInError::Name { length: 51 }));
    let full = vec![standing[0].clone(); MAX_CHECKPOINTS];
    assert_eq!(check_name("东门", &full), Err(CheckInError::Checkpoints));
}

/// Scans of few badges, some of them wrong, at few places and times, so that they meet often.
fn scans() -> impl Strategy<Value = Vec<Scan>> {
    let one = (1_u128..=7, 1_u128..=4, any::<bool>(), -3_i64..75);
    prop::collection::vec(one, 1..40).prop_map(|all| {
        let way = |is_in| if is_in { In } else { Out };
        let numbered = all.into_iter().enumerate();
        numbered
            .map(|(n, (person, place, is_in, minute))| {
                scan(&format!("c{n}"), person, place, way(is_in), minute)
            })
            .collect()
    })
}

/// What is told of a ledger.
fn told(ledger: &Ledger) -> (Vec<String>, figures::CheckInFigures) {
    let guests =
        [guest(1, GuestKind::Bank, GuestStage::Yes), guest(2, GuestKind::Media, GuestStage::Yes)];
    let people: Vec<GuestPerson> = holders().into_values().map(|holder| holder.person).collect();
    let records: Vec<CheckIn> = ledger.values().cloned().collect();
    let again = repeats(ledger.values()).into_iter().map(str::to_owned).collect();
    (again, figures((&guests, &people), &checkpoints(), &records))
}

proptest! {
    #[test]
    fn any_order_any_split_and_any_repetition_give_the_same_state(
        scans in scans(),
        order in any::<prop::sample::Index>(),
        seed in any::<u64>(),
        cuts in prop::collection::vec(1_usize..9, 1..40),
    ) {
        let mut whole = Ledger::new();
        let first = with_gate(at(60), |gate| take(&mut whole, gate, &scans));
        // Shuffled, cut, and some of it sent twice.
        let mut mixed = scans.clone();
        mixed.rotate_left(order.index(scans.len()));
        let mut state = seed;
        for at in (1..mixed.len()).rev() {
            let draw = crate::ids::splitmix(&mut state) % (u64::try_from(at).unwrap() + 1);
            mixed.swap(at, usize::try_from(draw).unwrap());
        }
        let (mut parts, mut rest) = (Ledger::new(), mixed.as_slice());
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (part, more) = rest.split_at((*cut).min(rest.len()));
            with_gate(at(60), |gate| take(&mut parts, gate, part));
            let again = with_gate(at(60), |gate| take(&mut parts, gate, part));
            prop_assert!(again.iter().all(|one| !matches!(one, Verdict::New | Verdict::Repeat)));
            rest = more;
        }
        prop_assert_eq!(&whole, &parts);
        prop_assert_eq!(told(&whole), told(&parts));
        let fresh = first.iter().filter(|one| matches!(one, Verdict::New | Verdict::Repeat));
        prop_assert_eq!(fresh.count(), whole.len());
    }
}
