//! The rules of the stage `key`, for configured keys.

use serde::{Deserialize, Serialize};

use crate::choice::Strictness;

/// The rules of the stage `key`, for configured keys.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRules {
    /// What an empty secret means.
    pub empty: EmptySecret,
    /// Whether a key below the size of RFC 7518 is refused.
    pub size: Strictness,
}

/// What an empty secret means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptySecret {
    /// It is not a key, so a token that needs it is refused.
    #[default]
    Refuse,
    /// It is a key.
    Ignore,
    /// The configuration is invalid, and no token is read.
    NotImported,
}
