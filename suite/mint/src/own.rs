//! Keys of the user, public or private, read from PEM or a JWK.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ecdsa::elliptic_curve::pkcs8::{
    DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding,
};
use jotproof_model::{Algorithm, KeyKind, KeyMaterial};
use rsa::pkcs1::{DecodeRsaPrivateKey as _, DecodeRsaPublicKey as _, EncodeRsaPublicKey as _};
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, RsaPrivateKey, RsaPublicKey};
use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::{base64url, secret};

/// A key of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnKey {
    /// The key material, with the private half if it was given.
    pub material: KeyMaterial,
    /// The `kid` of its JWK.
    pub id: Option<String>,
    /// The `alg` of its JWK.
    pub algorithm: Option<Algorithm>,
}

/// The error for a text that is not a key. It never quotes the text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[allow(missing_docs, reason = "the texts say it")]
pub enum NotAKey {
    #[error("not a key: expected PEM (PUBLIC KEY, CERTIFICATE, PRIVATE KEY) or a JWK")]
    Neither,
    #[error("an encrypted private key: decrypt it first, as in `openssl pkey -in FILE`")]
    Encrypted,
    #[error("unsupported key: expected RSA, P-256, P-384, P-521 or Ed25519")]
    Unsupported,
    #[error("malformed key: {0}")]
    Malformed(&'static str),
    #[error("a key set with {0} keys: give the one that signs")]
    SeveralKeys(usize),
}

/// Reads a key. In a PEM file, the first block that is a key counts.
///
/// # Errors
///
/// See [`NotAKey`].
pub fn read(text: &str) -> Result<OwnKey, NotAKey> {
    if text.trim_start().starts_with('{') {
        return of_jwk(&serde_json::from_str(text).map_err(|_| NotAKey::Malformed("invalid JSON"))?);
    }
    for (label, der) in blocks(text) {
        let material = match &*label {
            "PUBLIC KEY" => of_public(&der),
            "RSA PUBLIC KEY" => RsaPublicKey::from_pkcs1_der(&der).ok().and_then(|key| rsa_public(&key)),
            "CERTIFICATE" => {
                let key = of_certificate(&der).ok_or(NotAKey::Malformed("invalid certificate"))?;
                of_public(key)
            }
            "PRIVATE KEY" => of_private(&der),
            "RSA PRIVATE KEY" => RsaPrivateKey::from_pkcs1_der(&der).ok().and_then(|key| rsa_private(&key)),
            "EC PRIVATE KEY" => of_sec1(&der),
            "ENCRYPTED PRIVATE KEY" => return Err(NotAKey::Encrypted),
            _ => continue,
        };
        let material = material.ok_or(NotAKey::Unsupported)?;
        return Ok(OwnKey { material, id: None, algorithm: None });
    }
    Err(NotAKey::Neither)
}

/// Whether two keys have the same public half, in any format.
#[must_use]
pub fn is_same(one: &KeyMaterial, other: &KeyMaterial) -> bool {
    let public = |key: &KeyMaterial| key.public_pem.as_deref().and_then(secret::der);
    one.kind == other.kind && public(one).is_some_and(|key| public(other) == Some(key))
}

/// The labels and the contents of the blocks of a PEM file (RFC 7468 section 3).
fn blocks(text: &str) -> Vec<(String, Vec<u8>)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    // An environment variable may have `\n` in place of each line end.
    for line in text.replace("\\n", "\n").lines().map(str::trim) {
        if let Some(label) = line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----")) {
            open = Some((label.to_owned(), String::new()));
        } else if line.starts_with("-----END ") {
            if let Some((label, base64)) = open.take()
                && let Ok(der) = STANDARD.decode(base64)
            {
                blocks.push((label, der));
            }
        } else if let Some((_, base64)) = &mut open {
            base64.push_str(line);
        }
    }
    blocks
}

