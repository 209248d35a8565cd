//! Contacts 联系人: whom to call at an enterprise or organisation, and what is left of them when they
//! are masked.

use thiserror::Error;

use crate::actor::{Actor, Body, Role};
use crate::committee::Member;
use crate::ids::ContactId;
use crate::invitation;

/// Most contacts of one owner.
pub const MAX_CONTACTS: u64 = 20;
/// Longest name and title, in characters.
pub const MAX_NAME: usize = 60;
/// Longest note, in characters.
pub const MAX_NOTE: usize = 500;

/// A contact 联系人.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// Whose it is.
    pub owner: Member,
    /// The person's name.
    pub name: String,
    /// What they are there; empty if not said.
    pub title: String,
    /// Phone number; empty if not said.
    pub phone: String,
    /// E-mail address; empty if not said.
    pub email: String,
    /// What they may be asked about; empty if not said.
    pub note: String,
    /// Raised by one with each save.
    pub version: i64,
}

/// A contact as somebody may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenContact {
    /// The contact, masked or not.
    pub contact: Contact,
    /// Whether it is masked.
    pub is_masked: bool,
}

impl SeenContact {
    /// `contact` as it is for whoever `reads_full`, and masked for others.
    pub fn new(contact: Contact, reads_full: bool) -> Self {
        let contact = if reads_full { contact } else { masked(&contact) };
        Self { contact, is_masked: !reads_full }
    }
}

/// Why a contact was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ContactError {
    /// No name.
    #[error("the name is empty; write whom to ask for")]
    NameMissing,
    /// A name that is too long.
    #[error("the name has {0} characters; it may have {MAX_NAME}")]
    NameLength(usize),
    /// A title that is too long.
    #[error("the title has {0} characters; it may have {MAX_NAME}")]
    TitleLength(usize),
    /// A note that is too long.
    #[error("the note has {0} characters; it may have {MAX_NOTE}")]
    NoteLength(usize),
    /// No phone number.
    #[error("this is no phone number: write 5 to 20 digits, with + - ( ) and spaces if you like")]
    Phone,
    /// No e-mail address.
    #[error("this is no e-mail address: write it as name@example.cn")]
    Email,
    /// Neither phone nor e-mail.
    #[error("neither phone number nor e-mail address; write at least one")]
    Unreachable,
    /// Too many of one owner.
    #[error("there are {MAX_CONTACTS} contacts already; remove one first")]
    TooMany,
}

/// Checks every part of `contact`.
///
/// # Errors
///
/// The first [`ContactError`] in the order of the fields. None of them repeats what was given: it may
/// be personal, and failures are logged.
pub fn check(contact: &Contact) -> Result<(), ContactError> {
    let length = |text: &str| text.chars().count();
    if contact.name.trim().is_empty() {
        return Err(ContactError::NameMissing);
    }
    if length(&contact.name) > MAX_NAME {
        return Err(ContactError::NameLength(length(&contact.name)));
    }
    if length(&contact.title) > MAX_NAME {
        return Err(ContactError::TitleLength(length(&contact.title)));
    }
    if length(&contact.note) > MAX_NOTE {
        return Err(ContactError::NoteLength(length(&contact.note)));
    }
    let is_mail = |text: &str| text.contains('@');
    if is_mail(&contact.phone) || invitation::check_contact(&contact.phone).is_err() {
        return Err(ContactError::Phone);
    }
    let has_mail = !contact.email.is_empty();
    if has_mail && (!is_mail(&contact.email) || invitation::check_contact(&contact.email).is_err())
    {
        return Err(ContactError::Email);
    }
    if contact.phone.is_empty() && !has_mail {
        return Err(ContactError::Unreachable);
    }
    Ok(())
}

/// Family names of two characters; all others have one.
const DOUBLE_FAMILY_NAMES: &[&str] = &[
    "欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "司空",
    "端木", "东方", "独孤", "南宫", "长孙", "宇文", "轩辕", "百里", "呼延", "闻人", "澹台", "公冶",
    "太史", "申屠", "公羊", "赫连", "钟离", "鲜于", "闾丘", "濮阳", "淳于", "单于", "太叔", "仲孙",
];

