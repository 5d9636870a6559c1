//! Which octets of a key serve as an HMAC secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jotproof_model::recipe::KeyForm;
use jotproof_model::{KeyKind, KeyMaterial};
use serde_json::Value;

use crate::base64url;
use crate::sign::SignError;

/// The octets of a key in one of its forms.
///
/// # Errors
///
/// Where the key has no such form: only HMAC keys have a secret, and they have no public half.
pub fn octets(key: &KeyMaterial, form: KeyForm) -> Result<Vec<u8>, SignError> {
    let none = || SignError::NoSuchForm { form, kind: key.kind };
    let text = |text: &Option<String>| text.clone().map(String::into_bytes).ok_or_else(none);
    let public_pem = || key.public_pem.as_deref().ok_or_else(none);
    match form {
        KeyForm::Natural => text(&key.secret),
        KeyForm::PublicPem => text(&key.public_pem),
        KeyForm::PublicPemNoNewline => {
            let pem = public_pem()?;
            Ok(pem.strip_suffix('\n').unwrap_or(pem).as_bytes().to_vec())
        }
        KeyForm::PublicPemCrlf => Ok(public_pem()?.replace('\n', "\r\n").into_bytes()),
        KeyForm::PublicDer => der(public_pem()?).ok_or(SignError::Malformed("public PEM")),
        KeyForm::Pkcs1Pem => text(&key.public_pkcs1_pem),
        KeyForm::CertificatePem => text(&key.certificate_pem),
        KeyForm::JwkJson => Ok(key.jwk.clone().into_bytes()),
        KeyForm::RawPublic => raw_public(key)?.ok_or_else(none),
    }
}

/// The octets inside a PEM file (RFC 7468 section 3).
pub(crate) fn der(pem: &str) -> Option<Vec<u8>> {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(text).ok()
}

/// The public numbers as a JWK has them (RFC 7518 sections 6.2.1 and 6.3.1, RFC 8037 section 2).
fn raw_public(key: &KeyMaterial) -> Result<Option<Vec<u8>>, SignError> {
    let parameters: &[&str] = match key.kind {
        KeyKind::Hmac => return Ok(None),
        KeyKind::Rsa => &["n"],
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 | KeyKind::Secp256k1 => &["x", "y"],
        KeyKind::Ed25519 => &["x"],
    };
    let malformed = SignError::Malformed("JWK");
    let jwk: Value = serde_json::from_str(&key.jwk).map_err(|_| malformed.clone())?;
    let mut octets = Vec::new();
    for parameter in parameters {
        let text = jwk[parameter].as_str().ok_or_else(|| malformed.clone())?;
        octets.extend(base64url::decode(text).map_err(|_| malformed.clone())?);
    }
    Ok(Some(octets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys;

    #[test]
    fn every_form_is_the_octets_that_its_name_says() {
        let key = &keys::all()["rsa-2048"];
        let pem = key.public_pem.as_deref().unwrap();
        let get = |form| octets(key, form).unwrap();
        assert_eq!(get(KeyForm::PublicPem), pem.as_bytes());
        assert!(pem.ends_with("-----END PUBLIC KEY-----\n"));
        assert_eq!(get(KeyForm::PublicPemNoNewline), pem.trim_end().as_bytes());
        let crlf = String::from_utf8(get(KeyForm::PublicPemCrlf)).unwrap();
        assert!(crlf.ends_with("-----END PUBLIC KEY-----\r\n"));
        assert_eq!(crlf.lines().collect::<Vec<_>>(), pem.lines().collect::<Vec<_>>());
        assert_eq!(get(KeyForm::Pkcs1Pem), key.public_pkcs1_pem.as_deref().unwrap().as_bytes());
        assert_eq!(get(KeyForm::CertificatePem), key.certificate_pem.as_deref().unwrap().as_bytes());
        assert_eq!(get(KeyForm::JwkJson), key.jwk.as_bytes());

        let der = get(KeyForm::PublicDer);
        let n = get(KeyForm::RawPublic);
        assert_eq!(n.len(), 256);
        assert_eq!(der[..2], [0x30, 0x82], "a SEQUENCE with a length of two octets");
        assert!(der.windows(n.len()).any(|part| part == n), "the modulus is inside");
    }

    #[test]
    fn the_raw_public_key_ends_the_der_of_every_other_kind() {
        for (name, length) in
            [("p-256", 64), ("p-384", 96), ("p-521", 132), ("secp256k1", 64), ("ed25519", 32)]
        {
            let key = &keys::all()[name];
            let raw = octets(key, KeyForm::RawPublic).unwrap();
            assert_eq!(raw.len(), length, "{name}");
            assert!(octets(key, KeyForm::PublicDer).unwrap().ends_with(&raw), "{name}");
        }
    }

    #[test]
    fn a_form_that_a_key_does_not_have_is_an_error() {
        for (name, form) in [
            ("rsa-2048", KeyForm::Natural),
            ("ed25519", KeyForm::Pkcs1Pem),
            ("p-256", KeyForm::Pkcs1Pem),
            ("hmac-64-bytes", KeyForm::PublicPem),
            ("hmac-64-bytes", KeyForm::PublicDer),
            ("hmac-64-bytes", KeyForm::RawPublic),
        ] {
            let kind = keys::all()[name].kind;
            assert_eq!(octets(&keys::all()[name], form), Err(SignError::NoSuchForm { form, kind }), "{name}");
        }
    }
}
