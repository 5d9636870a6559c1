//! The rules of invalid configurations.

use serde::{Deserialize, Serialize};

/// The rules of invalid configurations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigurationRules {
    /// What an invalid URL of a key set means.
    pub bad_url: BadUrl,
}

/// What an invalid URL of a key set means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadUrl {
    /// The configuration is invalid.
    #[default]
    Refuse,
    /// There is no key set at it. A URL that cannot be parsed counts as absent, so the configured keys verify.
    Forgotten,
}
