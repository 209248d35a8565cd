//! Enterprises and their credit codes.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::ids::EnterpriseId;
use crate::industry::IndustryKey;
use crate::region::Place;
use crate::words;

words! {
    /// Who owns an enterprise.
    pub enum Ownership {
        /// Centrally administered state-owned enterprise 央企.
        CentralSoe = "central_soe",
        /// State-owned, provincial 省属国企.
        ProvincialSoe = "provincial_soe",
        /// State-owned, municipal 市属国企.
        MunicipalSoe = "municipal_soe",
        /// State-owned, district 区属国企.
        DistrictSoe = "district_soe",
        /// State-owned by another place 外地国企.
        OutsideSoe = "outside_soe",
        /// Private 民营.
        PrivateFirm = "private_firm",
        /// Foreign 外资.
        ForeignFirm = "foreign_firm",
        /// Anything else 其他.
        Other = "other",
    }
}

words! {
    /// Official marks of quality.
    pub enum QualityTier {
        /// Specialised SME 专精特新.
        SpecialisedSme = "specialised_sme",
        /// Little giant 小巨人.
        LittleGiant = "little_giant",
        /// Single champion 单项冠军.
        SingleChampion = "single_champion",
    }
}

impl Ownership {
    /// As it is printed.
    pub const fn label_zh(self) -> &'static str {
        match self {
            Self::CentralSoe => "中央企业",
            Self::ProvincialSoe => "省属国企",
            Self::MunicipalSoe => "市属国企",
            Self::DistrictSoe => "区属国企",
            Self::OutsideSoe => "外地国企",
            Self::PrivateFirm => "民营企业",
            Self::ForeignFirm => "外资企业",
            Self::Other => "其他",
        }
    }
}

impl QualityTier {
    /// As it is printed.
    pub const fn label_zh(self) -> &'static str {
        match self {
            Self::SpecialisedSme => "专精特新",
            Self::LittleGiant => "小巨人",
            Self::SingleChampion => "单项冠军",
        }
    }
}

/// An enterprise 企业.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enterprise {
    /// Its id.
    pub id: EnterpriseId,
    /// Its credit code; unique where there is one.
    pub credit_code: Option<CreditCode>,
    /// Key in the system it was imported from; unique where there is one.
    pub external_id: Option<String>,
    /// Its registered name.
    pub name: String,
    /// Its short name.
    pub short_name: Option<String>,
    /// Other names it is known by, sorted.
    pub aliases: Vec<String>,
    /// Who owns it; `None` when unknown.
    pub ownership: Option<Ownership>,
    /// The enterprise one level up in the ownership tree 母公司.
    pub parent: Option<EnterpriseId>,
    /// Where it is.
    pub place: Option<Place>,
    /// Its industry.
    pub industry: Option<IndustryKey>,
    /// Its quality tiers, sorted.
    pub tiers: Vec<QualityTier>,
    /// Whether it governs its chain 链主企业.
    pub is_lead_firm: bool,
    /// Whether it is large in its trade 龙头企业.
    pub is_flagship: bool,
    /// Whether it is above designated size 规上; `None` when unknown.
    pub is_above_scale: Option<bool>,
    /// Whether this is invented for demonstration 示例.
    pub is_example: bool,
    /// Raised by one with each save.
    pub version: i64,
}

/// A unified social credit code 统一社会信用代码 (GB 32100-2015), both check digits verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreditCode([u8; 18]);

/// Why a text is not a credit code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CreditCodeError {
    /// Not 18 characters.
    #[error("credit code {0:?} has {1} characters; it needs 18")]
    Length(String, usize),
    /// A spreadsheet turned it into a number.
    #[error(
        "credit code {0:?} was turned into a number by a spreadsheet; format the column as text and paste it again"
    )]
    Mangled(String),
    /// A character outside the alphabet of the standard.
    #[error("credit code {code:?} has {found:?} at position {position}{}", hint(*.found))]
    Character {
        /// The text.
        code: String,
        /// The character.
        found: char,
        /// Its position from 1.
        position: usize,
    },
    /// Registering authority and category that do not exist.
    #[error("credit code {0:?} starts with {1:?}, which is no registering authority and category")]
    Category(String, String),
    /// The organisation code inside (characters 9 to 17) does not add up.
    #[error(
        "credit code {code:?} has organisation check character {found:?}; it must be {expected:?}"
    )]
    OrganisationCheck {
        /// The text.
        code: String,
        /// What stands there.
        found: char,
        /// What must stand there.
        expected: char,
    },
    /// The last character does not add up.
    #[error("credit code {code:?} ends with {found:?}; its check character must be {expected:?}")]
    Check {
        /// The text.
        code: String,
        /// What stands there.
        found: char,
        /// What must stand there.
        expected: char,
    },
}

/// What to type instead of a letter the standard leaves out.
fn hint(found: char) -> &'static str {
    match found {
        'O' | 'o' => "; the standard has no letter O, write the digit 0",
        'I' | 'i' => "; the standard has no letter I, write the digit 1",
        'Z' | 'z' => "; the standard has no letter Z, write the digit 2",
        'S' | 's' => "; the standard has no letter S, write the digit 5",
        'V' | 'v' => "; the standard has no letter V, perhaps U was meant",
        _ => "; allowed are digits and capital letters without I, O, S, V, Z",
    }
}

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
/// Registering authority and category codes of GB 32100-2015, with its later additions.
const CATEGORIES: &[&[u8; 2]] = &[
    b"11", b"12", b"13", b"19", b"21", b"29", b"31", b"32", b"33", b"34", b"35", b"39", b"41",
    b"49", b"51", b"52", b"53", b"59", b"61", b"62", b"69", b"71", b"72", b"79", b"81", b"89",
    b"91", b"92", b"93", b"A1", b"A9", b"N1", b"N2", b"N3", b"N9", b"Y1",
];

