//! Subscription tokens with a configuration of their own. The general configuration does not apply to them,
//! and theirs does not apply to connection tokens.

use jotproof_model::edit::ContextChange;
use jotproof_model::{Algorithm, Edit, Reason, Separate, Threat};

use super::Topic;
use crate::bound::judged_by;
use crate::case::{Case, alg};
use crate::edits::{claim, context, header, sign};
use crate::published::{self, jwk, word};
use crate::twins;

use Algorithm::{ES256, HS256, RS256};

/// The algorithms, each with the key of one purpose and that of the other.
const KEYS: [(Algorithm, &str, &str); 3] = [
    (HS256, "hmac-128-bytes", "hmac-64-bytes"),
    (RS256, "rsa-3072", "rsa-2048"),
    (ES256, "p-256-foreign", "p-256"),
];

pub(super) fn topic() -> Topic {
    let mut cases = Vec::new();
    for own in KEYS {
        for other in KEYS {
            for purpose in [SUBSCRIPTION, CONNECTION] {
                cases.extend(crossed(purpose, own, other));
            }
        }
    }
    cases.extend(audiences());
    cases.extend(no_key());
    cases.extend(by_key_set());
    Topic {
        path: "centrifugo/separate-keys",
        about: "Subscription tokens with their own keys, audience and issuer, separate from those of \
                connection tokens.",
        cases,
    }
}

/// The purpose of the token under test.
#[derive(Clone, Copy)]
struct Purpose {
    name: &'static str,
    twin: fn() -> Case,
    other: &'static str,
}

const SUBSCRIPTION: Purpose =
    Purpose { name: "subscription", twin: twins::subscription, other: "connection" };
const CONNECTION: Purpose = Purpose { name: "connection", twin: twins::centrifugo, other: "subscription" };

impl Purpose {
    fn id(self, name: &str) -> String {
        format!("centrifugo/separate-keys/{}-{name}", self.name)
    }
}

/// A token signed with `own`, which is configured for its purpose. Another key is configured for the other
/// purpose.
fn configured(own: (Algorithm, &str), other: Separate) -> Vec<Edit> {
    let (algorithm, key) = own;
    vec![
        context(ContextChange::ConfiguredKey { from: "hmac-64-bytes".to_owned(), to: key.to_owned() }),
        context(ContextChange::Algorithms { algorithms: vec![algorithm] }),
        context(ContextChange::Separate { separate: Some(other) }),
        sign(Some(&alg(algorithm)), key, algorithm),
    ]
}

fn crossed(
    purpose: Purpose,
    (algorithm, key, _): (Algorithm, &str, &str),
    (others, _, other_key): (Algorithm, &str, &str),
) -> [Case; 2] {
    let name = format!("{}-beside-{}", word(algorithm), word(others));
    let good = (purpose.twin)()
        .changed_by(&purpose.id(&name), configured((algorithm, key), judged_by(other_key, others)))
        .accept()
        .title(format!(
            "{} token signed with its own {algorithm} key, {others} key for the other purpose",
            purpose.name
        ))
        .why("Each purpose has its own configuration, and this token matches that of its purpose.")
        .requirement("CS-KEY-1")
        .class("C14");
    let crossed = good
        .changed(
            &purpose.id(&format!("{name}-crossed")),
            sign((others != algorithm).then(|| alg(others)).as_deref(), other_key, others),
        )
        .reject(if others == algorithm {
            vec![Reason::Signature]
        } else {
            vec![Reason::Signature, Reason::Algorithm, Reason::Key]
        })
        .threat(Threat::Forger)
        .title(format!(
            "{} token signed with the {others} key of {} tokens, {algorithm} key for its own purpose",
            purpose.name, purpose.other
        ))
        .why(
            "Each purpose has its own key. A server that accepts the key of the other purpose lets anyone \
             who can make one kind of token make the other too.",
        )
        .requirement("CS-KEY-1")
        .class("C14");
    [good, crossed]
}

