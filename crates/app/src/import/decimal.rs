//! Decimal numbers as people and spreadsheets write them, read exactly.

use lianmeng_domain::text;

/// A decimal number: `units` divided by ten to the power of `places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    units: i128,
    places: u32,
}

/// Most digits behind the point, after the exponent; enough for every double a spreadsheet writes
/// that differs from zero in a share.
const PLACES: u32 = 30;

impl Decimal {
    /// Reads `0.35`, `35%`, `-1`, `5e-05`, also in full-width digits. `None` if it is no number.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let plain = text::normalise(text);
        let (plain, percent) = match plain.strip_suffix('%') {
            Some(number) => (number.trim_end(), 2),
            None => (plain.as_str(), 0),
        };
        let (mantissa, exponent) = match plain.split_once('e') {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (plain, 0),
        };
        let (sign, digits) = match mantissa.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction)
        {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        let mut units = format!("0{whole}{fraction}").parse::<i128>().ok()?.checked_mul(sign)?;
        let places = i32::try_from(fraction.len()).ok()? + percent - exponent;
        if places < 0 {
            units = units.checked_mul(10_i128.checked_pow(places.unsigned_abs())?)?;
        }
        let places = u32::try_from(places.max(0)).ok()?;
        (places <= PLACES).then_some(Self { units, places })
    }

    fn one(self) -> i128 {
        // `places` is at most 30, so this fits.
        10_i128.checked_pow(self.places).unwrap_or(i128::MAX)
    }

    /// Whether it is above zero.
    pub(super) fn is_positive(self) -> bool {
        self.units > 0
    }

    /// Whether it is above one.
    pub(super) fn is_over_one(self) -> bool {
        self.units > self.one()
    }

    /// Whether it is exactly one in a thousand.
    pub(super) fn is_thousandth(self) -> bool {
        self.units.checked_mul(1_000) == Some(self.one())
    }

    /// The nearest basis points, half away from zero; `None` if that does not fit.
    pub(super) fn basis_points(self) -> Option<i32> {
        let one = self.one();
        let scaled = self.units.checked_mul(10_000)?;
        let half = if scaled < 0 { -one / 2 } else { one / 2 };
        i32::try_from(scaled.checked_add(half)? / one).ok()
    }

    /// The number times `scale`, if that is whole and fits.
    pub(super) fn times(self, scale: i64) -> Option<i64> {
        let (one, scaled) = (self.one(), self.units.checked_mul(i128::from(scale))?);
        (scaled % one == 0).then(|| i64::try_from(scaled / one).ok())?
    }

    /// The number itself if it is whole and fits.
    pub(super) fn whole(self) -> Option<i32> {
        let one = self.one();
        (self.units % one == 0).then(|| i32::try_from(self.units / one).ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly_and_everything_else_is_not() {
        let cases = [
            ("0.510725", Some(5_107)),
            ("0.00005", Some(1)),
            ("0.000049", Some(0)),
            ("5e-05", Some(1)),
            ("1", Some(10_000)),
            ("35%", Some(3_500)),
            ("３５．５％", Some(3_550)),
            ("-59.02", Some(-590_200)),
            ("2E1", Some(200_000)),
            (".5", Some(5_000)),
            ("", None),
            (".", None),
            ("1.2.3", None),
            ("abc", None),
            ("1e99", None),
            ("约三成", None),
        ];
        for (text, points) in cases {
            assert_eq!(Decimal::parse(text).and_then(Decimal::basis_points), points, "{text:?}");
        }
    }

    #[test]
    fn the_floor_and_the_limits_are_exact() {
        let read = |text: &str| Decimal::parse(text).unwrap();
        assert!(read("0.001").is_thousandth() && read("0.1%").is_thousandth());
        assert!(!read("0.0010001").is_thousandth() && !read("0.00099").is_thousandth());
        assert!(!read("1").is_over_one() && read("1.0000001").is_over_one());
        assert!(!read("0").is_positive() && read("0.0000001").is_positive());
        assert_eq!(read("7").whole(), Some(7));
        assert_eq!(read("7.5").whole(), None);
    }
}
