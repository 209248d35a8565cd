//! Two of everything, whose it is, and who asks.
//!
//! Whose a row is stands here in letters: `e1` enterprise 1, `g3` the group of enterprise 3, `k5`
//! committee 5, `u7` unit 7, `r320612` a division, `z1` a zone, `s:…` the person with that name,
//! `a1` whoever signed in to account 1, `a1g2` under its grant 2.
//! It follows from `world.sql` and the scopes that the matrix describes, by thinking, not by asking
//! the program.

use std::collections::BTreeMap;

use lianmeng_app::caller::{Caller, Credential};
use lianmeng_app::desk::Office;
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::ids::{AccountId, GrantId, LoginId};
use lianmeng_domain::rights::{self, Column, DataClass, Sight};
use lianmeng_store::calendar;
use sea_orm::ConnectionTrait as _;

use crate::testing;

use DataClass as Class;

/// The statements that make the world.
const SQL: &str = include_str!("world.sql");

/// `#7` as the text of an id.
pub(super) fn expand(text: &str) -> String {
    let mut parts = text.split('#');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        whole.push_str(&format!("{:0>26}", &part[..end]));
        whole.push_str(&part[end..]);
    }
    whole
}

/// An office over the world.
pub(super) async fn office() -> Office {
    let office = testing::world().await;
    fill(&office).await;
    office
}

/// Fills empty tables.
pub(super) async fn fill(office: &Office) {
    office.db.execute_unprepared(&expand(SQL)).await.unwrap();
    for year in lianmeng_app::calendar::shipped() {
        calendar::put_if_absent(&office.db, &year, office.clock.now()).await.unwrap();
    }
}

/// Whose a row is, for one class of its data.
#[derive(Debug, Clone, Copy)]
struct Fact {
    class: Class,
    id: &'static str,
    whose: &'static str,
    /// Who sees it masked at most, whatever their column says.
    masked: &'static str,
    is_published: bool,
}

const fn fact(class: Class, id: &'static str, whose: &'static str) -> Fact {
    Fact { class, id, whose, masked: "", is_published: false }
}

/// Whoever is not among `whose` sees it masked, if they see any.
const fn else_masked(class: Class, id: &'static str, whose: &'static str) -> Fact {
    let masked = "e1 e2 e9 e10 u7 u12 u13 u14 k5 k6 r320612 r440305 z1 g3 g11";
    Fact { masked, ..fact(class, id, whose) }
}

const fn published(class: Class, id: &'static str, whose: &'static str) -> Fact {
    Fact { class, id, whose, masked: "", is_published: true }
}