/// The family name, and stars for the rest: 李明华 is 李**.
pub fn masked_name(name: &str) -> String {
    let chars: Vec<char> = name.trim().chars().collect();
    let is_double = chars.len() > 2
        && DOUBLE_FAMILY_NAMES.contains(&chars[..2].iter().collect::<String>().as_str());
    let kept = if is_double { 2 } else { usize::from(chars.len() > 1) };
    let family: String = chars[..kept].iter().collect();
    family + &"*".repeat(chars.len() - kept)
}

/// A phone number with its middle hidden: `138****5678`. Of one with less than eleven characters only
/// the last two are left, of one with less than eight nothing.
pub fn masked_phone(phone: &str) -> String {
    let chars: Vec<char> = phone.chars().collect();
    let (head, tail) = match chars.len() {
        0..8 => (0, 0),
        8..11 => (0, 2),
        _ => (3, 4),
    };
    let hidden = "*".repeat(chars.len() - head - tail);
    let (head, tail) = (&chars[..head], &chars[chars.len() - tail..]);
    format!("{}{hidden}{}", head.iter().collect::<String>(), tail.iter().collect::<String>())
}

/// An address with its first letter and its domain: `w***@example.cn`.
pub fn masked_email(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((who, host)) => {
            let first: String = who.chars().take(1).collect();
            format!("{first}***@{host}")
        }
        None => "*".repeat(email.chars().count()),
    }
}

/// What is left of `contact` for those who may not read it: who keeps it and what they are, not the
/// person. The note goes whole, for nobody knows what stands in it.
pub fn masked(contact: &Contact) -> Contact {
    Contact {
        name: masked_name(&contact.name),
        phone: masked_phone(&contact.phone),
        email: masked_email(&contact.email),
        note: String::new(),
        ..contact.clone()
    }
}

