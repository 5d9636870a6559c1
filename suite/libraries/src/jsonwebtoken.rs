//! The crate `jsonwebtoken`, with RustCrypto below it.
//!
//! Its clock is the machine's, and it takes one key at a time. It has no ES512 and no ES256K, never
//! allows unsecured tokens and cannot be told a `typ`.

use std::collections::{BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use jotproof_model::algorithm::Family;
use jotproof_model::{Algorithm, Challenge, Context, KeyKind, KeyMaterial, Observation, Seen, Verifier};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Map, Value};

/// The library, set up as strictly as its options allow: the algorithms of the context, its leeway,
/// audience and issuer, and `nbf` checked, which it does not do by itself.
///
/// `exp` is required by default, and no RFC asks for it: no claim is required here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Jsonwebtoken;

impl Verifier for Jsonwebtoken {
    fn verify(&self, challenge: &Challenge) -> Observation {
        // The library keeps nothing between calls that a panic could leave half done.
        catch_unwind(AssertUnwindSafe(|| judge(challenge)))
            .unwrap_or_else(|panic| Observation::Crashed { detail: panic_text(panic.as_ref()) })
    }
}

fn judge(challenge: &Challenge) -> Observation {
    let context = &*challenge.context;
    let validation = match validation(context) {
        Ok(validation) => validation,
        Err(what) => return Observation::Unsupported { what },
    };
    let [name] = context.keys.as_slice() else {
        return Observation::Unsupported { what: format!("{} keys; it takes one", context.keys.len()) };
    };
    let Some(material) = challenge.keys.get(name) else {
        return Observation::Unsupported { what: format!("the material of key {name} is not there") };
    };
    let key = match decoding_key(material) {
        Ok(key) => key,
        Err(KeyProblem::Unsupported(what)) => return Observation::Unsupported { what },
        Err(KeyProblem::Refused(error)) => return refused(&error),
    };
    // Claims are an object, and a careful user says so by the type that is asked for.
    match jsonwebtoken::decode::<Map<String, Value>>(&challenge.token, &key, &validation) {
        Ok(data) => Observation::Accepted {
            result: Box::new(Seen {
                claims: Some(Value::Object(data.claims).to_string()),
                ..Seen::default()
            }),
        },
        Err(error) => refused(&error),
    }
}

/// The options for a context, or what of it has no option.
fn validation(context: &Context) -> Result<Validation, String> {
    let Context {
        application: _,
        keys: _,
        algorithms,
        audience,
        issuer,
        typ,
        leeway,
        allow_none,
        refuse_anonymous,
        session,
        key_set,
        audience_regex,
        issuer_regex,
        user_id_claim,
        previous_secret,
        separate,
        rpc_proxy,
        namespace,
        identification,
        submission,
    } = context;
    if typ.is_some() {
        return Err("an expected typ".to_owned());
    }
    if *allow_none {
        return Err("unsecured tokens".to_owned());
    }
    if *refuse_anonymous {
        return Err("refusing anonymous users".to_owned());
    }
    if session.is_some() {
        return Err("a session".to_owned());
    }
    if key_set.is_some() {
        return Err("a published key set".to_owned());
    }
    if audience_regex.is_some() || issuer_regex.is_some() {
        return Err("a pattern of audiences or issuers".to_owned());
    }
    let of_centrifugo = [
        user_id_claim.is_some(),
        previous_secret.is_some(),
        separate.is_some(),
        rpc_proxy.is_some(),
        namespace.is_some(),
    ];
    if of_centrifugo.contains(&true) {
        return Err("configuration of Centrifugo".to_owned());
    }
    if identification.is_some() || submission.is_some() {
        return Err("clients that are identified".to_owned());
    }
    let mut validation = Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.algorithms = algorithms.iter().copied().map(known).collect::<Result<_, _>>()?;
    // The library refuses every token where one of them is not of the family of the key.
    let families: BTreeSet<_> = algorithms.iter().map(|algorithm| family(*algorithm)).collect();
    if families.len() > 1 {
        return Err("algorithms of several families under one key".to_owned());
    }
    validation.leeway = u64::from(*leeway);
    validation.validate_nbf = true;
    validation.required_spec_claims = HashSet::new();
    if let Some(audience) = audience {
        validation.set_audience(&[audience]);
    }
    if let Some(issuer) = issuer {
        validation.set_issuer(&[issuer]);
    }
    Ok(validation)
}

