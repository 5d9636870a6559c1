//! The rules of the stage `split`: where a token is cut (RFC 7515 section 7.1).

use serde::{Deserialize, Serialize};

/// The rules of the stage `split`: where a token is cut (RFC 7515 section 7.1).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitRules {
    /// The text that every token must begin with. Empty: any text.
    pub prefix: String,
    /// What segments beyond the third mean.
    pub extra_segments: ExtraSegments,
}

/// What segments beyond the third mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtraSegments {
    /// The token is refused.
    #[default]
    Refuse,
    /// They belong to the header: a token is cut at its last two dots. The text before them is decoded
    /// as one segment.
    Header,
}
