use chrono::{TimeDelta, TimeZone as _};

use super::book::{
    BookError, GuestBook, Quota, Taken, Tally, check, check_growth, check_heads, place, promotions,
};
use super::person::{
    BADGE_LENGTH, Delegation, GuestPerson, PersonCard, PersonError, SeenPerson, badge, qr_text,
    scanned,
};
use super::*;
use crate::ids::{ChainCommitteeId, EnterpriseId, GuestPersonId, OrganisationId};

fn at(minute: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 1, 0, 0).unwrap() + TimeDelta::minutes(minute)
}

fn day() -> (NaiveDate, DateTime<Utc>) {
    (NaiveDate::from_ymd_opt(2026, 3, 10).unwrap(), at(60 * 24 * 8))
}

fn guest(number: u128, stage: GuestStage) -> Guest {
    Guest {
        id: GuestId::from(number),
        event: DockingEventId::from(1),
        who: Invitee::Member(Member::Enterprise(EnterpriseId::from(number))),
        kind: GuestKind::Enterprise,
        stage,
        why: None,
        note: String::new(),
        is_proxy: false,
        sent_at: Some(at(0)),
        reply_by: Some(at(100)),
        answered_at: None,
        queued_at: (stage == Waiting).then(|| at(i64::try_from(number).unwrap())),
        named: 0,
        escorts: 0,
        plates: Vec::new(),
        diet: String::new(),
        version: 1,
    }
}

const OWN: Answering<'_> = Answering { is_proxy: false, note: "" };

/// What becomes of a guest in `stage` by `step`; none if it is refused.
fn done(stage: GuestStage, step: GuestStep) -> Option<GuestStage> {
    let one = guest(1, stage);
    let now = at(10);
    let told = |reply, room| answer(&one, reply, OWN, room, now);
    let moved = match step {
        GuestStep::Send => send(&one, at(200), day(), now),
        GuestStep::Accept => told(Reply::Yes, Ok(())),
        GuestStep::Queue => told(Reply::Yes, Err(GuestWhy::KindFull)),
        GuestStep::Promote => promote(&one, GuestWhy::PlaceFreed, ""),
        GuestStep::Decline => told(Reply::No, Ok(())),
        GuestStep::Hedge => told(Reply::Tentative, Ok(())),
        GuestStep::Lapse => return lapse(&one, at(100)).map(|guest| guest.stage),
        GuestStep::Withdraw => withdraw(&one, "改期"),
    };
    match moved {
        Ok(guest) => Some(guest.stage),
        Err(GuestError::Stage(wrong)) => {
            assert!(!wrong.allowed.contains(&step.word().to_owned()), "{wrong}");
            None
        }
        Err(error) => panic!("{stage} {step}: {error}"),
    }
}

#[test]
fn every_stage_takes_the_steps_of_this_table_and_refuses_all_others() {
    // Written down by thinking, not from TRANSITIONS; in the order of GuestStep::ALL.
    let table: [(GuestStage, [Option<GuestStage>; 8]); 8] = [
        //          send        accept     queue          promote    decline   hedge            lapse         withdraw
        (Draft, [Some(Sent), None, None, None, None, None, None, Some(Withdrawn)]),
        (
            Sent,
            [
                None,
                Some(Yes),
                Some(Waiting),
                None,
                Some(No),
                Some(Tentative),
                Some(Lapsed),
                Some(Withdrawn),
            ],
        ),
        (Yes, [None, None, None, None, Some(No), Some(Tentative), None, Some(Withdrawn)]),
        (
            No,
            [
                Some(Sent),
                Some(Yes),
                Some(Waiting),
                None,
                None,
                Some(Tentative),
                None,
                Some(Withdrawn),
            ],
        ),
        (
            Tentative,
            [None, Some(Yes), Some(Waiting), None, Some(No), None, Some(Lapsed), Some(Withdrawn)],
        ),
        (Waiting, [None, None, None, Some(Yes), Some(No), Some(Tentative), None, Some(Withdrawn)]),
        (Withdrawn, [Some(Sent), None, None, None, None, None, None, None]),
        (Lapsed, [Some(Sent), None, None, None, None, None, None, Some(Withdrawn)]),
    ];
    assert_eq!(table.map(|(stage, _)| stage), *GuestStage::ALL);
    for (stage, ends) in table {
        for (step, end) in GuestStep::ALL.iter().zip(ends) {
            assert_eq!(done(stage, *step), end, "{stage} {step}");
        }
    }
}

