//! The key of a published set: its numbers, and forms that make it no key.

use jotproof_mint::sign::PrivateKey;
use jotproof_mint::{base64url, document, keys};
use jotproof_model::edit::{DocumentChange, DocumentKind};
use jotproof_model::recipe::SignatureChange;
use jotproof_model::{Algorithm, Reason, Threat};

use super::{changed, remove, rename, set};
use crate::case::{Case, alg, key_for};
use crate::edits::{quoted, sign, signature};
use crate::published::{LOST, jwk, published, twin, with, word};

use Algorithm::{ES256, EdDSA, HS256, RS256};

/// Everything that a private key is made of, where the public one should be.
pub(super) fn private_key(algorithm: Algorithm) -> Case {
    let key = key_for(algorithm);
    let parts = PrivateKey::new(&keys::all()[key]).map(|key| key.private_part()).unwrap_or_default();
    let jwk = parts.iter().fold(jwk(key, algorithm), |jwk, (name, octets)| {
        with(&jwk, name, &quoted(&base64url::encode(octets)))
    });
    let text = document::key_set([&*jwk]);
    changed(algorithm, "private-key", DocumentChange::SetDocument { text, what: DocumentKind::PrivateKey })
        .either(LOST, [Reason::Key])
        .title("the private key is published, with everything that it is made of")
        .why("Whoever publishes a private key has lost it, and everybody signs.")
        .requirement("RFC7517-9.2-PRIVATE")
        .class("K11")
}

/// A member that is no key of its own, in another spelling.
pub(super) fn members_in_any_case() -> Vec<Case> {
    [(RS256, "n", "N"), (RS256, "e", "E"), (ES256, "x", "X"), (ES256, "crv", "Crv"), (EdDSA, "x", "X")]
        .into_iter()
        .map(|(algorithm, name, to)| {
            changed(algorithm, &format!("{name}-in-capitals"), rename(name, to))
                .reject([Reason::Key])
                .title(format!("{to} in place of {name}"))
                .why("Names are compared exactly: this is a member that nobody knows, and the key lacks one.")
                .requirement("RFC7517-4-IGNORE")
                .class("J2")
        })
        .collect()
}

/// A key that cannot be one.
fn unreadable(algorithm: Algorithm, name: &str, change: DocumentChange, title: &str) -> Case {
    changed(algorithm, name, change)
        .reject([Reason::Key, Reason::Signature])
        .title(title)
        .why("It is no key, and so there is none that could have made the signature.")
        .requirement(match algorithm {
            RS256 => "RFC7518-6.3-RSA",
            ES256 => "RFC7518-6.2-EC",
            _ => "RFC8037-2-OKP",
        })
        .class("K9")
}

/// The raw value of a member of a fixture's JWK.
fn member(key: &str, name: &str) -> String {
    let jwk: serde_json::Value = serde_json::from_str(&keys::all()[key].jwk).unwrap_or_default();
    jwk[name].as_str().unwrap_or_default().to_owned()
}

/// Base64url of the octets of a member, after a change.
fn octets(key: &str, name: &str, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut octets = base64url::decode(&member(key, name)).unwrap_or_default();
    change(&mut octets);
    quoted(&base64url::encode(&octets))
}

pub(super) fn rsa() -> Vec<Case> {
    let key = key_for(RS256);
    let mut cases = vec![
        unreadable(RS256, "n-absent", remove("n"), "an RSA key without a modulus"),
        unreadable(RS256, "e-absent", remove("e"), "an RSA key without an exponent"),
        unreadable(RS256, "n-number", set("n", "3233"), "a modulus that is a number"),
        unreadable(RS256, "e-number", set("e", "65537"), "an exponent that is a number"),
        unreadable(
            RS256,
            "n-padded",
            set("n", &quoted(&format!("{}==", member(key, "n")))),
            "a modulus with padding",
        ),
        unreadable(RS256, "n-null", set("n", "null"), "a modulus that is null"),
    ];
    cases.extend(["n", "e"].map(|name| {
        changed(
            RS256,
            &format!("{name}-leading-zero"),
            set(name, &octets(key, name, |octets| octets.insert(0, 0))),
        )
        .either(
            "RFC 7518 section 6.3.1.1: the minimum number of octets is used; a verifier may read more",
            [Reason::Key],
        )
        .title(format!("{name} begins with a zero octet"))
        .why("Some implementations write the octet that ASN.1 asks for.")
        .requirement("RFC7518-6.3-RSA")
        .class("K9")
    }));
    cases.push(
        changed(RS256, "private-exponent", set("d", &octets(key, "n", |octets| octets[0] = 1)))
            .either(LOST, [Reason::Key])
            .title("a private exponent beside the public key")
            .why("Whoever publishes a private key has lost it, and everybody signs.")
            .requirement("RFC7517-9.2-PRIVATE")
            .class("K11"),
    );
    cases
}