/// Organisers of event 1 are `k5 r320612 z1`, of event 2 `k6 r440305`.
#[rustfmt::skip]
const FACTS: &[Fact] = &[
    fact(Class::NeedSummary, "need:#1", "e1 g3 k5 u7 u13 r320612"),
    published(Class::NeedSummary, "need:#2", "e2 k5 z1 e4 e9"),
    fact(Class::NeedSummary, "need:#3", "e4 k6 u13 r440305"),
    fact(Class::NeedSummary, "need:#4", "e1 g3"),
    fact(Class::NeedSummary, "need:#5", "e9 k6 z2 e2"),
    fact(Class::NeedSummary, "need:#6", "e10 g11 k5 u12 u14"),
    fact(Class::NeedSummary, "need:#7", "e8 k6 r440305"),
    fact(Class::NeedBody, "need:#1", "e1 g3 k5 u7 u13"),
    fact(Class::NeedBody, "need:#2", "e2 k5"),
    fact(Class::NeedBody, "need:#3", "e4 k6 u13"),
    fact(Class::NeedBody, "need:#4", "e1 g3"),
    fact(Class::NeedBody, "need:#5", "e9 k6"),
    fact(Class::NeedBody, "need:#6", "e10 g11 k5"),
    fact(Class::NeedBody, "need:#7", "e8 k6"),
    fact(Class::NeedNotes, "need:#1", "e1 g3 k5 u7 u13"),
    fact(Class::NeedNotes, "need:#2", "e2 k5"),
    fact(Class::NeedNotes, "need:#3", "e4 k6 u13"),
    fact(Class::NeedNotes, "need:#4", "e1 g3"),
    fact(Class::NeedNotes, "need:#5", "e9 k6"),
    fact(Class::NeedNotes, "need:#6", "e10 g11 k5"),
    fact(Class::NeedNotes, "need:#7", "e8 k6"),
    fact(Class::Attachment, "attachment:#1", "e1 g3 k5 u7 u13"),
    fact(Class::Attachment, "attachment:#2", "e1 g3 k5 u7 u13"),
    fact(Class::Attachment, "attachment:#3", "e3 g3 e4 k6"),
    fact(Class::Attachment, "attachment:#4", "k5 r320612 z1 e1 g3 e4"),
    fact(Class::Attachment, "attachment:#5", "e1 g3 k5 u7 u13"),
    fact(Class::Attachment, "attachment:#6", "e2 k5"),
    fact(Class::Attachment, "attachment:#7", "e4 k6 u13"),
    fact(Class::Attachment, "attachment:#8", "k6 r440305"),
    fact(Class::Attachment, "attachment:#9", "e8 e9 k5 k6"),
    fact(Class::Bid, "bid:#1", "e9"),
    fact(Class::Bid, "bid:#2", "u12"),
    fact(Class::Bid, "bid:#3", "e2 e9 k6"),
    published(Class::Offer, "offer:#1", "e2 k5"),
    fact(Class::Offer, "offer:#2", "e2 k5"),
    published(Class::Offer, "offer:#3", "u12"),
    fact(Class::Offer, "offer:#4", "u12 e10"),
    fact(Class::Offer, "offer:#5", "e8 k6"),
    fact(Class::Offer, "offer:#6", "u14 e10"),
    fact(Class::SupplyEdge, "supply_edge:#1", "e1 e2 g3 k5"),
    fact(Class::SupplyEdge, "supply_edge:#2", "e4 e8 k6 r440305"),
    fact(Class::SupplyEdge, "supply_edge:#3", "e1 e4 g3 k5 k6"),
    fact(Class::SupplyEdge, "supply_edge:#4", "e10 e11 g11"),
    fact(Class::Suggestion, "suggestion:#1", "e9 e2 k6"),
    fact(Class::Suggestion, "suggestion:#2", "e10 g11 u12 k5"),
    fact(Class::Suggestion, "suggestion:#3", "e2 e4 k5"),
    fact(Class::Suggestion, "suggestion:#4", "k5"),
    fact(Class::Suggestion, "suggestion:#5", "e3 g3 e4"),
    fact(Class::Suggestion, "suggestion:#6", "e2 e9 k5"),
    fact(Class::Suggestion, "suggestion:#7", "e10 g11 u14 k5"),
    fact(Class::GainOfA, "suggestion:#1", "e9 k6"),
    fact(Class::GainOfA, "suggestion:#2", "e10 g11 k5"),
    fact(Class::GainOfA, "suggestion:#3", "e2 k5"),
    fact(Class::GainOfA, "suggestion:#4", "k5"),
    fact(Class::GainOfA, "suggestion:#5", "e3 g3"),
    fact(Class::GainOfA, "suggestion:#6", "e2 k5"),
    fact(Class::GainOfA, "suggestion:#7", "e10 g11 k5"),
    fact(Class::GainOfB, "suggestion:#1", "e2 k6"),
    fact(Class::GainOfB, "suggestion:#2", "k5"),
    fact(Class::GainOfB, "suggestion:#3", "e4 k5"),
    fact(Class::GainOfB, "suggestion:#4", "k5"),
    fact(Class::GainOfB, "suggestion:#5", "e4"),
    fact(Class::GainOfB, "suggestion:#6", "e9 k5"),
    fact(Class::GainOfB, "suggestion:#7", "k5"),
    fact(Class::DeclineReason, "suggestion:#1", ""),
    fact(Class::DeclineReason, "suggestion:#2", "u12"),
    fact(Class::DeclineReason, "suggestion:#3", "e2"),
    fact(Class::DeclineReason, "suggestion:#4", ""),
    fact(Class::DeclineReason, "suggestion:#5", ""),
    fact(Class::DeclineReason, "suggestion:#6", ""),
    fact(Class::DeclineReason, "suggestion:#7", ""),
    fact(Class::AvoidList, "enterprise:#1", "e1"),
    fact(Class::AvoidList, "enterprise:#4", "e4"),
    fact(Class::AvoidList, "enterprise:#2", "e2"),
    fact(Class::Pairing, "pairing:#1", "u12 e1 g3 k5"),
    fact(Class::Pairing, "pairing:#2", "e4 e8 k6"),
    fact(Class::Pairing, "pairing:#3", "u7 e10 g11"),
    fact(Class::Project, "project:#1", "e1 g3 k5 r320612 e3 e4"),
    published(Class::Project, "project:#2", "e8 e9 k6 r440305"),
    Fact { masked: "e3 e4", ..fact(Class::Project, "project:#3", "") },
    fact(Class::Task, "task:#1", "e3 g3 e4 k6 r320612"),
    fact(Class::Task, "task:#2", "e8 e9 k5 k6 r440305 z2"),
    fact(Class::Outcome, "outcome:#1", "e1 g3 k5 r320612 z1"),
    published(Class::Outcome, "outcome:#2", "e8 k6"),
    fact(Class::Outcome, "outcome:#3", "e9 k5 k6"),
    fact(Class::Outcome, "outcome:#4", "r440305"),
    published(Class::EventCard, "event:#1", "k5 r320612 z1"),
    fact(Class::EventCard, "event:#2", "k6 r440305 e2 e8 e10 g11"),
    fact(Class::EventDraft, "event:#1", "k5 r320612 z1"),
    fact(Class::EventDraft, "event:#2", "k6 r440305"),
    fact(Class::MeetingRequest, "meeting_request:#1", "k6 r440305 e2 e8"),
    fact(Class::DeclineReason, "meeting_request:#1", "e2"),
    fact(Class::MeetingRequest, "meeting_request:#2", "k6 r440305 e2 e8"),
    fact(Class::DeclineReason, "meeting_request:#2", ""),
    fact(Class::MeetingRequest, "meeting_request:#3", "k5 r320612 z1 e1 g3 u12"),
    fact(Class::DeclineReason, "meeting_request:#3", ""),
    fact(Class::MeetingRequest, "meeting_request:#4", "k5 r320612 z1 e4 u12"),
    fact(Class::DeclineReason, "meeting_request:#4", ""),
    fact(Class::MeetingResult, "meeting_result:#1", "k5 r320612 z1 e1 g3"),
    fact(Class::MeetingResult, "meeting_result:#2", "k5 r320612 z1 e4"),
    fact(Class::MeetingResult, "meeting_result:#3", "k5 r320612 z1"),
    fact(Class::FollowUp, "follow_up:#1", "k5 r320612 z1 e1 g3 e4"),
    fact(Class::FollowUp, "follow_up:#2", "k5 r320612 z1 u12 e9"),
    fact(Class::Guest, "guest:#1", "k5 r320612 z1 e1 g3"),
    fact(Class::Guest, "guest:#2", "k5 r320612 z1 u12"),
    fact(Class::Guest, "guest:#3", "k6 r440305 e10 g11"),
    fact(Class::Guest, "guest:#4", "k5 r320612 z1"),
    fact(Class::Guest, "guest_person:#1", "k5 r320612 z1 e1 g3"),
    fact(Class::Guest, "guest_person:#2", "k5 r320612 z1 e1 g3"),
    fact(Class::EventRows, "participant:#1", "k5 r320612 z1 e1 g3 e4"),
    fact(Class::EventRows, "participant:#2", "k5 r320612 z1 e4 e1 g3"),
    fact(Class::EventRows, "participant:#3", "k5 r320612 z1 u12 e9"),
    fact(Class::EventRows, "participant:#4", "k5 r320612 z1 e9 u12"),
    fact(Class::EventRows, "participant:#5", "k6 r440305"),
    fact(Class::EventRows, "participant:#6", "k6 r440305"),
    fact(Class::EventWishes, "participant:#1", "k5 r320612 z1 e1"),
    fact(Class::EventWishes, "participant:#2", "k5 r320612 z1 e4"),
    fact(Class::EventWishes, "participant:#3", "k5 r320612 z1 u12"),
    fact(Class::EventWishes, "participant:#4", "k5 r320612 z1 e9"),
    fact(Class::EventWishes, "participant:#5", "k6 r440305"),
    fact(Class::EventWishes, "participant:#6", "k6 r440305"),
    fact(Class::EventRows, "meeting:#1", "k5 r320612 z1 e1 g3 e4"),
    fact(Class::EventRows, "meeting:#2", "k5 r320612 z1 u12 e9"),
    fact(Class::EventDraft, "meeting:#1", "k5 r320612 z1"),
    fact(Class::EventDraft, "meeting:#2", "k5 r320612 z1"),
    fact(Class::EventDraft, "meeting:#3", "k5 r320612 z1"),
    fact(Class::EventDraft, "meeting:#4", "k6 r440305"),
    fact(Class::Reservation, "reservation:#1", "e1 e2 g3 k5 u7"),
    fact(Class::Reservation, "reservation:#2", "e10 g11 k5 u12"),
    else_masked(Class::Contact, "contact:#1", "e1 g3 k5 u7 u13 u12 r320612 z1"),
    else_masked(Class::Contact, "contact:#2", "e2 k5 e9"),
    else_masked(Class::Contact, "contact:#3", "u12 e1 e9 k6 r320612 z1"),
    else_masked(Class::Contact, "contact:#4", "e8 k6"),
    fact(Class::Invitation, "invitation:#1", "k5"),
    fact(Class::Invitation, "invitation:#2", "k6"),
    fact(Class::Claim, "claim:#1", "k5 a1"),
    fact(Class::Claim, "claim:#2", "k6 a2"),
    fact(Class::Own, "account:#1", "a1"),
    fact(Class::Own, "account:#2", "a2"),
    fact(Class::Own, "grant:#1", "a1"),
    fact(Class::Own, "grant:#2", "a1"),
    fact(Class::Own, "grant:#3", "a2"),
    fact(Class::Own, "login:#1", "a1"),
    fact(Class::Own, "login:#2", "a2"),
    fact(Class::Own, "api_token:#1", "a1"),
    fact(Class::Own, "api_token:#2", "a2"),
    fact(Class::Own, "webhook:#1", "a1"),
    fact(Class::Own, "delivery:#1", "a1"),
    fact(Class::Own, "delivery:#2", "a1"),
    fact(Class::Own, "notice:#1", "a1g1"),
    fact(Class::Own, "notice:#2", ""),
    fact(Class::Own, "notice:#3", "a1g2"),
    fact(Class::Own, "notice:#4", ""),
    fact(Class::AuditLog, "audit:#101", "e1"),
    fact(Class::AuditLog, "audit:#102", "e2"),
    fact(Class::AuditLog, "audit:#103", ""),
    fact(Class::AuditLog, "audit:#104", "e1 e2"),
    fact(Class::AuditLog, "audit:#105", "e8"),
    fact(Class::Job, "job:#1", "s:one of chain A"),
    fact(Class::Job, "job:#2", "s:one of chain B"),
];

