//! Why a token is refused.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a token is refused: one closed list for expectations, the reference and the answers of
/// servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// What the verifier is configured with contradicts itself, or cannot be read: no token is accepted.
    Configuration,
    /// There is no token: the text is empty.
    NoToken,
    /// Several tokens are submitted, and nothing says which of them counts.
    SeveralTokens,
    /// AnyCable: the request that carries the token is malformed (RFC 3986 section 2.1, RFC 9110 section 7.2).
    Request,
    /// Not three segments joined by dots (RFC 7519 section 7.2 step 1, RFC 7515 section 7.1).
    NotCompact,
    /// A segment is not base64url without padding (RFC 7515 sections 2 and 5.2).
    Encoding,
    /// The header is not one UTF-8 encoded JSON object (RFC 7519 section 7.2 step 4).
    Header,
    /// A header parameter has a value that it cannot have (RFC 7519 section 7.2 step 5).
    HeaderParameter,
    /// `crit` names something that is not understood (RFC 7515 section 4.1.11).
    Critical,
    /// `typ` is not the expected one, or `cty` announces a nested token (RFC 8725 section 3.11).
    Type,
    /// `alg` is absent, unknown, `none`, or not allowed (RFC 8725 sections 3.1 and 3.2).
    Algorithm,
    /// The configured key is unfit, or there is none for the algorithm (RFC 7518 sections 3.2 to 3.5).
    Key,
    /// The signature does not verify (RFC 7515 section 5.2 step 8).
    Signature,
    /// The payload is not one UTF-8 encoded JSON object (RFC 7519 section 7.2 step 10).
    Payload,
    /// A claim has a JSON type or value that it cannot have.
    ClaimType,
    /// A required claim is absent.
    ClaimMissing,
    /// The expiration time has come (RFC 7519 section 4.1.4).
    Expired,
    /// The token is not valid yet (RFC 7519 section 4.1.5).
    NotYetValid,
    /// It was issued in the future.
    IssuedInFuture,
    /// The audience is not the configured one (RFC 7519 section 4.1.3).
    Audience,
    /// The issuer is not the configured one (RFC 7519 section 4.1.1).
    Issuer,
    /// AnyCable: the identifiers (`ext`) are absent, or not a string.
    Identifiers,
    /// Centrifugo: `expire_at` has passed, or a connection was not renewed in time.
    ConnectionExpired,
    /// Centrifugo: a subscription was not renewed in time.
    SubscriptionExpired,
    /// Centrifugo: a channel of an unknown namespace.
    UnknownChannel,
    /// Centrifugo: a `b64info` that is not base64.
    InfoEncoding,
    /// Centrifugo: the token is for a channel, not for a connection.
    Purpose,
    /// Centrifugo: the token is for another channel than the one that is asked for.
    Channel,
    /// Centrifugo: the token is for another client than the one that asks.
    Client,
    /// Centrifugo: the token is for another user than the one that is connected.
    User,
    /// Centrifugo: the token that renews a connection lists other channels than it has.
    Subscriptions,
    /// Centrifugo: the user is anonymous and anonymous tokens are refused.
    Anonymous,
    /// A bound of size, depth or count is exceeded (RFC 8259 section 9).
    Limit,
}

impl Reason {
    /// The name as stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::NoToken => "no-token",
            Self::SeveralTokens => "several-tokens",
            Self::Request => "request",
            Self::NotCompact => "not-compact",
            Self::Encoding => "encoding",
            Self::Header => "header",
            Self::HeaderParameter => "header-parameter",
            Self::Critical => "critical",
            Self::Type => "type",
            Self::Algorithm => "algorithm",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Payload => "payload",
            Self::ClaimType => "claim-type",
            Self::ClaimMissing => "claim-missing",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::IssuedInFuture => "issued-in-future",
            Self::Audience => "audience",
            Self::Issuer => "issuer",
            Self::Identifiers => "identifiers",
            Self::ConnectionExpired => "connection-expired",
            Self::UnknownChannel => "unknown-channel",
            Self::InfoEncoding => "info-encoding",
            Self::Purpose => "purpose",
            Self::Channel => "channel",
            Self::Client => "client",
            Self::User => "user",
            Self::SubscriptionExpired => "subscription-expired",
            Self::Subscriptions => "subscriptions",
            Self::Anonymous => "anonymous",
            Self::Limit => "limit",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