/// The public key of a certificate: the seventh field of its `TBSCertificate`, or the sixth if there is no
/// version (RFC 5280 section 4.1).
fn of_certificate(der: &[u8]) -> Option<&[u8]> {
    let (_, certificate, _) = element(der)?;
    let (_, mut fields, _) = element(certificate)?;
    let (version, ..) = element(fields)?;
    for _ in 0..if version == 0xa0 { 6 } else { 5 } {
        fields = element(fields)?.2;
    }
    let rest = element(fields)?.2;
    fields.get(..fields.len() - rest.len())
}

/// The tag and the content of the first DER element, and the rest of the input.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let mut length = usize::from(first);
    if first >= 0x80 {
        let (octets, after) = rest.split_at_checked(usize::from(first & 0x7f))?;
        length = octets.iter().try_fold(0_usize, |length, octet| {
            length.checked_mul(256).map(|length| length | usize::from(*octet))
        })?;
        rest = after;
    }
    let (content, after) = rest.split_at_checked(length)?;
    Some((tag, content, after))
}

/// Tries each curve in turn.
macro_rules! for_each_curve {
    ($one:ident) => {
        $one!(P256, p256, "P-256")
            .or_else(|| $one!(P384, p384, "P-384"))
            .or_else(|| $one!(P521, p521, "P-521"))
    };
}

/// The material of an EC key with its private half.
macro_rules! ec_private {
    ($kind:ident, $name:literal, $key:expr) => {{
        let key = $key;
        let public = key.public_key().to_public_key_pem(LineEnding::LF).ok()?;
        let private = key.to_pkcs8_pem(LineEnding::LF).ok()?;
        ec_material(KeyKind::$kind, $name, public, Some(private.to_string()))
    }};
}

fn of_public(der: &[u8]) -> Option<KeyMaterial> {
    macro_rules! ec {
        ($kind:ident, $curve:ident, $name:literal) => {
            $curve::PublicKey::from_public_key_der(der).ok().and_then(|key| {
                ec_material(KeyKind::$kind, $name, key.to_public_key_pem(LineEnding::LF).ok()?, None)
            })
        };
    }
    RsaPublicKey::from_public_key_der(der)
        .ok()
        .and_then(|key| rsa_public(&key))
        .or_else(|| for_each_curve!(ec))
        .or_else(|| {
            let key = ed25519_dalek::VerifyingKey::from_public_key_der(der).ok()?;
            ed25519(&key, None)
        })
}

fn of_private(der: &[u8]) -> Option<KeyMaterial> {
    macro_rules! ec {
        ($kind:ident, $curve:ident, $name:literal) => {
            $curve::SecretKey::from_pkcs8_der(der).ok().and_then(|key| ec_private!($kind, $name, key))
        };
    }
    RsaPrivateKey::from_pkcs8_der(der)
        .ok()
        .and_then(|key| rsa_private(&key))
        .or_else(|| for_each_curve!(ec))
        .or_else(|| {
            let key = ed25519_dalek::SigningKey::from_pkcs8_der(der).ok()?;
            ed25519(&key.verifying_key(), Some(&key))
        })
}

/// The key in a SEC 1 structure, which OpenSSL writes as `EC PRIVATE KEY`.
fn of_sec1(der: &[u8]) -> Option<KeyMaterial> {
    macro_rules! ec {
        ($kind:ident, $curve:ident, $name:literal) => {
            $curve::SecretKey::from_sec1_der(der).ok().and_then(|key| ec_private!($kind, $name, key))
        };
    }
    for_each_curve!(ec)
}

