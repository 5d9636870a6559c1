//! What the tests of this crate share: deterministic noise and minted tokens.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::hmac;
use jotproof_model::{Algorithm, Application, Challenge, Context, KeyKind, KeyMaterial, KeyRing};

/// The clock of the tests.
pub(crate) const NOW: i64 = 1_800_000_000;

/// A secret that is long enough for every HMAC algorithm.
pub(crate) const SECRET: &str = "jotproof-test-only-0123456789-0123456789-0123456789-0123456789-x";

/// xorshift64*: the same sequence on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let wide = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(wide).expect("31 bits fit") % bound
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

pub(crate) fn base64url(octets: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(octets)
}

/// `header.payload` and an HS256 signature over it.
pub(crate) fn hs256(header: &[u8], payload: &[u8], secret: &[u8]) -> Vec<u8> {
    sign_input(format!("{}.{}", base64url(header), base64url(payload)), secret)
}

pub(crate) fn sign_input(input: String, secret: &[u8]) -> Vec<u8> {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
    format!("{input}.{}", base64url(tag.as_ref())).into_bytes()
}

/// The token that most tests submit: an ordinary header and this payload.
pub(crate) fn token(payload: &str) -> Vec<u8> {
    hs256(br#"{"alg":"HS256","typ":"JWT"}"#, payload.as_bytes(), SECRET.as_bytes())
}

pub(crate) fn context(application: Application) -> Context {
    Context::new(application, &["secret"], &[Algorithm::HS256])
}

pub(crate) fn secret_key(secret: &str) -> KeyMaterial {
    KeyMaterial::of_secret(secret, String::new())
}

pub(crate) fn public_key(kind: KeyKind, pem: &str) -> KeyMaterial {
    KeyMaterial::of_public_pem(kind, pem.to_owned(), String::new())
}

pub(crate) fn ring(keys: impl IntoIterator<Item = (&'static str, KeyMaterial)>) -> Arc<KeyRing> {
    Arc::new(keys.into_iter().map(|(name, key)| (name.to_owned(), key)).collect::<BTreeMap<_, _>>())
}

pub(crate) fn challenge(token: Vec<u8>, context: Context) -> Challenge {
    Challenge::new(token, Arc::new(context), ring([("secret", secret_key(SECRET))]), NOW)
}
