//! The accepted vectors that most cases are made from.

use jotproof_model::algorithm::Family;
use jotproof_model::edit::ContextChange;
use jotproof_model::{Algorithm, Application, Edit};

use crate::case::{Case, alg, key_for};
use crate::edits::{claim, context, sign};
use crate::steps::{connect, refresh, step, sub_refresh, subscribe};

/// The expected audience of the twins that have one.
pub const AUDIENCE: &str = "https://api.example.com/chat";
/// The expected issuer of the twins that have one.
pub const ISSUER: &str = "https://issuer.example.com";

/// The algorithms that the documentation of Centrifugo names.
pub const CORE: [Algorithm; 9] = [
    Algorithm::HS256,
    Algorithm::HS384,
    Algorithm::HS512,
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::ES512,
];

/// A token signed with HS256: the root of every `jwt` case.
#[must_use]
pub fn hs256() -> Case {
    Case::root(
        "algorithms/valid/hs256",
        Application::Jwt,
        "the first accepted token, from which the others are made",
    )
    .title("token signed with HS256")
    .why(
        "Every implementation must support HS256. If a verifier rejects this token, none of its other \
         rejections prove anything.",
    )
    .requirement("RFC7519-8-HS256")
    .requirement("RFC7519-7.2-KIND")
    .requirement("RFC7519-7.2-PERIOD")
    .requirement("RFC7519-7.2-ALL")
    .requirement("RFC8725-3.1-SAME")
    .documented("CF-ALG-1")
    .class("V1")
}

/// A token signed with an algorithm. It is the only allowed algorithm, and its key is the only configured
/// key.
#[must_use]
pub fn signed(algorithm: Algorithm) -> Case {
    if algorithm == Algorithm::HS256 {
        return hs256();
    }
    let case = hs256()
        .changed_by(&format!("algorithms/valid/{}", algorithm.name().to_lowercase()), signed_with(algorithm))
        .accept()
        .title(format!("token signed with {algorithm}"))
        .why("A verifier that is configured with this algorithm and key must accept what they signed.")
        .requirement("RFC7515-5.2-VERIFY")
        .class("V1");
    let case = match algorithm.family() {
        Family::RsaPss => case.requirement("RFC8017-8.1.2-LENGTH"),
        Family::EdDsa => case.requirement("RFC8032-5.1.7-KEY"),
        _ => case,
    };
    row_of(algorithm).into_iter().fold(case, Case::documented)
}

/// The row of Centrifugo's documentation about an algorithm, if any.
#[must_use]
pub fn row_of(algorithm: Algorithm) -> Option<&'static str> {
    match algorithm.family() {
        _ if !CORE.contains(&algorithm) => None,
        Family::Hmac => Some("CF-ALG-1"),
        Family::RsaPkcs1 => Some("CF-ALG-2"),
        Family::Ecdsa => Some("CF-ALG-3"),
        Family::RsaPss | Family::EdDsa => None,
    }
}

/// The edits that turn a token signed with HS256 into one signed with another algorithm, by the only
/// configured key.
#[must_use]
pub fn signed_with(algorithm: Algorithm) -> Vec<Edit> {
    const ROOT: &str = "hmac-64-bytes";
    let key = key_for(algorithm);
    let mut edits = Vec::new();
    if key != ROOT {
        edits.push(context(ContextChange::ConfiguredKey { from: ROOT.to_owned(), to: key.to_owned() }));
    }
    edits.push(context(ContextChange::Algorithms { algorithms: vec![algorithm] }));
    edits.push(sign(Some(&alg(algorithm)), key, algorithm));
    edits
}

/// A Centrifugo connection token: the root of every case about its claims.
#[must_use]
pub fn centrifugo() -> Case {
    Case::root(
        "centrifugo/connection/valid",
        Application::CentrifugoConnection,
        "the first accepted token of this application",
    )
    .title("connection token with sub, iat and exp")
    .why("This is the plain connection token of the documentation, with a user and an expiration time.")
    .requirement("CF-SUB-1")
    .requirement("CF-SUB-4")
    .requirement("CF-EXP-2")
    .requirement("CF-EXP-3")
    .class("V1")
}

/// The channel of subscription tokens. Private channels of version 3 begin with `$`.
pub const CHANNEL: &str = "ns:news";

/// A Centrifugo subscription token: the root of every case about channel tokens since version 4.
#[must_use]
pub fn subscription() -> Case {
    Case::root_for_channel(
        "centrifugo/subscription/valid",
        Application::CentrifugoSubscription,
        "the first accepted token of this application",
        CHANNEL,
        false,
    )
    .title("subscription token with sub, channel, iat and exp")
    .why(
        "This is the plain subscription token of the documentation: the connected user, the requested \
         channel, and the expiration time of the subscription.",
    )
    .requirement("CS-OK-1")
    .requirement("CS-SUB-1")
    .requirement("CS-CHAN-1")
    .requirement("CS-EXP-1")
    .class("V1")
}

