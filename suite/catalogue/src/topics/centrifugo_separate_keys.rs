//! Subscription tokens with a configuration of their own: nothing of the general one judges them, and the
//! reverse.

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
        about: "Subscription tokens that are judged by keys, an audience and an issuer of their own.",
        cases,
    }
}

/// What the token under test is for.
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

/// The token is signed with `own`, which judges it, where the tokens of the other purpose are judged by
/// another key.
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
        .title(format!("a {} token, with a key of its own purpose", purpose.name))
        .why("Each purpose has its own configuration, and this token is good by that of its purpose.")
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
        .title(format!("a {} token that is signed with the key of {} tokens", purpose.name, purpose.other))
        .why(
            "Whoever makes tokens of one purpose is not trusted with the other: that is what keys of their \
             own are for.",
        )
        .requirement("CS-KEY-1")
        .class("C14");
    [good, crossed]
}

/// Audience and issuer of one purpose are not those of the other.
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
                .title("the other purpose alone has an audience and an issuer configured")
                .why("What the other purpose asks for is not asked of this token.")
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
                .title(format!("{claim_name} is the configured one of its purpose"))
                .why("Each purpose has a name of its own.")
                .requirement("CS-KEY-1")
                .class(class);
            cases.push(
                good.changed(
                    &purpose.id(&format!("{name}-of-the-other")),
                    claim(claim_name, "\"elsewhere\""),
                )
                .reject([reason])
                .threat(Threat::Holder)
                .title(format!("{claim_name} is the configured one of the other purpose"))
                .why("The token was made for the other purpose, by somebody who has the key of this one.")
                .requirement("CS-KEY-1")
                .class(class),
            );
            cases.push(good);
        }
    }
    cases
}

/// A purpose without a key: nothing is good by it.
fn no_key() -> Vec<Case> {
    let good = twins::subscription()
        .changed_by(
            "centrifugo/separate-keys/subscription-with-the-same-key",
            vec![context(ContextChange::Separate { separate: Some(judged_by("hmac-64-bytes", HS256)) })],
        )
        .accept()
        .title("both purposes are configured separately, with one key")
        .why("Nothing keeps anybody from using one key for both.")
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
        .title("subscription tokens have a configuration of their own, without a key")
        .why("The general key does not step in for one that is not there.")
        .requirement("CS-KEY-1")
        .class("C14");
    let apart = twins::centrifugo()
        .changed(
            "centrifugo/separate-keys/connection-with-subscriptions-apart",
            context(ContextChange::Separate { separate: Some(judged_by("hmac-128-bytes", HS256)) }),
        )
        .accept()
        .title("subscription tokens have a configuration of their own")
        .why("Connection tokens are judged as ever.")
        .requirement("CS-KEY-1")
        .class("V1");
    vec![good, none, apart]
}

/// Subscription tokens by a published set, connection tokens by a secret.
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
                .title(format!("a subscription token signed with {algorithm}, by a key of a published set"))
                .why("Connection tokens have a secret, subscription tokens a key set.")
                .requirement("CS-KEY-1")
                .requirement("CF-JWKS-1")
                .class("V1");
            let crossed = good
                .changed(&id("-crossed"), sign(Some(&alg(HS256)), "hmac-64-bytes", HS256))
                .reject([Reason::Key, Reason::Algorithm, Reason::Signature])
                .threat(Threat::Forger)
                .title("a subscription token with the secret of connection tokens, where there is a key set")
                .why("The secret is configured for connection tokens alone.")
                .requirement("CS-KEY-1")
                .class("C14");
            let unknown = good
                .changed(&id("-kid-unknown"), header("kid", "\"nobody\""))
                .reject([Reason::Key])
                .title("a subscription token whose kid names no key of the set")
                .why("A verifier has no key for it.")
                .requirement("CF-JWKS-2")
                .class("K12");
            [good, crossed, unknown]
        })
        .collect()
}
