//! A published key set instead of configured keys: which of its keys verifies a token, and which keys never
//! do.

use jotproof_model::edit::{ContextChange, DocumentChange, DocumentKind, JwkKind};
use jotproof_model::recipe::KeyForm;
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use crate::case::{Case, alg, foreign_key_for, key_for};
use crate::edits::{claim, context, header, of_token, sign, sign_with_form, unsigned, without_header};
use crate::published::{
    ALGORITHMS, LOST, PATH, jwk, named, published, set_of, titled_by_algorithm, twin, with, word,
};
use crate::steps::{connect, step, subscribe};
use crate::twins::{self, CHANNEL, PRIVATE_CHANNEL};

use Algorithm::{ES256, EdDSA, HS256, RS256, RS384, RS512};

pub(super) fn topic() -> Topic {
    let mut cases = Vec::new();
    for algorithm in ALGORITHMS {
        cases.push(twin(algorithm));
        cases.extend(by_kid(algorithm));
    }
    for algorithm in [RS256, ES256, EdDSA] {
        cases.extend(kid_spelled(algorithm));
        cases.extend(kid_of_another_type(algorithm));
        cases.extend(confusion(algorithm));
        cases.extend(brought_along(algorithm));
        cases.extend(as_ever(algorithm));
    }
    let mut cases: Vec<Case> = cases.into_iter().map(titled_by_algorithm).collect();
    cases.extend(OTHER_ALGORITHM.into_iter().flat_map(other_algorithm));
    cases.extend(exclusive().into_iter().map(titled_by_algorithm));
    cases.extend(channels(twins::private_channel, PRIVATE_CHANNEL, "private-channel"));
    cases.extend(channels(twins::subscription, CHANNEL, "subscription"));
    Topic {
        path: "centrifugo/key-set",
        about: "Tokens that are verified with a published key set (RFC 7517) instead of configured keys: \
                signed with the key that the token names, with another key of the set, or with a key \
                outside it.",
        cases,
    }
}

fn id(algorithm: Algorithm, name: &str) -> String {
    format!("centrifugo/key-set/{}-{name}", word(algorithm))
}

