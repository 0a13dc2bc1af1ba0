//! Money.

use std::{fmt, iter::Sum, str::FromStr};

use serde::{Deserialize, Serialize};

use super::decimal;
use crate::fault::Fault;

/// Nano-dollars: billionths of a US dollar, up to nine billion dollars either way. In JSON a decimal string of USD, `"0.00000024"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Nanos(pub i64);

impl Nanos {
    pub const ZERO: Self = Self(0);
    pub const MAX: Self = Self(i64::MAX);

    pub fn checked_add(self, more: Self) -> Option<Self> {
        self.0.checked_add(more.0).map(Self)
    }

    #[must_use]
    pub fn saturating_add(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }

    #[must_use]
    pub fn saturating_sub(self, less: Self) -> Self {
        Self(self.0.saturating_sub(less.0))
    }

    /// Exact USD, as short as it goes: `0.00000024`, `-12.5`, `3`.
    pub fn to_decimal(self) -> String {
        format!("{}{}", self.sign(), decimal::write(self.0.unsigned_abs().into(), 0))
    }

    fn sign(self) -> &'static str {
        if self.0 < 0 { "-" } else { "" }
    }
}

/// Stays at the largest amount rather than wrap.
impl Sum for Nanos {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::ZERO, Self::saturating_add)
    }
}

/// For people: cents from a dollar on, three significant digits below, nothing that is not zero shown as zero.
impl fmt::Display for Nanos {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = u128::from(self.0.unsigned_abs());
        if amount == 0 {
            return out.write_str("$0");
        }
        let unit = if amount >= decimal::ONE { decimal::ONE / 100 } else { 10_u128.pow(amount.ilog10().saturating_sub(2)) };
        let rounded = (amount + unit / 2) / unit * unit;
        let text = decimal::write(rounded, 2);
        let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
        write!(out, "{}${}.{cents}", self.sign(), grouped(whole))
    }
}

/// A comma between thousands.
fn grouped(digits: &str) -> String {
    let commas = |at: usize| if at > 0 && (digits.len() - at).is_multiple_of(3) { "," } else { "" };
    digits.char_indices().map(|(at, digit)| format!("{}{digit}", commas(at))).collect()
}

impl FromStr for Nanos {
    type Err = Fault;

    /// A decimal number of USD with at most nine decimals; a minus may stand before it.
    fn from_str(text: &str) -> Result<Self, Fault> {
        let (negative, amount) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let amount = i128::try_from(decimal::parse(amount)?).map_err(|_| decimal::too_large())?;
        i64::try_from(if negative { -amount } else { amount }).map(Self).map_err(|_| decimal::too_large())
    }
}

impl From<Nanos> for String {
    fn from(amount: Nanos) -> Self {
        amount.to_decimal()
    }
}

impl TryFrom<String> for Nanos {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimals_are_exact_in_both_directions() {
        let cases = [
            (0, "0"),
            (1, "0.000000001"),
            (240, "0.00000024"),
            (1_000_000_000, "1"),
            (12_500_000_000, "12.5"),
            (-150_000_000, "-0.15"),
            (i64::MAX, "9223372036.854775807"),
            (i64::MIN, "-9223372036.854775808"),
        ];
        for (nanos, text) in cases {
            assert_eq!(Nanos(nanos).to_decimal(), text);
            assert_eq!(text.parse(), Ok(Nanos(nanos)));
        }
        assert_eq!("0.150".parse(), Ok(Nanos(150_000_000)));
        assert_eq!("007".parse(), Ok(Nanos(7_000_000_000)));
    }

    #[test]
    fn what_is_not_a_plain_decimal_is_refused_with_a_sentence() {
        let cases = [
            ("", "plain decimal"),
            ("-", "plain decimal"),
            ("--1", "plain decimal"),
            ("+1", "plain decimal"),
            (".5", "plain decimal"),
            ("5.", "plain decimal"),
            ("1.2.3", "plain decimal"),
            ("1e-7", "plain decimal"),
            ("$1", "plain decimal"),
            ("1,5", "plain decimal"),
            (" 1", "plain decimal"),
            ("٣", "plain decimal"),
            ("NaN", "plain decimal"),
            ("0.0000000001", "9 decimals"),
            ("9223372036.854775808", "too large"),
            ("99999999999999999999999999999999999999999999", "too large"),
        ];
        for (text, why) in cases {
            let fault = text.parse::<Nanos>().unwrap_err();
            assert!(fault.message.contains(why), "{text}: {fault}");
        }
    }

    #[test]
    fn people_see_cents_of_dollars_and_three_digits_of_less() {
        let cases = [
            ("0", "$0"),
            ("0.000000001", "$0.000000001"),
            ("0.00000024", "$0.00000024"),
            ("0.0012", "$0.0012"),
            ("0.00123456", "$0.00123"),
            ("0.0375", "$0.0375"),
            ("0.129", "$0.129"),
            ("0.5", "$0.50"),
            ("0.99949", "$0.999"),
            ("0.9996", "$1.00"),
            ("1", "$1.00"),
            ("1.005", "$1.01"),
            ("12.3449", "$12.34"),
            ("999.995", "$1,000.00"),
            ("1234567.891", "$1,234,567.89"),
            ("-0.25", "-$0.25"),
            ("9223372036.854775807", "$9,223,372,036.85"),
        ];
        for (exact, shown) in cases {
            assert_eq!(exact.parse::<Nanos>().unwrap().to_string(), shown, "{exact}");
        }
        assert_eq!(Nanos(i64::MIN).to_string(), "-$9,223,372,036.85");
    }

    #[test]
    fn json_holds_money_as_a_string_and_takes_no_number() {
        assert_eq!(serde_json::to_string(&Nanos(240)).unwrap(), r#""0.00000024""#);
        assert_eq!(serde_json::from_str::<Nanos>(r#""12.5""#).unwrap(), Nanos(12_500_000_000));
        assert!(serde_json::from_str::<Nanos>("12.5").is_err());
    }

    #[test]
    fn sums_say_when_they_overflow_or_stay_at_the_largest_amount() {
        assert_eq!(Nanos(2).checked_add(Nanos(3)), Some(Nanos(5)));
        assert_eq!(Nanos::MAX.checked_add(Nanos(1)), None);
        assert_eq!(Nanos::MAX.saturating_add(Nanos(1)), Nanos::MAX);
        assert_eq!([Nanos::MAX, Nanos(1)].into_iter().sum::<Nanos>(), Nanos::MAX);
        assert_eq!(Nanos(1).saturating_sub(Nanos(3)), Nanos(-2));
    }

    proptest! {
        #[test]
        fn every_amount_survives_its_decimal(nanos: i64) {
            prop_assert_eq!(Nanos(nanos).to_decimal().parse(), Ok(Nanos(nanos)));
        }

        #[test]
        fn what_people_see_is_within_half_a_digit(nanos in 1_i64..2_000_000_000_000) {
            let shown = Nanos(nanos).to_string().replace(['$', ','], "").parse::<Nanos>().unwrap();
            let unit = if nanos >= 1_000_000_000 { 10_000_000 } else { 10_i64.pow(nanos.ilog10().saturating_sub(2)) };
            prop_assert!((shown.0 - nanos).abs() * 2 <= unit, "{} shown as {}", nanos, shown.0);
        }
    }
}
