//! JSON numbers by their exact decimal value.
//!
//! A NumericDate is any JSON number (RFC 7519 section 2), and binary64 rounds some of them across the
//! boundary that a verdict hangs on. Nothing here allocates more than the digits that were sent, so
//! `1e999999999` costs what its eleven characters cost.

use std::cmp::Ordering;

use jotproof_rules::json::Numbers;

/// The exact value of a JSON number: ±0.d₁d₂… × 10^point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// ASCII digits without zeros at either end; empty for zero.
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    /// Reads a JSON number (RFC 8259 section 6); nothing for any other text.
    #[must_use]
    pub fn parse(lexeme: &str) -> Option<Self> {
        is_json_number(lexeme.as_bytes()).then(|| {
            let Written { negative, whole, fraction, exponent } = Written::of(lexeme);
            let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
            let leading = digits.iter().take_while(|digit| **digit == b'0').count();
            digits.drain(..leading);
            digits.truncate(digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1));
            // Zero has no first digit for the point to stand before, whatever its exponent.
            let point = if digits.is_empty() {
                0
            } else {
                (signed(whole.len()) - signed(leading)).saturating_add(exponent)
            };
            Self { negative, point, digits }
        })
    }

    /// Whether it is zero, of either sign.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Whether it has no fraction.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.point >= signed(self.digits.len())
    }

    /// How it compares with a whole number.
    #[must_use]
    pub fn compare(&self, other: i64) -> Ordering {
        if self.is_zero() {
            return 0.cmp(&other);
        }
        match (self.negative, other < 0) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.compare_magnitude(other.unsigned_abs()),
            (true, true) => self.compare_magnitude(other.unsigned_abs()).reverse(),
        }
    }

    /// How its absolute value compares with a whole number.
    #[must_use]
    pub fn compare_magnitude(&self, other: u64) -> Ordering {
        if other == 0 || self.is_zero() {
            return (!self.is_zero()).cmp(&(other != 0));
        }
        let text = other.to_string();
        // The first digit of neither is a zero, so the one with the higher point is the greater;
        // with equal points the digits decide, and a longer run of them is greater than its start.
        self.point
            .cmp(&signed(text.len()))
            .then_with(|| self.digits.as_slice().cmp(text.trim_end_matches('0').as_bytes()))
    }

    /// The greatest whole number that is not greater, held within the range of `i64`.
    #[must_use]
    pub fn floor(&self) -> i64 {
        if self.compare(i64::MAX) != Ordering::Less {
            return i64::MAX;
        }
        if self.compare(i64::MIN) != Ordering::Greater {
            return i64::MIN;
        }
        let places = usize::try_from(self.point).unwrap_or(0);
        let whole = (0..places).fold(0_i128, |value, place| {
            value * 10 + self.digits.get(place).map_or(0, |digit| i128::from(digit - b'0'))
        });
        let floor = if self.negative { -whole - i128::from(!self.is_integer()) } else { whole };
        i64::try_from(floor).expect("both bounds were compared with above")
    }
}

/// Whether the text is a JSON number.
#[must_use]
pub fn is_json_number(text: &[u8]) -> bool {
    scan(text) == Some(text.len())
}

/// The length of the JSON number at the start of the text, if there is one.
#[must_use]
pub fn scan(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| text[from..].iter().take_while(|octet| octet.is_ascii_digit()).count();
    let mut at = usize::from(text.first() == Some(&b'-'));
    at += match text.get(at) {
        Some(b'0') => 1,
        Some(b'1'..=b'9') => digits(at),
        _ => return None,
    };
    if text.get(at) == Some(&b'.') {
        match digits(at + 1) {
            0 => return None,
            count => at += 1 + count,
        }
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        match digits(at + 1 + sign) {
            0 => return None,
            count => at += 1 + sign + count,
        }
    }
    Some(at)
}

/// The binary64 that is made of a JSON number; infinite where it overflows.
#[must_use]
pub fn to_f64(lexeme: &str, numbers: Numbers) -> Option<f64> {
    is_json_number(lexeme.as_bytes()).then_some(())?;
    match numbers {
        Numbers::Nearest => lexeme.parse().ok(),
        Numbers::Stepwise => Some(stepwise(lexeme)),
    }
}

/// The first digits of a JSON number, as many as fit into a `u64`, times or by a power of ten.
fn stepwise(lexeme: &str) -> f64 {
    /// The largest power of ten that binary64 holds.
    const LARGEST: i64 = 308;
    let Written { negative, whole, fraction, exponent } = Written::of(lexeme);
    let mut significand = 0_u64;
    let mut read = 0;
    for part in [whole, fraction] {
        for digit in part.bytes() {
            let longer =
                significand.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(digit - b'0')));
            let Some(longer) = longer else { break };
            significand = longer;
            read += 1;
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "the first of the steps that round")]
    let mut value = significand as f64;
    let mut power = (signed(whole.len()) - read).saturating_add(exponent);
    while power < -LARGEST && value != 0.0 {
        value /= power_of_ten(LARGEST);
        power += LARGEST;
    }
    if value != 0.0 {
        value = if power < 0 { value / power_of_ten(-power) } else { value * power_of_ten(power) };
    }
    if negative { -value } else { value }
}

/// A power of ten, rounded; infinite where binary64 holds none.
fn power_of_ten(exponent: i64) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(f64::INFINITY)
}

/// The parts of a JSON number.
struct Written<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i64,
}

