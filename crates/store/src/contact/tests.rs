use lianmeng_domain::ids::ZoneId;

use super::*;

/// `#7` as the text of an id.
fn expand(text: &str) -> String {
    let mut parts = text.split('#');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        whole.push_str(&format!("{:0>26}{}", &part[..end], &part[end..]));
    }
    whole
}

/// Enterprises 1 to 4, of which 3 heads 4; unit 6; contacts 1, 2, 4 and 6 of those; nobody has met.
const SQL: &str = "
INSERT INTO regions (code, name, name_key, parent_code) VALUES ('440000', '广东省', 'x', NULL), ('440300', '深圳市', 'x', '440000'), ('440305', '南山区', 'x', '440300');
INSERT INTO zones (id, name, name_key, aliases, is_example, version) VALUES ('#1', '前海', 'x', '[]', true, 1);
INSERT INTO enterprises (id, name, name_key, pinyin_key, ownership, parent_id, tiers, is_lead_firm, is_flagship, is_example, version) VALUES
  ('#1', '甲', 'x', 'x', 'private_firm', NULL, '[]', false, false, true, 1), ('#2', '乙', 'x', 'x', 'private_firm', NULL, '[]', false, false, true, 1),
  ('#3', '丙', 'x', 'x', 'private_firm', NULL, '[]', false, false, true, 1), ('#4', '丁', 'x', 'x', 'private_firm', '#3', '[]', false, false, true, 1);
INSERT INTO organisations (id, name, name_key, kind, services, is_example, version) VALUES ('#6', '示例银行', 'x', 'bank', '', true, 1);
INSERT INTO industrial_chains (id, name, name_key, tags, is_example, version) VALUES ('#1', '链', 'x', '[]', true, 1);
INSERT INTO chain_segments (id, chain_id, name, reach, position) VALUES ('#1', '#1', '织造', 'upstream', 1);
INSERT INTO chain_committees (id, name, name_key, chain_id, form, is_example, version) VALUES ('#5', '党委', 'x', '#1', 'joint', true, 1);
INSERT INTO docking_events (id, title, committee_id, held_on, stage, fairness, breaks, published, is_example, version) VALUES
  ('#1', '对接会', '#5', '2026-03-20', 'scheduling', 2, 0, NULL, true, 1);
INSERT INTO participants (id, event_id, enterprise_id, organisation_id, unavailable) VALUES
  ('#1', '#1', '#1', NULL, '[]'), ('#2', '#1', '#2', NULL, '[]'), ('#3', '#1', NULL, '#6', '[]');
INSERT INTO event_versions (event_id, number, published_at, breaks, meetings) VALUES
  ('#1', 1, '2026-02-27T01:00:00+00:00', 0, 1), ('#1', 2, '2026-02-28T01:00:00+00:00', 0, 1);
";

async fn db() -> DatabaseConnection {
    let db = lianmeng_testkit::narrow_database().await;
    run(&db, SQL).await;
    for (number, owner) in [
        (1, Member::Enterprise(EnterpriseId::from(1))),
        (2, Member::Enterprise(EnterpriseId::from(2))),
        (4, Member::Enterprise(EnterpriseId::from(4))),
        (6, Member::Organisation(OrganisationId::from(6))),
    ] {
        insert(&db, &contact(number, owner)).await.unwrap();
    }
    db
}

async fn run(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(&expand(sql)).await.unwrap();
}

fn contact(number: u128, owner: Member) -> Contact {
    Contact {
        id: ContactId::from(number),
        owner,
        name: "李明华".to_owned(),
        title: "经理".to_owned(),
        phone: "13812345678".to_owned(),
        email: "li@example.cn".to_owned(),
        note: "订单".to_owned(),
        version: 1,
    }
}

/// Which of the contacts whoever reads `reads` gets in full; all others must be masked.
async fn full_for(db: &DatabaseConnection, reads: &Visibility) -> Vec<u128> {
    let eyes = Eyes { sees: reads, reads, secrets: &Visibility::Nothing };
    let mut seen = of_enterprises(db, eyes, &[1, 2, 3, 4].map(EnterpriseId::from)).await.unwrap();
    seen.extend(of_organisations(db, eyes, &[OrganisationId::from(6)]).await.unwrap());
    let mut open = Vec::new();
    for SeenContact { contact, is_masked } in seen {
        let want = if is_masked { "138****5678" } else { "13812345678" };
        assert_eq!(contact.phone, want);
        assert_eq!(contact.note.is_empty(), is_masked);
        if !is_masked {
            open.push(contact.id.number());
        }
    }
    open
}

