//! The rules of the stage `algorithm`: the algorithms that a key may be used with.

use serde::{Deserialize, Serialize};

/// The rules of the stage `algorithm`: the algorithms that a key may be used with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlgorithmRules {
    /// The algorithms that a key may be used with.
    pub pinning: Pinning,
}

/// The algorithms that a configured key may be used with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pinning {
    /// The algorithms of the context.
    #[default]
    Context,
    /// Every HMAC algorithm for an HMAC key, every PKCS#1 v1.5 algorithm for an RSA key. For any other key, the
    /// algorithms of the context.
    Family,
}
