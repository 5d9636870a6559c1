//! The test-only keys of `fixtures/keys`, embedded.
//!
//! What each one is for stands in the `README.md` next to the files. They are public: never use one
//! for anything but tests.

use std::sync::LazyLock;

use jotproof_model::algorithm::Family;
use jotproof_model::{Algorithm, KeyKind, KeyMaterial, KeyRing};
use thiserror::Error;

/// Every key of `fixtures/keys`, by name.
#[must_use]
pub fn all() -> &'static KeyRing {
    static ALL: LazyLock<KeyRing> =
        LazyLock::new(|| EMBEDDED.iter().map(|(name, key)| ((*name).to_owned(), key.material())).collect());
    &ALL
}

/// The keys with these names.
///
/// # Errors
///
/// Where a name is not that of a key.
pub fn subset<I>(names: I) -> Result<KeyRing, UnknownKey>
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    names
        .into_iter()
        .map(|name| {
            let name = name.as_ref();
            let key = all().get(name).ok_or_else(|| UnknownKey(name.to_owned()))?;
            Ok((name.to_owned(), key.clone()))
        })
        .collect()
}

/// The key that the valid tokens of an algorithm are signed with.
#[must_use]
pub const fn key_for(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::ES256 => "p-256",
        Algorithm::ES384 => "p-384",
        Algorithm::ES512 => "p-521",
        Algorithm::ES256K => "secp256k1",
        _ => match algorithm.family() {
            Family::Hmac => "hmac-64-bytes",
            Family::RsaPkcs1 | Family::RsaPss => "rsa-2048",
            Family::Ecdsa => "p-256",
            Family::EdDsa => "ed25519",
        },
    }
}

/// Another key of the same kind as [`key_for`], which no valid token is signed with.
#[must_use]
pub fn foreign_key_for(algorithm: Algorithm) -> String {
    format!("{}-foreign", key_for(algorithm))
}

/// The key that is configured together with [`key_for`] during a rotation, if the suite has one.
#[must_use]
pub fn next_key(algorithm: Algorithm) -> Option<&'static str> {
    match key_for(algorithm) {
        "hmac-64-bytes" => Some("hmac-64-bytes-next"),
        "rsa-2048" => Some("rsa-2048-next"),
        "p-256" => Some("p-256-next"),
        "ed25519" => Some("ed25519-next"),
        _ => None,
    }
}

/// Whether a key is a public key that no private key belongs to.
#[must_use]
pub fn is_unfit(name: &str) -> bool {
    all().get(name).is_some_and(|key| key.kind != KeyKind::Hmac && key.private_pem.is_none())
}

/// A name that no key has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown key {0:?}: fixtures/keys/README.md lists the keys there are")]
pub struct UnknownKey(pub String);

/// The files of one key.
struct Embedded {
    kind: KeyKind,
    secret: Option<&'static str>,
    binary_secret: Option<&'static [u8]>,
    private_pem: Option<&'static str>,
    public_pem: Option<&'static str>,
    public_pkcs1_pem: Option<&'static str>,
    certificate_pem: Option<&'static str>,
    jwk: &'static str,
}

impl Embedded {
    /// A key without any file but its JWK.
    const fn of(kind: KeyKind, jwk: &'static str) -> Self {
        Self {
            kind,
            secret: None,
            binary_secret: None,
            private_pem: None,
            public_pem: None,
            public_pkcs1_pem: None,
            certificate_pem: None,
            jwk,
        }
    }

    fn material(&self) -> KeyMaterial {
        KeyMaterial {
            kind: self.kind,
            secret: self.secret.map(str::to_owned),
            binary_secret: self.binary_secret.map(<[u8]>::to_vec),
            public_pem: self.public_pem.map(str::to_owned),
            public_pkcs1_pem: self.public_pkcs1_pem.map(str::to_owned),
            certificate_pem: self.certificate_pem.map(str::to_owned),
            private_pem: self.private_pem.map(str::to_owned),
            jwk: without_white_space(self.jwk),
        }
    }
}

/// The JSON text without insignificant white space (RFC 8259 section 2), its members in their order.
///
/// Not by way of `serde_json::Value`: whether that keeps the order hangs on a feature which any other
/// crate of the build can switch on, and these octets serve as HMAC secrets.
fn without_white_space(json: &str) -> String {
    let mut in_string = false;
    let mut escaped = false;
    json.chars()
        .filter(|&character| {
            let kept = in_string || !matches!(character, ' ' | '\t' | '\n' | '\r');
            match character {
                '"' if !escaped => in_string = !in_string,
                _ => {}
            }
            escaped = in_string && character == '\\' && !escaped;
            kept
        })
        .collect()
}