fn of_jwk(jwk: &Map<String, Value>) -> Result<OwnKey, NotAKey> {
    if let Some(keys) = jwk.get("keys").and_then(Value::as_array) {
        return match &keys[..] {
            [only] => of_jwk(only.as_object().ok_or(NotAKey::Malformed("a key that is no object"))?),
            _ => Err(NotAKey::SeveralKeys(keys.len())),
        };
    }
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let octets = |name: &str| base64url::decode(text(name)?).ok();
    let number = |name: &str| octets(name).map(|octets| BigUint::from_bytes_be(&octets));
    macro_rules! ec {
        ($kind:ident, $curve:ident, $name:literal) => {
            (text("crv") == Some($name))
                .then(|| match octets("d") {
                    Some(d) => {
                        $curve::SecretKey::from_slice(&d).ok().and_then(|key| ec_private!($kind, $name, key))
                    }
                    None => {
                        let point = [vec![4], octets("x")?, octets("y")?].concat();
                        let key = $curve::PublicKey::from_sec1_bytes(&point).ok()?;
                        ec_material(KeyKind::$kind, $name, key.to_public_key_pem(LineEnding::LF).ok()?, None)
                    }
                })
                .flatten()
        };
    }
    let material = match text("kty") {
        Some("RSA") => {
            let public = number("n").zip(number("e"));
            let primes = || number("p").zip(number("q")).map_or_else(Vec::new, |(p, q)| vec![p, q]);
            match (public, number("d")) {
                (Some((n, e)), Some(d)) => {
                    RsaPrivateKey::from_components(n, e, d, primes()).ok().and_then(|key| rsa_private(&key))
                }
                (Some((n, e)), None) => RsaPublicKey::new(n, e).ok().and_then(|key| rsa_public(&key)),
                (None, _) => None,
            }
        }
        Some("EC") => for_each_curve!(ec),
        Some("OKP") if text("crv") == Some("Ed25519") => okp(octets("x"), octets("d")),
        Some(_) => return Err(NotAKey::Unsupported),
        None => return Err(NotAKey::Malformed("no kty")),
    };
    Ok(OwnKey {
        material: material.ok_or(NotAKey::Malformed("invalid JWK"))?,
        id: text("kid").map(str::to_owned),
        algorithm: text("alg").and_then(|name| name.parse().ok()),
    })
}

fn okp(x: Option<Vec<u8>>, d: Option<Vec<u8>>) -> Option<KeyMaterial> {
    match d {
        Some(d) => {
            let key = ed25519_dalek::SigningKey::from_bytes(&d.try_into().ok()?);
            ed25519(&key.verifying_key(), Some(&key))
        }
        None => ed25519(&ed25519_dalek::VerifyingKey::from_bytes(&x?.try_into().ok()?).ok()?, None),
    }
}

fn rsa_public(key: &RsaPublicKey) -> Option<KeyMaterial> {
    let numbers = [key.n(), key.e()].map(|number| base64url::encode(&number.to_bytes_be()));
    Some(KeyMaterial {
        public_pem: Some(key.to_public_key_pem(LineEnding::LF).ok()?),
        public_pkcs1_pem: Some(key.to_pkcs1_pem(LineEnding::LF).ok()?),
        ..KeyMaterial::of_kind(
            KeyKind::Rsa,
            json!({ "kty": "RSA", "n": numbers[0], "e": numbers[1] }).to_string(),
        )
    })
}

fn rsa_private(key: &RsaPrivateKey) -> Option<KeyMaterial> {
    let private = key.to_pkcs8_pem(LineEnding::LF).ok()?;
    Some(KeyMaterial { private_pem: Some(private.to_string()), ..rsa_public(&key.to_public_key())? })
}

/// An EC key from its `SubjectPublicKeyInfo`, which ends with the coordinates of the point (RFC 5480 section
/// 2.2).
fn ec_material(
    kind: KeyKind,
    curve: &str,
    public_pem: String,
    private_pem: Option<String>,
) -> Option<KeyMaterial> {
    let width = match kind {
        KeyKind::P256 => 32,
        KeyKind::P384 => 48,
        KeyKind::P521 => 66,
        KeyKind::Hmac | KeyKind::Rsa | KeyKind::Secp256k1 | KeyKind::Ed25519 => return None,
    };
    let public = secret::der(&public_pem)?;
    let point = public.get(public.len().checked_sub(2 * width)?..)?;
    let (x, y) = point.split_at(width);
    let jwk = json!({ "kty": "EC", "crv": curve, "x": base64url::encode(x), "y": base64url::encode(y) });
    Some(KeyMaterial {
        public_pem: Some(public_pem),
        private_pem,
        ..KeyMaterial::of_kind(kind, jwk.to_string())
    })
}

