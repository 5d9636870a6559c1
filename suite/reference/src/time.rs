//! The stage `time`: `exp`, `nbf` and `iat` against the clock (RFC 7519 sections 4.1.4 to 4.1.6).

use std::cmp::Ordering;

use jotproof_model::Reason;
use jotproof_rules::Rules;
use jotproof_rules::time::{ExpEqual, ExpType, QuotedNumber, TimeNumber, Zero};
use jotproof_rules::{Null, Strictness, WrongType};

use crate::claims::{Claims, wrong_type};
use crate::decimal::{self, Decimal};
use crate::json::Kind;
use crate::members::Found;
use crate::verdict::{Refusal, Stage};

/// The latest accepted second, 2^53 - 1. It is the largest integer that every JSON parser holds exactly (RFC
/// 8259 section 6).
pub(crate) const LATEST: u64 = 9_007_199_254_740_991;

/// A moment, as a claim gives it and as the rules read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instant {
    /// Its decimal value.
    Exact(Decimal),
    /// Whole seconds since the epoch.
    Seconds(i64),
    /// A `time.Time` of Go.
    Go {
        /// Whole seconds since the epoch.
        second: i64,
        /// What follows the second.
        nanosecond: i32,
    },
}

impl Instant {
    /// What Go adds to seconds since 1970 to count them from the year 1; the sum wraps.
    const SINCE_YEAR_1: i64 = 62_135_596_800;

    /// Reads a JSON number. The error says why no time can be made of it.
    fn read(lexeme: &str, rules: &Rules) -> Result<Self, &'static str> {
        const OUT_OF_RANGE: &str = "a number beyond 2^53 - 1";
        const OVERFLOW: &str = "a number beyond binary64";
        let float =
            || decimal::to_f64(lexeme, rules.json.numbers).filter(|value| value.is_finite()).ok_or(OVERFLOW);
        match rules.time.number {
            TimeNumber::Exact => {
                let value = Decimal::parse(lexeme).ok_or("no number")?;
                match value.compare_magnitude(LATEST) {
                    Ordering::Greater => Err(OUT_OF_RANGE),
                    Ordering::Less | Ordering::Equal => Ok(Self::Exact(value)),
                }
            }
            TimeNumber::RoundedUnsigned => {
                rounded_unsigned(lexeme, rules).ok_or("a number that no u64 is nearest to")
            }
            TimeNumber::GoSeconds => Ok(Self::Seconds(truncate(float()?))),
            TimeNumber::GoTime | TimeNumber::GoWholeTime => {
                let value = float()?;
                let second = truncate(value);
                // Within ±10^9, and so within the type.
                #[allow(clippy::cast_possible_truncation, reason = "the product is below 10^9")]
                let nanosecond = (value.fract() * 1e9) as i32;
                let (second, nanosecond) = if nanosecond < 0 {
                    (second.wrapping_sub(1), nanosecond + 1_000_000_000)
                } else {
                    (second, nanosecond)
                };
                let is_whole = rules.time.number == TimeNumber::GoWholeTime;
                Ok(Self::Go { second, nanosecond: if is_whole { 0 } else { nanosecond } })
            }
        }
    }

    /// How it compares with a whole second.
    #[must_use]
    pub fn compare(&self, second: i64) -> Ordering {
        match self {
            Self::Exact(value) => value.compare(second),
            Self::Seconds(value) => value.cmp(&second),
            Self::Go { second: own, nanosecond } => own
                .wrapping_add(Self::SINCE_YEAR_1)
                .cmp(&second.saturating_add(Self::SINCE_YEAR_1))
                .then(nanosecond.cmp(&0)),
        }
    }

    /// The second that it falls in.
    #[must_use]
    pub fn floor(&self) -> i64 {
        match self {
            Self::Exact(value) => value.floor(),
            Self::Seconds(second) | Self::Go { second, .. } => *second,
        }
    }

    /// Whether the number that it was read from counts as zero.
    fn is_zero(&self, lexeme: &str, rules: &Rules) -> bool {
        match self {
            // One half is the second zero too, once it is cut off.
            Self::Go { .. } if rules.time.number == TimeNumber::GoWholeTime => {
                decimal::to_f64(lexeme, rules.json.numbers).is_some_and(|value| value == 0.0)
            }
            Self::Exact(value) => value.is_zero(),
            Self::Seconds(second) => *second == 0,
            Self::Go { second, nanosecond } => *second == 0 && *nanosecond == 0,
        }
    }
}