/// Both ends of each supply edge that the graph knows, and the edge.
pub(super) const LINKS: &[(&str, &str, &str)] = &[
    ("enterprise:#1", "enterprise:#2", "supply_edge:#1"),
    ("enterprise:#4", "enterprise:#8", "supply_edge:#2"),
    ("enterprise:#1", "enterprise:#4", "supply_edge:#3"),
];

/// Ids of the registry that `node` can be asked for.
const REGISTRY: &str = "enterprise:#1 enterprise:#2 enterprise:#3 enterprise:#4 enterprise:#8 \
    enterprise:#9 enterprise:#10 enterprise:#11 organisation:#7 organisation:#12 organisation:#13 \
    organisation:#14 party_organisation:#1 party_organisation:#2 product:#1 product:#2 product:#3 \
    chain:#1 chain:#2 segment:#1 segment:#2 committee:#5 committee:#6 seat:#1 seat:#2 seat:#3 \
    alliance:#1 alliance:#2 zone:#1 zone:#2 venue:#1 venue:#2 region:320612 industry:gbt4754_2017:C17";

/// What `node` knows nothing of.
const NO_NODES: &str = "job bid guest guest_person meeting_request meeting_result follow_up attachment contact invitation \
     claim account grant login api_token notice audit webhook delivery";

