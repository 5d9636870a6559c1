//! The key of a published set: its numbers, and forms that make it unusable.

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

/// All members of the private key in place of the public key.
pub(super) fn private_key(algorithm: Algorithm) -> Case {
    let key = key_for(algorithm);
    let parts = PrivateKey::new(&keys::all()[key]).map(|key| key.private_part()).unwrap_or_default();
    let jwk = parts.iter().fold(jwk(key, algorithm), |jwk, (name, octets)| {
        with(&jwk, name, &quoted(&base64url::encode(octets)))
    });
    let text = document::key_set([&*jwk]);
    changed(algorithm, "private-key", DocumentChange::SetDocument { text, what: DocumentKind::PrivateKey })
        .either(LOST, [Reason::Key])
        .title("private key published with all its members")
        .why("A private key that is published is lost, because anyone can sign with it.")
        .requirement("RFC7517-9.2-PRIVATE")
        .class("K11")
}

/// A required member under a name in a different case.
pub(super) fn members_in_any_case() -> Vec<Case> {
    [(RS256, "n", "N"), (RS256, "e", "E"), (ES256, "x", "X"), (ES256, "crv", "Crv"), (EdDSA, "x", "X")]
        .into_iter()
        .map(|(algorithm, name, to)| {
            changed(algorithm, &format!("{name}-in-capitals"), rename(name, to))
                .reject([Reason::Key])
                .title(format!("{to} instead of {name} in the JWK"))
                .why(
                    "Names are compared exactly. This is an unknown member, and the key lacks a required \
                     one.",
                )
                .requirement("RFC7517-4-IGNORE")
                .class("J2")
        })
        .collect()
}

/// An unusable key.
fn unreadable(algorithm: Algorithm, name: &str, change: DocumentChange, title: &str) -> Case {
    changed(algorithm, name, change)
        .reject([Reason::Key, Reason::Signature])
        .title(title)
        .why("The JWK is not a valid key, so the signature cannot be verified.")
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
        unreadable(RS256, "n-absent", remove("n"), "RSA key without a modulus"),
        unreadable(RS256, "e-absent", remove("e"), "RSA key without an exponent"),
        unreadable(RS256, "n-number", set("n", "3233"), "RSA modulus is a number"),
        unreadable(RS256, "e-number", set("e", "65537"), "RSA exponent is a number"),
        unreadable(
            RS256,
            "n-padded",
            set("n", &quoted(&format!("{}==", member(key, "n")))),
            "RSA modulus with padding",
        ),
        unreadable(RS256, "n-null", set("n", "null"), "RSA modulus is null"),
    ];
    cases.extend(["n", "e"].map(|name| {
        changed(
            RS256,
            &format!("{name}-leading-zero"),
            set(name, &octets(key, name, |octets| octets.insert(0, 0))),
        )
        .either(
            "RFC 7518 section 6.3.1.1: the minimum number of octets is used. A verifier may still read \
             more.",
            [Reason::Key],
        )
        .title(format!("{name} with a leading zero octet"))
        .why("Some implementations write the leading octet that ASN.1 requires.")
        .requirement("RFC7518-6.3-RSA")
        .class("K9")
    }));
    cases.push(
        changed(RS256, "private-exponent", set("d", &octets(key, "n", |octets| octets[0] = 1)))
            .either(LOST, [Reason::Key])
            .title("private exponent beside the public key")
            .why("A private key that is published is lost, because anyone can sign with it.")
            .requirement("RFC7517-9.2-PRIVATE")
            .class("K11"),
    );
    cases
}

/// A forged token under a key with which nothing is computed.
pub(super) fn exponent_of_1() -> Case {
    twin(RS256)
        .changed_by(
            "centrifugo/key-set-documents/rs256-exponent-1",
            vec![published(set("e", "\"AQ\"")), signature(SignatureChange::RsaEncodedMessage)],
        )
        .reject([Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title("two defects: RSA key with exponent 1, and the encoded message as the signature")
        .why(
            "With this exponent nothing is computed, so anyone can write the signature. A verifier that \
             accepts it accepts forged tokens.",
        )
        .requirement("RFC8017-3.1-KEY")
        .class("K6")
}

/// A set whose key has no `alg`, and a MAC with an empty key.
pub(super) fn keyed_with_nothing(algorithm: Algorithm) -> Case {
    twin(algorithm)
        .changed_by(
            &format!("centrifugo/key-set-documents/{}-alg-absent-hs256-by-nothing", word(algorithm)),
            vec![published(remove("alg")), sign(Some(&alg(HS256)), "hmac-empty", HS256)],
        )
        .reject([Reason::Algorithm, Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title("HS256 signature with an empty key and no alg in the JWK")
        .why(
            "Everyone knows the empty key. A verifier that treats the absent `k` as an empty secret lets \
             anyone sign tokens.",
        )
        .requirement("RFC7517-4.1-KTY")
        .requirement("RFC8725-3.1-ALG")
        .class("K1")
}

pub(super) fn elliptic_curve() -> Vec<Case> {
    let key = key_for(ES256);
    vec![
        unreadable(ES256, "x-absent", remove("x"), "EC key without x"),
        unreadable(ES256, "y-absent", remove("y"), "EC key without y"),
        unreadable(ES256, "crv-absent", remove("crv"), "EC key without a curve"),
        unreadable(ES256, "crv-other", set("crv", "\"P-384\""), "EC point of P-256 with crv P-384"),
        unreadable(ES256, "crv-number", set("crv", "256"), "EC curve is a number"),
        unreadable(ES256, "x-number", set("x", "1"), "EC coordinate is a number"),
        unreadable(ES256, "x-padded", padded_coordinate(), "EC coordinate with padding"),
        unreadable(
            ES256,
            "off-curve",
            set("y", &octets(key, "y", |octets| octets[31] ^= 1)),
            "EC point not on its curve",
        ),
        unreadable(ES256, "y-null", set("y", "null"), "EC coordinate is null"),
        changed(ES256, "x-short", set("x", &octets(key, "x", |octets| octets.truncate(31))))
            .reject([Reason::Key, Reason::Signature])
            .title("EC coordinate of 31 octets")
            .why("A coordinate must have its full length. Without its last octet it is a different number.")
            .requirement("RFC7518-6.2-EC")
            .class("K9"),
    ]
}

/// Adds padding to `x`. Base64url has no padding (RFC 7515 section 2).
pub(super) fn padded_coordinate() -> DocumentChange {
    set("x", &quoted(&format!("{}=", member(key_for(ES256), "x"))))
}

pub(super) fn edwards_curve() -> Vec<Case> {
    let key = key_for(EdDSA);
    vec![
        unreadable(EdDSA, "x-absent", remove("x"), "Ed25519 key without x"),
        unreadable(
            EdDSA,
            "x-short",
            set("x", &octets(key, "x", |octets| octets.truncate(31))),
            "Ed25519 key of 31 octets",
        ),
        unreadable(EdDSA, "x-empty", set("x", "\"\""), "Ed25519 key of zero octets"),
        unreadable(EdDSA, "x-number", set("x", "1"), "Ed25519 key is a number"),
        unreadable(EdDSA, "crv-absent", remove("crv"), "Ed25519 key without a curve"),
        unreadable(EdDSA, "crv-other", set("crv", "\"X25519\""), "Ed25519 key with crv X25519"),
    ]
}