#[test]
fn after_the_time_to_answer_one_may_only_decline_and_what_lapsed_is_sent_again() {
    let late = |stage, reply, is_proxy| {
        let how = Answering { is_proxy, note: "电话告知" };
        answer(&guest(1, stage), reply, how, Ok(()), at(100)).map(|guest| guest.stage)
    };
    let too_late = || Err(GuestError::TooLate { reply_by: at(100) });
    for (name, got, want) in [
        ("unanswered, own", late(Sent, Reply::Yes, false), too_late()),
        ("unanswered, proxy", late(Sent, Reply::Yes, true), too_late()),
        ("unanswered, no", late(Sent, Reply::No, false), too_late()),
        ("declined, own", late(No, Reply::Yes, false), too_late()),
        ("declined, proxy", late(No, Reply::Yes, true), Ok(Yes)),
        ("comes, does not", late(Yes, Reply::No, false), Ok(No)),
        ("comes, does not know", late(Yes, Reply::Tentative, true), too_late()),
        ("waits, does not", late(Waiting, Reply::No, false), Ok(No)),
    ] {
        assert_eq!(got, want, "{name}");
    }
    assert_eq!(super::at(guest(1, Sent), at(99)).stage, Sent);
    let lapsed = super::at(guest(1, Sent), at(100));
    assert_eq!((lapsed.stage, lapsed.why), (Lapsed, Some(GuestWhy::NotAnswered)));
    let again = send(&lapsed, at(300), day(), at(200)).unwrap();
    assert_eq!((again.stage, again.reply_by, again.why), (Sent, Some(at(300)), None));
}

#[test]
fn the_time_to_answer_lies_ahead_and_not_after_the_day() {
    let (held_on, end) = day();
    let refused = Err(GuestError::ReplyBy { now: at(5), held_on });
    let minute = TimeDelta::minutes(1);
    for (reply_by, want) in
        [(at(5), refused.clone()), (at(6), Ok(Sent)), (end, Ok(Sent)), (end + minute, refused)]
    {
        let got = send(&guest(1, Draft), reply_by, day(), at(5)).map(|guest| guest.stage);
        assert_eq!(got, want, "{reply_by}");
    }
}

#[test]
fn a_proxy_and_a_choice_of_the_organisers_need_words() {
    let proxy = |note| {
        let how = Answering { is_proxy: true, note };
        answer(&guest(1, Sent), Reply::Yes, how, Ok(()), at(1))
    };
    assert_eq!(proxy(" ").unwrap_err(), GuestError::NoteMissing);
    let kept = proxy(" 王主任电话 ").unwrap();
    assert_eq!((kept.is_proxy, kept.note.as_str()), (true, "王主任电话"));
    let long = "长".repeat(MAX_NOTE + 1);
    assert_eq!(proxy(&long).unwrap_err(), GuestError::NoteLength { length: 501 });
    let waits = guest(1, Waiting);
    assert_eq!(promote(&waits, GuestWhy::ByHand, "").unwrap_err(), GuestError::NoteMissing);
    let chosen = promote(&waits, GuestWhy::ByHand, "重点企业").unwrap();
    assert_eq!((chosen.stage, chosen.why, chosen.queued_at), (Yes, Some(GuestWhy::ByHand), None));
    assert_eq!(withdraw(&waits, "").unwrap_err(), GuestError::NoteMissing);
}

const fn quota(kind: GuestKind, min: u16, max: Option<u16>) -> Quota {
    Quota { kind, min, max }
}

