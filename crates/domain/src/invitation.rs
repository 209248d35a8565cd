//! Invitations 入驻邀请: a secretariat asks an enterprise or organisation to come in, with a code
//! that makes whoever brings it the administrator there.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use crate::actor::{Actor, Body, Role};
use crate::committee::Member;
use crate::contact::{masked_email, masked_phone};
use crate::ids::{AccountId, ChainCommitteeId, InvitationBatchId, InvitationId};
use crate::policy;
use crate::words;

/// The signs of a code: digits and capitals without those that are taken for others (0, 1, I, L, O).
/// There are 31, a prime number, so that one check sign finds every single mistake.
const SIGNS: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// As [`SIGNS`], for sums.
const MODULUS: usize = SIGNS.len();
/// Signs of a code that are drawn; 54 bits.
const DRAWN: usize = 11;
/// Signs of a code, the check sign last.
const LENGTH: usize = DRAWN + 1;
/// Bytes that a code is drawn from.
pub const CODE_BYTES: usize = 2 * DRAWN;

/// Most days an invitation stays open.
pub const MAX_DAYS: u32 = 90;
/// Days an invitation stays open where nobody says otherwise.
pub const DAYS: u32 = 30;
/// Most rows of one call.
pub const MAX_ROWS: usize = 100;
/// Longest contact and longest contact name, in characters.
const MAX_CONTACT: usize = 100;

/// A code as people type it: three groups of four signs, the last sign a check.
///
/// Who holds one gets in, so its debug form hides it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct JoinCode([u8; LENGTH]);

/// A text that is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum JoinCodeError {
    /// Not twelve signs.
    #[error("the code has {0} signs; it has {LENGTH}, such as ABCD-EFGH-2345")]
    Length(usize),
    /// A sign that stands in no code.
    #[error("{found:?} stands in no code; codes have capitals and digits without 0, 1, I, L and O")]
    Sign {
        /// The sign.
        found: char,
    },
    /// The check sign does not fit: one sign is wrong or two are swapped.
    #[error("a sign of the code is wrong or two are swapped; compare it with the invitation")]
    Check,
}

fn value(sign: u8) -> Option<usize> {
    SIGNS.iter().position(|&one| one == sign)
}

/// The check sign's value: the sum of the others, each times its place. A wrong sign changes the sum,
/// and so do two that are swapped, because no two places weigh the same.
fn check(signs: &[u8]) -> usize {
    let weighted = (1..).zip(signs).map(|(place, &sign)| place * value(sign).unwrap_or(0));
    weighted.sum::<usize>() % MODULUS
}

impl JoinCode {
    /// The code drawn from these random bytes.
    pub fn drawn(bytes: &[u8; CODE_BYTES]) -> Self {
        let mut signs = [SIGNS[0]; LENGTH];
        for (sign, pair) in signs.iter_mut().zip(bytes.chunks_exact(2)) {
            // 65 536 leaves 2 when divided by 31: no sign is worth guessing more than another.
            let number = usize::from(pair[0]) * 256 + usize::from(pair[1]);
            *sign = SIGNS[number % MODULUS];
        }
        signs[DRAWN] = SIGNS[check(&signs[..DRAWN])];
        Self(signs)
    }

    /// The twelve signs without hyphens.
    pub fn plain(&self) -> String {
        self.0.iter().map(|&sign| char::from(sign)).collect()
    }
}

impl fmt::Debug for JoinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JoinCode(..)")
    }
}

impl fmt::Display for JoinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, &sign) in self.0.iter().enumerate() {
            if at > 0 && at % 4 == 0 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(sign))?;
        }
        Ok(())
    }
}

impl FromStr for JoinCode {
    type Err = JoinCodeError;

