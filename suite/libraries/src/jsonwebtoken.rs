//! The crate `jsonwebtoken` with RustCrypto, in its newest version and the version before. A profile is
//! tested against each.
//!
//! Its clock is the machine's, and it takes one key at a time. It has no ES512 and no ES256K, never
//! allows unsecured tokens and cannot be told a `typ`.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jotproof_model::algorithm::Family;
use jotproof_model::{Algorithm, Challenge, Context, KeyKind, KeyMaterial, Observation, Seen, Verifier};
use serde_json::{Map, Value};

/// The library, set up as strictly as its options allow: the algorithms of the context, its leeway,
/// audience and issuer, and `nbf` checked, which it does not do by itself.
///
/// `exp` is required by default, and no RFC asks for it: no claim is required here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Jsonwebtoken {
    /// Version 12.0.0.
    #[default]
    Newest,
    /// Version 11.1.0.
    #[cfg(feature = "jsonwebtoken-11")]
    Before,
}

impl Jsonwebtoken {
    /// The versions that are built in, the newest first.
    pub const ALL: &[Self] = &[
        Self::Newest,
        #[cfg(feature = "jsonwebtoken-11")]
        Self::Before,
    ];

    /// The exact version.
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            Self::Newest => "12.0.0",
            #[cfg(feature = "jsonwebtoken-11")]
            Self::Before => "11.1.0",
        }
    }
}

impl Verifier for Jsonwebtoken {
    fn verify(&self, challenge: &Challenge) -> Observation {
        let judge = match self {
            Self::Newest => newest::judge,
            #[cfg(feature = "jsonwebtoken-11")]
            Self::Before => before::judge,
        };
        // The library keeps nothing between calls that a panic could leave half done.
        catch_unwind(AssertUnwindSafe(|| judge(challenge)))
            .unwrap_or_else(|panic| Observation::Crashed { detail: panic_text(panic.as_ref()) })
    }
}

/// The first setting of a context without an option in the library.
fn without_an_option(context: &Context) -> Option<&'static str> {
    let Context {
        application: _,
        keys: _,
        algorithms,
        audience: _,
        more_audiences: _,
        issuer: _,
        more_issuers: _,
        typ,
        leeway: _,
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
    let families: BTreeSet<_> = algorithms.iter().map(|algorithm| family(*algorithm)).collect();
    let of_centrifugo = [
        user_id_claim.is_some(),
        previous_secret.is_some(),
        separate.is_some(),
        rpc_proxy.is_some(),
        namespace.is_some(),
    ];
    [
        // The library refuses every token if an allowed algorithm is not of the family of the key.
        (families.len() > 1, "algorithms of several families under one key"),
        (typ.is_some(), "an expected typ"),
        (*allow_none, "unsecured tokens"),
        (*refuse_anonymous, "refusing anonymous users"),
        (session.is_some(), "a session"),
        (key_set.is_some(), "a published key set"),
        (audience_regex.is_some() || issuer_regex.is_some(), "a pattern of audiences or issuers"),
        (of_centrifugo.contains(&true), "configuration of Centrifugo"),
        (identification.is_some() || submission.is_some(), "clients that are identified"),
    ]
    .into_iter()
    .find_map(|(asked, what)| asked.then_some(what))
}

/// The family of algorithms that share a kind of key in the library.
const fn family(algorithm: Algorithm) -> &'static str {
    match algorithm.family() {
        Family::Hmac => "HMAC",
        Family::RsaPkcs1 | Family::RsaPss => "RSA",
        Family::Ecdsa => "EC",
        Family::EdDsa => "Ed25519",
    }
}

enum KeyProblem<Error> {
    /// There is no such key in the library.
    Unsupported(String),
    /// The library does not take it.
    Refused(Error),
}