fn by_kid(algorithm: Algorithm) -> Vec<Case> {
    let other = foreign_key_for(algorithm);
    let beside = |at, name: &str, title: &str| {
        let value = jwk(&other, algorithm);
        twin(algorithm)
            .changed(
                &id(algorithm, name),
                published(DocumentChange::InsertJwk { key: at, value, what: JwkKind::Other }),
            )
            .accept()
            .title(title)
            .why("Keys overlap during a rotation. The token names the key that signed it.")
            .requirement("RFC7515-4.1.4-KID")
            .requirement("CF-JWKS-2")
            .class("K12")
    };
    let first = beside(9, "first-of-two", "first of two keys, named by kid");
    let second = beside(0, "second-of-two", "second of two keys, named by kid");
    let crossed = first
        .changed(&id(algorithm, "another-key-of-the-set"), sign(None, &other, algorithm))
        .reject([Reason::Signature])
        .threat(Threat::Issuer)
        .title("signed with a key of the set other than the one that kid names")
        .why(
            "`kid` says which key secured the token. A verifier that tries all keys lets the key of one \
             issuer sign for another.",
        )
        .requirement("RFC7515-4.1.4-KID")
        .class("K12");
    let foreign = twin(algorithm)
        .changed(&id(algorithm, "foreign-key"), sign(None, &other, algorithm))
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title("signed with an unpublished key under a published kid")
        .why(
            "Anyone can write a known `kid`. A verifier that does not check the signature accepts forged \
             tokens.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("CF-JWKS-1")
        .requirement("CF-JWKS-3")
        .class("S0");
    let unknown = twin(algorithm)
        .changed(&id(algorithm, "kid-unknown"), header("kid", "\"nobody\""))
        .reject([Reason::Key, Reason::Signature])
        .title("kid names no key of the set")
        .why("The token names a key that the verifier does not have, so it cannot be verified.")
        .requirement("RFC7515-4.1.4-KID")
        .requirement("CF-JWKS-2")
        .class("K12");
    let renamed = twin(algorithm)
        .changed(
            &id(algorithm, "published-under-another-kid"),
            published(DocumentChange::SetDocument {
                text: jotproof_mint::document::key_set([&*with(
                    &jwk(key_for(algorithm), algorithm),
                    "kid",
                    "\"somebody\"",
                )]),
                what: DocumentKind::OtherKeys,
            }),
        )
        .reject([Reason::Key, Reason::Signature])
        .title("signing key published under a different kid")
        .why(
            "A key is found by its `kid`. A verifier that tries any published key ignores what the token \
             says.",
        )
        .requirement("RFC7515-4.1.4-KID")
        .requirement("CF-JWKS-2")
        .class("K12");
    let absent = twin(algorithm)
        .changed(&id(algorithm, "kid-absent"), without_header("kid"))
        .either(
            "RFC 7515 section 4.1.4: `kid` is an optional hint. The documentation of Centrifugo says that \
             keys are looked up by it.",
            [Reason::Key, Reason::HeaderParameter],
        )
        .title("kid missing, one key in the set")
        .why("The set has only one key, so a verifier may use it without a `kid`.")
        .requirement("RFC7515-4.1.4-KID")
        .class("K12");
    let rotated = twin(algorithm)
        .changed(
            &id(algorithm, "rotated"),
            published(DocumentChange::SetDocument {
                text: jotproof_mint::document::key_set([&*with(
                    &jwk(&other, algorithm),
                    "kid",
                    &format!("\"{}\"", key_for(algorithm)),
                )]),
                what: DocumentKind::OtherKeys,
            }),
        )
        .reject([Reason::Signature])
        .threat(Threat::Holder)
        .title("kid of the signing key now names a different key")
        .why(
            "The signing key is no longer published: it was replaced, perhaps because it leaked. A verifier \
             that still uses it accepts tokens that anyone with the leaked key signed.",
        )
        .requirement("CF-JWKS-1")
        .requirement("CF-JWKS-3")
        .class("K15");
    vec![first, second, crossed, foreign, unknown, renamed, absent, rotated]
}

fn kid_spelled(algorithm: Algorithm) -> Vec<Case> {
    let key = key_for(algorithm);
    let rows = [
        ("kid-in-capitals", format!("\"{}\"", key.to_uppercase()), "in upper case"),
        ("kid-longer", format!("\"{key}-2\""), "with a suffix"),
        ("kid-shorter", format!("\"{}\"", &key[..key.len() - 1]), "without its last character"),
        ("kid-with-space", format!("\"{key} \""), "followed by a space"),
        ("kid-below-a-path", format!("\"./{key}\""), "written as a path"),
        ("kid-empty", "\"\"".to_owned(), "empty"),
    ];
    let mut cases: Vec<Case> = rows
        .into_iter()
        .map(|(name, value, what)| {
            twin(algorithm)
                .changed(&id(algorithm, name), header("kid", &value))
                .reject([Reason::Key, Reason::Signature])
                .title(format!("kid {what}"))
                .why("`kid` is a case-sensitive string and must be compared exactly. No key has this `kid`.")
                .requirement("RFC7515-4.1.4-KID")
                .requirement("RFC7517-6-COMPARE")
                .class("K12")
        })
        .collect();
    let (first, rest) = key.split_at(1);
    let escaped = format!("\"\\u{:04x}{rest}\"", u32::from(first.as_bytes()[0]));
    cases.push(
        twin(algorithm)
            .changed(&id(algorithm, "kid-escaped"), header("kid", &escaped))
            .accept()
            .title("kid with an escaped character")
            .why("It is the same string after its escape is resolved.")
            .requirement("RFC8259-8.3-NAMES")
            .requirement("RFC7517-6-COMPARE")
            .class("J4"),
    );
    cases
}

fn kid_of_another_type(algorithm: Algorithm) -> Vec<Case> {
    [("number", "1"), ("array", "[\"a\"]"), ("object", "{}"), ("bool", "true"), ("null", "null")]
        .into_iter()
        .map(|(name, value)| {
            twin(algorithm)
                .changed(&id(algorithm, &format!("kid-{name}")), header("kid", value))
                .either(
                    "RFC 7519 section 7.2 step 5 requires valid values for parameters that are understood. \
                     RFC 7515 section 4.1.4: `kid` is a hint.",
                    [Reason::HeaderParameter, Reason::Key],
                )
                .title(format!("kid is {value}"))
                .why("A `kid` that is not a string names no key.")
                .requirement("RFC7519-7.2-PARAMS")
                .class("K12")
        })
        .collect()
}

/// Name, the encoding of the public key that serves as a secret.
const FORMS: [(&str, KeyForm); 5] = [
    ("public-pem", KeyForm::PublicPem),
    ("jwk-text", KeyForm::JwkJson),
    ("jwks-text", KeyForm::JwksJson),
    ("raw", KeyForm::RawPublic),
    ("raw-text", KeyForm::RawPublicText),
];

fn confusion(algorithm: Algorithm) -> Vec<Case> {
    let mut cases: Vec<Case> = FORMS
        .into_iter()
        .map(|(name, form)| {
            twin(algorithm)
                .changed(
                    &id(algorithm, &format!("hs256-by-{name}")),
                    sign_with_form(Some(&alg(HS256)), key_for(algorithm), form, HS256),
                )
                .reject([Reason::Algorithm, Reason::Key, Reason::Signature])
                .threat(Threat::Forger)
                .title(format!("HS256 signature with the published key as the secret ({name})"))
                .why(
                    "A published key is public. A verifier that uses it as a secret lets anyone sign \
                     tokens.",
                )
                .requirement("RFC8725-3.1-ALG")
                .requirement("RFC7517-4.1-KTY")
                .class("A4")
        })
        .collect();
    let secret = published(DocumentChange::InsertJwk {
        key: 9,
        value: with(&named("hmac-64-bytes"), "use", "\"sig\""),
        what: JwkKind::Secret,
    });
    cases.push(
        twin(algorithm)
            .changed(&id(algorithm, "a-secret-beside-the-key"), secret.clone())
            .either(LOST, [Reason::Key])
            .title("secret published beside the key")
            .why(
                "A secret that is published is lost. It does no harm as long as the verifier does not use \
                 it, so the token signed with the other key may be accepted.",
            )
            .requirement("RFC7517-9.2-PRIVATE")
            .class("K11")
            .threat(Threat::Config),
    );
    cases.push(
        twin(algorithm)
            .changed_by(
                &id(algorithm, "hs256-by-a-secret-in-the-set"),
                vec![
                    secret,
                    header("kid", "\"hmac-64-bytes\""),
                    sign(Some(&alg(HS256)), "hmac-64-bytes", HS256),
                ],
            )
            .reject([Reason::Algorithm, Reason::Key, Reason::Signature])
            .threat(Threat::Forger)
            .title("HS256 signature with a secret that is published in the set and named by kid")
            .why("A published secret is known to everyone. A verifier that uses it lets anyone sign tokens.")
            .requirement("RFC8725-3.1-ALG")
            .class("K11"),
    );
    cases.push(
        twin(algorithm)
            .changed(&id(algorithm, "none"), unsigned(Some("\"none\"")))
            .reject([Reason::Algorithm])
            .threat(Threat::Forger)
            .title("alg none without a signature, kid of the set")
            .why(
                "The `kid` names a key, but nothing was signed with it. A verifier that accepts this lets \
                 anyone write tokens.",
            )
            .requirement("RFC7518-3.6-NONE")
            .class("A1"),
    );
    cases
}

/// Keys that the token contains or points to.
fn brought_along(algorithm: Algorithm) -> Vec<Case> {
    let other = foreign_key_for(algorithm);
    let own = jwk(&other, algorithm);
    vec![
        twin(algorithm)
            .changed_by(
                &id(algorithm, "embedded-key"),
                vec![header("jwk", &own), sign(None, &other, algorithm)],
            )
            .reject([Reason::Signature, Reason::HeaderParameter])
            .threat(Threat::Forger)
            .title("signed with an unpublished key that is embedded in jwk with a kid of the set")
            .why(
                "A key from the token proves only that the sender has this key. A verifier that uses it \
                 lets anyone sign tokens.",
            )
            .requirement("RFC7515-5.2-VERIFY")
            .requirement("RFC8725-3.10-TRUST")
            .class("K17"),
        twin(algorithm)
            .changed_by(
                &id(algorithm, "another-key-set"),
                vec![
                    header("jku", "\"http://127.0.0.1:9/attacker/jwks.json\""),
                    sign(None, &other, algorithm),
                ],
            )
            .reject([Reason::Signature])
            .threat(Threat::Forger)
            .title("signed with an unpublished key and jku with the URL of a different key set")
            .why(
                "The verifier must use the configured key set only. If it follows the token, the sender \
                 chooses the key.",
            )
            .requirement("RFC7515-5.2-VERIFY")
            .requirement("RFC8725-3.10-TRUST")
            .class("K18"),
        twin(algorithm)
            .changed(&id(algorithm, "jku-ignored"), header("jku", "\"http://127.0.0.1:9/jwks.json\""))
            .accept()
            .title("valid token with jku pointing to a different key set")
            .why("The verifier ignores the parameter and fetches nothing from that URL.")
            .requirement("RFC7515-4-IGNORE")
            .class("V1"),
    ]
}

fn as_ever(algorithm: Algorithm) -> Vec<Case> {
    vec![
        twin(algorithm)
            .changed(&id(algorithm, "expired"), claim("exp", "{{now-60}}"))
            .reject([Reason::Expired])
            .threat(Threat::Holder)
            .title("exp one minute ago")
            .why(
                "The source of the keys does not affect the checks of times. A verifier that skips them \
                 accepts expired tokens.",
            )
            .requirement("RFC7519-4.1.4-EXP")
            .class("C5"),
        twin(algorithm)
            .changed(&id(algorithm, "other-user"), claim("sub", "\"43\""))
            .accept()
            .title("different user in sub")
            .why("The user is the one that the token names.")
            .requirement("CF-SUB-1")
            .class("C11"),
    ]
}

/// The algorithm of the key and the algorithm of the signature. Both are allowed.
const OTHER_ALGORITHM: [(Algorithm, Algorithm); 4] =
    [(RS256, RS384), (RS256, RS512), (RS384, RS256), (RS512, RS384)];

fn other_algorithm((named, used): (Algorithm, Algorithm)) -> [Case; 2] {
    let both = twin(named)
        .changed(
            &id(named, &format!("and-{}-allowed", word(used))),
            context(ContextChange::Algorithms { algorithms: vec![named, used] }),
        )
        .accept()
        .title(format!("{named} token, {used} allowed too"))
        .why("The key is for the algorithm that the token names.")
        .requirement("RFC7517-4.4-ALG")
        .requirement("RFC8725-3.1-ALG")
        .class("K10");
    let otherwise = both
        .changed(
            &id(named, &format!("signed-with-{}", word(used))),
            sign(Some(&alg(used)), key_for(used), used),
        )
        .reject([Reason::Key, Reason::Algorithm, Reason::Signature])
        .title(format!("{used} signature with a key for {named}"))
        .why(
            "Each key has one algorithm, and the published key says which. A verifier that follows `alg` \
             lets the sender choose it.",
        )
        .requirement("RFC7517-4.4-ALG")
        .requirement("RFC8725-3.1-ALG")
        .class("K10");
    [both, otherwise]
}

/// Channel tokens that are verified with the same key set as connection tokens.
fn channels(token: fn() -> Case, channel: &str, name: &str) -> [Case; 2] {
    let id = |name: &str| format!("centrifugo/key-set/{name}");
    let edits = set_of(RS256, PATH, [(PATH, &*jwk(key_for(RS256), RS256))]);
    let opening = token().changed_by("opening", edits).accept();
    let opened = Case::root_flow(
        &id(name),
        "the first flow with a token for this kind of channel, signed with a published key",
        &[("connection", &twin(RS256)), ("opening", &opening)],
        vec![step(0, connect("connection")), step(1, subscribe(channel, "opening"))],
    )
    .title(format!("token for the channel {channel}, signed with the key that opened the connection"))
    .why("If a key set is configured, every token is verified with it.")
    .requirement("CF-JWKS-1")
    .class("V1");
    let foreign = opened
        .changed(
            &id(&format!("{name}-foreign-key")),
            of_token("opening", sign(None, &foreign_key_for(RS256), RS256)),
        )
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("token for the channel {channel}, signed with an unpublished key"))
        .why(
            "Anyone can write a known `kid`. A verifier that does not check the signature accepts forged \
             tokens.",
        )
        .requirement("CF-JWKS-1")
        .class("S0");
    [opened, foreign]
}