/// A token for a private channel of Centrifugo 3: the root of every case about them.
#[must_use]
pub fn private_channel() -> Case {
    Case::root_for_channel(
        "centrifugo/private-channel/valid",
        Application::CentrifugoPrivateChannel,
        "the first accepted token of this application",
        PRIVATE_CHANNEL,
        true,
    )
    .title("private-channel token with client, channel, iat and exp")
    .why(
        "This is the plain token of the documentation: the requesting client, the requested channel, and \
         the expiration time of the subscription.",
    )
    .requirement("CP-CHAN-1")
    .requirement("CP-CLI-1")
    .requirement("CP-CLI-2")
    .requirement("CP-EXP-1")
    .class("V1")
}

/// An AnyCable identification token: the root of every case about `ext`.
#[must_use]
pub fn anycable() -> Case {
    Case::root(
        "anycable/identification/valid",
        Application::Anycable,
        "the first accepted token of this application",
    )
    .title("identification token with ext and exp")
    .why("This is the plain token of the documentation: the JSON-encoded identifiers and an expiration time.")
    .requirement("AC-EXT-1")
    .requirement("AC-EXT-2")
    .requirement("AC-EXP-1")
    .requirement("AC-EXP-2")
    .class("V1")
}

/// A token with an audience and an issuer, both configured, as RFC 8725 requires of every deployment.
#[must_use]
pub fn bound() -> Case {
    hs256()
        .changed_by(
            "claims/audience/equal",
            vec![
                context(ContextChange::Audience { audience: Some(AUDIENCE.to_owned()) }),
                context(ContextChange::Issuer { issuer: Some(ISSUER.to_owned()) }),
                claim("aud", &format!("\"{AUDIENCE}\"")),
                claim("iss", &format!("\"{ISSUER}\"")),
            ],
        )
        .accept()
        .title("configured audience and issuer")
        .why("The token names the verifier and comes from the trusted issuer, so it must be accepted.")
        .requirement("RFC7519-4.1.3-AUD")
        .requirement("RFC8725-3.9-AUD")
        .requirement("RFC8725-3.8-ISS")
        .class("C8")
}

/// A flow: a connection that is renewed.
#[must_use]
pub fn refreshed() -> Case {
    Case::root_flow(
        "centrifugo/refresh/valid",
        "the first flow of connections, from which the others are made",
        &[("first", &centrifugo()), ("renewed", &later(&centrifugo()))],
        vec![step(0, connect("first")), step(0, refresh("renewed"))],
    )
    .title("connection renewed with a token of the same user")
    .why(
        "A connection is renewed with a new connection token before it expires. The expiration of the new \
         token applies from then on.",
    )
    .requirement("CF-EXP-4")
    .class("C16")
}

/// A flow: a subscription that is renewed.
#[must_use]
pub fn subscription_refreshed() -> Case {
    renewed("centrifugo/subscription-refresh/valid", "subscriptions", &subscription(), CHANNEL)
        .title("subscription renewed with a token of the same user for the same channel")
        .why("A subscription is renewed with a new subscription token before it expires.")
        .requirement("CS-EXP-2")
        .requirement("CS-REF-1")
        .class("C16")
}

/// The channel of private-channel tokens.
pub const PRIVATE_CHANNEL: &str = "$ns:news";

/// A flow: a subscription to a private channel that is renewed.
#[must_use]
pub fn private_channel_refreshed() -> Case {
    renewed(
        "centrifugo/private-channel-refresh/valid",
        "private channels",
        &private_channel(),
        PRIVATE_CHANNEL,
    )
    .title("private-channel subscription renewed with a token for the same client and channel")
    .why("A subscription is renewed with a new token for its channel before it expires.")
    .requirement("CP-EXP-2")
    .class("C16")
}

/// A subscription that is renewed with a token with later times.
fn renewed(id: &str, of: &str, opened: &Case, channel: &str) -> Case {
    Case::root_flow(
        id,
        &format!("the first flow of {of}, from which the others are made"),
        &[("connection", &centrifugo()), ("opened", opened), ("renewed", &later(opened))],
        vec![
            step(0, connect("connection")),
            step(0, subscribe(channel, "opened")),
            step(0, sub_refresh(channel, "renewed")),
        ],
    )
}

/// The same token with a later `exp`, for a renewal.
#[must_use]
pub fn later(token: &Case) -> Case {
    token.changed("later", claim("exp", "{{now+7200}}")).accept()
}
