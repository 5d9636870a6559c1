//! The signatures of every vector through RustCrypto, beside the reference's aws-lc-rs: two
//! implementations that share no code. Where they differ, the difference is named here.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by its panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use jotproof_catalogue::{NOW, build};
use jotproof_mint::stored;
use jotproof_model::{Algorithm, Challenge, Context, KeyKind, KeyMaterial, KeyRing, Subject};
use jotproof_reference::{End, Judged, Reference, Stage, segments};
use jotproof_rules::key::EmptySecret;
use jotproof_rules::{Base64urlRules, Duplicates, HeaderRules, KeyRules, Rules, Strictness};
use p256::ecdsa::signature::Verifier as _;
use p256::pkcs8::DecodePublicKey as _;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Digest, Sha256, Sha384, Sha512};

/// What the two think of a signature otherwise: id, the reference, RustCrypto.
const DIFFERENCES: &[(&str, bool, bool)] = &[
    // aws-lc-rs verifies RSASSA-PSS with moduli of 2048 bits and more; `rsa` asks for no size.
    ("keys/weak/ps256-modulus-of-1024-bits", false, true),
    ("keys/weak/ps256-modulus-of-2047-bits", false, true),
    // For RSASSA-PSS, `rsa` reduces a number that is not less than the modulus. RFC 8017 section 5.2.2 refuses it.
    ("signatures/rsa-pss/ps256-s-plus-n-in-as-many-octets", false, true),
    ("signatures/rsa-pss/ps384-s-plus-n-in-as-many-octets", false, true),
    ("signatures/rsa-pss/ps512-s-plus-n-in-as-many-octets", false, true),
    // `k256` accepts only the smaller s, as Bitcoin does. RFC 8812 section 3.2 refers to RFC 7518 section
    // 3.4, which allows both.
    ("signatures/ecdsa/es256k-s-high", true, false),
];

/// Rules that let every readable token come to the stage of the signature.
fn lenient() -> Rules {
    Rules {
        key: KeyRules { size: Strictness::Ignore, empty: EmptySecret::Ignore },
        header: HeaderRules { duplicates: Duplicates::Last, ..HeaderRules::default() },
        base64url: Base64urlRules { trailing_bits: Strictness::Ignore, ..Base64urlRules::default() },
        ..Rules::default()
    }
}

#[test]
fn rust_crypto_and_aws_lc_agree_on_every_stored_signature() {
    let reference = Reference::new("lenient", lenient(), None);
    let mut differences = BTreeSet::new();
    let mut compared: BTreeMap<Algorithm, (usize, usize)> = BTreeMap::new();
    for file in build::files(NOW).expect("the catalogue builds") {
        let keys = Arc::new(file.keys);
        for vector in &file.vectors {
            let Subject::Token { token, .. } = &vector.subject else { continue };
            // Its keys are looked up in the set, or by `kid` among several, and this test reads neither.
            if vector.context.key_set.is_some() || vector.context.keys.len() > 1 {
                continue;
            }
            let challenge = Challenge::new(
                stored::octets(token).unwrap(),
                Arc::new(vector.context.clone()),
                Arc::clone(&keys),
                NOW,
            );
            let judged = reference.judge(&challenge);
            let Some((algorithm, good)) = signature_stage(&judged) else { continue };
            let own = rust_crypto(algorithm, &challenge.token, &vector.context, &keys, reference.rules());
            let count = compared.entry(algorithm).or_default();
            if own {
                count.0 += 1;
            } else {
                count.1 += 1;
            }
            if own != good {
                differences.insert((vector.id.0.clone(), good, own));
            }
        }
    }
    let named: BTreeSet<_> =
        DIFFERENCES.iter().map(|(id, good, own)| ((*id).to_owned(), *good, *own)).collect();
    assert_eq!(differences, named);
    for algorithm in Algorithm::ALL {
        let (good, bad) = compared.get(&algorithm).copied().unwrap_or_default();
        assert!(good > 0 && bad > 0, "{algorithm}: {good} good and {bad} bad signatures were compared");
    }
}

