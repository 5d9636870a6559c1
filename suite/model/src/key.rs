//! Keys as they stand in a vector file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What sort of key it is, with its size or curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// Octets for HMAC.
    Hmac,
    /// An RSA key pair.
    Rsa,
    /// NIST P-256.
    #[serde(rename = "p-256")]
    P256,
    /// NIST P-384.
    #[serde(rename = "p-384")]
    P384,
    /// NIST P-521.
    #[serde(rename = "p-521")]
    P521,
    /// secp256k1 (RFC 8812).
    Secp256k1,
    /// Ed25519 (RFC 8037).
    Ed25519,
}

/// A test-only key with everything that is needed to mint with it and to verify against it.
///
/// The private half is published on purpose: whoever replays a vector against a clock of their own
/// has to sign it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyMaterial {
    /// What sort of key it is.
    pub kind: KeyKind,
    /// HMAC only: the secret as text (every secret of the suite is ASCII; it may be empty).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The public key as PEM, `PUBLIC KEY` (SubjectPublicKeyInfo, RFC 5280 section 4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_pem: Option<String>,
    /// RSA only: the public key as PEM, `RSA PUBLIC KEY` (RFC 8017 appendix A.1.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_pkcs1_pem: Option<String>,
    /// A self-signed certificate over the public key, PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_pem: Option<String>,
    /// The private key as PEM, `PRIVATE KEY` (PKCS#8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_pem: Option<String>,
    /// The public key (or, for HMAC, the secret) as the text of a JWK document (RFC 7517).
    pub jwk: String,
}

impl KeyMaterial {
    /// A secret for HMAC, and the text of its JWK.
    #[must_use]
    pub fn of_secret(secret: &str, jwk: String) -> Self {
        Self {
            kind: KeyKind::Hmac,
            secret: Some(secret.to_owned()),
            public_pem: None,
            public_pkcs1_pem: None,
            certificate_pem: None,
            private_pem: None,
            jwk,
        }
    }
}