    /// Takes small letters, full-width signs, blanks and hyphens anywhere.
    fn from_str(text: &str) -> Result<Self, JoinCodeError> {
        use unicode_normalization::UnicodeNormalization as _;
        let bare = text.nfkc().take(200).filter(|c| !c.is_whitespace());
        let bare: Vec<char> = bare.filter(|c| !"-‐‑–—_".contains(*c)).collect();
        if bare.len() != LENGTH {
            return Err(JoinCodeError::Length(bare.len()));
        }
        let mut signs = [SIGNS[0]; LENGTH];
        for (sign, found) in signs.iter_mut().zip(bare) {
            let byte = u8::try_from(found.to_ascii_uppercase()).ok();
            *sign = byte.filter(|&b| value(b).is_some()).ok_or(JoinCodeError::Sign { found })?;
        }
        if value(signs[DRAWN]) == Some(check(&signs[..DRAWN])) {
            Ok(Self(signs))
        } else {
            Err(JoinCodeError::Check)
        }
    }
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// With which others it was made.
    pub batch: InvitationBatchId,
    /// In whose name; none for the coordinator's own.
    pub committee: Option<ChainCommitteeId>,
    /// Who is invited.
    pub member: Member,
    /// Whom to hand it to; empty if not said.
    pub contact_name: String,
    /// Their phone or e-mail address; empty if not said.
    pub contact: String,
    /// Who made it, as in the audit log.
    pub made_by: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The moment at which it ends.
    pub ends_at: DateTime<Utc>,
    /// By whom and when it was claimed.
    pub claimed: Option<(AccountId, DateTime<Utc>)>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

words! {
    /// What became of an invitation.
    pub enum InvitationState {
        /// It waits for somebody 已发出.
        Sent = "sent",
        /// Somebody came with it 已认领.
        Claimed = "claimed",
        /// Its time is over 已过期.
        Expired = "expired",
        /// It was withdrawn 已撤回.
        Withdrawn = "withdrawn",
    }
}

impl Invitation {
    /// What became of it by `now`.
    pub fn state(&self, now: DateTime<Utc>) -> InvitationState {
        if self.claimed.is_some() {
            InvitationState::Claimed
        } else if self.withdrawn_at.is_some() {
            InvitationState::Withdrawn
        } else if self.ends_at <= now {
            InvitationState::Expired
        } else {
            InvitationState::Sent
        }
    }
}

/// A row of a workbook: whom to invite. Nothing in it is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvitationRow {
    /// Its number in the file, the header usually being 1.
    pub row: u32,
    /// Name of the enterprise or organisation; may be empty beside a credit code.
    pub name: String,
    /// Credit code; may be empty beside a name.
    pub credit_code: String,
    /// Whom to hand the invitation to; may be empty.
    pub contact_name: String,
    /// Phone or e-mail address; may be empty.
    pub contact: String,
}

/// Why an invitation makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvitationError {
    /// Too short or too long a time.
    #[error("open for {0} days; an invitation stays open for 1 to {MAX_DAYS} days")]
    Days(u32),
    /// More rows than one call takes, or none.
    #[error("{0} rows; give 1 to {MAX_ROWS} in one call")]
    Rows(usize),
    /// Neither a phone number nor an address.
    #[error(
        "{0:?} is neither a phone number nor an e-mail address; write one of them, or leave it empty"
    )]
    Contact(String),
    /// Not open any more.
    #[error(
        "the invitation is {0}; only one that is sent can be withdrawn, and none that is claimed renewed"
    )]
    NotOpen(InvitationState),
}

/// The moment at which an invitation made at `now` for so many days ends.
///
/// # Errors
///
/// [`InvitationError::Days`].
pub fn end(now: DateTime<Utc>, days: u32) -> Result<DateTime<Utc>, InvitationError> {
    if (1..=MAX_DAYS).contains(&days) {
        Ok(now + TimeDelta::days(i64::from(days)))
    } else {
        Err(InvitationError::Days(days))
    }
}

/// A phone number or e-mail address without white space around it; empty stays empty.
///
/// # Errors
///
/// [`InvitationError::Contact`].
pub fn check_contact(contact: &str) -> Result<String, InvitationError> {
    let trimmed = contact.trim();
    let digits = trimmed.chars().filter(char::is_ascii_digit).count();
    let is_phone = (5..=20).contains(&digits)
        && trimmed.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c));
    let is_address = trimmed.split_once('@').is_some_and(|(who, host)| {
        !who.is_empty() && host.contains('.') && !host.contains('@') && !trimmed.contains(' ')
    });
    let is_short = trimmed.chars().count() <= MAX_CONTACT;
    if trimmed.is_empty() || (is_short && (is_phone || is_address)) {
        Ok(trimmed.to_owned())
    } else {
        Err(InvitationError::Contact(trimmed.chars().take(40).collect()))
    }
}

/// A contact name without white space around it, cut where it is longer than anybody's name.
pub fn contact_name(name: &str) -> String {
    name.trim().chars().take(MAX_CONTACT).collect()
}

/// A phone number or address of which only so much is left that its owner knows it: `138****5678`,
/// `w***@example.cn`.
pub fn masked(contact: &str) -> String {
    if contact.contains('@') { masked_email(contact) } else { masked_phone(contact) }
}

/// The role and body that an invitation of `member` brings.
pub const fn office_of(member: Member) -> (Role, Body) {
    match member {
        Member::Enterprise(id) => (Role::Enterprise, Body::Enterprise(id)),
        Member::Organisation(id) => (Role::DepartmentHandler, Body::Organisation(id)),
    }
}

