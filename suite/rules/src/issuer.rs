//! The rules of the stage `issuer`.

use serde::{Deserialize, Serialize};

use crate::choice::{Missing, Null, WrongType};

/// The rules of the stage `issuer`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerRules {
    /// What an `iss` of another type means if one is configured.
    pub r#type: WrongType,
    /// What `null` means for an issuer. For every other claim, `claims.null` applies.
    pub null: Null,
    /// What an array of issuers means.
    pub array: IssuerArray,
    /// What an absent `iss` means if one is configured.
    pub missing: Missing,
}

/// What an array of issuers means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssuerArray {
    /// A value of the wrong type (RFC 7519 section 4.1.1).
    #[default]
    WrongType,
    /// One of them must be the configured issuer, as for audiences.
    AnyOf,
}