/// With which algorithm the reference tried the signature, and whether it is good.
fn signature_stage(judged: &Judged) -> Option<(Algorithm, bool)> {
    let step = |stage| judged.trace.iter().find(|step| step.stage == stage);
    let settled = step(Stage::Algorithm).filter(|step| step.end == End::Passed)?;
    let algorithm = settled.detail.parse().ok()?;
    match step(Stage::Signature)?.end {
        End::Passed => Some((algorithm, true)),
        End::Refused => Some((algorithm, false)),
        End::Skipped => None,
    }
}

/// Whether one of the configured keys made the signature, by RustCrypto alone.
fn rust_crypto(algorithm: Algorithm, token: &[u8], context: &Context, keys: &KeyRing, rules: &Rules) -> bool {
    let segments = segments::split(token, &rules.split).unwrap();
    let signature = segments::decode(&segments, rules).0.signature.unwrap();
    let input = segments.signing_input;
    let previous = context.previous_secret.iter().filter(|previous| previous.counts());
    context
        .keys
        .iter()
        .chain(previous.map(|previous| &previous.key))
        .filter_map(|name| keys.get(name))
        .any(|key| verifies(algorithm, key, input, &signature).unwrap_or(false))
}

/// Nothing where the key is of another kind.
fn verifies(algorithm: Algorithm, key: &KeyMaterial, input: &[u8], signature: &[u8]) -> Option<bool> {
    let secret = || key.secret_octets().filter(|_| key.kind == KeyKind::Hmac);
    let pem = |kind| key.public_pem.as_deref().filter(|_| key.kind == kind);
    macro_rules! hmac {
        ($hash:ty) => {{
            let mut mac = <Hmac<$hash> as KeyInit>::new_from_slice(secret()?).ok()?;
            mac.update(input);
            mac.verify_slice(signature).is_ok()
        }};
    }
    macro_rules! ecdsa {
        ($curve:ident, $kind:expr) => {{
            let key = $curve::ecdsa::VerifyingKey::from_public_key_pem(pem($kind)?).ok()?;
            $curve::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(input, &signature).is_ok())
        }};
    }
    let rsa = || RsaPublicKey::from_public_key_pem(pem(KeyKind::Rsa)?).ok();
    macro_rules! pkcs1 {
        ($hash:ident) => {{
            let scheme = Pkcs1v15Sign::new::<rsa::sha2::$hash>();
            rsa()?.verify(scheme, &$hash::digest(input), signature).is_ok()
        }};
    }
    macro_rules! pss {
        ($hash:ident) => {{ rsa()?.verify(Pss::new::<rsa::sha2::$hash>(), &$hash::digest(input), signature).is_ok() }};
    }
    Some(match algorithm {
        Algorithm::HS256 => hmac!(Sha256),
        Algorithm::HS384 => hmac!(Sha384),
        Algorithm::HS512 => hmac!(Sha512),
        Algorithm::RS256 => pkcs1!(Sha256),
        Algorithm::RS384 => pkcs1!(Sha384),
        Algorithm::RS512 => pkcs1!(Sha512),
        Algorithm::PS256 => pss!(Sha256),
        Algorithm::PS384 => pss!(Sha384),
        Algorithm::PS512 => pss!(Sha512),
        Algorithm::ES256 => ecdsa!(p256, KeyKind::P256),
        Algorithm::ES384 => ecdsa!(p384, KeyKind::P384),
        Algorithm::ES512 => ecdsa!(p521, KeyKind::P521),
        Algorithm::ES256K => ecdsa!(k256, KeyKind::Secp256k1),
        Algorithm::EdDSA | Algorithm::Ed25519 => {
            let key = ed25519_dalek::VerifyingKey::from_public_key_pem(pem(KeyKind::Ed25519)?).ok()?;
            ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(input, &signature).is_ok())
        }
    })
}