/// Who asks.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    /// As it stands in the world: `e1`, `k5`, with what it acts as.
    pub(super) name: String,
    /// Its letters in [`FACTS`].
    pub(super) letters: String,
    pub(super) column: Option<Column>,
    pub(super) actor: Actor,
    /// What they signed in to, if they did: `a1 a1g2`.
    pub(super) account: String,
    pub(super) caller: Caller,
}

impl Asker {
    /// The same without an account.
    pub(super) fn unsigned(&self) -> Self {
        Self { account: String::new(), ..self.clone() }
    }
}

fn body(letters: &str) -> Option<Body> {
    let (kind, number) = letters.split_at_checked(1)?;
    let text = match kind {
        "e" | "g" => format!("enterprise:#{number}"),
        "k" => format!("committee:#{number}"),
        "u" => format!("organisation:#{number}"),
        "z" => format!("zone:#{number}"),
        "r" => format!("region:{number}"),
        _ => return None,
    };
    Some(expand(&text).parse().unwrap())
}

/// Somebody who acts as `role` for what the letters name.
pub(super) fn asker(role: Role, letters: &str) -> Asker {
    let subject = match (role, letters) {
        (Role::CommitteeSecretary, "k5") => "one of chain A".to_owned(),
        (Role::CommitteeSecretary, "k6") => "one of chain B".to_owned(),
        _ => format!("{role} {letters}"),
    };
    let actor = Actor { subject, role, body: body(letters) };
    let column = Column::of(&actor);
    let caller = Caller::plain(actor.clone());
    let (name, letters, account) = (format!("{role} {letters}"), letters.to_owned(), String::new());
    Asker { name, letters, column, actor, account, caller }
}