/// Whether `actor` invites in the name of `committee`, and sees, renews and withdraws what was sent
/// in it: its secretary, or a coordinator; in nobody's name only a coordinator.
pub fn may_invite(actor: &Actor, committee: Option<ChainCommitteeId>) -> bool {
    match committee {
        Some(committee) => policy::may_act_for_committee(actor, committee),
        None => actor.role == Role::Coordinator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(seed: u8) -> JoinCode {
        let mut bytes = [0; CODE_BYTES];
        for (at, byte) in (0_u8..).zip(&mut bytes) {
            *byte = seed.wrapping_mul(97).wrapping_add(at.wrapping_mul(41));
        }
        JoinCode::drawn(&bytes)
    }

    #[test]
    fn a_code_survives_small_letters_blanks_hyphens_and_width() {
        let code = code(1);
        let shown = code.to_string();
        assert_eq!((shown.len(), shown.matches('-').count()), (14, 2), "{shown}");
        let widened = |c| match c {
            '-' => ' ',
            c => char::from_u32(u32::from(c) + 0xFEE0).unwrap(),
        };
        let wide: String = shown.chars().map(widened).collect();
        for text in [&shown, &shown.to_lowercase(), &code.plain(), &format!(" {shown} "), &wide] {
            assert_eq!(text.parse(), Ok(code), "{text}");
        }
        assert_eq!(format!("{code:?}"), "JoinCode(..)");
    }

    #[test]
    fn every_wrong_sign_and_every_swap_is_found() {
        for seed in 0..20 {
            let plain = code(seed).plain().into_bytes();
            for at in 0..LENGTH {
                for &sign in SIGNS {
                    let mut wrong = plain.clone();
                    wrong[at] = sign;
                    let text = String::from_utf8(wrong).unwrap();
                    let is_right = sign == plain[at];
                    assert_eq!(text.parse::<JoinCode>().is_ok(), is_right, "{text}");
                }
                for other in 0..at {
                    let mut swapped = plain.clone();
                    swapped.swap(at, other);
                    let is_same = swapped == plain;
                    let text = String::from_utf8(swapped).unwrap();
                    assert_eq!(text.parse::<JoinCode>().is_ok(), is_same, "{text}");
                }
            }
        }
        assert_eq!("ABCD".parse::<JoinCode>(), Err(JoinCodeError::Length(4)));
        let odd = "ABCD-EFGH-234O".parse::<JoinCode>();
        assert_eq!(odd, Err(JoinCodeError::Sign { found: 'O' }));
    }

    #[test]
    fn a_contact_is_a_phone_number_or_an_address_and_is_masked() {
        let cases = [
            ("13812345678", Some("138****5678")),
            (" +86 755-8830 1234 ", Some("+86**********1234")),
            ("12345", Some("*****")),
            ("wang.fang@example.cn", Some("w***@example.cn")),
            ("", Some("")),
            ("1234", None),
            ("王芳", None),
            ("a@b", None),
            ("@example.cn", None),
            ("a b@example.cn", None),
        ];
        for (text, shown) in cases {
            let got = check_contact(text).ok().map(|contact| masked(&contact));
            assert_eq!(got.as_deref(), shown, "{text}");
        }
        assert!(check_contact(&format!("{}@example.cn", "x".repeat(100))).is_err());
    }

    #[test]
    fn an_invitation_is_sent_until_it_is_claimed_withdrawn_or_over() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let sent = Invitation {
            id: InvitationId::from(1),
            batch: InvitationBatchId::from(1),
            committee: None,
            member: Member::Enterprise(1.into()),
            contact_name: String::new(),
            contact: String::new(),
            made_by: "t".to_owned(),
            made_at: at(0),
            ends_at: end(at(0), 1).unwrap(),
            claimed: None,
            withdrawn_at: None,
        };
        assert_eq!(sent.state(at(86_399)), InvitationState::Sent);
        assert_eq!(sent.state(at(86_400)), InvitationState::Expired);
        let claimed = Invitation { claimed: Some((AccountId::from(1), at(5))), ..sent.clone() };
        assert_eq!(claimed.state(at(86_400)), InvitationState::Claimed);
        let withdrawn = Invitation { withdrawn_at: Some(at(5)), ..sent };
        assert_eq!(withdrawn.state(at(6)), InvitationState::Withdrawn);
        for days in [0, MAX_DAYS + 1] {
            assert_eq!(end(at(0), days), Err(InvitationError::Days(days)));
        }
    }

    #[test]
    fn a_secretary_invites_for_their_committee_and_a_coordinator_for_all() {
        let (one, other) = (ChainCommitteeId::from(1), ChainCommitteeId::from(2));
        let actor = |role, committee: Option<ChainCommitteeId>| Actor {
            subject: "t".to_owned(),
            role,
            body: committee.map(Body::Committee),
        };
        let cases = [
            (actor(Role::Coordinator, None), Some(one), true),
            (actor(Role::Coordinator, None), None, true),
            (actor(Role::CommitteeSecretary, Some(one)), Some(one), true),
            (actor(Role::CommitteeSecretary, Some(one)), Some(other), false),
            (actor(Role::CommitteeSecretary, Some(one)), None, false),
            (actor(Role::ServiceLiaison, Some(one)), Some(one), false),
            (actor(Role::Auditor, None), None, false),
        ];
        for (actor, committee, may) in cases {
            assert_eq!(may_invite(&actor, committee), may, "{actor:?} {committee:?}");
        }
    }
}
