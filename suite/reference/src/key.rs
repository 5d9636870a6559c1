//! The stage `key`: which configured keys serve an algorithm, and whether they are fit for it (RFC
//! 7518 sections 3.2 to 3.5).

use aws_lc_rs::signature::{RsaParameters, RsaSubjectPublicKey};
use jotproof_model::algorithm::Family;
use jotproof_model::{Algorithm, Context, KeyKind, KeyMaterial, KeyRing, Reason};
use jotproof_rules::key::EmptySecret;
use jotproof_rules::{KeyRules, Strictness};

use crate::verdict::{Refusal, Stage};
use crate::{base64url, edwards};

/// A key that a signature is tried with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Candidate<'a> {
    /// Octets for HMAC.
    Secret(&'a [u8]),
    /// The DER form of a public key, SubjectPublicKeyInfo (RFC 5280 section 4.1).
    Public(PublicKey),
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// SubjectPublicKeyInfo, DER.
    pub der: Vec<u8>,
    /// RSA only: the length of the modulus in bits.
    pub bits: Option<u32>,
}

/// The configured keys. A key that the ring lacks does not count. Nor does an empty secret, because servers
/// treat it as missing. The secret from before a rotation counts until its end.
pub fn configured<'a>(
    context: &'a Context,
    keys: &'a KeyRing,
    rules: &KeyRules,
) -> impl Iterator<Item = &'a KeyMaterial> + use<'a> {
    let empty = rules.empty;
    let is_key = move |key: &&KeyMaterial| empty == EmptySecret::Ignore || !key.is_empty_secret();
    let previous = context.previous_secret.as_ref().filter(|previous| previous.counts());
    let names = context.keys.iter().chain(previous.map(|previous| &previous.key));
    names.filter_map(|name| keys.get(name)).filter(is_key)
}

/// Checks the configured keys before any token, because some libraries refuse an empty secret.
///
/// # Errors
///
/// Fails if a key cannot be configured under the rules.
pub fn import(context: &Context, keys: &KeyRing, rules: &KeyRules) -> Result<(), Refusal> {
    let mut configured = context.keys.iter().filter_map(|name| keys.get(name));
    if rules.empty == EmptySecret::NotImported && configured.any(KeyMaterial::is_empty_secret) {
        return Err(Refusal::new(
            Stage::Configuration,
            Reason::Configuration,
            "an empty secret cannot be configured",
        ));
    }
    Ok(())
}

/// Whether a kind of key serves a family of algorithms.
#[must_use]
pub const fn serves(kind: KeyKind, family: Family) -> bool {
    match kind {
        KeyKind::Hmac => matches!(family, Family::Hmac),
        KeyKind::Rsa => matches!(family, Family::RsaPkcs1 | Family::RsaPss),
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 | KeyKind::Secp256k1 => {
            matches!(family, Family::Ecdsa)
        }
        KeyKind::Ed25519 => matches!(family, Family::EdDsa),
    }
}

/// The kind of key that an algorithm takes; the curve is part of the algorithm (RFC 7518 section
/// 3.4).
pub(crate) const fn kind_for(algorithm: Algorithm) -> KeyKind {
    match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => KeyKind::Hmac,
        Algorithm::RS256
        | Algorithm::RS384
        | Algorithm::RS512
        | Algorithm::PS256
        | Algorithm::PS384
        | Algorithm::PS512 => KeyKind::Rsa,
        Algorithm::ES256 => KeyKind::P256,
        Algorithm::ES384 => KeyKind::P384,
        Algorithm::ES512 => KeyKind::P521,
        Algorithm::ES256K => KeyKind::Secp256k1,
        Algorithm::EdDSA | Algorithm::Ed25519 => KeyKind::Ed25519,
    }
}

/// The length of the hash that an HMAC algorithm uses, which is the least length of its secret.
const fn hash_octets(algorithm: Algorithm) -> usize {
    match algorithm {
        Algorithm::HS384 => 48,
        Algorithm::HS512 => 64,
        _ => 32,
    }
}

