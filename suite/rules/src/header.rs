//! The rules of the stage `header`: the JOSE header (RFC 7515 section 4).

use serde::{Deserialize, Serialize};

use crate::choice::{Duplicates, Names, Null, Strictness, Text};

/// The rules of the stage `header`: the JOSE header (RFC 7515 section 4).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderRules {
    /// How header parameter names are matched.
    pub member_names: Names,
    /// What repeated header parameters mean.
    pub duplicates: Duplicates,
    /// The header parameters that must not be repeated, whatever `duplicates` says.
    pub unique: Vec<String>,
    /// What invalid Unicode in the header means.
    pub text: Text,
    /// The header parameters that must be strings if present. `alg` always must.
    pub strings: StringParameters,
    /// Whether a `jku` or `x5u` that is not an HTTP URL is refused (RFC 7515 sections 4.1.2 and 4.1.5).
    pub urls: Strictness,
    /// The header parameters that must be arrays of strings if present.
    pub string_arrays: Vec<String>,
    /// The header parameters that must be objects if present.
    pub objects: Vec<String>,
    /// What `null` means for a parameter in one of these three lists.
    pub null: Null,
    /// Whether any number in the header that binary64 cannot hold is refused.
    pub number_range: Strictness,
    /// Whether a `b64` that is not `true` is refused (RFC 7797), critical or not.
    pub b64: Strictness,
    /// Whether the `enc` of an encrypted token is refused (RFC 7516 section 9).
    pub enc: Strictness,
    /// How a `jwk` that is an object is read.
    pub embedded_jwk: EmbeddedJwk,
    /// Whether a `jwk` or `x5c` that is not a configured key is refused. It is never used.
    pub embedded_key: Strictness,
    /// How critical extensions are treated.
    pub critical: Critical,
    /// Whether the `cty` value `JWT` is refused if the payload is a claims set.
    pub nested: Strictness,
    /// The known values of `alg`. A header with another value, or without `alg`, is not readable. Empty: any
    /// string.
    pub algorithm_names: Vec<String>,
    /// Whether an `alg` that is an object is refused if its only member has the name of an algorithm and the
    /// value `null`. Rust's `serde` reads such an object as an enum.
    pub algorithm_object: Strictness,
}

/// The treatment of critical extensions (RFC 7515 section 4.1.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Critical {
    /// No extension is understood, so the token is refused.
    #[default]
    Refuse,
    /// `crit` is ignored.
    Ignore,
    /// Only `b64` is understood (RFC 7797), critical or not, and it must be `true`.
    B64Alone,
}

/// How a `jwk` in the header is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmbeddedJwk {
    /// As a JWK: its common parameters (RFC 7517 section 4) have their types and do not repeat.
    #[default]
    Typed,
    /// Not at all.
    Unread,
}

/// The names of header parameters that must be strings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StringParameters(pub Vec<String>);

impl Default for StringParameters {
    /// The parameters that RFC 7515 section 4.1 defines as strings, other than `alg`.
    fn default() -> Self {
        Self(["typ", "cty", "kid", "jku", "x5u", "x5t", "x5t#S256"].map(str::to_owned).to_vec())
    }
}
