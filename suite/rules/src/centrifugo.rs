//! The rules of Centrifugo tokens.

use serde::{Deserialize, Serialize};

use crate::choice::{Missing, Strictness, WrongType};

/// The rules of Centrifugo tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CentrifugoRules {
    /// What the configured claim that names the user must be.
    pub user_claim: UserClaim,
    /// What an absent `sub` means.
    pub subject: Subject,
    /// What a negative `expire_at` means.
    pub expire_at_negative: NegativeExpireAt,
    /// What an `expire_at` that is equal to now means.
    pub expire_at_equal: ExpireAtEqual,
    /// How the server tells the remaining time of a connection.
    pub time_to_live: TimeToLive,
    /// The channel options that a subscription may override. Others are ignored.
    pub overrides: Overrides,
    /// What an override without a `value` does.
    pub override_without_value: OverrideWithoutValue,
    /// What a `meta` that is not an object means.
    pub meta_type: WrongType,
    /// How the server tells the remaining time of a new subscription.
    pub subscription_time_to_live: SubscriptionTimeToLive,
    /// Whether a `client` in a subscription token must be the connected client. The documentation has no such
    /// claim since version 4.
    pub subscription_client_check: SubscriptionClientCheck,
    /// What a token for a private channel without a `client` means.
    pub client_missing: Missing,
    /// Whether the user of a subscription token must be the connected user.
    pub user_check: Check,
    /// Whether a connection token with a `channel` claim is refused.
    pub purpose: Strictness,
}

/// Whether a check is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The verifier makes it.
    #[default]
    Make,
    /// The verifier skips it.
    Skip,
}

/// Whether a `client` in a subscription token must be the connected client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionClientCheck {
    /// It must be.
    Make,
    /// The claim is ignored.
    #[default]
    Skip,
}

/// What an absent `sub` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The token is refused.
    #[default]
    Refuse,
    /// The user is anonymous.
    Anonymous,
}

/// What a negative `expire_at` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NegativeExpireAt {
    /// The token is refused.
    #[default]
    Refuse,
    /// The connection does not expire.
    Never,
}

/// What an `expire_at` that is equal to now means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpireAtEqual {
    /// The connection has expired.
    #[default]
    Expired,
    /// The connection is accepted and expires at once.
    Accept,
}

/// How the server tells the remaining time of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeToLive {
    /// As it is.
    #[default]
    Exact,
    /// Modulo 2^32 seconds.
    Wraps,
    /// As at most 365 days. No connection lasts longer.
    AtMostAYear,
}

/// How the server tells the remaining time of a new subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionTimeToLive {
    /// As it is.
    #[default]
    Exact,
    /// Modulo 2^32 seconds.
    Wraps,
}

/// What an override without a `value` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverrideWithoutValue {
    /// The token is refused.
    #[default]
    Refuse,
    /// The option is off.
    Off,
}

/// What the configured claim that names the user must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserClaim {
    /// A string.
    #[default]
    String,
    /// Any value, as Go's gjson reads it: the first member with exactly that name, as text. An absent claim is
    /// empty.
    GoJson,
}

/// The names of channel options that a subscription may override.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Overrides(pub Vec<String>);

impl Default for Overrides {
    /// The options of all versions. `position` and `recover` are those of version 3.
    fn default() -> Self {
        let names = [
            "presence",
            "join_leave",
            "force_push_join_leave",
            "force_positioning",
            "force_recovery",
            "position",
            "recover",
        ];
        Self(names.map(str::to_owned).to_vec())
    }
}