impl CreditCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        // Only ASCII passes the constructor.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The organisation code: characters 9 to 17.
    pub fn organisation_code(&self) -> &str {
        &self.as_str()[8..17]
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Position of a character in the alphabet of the standard.
fn value(byte: u8) -> Option<u32> {
    ALPHABET.iter().position(|&c| c == byte).and_then(|i| u32::try_from(i).ok())
}

/// The character with this value.
fn symbol(value: u32) -> char {
    usize::try_from(value).ok().and_then(|i| ALPHABET.get(i)).map_or('?', |&b| char::from(b))
}

/// Value of a character in an organisation code: digits as they are, letters from A = 10.
fn organisation_value(byte: u8) -> u32 {
    char::from(byte).to_digit(36).unwrap_or(0)
}

impl FromStr for CreditCode {
    type Err = CreditCodeError;

    fn from_str(text: &str) -> Result<Self, CreditCodeError> {
        let shown = || text.chars().take(40).collect::<String>();
        if text.contains("E+") || (text.len() == 18 && text.ends_with("000000000000")) {
            return Err(CreditCodeError::Mangled(shown()));
        }
        let count = text.chars().count();
        let Ok(code): Result<[u8; 18], _> = text.as_bytes().try_into() else {
            return match text.chars().position(|c| !c.is_ascii()) {
                Some(at) if count == 18 => Err(CreditCodeError::Character {
                    code: shown(),
                    found: text.chars().nth(at).unwrap_or_default(),
                    position: at + 1,
                }),
                _ => Err(CreditCodeError::Length(shown(), count)),
            };
        };
        let mut sum = 0;
        for (at, &byte) in code.iter().enumerate() {
            let Some(value) = value(byte) else {
                let found = text.chars().nth(at).unwrap_or_default();
                return Err(CreditCodeError::Character { code: shown(), found, position: at + 1 });
            };
            sum += value * WEIGHTS.get(at).copied().unwrap_or(0);
        }
        if !CATEGORIES.iter().any(|c| code.starts_with(*c)) {
            return Err(CreditCodeError::Category(shown(), text[..2].to_owned()));
        }
        let organisation: u32 = code[8..16]
            .iter()
            .zip(ORGANISATION_WEIGHTS)
            .map(|(&b, w)| organisation_value(b) * w)
            .sum();
        let expected = match 11 - organisation % 11 {
            10 => 'X',
            11 => '0',
            digit => char::from_digit(digit, 10).unwrap_or('?'),
        };
        let found = char::from(code[16]);
        if found != expected {
            return Err(CreditCodeError::OrganisationCheck { code: shown(), found, expected });
        }
        let expected = symbol((31 - sum % 31) % 31);
        let found = char::from(code[17]);
        if found != expected {
            return Err(CreditCodeError::Check { code: shown(), found, expected });
        }
        Ok(Self(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_code_passes_and_a_wrong_check_character_names_the_right_one() {
        let code: CreditCode = "91350100M000100Y43".parse().unwrap();
        assert_eq!(code.organisation_code(), "M000100Y4");
        assert_eq!(
            "91350100M000100Y44".parse::<CreditCode>(),
            Err(CreditCodeError::Check {
                code: "91350100M000100Y44".to_owned(),
                found: '4',
                expected: '3'
            })
        );
    }

    #[test]
    fn any_single_changed_character_is_noticed() {
        let good = b"91350100M000100Y43";
        for at in 0..18 {
            for &byte in ALPHABET {
                let mut changed = *good;
                changed[at] = byte;
                let text = std::str::from_utf8(&changed).unwrap();
                assert_eq!(text.parse::<CreditCode>().is_ok(), changed == *good, "{text}");
            }
        }
    }

    #[test]
    fn dirt_gets_its_own_reason() {
        let reason = |text: &str| text.parse::<CreditCode>().unwrap_err().to_string();
        assert!(reason("9.13E+17").contains("spreadsheet"));
        assert!(reason("513000000000000000").contains("spreadsheet"));
        assert!(reason("91350100M000100Y4").contains("17 characters"));
        assert!(reason("91350100M000100Y4Z").contains("digit 2"));
        assert!(reason("9135O100M000100Y43").contains("position 5"));
        assert!(reason("91350100m000100Y43").contains("capital"));
    }

    #[test]
    fn thousands_of_real_codes_are_judged_as_their_publisher_checked_them() {
        let folder = std::env::var("LIANMENG_SHARED")
            .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
        let Ok(text) =
            std::fs::read_to_string(format!("{folder}/data/codes/uscc-real-samples.csv"))
        else {
            return println!("skipped: ../shared is absent");
        };
        let mut wrong = Vec::new();
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            let want = fields[1..4].iter().all(|ok| *ok == "1");
            if fields[0].parse::<CreditCode>().is_ok() != want {
                wrong.push(fields[0].to_owned());
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }
}