/// Looks up the keys that a signature is tried with. Of several configured keys of one kind, `kid` may choose one
/// by its name.
///
/// # Errors
///
/// None of the configured keys serves the algorithm, or none that does is fit for it.
pub fn candidates<'a>(
    algorithm: Algorithm,
    kid: Option<&str>,
    context: &'a Context,
    keys: &'a KeyRing,
    rules: &KeyRules,
) -> Result<Vec<Candidate<'a>>, Refusal> {
    let mut candidates = Vec::new();
    let mut unfit = None;
    let named = kid.filter(|_| is_one_of_several(algorithm, context, keys));
    let is_meant = |key: &&KeyMaterial| {
        named.is_none_or(|name| context.keys.iter().any(|key| key == name) && keys.get(name) == Some(*key))
    };
    let of_its_kind = configured(context, keys, rules).filter(|key| key.kind == kind_for(algorithm));
    for key in of_its_kind.filter(is_meant) {
        match fit(key, algorithm, rules) {
            Ok(candidate) => candidates.push(candidate),
            Err(why) => unfit = Some(why),
        }
    }
    if candidates.is_empty() {
        let detail = unfit.unwrap_or_else(|| format!("no configured key serves {algorithm}"));
        return Err(Refusal::new(Stage::Key, Reason::Key, detail));
    }
    Ok(candidates)
}

/// Whether several keys of the kind that an algorithm takes are configured.
fn is_one_of_several(algorithm: Algorithm, context: &Context, keys: &KeyRing) -> bool {
    let of_its_kind = |name: &&String| keys.get(*name).is_some_and(|key| key.kind == kind_for(algorithm));
    context.keys.iter().filter(of_its_kind).count() > 1
}

fn fit<'a>(key: &'a KeyMaterial, algorithm: Algorithm, rules: &KeyRules) -> Result<Candidate<'a>, String> {
    if key.kind == KeyKind::Hmac {
        let secret = key.secret_octets().unwrap_or_default();
        let least = hash_octets(algorithm);
        if rules.size == Strictness::Refuse && secret.len() < least {
            return Err(format!("the secret has {} octets; {algorithm} needs {least}", secret.len()));
        }
        return Ok(Candidate::Secret(secret));
    }
    let pem = key.public_pem.as_deref().ok_or("the configured key has no public half")?;
    let der = pem_to_der(pem).ok_or("the configured key is no PEM file `PUBLIC KEY`")?;
    let bits = if key.kind == KeyKind::Rsa {
        let bits = rsa_bits(&der).ok_or("the configured key is no RSA public key")?;
        if rules.size == Strictness::Refuse && bits < 2048 {
            return Err(format!("the RSA key has {bits} bits; {algorithm} needs 2048"));
        }
        Some(bits)
    } else {
        None
    };
    if key.kind == KeyKind::Ed25519 {
        let point = der.last_chunk().ok_or("the configured key is no Ed25519 public key")?;
        if !edwards::is_canonical(point) {
            return Err("the coordinate of the Ed25519 key is not less than p".to_owned());
        }
        if edwards::has_small_order(point) {
            return Err("the Ed25519 key is a point of small order".to_owned());
        }
    }
    Ok(Candidate::Public(PublicKey { der, bits }))
}

/// The octets inside a PEM file `PUBLIC KEY` (RFC 7468 section 13).
pub(crate) fn pem_to_der(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN PUBLIC KEY-----")?;
    let (base64, _) = rest.split_once("-----END PUBLIC KEY-----")?;
    base64url::decode_standard(base64.as_bytes()).ok()
}

fn rsa_bits(der: &[u8]) -> Option<u32> {
    // Through the other encoding of the same key, which is what the length is read from.
    let key = RsaSubjectPublicKey::from_der(der).ok()?;
    RsaParameters::public_modulus_len(key.as_ref()).ok()
}
