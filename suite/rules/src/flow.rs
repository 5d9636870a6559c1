//! The rules of flows: several tokens on one connection.

use serde::{Deserialize, Serialize};

/// The rules of flows: several tokens on one connection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowRules {
    /// What a renewing token without `exp` does to the expiry of a connection.
    pub refresh_without_exp: RefreshWithoutExp,
    /// What a renewing token with other channels than the connection has means.
    pub refresh_subscriptions: RefreshSubscriptions,
    /// What a refused renewing token does to the connection.
    pub refused_refresh: RefusedRefresh,
    /// What an expired token that renews a subscription means.
    pub sub_refresh_times: SubRefreshTimes,
    /// How the server tells the remaining time of a renewed subscription.
    pub sub_refresh_time_to_live: RenewedTimeToLive,
    /// What ends when a subscription expires.
    pub subscription_end: SubscriptionEnd,
    /// What a reload with an invalid configuration does.
    pub bad_reload: BadReload,
    /// What the server does with the fetched keys of a published set.
    pub kept_keys: KeptKeys,
}

/// What a renewing token without `exp` does to the expiry of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshWithoutExp {
    /// The connection no longer expires.
    #[default]
    EndsExpiry,
    /// The connection expires as before, but the server tells the client that it does not.
    KeepsExpiry,
}

/// What a renewing token with other channels than the connection has means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshSubscriptions {
    /// The client must reconnect.
    #[default]
    Refuse,
    /// Nothing: the list is for new connections.
    Ignore,
}

/// What a refused renewing token does to the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedRefresh {
    /// Nothing: the connection stays until it expires.
    #[default]
    Stays,
    /// It closes the connection, unless the fault is in what the token asks for and not in the token.
    Ends,
}

/// What an expired token that renews a subscription means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubRefreshTimes {
    /// It is refused.
    #[default]
    Refuse,
    /// The subscription no longer expires.
    EndsExpiry,
}

/// How the server tells the remaining time of a renewed subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenewedTimeToLive {
    /// As for a new subscription.
    #[default]
    AsOfANewOne,
    /// As at most 365 days. No subscription lasts longer.
    AtMostAYear,
}

/// What ends when a subscription expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionEnd {
    /// The connection, so that the client reconnects.
    #[default]
    Connection,
    /// Only the subscription.
    Subscription,
}

/// What a reload with an invalid configuration does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadReload {
    /// The server accepts no token after it.
    #[default]
    Refuse,
    /// The server keeps its configuration.
    Kept,
}

/// What the server does with the fetched keys of a published set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptKeys {
    /// It looks for a key in the set as it is now.
    #[default]
    Published,
    /// It keeps each key under its `kid`, whatever the set contains later.
    Kept,
}
