//! Signing: the fourteen algorithms, deterministic.
//!
//! The algorithm may be any that fits the kind of the key, also one that no verifier may accept from
//! it: an EC key signs the hash of every ECDSA algorithm on its own curve, since a token that names
//! ES256 and is signed with a P-384 key has to be minted too.

use std::fmt;

use ecdsa::elliptic_curve::array::ArraySize;
use ecdsa::elliptic_curve::{CurveArithmetic, pkcs8::DecodePrivateKey as _};
use ecdsa::hazmat::sign_prehashed_rfc6979;
use ecdsa::{EcdsaCurve, SignatureSize};
use ed25519_dalek::Signer as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jotproof_model::algorithm::Family;
use jotproof_model::recipe::KeyForm;
use jotproof_model::{Algorithm, KeyKind, KeyMaterial};
use k256::Secp256k1;
use p256::NistP256;
use p384::NistP384;
use p521::NistP521;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::rand_core::{CryptoRng, RngCore};
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};
use sha2::{Sha256, Sha384, Sha512};
use thiserror::Error;

use crate::secret;

pub(crate) mod crafted;
#[cfg(test)]
mod known_answers;

/// A key that is ready to sign.
pub struct PrivateKey(Inner);

enum Inner {
    Hmac(Vec<u8>),
    Rsa {
        key: Box<RsaPrivateKey>,
        /// The PKCS#8 octets, from which PSS salts are derived.
        der: Vec<u8>,
    },
    P256(ecdsa::SigningKey<NistP256>),
    P384(ecdsa::SigningKey<NistP384>),
    P521(ecdsa::SigningKey<NistP521>),
    Secp256k1(ecdsa::SigningKey<Secp256k1>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

impl PrivateKey {
    /// Reads the secret or the private key of some key material.
    ///
    /// # Errors
    ///
    /// Where it has none, or one that is not what its kind says.
    pub fn new(key: &KeyMaterial) -> Result<Self, SignError> {
        let malformed = || SignError::Malformed("private PEM");
        let pem = || {
            key.private_pem.as_deref().ok_or(SignError::NoSuchForm { form: KeyForm::Natural, kind: key.kind })
        };
        let inner = match key.kind {
            KeyKind::Hmac => Inner::Hmac(secret::octets(key, KeyForm::Natural)?),
            KeyKind::Rsa => Inner::Rsa {
                key: RsaPrivateKey::from_pkcs8_pem(pem()?).map(Box::new).map_err(|_| malformed())?,
                der: secret::der(pem()?).ok_or_else(malformed)?,
            },
            KeyKind::P256 => Inner::P256(ec(pem()?, malformed)?),
            KeyKind::P384 => Inner::P384(ec(pem()?, malformed)?),
            KeyKind::P521 => Inner::P521(ec(pem()?, malformed)?),
            KeyKind::Secp256k1 => Inner::Secp256k1(ec(pem()?, malformed)?),
            KeyKind::Ed25519 => Inner::Ed25519(Box::new(
                ed25519_dalek::SigningKey::from_pkcs8_pem(pem()?).map_err(|_| malformed())?,
            )),
        };
        Ok(Self(inner))
    }

    /// What sort of key it is.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match self.0 {
            Inner::Hmac(_) => KeyKind::Hmac,
            Inner::Rsa { .. } => KeyKind::Rsa,
            Inner::P256(_) => KeyKind::P256,
            Inner::P384(_) => KeyKind::P384,
            Inner::P521(_) => KeyKind::P521,
            Inner::Secp256k1(_) => KeyKind::Secp256k1,
            Inner::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// What its JWK has beside the public part, by the names of the members (RFC 7518 sections 6.2.2 and 6.3.2);
    /// nothing for a key of another kind.
    #[must_use]
    pub fn private_part(&self) -> Vec<(&'static str, Vec<u8>)> {
        match &self.0 {
            Inner::Rsa { key, .. } => {
                let coefficient = key.crt_coefficient();
                let [p, q] = key.primes() else { return Vec::new() };
                let numbers = [
                    ("d", Some(key.d())),
                    ("p", Some(p)),
                    ("q", Some(q)),
                    ("dp", key.dp()),
                    ("dq", key.dq()),
                    ("qi", coefficient.as_ref()),
                ];
                numbers.into_iter().filter_map(|(name, number)| Some((name, number?.to_bytes_be()))).collect()
            }
            Inner::P256(key) => vec![("d", key.to_bytes().to_vec())],
            Inner::P384(key) => vec![("d", key.to_bytes().to_vec())],
            Inner::P521(key) => vec![("d", key.to_bytes().to_vec())],
            Inner::Secp256k1(key) => vec![("d", key.to_bytes().to_vec())],
            Inner::Hmac(_) | Inner::Ed25519(_) => Vec::new(),
        }
    }

    /// The signature of a JWS signing input (RFC 7515 section 5.1 step 5), the same every time.
    ///
    /// # Errors
    ///
    /// Where the algorithm is for keys of another kind, or the key is too short for it.
    pub fn sign(&self, algorithm: Algorithm, input: &[u8]) -> Result<Vec<u8>, SignError> {
        match (algorithm.family(), &self.0) {
            (Family::Hmac, Inner::Hmac(secret)) => hmac(secret, algorithm, input),
            (Family::RsaPkcs1, Inner::Rsa { key, .. }) => rsa_pkcs1(key, algorithm, input),
            (Family::RsaPss, Inner::Rsa { key, der }) => rsa_pss(key, der, algorithm, input),
            (Family::Ecdsa, Inner::P256(key)) => Ok(ecdsa(key, algorithm, input)),
            (Family::Ecdsa, Inner::P384(key)) => Ok(ecdsa(key, algorithm, input)),
            (Family::Ecdsa, Inner::P521(key)) => Ok(ecdsa(key, algorithm, input)),
            (Family::Ecdsa, Inner::Secp256k1(key)) => Ok(ecdsa(key, algorithm, input)),
            (Family::EdDsa, Inner::Ed25519(key)) => Ok(key.sign(input).to_bytes().to_vec()),
            _ => Err(SignError::Unfit { algorithm, kind: self.kind() }),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("kind", &self.kind()).finish_non_exhaustive()
    }
}

/// Why something cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignError {
    /// The algorithm is for keys of another kind.
    #[error("{algorithm} does not sign with a key of kind {kind:?}: take an algorithm of its family")]
    Unfit {
        /// The algorithm.
        algorithm: Algorithm,
        /// The kind of the key.
        kind: KeyKind,
    },
    /// A form of the key other than the natural one, for an algorithm that is not HMAC.
    #[error("{algorithm} signs with the key itself, not with its form {form:?}: forms are for HMAC")]
    FormIsForHmac {
        /// The algorithm.
        algorithm: Algorithm,
        /// The form.
        form: KeyForm,
    },
    /// The key has no such form.
    #[error("a key of kind {kind:?} has no octets of the form {form:?}")]
    NoSuchForm {
        /// The form.
        form: KeyForm,
        /// The kind of the key.
        kind: KeyKind,
    },
    /// The modulus has no room for the hash and a salt as long (RFC 8017 section 9.1.1 step 3).
    #[error("{algorithm} needs a longer modulus than {bits} bits: take a longer RSA key")]
    ModulusTooShort {
        /// The algorithm.
        algorithm: Algorithm,
        /// The length of the modulus.
        bits: usize,
    },
    /// A part of the key material cannot be read.
    #[error("the {0} of the key cannot be read")]
    Malformed(&'static str),
    /// The RSA operation failed.
    #[error("the RSA operation failed: {0}")]
    Rsa(String),
}

/// The hash of an algorithm (RFC 7518 section 3.1): what its name's number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// The hash of every algorithm but EdDSA, whose own is not ours to choose: it has SHA-512 inside
    /// (RFC 8032 section 5.1).
    pub(crate) fn of(algorithm: Algorithm) -> Self {
        use Algorithm as A;
        match algorithm {
            A::HS256 | A::RS256 | A::PS256 | A::ES256 | A::ES256K => Self::Sha256,
            A::HS384 | A::RS384 | A::PS384 | A::ES384 => Self::Sha384,
            A::HS512 | A::RS512 | A::PS512 | A::ES512 | A::EdDSA | A::Ed25519 => Self::Sha512,
        }
    }

    fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        fn all<D: sha2::Digest>(parts: &[&[u8]]) -> Vec<u8> {
            parts.iter().fold(D::new(), D::chain_update).finalize().to_vec()
        }
        match self {
            Self::Sha256 => all::<Sha256>(parts),
            Self::Sha384 => all::<Sha384>(parts),
            Self::Sha512 => all::<Sha512>(parts),
        }
    }
}

/// HMAC with SHA-2 under a secret of any length, none included (RFC 7518 section 3.2, RFC 2104).
///
/// # Errors
///
/// Where the algorithm is not HMAC.
pub fn hmac(secret: &[u8], algorithm: Algorithm, input: &[u8]) -> Result<Vec<u8>, SignError> {
    macro_rules! mac {
        ($hash:ty) => {
            Hmac::<$hash>::new_from_slice(secret)
                .expect("HMAC takes a key of any length (RFC 2104 section 2)")
                .chain_update(input)
                .finalize()
                .into_bytes()
                .to_vec()
        };
    }
    match algorithm {
        Algorithm::HS256 => Ok(mac!(Sha256)),
        Algorithm::HS384 => Ok(mac!(Sha384)),
        Algorithm::HS512 => Ok(mac!(Sha512)),
        _ => Err(SignError::Unfit { algorithm, kind: KeyKind::Hmac }),
    }
}

/// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2.1), which is deterministic by itself.
fn rsa_pkcs1(key: &RsaPrivateKey, algorithm: Algorithm, input: &[u8]) -> Result<Vec<u8>, SignError> {
    let hash = Hash::of(algorithm);
    let padding = match hash {
        Hash::Sha256 => Pkcs1v15Sign::new::<rsa::sha2::Sha256>(),
        Hash::Sha384 => Pkcs1v15Sign::new::<rsa::sha2::Sha384>(),
        Hash::Sha512 => Pkcs1v15Sign::new::<rsa::sha2::Sha512>(),
    };
    key.sign(padding, &hash.digest(&[input])).map_err(|error| SignError::Rsa(error.to_string()))
}

/// RSASSA-PSS with MGF1 over the same hash and a salt as long as it (RFC 7518 section 3.5).
fn rsa_pss(
    key: &RsaPrivateKey,
    der: &[u8],
    algorithm: Algorithm,
    input: &[u8],
) -> Result<Vec<u8>, SignError> {
    let hash = Hash::of(algorithm);
    let digest = hash.digest(&[input]);
    // RFC 8017 section 9.1.1: the encoded message has modulus bits - 1, and holds the hash, the salt
    // and two octets.
    let bits = key.n().bits();
    if bits.saturating_sub(1).div_ceil(8) < 2 * digest.len() + 2 {
        return Err(SignError::ModulusTooShort { algorithm, bits });
    }
    let salt = pss_salt(hash, der, input);
    let padding = match hash {
        Hash::Sha256 => Pss::new::<rsa::sha2::Sha256>(),
        Hash::Sha384 => Pss::new::<rsa::sha2::Sha384>(),
        Hash::Sha512 => Pss::new::<rsa::sha2::Sha512>(),
    };
    key.sign_with_rng(&mut Chosen(&salt), padding, &digest).map_err(|error| SignError::Rsa(error.to_string()))
}

/// A salt that is the same every time, and another for another key or input.
fn pss_salt(hash: Hash, der: &[u8], input: &[u8]) -> Vec<u8> {
    // DER tells its own length: no two pairs of key and input run together into the same octets.
    hash.digest(&[b"jotproof PSS salt", der, input])
}

/// Hands chosen octets to `rsa`, which asks a random generator for a salt or a seed, and for nothing else.
pub(crate) struct Chosen<'a>(pub(crate) &'a [u8]);