#[test]
fn a_place_is_there_up_to_the_quota_and_the_house_without_what_is_kept_for_others() {
    let quotas = [quota(GuestKind::Enterprise, 0, Some(2)), quota(GuestKind::Bank, 2, None)];
    let bank = |number, stage| Guest { kind: GuestKind::Bank, ..guest(number, stage) };
    let media = |number| Guest { kind: GuestKind::Media, ..guest(number, Sent) };
    let two = [guest(1, Yes), guest(2, Yes), guest(3, No), guest(4, Waiting)];
    let room =
        |guests: &[Guest], capacity, one: &Guest| Taken::by(guests).room(&quotas, capacity, one);
    assert_eq!(room(&two[..1], None, &guest(9, Sent)), Ok(()));
    assert_eq!(room(&two, None, &guest(9, Sent)), Err(GuestWhy::KindFull));
    assert_eq!(room(&two, None, &media(9)), Ok(()));
    // Two heads come, two places are kept for banks.
    assert_eq!(room(&two, Some(4), &media(9)), Err(GuestWhy::HouseFull));
    assert_eq!(room(&two, Some(5), &media(9)), Ok(()));
    assert_eq!(room(&two, Some(4), &bank(9, Sent)), Ok(()), "those kept are for banks");
    let crowd = Guest { named: 3, escorts: 2, ..bank(9, Sent) };
    assert_eq!(crowd.heads(), 5);
    assert_eq!(room(&two, Some(6), &crowd), Err(GuestWhy::HouseFull));
    assert_eq!(room(&two, Some(7), &crowd), Ok(()), "nothing is kept from banks for banks");
    assert_eq!(check_heads(Some(1), &two), Err(GuestError::HouseFull { heads: 2, capacity: 1 }));
    assert_eq!(check_heads(Some(2), &two), Ok(()));
    // A delegation that grows leaves the places that are kept for others, and not those for its own.
    let growth = |capacity, kind| check_growth(&quotas, Some(capacity), &two, kind);
    let full = GuestError::HouseFull { heads: 4, capacity: 3 };
    assert_eq!(growth(3, media(9).kind), Err(full));
    assert_eq!(growth(4, media(9).kind), Ok(()));
    assert_eq!(growth(2, GuestKind::Bank), Ok(()));
}

#[test]
fn whoever_waits_longest_comes_first_and_nobody_overtakes_their_own_kind() {
    let quotas = [quota(GuestKind::Enterprise, 0, Some(2))];
    let big = Guest { named: 4, ..guest(5, Waiting) };
    let bank = Guest { kind: GuestKind::Bank, ..guest(7, Waiting) };
    let early = Guest { queued_at: Some(at(0)), ..guest(8, Waiting) };
    let ids = |guests: &[Guest], capacity| -> Vec<u128> {
        let promoted = promotions(&quotas, capacity, guests, GuestWhy::PlaceFreed);
        assert!(promoted.iter().all(|one| one.why == Some(GuestWhy::PlaceFreed)));
        promoted.iter().map(|guest| guest.id.number()).collect()
    };
    let guests = [guest(1, Yes), guest(4, Waiting), big.clone(), guest(6, Waiting), bank, early];
    assert_eq!(ids(&guests, None), [8, 7], "8 waits longest, 4 is beyond the quota, 7 a bank");
    assert_eq!(ids(&guests, Some(2)), [8], "one more head");
    assert_eq!(ids(&guests[1..], None), [8, 4, 7]);
    // 5 sends four and has no room; 6 would have, but is of the same kind.
    let stuck = [guest(1, Yes), big, guest(6, Waiting)];
    assert_eq!(ids(&stuck, Some(3)), Vec::<u128>::new());
    assert_eq!(ids(&stuck, Some(5)), [5]);
    // Whoever accepts now waits behind its own kind, even where there would be room for it.
    let late = guest(9, Sent);
    assert_eq!(place(&quotas, Some(3), &stuck, &late), Err(GuestWhy::HouseFull));
    assert_eq!(place(&quotas, Some(3), &stuck[..1], &late), Ok(()));
    let other = Guest { kind: GuestKind::Bank, ..late };
    assert_eq!(place(&quotas, Some(3), &stuck, &other), Ok(()));
}