/// A key that is configured beside the set.
fn exclusive() -> Vec<Case> {
    let mut cases = Vec::new();
    for (algorithm, key, used) in [
        (RS256, "hmac-64-bytes", HS256),
        (ES256, "hmac-64-bytes", HS256),
        (EdDSA, "hmac-64-bytes", HS256),
        (RS256, "p-256", ES256),
        (RS256, "rsa-3072", RS256),
        (ES256, "rsa-2048", RS256),
    ] {
        let beside = twin(algorithm)
            .changed(
                &id(algorithm, &format!("beside-{key}")),
                context(ContextChange::AddKey { key: key.to_owned() }),
            )
            .accept()
            .title(format!("{key} configured beside the set, signed with the key of the set"))
            .why("The key set replaces configured keys. The token is verified with a key of the set.")
            .requirement("CF-JWKS-1")
            .class("V1");
        for (name, with_kid) in [("with-kid", true), ("without-kid", false)] {
            let mut edits = vec![sign(Some(&alg(used)), key, used)];
            if !with_kid {
                edits.push(without_header("kid"));
            }
            cases.push(
                beside
                    .changed_by(&id(algorithm, &format!("{}-by-{key}-{name}", word(used))), edits)
                    .reject([Reason::Algorithm, Reason::Key, Reason::Signature])
                    .threat(Threat::Holder)
                    .title(format!(
                        "{used} signature with {key}, which is configured beside the set, {}",
                        name.replace('-', " ")
                    ))
                    .why(
                        "An operator who moves to a key set may leave an old shared key in the \
                         configuration. The documentation says that tokens are then verified with the set \
                         only. A verifier that also tries the old key accepts tokens from everyone who has \
                         it.",
                    )
                    .requirement("CF-JWKS-1")
                    .class("K22"),
            );
        }
        cases.push(beside);
    }
    cases
}
