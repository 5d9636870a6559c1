//! Keys as they stand in a vector file.

use serde::{Deserialize, Serialize};

/// What sort of key it is, with its size or curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KeyMaterial {
    /// What sort of key it is.
    pub kind: KeyKind,
    /// HMAC only: the secret as text. It may be empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// HMAC only: a secret that is not text, in place of `secret`; base64url without padding.
    #[serde(
        rename = "secret_base64url",
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::octets"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub binary_secret: Option<Vec<u8>>,
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
    /// The material of an HMAC secret that is text. `jwk` is the text of its JWK.
    #[must_use]
    pub fn of_secret(secret: &str, jwk: String) -> Self {
        Self { secret: Some(secret.to_owned()), ..Self::of_kind(KeyKind::Hmac, jwk) }
    }

    /// The material of an HMAC secret of any octets. `jwk` is the text of its JWK.
    #[must_use]
    pub fn of_octets(secret: Vec<u8>, jwk: String) -> Self {
        match String::from_utf8(secret) {
            Ok(text) => Self::of_secret(&text, jwk),
            Err(error) => {
                Self { binary_secret: Some(error.into_bytes()), ..Self::of_kind(KeyKind::Hmac, jwk) }
            }
        }
    }

    /// The material of a public key, given as PEM (`PUBLIC KEY`). `jwk` is the text of its JWK.
    #[must_use]
    pub fn of_public_pem(kind: KeyKind, pem: String, jwk: String) -> Self {
        Self { public_pem: Some(pem), ..Self::of_kind(kind, jwk) }
    }

    /// The material of a key with nothing but its kind and the text of its JWK.
    #[must_use]
    pub fn of_kind(kind: KeyKind, jwk: String) -> Self {
        Self {
            kind,
            secret: None,
            binary_secret: None,
            public_pem: None,
            public_pkcs1_pem: None,
            certificate_pem: None,
            private_pem: None,
            jwk,
        }
    }

    /// Whether it is an HMAC secret without any octets.
    #[must_use]
    pub fn is_empty_secret(&self) -> bool {
        self.kind == KeyKind::Hmac && self.secret_octets().is_none_or(<[u8]>::is_empty)
    }

    /// The octets of the secret; `None` for a key that is not a secret.
    #[must_use]
    pub fn secret_octets(&self) -> Option<&[u8]> {
        self.secret.as_deref().map(str::as_bytes).or(self.binary_secret.as_deref())
    }
}
