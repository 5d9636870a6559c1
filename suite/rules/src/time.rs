//! The rules of the stage `time`: `exp`, `nbf` and `iat`.

use serde::{Deserialize, Serialize};

use crate::choice::{Strictness, WrongType};

/// The rules of the stage `time`: `exp`, `nbf` and `iat`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeRules {
    /// How a number becomes a time.
    pub number: TimeNumber,
    /// Whether a number in a JSON string counts.
    pub quoted_number: QuotedNumber,
    /// What a time of zero means.
    pub zero: Zero,
    /// What an `exp` of another type means.
    pub exp_type: ExpType,
    /// What an `exp` that is equal to now means.
    pub exp_equal: ExpEqual,
    /// What an `iat` of another type means.
    pub iat_type: WrongType,
    /// Whether an `iat` in the future is refused.
    pub iat_future: Strictness,
}

/// What an `exp` of the wrong JSON type means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpType {
    /// The token is refused.
    #[default]
    Refuse,
    /// The token has expired.
    Expired,
}

/// How a number becomes a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeNumber {
    /// Its exact decimal value. A value beyond 2^53 - 1 seconds is refused.
    #[default]
    Exact,
    /// Rust, into `u64`. An integer stays as it is. Any other number goes through binary64 and is rounded to
    /// the nearest second. A negative number, or one beyond 2^64, has the wrong type.
    RoundedUnsigned,
    /// Go, as cristalhq/jwt does it on amd64: through binary64 to whole seconds and a fraction. An overflow
    /// gives the smallest int64. A second that Go's `time.Unix` cannot shift wraps.
    GoTime,
    /// Go, as golang-jwt v5 does it on amd64: as `GoTime`, then without the fraction. The check for zero comes
    /// first.
    GoWholeTime,
    /// Go, as golang-jwt v3 does it on amd64: through binary64, truncated to int64. An overflow gives the
    /// smallest int64.
    GoSeconds,
}

/// What a time of zero means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zero {
    /// The first second of the epoch.
    #[default]
    Time,
    /// As if the claim were absent.
    Absent,
}

/// Whether a number in a JSON string counts as a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotedNumber {
    /// No: it has the wrong type.
    #[default]
    WrongType,
    /// Yes, if the string is a JSON number.
    Number,
}

/// What an `exp` that is equal to now means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpEqual {
    /// The token has expired (RFC 7519 section 4.1.4: "on or after").
    #[default]
    Expired,
    /// The token is valid.
    Valid,
}
