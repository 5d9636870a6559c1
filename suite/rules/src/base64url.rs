//! The rules of base64url (RFC 7515 section 2).

use serde::{Deserialize, Serialize};

use crate::choice::Strictness;

/// The rules of base64url (RFC 7515 section 2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base64urlRules {
    /// Whether CR and LF in a segment are refused.
    pub newlines: Strictness,
    /// Whether non-zero trailing bits are refused.
    pub trailing_bits: Strictness,
}
