//! What holds for the signature of every algorithm with every key.

#![allow(clippy::unwrap_used, reason = "a test that panics is a test that fails")]

use std::collections::BTreeSet;
use std::thread;

use jotproof_mint::sign::{PrivateKey, SignError};
use jotproof_mint::{Mint, MintError, keys};
use jotproof_model::algorithm::Family;
use jotproof_model::recipe::{Content, KeyForm, Signer};
use jotproof_model::{Algorithm, KeyKind, KeyMaterial, Recipe};

const NOW: i64 = 1_700_000_000;

fn recipe(key: &str, form: KeyForm, algorithm: Algorithm) -> Recipe {
    Recipe {
        header: Content::Text { text: format!("{{\"alg\":\"{algorithm}\"}}") },
        payload: Content::Text { text: "{\"exp\":{{now+3600}}}".into() },
        signer: Signer::Key { key: key.into(), form, algorithm },
        signature: vec![],
        segments: vec![],
        structure: vec![],
    }
}

/// The octets of a signature by a key, or `None` where the algorithm is for another kind.
fn length(name: &str, kind: KeyKind, algorithm: Algorithm) -> Option<usize> {
    Some(match (kind, algorithm.family()) {
        (KeyKind::Hmac, Family::Hmac) => match algorithm {
            Algorithm::HS256 => 32,
            Algorithm::HS384 => 48,
            _ => 64,
        },
        (KeyKind::Rsa, Family::RsaPkcs1 | Family::RsaPss) => {
            // The RSA keys of the RFCs have 2048 bits. Other names tell.
            let is_of_rfc = name.starts_with("rfc-");
            let bits: usize = if is_of_rfc { 2048 } else { name.split('-').nth(1)?.parse().ok()? };
            bits.div_ceil(8)
        }
        // As wide as the order of the key's curve, whatever the hash.
        (KeyKind::P256 | KeyKind::Secp256k1, Family::Ecdsa) => 64,
        (KeyKind::P384, Family::Ecdsa) => 96,
        (KeyKind::P521, Family::Ecdsa) => 132,
        (KeyKind::Ed25519, Family::EdDsa) => 64,
        _ => return None,
    })
}

#[test]
fn every_algorithm_with_every_key_gives_its_length_or_says_that_it_does_not_fit() {
    let has_private_half = |key: &KeyMaterial| key.private_pem.is_some() || key.kind == KeyKind::Hmac;
    for (name, material) in keys::all().iter().filter(|(_, key)| has_private_half(key)) {
        let key = PrivateKey::new(material).unwrap();
        for algorithm in Algorithm::ALL {
            let signature = key.sign(algorithm, b"input");
            let too_short = algorithm == Algorithm::PS512 && name.starts_with("rsa-1024");
            match length(name, material.kind, algorithm) {
                Some(_) if too_short => {
                    assert_eq!(signature, Err(SignError::ModulusTooShort { algorithm, bits: 1024 }), "{name}")
                }
                Some(length) => assert_eq!(signature.map(|it| it.len()), Ok(length), "{algorithm} {name}"),
                None => {
                    assert_eq!(signature, Err(SignError::Unfit { algorithm, kind: material.kind }), "{name}")
                }
            }
        }
    }
}

#[test]
fn two_mints_make_the_same_token_byte_for_byte() {
    let (one, other) = (Mint::new(keys::all()), Mint::new(keys::all()));
    let mut tokens = BTreeSet::new();
    for (algorithm, key) in [
        (Algorithm::HS256, "hmac-32-bytes"),
        (Algorithm::HS384, "hmac-48-bytes"),
        (Algorithm::HS512, "hmac-64-bytes"),
        (Algorithm::RS256, "rsa-2048"),
        (Algorithm::RS384, "rsa-2048"),
        (Algorithm::RS512, "rsa-2048"),
        (Algorithm::PS256, "rsa-2048"),
        (Algorithm::PS384, "rsa-2048"),
        (Algorithm::PS512, "rsa-2048"),
        (Algorithm::ES256, "p-256"),
        (Algorithm::ES384, "p-384"),
        (Algorithm::ES512, "p-521"),
        (Algorithm::ES256K, "secp256k1"),
        (Algorithm::EdDSA, "ed25519"),
    ] {
        let recipe = recipe(key, KeyForm::Natural, algorithm);
        let token = one.token(&recipe, NOW).unwrap();
        assert_eq!(one.token(&recipe, NOW).unwrap(), token, "{algorithm}, remembered");
        assert_eq!(other.token(&recipe, NOW).unwrap(), token, "{algorithm}, made anew");
        assert_ne!(one.token(&recipe, NOW + 1).unwrap(), token, "{algorithm}, later");
        tokens.insert(token);
    }
    assert_eq!(tokens.len(), Algorithm::DISTINCT.len());
}

#[test]
fn several_threads_share_a_mint() {
    let mint = Mint::new(keys::all());
    let recipe = recipe("rsa-2048", KeyForm::Natural, Algorithm::PS256);
    let tokens: BTreeSet<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| mint.token(&recipe, NOW).unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(tokens.len(), 1);
}

#[test]
fn every_form_of_a_public_key_serves_as_an_hmac_secret() {
    let mint = Mint::new(keys::all());
    let forms = [
        KeyForm::PublicPem,
        KeyForm::PublicPemNoNewline,
        KeyForm::PublicPemCrlf,
        KeyForm::PublicDer,
        KeyForm::Pkcs1Pem,
        KeyForm::CertificatePem,
        KeyForm::JwkJson,
        KeyForm::RawPublic,
    ];
    let tokens: BTreeSet<_> = forms
        .into_iter()
        .map(|form| mint.token(&recipe("rsa-2048", form, Algorithm::HS256), NOW).unwrap())
        .collect();
    assert_eq!(tokens.len(), forms.len(), "each is another secret");
}

#[test]
fn a_signer_that_cannot_sign_is_named() {
    let mint = Mint::new(keys::all());
    for (key, form, algorithm, expected) in [
        (
            "rsa-9999",
            KeyForm::Natural,
            Algorithm::RS256,
            "unknown key \"rsa-9999\": fixtures/keys/README.md lists the keys there are",
        ),
        (
            "p-256",
            KeyForm::Natural,
            Algorithm::RS256,
            "cannot sign with the key \"p-256\": RS256 does not sign with a key of kind P256: take an \
             algorithm of its family",
        ),
        (
            "rsa-2048",
            KeyForm::Natural,
            Algorithm::HS256,
            "cannot sign with the key \"rsa-2048\": HS256 does not sign with a key of kind Rsa: take \
             an algorithm of its family",
        ),
        (
            "rsa-2048",
            KeyForm::PublicPem,
            Algorithm::RS256,
            "cannot sign with the key \"rsa-2048\": RS256 signs with the key itself, not with its \
             form PublicPem: forms are for HMAC",
        ),
        (
            "hmac-32-bytes",
            KeyForm::PublicPem,
            Algorithm::HS256,
            "cannot sign with the key \"hmac-32-bytes\": a key of kind Hmac has no octets of the form \
             PublicPem",
        ),
        (
            "rsa-1024",
            KeyForm::Natural,
            Algorithm::PS512,
            "cannot sign with the key \"rsa-1024\": PS512 needs a longer modulus than 1024 bits: take \
             a longer RSA key",
        ),
    ] {
        let error: MintError = mint.token(&recipe(key, form, algorithm), NOW).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}