/// What the library has one kind of key for.
const fn family(algorithm: Algorithm) -> &'static str {
    match algorithm.family() {
        Family::Hmac => "HMAC",
        Family::RsaPkcs1 | Family::RsaPss => "RSA",
        Family::Ecdsa => "EC",
        Family::EdDsa => "Ed25519",
    }
}

fn known(algorithm: Algorithm) -> Result<jsonwebtoken::Algorithm, String> {
    use jsonwebtoken::Algorithm as Known;
    Ok(match algorithm {
        Algorithm::HS256 => Known::HS256,
        Algorithm::HS384 => Known::HS384,
        Algorithm::HS512 => Known::HS512,
        Algorithm::RS256 => Known::RS256,
        Algorithm::RS384 => Known::RS384,
        Algorithm::RS512 => Known::RS512,
        Algorithm::PS256 => Known::PS256,
        Algorithm::PS384 => Known::PS384,
        Algorithm::PS512 => Known::PS512,
        Algorithm::ES256 => Known::ES256,
        Algorithm::ES384 => Known::ES384,
        Algorithm::EdDSA => Known::EdDSA,
        Algorithm::ES512 | Algorithm::ES256K => return Err(format!("algorithm {algorithm}")),
    })
}

enum KeyProblem {
    /// There is no such key in the library.
    Unsupported(String),
    /// The library does not take it.
    Refused(Error),
}

fn decoding_key(material: &KeyMaterial) -> Result<DecodingKey, KeyProblem> {
    let from_pem = match material.kind {
        KeyKind::Hmac => {
            return Ok(DecodingKey::from_secret(material.secret.as_deref().unwrap_or_default().as_bytes()));
        }
        KeyKind::Rsa => DecodingKey::from_rsa_pem,
        KeyKind::P256 | KeyKind::P384 => DecodingKey::from_ec_pem,
        KeyKind::Ed25519 => DecodingKey::from_ed_pem,
        KeyKind::P521 | KeyKind::Secp256k1 => {
            return Err(KeyProblem::Unsupported("a key on P-521 or secp256k1".to_owned()));
        }
    };
    let pem = material
        .public_pem
        .as_deref()
        .ok_or_else(|| KeyProblem::Unsupported("a key without its public half".to_owned()))?;
    from_pem(pem.as_bytes()).map_err(KeyProblem::Refused)
}

/// A refusal, by the name of the library's own error.
fn refused(error: &Error) -> Observation {
    Observation::Refused {
        reason: None,
        answer: Some(name(error.kind()).to_owned()),
        text: error.to_string(),
    }
}

