//! Which octets of a key serve as an HMAC secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jotproof_model::recipe::KeyForm;
use jotproof_model::{KeyKind, KeyMaterial};
use serde_json::Value;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

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
    let secret = || key.secret_octets().ok_or_else(none);
    let public_pem = || key.public_pem.as_deref().ok_or_else(none);
    let inside =
        |pem: &Option<String>, name| der(pem.as_deref().ok_or_else(none)?).ok_or(SignError::Malformed(name));
    match form {
        KeyForm::Natural => secret().map(<[u8]>::to_vec),
        KeyForm::SecretSha256 => secret().map(|secret| Sha256::digest(secret).to_vec()),
        KeyForm::SecretSha384 => secret().map(|secret| Sha384::digest(secret).to_vec()),
        KeyForm::SecretSha512 => secret().map(|secret| Sha512::digest(secret).to_vec()),
        KeyForm::SecretFirst32 => cut(secret()?, 32).ok_or_else(none),
        KeyForm::SecretFirst64 => cut(secret()?, 64).ok_or_else(none),
        KeyForm::SecretFirst128 => cut(secret()?, 128).ok_or_else(none),
        KeyForm::SecretBeforeNul => before(secret()?, 0).ok_or_else(none),
        KeyForm::SecretBeforeSpace => before(secret()?, b' ').ok_or_else(none),
        KeyForm::SecretAndNul => secret().map(|secret| [secret, &[0]].concat()),
        KeyForm::SecretTrimmed => other(secret()?, secret()?.trim_ascii().to_vec()).ok_or_else(none),
        KeyForm::SecretUnquoted => {
            let inside = secret()?.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
            inside.map(<[u8]>::to_vec).ok_or_else(none)
        }
        KeyForm::SecretFromHex => from_hex(secret()?).ok_or_else(none),
        KeyForm::SecretFromBase64 => STANDARD.decode(secret()?).map_err(|_| none()),
        KeyForm::SecretHex => secret().map(|secret| secret.iter().flat_map(|octet| hex(*octet)).collect()),
        KeyForm::SecretBase64 => secret().map(|secret| STANDARD.encode(secret).into_bytes()),
        KeyForm::SecretAsCharacters => {
            let text: String = secret()?.iter().copied().map(char::from).collect();
            other(secret()?, text.into_bytes()).ok_or_else(none)
        }
        KeyForm::SecretReplaced => {
            let text = String::from_utf8_lossy(secret()?).into_owned();
            other(secret()?, text.into_bytes()).ok_or_else(none)
        }
        KeyForm::PublicPem => text(&key.public_pem),
        KeyForm::PublicPemNoNewline => chomped(&key.public_pem).ok_or_else(none),
        KeyForm::PublicPemCrlf => Ok(public_pem()?.replace('\n', "\r\n").into_bytes()),
        KeyForm::PublicPemAfterNewline => Ok(format!("\n{}", public_pem()?).into_bytes()),
        KeyForm::PublicPemAfterText => Ok(format!("{TEXT_BEFORE}{}", public_pem()?).into_bytes()),
        KeyForm::PublicPemAfterSpace => Ok(format!(" {}", public_pem()?).into_bytes()),
        KeyForm::PublicPemAfterByteOrderMark => Ok(format!("\u{feff}{}", public_pem()?).into_bytes()),
        KeyForm::PublicPemEscapedNewlines => Ok(public_pem()?.replace('\n', "\\n").into_bytes()),
        KeyForm::PublicBase64 => {
            inside(&key.public_pem, "public PEM").map(|der| STANDARD.encode(der).into_bytes())
        }
        KeyForm::PublicDer => inside(&key.public_pem, "public PEM"),
        KeyForm::Pkcs1Pem => text(&key.public_pkcs1_pem),
        KeyForm::Pkcs1PemNoNewline => chomped(&key.public_pkcs1_pem).ok_or_else(none),
        KeyForm::Pkcs1Der => inside(&key.public_pkcs1_pem, "public PKCS#1 PEM"),
        KeyForm::CertificatePem => text(&key.certificate_pem),
        KeyForm::CertificatePemNoNewline => chomped(&key.certificate_pem).ok_or_else(none),
        KeyForm::CertificateDer => inside(&key.certificate_pem, "certificate PEM"),
        KeyForm::CertificateBase64 => {
            inside(&key.certificate_pem, "certificate PEM").map(|der| STANDARD.encode(der).into_bytes())
        }
        KeyForm::JwkJson => Ok(key.jwk.clone().into_bytes()),
        KeyForm::JwkPretty => Ok(indented(&key.jwk).into_bytes()),
        KeyForm::JwksJson => Ok(format!(r#"{{"keys":[{}]}}"#, key.jwk).into_bytes()),
        KeyForm::OpensshLine => openssh(key)?.map(String::into_bytes).ok_or_else(none),
        KeyForm::RawPublic => raw_public(key)?.ok_or_else(none),
        KeyForm::RawPublicText => {
            raw_public(key)?.map(|octets| base64url::encode(&octets).into_bytes()).ok_or_else(none)
        }
        KeyForm::UncompressedPoint => point(key)?.map(|(x, y)| uncompressed(&x, &y)).ok_or_else(none),
        KeyForm::CompressedPoint => point(key)?.map(|(x, y)| compressed(&x, &y)).ok_or_else(none),
    }
}

/// The first `octets` octets of a longer secret; `None` if it is not longer.
fn cut(secret: &[u8], octets: usize) -> Option<Vec<u8>> {
    (secret.len() > octets).then(|| secret[..octets].to_vec())
}

/// What a secret becomes; `None` if it stays the same.
fn other(secret: &[u8], changed: Vec<u8>) -> Option<Vec<u8>> {
    (secret != changed).then_some(changed)
}

/// The octets that hexadecimal digits stand for.
fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let octet = |pair: &[u8]| Some(value(*pair.first()?)? << 4 | value(*pair.get(1)?)?);
    digits.chunks(2).map(octet).collect()
}

