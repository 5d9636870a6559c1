//! A published key set in place of configured keys: which of its keys verifies a token, and which keys
//! never do.

use jotproof_model::edit::{ContextChange, DocumentChange, DocumentKind, JwkKind};
use jotproof_model::recipe::KeyForm;
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use crate::case::{Case, alg, foreign_key_for, key_for};
use crate::edits::{claim, context, header, of_token, sign, sign_with_form, unsigned, without_header};
use crate::published::{ALGORITHMS, LOST, PATH, jwk, named, published, set_of, twin, with, word};
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
    cases.extend(OTHER_ALGORITHM.into_iter().flat_map(other_algorithm));
    cases.extend(exclusive());
    cases.extend(channels(twins::private_channel, PRIVATE_CHANNEL, "private-channel"));
    cases.extend(channels(twins::subscription, CHANNEL, "subscription"));
    Topic {
        path: "centrifugo/key-set",
        about: "Tokens that are verified with a published key set, RFC 7517, in place of configured keys: \
                the key that a token names, other keys, and keys that are none of the set.",
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
            .why("Keys overlap while they are rotated. The token names the one that made its signature.")
            .requirement("RFC7515-4.1.4-KID")
            .requirement("CF-JWKS-2")
            .class("K12")
    };
    let first = beside(9, "first-of-two", "the first of two keys signs, and is named");
    let second = beside(0, "second-of-two", "the second of two keys signs, and is named");
    let crossed = first
        .changed(&id(algorithm, "another-key-of-the-set"), sign(None, &other, algorithm))
        .reject([Reason::Signature])
        .threat(Threat::Issuer)
        .title("another key of the set signs than is named")
        .why("`kid` says which key secured the token. Who tries them all lets one issuer's key speak for another.")
        .requirement("RFC7515-4.1.4-KID")
        .class("K12");
    let foreign = twin(algorithm)
        .changed(&id(algorithm, "foreign-key"), sign(None, &other, algorithm))
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title("a key that is not published signs, under the kid of one that is")
        .why("Anybody can write a `kid` that is known; only the signature says who wrote it.")
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("CF-JWKS-1")
        .requirement("CF-JWKS-3")
        .class("S0");
    let unknown = twin(algorithm)
        .changed(&id(algorithm, "kid-unknown"), header("kid", "\"nobody\""))
        .reject([Reason::Key, Reason::Signature])
        .title("kid names no key of the set")
        .why("The token says that another key secured it, which is not there; a verifier has no key for it.")
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
        .title("the key that signed is published under another kid than the token names")
        .why("A key is found by its `kid`. Who tries whatever is published does not look at what the token says.")
        .requirement("RFC7515-4.1.4-KID")
        .requirement("CF-JWKS-2")
        .class("K12");
    let absent = twin(algorithm)
        .changed(&id(algorithm, "kid-absent"), without_header("kid"))
        .either(
            "RFC 7515 section 4.1.4: `kid` is a hint, and optional; the documentation of Centrifugo looks \
             keys up by it",
            [Reason::Key, Reason::HeaderParameter],
        )
        .title("no kid, and one key in the set")
        .why("There is only one key that it can be.")
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
        .title("the set holds another key under the kid that the token names")
        .why("The key that signed is published no longer: it was replaced, perhaps because it leaked.")
        .requirement("CF-JWKS-1")
        .requirement("CF-JWKS-3")
        .class("K15");
    vec![first, second, crossed, foreign, unknown, renamed, absent, rotated]
}

fn kid_spelled(algorithm: Algorithm) -> Vec<Case> {
    let key = key_for(algorithm);
    let rows = [
        ("kid-in-capitals", format!("\"{}\"", key.to_uppercase()), "in capitals"),
        ("kid-longer", format!("\"{key}-2\""), "with something behind it"),
        ("kid-shorter", format!("\"{}\"", &key[..key.len() - 1]), "without its last character"),
        ("kid-with-space", format!("\"{key} \""), "with a space behind it"),
        ("kid-below-a-path", format!("\"./{key}\""), "as a path"),
        ("kid-empty", "\"\"".to_owned(), "empty"),
    ];
    let mut cases: Vec<Case> = rows
        .into_iter()
        .map(|(name, value, what)| {
            twin(algorithm)
                .changed(&id(algorithm, name), header("kid", &value))
                .reject([Reason::Key, Reason::Signature])
                .title(format!("kid {what}"))
                .why("`kid` is a case-sensitive string, and is compared as such: no key has this one.")
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
            .why("It is the same string, written in another way.")
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
                    "RFC 7519 section 7.2 step 5 asks for valid values of parameters that are understood; \
                     RFC 7515 section 4.1.4: `kid` is a hint",
                    [Reason::HeaderParameter, Reason::Key],
                )
                .title(format!("kid: {value}"))
                .why("A `kid` of another type names no key.")
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
                .title(format!("HS256 with the published key as the secret: {name}"))
                .why("Everybody knows a published key. Where it serves as a secret, everybody signs.")
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
            .title("a secret is published beside the key")
            .why("Whoever publishes a secret has lost it, and no harm is done while nobody verifies with it.")
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
            .title("HS256 with a secret that is published in the set, and named")
            .why("A secret in a published set is known to everybody, and signs for nobody.")
            .requirement("RFC8725-3.1-ALG")
            .class("K11"),
    );
    cases.push(
        twin(algorithm)
            .changed(&id(algorithm, "none"), unsigned(Some("\"none\"")))
            .reject([Reason::Algorithm])
            .threat(Threat::Forger)
            .title("no signature, alg none, and a kid of the set")
            .why("That a key is named does not mean that it signed.")
            .requirement("RFC7518-3.6-NONE")
            .class("A1"),
    );
    cases
}

