//! The persons who come with a guest 代表团: those named, and those who come along without a name
//! 随员. Each has a badge of its own.

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::contact;
use crate::ids::{DockingEventId, GuestId, GuestPersonId};
use crate::invitation;

/// Most persons named for one guest.
pub const MAX_NAMED: usize = 20;
/// Most who come along without a name.
pub const MAX_ESCORTS: u16 = 20;
/// Most number plates of one guest.
pub const MAX_PLATES: usize = 10;
/// Longest name and title, in characters.
pub const MAX_NAME: usize = 60;
/// Longest number plate, in characters.
pub const MAX_PLATE: usize = 12;
/// Longest note on food, in characters.
pub const MAX_DIET: usize = 200;

/// Signs of a badge: capitals and digits without 0, 1, I, L and O, which are taken for others.
const SIGNS: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// How many signs a badge has; 79 bits.
pub const BADGE_LENGTH: usize = 16;

/// What is written of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonCard {
    /// Their name.
    pub name: String,
    /// What they are there; empty if not said.
    pub title: String,
    /// Phone number; empty if not said.
    pub phone: String,
    /// Whether they lead the delegation 带队.
    pub is_head: bool,
}

/// A person who comes with a guest, or the place of one without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestPerson {
    /// Its id.
    pub id: GuestPersonId,
    /// The guest.
    pub guest: GuestId,
    /// The event.
    pub event: DockingEventId,
    /// What is written; an escort has no name.
    pub card: PersonCard,
    /// Whether it is the place of somebody who comes along without a name 随员.
    pub is_escort: bool,
    /// What stands in the QR code of the badge 胸牌.
    pub badge: String,
    /// From when on the badge opens nothing, because the person was replaced or taken from the list.
    pub left_at: Option<DateTime<Utc>>,
    /// Who comes instead.
    pub successor: Option<GuestPersonId>,
}

/// A person as somebody may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenPerson {
    /// The person, masked or not.
    pub person: GuestPerson,
    /// Whether it is masked: name and phone in part, no badge.
    pub is_masked: bool,
}

impl SeenPerson {
    /// `person` as it is for whoever `reads_full`, and masked for others.
    pub fn new(person: GuestPerson, reads_full: bool) -> Self {
        let person = if reads_full { person } else { masked(&person) };
        Self { person, is_masked: !reads_full }
    }
}

/// What is left of `person` for those who may not read it.
pub fn masked(person: &GuestPerson) -> GuestPerson {
    let card = PersonCard {
        name: contact::masked_name(&person.card.name),
        phone: contact::masked_phone(&person.card.phone),
        ..person.card.clone()
    };
    GuestPerson { card, badge: String::new(), ..person.clone() }
}

/// Why a delegation was refused. None of these repeats what was given: it is personal, and failures are
/// logged.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PersonError {
    /// Too many named.
    #[error("{count} persons are named; a guest names at most {MAX_NAMED}")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// Somebody else on the badge of who was checked in.
    #[error("the person was checked in; name the other as a new person, with a badge of their own")]
    CheckedIn,
    /// Too many come along.
    #[error("{count} come along; at most {MAX_ESCORTS} do")]
    Escorts {
        /// How many.
        count: u16,
    },
    /// No name, or a long one.
    #[error("the name of person {number} has {length} characters; it has 1 to {MAX_NAME}")]
    Name {
        /// Which, from 1.
        number: usize,
        /// Its length.
        length: usize,
    },
    /// A title that is too long.
    #[error("the title of person {number} has {length} characters; it has at most {MAX_NAME}")]
    Title {
        /// Which, from 1.
        number: usize,
        /// Its length.
        length: usize,
    },
    /// No phone number.
    #[error(
        "the phone number of person {number} is none: write 5 to 20 digits, with + - ( ) and spaces if you like"
    )]
    Phone {
        /// Which, from 1.
        number: usize,
    },
    /// Nobody leads the delegation, or several do.
    #[error("{count} of the persons lead the delegation; mark one of them as head")]
    Heads {
        /// How many.
        count: usize,
    },
    /// A person of another guest, or one who was replaced.
    #[error("person {number} is none of this delegation; leave the id out to name somebody new")]
    Unknown {
        /// Which, from 1.
        number: usize,
    },
    /// The same person twice.
    #[error("person {number} is named twice; name each once")]
    Twice {
        /// Which, from 1.
        number: usize,
    },
    /// Number plates that make no sense.
    #[error("number plates have 1 to {MAX_PLATE} characters, a guest has at most {MAX_PLATES}")]
    Plates,
    /// A note on food that is too long.
    #[error("the note on food has {length} characters; at most {MAX_DIET} are kept")]
    Diet {
        /// Its length.
        length: usize,
    },
    /// The person was replaced before, or is nobody of this guest.
    #[error("this person does not come with this guest, or was replaced before")]
    Gone,
}