#[test]
fn quotas_name_each_kind_once_and_fit_into_the_house() {
    let bank = |min, max| quota(GuestKind::Bank, min, max);
    let media = quota(GuestKind::Media, 3, None);
    let kind = GuestKind::Bank;
    for (quotas, capacity, want) in [
        (vec![media, bank(1, Some(1))], Some(4), Ok(vec![bank(1, Some(1)), media])),
        (vec![bank(1, Some(0))], None, Err(BookError::MinOverMax { kind, min: 1, max: 0 })),
        (vec![bank(1, None), bank(0, None)], None, Err(BookError::KindTwice { kind })),
        (
            vec![media, bank(2, None)],
            Some(4),
            Err(BookError::MinsOverCapacity { sum: 5, capacity: 4 }),
        ),
        (Vec::new(), Some(0), Err(BookError::Capacity { capacity: 0 })),
    ] {
        assert_eq!(check(&quotas, capacity), want);
    }
    let book =
        GuestBook { event: DockingEventId::from(1), capacity: None, quotas: vec![], version: 1 };
    assert_eq!(check(&book.quotas, book.capacity), Ok(Vec::new()));
}

#[test]
fn figures_add_up() {
    let with_driver = Guest { named: 2, escorts: 1, ..guest(1, Yes) };
    let mut guests: Vec<Guest> =
        (2..).zip(GuestStage::ALL).map(|(n, stage)| guest(n, *stage)).collect();
    guests.push(with_driver);
    let tally = Tally::of(guests.iter());
    let want =
        Tally { invited: 7, yes: 2, no: 1, tentative: 1, waiting: 1, lapsed: 1, open: 1, heads: 4 };
    assert_eq!(tally, want);
}

fn person(number: u128) -> GuestPerson {
    GuestPerson {
        id: GuestPersonId::from(number),
        guest: GuestId::from(1),
        event: DockingEventId::from(1),
        card: card("李明华", true),
        is_escort: false,
        badge: "ABCD".to_owned(),
        left_at: None,
        successor: None,
    }
}

fn card(name: &str, is_head: bool) -> PersonCard {
    PersonCard {
        name: name.to_owned(),
        title: "经理".to_owned(),
        phone: "13812345678".to_owned(),
        is_head,
    }
}

#[test]
fn a_delegation_has_one_head_known_people_and_bounds() {
    let one =
        |id: Option<u128>, name: &str, is_head| (id.map(GuestPersonId::from), card(name, is_head));
    let people = |people| Delegation { people, ..Delegation::default() };
    let gone = GuestPerson { left_at: Some(at(0)), ..person(3) };
    let driver = GuestPerson { is_escort: true, ..person(4) };
    let standing = [person(2), gone, driver];
    let phone = PersonCard { phone: "a@b.cn".to_owned(), ..card("王芳", true) };
    for (written, want) in [
        (people(vec![]), Ok(())),
        (people(vec![one(Some(2), " 李明 ", true), one(None, "王芳", false)]), Ok(())),
        (people(vec![one(None, "王芳", false)]), Err(PersonError::Heads { count: 0 })),
        (
            people(vec![one(None, "王", true), one(None, "李", true)]),
            Err(PersonError::Heads { count: 2 }),
        ),
        (people(vec![one(Some(3), "王", true)]), Err(PersonError::Unknown { number: 1 })),
        (people(vec![one(Some(4), "王", true)]), Err(PersonError::Unknown { number: 1 })),
        (
            people(vec![one(Some(2), "王", true), one(Some(2), "李", false)]),
            Err(PersonError::Twice { number: 2 }),
        ),
        (people(vec![one(None, " ", true)]), Err(PersonError::Name { number: 1, length: 0 })),
        (people(vec![(None, phone)]), Err(PersonError::Phone { number: 1 })),
        (people(vec![one(None, "王", false); 21]), Err(PersonError::TooMany { count: 21 })),
        (
            Delegation { escorts: 21, ..Delegation::default() },
            Err(PersonError::Escorts { count: 21 }),
        ),
        (
            Delegation { plates: vec![String::new()], ..Delegation::default() },
            Err(PersonError::Plates),
        ),
        (
            Delegation { diet: "素".repeat(201), ..Delegation::default() },
            Err(PersonError::Diet { length: 201 }),
        ),
    ] {
        assert_eq!(person::check(&written, &standing).map(|_| ()), want, "{written:?}");
    }
    let written = Delegation { plates: vec![" 粤b12345 ".to_owned()], ..Delegation::default() };
    assert_eq!(person::check(&written, &[]).unwrap().plates, ["粤B12345"]);
    let sent = people(vec![one(None, "王芳", true), one(None, "李明", false)]);
    let coming = delegate(&guest(1, Yes), &Delegation { escorts: 1, ..sent.clone() }).unwrap();
    assert_eq!((coming.named, coming.heads()), (2, 3));
    for stage in [Draft, Sent, No, Tentative, Waiting, Withdrawn, Lapsed] {
        let refused = delegate(&guest(1, stage), &sent);
        assert_eq!(refused, Err(GuestError::NotComing { stage }));
    }
}

