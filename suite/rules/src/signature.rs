//! The rules of the stage `signature`.

use serde::{Deserialize, Serialize};

use crate::choice::Strictness;

/// The rules of the stage `signature`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureRules {
    /// Whether an EdDSA signature is refused if its `R` has small order.
    pub small_order: Strictness,
}