/// `card` of person `number`, from 1, without blanks around its parts.
///
/// # Errors
///
/// The first [`PersonError`] in the order of the parts.
pub fn check_card(number: usize, card: &PersonCard) -> Result<PersonCard, PersonError> {
    let trimmed = PersonCard {
        name: card.name.trim().to_owned(),
        title: card.title.trim().to_owned(),
        phone: card.phone.trim().to_owned(),
        is_head: card.is_head,
    };
    let length = trimmed.name.chars().count();
    if !(1..=MAX_NAME).contains(&length) {
        return Err(PersonError::Name { number, length });
    }
    let length = trimmed.title.chars().count();
    if length > MAX_NAME {
        return Err(PersonError::Title { number, length });
    }
    let is_mail = trimmed.phone.contains('@');
    if is_mail || invitation::check_contact(&trimmed.phone).is_err() {
        return Err(PersonError::Phone { number });
    }
    Ok(trimmed)
}

/// A delegation as it is written down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delegation {
    /// Who comes; those with an id stay who they are and keep their badge.
    pub people: Vec<(Option<GuestPersonId>, PersonCard)>,
    /// How many come along without a name.
    pub escorts: u16,
    /// Number plates.
    pub plates: Vec<String>,
    /// What they do not eat.
    pub diet: String,
}

/// `written` without blanks around its parts; `standing` are the persons of the guest.
///
/// # Errors
///
/// The first [`PersonError`].
pub fn check(written: &Delegation, standing: &[GuestPerson]) -> Result<Delegation, PersonError> {
    let count = written.people.len();
    if count > MAX_NAMED {
        return Err(PersonError::TooMany { count });
    }
    if written.escorts > MAX_ESCORTS {
        return Err(PersonError::Escorts { count: written.escorts });
    }
    let mut people: Vec<(Option<GuestPersonId>, PersonCard)> = Vec::with_capacity(count);
    for (number, (id, card)) in (1..).zip(&written.people) {
        let is_theirs = |id: &GuestPersonId| {
            let is_it = |one: &GuestPerson| one.id == *id && !one.is_escort;
            standing.iter().any(|one| is_it(one) && one.left_at.is_none())
        };
        if id.as_ref().is_some_and(|id| !is_theirs(id)) {
            return Err(PersonError::Unknown { number });
        }
        if id.is_some() && people.iter().any(|(other, _)| other == id) {
            return Err(PersonError::Twice { number });
        }
        people.push((*id, check_card(number, card)?));
    }
    let heads = people.iter().filter(|(_, card)| card.is_head).count();
    if heads != people.len().min(1) {
        return Err(PersonError::Heads { count: heads });
    }
    let plates: Vec<String> =
        written.plates.iter().map(|plate| plate.trim().to_uppercase()).collect();
    let fits = |plate: &String| (1..=MAX_PLATE).contains(&plate.chars().count());
    if plates.len() > MAX_PLATES || !plates.iter().all(fits) {
        return Err(PersonError::Plates);
    }
    let diet = written.diet.trim().to_owned();
    let length = diet.chars().count();
    if length > MAX_DIET {
        return Err(PersonError::Diet { length });
    }
    Ok(Delegation { people, escorts: written.escorts, plates, diet })
}

/// A badge drawn from random bytes; those too high to give each sign the same chance are passed over.
/// None if too few of them are left.
pub fn badge(bytes: &[u8]) -> Option<String> {
    // 248 is the greatest multiple of 31 that a byte holds.
    let signs = bytes.iter().filter(|byte| **byte < 248);
    let signs = signs.map(|byte| SIGNS.get(usize::from(byte % 31)).copied().unwrap_or(b'2'));
    let badge: String = signs.take(BADGE_LENGTH).map(char::from).collect();
    (badge.len() == BADGE_LENGTH).then_some(badge)
}

/// What stands in the QR code of a badge.
pub fn qr_text(badge: &str) -> String {
    format!("{QR_PREFIX}{badge}")
}

/// What the text of a badge's QR code begins with.
const QR_PREFIX: &str = "lianmeng:badge:";

/// The badge in what a scanner read: the text of the QR code, or the signs as somebody typed them.
pub fn scanned(text: &str) -> String {
    let text = text.trim();
    let code = text.strip_prefix(QR_PREFIX).unwrap_or(text);
    code.chars().filter(|sign| !matches!(sign, ' ' | '-')).collect::<String>().to_uppercase()
}