/// Whether `actor` keeps contacts of `owner`: staff their own, a liaison those of the enterprise they
/// are assigned to, coordinators any; a secretary those on the committee's chain, `is_on_chain`.
pub fn may_keep(actor: &Actor, owner: Member, is_on_chain: bool) -> bool {
    let is_own = match (&actor.body, owner) {
        (Some(Body::Enterprise(own)), Member::Enterprise(id)) => *own == id,
        (Some(Body::Organisation(own)), Member::Organisation(id)) => *own == id,
        (
            Some(
                Body::Enterprise(_)
                | Body::Organisation(_)
                | Body::Committee(_)
                | Body::Region(_)
                | Body::Zone(_),
            )
            | None,
            _,
        ) => false,
    };
    let is_enterprise = matches!(owner, Member::Enterprise(_));
    match actor.role {
        Role::Coordinator => true,
        Role::Enterprise | Role::ServiceLiaison => is_own && is_enterprise,
        Role::DepartmentHandler => is_own && !is_enterprise,
        Role::CommitteeSecretary => actor.committee().is_some() && is_on_chain,
        Role::RotatingChair
        | Role::DistrictHost
        | Role::GroupHeadquarters
        | Role::Auditor
        | Role::SystemAdmin
        | Role::Public => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ChainCommitteeId, EnterpriseId, OrganisationId};

    fn contact() -> Contact {
        Contact {
            id: ContactId::from(1),
            owner: Member::Enterprise(EnterpriseId::from(1)),
            name: "李明华".to_owned(),
            title: "销售经理".to_owned(),
            phone: "13812345678".to_owned(),
            email: "li.minghua@example.cn".to_owned(),
            note: "订单找他".to_owned(),
            version: 1,
        }
    }

    #[test]
    fn a_mask_leaves_family_name_ends_of_the_number_and_domain() {
        let left = masked(&contact());
        assert_eq!(left.name, "李**");
        assert_eq!(left.phone, "138****5678");
        assert_eq!(left.email, "l***@example.cn");
        assert_eq!((left.title.as_str(), left.note.as_str()), ("销售经理", ""));
    }

    #[test]
    fn masks_of_unusual_names_and_numbers() {
        for (name, want) in [
            ("李明", "李*"),
            ("欧阳娜娜", "欧阳**"),
            ("欧阳", "欧*"),
            ("李", "*"),
            ("", ""),
            ("Anna Li", "A******"),
        ] {
            assert_eq!(masked_name(name), want, "{name}");
        }
        for (phone, want) in [
            ("1234567", "*******"),
            ("83381234", "******34"),
            ("+86 138 1234 5678", "+86**********5678"),
            ("", ""),
        ] {
            assert_eq!(masked_phone(phone), want, "{phone}");
        }
        assert_eq!(masked_email("w@a.cn"), "w***@a.cn");
        assert_eq!(masked_email(""), "");
        assert_eq!(masked_email("no address"), "**********");
    }

    #[test]
    fn who_reads_it_in_full_gets_it_as_it_is() {
        assert_eq!(
            SeenContact::new(contact(), true),
            SeenContact { contact: contact(), is_masked: false }
        );
        assert!(SeenContact::new(contact(), false).is_masked);
    }

    #[test]
    fn a_contact_has_a_name_and_a_way_to_reach_it() {
        type Spoil = fn(&mut Contact);
        let cases: [(Spoil, Result<(), ContactError>); 8] = [
            (|_| {}, Ok(())),
            (|c| c.name = " ".to_owned(), Err(ContactError::NameMissing)),
            (|c| c.name = "李".repeat(61), Err(ContactError::NameLength(61))),
            (|c| c.title = "长".repeat(61), Err(ContactError::TitleLength(61))),
            (|c| c.note = "长".repeat(501), Err(ContactError::NoteLength(501))),
            (|c| c.phone = "a@b.cn".to_owned(), Err(ContactError::Phone)),
            (|c| c.email = "13812345678".to_owned(), Err(ContactError::Email)),
            (
                |c| {
                    c.phone.clear();
                    c.email.clear();
                },
                Err(ContactError::Unreachable),
            ),
        ];
        for (spoil, want) in cases {
            let mut contact = contact();
            spoil(&mut contact);
            assert_eq!(check(&contact), want);
        }
    }

    #[test]
    fn contacts_are_kept_by_their_owner_the_liaison_the_secretary_of_the_chain_and_coordinators() {
        let firm = Member::Enterprise(EnterpriseId::from(1));
        let unit = Member::Organisation(OrganisationId::from(2));
        let enterprise = |n| Some(Body::Enterprise(EnterpriseId::from(n)));
        let organisation = |n| Some(Body::Organisation(OrganisationId::from(n)));
        let committee = || Some(Body::Committee(ChainCommitteeId::from(3)));
        for (role, body, owner, is_on_chain, want) in [
            (Role::Enterprise, enterprise(1), firm, false, true),
            (Role::Enterprise, enterprise(2), firm, true, false),
            (Role::ServiceLiaison, enterprise(1), firm, false, true),
            (Role::ServiceLiaison, committee(), firm, true, false),
            (Role::DepartmentHandler, organisation(2), unit, false, true),
            (Role::DepartmentHandler, organisation(2), firm, false, false),
            (Role::CommitteeSecretary, committee(), firm, true, true),
            (Role::CommitteeSecretary, committee(), firm, false, false),
            (Role::CommitteeSecretary, enterprise(1), firm, true, false),
            (Role::Coordinator, None, unit, false, true),
            (Role::RotatingChair, enterprise(1), firm, true, false),
            (Role::GroupHeadquarters, enterprise(1), firm, true, false),
            (Role::Auditor, None, firm, true, false),
            (Role::SystemAdmin, None, firm, true, false),
            (Role::Public, None, firm, true, false),
        ] {
            let actor = Actor { subject: "t".to_owned(), role, body };
            assert_eq!(may_keep(&actor, owner, is_on_chain), want, "{actor:?} {owner:?}");
        }
    }
}