/// Keys that the token brings along or points at.
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
            .title("another key signs and comes along in the header, with a kid of the set")
            .why("A key that the sender chose proves that the sender has it.")
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
            .title("another key signs and the header points at another key set, with a kid of ours")
            .why("The set is the one that is configured, wherever a token points.")
            .requirement("RFC7515-5.2-VERIFY")
            .requirement("RFC8725-3.10-TRUST")
            .class("K18"),
        twin(algorithm)
            .changed(&id(algorithm, "jku-ignored"), header("jku", "\"http://127.0.0.1:9/jwks.json\""))
            .accept()
            .title("a good token whose header points at another key set")
            .why("The parameter is ignored; nothing is fetched from there.")
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
            .title("a minute after exp, under a published key")
            .why("Where keys come from changes nothing about times.")
            .requirement("RFC7519-4.1.4-EXP")
            .class("C5"),
        twin(algorithm)
            .changed(&id(algorithm, "other-user"), claim("sub", "\"43\""))
            .accept()
            .title("another user, under a published key")
            .why("The user is the one that the token names.")
            .requirement("CF-SUB-1")
            .class("C11"),
    ]
}

/// What the key is for, what the token is signed with; both are allowed.
const OTHER_ALGORITHM: [(Algorithm, Algorithm); 4] =
    [(RS256, RS384), (RS256, RS512), (RS384, RS256), (RS512, RS384)];

fn other_algorithm((named, used): (Algorithm, Algorithm)) -> [Case; 2] {
    let both = twin(named)
        .changed(
            &id(named, &format!("and-{}-allowed", word(used))),
            context(ContextChange::Algorithms { algorithms: vec![named, used] }),
        )
        .accept()
        .title(format!("{named}, where {used} is allowed too"))
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
        .title(format!("{used} by a key that is for {named}"))
        .why("Each key has one algorithm, and the published one says which. The sender does not choose.")
        .requirement("RFC7517-4.4-ALG")
        .requirement("RFC8725-3.1-ALG")
        .class("K10");
    [both, otherwise]
}

/// Tokens for a channel that one key set verifies as it does those that open the connection.
fn channels(token: fn() -> Case, channel: &str, name: &str) -> [Case; 2] {
    let id = |name: &str| format!("centrifugo/key-set/{name}");
    let edits = set_of(RS256, PATH, [(PATH, &*jwk(key_for(RS256), RS256))]);
    let opening = token().changed_by("opening", edits).accept();
    let opened = Case::root_flow(
        &id(name),
        "the first flow of tokens for this kind of channel by a published key",
        &[("connection", &twin(RS256)), ("opening", &opening)],
        vec![step(0, connect("connection")), step(1, subscribe(channel, "opening"))],
    )
    .title(format!("a token for the channel {channel} by the key of the set that opened the connection"))
    .why("Where a key set is configured, every token is verified with it.")
    .requirement("CF-JWKS-1")
    .class("V1");
    let foreign = opened
        .changed(
            &id(&format!("{name}-foreign-key")),
            of_token("opening", sign(None, &foreign_key_for(RS256), RS256)),
        )
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("a token for the channel {channel} by a key that is not published"))
        .why("Anybody can write a `kid` that is known; only the signature says who wrote it.")
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
            .title(format!("{key} is configured beside the set, whose key signs"))
            .why("The key set takes the place of configured keys, which are not asked.")
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
                        "{used} with {key}, which is configured beside the set, {}",
                        name.replace('-', " ")
                    ))
                    .why(
                        "Whoever moves to a key set leaves the secret behind that everybody had. The \
                         documentation says that no token is verified with anything else than the set.",
                    )
                    .requirement("CF-JWKS-1")
                    .class("K22"),
            );
        }
        cases.push(beside);
    }
    cases
}