/// The audience and the issuer of one purpose do not apply to the other.
fn audiences() -> Vec<Case> {
    let mut cases = Vec::new();
    for purpose in [SUBSCRIPTION, CONNECTION] {
        let mut other = judged_by("hmac-64-bytes", HS256);
        other.audience = Some("elsewhere".to_owned());
        other.issuer = Some("https://elsewhere.example".to_owned());
        cases.push(
            (purpose.twin)()
                .changed_by(
                    &purpose.id("others-have-an-audience"),
                    configured((HS256, "hmac-128-bytes"), other),
                )
                .accept()
                .title(format!(
                    "{} token, audience and issuer configured for the other purpose only",
                    purpose.name
                ))
                .why("The audience and issuer of the other purpose do not apply to this token.")
                .requirement("CS-KEY-1")
                .class("C14"),
        );
        for (name, claim_name, change, reason, class) in [
            (
                "audience",
                "aud",
                ContextChange::Audience { audience: Some("chat".to_owned()) },
                Reason::Audience,
                "C8",
            ),
            (
                "issuer",
                "iss",
                ContextChange::Issuer { issuer: Some("chat".to_owned()) },
                Reason::Issuer,
                "C9",
            ),
        ] {
            let mut other = judged_by("hmac-64-bytes", HS256);
            match name {
                "audience" => other.audience = Some("elsewhere".to_owned()),
                _ => other.issuer = Some("elsewhere".to_owned()),
            }
            let mut edits = configured((HS256, "hmac-128-bytes"), other);
            edits.extend([context(change), claim(claim_name, "\"chat\"")]);
            let good = (purpose.twin)()
                .changed_by(&purpose.id(&format!("{name}-own")), edits)
                .accept()
                .title(format!("{} token, {claim_name} configured for its own purpose", purpose.name))
                .why(
                    "Each purpose has its own audience and issuer, and this token matches that of its \
                     purpose.",
                )
                .requirement("CS-KEY-1")
                .class(class);
            cases.push(
                good.changed(
                    &purpose.id(&format!("{name}-of-the-other")),
                    claim(claim_name, "\"elsewhere\""),
                )
                .reject([reason])
                .threat(Threat::Holder)
                .title(format!("{} token, {claim_name} configured for the other purpose", purpose.name))
                .why(
                    "The token was made for the other purpose, by somebody who has the key of this one. A \
                     server that accepts it does not check the claim against the right configuration.",
                )
                .requirement("CS-KEY-1")
                .class(class),
            );
            cases.push(good);
        }
    }
    cases
}

/// A purpose without a key: no token is valid.
fn no_key() -> Vec<Case> {
    let good = twins::subscription()
        .changed_by(
            "centrifugo/separate-keys/subscription-with-the-same-key",
            vec![context(ContextChange::Separate { separate: Some(judged_by("hmac-64-bytes", HS256)) })],
        )
        .accept()
        .title("both purposes configured separately with the same key")
        .why("Nothing forbids the same key for both purposes.")
        .requirement("CS-KEY-1")
        .class("V1");
    let none = good
        .changed(
            "centrifugo/separate-keys/subscription-without-a-key",
            context(ContextChange::ConfiguredKey {
                from: "hmac-64-bytes".to_owned(),
                to: "hmac-empty".to_owned(),
            }),
        )
        .reject([Reason::Key, Reason::Algorithm, Reason::Signature])
        .threat(Threat::Forger)
        .title("separate configuration for subscription tokens without a key")
        .why(
            "The general key must not replace a missing separate one. A server that falls back to it \
             accepts subscription tokens from anyone who can sign connection tokens.",
        )
        .requirement("CS-KEY-1")
        .class("C14");
    let apart = twins::centrifugo()
        .changed(
            "centrifugo/separate-keys/connection-with-subscriptions-apart",
            context(ContextChange::Separate { separate: Some(judged_by("hmac-128-bytes", HS256)) }),
        )
        .accept()
        .title("connection token, separate configuration for subscription tokens")
        .why(
            "The separate configuration applies to subscription tokens only. Connection tokens are verified \
             as before.",
        )
        .requirement("CS-KEY-1")
        .class("V1");
    vec![good, none, apart]
}

/// Subscription tokens with a published key set, and connection tokens with a secret.
fn by_key_set() -> Vec<Case> {
    [RS256, ES256]
        .into_iter()
        .flat_map(|algorithm| {
            let key = crate::case::key_for(algorithm);
            let document = jwk(key, algorithm);
            let mut edits = published::set_of(algorithm, published::PATH, [(published::PATH, &*document)]);
            let other = judged_by("hmac-64-bytes", HS256);
            edits.push(context(ContextChange::Separate { separate: Some(other) }));
            let id = |name: &str| {
                format!("centrifugo/separate-keys/subscription-by-key-set-{}{name}", word(algorithm))
            };
            let good = twins::subscription()
                .changed_by(&id(""), edits)
                .accept()
                .title(format!("subscription token signed with {algorithm} by a key of its key set"))
                .why("Connection tokens have a secret, and subscription tokens have a key set.")
                .requirement("CS-KEY-1")
                .requirement("CF-JWKS-1")
                .class("V1");
            let crossed = good
                .changed(&id("-crossed"), sign(Some(&alg(HS256)), "hmac-64-bytes", HS256))
                .reject([Reason::Key, Reason::Algorithm, Reason::Signature])
                .threat(Threat::Forger)
                .title(format!(
                    "subscription token signed with the secret of connection tokens, {algorithm} key set \
                     for its own purpose"
                ))
                .why(
                    "The secret is configured for connection tokens only. A server that accepts it here \
                     lets anyone who can sign connection tokens sign subscription tokens.",
                )
                .requirement("CS-KEY-1")
                .class("C14");
            let unknown = good
                .changed(&id("-kid-unknown"), header("kid", "\"nobody\""))
                .reject([Reason::Key])
                .title(format!("subscription token with a kid that names no key of its {algorithm} key set"))
                .why("The server has no key with this name, so it cannot verify the token.")
                .requirement("CF-JWKS-2")
                .class("K12");
            [good, crossed, unknown]
        })
        .collect()
}
