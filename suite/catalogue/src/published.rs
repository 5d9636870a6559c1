//! Published key sets that cases are made with: one document with the key that signs, and tokens that name
//! it.

use std::collections::BTreeMap;

use jotproof_mint::{document, keys};
use jotproof_model::algorithm::Family;
use jotproof_model::context::{Origin, Transport};
use jotproof_model::edit::{ContextChange, DocumentChange};
use jotproof_model::{Algorithm, Edit, KeySet};

use crate::case::{Case, alg, key_for};
use crate::edits::{context, header, quoted, sign};
use crate::twins;

/// The reason for a choice if a key set contains a private part.
pub const LOST: &str = "RFC 7517 section 9.2 forbids the publisher to disclose private and symmetric keys. \
                        It does not say what a verifier does with a set that contains one.";

/// The path of the key set.
pub const PATH: &str = "/jwks.json";

/// The algorithms that Centrifugo supports in a key set.
pub const ALGORITHMS: [Algorithm; 7] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::ES512,
    Algorithm::EdDSA,
];

/// A connection token that is verified with the only key of a published set.
#[must_use]
pub fn twin(algorithm: Algorithm) -> Case {
    let edits = set_of(algorithm, PATH, [(PATH, &*jwk(key_for(algorithm), algorithm))]);
    twins::centrifugo()
        .changed_by(&format!("centrifugo/key-set/{}-valid", word(algorithm)), edits)
        .accept()
        .title("token signed with the only key of the set")
        .why(
            "The token names a key of the published set. The key is for this algorithm and made the \
             signature, so the token must be accepted.",
        )
        .requirement("CF-JWKS-1")
        .requirement("CF-JWKS-2")
        .requirement("CF-JWKS-3")
        .requirement("RFC7517-4.1-KTY")
        .requirement(match algorithm.family() {
            Family::Ecdsa => "RFC7518-6.2-EC",
            Family::EdDsa => "RFC8037-2-OKP",
            _ => "RFC7518-6.3-RSA",
        })
        .requirement("RFC7515-4.1.4-KID")
        .class("V1")
}

/// The edits that turn a connection token into one signed by the first key of published documents, which have
/// one key each, by path.
pub fn set_of<'a>(
    algorithm: Algorithm,
    path: &str,
    documents: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<Edit> {
    let key = key_for(algorithm);
    let documents = documents
        .into_iter()
        .map(|(path, jwk)| (path.to_owned(), document::key_set([jwk])))
        .collect::<BTreeMap<_, _>>();
    let key_set = KeySet {
        path: path.to_owned(),
        documents,
        fetched: Vec::new(),
        origin: Origin::Published,
        transport: Transport::Plain,
    };
    vec![
        context(ContextChange::KeySet { key_set }),
        context(ContextChange::Algorithms { algorithms: vec![algorithm] }),
        header("kid", &format!("\"{key}\"")),
        sign(Some(&alg(algorithm)), key, algorithm),
    ]
}

/// The JWK of a key, for an algorithm.
///
/// # Panics
///
/// Where there is no such key: a mistake in the catalogue.
#[must_use]
pub fn jwk(key: &str, algorithm: Algorithm) -> String {
    with(&named(key), "alg", &alg(algorithm))
}

/// The JWK of a key in a published set. The name of the key is its `kid`, placed before `use`.
///
/// # Panics
///
/// Where there is no such key: a mistake in the catalogue.
#[must_use]
pub fn named(key: &str) -> String {
    const USE: &str = ",\"use\"";
    let jwk = &keys::all()[key].jwk;
    let kid = quoted(key);
    match jwk.find(USE) {
        Some(at) => format!("{},\"kid\":{kid}{}", &jwk[..at], &jwk[at..]),
        None => with(jwk, "kid", &kid),
    }
}

/// A JWK with another raw value of a member.
///
/// # Panics
///
/// Where it is no object: a mistake in the catalogue.
#[must_use]
pub fn with(jwk: &str, name: &str, value: &str) -> String {
    document::with_member(jwk, name, value).expect("the JWK of a fixture is an object")
}

/// A change to the document.
pub fn published(change: DocumentChange) -> Edit {
    context(ContextChange::KeySetDocument { path: PATH.to_owned(), change })
}

/// The case with its algorithm before the title, for topics that repeat their cases for several algorithms.
pub fn titled_by_algorithm(case: Case) -> Case {
    let title = format!("{}: {}", case.context().algorithms[0], case.titled());
    case.title(title)
}

/// The name of an algorithm in ids.
#[must_use]
pub fn word(algorithm: Algorithm) -> String {
    algorithm.name().to_lowercase()
}
