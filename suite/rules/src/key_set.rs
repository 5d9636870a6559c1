//! The rules of the stage `key`, for published key sets (RFC 7517).

use serde::{Deserialize, Serialize};

use crate::choice::{Duplicates, Names, Null, Strictness};

/// The rules of the stage `key`, for published key sets (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySetRules {
    /// What several keys with one `kid` mean.
    pub same_kid: SameKeyId,
    /// The `use` that a key must have.
    pub r#use: KeyUse,
    /// Whether `key_ops` without `verify` is refused (RFC 7517 section 4.3).
    pub operations: Strictness,
    /// The algorithm that an RSA or EC key serves.
    pub algorithm: KeyAlgorithm,
    /// The algorithm that an OKP key serves (RFC 8037 section 2).
    pub okp_algorithm: OkpAlgorithm,
    /// Whether a set that contains a secret is refused.
    pub secret: Strictness,
    /// Whether a key type that cannot sign is unusable, like an unknown type.
    pub other_type: Strictness,
    /// What the private part of a key means.
    pub private_part: PrivatePart,
    /// How member names are matched.
    pub member_names: Names,
    /// What repeated members mean.
    pub duplicates: Duplicates,
    /// What `null` means for a member.
    pub null: Null,
    /// The members that must be integers if present, in addition to those of RFC 7517.
    pub integers: Vec<String>,
    /// Whether an RSA key with a number that begins with a zero byte is refused (RFC 7518 section 6.3.1.1).
    pub leading_zero: Strictness,
    /// The values of a token that a URL template takes.
    pub template: Template,
    /// The index of fetched keys.
    pub cache: KeyCache,
    /// Whether a key set behind a redirect is refused.
    pub redirects: Strictness,
}

/// What several keys with one `kid` mean in a published set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SameKeyId {
    /// The token is refused.
    #[default]
    Refuse,
    /// The last key counts.
    Last,
}

/// The `use` that a key of a published set must have (RFC 7517 section 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyUse {
    /// `sig`, or no `use`.
    #[default]
    SignatureOrNone,
    /// `sig`.
    Signature,
}

/// The algorithm that a published RSA or EC key serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyAlgorithm {
    /// The one in its `alg` (RFC 8725 section 3.1). Without `alg`, any allowed one of its type.
    #[default]
    NamedOrAny,
    /// The one in its `alg`. Without `alg`, none.
    Named,
}

/// The algorithm that a published OKP key serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OkpAlgorithm {
    /// The one in its `alg` (RFC 8725 section 3.1). Without `alg`, any allowed one of its type.
    #[default]
    NamedOrAny,
    /// Any allowed one of its type, whatever its `alg`.
    Any,
}

/// What the private part of a key in a published set means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrivatePart {
    /// The key is not used.
    #[default]
    Refuse,
    /// The key is not used if the part is complete: `d`, `p` and `q` of RSA, `d` of EC.
    RefuseWhole,
}

/// The values of a token that the URL template of a key set takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// One path segment without characters that have a meaning in a URL.
    #[default]
    Segment,
    /// Values that add no `.` segment, no `..` segment and no empty segment to the path.
    CleanPath,
    /// Anything.
    Verbatim,
}

/// The index of fetched keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyCache {
    /// The URL and the `kid`.
    #[default]
    Url,
    /// The `kid` alone.
    KeyId,
}