/// Somebody who signed in to an account, by a login of the same number, under one of its grants.
fn signed_in(role: Role, letters: &str, account: u128, grant: Option<u128>) -> Asker {
    let mut one = asker(role, letters);
    one.actor.subject = format!("account {account}");
    one.account =
        grant.map_or(format!("a{account}"), |grant| format!("a{account} a{account}g{grant}"));
    one.name = format!("{}, signed in", one.name);
    one.caller = Caller {
        by: Credential::Login(AccountId::from(account), LoginId::from(account)),
        grant: grant.map(GrantId::from),
        ..Caller::plain(one.actor.clone())
    };
    one
}

/// Those who signed in: under either grant of an account, and without one.
pub(super) fn guests() -> Vec<Asker> {
    vec![
        signed_in(Role::Enterprise, "e2", 1, Some(1)),
        signed_in(Role::DepartmentHandler, "u12", 1, Some(2)),
        signed_in(Role::Public, "", 2, None),
    ]
}

/// Everybody who asks: each column at least once, partner organisations, both chains, the shared
/// enterprise, and somebody whose body does not fit.
pub(super) fn askers() -> Vec<Asker> {
    [
        (Role::Coordinator, ""),
        (Role::Enterprise, "e1"),
        (Role::Enterprise, "e2"),
        (Role::Enterprise, "e9"),
        (Role::Enterprise, "e10"),
        (Role::RotatingChair, "e2"),
        (Role::RotatingChair, "k5"),
        (Role::DepartmentHandler, "u7"),
        (Role::DepartmentHandler, "u12"),
        (Role::DepartmentHandler, "u13"),
        (Role::DepartmentHandler, "u14"),
        (Role::ServiceLiaison, "u7"),
        (Role::ServiceLiaison, "u12"),
        (Role::ServiceLiaison, "e1"),
        (Role::ServiceLiaison, "k5"),
        (Role::CommitteeSecretary, "k5"),
        (Role::CommitteeSecretary, "k6"),
        (Role::DistrictHost, "r320612"),
        (Role::DistrictHost, "r440305"),
        (Role::DistrictHost, "z1"),
        (Role::GroupHeadquarters, "g3"),
        (Role::GroupHeadquarters, "g11"),
        (Role::Auditor, ""),
        (Role::SystemAdmin, ""),
        (Role::Public, ""),
        (Role::Enterprise, "k5"),
    ]
    .map(|(role, letters)| asker(role, letters))
    .to_vec()
}

