//! The rules of regexes for audience and issuer.

use serde::{Deserialize, Serialize};

/// The rules of regexes for audience and issuer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternRules {
    /// How much of an audience or issuer a regex must match.
    pub r#match: PatternMatch,
    /// What an absent issuer means if a regex is configured.
    pub absent_issuer: AbsentIssuer,
}

/// How much of a text a regex must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatternMatch {
    /// The whole text.
    #[default]
    Whole,
    /// Any part of the text, unless the regex has anchors.
    Search,
}

/// What an absent issuer means if a regex is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbsentIssuer {
    /// The token is refused.
    #[default]
    Refuse,
    /// An empty text, which a regex may match.
    Empty,
}
