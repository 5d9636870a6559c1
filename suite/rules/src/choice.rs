//! The choices of more than one stage.

use serde::{Deserialize, Serialize};

/// Whether the verifier refuses something or ignores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strictness {
    /// The token, or the key, is refused.
    #[default]
    Refuse,
    /// The verifier ignores it.
    Ignore,
}

/// Which member names count as equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Names {
    /// Equal code points (RFC 7519 section 4).
    #[default]
    Exact,
    /// Equal under Unicode simple case folding, as Go's `encoding/json` matches struct fields.
    CaseFold,
}

/// What a repeated member name means (RFC 7515 section 4, RFC 7519 section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// The token is refused.
    #[default]
    Refuse,
    /// The last value counts.
    Last,
}

/// What invalid Unicode means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Text {
    /// The token is refused.
    #[default]
    Strict,
    /// U+FFFD replaces each invalid part.
    Replace,
}

/// What a claim of the wrong JSON type means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrongType {
    /// The token is refused.
    #[default]
    Refuse,
    /// As if the claim were absent.
    Absent,
}

/// What the JSON value `null` of a claim means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Null {
    /// A value of the wrong type.
    #[default]
    WrongType,
    /// As if the claim were absent.
    Absent,
}

/// What an absent claim means if a value is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The token is refused.
    #[default]
    Refuse,
    /// It is accepted.
    Accept,
}