/// Whose every row is.
#[derive(Debug)]
pub(super) struct World {
    facts: BTreeMap<(Class, String), Fact>,
}

impl World {
    /// The facts by class and id.
    pub(super) fn new() -> Self {
        let facts = FACTS.iter().map(|fact| ((fact.class, expand(fact.id)), *fact));
        Self { facts: facts.collect() }
    }

    /// Every global id there is.
    pub(super) fn ids(&self) -> Vec<String> {
        let things = self.facts.keys().map(|(_, id)| id.clone());
        let is_node =
            |id: &String| !NO_NODES.split(' ').any(|tag| id.split(':').next() == Some(tag));
        let mut ids: Vec<String> = things.filter(is_node).collect();
        ids.extend(expand(REGISTRY).split_whitespace().map(str::to_owned));
        ids.sort();
        ids.dedup();
        ids
    }

    /// Every row with data of a class, as class and id.
    pub(super) fn rows(&self) -> impl Iterator<Item = &(Class, String)> {
        self.facts.keys()
    }

    /// What `asker` sees of data of `class` of the row `id`, by the matrix.
    ///
    /// # Errors
    ///
    /// What to do if nobody said whose the row is.
    pub(super) fn sight(&self, asker: &Asker, class: Class, id: &str) -> Result<Sight, String> {
        // Codes are the same for all.
        if class == Class::Codes {
            return Ok(Sight::Full);
        }
        let is_theirs = |words: &str| {
            let mut mine = asker.account.split(' ').filter(|word| !word.is_empty());
            mine.any(|mine| words.split(' ').any(|word| word == mine))
        };
        let fact_of = |class| self.facts.get(&(class, id.to_owned()));
        // One's own is one's own whoever one is; what belongs to nobody here tells of the caller.
        if class == Class::Own {
            let fact = fact_of(class);
            if fact.is_none() && id.contains(':') {
                return Err(format!("say in rights/world.rs whose {id} is"));
            }
            let is_own = fact.is_none_or(|fact| is_theirs(fact.whose));
            return Ok(if is_own { Sight::Full } else { Sight::None });
        }
        if class == Class::Claim && fact_of(class).is_some_and(|fact| is_theirs(fact.whose)) {
            return Ok(Sight::Full);
        }
        if matches!(
            class,
            Class::Registry
                | Class::Figures
                | Class::NeedFigures
                | Class::PairingPlan
                | Class::EventProposal
                | Class::Weights
        ) {
            let column = asker.column;
            return Ok(column.map_or(Sight::None, |column| rights::in_scope(column, class)));
        }
        let Some(column) = asker.column else { return Ok(Sight::None) };
        // Whose the advice is, the body of the need tells.
        let told = if class == Class::NeedAdvice { Class::NeedBody } else { class };
        let fact = fact_of(told).ok_or_else(|| {
            format!("say in rights/world.rs whose {id} is, for the class {class}")
        })?;
        let subject = format!("s:{}", asker.actor.subject);
        let has = |words: &str| {
            words == subject
                || words.split(' ').any(|word| word == asker.letters && !word.is_empty())
        };
        // Sealed until the end of the bidding.
        let is_sealed = matches!(fact.id, "bid:#1" | "bid:#2");
        let oversees = (column == Column::Coordinator && !is_sealed)
            || (column == Column::Auditor && class != Class::Job && !is_sealed)
            || (column == Column::SystemAdmin && class == Class::Job);
        let in_scope = rights::in_scope(column, class);
        if (oversees || has(fact.whose)) && in_scope != Sight::None {
            return Ok(in_scope);
        }
        if has(fact.masked) && in_scope != Sight::None {
            return Ok(Sight::Masked);
        }
        Ok(if fact.is_published { rights::published(column, class) } else { Sight::None })
    }
}