/// The two hexadecimal digits of an octet.
fn hex(octet: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [octet >> 4, octet & 0x0f].map(|value| DIGITS[usize::from(value)])
}

/// The beginning of a secret before the first such octet; `None` if it has none.
fn before(secret: &[u8], octet: u8) -> Option<Vec<u8>> {
    let at = secret.iter().position(|other| *other == octet)?;
    Some(secret[..at].to_vec())
}

/// A PEM file without its final newline.
fn chomped(pem: &Option<String>) -> Option<Vec<u8>> {
    let pem = pem.as_deref()?;
    Some(pem.strip_suffix('\n').unwrap_or(pem).as_bytes().to_vec())
}

/// The text before a PEM file in the form that has some.
const TEXT_BEFORE: &str = "The public key of the issuer\n";

/// The octets inside a PEM file (RFC 7468 section 3).
pub(crate) fn der(pem: &str) -> Option<Vec<u8>> {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(text).ok()
}

/// The public numbers as a JWK has them (RFC 7518 sections 6.2.1 and 6.3.1, RFC 8037 section 2).
fn raw_public(key: &KeyMaterial) -> Result<Option<Vec<u8>>, SignError> {
    Ok(match key.kind {
        KeyKind::Hmac => None,
        KeyKind::Rsa => Some(parameter(key, "n")?),
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 | KeyKind::Secp256k1 => {
            point(key)?.map(|(x, y)| [x, y].concat())
        }
        KeyKind::Ed25519 => Some(parameter(key, "x")?),
    })
}

/// The octets of a member of the JWK.
fn parameter(key: &KeyMaterial, name: &str) -> Result<Vec<u8>, SignError> {
    let malformed = || SignError::Malformed("JWK");
    let jwk: Value = serde_json::from_str(&key.jwk).map_err(|_| malformed())?;
    let text = jwk[name].as_str().ok_or_else(malformed)?;
    base64url::decode(text).map_err(|_| malformed())
}

/// The two coordinates of a point, each of full length.
type Coordinates = (Vec<u8>, Vec<u8>);

