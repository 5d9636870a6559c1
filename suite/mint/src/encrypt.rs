//! Encrypted tokens in the compact serialization (RFC 7516 section 7.1), deterministic.
//!
//! No verifier has to open one. They test that a verifier of signed tokens does not mistake encryption for a
//! signature: anybody can encrypt with a public key.

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _};
use jotproof_model::KeyMaterial;
use jotproof_model::recipe::{KeyManagement, Plaintext};
use rsa::pkcs8::DecodePublicKey as _;
use rsa::{Oaep, RsaPublicKey};
use sha2::{Digest as _, Sha256};

use crate::base64url;
use crate::change::WhyNot;
use crate::sign::Chosen;

/// The length of the nonce, in octets (RFC 7518 section 5.3).
const NONCE: usize = 12;

/// The encrypted token: five segments.
///
/// # Errors
///
/// Fails if the key does not fit the key management.
pub(crate) fn encrypted(
    inside: &[u8],
    key: &KeyMaterial,
    with: KeyManagement,
    what: Plaintext,
) -> Result<String, WhyNot> {
    let cty = match what {
        Plaintext::Claims => "",
        Plaintext::Token => ",\"cty\":\"JWT\"",
    };
    let header =
        base64url::encode(format!("{{\"alg\":\"{}\",\"enc\":\"A256GCM\"{cty}}}", with.alg()).as_bytes());
    let (content_key, encrypted_key) = match with {
        KeyManagement::Dir => (key.secret_octets().ok_or(WhyNot::CannotEncrypt)?.to_vec(), Vec::new()),
        KeyManagement::RsaOaep256 => {
            let content_key = derived("content key", inside);
            let encrypted_key = to_public_key(&content_key, key).ok_or(WhyNot::CannotEncrypt)?;
            (content_key, encrypted_key)
        }
    };
    let nonce = &derived("nonce", &[&content_key, inside].concat())[..NONCE];
    // Fails unless the key has 32 octets.
    let cipher = Aes256Gcm::new_from_slice(&content_key).map_err(|_| WhyNot::CannotEncrypt)?;
    let mut text = cipher
        .encrypt(nonce.into(), Payload { msg: inside, aad: header.as_bytes() })
        .map_err(|_| WhyNot::TooLong)?;
    let tag = text.split_off(inside.len());
    let segments = [&encrypted_key, nonce, &text, &tag].map(base64url::encode);
    Ok(format!("{header}.{}", segments.join(".")))
}

/// The content key, encrypted with RSAES-OAEP for the holder of the private key (RFC 8017 section 7.1.1).
fn to_public_key(content_key: &[u8], key: &KeyMaterial) -> Option<Vec<u8>> {
    let public = RsaPublicKey::from_public_key_pem(key.public_pem.as_deref()?).ok()?;
    let seed = derived("OAEP seed", content_key);
    public.encrypt(&mut Chosen(&seed), Oaep::new::<rsa::sha2::Sha256>(), content_key).ok()
}

/// 32 octets derived from a purpose and a text. The same input always gives the same octets.
fn derived(what: &str, of: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(format!("jotproof {what}")).chain_update(of).finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use rsa::RsaPrivateKey;
    use rsa::pkcs8::DecodePrivateKey as _;

    use super::*;
    use crate::keys;

    /// Opens a token again.
    fn opened(token: &str, key: &KeyMaterial) -> Vec<u8> {
        let segments: Vec<&str> = token.split('.').collect();
        let [header, encrypted_key, nonce, text, tag] = segments[..] else { panic!("five segments") };
        let octets = |text| base64url::decode(text).unwrap();
        let content_key = match key.private_pem.as_deref() {
            None => key.secret_octets().unwrap().to_vec(),
            Some(pem) => {
                let private = RsaPrivateKey::from_pkcs8_pem(pem).unwrap();
                private.decrypt(Oaep::new::<rsa::sha2::Sha256>(), &octets(encrypted_key)).unwrap()
            }
        };
        let cipher = Aes256Gcm::new_from_slice(&content_key).unwrap();
        let sealed = [octets(text), octets(tag)].concat();
        let payload = Payload { msg: &sealed, aad: header.as_bytes() };
        cipher.decrypt(octets(nonce).as_slice().into(), payload).unwrap()
    }

    #[test]
    fn the_holder_of_the_key_opens_what_was_encrypted_and_it_is_the_same_every_time() {
        for (name, with) in [("hmac-32-bytes", KeyManagement::Dir), ("rsa-2048", KeyManagement::RsaOaep256)] {
            let key = &keys::all()[name];
            let token = encrypted(b"claims", key, with, Plaintext::Claims).unwrap();
            assert_eq!(opened(&token, key), b"claims");
            assert_eq!(encrypted(b"claims", key, with, Plaintext::Claims).unwrap(), token);
            let header = base64url::decode(token.split('.').next().unwrap()).unwrap();
            let expected = format!(r#"{{"alg":"{}","enc":"A256GCM"}}"#, with.alg());
            assert_eq!(String::from_utf8(header).unwrap(), expected);
        }
    }

    #[test]
    fn a_key_of_another_kind_or_length_cannot_encrypt() {
        for (name, with) in [
            ("hmac-64-bytes", KeyManagement::Dir),
            ("rsa-2048", KeyManagement::Dir),
            ("hmac-32-bytes", KeyManagement::RsaOaep256),
            ("p-256", KeyManagement::RsaOaep256),
        ] {
            assert_eq!(
                encrypted(b"x", &keys::all()[name], with, Plaintext::Token),
                Err(WhyNot::CannotEncrypt)
            );
        }
    }
}
