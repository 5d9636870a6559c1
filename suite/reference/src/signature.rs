//! The stage `signature`: whether one of the keys made it (RFC 7515 section 5.2 step 8).

use std::fmt;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
use jotproof_model::algorithm::Family;
use jotproof_model::{Algorithm, Reason};
use jotproof_rules::{SignatureRules, Strictness};

use crate::edwards;
use crate::key::{Candidate, PublicKey};
use crate::verdict::{Refusal, Stage};

/// Public keys that were parsed before. Parsing costs more than most verifications.
#[derive(Default)]
pub struct ParsedKeys(Mutex<Vec<(Algorithm, Vec<u8>, ParsedPublicKey)>>);

impl fmt::Debug for ParsedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ParsedKeys")
    }
}

impl ParsedKeys {
    /// How many keys are kept; a run has fewer.
    const KEPT: usize = 64;

    fn get(&self, algorithm: Algorithm, key: &PublicKey) -> Option<ParsedPublicKey> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |(of, der, _): &&(Algorithm, Vec<u8>, _)| *of == algorithm && *der == key.der;
        if let Some((.., parsed)) = kept.iter().find(same) {
            return Some(parsed.clone());
        }
        let parsed = ParsedPublicKey::new(verification(algorithm, key.bits)?, &key.der).ok()?;
        if kept.len() == Self::KEPT {
            kept.clear();
        }
        kept.push((algorithm, key.der.clone(), parsed.clone()));
        Some(parsed)
    }
}

/// How a public key verifies a signature of an algorithm; nothing where the library cannot.
pub(crate) fn verification(
    algorithm: Algorithm,
    bits: Option<u32>,
) -> Option<&'static dyn VerificationAlgorithm> {
    let short = bits.is_some_and(|bits| bits < 2048);
    Some(match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => return None,
        Algorithm::RS256 if short => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        Algorithm::RS256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::RS384 if short => return None,
        Algorithm::RS384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RS512 if short => &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        Algorithm::RS512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::PS256 | Algorithm::PS384 | Algorithm::PS512 if short => return None,
        Algorithm::PS256 => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::PS384 => &signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::PS512 => &signature::RSA_PSS_2048_8192_SHA512,
        Algorithm::ES256 => &signature::ECDSA_P256_SHA256_FIXED,
        Algorithm::ES384 => &signature::ECDSA_P384_SHA384_FIXED,
        Algorithm::ES512 => &signature::ECDSA_P521_SHA512_FIXED,
        Algorithm::ES256K => &signature::ECDSA_P256K1_SHA256_FIXED,
        Algorithm::EdDSA | Algorithm::Ed25519 => &signature::ED25519,
    })
}

/// Whether a signature of the algorithm can be verified with the key at all.
#[must_use]
pub fn is_possible(algorithm: Algorithm, candidate: &Candidate<'_>) -> bool {
    match candidate {
        Candidate::Secret(_) => true,
        Candidate::Public(key) => verification(algorithm, key.bits).is_some(),
    }
}

/// Verifies a signature with the first key that fits.
///
/// # Errors
///
/// No key fits, or the library cannot use any of them.
pub fn verify(
    algorithm: Algorithm,
    candidates: &[Candidate<'_>],
    input: &[u8],
    signature: &[u8],
    parsed: &ParsedKeys,
    rules: &SignatureRules,
) -> Result<(), Refusal> {
    let mut tried = false;
    for candidate in candidates {
        let verified = match candidate {
            Candidate::Secret(secret) => {
                tried = true;
                mac_is_good(algorithm, secret, input, signature)
            }
            Candidate::Public(key) => parsed.get(algorithm, key).is_some_and(|key| {
                tried = true;
                !has_refused_commitment(algorithm, signature, rules)
                    && key.verify_sig(input, signature).is_ok()
            }),
        };
        if verified {
            return Ok(());
        }
    }
    Err(if tried {
        Refusal::new(
            Stage::Signature,
            Reason::Signature,
            format!("no configured key made this {algorithm} signature"),
        )
    } else {
        Refusal::new(
            Stage::Signature,
            Reason::Key,
            format!("the configured key cannot be used with {algorithm}"),
        )
    })
}

/// Whether the point `R` of an EdDSA signature has small order. RFC 8032 section 5.1.7 accepts some of these
/// signatures, and many verifiers refuse them all.
fn has_refused_commitment(algorithm: Algorithm, signature: &[u8], rules: &SignatureRules) -> bool {
    algorithm.family() == Family::EdDsa
        && rules.small_order == Strictness::Refuse
        && signature.first_chunk().is_some_and(edwards::has_small_order)
}

fn mac_is_good(algorithm: Algorithm, secret: &[u8], input: &[u8], signature: &[u8]) -> bool {
    let hash = match algorithm {
        Algorithm::HS384 => hmac::HMAC_SHA384,
        Algorithm::HS512 => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    };
    let tag = hmac::sign(&hmac::Key::new(hash, secret), input);
    verify_slices_are_equal(tag.as_ref(), signature).is_ok()
}