/// Go's conversion of a floating-point number to `int64` on amd64: one that does not fit gives the
/// smallest. (Rust's `as` would give the nearest.)
fn truncate(value: f64) -> i64 {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if (-BOUND..BOUND).contains(&value) {
        #[allow(clippy::cast_possible_truncation, reason = "the value was compared with the bounds")]
        let whole = value as i64;
        whole
    } else {
        i64::MIN
    }
}

/// What Rust reads into a `u64`: an integer exactly, any other number rounded through binary64.
fn rounded_unsigned(lexeme: &str, rules: &Rules) -> Option<Instant> {
    const BOUND: f64 = 18_446_744_073_709_551_616.0;
    if lexeme.parse::<u64>().is_ok() {
        return Decimal::parse(lexeme).map(Instant::Exact);
    }
    let is_integer = lexeme.bytes().all(|octet| octet == b'-' || octet.is_ascii_digit());
    let value = decimal::to_f64(lexeme, rules.json.numbers).filter(|value| (0.0..BOUND).contains(value))?;
    // A negative integer is one of another type; only `-0` is read as a number with a fraction.
    if is_integer && value != 0.0 {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "compared with the bounds")]
    let whole = value.round() as u64;
    Decimal::parse(&whole.to_string()).map(Instant::Exact)
}

/// The times of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// When it expires.
    pub exp: Found<Instant>,
}

/// Compares the times of a token with the clock.
#[must_use]
pub fn check(claims: &Claims<'_>, now: i64, leeway: u32, rules: &Rules) -> (Times, Vec<Refusal>) {
    let mut refusals = Vec::new();
    let mut read = |name, rule| {
        let found = instant(claims, name, rules).or_absent(rule);
        let refusal = wrong_type(Stage::Time, name, &found, "a time");
        refusals.extend(refusal.map(|refusal| match (name, rules.time.exp_type) {
            ("exp", ExpType::Expired) => Refusal { reason: Reason::Expired, ..refusal },
            _ => refusal,
        }));
        found
    };
    let exp = read("exp", WrongType::Refuse);
    let nbf = read("nbf", WrongType::Refuse);
    let iat = read("iat", rules.time.iat_type);

    // Leeway moves the clock in the holder's favour, for each time its own way.
    let earlier = now.saturating_sub(i64::from(leeway));
    let later = now.saturating_add(i64::from(leeway));
    let mut refuse = |reason, detail: String| refusals.push(Refusal::new(Stage::Time, reason, detail));
    if let Found::Value(exp) = &exp {
        match (exp.compare(earlier), rules.time.exp_equal) {
            (Ordering::Greater, _) | (Ordering::Equal, ExpEqual::Valid) => {}
            (Ordering::Less, _) | (Ordering::Equal, ExpEqual::Expired) => {
                refuse(Reason::Expired, format!("expired at {}; now is {now}{}", exp.floor(), given(leeway)));
            }
        }
    }
    if let Found::Value(nbf) = &nbf
        && nbf.compare(later) == Ordering::Greater
    {
        refuse(Reason::NotYetValid, format!("valid from {}; now is {now}{}", nbf.floor(), given(leeway)));
    }
    if let (Found::Value(iat), Strictness::Refuse) = (&iat, rules.time.iat_future)
        && iat.compare(later) == Ordering::Greater
    {
        refuse(Reason::IssuedInFuture, format!("issued at {}; now is {now}{}", iat.floor(), given(leeway)));
    }
    (Times { exp }, refusals)
}

fn given(leeway: u32) -> String {
    if leeway == 0 { String::new() } else { format!(", with a leeway of {leeway}") }
}