impl RngCore for Chosen<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut octets = [0; 4];
        self.fill_bytes(&mut octets);
        u32::from_be_bytes(octets)
    }

    fn next_u64(&mut self) -> u64 {
        let mut octets = [0; 8];
        self.fill_bytes(&mut octets);
        u64::from_be_bytes(octets)
    }

    fn fill_bytes(&mut self, octets: &mut [u8]) {
        for (octet, salt) in octets.iter_mut().zip(self.0.iter().cycle()) {
            *octet = *salt;
        }
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.fill_bytes(octets);
        Ok(())
    }
}

impl CryptoRng for Chosen<'_> {}

/// Reads an EC private key in PKCS#8.
fn ec<C, E>(pem: &str, malformed: E) -> Result<ecdsa::SigningKey<C>, SignError>
where
    C: EcdsaCurve + CurveArithmetic,
    ecdsa::SigningKey<C>: ecdsa::elliptic_curve::pkcs8::DecodePrivateKey,
    E: FnOnce() -> SignError,
{
    ecdsa::SigningKey::from_pkcs8_pem(pem).map_err(|_| malformed())
}

/// ECDSA as `r‖s`, each as wide as the order of the curve (RFC 7518 section 3.4), with the nonce of
/// RFC 6979 over the algorithm's hash; the curve is the key's.
///
/// `s` is what comes out: half of the signatures are high-S, which JWS allows. Only secp256k1 gives
/// the lower of the two, because `k256` normalises it as Bitcoin asks; RFC 8812 asks for neither.
fn ecdsa<C>(key: &ecdsa::SigningKey<C>, algorithm: Algorithm, input: &[u8]) -> Vec<u8>
where
    C: EcdsaCurve + CurveArithmetic,
    SignatureSize<C>: ArraySize,
{
    let hash = Hash::of(algorithm);
    let digest = hash.digest(&[input]);
    let secret = key.as_nonzero_scalar();
    let (signature, _) = match hash {
        Hash::Sha256 => sign_prehashed_rfc6979::<C, Sha256>(secret, &digest, &[]),
        Hash::Sha384 => sign_prehashed_rfc6979::<C, Sha384>(secret, &digest, &[]),
        Hash::Sha512 => sign_prehashed_rfc6979::<C, Sha512>(secret, &digest, &[]),
    };
    signature.to_bytes().to_vec()
}