macro_rules! file {
    ($name:literal, $suffix:literal) => {
        include_str!(concat!("../../../fixtures/keys/", $name, $suffix))
    };
}

macro_rules! hmac {
    ($name:literal) => {
        (
            $name,
            Embedded {
                secret: Some(file!($name, ".secret.txt")),
                ..Embedded::of(KeyKind::Hmac, file!($name, ".jwk.json"))
            },
        )
    };
}

macro_rules! binary {
    ($name:literal) => {
        (
            $name,
            Embedded {
                binary_secret: Some(include_bytes!(concat!("../../../fixtures/keys/", $name, ".secret.bin"))),
                ..Embedded::of(KeyKind::Hmac, file!($name, ".jwk.json"))
            },
        )
    };
}

macro_rules! pair {
    ($kind:ident, $name:literal, $pkcs1:expr) => {
        (
            $name,
            Embedded {
                private_pem: Some(file!($name, ".private.pem")),
                public_pem: Some(file!($name, ".public.pem")),
                public_pkcs1_pem: $pkcs1,
                certificate_pem: Some(file!($name, ".certificate.pem")),
                ..Embedded::of(KeyKind::$kind, file!($name, ".jwk.json"))
            },
        )
    };
    ($kind:ident, $name:literal) => {
        pair!($kind, $name, None)
    };
}

/// A public key that has no private half.
macro_rules! unfit {
    ($kind:ident, $name:literal, $pkcs1:expr) => {
        (
            $name,
            Embedded {
                public_pem: Some(file!($name, ".public.pem")),
                public_pkcs1_pem: $pkcs1,
                ..Embedded::of(KeyKind::$kind, file!($name, ".jwk.json"))
            },
        )
    };
    ($kind:ident, $name:literal) => {
        unfit!($kind, $name, None)
    };
}

macro_rules! unfit_rsa {
    ($name:literal) => {
        unfit!(Rsa, $name, Some(file!($name, ".public.pkcs1.pem")))
    };
}

macro_rules! rsa {
    ($name:literal) => {
        pair!(Rsa, $name, Some(file!($name, ".public.pkcs1.pem")))
    };
}

