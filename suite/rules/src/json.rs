//! The rules of JSON texts, in the header, in the payload and in a key set.

use serde::{Deserialize, Serialize};

/// The rules of JSON texts, in the header, in the payload and in a key set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonRules {
    /// The deepest nesting of arrays and objects in the header and in the payload.
    pub depth: Depth,
    /// How a number becomes a binary64, if a rule needs one.
    pub numbers: Numbers,
}

/// How a number becomes a binary64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Numbers {
    /// The nearest binary64.
    #[default]
    Nearest,
    /// The digits that fit into a `u64`, multiplied or divided by a power of ten. Rust's serde_json does so
    /// without its feature `float_roundtrip`. Each step rounds, so the result can be a neighbour of the nearest
    /// binary64. Close to the largest binary64 there can be no result.
    Stepwise,
}

/// The deepest nesting of arrays and objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Depth(pub usize);

impl Default for Depth {
    /// The limit of Go's `encoding/json`. Every token that must be accepted stays far below it.
    fn default() -> Self {
        Self(10_000)
    }
}