#[test]
fn badges_have_sixteen_signs_and_survive_scanners() {
    let bytes: Vec<u8> = (0..=255).collect();
    let one = badge(&bytes).unwrap();
    assert_eq!(one, "23456789ABCDEFGH");
    assert_eq!(one.len(), BADGE_LENGTH);
    assert_eq!(badge(&[250; 64]), None, "signs would not be equally likely");
    assert_eq!(badge(&bytes[..15]), None);
    for text in [&qr_text(&one), &one, &one.to_lowercase(), " 2345-6789 ABCD-EFGH "] {
        assert_eq!(scanned(text), one, "{text}");
    }
}

#[test]
fn a_mask_hides_name_phone_and_badge() {
    let seen = SeenPerson::new(person(1), false);
    let card = &seen.person.card;
    assert_eq!((card.name.as_str(), card.phone.as_str()), ("李**", "138****5678"));
    assert_eq!((seen.person.badge.as_str(), seen.is_masked), ("", true));
    assert_eq!(SeenPerson::new(person(1), true).person, person(1));
}

#[test]
fn staff_answers_for_its_own_and_organisers_for_all() {
    let event = DockingEvent {
        id: DockingEventId::from(1),
        title: "对接会".to_owned(),
        hosts: Vec::new(),
        committee: Some(ChainCommitteeId::from(5)),
        venue: None,
        held_on: day().0,
        stage: EventStage::Inviting,
        fairness: 2,
        breaks: None,
        published: None,
        is_example: true,
        version: 1,
    };
    let firm = |n| Some(Body::Enterprise(EnterpriseId::from(n)));
    let unit = Some(Body::Organisation(OrganisationId::from(1)));
    let committee = |n| Some(Body::Committee(ChainCommitteeId::from(n)));
    let (own, all) = (Some(Dealing::Own), Some(Dealing::Organiser));
    for (role, body, want) in [
        (Role::Enterprise, firm(1), own),
        (Role::Enterprise, firm(2), None),
        (Role::RotatingChair, firm(1), None),
        (Role::ServiceLiaison, firm(1), None),
        (Role::GroupHeadquarters, firm(1), None),
        (Role::DepartmentHandler, unit, None),
        (Role::CommitteeSecretary, committee(5), all),
        (Role::CommitteeSecretary, committee(6), None),
        (Role::Coordinator, None, all),
        (Role::Auditor, None, None),
        (Role::SystemAdmin, None, None),
        (Role::Public, None, None),
    ] {
        let actor = Actor { subject: "t".to_owned(), role, body };
        assert_eq!(dealing(&actor, &guest(1, Sent), &event), want, "{actor:?}");
    }
    let actor = Actor { subject: "t".to_owned(), role: Role::Enterprise, body: firm(1) };
    let unsent = Guest { sent_at: None, ..guest(1, Draft) };
    assert_eq!(dealing(&actor, &unsent, &event), None, "what was not sent is nobody's business");
    for stage in EventStage::ALL {
        let is_over =
            [EventStage::Closed, EventStage::FollowUp, EventStage::Evaluated].contains(stage);
        assert_eq!(check_event(*stage).is_err(), is_over, "{stage}");
    }
}