/// The verifier of one version of the library. Each version has its own types with the same names.
macro_rules! version {
    ($(#[$doc:meta])* $name:ident, $library:ident, $from_secret:expr) => {
        $(#[$doc])*
        mod $name {
            use std::collections::HashSet;

            use $library::errors::{Error, ErrorKind};
            use $library::{Algorithm as Known, DecodingKey, Validation};

            use super::*;

            pub(super) fn judge(challenge: &Challenge) -> Observation {
                let context = &*challenge.context;
                let validation = match validation(context) {
                    Ok(validation) => validation,
                    Err(what) => return Observation::Unsupported { what },
                };
                let [name] = context.keys.as_slice() else {
                    let what = format!("{} keys; it takes one", context.keys.len());
                    return Observation::Unsupported { what };
                };
                let Some(material) = challenge.keys.get(name) else {
                    let what = format!("the material of key {name} is not there");
                    return Observation::Unsupported { what };
                };
                let key = match decoding_key(material) {
                    Ok(key) => key,
                    Err(KeyProblem::Unsupported(what)) => return Observation::Unsupported { what },
                    Err(KeyProblem::Refused(error)) => return refused(&error),
                };
                // The claims must be an object, so a careful user asks for this type.
                match $library::decode::<Map<String, Value>>(&challenge.token, &key, &validation) {
                    Ok(data) => Observation::Accepted {
                        result: Box::new(Seen {
                            claims: Some(Value::Object(data.claims).to_string()),
                            ..Seen::default()
                        }),
                    },
                    Err(error) => refused(&error),
                }
            }

            /// The options for a context, or the setting that has no option.
            fn validation(context: &Context) -> Result<Validation, String> {
                if let Some(what) = without_an_option(context) {
                    return Err(what.to_owned());
                }
                let mut validation = Validation::new(Known::HS256);
                validation.algorithms =
                    context.algorithms.iter().copied().map(known).collect::<Result<_, _>>()?;
                validation.leeway = u64::from(context.leeway);
                validation.validate_nbf = true;
                validation.required_spec_claims = HashSet::new();
                if context.audience.is_some() {
                    validation.set_audience(&context.audiences().collect::<Vec<_>>());
                }
                if context.issuer.is_some() {
                    validation.set_issuer(&context.issuers().collect::<Vec<_>>());
                }
                Ok(validation)
            }

            fn known(algorithm: Algorithm) -> Result<Known, String> {
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
                    Algorithm::ES512 | Algorithm::ES256K | Algorithm::Ed25519 => return Err(format!("algorithm {algorithm}")),
                })
            }

            fn decoding_key(material: &KeyMaterial) -> Result<DecodingKey, KeyProblem<Error>> {
                let from_secret: fn(&[u8]) -> Result<DecodingKey, Error> = $from_secret;
                let from_pem = match material.kind {
                    KeyKind::Hmac => {
                        let secret = material.secret_octets().unwrap_or_default();
                        return from_secret(secret).map_err(KeyProblem::Refused);
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

            /// A refusal with the name of the library's error as its answer.
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
                    // The enum may grow. No profile lists this answer, so it is a fault.
                    _ => "unknown",
                }
            }
        }
    };
}

version!(newest, jsonwebtoken, |secret| DecodingKey::from_secret(secret));
#[cfg(feature = "jsonwebtoken-11")]
version!(before, jsonwebtoken_11, |secret| Ok(DecodingKey::from_secret(secret)));

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

    fn verify(library: Jsonwebtoken, header: &str, payload: &str, context: Context) -> Observation {
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
        ask(library, token, context, keys::all().clone())
    }

    fn ask(library: Jsonwebtoken, token: Vec<u8>, context: Context, keys: KeyRing) -> Observation {
        let challenge = Challenge::new(token, Arc::new(context), Arc::new(keys), 0);
        library.verify(&challenge)
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
        for &library in Jsonwebtoken::ALL {
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
                let seen = answer(verify(library, header, payload, hs256()));
                assert_eq!(seen, expected, "{library:?} {header} {payload}");
            }
            let other = context("hmac-64-bytes", Algorithm::HS256);
            assert_eq!(answer(verify(library, HEADER, "{}", other)), "InvalidSignature");
        }
    }

    /// From the change log of 12.0.0: empty keys, unknown critical extensions, wrong types of `sub`, `iss`,
    /// `aud`.
    #[test]
    fn version_12_refuses_what_version_11_let_pass() {
        let hs256 = || context("hmac-32-bytes", Algorithm::HS256);
        let audience = || Context { audience: Some("a".to_owned()), ..hs256() };
        let issuer = || Context { issuer: Some("a".to_owned()), ..hs256() };
        let crit = |names: &str| format!(r#"{{"alg":"HS256","b64":true,"crit":{names}}}"#);
        for (header, payload, context, newest) in [
            (crit(r#"["exp"]"#), "{}", hs256(), "InvalidToken"),
            (crit(r#"["b64"]"#), "{}", hs256(), "{}"),
            (crit("[]"), "{}", hs256(), "InvalidToken"),
            (r#"{"alg":"HS256","b64":null}"#.to_owned(), "{}", hs256(), "InvalidToken"),
            (r#"{"alg":"HS256"}"#.to_owned(), r#"{"aud":1}"#, audience(), "InvalidClaimFormat"),
            (r#"{"alg":"HS256"}"#.to_owned(), r#"{"aud":1}"#, hs256(), "InvalidClaimFormat"),
            (r#"{"alg":"HS256"}"#.to_owned(), r#"{"iss":1}"#, issuer(), "InvalidClaimFormat"),
            (r#"{"alg":"HS256"}"#.to_owned(), r#"{"iss":["a"]}"#, issuer(), r#"{"iss":["a"]}"#),
        ] {
            let seen = |library| answer(verify(library, &header, payload, context.clone()));
            assert_eq!(seen(Jsonwebtoken::Newest), newest, "{header} {payload}");
            assert_eq!(seen(Jsonwebtoken::Before), payload, "{header} {payload}");
        }
        let empty = || context("hmac-empty", Algorithm::HS256);
        let seen = |library| answer(verify(library, r#"{"alg":"HS256"}"#, "{}", empty()));
        // The token is not signed with the empty key. The newest version rejects the key before it sees the
        // signature.
        assert_eq!(seen(Jsonwebtoken::Newest), "InvalidKeyFormat");
        assert_eq!(seen(Jsonwebtoken::Before), "InvalidSignature");
    }

    /// The secret of RFC 7515 appendix A.1 is not UTF-8 text.
    #[test]
    fn a_secret_that_is_no_text_verifies() {
        let token = b"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
            eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
            dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let secret = jotproof_mint::base64url::decode(
            "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        );
        let ring =
            KeyRing::from([("a.1".to_owned(), KeyMaterial::of_octets(secret.unwrap(), String::new()))]);
        for &library in Jsonwebtoken::ALL {
            let seen = ask(library, token.to_vec(), context("a.1", Algorithm::HS256), ring.clone());
            // The token expired in 2011, which is checked after the signature.
            assert_eq!(answer(seen), "ExpiredSignature", "{library:?}");
        }
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
            assert_eq!(answer(verify(Jsonwebtoken::Newest, "{}", "{}", context)), expected);
        }
    }

    #[test]
    fn a_panic_is_a_crash_and_not_ours() {
        // The library takes the first 32 octets of an Ed25519 key without checking its length.
        let mut short = keys::all()["ed25519"].clone();
        short.public_pem =
            Some("-----BEGIN PUBLIC KEY-----\nMA0wBQYDK2VwAwQAAQID\n-----END PUBLIC KEY-----\n".to_owned());
        let ring = KeyRing::from([("short".to_owned(), short)]);
        for &library in Jsonwebtoken::ALL {
            let token = b"eyJhbGciOiJFZERTQSJ9.e30.AAAA".to_vec();
            let seen = ask(library, token, context("short", Algorithm::EdDSA), ring.clone());
            assert!(
                matches!(&seen, Observation::Crashed { detail } if detail.contains("panicked")),
                "{seen:?}"
            );
        }
    }
}