impl<'a> Written<'a> {
    /// Of a text that is a JSON number.
    fn of(lexeme: &'a str) -> Self {
        let magnitude = lexeme.trim_start_matches('-');
        let (mantissa, exponent) = magnitude
            .split_once(['e', 'E'])
            .map_or((magnitude, 0), |(mantissa, text)| (mantissa, saturating_exponent(text)));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        Self { negative: lexeme.starts_with('-'), whole, fraction, exponent }
    }
}

/// An exponent, held within what can be added to without overflow.
fn saturating_exponent(text: &str) -> i64 {
    const BOUND: i64 = 1_000_000_000_000;
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let magnitude =
        digits.iter().fold(0_i64, |value, digit| (value * 10 + i64::from(digit - b'0')).min(BOUND));
    if negative { -magnitude } else { magnitude }
}

/// A length as a signed number: a token is no longer than [`crate::limits::TOKEN`].
fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(lexeme: &str) -> Decimal {
        Decimal::parse(lexeme).unwrap_or_else(|| panic!("{lexeme} is a JSON number"))
    }

    /// Beside the crate that reads so, where the nearest is the same and where it is not.
    #[test]
    fn reads_stepwise_as_serde_json_does() {
        let mut apart = 0;
        for lexeme in [
            "0",
            "-0",
            "0.0",
            "0e999999999999",
            "1",
            "-1.5",
            "0.1",
            "1e308",
            "1e309",
            "-1e309",
            "1e-400",
            "5e-324",
            "2.5e-324",
            "1e-323",
            "123456789e-330",
            "0.00001e312",
            "0.00001e314",
            "1e22",
            "1e23",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "-1.7976931348623158e308",
            "1.7976931348623159e308",
            "17976931348623158e292",
            "0.17976931348623158e309",
            "1797693134862315800e290",
            "18446744073709551615.5",
            "18446744073709551616",
            "18446744073709551619.05",
            "1844674407370955161999999999999.25",
            "9007199254740993.0",
            "1797693134862315500.5",
            "2767225600.4999999",
            "1e999999999999999999999",
            "0.000000000000000000000000000000000001e340",
            "123456789012345678901234567890e-20",
            "8.41e21",
            "2.2250738585072011e-308",
            "7.205759403792794e16",
            "6.02214076e23",
            "9.3e-39",
        ] {
            let theirs = serde_json::from_str::<f64>(lexeme).ok();
            let ours = to_f64(lexeme, Numbers::Stepwise).filter(|value| value.is_finite());
            assert_eq!(ours.map(f64::to_bits), theirs.map(f64::to_bits), "{lexeme}");
            let nearest = to_f64(lexeme, Numbers::Nearest).filter(|value| value.is_finite());
            apart += usize::from(nearest.map(f64::to_bits) != ours.map(f64::to_bits));
        }
        assert!(apart > 1, "the two ways to read were never told apart");
    }

    #[test]
    fn compares_by_decimal_value() {
        use Ordering::{Equal, Greater, Less};
        for (lexeme, whole, expected) in [
            ("0", 0, Equal),
            ("-0", 0, Equal),
            ("0.0e99", 0, Equal),
            ("0", 1, Less),
            ("0", -1, Greater),
            ("10", 10, Equal),
            ("1e1", 10, Equal),
            ("100e-1", 10, Equal),
            ("0.01E+3", 10, Equal),
            ("9.999", 10, Less),
            ("10.0001", 10, Greater),
            ("-10.5", -10, Less),
            ("-9.5", -10, Greater),
            ("-10", -10, Equal),
            ("5", -7, Greater),
            ("-5", 7, Less),
            ("1800000000.5", 1_800_000_000, Greater),
            ("1.8e9", 1_800_000_000, Equal),
            ("9007199254740993", 9_007_199_254_740_992, Greater),
            ("9223372036854775807", i64::MAX, Equal),
            ("9223372036854775808", i64::MAX, Greater),
            ("-9223372036854775808", i64::MIN, Equal),
            ("-9223372036854775809", i64::MIN, Less),
            ("1e400", i64::MAX, Greater),
            ("-1e400", i64::MIN, Less),
            ("1e-400", 0, Greater),
            ("1e-400", 1, Less),
            ("1e99999999999999999999999", i64::MAX, Greater),
            ("1e-99999999999999999999999", 0, Greater),
            ("0e99999999999999999999999", 0, Equal),
        ] {
            assert_eq!(decimal(lexeme).compare(whole), expected, "{lexeme} and {whole}");
        }
    }

    #[test]
    fn floors_towards_the_past() {
        for (lexeme, floor) in [
            ("0", 0),
            ("0.9", 0),
            ("-0.1", -1),
            ("-1", -1),
            ("-1.0", -1),
            ("-1.5", -2),
            ("1800000000.999", 1_800_000_000),
            ("1.25e1", 12),
            ("1e3", 1000),
            ("1e400", i64::MAX),
            ("-1e400", i64::MIN),
            ("-1e-400", -1),
            ("0e999999999999", 0),
            ("-0.0e999999999999", 0),
        ] {
            assert_eq!(decimal(lexeme).floor(), floor, "{lexeme}");
        }
    }

    #[test]
    fn knows_integers() {
        for (lexeme, integer) in
            [("1", true), ("1.0", true), ("1.5", false), ("15e-1", false), ("1.5e1", true), ("1e-400", false)]
        {
            assert_eq!(decimal(lexeme).is_integer(), integer, "{lexeme}");
        }
    }

    #[test]
    fn only_json_numbers_are_numbers() {
        for text in ["", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x1", " 1", "1 ", "NaN", "1_000", "--1"] {
            assert_eq!(Decimal::parse(text), None, "{text:?}");
        }
    }
}
