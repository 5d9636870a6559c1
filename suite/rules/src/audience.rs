//! The rules of the stage `audience`.

use serde::{Deserialize, Serialize};

use crate::choice::{Missing, Null, Strictness, WrongType};

/// The rules of the stage `audience`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AudienceRules {
    /// What an `aud` of another type means if one is configured.
    pub r#type: WrongType,
    /// What `null` means for an audience.
    pub null: Null,
    /// What the type of an array with other values than strings is.
    pub mixed: MixedArray,
    /// What an absent `aud` means if one is configured.
    pub missing: Missing,
    /// What an `aud` means if none is configured.
    pub unexpected: Strictness,
}

/// What the type of an array with other values than strings is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MixedArray {
    /// Its strings count, if a wrong type counts as absent.
    #[default]
    Strings,
    /// The whole array has the wrong type.
    WrongType,
}