/// The forger's token under a key that computes nothing.
pub(super) fn exponent_of_1() -> Case {
    twin(RS256)
        .changed_by(
            "centrifugo/key-set-documents/rs256-exponent-1",
            vec![published(set("e", "\"AQ\"")), signature(SignatureChange::RsaEncodedMessage)],
        )
        .reject([Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title("an RSA key with the exponent 1, and the signature is the encoded message")
        .why("Nothing is computed with this exponent, so anybody can write the signature.")
        .requirement("RFC8017-3.1-KEY")
        .class("K6")
}

/// A set whose key does not say what it is for, and a MAC over no key.
pub(super) fn keyed_with_nothing(algorithm: Algorithm) -> Case {
    twin(algorithm)
        .changed_by(
            &format!("centrifugo/key-set-documents/{}-alg-absent-hs256-by-nothing", word(algorithm)),
            vec![published(remove("alg")), sign(Some(&alg(HS256)), "hmac-empty", HS256)],
        )
        .reject([Reason::Algorithm, Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title("HS256 keyed with nothing, where the published key has no alg")
        .why("The key is no secret. A verifier that takes its absent `k` for an empty one lets everybody sign.")
        .requirement("RFC7517-4.1-KTY")
        .requirement("RFC8725-3.1-ALG")
        .class("K1")
}

pub(super) fn elliptic_curve() -> Vec<Case> {
    let key = key_for(ES256);
    vec![
        unreadable(ES256, "x-absent", remove("x"), "an EC key without x"),
        unreadable(ES256, "y-absent", remove("y"), "an EC key without y"),
        unreadable(ES256, "crv-absent", remove("crv"), "an EC key without a curve"),
        unreadable(ES256, "crv-other", set("crv", "\"P-384\""), "a point of P-256 that says P-384"),
        unreadable(ES256, "crv-number", set("crv", "256"), "a curve that is a number"),
        unreadable(ES256, "x-number", set("x", "1"), "a coordinate that is a number"),
        unreadable(ES256, "x-padded", padded_coordinate(), "a coordinate with padding"),
        unreadable(
            ES256,
            "off-curve",
            set("y", &octets(key, "y", |octets| octets[31] ^= 1)),
            "a point that is not on the curve",
        ),
        unreadable(ES256, "y-null", set("y", "null"), "a coordinate that is null"),
        changed(ES256, "x-short", set("x", &octets(key, "x", |octets| octets.truncate(31))))
            .reject([Reason::Key, Reason::Signature])
            .title("a coordinate of 31 octets")
            .why("A coordinate has full length; without its last octet it is another one.")
            .requirement("RFC7518-6.2-EC")
            .class("K9"),
    ]
}

/// Adds padding to `x`. Base64url has none (RFC 7515 section 2).
pub(super) fn padded_coordinate() -> DocumentChange {
    set("x", &quoted(&format!("{}=", member(key_for(ES256), "x"))))
}

pub(super) fn edwards_curve() -> Vec<Case> {
    let key = key_for(EdDSA);
    vec![
        unreadable(EdDSA, "x-absent", remove("x"), "an Ed25519 key without x"),
        unreadable(EdDSA, "x-short", set("x", &octets(key, "x", |octets| octets.truncate(31))), "31 octets"),
        unreadable(EdDSA, "x-empty", set("x", "\"\""), "a key of no octets"),
        unreadable(EdDSA, "x-number", set("x", "1"), "a key that is a number"),
        unreadable(EdDSA, "crv-absent", remove("crv"), "no curve"),
        unreadable(EdDSA, "crv-other", set("crv", "\"X25519\""), "the curve of key agreement"),
    ]
}
