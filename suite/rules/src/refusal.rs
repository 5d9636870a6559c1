//! The rules of refusals.

use jotproof_model::Reason;
use serde::{Deserialize, Serialize};

/// The rules of refusals.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusalRules {
    /// The order of refusals. If several apply, the first in this list counts.
    pub precedence: Precedence,
}

/// Reasons in the order in which they count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Precedence(pub Vec<Reason>);

impl Default for Precedence {
    /// The order of the stages.
    fn default() -> Self {
        Self(vec![
            Reason::Configuration,
            Reason::NoToken,
            Reason::SeveralTokens,
            Reason::Request,
            Reason::Limit,
            Reason::NotCompact,
            Reason::Encoding,
            Reason::Header,
            Reason::HeaderParameter,
            Reason::Critical,
            Reason::Algorithm,
            Reason::Key,
            Reason::Signature,
            Reason::Type,
            Reason::Payload,
            Reason::ClaimType,
            Reason::ClaimMissing,
            Reason::Expired,
            Reason::NotYetValid,
            Reason::IssuedInFuture,
            Reason::Audience,
            Reason::Issuer,
            Reason::Purpose,
            Reason::UnknownChannel,
            Reason::InfoEncoding,
            Reason::Channel,
            Reason::Client,
            Reason::User,
            Reason::Subscriptions,
            Reason::ConnectionExpired,
            Reason::SubscriptionExpired,
            Reason::Anonymous,
            Reason::Identifiers,
        ])
    }
}
