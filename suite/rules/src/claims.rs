//! The rules of the stage `claims`: the claims set, and the types of its claims (RFC 7519 section 4).

use serde::{Deserialize, Serialize};

use crate::choice::{Duplicates, Names, Null, Strictness, Text, WrongType};

/// The rules of the stage `claims`: the claims set, and the types of its claims (RFC 7519 section 4).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimsRules {
    /// What the payload may be.
    pub payload: Payload,
    /// Whether text after the payload's JSON value is refused.
    pub trailing_text: Strictness,
    /// How claim names are matched.
    pub member_names: Names,
    /// What repeated claims mean.
    pub duplicates: Duplicates,
    /// The claims that must not be repeated, whatever `duplicates` says.
    pub unique: Vec<String>,
    /// What invalid Unicode in the payload means.
    pub text: Text,
    /// Whether any number in the payload that binary64 cannot hold is refused.
    pub number_range: Strictness,
    /// Whether a `sub` with a colon that is not a URI is refused (RFC 7519 section 2).
    pub string_or_uri: Strictness,
    /// What `null` means for a known claim other than `aud`.
    pub null: Null,
    /// What an array or object as `exp`, `nbf` or `sub` means.
    pub container: Container,
    /// What a `sub` of another type means.
    pub sub_type: WrongType,
    /// What an `iss` of another type means if no issuer is configured.
    pub iss_type: WrongType,
    /// What a `jti` of another type means.
    pub jti_type: WrongType,
    /// What an `aud` of another type means if no audience is configured.
    pub aud_type: WrongType,
}

/// What the payload may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// One JSON object (RFC 7519 section 7.2 step 10).
    #[default]
    Object,
    /// One JSON object, or `null` for an empty one.
    ObjectOrNull,
}

/// What an array or object as a time or as `sub` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Container {
    /// A value of the wrong type.
    #[default]
    WrongType,
    /// The payload is not readable: a decoder that fails on such a value stops inside it. An empty array or
    /// object as a time is a value of the wrong type.
    Unreadable,
}