/// The point that an EC key is.
fn point(key: &KeyMaterial) -> Result<Option<Coordinates>, SignError> {
    match key.kind {
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 | KeyKind::Secp256k1 => {
            Ok(Some((parameter(key, "x")?, parameter(key, "y")?)))
        }
        KeyKind::Hmac | KeyKind::Rsa | KeyKind::Ed25519 => Ok(None),
    }
}

fn uncompressed(x: &[u8], y: &[u8]) -> Vec<u8> {
    [&[4], x, y].concat()
}

fn compressed(x: &[u8], y: &[u8]) -> Vec<u8> {
    let odd = y.last().map_or(0, |last| last & 1);
    [&[2 + odd], x].concat()
}

/// The line of an OpenSSH public key (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4);
/// nothing for a kind that OpenSSH does not have.
fn openssh(key: &KeyMaterial) -> Result<Option<String>, SignError> {
    let curve = match key.kind {
        KeyKind::Hmac | KeyKind::Secp256k1 => return Ok(None),
        KeyKind::Rsa | KeyKind::Ed25519 => None,
        KeyKind::P256 => Some("nistp256"),
        KeyKind::P384 => Some("nistp384"),
        KeyKind::P521 => Some("nistp521"),
    };
    let (name, fields) = match (curve, point(key)?) {
        (Some(curve), Some((x, y))) => {
            (format!("ecdsa-sha2-{curve}"), vec![curve.as_bytes().to_vec(), uncompressed(&x, &y)])
        }
        _ if key.kind == KeyKind::Rsa => {
            let fields = vec![mpint(parameter(key, "e")?), mpint(parameter(key, "n")?)];
            ("ssh-rsa".to_owned(), fields)
        }
        _ => ("ssh-ed25519".to_owned(), vec![parameter(key, "x")?]),
    };
    let mut blob = Vec::new();
    for field in std::iter::once(name.as_bytes()).chain(fields.iter().map(Vec::as_slice)) {
        let length = u32::try_from(field.len()).map_err(|_| SignError::Malformed("JWK"))?;
        blob.extend(length.to_be_bytes());
        blob.extend(field);
    }
    Ok(Some(format!("{name} {}", STANDARD.encode(blob))))
}

/// A positive integer has a zero octet before a high bit (RFC 4251 section 5).
fn mpint(mut number: Vec<u8>) -> Vec<u8> {
    if number.first().is_some_and(|first| first & 0x80 != 0) {
        number.insert(0, 0);
    }
    number
}