/// A time claim. `null`, where it counts as absent, takes back what an earlier member set.
fn instant(claims: &Claims<'_>, name: &str, rules: &Rules) -> Found<Instant> {
    let mut found = Found::Absent;
    for value in claims.known.decoded(name) {
        let lexeme = match (value.kind(), rules.time.quoted_number, rules.claims.null) {
            (Kind::Number(lexeme), ..) => lexeme,
            (Kind::String(text), QuotedNumber::Number, _) if decimal::is_json_number(text.as_bytes()) => text,
            (Kind::Null, _, Null::Absent) => {
                found = Found::Absent;
                continue;
            }
            _ => return Found::Wrong(value.type_name()),
        };
        found = match Instant::read(lexeme, rules) {
            Ok(instant) if rules.time.zero == Zero::Absent && instant.is_zero(lexeme, rules) => Found::Absent,
            Ok(instant) => Found::Value(instant),
            Err(why) => return Found::Wrong(why),
        };
    }
    found
}

#[cfg(test)]
mod tests {
    use jotproof_rules::{ClaimsRules, TimeRules};

    use super::*;
    use crate::claims;
    use crate::testing::NOW;

    fn reasons(payload: &str, leeway: u32, rules: &Rules) -> Vec<Reason> {
        let payload = payload
            .replace("now", &NOW.to_string())
            .replace("past", &(NOW - 1).to_string())
            .replace("future", &(NOW + 1).to_string());
        let document = claims::parse(payload.as_bytes(), rules).expect("an object");
        let (claims, _) = claims::read(&document, rules);
        check(&claims, NOW, leeway, rules).1.iter().map(|refusal| refusal.reason).collect()
    }

    fn table(rules: &Rules, rows: &[(&str, &[Reason])]) {
        for (payload, expected) in rows {
            assert_eq!(reasons(payload, 0, rules), *expected, "{payload}");
        }
    }

    use Reason::{ClaimType, Expired, IssuedInFuture, NotYetValid};

