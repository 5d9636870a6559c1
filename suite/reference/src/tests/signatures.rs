//! Signatures that others made: the examples of the RFCs.

use jotproof_model::{Algorithm, KeyKind};

use super::*;
use crate::key::{self, Candidate, PublicKey};
use crate::signature::{ParsedKeys, verify};
use crate::testing::{SECRET, base64url, context, hs256, public_key, ring};

/// RFC 7515 appendix A.1.
const A1: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
    eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
    dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const A1_K: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

/// RFC 7515 appendix A.2.
const A2: &str = "eyJhbGciOiJSUzI1NiJ9.\
    eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
    cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CU\
    Ar7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO\
    --xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN\
    _IoypGlUPQGe77Rw";
const A2_N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR\
    T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7\
    WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kz\
    k2PAcDTW9gb54h4FRWyuXpoQ";

/// RFC 7515 appendix A.3.
const A3: &str = "eyJhbGciOiJFUzI1NiJ9.\
    eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
    DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const A3_X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const A3_Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

/// RFC 8037 appendix A.4.
const ED25519: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
    hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
const ED25519_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fn octets(base64url: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(base64url).expect("base64url")
}

/// A DER value.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = u16::try_from(content.len()).expect("short").to_be_bytes();
    let header = match length {
        [0, low @ 0..0x80] => vec![tag, low],
        [0, low] => vec![tag, 0x81, low],
        [high, low] => vec![tag, 0x82, high, low],
    };
    [header, content].concat()
}

/// SubjectPublicKeyInfo (RFC 5280 section 4.1) around the octets of a key.
fn spki(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    der(0x30, &[&der(0x30, &[algorithm]), &der(0x03, &[&[0], key])])
}