/// A JSON object of strings, given without white space, as its file has it.
fn indented(json: &str) -> String {
    let mut text = String::new();
    let mut in_string = false;
    for character in json.chars() {
        // None of these strings has an escape: they are names and base64url.
        in_string ^= character == '"';
        match character {
            '{' if !in_string => text.push_str("{\n  "),
            ',' if !in_string => text.push_str(",\n  "),
            ':' if !in_string => text.push_str(": "),
            '}' if !in_string => text.push_str("\n}\n"),
            _ => text.push(character),
        }
    }
    text
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
    fn text_forms_are_what_a_file_or_a_variable_holds() {
        let key = &keys::all()["p-256"];
        let pem = key.public_pem.as_deref().unwrap();
        let get = |form| String::from_utf8(octets(key, form).unwrap()).unwrap();
        assert_eq!(get(KeyForm::PublicPemAfterNewline), format!("\n{pem}"));
        assert_eq!(get(KeyForm::PublicPemAfterText), format!("The public key of the issuer\n{pem}"));
        assert_eq!(get(KeyForm::PublicPemAfterSpace), format!(" {pem}"));
        assert_eq!(octets(key, KeyForm::PublicPemAfterByteOrderMark).unwrap()[..4], *b"\xef\xbb\xbf-");
        let certificate = key.certificate_pem.as_deref().unwrap();
        assert_eq!(get(KeyForm::CertificatePemNoNewline), certificate.trim_end());
        let escaped = get(KeyForm::PublicPemEscapedNewlines);
        assert!(!escaped.contains('\n'));
        assert!(escaped.ends_with("-----END PUBLIC KEY-----\\n"));
        assert_eq!(escaped.replace("\\n", "\n"), pem);
        let lines: Vec<&str> = pem.lines().collect();
        assert_eq!(get(KeyForm::PublicBase64), lines[1..lines.len() - 1].concat());
        assert_eq!(get(KeyForm::JwkPretty), include_str!("../../../fixtures/keys/p-256.jwk.json"));
        assert_eq!(get(KeyForm::JwksJson), format!(r#"{{"keys":[{}]}}"#, key.jwk));
        assert_eq!(
            base64url::decode(&get(KeyForm::RawPublicText)).unwrap(),
            octets(key, KeyForm::RawPublic).unwrap()
        );
        assert_eq!(
            STANDARD.decode(get(KeyForm::CertificateBase64)).unwrap(),
            octets(key, KeyForm::CertificateDer).unwrap()
        );
    }

    #[test]
    fn binary_forms_hold_the_same_numbers() {
        let rsa = &keys::all()["rsa-2048"];
        assert!(
            octets(rsa, KeyForm::PublicDer).unwrap().ends_with(&octets(rsa, KeyForm::Pkcs1Der).unwrap()),
            "SubjectPublicKeyInfo ends with the PKCS#1 form"
        );
        for (name, length) in [("p-256", 32), ("p-384", 48), ("p-521", 66), ("secp256k1", 32)] {
            let key = &keys::all()[name];
            let raw = octets(key, KeyForm::RawPublic).unwrap();
            let whole = octets(key, KeyForm::UncompressedPoint).unwrap();
            assert_eq!((whole[0], &whole[1..]), (4, &raw[..]), "{name}");
            let half = octets(key, KeyForm::CompressedPoint).unwrap();
            assert_eq!(half[0], 2 + (raw[2 * length - 1] & 1), "{name}");
            assert_eq!(half[1..], raw[..length], "{name}");
        }
    }

    #[test]
    fn openssh_lines_begin_with_their_names_and_end_with_the_key() {
        for (name, begins) in [
            ("rsa-2048", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ"),
            ("p-256", "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABB"),
            ("p-384", "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABh"),
            ("p-521", "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACF"),
            ("ed25519", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"),
        ] {
            let key = &keys::all()[name];
            let line = String::from_utf8(octets(key, KeyForm::OpensshLine).unwrap()).unwrap();
            assert!(line.starts_with(begins), "{name}: {line}");
            let (_, blob) = line.split_once(' ').unwrap();
            let blob = STANDARD.decode(blob).unwrap();
            assert!(blob.ends_with(&octets(key, KeyForm::RawPublic).unwrap()), "{name}");
        }
    }

    #[test]
    fn forms_of_a_secret_are_what_a_wrong_loader_makes_of_it() {
        let long = keys::all()["hmac-129-bytes"].secret.as_deref().unwrap().as_bytes();
        let get = |name: &str, form| octets(&keys::all()[name], form).unwrap();
        assert_eq!(get("hmac-129-bytes", KeyForm::SecretFirst64), long[..64]);
        assert_eq!(get("hmac-129-bytes", KeyForm::SecretFirst128), long[..128]);
        assert_eq!(get("hmac-129-bytes", KeyForm::SecretSha256), Sha256::digest(long).to_vec());
        assert_eq!(get("hmac-129-bytes", KeyForm::SecretSha384), Sha384::digest(long).to_vec());
        assert_eq!(get("hmac-129-bytes", KeyForm::SecretSha512), Sha512::digest(long).to_vec());
        assert_eq!(get("hmac-1-byte", KeyForm::SecretAndNul), b"s\0");
        for (name, form, separator) in [
            ("hmac-nul-inside", KeyForm::SecretBeforeNul, '\0'),
            ("hmac-space-inside", KeyForm::SecretBeforeSpace, ' '),
        ] {
            let secret = keys::all()[name].secret.as_deref().unwrap();
            let (before, after) = secret.split_once(separator).unwrap();
            assert_eq!(get(name, form), before.as_bytes());
            assert!(before.len() >= 32 && after.len() >= 32, "{name}");
        }
        let secret = |name: &str| keys::all()[name].secret_octets().unwrap();
        for (name, form, expected) in [
            ("hmac-64-bytes", KeyForm::SecretFirst32, &secret("hmac-64-bytes")[..32]),
            (
                "hmac-space-at-end",
                KeyForm::SecretTrimmed,
                secret("hmac-space-at-end").split_last().unwrap().1,
            ),
            ("hmac-space-at-start", KeyForm::SecretTrimmed, &secret("hmac-space-at-start")[1..]),
            ("hmac-absent-two-quotes", KeyForm::SecretUnquoted, b""),
            ("hmac-1-byte", KeyForm::SecretHex, b"73"),
            ("hmac-1-byte", KeyForm::SecretBase64, b"cw=="),
            ("hmac-absent-zero", KeyForm::SecretBase64, b"MA=="),
        ] {
            assert_eq!(get(name, form), expected, "{name} {form:?}");
        }
        assert_eq!(get("hmac-like-hex", KeyForm::SecretFromHex), Sha256::digest(b"hmac-like-hex").to_vec());
        let base64 = get("hmac-like-base64", KeyForm::SecretFromBase64);
        assert_eq!(base64, Sha256::digest(b"hmac-like-base64").to_vec());
        let characters = String::from_utf8(get("hmac-utf-8", KeyForm::SecretAsCharacters)).unwrap();
        assert_eq!(
            characters.chars().map(|c| u8::try_from(c).unwrap()).collect::<Vec<_>>(),
            secret("hmac-utf-8")
        );
        let replaced = String::from_utf8(get("hmac-binary", KeyForm::SecretReplaced)).unwrap();
        assert_eq!(replaced, String::from_utf8_lossy(secret("hmac-binary")));
        assert!(replaced.contains('\u{fffd}'));
    }

    #[test]
    fn a_form_that_a_key_does_not_have_is_an_error() {
        for (name, form) in [
            ("hmac-64-bytes", KeyForm::SecretFirst64),
            ("hmac-64-bytes", KeyForm::SecretBeforeNul),
            ("hmac-64-bytes", KeyForm::SecretTrimmed),
            ("hmac-64-bytes", KeyForm::SecretUnquoted),
            ("hmac-64-bytes", KeyForm::SecretFromHex),
            ("hmac-utf-8", KeyForm::SecretReplaced),
            ("hmac-32-bytes", KeyForm::SecretFirst32),
            ("hmac-64-bytes", KeyForm::SecretAsCharacters),
            ("rsa-2048", KeyForm::SecretSha256),
            ("rsa-2048", KeyForm::Natural),
            ("ed25519", KeyForm::Pkcs1Pem),
            ("ed25519", KeyForm::Pkcs1PemNoNewline),
            ("p-256", KeyForm::Pkcs1Pem),
            ("hmac-64-bytes", KeyForm::PublicPem),
            ("hmac-64-bytes", KeyForm::PublicDer),
            ("hmac-64-bytes", KeyForm::RawPublic),
            ("hmac-64-bytes", KeyForm::OpensshLine),
            ("secp256k1", KeyForm::OpensshLine),
            ("ed25519", KeyForm::UncompressedPoint),
            ("rsa-2048", KeyForm::CompressedPoint),
            ("p-256", KeyForm::Pkcs1Der),
        ] {
            let kind = keys::all()[name].kind;
            assert_eq!(octets(&keys::all()[name], form), Err(SignError::NoSuchForm { form, kind }), "{name}");
        }
    }

    /// A reader must be able to sign a recipe again, so the guide to the vectors explains every form.
    #[test]
    fn the_guide_to_the_vectors_names_every_form() {
        let guide = include_str!("../../../vectors/README.md");
        let schema = include_str!("../../../vectors/schema/vectors.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let forms = schema["$defs"]["KeyForm"]["oneOf"].as_array().unwrap();
        assert!(forms.len() > KeyForm::PUBLIC.len());
        for form in forms {
            let name = format!("`{}`", form["const"].as_str().unwrap());
            assert!(guide.contains(&name), "{name}");
        }
        assert!(guide.contains(&format!("`{}`", TEXT_BEFORE.trim_end())));
    }
}