    #[test]
    fn rust_rounds_to_unsigned_seconds() {
        let rules = Rules {
            time: TimeRules {
                number: TimeNumber::RoundedUnsigned,
                exp_equal: ExpEqual::Valid,
                ..TimeRules::default()
            },
            ..Rules::default()
        };
        table(
            &rules,
            &[
                (r#"{"exp":now}"#, &[]),
                (r#"{"exp":past}"#, &[Expired]),
                (r#"{"exp":past.5}"#, &[]),
                (r#"{"exp":past.4}"#, &[Expired]),
                (r#"{"nbf":now.4}"#, &[]),
                (r#"{"nbf":now.5}"#, &[NotYetValid]),
                (r#"{"exp":18446744073709551615}"#, &[]),
                (r#"{"exp":18446744073709551616}"#, &[ClaimType]),
                (r#"{"exp":1e19}"#, &[]),
                (r#"{"exp":1e20}"#, &[ClaimType]),
                (r#"{"nbf":-0}"#, &[]),
                (r#"{"nbf":-0.0}"#, &[]),
                (r#"{"nbf":-1}"#, &[ClaimType]),
                (r#"{"nbf":-0.1}"#, &[ClaimType]),
            ],
        );
    }

    #[test]
    fn rfc_compares_exact_decimals() {
        table(
            &Rules::default(),
            &[
                ("{}", &[]),
                (r#"{"exp":future,"nbf":past,"iat":past}"#, &[]),
                (r#"{"exp":now}"#, &[Expired]),
                (r#"{"exp":now.5}"#, &[]),
                (r#"{"exp":now.0}"#, &[Expired]),
                (r#"{"exp":now.000000000000000000000000000001}"#, &[]),
                (r#"{"exp":past.999999999999999999999999999999}"#, &[Expired]),
                (r#"{"exp":0}"#, &[Expired]),
                (r#"{"exp":-0.0}"#, &[Expired]),
                (r#"{"exp":1.9e9}"#, &[]),
                (r#"{"exp":-1}"#, &[Expired]),
                (r#"{"exp":9007199254740991}"#, &[]),
                (r#"{"exp":9007199254740991.1}"#, &[ClaimType]),
                (r#"{"exp":9007199254740992}"#, &[ClaimType]),
                (r#"{"exp":1e300}"#, &[ClaimType]),
                (r#"{"exp":-1e300}"#, &[ClaimType]),
                (r#"{"exp":1e-400}"#, &[Expired]),
                (r#"{"nbf":now}"#, &[]),
                (r#"{"nbf":now.1}"#, &[NotYetValid]),
                (r#"{"nbf":future}"#, &[NotYetValid]),
                (r#"{"iat":now}"#, &[]),
                (r#"{"iat":future}"#, &[IssuedInFuture]),
                (r#"{"exp":"future"}"#, &[ClaimType]),
                (r#"{"exp":null,"nbf":true,"iat":[]}"#, &[ClaimType, ClaimType, ClaimType]),
                (r#"{"exp":{},"nbf":future}"#, &[ClaimType, NotYetValid]),
            ],
        );
    }

    #[test]
    fn leeway_favours_the_holder() {
        let rfc = Rules::default();
        for (payload, leeway, expected) in [
            (r#"{"exp":past}"#, 1, &[Expired][..]),
            (r#"{"exp":past}"#, 2, &[]),
            (r#"{"nbf":future}"#, 1, &[]),
            (r#"{"iat":future}"#, 1, &[]),
            (r#"{"nbf":future.5}"#, 1, &[NotYetValid]),
        ] {
            assert_eq!(reasons(payload, leeway, &rfc), expected, "{payload} {leeway}");
        }
    }

    #[test]
    fn go_time_as_cristalhq_reads_it() {
        let rules = Rules {
            time: TimeRules {
                number: TimeNumber::GoTime,
                quoted_number: QuotedNumber::Number,
                iat_future: Strictness::Ignore,
                ..TimeRules::default()
            },
            claims: ClaimsRules {
                number_range: Strictness::Ignore,
                null: Null::Absent,
                ..ClaimsRules::default()
            },
            ..Rules::default()
        };
        table(
            &rules,
            &[
                (r#"{"exp":now}"#, &[Expired]),
                (r#"{"exp":now.5}"#, &[]),
                (r#"{"exp":now.0000000001}"#, &[Expired]),
                (r#"{"exp":"future"}"#, &[]),
                (r#"{"exp":"1e10"}"#, &[]),
                (r#"{"exp":" future"}"#, &[ClaimType]),
                (r#"{"exp":""}"#, &[ClaimType]),
                (r#"{"exp":null,"nbf":null,"iat":null}"#, &[]),
                (r#"{"exp":true}"#, &[ClaimType]),
                (r#"{"exp":1e309}"#, &[ClaimType]),
                (r#"{"exp":0}"#, &[Expired]),
                (r#"{"exp":-1.5}"#, &[Expired]),
                (r#"{"exp":9223371974719000000}"#, &[]),
                (r#"{"exp":9223371974719180000}"#, &[Expired]),
                (r#"{"exp":9223372036854775807}"#, &[Expired]),
                (r#"{"exp":1e300}"#, &[Expired]),
                (r#"{"nbf":1e300}"#, &[]),
                (r#"{"nbf":future}"#, &[NotYetValid]),
                (r#"{"iat":future}"#, &[]),
                (r#"{"iat":"x"}"#, &[ClaimType]),
            ],
        );
    }

    #[test]
    fn go_seconds_as_golang_jwt_3_reads_them() {
        let rules = Rules {
            time: TimeRules {
                number: TimeNumber::GoSeconds,
                zero: Zero::Absent,
                exp_type: ExpType::Expired,
                exp_equal: ExpEqual::Valid,
                ..TimeRules::default()
            },
            ..Rules::default()
        };
        table(
            &rules,
            &[
                (r#"{"exp":now}"#, &[]),
                (r#"{"exp":past}"#, &[Expired]),
                (r#"{"exp":past.9}"#, &[Expired]),
                (r#"{"exp":0}"#, &[]),
                (r#"{"exp":0.5}"#, &[]),
                (r#"{"exp":-0.5}"#, &[]),
                (r#"{"exp":-1}"#, &[Expired]),
                (r#"{"exp":-1e300}"#, &[Expired]),
                (r#"{"exp":1e18}"#, &[]),
                (r#"{"exp":9.3e18}"#, &[Expired]),
                (r#"{"exp":1e300}"#, &[Expired]),
                (r#"{"exp":9223372036854775807}"#, &[Expired]),
                (r#"{"exp":9223372036854774784}"#, &[]),
                (r#"{"exp":"future"}"#, &[Expired]),
                (r#"{"exp":null}"#, &[Expired]),
                (r#"{"nbf":1e300}"#, &[]),
                (r#"{"nbf":9223372036854774784}"#, &[NotYetValid]),
                (r#"{"nbf":future}"#, &[NotYetValid]),
                (r#"{"nbf":now.9}"#, &[]),
                (r#"{"nbf":null}"#, &[ClaimType]),
                (r#"{"iat":future}"#, &[IssuedInFuture]),
                (r#"{"iat":1e300}"#, &[]),
                (r#"{"iat":"x"}"#, &[ClaimType]),
            ],
        );
    }

    #[test]
    fn go_times_as_golang_jwt_5_reads_them() {
        let rules = Rules {
            time: TimeRules {
                number: TimeNumber::GoWholeTime,
                zero: Zero::Absent,
                iat_type: WrongType::Absent,
                iat_future: Strictness::Ignore,
                ..TimeRules::default()
            },
            ..Rules::default()
        };
        table(
            &rules,
            &[
                (r#"{"exp":now}"#, &[Expired]),
                (r#"{"exp":now.9}"#, &[Expired]),
                (r#"{"exp":future}"#, &[]),
                (r#"{"exp":0}"#, &[]),
                (r#"{"exp":-0.0}"#, &[]),
                (r#"{"exp":1e-400}"#, &[]),
                (r#"{"exp":0.5}"#, &[Expired]),
                (r#"{"exp":1e-300}"#, &[Expired]),
                (r#"{"exp":-0.5}"#, &[Expired]),
                (r#"{"exp":-1e300}"#, &[Expired]),
                (r#"{"exp":9.2e18}"#, &[]),
                (r#"{"exp":9223371974719180000}"#, &[Expired]),
                (r#"{"exp":9223372036854774784}"#, &[Expired]),
                (r#"{"exp":1e300}"#, &[Expired]),
                (r#"{"exp":"future"}"#, &[ClaimType]),
                (r#"{"exp":null,"nbf":future}"#, &[ClaimType, NotYetValid]),
                (r#"{"nbf":now.9}"#, &[]),
                (r#"{"nbf":future}"#, &[NotYetValid]),
                (r#"{"nbf":9.2e18}"#, &[NotYetValid]),
                (r#"{"nbf":9223371974719180000}"#, &[]),
                (r#"{"nbf":1e300}"#, &[]),
                (r#"{"nbf":null}"#, &[ClaimType]),
                (r#"{"iat":future}"#, &[]),
                (r#"{"iat":"x"}"#, &[]),
            ],
        );
    }

    #[test]
    fn an_expiry_is_told_in_whole_seconds() {
        for (rules, lexeme, second) in [
            (Rules::default(), "1900000000.9", 1_900_000_000),
            (
                Rules {
                    time: TimeRules { number: TimeNumber::GoTime, ..TimeRules::default() },
                    ..Rules::default()
                },
                "1900000000.9",
                1_900_000_000,
            ),
            (
                Rules {
                    time: TimeRules { number: TimeNumber::GoTime, ..TimeRules::default() },
                    ..Rules::default()
                },
                "-0.5",
                -1,
            ),
        ] {
            assert_eq!(Instant::read(lexeme, &rules).map(|instant| instant.floor()), Ok(second), "{lexeme}");
        }
    }
}