fn name(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidToken => "InvalidToken",
        ErrorKind::InvalidSignature => "InvalidSignature",
        ErrorKind::InvalidEcdsaKey => "InvalidEcdsaKey",
        ErrorKind::InvalidEddsaKey => "InvalidEddsaKey",
        ErrorKind::InvalidRsaKey(_) => "InvalidRsaKey",
        ErrorKind::RsaFailedSigning => "RsaFailedSigning",
        ErrorKind::Signing(_) => "Signing",
        ErrorKind::InvalidAlgorithmName => "InvalidAlgorithmName",
        ErrorKind::UnsupportedAlgorithm => "UnsupportedAlgorithm",
        ErrorKind::InvalidKeyFormat => "InvalidKeyFormat",
        ErrorKind::MissingRequiredClaim(_) => "MissingRequiredClaim",
        ErrorKind::InvalidClaimFormat(_) => "InvalidClaimFormat",
        ErrorKind::ExpiredSignature => "ExpiredSignature",
        ErrorKind::InvalidIssuer => "InvalidIssuer",
        ErrorKind::InvalidAudience => "InvalidAudience",
        ErrorKind::InvalidSubject => "InvalidSubject",
        ErrorKind::ImmatureSignature => "ImmatureSignature",
        ErrorKind::InvalidAlgorithm => "InvalidAlgorithm",
        ErrorKind::MissingAlgorithm => "MissingAlgorithm",
        ErrorKind::Base64(_) => "Base64",
        ErrorKind::Json(_) => "Json",
        ErrorKind::Utf8(_) => "Utf8",
        ErrorKind::Provider(_) => "Provider",
        // The enum may grow; no profile knows such an answer, and so it is a fault.
        _ => "unknown",
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("it panicked: {}", text.unwrap_or("without a text"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jotproof_mint::{Mint, keys};
    use jotproof_model::recipe::{Content, KeyForm, Signer};
    use jotproof_model::{Application, KeyRing, Recipe};

    use super::*;

    fn context(key: &str, algorithm: Algorithm) -> Context {
        Context::new(Application::Jwt, &[key], &[algorithm])
    }

    fn verify(header: &str, payload: &str, context: Context) -> Observation {
        let signer = Signer::Key {
            key: "hmac-32-bytes".to_owned(),
            form: KeyForm::Natural,
            algorithm: Algorithm::HS256,
        };
        let recipe = Recipe::new(
            Content::Text { text: header.to_owned() },
            Content::Text { text: payload.to_owned() },
            signer,
        );
        let token = Mint::new(keys::all()).token(&recipe, 0).unwrap();
        ask(token, context, keys::all().clone())
    }

    fn ask(token: Vec<u8>, context: Context, keys: KeyRing) -> Observation {
        let challenge = Challenge::new(token, Arc::new(context), Arc::new(keys), 0);
        Jsonwebtoken.verify(&challenge)
    }

    fn answer(observation: Observation) -> String {
        match observation {
            Observation::Accepted { result } => result.claims.unwrap(),
            Observation::Refused { reason: None, answer: Some(answer), .. } => answer,
            Observation::Unsupported { what } => format!("unsupported: {what}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn claims_come_as_the_library_returns_them_and_refusals_by_the_name_of_its_error() {
        const HEADER: &str = r#"{"alg":"HS256"}"#;
        let hs256 = || context("hmac-32-bytes", Algorithm::HS256);
        for (header, payload, expected) in [
            (HEADER, "{}", "{}"),
            (HEADER, r#"{"b":1e2,"a":[null],"b":2}"#, r#"{"a":[null],"b":2}"#),
            (HEADER, "[]", "Json"),
            (HEADER, r#"{"exp":0}"#, "ExpiredSignature"),
            (HEADER, r#"{"exp":"0"}"#, "InvalidClaimFormat"),
            (HEADER, r#"{"nbf":99999999999}"#, "ImmatureSignature"),
            (HEADER, r#"{"aud":"a"}"#, "InvalidAudience"),
            (r#"{"alg":"HS384"}"#, "{}", "InvalidAlgorithm"),
            (r#"{"alg":"none"}"#, "{}", "Json"),
            (r#"{"alg":{"HS256":null}}"#, "{}", "{}"),
        ] {
            assert_eq!(answer(verify(header, payload, hs256())), expected, "{header} {payload}");
        }
        let other = context("hmac-64-bytes", Algorithm::HS256);
        assert_eq!(answer(verify(HEADER, "{}", other)), "InvalidSignature");
    }

    #[test]
    fn a_context_that_it_has_no_options_for_is_unsupported() {
        let hs256 = || context("hmac-32-bytes", Algorithm::HS256);
        for (context, expected) in [
            (Context { typ: Some("at+jwt".to_owned()), ..hs256() }, "unsupported: an expected typ"),
            (Context { allow_none: true, ..hs256() }, "unsupported: unsecured tokens"),
            (Context { keys: Vec::new(), ..hs256() }, "unsupported: 0 keys; it takes one"),
            (context("p-521", Algorithm::ES512), "unsupported: algorithm ES512"),
            (context("p-521", Algorithm::ES384), "unsupported: a key on P-521 or secp256k1"),
        ] {
            assert_eq!(answer(verify("{}", "{}", context)), expected);
        }
    }

    #[test]
    fn a_panic_is_a_crash_and_not_ours() {
        // Version 11.1.0 cuts the first 32 octets off an Ed25519 key, whatever it has.
        let mut short = keys::all()["ed25519"].clone();
        short.public_pem =
            Some("-----BEGIN PUBLIC KEY-----\nMA0wBQYDK2VwAwQAAQID\n-----END PUBLIC KEY-----\n".to_owned());
        let ring = KeyRing::from([("short".to_owned(), short)]);
        let seen = ask(b"eyJhbGciOiJFZERTQSJ9.e30.AAAA".to_vec(), context("short", Algorithm::EdDSA), ring);
        assert!(matches!(&seen, Observation::Crashed { detail } if detail.contains("panicked")), "{seen:?}");
    }
}
