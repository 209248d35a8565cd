//! Values on the wire that GraphQL has no type for: days and long numbers.

use std::str::FromStr;

use async_graphql::{
    CustomValidator, InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value,
};
use chrono::{Datelike as _, NaiveDate};

/// A day of the calendar without a time: year, month and day as in ISO 8601, such as 2026-03-09,
/// from 0001-01-01 to 9999-12-31. Which place it is a day of is said where it stands; mostly China.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub NaiveDate);

impl Day {
    /// The day.
    pub const fn date(self) -> NaiveDate {
        self.0
    }
}

/// A text that is no day.
#[derive(Debug, PartialEq, Eq)]
pub struct NoDay;

/// Whether a year has four digits. Others sort wrongly as text, and not every database keeps them.
pub fn is_usual(year: i32) -> bool {
    (1..=9999).contains(&year)
}

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        // chrono reads 2026-3-9 and +10000-01-01 too.
        let is_plain = |(place, byte): (usize, u8)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        if text.len() != 10 || !text.bytes().enumerate().all(is_plain) {
            return Err(NoDay);
        }
        let day = text.parse::<NaiveDate>().map_err(|_| NoDay)?;
        if is_usual(day.year()) { Ok(Self(day)) } else { Err(NoDay) }
    }
}

#[Scalar(name = "Date")]
impl ScalarType for Day {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        text.parse().map_err(|NoDay| {
            let text: String = text.chars().take(40).collect();
            InputValueError::custom(format!("{text:?} is no day; days look like 2026-03-09"))
        })
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(_))
    }

    fn to_value(&self) -> Value {
        self.0.to_string().into()
    }
}

/// Refuses a number wider than GraphQL's `Int`, whatever the type behind it has room for.
#[derive(Debug)]
pub struct Int32;

impl<T: InputType + Copy + TryInto<i32> + std::fmt::Display> CustomValidator<T> for Int32 {
    fn check(&self, value: &T) -> Result<(), InputValueError<T>> {
        let is_narrow = (*value).try_into().is_ok();
        is_narrow.then_some(()).ok_or_else(|| {
            InputValueError::custom(format!("{value} does not fit the 32 bits of Int"))
        })
    }
}

/// Greatest long number: what a double holds exactly, since many clients read JSON numbers as
/// doubles.
const MAX: i64 = 9_007_199_254_740_991;

/// A whole number between -9007199254740991 and 9007199254740991, written as a JSON number; `Int`
/// ends at 2147483647, which in fen is 21 million yuan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Long(pub i64);

impl Long {
    /// The number.
    pub const fn number(self) -> i64 {
        self.0
    }
}

#[Scalar]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::Number(number) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        match number.as_i64() {
            Some(number) if (-MAX..=MAX).contains(&number) => Ok(Self(number)),
            Some(_) | None => Err(InputValueError::custom(format!(
                "{number} is no whole number between -{MAX} and {MAX}"
            ))),
        }
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::Number(_))
    }

    fn to_value(&self) -> Value {
        self.0.into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read<T: ScalarType>(value: Value) -> InputValueResult<T> {
        T::parse(value)
    }

    #[test]
    fn a_day_has_four_two_and_two_digits() {
        for text in ["0001-01-01", "2026-03-09", "2024-02-29", "9999-12-31"] {
            let day = read::<Day>(Value::from(text)).unwrap();
            assert_eq!(ScalarType::to_value(&day), Value::from(text));
        }
        for text in [
            "",
            "2026-3-9",
            "2026-02-29",
            "0000-01-01",
            "+10000-01-01",
            "-262143-01-01",
            "+2026-03-9",
            "2026-03-09T00:00:00Z",
            " 2026-03-9",
            "2026-03- 9",
            "日2026-03",
        ] {
            assert!(read::<Day>(Value::from(text)).is_err(), "{text}");
        }
        assert!(read::<Day>(Value::from(20_260_309)).is_err());
    }

    #[test]
    fn a_long_number_is_whole_and_fits_a_double() {
        let read = |value| read::<Long>(Value::from_json(value).unwrap());
        for number in [0, -1, 10_000_000_000, MAX, -MAX] {
            assert_eq!(read(json!(number)).unwrap(), Long(number));
            assert_eq!(ScalarType::to_value(&Long(number)), Value::from(number));
        }
        for wrong in [json!(MAX + 1), json!(-MAX - 1), json!(0.5), json!("1"), json!(u64::MAX)] {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