fn firm(number: u128) -> Visibility {
    Visibility::Enterprise(EnterpriseId::from(number))
}

/// What is done, whom it concerns, and which contacts they read in full then.
type Step = (&'static str, &'static str, &'static [(&'static str, &'static [u128])]);

fn eyes_of(who: &str) -> Visibility {
    match who {
        "e1" => firm(1),
        "e2" => firm(2),
        "e4" => firm(4),
        "g3" => Visibility::Group(EnterpriseId::from(3)),
        "u6" => Visibility::Organisation(OrganisationId::from(6)),
        "k5" => Visibility::Committee(ChainCommitteeId::from(5)),
        "r" => Visibility::Region("440305".parse().unwrap()),
        "z" => Visibility::Zone(ZoneId::from(1)),
        _ => Visibility::All,
    }
}

const STEPS: &[Step] = &[
    ("nobody has met", "", &[
        ("e1", &[1]), ("e2", &[2]), ("e4", &[4]), ("g3", &[4]), ("u6", &[6]), ("k5", &[]), ("r", &[]), ("z", &[]),
        ("all", &[1, 2, 4, 6]),
    ]),
    ("a suggestion was shown and one side accepted",
     "INSERT INTO suggestions (id, kind, enterprise_a, enterprise_b, pair_key, points, reasons, stage, is_shown, weights_version, version) VALUES
       ('#1', 'enterprise', '#1', '#2', 'p1', 1, '[]', 'accepted_by_a', true, 1, 1)",
     &[("e1", &[1]), ("e2", &[2])]),
    ("both accepted", "UPDATE suggestions SET stage = 'mutual'", &[("e1", &[1, 2]), ("e2", &[1, 2]), ("u6", &[6]), ("e4", &[4])]),
    ("it became a pairing",
     "UPDATE suggestions SET stage = 'paired'; INSERT INTO pairings (id, suggestion_id, committee_id, kind, enterprise_a, enterprise_b, stage, from_on, version) VALUES
       ('#1', '#1', '#5', 'enterprise_enterprise', '#1', '#2', 'active', '2026-02-01', 1)",
     &[("e1", &[1, 2]), ("e2", &[1, 2])]),
    ("the pairing ended", "UPDATE pairings SET stage = 'ended'", &[("e1", &[1]), ("e2", &[2])]),
    ("a bank and an enterprise are paired",
     "INSERT INTO pairings (id, committee_id, kind, organisation_a, enterprise_b, stage, from_on, version) VALUES
       ('#2', '#5', 'bank_enterprise', '#6', '#4', 'renewed', '2026-02-01', 1)",
     &[("u6", &[4, 6]), ("e4", &[4, 6]), ("g3", &[4])]),
    ("that ended too", "DELETE FROM pairings WHERE id = '#2'", &[("u6", &[6]), ("e4", &[4])]),
    ("both accepted an offer of the bank",
     "INSERT INTO suggestions (id, kind, enterprise_a, organisation_b, pair_key, points, reasons, stage, is_shown, weights_version, version) VALUES
       ('#2', 'offer', '#4', '#6', 'p2', 1, '[]', 'mutual', true, 1, 1)",
     &[("u6", &[4, 6]), ("e4", &[4, 6])]),
    ("it lapsed", "UPDATE suggestions SET stage = 'expired' WHERE id = '#2'", &[("u6", &[6]), ("e4", &[4])]),
    ("a timetable with a meeting is not published",
     "INSERT INTO event_version_rows (event_id, number, meeting_id, first_id, second_id, slot, table_number, starts_at, minutes) VALUES
       ('#1', 1, '#1', '#1', '#2', 1, 1, '2026-03-20T01:00:00+00:00', 20), ('#1', 2, '#2', '#3', '#1', 1, 1, '2026-03-20T01:00:00+00:00', 20)",
     &[("e1", &[1]), ("e2", &[2]), ("u6", &[6])]),
    ("its first version is", "UPDATE docking_events SET published = 1", &[("e1", &[1, 2]), ("e2", &[1, 2]), ("u6", &[6])]),
    ("the second has another meeting", "UPDATE docking_events SET published = 2", &[("e1", &[1, 6]), ("e2", &[2]), ("u6", &[1, 6])]),
    ("a division and a zone host it",
     "INSERT INTO event_hosts (event_id, position, region_code, zone_id) VALUES ('#1', 0, '440305', NULL), ('#1', 1, NULL, '#1')",
     &[("r", &[1, 6]), ("z", &[1, 6])]),
    ("guests are named, and the timetable is taken back", "UPDATE docking_events SET published = NULL",
     &[("r", &[]), ("z", &[]), ("e1", &[1])]),
    ("the bank handles a need",
     "INSERT INTO needs (id, enterprise_id, committee_id, handler_id, kind, title, title_key, public_summary, body, stage, is_published, is_proxy, send_backs, reopens, created_at, version) VALUES
       ('#1', '#2', '#5', '#6', 'finance', '贷款', 'x', '', '', 'accepted', false, false, 0, 0, '2026-02-20T01:00:00+00:00', 1)",
     &[("u6", &[2, 6]), ("k5", &[])]),
    ("another does", "UPDATE needs SET handler_id = NULL", &[("u6", &[6])]),
    ("one is on the chain, the bank on the committee",
     "INSERT INTO placements (enterprise_id, segment_id, is_confirmed) VALUES ('#1', '#1', true);
      INSERT INTO seats (id, committee_id, kind, organisation_id) VALUES ('#1', '#5', 'bank', '#6')",
     &[("k5", &[1, 6])]),
];

#[tokio::test]
async fn a_contact_is_masked_until_there_is_a_match_or_a_meeting_and_again_when_it_is_over() {
    let db = db().await;
    for (step, sql, wants) in STEPS {
        for statement in sql.split(';').map(str::trim).filter(|sql| !sql.is_empty()) {
            run(&db, statement).await;
        }
        for (who, want) in *wants {
            assert_eq!(full_for(&db, &eyes_of(who)).await, *want, "{step}: {who}");
        }
    }
}

#[test]
fn the_audit_log_keeps_nothing_that_a_mask_hides() {
    let before = contact(1, Member::Enterprise(EnterpriseId::from(1)));
    let after = Contact { phone: "13912348765".to_owned(), ..before.clone() };
    let told = format!("{:?}{:?}", diff(None, &before), diff(Some(&before), &after));
    for secret in ["明华", "13812345678", "li@", "13912348765"] {
        assert!(!told.contains(secret), "{told}");
    }
    assert!(told.contains("138****5678") && told.contains("139****8765"), "{told}");
}

#[tokio::test]
async fn who_stands_outside_sees_no_contact_and_who_reads_none_in_full_sees_masks() {
    let db = db().await;
    for (sees, count) in [(Visibility::Nothing, 0), (firm(1), 1), (Visibility::All, 1)] {
        let eyes = Eyes { sees: &sees, reads: &Visibility::Nothing, secrets: &Visibility::Nothing };
        let seen = of_enterprises(&db, eyes, &[EnterpriseId::from(1)]).await.unwrap();
        assert_eq!(seen.len(), count);
        for one in seen {
            assert!(one.is_masked);
            assert_eq!(
                (one.contact.name.as_str(), one.contact.email.as_str()),
                ("李**", "l***@example.cn")
            );
        }
    }
}

#[tokio::test]
async fn a_contact_is_saved_once_counted_and_removed_once() {
    let db = db().await;
    let owner = Member::Enterprise(EnterpriseId::from(1));
    let mut mine = contact(1, owner);
    mine.phone = "075588886666".to_owned();
    save(&db, &mine).await.unwrap();
    assert!(matches!(save(&db, &mine).await, Err(StoreError::Stale)));
    let found = find(&db, Eyes::ALL, mine.id).await.unwrap().unwrap();
    assert_eq!(found.contact, Contact { version: 2, ..mine.clone() });
    let stranger = contact(9, Member::Enterprise(EnterpriseId::from(99)));
    assert!(matches!(insert(&db, &stranger).await, Err(StoreError::Conflict(_))));
    assert_eq!(count(&db, owner).await.unwrap(), 1);
    assert!(remove(&db, mine.id).await.unwrap());
    assert!(!remove(&db, mine.id).await.unwrap());
    assert_eq!(find(&db, Eyes::ALL, mine.id).await.unwrap(), None);
    assert_eq!(count(&db, owner).await.unwrap(), 0);
}