static EMBEDDED: [(&str, Embedded); 90] = [
    rsa!("rsa-1024"),
    rsa!("rsa-1024-foreign"),
    rsa!("rsa-2047"),
    rsa!("rsa-2048"),
    rsa!("rsa-2048-foreign"),
    rsa!("rsa-2048-next"),
    rsa!("rsa-2048-e-3"),
    rsa!("rsa-2048-e-33-bits"),
    rsa!("rsa-3072"),
    rsa!("rsa-3072-foreign"),
    rsa!("rsa-4096"),
    rsa!("rsa-4096-foreign"),
    pair!(P256, "p-256"),
    pair!(P256, "p-256-foreign"),
    pair!(P256, "p-256-next"),
    pair!(P384, "p-384"),
    pair!(P384, "p-384-foreign"),
    pair!(P521, "p-521"),
    pair!(P521, "p-521-foreign"),
    pair!(Secp256k1, "secp256k1"),
    pair!(Secp256k1, "secp256k1-foreign"),
    pair!(Ed25519, "ed25519"),
    pair!(Ed25519, "ed25519-foreign"),
    pair!(Ed25519, "ed25519-next"),
    unfit_rsa!("rsa-2048-e-1"),
    unfit_rsa!("rsa-2048-e-even"),
    unfit_rsa!("rsa-2048-n-even"),
    unfit!(P256, "p-256-off-the-curve"),
    unfit!(P256, "p-256-at-infinity"),
    unfit!(Ed25519, "ed25519-neutral"),
    unfit!(Ed25519, "ed25519-not-canonical"),
    hmac!("hmac-empty"),
    hmac!("hmac-1-byte"),
    hmac!("hmac-14-bytes"),
    hmac!("hmac-31-bytes"),
    hmac!("hmac-32-bytes"),
    hmac!("hmac-47-bytes"),
    hmac!("hmac-48-bytes"),
    hmac!("hmac-63-bytes"),
    hmac!("hmac-64-bytes"),
    hmac!("hmac-64-bytes-foreign"),
    hmac!("hmac-64-bytes-next"),
    hmac!("hmac-65-bytes"),
    hmac!("hmac-128-bytes"),
    hmac!("hmac-129-bytes"),
    hmac!("hmac-published-secret"),
    hmac!("hmac-published-jwt-io"),
    hmac!("hmac-published-jwt-io-long"),
    hmac!("hmac-published-rfc-7515"),
    hmac!("hmac-published-changeme"),
    hmac!("hmac-published-password"),
    hmac!("hmac-published-shhhhh"),
    hmac!("hmac-published-example-key"),
    hmac!("hmac-published-keyboard-cat"),
    hmac!("hmac-published-centrifugo"),
    hmac!("hmac-absent-undefined"),
    hmac!("hmac-absent-null"),
    hmac!("hmac-absent-none"),
    hmac!("hmac-absent-nil"),
    hmac!("hmac-absent-object"),
    hmac!("hmac-absent-false"),
    hmac!("hmac-absent-zero"),
    hmac!("hmac-absent-space"),
    hmac!("hmac-absent-line-feed"),
    hmac!("hmac-absent-two-quotes"),
    hmac!("hmac-absent-variable"),
    hmac!("hmac-space-at-start"),
    hmac!("hmac-space-at-end"),
    hmac!("hmac-line-feed-at-end"),
    hmac!("hmac-quotes"),
    hmac!("hmac-dollar"),
    hmac!("hmac-percent"),
    hmac!("hmac-hash"),
    hmac!("hmac-backslash"),
    hmac!("hmac-comma"),
    hmac!("hmac-nul-inside"),
    hmac!("hmac-space-inside"),
    hmac!("hmac-like-hex"),
    hmac!("hmac-like-base64"),
    hmac!("hmac-like-a-number"),
    hmac!("hmac-utf-8"),
    binary!("hmac-binary"),
    binary!("rfc-7515-a-1"),
    rsa!("rfc-7515-a-2"),
    pair!(P256, "rfc-7515-a-3"),
    pair!(P521, "rfc-7515-a-4"),
    pair!(P521, "rfc-7520-ec"),
    binary!("rfc-7520-hmac"),
    rsa!("rfc-7520-rsa"),
    pair!(Ed25519, "rfc-8037-a"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_key_file_is_embedded() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/keys");
        let mut on_disk = BTreeSet::new();
        for entry in fs::read_dir(directory).unwrap() {
            let file = entry.unwrap().file_name().into_string().unwrap();
            if file != "README.md" && file != "generate" {
                on_disk.insert(file);
            }
        }
        let mut embedded = BTreeSet::new();
        for (name, key) in all() {
            let forms = [
                ("secret.txt", key.secret.is_some()),
                ("secret.bin", key.binary_secret.is_some()),
                ("private.pem", key.private_pem.is_some()),
                ("public.pem", key.public_pem.is_some()),
                ("public.pkcs1.pem", key.public_pkcs1_pem.is_some()),
                ("certificate.pem", key.certificate_pem.is_some()),
                ("jwk.json", true),
            ];
            for (form, _) in forms.into_iter().filter(|(_, has)| *has) {
                embedded.insert(format!("{name}.{form}"));
            }
        }
        assert_eq!(embedded, on_disk);
        assert_eq!(all().len(), EMBEDDED.len(), "a name is listed twice");
    }

    #[test]
    fn a_jwk_is_the_file_without_white_space() {
        for (name, file) in EMBEDDED.iter().map(|(name, key)| (name, key.jwk)) {
            let jwk = &all()[*name].jwk;
            let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            assert_eq!(parse(jwk), parse(file), "{name}");
            assert!(!jwk.contains([' ', '\n']), "{name}: {jwk}");
            // No `kid`, because a library that uses the JWK unchanged would compare it with that of the
            // token.
            assert_eq!(parse(jwk).get("kid"), None, "{name}");
        }
        assert_eq!(all()["hmac-1-byte"].jwk, r#"{"kty":"oct","k":"cw"}"#);
    }

    #[test]
    fn white_space_inside_strings_is_kept() {
        assert_eq!(
            without_white_space("{ \"a b\" :\t\"c\\\" d\\\\\"\r\n, \"e\": 1 }"),
            "{\"a b\":\"c\\\" d\\\\\",\"e\":1}"
        );
    }

    #[test]
    fn the_secrets_are_as_long_as_their_names_say() {
        for (name, length) in [
            ("hmac-empty", 0),
            ("hmac-1-byte", 1),
            ("hmac-14-bytes", 14),
            ("hmac-31-bytes", 31),
            ("hmac-64-bytes", 64),
            ("hmac-64-bytes-foreign", 64),
            ("hmac-129-bytes", 129),
        ] {
            assert_eq!(all()[name].secret.as_ref().map(String::len), Some(length), "{name}");
        }
    }

    #[test]
    fn a_subset_has_the_named_keys_or_names_the_one_that_is_unknown() {
        let ring = subset(["p-256", "hmac-empty"]).unwrap();
        assert_eq!(ring.keys().collect::<Vec<_>>(), ["hmac-empty", "p-256"]);
        assert_eq!(ring["p-256"], all()["p-256"]);
        assert_eq!(subset(["p-256", "p256"]), Err(UnknownKey("p256".into())));
    }
}