const RSA_ENCRYPTION: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 0x05, 0];
const EC_P256: &[u8] =
    &[0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const ED25519_OID: &[u8] = &[0x06, 3, 0x2b, 0x65, 0x70];

fn rsa() -> Vec<u8> {
    let modulus = der(0x02, &[&[0], &octets(A2_N)]);
    spki(RSA_ENCRYPTION, &der(0x30, &[&modulus, &der(0x02, &[&[1, 0, 1]])]))
}

fn p256() -> Vec<u8> {
    spki(EC_P256, &[vec![4], octets(A3_X), octets(A3_Y)].concat())
}

fn tried(token: &str, algorithm: Algorithm, candidate: Candidate<'_>) -> Option<Reason> {
    let (input, signature) = token.rsplit_once('.').expect("three segments");
    let (parsed, rules) = (ParsedKeys::default(), Rules::default());
    verify(algorithm, &[candidate], input.as_bytes(), &octets(signature), &parsed, &rules.signature)
        .err()
        .map(|refusal| refusal.reason)
}

#[test]
fn the_examples_of_the_rfcs_verify_and_changed_ones_do_not() {
    let k = octets(A1_K);
    let public = |der: Vec<u8>, bits| Candidate::Public(PublicKey { der, bits });
    for (token, algorithm, candidate) in [
        (A1, Algorithm::HS256, Candidate::Secret(&k)),
        (A2, Algorithm::RS256, public(rsa(), Some(2048))),
        (A3, Algorithm::ES256, public(p256(), None)),
        (ED25519, Algorithm::EdDSA, public(spki(ED25519_OID, &octets(ED25519_X)), None)),
    ] {
        let reason = |token: &str| tried(token, algorithm, candidate.clone());
        assert_eq!(reason(token), None, "{algorithm}");
        assert_eq!(reason(&token.replacen("eyJ", "eyK", 1)), Some(Reason::Signature), "{algorithm}");
        let (input, signature) = token.rsplit_once('.').expect("three segments");
        for changed in [
            format!("{input}."),
            format!("{input}.AAAA"),
            format!("{input}.{}", base64url(&[octets(signature), vec![0]].concat())),
            format!("{input}.{}", base64url(&octets(signature)[1..])),
            format!("{input}.{}", base64url(&vec![0; octets(signature).len()])),
        ] {
            assert_eq!(reason(&changed), Some(Reason::Signature), "{algorithm}: {changed}");
        }
    }
}

fn fixture(name: &str) -> String {
    let path = format!("{}/../../fixtures/keys/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn keys_are_bound_to_their_kind_curve_and_size() {
    let kinds = [
        ("rsa-1024", KeyKind::Rsa),
        ("rsa-2048", KeyKind::Rsa),
        ("p-256", KeyKind::P256),
        ("p-384", KeyKind::P384),
        ("p-521", KeyKind::P521),
        ("secp256k1", KeyKind::Secp256k1),
        ("ed25519", KeyKind::Ed25519),
    ];
    let fitting = |algorithm: Algorithm, rules: &Rules| -> Vec<&str> {
        let fits = |(name, kind): &(&'static str, KeyKind)| {
            let keys = ring([("key", public_key(*kind, &fixture(&format!("{name}.public.pem"))))]);
            let context = Context { keys: vec!["key".to_owned()], ..context(Application::Jwt) };
            let Ok(candidates) = key::candidates(algorithm, None, &context, &keys, &rules.key) else {
                return false;
            };
            // A key that cannot be used is told apart from a signature that is wrong.
            verify(algorithm, &candidates, b"x", &[0; 64], &ParsedKeys::default(), &rules.signature)
                .is_err_and(|refusal| {
                    let usable = refusal.reason == Reason::Signature;
                    assert!(usable || *name == "rsa-1024", "{name} {algorithm}");
                    usable
                })
        };
        kinds.iter().filter(|kind| fits(kind)).map(|(name, _)| *name).collect()
    };
    let rfc = Rules::default();
    let lax = rules(serde_json::json!({"key.size": "ignore"}));
    for (algorithm, expected) in [
        (Algorithm::HS256, &[][..]),
        (Algorithm::RS256, &["rsa-2048"]),
        (Algorithm::PS512, &["rsa-2048"]),
        (Algorithm::ES256, &["p-256"]),
        (Algorithm::ES384, &["p-384"]),
        (Algorithm::ES512, &["p-521"]),
        (Algorithm::ES256K, &["secp256k1"]),
        (Algorithm::EdDSA, &["ed25519"]),
    ] {
        assert_eq!(fitting(algorithm, &rfc), expected, "{algorithm}");
    }
    assert_eq!(fitting(Algorithm::RS256, &lax), ["rsa-1024", "rsa-2048"]);
    assert_eq!(fitting(Algorithm::RS512, &lax), ["rsa-1024", "rsa-2048"]);
    assert_eq!(fitting(Algorithm::PS256, &lax), ["rsa-2048"]);
}

#[test]
fn every_algorithm_verifies_its_own_signatures_only() {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{self as aws, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
    let random = SystemRandom::new();
    let pkcs8 = |name: &str| {
        let pem = fixture(&format!("{name}.private.pem"));
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        crate::base64url::decode_standard(base64.as_bytes()).expect("PEM")
    };
    let rsa = |encoding: &'static aws::RsaSignatureEncoding, input: &[u8]| {
        let pair = RsaKeyPair::from_pkcs8(&pkcs8("rsa-2048")).expect("an RSA key");
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(encoding, &random, input, &mut signature).expect("signed");
        signature
    };
    let ecdsa = |name: &str, algorithm: &'static aws::EcdsaSigningAlgorithm, input: &[u8]| {
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, &pkcs8(name)).expect("an EC key");
        pair.sign(&random, input).expect("signed").as_ref().to_vec()
    };
    let input = b"signing.input";
    let ed25519 = Ed25519KeyPair::from_pkcs8(&pkcs8("ed25519")).expect("an Ed25519 key");
    let signatures = [
        (Algorithm::RS256, rsa(&aws::RSA_PKCS1_SHA256, input)),
        (Algorithm::RS384, rsa(&aws::RSA_PKCS1_SHA384, input)),
        (Algorithm::RS512, rsa(&aws::RSA_PKCS1_SHA512, input)),
        (Algorithm::PS256, rsa(&aws::RSA_PSS_SHA256, input)),
        (Algorithm::PS384, rsa(&aws::RSA_PSS_SHA384, input)),
        (Algorithm::PS512, rsa(&aws::RSA_PSS_SHA512, input)),
        (Algorithm::ES256, ecdsa("p-256", &aws::ECDSA_P256_SHA256_FIXED_SIGNING, input)),
        (Algorithm::ES384, ecdsa("p-384", &aws::ECDSA_P384_SHA384_FIXED_SIGNING, input)),
        (Algorithm::ES512, ecdsa("p-521", &aws::ECDSA_P521_SHA512_FIXED_SIGNING, input)),
        (Algorithm::ES256K, ecdsa("secp256k1", &aws::ECDSA_P256K1_SHA256_FIXED_SIGNING, input)),
        (Algorithm::EdDSA, ed25519.sign(input).as_ref().to_vec()),
    ];
    let names = [
        ("rsa-2048", KeyKind::Rsa),
        ("p-256", KeyKind::P256),
        ("p-384", KeyKind::P384),
        ("p-521", KeyKind::P521),
        ("secp256k1", KeyKind::Secp256k1),
        ("ed25519", KeyKind::Ed25519),
    ];
    let keys =
        ring(names.map(|(name, kind)| (name, public_key(kind, &fixture(&format!("{name}.public.pem"))))));
    let context =
        Context { keys: names.map(|(name, _)| name.to_owned()).to_vec(), ..context(Application::Jwt) };
    let parsed = ParsedKeys::default();
    for (made_by, signature) in &signatures {
        for (algorithm, _) in &signatures {
            let candidates =
                key::candidates(*algorithm, None, &context, &keys, &Rules::default().key).expect("a key");
            let verified =
                verify(*algorithm, &candidates, input, signature, &parsed, &Rules::default().signature);
            assert_eq!(verified.is_ok(), algorithm == made_by, "{made_by} as {algorithm}");
        }
    }
}

#[test]
fn a_public_key_text_is_no_secret() {
    let pem = fixture("rsa-2048.public.pem");
    let context = Context {
        keys: vec!["rsa".to_owned()],
        algorithms: vec![Algorithm::RS256],
        ..context(Application::Jwt)
    };
    let forged = hs256(br#"{"alg":"HS256"}"#, b"{}", pem.as_bytes());
    let mut challenge = challenge(forged, context);
    challenge.keys = ring([("rsa", public_key(KeyKind::Rsa, &pem))]);
    for overrides in [serde_json::json!({}), serde_json::json!({"algorithm.pinning": "family"})] {
        let judged = Reference::new("x", rules(overrides), None).judge(&challenge);
        assert!(matches!(judged.outcome, Outcome::Refused(_)));
    }
}

#[test]
fn an_empty_key_is_no_key_beside_the_configured_one() {
    let forged = hs256(br#"{"alg":"HS256"}"#, b"{}", b"");
    let reference = Reference::new("x", Rules::default(), None);
    assert_eq!(submit(&reference, forged, context(Application::Jwt)).err(), Some(Reason::Signature));
    assert_eq!(SECRET.len(), 64);
}