fn ed25519(
    key: &ed25519_dalek::VerifyingKey,
    private: Option<&ed25519_dalek::SigningKey>,
) -> Option<KeyMaterial> {
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url::encode(key.as_bytes()) });
    let private_pem = match private {
        Some(key) => Some(key.to_pkcs8_pem(LineEnding::LF).ok()?.to_string()),
        None => None,
    };
    Some(KeyMaterial {
        public_pem: Some(key.to_public_key_pem(LineEnding::LF).ok()?),
        private_pem,
        ..KeyMaterial::of_kind(KeyKind::Ed25519, jwk.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::{NotAKey, OwnKey, is_same, read};
    use crate::keys;
    use jotproof_model::Algorithm;

    const KINDS: [&str; 5] = ["rsa-2048", "p-256", "p-384", "p-521", "ed25519"];

    #[test]
    fn a_key_of_the_suite_is_itself_however_it_is_written() {
        for name in KINDS {
            let key = &keys::all()[name];
            let (public, private) = (key.public_pem.clone().unwrap(), key.private_pem.clone().unwrap());
            let texts = [
                public.clone(),
                public.replace('\n', "\r\n"),
                public.replace('\n', "\\n"),
                public.trim().to_owned(),
                format!("The key of the issuer\n{public}"),
                key.certificate_pem.clone().unwrap(),
                key.jwk.clone(),
                format!("{{\"keys\":[{}]}}", key.jwk),
            ];
            for text in texts {
                let OwnKey { material, .. } = read(&text).unwrap();
                assert!(is_same(&material, key), "{name}: {text}");
                assert_eq!(material.public_pem, key.public_pem, "{name}");
                assert_eq!(material.private_pem, None);
            }
            let OwnKey { material, .. } = read(&private).unwrap();
            assert!(is_same(&material, key) && material.private_pem.is_some(), "{name}");
        }
        let [rsa, ec] = ["rsa-2048", "p-256"].map(|name| &keys::all()[name]);
        assert!(!is_same(rsa, ec) && !is_same(rsa, &keys::all()["rsa-2048-foreign"]));
        let pkcs1 = read(rsa.public_pkcs1_pem.as_deref().unwrap()).unwrap();
        assert!(is_same(&pkcs1.material, rsa));
    }

    #[test]
    fn a_jwk_with_its_private_half_signs() {
        for name in KINDS.into_iter().filter(|name| *name != "ed25519") {
            let key = &keys::all()[name];
            let private = crate::sign::PrivateKey::new(key).unwrap().private_part();
            let mut jwk: serde_json::Value = serde_json::from_str(&key.jwk).unwrap();
            for (member, octets) in private {
                jwk[member] = crate::base64url::encode(&octets).into();
            }
            jwk["kid"] = "mine".into();
            jwk["alg"] = "RS256".into();
            let OwnKey { material, id, algorithm } = read(&jwk.to_string()).unwrap();
            assert!(is_same(&material, key) && material.private_pem.is_some(), "{name}");
            assert_eq!((id.as_deref(), algorithm), (Some("mine"), Some(Algorithm::RS256)));
        }
    }

    #[test]
    fn what_is_no_key_is_told_without_what_stands_in_it() {
        for (text, expected) in [
            ("hush", NotAKey::Neither),
            ("{\"kty\":\"oct\",\"k\":\"aHVzaA\"}", NotAKey::Unsupported),
            ("{\"k\":\"hush\"}", NotAKey::Malformed("no kty")),
            ("{hush", NotAKey::Malformed("invalid JSON")),
            ("{\"keys\":[]}", NotAKey::SeveralKeys(0)),
            (
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
                NotAKey::Encrypted,
            ),
            ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", NotAKey::Unsupported),
        ] {
            assert_eq!(read(text), Err(expected), "{text}");
        }
    }
}
